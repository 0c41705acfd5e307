"""Leads as other pages tell of them: those of an operator, and those that a campaign brought."""

import pandas as pd
import streamlit as st

from pages.components import grid, lead_data, lead_labels, lead_store, page_links, panels, wording
from pages.components.grid import Cell, Head, Row
from pages.components.panels import Click
from queries.scope import Scope
from queries.vocabulary import LeadState, SignalSource


def show_of_operator(scope: Scope, operator_id: str) -> None:
    """Draw the leads on an operator, and the candidates that nobody answered yet."""
    if not lead_store.sees_leads(scope):
        return
    found = lead_store.leads(scope, operator_id=operator_id)
    found = found[found["state"] != LeadState.WITHDRAWN.value]
    waiting = _waiting(scope, operator_id)
    st.markdown(f"**案源线索** 已列{len(found):,}条，候选{len(waiting):,}条（疑似，建议核查）")
    if found.empty and waiting.empty:
        st.caption("没有线索或候选线索。")
        return
    heads = [
        Head("线索编号", width=140),
        Head("涉嫌行为（疑似）"),
        Head("状态", width=72),
        Head("价值", right=True, width=50, hint="线索价值0至100，只用于排序"),
        Head("日期", width=84),
        Head("证据", right=True, width=50),
    ]
    rows = [
        Row(
            f"lead:{record['lead_id']}",
            (
                Cell(str(record["number"])),
                Cell(lead_labels.conduct(str(record["conduct"]))),
                Cell(lead_labels.STATES[record["state"]]),
                Cell(f"{record['worth']:.0f}"),
                Cell(lead_labels.day(record["state_on"])),
                Cell(f"{record['evidence']:,}"),
            ),
        )
        for record in found.to_dict("records")
    ]
    rows += [
        Row(
            f"candidate:{record['candidate_id']}",
            (
                Cell(wording.UNKNOWN, hint="尚未列为线索"),
                Cell(lead_labels.conduct(str(record["conduct"]))),
                Cell("候选"),
                Cell(f"{record['worth']:.0f}"),
                Cell(lead_labels.day(record["latest_on"])),
                Cell(f"{record['submissions']:,}"),
            ),
        )
        for record in waiting.to_dict("records")
    ]
    listed = grid.content("mentions", "案源线索", heads, rows, empty="没有线索")
    panels.show("grid", listed, key="operator_leads", on_click=_opened)


def _waiting(scope: Scope, operator_id: str) -> pd.DataFrame:
    if not lead_data.are_known():
        return pd.DataFrame()
    frame = lead_data.candidates(scope).frame
    return frame[frame["operator_id"] == operator_id]


def _opened(click: Click) -> None:
    kind, _, code = click.code.partition(":")
    if kind == "lead":
        page_links.open_page("leads", part="leads", lead=code)
    else:
        page_links.open_page("leads", candidate=code)


def campaign_text(scope: Scope, campaign: str, topic: str = "") -> str:
    """Return what became of the leads that a campaign brought, or one topic of it."""
    if not lead_store.sees_leads(scope):
        return ""
    origins = lead_store.origins(scope)
    ids = sorted(
        {
            lead_id
            for lead_id, source, reference in origins.itertuples(index=False, name=None)
            if source == SignalSource.CAMPAIGN and _is_of(reference, campaign, topic)
        }
    )
    if not ids:
        return "由本专项列为案源线索0条"
    found = lead_store.leads(scope, lead_ids=ids)
    sent = found["state"] != LeadState.PROPOSED.value
    fines = found[["fined_yuan", "confiscated_yuan"]].astype("float64").sum().sum()
    return (
        f"由本专项列为案源线索{len(found):,}条（不限统计期），其中已移送{int(sent.sum()):,}条，"
        f"立案{int(found['filed'].sum()):,}条，罚没{wording.yuan(float(fines))}"
    )


def _is_of(reference: str, campaign: str, topic: str) -> bool:
    named, _, of = reference.partition(".")
    return named == campaign and topic in {"", of}
