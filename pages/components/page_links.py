"""Going from a click to another page: kept for the rerun that the click causes, then gone to."""

import streamlit as st

from pages.components import address

_OPENED = "page_links.opened"


def open_page(page: str, **own: str) -> None:
    """Remember where a click leads; what is selected goes along.

    Parameters
    ----------
    own
        Names of that page's address, such as ``id``.
    """
    kept = address.read(address.query()).selection.to_query()
    st.session_state[_OPENED] = (f"pages/{page}.py", {**kept, **own})


def leave_if_opened() -> None:
    """Go where the click of the run before leads; called first, before anything is drawn."""
    opened = st.session_state.pop(_OPENED, None)
    if opened is not None:
        page, query = opened
        st.switch_page(page, query_params=query)
