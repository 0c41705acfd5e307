"""The form in which a person overrules what was found: a submission counts or not, a claimant is none."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.components import (
    access,
    render,
    repeat_data,
    repeat_detail,
    repeat_groups,
    saving,
    store,
    wording,
)
from pages.components.access import Viewer
from pages.components.repeat_groups import CLAIMANT_VERDICTS
from pages.components.store import Decision
from queries.vocabulary import ClaimantVerdict, CountVerdict, DecisionKind

_PLACE = "repeat_form"

_FAULTS: saving.Faults = {
    store.NoSuchDecisionError: lambda _: "该决定已撤回，未作改动。",
    store.InvalidDecisionError: lambda error: f"未能保存：理由不超过{error.limit}个字。",
}


def show_for_submissions(viewer: Viewer, found: pd.DataFrame, *, key: str) -> None:
    """Draw what was decided about these submissions, and for who may, the form to decide."""
    _say_what_failed()
    for each in repeat_detail.decisions_about(found):
        _decided(viewer, each, wording.label("count_verdict", each.verdict), key)
    if not viewer.may_decide(DecisionKind.SUBMISSION):
        return
    texts = {
        row[
            "submission_id"
        ]: f"{row['submission_id']}（{row['registered_at']:%Y-%m-%d}，{row['counted']}）"
        for row in found.to_dict("records")
    }
    with (
        st.expander("人工改判", icon=":material/gavel:", expanded=False),
        st.form(f"{key}.form", border=False, clear_on_submit=True),
    ):
        st.caption("改判优先于自动识别，下次更新数据时生效，以后更新仍然有效；留痕，可撤回。")
        first, second, third = st.columns([4, 2, 4])
        first.selectbox("诉求", list(texts), format_func=texts.__getitem__, key=f"{key}.which")
        second.segmented_control(
            "去重口径",
            [str(verdict) for verdict in CountVerdict],
            format_func=lambda each: wording.label("count_verdict", each),
            default=str(CountVerdict.COUNTED),
            required=True,
            key=f"{key}.verdict",
        )
        third.text_input("理由（可不填）", max_chars=store.MAX_DECISION_NOTE, key=f"{key}.note")
        st.form_submit_button(
            "保存",
            icon=":material/save:",
            on_click=saving.told(_PLACE, lambda: _decide_submission(viewer, key), _FAULTS),
        )


def show_for_one(found: Mapping[str, Any]) -> None:
    """Draw the same for one submission on its own page; nothing where counts know no reasons yet."""
    if not repeat_data.are_known():
        return
    one = pd.DataFrame([dict(found)])
    counted = repeat_detail.counted_text(found["exclusion_reason"])
    show_for_submissions(
        access.viewer_now(), one.assign(counted=counted), key=f"one.{found['submission_id']}"
    )


def show_for_claimant(viewer: Viewer, found: pd.DataFrame, group: int) -> None:
    """Draw what was decided about a claimant, and for who may, the form to decide."""
    _say_what_failed()
    key = f"claimant.{group}"
    known = repeat_groups.claimant_decisions().get(group)
    if known is not None:
        _decided(viewer, known, CLAIMANT_VERDICTS[ClaimantVerdict(known.verdict)], key)
    if not viewer.may_decide(DecisionKind.CLAIMANT):
        return
    first = str(found["submission_id"].iloc[0])
    with (
        st.expander("核实结果", icon=":material/fact_check:", expanded=False),
        st.form(f"{key}.form", border=False, clear_on_submit=True),
    ):
        st.caption("核实结果优先于自动识别，下次更新数据时生效，以后更新仍然有效；留痕，可撤回。")
        left, right = st.columns([4, 6])
        left.segmented_control(
            "结果",
            [str(verdict) for verdict in ClaimantVerdict],
            format_func=lambda each: CLAIMANT_VERDICTS[ClaimantVerdict(each)],
            default=str(ClaimantVerdict.DISMISSED),
            required=True,
            key=f"{key}.verdict",
        )
        right.text_input("理由（可不填）", max_chars=store.MAX_DECISION_NOTE, key=f"{key}.note")
        st.form_submit_button(
            "保存",
            icon=":material/save:",
            on_click=saving.told(_PLACE, lambda: _decide_claimant(viewer, first, key), _FAULTS),
        )


def _decide_submission(viewer: Viewer, key: str) -> None:
    verdict = st.session_state[f"{key}.verdict"]
    store.decide(
        viewer,
        DecisionKind.SUBMISSION,
        st.session_state[f"{key}.which"],
        verdict,
        note=st.session_state[f"{key}.note"].strip(),
        instead_of=tuple(str(each) for each in CountVerdict if each != verdict),
    )


def _decide_claimant(viewer: Viewer, subject: str, key: str) -> None:
    verdict = st.session_state[f"{key}.verdict"]
    store.decide(
        viewer,
        DecisionKind.CLAIMANT,
        subject,
        verdict,
        note=st.session_state[f"{key}.note"].strip(),
        instead_of=tuple(str(each) for each in ClaimantVerdict if each != verdict),
    )


def _decided(viewer: Viewer, each: Decision, verdict: str, key: str) -> None:
    about = each.subject if each.kind is DecisionKind.SUBMISSION else ""
    note = f"，理由：{each.note}" if each.note else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            render.as_label(
                f"人工{about}：{verdict}（{each.decided_by}，{each.decided_at:%Y-%m-%d}{note}），"
                "下次更新数据后反映在数量上。"
            ),
            width="content",
        )
        if viewer.may_decide(each.kind):
            st.button(
                "撤回",
                key=f"{key}.withdraw.{each.decision_id}",
                on_click=saving.told(
                    _PLACE, lambda: store.withdraw(viewer, each.kind, each.decision_id), _FAULTS
                ),
            )


def _say_what_failed() -> None:
    saving.show(_PLACE)
