"""Submissions as short texts in which what a rule looked at is marked; a click opens one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from analytics.keyword_rules import Highlight, Role
from pages.components import panels
from pages.components.panels import Click

SHOWN = 180
"""Characters of a text that are shown; ours, three lines of half a page."""

BEFORE_HIT = 30
"""Characters kept before the first hit."""

CUT = "……"

_OPENED = "marked_texts.opened"


@dataclass(frozen=True, slots=True)
class Text:
    """One submission.

    Attributes
    ----------
    head
        What a click on opens the submission.
    parts
        The text in pieces, each with its role: empty, ``counted``, ``excluding`` or ``negated``.
    """

    code: str
    head: str
    parts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


def parts(
    text: str, highlights: Sequence[Highlight], *, shown: int = SHOWN
) -> tuple[tuple[str, str], ...]:
    """Return a text in pieces with their roles, from a little before the first counted hit.

    Where stretches overlap, the first keeps what both share.

    Examples
    --------
    >>> parts("充值三千元不退", [Highlight("a", 0, 2, Role.COUNTED), Highlight("a", 6, 7, Role.COUNTED)])
    (('充值', 'counted'), ('三千元不', ''), ('退', 'counted'))
    """
    counted = [each.start for each in highlights if each.role is Role.COUNTED]
    first = max(0, min(counted, default=0) - BEFORE_HIT)
    first = 0 if len(text) <= shown else min(first, len(text) - shown)
    end = min(len(text), first + shown)
    found: list[tuple[str, str]] = [(CUT, "")] if first else []
    at = first
    for each in sorted(highlights, key=lambda one: (one.start, -one.end)):
        start, stop = max(each.start, at), min(each.end, end)
        if start < stop:
            found += [(text[at:start], ""), (text[start:stop], str(each.role))]
            at = stop
    found += [(text[at:end], ""), (CUT if end < len(text) else "", "")]
    return tuple((piece, role) for piece, role in found if piece)


def show(texts: Sequence[Text], *, title: str, empty: str, key: str) -> None:
    """Draw the texts; a click on a head leaves the page for the submission."""
    opened = st.session_state.pop(_OPENED, None)
    if isinstance(opened, str):
        st.switch_page("pages/submissions.py", query_params={"id": opened})
    panels.show("texts", content(texts, title=title, empty=empty), key=key, on_click=_clicked)


def content(texts: Sequence[Text], *, title: str, empty: str) -> dict[str, Any]:
    """Return the texts as the panel draws them."""
    rows = [
        {
            "code": each.code,
            "head": each.head,
            "notes": list(each.notes),
            "parts": [list(part) for part in each.parts],
        }
        for each in texts
    ]
    return {"title": title, "rows": rows, "empty": empty}


def _clicked(click: Click) -> None:
    """Remember what to open: a page is left in a run, not in the answer to a click."""
    if click.act == "open":
        st.session_state[_OPENED] = click.code
