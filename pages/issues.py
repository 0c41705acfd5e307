"""涉诉问题: what people complain about."""

import streamlit as st

from pages.components import (
    access,
    address,
    data,
    exports,
    figures,
    focus,
    focus_address,
    focus_lists,
    heat_map,
    judgement,
    multiples,
    ranking_export,
    ranking_limits,
    ranking_table,
    treemap,
)
from pages.components.selection_bar import selection_bar

viewer = access.require("issues")
scope = viewer.scope

selection = selection_bar(
    scope, measures=figures.FIGURES, link=("pages/submissions.py", "查看诉求明细")
)
asked = ranking_limits.read(address.query())
member = focus_address.read(address.query(), scope)
if member is not None:
    focus.show(member, selection, scope, asked.measure)
    st.stop()

judgement.show(selection, scope, asked.measure.name)
figures.show(selection, scope, chosen=asked.measure)

view = ranking_table.standing_view("issue", selection, scope)
found = ranking_table.fetch(view, selection, scope, asked)
exports.offer(
    lambda: ranking_export.sheets(view, selection, scope, asked, columns="product_category"),
    selection=selection,
    scope=scope,
    totals=data.totals(selection, scope, measures=figures.FIGURES),
    name="涉诉问题",
    key="export",
)
ranked, beside = st.columns([58, 42], gap="small")
with ranked:
    ranking_table.show(found, view, selection, scope, key="ranking")
with beside:
    treemap.show(view, selection, scope, asked, inner="issue_subtype", key="treemap")

crossed, listed = st.columns([58, 42], gap="small")
with crossed:
    heat_map.show(
        selection,
        scope,
        rows=view.level,
        columns="product_category",
        measure=heat_map.measure_of(asked.measure),
        key="heat",
        title="问题×商品服务",
        base=view.base(selection),
    )
with listed:
    focus_lists.show(view, selection, scope, key="focus_list")
multiples.show(found, view, selection, scope, key="multiples")
