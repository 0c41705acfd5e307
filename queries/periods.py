"""Periods: which days a selection means in this warehouse, and what they can be compared with."""

import datetime as dt

from queries.selection import Comparison, DateRange, Selection, compared_range
from queries.warehouse import Warehouse


def days_of(warehouse: Warehouse, selection: Selection) -> DateRange:
    """Return the days that a selection means; in an empty warehouse as if data ended today."""
    if warehouse.first_day is None or warehouse.last_day is None:
        today = dt.datetime.now(tz=dt.UTC).date()
        return selection.period.range(today, today)
    return selection.period.range(warehouse.first_day, warehouse.last_day)


def compared_days(
    warehouse: Warehouse, selection: Selection, comparison: Comparison | None = None
) -> DateRange | None:
    """Return the days that a selection is compared with.

    Parameters
    ----------
    comparison
        Takes the place of the selection's own.

    Returns
    -------
    DateRange or None
        None without comparison, and where the days are not wholly inside the data, since a
        comparison with them would say nothing.
    """
    wanted = selection.comparison if comparison is None else comparison
    days = compared_range(days_of(warehouse, selection), wanted)
    if days is None or warehouse.first_day is None or warehouse.last_day is None:
        return None
    inside = warehouse.first_day <= days.start and days.end <= warehouse.last_day
    return days if inside else None
