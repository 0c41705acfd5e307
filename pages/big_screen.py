"""一屏展示: the state of the district on one wall, in thirty seconds."""

from dataclasses import replace

import streamlit as st

from pages.components import (
    access,
    data,
    failures,
    freshness,
    labels,
    places,
    render,
    screen_charts,
    screen_panels,
    screen_rows,
    screen_style,
    wording,
)
from pages.components.screen_clock import show_clock
from pages.components.settings import settings
from queries.dimensions import DIMENSIONS
from queries.selection import Comparison, Period, Selection

PERIODS = ("30d", "ytd", "12m")
TREND = Period("13m")
RANKS = (
    ("industry", "行业排行", "industry"),
    ("issue", "问题排行", "issue_type"),
    ("operator", "被诉主体排行", "operator_id"),
)
ROWS = 8
WORDS = 40
NOTICES = 30
LETTERS = 15
"""Height of letters in charts, in pixels of the design."""

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
        region = st.query_params.get("region", start)
        if not access.may_enter(viewer.scope, region, HOME):
            region = start
        code = st.query_params.get("period", "")
        selection = Selection(period=Period(code if code in PERIODS else PERIODS[0]))
        if region != start:
            selection = selection.with_filter("region", (region,))
        draw_panels(selection, region)
        draw_period(selection)
        draw_map(selection, region)
        draw_charts(selection)


def draw_panels(selection: Selection, region: str) -> None:
    """Draw all frames, and the figures and leaderboards in them."""
    status = data.status()
    totals = data.totals(selection, viewer.scope, measures=screen_rows.TILES)
    found = data.breakdowns(
        selection, viewer.scope, levels=(*(level for *_, level in RANKS), "status"), limit=20
    )
    last_day = wording.date_text(status.last_day)
    base = f"{wording.period_text(selection.period)}　截至{last_day}"
    stages = screen_panels.stages(screen_rows.stage_rows(found["status"]))
    approval = settings().map_approval
    stages += screen_panels.note(
        f"审图号：{approval}" if approval else "地图仅作示意，审图号待使用单位核实"
    )
    body = screen_panels.heading(
        f"{labels.label('region', region)}投诉举报一屏展示",
        f"统计期{wording.days_text(totals.days)}　数据截至{last_day}　{viewer.name}",
        synthetic=status.synthetic,
        warning=freshness.warning(status.last_day, limit=settings().stale_working_days),
    ) + screen_panels.tiles(screen_rows.tile_rows(totals))
    for name, title, level in RANKS:
        ranks = screen_panels.ranking(screen_rows.rank_rows(found[level], rows=ROWS))
        body += screen_panels.frame(name, title, f"件数与环比　{base}", ranks)
    body += screen_panels.frame("map", "区域分布与办理进度", base, stages)
    body += screen_panels.frame("trend", "投诉举报走势", f"近13个月　按周　截至{last_day}")
    body += screen_panels.frame("channel", "来源渠道", base)
    body += screen_panels.frame("word", "热词", base)
    body += screen_panels.frame("live", "值得关注的新诉求", base)
    render.show_html(body)


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
    above = places.trail(region)[:-1]
    screen_charts.show_way(
        [code for code in above if access.may_enter(viewer.scope, code, HOME)], choose_region
    )
    outline = places.outline(region)
    if outline is None:
        with st.container(key="panel-map"):
            render.show_html(screen_panels.nothing("没有该区域的地图"))
        return
    level = DIMENSIONS["region"].level_of(outline.parts[0]).name
    parts = data.breakdown(selection, viewer.scope, level=level, limit=500)
    screen_charts.show_map(parts, outline, chosen=region, letters=letters, choose=choose_region)


def draw_charts(selection: Selection) -> None:
    """Draw what moves: thirteen months, channels, words, the newest."""
    yearly = replace(selection, period=TREND, comparison=Comparison.LAST_YEAR)
    course = data.series(yearly, viewer.scope, measures=("complaints", "tipoffs"), grain="week")
    screen_charts.show_trend(course, letters=letters)
    channels = data.breakdown(selection, viewer.scope, level="channel", limit=20)
    screen_charts.show_channels(channels, letters=letters)
    words = data.breakdown(selection, viewer.scope, level="word", limit=WORDS)
    screen_charts.show_words(words, letters=letters)
    with st.container(key="panel-live"):
        newest = data.notable(selection, viewer.scope, limit=NOTICES)
        render.show_html(screen_panels.live_list(screen_rows.notice_rows(newest)))


screen()
