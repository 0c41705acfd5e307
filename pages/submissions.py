"""诉求明细: the submissions themselves, page by page, and each with its whole course."""

from dataclasses import replace

import streamlit as st

from pages.components import (
    access,
    address,
    data,
    detail,
    exports,
    judgement,
    listing,
    listing_export,
    paging,
    panels,
    store,
    tables,
)
from pages.components.selection_bar import selection_bar
from queries.selection import Comparison

viewer = access.require("submissions")
asked = address.query()

if asked.get("id"):
    store.record_opening(viewer, submission_id=asked["id"])
    detail.show(asked["id"], viewer.scope)
    st.stop()

selection = selection_bar(viewer.scope, compares=False, link=("pages/explorer.py", "一屏分析"))
place = listing.place(asked)
page = data.submissions(
    selection, viewer.scope, page=place.number, page_size=place.size, order=place.order
)
if place.number > page.pages:
    page = data.submissions(
        selection, viewer.scope, page=page.pages, page_size=place.size, order=place.order
    )

if not page.total:
    st.info(
        "该范围内没有诉求记录。可放宽时间范围，或移除上方的筛选条件。", icon=":material/search_off:"
    )
    st.stop()

judgement.show(replace(selection, comparison=Comparison.PREVIOUS), viewer.scope)
span, sizes, numbers = st.columns([3, 4, 5], vertical_alignment="center")
span.markdown(listing.span_text(page))
with sizes:
    listing.choose_size(place)
with numbers.container(horizontal=True, horizontal_alignment="right"):
    paging.choose(page.page, page.pages, key="list.page")
    exports.offer(
        lambda: listing_export.sheets(selection, viewer.scope, order=place.order),
        selection=selection,
        scope=viewer.scope,
        totals=data.totals(selection, viewer.scope, measures=("submissions",)),
        name="诉求明细",
        key="export",
        compares=False,
    )

panels.show(
    "table",
    tables.content(
        listing.named(page.frame),
        listing.CELLS,
        order=place.order,
        marked=selection.text.split(),
    ),
    key="list",
    on_click=listing.clicked,
)
st.caption("点击任一行查看该件诉求的全过程。姓名、电话等个人信息已脱敏。")
