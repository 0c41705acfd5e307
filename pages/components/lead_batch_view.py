"""Batches of leads: their list, the leads in one, and how it is reviewed, handed over and taken away."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.components import (
    address,
    freshness,
    grid,
    lead_labels,
    lead_saving,
    lead_store,
    lead_taking,
    panels,
    render,
    wording,
)
from pages.components.access import Viewer
from pages.components.grid import Cell, Head, Row, Tool
from pages.components.panels import Click
from queries.vocabulary import LeadState

LIST_HEIGHT, LONG_LIST = 520, 18
"""Pixels of a list of more rows than that, which scrolls within."""


def stage(batch: Mapping[Any, Any]) -> str:
    """Return how far a batch is, in words."""
    if batch["handed_over_on"] is not None:
        return "已移送"
    return "待移送" if batch["reviewer"] else "待复核"


def title_of(batch: Mapping[Any, Any]) -> str:
    """Return a batch as lists to choose from have it."""
    return f"{batch['number']}　{batch['title']}（{batch['leads']:,}条）"


def show_list(found: pd.DataFrame, *, chosen: int | None) -> None:
    """Draw the batches, newest first; a click shows one."""
    heads = [
        Head("批次"),
        Head("名称", width=150),
        Head("状态", width=64),
        Head("线索", right=True, width=50),
        Head("移送日期", width=84),
    ]
    rows = [
        Row(
            str(record["batch_id"]),
            (
                Cell(str(record["number"])),
                Cell(str(record["title"]), hint=f"接收单位：{record['recipients']}"),
                Cell(stage(record)),
                Cell(f"{record['leads']:,}"),
                Cell(lead_labels.day(record["handed_over_on"])),
            ),
            selected=record["batch_id"] == chosen,
        )
        for record in found.to_dict("records")
    ]
    listed = grid.content("batches", "移送批次", heads, rows, empty="还没有批次")
    with st.container(height=LIST_HEIGHT if len(rows) > LONG_LIST else "content", border=False):
        panels.show("grid", listed, key="lead_batches", on_click=_clicked)
    st.caption(f"可见范围内共{len(found):,}批；线索数不含已撤回的。")


def _clicked(click: Click) -> None:
    address.go(batch=click.code)


def show(viewer: Viewer, batch: Mapping[Any, Any]) -> None:
    """Draw one batch: its leads and what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{render.as_label(str(batch['number']))}**", width="content")
        st.markdown(render.as_label(str(batch["title"])), width="content")
        st.badge(stage(batch), color="green" if batch["handed_over_on"] else "orange")
    made = f"{batch['created_by']}，{lead_labels.beijing(batch['created_at']):%Y-%m-%d}"
    reviewed = (
        f"{batch['reviewer']}，{lead_labels.beijing(batch['reviewed_at']):%Y-%m-%d}"
        if batch["reviewer"]
        else "未复核"
    )
    st.text(f"接收单位：{batch['recipients']}　建立：{made}　复核：{reviewed}")
    if batch["note"]:
        st.text(f"说明：{batch['note']}")
    found = lead_store.leads(viewer.scope, batch_id=int(batch["batch_id"]))
    preparing = batch["handed_over_on"] is None
    owned = lead_store.owns(viewer, batch)
    panels.show(
        "grid",
        _leads(found, removable=preparing and owned and lead_store.may_write(viewer)),
        key="lead_batch_leads",
        on_click=lambda click: _lead_clicked(viewer, click),
    )
    st.caption(_places_text(found))
    lead_saving.show()
    if not owned:
        st.caption(
            "本批由上级或其他单位建立，这里只列您可见范围内的线索；修改、复核、移送、导出由建批单位办理。"
        )
        return
    if preparing:
        _prepare(viewer, batch, found)
    lead_taking.offer(viewer, batch, found)


def _places_text(found: pd.DataFrame) -> str:
    """Return where the operators of a batch lie, so that its recipients can be checked."""
    kept = found[found["state"] != LeadState.WITHDRAWN.value]
    counted = kept["county_code"].fillna("").value_counts()
    told = "、".join(
        f"{wording.label('county_code', str(code)) if code else '地区未填写'}{number:,}条"
        for code, number in counted.items()
    )
    return (
        f"主体所在地：{told or '没有线索'}。接收单位请按管辖核对，各接收单位都会看到本批全部材料。"
    )


