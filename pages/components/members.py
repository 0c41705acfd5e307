"""All members of a board in a dialog, searched in the browser; clicks choose as on the board."""

from collections.abc import Callable

import streamlit as st

from pages.components import leaderboards, panels
from pages.components.boards import View
from pages.components.leaderboards import MAX_ROWS
from queries.measures import Measure
from queries.scope import Scope
from queries.selection import Selection

_OPEN = "members.open"
_CLICKED = "members.clicked"


def ask_for(board: str) -> None:
    """Open the dialog of this board at the coming rerun."""
    st.session_state[_OPEN] = board


def asked_for() -> str | None:
    """Return the board whose dialog is open, None without one."""
    board = st.session_state.get(_OPEN)
    return board if isinstance(board, str) else None


def _close() -> None:
    st.session_state.pop(_OPEN, None)


def show(
    view: View,
    selection: Selection,
    scope: Scope,
    measure: Measure,
    *,
    on_click: Callable[[panels.Click], None],
) -> None:
    """Draw the dialog with the members of ``view``."""

    def clicked(click: panels.Click) -> None:
        on_click(click)
        st.session_state[_CLICKED] = True

    def body() -> None:
        if st.session_state.pop(_CLICKED, False):
            st.rerun()
        found = leaderboards.fetch([view], selection, scope, measure, limit=MAX_ROWS)[0]
        content = leaderboards.board_content(view, found, selection, measure, limit=MAX_ROWS)
        panels.show(
            "boards",
            {"boards": [content | {"more": False, "wide": True}], "search": "输入以查找"},
            key="members",
            on_click=clicked,
        )

    st.dialog(f"{view.board.title}：全部", width="medium", on_dismiss=_close)(body)()
