"""主体归一: names that may be one operator to confirm, operators brought together to check and split."""

import streamlit as st

from pages.components import (
    access,
    address,
    choices,
    data,
    exports,
    identity_data,
    identity_form,
    identity_view,
    paging,
    panels,
)
from pages.components.identity_view import DOUBTS, LISTS
from pages.components.panels import Click
from pages.components.selection_bar import selection_bar

viewer = access.require("identities")
scope = viewer.scope
asked = address.query()

selection = selection_bar(scope, compares=False, link=("pages/submissions.py", "查看诉求明细"))
if not identity_data.are_known():
    st.info("主体尚未归一，请管理员运行刷新任务。", icon=":material/search_off:")
    st.stop()
kind = choices.chosen("of", LISTS, asked)
opened = asked.get("group", "")
figures = identity_data.identities(selection, scope)
if not opened:
    identity_view.show_figures(figures)
    st.caption(identity_view.base_text(figures))
    choices.choose("of", LISTS, asked, label="清单")
exports.offer(
    lambda: identity_view.sheets(selection, scope),
    selection=selection,
    scope=scope,
    totals=data.totals(selection, scope, measures=("submissions",)),
    name="主体归一",
    key="export",
    compares=False,
)

found = identity_view.fetch(selection, scope, kind, limit=identity_view.MOST_LISTED)
if opened:
    st.button(
        "返回列表",
        icon=":material/arrow_back:",
        on_click=lambda: address.go(group=None),
        key="back",
    )
    records = found.frame.to_dict("records") if kind == DOUBTS else []
    pair = next((each for each in records if identity_view.pair_code(each) == opened), None)
    if pair is not None:
        identity_form.show_pair(viewer, pair, selection)
        st.stop()
    names = identity_data.names(scope, operator_id=opened)
    if kind == DOUBTS or names.empty:
        st.warning("没有这一项，或不在您的可见范围内。", icon=":material/search_off:")
        st.stop()
    identity_form.show_group(viewer, names, opened, selection)
    st.stop()


def clicked(click: Click) -> None:
    """Open a pair or an operator."""
    address.go(group=click.code)


number = paging.number(asked, paging.pages(len(found.frame), identity_view.ROWS))
identity_view.show_head(found, kind)
panels.show(
    "grid", identity_view.content(found, kind, page=number), key="identities", on_click=clicked
)
