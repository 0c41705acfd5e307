"""Taking a batch away: leads, evidence, law and rules put into words for the archive."""

import datetime as dt
import io
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from analytics.lead_case import LeadCase
from pages.components import (
    data,
    exports,
    freshness,
    lead_batch_text,
    lead_cases,
    lead_course,
    lead_data,
    lead_labels,
    lead_store,
    listing_export,
    operator_data,
    wording,
)
from pages.components.access import Viewer
from pages.components.lead_contents import LEAD
from pages.components.lead_pack import LeadPack, PackedLead, build_pack
from queries.scope import Scope

EVIDENCE_AT_ONCE = 5_000
"""Submissions read at a time; ours."""

RELATED = 10
"""Related firms named in a form; ours."""

COLUMNS = (
    "submission_id", "kind", "registered_at", "complainant_masked", "phone_masked", "channel",
    "status", "county_code", "respondent_name", "uscc", "respondent_address", "product_category",
    "product_name", "issue_type", "issue_subtype", "title", "narrative", "disputed_at",
    "disputed_yuan", "sale_mode", "online_platform", "handling_unit", "closed_at",
)  # fmt: skip
"""Columns of the evidence, in reading order."""

RENAMED = {"姓名": "诉求人（脱敏）", "联系电话": "联系电话（脱敏）"}


def offer(viewer: Viewer, batch: Mapping[Any, Any], found: pd.DataFrame) -> None:
    """Draw the button that takes a batch away, and who did before."""
    kept = found[found["state"] != "withdrawn"]
    if kept.empty:
        return
    if not batch["reviewer"]:
        st.caption("复核通过后可以导出移送材料。")
        return

    def made() -> bytes:
        return pack(viewer, batch, kept)

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.download_button(
            "导出移送材料（ZIP）",
            data=made,
            file_name=f"案源线索移送_{batch['number']}.zip",
            mime=exports.ZIP,
            icon=":material/folder_zip:",
            on_click="ignore",
            key=f"pack.{batch['batch_id']}",
        )
        st.caption(
            "含线索清单（Excel，附证据和规则）、移送函和每条线索的登记表（Word）、校验清单；"
            "个人信息已脱敏，带导出人和时间水印，导出留痕。"
        )
    taken = lead_store.exports(viewer.scope, batch_id=int(batch["batch_id"]))
    if len(taken):
        with st.expander(f"导出记录 {len(taken):,}次"):
            st.text(lead_batch_text.exports_text(taken))


def pack(viewer: Viewer, batch: Mapping[Any, Any], found: pd.DataFrame) -> bytes:
    """Return a batch as an archive, and keep that it was taken.

    Parameters
    ----------
    found
        Leads of the batch that the viewer sees, as of `lead_store.leads`.
    """
    scope = viewer.scope
    held = lead_store.evidence(scope, found["lead_id"].tolist())
    leads = tuple(
        _packed(scope, record, case, evidence)
        for record, case, evidence in _cases(scope, found, held)
    )
    status = data.status()
    content = io.BytesIO()
    made = build_pack(
        LeadPack(
            batch_number=str(batch["number"]),
            title=str(batch["title"]),
            office_name=f"{wording.label('region', str(batch['office']))}市场监督管理局",
            recipients=str(batch["recipients"]),
            reviewer=str(batch["reviewer"]),
            handed_over_on=batch["handed_over_on"],
            note=str(batch["note"]),
            leads=leads,
            evidence=_evidence(scope, found, held),
            preface=_preface(viewer, batch, len(leads), len(held)),
            rules=lead_batch_text.rules(),
            exported_by=viewer.name,
            exported_at=dt.datetime.now(tz=freshness.BEIJING),
            synthetic=status.synthetic,
            generation=status.generation,
        ),
        to=content,
    )
    lead_store.record_pack(
        viewer,
        int(batch["batch_id"]),
        file_name=made.file_name,
        sha256=made.sha256,
        lead_count=made.leads,
        evidence_count=made.evidence,
    )
    return content.getvalue()


