"""One candidate or lead in full: why, evidence, law, authority, time limits, related firms, steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from analytics.lead_case import LeadCase
from analytics.legal_basis import Basis
from pages.components import (
    choices,
    grade_view,
    grid,
    lead_cases,
    lead_labels,
    operator_data,
    page_links,
    panels,
    render,
    tables,
    wording,
)
from pages.components.grid import Cell, Head, Row
from pages.components.operator_file import related_panel
from pages.components.panels import Click
from queries.scope import Scope
from queries.vocabulary import SignalSource

PARTS = {"why": "线索要点", "evidence": "证据", "law": "依据与时限", "related": "关联主体"}

LEAST_SHOWN = 0.005
"""Least difference of a factor from 1 that is told; ours."""

LISTED = 50
"""Submissions listed on screen, newest first; ours. An export has all of them."""

_EVIDENCE = (
    tables.Cell("登记时间", (("registered_at",), ("kind", "status")), width=128),
    tables.Cell("问题", (("issue_type",), ("county_code",)), width=96),
    tables.Cell("具体问题", (("narrative",),)),
)


_UNNAMED = {
    SignalSource.SHARED_MATTER: "多人反映同一事项",
    SignalSource.GROUP: "短期内集中投诉",
}
"""What is said of signals that have no name of their own."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What is known of a candidate or lead.

    Attributes
    ----------
    facts
        The candidate's row, or that of a lead with the candidate as it was taken.
    signals
        What pointed at it: ``source, reference, label, submissions``; None where not known any more.
    evidence
        Its submissions in the viewer's scope.
    case
        None without evidence in scope.
    """

    facts: Mapping[str, Any]
    signals: pd.DataFrame | None
    evidence: pd.DataFrame
    case: LeadCase | None


def of_lead(scope: Scope, lead: Mapping[str, Any], evidence: pd.DataFrame) -> Matter:
    """Return what is known of a lead: as it was taken, with its evidence as it is now."""
    facts = lead["facts"] | {
        name: lead[name] for name in ("operator_id", "conduct", "sources", "worth")
    }
    facts["submissions"] = lead["evidence"]
    signals = pd.DataFrame(
        facts.get("signals", []), columns=["source", "reference", "label", "submissions"]
    )
    return Matter(facts, signals, evidence, lead_cases.case_of(scope, facts, evidence))


def show(
    matter: Matter,
    scope: Scope,
    asked: Mapping[str, str],
    *,
    basis: Callable[[tuple[Basis, ...]], None] | None = None,
) -> None:
    """Draw the parts to choose from, and the one chosen.

    Parameters
    ----------
    basis
        Draws the legal basis in place of the plain list, such as with a form to confirm it.
    """
    part = choices.choose("detail", PARTS, asked, label="线索内容")
    if part == "why":
        _why(matter.facts, matter.signals, matter.case)
    elif part == "evidence":
        show_evidence(matter.facts, matter.evidence)
    elif part == "law":
        _law(matter.case, basis)
    else:
        _related(scope, str(matter.facts["operator_id"]))


def _why(facts: Mapping[str, Any], signals: pd.DataFrame | None, case: LeadCase | None) -> None:
    told = [
        ("诉求", f"{_number(facts, 'submissions')}件，其中举报{_number(facts, 'tipoffs')}件"),
        ("涉及", f"{_number(facts, 'persons')}人、{_number(facts, 'counties')}个县区"),
        ("涉及金额", wording.yuan(facts.get("disputed_yuan"))),
        ("时间", f"{_date(facts, 'first_on')}至{_date(facts, 'latest_on')}"),
        ("风险等级", str(facts.get("grade") or wording.UNKNOWN)),
    ]
    with st.container(horizontal=True, gap="small"):
        for name, text in told:
            st.markdown(f"**{name}** {render.as_label(text)}", width="content")
    st.markdown("**为何列出**")
    if signals is None or signals.empty:
        st.text(lead_labels.sources(str(facts["sources"])))
    else:
        panels.show("grid", _signals(signals), key="lead_signals")
    st.markdown(f"**线索价值 {float(facts['worth']):.0f}分**（满分100，只用于排序）")
    st.text("；".join(lead_labels.reasons(str(facts["reasons"]))))
    factor = facts.get("factor")
    if factor is not None and abs(float(factor) - 1) >= LEAST_SHOWN:
        st.caption(
            f"各项相加后，按来源和评分模型以往线索的立案处罚比例折算×{float(factor):.2f}（上限100分）。"
        )
    serial = facts.get("serial")
    if serial is not None and not pd.isna(serial) and serial > 0:
        st.warning(
            f"证据中{serial:.0%}为疑似牟利性投诉材料（需核实），须逐件核实后使用。",
            icon=":material/report:",
        )
    if case is not None:
        st.markdown("**建议核查步骤**")
        st.text("\n".join(f"{n}. {step}" for n, step in enumerate(case.steps, start=1)))
    st.caption("以上为疑似线索，建议核查，不是对违法事实的认定；阈值、权重和步骤为本系统设定。")


def _number(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    return wording.UNKNOWN if value is None or pd.isna(value) else f"{int(value):,}"


def _date(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    return wording.UNKNOWN if value is None else str(value)[:10]


def _signals(signals: pd.DataFrame) -> dict[str, Any]:
    heads = [Head("来源", width=96), Head("内容"), Head("件数", right=True, width=64)]
    rows = [
        Row(
            f"{record['source']}:{record['reference']}"[: panels.MAX_CODE],
            (
                Cell(lead_labels.SOURCES.get(record["source"], record["source"])),
                Cell(_signal(record)),
                Cell(f"{record['submissions']:,}"),
            ),
            usable=False,
        )
        for record in signals.to_dict("records")
    ]
    return grid.content("lead_signals", "线索来源", heads, rows, empty="没有来源记录")


def _signal(record: Mapping[Any, Any]) -> str:
    label = str(record["label"] or "")
    if record["source"] == SignalSource.RISK:
        triggers = "、".join(grade_view.trigger_names(label, grade_view.model()))
        told = f"风险等级{record['reference']}"
        return f"{told}：{triggers}" if triggers else told
    return label or _UNNAMED.get(record["source"], wording.UNKNOWN)


def show_evidence(facts: Mapping[str, Any], evidence: pd.DataFrame) -> None:
    """Draw the submissions that a lead rests on; a click opens one."""
    whole = facts.get("submissions")
    told = f"可见范围内{len(evidence):,}件"
    if whole is not None and int(whole) != len(evidence):
        told += f"，线索共{int(whole):,}件"
    st.caption(f"{told}，列最新{min(len(evidence), LISTED):,}件；个人信息已脱敏。")
    if evidence.empty:
        st.info("可见范围内没有证据诉求。", icon=":material/search_off:")
        return
    shown = evidence.sort_values(["registered_at", "submission_id"], ascending=[False, True]).head(
        LISTED
    )
    panels.show("table", tables.content(shown, _EVIDENCE), key="lead_evidence", on_click=_opened)


def _opened(click: Click) -> None:
    page_links.open_page("submissions", id=click.code)


def _law(case: LeadCase | None, basis: Callable[[tuple[Basis, ...]], None] | None) -> None:
    if case is None:
        st.info("可见范围内没有证据诉求，无法推算。", icon=":material/search_off:")
        return
    st.markdown("**可能涉及的法律依据**")
    if basis is None:
        st.text("\n".join(lead_labels.law(each) for each in case.basis))
    else:
        basis(case.basis)
    st.markdown("**管辖**")
    st.text("\n".join(lead_labels.authority(each) for each in case.authorities))
    st.caption("依据：" + lead_labels.authority_basis(case.authorities[0]))
    st.markdown("**办理时限**　对所附诉求逐件推算，列最紧的")
    urgent = lead_labels.urgent(case)
    heads = [
        Head("时限", wrap=True),
        Head("最早届满", width=84),
        Head("状态", width=92),
        Head("依据", wrap=True),
    ]
    rows = [
        Row(
            f"{each.clock}.{each.state}",
            (
                Cell(each.name),
                Cell(lead_labels.day(each.due)),
                Cell(
                    lead_labels.deadline_state(each),
                    tone="bad" if each.state == "overdue" else "",
                ),
                Cell(lead_labels.deadline_law(each)),
            ),
            usable=False,
        )
        for each in urgent
    ]
    listed = grid.content("deadlines", "办理时限", heads, rows, empty="没有进行中或超期的时限")
    panels.show("grid", listed, key="lead_deadlines")
    unknown = lead_labels.unknown_clocks(case)
    if unknown:
        st.caption(f"数据没有相应时间，状态未知：{'、'.join(dict.fromkeys(unknown))}。")
    st.markdown("**追责时效**")
    st.text(lead_labels.limitation(case.limitation))


def _related(scope: Scope, operator_id: str) -> None:
    if not operator_data.are_known():
        st.info("尚未导入经营主体登记。", icon=":material/search_off:")
        return
    found = operator_data.related_operators(scope, operator_id=operator_id)
    panels.show("grid", related_panel(found), key="lead_related", on_click=_related_opened)
    st.caption("只列您可见范围内的；关联只表示登记信息相同，须核实。")


def _related_opened(click: Click) -> None:
    page_links.open_page("operator", id=click.code)
