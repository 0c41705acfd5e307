"""Working days and public holidays over a span, as arrays to count with."""

import datetime as dt
from dataclasses import dataclass

import chinese_calendar
import numpy as np
import numpy.typing as npt

from jobs.demo.choosing import Ints

EPOCH = dt.date(1970, 1, 1)
DAY_SECONDS = 86_400

FIXED_HOLIDAYS = {
    (1, 1): "New Year's Day",
    (5, 1): "Labour Day",
    (5, 2): "Labour Day",
    (10, 1): "National Day",
    (10, 2): "National Day",
    (10, 3): "National Day",
}
"""Public holidays by date, where chinesecalendar has no year yet (全国年节及纪念日放假办法)."""


def day_number(day: dt.date) -> int:
    """Return days since 1970-01-01.

    Examples
    --------
    >>> day_number(dt.date(1970, 1, 31))
    30
    """
    return (day - EPOCH).days


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days of a span are worked; days are numbers since 1970-01-01.

    Attributes
    ----------
    first
        First day of the span.
    worked
        One flag per day; a make-up Saturday counts as worked.
    holiday
        Name of the public holiday per day, empty on other days and on plain weekends.
    published_until
        Last day known from the published schedule; later ones are Monday to Friday without the
        fixed holidays.
    """

    first: int
    worked: npt.NDArray[np.bool_]
    holiday: tuple[str, ...]
    published_until: dt.date

    @classmethod
    def over(cls, first: dt.date, last: dt.date) -> "WorkCalendar":
        """Make the calendar of ``first`` to ``last``, both included."""
        days = [first + dt.timedelta(days=step) for step in range((last - first).days + 1)]
        worked, names = zip(*(_describe(day) for day in days), strict=True)
        published = [day for day in days if _published(day)]
        return cls(day_number(first), np.array(worked), names, max(published, default=first))

    @property
    def dates(self) -> list[dt.date]:
        """Every day of the span."""
        return [EPOCH + dt.timedelta(days=self.first + step) for step in range(len(self.worked))]

    def is_worked(self, day: Ints) -> npt.NDArray[np.bool_]:
        """Tell which of ``day`` are worked."""
        return self.worked[day - self.first]

    def after(self, day: Ints, steps: Ints | int) -> Ints:
        """Return the ``steps``-th working day strictly after ``day`` (办法 art. 45).

        Examples
        --------
        >>> calendar = WorkCalendar.over(dt.date(2026, 2, 1), dt.date(2026, 3, 31))
        >>> found = calendar.after(np.array([day_number(dt.date(2026, 2, 12))]), 7)
        >>> EPOCH + dt.timedelta(days=int(found[0]))
        datetime.date(2026, 2, 28)
        """
        upto = np.cumsum(self.worked)
        listed = np.flatnonzero(self.worked) + self.first
        position = upto[day - self.first] + np.asarray(steps) - 1
        return np.asarray(listed[np.minimum(position, len(listed) - 1)], dtype=np.int64)

    def on_or_after(self, day: Ints) -> Ints:
        """Return ``day`` itself where worked, else the next working day."""
        return np.where(self.is_worked(day), day, self.after(day, 1))


def _published(day: dt.date) -> bool:
    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        return False
    return True


def _describe(day: dt.date) -> tuple[bool, str]:
    if not _published(day):
        name = FIXED_HOLIDAYS.get((day.month, day.day), "")
        return day.weekday() < 5 and not name, name
    worked = bool(chinese_calendar.is_workday(day))
    _, name = chinese_calendar.get_holiday_detail(day)
    return worked, (name or "") if not worked else ""
