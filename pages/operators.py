"""涉诉主体: operators ranked, how many against how fast, and which of them to look at first."""

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
    judgement,
    multiples,
    ranking_export,
    ranking_limits,
    ranking_table,
    scatter,
)
from pages.components.selection_bar import selection_bar

viewer = access.require("operators")
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

view = ranking_table.standing_view("operator", selection, scope)
largest = scatter.fetch(view, selection, scope, asked)
found = ranking_table.fetch(view, selection, scope, asked, largest=largest)
exports.offer(
    lambda: ranking_export.sheets(view, selection, scope, asked, points=True),
    selection=selection,
    scope=scope,
    totals=data.totals(selection, scope, measures=figures.FIGURES),
    name="涉诉主体",
    key="export",
)
ranked, beside = st.columns([58, 42], gap="small")
with ranked:
    ranking_table.show(found, view, selection, scope, key="ranking")
with beside:
    scatter.show(largest, view, selection, scope, key="scatter")
multiples.show(found, view, selection, scope, key="multiples")
focus_lists.show(view, selection, scope, key="focus_list")
