"""Rankings of what has very many members: the largest operators or words, cut in the database.

They are read from a rollup of the leading members if that gives the exact answer (see
`queries.rollups`), otherwise from the facts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from queries.arrow_columns import fetch_table
from queries.functions import float_div
from queries.matching import matching, needed_columns
from queries.measures import FLOAT_SUMS, MEASURES
from queries.piece_rows import fetch_member_count, is_quickly_counted, within_piece
from queries.reading import Reading
from queries.rollups import ROLLUPS, Rollup, bound_table, rollup_table
from queries.scope import EVERYTHING, Scope
from queries.selection import DateRange, Selection
from queries.sources import (
    FACTS,
    WORDS,
    WORDS_OF_FACTS,
    Piece,
    Source,
    month_end,
    split,
)
from queries.sums import Sums, add_rows

Statement = sa.Select[*tuple[Any, ...]]

_MORE_THAN_ONE_EACH = FLOAT_SUMS | {"satisfaction"}
"""Sums to which one submission can add more than 1: a number of submissions is no bound to them."""


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
    filtered
        True leaves no filter out, those on the members neither.
    enough
        How many are enough where a rollup knows no more for certain; None for ``limit``.
    least
        They are enough only if no other has so much; 0 for whatever others have.
    """

    member: str
    sums: tuple[str, ...]
    order: str
    days: DateRange
    limit: int
    filtered: bool = False
    enough: int | None = None
    least: float = 0.0

    @property
    def without(self) -> tuple[str, ...]:
        """Levels whose filters are left out."""
        return () if self.filtered else (self.member,)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The largest members.

    Attributes
    ----------
    sums
        Of these members, largest first.
    compared
        Of the same members over other days, where asked for; in any order.
    members
        How many members there are in all.
    stated
        How many of them are stated: without what nobody filled in.
    counted
        False if ``members`` and ``stated`` are only the least numbers there can be.
    rollup
        The rollup that holds all of these members, None if only the facts are known to.
    most
        What any other member can have of what they are ranked by.
    """

    sums: Sums
    compared: Sums | None
    members: int
    stated: int
    counted: bool
    rollup: Rollup | None
    most: float


def fetch_ranking(
    reading: Reading,
    ranking: Ranking,
    *,
    compared: DateRange | None = None,
    count_members: bool | None = True,
) -> Ranked:
    """Return the largest members.

    Parameters
    ----------
    compared
        Other days over which to count the members found.
    count_members
        False spares the count of all members where only the facts know it, None in any case.
    """
    facts = _facts(reading, ranking)
    for rollup in _rollups(reading, ranking):
        most = fetch_bound(reading, rollup, ranking.days)
        found = _run(reading, ranking, _pieces(reading, rollup, facts, ranking.days))
        certain = _certain(found, ranking, most)
        if most == 0 or _suffices(ranking, certain, most):
            break
    else:
        rollup, most = None, 0
        found = _run(reading, ranking, [Piece(facts, ranking.days)])
    complete, others = most == 0, max(most, _beyond(found, ranking))
    if not complete:
        found = found.take(range(certain))
    members, stated = len(found.members), sum(each is not None for each in found.firsts)
    shown = found.take(range(min(members, ranking.limit)))
    counted = complete and members <= ranking.limit
    quick = count_members is False and is_quickly_counted(
        reading, ranking.member, without=ranking.without
    )
    if (count_members or quick) and not counted:
        whole = next((each for each in _rollups(reading, ranking) if each.leading is None), None)
        members, stated = fetch_member_count(
            reading,
            ranking.member,
            ranking.days,
            _pieces(reading, whole, facts, ranking.days),
            without=ranking.without,
        )
        counted = True
    before = None
    if compared is not None:
        pieces = member_pieces(reading, ranking, compared, rollup=rollup)
        before = fetch_members(reading, ranking, shown.firsts, pieces)
    return Ranked(shown, before, members, stated, counted, rollup, others)


def fetch_from(
    reading: Reading,
    ranking: Ranking,
    windows: Sequence[DateRange],
    *,
    least: int,
    rollup: Rollup | None,
) -> list[Sums]:
    """Return the sums over each window of all members that reach ``least`` in one of them.

    Parameters
    ----------
    ranking
        By its one sum.
    rollup
        What to read instead of the facts, from `certain_rollup`.
    """
    (name,) = ranking.sums
    facts = _facts(reading, ranking)
    parts = [
        _totals(reading, ranking, piece).add_columns(
            sa.literal_column(str(number)).label("window_number")
        )
        for number, days in enumerate(windows)
        for piece in _pieces(reading, rollup, facts, days)
    ]
    apart = (parts[0] if len(parts) == 1 else sa.union_all(*parts)).subquery()
    member, value = apart.c[ranking.member], apart.c[name]
    totals = [
        sa.cast(
            sa.func.sum(sa.case((apart.c.window_number == number, value), else_=0)), sa.BigInteger
        )
        for number in range(len(windows))
    ]
    reached = sa.or_(*[total >= least for total in totals])
    columns = [total.label(f"total_{number}") for number, total in enumerate(totals)]
    found = fetch_table(
        reading.conn, sa.select(member, *columns).group_by(member).having(reached).order_by(member)
    )
    members = [(each,) for each in found.column(0).to_pylist()]
    return [
        Sums(members, {name: column.to_numpy().astype(np.int64)}) for column in found.columns[1:]
    ]


def certain_rollup(
    reading: Reading, ranking: Ranking, windows: Iterable[DateRange], *, least: int
) -> Rollup | None:
    """Return the smallest rollup that holds all members that reach ``least`` in one of the windows."""
    spans = tuple(windows)
    for rollup in _rollups(reading, ranking):
        if max(fetch_bound(reading, rollup, days) for days in spans) < least:
            return rollup
    return None


def member_pieces(
    reading: Reading,
    ranking: Ranking,
    days: DateRange,
    *,
    rollup: Rollup | None,
    by_day: bool = False,
) -> tuple[Piece, ...]:
    """Return what to read to count members over ``days``: those of a rollup from there.

    Parameters
    ----------
    by_day
        True if single days must be told apart.
    """
    return _pieces(reading, rollup, _facts(reading, ranking), days, by_day=by_day)


def select_ranking(reading: Reading, ranking: Ranking, pieces: Iterable[Piece]) -> Statement:
    """Build the statement of a ranking over these pieces: one member more than asked for."""
    parts = [_totals(reading, ranking, piece) for piece in pieces]
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


def fetch_bound(reading: Reading, rollup: Rollup, days: DateRange) -> int:
    """Return how many submissions a member that is not in the rollup can have had in ``days``."""
    bounds = bound_table(rollup.name)
    months = DateRange(days.start.replace(day=1), month_end(days.end))
    conditions = []
    for reach in rollup.reaches:
        condition = bounds.c.reach == reach
        if reach == "months":
            condition &= bounds.c.registered_on.in_(rollup.covering(days))
        elif reach != "ever":
            selection, scope = _of_columns(reading, frozenset(rollup.bound_keys(reach)))
            condition &= matching(selection, scope, table=bounds, days=months)
        conditions.append(condition)
    rows = reading.conn.execute(
        sa.select(bounds.c.reach, sa.func.sum(bounds.c.submissions))
        .where(sa.or_(*conditions))
        .group_by(bounds.c.reach)
    )
    most = {reach: int(number) for reach, number in rows}
    return min(most.get(reach, 0) for reach in rollup.reaches)


def _of_columns(reading: Reading, columns: frozenset[str]) -> tuple[Selection, Scope]:
    """Return selection and scope without what asks for other columns: they mean no less."""
    selection, scope = reading.selection, reading.scope
    filters = tuple(
        each
        for each in selection.filters
        if needed_columns(Selection(filters=(each,)), EVERYTHING) <= columns
    )
    if not needed_columns(Selection(), scope) <= columns:
        scope = Scope(kinds=scope.kinds, everything=True)
    return Selection(filters=filters, denoised=selection.denoised), scope


def _certain(found: Sums, ranking: Ranking, most: int) -> int:
    """Return how many of the first are so for certain if any other member has ``most`` at most."""
    values = found.arrays[MEASURES[ranking.order].numerator][: ranking.limit]
    return int((values > most).sum())


def _suffices(ranking: Ranking, certain: int, most: int) -> bool:
    if certain >= ranking.limit:
        return True
    enough = ranking.enough is not None and certain >= ranking.enough
    return enough and (ranking.least <= 0 or most < ranking.least)


def _beyond(found: Sums, ranking: Ranking) -> float:
    """Return the most of the members found beyond the limit."""
    values = found.arrays[MEASURES[ranking.order].numerator][ranking.limit :]
    return float(values.max()) if len(values) else 0.0


def _facts(reading: Reading, ranking: Ranking) -> Source:
    if ranking.member != "word_id":
        return FACTS
    return WORDS_OF_FACTS if needed_columns(reading.selection, reading.scope) else WORDS


def _rollups(reading: Reading, ranking: Ranking) -> Iterator[Rollup]:
    """Yield the rollups that have all columns and sums: of the same members only the smallest."""
    seen: set[int | None] = set()
    order = MEASURES[ranking.order]
    if order.denominator is not None or order.numerator in _MORE_THAN_ONE_EACH:
        return
    needed = needed_columns(reading.selection, reading.scope, without=ranking.without)
    for rollup in ROLLUPS.values():
        if (
            rollup.member == ranking.member
            and rollup.name in reading.warehouse.fresh
            and needed <= set(rollup.keys)
            and set(ranking.sums) <= set(rollup.sums)
            and rollup.leading not in seen
        ):
            seen.add(rollup.leading)
            yield rollup


def _pieces(
    reading: Reading,
    rollup: Rollup | None,
    facts: Source,
    days: DateRange,
    *,
    by_day: bool = False,
) -> tuple[Piece, ...]:
    if rollup is None:
        return (Piece(facts, days),)
    tables = {
        grain: Source(f"{rollup.name}_by_{grain}", rollup_table(rollup.name, grain))
        for grain in rollup.grains
    }
    daily = tables.get("day", facts)
    if by_day or "month" not in tables:
        return (Piece(daily, days),)
    return split(reading.warehouse, days, tables["month"], daily)


def _run(reading: Reading, ranking: Ranking, pieces: Iterable[Piece]) -> Sums:
    rows = reading.conn.execute(select_ranking(reading, ranking, pieces)).all()
    return add_rows(rows, (ranking.member,), ranking.sums)


def fetch_members(
    reading: Reading, ranking: Ranking, members: Sequence[object], pieces: Iterable[Piece]
) -> Sums:
    """Count these members only."""
    parts = []
    for piece in pieces:
        totals = _totals(reading, ranking, piece)
        if piece.source == FACTS:
            # Grouping all is quicker than comparing a million names in every row.
            grouped = totals.subquery()
            totals = sa.select(grouped).where(is_one_of(grouped.c[ranking.member], members))
        else:
            member = piece.source.table.c[ranking.member]
            totals = totals.where(is_one_of(member, members))
        parts.append(totals)
    statement = parts[0] if len(parts) == 1 else sa.union_all(*parts)
    return add_rows(reading.conn.execute(statement).all(), (ranking.member,), ranking.sums)


def is_one_of(column: sa.ColumnElement[Any], members: Sequence[object]) -> sa.ColumnElement[bool]:
    """Return the condition that a column holds one of these, None among them for nothing stored."""
    stated = [each for each in members if each is not None]
    if None not in members:
        return column.in_(stated)
    if isinstance(column.type, sa.String):
        # DuckDB compares one by one where OR stands beside a list: 20 times slower for 1,800 names.
        return sa.func.coalesce(column, "").in_([*stated, ""])
    return sa.or_(column.in_(stated), column.is_(None))


def _totals(reading: Reading, ranking: Ranking, piece: Piece) -> Statement:
    member = piece.source.table.c[ranking.member]
    totals = [piece.source.total(name).label(name) for name in ranking.sums]
    totalled = sa.select(member, *totals).group_by(member)
    return within_piece(totalled, reading, piece, without=ranking.without)


def _order(counted: sa.Subquery, ranking: Ranking) -> list[sa.ColumnElement[Any]]:
    measure = MEASURES[ranking.order]
    member = counted.c[ranking.member]
    value: sa.ColumnElement[Any] = counted.c[measure.numerator]
    undefined: list[sa.ColumnElement[Any]] = []
    if measure.denominator is not None:
        base = counted.c[measure.denominator]
        value = float_div(value, base)
        undefined = [sa.case((base == 0, 1), else_=0)]
    return [*undefined, value.desc(), sa.case((member.is_(None), 1), else_=0), member]
