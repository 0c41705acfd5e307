"""涉诉行业: where complaints arise, by industry or by goods and services."""

import streamlit as st

from pages.components import (
    access,
    address,
    choices,
    dimension_head,
    focus_lists,
    heat_map,
    multiples,
    ranking_export,
    ranking_table,
    treemap,
)

viewer = access.require("industries")
scope = viewer.scope

SIDES = {"industry": "行业", "product": "商品服务"}

selection, asked = dimension_head.show(scope)

side = choices.choose("by", SIDES, address.query(), label="分类方式")
view = ranking_table.standing_view(side, selection, scope)
found = ranking_table.fetch(view, selection, scope, asked)
places = [ranking_table.standing_view(key, selection, scope) for key in SIDES]
dimension_head.offer(
    lambda: ranking_export.sheets(
        view,
        selection,
        scope,
        asked,
        columns="issue_type",
        focus=places,
    ),
    selection=selection,
    scope=scope,
    name="涉诉行业",
)
ranked, beside = st.columns([58, 42], gap="small")
with ranked:
    ranking_table.show(found, view, selection, scope, key="ranking")
with beside:
    treemap.show(view, selection, scope, asked, inner=side, key="treemap")

crossed, listed = st.columns([58, 42], gap="small")
with crossed:
    heat_map.show(
        selection,
        scope,
        rows=view.level,
        columns="issue_type",
        measure=heat_map.measure_of(asked.measure),
        key="heat",
        title=f"{view.board.title}×问题",
        base=view.base(selection),
    )
with listed:
    for key, place in zip(SIDES, places, strict=True):
        focus_lists.show(place, selection, scope, key=f"focus_list_{key}")
multiples.show(found, view, selection, scope, key="multiples")
