"""录入质量: how complete entries are, by unit and over time, where they contradict themselves."""

import streamlit as st

from pages.components import (
    access,
    address,
    category_list,
    choices,
    data,
    entry_figures,
    entry_list,
    exports,
    findings_data,
    listing,
    palettes,
    panels,
    render,
)
from pages.components.panels import Click
from pages.components.selection_bar import selection_bar
from queries.dimensions import LEVELS

LISTS = {"corrections": "待核对补正", "categories": "类别核对"}

viewer = access.require("entry_quality")
scope = viewer.scope
asked = address.query()

if not findings_data.entries_are_checked():
    st.info("录入质量尚未随数据更新，请管理员运行刷新任务。", icon=":material/search_off:")
    st.stop()
selection = selection_bar(scope, link=("pages/submissions.py", "查看诉求明细"))
level = choices.chosen("by", entry_figures.LEVELS, asked)
wanting = asked.get("lack", "")
wanting = wanting if wanting in {*findings_data.ELEMENTS, *findings_data.CHECKS} else ""
found = findings_data.entry_quality(selection, scope, level=level)
totals = data.totals(selection, scope, measures=("submissions",))
exports.offer(
    lambda: [
        entry_figures.league_sheet(
            findings_data.entry_quality(selection, scope, level=level), level
        ),
        entry_list.sheet(selection, scope, wanting=wanting),
        *category_list.sheets(selection, scope),
    ],
    selection=selection,
    scope=scope,
    totals=totals,
    name="录入质量",
    key="export",
)
if not found.total["entries"].iloc[0]:
    st.info(
        "该范围内没有诉求记录。可放宽时间范围，或移除上方的筛选条件。", icon=":material/search_off:"
    )
    st.stop()


def chose(click: Click) -> None:
    """Filter by the unit or channel of a row."""
    if level in LEVELS:
        address.go(address.current(scope).toggled(LEVELS[level].name, click.code))


def looked_at(click: Click) -> None:
    """List what lacks the element, or has the contradiction, of a row."""
    address.go(lack=None if click.code == wanting else click.code, page=None)


st.markdown(entry_figures.head_text(found))
left, right = st.columns([54, 46], gap="medium")
with left:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**完整率排名** 点击一行按其筛选", width="content")
        choices.choose("by", entry_figures.LEVELS, asked, label="排名对象")
    with st.container(height=470, border=False):
        chosen = selection.members(LEVELS[level].name) if level in LEVELS else ()
        panels.show(
            "grid", entry_figures.league(found, level, chosen), key="league", on_click=chose
        )
    st.caption(entry_figures.league_note(found, level))
with right:
    months = findings_data.entry_months(selection, scope)
    st.markdown("**逐月走势** 截至统计期末的13个月")
    if len(months):
        render.show(
            exports.savable(
                entry_figures.trend_chart(months, palette=palettes.current()),
                name="录入质量走势",
                caption=exports.caption(
                    totals,
                    selection,
                    scope,
                    what="要素完整率、齐全率",
                    days=entry_figures.trend_days(months),
                    method=entry_figures.COMPLETE,
                ),
            ),
            key=f"trend_{len(months)}",
            height=268,
        )
    st.markdown("**七要素与前后矛盾** 点击一行列出要核对的诉求")
    for key, drawn in (
        ("elements", entry_figures.elements(found, wanting)),
        ("checks", entry_figures.contradictions(found, wanting)),
    ):
        panels.show("grid", drawn, key=key, on_click=looked_at)
if choices.choose("list", LISTS, asked, label="清单") == "categories":
    category_list.show(selection, scope, asked=asked)
else:
    entry_list.show(selection, scope, wanting=wanting, page=listing.place(asked).number)
st.caption(entry_figures.base_text(found))
