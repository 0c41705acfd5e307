"""The newest submissions selected, with the words searched for marked; a click opens one."""

import streamlit as st

from pages.components import data, listing, panels, tables, wording
from pages.components.panels import Click
from queries.scope import Scope
from queries.selection import Selection

ROWS = 8
"""Submissions listed; ours, the whole list is a click away."""

_OPENED = "newest.opened"


def show(selection: Selection, scope: Scope, *, key: str, rows: int = ROWS) -> None:
    """Draw the newest submissions, two lines a row."""
    opened = st.session_state.pop(_OPENED, None)
    if isinstance(opened, str):
        st.switch_page("pages/submissions.py", query_params={"id": opened})
    found = data.submissions(selection, scope, page=1, page_size=rows)
    st.markdown(
        f"**最新诉求** :small[共{wording.count(found.total)}，按登记时间列出最近{len(found.frame)}件，点击查看全过程]"
    )
    if not found.total:
        st.caption("该范围内没有诉求记录。")
        return
    panels.show(
        "table",
        tables.content(listing.named(found.frame), listing.CELLS, marked=selection.text.split()),
        key=key,
        on_click=_clicked,
    )


def _clicked(click: Click) -> None:
    """Remember what to open: a page is left in a run, not in the answer to a click."""
    if click.act == "open":
        st.session_state[_OPENED] = click.code
