"""Which days are worked, as arrays to count legal time limits with."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import chinese_calendar
import numpy as np
import numpy.typing as npt
import pandas as pd

Days = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

Calendar = pd.Series | pd.DataFrame | Callable[[dt.date], bool]
"""What `day_count` takes."""

EPOCH = dt.date(1970, 1, 1)

FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Month and day of public holidays with a fixed date, for years without a published schedule."""


class CalendarTooShortError(ValueError):
    """A time limit runs past the days that the calendar knows.

    Attributes
    ----------
    first, last
        Days that the calendar covers.
    needed
        A day that it would have to cover.
    """

    def __init__(self, first: dt.date, last: dt.date, needed: dt.date) -> None:
        super().__init__(
            f"the calendar covers {first} to {last}, but {needed} or a later day is needed; "
            "give a longer calendar, e.g. working_days.published_calendar(first, last)"
            if needed > last
            else f"the calendar covers {first} to {last}, but {needed} is needed; start it earlier"
        )
        self.first = first
        self.last = last
        self.needed = needed


def day_number(day: dt.date) -> int:
    """Return days since 1970-01-01.

    Examples
    --------
    >>> day_number(dt.date(1970, 1, 31))
    30
    """
    return (day - EPOCH).days


def as_date(number: int) -> dt.date:
    """Return the day ``number`` days after 1970-01-01."""
    return EPOCH + dt.timedelta(days=int(number))


@dataclass(frozen=True, slots=True)
class DayCount:
    """Which days of a span are worked; days are numbers since 1970-01-01.

    Attributes
    ----------
    first
        First day of the span.
    worked
        One flag per day; a make-up Saturday counts as worked.
    shifts
        One flag per day: a time limit in natural days cannot end on it.
    published
        One flag per day: the day's kind comes from the published schedule, not from a guess.
    """

    first: int
    worked: Flags
    shifts: Flags
    published: Flags

    @property
    def last(self) -> int:
        """Return the last day of the span."""
        return self.first + len(self.worked) - 1

    def worked_upto(self, day: Days) -> Days:
        """Return how many days from ``first`` to ``day`` are worked."""
        self._check(day)
        return np.cumsum(self.worked, dtype=np.int64)[day - self.first]

    def nth_after(self, day: Days, steps: Days) -> Days:
        """Return the ``steps``-th working day strictly after ``day``.

        Raises
        ------
        CalendarTooShortError
            If ``day`` or the result lies outside the span.

        Examples
        --------
        >>> count = day_count(chinese_calendar.is_workday, dt.date(2026, 2, 1), dt.date(2026, 3, 31))
        >>> found = count.nth_after(np.array([day_number(dt.date(2026, 2, 12))]), np.array([7]))
        >>> as_date(found[0])
        datetime.date(2026, 2, 28)
        """
        listed = np.flatnonzero(self.worked) + self.first
        position = self.worked_upto(day) + steps - 1
        if len(position) and int(position.max()) >= len(listed):
            raise CalendarTooShortError(
                as_date(self.first), as_date(self.last), as_date(self.last + 1)
            )
        return np.asarray(listed[position], dtype=np.int64) if len(position) else day

    def on_or_after(self, day: Days) -> Days:
        """Return ``day``, or the next day on which a time limit can end.

        Raises
        ------
        CalendarTooShortError
            If ``day`` or the result lies outside the span.
        """
        self._check(day)
        ends = np.flatnonzero(~self.shifts) + self.first
        position = np.searchsorted(ends, day)
        if len(position) and int(position.max()) >= len(ends):
            raise CalendarTooShortError(
                as_date(self.first), as_date(self.last), as_date(self.last + 1)
            )
        return np.asarray(ends[position], dtype=np.int64) if len(position) else day

    def is_guessed(self, day: Days) -> Flags:
        """Tell for which of ``day`` the schedule was not published up to and including it."""
        guessed = np.flatnonzero(~self.published)
        if not len(guessed):
            return np.zeros(len(day), dtype=bool)
        return np.asarray(day >= self.first + int(guessed[0]), dtype=bool)

    def _check(self, day: Days) -> None:
        if not len(day):
            return
        for needed in (int(day.min()), int(day.max())):
            if not self.first <= needed <= self.last:
                raise CalendarTooShortError(
                    as_date(self.first), as_date(self.last), as_date(needed)
                )


