"""What clicks on the explorer write into the address."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from pages.components import address, boards, drilling, members, region_map, tiles, trend
from pages.components.boards import View
from pages.components.panels import Click
from pages.components.region_map import MapView
from queries.results import Series
from queries.scope import Scope
from queries.selection import DateRange, InvalidSelectionError, Period


def on_board(views: Sequence[View], scope: Scope) -> Callable[[Click], None]:
    """Return the answer to clicks on boards that stand as ``views`` say."""
    by_key = {view.board.key: view for view in views}

    def clicked(click: Click) -> None:
        view = by_key.get(click.board)
        if view is None:
            return
        if click.act == "more":
            members.ask_for(click.board)
            return
        drill = drilling.read_drill(address.query().get("drill", ""))
        try:
            turn = boards.after(click, view, address.current(scope), drill)
        except InvalidSelectionError as error:
            address.refuse(error)
        else:
            address.go(turn.selection, drill=drilling.write_drill(turn.drill))

    return clicked


def on_map(drawn: MapView, scope: Scope) -> Callable[[str], None]:
    """Return the answer to clicks on the map."""

    def clicked(code: str) -> None:
        address.go(region_map.toggled(address.current(scope), drawn, code))

    return clicked


def on_days(key: str, series: Series, within: DateRange, scope: Scope) -> Callable[[], None]:
    """Return the answer to a bar clicked or days dragged over on the trend drawn under ``key``."""

    def selected() -> None:
        days = trend.chosen_days(series, st.session_state.get(key), within)
        if days is not None and days != within:
            period = Period.between(days.start, days.end)
            address.go(replace(address.current(scope), period=period))

    return selected


def on_week(scope: Scope) -> Callable[[Click], None]:
    """Return the answer to clicks on hours, weekdays, or one hour of one weekday."""

    def clicked(click: Click) -> None:
        before = address.current(scope)
        try:
            if click.act == "moment":
                address.go(tiles.moment(before, click.board, click.code))
            elif click.board in ("weekday", "hour"):
                address.go(before.toggled(click.board, click.code))
        except InvalidSelectionError as error:
            address.refuse(error)

    return clicked
