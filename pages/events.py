"""事件日历: what may explain a rise or a fall, year by year, and the office's own entries."""

import streamlit as st

from pages.components import (
    access,
    address,
    data,
    event_form,
    events_table,
    occasions,
    panels,
    wording,
)
from pages.components.panels import Click
from queries.vocabulary import EventKind

KINDS = {kind.value: kind for kind in EventKind}

viewer = access.require("events")
asked = address.query()
status = data.status()
year = events_table.chosen_year(asked.get("year", ""), status)
found = events_table.of_year(year, viewer, KINDS.get(asked.get("what", "")))
own = {str(each.event_id): each for each in found if events_table.is_own(each, viewer)}
editing = own.get(asked.get("edit", ""))

panels.compact()
st.subheader("事件日历", anchor=False)
with st.container(horizontal=True, vertical_alignment="center"):
    st.segmented_control(
        "年度",
        events_table.years(status),
        format_func=lambda each: f"{each}年",
        key=address.bound("events.year", year),
        required=True,
        on_change=lambda: address.go(year=str(st.session_state["events.year"]), edit=None),
        label_visibility="collapsed",
    )
    st.segmented_control(
        "类别",
        list(KINDS),
        format_func=lambda each: wording.label("event_kind", each),
        key=address.bound("events.kind", asked.get("what") if asked.get("what") in KINDS else None),
        on_change=lambda: address.go(what=st.session_state["events.kind"], edit=None),
        label_visibility="collapsed",
    )

if events_table.may_write(viewer):
    event_form.show(viewer, editing, year=year)


def clicked(click: Click) -> None:
    """Open an own event for a change."""
    if click.code in own:
        address.go(edit=click.code)


panels.show(
    "grid",
    events_table.content(found, viewer, editing=editing.event_id if editing else None),
    key="events",
    on_click=clicked,
)
st.caption(
    f"共{len(found)}项。事件在各页走势图上标注；按月及更粗的图不标每年重复的节假日和促销日。"
    f"法定节假日已知至{occasions.holidays_known_to()}年，以后年度待放假安排公布后随程序更新。"
)
