"""The big screen: everything it shows over one selection, from as few scans as possible."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pandas as pd

from queries.breakdowns import OPERATOR, breakdown_of, operator_breakdown
from queries.counting import Count, fetch_count, fetch_counts
from queries.figures import figures_of_one
from queries.hot_words import LEVEL as WORD
from queries.hot_words import fetch_hot_words
from queries.matrices import matrix_of
from queries.measures import sums_of
from queries.notable import NotableRules, fetch_notable
from queries.reading import Reading, reading
from queries.results import Breakdown, Matrix, Series, Totals
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Selection, add_months
from queries.series import series_of
from queries.sources import FACTS, ONE_DAY
from queries.sums import Sums, joined
from queries.totals import in_scope, total_windows, totals_of
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
    operators
        Most operators; None for ``limit``. The fewer, the sooner a rollup knows them.
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
    operators: int | None = None
    words: int = 60
    notable: int = 30


def fetch_screen(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, plan: ScreenPlan
) -> Screen:
    """Return everything the big screen shows over one selection.

    Notable ones and rankings are read over connections of their own at the same time, since most
    statements are small and keep one core busy.

    Raises
    ------
    WordsNotDerivedError
        If words are asked for and not in step with the submissions.
    """
    with ThreadPoolExecutor(2) as pool:
        notable = pool.submit(
            fetch_notable, warehouse, selection, scope, rules=plan.rules, limit=plan.notable
        )
        with reading(warehouse, selection, scope) as opened:
            totals, series = _totals_and_series(opened, plan)
            rankings = pool.submit(_rankings, warehouse, selection, scope, plan=plan, totals=totals)
            breakdowns, heat, matrix = _tables(opened, plan)
        breakdowns |= rankings.result()
        ordered = {level: breakdowns[level] for level in plan.levels}
        return Screen(totals, series, ordered, heat, matrix, notable.result())


def _totals_and_series(reading: Reading, plan: ScreenPlan) -> tuple[Totals, Series]:
    windows = total_windows(reading)
    days = windows["current"]
    trend = DateRange(add_months(days.end, -TREND_MONTHS) + ONE_DAY, days.end)
    sums = sums_of(plan.measures)
    whole = Count((), sums, tuple(dict.fromkeys(windows.values())))
    if any(piece.source == FACTS for _, piece in whole.pieces(reading)):
        # Read the facts once, by day, and add up from there.
        by_day = _by_day(reading, sums, [*windows.values(), trend])
        found = [_within(by_day, window) for window in whole.windows]
    else:
        by_day = _by_day(reading, sums, [trend])
        found = fetch_count(reading, whole)
    values = {
        window: figures_of_one(each.arrays, plan.measures)
        for window, each in zip(whole.windows, found, strict=True)
    }
    series = series_of(
        reading.warehouse,
        [_within(by_day, trend)],
        trend,
        None,
        measures=plan.measures,
        grain="day",
        comparison=Comparison.NONE,
    )
    unfiltered = Selection(period=reading.selection.period, comparison=reading.selection.comparison)
    known = values[days].get("submissions")
    alone = reading.selection == unfiltered and known is not None
    return totals_of(windows, values, int(known or 0) if alone else in_scope(reading)), series


def _by_day(reading: Reading, sums: tuple[str, ...], spans: Sequence[DateRange]) -> Sums:
    return joined(fetch_count(reading, Count(("registered_on",), sums, merged(spans))))


def _within(by_day: Sums, days: DateRange) -> Sums:
    return by_day.take(
        number for number, day in enumerate(by_day.firsts) if days.start <= day <= days.end
    )


def _tables(reading: Reading, plan: ScreenPlan) -> tuple[dict[str, Breakdown], Matrix, Matrix]:
    windows = (reading.days,) if reading.compared is None else (reading.days, reading.compared)
    levels = [level for level in plan.levels if level not in {OPERATOR, WORD}]
    counts = [Count((level,), ("submissions",), windows) for level in levels]
    counts += [Count(key, ("submissions",), windows[:1]) for key in (HEAT, plan.matrix)]
    *found, heat, matrix = fetch_counts(reading, counts)
    breakdowns = {
        level: breakdown_of(
            level, sums, measures=("submissions",), order="submissions", limit=plan.limit
        )
        for level, sums in zip(levels, found, strict=True)
    }
    rows, columns = plan.matrix
    return (
        breakdowns,
        matrix_of(heat[0], rows=HEAT[0], columns=HEAT[1], measure="submissions"),
        matrix_of(matrix[0], rows=rows, columns=columns, measure="submissions"),
    )


def _rankings(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, plan: ScreenPlan, totals: Totals
) -> dict[str, Breakdown]:
    known = totals.current.get("submissions")
    by_operator = any(each.dimension == "operator" for each in selection.filters)
    found: dict[str, Breakdown] = {}
    with reading(warehouse, selection, scope) as opened:
        if OPERATOR in plan.levels:
            found[OPERATOR] = operator_breakdown(
                opened,
                measures=("submissions",),
                order="submissions",
                limit=plan.operators or plan.limit,
                count_members=False,
                total=None if by_operator else known,
            )
        if WORD in plan.levels:
            found[WORD] = fetch_hot_words(
                opened, limit=plan.words, count_members=False, total=known
            )
    return found


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
