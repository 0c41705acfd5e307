"""Where rankings of what has very many members are read: a rollup of the leading ones, or the facts."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from queries.matching import matching, needed_columns
from queries.measures import FLOAT_SUMS, MEASURES
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


def fitting_rollups(reading: Reading, ranking: Ranking) -> Iterator[Rollup]:
    """Yield the rollups that have all columns and sums, each with more members than the one before."""
    order = MEASURES[ranking.order]
    if order.denominator is not None or order.numerator in _MORE_THAN_ONE_EACH:
        return
    needed = needed_columns(reading.selection, reading.scope, without=ranking.without)
    most = 0.0
    for rollup in ROLLUPS.values():
        members = math.inf if rollup.leading is None else rollup.leading
        if (
            rollup.member == ranking.member
            and rollup.name in reading.warehouse.fresh
            and (not rollup.least_days or _is_long(ranking, rollup))
            and needed <= set(rollup.keys)
            and set(ranking.sums) <= set(rollup.sums)
            and members > most
        ):
            most = members
            yield rollup


def _is_long(ranking: Ranking, rollup: Rollup) -> bool:
    """Tell whether a rollup for long periods is worth a try: its bounds are of all submissions."""
    return ranking.days.days >= rollup.least_days and ranking.order == "submissions"


def certain_rollup(
    reading: Reading, ranking: Ranking, windows: Iterable[DateRange], *, least: int
) -> Rollup | None:
    """Return the smallest rollup that holds all members that reach ``least`` in one of the windows."""
    spans = tuple(windows)
    for rollup in fitting_rollups(reading, ranking):
        if max(fetch_bounds(reading, rollup, spans)) < least:
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
    rollup
        None for the facts.
    by_day
        True if single days must be told apart.
    """
    facts = _facts(reading, ranking)
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


def fetch_bounds(reading: Reading, rollup: Rollup, windows: Iterable[DateRange]) -> list[int]:
    """Return how many submissions a member that is not in the rollup can have had in each window."""
    spans = list(windows)
    parts = [
        _select_bounds(reading, rollup, days).add_columns(
            sa.literal_column(str(number)).label("window_number")
        )
        for number, days in enumerate(spans)
    ]
    most: list[dict[str, int]] = [{} for _ in spans]
    for reach, submissions, number in reading.conn.execute(sa.union_all(*parts)):
        most[number][reach] = int(submissions)
    return [min(each.get(reach, 0) for reach in rollup.reaches) for each in most]


def _select_bounds(
    reading: Reading, rollup: Rollup, days: DateRange
) -> sa.Select[*tuple[Any, ...]]:
    """Build the statement of what any other member can have at most, by reach."""
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
    return (
        sa.select(bounds.c.reach, sa.func.sum(bounds.c.submissions))
        .where(sa.or_(*conditions))
        .group_by(bounds.c.reach)
    )


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


def _facts(reading: Reading, ranking: Ranking) -> Source:
    if ranking.member != "word_id":
        return FACTS
    return WORDS_OF_FACTS if needed_columns(reading.selection, reading.scope) else WORDS
