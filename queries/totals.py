"""Totals: measures over a whole selection, beside the period before and the year before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from queries.counting import Count, fetch_count, fetch_number
from queries.figures import figures_of_one
from queries.measures import sums_of
from queries.reading import Reading, compared_days, reading
from queries.results import Totals
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Selection
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
    with reading(warehouse, selection, scope) as opened:
        windows = total_windows(opened)
        count = Count((), sums_of(tuple(measures)), tuple(dict.fromkeys(windows.values())))
        found = fetch_count(opened, count)
        values = {
            window: figures_of_one(sums.arrays, measures)
            for window, sums in zip(count.windows, found, strict=True)
        }
        return totals_of(windows, values, in_scope(opened))


def total_windows(reading: Reading) -> dict[str, DateRange]:
    """Return the days of ``current`` and, where they lie inside the data, of the others."""
    windows = {
        "current": reading.days,
        "previous": compared_days(reading.warehouse, reading.selection, Comparison.PREVIOUS),
        "last_year": compared_days(reading.warehouse, reading.selection, Comparison.LAST_YEAR),
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


def in_scope(reading: Reading) -> int:
    """Count what the viewer may see of the period, whatever else is selected."""
    everything = Selection(period=reading.selection.period)
    return int(fetch_number(replace(reading, selection=everything), reading.days))
