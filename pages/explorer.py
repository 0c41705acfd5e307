"""一屏分析: every dimension in order of size beside figures and trend; every row a filter."""

import streamlit as st

from pages.components import (
    access,
    address,
    boards,
    data,
    drilling,
    explorer_clicks,
    explorer_export,
    exports,
    judgement,
    leaderboards,
    marks,
    members,
    panels,
    region_map,
    render,
    tiles,
    trend,
)
from pages.components.selection_bar import selection_bar
from queries.measures import MEASURES

viewer = access.require("explorer")
scope = viewer.scope

KPIS = (
    "submissions",
    "complaints",
    "tipoffs",
    "inquiries",
    "closure_rate",
    "on_time_rate",
    "mediation_rate",
    "recovered_yuan",
)

selection = selection_bar(scope, measures=KPIS, link=("pages/submissions.py", "查看诉求明细"))
asked = address.query()
measure = MEASURES[asked["measure"] if asked.get("measure") in KPIS else KPIS[0]]
views = boards.views(selection, drilling.read_drill(asked.get("drill", "")), scope)
totals = data.totals(selection, scope, measures=KPIS)
clicked = explorer_clicks.on_board(views, scope)
judgement.show(selection, scope, measure.name)

exports.offer(
    lambda: explorer_export.sheets(
        views, selection, scope, measure, kpis=KPIS, grain=trend.grain(totals.days)
    ),
    selection=selection,
    scope=scope,
    totals=totals,
    name="一屏分析",
    key="export",
)

figures, rankings = st.columns([38, 62], gap="small")

with figures:
    panels.show(
        "tiles",
        {
            "tiles": tiles.tiles(
                KPIS, totals.current, totals.previous, totals.last_year, chosen=measure.name
            )
        },
        key="tiles",
        on_click=lambda click: address.go(measure=None if click.code == KPIS[0] else click.code),
    )

    series = data.series(selection, scope, measures=(measure.name,), grain=trend.grain(totals.days))
    compared = leaderboards.COMPARED[leaderboards.comparison_of(measure, selection)]
    key = f"trend_{selection.period.code}_{measure.name}".replace(".", "_")
    drawn_trend = marks.mark_days(
        trend.trend_chart(series, measure, compared=compared),
        series.frame.index,
        marks.events_in(totals.days, scope),
        grain=series.grain,
        width=400,
    )
    render.show(
        exports.savable(
            drawn_trend,
            name=f"走势_{measure.label}",
            caption=exports.caption(totals, selection, scope, what=measure.label, width=350),
        ),
        key=key,
        height=230,
        on_select=explorer_clicks.on_days(key, series, totals.days, scope),
    )

    region = views[0]
    drawn = region_map.map_view(region, scope)
    if drawn is not None:
        found = data.breakdown(
            drawn.base(selection), scope, level=drawn.level, measures=(measure.name,), limit=200
        )
        st.markdown(f"**区域分布** {drawn.name}，{measure.label}　:small[{region_map.approval()}]")
        render.show_clickable(
            region_map.map_chart(found, drawn, measure, selection, name=render.map_name("map")),
            key="map",
            height="300px",
            outline=drawn.outline.geojson,
            on_click=explorer_clicks.on_map(drawn, scope),
        )

    hours = data.matrix(selection, scope, rows="weekday", columns="hour", measure=measure.name)
    st.markdown(f"**星期与时段** {measure.label}，按登记时间")
    panels.show(
        "week",
        tiles.week(hours, selection, measure=measure.name),
        key="week",
        on_click=explorer_clicks.on_week(scope),
    )

counted = leaderboards.fetch(views, selection, scope, measure)
drawn_boards = [
    leaderboards.board_content(view, found, selection, measure)
    for view, found in zip(views, counted, strict=True)
]
with figures:
    panels.show(
        "boards",
        {"boards": [each for each in drawn_boards if each["aside"]]},
        key="boards_aside",
        on_click=clicked,
    )
with rankings:
    panels.show(
        "boards",
        {"boards": [each for each in drawn_boards if not each["aside"]]},
        key="boards",
        on_click=clicked,
    )

for view in views:
    if view.board.key == members.asked_for():
        members.show(view, selection, scope, measure, on_click=clicked)
