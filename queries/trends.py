"""Trends: the course of single members over the last complete days, weeks or months."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from queries.figures import figures
from queries.measures import MEASURES
from queries.piece_rows import within_piece
from queries.ranking import is_one_of
from queries.reading import Reading
from queries.selection import DateRange
from queries.series import bucket_end, bucket_start
from queries.sources import ONE_DAY, Piece
from queries.sums import Sums, add_rows
from queries.warehouse import Warehouse

BUCKETS = 13
"""Most buckets of a trend: a quarter of weeks, or a year of months and the one to compare with."""

DAYS_FOR_WEEKS = 28
"""Length of a period, in days, from which its trends run by week; ours."""

DAYS_FOR_MONTHS = 180
"""Length of a period, in days, from which its trends run by month; ours."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """The days, weeks or months of a trend, oldest first; each complete, none missing between."""

    grain: str
    starts: tuple[dt.date, ...]

    @property
    def days(self) -> DateRange | None:
        """All days of the buckets, None without any."""
        if not self.starts:
            return None
        return DateRange(self.starts[0], bucket_end(self.starts[-1], self.grain))


def trend_grain(days: DateRange) -> str:
    """Return by what the trend of a period of this length runs.

    Examples
    --------
    >>> trend_grain(DateRange(dt.date(2026, 3, 1), dt.date(2026, 3, 31)))
    'week'
    """
    if days.days >= DAYS_FOR_MONTHS:
        return "month"
    return "week" if days.days >= DAYS_FOR_WEEKS else "day"


def trend_buckets(warehouse: Warehouse, days: DateRange) -> Buckets:
    """Return the last complete buckets up to the end of a period, as far back as there is data."""
    grain = trend_grain(days)
    if warehouse.first_day is None or warehouse.last_day is None:
        return Buckets(grain, ())
    last = min(days.end, warehouse.last_day)
    start = bucket_start(last, grain)
    if bucket_end(start, grain) > last:
        start = bucket_start(start - ONE_DAY, grain)
    starts: list[dt.date] = []
    while len(starts) < BUCKETS and start >= warehouse.first_day:
        starts.append(start)
        start = bucket_start(start - ONE_DAY, grain)
    return Buckets(grain, tuple(reversed(starts)))


def fetch_trends(
    reading: Reading,
    *,
    level: str,
    members: Sequence[object],
    measure: str,
    buckets: Buckets,
    pieces: Iterable[Piece],
) -> np.ndarray:
    """Return a row per member and a column per bucket, NaN where a rate has no base.

    Parameters
    ----------
    members
        Stored values of the level, None for those without.
    pieces
        What to read, to cover all days of ``buckets``.
    """
    sums = MEASURES[measure].sums
    shape = (len(members), len(buckets.starts))
    if 0 in shape:
        return np.empty(shape)
    parts = [
        _select_piece(reading, piece, level=level, members=members, sums=sums, buckets=buckets)
        for piece in pieces
    ]
    statement = parts[0] if len(parts) == 1 else sa.union_all(*parts)
    found = add_rows(reading.conn.execute(statement).all(), (level, "bucket"), sums)
    cells = [(member, number) for member in members for number in range(len(buckets.starts))]
    return _values(found, cells, measure).reshape(shape)


def _values(found: Sums, cells: Sequence[tuple[object, int]], measure: str) -> np.ndarray:
    return figures(found.of(cells).arrays, (measure,))[measure].astype("float64")


def _select_piece(
    reading: Reading,
    piece: Piece,
    *,
    level: str,
    members: Sequence[object],
    sums: Sequence[str],
    buckets: Buckets,
) -> sa.Select[*tuple[object, ...]]:
    table = piece.source.table
    day = table.c.registered_on
    ends = [*buckets.starts[1:], None]
    later = len(buckets.starts) - 1
    number: sa.ColumnElement[int] = sa.literal_column("0")
    if later:
        number = sa.case(
            *[(day < end, place) for place, end in enumerate(ends) if end is not None], else_=later
        )
    totals = [piece.source.total(name).label(name) for name in sums]
    counted = sa.select(table.c[level], number.label("bucket"), *totals).where(
        is_one_of(table.c[level], members)
    )
    return within_piece(counted, reading, piece, without=(level,)).group_by(
        table.c[level], "bucket"
    )
