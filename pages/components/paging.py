"""Page numbers of a list that is in memory as a whole."""

from collections.abc import Mapping

import streamlit as st

from pages.components import address


def pages(total: int, size: int) -> int:
    """Return how many pages there are, one at least.

    Examples
    --------
    >>> pages(0, 15), pages(15, 15), pages(16, 15)
    (1, 1, 2)
    """
    return max(1, -(-total // size))


def number(asked: Mapping[str, str], total: int, size: int) -> int:
    """Return the page that the address names, as far as there are so many.

    Examples
    --------
    >>> number({"page": "9"}, 31, 15), number({"page": "x"}, 31, 15)
    (3, 1)
    """
    named = asked.get("page", "")
    wanted = int(named) if named.isascii() and named.isdigit() and len(named) <= 7 else 1
    return min(max(1, wanted), pages(total, size))


def first(asked: Mapping[str, str], total: int, size: int) -> int:
    """Return the place of the first row on the page, from 0.

    Examples
    --------
    >>> first({"page": "2"}, 31, 15)
    15
    """
    return (number(asked, total, size) - 1) * size


def choose(asked: Mapping[str, str], total: int, size: int, *, key: str) -> None:
    """Draw the page numbers, if there is more than one."""
    if pages(total, size) < 2:
        return
    now = number(asked, total, size)
    kept = f"{key}.{now}.{pages(total, size)}"
    st.pagination(
        pages(total, size),
        default=now,
        key=kept,
        on_change=address.once_chosen(kept, lambda wanted: address.go(page=str(wanted))),
    )
