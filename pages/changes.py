"""变化归因: what changed, by how much, and which members of which dimension it sits in."""

import streamlit as st

from pages.components import (
    access,
    address,
    change_export,
    change_finding,
    change_tables,
    choices,
    data,
    exports,
    figures,
    focus,
    focus_address,
    judgement,
    palettes,
    panels,
    ranking_limits,
    render,
    waterfall,
    wording,
)
from pages.components.selection_bar import selection_bar

viewer = access.require("changes")
scope = viewer.scope
query = address.query()

selection = selection_bar(
    scope, measures=figures.FIGURES, link=("pages/submissions.py", "查看诉求明细")
)
measure = ranking_limits.read(query).measure
member = focus_address.read(query, scope)
if member is not None:
    focus.show(member, selection, scope, measure)
    st.stop()

judgement.show(selection, scope, measure.name)
figures.show(selection, scope, chosen=measure)

why_not = judgement.why_not_compared(selection, measure.name)
found = None if why_not else change_finding.find(selection, scope, measure)
if found is None or found.compared is None or not found.comparable:
    st.info(judgement.way_out(selection, measure.name))
    st.stop()
then = judgement.NAMES[selection.comparison][1]

with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    st.markdown("**变动构成** 按一个维度分解，各项之和等于总变动，点击成员筛选", width="content")
    key = choices.select("by", change_tables.keys(found), query, label="分解维度")
parts = change_tables.attributed(found, key)
names = change_tables.names_of(found, parts, key, scope)
bars = waterfall.steps(
    found.before,
    found.now,
    change_tables.parts_of(parts, key, names),
    names=(then, "其余各项", "本期"),
)
totals = data.totals(selection, scope, measures=figures.FIGURES)
exports.offer(
    lambda: change_export.sheets(selection, scope, measure, key=key),
    selection=selection,
    scope=scope,
    totals=totals,
    name="变化归因",
    key="export",
)
render.show_clickable(
    exports.savable(
        waterfall.waterfall_chart(bars, measure, palette=palettes.current()),
        name="变动构成",
        caption=exports.caption(
            totals,
            selection,
            scope,
            what=f"{measure.label}变动构成",
            width=900,
            measures=(measure.name,),
            method="贡献为算术分解，各项之和等于总变动，不等于变动的原因",
        ),
    ),
    key=f"waterfall_{key.replace('+', '_')}",
    height="344px",
    on_click=lambda code: change_tables.choose(code, scope),
)
axis = "" if waterfall.starts_at_zero(bars) else "纵轴未从0起；"
st.caption(
    f"{measure.label}：本期{wording.days_text(found.days)}，{then}{wording.days_text(found.compared)}；"
    f"{axis}贡献为算术分解，说明变动出现在哪里，不等于变动的原因。"
)

explained, listed = st.tabs(["变动解释", "分解明细"])
with explained:
    panels.show(
        "grid",
        change_tables.explanation_table(found, selection, names, then),
        key="explanation",
        on_click=change_tables.on_member(scope),
    )
    st.caption(
        "各行按不同维度计算，相互重叠，不能相加；按“自身变动与其余部分不同步”的显著程度排序，"
        "标注“与总体相反”的朝相反方向显著变动，“不显著”的与随机波动无异。"
    )
with listed:
    panels.show(
        "grid",
        change_tables.member_table(found, parts, key, selection, names=names, then=then),
        key="members",
        on_click=change_tables.on_member(scope),
    )
    if len(parts) > change_tables.MEMBERS:
        st.caption(f"按贡献大小列出前{change_tables.MEMBERS}项，共{len(parts):,}项。")
