"""What is done with candidates: taken into a batch, or answered as no lead."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.components import (
    address,
    grid,
    lead_batch_view,
    lead_candidates,
    lead_data,
    lead_labels,
    lead_saving,
    lead_store,
    panels,
    render,
)
from pages.components.access import Viewer
from pages.components.grid import Cell, Head, Row, Tool
from pages.components.lead_data import Candidates
from pages.components.panels import Click

LISTED = 50
"""Dismissed candidates listed; ours."""

NEW = 0
"""Stands for a batch that is not there yet."""

KEY = "leads.batch"


def show_basket(viewer: Viewer, found: Candidates, left: pd.DataFrame) -> None:
    """Draw what is picked, and the form that takes it into a batch."""
    lead_saving.show()
    if not lead_store.may_write(viewer):
        st.caption("由研判分析员或执法人员列入批次。")
        return
    picked = [each for each in lead_candidates.picked() if each in set(found.frame["candidate_id"])]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**已选 {len(picked):,}条**", width="content")
        first = left["candidate_id"].head(lead_candidates.PAGE_SIZE).tolist()
        st.button(
            f"选前{len(first)}条",
            type="tertiary",
            disabled=not first,
            key="leads.pick_first",
            on_click=lambda: lead_candidates.pick(first),
        )
        st.button(
            "清空",
            type="tertiary",
            disabled=not picked,
            key="leads.clear",
            on_click=lambda: lead_candidates.drop(picked),
        )
    if not picked:
        st.caption("点击每行的“列入”挑选，再放入移送批次。")
        return
    batches = lead_store.batches(viewer.scope)
    preparing = batches[batches["handed_over_on"].isna()]
    names = {NEW: "新建批次"} | {
        int(record["batch_id"]): lead_batch_view.title_of(record)
        for record in preparing.to_dict("records")
        if lead_store.owns(viewer, record)
    }
    chosen = st.selectbox(
        "放入批次", list(names), format_func=lambda each: names[each], key=f"{KEY}.which"
    )
    with st.form(f"{KEY}.form", border=False):
        if chosen == NEW:
            lead_batch_view.fields(KEY)
        st.form_submit_button(
            "列入批次",
            icon=":material/playlist_add:",
            on_click=lead_saving.told(lambda: _take(viewer, found, picked, int(chosen))),
        )


def _take(viewer: Viewer, found: Candidates, picked: list[str], batch_id: int) -> None:
    evidence = lead_data.candidate_evidence(viewer.scope, picked)
    signals = lead_data.candidate_signals(viewer.scope, picked)
    rows = found.frame.set_index("candidate_id", drop=False).loc[picked]
    drafts = [
        draft(
            record,
            evidence[evidence["candidate_id"] == record["candidate_id"]],
            signals[signals["candidate_id"] == record["candidate_id"]],
        )
        for record in rows.to_dict("records")
    ]
    if batch_id == NEW:
        batch_id = lead_store.open_batch(viewer, drafts, **lead_batch_view.given(KEY))
    else:
        lead_store.add_leads(viewer, batch_id, drafts)
    lead_candidates.drop(picked)
    address.go(part="batches", batch=str(batch_id), candidate=None)


def draft(
    record: Mapping[Any, Any], evidence: pd.DataFrame, signals: pd.DataFrame
) -> lead_store.LeadDraft:
    """Return a candidate as it is taken up, with what it looked like then."""
    facts = {str(name): _plain(value) for name, value in record.items()}
    facts["signals"] = [
        {str(name): _plain(value) for name, value in row.items() if name != "candidate_id"}
        for row in signals.to_dict("records")
    ]
    return lead_store.LeadDraft(
        candidate_id=str(record["candidate_id"]),
        operator_id=str(record["operator_id"]),
        operator_name=str(record["operator_name"]),
        conduct=str(record["conduct"]),
        sources=str(record["sources"]),
        worth=float(record["worth"]),
        signal_on=pd.Timestamp(record["signal_on"]).date(),
        uscc=_plain(record["uscc"]),
        province_code=_plain(record["province_code"]),
        city_code=_plain(record["city_code"]),
        county_code=_plain(record["county_code"]),
        model_version=_plain(record["model_version"]),
        facts=facts,
        evidence=tuple(
            lead_store.Evidence(
                str(row["submission_id"]),
                pd.Timestamp(row["registered_on"]).date(),
                bool(row["is_serial"]),
            )
            for row in evidence.to_dict("records")
        ),
    )


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if value is None or pd.isna(value):
        return None
    if hasattr(value, "isoformat"):
        return str(value)[:10]
    return value.item() if hasattr(value, "item") else value


def show_dismissal(viewer: Viewer, candidate: Mapping[Any, Any]) -> None:
    """Draw the form that answers a candidate as no lead."""
    if not lead_store.may_write(viewer):
        return
    code = str(candidate["candidate_id"])
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        picked = code in lead_candidates.picked()
        st.button(
            "移出已选" if picked else "列入",
            icon=":material/playlist_remove:" if picked else ":material/playlist_add:",
            key="leads.toggle",
            on_click=lambda: lead_candidates.toggle(code),
        )
        with st.popover("不列为线索", icon=":material/block:"):
            key = f"leads.reason.{code}"
            st.text_input("理由", max_chars=lead_store.MAX_NOTE, key=key)
            st.button(
                "确定",
                key="leads.dismiss",
                on_click=lead_saving.told(
                    lambda: _dismiss(viewer, code, str(st.session_state[key]).strip())
                ),
            )
            st.caption("留痕；有更晚的新证据时会再次列出。")


def _dismiss(viewer: Viewer, code: str, reason: str) -> None:
    lead_store.dismiss(viewer, code, reason)
    lead_candidates.drop([code])
    address.go(candidate=None)


def show_dismissed(viewer: Viewer) -> None:
    """Draw the candidates that were answered as no lead, each with a way back."""
    found, count = lead_store.dismissed(viewer.scope, limit=LISTED)
    if found.empty:
        return
    with st.expander(f"不列为线索的 {count:,}条"):
        heads = [
            Head("经营主体"),
            Head("涉嫌行为（疑似）", width=110),
            Head("理由", width=180),
            Head("答复", width=150),
            Head("", width=40),
        ]
        rows = [
            Row(
                str(record["candidate_id"]),
                (
                    Cell(str(record["operator_name"])),
                    Cell(lead_labels.conduct_short(str(record["conduct"]))),
                    Cell(str(record["reason"])),
                    Cell(f"{record['answered_by']}，{lead_labels.day(record['answered_on'])}"),
                ),
                tools=(Tool("undo", "撤销"),) if lead_store.may_write(viewer) else (),
            )
            for record in found.to_dict("records")
        ]
        listed = grid.content("dismissed", "不列为线索", heads, rows, empty="没有")
        panels.show(
            "grid", listed, key="dismissed", on_click=lambda click: _reopened(viewer, click)
        )
        st.caption(f"列最近{len(found):,}条；撤销后回到候选线索，留痕。")


def _reopened(viewer: Viewer, click: Click) -> None:
    if click.act == "undo":
        lead_saving.told(lambda: lead_store.reopen(viewer, click.code))()


def show_earlier(candidate: Mapping[Any, Any]) -> None:
    """Draw which leads the operator's matter had before."""
    if candidate["withdrawn_leads"]:
        named = "、".join(candidate["withdrawn_leads"])
        st.info(
            f"曾列为线索{render.as_label(named)}，已撤回；原因见“线索办理”中的办理过程。",
            icon=":material/undo:",
        )
    if candidate["earlier_leads"]:
        named = "、".join(candidate["earlier_leads"])
        st.info(
            f"以前列为线索{render.as_label(named)}，此后有新证据，再次列出。",
            icon=":material/history:",
        )
