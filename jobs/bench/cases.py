"""What is asked: ten questions over five selections, and whether all engines answer the same."""

import datetime as dt
import functools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import yaml

from jobs.lexicons import ASSETS
from queries.notable import USUAL_DAYS, NotableRules
from queries.screen import TREND_MONTHS, ScreenPlan
from queries.selection import Comparison, DateRange, Period, Selection, compared_range

Rows = tuple[tuple[object, ...], ...]
Answers = Mapping[str, Rows]

ONE_DAY = dt.timedelta(days=1)

RELATIVE_TOLERANCE = 1e-9
"""Sums of amounts may differ by the order of adding up."""

ABSOLUTE_TOLERANCE = 1e-6
"""Likewise near 0, in yuan or days."""


class DisagreementError(AssertionError):
    """Two engines answer a question differently, so their times must not be compared."""

    def __init__(self, case: str, question: str, engines: tuple[str, str], detail: str) -> None:
        super().__init__(
            f"{case}: {engines[0]} and {engines[1]} differ on {question!r}: {detail}; "
            "one of the two is wrong, no times are reported"
        )
        self.question = question
        self.engines = engines


@functools.cache
def screen_plan() -> ScreenPlan:
    """Return the ten questions: totals, trend, five boards, heat map, matrix, notable ones."""
    path = ASSETS / "rules" / "notable.yaml"
    return ScreenPlan(
        measures=(
            "submissions",
            "closed",
            "on_time_rate",
            "mean_handling_days",
            "recovered_yuan",
            "satisfaction",
        ),
        rules=NotableRules.from_mapping(yaml.safe_load(path.read_text(encoding="utf-8"))),
        levels=("county_code", "industry", "issue_subtype", "operator_id", "word"),
        matrix=("county_code", "issue_type"),
        limit=20,
        words=100,
        notable=50,
    )


@dataclass(frozen=True, slots=True)
class Case:
    """One selection to time.

    Attributes
    ----------
    name
        Row of the table: ``30d``, ``12m``, ``all``, ``12m+2``, ``all+2``.
    selection
        With an absolute period, compared with the period before.
    windows
        Days of ``current``, and of ``previous`` and ``last_year`` where the data holds them whole.
    trend
        The 13 months up to the last day.
    recent, usual
        Days of notable submissions, and those before that tell what is usual.
    city, section
        What it is narrowed to, None where it is not.
    """

    name: str
    selection: Selection
    windows: Mapping[str, DateRange]
    trend: DateRange
    recent: DateRange
    usual: DateRange
    city: str | None = None
    section: str | None = None

    @property
    def days(self) -> DateRange:
        """The days counted."""
        return self.windows["current"]

    @property
    def previous(self) -> DateRange | None:
        """The days compared with, None where the data does not hold them whole."""
        return self.windows.get("previous")


class TooFewDaysError(ValueError):
    """The data does not reach back far enough to be asked all questions."""

    def __init__(self, first_day: dt.date, last_day: dt.date) -> None:
        super().__init__(
            f"the data runs from {first_day} to {last_day}; the questions look back over "
            f"{TREND_MONTHS} months, make more"
        )


def make_cases(
    first_day: dt.date, last_day: dt.date, *, city: str, section: str
) -> tuple[Case, ...]:
    """Return the five selections over data of these days.

    Raises
    ------
    TooFewDaysError
        If the data is shorter than the trend.

    Examples
    --------
    >>> made = make_cases(dt.date(2024, 1, 1), dt.date(2026, 3, 31), city="420100", section="H")
    >>> [case.name for case in made]
    ['30d', '12m', 'all', '12m+2', 'all+2']
    >>> list(made[0].windows), list(made[2].windows)
    (['current', 'previous', 'last_year'], ['current'])
    >>> made[3].selection.to_query()
    {'period': '2025-04-01..2026-03-31', 'industry': 'H', 'region': '420100'}
    """
    data = DateRange(first_day, last_day)
    if Period(f"{TREND_MONTHS}m").range(first_day, last_day).start < first_day:
        raise TooFewDaysError(first_day, last_day)
    wide = [_case(name, data) for name in ("30d", "12m", "all")]
    return (*wide, *(_narrowed(case, city, section) for case in wide[1:]))


def _case(name: str, data: DateRange) -> Case:
    selection = Selection(period=Period(name)).resolved(data.start, data.end)
    windows = {"current": selection.days}
    for comparison in (Comparison.PREVIOUS, Comparison.LAST_YEAR):
        compared = compared_range(selection.days, comparison)
        if compared is not None and compared.start >= data.start:
            windows[comparison.value] = compared
    recent = DateRange(data.end - ONE_DAY * (screen_plan().rules.days - 1), data.end)
    return Case(
        name=name,
        selection=selection,
        windows=windows,
        trend=Period(f"{TREND_MONTHS}m").range(data.start, data.end),
        recent=recent,
        usual=DateRange(recent.start - ONE_DAY * USUAL_DAYS, recent.start - ONE_DAY),
    )


def _narrowed(case: Case, city: str, section: str) -> Case:
    return replace(
        case,
        name=f"{case.name}+2",
        selection=case.selection.with_filter("region", [city]).with_filter("industry", [section]),
        city=city,
        section=section,
    )


def rate(numerator: float | None, denominator: float) -> float:
    """Return a rate, NaN where there is nothing to divide by."""
    return float(numerator or 0) / denominator if denominator else math.nan


def in_order(rows: Iterable[Iterable[object]]) -> Rows:
    """Return the rows of an answer whose order does not matter, sorted by their texts."""
    return tuple(sorted((tuple(row) for row in rows), key=lambda row: [str(each) for each in row]))


def check_agreement(case: Case, given: Mapping[str, Answers]) -> None:
    """Compare the answers of all engines with those of the first.

    Raises
    ------
    DisagreementError
        At the first question that two of them answer differently.
    """
    (first, expected), *others = given.items()
    for name, answers in others:
        for question in dict.fromkeys([*expected, *answers]):
            detail = _difference(expected.get(question), answers.get(question))
            if detail is not None:
                raise DisagreementError(case.name, question, (first, name), detail)


def _difference(expected: Rows | None, found: Rows | None) -> str | None:
    if expected is None or found is None:
        return "one does not answer it"
    if len(expected) != len(found):
        return f"{len(expected)} rows and {len(found)} rows"
    for number, (one, other) in enumerate(zip(expected, found, strict=True), start=1):
        if len(one) != len(other) or not all(map(_same, one, other)):
            return f"row {number}: {one} and {other}"
    return None


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        if not (isinstance(one, int | float) and isinstance(other, int | float)):
            return False
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return math.isclose(one, other, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)
    return one == other
