"""The page of regions: at which level they are ranked, and the map that leads down to them."""

from collections.abc import Callable, Mapping

import streamlit as st

from pages.components import (
    address,
    choices,
    data,
    drilling,
    exports,
    map_pictures,
    panels,
    places,
    region_map,
    region_rates,
    render,
)
from pages.components.boards import BOARDS, View
from pages.components.denominators import Off, Rate
from pages.components.palettes import Palette
from pages.components.panels import Click
from pages.components.region_map import MapView
from queries.dimensions import DIMENSIONS
from queries.measures import Measure
from queries.scope import Scope
from queries.selection import InvalidSelectionError, Selection

DISTRICTS = next(board for board in BOARDS if board.key == "business_district")
WIDTH = 440
"""Of the map in pixels on a screen of 1366, that its caption is fitted into."""

PARTS = 200
"""Parts of a map that are counted at most; a province has up to 21 cities, a city up to 20 counties."""


def levels(standing: View) -> dict[str, str]:
    """Return the levels that can be ranked where the region board stands, and business districts.

    Examples
    --------
    >>> list(levels(View(BOARDS[0], "county_code", "420100")))
    ['county_code', 'street_code', 'business_district']
    """
    region = DIMENSIONS["region"].levels
    first = [level.name for level in region].index(standing.level)
    offered = {level.name: level.label for level in region[first:]}
    return offered | {DISTRICTS.top: DISTRICTS.title}


def choose_level(standing: View, asked: Mapping[str, str]) -> View:
    """Draw the choice of what to rank and return where its ranking stands."""
    level = choices.choose("level", levels(standing), asked, label="排名层级")
    if level == DISTRICTS.top:
        return View(DISTRICTS, level)
    return View(standing.board, level, standing.within)


def show_map(
    standing: View,
    selection: Selection,
    scope: Scope,
    measure: Measure,
    *,
    asked: Mapping[str, str],
    palette: Palette,
    height: int = 430,
) -> None:
    """Draw the map of the region that the board stands in: numbers, or per 10,000 people.

    Parameters
    ----------
    asked
        The address.
    """
    drawn = region_map.map_view(standing, scope)
    if drawn is None:
        st.caption("本区域没有地图边界数据，不绘制地图。")
        return
    st.markdown(f"**{drawn.name}** {measure.label}，点击进入下级或筛选")
    by = choices.choose("base", region_rates.BASES, asked, label="地图口径")
    rate = region_rates.fetch(by, drawn, measure, selection, scope) if by != "count" else None
    if isinstance(rate, Off):
        st.caption(f"{region_rates.BASES[by]}不可用：{rate.reason}。以下按件数绘制。")
    name = render.map_name("map")
    if isinstance(rate, Rate):
        counted = rate.frame["count"]
        chart = region_rates.map_chart(rate, drawn, by=by, name=name, palette=palette)
    else:
        found = data.breakdown(
            drawn.base(selection), scope, level=drawn.level, measures=(measure.name,), limit=PARTS
        )
        counted = found.frame[measure.name]
        chart = region_map.map_chart(
            found, drawn, measure, selection, scope, name=name, palette=palette
        )
    if counted.dropna().empty or (measure.denominator is None and not counted.any()):
        st.caption("该范围内没有记录，不绘制地图。")
        return
    caption = map_pictures.caption(
        drawn,
        measure,
        selection,
        scope,
        width=WIDTH,
        method=rate.caption if isinstance(rate, Rate) else "",
    )
    render.show_clickable(
        exports.savable(chart, name=f"{drawn.name}_{measure.label}", caption=caption),
        key="map",
        height=f"{height + exports.height_of(caption)}px",
        outline=drawn.outline.geojson,
        on_click=on_map(drawn, scope),
    )
    if isinstance(rate, Rate):
        with st.expander(f"{region_rates.BASES[by]}件数明细"):
            panels.show(
                "grid",
                region_rates.table(rate, measure, selection, by=by),
                key="rates",
                on_click=on_part(drawn, scope),
            )
        st.caption(rate.caption + (f"另有{rate.left_out:,}件未计入。" if rate.left_out else ""))


def on_part(drawn: MapView, scope: Scope) -> Callable[[Click], None]:
    """Return the answer to clicks on a row of rates: a filter."""

    def clicked(click: Click) -> None:
        address.go(region_map.toggled(address.current(scope), drawn, click.code))

    return clicked


def on_map(drawn: MapView, scope: Scope) -> Callable[[str], None]:
    """Return the answer to clicks on the map: down into a part that has a map, else a filter."""

    def clicked(code: str) -> None:
        if code not in drawn.outline.parts:
            return
        before = address.current(scope)
        own = places.outline(code)
        if own is None or own.code != code:
            address.go(region_map.toggled(before, drawn, code))
            return
        drill = drilling.read_drill(address.query().get("drill", "")) | {"region": code}
        try:
            entered = drilling.entered(before, "region", code)
        except InvalidSelectionError as error:
            address.refuse(error)
        else:
            address.go(entered, drill=drilling.write_drill(drill), level=None)

    return clicked
