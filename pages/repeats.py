"""异常诉求: repeats, multi-channel and frequent filings, shared matters, claims to verify."""

import streamlit as st

from pages.components import (
    access,
    address,
    choices,
    data,
    exports,
    paging,
    panels,
    repeat_data,
    repeat_detail,
    repeat_export,
    repeat_form,
    repeat_groups,
)
from pages.components.panels import Click
from pages.components.repeat_groups import CLAIMANT, KINDS
from pages.components.selection_bar import selection_bar

viewer = access.require("repeats")
scope = viewer.scope
asked = address.query()
repeat_detail.leave_if_opened()

selection = selection_bar(scope, compares=False, link=("pages/submissions.py", "查看诉求明细"))
if not repeat_data.are_known():
    st.info("异常诉求尚未识别，请管理员运行刷新任务。", icon=":material/search_off:")
    st.stop()
left = repeat_data.left_out(selection, scope)
kind = choices.chosen("of", KINDS, asked)
group = repeat_groups.chosen_group(asked, kind)
if group is None:
    repeat_groups.show_figures(left)
st.caption(repeat_groups.base_text(left, data.status()))
choices.choose("of", KINDS, asked, label="异常诉求种类")
exports.offer(
    lambda: repeat_export.sheets(selection, scope, kind),
    selection=selection,
    scope=scope,
    totals=data.totals(selection, scope, measures=("submissions",)),
    name="异常诉求",
    key="export",
    compares=False,
)

if group is not None:
    st.button(
        "返回列表",
        icon=":material/arrow_back:",
        on_click=lambda: address.go(group=None),
        key="back",
    )
    members = repeat_detail.members(scope, kind, group)
    if members.empty:
        st.warning("没有这一组，或该组不在您的可见范围内。", icon=":material/search_off:")
        st.stop()
    record = repeat_groups.fetch_one(selection, scope, kind, group)
    repeat_detail.show_heading(record, members, kind)
    if kind == CLAIMANT:
        if record is not None:
            repeat_detail.show_factors(record)
        repeat_form.show_for_claimant(viewer, members, group)
    repeat_form.show_for_submissions(viewer, members, key=f"group.{kind}.{group}")
    repeat_detail.show_members(members)
    st.stop()


def clicked(click: Click) -> None:
    """Open a group."""
    address.go(group=click.code)


found = repeat_groups.fetch(selection, scope, kind, limit=repeat_groups.MOST_LISTED)
st.caption(repeat_groups.RULES[kind])
pages = paging.pages(len(found.frame), repeat_groups.ROWS)
number = paging.number(asked, pages)
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.markdown(f"**{KINDS[kind]}**　{repeat_groups.fetched(found, kind)}", width="content")
    if pages > 1:
        paging.choose(number, pages, key="groups.page")
panels.show("grid", repeat_groups.content(found, kind, page=number), key="groups", on_click=clicked)
if kind == CLAIMANT:
    st.caption(repeat_detail.factors_text())
