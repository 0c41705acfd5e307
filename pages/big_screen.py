"""一屏展示: the state of the district on one wall, in thirty seconds."""

import datetime as dt
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
from pages.components.access import Viewer
from pages.components.places import Outline
from pages.components.screen_clock import show_clock
from pages.components.settings import settings
from queries.dimensions import DIMENSIONS
from queries.results import DataStatus
from queries.selection import Comparison, Period, Selection

PERIODS = ("30d", "ytd", "12m")
TREND = Period("13m")
ROWS = 8
LETTERS = 15
"""Height of letters in charts, in pixels of the design."""

viewer = access.require("big_screen")
home = access.home_of(viewer.scope, settings().home_region)
render.show_html(screen_style.style())
with st.container(key="panel-clock"):
    scale = show_clock()


def choose_region(code: str) -> None:
    """Narrow down to a region that was clicked; one that the viewer may not see is ignored."""
    if access.may_enter(viewer.scope, code, settings().home_region):
        st.query_params["region"] = code


def choose_period() -> None:
    """Take the period from the switch into the address."""
    st.query_params["period"] = st.session_state["period"]


@st.fragment(run_every=settings().refresh_seconds)
def screen() -> None:
    """Draw everything, again and again; the browser keeps what has not changed."""
    with failures.Explained():
        asked = st.query_params.get("region", home)
        region = asked if access.may_enter(viewer.scope, asked, settings().home_region) else home
        code = st.query_params.get("period", "")
        selection = Selection(period=Period(code if code in PERIODS else PERIODS[0]))
        draw(selection if region == home else selection.with_filter("region", (region,)), region)


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
    body = (
        screen_panels.heading(
            f"{labels.label('region', region)}投诉举报一屏展示",
            f"投诉雷达　数据截至{wording.date_text(status.last_day)}　{viewer.name}",
            synthetic=status.synthetic,
            warning=staleness(status),
        )
        + screen_panels.tiles(screen_rows.tile_rows(totals))
    )
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
    draw_rest(selection, found)


def draw_period(selection: Selection) -> None:
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


screen()
