"""Leads on their way: the list, one lead's course, its next step, what came of it, its legal basis."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from analytics.legal_basis import Basis
from pages.components import (
    address,
    choices,
    freshness,
    grid,
    lead_labels,
    lead_saving,
    lead_store,
    page_links,
    panels,
    render,
    wording,
)
from pages.components.access import Viewer
from pages.components.grid import Cell, Head, Row
from pages.components.panels import Click
from queries.scope import Scope
from queries.vocabulary import LeadResult, LeadState

PAGE_SIZE = 15
"""Rows of a page; ours."""

EARLIEST = dt.date(2000, 1, 1)


def show_filter(scope: Scope, asked: Mapping[str, str]) -> pd.DataFrame:
    """Draw the states to choose from and return the leads in the chosen one."""
    found = lead_store.leads(scope)
    counted = found["state"].value_counts()
    offered = {"all": f"全部 {len(found):,}"} | {
        str(state): f"{name} {counted[state]:,}"
        for state, name in lead_labels.STATES.items()
        if state in counted
    }
    state = choices.choose("state", offered, asked, label="状态", drops=("page", "lead"))
    return found if state == "all" else found[found["state"] == state]


def show_list(found: pd.DataFrame, *, first: int, chosen: int | None) -> None:
    """Draw leads; a click shows one."""
    heads = [
        Head("线索编号", width=140),
        Head("经营主体"),
        Head("涉嫌行为（疑似）", width=110),
        Head("状态", width=60),
    ]
    rows = [
        Row(
            str(record["lead_id"]),
            (
                Cell(str(record["number"])),
                Cell(str(record["operator_name"]), hint=f"来源：{_sources(record)}"),
                Cell(
                    lead_labels.conduct_short(str(record["conduct"])),
                    hint=lead_labels.conduct(str(record["conduct"])),
                ),
                Cell(
                    lead_labels.STATES[record["state"]],
                    hint=f"{lead_labels.day(record['state_on'])}起"
                    f"{lead_labels.RESULTS.get(record['result'], '')}",
                ),
            ),
            selected=record["lead_id"] == chosen,
        )
        for record in found.iloc[first : first + PAGE_SIZE].to_dict("records")
    ]
    listed = grid.content("leads", "线索", heads, rows, empty="没有这一状态的线索")
    panels.show("grid", listed, key="leads", on_click=_clicked)


def _sources(record: Mapping[Any, Any]) -> str:
    return lead_labels.sources(str(record["sources"]))


def _clicked(click: Click) -> None:
    address.go(lead=click.code)


def show_heading(lead: Mapping[str, Any]) -> None:
    """Draw which lead it is and where it stands."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{render.as_label(str(lead['operator_name']))}**", width="content")
        st.badge(lead_labels.STATES[lead["state"]], color="blue")
        if lead["result"]:
            st.badge(lead_labels.RESULTS[lead["result"]], color="gray")
        st.button(
            "一企一档",
            icon=":material/badge:",
            type="tertiary",
            key="lead.file",
            on_click=lambda: page_links.open_page("operator", id=str(lead["operator_id"])),
        )
    st.caption(
        f"线索{lead['number']}　疑似{lead_labels.conduct(str(lead['conduct']))}　"
        f"批次{lead['batch_number']}　建立：{lead['created_by']}"
    )


def show_course(scope: Scope, lead: Mapping[str, Any]) -> None:
    """Draw the steps of a lead and what came of it."""
    steps = lead_store.steps(scope, int(lead["lead_id"]))
    heads = [
        Head("日期", width=84),
        Head("状态", width=72),
        Head("单位", width=130),
        Head("说明"),
        Head("登记", width=150),
    ]
    rows = [
        Row(
            str(record["step_id"]),
            (
                Cell(lead_labels.day(record["happened_on"])),
                Cell(lead_labels.STATES[record["state"]]),
                Cell(str(record["unit"]) or wording.UNKNOWN),
                Cell(str(record["note"]) or wording.UNKNOWN),
                Cell(f"{record['written_by']}{_origin(record)}"),
            ),
            usable=False,
        )
        for record in steps.to_dict("records")
    ]
    listed = grid.content("course", "办理过程", heads, rows, empty="没有办理记录")
    panels.show("grid", listed, key="lead_course")
    if lead["result"] or lead["case_number"]:
        st.text("处理结果：" + outcome_text(lead))


def _origin(record: Mapping[Any, Any]) -> str:
    return {"file": "（文件导入）", "inferred": "（按文件补记）"}.get(record["origin"], "")


