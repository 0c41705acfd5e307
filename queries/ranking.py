"""Rankings of what has very many members: the largest operators or words, cut in the database.

They are read from a rollup of the leading members if that gives the exact answer (see
`queries.rollups`), otherwise from the facts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from queries.counting import frame_of, is_one_of
from queries.functions import float_div
from queries.matching import matching, needed_columns
from queries.measures import FLOAT_SUMS, MEASURES
from queries.rollups import ROLLUPS, bound_table, rollup_table
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.sources import FACTS, WORDS, WORDS_OF_FACTS, Piece, Source, month_end, split
from queries.warehouse import Warehouse

Statement = sa.Select[*tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Ranking:
    """What to rank.

    Attributes
    ----------
    member
        Column of the members: ``operator_id`` or ``word_id``.
    order
        Measure to rank by; largest first, then by member.
    limit
        How many to return.
    """

    member: str
    sums: tuple[str, ...]
    order: str
    days: DateRange
    limit: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """The largest members.

    Attributes
    ----------
    frame
        The member as stored, and each sum.
    compared
        The same of these members over other days, where asked for; in any order.
    members
        How many members there are in all.
    counted
        False if ``members`` is only the least number there can be.
    """

    frame: pd.DataFrame
    compared: pd.DataFrame | None
    members: int
    counted: bool


def select_ranking(
    selection: Selection, scope: Scope, ranking: Ranking, pieces: Iterable[Piece]
) -> Statement:
    """Build the statement of a ranking over these pieces: one member more than asked for."""
    parts = [_totals(selection, scope, ranking, piece) for piece in pieces]
    if len(parts) == 1:
        counted = parts[0].subquery()
    else:
        apart = sa.union_all(*parts).subquery()
        member = apart.c[ranking.member]
        added = [
            sa.cast(sa.func.sum(apart.c[name]), apart.c[name].type).label(name)
            for name in ranking.sums
        ]
        counted = sa.select(member, *added).group_by(member).subquery()
    return sa.select(counted).order_by(*_order(counted, ranking)).limit(ranking.limit + 1)


def fetch_ranking(
    conn: sa.Connection,
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    ranking: Ranking,
    *,
    compared: DateRange | None = None,
    count_members: bool = True,
) -> Ranked:
    """Return the largest members.

    Parameters
    ----------
    compared
        Other days over which to count the members found.
    count_members
        False spares the count of all members, which only the facts know.
    """
    source, complete = _rollup(warehouse, selection, scope, ranking), True
    frame = None
    if source is not None:
        frame, complete = _from_rollup(conn, warehouse, selection, scope, ranking, source)
    if frame is None:
        source, complete = _facts(selection, scope, ranking), True
        frame = _run(conn, selection, scope, ranking, [Piece(source, ranking.days)])
    shown = frame[: ranking.limit]
    members, counted = len(frame), complete and len(frame) <= ranking.limit
    if count_members and not counted:
        members, counted = _count(conn, selection, scope, ranking), True
    before = None
    if compared is not None:
        before = _of_members(conn, warehouse, selection, scope, ranking, shown, source, compared)
    return Ranked(shown, before, members, counted)


def _from_rollup(
    conn: sa.Connection,
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    ranking: Ranking,
    rollup: Source,
) -> tuple[pd.DataFrame | None, bool]:
    """Return the ranking, None if it is not certain, and whether the rollup knows all members."""
    pieces = split(warehouse, ranking.days, rollup, _facts(selection, scope, ranking))
    frame = _run(conn, selection, scope, ranking, pieces)
    most = fetch_bound(conn, selection, scope, rollup.name, ranking.days)
    if most == 0:
        return frame, True
    values = frame[MEASURES[ranking.order].numerator][: ranking.limit]
    certain = len(values) == ranking.limit and values.iloc[-1] > most
    return (frame if certain else None), False


def _of_members(
    conn: sa.Connection,
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    ranking: Ranking,
    shown: pd.DataFrame,
    source: Source,
    days: DateRange,
) -> pd.DataFrame:
    members = shown[ranking.member].to_list()
    if not members:
        return shown
    parts = [
        _totals(selection, scope, ranking, piece).where(
            is_one_of(piece.source.table.c[ranking.member], members)
        )
        for piece in split(warehouse, days, source, _facts(selection, scope, ranking))
    ]
    statement = parts[0] if len(parts) == 1 else sa.union_all(*parts)
    return frame_of(conn.execute(statement).all(), (ranking.member,), ranking.sums)


def _count(
    conn: sa.Connection, selection: Selection, scope: Scope, ranking: Ranking
) -> int:
    table = _facts(selection, scope, ranking).table
    condition = matching(
        selection, scope, table=table, days=ranking.days, without=ranking.member
    )
    members = sa.select(table.c[ranking.member]).where(condition).distinct().subquery()
    return conn.scalar(sa.select(sa.func.count()).select_from(members)) or 0


def fetch_bound(
    conn: sa.Connection, selection: Selection, scope: Scope, rollup: str, days: DateRange
) -> int:
    """Return how many submissions a member that is not in the rollup can have had in ``days``."""
    bounds = bound_table(rollup)
    kinds = Selection(
        filters=tuple(each for each in selection.filters if each.dimension == "kind"),
        denoised=selection.denoised,
    )
    months = DateRange(days.start.replace(day=1), month_end(days.end))
    by_month = matching(
        kinds, Scope(kinds=scope.kinds, everything=True), table=bounds, days=months
    )
    most = bounds.c.submissions
    added, ever = conn.execute(
        sa.select(
            sa.select(sa.func.sum(most)).where(by_month).scalar_subquery(),
            sa.select(sa.func.max(most)).where(bounds.c.registered_on.is_(None)).scalar_subquery(),
        )
    ).one()
    return min(int(added or 0), int(ever or 0))


def _rollup(
    warehouse: Warehouse, selection: Selection, scope: Scope, ranking: Ranking
) -> Source | None:
    order = MEASURES[ranking.order]
    if order.denominator is not None or order.numerator in _MORE_THAN_ONE_EACH:
        return None
    needed = needed_columns(selection, scope, without=ranking.member)
    for rollup in ROLLUPS.values():
        if (
            rollup.member == ranking.member
            and rollup.name in warehouse.fresh
            and needed <= set(rollup.keys)
            and set(ranking.sums) <= set(rollup.sums)
        ):
            return Source(rollup.name, rollup_table(rollup.name))
    return None


_MORE_THAN_ONE_EACH = FLOAT_SUMS | {"satisfaction"}
"""Sums to which one submission can add more than 1, so that a number of submissions bounds them not."""


def _facts(selection: Selection, scope: Scope, ranking: Ranking) -> Source:
    if ranking.member != "word_id":
        return FACTS
    return WORDS_OF_FACTS if needed_columns(selection, scope) else WORDS


def _run(
    conn: sa.Connection,
    selection: Selection,
    scope: Scope,
    ranking: Ranking,
    pieces: Sequence[Piece],
) -> pd.DataFrame:
    rows = conn.execute(select_ranking(selection, scope, ranking, pieces)).all()
    return frame_of(rows, (ranking.member,), ranking.sums)


def _totals(selection: Selection, scope: Scope, ranking: Ranking, piece: Piece) -> Statement:
    table = piece.source.table
    member = table.c[ranking.member]
    return (
        sa.select(member, *[piece.source.total(name).label(name) for name in ranking.sums])
        .where(
            matching(selection, scope, table=table, days=piece.days, without=ranking.member)
        )
        .group_by(member)
    )


def _order(counted: sa.Subquery, ranking: Ranking) -> list[sa.ColumnElement[object]]:
    measure = MEASURES[ranking.order]
    member = counted.c[ranking.member]
    value: sa.ColumnElement[float] = counted.c[measure.numerator]
    undefined: list[sa.ColumnElement[object]] = []
    if measure.denominator is not None:
        base = counted.c[measure.denominator]
        value = float_div(value, base)
        undefined = [sa.case((base == 0, 1), else_=0)]
    return [*undefined, value.desc(), sa.case((member.is_(None), 1), else_=0), member]
