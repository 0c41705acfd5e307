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
    map_pictures,
    members,
    palettes,
    panels,
    period_trend,
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
                KPIS,
                totals.current,
                totals.previous,
                totals.last_year,
                until=totals.days.end,
                chosen=measure.name,
            )
        },
        key="tiles",
        on_click=lambda click: address.go(measure=None if click.code == KPIS[0] else click.code),
    )

    if not totals.current["submissions"]:
        st.caption("该范围内没有记录，不绘制走势、地图和时段图。")
    else:
        period_trend.show(
            selection, scope, measure, key="trend", totals=totals, width=350, height=202
        )

        region = views[0]
        drawn = region_map.map_view(region, scope)
        if drawn is not None:
            found = data.breakdown(
                drawn.base(selection), scope, level=drawn.level, measures=(measure.name,), limit=200
            )
            st.markdown(f"**区域分布** {drawn.name}，{measure.label}")
            caption = map_pictures.caption(drawn, measure, selection, scope, width=350)
            render.show_clickable(
                exports.savable(
                    region_map.map_chart(
                        found,
                        drawn,
                        measure,
                        selection,
                        scope,
                        name=render.map_name("map"),
                        palette=palettes.current(),
                    ),
                    name=f"{drawn.name}_{measure.label}",
                    caption=caption,
                ),
                key="map",
                height=f"{300 + exports.height_of(caption)}px",
                outline=drawn.outline.geojson,
                on_click=explorer_clicks.on_map(drawn, scope),
            )

        hours = data.matrix(selection, scope, rows="weekday", columns="hour", measure=measure.name)
        st.markdown(
            f"**星期与时段** :small[{measure.label}，按登记时间；{tiles.week_note(hours, measure.name)}]"
        )
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