def outcome_text(lead: Mapping[str, Any]) -> str:
    """Return what came of a lead, in words."""
    told = [
        lead_labels.RESULTS.get(lead["result"], "案件办理中"),
        f"案号{lead['case_number']}" if lead["case_number"] else "",
        f"文书号{lead['document_number']}" if lead["document_number"] else "",
        f"立案{lead_labels.day(lead['filed_on'])}" if lead["filed_on"] else "",
        f"办结{lead_labels.day(lead['closed_on'])}" if lead["closed_on"] else "",
    ]
    for name, label in (
        ("fined_yuan", "罚款"),
        ("confiscated_yuan", "没收"),
        ("recovered_yuan", "挽回损失"),
    ):
        value = lead[name]
        if value is not None and not pd.isna(value):
            told.append(f"{label}{float(value):,.2f}元")
    if lead["transferred_to"]:
        told.append(f"移送{lead['transferred_to']}")
    return "，".join(filter(None, told))


def show_next(viewer: Viewer, lead: Mapping[str, Any]) -> None:
    """Draw the form of the next step."""
    state = LeadState(lead["state"])
    following = sorted(lead_store.NEXT[state], key=list(LeadState).index)
    if state is LeadState.PROPOSED:
        following = [each for each in following if each is not LeadState.HANDED_OVER]
        st.caption("拟移送的线索在“移送批次”中复核后随批次移送。")
    if not lead_store.may_write(viewer) or not following:
        return
    key = f"lead.{lead['lead_id']}.{state}"
    today = _today()
    with st.form(key, border=False):
        first, second, third = st.columns([30, 36, 34])
        first.selectbox(
            "下一步", following, format_func=lambda each: lead_labels.STATES[each], key=f"{key}.to"
        )
        second.date_input("日期", value=today, max_value=today, key=f"{key}.on")
        third.text_input("经办单位", max_chars=lead_store.MAX_UNIT, key=f"{key}.unit")
        st.text_input("说明（可不填）", max_chars=lead_store.MAX_NOTE, key=f"{key}.note")
        st.form_submit_button(
            "登记下一步",
            icon=":material/arrow_forward:",
            on_click=lead_saving.told(lambda: _move(viewer, lead, state, key)),
        )


def _today() -> dt.date:
    return dt.datetime.now(tz=freshness.BEIJING).date()


def _move(viewer: Viewer, lead: Mapping[str, Any], seen: LeadState, key: str) -> None:
    given = st.session_state
    lead_store.move_lead(
        viewer,
        int(lead["lead_id"]),
        LeadState(given[f"{key}.to"]),
        given[f"{key}.on"],
        seen=seen,
        unit=str(given[f"{key}.unit"]).strip(),
        note=str(given[f"{key}.note"]).strip(),
    )


def show_outcome(viewer: Viewer, lead: Mapping[str, Any]) -> None:
    """Draw the form of what came of a lead, where its state can have a result."""
    state = LeadState(lead["state"])
    possible = [each for each in LeadResult if state in lead_store.RESULT_STATES[each]]
    if not lead_store.may_write(viewer) or not possible:
        return
    key = f"outcome.{lead['lead_id']}.{state}"
    today = _today()
    chosen = lead["result"] if lead["result"] in possible else possible[0]
    with st.form(key, border=False):
        first, second, third = st.columns(3)
        first.selectbox(
            "处理结果",
            possible,
            index=possible.index(LeadResult(chosen)),
            format_func=lambda each: lead_labels.RESULTS[each],
            key=f"{key}.result",
        )
        second.text_input(
            "案号",
            value=lead["case_number"] or "",
            max_chars=lead_store.MAX_CASE_NUMBER,
            key=f"{key}.case",
        )
        third.text_input(
            "文书号", value=lead["document_number"] or "", max_chars=64, key=f"{key}.document"
        )
        first, second, third = st.columns(3)
        for column, name, label in (
            (first, "fined_yuan", "罚款（元）"),
            (second, "confiscated_yuan", "没收（元）"),
            (third, "recovered_yuan", "挽回损失（元）"),
        ):
            column.number_input(
                label, min_value=0.0, value=_sum(lead[name]), format="%.2f", key=f"{key}.{name}"
            )
        first, second = st.columns([1, 2])
        closed = closing_day(lead)
        first.date_input(
            "办结日期（登记后不能更改）",
            value=closed,
            min_value=EARLIEST,
            max_value=today,
            key=f"{key}.closed",
            disabled=closed is not None,
        )
        second.text_input(
            "移送单位（移送时填）",
            value=lead["transferred_to"] or "",
            max_chars=lead_store.MAX_UNIT,
            key=f"{key}.transferred",
        )
        st.form_submit_button(
            "登记结果",
            icon=":material/gavel:",
            on_click=lead_saving.told(lambda: _outcome(viewer, lead, state, key)),
        )
        st.caption("填办结日期即办结该线索，请核对后登记；罚款、没收只用于行政处罚。")


