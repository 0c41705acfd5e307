"""Rankings of what has very many members: the largest operators or words, cut in the database.

They are read from a rollup of the leading members if that gives the exact answer (see
`queries.rollups`), otherwise from the facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from queries.arrow_columns import fetch_table
from queries.functions import float_div
from queries.measures import MEASURES
from queries.piece_rows import fetch_member_count, is_quickly_counted, within_piece
from queries.ranking_sources import Ranking, fetch_bounds, fitting_rollups, member_pieces
from queries.reading import Reading
from queries.rollups import Rollup
from queries.selection import DateRange
from queries.sources import FACTS, Piece
from queries.sums import Sums, add_rows, sum_type

Statement = sa.Select[*tuple[Any, ...]]


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
    for rollup in fitting_rollups(reading, ranking):
        (most,) = fetch_bounds(reading, rollup, [ranking.days])
        found = _run(reading, ranking, member_pieces(reading, ranking, ranking.days, rollup=rollup))
        if most == 0 or _suffices(found, ranking, most, rollup):
            break
    else:
        rollup, most = None, 0
        found = _run(reading, ranking, member_pieces(reading, ranking, ranking.days, rollup=None))
    ranked = _ranked(reading, ranking, found, most, rollup, count_members=count_members)
    if compared is None:
        return ranked
    pieces = member_pieces(reading, ranking, compared, rollup=rollup)
    before = fetch_members(reading, ranking, ranked.sums.firsts, pieces)
    return replace(ranked, compared=before)


def fetch_rankings(
    reading: Reading,
    rankings: Sequence[Ranking],
    spans: Sequence[DateRange],
    *,
    count_members: bool | None = True,
) -> tuple[list[Ranked], dict[DateRange, Sums]]:
    """Return several rankings and what their members had over some days, read at once.

    Parameters
    ----------
    rankings
        By a sum. They differ in their days only, and in ``least``.
    spans
        What to count; the days of the rankings are among them.
    count_members
        As for `fetch_ranking`, of the first ranking; of the others nobody counts.

    Returns
    -------
    tuple
        The rankings, and by span the sums of the members of all of them and of few others.
    """
    first = rankings[0]
    for rollup in fitting_rollups(reading, first):
        bounds = fetch_bounds(reading, rollup, [each.days for each in rankings])
        leaders, counted = _fetch_leaders(reading, rankings, spans, rollup)
        known = zip(leaders, rankings, bounds, strict=True)
        if all(most == 0 or _suffices(found, each, most, rollup) for found, each, most in known):
            break
    else:
        rollup, bounds = None, [0 for _ in rankings]
        leaders, counted = _fetch_leaders(reading, rankings, spans, rollup)
    ranked = [
        _ranked(
            reading, each, found, most, rollup, count_members=count_members if not place else None
        )
        for place, (each, found, most) in enumerate(zip(rankings, leaders, bounds, strict=True))
    ]
    return ranked, counted


def _ranked(
    reading: Reading,
    ranking: Ranking,
    found: Sums,
    most: int,
    rollup: Rollup | None,
    *,
    count_members: bool | None,
) -> Ranked:
    """Return a ranking from its first members, one more than asked for.

    Parameters
    ----------
    most
        What a member that is not in the rollup can have; 0 if there is none.
    """
    complete, others = most == 0, max(most, _beyond(found, ranking))
    if not complete:
        found = found.take(range(_certain(found, ranking, most)))
    members, stated = len(found.members), sum(each is not None for each in found.firsts)
    shown = found.take(range(min(members, ranking.limit)))
    counted = complete and members <= ranking.limit
    if not counted and _are_counted(reading, ranking, count_members):
        members, stated = _count_all(reading, ranking)
        counted = True
    return Ranked(shown, None, members, stated, counted, rollup, others)


def _are_counted(reading: Reading, ranking: Ranking, count_members: bool | None) -> bool:
    if count_members is False:
        return is_quickly_counted(reading, ranking.member, without=ranking.without)
    return bool(count_members)


def _count_all(reading: Reading, ranking: Ranking) -> tuple[int, int]:
    """Return how many members there are, and how many of them are stated."""
    whole = next((each for each in fitting_rollups(reading, ranking) if each.leading is None), None)
    pieces = member_pieces(reading, ranking, ranking.days, rollup=whole)
    return fetch_member_count(
        reading, ranking.member, ranking.days, pieces, without=ranking.without
    )


def fetch_from(
    reading: Reading,
    ranking: Ranking,
    windows: Mapping[DateRange, int],
    rollup: Rollup | None,
) -> dict[DateRange, Sums]:
    """Return the sums over each window of all members that reach the least of one of them.

    Parameters
    ----------
    windows
        With how much of what is ranked by a member is kept.
    rollup
        What to read instead of the facts, from `certain_rollup`.

    Returns
    -------
    dict
        By window, of the same members each, in their order, what is not stated last.
    """
    totals = _totals_by_window(reading, ranking, tuple(windows), rollup)
    order = MEASURES[ranking.order].numerator
    reached = [
        totals.c[f"{order}_{number}"] >= least for number, least in enumerate(windows.values())
    ]
    found = _fetch_reached(reading, ranking, totals, reached)
    return _sums(found, ranking, windows)


def _fetch_leaders(
    reading: Reading,
    rankings: Sequence[Ranking],
    spans: Sequence[DateRange],
    rollup: Rollup | None,
) -> tuple[list[Sums], dict[DateRange, Sums]]:
    """Return the first members of each ranking, one more than asked for, and all their sums."""
    first = rankings[0]
    totals = _totals_by_window(reading, first, spans, rollup)
    order = MEASURES[first.order].numerator
    places = [spans.index(each.days) for each in rankings]
    member = totals.c[first.member]
    reached = [member.is_(None)]
    for place, ranking in zip(places, rankings, strict=True):
        value = totals.c[f"{order}_{place}"]
        largest = (
            sa.select(member)
            .where(value.is_not(None))
            .order_by(value.desc(), *_unknown_last(member))
            .limit(ranking.limit + 1)
        )
        reached.append(member.in_(largest))
    found = _fetch_reached(reading, first, totals, reached)
    counted = _sums(found, first, spans)
    leaders = []
    for place, ranking in zip(places, rankings, strict=True):
        present = np.flatnonzero(found.column(f"{order}_{place}").is_valid())
        values = counted[ranking.days].arrays[order][present]
        largest_first = np.argsort(-values, kind="stable")[: ranking.limit + 1]
        leaders.append(counted[ranking.days].take(present[largest_first]))
    return leaders, counted


def _totals_by_window(
    reading: Reading, ranking: Ranking, windows: Sequence[DateRange], rollup: Rollup | None
) -> sa.CTE:
    """Build the sums of every member over each window, NULL for a member that has no row in it."""
    parts = [
        _totals(reading, ranking, piece).add_columns(
            sa.literal_column(str(number)).label("window_number")
        )
        for number, days in enumerate(windows)
        for piece in member_pieces(reading, ranking, days, rollup=rollup)
    ]
    apart = (parts[0] if len(parts) == 1 else sa.union_all(*parts)).subquery()
    member = apart.c[ranking.member]
    totals = [
        sa.cast(
            sa.func.sum(sa.case((apart.c.window_number == number, apart.c[name]))),
            apart.c[name].type,
        ).label(f"{name}_{number}")
        for number in range(len(windows))
        for name in ranking.sums
    ]
    return sa.select(member, *totals).group_by(member).cte("totals")


def _fetch_reached(
    reading: Reading, ranking: Ranking, totals: sa.CTE, reached: Iterable[sa.ColumnElement[bool]]
) -> pa.Table:
    member = totals.c[ranking.member]
    statement = sa.select(totals).where(sa.or_(*reached)).order_by(*_unknown_last(member))
    return fetch_table(reading.conn, statement)


def _sums(found: pa.Table, ranking: Ranking, windows: Iterable[DateRange]) -> dict[DateRange, Sums]:
    """Return the sums over each window, 0 for NULL."""
    members = [(each,) for each in found.column(ranking.member).to_pylist()]

    def array(name: str, number: int) -> np.ndarray:
        column = found.column(f"{name}_{number}").cast(sum_type(name))
        values: np.ndarray = pc.fill_null(column, pa.scalar(0, column.type)).to_numpy()
        return values

    return {
        days: Sums(members, {name: array(name, number) for name in ranking.sums})
        for number, days in enumerate(windows)
    }


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


def _certain(found: Sums, ranking: Ranking, most: int) -> int:
    """Return how many of the first are so for certain if any other member has ``most`` at most."""
    values = found.arrays[MEASURES[ranking.order].numerator][: ranking.limit]
    return int((values > most).sum())


def _suffices(found: Sums, ranking: Ranking, most: int, rollup: Rollup) -> bool:
    """Tell whether a rollup knows enough; one for long periods all, since a larger one knows more."""
    certain = _certain(found, ranking, most)
    if certain >= ranking.limit or rollup.least_days:
        return certain >= ranking.limit
    enough = ranking.enough is not None and certain >= ranking.enough
    return enough and (ranking.least <= 0 or most < ranking.least)


def _beyond(found: Sums, ranking: Ranking) -> float:
    """Return the most of the members found beyond the limit."""
    values = found.arrays[MEASURES[ranking.order].numerator][ranking.limit :]
    return float(values.max()) if len(values) else 0.0


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
    return [*undefined, value.desc(), *_unknown_last(member)]


def _unknown_last(member: sa.ColumnElement[Any]) -> list[sa.ColumnElement[Any]]:
    return [sa.case((member.is_(None), 1), else_=0), member]
