"""涉诉问题: what people complain about."""

import streamlit as st

from pages.components import (
    access,
    dimension_head,
    focus_lists,
    heat_map,
    multiples,
    ranking_export,
    ranking_table,
    treemap,
)

viewer = access.require("issues")
scope = viewer.scope

selection, asked = dimension_head.show(scope)

view = ranking_table.standing_view("issue", selection, scope)
found = ranking_table.fetch(view, selection, scope, asked)
dimension_head.offer(
    lambda: ranking_export.sheets(
        view, selection, scope, asked, columns="product_category", focus=(view,)
    ),
    selection=selection,
    scope=scope,
    name="涉诉问题",
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