def published_calendar(
    first: dt.date, last: dt.date, *, overrides: Mapping[dt.date, bool] | None = None
) -> pd.DataFrame:
    """Make the calendar of ``first`` to ``last`` from the published schedule of public holidays.

    Years that are not published yet are Monday to Friday without the holidays of a fixed date:
    ``published`` is False there and whatever is counted with them has to say so.

    Parameters
    ----------
    first, last
        The span, both included.
    overrides
        Days known better than by the package (a schedule announced after its release): True is
        worked. They count as published.

    Returns
    -------
    pandas.DataFrame
        Index: every day of the span (``DatetimeIndex``). Columns ``working``, ``published`` (bool).

    Raises
    ------
    ValueError
        If ``last`` is before ``first``.

    Examples
    --------
    >>> published_calendar(dt.date(2026, 12, 31), dt.date(2027, 1, 1))
                working  published
    2026-12-31     True       True
    2027-01-01    False      False
    """
    if last < first:
        msg = f"last={last} is before first={first}; give the span in order"
        raise ValueError(msg)
    known = overrides or {}
    days = pd.date_range(first, last, freq="D")
    found = [_describe(day.date(), known) for day in days]
    return pd.DataFrame(found, columns=["working", "published"], index=days)


def day_count(calendar: Calendar, first: dt.date, last: dt.date) -> DayCount:
    """Read a calendar of any of the accepted forms.

    Parameters
    ----------
    calendar
        A Series of bool by date (``DatetimeIndex``, every day once, ascending; True is worked), a
        frame so indexed with the column ``working`` and, as wished, ``holiday`` (the days on which
        a limit in natural days cannot end; without it every day that is not worked) and
        ``published`` (False where guessed), or a callable that takes a ``date`` and tells whether
        it is worked. A callable that raises ``NotImplementedError`` has no data for that day.
    first, last
        Days asked of a callable, both included; a Series or frame says its own span.

    Raises
    ------
    ValueError
        If the index is not daily, ascending and without gaps, a flag is missing, or a column is.
    CalendarTooShortError
        If a callable knows no day of the span.
    """
    if callable(calendar):
        return _asked(calendar, first, last)
    frame = calendar.to_frame("working") if isinstance(calendar, pd.Series) else calendar
    if "working" not in frame.columns:
        msg = f"the calendar has no column 'working', only {list(frame.columns)}"
        raise ValueError(msg)
    index = frame.index
    if not isinstance(index, pd.DatetimeIndex) or not len(index):
        msg = f"the calendar is indexed by {type(index).__name__}; give a DatetimeIndex of days"
        raise ValueError(msg)
    days = index.to_numpy().astype("datetime64[D]").astype(np.int64)
    if (np.diff(days) != 1).any():
        at = as_date(days[int(np.argmax(np.diff(days) != 1))])
        msg = f"the calendar does not go on by one day after {at}; give every day once, ascending"
        raise ValueError(msg)
    wanted = [name for name in ("working", "holiday", "published") if name in frame.columns]
    if frame[wanted].isna().any(axis=None):
        msg = "the calendar has days without a flag; give True or False for every day"
        raise ValueError(msg)
    flags = {name: frame[name].to_numpy(dtype=bool) for name in wanted}
    worked = flags["working"]
    return DayCount(
        int(days[0]),
        worked,
        flags.get("holiday", ~worked),
        flags.get("published", np.ones(len(worked), dtype=bool)),
    )


def _asked(calendar: Callable[[dt.date], bool], first: dt.date, last: dt.date) -> DayCount:
    worked: list[bool] = []
    start = first
    for step in range((last - first).days + 1):
        day = first + dt.timedelta(days=step)
        try:
            worked.append(bool(calendar(day)))
        except NotImplementedError:
            if worked:
                break
            start = day + dt.timedelta(days=1)
    if not worked:
        raise CalendarTooShortError(last, last, first)
    flags = np.array(worked)
    return DayCount(day_number(start), flags, ~flags, np.ones(len(flags), dtype=bool))


def _describe(day: dt.date, known: Mapping[dt.date, bool]) -> tuple[bool, bool]:
    if day in known:
        return known[day], True
    try:
        return bool(chinese_calendar.is_workday(day)), True
    except NotImplementedError:
        return day.isoweekday() <= 5 and (day.month, day.day) not in FIXED_HOLIDAYS, False
