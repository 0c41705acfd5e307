"""The page's address as its state: read at the start of every run, written by every click.

What the address does not say, the page does not know, so that a link shows another viewer the same
page. Names that are no part of a selection (``drill``, ``measure``, ``page``, ``size``, ``id``) are
the pages' own.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from pages.components import cluster_filter
from pages.components.drilling import trail
from queries.dimensions import DIMENSIONS
from queries.scope import EVERYTHING, Scope
from queries.selection import InvalidSelectionError, Selection

OF_ONE_RESULT = frozenset({"page", "rank_page"})
"""Names that mean something only for the selection they were chosen with."""

EARLIEST = dt.date(2000, 1, 1)
LATEST = dt.date(2099, 12, 31)
"""Days that an address may name; ours, wide enough for any complaint on record."""

_DRAWN_ON = "address.drawn_on"

_OF_SELECTION = frozenset({"period", "q", "denoised", "vs", *DIMENSIONS})
_CODES = {
    "is_online": frozenset("01"),
    "is_livestream": frozenset("01"),
    "is_prepaid": frozenset("01"),
    "weekday": frozenset("1234567"),
    "hour": frozenset(str(hour) for hour in range(24)),
}


class OutsideScopeError(InvalidSelectionError):
    """An address names a region that the viewer may not see."""

    def __init__(self, region: str) -> None:
        super().__init__("region", region, "name a region inside the viewer's scope")


@dataclass(frozen=True, slots=True)
class Reading:
    """What an address says.

    Attributes
    ----------
    selection
        With the default in place of every part that could not be read.
    faults
        One per part that could not be read, in the order found.
    """

    selection: Selection
    faults: tuple[InvalidSelectionError, ...]


def read(query: Mapping[str, str], scope: Scope = EVERYTHING) -> Reading:
    """Read the selection from an address, whatever somebody typed there.

    Regions outside ``scope`` are left out and told as faults; a read would give none of their rows
    anyhow, but a viewer who follows another's link is to see the own region, not an empty page.

    Examples
    --------
    >>> reading = read({"period": "soon", "region": "420100"})
    >>> reading.selection.to_query(), reading.faults[0].field
    ({'region': '420100'}, 'period')
    """
    left = dict(query)
    faults: list[InvalidSelectionError] = []
    while True:
        try:
            selection = Selection.from_query(left)
            _check(selection)
        except InvalidSelectionError as error:
            faults.append(error)
            dropped = {"q"} if error.field == "text" else {error.field, f"-{error.field}"}
            kept = {name: value for name, value in left.items() if name not in dropped}
            left = kept if len(kept) < len(left) else {}
        else:
            outside = _outside(selection, scope)
            inside = [each for each in selection.members("region") if each not in outside]
            faults += [OutsideScopeError(each) for each in outside]
            return Reading(selection.with_filter("region", inside), tuple(faults))


def _outside(selection: Selection, scope: Scope) -> tuple[str, ...]:
    if scope.everything:
        return ()
    return tuple(
        code
        for code in selection.members("region")
        if not any(
            right in trail("region", code) or code in trail("region", right)
            for right in scope.regions
        )
    )


def _check(selection: Selection) -> None:
    for each in selection.filters:
        for member in each.members:
            if member not in _CODES.get(each.dimension, {member}):
                raise InvalidSelectionError(each.dimension, member, "no such member")
    if not selection.period.relative:
        days = selection.days
        if days.start < EARLIEST or days.end > LATEST:
            way_out = f"name days from {EARLIEST} to {LATEST}"
            raise InvalidSelectionError("period", selection.period.code, way_out)


def rewritten(
    query: Mapping[str, str], selection: Selection, own: Mapping[str, str | None]
) -> dict[str, str]:
    """Return the address after a click.

    Parameters
    ----------
    query
        The address before it.
    selection
        What is to be selected now; where it differs, names in `OF_ONE_RESULT` are dropped.
    own
        The page's own names to set, or with None to drop.

    Examples
    --------
    >>> rewritten({"period": "7d", "page": "3", "size": "50"}, Selection(), {"measure": None})
    {'size': '50'}
    """
    kept = {
        name: value for name, value in query.items() if name.removeprefix("-") not in _OF_SELECTION
    }
    if selection != read(query).selection:
        kept = {name: value for name, value in kept.items() if name not in OF_ONE_RESULT}
    kept |= {name: value for name, value in own.items() if value is not None}
    kept = {name: value for name, value in kept.items() if own.get(name, value) is not None}
    return selection.to_query() | kept


def current(scope: Scope) -> Selection:
    """Return the selection that the address names now, to a viewer of this scope."""
    return cluster_filter.without_gone(read(query(), scope).selection, scope)[0]


def query() -> dict[str, str]:
    """Return the address' names and values."""
    return st.query_params.to_dict()


def go(selection: Selection | None = None, **own: str | None) -> None:
    """Write a new address; ``own`` sets the page's own names, or with None drops them."""
    before = query()
    st.query_params.from_dict(rewritten(before, selection or read(before).selection, own))


def put(whole: Mapping[str, str]) -> None:
    """Write an address as it once was, in place of all that it says now."""
    st.query_params.from_dict(dict(whole))


def bound(key: str, value: object) -> str:
    """Give a widget the address' value before it is drawn, and return its key.

    A widget that has the value already is left alone, so that a click made while a run is still
    under way is not undone by that run. On another page the same key is another widget, which
    knows nothing of the value until it is told.
    """
    page = urlsplit(st.context.url or "").path
    drawn_on = st.session_state.setdefault(_DRAWN_ON, {})
    if drawn_on.get(key) != page or key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    drawn_on[key] = page
    return key


def once_chosen(key: str, act: Callable[[Any], None]) -> Callable[[], None]:
    """Return a callback that hands on what the widget ``key`` holds, if it holds anything.

    A control that is drawn anew while the viewer clicks elsewhere reports None for a moment.
    """

    def changed() -> None:
        value = st.session_state[key]
        if value is not None:
            act(value)

    return changed


def refuse(error: InvalidSelectionError) -> None:
    """Tell that a click cannot be followed: too much was chosen, or its code is forged."""
    known = DIMENSIONS.get(error.field)
    st.toast(f"{known.label if known else '搜索内容'}的这项选择无法使用，筛选条件未改变。")
