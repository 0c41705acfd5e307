"""A place in the selection bar for what a page offers besides its figures, such as export."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_SLOT = "page_tools.slot"


def forget() -> None:
    """Drop the place of the run before; each run makes its own."""
    st.session_state.pop(_SLOT, None)


def place() -> None:
    """Make the place here."""
    st.session_state[_SLOT] = st.container(
        key="page_tools", horizontal=True, gap="small", width="content"
    )


def slot() -> DeltaGenerator:
    """Return the place that the bar made, or one here on a page without a bar."""
    made = st.session_state.get(_SLOT)
    return made if isinstance(made, DeltaGenerator) else st.container()
