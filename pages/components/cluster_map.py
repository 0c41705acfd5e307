"""The map of texts: a point per submission, near each other where they speak of alike things."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from pages.components import exports, listing, palettes, panels, render, tables, wording
from pages.components import findings_data as found_data
from pages.components.palettes import Palette
from pages.components.panels import Click
from pages.components.render import Option
from queries.results import Totals
from queries.scope import Scope
from queries.selection import Selection

COLOURED = 8
"""Largest clusters that have a colour of their own; as many as an eye keeps apart."""

LISTED = 50
"""Submissions listed of those inside a lasso, the most central first; ours."""

POINT, LIT_POINT = 3, 4
"""Width of a point, and of one that is lit, in pixels."""

FEW, FEW_TIMES = 3_000, 2
"""Below so many points each is drawn so many times as wide."""

EDGE = 1_050
"""A little beyond the farthest point, in steps of the map."""

LEGEND_WIDTH, LEGEND_ROW, LEGEND_LETTER, LEGEND_MARK, LEGEND_GAP = 540, 20, 11, 15, 10
"""Pixels of the legend: its width on a screen of 1366, a row, a letter, a mark, between names."""

_OPENED = "cluster_map.opened"

_BRUSH = {
    "type": ["rect", "polygon", "clear"],
    "title": {"rect": "框选", "polygon": "套索圈选", "clear": "取消圈选"},
}


def chart(
    points: pd.DataFrame,
    names: Mapping[str, Sequence[str]],
    *,
    chosen: str = "",
    palette: Palette,
) -> Option:
    """Draw the points, those of the largest clusters in colours, lit ones above all others.

    Parameters
    ----------
    points
        As from `queries.cluster_texts.fetch_points`.
    names
        Keys of the warehouse by title, the largest first.
    chosen
        Title of the one cluster that is coloured alone; empty for none.
    """
    owner = {key: title for title, keys in names.items() for key in keys}
    titles = points["cluster_key"].map(owner)
    lit = points["lit"].to_numpy(dtype=bool)
    coloured = [chosen] if chosen else list(names)[:COLOURED]
    dim = 0.18 if lit.any() else 0.75
    rest = min(dim, 0.15 if chosen else 0.3)
    times = FEW_TIMES if len(points) < FEW else 1
    drawn = [
        _Layer("其他", points[~titles.isin(coloured) & ~lit], palette.faint, rest, POINT * times),
        *[
            _Layer(title, points[(titles == title) & ~lit], colour, dim, POINT * times)
            for title, colour in zip(coloured, palette.series, strict=False)
        ],
    ]
    if lit.any():
        drawn.append(_Layer("命中", points[lit], palette.series[3], 0.85, LIT_POINT * times))
    axis = {"type": "value", "min": -EDGE, "max": EDGE, "show": False}
    text = {"fontSize": 11, "color": palette.faint}
    return {
        "animation": False,
        "grid": {
            "left": 4,
            "right": 4,
            "top": 40 + LEGEND_ROW * legend_rows([layer.name for layer in drawn]),
            "bottom": 4,
        },
        "legend": {
            "top": 34,
            "left": 0,
            "right": 8,
            "itemWidth": 10,
            "itemHeight": 8,
            "itemGap": LEGEND_GAP,
            "textStyle": text,
        },
        "toolbox": {"right": 4, "top": -6, "itemSize": 14, "feature": {"brush": _BRUSH}},
        "brush": {
            "xAxisIndex": 0,
            "yAxisIndex": 0,
            "brushMode": "single",
            "transformable": False,
            "throttleType": "debounce",
            "throttleDelay": 400,
        },
        "dataZoom": [{"type": "inside", "xAxisIndex": 0}, {"type": "inside", "yAxisIndex": 0}],
        "xAxis": axis,
        "yAxis": axis,
        "dataset": [{"source": layer.source()} for layer in drawn],
        "series": [layer.series(at) for at, layer in enumerate(drawn)],
    }


def legend_rows(names: Sequence[str]) -> int:
    """Return over how many rows the names of a legend run at the narrowest.

    Examples
    --------
    >>> legend_rows(["其他"]), legend_rows(["退款、退还、抖音、活动"] * 8)
    (1, 3)
    """
    rows, used = 1, 0
    for name in names:
        wide = LEGEND_MARK + LEGEND_LETTER * len(name)
        if used and used + wide > LEGEND_WIDTH:
            rows, used = rows + 1, 0
        used += wide + LEGEND_GAP
    return rows


@dataclass(frozen=True, slots=True)
class _Layer:
    """Points drawn alike."""

    name: str
    points: pd.DataFrame
    colour: str
    opacity: float
    size: int

    def source(self) -> dict[str, list[int]]:
        """Return the places column by column: far smaller than points one by one."""
        return {name: self.points[name].tolist() for name in ("x", "y")}

    def series(self, dataset: int) -> dict[str, Any]:
        """Return how the points are drawn."""
        return {
            "type": "scatter",
            "name": self.name,
            "datasetIndex": dataset,
            "encode": {"x": "x", "y": "y"},
            "large": True,
            "largeThreshold": 500,
            "symbolSize": self.size,
            "silent": True,
            "itemStyle": {"color": self.colour, "opacity": self.opacity},
        }


def inside(points: pd.DataFrame, state: object) -> pd.DataFrame | None:
    """Return the points inside what was dragged over, None where nothing was.

    Parameters
    ----------
    state
        What the browser reports of the chart.

    Examples
    --------
    >>> points = pd.DataFrame({"x": [0, 5], "y": [0, 5]})
    >>> area = {"brush_type": "rect", "coord_range": [[-1, 1], [-1, 1]]}
    >>> inside(points, {"selection": {"areas": [area]}})["x"].tolist()
    [0]
    >>> inside(points, {"selection": {"areas": []}}) is None
    True
    """
    selection = state.get("selection") if isinstance(state, Mapping) else None
    areas = selection.get("areas", ()) if isinstance(selection, Mapping) else ()
    for area in areas:
        corners = np.asarray(area["coord_range"], dtype=np.float64)
        if corners.ndim != 2 or corners.shape[1] != 2:
            return None
        x, y = points["x"].to_numpy(np.float64), points["y"].to_numpy(np.float64)
        if area.get("brush_type") == "polygon":
            return points.loc[within(x, y, corners)]
        (left, right), (low, high) = np.sort(corners, axis=1)
        taken = (x >= left) & (x <= right) & (y >= low) & (y <= high)
        return points.loc[np.asarray(taken, dtype=bool)]
    return None


def within(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], corners: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Return which points lie inside a polygon: a ray to the right crosses its edges an odd number of times.

    Examples
    --------
    >>> triangle = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    >>> within(np.array([1.0, 3.0]), np.array([1.0, 3.0]), triangle).tolist()
    [True, False]
    """
    found = np.zeros(len(x), dtype=bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        crosses = (y1 > y) != (y2 > y)
        found ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return found


METHOD = "点为诉求，越近内容越相似，坐标无单位，颜色为所属的类"
"""What the map's picture says of how it was derived."""


def show(
    points: pd.DataFrame,
    names: Mapping[str, Sequence[str]],
    selection: Selection,
    scope: Scope,
    totals: Totals,
    *,
    chosen: str,
    key: str,
) -> None:
    """Draw the map, and below it the submissions inside what is dragged over."""
    if points.empty:
        st.caption("该范围内没有可画在地图上的诉求。")
        return
    render.show(
        exports.savable(
            chart(points, names, chosen=chosen, palette=palettes.current()),
            name="诉求聚类地图",
            caption=exports.caption(
                totals,
                selection,
                scope,
                what=f"诉求聚类地图，画出{len(points):,}件",
                method=METHOD,
            ),
        ),
        key=key,
        height=484,
        on_select=_nothing,
    )
    lit = int(points["lit"].sum())
    told = f"，其中命中{lit:,}件" if lit else ""
    st.caption(
        f"画出{len(points):,}件{told}；用右上角框选或套索圈出一片，下方列出其中的诉求。滚轮缩放。"
    )
    found = inside(points, st.session_state.get(key))
    if found is not None:
        _listed(found, selection, scope, key=f"{key}_listed")


def _nothing() -> None:
    """Run the page again: what is dragged over stands in the session."""


def _listed(found: pd.DataFrame, selection: Selection, scope: Scope, *, key: str) -> None:
    opened = st.session_state.pop(_OPENED, None)
    if isinstance(opened, str):
        st.switch_page("pages/submissions.py", query_params={"id": opened})
    first = found.sort_values(["distance", "submission_key"]).head(LISTED)
    frame = found_data.cluster_listed(selection, scope, first["submission_key"].tolist())
    st.markdown(
        f"**圈选的诉求** :small[共{wording.count(len(found))}，列出最靠近各类中心的{len(frame)}件]"
    )
    panels.show(
        "table",
        tables.content(listing.named(frame), listing.CELLS),
        key=key,
        on_click=_clicked,
    )


def _clicked(click: Click) -> None:
    """Remember what to open: a page is left in a run, not in the answer to a click."""
    if click.act == "open":
        st.session_state[_OPENED] = click.code
