"""Members in a dialog: all of a board, or of any level; searched in the browser, chosen by a click."""

from collections.abc import Callable

import streamlit as st

from pages.components import address, boards, leaderboards, panels
from pages.components.boards import Board, View
from pages.components.leaderboards import MAX_ROWS
from queries.dimensions import DIMENSIONS, LEVELS
from queries.measures import MEASURES, Measure
from queries.scope import Scope
from queries.selection import InvalidSelectionError, Selection

CONDITIONS = "conditions"
"""Name of the dialog that offers every level."""

_OPEN = "members.open"
_CLICKED = "members.clicked"
_OFFERED = {
    level.name: each.label if len(each.levels) == 1 else f"{each.label}：{level.label}"
    for each in DIMENSIONS.values()
    for level in each.levels
    if level.name in LEVELS
}


def ask_for(name: str) -> None:
    """Open the dialog of a board, or `CONDITIONS`, at the coming rerun."""
    st.session_state[_OPEN] = name


def asked_for() -> str | None:
    """Return what was asked for, None while no dialog is open."""
    name = st.session_state.get(_OPEN)
    return name if isinstance(name, str) else None


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
    """Draw the dialog with all members of a board."""

    def body() -> None:
        _rerun_after_click()
        _draw(view, selection, scope, measure, on_click)

    st.dialog(f"{view.board.title}：全部", width="medium", on_dismiss=_close)(body)()


def show_conditions(selection: Selection, scope: Scope) -> None:
    """Draw the dialog that offers the members of every level."""

    def body() -> None:
        _rerun_after_click()
        level = st.selectbox(
            "条件",
            list(_OFFERED),
            format_func=lambda name: _OFFERED[name],
            key="members.level",
            filter_mode=None,
        )
        dimension = LEVELS[level]
        view = View(Board(dimension.name, dimension.label, level), level)

        def chosen(click: panels.Click) -> None:
            try:
                turn = boards.after(click, view, address.current(scope), {})
            except InvalidSelectionError as error:
                address.refuse(error)
            else:
                address.go(turn.selection)

        _draw(view, selection, scope, MEASURES["submissions"], chosen, drills=False)

    st.dialog("添加条件", width="medium", on_dismiss=_close)(body)()


def _rerun_after_click() -> None:
    """Draw the whole page anew: a click in a dialog reruns the dialog alone."""
    if st.session_state.pop(_CLICKED, False):
        st.rerun()


def _draw(
    view: View,
    selection: Selection,
    scope: Scope,
    measure: Measure,
    on_click: Callable[[panels.Click], None],
    *,
    drills: bool = True,
) -> None:
    def clicked(click: panels.Click) -> None:
        on_click(click)
        st.session_state[_CLICKED] = True

    found = leaderboards.fetch([view], selection, scope, measure, limit=MAX_ROWS)[0]
    content = leaderboards.board_content(view, found, selection, measure, limit=MAX_ROWS)
    for row in content["rows"]:
        row["drills"] &= drills
    panels.show(
        "boards",
        {"boards": [content | {"more": False, "wide": True}], "search": "输入以查找"},
        key=f"members_{view.level}",
        on_click=clicked,
    )