def _parts(found: pd.DataFrame, held: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Return the evidence of whole leads, in parts that fit into memory."""
    counts = held.groupby("lead_id").size()
    part: list[int] = []
    size = 0
    for lead_id in found["lead_id"]:
        part.append(lead_id)
        size += int(counts.get(lead_id, 0))
        if size >= EVIDENCE_AT_ONCE:
            yield held[held["lead_id"].isin(part)]
            part, size = [], 0
    if part:
        yield held[held["lead_id"].isin(part)]


def _cases(
    scope: Scope, found: pd.DataFrame, held: pd.DataFrame
) -> Iterator[tuple[dict[str, Any], LeadCase | None, pd.DataFrame]]:
    whole = {int(lead_id): lead_store.lead(scope, int(lead_id)) for lead_id in found["lead_id"]}
    for part in _parts(found, held):
        evidence = lead_data.evidence(scope, part)
        for lead_id in part["lead_id"].unique().tolist():
            lead = whole[lead_id]
            if lead is None:
                continue
            rows = evidence[evidence["lead_id"] == lead_id]
            yield lead, lead_cases.case_of(scope, lead, rows), part[part["lead_id"] == lead_id]


def _packed(
    scope: Scope, lead: Mapping[str, Any], case: LeadCase | None, held: pd.DataFrame
) -> PackedLead:
    facts = lead["facts"]
    confirmed = lead_course.confirmed(lead)
    basis = confirmed or (case.basis if case else ())
    serial = int(held["is_serial"].sum())
    return PackedLead(
        number=str(lead["number"]),
        operator_name=str(lead["operator_name"]),
        uscc=lead["uscc"],
        conduct=lead_labels.conduct(str(lead["conduct"])),
        region=wording.label("region", str(lead["county_code"] or lead["city_code"] or "")),
        worth=float(lead["worth"]),
        reasons=lead_labels.reasons(str(facts.get("reasons", ""))),
        sources=tuple(
            lead_labels.SOURCES.get(each, each) for each in str(lead["sources"]).split(",")
        ),
        submissions=len(held),
        persons=int(facts.get("persons") or 0),
        disputed_yuan=facts.get("disputed_yuan"),
        first_on=min(held["registered_on"]),
        latest_on=max(held["registered_on"]),
        basis=tuple(
            (each.law or "未查明", each.article, each.penalty, not each.needs_check)
            for each in basis
        ),
        jurisdiction=_jurisdiction(case),
        deadlines=_deadlines(case),
        related_firms=_related(scope, str(lead["operator_id"])),
        steps=case.steps if case else (),
        serial_note=f"证据中{serial:,}件为疑似牟利性投诉材料（需核实）" if serial else "",
        state=lead_labels.STATES[lead["state"]],
        note=str(lead["note"]),
    )


def _jurisdiction(case: LeadCase | None) -> str:
    if case is None:
        return "未推算（需核对）"
    told = lead_labels.joined(lead_labels.authority(each) for each in case.authorities)
    return f"{told}。依据：{lead_labels.authority_basis(case.authorities[0])}"


def _deadlines(case: LeadCase | None) -> tuple[tuple[str, dt.date | None, str], ...]:
    if case is None:
        return ()
    told = [
        (
            each.name,
            each.due,
            f"{lead_labels.deadline_state(each)}，{lead_labels.deadline_law(each)}",
        )
        for each in lead_labels.urgent(case)
    ]
    return (*told, ("追责时效", None, lead_labels.limitation(case.limitation)))


def _related(scope: Scope, operator_id: str) -> tuple[str, ...]:
    if not operator_data.are_known():
        return ()
    found = operator_data.related_operators(scope, operator_id=operator_id, limit=RELATED)
    return tuple(
        f"{row['name']}（{'、'.join(lead_batch_text.relations(row['relations']))}）"
        for row in found.rows.to_dict("records")
    )


def _evidence(scope: Scope, found: pd.DataFrame, held: pd.DataFrame) -> Iterator[pd.DataFrame]:
    numbers = dict(zip(found["lead_id"], found["number"], strict=True))
    for part in _parts(found, held):
        rows = lead_data.evidence(scope, part)
        told = listing_export.worded(rows, COLUMNS).rename(columns=RENAMED)
        told.insert(0, LEAD, rows["lead_id"].map(numbers))
        told["材料标记"] = [
            "疑似牟利性投诉材料（需核实）" if each else "" for each in rows["is_serial"]
        ]
        yield told


def _preface(
    viewer: Viewer, batch: Mapping[Any, Any], leads: int, evidence: int
) -> tuple[tuple[str, str], ...]:
    status = data.status()
    return (
        ("来源", "投诉雷达"),
        ("批次", f"{batch['number']}　{batch['title']}"),
        ("数量", f"线索{leads:,}条，证据{evidence:,}件次（可见范围内）"),
        ("可见范围", exports.scope_text(viewer.scope)),
        ("数据截至", wording.date_text(status.last_day)),
        ("数据版本", status.generation),
        (
            "数据性质",
            "合成数据，与任何真实的人、企业、诉求无关" if status.synthetic else "登记数据",
        ),
        ("证据说明", "证据为移送时列入的诉求，内容按现在的登记；已删除或移出可见范围的不在其中"),
    )