def _sum(value: float | None) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _outcome(viewer: Viewer, lead: Mapping[str, Any], seen: LeadState, key: str) -> None:
    given = st.session_state
    lead_store.write_outcome(
        viewer,
        int(lead["lead_id"]),
        lead_store.Outcome(
            result=LeadResult(given[f"{key}.result"]),
            case_number=str(given[f"{key}.case"]).strip(),
            document_number=str(given[f"{key}.document"]).strip(),
            closed_on=closing_day(lead) or given[f"{key}.closed"],
            fined_yuan=given[f"{key}.fined_yuan"],
            confiscated_yuan=given[f"{key}.confiscated_yuan"],
            recovered_yuan=given[f"{key}.recovered_yuan"],
            transferred_to=str(given[f"{key}.transferred"]).strip(),
        ),
        seen=seen,
        replaces=stored_outcome(lead),
    )


def closing_day(lead: Mapping[str, Any]) -> dt.date | None:
    """Return the day on which a lead was closed; None while it is open."""
    if lead["state"] != LeadState.CLOSED:
        return None
    day: dt.date = lead["closed_on"] or lead["state_on"]
    return day


def stored_outcome(lead: Mapping[str, Any]) -> lead_store.Outcome | None:
    """Return what was written about a lead when it was read; None if nothing was."""
    if lead["written_at"] is None:
        return None
    return lead_store.Outcome(
        result=None if lead["result"] is None else LeadResult(lead["result"]),
        case_number=lead["case_number"],
        document_number=lead["document_number"],
        filed_on=lead["filed_on"],
        closed_on=lead["closed_on"],
        fined_yuan=_sum(lead["fined_yuan"]),
        confiscated_yuan=_sum(lead["confiscated_yuan"]),
        recovered_yuan=_sum(lead["recovered_yuan"]),
        transferred_to=lead["transferred_to"],
    )


def show_basis(viewer: Viewer, lead: Mapping[str, Any], offered: tuple[Basis, ...]) -> None:
    """Draw the legal basis as confirmed, or the form to confirm it."""
    if lead["basis"]:
        st.text("\n".join(lead_labels.law(each) for each in confirmed(lead)))
        st.caption(
            f"{lead['basis_confirmed_by']}于{lead_labels.beijing(lead['basis_confirmed_at']):%Y-%m-%d}对照官方公布文本核对。"
        )
        if lead_store.may_write(viewer):
            st.button(
                "撤回核对",
                key=f"basis.{lead['lead_id']}.back",
                on_click=lead_saving.told(
                    lambda: lead_store.confirm_basis(viewer, int(lead["lead_id"]), [])
                ),
            )
        return
    st.text("\n".join(lead_labels.law(each) for each in offered))
    if not lead_store.may_write(viewer):
        return
    key = f"basis.{lead['lead_id']}"
    before = lead_store.confirmed_basis(str(lead["conduct"]))
    rows = [(each["law"], each["article"], each["penalty"]) for each in before] or [
        (each.law or "", each.article or "", each.penalty or "") for each in offered
    ]
    table = pd.DataFrame(rows, columns=["法律", "条号", "处罚幅度"], dtype=object)
    with st.expander("核对法律依据", icon=":material/fact_check:"), st.form(key, border=False):
        edited = st.data_editor(
            table, num_rows="dynamic", hide_index=True, width="stretch", key=f"{key}.table"
        )
        sent = st.form_submit_button("已对照官方文本核对", icon=":material/check:")
        told = "已带出同一行为最近一次核对的内容，" if before else ""
        st.caption(
            f"{told}逐条填全法律、条号、处罚幅度；不适用的行删去。核对后移送材料不再标“需核对”。"
        )
    if sent:
        _confirm(viewer, int(lead["lead_id"]), edited)


def _confirm(viewer: Viewer, lead_id: int, edited: pd.DataFrame) -> None:
    rows = [
        {
            name: str(value or "").strip()
            for name, value in zip(("law", "article", "penalty"), row, strict=True)
        }
        for row in edited.fillna("").itertuples(index=False, name=None)
    ]
    rows = [row for row in rows if any(row.values())]
    if not rows or any(not all(row.values()) for row in rows):
        st.warning("未保存：每一行的法律、条号、处罚幅度都要填写，至少一行。")
        return
    lead_saving.told(lambda: lead_store.confirm_basis(viewer, lead_id, rows))()
    st.rerun()


def confirmed(lead: Mapping[str, Any]) -> tuple[Basis, ...]:
    """Return the legal basis of a lead that a person checked; empty until then."""
    return tuple(
        Basis(law=each["law"], article=each["article"], penalty=each["penalty"], verified=True)
        for each in lead["basis"]
    )
