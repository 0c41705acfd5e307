"""The big screen: everything it shows over one selection, from as few scans as possible."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from queries.breakdowns import OPERATOR, breakdowns_on
from queries.counting import Count, Sums, fetch_count, fetch_counts, fetch_number
from queries.figures import breakdown_frame, figures_of_one
from queries.hot_words import LEVEL as WORD
from queries.hot_words import fetch_hot_words
from queries.matrices import matrix_of
from queries.measures import sums_of
from queries.notable import NotableRules, notable_on
from queries.periods import compared_days, days_of
from queries.results import Breakdown, Matrix, Series, Totals
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Selection, add_months
from queries.series import series_of
from queries.sources import ONE_DAY
from queries.totals import everything_in, total_windows, totals_of
from queries.warehouse import Warehouse

TREND_MONTHS = 13
"""Months of the daily series, so that every day stands beside the same one a year before."""

HEAT = ("weekday", "hour")


@dataclass(frozen=True, slots=True)
class Screen:
    """What the big screen shows.

    Attributes
    ----------
    totals
        Of all measures, with both comparisons.
    series
        The same measures by day over `TREND_MONTHS` up to the end of the period, not compared.
    breakdowns
        By level; ``operator_id`` and ``word`` among them if asked for.
    heat
        Submissions by weekday and hour.
    matrix
        Submissions by the two levels asked for.
    notable
        As from `queries.notable.fetch_notable`.
    """

    totals: Totals
    series: Series
    breakdowns: dict[str, Breakdown]
    heat: Matrix
    matrix: Matrix
    notable: pd.DataFrame


@dataclass(frozen=True, slots=True)
class ScreenPlan:
    """What to put on the screen.

    Attributes
    ----------
    measures
        Of totals and series.
    levels
        Broken down by submissions; may hold ``operator_id`` and ``word``.
    matrix
        Levels of rows and columns.
    limit
        Most members of a breakdown.
    words
        Most words.
    notable
        Most notable submissions.
    """

    measures: tuple[str, ...]
    rules: NotableRules
    levels: tuple[str, ...] = (
        "city_code",
        "industry",
        "issue_subtype",
        "channel",
        "status",
        OPERATOR,
        WORD,
    )
    matrix: tuple[str, str] = ("city_code", "issue_type")
    limit: int = 20
    words: int = 60
    notable: int = 30


def fetch_screen(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, plan: ScreenPlan
) -> Screen:
    """Return everything the big screen shows over one selection.

    Two connections read at the same time, since most of the small statements keep one core busy.

    Raises
    ------
    WordsNotDerivedError
        If words are asked for and not in step with the submissions.
    """
    with ThreadPoolExecutor(2) as pool:
        apart = pool.submit(_rankings, warehouse, selection, scope, plan)
        totals, series = _totals_and_series(warehouse, selection, scope, plan)
        breakdowns, heat, matrix = _tables(warehouse, selection, scope, plan)
        ranked, notable = apart.result()
    ordered = {level: (breakdowns | ranked)[level] for level in plan.levels}
    return Screen(totals, series, ordered, heat, matrix, notable)


def _totals_and_series(
    warehouse: Warehouse, selection: Selection, scope: Scope, plan: ScreenPlan
) -> tuple[Totals, Series]:
    """Count by day once, over all days that either needs, and add up from there."""
    windows = total_windows(warehouse, selection)
    trend = DateRange(add_months(windows["current"].end, -TREND_MONTHS) + ONE_DAY, windows["current"].end)
    spans = merged([*windows.values(), trend])
    count = Count(("registered_on",), sums_of(plan.measures), spans)
    with warehouse.engine.connect() as conn:
        found = fetch_count(conn, warehouse, selection, scope, count)
        days = windows["current"]
        in_scope = fetch_number(conn, warehouse, everything_in(days), scope, days)
    by_day = Sums(
        [member for sums in found for member in sums.members],
        {name: np.concatenate([sums.values[name] for sums in found]) for name in count.sums},
    )
    values = {
        window: figures_of_one(_within(by_day, window).values, plan.measures)
        for window in windows.values()
    }
    series = series_of(
        warehouse,
        [_within(by_day, trend)],
        trend,
        None,
        measures=plan.measures,
        grain="day",
        comparison=Comparison.NONE,
    )
    return totals_of(windows, values, int(in_scope)), series


def _tables(
    warehouse: Warehouse, selection: Selection, scope: Scope, plan: ScreenPlan
) -> tuple[dict[str, Breakdown], Matrix, Matrix]:
    days, before = days_of(warehouse, selection), compared_days(warehouse, selection)
    # All over the same windows, so that what only the facts can answer comes from one scan.
    windows = (days,) if before is None else (days, before)
    levels = [level for level in plan.levels if level not in {OPERATOR, WORD}]
    keys = [*[(level,) for level in levels], HEAT, plan.matrix]
    counts = [Count(key, ("submissions",), windows) for key in keys]
    with warehouse.engine.connect() as conn:
        *found, heat, matrix = fetch_counts(conn, warehouse, selection, scope, counts)
    breakdowns = {}
    for level, (current, *compared) in zip(levels, found, strict=True):
        frame = breakdown_frame(
            current,
            compared[0] if compared else None,
            measures=("submissions",),
            order="submissions",
        )
        breakdowns[level] = Breakdown(frame[: plan.limit], level, len(frame))
    rows, columns = plan.matrix
    return (
        breakdowns,
        matrix_of(heat[0], rows=HEAT[0], columns=HEAT[1], measure="submissions"),
        matrix_of(matrix[0], rows=rows, columns=columns, measure="submissions"),
    )


def _rankings(
    warehouse: Warehouse, selection: Selection, scope: Scope, plan: ScreenPlan
) -> tuple[dict[str, Breakdown], pd.DataFrame]:
    breakdowns: dict[str, Breakdown] = {}
    with warehouse.engine.connect() as conn:
        if OPERATOR in plan.levels:
            breakdowns |= breakdowns_on(
                conn,
                warehouse,
                selection,
                scope,
                levels=(OPERATOR,),
                measures=("submissions",),
                order=None,
                limit=plan.limit,
                count_members=False,
            )
        if WORD in plan.levels:
            breakdowns[WORD] = fetch_hot_words(
                conn, warehouse, selection, scope, limit=plan.words, count_members=False
            )
        notable = notable_on(
            conn, warehouse, selection, scope, rules=plan.rules, limit=plan.notable
        )
    return breakdowns, notable


def _within(by_day: Sums, days: DateRange) -> Sums:
    rows = [number for number, (day,) in enumerate(by_day.members) if days.start <= day <= days.end]
    return Sums(
        [by_day.members[row] for row in rows],
        {name: values[rows] for name, values in by_day.values.items()},
    )


def merged(spans: Sequence[DateRange]) -> tuple[DateRange, ...]:
    """Return the same days as spans that neither overlap nor touch, in order.

    Examples
    --------
    >>> import datetime as dt
    >>> march, april = (DateRange(dt.date(2026, m, 1), dt.date(2026, m, 30)) for m in (3, 4))
    >>> len(merged([march, april])), len(merged([march, april, DateRange(march.end, april.start)]))
    (2, 1)
    """
    found: list[DateRange] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end + ONE_DAY:
            found[-1] = DateRange(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)
