"""One small component for all that is clicked and is no chart: rows, figures, pills, hours.

The browser side (``panels.js``) puts every text in as a text node. A click comes back as a `Click`;
it comes from the browser, so its codes are checked where they become a selection.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st
from markupsafe import Markup

from pages.components import render

Kind = Literal[
    "boards", "tiles", "pills", "week", "course", "fields", "table", "grid",
    "ranking", "multiples", "heat", "texts",
]  # fmt: skip

MAX_CODE = 256
"""Longest code that a click may carry, in characters; the longest stored one is a name of 256."""

_COMPACT = Markup(
    "<style>.stMainBlockContainer{{padding:1.4rem 1.5rem 1.5rem!important}}"
    ".st-key-selection_bar{{position:sticky;top:0;z-index:90;padding:.4rem 0;background:{}}}"
    ".stApp [data-testid=stCaptionContainer]{{opacity:.75}}"
    ".stFullScreenFrame:not(:has([data-testid=stDataFrame])) [data-testid=stElementToolbar]"
    "{{display:none}}</style>"
)
"""Streamlit's tools beside a chart are English, lie over what is next to it and double our own."""
_PARTS = ("panels", "ranking", "texts")
"""Files of the browser side, joined in this order."""


def _joined(suffix: str) -> str:
    here = Path(__file__).parent
    return "\n".join((here / f"{name}{suffix}").read_text(encoding="utf-8") for name in _PARTS)


_mount = st.components.v2.component(
    "panels", html='<div class="panels"></div>', css=_joined(".css"), js=_joined(".js")
)


@dataclass(frozen=True, slots=True)
class Click:
    """What was clicked.

    Attributes
    ----------
    act
        ``toggle``, ``exclude``, ``drill``, ``up``, ``more``, ``measure``, ``moment``, ``remove``,
        ``clear``, ``open``, ``sort``, ``page``, ``limit``, ``focus`` or ``cell``.
    board
        The panel's key; empty where there is but one.
    code
        The member's code, or the pill's.
    """

    act: str
    board: str
    code: str


def read_click(value: object) -> Click | None:
    """Return what the browser sent as a click, None if it is none.

    Examples
    --------
    >>> read_click({"act": "toggle", "board": "kind", "code": "complaint"})
    Click(act='toggle', board='kind', code='complaint')
    >>> read_click({"act": "toggle", "code": 5}) is None
    True
    """
    if not isinstance(value, Mapping):
        return None
    parts = [value.get("act"), value.get("board", ""), value.get("code")]
    if not all(isinstance(part, str) and len(part) <= MAX_CODE for part in parts):
        return None
    return Click(*parts)


def show(
    kind: Kind,
    content: Mapping[str, Any],
    *,
    key: str,
    on_click: Callable[[Click], None] | None = None,
) -> None:
    """Draw a panel.

    Parameters
    ----------
    content
        What ``panels.js`` draws for this kind: texts, codes and numbers.
    key
        Identity over reruns; the CSS class is ``st-key-<key>``.
    on_click
        Called before the rerun that a click causes.
    """

    def clicked() -> None:
        click = read_click(st.session_state[key].get("act"))
        if click is not None and on_click is not None:
            on_click(click)

    _mount(key=key, data=render.to_plain({"kind": kind, **content}), on_act_change=clicked)


def compact() -> None:
    """Make the page dense; what is selected stays in sight while the rest scrolls below it."""
    theme = "dark" if st.context.theme.type == "dark" else "light"
    render.show_html(_COMPACT.format(st.get_option(f"theme.{theme}.backgroundColor")))
