"""一屏展示: the state of the district on one wall, in thirty seconds."""

import datetime as dt
from zoneinfo import ZoneInfo

import streamlit as st

from pages.components import (
    access,
    address,
    charts,
    data,
    failures,
    freshness,
    places,
    render,
    screen_panels,
    screen_rows,
    screen_style,
    wording,
)
from pages.components.access import Viewer
from pages.components.screen_clock import show_clock
from pages.components.settings import settings
from queries.dimensions import DIMENSIONS
from queries.selection import Comparison, Period, Selection

PERIODS = ("30d", "ytd", "12m")
TREND = Period("13m")
ROWS = 8
LETTERS = 15
"""Height of letters in charts, in pixels of the design."""

viewer = access.require("big_screen")
render.show_html(screen_style.style())
with st.container(key="panel-clock"):
    scale = show_clock()


def chosen_region(viewer: Viewer) -> str:
    """Return the region in the address, or where the viewer starts."""
    home = access.home_of(viewer.scope, settings().home_region)
    asked = st.query_params.get("region", home)
    return asked if access.may_enter(viewer.scope, asked, settings().home_region) else home


def go_to(region: str) -> None:
    """Narrow down to a region; a code that the viewer may not see is ignored."""
    if access.may_enter(viewer.scope, region, settings().home_region):
        st.query_params["region"] = region


def choose_period() -> None:
    """Take the period from the switch into the address."""
    st.query_params["period"] = st.session_state["period"]


def chosen_period() -> str:
    """Return the period in the address if the switch has it."""
    asked = st.query_params.get("period", PERIODS[0])
    return asked if asked in PERIODS else PERIODS[0]


@st.fragment(run_every=settings().refresh_seconds)
def screen(viewer: Viewer, scale: float) -> None:
    """Draw everything, again and again; what has not changed is not sent again."""
    with failures.Explained():
        region, period = chosen_region(viewer), Period(chosen_period())
        selection = Selection(period=period).with_filter("region", (region,))
        draw(viewer, selection, region, letters=LETTERS * scale)
