"""What reads return: small frames with their base, and whether they were cut."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from queries.selection import DateRange


@dataclass(frozen=True, slots=True)
class Totals:
    """Measures over a whole selection.

    Attributes
    ----------
    current
        Value by measure name; NaN where the denominator is 0.
    previous, last_year
        The same over the period before (环比) and a year earlier (同比); None where that period
        is not wholly inside the data, or the period counted is not over, so nothing can be said.
    days
        The days counted.
    in_scope
        Submissions of all filters lifted, same days and scope: the M of "N of M".
    """

    current: dict[str, float]
    previous: dict[str, float] | None
    last_year: dict[str, float] | None
    days: DateRange
    in_scope: int


@dataclass(frozen=True, slots=True)
class Series:
    """Measures over time.

    Attributes
    ----------
    frame
        Index ``DatetimeIndex`` of bucket starts without gaps (0 where nothing was registered; NaN
        for rates without base), one column per measure; ``complete`` (bool) is False for a bucket
        that the period or the data covers only in part.
    compared
        The comparison period's values on the same positions, None without comparison.
    """

    frame: pd.DataFrame
    grain: str
    compared: pd.DataFrame | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Measures by the members of one level, largest first.

    Attributes
    ----------
    frame
        Columns ``member`` (code; None = not stated), each measure, ``share`` (of the ordering
        measure's total, 0-1; NaN for rates); with a comparison also ``<measure>_compared`` and, for the ordering
        measure, ``change`` (difference) and ``change_rate`` (NaN where the base is 0).
        Levels of operators carry ``name`` too; words carry the word as ``member``.
    level
        Name of the level.
    members
        How many members there are in all, what is not stated among them.
    counted
        False if ``members`` is only the least number there can be, because counting a million
        members was not asked for.
    not_stated
        1 if what is not stated is counted in ``members``, else 0.
    """

    frame: pd.DataFrame
    level: str
    members: int
    counted: bool = True
    not_stated: int = 0

    @property
    def truncated(self) -> bool:
        """True if there are more members than rows, or may be."""
        return not self.counted or self.members > len(self.frame)


@dataclass(frozen=True, slots=True)
class Matrix:
    """One measure by two levels.

    Attributes
    ----------
    frame
        Long form: ``row``, ``column``, ``value``.
    """

    frame: pd.DataFrame
    row_level: str
    column_level: str


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """One page of submissions, newest first.

    Attributes
    ----------
    frame
        Columns of ``submissions`` as listed by `queries.reads.LISTED_COLUMNS`, plus
        ``operator_name``; personal data masked.
    total
        Submissions that match in all.
    """

    frame: pd.DataFrame
    total: int
    page: int
    page_size: int

    @property
    def pages(self) -> int:
        """Number of pages, at least 1."""
        return max(1, -(-self.total // self.page_size))


@dataclass(frozen=True, slots=True)
class DataStatus:
    """How fresh the data is.

    Attributes
    ----------
    generation
        Name of the warehouse generation in service.
    first_day, last_day
        First and last day with submissions; None in an empty warehouse.
    """

    generation: str
    first_day: dt.date | None
    last_day: dt.date | None
    imported_at: dt.datetime | None
    submissions: int
    synthetic: bool

    def has(self, days: DateRange) -> bool:
        """Tell whether any of these days lies between the first and the last of the data."""
        if self.first_day is None or self.last_day is None:
            return False
        return self.first_day <= days.end and days.start <= self.last_day

    def is_over(self, days: DateRange) -> bool:
        """Tell whether the data reaches the end of these days, so that they can be compared."""
        return self.last_day is not None and days.end <= self.last_day
