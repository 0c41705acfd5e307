"""Series: measures by day, week or month."""

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from queries.counting import Count, fetch_count
from queries.figures import figures
from queries.measures import sums_of
from queries.reading import reading
from queries.results import Series
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Selection, add_months
from queries.sources import ONE_DAY, month_end
from queries.sums import Sums
from queries.warehouse import Warehouse

GRAINS = ("day", "week", "month")
"""Widths of a bucket; weeks begin on Monday."""


def fetch_series(
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    measures: Sequence[str],
    grain: str = "day",
) -> Series:
    """Return measures over time, without gaps.

    Parameters
    ----------
    grain
        One of `GRAINS`.

    Returns
    -------
    Series
        Buckets of the period as far as there is data. The compared days stand on the positions
        of the days they are compared with: the same date a year later, the same month of two
        runs of whole months, otherwise the same number of days from the start. A position
        without any compared day is NaN.

    Raises
    ------
    ValueError
        If ``grain`` is not in `GRAINS`.
    """
    if grain not in GRAINS:
        msg = f"grain must be one of {', '.join(GRAINS)}, got {grain!r}"
        raise ValueError(msg)
    sums = sums_of(tuple(measures))
    with reading(warehouse, selection, scope) as opened:
        days, compared = opened.days, opened.compared
        windows = (days,) if compared is None else (days, compared)
        found = fetch_count(opened, Count(("registered_on",), sums, windows))
    return series_of(
        warehouse,
        found,
        days,
        compared,
        measures=measures,
        grain=grain,
        comparison=selection.comparison,
    )


def series_of(
    warehouse: Warehouse,
    found: Sequence[Sums],
    days: DateRange,
    compared: DateRange | None,
    *,
    measures: Sequence[str],
    grain: str,
    comparison: Comparison,
) -> Series:
    """Return the series of sums by day, counted over ``days`` and, if any, ``compared``."""
    known = _with_data(warehouse, days)
    buckets = [] if known is None else _buckets(known, grain)
    index = pd.DatetimeIndex([pd.Timestamp(start) for start in buckets], name="registered_on")
    sums = _add_up(found[0], buckets, lambda day: bucket_start(day, grain))
    frame = pd.DataFrame(figures(sums, measures), index=index)
    frame["complete"] = [
        known is not None and known.start <= start and bucket_end(start, grain) <= known.end
        for start in buckets
    ]
    if compared is None:
        return Series(frame, grain, None)
    position = _positions(days, compared, grain, comparison)
    matched = {position(compared.start + ONE_DAY * number) for number in range(compared.days)}
    unmatched = np.array([start not in matched for start in buckets], dtype=bool)
    before = figures(_add_up(found[1], buckets, position), measures)
    columns = {
        name: np.where(unmatched, np.nan, values.astype("float64"))
        for name, values in before.items()
    }
    return Series(frame, grain, pd.DataFrame(columns, index=index))


def bucket_start(day: dt.date, grain: str) -> dt.date:
    """Return the first day of the bucket that ``day`` is in.

    Examples
    --------
    >>> bucket_start(dt.date(2026, 3, 11), "week")
    datetime.date(2026, 3, 9)
    """
    if grain == "week":
        return day - ONE_DAY * day.weekday()
    return day.replace(day=1) if grain == "month" else day


def bucket_end(start: dt.date, grain: str) -> dt.date:
    """Return the last day of the bucket that begins on ``start``."""
    if grain == "week":
        return start + ONE_DAY * 6
    return month_end(start) if grain == "month" else start


def _with_data(warehouse: Warehouse, days: DateRange) -> DateRange | None:
    if warehouse.first_day is None or warehouse.last_day is None:
        return None
    start, end = max(days.start, warehouse.first_day), min(days.end, warehouse.last_day)
    return DateRange(start, end) if start <= end else None


def _buckets(days: DateRange, grain: str) -> list[dt.date]:
    starts = [bucket_start(days.start, grain)]
    while (following := bucket_end(starts[-1], grain) + ONE_DAY) <= days.end:
        starts.append(following)
    return starts


def _whole_months(days: DateRange) -> bool:
    return days.start.day == 1 and days.end == month_end(days.end)


def _add_up(
    by_day: Sums, buckets: list[dt.date], position: Callable[[dt.date], dt.date | None]
) -> dict[str, np.ndarray]:
    number = {start: each for each, start in enumerate(buckets)}
    wanted = [number.get(position(day)) for day in by_day.firsts]  # type: ignore[arg-type]
    return by_day.placed(wanted, len(buckets))


def _positions(
    days: DateRange, compared: DateRange, grain: str, comparison: Comparison
) -> Callable[[dt.date], dt.date | None]:
    """Return in which bucket a compared day stands; None for one that has no counterpart."""
    if grain == "month" and _whole_months(days) and _whole_months(compared):
        months = (days.start.year - compared.start.year) * 12
        months += days.start.month - compared.start.month
        return lambda day: add_months(day.replace(day=1), months)
    if comparison is not Comparison.LAST_YEAR:
        offset = days.start - compared.start
        return lambda day: bucket_start(day + offset, grain)

    def a_year_later(day: dt.date) -> dt.date | None:
        later = add_months(day, 12)
        return None if grain == "day" and later.day != day.day else bucket_start(later, grain)

    return a_year_later
