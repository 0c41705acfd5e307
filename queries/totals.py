"""Totals: measures over a whole selection, beside the period before and the year before."""

from collections.abc import Sequence

import sqlalchemy as sa

from queries.counting import Count, fetch_count
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
    previous = compared_days(warehouse, selection, Comparison.PREVIOUS)
    last_year = compared_days(warehouse, selection, Comparison.LAST_YEAR)
    windows = tuple(dict.fromkeys(each for each in (days, previous, last_year) if each is not None))
    count = Count((), sums_of(tuple(measures)), windows)
    with warehouse.engine.connect() as conn:
        found = fetch_count(conn, warehouse, selection, scope, count)
        in_scope = count_in_scope(conn, warehouse, scope, days)
    values = {
        window: figures_of_one(frame, measures) for window, frame in zip(windows, found, strict=True)
    }
    return Totals(
        current=values[days],
        previous=None if previous is None else values[previous],
        last_year=None if last_year is None else values[last_year],
        days=days,
        in_scope=in_scope,
    )


def count_in_scope(
    conn: sa.Connection, warehouse: Warehouse, scope: Scope, days: DateRange
) -> int:
    """Count the submissions of these days that the viewer may see, whatever is selected."""
    everything = Selection(period=Period.between(days.start, days.end))
    count = Count((), ("submissions",), (days,))
    found = fetch_count(conn, warehouse, everything, scope, count)
    return int(found[0]["submissions"].iloc[0])
