"""一屏分析: every dimension in order of size beside figures and trend; every row a filter."""

import streamlit as st

from pages.components import (
    access,
    address,
    data,
    drilling,
    leaderboards,
    members,
    panels,
    region_map,
    render,
    tiles,
    trend,
)
from pages.components.selection_bar import selection_bar
from queries.measures import MEASURES

viewer = access.require("explorer")

KPIS = (
    "submissions",
    "complaints",
    "tipoffs",
    "inquiries",
    "closure_rate",
    "on_time_rate",
    "mediation_rate",
    "recovered_yuan",
)

selection = selection_bar(viewer.scope, measures=KPIS)
query = address.query()
measure = MEASURES[query.get("measure", "")] if query.get("measure") in KPIS else MEASURES[KPIS[0]]
drill = drilling.read_drill(query.get("drill", ""))
views = leaderboards.views(selection, drill, viewer.scope)
