"""Treemap of two levels: area is how many, colour is how it changed; a click walks down or filters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st
from markupsafe import Markup

from pages.components import (
    address,
    boards,
    data,
    drilling,
    exports,
    figures,
    leaderboards,
    member_names,
    palettes,
    ranking_limits,
    render,
    wording,
)
from pages.components.boards import View
from pages.components.data import Standings
from pages.components.palettes import Palette
from pages.components.panels import Click
from pages.components.ranking_limits import Asked
from pages.components.render import Option
from pages.components.screen_rows import SMALL_BASE
from queries.dimensions import DIMENSIONS, LEVELS
from queries.measures import MEASURES
from queries.scope import Scope
from queries.selection import Comparison, InvalidSelectionError, Selection

MEMBERS = 300
"""Members read of each level; ours, above any level drawn."""

CLASSES = (
    (-0.3, "#7fc4ad", "降30%以上"),
    (-0.05, "#c4e4d8", "降5%至30%"),
    (0.05, "#e2e7ee", "±5%以内"),
    (0.3, "#f7d2ab", "升5%至30%"),
    (float("inf"), "#eba36a", "升30%以上"),
)
"""Upper bound of the change, colour and name of each class; ours. All carry dark text."""

NOT_COMPARED = ("#c3ccd7", f"不可比（比较期不足{SMALL_BASE}件或无数据）")
COLOURS = "绿降橙升、灰色为±5%以内或不可比"
INK = "#1d2733"

TOP = 30
"""Pixels above the parts, for the button that saves the picture."""

NAMED, FIGURED = 0.015, 0.04
"""Shares of the whole from which a part shows its name, and its figure; ours: a figure cut off by
a narrow part would be a wrong one."""

BAND_NAMED, BAND_FIGURED = 0.02, 0.25
"""The same for the bands above groups."""


@dataclass(frozen=True, slots=True)
class Levels:
    """The two levels drawn: ``outer`` None where only one is."""

    outer: str | None
    inner: str


def levels(view: View, *, inner: str) -> Levels:
    """Return what is drawn where a ranking stands: two levels at the top, one inside a member.

    Parameters
    ----------
    inner
        The finer level drawn at the top.

    Examples
    --------
    >>> view = View(boards.Board("issue", "问题", "issue_type"), "issue_type")
    >>> levels(view, inner="issue_subtype")
    Levels(outer='issue_type', inner='issue_subtype')
    """
    if view.level == inner or view.within is not None:
        return Levels(None, view.level)
    return Levels(view.level, inner)


def show(
    view: View,
    selection: Selection,
    scope: Scope,
    asked: Asked,
    *,
    inner: str,
    key: str,
    height: int = 372,
) -> None:
    """Draw the treemap; a click on a group walks into it, on a part filters by it."""
    drawn = levels(view, inner=inner)
    counted = asked.measure.name if _is_countable(asked) else "submissions"
    yearly = ranking_limits.against_of(selection) is Comparison.LAST_YEAR
    found = [
        data.standings(
            view.base(selection),
            scope,
            level=level,
            measure=counted,
            limit=MEMBERS,
            trend_rows=0,
        )
        for level in (drawn.outer, drawn.inner)
        if level is not None
    ]
    label = MEASURES[counted].label
    compared = leaderboards.COMPARED[ranking_limits.against_of(selection)]
    nodes = tree(found, yearly=yearly)
    st.markdown(f"**{label}构成** :small[{note(found[-1], nodes)}]")
    if not nodes:
        return
    totals = data.totals(selection, scope, measures=figures.FIGURES)
    caption = exports.caption(
        totals,
        selection,
        scope,
        what=f"{label}构成",
        measures=(counted,),
        method=f"面积为数量，颜色为{compared}，{COLOURS}",
    )
    below = exports.height_of(caption)
    render.show_clickable(
        exports.savable(
            chart(nodes, below=below, palette=palettes.current()),
            name=f"{label}构成",
            caption=caption,
        ),
        key=key,
        height=f"{height + below}px",
        on_click=on_part(view, scope),
    )
    render.show_html(legend(compared))


def _is_countable(asked: Asked) -> bool:
    return asked.measure.unit == "件" and asked.compares


def tree(found: list[Standings], *, yearly: bool) -> list[dict[str, Any]]:
    """Return the parts as the chart takes them; of two levels, the finer inside the coarser."""
    inner = found[-1]
    leaves = _nodes(inner, yearly=yearly)
    if len(found) == 1:
        return leaves
    groups = {node["code"]: node | {"children": []} for node in _nodes(found[0], yearly=yearly)}
    for leaf in leaves:
        for parent in drilling.trail(LEVELS[inner.level].name, leaf["code"]):
            if parent in groups:
                groups[parent]["children"].append(leaf)
    for node in groups.values():
        rest = node["value"] - sum(leaf["value"] for leaf in node["children"])
        if rest > 0 and node["children"]:
            node["children"].append(_rest(rest, inner.measure))
    return list(groups.values())


def _rest(value: float, measure: str) -> dict[str, Any]:
    figure = wording.figure(measure, value)
    return {
        "name": "未细分",
        "value": value,
        "itemStyle": {"color": NOT_COMPARED[0]},
        "label": {"formatter": "未细分"},
        "tooltip": {"formatter": f"未细分：{figure}"},
    }


def _nodes(found: Standings, *, yearly: bool) -> list[dict[str, Any]]:
    rows = found.frame[found.frame["member"].notna() & (found.frame["value"] > 0)]
    before, name = ("last_year", "同比") if yearly else ("previous", "环比")
    whole = float(rows["value"].sum())
    nodes = []
    for code, now, then, share in zip(
        rows["member"].astype(str), rows["value"], rows[before], rows["share"], strict=True
    ):
        text = member_names.member_text(found.level, code)
        figure = wording.figure(found.measure, now)
        change = wording.change(found.measure, now, then).text
        nodes.append(
            {
                "name": text,
                "code": code,
                "value": float(now),
                "itemStyle": {"color": colour(now, then)},
                "label": _fitting(now / whole, text, f"{text}\n{figure}", NAMED, FIGURED),
                "upperLabel": _fitting(
                    now / whole, text, f"{text}　{figure}", BAND_NAMED, BAND_FIGURED
                ),
                "tooltip": {
                    "formatter": f"{text}：{figure}，占{wording.percent(share)}\n{name}{change}"
                },
            }
        )
    return nodes


def _fitting(
    share: float, short: str, long: str, named: float, figured: float
) -> dict[str, str | bool]:
    return {"formatter": long if share >= figured else short, "show": share >= named}


def colour(now: float, then: float) -> str:
    """Return the colour of a change; grey where its base is too small to tell.

    Examples
    --------
    >>> [colour(each, 100.0) for each in (60.0, 100.0, 131.0)]
    ['#7fc4ad', '#e2e7ee', '#eba36a']
    >>> colour(5.0, 1.0) == NOT_COMPARED[0]
    True
    """
    if pd.isna(then) or then < SMALL_BASE:
        return NOT_COMPARED[0]
    change = now / then - 1
    return next(shade for bound, shade, _ in CLASSES if change <= bound)


def note(found: Standings, nodes: list[dict[str, Any]]) -> str:
    """Return what the areas are, and what is not drawn."""
    if not nodes:
        return "该范围内没有记录"
    unstated = found.frame[found.frame["member"].isna()]["value"].sum()
    text = f"面积为数量；点击{'大类下钻' if nodes[0].get('children') else '筛选'}"
    if unstated:
        text += f"；未填写{leaderboards.level_label(found.level)}的{wording.figure(found.measure, unstated)}不画"
    return text


def chart(nodes: list[dict[str, Any]], *, below: int = 0, palette: Palette) -> Option:
    """Draw the parts; a chart of two levels has a band with the group's name above its parts.

    Parameters
    ----------
    below
        Pixels left free for a caption.
    """
    grouped = any("children" in node for node in nodes)
    return {
        "tooltip": {"textStyle": {"fontSize": 12}},
        "series": [
            {
                "type": "treemap",
                "data": nodes,
                "left": 0,
                "right": 0,
                "top": TOP,
                "bottom": below,
                "roam": False,
                "nodeClick": False,
                "breadcrumb": {"show": False},
                "visibleMin": 60,
                "label": {
                    "show": True,
                    "fontSize": 11,
                    "lineHeight": 14,
                    "color": INK,
                    "overflow": "truncate",
                    "position": [4, 4],
                },
                "upperLabel": {
                    "show": grouped,
                    "height": 18,
                    "fontSize": 11,
                    "color": palette.text,
                },
                "itemStyle": {"borderColor": palette.paper, "borderWidth": 1, "gapWidth": 1},
                "emphasis": {"label": {"color": INK}, "upperLabel": {"color": palette.text}},
                "levels": [
                    {
                        "itemStyle": {"gapWidth": 3, "borderWidth": 0},
                        "upperLabel": {"show": False},
                    },
                    {"itemStyle": {"gapWidth": 1}},
                ],
            }
        ],
    }


def legend(compared: str) -> Markup:
    """Return what the colours mean."""
    shades = [(shade, name) for _, shade, name in CLASSES] + [NOT_COMPARED]
    parts = Markup("").join(
        Markup(
            '<span style="white-space:nowrap"><span style="display:inline-block;width:12px;'
            'height:10px;margin:0 4px 0 10px;background:{}"></span>{}</span>'
        ).format(shade, name)
        for shade, name in shades
    )
    return Markup('<div style="font-size:11px">{}：{}</div>').format(compared, parts)


def on_part(view: View, scope: Scope) -> Callable[[str], None]:
    """Return the answer to clicks on parts: a group is walked into, a part is a filter."""

    def clicked(code: str) -> None:
        key = view.board.key
        try:
            is_group = (
                drilling.is_member(key, code)
                and DIMENSIONS[key].level_of(code).name == view.level
                and drilling.level_below(key, code) is not None
                and view.within is None
            )
            drill = drilling.read_drill(address.query().get("drill", ""))
            click = Click("drill" if is_group else "toggle", key, code)
            turn = boards.after(click, view, address.current(scope), drill)
        except InvalidSelectionError as error:
            address.refuse(error)
        else:
            address.go(turn.selection, drill=drilling.write_drill(turn.drill))

    return clicked
