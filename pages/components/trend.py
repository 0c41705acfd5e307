"""The trend above the leaderboards: bars to click, days to drag over."""

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from pages.components import axes, palettes
from pages.components.palettes import Palette
from pages.components.render import Option
from queries.measures import Measure
from queries.results import Series
from queries.selection import DateRange

MAX_DAYS, MAX_WEEKS = 62, 420
"""Longest periods drawn by day and by week; ours, so that a bar stays wide enough to click."""

UNFINISHED = "（未满）"
"""Stands beside a bucket that period or data cover only in part; it is also drawn paler."""


def grain(days: DateRange) -> str:
    """Return the grain in which a period is drawn.

    Examples
    --------
    >>> grain(DateRange(dt.date(2026, 1, 1), dt.date(2026, 1, 31)))
    'day'
    """
    if days.days <= MAX_DAYS:
        return "day"
    return "week" if days.days <= MAX_WEEKS else "month"


def trend_chart(
    found: Series, measure: Measure, *, compared: str, palette: Palette | None = None
) -> Option:
    """Draw one measure over time, sums as bars, rates as a line, beside what it is compared with.

    Parameters
    ----------
    compared
        Name of the comparison (环比 …), for the legend.
    palette
        Colours; those of the browser's theme if None.
    """
    colours = palette or palettes.current()
    text = {"fontSize": 11, "color": colours.faint}
    frame = found.frame
    shown = _shown(frame[measure.name], measure)
    name = f"{measure.label}（{measure.unit}）"
    option: dict[str, Any] = {
        "grid": {"left": 6, "right": 8, "top": 26, "bottom": 4, "outerBoundsMode": "same"},
        "legend": {"top": 0, "left": 0, "itemWidth": 14, "itemHeight": 8, "textStyle": text},
        "tooltip": {"trigger": "axis", "textStyle": {"fontSize": 12}},
        "toolbox": {"right": 4, "top": -6, "itemSize": 14, "feature": {"brush": _BRUSH_BUTTONS}},
        "brush": {"xAxisIndex": 0, "brushMode": "single", "transformable": False},
        "xAxis": {
            "type": "category",
            "data": [
                bucket_text(start, found.grain) + ("" if whole else UNFINISHED)
                for start, whole in zip(frame.index, frame["complete"], strict=True)
            ],
            "axisLabel": text,
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": colours.line}},
        },
        "series": [_series(name, shown, measure, frame["complete"], colours)],
    }
    most = shown.max()
    if found.compared is not None and compared:
        before = _shown(found.compared[measure.name], measure)
        most = max(most, before.max())
        option["series"].append(_base_line(f"{compared}基期", before, colours))
    option["yAxis"] = axes.value_axis(colours, unit=measure.unit, most=most, splits=3, told=False)
    return option


_BRUSH_BUTTONS = {
    "type": ["lineX", "clear"],
    "title": {"lineX": "框选时间", "clear": "取消框选"},
}


def _series(
    name: str, values: pd.Series, measure: Measure, complete: pd.Series, colours: Palette
) -> dict[str, Any]:
    kind = "bar" if measure.denominator is None else "line"
    items = [
        {"value": value, "itemStyle": {"opacity": 1.0 if whole else 0.45}}
        for value, whole in zip(_numbers(values), complete, strict=True)
    ]
    return {
        "type": kind,
        "name": name,
        "data": items,
        "color": colours.series[0],
        "barCategoryGap": "16%",
        "symbolSize": 6,
        "selectedMode": "single",
        "select": {"itemStyle": {"color": colours.series[1]}},
    }


def _base_line(name: str, values: pd.Series, colours: Palette) -> dict[str, Any]:
    return {
        "type": "line",
        "name": name,
        "data": _numbers(values),
        "color": colours.series[5],
        "showSymbol": False,
        "lineStyle": {"type": "dashed", "width": 1.2},
        "silent": True,
    }


def _shown(values: pd.Series, measure: Measure) -> pd.Series:
    return values * 100 if measure.unit == "%" else values


def _numbers(values: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else round(float(value), 1) for value in values]


def bucket_text(start: pd.Timestamp, grain: str) -> str:
    """Return the name of a bucket on the axis.

    Examples
    --------
    >>> bucket_text(pd.Timestamp("2026-03-02"), "week"), bucket_text(pd.Timestamp("2026-03-01"), "month")
    ('3月2日周', '2026年3月')
    """
    if grain == "month":
        return f"{start.year}年{start.month}月"
    return f"{start.month}月{start.day}日{'周' if grain == 'week' else ''}"


def chosen_days(found: Series, state: object, within: DateRange) -> DateRange | None:
    """Return the days that were clicked or dragged over, None if nothing was.

    Parameters
    ----------
    state
        What the browser reports of the chart: positions of clicked bars, or ends of dragged areas.
    within
        The days drawn; a bucket that reaches beyond them is clipped.
    """
    positions = [min(max(each, 0), len(found.frame) - 1) for each in _positions(state)]
    if not positions or found.frame.empty:
        return None
    start = found.frame.index[min(positions)].date()
    end = _last_day(found.frame.index[max(positions)], found.grain)
    return DateRange(max(start, within.start), min(end, within.end))


def _positions(state: object) -> list[int]:
    selection = state.get("selection") if isinstance(state, Mapping) else None
    if not isinstance(selection, Mapping):
        return []
    areas = [area["coord_range"] for area in selection.get("areas", ())]
    if areas:
        return [math.floor(areas[0][0] + 0.5), math.ceil(areas[0][1] - 0.5)]
    return [int(each) for group in selection.get("selected", ()) for each in group["data_indices"]]


def _last_day(start: pd.Timestamp, grain: str) -> dt.date:
    if grain == "month":
        return (start + pd.offsets.MonthEnd(0)).date()
    return (start + pd.Timedelta(days=6 if grain == "week" else 0)).date()
