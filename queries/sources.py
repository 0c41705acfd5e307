"""Which table answers: the smallest fresh cube that has every column asked for, else the facts."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from queries.cubes import CUBES, Grain, cube_table, sum_type
from queries.measures import SUMS
from queries.schema import operator_submissions, submission_words, submissions
from queries.selection import DateRange, add_months
from queries.warehouse import Warehouse

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Source:
    """A table to add up: the facts, a cube, or a rollup.

    Attributes
    ----------
    one_row_each
        True if every row stands for one submission (or one word in one), so that rows are
        counted; otherwise the table has a column per sum.
    """

    name: str
    table: sa.FromClause
    one_row_each: bool = False

    def total(self, name: str) -> sa.ColumnElement[Any]:
        """Return the aggregate of the named sum."""
        if self.one_row_each and name == "submissions":
            return sa.func.count()
        total = sa.func.sum(SUMS[name] if self.one_row_each else self.table.c[name])
        return sa.cast(total, sum_type(name))


FACTS = Source("facts", submissions, one_row_each=True)
"""The source that answers everything but words."""

LISTED = Source("operator_submissions", operator_submissions, one_row_each=True)
"""Submissions that name an operator, operator by operator; knows nothing else of them."""

WORDS = Source("words", submission_words, one_row_each=True)
"""Words of all submissions; knows nothing else of them."""

WORDS_OF_FACTS = Source(
    "words_of_facts",
    sa.select(
        *submissions.c,
        submissions.c.exclusion_reason.is_not(None).label("excluded"),
        submission_words.c.word_id,
        submission_words.c.registered_on.label("word_registered_on"),
    )
    .join(submission_words, submission_words.c.submission_key == submissions.c.submission_key)
    .subquery("words_of_facts"),
    one_row_each=True,
)
"""Words with everything about their submissions.

The day stands in both tables; comparing both lets each be cut before they are joined.
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """Days to read from one source."""

    source: Source
    days: DateRange


def smallest_cube(warehouse: Warehouse, columns: Iterable[str], grain: Grain) -> Source | None:
    """Return the smallest fresh cube of this grain that has all columns, None without one."""
    needed = set(columns)
    for cube in CUBES.values():
        if cube.grain == grain and cube.name in warehouse.fresh and needed <= set(cube.keys):
            return Source(cube.name, cube_table(cube.name))
    return None


def pieces(
    warehouse: Warehouse, days: DateRange, columns: Iterable[str], *, by_day: bool = False
) -> tuple[Piece, ...]:
    """Return what to read so that each of ``days`` is counted once.

    Parameters
    ----------
    columns
        Everything that is filtered or grouped by, besides the day.
    by_day
        True if single days must be told apart, so that a cube by month cannot serve.
    """
    daily = smallest_cube(warehouse, columns, "day")
    if daily is not None and not CUBES[daily.name].completing:
        return (Piece(daily, days),)
    monthly = None if by_day else smallest_cube(warehouse, columns, "month")
    if monthly is None:
        return (Piece(daily or FACTS, days),)
    return split(warehouse, days, monthly, daily or FACTS)


def split(
    warehouse: Warehouse, days: DateRange, monthly: Source, daily: Source
) -> tuple[Piece, ...]:
    """Read the whole months of ``days`` from one source, what is before and after from another."""
    months = whole_months(warehouse, days)
    if months is None:
        return (Piece(daily, days),)
    found = [Piece(monthly, months)]
    if days.start < months.start:
        found.append(Piece(daily, DateRange(days.start, months.start - ONE_DAY)))
    if days.end > months.end:
        found.append(Piece(daily, DateRange(months.end + ONE_DAY, days.end)))
    return tuple(found)


def whole_months(warehouse: Warehouse, days: DateRange) -> DateRange | None:
    """Return the whole months within ``days``, None if there is none.

    The first and last month of the data count as whole if all their data lies within ``days``.
    """
    start, end = days.start, days.end
    if warehouse.first_day is not None and start <= warehouse.first_day:
        start = min(start, warehouse.first_day.replace(day=1))
    if warehouse.last_day is not None and end >= warehouse.last_day:
        end = max(end, month_end(warehouse.last_day))
    first = start if start.day == 1 else add_months(start.replace(day=1), 1)
    last = end if month_end(end) == end else end.replace(day=1) - ONE_DAY
    return DateRange(first, last) if first <= last else None


def month_end(day: dt.date) -> dt.date:
    """Return the last day of the month.

    Examples
    --------
    >>> month_end(dt.date(2024, 2, 10))
    datetime.date(2024, 2, 29)
    """
    return add_months(day.replace(day=1), 1) - ONE_DAY
