"""诉求明细: the submissions themselves, page by page, and each with its whole course."""

import streamlit as st

from pages.components import access, address, data, detail, listing, tables
from pages.components.selection_bar import selection_bar

viewer = access.require("submissions")
asked = address.query()

if asked.get("id"):
    detail.show(asked["id"], viewer.scope)
    st.stop()

selection = selection_bar(viewer.scope)
place = listing.place(asked)
page = data.submissions(selection, viewer.scope, page=place.number, page_size=place.size)
if place.number > page.pages:
    page = data.submissions(selection, viewer.scope, page=page.pages, page_size=place.size)

if not page.total:
    st.info(
        "该范围内没有诉求记录。可放宽时间范围，或移除上方的筛选条件。", icon=":material/search_off:"
    )
    st.stop()

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.markdown(listing.span_text(page))
    listing.choose_size(place)
    listing.choose_page(page)

key = f"list_{page.page}_{page.page_size}"
st.dataframe(
    tables.displayed(page.frame, listing.COLUMNS),
    column_config=tables.column_config(listing.COLUMNS, **listing.WIDTHS),
    hide_index=True,
    height=listing.height(page),
    row_height=listing.ROW_HEIGHT,
    key=key,
    selection_mode=["single-row", "single-cell"],
    on_select=listing.opener(key, page.frame),
)
st.caption("点击任一行查看该件诉求的全过程。姓名、电话等个人信息已脱敏。")
