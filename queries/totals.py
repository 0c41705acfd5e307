"""Totals: measures over a whole selection, beside the period before and the year before."""

from collections.abc import Mapping, Sequence

from queries.counting import Count, fetch_count, fetch_number
from queries.figures import figures_of_one
from queries.measures import sums_of
from queries.periods import compared_days, days_of
from queries.results import Totals
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Period, Selection
from queries.warehouse import Warehouse


def fetch_totals(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, measures: Sequence[str]
) -> Totals:
    """Return measures over a selection, with both comparisons whatever the selection's own.

    Raises
    ------
    KeyError
        If a measure is not in `queries.measures.MEASURES`.
    """
    days = days_of(warehouse, selection)
    windows = total_windows(warehouse, selection)
    count = Count((), sums_of(tuple(measures)), tuple(dict.fromkeys(windows.values())))
    with warehouse.engine.connect() as conn:
        found = fetch_count(conn, warehouse, selection, scope, count)
        in_scope = fetch_number(conn, warehouse, everything_in(days), scope, days)
    values = {
        window: figures_of_one(sums.values, measures)
        for window, sums in zip(count.windows, found, strict=True)
    }
    return totals_of(windows, values, int(in_scope))


def total_windows(warehouse: Warehouse, selection: Selection) -> dict[str, DateRange]:
    """Return the days of ``current`` and, where they lie inside the data, of the others."""
    windows = {
        "current": days_of(warehouse, selection),
        "previous": compared_days(warehouse, selection, Comparison.PREVIOUS),
        "last_year": compared_days(warehouse, selection, Comparison.LAST_YEAR),
    }
    return {name: days for name, days in windows.items() if days is not None}


def totals_of(
    windows: Mapping[str, DateRange], values: Mapping[DateRange, dict[str, float]], in_scope: int
) -> Totals:
    """Return the totals of figures counted over the days of `total_windows`."""
    others = {
        name: values[windows[name]] if name in windows else None
        for name in ("previous", "last_year")
    }
    current = windows["current"]
    return Totals(current=values[current], **others, days=current, in_scope=in_scope)


def everything_in(days: DateRange) -> Selection:
    """Return the selection of everything registered on these days."""
    return Selection(period=Period.between(days.start, days.end))
