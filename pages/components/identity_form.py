"""Where a person says whether two names are one operator, and takes one out of those brought together."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from pages.components import identity_view, render, saving, store, wording
from pages.components.access import Viewer
from pages.components.identity_view import JOINER, VERDICTS
from pages.components.store import Decision
from queries.selection import Selection
from queries.vocabulary import DecisionKind, IdentityVerdict

_PLACE = "identity_form"
_NOTE = "identity_form.note"
KIND = DecisionKind.IDENTITY

_FAULTS: saving.Faults = {
    store.NoSuchDecisionError: lambda _: "该决定已撤回，未作改动。",
    store.InvalidDecisionError: lambda error: f"未能保存：理由不超过{error.limit}个字。",
}


def show_pair(viewer: Viewer, record: Mapping[Any, Any], selection: Selection) -> None:
    """Draw a doubtful pair side by side, what was decided, and the buttons to decide."""
    say_what_failed()
    st.markdown(
        f"把握{wording.percent(record['confidence'])}，"
        f"依据：{identity_view.reasons_text(record['reason'])}"
    )
    left, right = st.columns(2)
    with left:
        identity_view.show_side(record, "", selection)
    with right:
        identity_view.show_side(record, "candidate_", selection)
    one, two = record["raw_operator_id"], record["candidate_id"]
    known = identity_view.decided().get(frozenset((one, two)))
    if known is not None:
        _decided(viewer, known)
    if not viewer.may_decide(KIND):
        st.caption("由可查看全部数据的研判分析员或执法人员确认。")
        return
    st.text_input("理由（可不填）", max_chars=store.MAX_DECISION_NOTE, key=_NOTE)
    with st.container(horizontal=True):
        for verdict, icon in (
            (IdentityVerdict.SAME, ":material/join_inner:"),
            (IdentityVerdict.DIFFERENT, ":material/call_split:"),
        ):
            st.button(
                VERDICTS[verdict],
                icon=icon,
                key=f"identity.{verdict}",
                on_click=saving.told(_PLACE, partial(_decide, viewer, one, two, verdict), _FAULTS),
            )
    st.caption("下次更新数据时生效，以后更新仍然有效；留痕，可撤回。")


def show_group(viewer: Viewer, names: pd.DataFrame, operator: str, selection: Selection) -> None:
    """Draw the names of one operator, and the form to take one out."""
    say_what_failed()
    leading = names[names["raw_operator_id"] == operator]
    title = (leading if len(leading) else names)["name"].iloc[0]
    st.markdown(f"**{render.as_label(title)}**　{identity_view.code_text(operator)}")
    identity_view.show_link(operator, selection, "筛选范围内")
    shown = pd.DataFrame(
        {
            "登记名称": names["name"],
            "信用代码": names["uscc"].astype(object).where(names["uscc"].notna(), "未填"),
            "县区": [wording.label("county_code", each) for each in names["county_code"]],
            "地址": names["address"].astype(object).where(names["address"].notna(), "未填"),
            "件数": names["said"],
            "把握": [wording.percent(each) for each in names["confidence"]],
            "依据": [identity_view.reasons_text(each) for each in names["reason"]],
            "归并方式": ["人工" if each == "person" else "自动" for each in names["decided_by"]],
        }
    )
    st.caption("可见范围内、不限时间。同一代码下的不同名称随代码归为一个主体，不能单独拆出。")
    st.dataframe(shown, hide_index=True, width="stretch")
    apart = names[names["raw_operator_id"] != operator].drop_duplicates("raw_operator_id")
    verdicts = identity_view.decided()
    for raw in apart["raw_operator_id"]:
        if known := verdicts.get(frozenset((raw, operator))):
            _decided(viewer, known, str(apart.set_index("raw_operator_id").loc[raw, "name"]))
    if apart.empty or not viewer.may_decide(KIND):
        return
    texts = dict(zip(apart["raw_operator_id"], apart["name"], strict=True))
    with st.form("identity.split", border=False, clear_on_submit=True):
        first, second = st.columns(2)
        first.selectbox("拆出", list(texts), format_func=texts.__getitem__, key="identity.which")
        second.text_input("理由（可不填）", max_chars=store.MAX_DECISION_NOTE, key=_NOTE)
        st.form_submit_button(
            "拆出为不同主体",
            icon=":material/call_split:",
            on_click=saving.told(
                _PLACE,
                lambda: _decide(
                    viewer,
                    st.session_state["identity.which"],
                    operator,
                    IdentityVerdict.DIFFERENT,
                ),
                _FAULTS,
            ),
        )
    st.caption("下次更新数据时生效，以后更新仍然有效；留痕，可撤回。")


def _decide(viewer: Viewer, apart: str, other: str, verdict: IdentityVerdict) -> None:
    store.decide(
        viewer,
        KIND,
        JOINER.join(sorted((apart, other))),
        str(verdict),
        details={"apart": apart} if verdict is IdentityVerdict.DIFFERENT else {},
        note=str(st.session_state.get(_NOTE, "")).strip(),
        instead_of=tuple(str(each) for each in IdentityVerdict if each is not verdict),
    )


def _decided(viewer: Viewer, each: Decision, about: str = "") -> None:
    note = f"，理由：{each.note}" if each.note else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            render.as_label(
                f"人工{about}：{VERDICTS[each.verdict]}（{each.decided_by}，"
                f"{each.decided_at:%Y-%m-%d}{note}），待下次更新生效或已经生效。"
            ),
            width="content",
        )
        if viewer.may_decide(KIND):
            st.button(
                "撤回",
                key=f"identity.withdraw.{each.decision_id}",
                on_click=saving.told(
                    _PLACE, lambda: store.withdraw(viewer, KIND, each.decision_id), _FAULTS
                ),
            )


def say_what_failed() -> None:
    """Draw why the last decision could not be kept."""
    saving.show(_PLACE)
