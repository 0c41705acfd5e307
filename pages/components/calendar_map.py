"""A year of days as a calendar, the darker the more; every day a click away."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from pages.components import address, wording
from pages.components.marks import Event
from pages.components.palettes import Palette
from pages.components.render import Option
from queries.measures import Measure
from queries.results import DataStatus, Series
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Period, Selection, add_months

MONTHS = 12
"""Months drawn; with 53 weeks a cell is wide enough to click at 1366 pixels."""

DARKEST_SHARE = 0.99
"""Share of days below the darkest colour; ours, so that one extreme day does not pale the rest."""

PALE = 0.55
"""Opacity of days outside the selected period."""

HEIGHT, GAP = 218, 10
"""Of the chart, and what is left below the days for a caption, in pixels."""

_MONTHS = [f"{number}月" for number in range(1, 13)]
_WEEKDAYS = ["日", "一", "二", "三", "四", "五", "六"]


def days_drawn(chosen: DateRange, first_day: dt.date, last_day: dt.date) -> DateRange:
    """Return the days of the calendar: the last 12 months of the data, or of an earlier period.

    Parameters
    ----------
    chosen
        The days selected.
    first_day, last_day
        Of the data.

    Examples
    --------
    >>> march = DateRange(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    >>> days_drawn(march, dt.date(2023, 1, 1), dt.date(2026, 11, 21))
    DateRange(start=datetime.date(2025, 11, 22), end=datetime.date(2026, 11, 21))
    >>> days_drawn(march, dt.date(2023, 1, 1), dt.date(2027, 11, 21)).end
    datetime.date(2026, 3, 31)
    """
    end = last_day
    if _year_before(last_day) > chosen.start:
        end = min(chosen.end, last_day)
    start = max(_year_before(end), first_day)
    return DateRange(min(start, end), end)


def _year_before(day: dt.date) -> dt.date:
    return add_months(day, -MONTHS) + dt.timedelta(days=1)


def base(selection: Selection, status: DataStatus) -> Selection:
    """Return the selection under which the days are counted: the period lifted, all else kept.

    Raises
    ------
    ValueError
        If there is no data.
    """
    if status.first_day is None or status.last_day is None:
        msg = "a calendar needs data, the warehouse has no day; say in words that there is none"
        raise ValueError(msg)
    chosen = selection.period.range(status.first_day, status.last_day)
    days = days_drawn(chosen, status.first_day, status.last_day)
    return replace(
        selection, period=Period.between(days.start, days.end), comparison=Comparison.NONE
    )


def calendar_chart(
    found: Series,
    measure: Measure,
    *,
    chosen: DateRange,
    events: Sequence[Event] = (),
    below: int = 0,
    palette: Palette,
) -> Option:
    """Draw a measure by day; days with a name are framed, days that are not chosen are paler.

    Parameters
    ----------
    found
        By day.
    chosen
        The days selected.
    events
        What happened on which days: holidays, promotions, events of the office.
    below
        Pixels left free for a caption.
    """
    values = found.frame[measure.name]
    names = _names(events)
    scale = 100 if measure.unit == "%" else 1
    marks = [
        _mark(
            day,
            float(value),
            measure,
            chosen=chosen,
            name=names.get(day, ""),
            palette=palette,
        )
        for day, value in zip(pd.DatetimeIndex(found.frame.index).date, values, strict=True)
        if not pd.isna(value)
    ]
    least, most = _ends(values, measure)
    return {
        "tooltip": {"textStyle": {"fontSize": 12}},
        "visualMap": {
            "type": "continuous",
            "min": least * scale,
            "max": most * scale,
            "orient": "horizontal",
            "right": 34,
            "top": 0,
            "itemWidth": 10,
            "itemHeight": 90,
            "text": [wording.figure(measure.name, most), wording.figure(measure.name, least)],
            "textStyle": {"color": palette.faint, "fontSize": 11},
            "inRange": {"color": list(palette.ramp)},
            "hoverLink": False,
        },
        "calendar": {
            "range": [found.frame.index[0].date(), found.frame.index[-1].date()],
            "left": 26,
            "right": 6,
            "top": 56,
            "bottom": below + GAP,
            "cellSize": ["auto", "auto"],
            "dayLabel": {
                "firstDay": 1,
                "nameMap": _WEEKDAYS,
                "fontSize": 11,
                "color": palette.faint,
            },
            "monthLabel": {"nameMap": _MONTHS, "fontSize": 11, "color": palette.faint},
            "yearLabel": {"show": False},
            "itemStyle": {"color": "transparent", "borderColor": palette.line, "borderWidth": 0.5},
            "splitLine": {"lineStyle": {"color": palette.faint, "width": 1}},
        },
        "series": [{"type": "heatmap", "coordinateSystem": "calendar", "data": marks}],
    }


def note(measure: Measure, *, drawn: DateRange, chosen: DateRange) -> str:
    """Return what the colours and frames mean, and what a click does.

    Examples
    --------
    >>> year = DateRange(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    >>> from queries.measures import MEASURES
    >>> note(MEASURES["complaints"], drawn=year, chosen=year)
    '投诉量，颜色见图例，加框的为节假日和事件日；点击某日只看当日，再点回到默认的近30天'
    """
    pale = chosen.start > drawn.start or chosen.end < drawn.end
    return (
        f"{measure.label}，颜色见图例{'，统计期以外的日子减淡' if pale else ''}，"
        "加框的为节假日和事件日；"
        f"点击某日只看当日，再点回到默认的{wording.period_text(Period())}"
    )


def _names(events: Sequence[Event]) -> dict[dt.date, str]:
    found: dict[dt.date, str] = {}
    for event in events:
        for number in range((event.last_day - event.first_day).days + 1):
            day = event.first_day + dt.timedelta(days=number)
            found[day] = f"{found[day]}、{event.name}" if day in found else event.name
    return found


def _ends(values: pd.Series, measure: Measure) -> tuple[float, float]:
    """Return the values of the palest and the darkest colour; rates rarely come near 0."""
    known = values.dropna()
    if known.empty:
        return 0.0, 1.0
    least = 0.0 if measure.denominator is None else float(known.quantile(1 - DARKEST_SHARE))
    most = float(known.quantile(DARKEST_SHARE))
    return least, most if most > least else least + 1.0


def _mark(
    day: dt.date,
    value: float,
    measure: Measure,
    *,
    chosen: DateRange,
    name: str,
    palette: Palette,
) -> dict[str, Any]:
    style: dict[str, Any] = {"opacity": 1.0 if chosen.start <= day <= chosen.end else PALE}
    if name:
        style |= {"borderColor": palette.series[1], "borderWidth": 1.5}
    weekday = wording.label("weekday", str(day.isoweekday()))
    about = f"（{name}）" if name else ""
    return {
        "value": [day.isoformat(), round(value * (100 if measure.unit == "%" else 1), 2)],
        "code": day.isoformat(),
        "itemStyle": style,
        "tooltip": {
            "formatter": f"{wording.date_text(day)}{weekday}{about}\n"
            f"{measure.label}{wording.figure(measure.name, value)}"
        },
    }


def on_day(scope: Scope) -> Callable[[str], None]:
    """Return the answer to a click on a day: that day alone, or from it back to the usual period."""

    def clicked(code: str) -> None:
        before = address.current(scope)
        try:
            day = dt.date.fromisoformat(code)
        except ValueError:
            return
        wanted = Period.between(day, day)
        back = before.period == wanted
        address.go(replace(before, period=Period() if back else wanted))

    return clicked
