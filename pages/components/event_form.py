"""The form in which an analyst enters an event, changes it or takes it away."""

import datetime as dt

import streamlit as st

from pages.components import address, places, render, saving, store, wording
from pages.components.access import Viewer
from pages.components.settings import settings
from pages.components.store import Event
from queries.scope import Scope
from queries.vocabulary import EventKind

EVERYWHERE = ""
"""Stands for all regions in the choice of a region."""

_PLACE = "event_form"
_ADDED = "event_form.added"
_NEW = "new{}"
"""The form for a new event is another one, and so empty, after each that was added."""

_FIELDS = {
    "name": f"请填写事件名称，不超过{store.MAX_EVENT_NAME}个字。",
    "note": f"说明不超过{store.MAX_EVENT_NOTE}个字。",
    "first_day": "起始日应在2000年至2099年之间。",
    "last_day": "结束日应不早于起始日，且在2099年以内。",
}

_FAULTS: saving.Faults = {
    store.InvalidEventError: lambda error: _FIELDS[error.field],
    store.NotYourEventError: lambda _: "该事件已删除，或不是您填写的，未作改动。",
}


def regions_of(scope: Scope, home: str) -> list[str]:
    """Return the regions for which a viewer of this scope enters events, `EVERYWHERE` among them.

    Examples
    --------
    >>> regions_of(Scope(regions=("420506",)), "420000")
    ['420506']
    """
    top = [home] if scope.everything else list(scope.regions)
    below = [child for code in top for child in places.children(code)]
    if not scope.everything:
        counties = [code for code in below if places.regions()[code].level != "street"]
        return [*top, *counties]
    return [EVERYWHERE, *below, *(child for code in below for child in places.children(code))]


def show(viewer: Viewer, event: Event | None, *, year: int) -> None:
    """Draw the form: empty for a new event, filled for one of the viewer's own."""
    message = st.container()
    saving.show(_PLACE, message)
    title = "添加事件" if event is None else f"修改事件：{render.as_label(event.name)}"
    key = f"event.{event.event_id if event else _NEW.format(st.session_state.get(_ADDED, 0))}"
    with st.expander(title, icon=":material/edit_calendar:", expanded=event is not None):
        if event is None:
            st.caption("填写后在走势图上标注，本单位及上下级可见；本人可以修改和删除，均留痕。")
        with st.form(key, border=False):
            _fields(viewer, event, key, year)
            with st.container(horizontal=True):
                st.form_submit_button(
                    "添加" if event is None else "保存修改",
                    icon=":material/save:",
                    on_click=saving.told(_PLACE, lambda: _save(viewer, event, key), _FAULTS),
                )
                if event is not None and event.event_id is not None:
                    number = event.event_id
                    st.form_submit_button(
                        "删除",
                        icon=":material/delete:",
                        on_click=saving.told(_PLACE, lambda: _remove(viewer, number), _FAULTS),
                    )
                    st.form_submit_button(
                        "取消", icon=":material/close:", on_click=lambda: address.go(edit=None)
                    )


def _fields(viewer: Viewer, event: Event | None, key: str, year: int) -> None:
    today = dt.datetime.now(tz=dt.UTC).date()
    day = today if today.year == year else dt.date(year, 1, 1)
    offered = regions_of(viewer.scope, settings().home_region)
    region = (event.region_code or EVERYWHERE) if event else offered[0]
    kinds = [str(kind) for kind in EventKind]
    kind = str(event.kind) if event else str(EventKind.OTHER)
    first, second, third = st.columns(3)
    first.text_input(
        "事件名称",
        value=event.name if event else "",
        max_chars=store.MAX_EVENT_NAME,
        key=f"{key}.name",
    )
    second.selectbox(
        "类别",
        kinds,
        index=kinds.index(kind),
        format_func=lambda each: wording.label("event_kind", each),
        key=f"{key}.kind",
    )
    third.selectbox(
        "适用区域",
        offered,
        index=offered.index(region) if region in offered else 0,
        format_func=lambda code: wording.label("region", code) if code else "全部区域",
        key=f"{key}.region",
    )
    earliest, latest = store.EVENT_DAYS
    for column, name, label, shown in (
        (first, "first_day", "起始日", event.first_day if event else day),
        (second, "last_day", "结束日", event.last_day if event else day),
    ):
        column.date_input(
            label,
            shown,
            min_value=earliest,
            max_value=latest,
            format="YYYY-MM-DD",
            key=f"{key}.{name}",
        )
    third.text_input(
        "说明（可不填）",
        value=event.note if event else "",
        max_chars=store.MAX_EVENT_NOTE,
        key=f"{key}.note",
    )


def _save(viewer: Viewer, event: Event | None, key: str) -> None:
    given = {
        name: st.session_state[f"{key}.{name}"]
        for name in ("name", "kind", "region", "first_day", "last_day", "note")
    }
    written = Event(
        given["first_day"],
        given["last_day"],
        given["name"],
        EventKind(given["kind"]),
        given["region"] or None,
        given["note"],
        event_id=event.event_id if event else None,
    )
    if event is None:
        store.add_event(viewer, written)
        st.session_state[_ADDED] = st.session_state.get(_ADDED, 0) + 1
    else:
        store.change_event(viewer, written)
    address.go(edit=None, year=str(written.first_day.year))


def _remove(viewer: Viewer, event_id: int) -> None:
    store.remove_event(viewer, event_id)
    address.go(edit=None)
