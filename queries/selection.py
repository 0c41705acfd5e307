"""Which submissions a figure counts: one frozen value with one URL form.

The SQL form is `queries.matching.matching`, the sentence form `pages.components.wording.describe`.
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from queries.dimensions import DIMENSIONS

MAX_MEMBERS = 200
"""Most members that one filter may name; ours, keeps URLs and SQL short."""

MAX_TEXT = 60
"""Longest text query in characters; ours."""


class InvalidSelectionError(ValueError):
    """A selection cannot be read; ``value`` is what was given, ``field`` where."""

    def __init__(self, field: str, value: str, way_out: str) -> None:
        super().__init__(f"{field}: {value!r} is not usable; {way_out}")
        self.field = field
        self.value = value


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """Days from ``start`` to ``end``, both included."""

    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        """Refuse a range that runs backwards."""
        if self.start > self.end:
            raise InvalidSelectionError(
                "period", f"{self.start}..{self.end}", "give a start on or before the end"
            )

    @property
    def days(self) -> int:
        """Number of days in the range."""
        return (self.end - self.start).days + 1

    def shifted_months(self, months: int) -> "DateRange":
        """Return the same days ``months`` later; a day past a month's end becomes its last day."""
        return DateRange(add_months(self.start, months), add_months(self.end, months))


