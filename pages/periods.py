"""涉诉时间: when submissions come: days, hours, months, and this year beside the years before."""

import streamlit as st

from pages.components import (
    access,
    address,
    calendar_map,
    choices,
    data,
    explorer_clicks,
    exports,
    figures,
    judgement,
    marks,
    month_table,
    palettes,
    panels,
    period_export,
    period_trend,
    ranking_limits,
    render,
    tiles,
    year_lines,
)
from pages.components.selection_bar import selection_bar

viewer = access.require("periods")
scope = viewer.scope
asked = address.query()
colours = palettes.current()

selection = selection_bar(
    scope, measures=figures.FIGURES, link=("pages/submissions.py", "查看诉求明细")
)
status = data.status()
if status.first_day is None or status.last_day is None:
    st.info("暂无数据。", icon=":material/search_off:")
    st.stop()
measure = ranking_limits.read(asked).measure
chosen = selection.period.range(status.first_day, status.last_day)
judgement.show(selection, scope, measure.name)
figures.show(selection, scope, chosen=measure)
if not status.has(chosen):
    st.info("该范围内没有诉求记录。", icon=":material/search_off:")
    st.stop()

totals = data.totals(selection, scope, measures=figures.FIGURES)
grain = choices.chosen("grain", year_lines.GRAINS, asked)
until = min(chosen.end, status.last_day).year
exports.offer(
    lambda: period_export.sheets(selection, scope, measure, until=until, grain=grain),
    selection=selection,
    scope=scope,
    totals=totals,
    name="涉诉时间",
    key="export",
)
years = year_lines.base(selection, status)
if not (
    totals.current["submissions"]
    or data.totals(years, scope, measures=("submissions",)).current["submissions"]
):
    st.info("该范围内没有诉求记录。", icon=":material/search_off:")
    st.stop()
period_trend.show(selection, scope, measure, key="days", totals=totals)

days = calendar_map.base(selection, status)
daily = data.series(days, scope, measures=(measure.name,), grain="day")
st.markdown(f"**日历热力图** {calendar_map.note(measure, drawn=days.days, chosen=chosen)}")
if period_trend.is_empty(daily, measure):
    st.caption("该范围内没有记录。")
else:
    caption = exports.caption(
        totals,
        selection,
        scope,
        what=measure.label,
        days=days.days,
        width=period_trend.WIDTH,
        measures=(measure.name,),
    )
    drawn = calendar_map.calendar_chart(
        daily,
        measure,
        chosen=chosen,
        events=marks.events_in(marks.covered(daily), scope),
        below=exports.height_of(caption),
        palette=colours,
    )
    render.show_clickable(
        exports.savable(drawn, name=f"日历热力图_{measure.label}", caption=caption),
        key="calendar",
        height=f"{calendar_map.HEIGHT + exports.height_of(caption)}px",
        on_click=calendar_map.on_day(scope),
    )

left, right = st.columns(2, gap="small")
with left:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**历年同期** 本年与往年比较", width="content")
        choices.choose("grain", year_lines.GRAINS, asked, label="粒度")
    by_bucket = data.series(years, scope, measures=(measure.name,), grain=grain)
    lines = year_lines.by_year(by_bucket, measure.name, until=until)
    render.show(
        exports.savable(
            year_lines.year_chart(lines, measure, palette=colours),
            name=f"历年同期_{measure.label}",
            caption=exports.caption(
                totals,
                selection,
                scope,
                what=f"{measure.label}历年同期",
                days=years.days,
                measures=(measure.name,),
            ),
        ),
        key=f"years_{grain}",
        height=304,
    )
    hours = data.matrix(selection, scope, rows="weekday", columns="hour", measure=measure.name)
    st.markdown(
        f"**星期与时段** {measure.label}，按登记时间；{tiles.week_note(hours, measure.name)}；点击格子只看该时段"
    )
    if totals.current["submissions"]:
        panels.show(
            "week",
            tiles.week(hours, selection, measure=measure.name),
            key="week",
            on_click=explorer_clicks.on_week(scope),
        )
with right:
    monthly = data.series(
        month_table.base(selection, status), scope, measures=(measure.name,), grain="month"
    )
    st.markdown(f"**逐月数据** {measure.label}，按登记时间；点击月份只看该月")
    panels.show(
        "grid",
        month_table.content(
            month_table.months(monthly, measure.name), measure, chosen, status.last_day
        ),
        key="months",
        on_click=month_table.on_month(scope, status.last_day),
    )
