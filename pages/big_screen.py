"""一屏展示: the state of the district on one wall, in thirty seconds."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import streamlit as st

from pages.components import (
    access,
    charts,
    data,
    failures,
    freshness,
    labels,
    places,
    render,
    screen_panels,
    screen_rows,
    screen_style,
    wording,
)
from pages.components.screen_clock import show_clock
from pages.components.settings import settings
from queries.dimensions import DIMENSIONS
from queries.results import Breakdown, DataStatus
from queries.selection import Comparison, Period, Selection

PERIODS = ("30d", "ytd", "12m")
TREND = Period("13m")
ROWS = 8
LETTERS = 15
"""Height of letters in charts, in pixels of the design."""
BEIJING = ZoneInfo("Asia/Shanghai")

viewer = access.require("big_screen")
HOME = settings().home_region
render.show_html(screen_style.style())
with st.container(key="panel-clock"):
    letters = LETTERS * show_clock()


def choose_region(code: str) -> None:
    """Narrow down to a region that was clicked; one that the viewer may not see is ignored."""
    if access.may_enter(viewer.scope, code, HOME):
        st.query_params["region"] = code


def choose_period() -> None:
    """Take the period from the switch into the address."""
    st.query_params["period"] = st.session_state["period"]


@st.fragment(run_every=settings().refresh_seconds)
def screen() -> None:
    """Draw everything, again and again; the browser keeps what has not changed."""
    with failures.Explained():
        start = access.home_of(viewer.scope, HOME)
        asked = st.query_params.get("region", start)
        region = asked if access.may_enter(viewer.scope, asked, HOME) else start
        code = st.query_params.get("period", "")
        selection = Selection(period=Period(code if code in PERIODS else PERIODS[0]))
        draw(selection if region == start else selection.with_filter("region", (region,)), region)


def draw(selection: Selection, region: str) -> None:
    """Draw one selection."""
    status = data.status()
    totals = data.totals(selection, viewer.scope, measures=screen_rows.TILES)
    found = data.breakdowns(
        selection,
        viewer.scope,
        levels=("industry", "issue_type", "operator_id", "channel", "status"),
        limit=30,
    )
    base = f"{wording.period_text(selection.period)} {wording.days_text(totals.days)}"
    body = screen_panels.heading(
        f"{labels.label('region', region)}投诉举报一屏展示",
        f"投诉雷达　数据截至{wording.date_text(status.last_day)}　{viewer.name}",
        synthetic=status.synthetic,
        warning=staleness(status),
    ) + screen_panels.tiles(screen_rows.tile_rows(totals))
    for name, title, level in (
        ("industry", "行业排行", "industry"),
        ("issue", "问题排行", "issue_type"),
        ("operator", "被诉主体排行", "operator_id"),
    ):
        ranks = screen_panels.ranking(screen_rows.rank_rows(found[level], rows=ROWS))
        body += screen_panels.frame(name, title, f"件 环比 {base}", ranks)
    stages = screen_panels.stages(screen_rows.stage_rows(found["status"]))
    body += screen_panels.frame("map", "区域分布与办理进度", base, stages)
    body += screen_panels.frame("trend", "投诉举报走势", "近13个月 按周 虚线为去年同期")
    body += screen_panels.frame("channel", "来源渠道", base)
    body += screen_panels.frame("word", "热词", base)
    body += screen_panels.frame("live", "值得关注的新诉求", base)
    render.show_html(body)
    draw_period(selection)
    draw_map(selection, region)
    draw_charts(selection, found["channel"])


def staleness(status: DataStatus) -> str | None:
    """Return a warning when the data lags behind."""
    if status.last_day is None:
        return "暂无数据"
    behind = freshness.working_days_behind(status.last_day, dt.datetime.now(tz=BEIJING).date())
    late = behind > settings().stale_working_days
    return f"数据已落后{behind}个工作日" if late else None


def draw_period(selection: Selection) -> None:
    """Draw the switch of periods."""
    with st.container(key="panel-period"):
        st.segmented_control(
            "时间范围",
            PERIODS,
            default=selection.period.code,
            required=True,
            format_func=lambda code: wording.period_text(Period(code)),
            key="period",
            on_change=choose_period,
            label_visibility="collapsed",
        )


def draw_map(selection: Selection, region: str) -> None:
    """Draw the way down to the region, and the map of its parts."""
    above = [
        code for code in places.trail(region)[:-1] if access.may_enter(viewer.scope, code, HOME)
    ]
    with st.container(key="panel-way", horizontal=True):
        for code in above:
            st.button(
                f"返回{labels.label('region', code)}",
                key=f"up-{code}",
                on_click=choose_region,
                args=(code,),
            )
    outline = places.outline(region)
    with st.container(key="panel-map"):
        if outline is None:
            render.show_html(
                screen_panels.nothing("没有该区域的地图，请在assets/maps放入其轮廓文件")
            )
            return
        level = DIMENSIONS["region"].level_of(outline.parts[0]).name
        parts = data.breakdown(selection, viewer.scope, level=level, limit=500)
        render.show_clickable(
            charts.map_chart(
                screen_rows.map_frame(parts, outline, chosen=region),
                map_name=render.map_name("map"),
                palette=charts.DARK,
                size=letters,
            ),
            key="map",
            height=screen_style.height("map"),
            outline=outline.geojson,
            on_click=choose_region,
        )


def draw_charts(selection: Selection, channels: Breakdown) -> None:
    """Draw what moves: the course of thirteen months, channels, words, the newest."""
    course = data.series(
        replace(selection, period=TREND, comparison=Comparison.LAST_YEAR),
        viewer.scope,
        measures=("complaints", "tipoffs"),
        grain="week",
    )
    with st.container(key="panel-trend"):
        render.show_clickable(
            charts.trend_chart(
                course.frame,
                lines={"complaints": "投诉", "tipoffs": "举报"},
                compared=course.compared,
                palette=charts.DARK,
                size=letters,
            ),
            key="trend",
            height=screen_style.height("trend"),
        )
    with st.container(key="panel-channel"):
        names, values = screen_rows.donut_parts(channels, parts=6)
        render.show_clickable(
            charts.donut_chart(names, values, name="渠道", palette=charts.DARK, size=letters),
            key="channel",
            height=screen_style.height("channel"),
        )
    with st.container(key="panel-word"):
        words = data.breakdown(selection, viewer.scope, level="word", limit=40).frame
        render.show_clickable(
            charts.cloud_chart(
                words["member"].to_list(),
                words["submissions"].to_list(),
                palette=charts.DARK,
                size=letters,
            ),
            key="word",
            height=screen_style.height("word"),
        )
    with st.container(key="panel-live"):
        newest = data.notable(selection, viewer.scope, limit=30)
        render.show_html(screen_panels.live_list(screen_rows.notice_rows(newest)))


screen()