def add_months(day: dt.date, months: int) -> dt.date:
    """Return ``day`` moved by ``months``, clipped to the end of the month.

    Examples
    --------
    >>> add_months(dt.date(2024, 3, 31), -1)
    datetime.date(2024, 2, 29)
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


LONGEST = {"d": 7_305, "m": 240}
"""Most days and months of a relative period, 20 years; ours."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period, absolute or relative to the data's last complete day.

    Attributes
    ----------
    code
        ``30d`` (last 30 days), ``12m`` (last 12 months), ``ytd`` (since 1 January of the last
        day's year), ``all``, or ``2026-01-01..2026-03-31``. The URL form.

    Examples
    --------
    >>> Period("30d").range(dt.date(2024, 1, 1), dt.date(2026, 3, 31))
    DateRange(start=datetime.date(2026, 3, 2), end=datetime.date(2026, 3, 31))
    """

    code: str = "30d"

    def __post_init__(self) -> None:
        """Refuse a code that no form matches."""
        self._parse()

    def _parse(self) -> tuple[str, int] | DateRange:
        if self.code in ("ytd", "all"):
            return (self.code, 0)
        if relative := re.fullmatch(r"([1-9]\d{0,3})([dm])", self.code):
            form, number = relative[2], int(relative[1])
            if number > LONGEST[form]:
                limits = " or ".join(f"{most}{each}" for each, most in LONGEST.items())
                raise InvalidSelectionError("period", self.code, f"ask for at most {limits}")
            return (form, number)
        if absolute := re.fullmatch(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", self.code):
            try:
                return DateRange(*(dt.date.fromisoformat(each) for each in absolute.groups()))
            except ValueError as error:
                raise InvalidSelectionError("period", self.code, str(error)) from error
        raise InvalidSelectionError(
            "period", self.code, "use 30d, 12m, ytd, all or 2026-01-01..2026-03-31"
        )

    @classmethod
    def between(cls, start: dt.date, end: dt.date) -> Self:
        """Return the absolute period of these days, both included."""
        return cls(f"{start.isoformat()}..{end.isoformat()}")

    @property
    def relative(self) -> bool:
        """True if the period moves with the data."""
        return not isinstance(self._parse(), DateRange)

    def range(self, first_day: dt.date, last_day: dt.date) -> DateRange:
        """Return the days meant, for data that runs from ``first_day`` to ``last_day``."""
        parsed = self._parse()
        if isinstance(parsed, DateRange):
            return parsed
        form, n = parsed
        if form == "all":
            return DateRange(min(first_day, last_day), last_day)
        if form == "ytd":
            return DateRange(dt.date(last_day.year, 1, 1), last_day)
        if form == "d":
            return DateRange(last_day - dt.timedelta(days=n - 1), last_day)
        return DateRange(add_months(last_day, -n) + dt.timedelta(days=1), last_day)


class Comparison(StrEnum):
    """What a period is held against."""

    NONE = "none"
    PREVIOUS = "previous"
    LAST_YEAR = "last_year"


def compared_range(current: DateRange, comparison: Comparison) -> DateRange | None:
    """Return the days that ``current`` is compared with, None without comparison.

    ``PREVIOUS`` (环比) is as many days directly before, or for whole calendar months as many
    whole months before; ``LAST_YEAR`` (同比) the same days one year earlier.

    Examples
    --------
    >>> compared_range(DateRange(dt.date(2026, 3, 1), dt.date(2026, 3, 31)), Comparison.PREVIOUS)
    DateRange(start=datetime.date(2026, 2, 1), end=datetime.date(2026, 2, 28))
    """
    if comparison is Comparison.NONE:
        return None
    after_end = current.end + dt.timedelta(days=1)
    whole_months = current.start.day == 1 and after_end.day == 1
    if comparison is Comparison.LAST_YEAR:
        if whole_months:
            return _whole_months(current.start, after_end, 12)
        return current.shifted_months(-12)
    if whole_months:
        months = (after_end.year - current.start.year) * 12 + after_end.month - current.start.month
        return _whole_months(current.start, after_end, months)
    end = current.start - dt.timedelta(days=1)
    return DateRange(end - dt.timedelta(days=current.days - 1), end)


def _whole_months(start: dt.date, after_end: dt.date, back: int) -> DateRange:
    return DateRange(add_months(start, -back), add_months(after_end, -back) - dt.timedelta(days=1))


@dataclass(frozen=True, slots=True, order=True)
class Filter:
    """Members of one dimension, to keep or (``exclude``) to leave out."""

    dimension: str
    members: tuple[str, ...]
    exclude: bool = False

    def __post_init__(self) -> None:
        """Check names and codes; sort the members so that equal filters are equal values."""
        if self.dimension not in DIMENSIONS:
            raise InvalidSelectionError("filter", self.dimension, f"known: {', '.join(DIMENSIONS)}")
        if not 0 < len(self.members) <= MAX_MEMBERS:
            raise InvalidSelectionError(
                self.dimension, f"{len(self.members)} members", f"name 1 to {MAX_MEMBERS}"
            )
        for member in self.members:
            try:
                DIMENSIONS[self.dimension].level_of(member)
            except ValueError as error:
                raise InvalidSelectionError(self.dimension, member, str(error)) from error
        object.__setattr__(self, "members", tuple(sorted(set(self.members))))


@dataclass(frozen=True, slots=True)
class Selection:
    """Which submissions to count, and what to hold the count against.

    Filters of different dimensions are joined by *and*, members of one filter by *or*.

    Examples
    --------
    >>> chosen = Selection(period=Period("12m")).toggled("region", "420100")
    >>> chosen.to_query()
    {'period': '12m', 'region': '420100'}
    >>> Selection.from_query(chosen.to_query()) == chosen
    True
    """

    period: Period = Period()
    filters: tuple[Filter, ...] = ()
    text: str = ""
    denoised: bool = False
    comparison: Comparison = Comparison.PREVIOUS

    def __post_init__(self) -> None:
        """Normalise the text and the order of filters."""
        text = " ".join(self.text.split())
        if len(text) > MAX_TEXT:
            raise InvalidSelectionError("text", text, f"search for at most {MAX_TEXT} characters")
        object.__setattr__(self, "text", text)
        keys = [(each.dimension, each.exclude) for each in self.filters]
        if len(set(keys)) < len(keys):
            raise InvalidSelectionError("filters", str(keys), "name each dimension once")
        object.__setattr__(self, "filters", tuple(sorted(self.filters)))

    def members(self, dimension: str, *, exclude: bool = False) -> tuple[str, ...]:
        """Return the members that the selection names in ``dimension``, empty if none."""
        for each in self.filters:
            if each.dimension == dimension and each.exclude == exclude:
                return each.members
        return ()

    def with_filter(
        self, dimension: str, members: Iterable[str], *, exclude: bool = False
    ) -> "Selection":
        """Return the selection with this filter in place of any other on ``dimension``."""
        kept = tuple(
            each for each in self.filters if (each.dimension, each.exclude) != (dimension, exclude)
        )
        named = tuple(members)
        if named:
            kept += (Filter(dimension, named, exclude),)
        return replace(self, filters=kept)

    def without(self, dimension: str) -> "Selection":
        """Return the selection with no filter on ``dimension``, neither kept nor left out."""
        return replace(
            self, filters=tuple(each for each in self.filters if each.dimension != dimension)
        )

    def toggled(self, dimension: str, member: str, *, exclude: bool = False) -> "Selection":
        """Return the selection with ``member`` added, or taken away if it was there."""
        members = set(self.members(dimension, exclude=exclude)) ^ {member}
        return self.with_filter(dimension, members, exclude=exclude)

    def resolved(self, first_day: dt.date, last_day: dt.date) -> "Selection":
        """Return the selection with an absolute period, for data of these days."""
        days = self.period.range(first_day, last_day)
        return replace(self, period=Period.between(days.start, days.end))

    @property
    def days(self) -> DateRange:
        """The days of an absolute period.

        Raises
        ------
        ValueError
            If the period is relative; call `resolved` first.
        """
        if self.period.relative:
            msg = f"period {self.period.code!r} is relative; call resolved() first"
            raise ValueError(msg)
        return self.period.range(dt.date.min, dt.date.max)

    def to_query(self) -> dict[str, str]:
        """Return the URL form; defaults are left out, codes stand for members.

        A left-out filter has a ``-`` before its dimension: ``{"-channel": "odr"}``.
        """
        query: dict[str, str] = {}
        if self.period != Period():
            query["period"] = self.period.code
        for each in self.filters:
            name = f"-{each.dimension}" if each.exclude else each.dimension
            query[name] = ",".join(each.members)
        if self.text:
            query["q"] = self.text
        if self.denoised:
            query["denoised"] = "1"
        if self.comparison is not Comparison.PREVIOUS:
            query["vs"] = self.comparison.value
        return query

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Read the URL form; names that are no part of a selection are ignored.

        Raises
        ------
        InvalidSelectionError
            If a period, comparison or code cannot be read.
        """
        filters = []
        for name, value in query.items():
            dimension = name.removeprefix("-")
            if dimension in DIMENSIONS and value:
                members = tuple(each for each in value.split(",") if each)
                filters.append(Filter(dimension, members, exclude=name.startswith("-")))
        try:
            comparison = Comparison(query.get("vs", Comparison.PREVIOUS.value))
        except ValueError as error:
            known = ", ".join(Comparison)
            raise InvalidSelectionError("vs", query["vs"], f"known: {known}") from error
        return cls(
            period=Period(query.get("period", Period().code)),
            filters=tuple(filters),
            text=query.get("q", ""),
            denoised=query.get("denoised") == "1",
            comparison=comparison,
        )
