"""A choice between a few ways of showing something, kept in the address."""

from collections.abc import Callable, Mapping

import streamlit as st

from pages.components import address


def choose(
    name: str,
    offered: Mapping[str, str],
    asked: Mapping[str, str],
    *,
    label: str,
    drops: tuple[str, ...] = (),
) -> str:
    """Draw the choice and return the code chosen; the first is the default and not in the address.

    Parameters
    ----------
    name
        Of the choice in the address.
    offered
        What to choose from: label by code.
    asked
        The address.
    label
        Read out to those who cannot see the page.
    drops
        Other names of the address that make no sense after a change, such as the page number.
    """
    key, code = _bound(name, offered, asked)
    st.segmented_control(
        label,
        list(offered),
        format_func=lambda each: offered[each],
        key=key,
        required=True,
        on_change=_changed(name, key, offered, drops),
        label_visibility="collapsed",
    )
    return code


def select(
    name: str,
    offered: Mapping[str, str],
    asked: Mapping[str, str],
    *,
    label: str,
    drops: tuple[str, ...] = (),
    width: int = 260,
    labelled: bool = False,
) -> str:
    """Draw the same choice as a list to open, for more than a handful.

    Parameters
    ----------
    width
        In pixels.
    labelled
        True to put the label before what is chosen, where that alone does not tell what it is.
    """
    before = f"{label}：" if labelled else ""
    key, code = _bound(name, offered, asked)
    st.selectbox(
        label,
        list(offered),
        format_func=lambda each: f"{before}{offered[each]}",
        key=key,
        on_change=_changed(name, key, offered, drops),
        label_visibility="collapsed",
        width=width,
    )
    return code


def chosen(name: str, offered: Mapping[str, str], asked: Mapping[str, str]) -> str:
    """Return the code that the address names, the first one offered if it names none of them.

    Examples
    --------
    >>> chosen("grain", {"month": "按月", "week": "按周"}, {"grain": "year"})
    'month'
    """
    named = asked.get(name, "")
    return named if named in offered else next(iter(offered))


def _bound(name: str, offered: Mapping[str, str], asked: Mapping[str, str]) -> tuple[str, str]:
    code = chosen(name, offered, asked)
    return address.bound(f"choice.{name}", code), code


def _changed(
    name: str, key: str, offered: Mapping[str, str], drops: tuple[str, ...]
) -> Callable[[], None]:
    default = next(iter(offered))
    dropped = dict.fromkeys(drops)
    return address.once_chosen(
        key, lambda wanted: address.go(**dropped, **{name: None if wanted == default else wanted})
    )
