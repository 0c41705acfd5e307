"""How far the data lags behind today, in working days."""

import datetime as dt
import functools
from zoneinfo import ZoneInfo

import chinese_calendar

from pages.components import data
from pages.components.settings import settings

BEIJING = ZoneInfo("Asia/Shanghai")


def warning(last_day: dt.date | None, *, limit: int) -> str | None:
    """Return what to say about data that lags more than ``limit`` working days, None if it does not."""
    if last_day is None:
        return "暂无数据"
    behind = working_days_behind(last_day, dt.datetime.now(tz=BEIJING).date())
    return f"数据已落后{behind}个工作日" if behind > limit else None


def warning_now() -> str | None:
    """Return what to say about the data in service, None if it is fresh enough."""
    return warning(data.status().last_day, limit=settings().stale_working_days)


@functools.lru_cache(maxsize=16)
def working_days_behind(last_day: dt.date, today: dt.date) -> int:
    """Count the working days after ``last_day`` and before ``today``; today is not over yet.

    Public holidays and the working weekends around them are known up to the last year that the
    State Council had announced when the calendar was released; later years count Monday to Friday.

    Examples
    --------
    >>> working_days_behind(dt.date(2026, 9, 30), dt.date(2026, 10, 10))
    2
    >>> working_days_behind(dt.date(2026, 3, 10), dt.date(2026, 3, 11))
    0
    """
    between = (last_day + dt.timedelta(days=n) for n in range(1, (today - last_day).days))
    return sum(_is_working_day(day) for day in between)


def _is_working_day(day: dt.date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.isoweekday() <= 5
