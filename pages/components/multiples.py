"""Small multiples: the course of each of the first members of a ranking, side by side."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.components import (
    address,
    drilling,
    member_names,
    panels,
    ranking_limits,
    ranking_table,
    trend,
    wording,
)
from pages.components.boards import WORD, View
from pages.components.data import Standings
from queries.dimensions import DIMENSIONS
from queries.measures import MEASURES
from queries.scope import Scope
from queries.selection import Comparison, Selection

MEMBERS = 12
"""Members drawn; ours, two or three rows on a screen."""

AXES = {"same": "同一刻度", "own": "各自刻度"}


def show(found: Standings, view: View, selection: Selection, scope: Scope, *, key: str) -> None:
    """Draw the courses of the first `MEMBERS` of a ranking; a click focuses on one.

    Where there are no members the ranking says so, and nothing is drawn.
    """
    if not found.frame["member"].notna().any():
        return
    chosen = "own" if address.query().get("axis") == "own" else "same"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**分{view.board.title}走势** {note(found)}", width="content")
        st.segmented_control(
            "纵轴",
            list(AXES),
            format_func=lambda each: AXES[each],
            key=address.bound(f"{key}.axis", chosen),
            required=True,
            on_change=_changed,
            args=(f"{key}.axis",),
            label_visibility="collapsed",
        )
    panels.show(
        "multiples",
        content(found, view, selection, own_axis=chosen == "own"),
        key=key,
        on_click=ranking_table.on_ranking(view, scope),
    )


def _changed(key: str) -> None:
    axis = st.session_state[key]
    address.go(axis=axis if axis == "own" else None)


def note(found: Standings) -> str:
    """Return what is drawn of how many, and over which time."""
    stated = int(found.frame["member"].notna().sum())
    measure = MEASURES[found.measure]
    return f":small[{measure.label}，当前排名前{min(stated, MEMBERS)}个，{ranking_table.trend_text(found)}]"


def content(
    found: Standings, view: View, selection: Selection, *, own_axis: bool
) -> dict[str, Any]:
    """Return the courses as the panel draws them; every axis starts at 0."""
    frame = found.frame[found.frame["member"].notna()].head(MEMBERS)
    starts = [trend.bucket_text(start, found.trend_grain) for start in found.trend_starts]
    measure = MEASURES[found.measure]
    yearly = ranking_limits.against_of(selection) is Comparison.LAST_YEAR
    compares = selection.comparison is not Comparison.NONE and ranking_limits.compares(measure)
    items: list[dict[str, Any]] = []
    names = member_names.named(frame, view)
    for record, (text, tail) in zip(frame.to_dict("records"), names, strict=True):
        code = str(record["member"])
        values = [None if pd.isna(each) else float(each) for each in record["trend"]]
        stated = [each for each in values if each is not None]
        before = record["last_year" if yearly else "previous"] if compares else None
        change = wording.change(measure.name, record["value"], before)
        figure = wording.figure(measure.name, record["value"])
        items.append(
            {
                "code": code,
                "label": text,
                "tail": tail,
                "value": figure,
                "change": change.text.replace("个百分点", "点") if compares else "",
                "tone": change.tone,
                "hint": f"{text}{tail}：统计期内{measure.label}{figure}，点击查看详情",
                "trend": values,
                "top": wording.figure(measure.name, max(stated)) if stated else "",
                "usable": view.board.key in DIMENSIONS
                and view.board.key != WORD
                and drilling.is_member(view.board.key, code),
            }
        )
    drawn = [each for item in items for each in item["trend"] if each is not None]
    return {
        "key": view.board.key,
        "items": items,
        "most": None if own_axis else max(drawn, default=0.0),
        "first": starts[0] if starts else "",
        "last": starts[-1] if starts else "",
    }
