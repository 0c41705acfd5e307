"""What every page of a dimension begins with: selection, sentence, figures, or one member alone."""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.components import (
    address,
    data,
    exports,
    figures,
    focus,
    focus_address,
    judgement,
    ranking_limits,
)
from pages.components.exports import Sheet
from pages.components.ranking_limits import Asked
from pages.components.selection_bar import selection_bar
from queries.scope import Scope
from queries.selection import Selection


def show(scope: Scope) -> tuple[Selection, Asked]:
    """Draw the head of the page and return what is selected and which ranking is asked for.

    If the address asks for one member, that member is the page, which ends here.
    """
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
    return selection, asked


def offer(
    sheets: Callable[[], Sequence[Sheet]], *, selection: Selection, scope: Scope, name: str
) -> None:
    """Offer the page's tables to take away; see `exports.offer`."""
    exports.offer(
        sheets,
        selection=selection,
        scope=scope,
        totals=data.totals(selection, scope, measures=figures.FIGURES),
        name=name,
        key="export",
    )
