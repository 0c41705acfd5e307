"""What is drawn on the big screen's panels, each in its container."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from pages.components import (
    address,
    charts,
    labels,
    marks,
    render,
    screen_panels,
    screen_rows,
    screen_style,
    shaded_map,
    wording,
)
from pages.components.marks import Event
from pages.components.places import Outline
from queries.results import Breakdown, Series
from queries.selection import Period

CHANNELS = 6
"""Channels shown by name; the rest is one part."""

LINES = {"complaints": "投诉", "tipoffs": "举报"}
"""What the course tells, by measure."""

PLOT = 56
"""Width of the course's plot in letters, its axis left out."""

BESIDE_LEGEND = "17%"
"""Where the map begins."""


def show_period(period: Period, offered: Sequence[str], choose: Callable[[str], None]) -> None:
    """Draw the switch of periods as the address has it; its choice is in the state ``period``."""
    st.session_state["period"] = period.code
    with st.container(key="panel-period"):
        st.segmented_control(
            "时间范围",
            offered,
            required=True,
            format_func=lambda code: wording.period_text(Period(code)),
            key="period",
            on_change=address.once_chosen("period", choose),
            label_visibility="collapsed",
        )


def show_way(above: Sequence[str], choose: Callable[[str], None]) -> None:
    """Draw the buttons that lead back up; ``above`` runs from the top down."""
    with st.container(key="panel-way", horizontal=True):
        for code in above:
            name = f"返回{labels.label('region', code)}"
            st.button(name, key=f"up-{code}", on_click=choose, args=(code,))


def show_map(
    parts: Breakdown | None,
    outline: Outline | None,
    *,
    chosen: str,
    letters: float,
    choose: Callable[[str], None],
) -> None:
    """Draw the map, a click on a part of which chooses it; None says that there is none."""
    with st.container(key="panel-map"):
        if outline is None or parts is None:
            render.show_html(screen_panels.nothing("没有该区域的地图"))
            return
        render.show_clickable(
            shaded_map.map_chart(
                screen_rows.map_frame(parts, outline, chosen=chosen),
                map_name=render.map_name("map"),
                centres=outline.centres,
                left=BESIDE_LEGEND,
                palette=charts.DARK,
                size=letters,
            ),
            key="map",
            height=screen_style.height("map"),
            outline=outline.geojson,
            on_click=choose,
        )


def show_trend(course: Series, events: Sequence[Event], *, letters: float) -> None:
    """Draw complaints and tip-offs by week, beside the year before, with what happened meanwhile."""
    drawn = charts.trend_chart(
        course.frame,
        lines=LINES,
        compared=course.compared,
        notes=screen_rows.trend_notes(course, LINES),
        palette=charts.DARK,
        size=letters,
    )
    with st.container(key="panel-trend"):
        render.show_clickable(
            marks.mark_days(
                render.option_of(drawn),
                course.frame.index,
                events,
                grain=course.grain,
                width=round(PLOT * letters),
                letter=round(letters * 0.8),
                rows=2,
                palette=charts.DARK,
            ),
            key="trend",
            height=screen_style.height("trend"),
        )


def show_channels(channels: Breakdown, *, letters: float) -> None:
    """Draw where submissions came in."""
    names, values = screen_rows.donut_parts(channels, parts=CHANNELS)
    with st.container(key="panel-channel"):
        if not names:
            render.show_html(screen_panels.nothing())
            return
        render.show_clickable(
            charts.donut_chart(names, values, name="渠道", palette=charts.DARK, size=letters),
            key="channel",
            height=screen_style.height("channel"),
        )


def show_words(words: Breakdown | None, *, letters: float) -> None:
    """Draw the hot words; None if they are not derived from the latest submissions."""
    with st.container(key="panel-word"):
        if words is None:
            render.show_html(screen_panels.nothing("热词尚未随数据更新"))
        elif words.frame.empty:
            render.show_html(screen_panels.nothing())
        else:
            render.show_clickable(
                charts.cloud_chart(
                    words.frame["member"].to_list(),
                    words.frame["submissions"].to_list(),
                    palette=charts.DARK,
                    size=letters,
                ),
                key="word",
                height=screen_style.height("word"),
            )


def show_judgement(text: str | None) -> None:
    """Draw the computed sentence; nothing where there is none."""
    with st.container(key="panel-judged"):
        render.show_html(screen_panels.judged(text) if text else screen_panels.nothing(""))


def show_live(notable: pd.DataFrame) -> None:
    """Draw the live list."""
    with st.container(key="panel-live"):
        render.show_html(screen_panels.live_list(screen_rows.notice_rows(notable)))
