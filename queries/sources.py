"""Which table answers: the smallest fresh cube that has every column asked for, else the facts."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from queries.cubes import CUBES, Grain, cube_table
from queries.measures import FLOAT_SUMS, SUMS
from queries.schema import submissions
from queries.selection import DateRange, add_months
from queries.warehouse import Warehouse

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Source:
    """A table that holds the sums: a cube, or the facts themselves.

    Attributes
    ----------
    name
        Name of the cube, ``"facts"`` for the facts.
    """

    name: str
    table: sa.FromClause

    @property
    def is_facts(self) -> bool:
        """True for the facts."""
        return self.table is submissions

    def total(self, name: str) -> sa.ColumnElement[float]:
        """Return the aggregate of the named sum."""
        if not self.is_facts:
            total = sa.func.sum(self.table.c[name])
        elif name == "submissions":
            return sa.func.count()
        else:
            total = sa.func.sum(SUMS[name])
        return sa.cast(total, sa.Double() if name in FLOAT_SUMS else sa.BigInteger())


FACTS = Source("facts", submissions)
"""The source that answers everything."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Days to read from one source."""

    source: Source
    days: DateRange


def smallest_cube(warehouse: Warehouse, columns: frozenset[str], grain: Grain) -> Source | None:
    """Return the smallest fresh cube of this grain that has all columns, None without one."""
    for cube in CUBES.values():
        if cube.grain == grain and cube.name in warehouse.fresh and columns <= set(cube.keys):
            return Source(cube.name, cube_table(cube.name))
    return None


def pieces(
    warehouse: Warehouse, days: DateRange, columns: frozenset[str], *, by_day: bool = False
) -> tuple[Piece, ...]:
    """Return what to read so that each of ``days`` is counted once.

    Parameters
    ----------
    columns
        Everything that is filtered or grouped by, besides the day.
    by_day
        True if single days must be told apart, so that a cube by month cannot serve.
    """
    daily = smallest_cube(warehouse, columns, "day") or FACTS
    monthly = None if by_day else smallest_cube(warehouse, columns, "month")
    months = whole_months(warehouse, days) if monthly is not None else None
    if monthly is None or months is None:
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
