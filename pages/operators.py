"""涉诉主体: operators ranked, how many against how fast, and which of them to look at first."""

import streamlit as st

from pages.components import (
    access,
    dimension_head,
    focus_lists,
    multiples,
    ranking_export,
    ranking_table,
    scatter,
)

viewer = access.require("operators")
scope = viewer.scope

selection, asked = dimension_head.show(scope)

view = ranking_table.standing_view("operator", selection, scope)
largest = scatter.fetch(view, selection, scope, asked)
found = ranking_table.fetch(view, selection, scope, asked, largest=largest)
dimension_head.offer(
    lambda: ranking_export.sheets(view, selection, scope, asked, points=True, focus=(view,)),
    selection=selection,
    scope=scope,
    name="涉诉主体",
)
ranked, beside = st.columns([58, 42], gap="small")
with ranked:
    ranking_table.show(found, view, selection, scope, key="ranking")
with beside:
    scatter.show(largest, view, selection, scope, key="scatter")
multiples.show(found, view, selection, scope, key="multiples")
focus_lists.show(view, selection, scope, key="focus_list")
