"""What is asked, and whether all engines answer the same."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from queries.selection import Comparison, DateRange, Period, Selection, compared_range

Value = str | int | float | dt.date | None
Rows = tuple[tuple[Value, ...], ...]
Answers = Mapping[str, Rows]

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


@dataclass(frozen=True, slots=True)
class Case:
    """One selection to time.

    Attributes
    ----------
    name
        Row of the table: ``30d``, ``12m``, ``all``, ``12m+2``, ``all+2``.
    selection
        With an absolute period.
    windows
        Days of ``current``, and of ``previous`` and ``last_year`` where the data holds them whole.
    trend
        The 13 months up to the last day.
    city, section
        What it is narrowed to, None where it is not.
    """

    name: str
    selection: Selection
    windows: Mapping[str, DateRange]
    trend: DateRange
    city: str | None = None
    section: str | None = None

    @property
    def days(self) -> DateRange:
        """The days counted."""
        return self.windows["current"]


def make_cases(
    first_day: dt.date, last_day: dt.date, *, city: str, section: str
) -> tuple[Case, ...]:
    """Return the five selections over data of these days.

    Examples
    --------
    >>> made = make_cases(dt.date(2024, 1, 1), dt.date(2026, 3, 31), city="420100", section="H")
    >>> [case.name for case in made]
    ['30d', '12m', 'all', '12m+2', 'all+2']
    >>> made[3].selection.to_query()
    {'period': '2025-04-01..2026-03-31', 'region': '420100', 'industry': 'H'}
    """
    wide = [_case(name, Period(name), first_day, last_day) for name in ("30d", "12m", "all")]
    return (*wide, *(_narrowed(case, city, section) for case in wide[1:]))


def _case(name: str, period: Period, first_day: dt.date, last_day: dt.date) -> Case:
    selection = Selection(period=period).resolved(first_day, last_day)
    windows = {"current": selection.days}
    for comparison in (Comparison.PREVIOUS, Comparison.LAST_YEAR):
        compared = compared_range(selection.days, comparison)
        if compared is not None and compared.start >= first_day:
            windows[comparison.value] = compared
    return Case(name, selection, windows, Period("13m").range(first_day, last_day))


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


def in_order(rows: Iterable[Sequence[Value]]) -> Rows:
    """Return the rows of an answer whose order does not matter, sorted by their text."""
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


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        if not (isinstance(one, int | float) and isinstance(other, int | float)):
            return False
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return math.isclose(one, other, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)
    return one == other
