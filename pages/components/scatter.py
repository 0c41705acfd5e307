"""How many against how fast: every large member a point, four quadrants, a click for one of them."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.components import (
    address,
    data,
    exports,
    figures,
    focus_address,
    leaderboards,
    member_names,
    palettes,
    ranking_limits,
    ranking_table,
    render,
    wording,
)
from pages.components.boards import View
from pages.components.data import Standings
from pages.components.palettes import Palette
from pages.components.ranking_limits import Asked
from pages.components.render import Option
from queries.measures import MEASURES
from queries.scope import Scope
from queries.selection import Comparison, InvalidSelectionError, Selection

MEMBERS = 200
"""Largest members drawn; ours, as many as a filter may name and an eye tells apart."""

QUADRANTS = ("量小、上升", "量大、上升", "量小、下降", "量大、下降")
"""Left and right above, left and right below the line of no change."""

RISING, FALLING = "#d9822b", "#3f87d9"
"""Colours of points; each 3:1 and more on the light and on the dark page."""

HEIGHT = 440
"""Of the chart without its caption, in pixels."""

STEADY = 1.0
"""Times of the compared period at which nothing changed."""


def show(found: Standings, view: View, selection: Selection, scope: Scope, *, key: str) -> None:
    """Draw the largest members; a click focuses on one, dragging over several filters by them.

    Parameters
    ----------
    found
        As from `fetch`.
    """
    measure = found.measure
    compared = ranking_limits.against_of(selection)
    name = leaderboards.COMPARED[compared]
    label = MEASURES[measure].label
    title = f"**{label}与{name}变化**"
    points = frame(found, view, compared)
    if points.empty:
        st.markdown(title)
        st.caption(f"没有在本期和比较期都有{label}的成员，无法画出变化。")
        return
    st.markdown(f"{title} :small[{note(found, points, compared)}]")
    drawn_as = f"{key}_{measure}_{compared}"
    drawn = chart(points, label=label, unit=MEASURES[measure].unit, palette=palettes.current())
    totals = data.totals(selection, scope, measures=figures.FIGURES)
    caption = exports.caption(
        totals,
        selection,
        scope,
        what=f"{label}与{name}变化",
        measures=(measure,),
        method=note(found, points, compared),
    )
    render.show(
        exports.savable(drawn, name=f"{label}与变化", caption=caption),
        key=drawn_as,
        height=HEIGHT + exports.height_of(caption),
        on_select=on_points(drawn_as, points, view, scope),
    )


def fetch(view: View, selection: Selection, scope: Scope, asked: Asked) -> Standings:
    """Read the members that are drawn: the largest of those within the ranking's filters.

    The first have trends, for the first page of the ranking.
    """
    measure = sum_of(asked)
    return data.standings(
        view.base(selection),
        scope,
        level=view.level,
        measure=measure,
        limits=asked.limits(selection) if measure == asked.measure.name else data.Limits(),
        limit=MEMBERS,
        trend_rows=ranking_table.ROWS,
    )


def sum_of(asked: Asked) -> str:
    """Return the sum that is drawn: what is asked for, the number of submissions for a rate."""
    comparable = asked.measure.denominator is None and asked.compares
    return asked.measure.name if comparable else "submissions"


def frame(found: Standings, view: View, compared: Comparison) -> pd.DataFrame:
    """Return the points: ``code``, ``label``, ``value``, ``times`` (of the compared period), ``note``.

    Members without anything in one of the two periods have no place on this chart.
    """
    before = "last_year" if compared is Comparison.LAST_YEAR else "previous"
    rows = found.frame[found.frame["member"].notna()]
    rows = rows[(rows["value"] > 0) & (rows[before] > 0)]
    labels = member_names.labels(rows, view)
    measure = found.measure
    return pd.DataFrame(
        {
            "code": rows["member"].astype(str).to_list(),
            "label": labels,
            "value": rows["value"].astype(float).to_list(),
            "times": (rows["value"] / rows[before]).astype(float).to_list(),
            "note": [
                f"{label}\n{wording.figure(measure, now)}，{leaderboards.COMPARED[compared]}"
                f"{wording.change(measure, now, then).text}（原{wording.figure(measure, then)}）"
                for label, now, then in zip(labels, rows["value"], rows[before], strict=True)
            ],
        }
    )


def note(found: Standings, points: pd.DataFrame, compared: Comparison) -> str:
    """Return what is drawn of how many, and what the lines mean."""
    stated = int(found.frame["member"].notna().sum())
    left_out = stated - len(points)
    text = f"数量最多的{stated:,}个中画出{len(points):,}个"
    if left_out:
        text += f"（{left_out:,}个比较期为0，不画）"
    base = "去年同期" if compared is Comparison.LAST_YEAR else "上期"
    return f"{text}；纵轴为本期是{base}的几倍，竖线为中位数"


def chart(points: pd.DataFrame, *, label: str, unit: str, palette: Palette) -> Option:
    """Draw the points on two logarithmic axes, with the four quadrants named."""
    middle = float(points["value"].median())
    left, right = _bounds(points["value"])
    below, above = _bounds(pd.Series([*points["times"], 0.5, 2.0]))
    text = {"fontSize": 11, "color": palette.faint}
    corners = [
        (left, middle, STEADY, above, "insideTopLeft"),
        (middle, right, STEADY, above, "insideTopRight"),
        (left, middle, below, STEADY, "insideBottomLeft"),
        (middle, right, below, STEADY, "insideBottomRight"),
    ]
    axis: dict[str, Any] = {
        "type": "log",
        "logBase": 2,
        "axisLabel": text | {"hideOverlap": True},
        "splitLine": {"show": False},
        "axisLine": {"lineStyle": {"color": palette.line}},
        "nameTextStyle": text,
    }
    return {
        "grid": {"left": 6, "right": 14, "top": 26, "bottom": 22, "outerBoundsMode": "same"},
        "tooltip": {"trigger": "item", "textStyle": {"fontSize": 12}},
        "toolbox": {"right": 4, "top": -6, "itemSize": 14, "feature": {"brush": _BRUSH_BUTTONS}},
        "brush": {"xAxisIndex": 0, "yAxisIndex": 0, "brushMode": "single", "transformable": False},
        "xAxis": axis
        | {
            "name": f"{label}（{unit}，对数刻度）",
            "nameLocation": "middle",
            "nameGap": 22,
            "min": left,
            "max": right,
        },
        "yAxis": axis
        | {
            "min": below,
            "max": above,
            "axisLabel": text | {"formatter": "{value}倍", "hideOverlap": True},
        },
        "series": [
            {
                "type": "scatter",
                "symbolSize": 9,
                "selectedMode": "single",
                "select": {"itemStyle": {"borderColor": palette.text, "borderWidth": 2}},
                "itemStyle": {"opacity": 0.75},
                "data": [
                    {
                        "value": [value, times],
                        "name": label_,
                        "itemStyle": {"color": RISING if times > STEADY else FALLING},
                        "tooltip": {"formatter": note_},
                    }
                    for label_, value, times, note_ in points[
                        ["label", "value", "times", "note"]
                    ].itertuples(index=False)
                ],
                "markLine": {
                    "silent": True,
                    "symbol": "none",
                    "animation": False,
                    "label": {"show": False},
                    "lineStyle": {"color": palette.faint, "type": "dashed", "width": 1},
                    "data": [{"xAxis": middle}, {"yAxis": STEADY}],
                },
                "markArea": {
                    "silent": True,
                    "z": 5,
                    "animation": False,
                    "itemStyle": {"color": "transparent"},
                    "label": {
                        "fontSize": 11,
                        "color": palette.text,
                        "textBorderColor": palette.paper,
                        "textBorderWidth": 3,
                    },
                    "data": [
                        [
                            {
                                "name": name,
                                "coord": [low, bottom],
                                "label": {"position": position},
                            },
                            {"coord": [high, top]},
                        ]
                        for name, (low, high, bottom, top, position) in zip(
                            QUADRANTS, corners, strict=True
                        )
                    ],
                },
            }
        ],
    }


_BRUSH_BUTTONS = {
    "type": ["rect", "clear"],
    "title": {"rect": "框选成员", "clear": "取消框选"},
}


def _bounds(values: pd.Series) -> tuple[float, float]:
    """Return the powers of two around the values, with some room to either side."""
    low, high = float(values.min()) * 0.9, float(values.max()) * 1.1
    return 2.0 ** math.floor(math.log2(low)), 2.0 ** math.ceil(math.log2(high))


def on_points(key: str, points: pd.DataFrame, view: View, scope: Scope) -> Callable[[], None]:
    """Return the answer to a point clicked, or several dragged over, on the chart under ``key``."""

    def selected() -> None:
        clicked, brushed = chosen(points, st.session_state.get(key))
        if clicked is not None:
            focus_address.enter(view.board.key, clicked, scope)
        elif brushed:
            try:
                address.go(address.current(scope).with_filter(view.board.key, brushed))
            except InvalidSelectionError as error:
                address.refuse(error)

    return selected


def chosen(points: pd.DataFrame, state: object) -> tuple[str | None, tuple[str, ...]]:
    """Return the member clicked, and the members inside the rectangle dragged.

    Parameters
    ----------
    state
        What the browser reports of the chart.

    Examples
    --------
    >>> points = pd.DataFrame({"code": ["a", "b"], "value": [5.0, 50.0], "times": [2.0, 0.5]})
    >>> chosen(points, {"selection": {"selected": [{"data_indices": [1]}]}})
    ('b', ())
    >>> chosen(points, {"selection": {"areas": [{"coord_range": [[1, 10], [1, 4]]}]}})
    (None, ('a',))
    """
    selection = state.get("selection") if isinstance(state, Mapping) else None
    if not isinstance(selection, Mapping):
        return None, ()
    codes = points["code"].to_list()
    for area in selection.get("areas", ()):
        (left, right), (low, high) = (sorted(each) for each in area["coord_range"])
        inside = points["value"].between(left, right) & points["times"].between(low, high)
        return None, tuple(points.loc[inside, "code"])
    for group in selection.get("selected", ()):
        for index in group["data_indices"]:
            if 0 <= int(index) < len(codes):
                return codes[int(index)], ()
    return None, ()
