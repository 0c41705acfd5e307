"""Months in a table, each beside the month before and the same month of the year before."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from pages.components import address, grid, wording
from pages.components.grid import Cell, Head, Row
from pages.components.panels import Click
from pages.components.screen_rows import GROWING
from queries.measures import Measure
from queries.results import DataStatus, Series
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Period, Selection, add_months

MONTHS = 13
"""Months listed: a whole year and the month that its first one is compared with."""


def month_end(day: dt.date) -> dt.date:
    """Return the last day of the month that ``day`` is in.

    Examples
    --------
    >>> month_end(dt.date(2024, 2, 3))
    datetime.date(2024, 2, 29)
    """
    return add_months(day.replace(day=1), 1) - dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Month:
    """One month.

    Attributes
    ----------
    before, last_year
        The value a month and a year earlier; None where either month is not wholly in the data.
    """

    first: dt.date
    value: float
    complete: bool
    before: float | None
    last_year: float | None


def base(selection: Selection, status: DataStatus) -> Selection:
    """Return the selection under which the months are counted: the period lifted, all else kept.

    Raises
    ------
    ValueError
        If there is no data.
    """
    if status.first_day is None or status.last_day is None:
        msg = "a table of months needs data, the warehouse has no day; say that there is none"
        raise ValueError(msg)
    end = min(
        month_end(selection.period.range(status.first_day, status.last_day).end), status.last_day
    )
    start = min(max(add_months(end.replace(day=1), -MONTHS - 11), status.first_day), end)
    return replace(selection, period=Period.between(start, end), comparison=Comparison.NONE)


def months(found: Series, measure: str) -> tuple[Month, ...]:
    """Return the last `MONTHS` months, newest first.

    Examples
    --------
    >>> index = pd.DatetimeIndex(["2026-01-01", "2026-02-01", "2026-03-01"])
    >>> frame = pd.DataFrame({"tipoffs": [5, 7, 4], "complete": [True, True, False]}, index=index)
    >>> [(month.first.month, month.before) for month in months(Series(frame, "month", None), "tipoffs")]
    [(3, None), (2, 5.0), (1, None)]
    """
    frame = found.frame
    known = {
        start.date(): float(value)
        for start, value, complete in zip(
            frame.index, frame[measure], frame["complete"], strict=True
        )
        if complete
    }
    listed = [
        _month(start, float(value), known)
        for start, value in zip(pd.DatetimeIndex(frame.index).date, frame[measure], strict=True)
    ]
    return tuple(reversed(listed[-MONTHS:]))


def _month(first: dt.date, value: float, known: dict[dt.date, float]) -> Month:
    complete = first in known
    return Month(
        first,
        value,
        complete,
        known.get(add_months(first, -1)) if complete else None,
        known.get(add_months(first, -12)) if complete else None,
    )


def content(
    listed: tuple[Month, ...], measure: Measure, chosen: DateRange, last_day: dt.date
) -> dict[str, object]:
    """Return the table as the panel draws it; the months that make up the period are marked."""
    stated = [month.value for month in listed if not pd.isna(month.value)]
    most = max(stated, default=0)
    points = "（点）" if measure.unit == "%" else ""
    heads = [
        Head("月份", width=100),
        Head(measure.label, right=True, hint=measure.definition),
        Head("上月", right=True),
        Head(f"环比{points}", right=True),
        Head("去年同月", right=True),
        Head(f"同比{points}", right=True),
    ]
    rows = [
        Row(
            month.first.strftime("%Y-%m"),
            _cells(month, measure, most),
            selected=chosen.start <= month.first
            and month_days(month.first, last_day).end <= chosen.end,
        )
        for month in listed
    ]
    return grid.content("month", "逐月数据", heads, rows, empty="暂无数据")


def _cells(month: Month, measure: Measure, most: float) -> tuple[Cell, ...]:
    name = f"{month.first.year}年{month.first.month}月"
    shown = Cell(
        wording.figure(measure.name, month.value),
        bar=month.value / most if most > 0 and month.value > 0 else 0.0,
    )
    if not month.complete:
        note = Cell("未满月", hint="该月数据不完整，不与其他月份比较")
        return (Cell(name), shown, Cell(""), note, Cell(""), note)
    if measure.name in GROWING:
        note = Cell("尚在办理", hint="本期件尚在办理，与早已办结的往期比较会显得下降")
        return (Cell(name), shown, Cell(""), note, Cell(""), note)
    return (
        Cell(name),
        shown,
        Cell(wording.figure(measure.name, month.before)),
        _changed(measure, month.value, month.before),
        Cell(wording.figure(measure.name, month.last_year)),
        _changed(measure, month.value, month.last_year),
    )


def _changed(measure: Measure, value: float, before: float | None) -> Cell:
    change = wording.change(measure.name, value, before)
    return Cell(change.text.removesuffix("个百分点"), change.tone)


def month_days(first: dt.date, last_day: dt.date) -> DateRange:
    """Return the days of a month; of the one that the data ends in, those up to its last day.

    Examples
    --------
    >>> month_days(dt.date(2026, 3, 1), dt.date(2026, 3, 21)).end
    datetime.date(2026, 3, 21)
    """
    end = month_end(first)
    return DateRange(first, last_day if first <= last_day < end else end)


def on_month(scope: Scope, last_day: dt.date) -> Callable[[Click], None]:
    """Return the answer to a click on a month: that month, or from it back to the usual period."""

    def clicked(click: Click) -> None:
        try:
            first = dt.date.fromisoformat(f"{click.code}-01")
        except ValueError:
            return
        before = address.current(scope)
        days = month_days(first, last_day)
        wanted = Period.between(days.start, days.end)
        back = before.period == wanted
        address.go(replace(before, period=Period() if back else wanted))

    return clicked
