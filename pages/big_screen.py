"""一屏展示: the state of the district on one wall, in thirty seconds."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from pages.components import (
    access,
    change_levels,
    data,
    failures,
    freshness,
    judgement,
    labels,
    marks,
    places,
    render,
    screen_charts,
    screen_export,
    screen_panels,
    screen_rows,
    screen_style,
    wording,
)
from pages.components.data import Screen
from pages.components.screen_clock import show_clock
from pages.components.settings import settings
from queries.results import Breakdown
from queries.selection import Comparison, Period, Selection
from queries.vocabulary import Kind

PERIODS = ("30d", "ytd", "12m")
TREND = Period("13m")
RANKS = (
    ("industry", "行业排行", "industry"),
    ("issue", "投诉问题排行", "issue_type"),
    ("operator", "涉诉主体排行", "operator_id"),
)
LEVELS = ("industry", "operator_id", "channel", "status", "word")
MEMBERS = 120
"""Of a level at most: the counties of a province, of which a map shows all."""
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


def choose_period(code: str) -> None:
    """Take the period from the switch into the address."""
    st.query_params["period"] = code


@st.fragment(run_every=settings().refresh_seconds)
def show_screen() -> None:
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
        outline = places.outline(region)
        found = data.screen(
            selection,
            viewer.scope,
            measures=screen_rows.TILES,
            levels=(*LEVELS, *([outline.level] if outline else [])),
            limit=MEMBERS,
            operators=ROWS + 1,
            words=WORDS,
            notable=NOTICES,
        )
        complaints = selection.with_filter("kind", (Kind.COMPLAINT,))
        issues = data.breakdown(complaints, viewer.scope, level="issue_type", limit=ROWS + 1)
        ranked = found.breakdowns | {"issue_type": issues}
        show_panels(found, ranked, selection.period, region)
        screen_charts.show_period(selection.period, PERIODS, choose_period)
        above = [
            code for code in places.trail(region)[:-1] if access.may_enter(viewer.scope, code, HOME)
        ]
        screen_charts.show_way(above, choose_region)
        parts = found.breakdowns[outline.level] if outline else None
        screen_charts.show_map(parts, outline, chosen=region, letters=letters, choose=choose_region)
        yearly = replace(selection, period=TREND, comparison=Comparison.LAST_YEAR)
        course = data.series(yearly, viewer.scope, measures=("complaints", "tipoffs"), grain="week")
        events = marks.events_in(marks.covered(course), viewer.scope)
        screen_charts.show_trend(course, events, letters=letters)
        screen_charts.show_channels(found.breakdowns["channel"], letters=letters)
        screen_charts.show_words(found.breakdowns.get("word"), letters=letters)
        screen_charts.show_live(found.notable)
        levels = change_levels.quick_levels(selection, viewer.scope)
        told = judgement.sentence(selection, viewer.scope, levels=levels)
        screen_charts.show_judgement(told)
        # Last: what follows a popover is drawn anew at each refresh.
        screen_export.show(found, ranked, course, selection, viewer.scope)


def show_panels(
    found: Screen, ranked: Mapping[str, Breakdown], period: Period, region: str
) -> None:
    """Draw all frames, and the figures and leaderboards in them."""
    status, last_day = data.status(), wording.date_text(data.status().last_day)
    until = f"截至{last_day.partition('年')[2] or last_day}"
    base = f"{wording.period_text(period)}　{until}"
    approval = settings().map_approval
    stages = screen_panels.stages(screen_rows.stage_rows(found.breakdowns["status"]))
    sketch = "地图仅作示意，审图号待使用单位核实"
    stages += screen_panels.note(f"审图号：{approval}" if approval else sketch)
    body = screen_panels.heading(
        f"{labels.label('region', region)}投诉举报一屏展示",
        f"统计期{wording.days_text(found.totals.days)}　数据截至{last_day}　{viewer.name}",
        synthetic=status.synthetic,
        warning=freshness.warning(status.last_day, limit=settings().stale_working_days),
    ) + screen_panels.tiles(screen_rows.tile_rows(found.totals))
    for name, title, level in RANKS:
        board = screen_panels.ranking(
            screen_rows.rank_rows(ranked[level], rows=ROWS), screen_rows.rank_rest(ranked[level])
        )
        body += screen_panels.frame(name, title, f"件　环比　{base}", board)
    for name, title, counted, content in (
        ("map", "区域分布与办理进度", base, stages),
        ("trend", "投诉举报走势", f"近13个月　按周　{until}", None),
        ("channel", "来源渠道", base, None),
        ("word", "热词", base, None),
        ("live", "值得关注的新诉求", f"近{data.notable_rules().days}天　{until}", None),
    ):
        body += screen_panels.frame(name, title, counted, content)
    render.show_html(body)


show_screen()
