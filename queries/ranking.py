"""Rankings of what has very many members: the largest operators or words, cut in the database.

They are read from a rollup of the leading members if that gives the exact answer (see
`queries.rollups`), otherwise from the facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sqlalchemy as sa

from queries.arrow_columns import fetch_table
from queries.functions import float_div
from queries.measures import MEASURES
from queries.piece_rows import fetch_member_count, is_quickly_counted, within_piece
from queries.ranking_sources import Ranking, fetch_bound, fitting_rollups, member_pieces
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
        most = fetch_bound(reading, rollup, ranking.days)
        found = _run(reading, ranking, member_pieces(reading, ranking, ranking.days, rollup=rollup))
        certain = _certain(found, ranking, most)
        if most == 0 or _suffices(ranking, certain, most):
            break
    else:
        rollup, most = None, 0
        found = _run(reading, ranking, member_pieces(reading, ranking, ranking.days, rollup=None))
    complete, others = most == 0, max(most, _beyond(found, ranking))
    if not complete:
        found = found.take(range(certain))
    members, stated = len(found.members), sum(each is not None for each in found.firsts)
    shown = found.take(range(min(members, ranking.limit)))
    counted = complete and members <= ranking.limit
    if not counted and _are_counted(reading, ranking, count_members):
        members, stated = _count_all(reading, ranking)
        counted = True
    before = None
    if compared is not None:
        pieces = member_pieces(reading, ranking, compared, rollup=rollup)
        before = fetch_members(reading, ranking, shown.firsts, pieces)
    return Ranked(shown, before, members, stated, counted, rollup, others)


def fetch_rankings(
    reading: Reading,
    rankings: Sequence[Ranking],
    spans: Sequence[DateRange],
    *,
    count_members: bool | None = True,
) -> tuple[list[Ranked], dict[DateRange, Sums]] | None:
    """Return several rankings and what their members had over some days, read at once.

    Parameters
    ----------
    rankings
        They differ in their days only, and in ``least``.
    spans
        What to count; the days of the rankings are among them.
    count_members
        As for `fetch_ranking`, of the first ranking.

    Returns
    -------
    tuple or None
        The rankings, and by span the sums of the members of all of them; other members may be
        among these. None where it takes the facts, or where the rollup leaves no member out, so
        that a ranking by itself knows them all.
    """
    first = rankings[0]
    for rollup in fitting_rollups(reading, first):
        bounds = [fetch_bound(reading, rollup, each.days) for each in rankings]
        if 0 in bounds:
            return None
        beyond = {each.days: most + 1 for each, most in zip(rankings, bounds, strict=True)}
        found = fetch_from(reading, first, {days: beyond.get(days) for days in spans}, rollup)
        ranked = [
            _ranked(found[each.days], each, most, rollup)
            for each, most in zip(rankings, bounds, strict=True)
        ]
        certain = zip(rankings, ranked, bounds, strict=True)
        if all(_suffices(each, answer.members, most) for each, answer, most in certain):
            if _are_counted(reading, first, count_members):
                members, stated = _count_all(reading, first)
                ranked[0] = replace(ranked[0], members=members, stated=stated, counted=True)
            return ranked, found
    return None


def _ranked(found: Sums, ranking: Ranking, most: int, rollup: Rollup) -> Ranked:
    """Return the first of members in order, as far as no other can have more than they."""
    values = found.arrays[MEASURES[ranking.order].numerator]
    order = np.argsort(-values, kind="stable")[: ranking.limit + 1]
    ordered = found.take(order)
    certain = _certain(ordered, ranking, most)
    shown = ordered.take(range(certain))
    stated = sum(each is not None for each in shown.firsts)
    others = max(most, _beyond(ordered, ranking))
    return Ranked(shown, None, certain, stated, counted=False, rollup=rollup, most=others)


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
    windows: Mapping[DateRange, int | None],
    rollup: Rollup | None,
) -> dict[DateRange, Sums]:
    """Return the sums over each window of all members that reach the least of one of them.

    Parameters
    ----------
    windows
        With how much of what is ranked by a member is kept; None keeps none for this window.
    rollup
        What to read instead of the facts, from `certain_rollup`.

    Returns
    -------
    dict
        By window, of the same members each, in their order, what is not stated last.
    """
    parts = [
        _totals(reading, ranking, piece).add_columns(
            sa.literal_column(str(number)).label("window_number")
        )
        for number, days in enumerate(windows)
        for piece in member_pieces(reading, ranking, days, rollup=rollup)
    ]
    apart = (parts[0] if len(parts) == 1 else sa.union_all(*parts)).subquery()
    member = apart.c[ranking.member]
    totals = {
        (number, name): sa.cast(
            sa.func.sum(sa.case((apart.c.window_number == number, apart.c[name]), else_=0)),
            apart.c[name].type,
        )
        for number in range(len(windows))
        for name in ranking.sums
    }
    order = MEASURES[ranking.order].numerator
    reached = [
        totals[number, order] >= least
        for number, least in enumerate(windows.values())
        if least is not None
    ]
    columns = [total.label(f"{name}_{number}") for (number, name), total in totals.items()]
    found = fetch_table(
        reading.conn,
        sa.select(member, *columns)
        .group_by(member)
        .having(sa.or_(*reached))
        .order_by(sa.case((member.is_(None), 1), else_=0), member),
    )
    members = [(each,) for each in found.column(0).to_pylist()]
    return {
        days: Sums(
            members,
            {
                name: found.column(f"{name}_{number}").to_numpy().astype(sum_type(name))
                for name in ranking.sums
            },
        )
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


def _suffices(ranking: Ranking, certain: int, most: int) -> bool:
    if certain >= ranking.limit:
        return True
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
    return [*undefined, value.desc(), sa.case((member.is_(None), 1), else_=0), member]