def _leads(found: pd.DataFrame, *, removable: bool) -> dict[str, Any]:
    heads = [
        Head("线索编号", width=140),
        Head("经营主体"),
        Head("涉嫌行为（疑似）", width=110),
        Head("证据", right=True, width=44),
        Head("状态", width=60),
        *([Head("", width=40)] if removable else []),
    ]
    rows = [
        Row(
            str(record["lead_id"]),
            (
                Cell(str(record["number"])),
                Cell(str(record["operator_name"]), hint=f"线索价值{record['worth']:.0f}"),
                Cell(
                    lead_labels.conduct_short(str(record["conduct"])),
                    hint=lead_labels.conduct(str(record["conduct"])),
                ),
                Cell(f"{record['evidence']:,}"),
                Cell(lead_labels.STATES[record["state"]]),
            ),
            tools=(Tool("remove", "移出"),) if removable else (),
        )
        for record in found.to_dict("records")
    ]
    return grid.content("batch_leads", "本批线索", heads, rows, empty="本批还没有线索")


def _lead_clicked(viewer: Viewer, click: Click) -> None:
    if click.act == "remove":
        lead_saving.told(lambda: lead_store.remove_lead(viewer, int(click.code)))()
    else:
        address.go(part="leads", lead=click.code)


def _prepare(viewer: Viewer, batch: Mapping[Any, Any], found: pd.DataFrame) -> None:
    """Draw the forms of a batch that is not handed over yet."""
    batch_id, key = int(batch["batch_id"]), f"batch.{batch['batch_id']}"
    seen = found[found["state"] != LeadState.WITHDRAWN.value]["lead_id"].tolist()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if not batch["reviewer"] and seen:
            st.button(
                "复核通过",
                icon=":material/verified:",
                key=f"{key}.review",
                on_click=lead_saving.told(
                    lambda: lead_store.review_batch(viewer, batch_id, seen=seen)
                ),
                help="复核人不能是建立批次或列入线索的人；之后再改动，须重新复核",
            )
        if lead_store.may_write(viewer):
            today = dt.datetime.now(tz=freshness.BEIJING).date()
            st.date_input("移送日期", value=today, max_value=today, key=f"{key}.on", width=150)
            st.button(
                "移送",
                icon=":material/send:",
                key=f"{key}.send",
                disabled=not batch["reviewer"],
                on_click=lead_saving.told(
                    lambda: _hand_over(viewer, batch_id, st.session_state[f"{key}.on"])
                ),
            )
    if lead_store.may_write(viewer):
        _change(viewer, batch, key)


def _hand_over(viewer: Viewer, batch_id: int, on: dt.date) -> None:
    lead_store.hand_over(viewer, batch_id, on)


def _change(viewer: Viewer, batch: Mapping[Any, Any], key: str) -> None:
    with (
        st.expander("修改批次名称、接收单位", icon=":material/edit:"),
        st.form(f"{key}.change", border=False),
    ):
        fields(key, batch)
        st.form_submit_button(
            "保存",
            icon=":material/save:",
            on_click=lead_saving.told(
                lambda: lead_store.change_batch(viewer, int(batch["batch_id"]), **given(key))
            ),
        )
        st.caption("已复核的批次修改后须重新复核。")


def fields(key: str, batch: Mapping[Any, Any] | None = None) -> None:
    """Draw the fields that describe a batch."""
    first, second = st.columns(2)
    first.text_input(
        "批次名称",
        value=str(batch["title"]) if batch else "",
        max_chars=lead_store.MAX_TITLE,
        key=f"{key}.title",
    )
    second.text_input(
        "接收单位（多个用顿号分开）",
        value=str(batch["recipients"]) if batch else "",
        max_chars=lead_store.MAX_RECIPIENTS,
        key=f"{key}.recipients",
    )
    st.text_input(
        "说明（可不填）",
        value=str(batch["note"]) if batch else "",
        max_chars=lead_store.MAX_NOTE,
        key=f"{key}.note",
    )


def given(key: str) -> dict[str, Any]:
    """Return what was typed into `fields`."""
    state = st.session_state
    return {
        "title": str(state[f"{key}.title"]).strip(),
        "recipients": [
            each.strip() for each in str(state[f"{key}.recipients"]).split("、") if each.strip()
        ],
        "note": str(state[f"{key}.note"]).strip(),
    }
