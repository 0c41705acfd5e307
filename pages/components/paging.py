"""Page numbers of a list, kept in the address."""

from collections.abc import Mapping

import streamlit as st

from pages.components import address

MAX_DIGITS = 7
"""Digits of a page number that an address may name."""


def row_number(asked: Mapping[str, str], name: str) -> int | None:
    """Return the number of a row that the address names; None if it names none.

    Examples
    --------
    >>> row_number({"lead": "12"}, "lead"), row_number({"lead": "9" * 30}, "lead")
    (12, None)
    """
    named = asked.get(name, "")
    fits = named.isascii() and named.isdigit() and len(named) <= MAX_DIGITS + 2
    return int(named) if fits else None


def pages(total: int, size: int) -> int:
    """Return how many pages there are, one at least.

    Examples
    --------
    >>> pages(0, 15), pages(15, 15), pages(16, 15)
    (1, 1, 2)
    """
    return max(1, -(-total // size))


def number(asked: Mapping[str, str], most: int) -> int:
    """Return the page that the address names, as far as there are so many.

    Examples
    --------
    >>> number({"page": "9"}, 3), number({"page": "x"}, 3), number({}, 0)
    (3, 1, 1)
    """
    named = asked.get("page", "")
    wanted = int(named) if named.isascii() and named.isdigit() and len(named) <= MAX_DIGITS else 1
    return max(1, min(wanted, most))


def first(asked: Mapping[str, str], total: int, size: int) -> int:
    """Return the place of the first row on the page, from 0.

    Examples
    --------
    >>> first({"page": "2"}, 31, 15)
    15
    """
    return (number(asked, pages(total, size)) - 1) * size


def choose(now: int, most: int, *, key: str) -> None:
    """Draw the page numbers."""
    kept = f"{key}.{now}.{most}"
    st.pagination(
        most,
        default=now,
        key=kept,
        on_change=address.once_chosen(kept, lambda wanted: address.go(page=str(wanted))),
    )


def choose_if_many(asked: Mapping[str, str], total: int, size: int, *, key: str) -> None:
    """Draw the page numbers of a list that is in memory as a whole, if it has more than one page."""
    most = pages(total, size)
    if most > 1:
        choose(number(asked, most), most, key=key)
