"""What a viewer writes: tried in a callback, and told in the next run if it could not be kept."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import failures, store

Faults = Mapping[type[Exception], Callable[[Any], str]]
"""What to say of each expected failure."""

_PREFIX = "saving.told."


def told(place: str, write: Callable[[], None], faults: Faults) -> Callable[[], None]:
    """Return a callback that writes, and keeps for the next run why it could not.

    Parameters
    ----------
    place
        Where `show` says it: a name of its own for every form.
    faults
        The first that fits the error counts; what goes wrong in the store itself is always told,
        with its number in the log. Other errors are raised.
    """

    def written() -> None:
        try:
            write()
        except tuple(faults) as error:
            fitting = next(say for kind, say in faults.items() if isinstance(error, kind))
            tell(place, fitting(error))
        except store.StoreError as error:
            number = failures.noted(error, error.__traceback__)
            tell(place, f"未能保存，请稍后重试；仍不行请联系系统管理员（编号{number}）。")

    return written


def tell(place: str, text: str) -> None:
    """Keep for the next run what to say."""
    st.session_state[_PREFIX + place] = text


def show(place: str, where: DeltaGenerator | None = None) -> None:
    """Draw what was kept, once; here, or in a container."""
    text = st.session_state.pop(_PREFIX + place, None)
    if text:
        (where or st).warning(text)
