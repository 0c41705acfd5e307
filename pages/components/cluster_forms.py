"""How a person corrects the clusters: names, merges, splits, hides and pins, and takes it back."""

import functools
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from analytics.cluster_decisions import Decision as ClusterDecision
from analytics.cluster_decisions import decision_record
from analytics.cluster_matching import Anchor
from analytics.cluster_splitting import UnlikePartsError, part_anchors
from pages.components import cluster_view, saving, store
from pages.components import findings_data as found_data
from pages.components.access import Viewer
from pages.components.cluster_view import View
from pages.components.store import Decision
from queries.vocabulary import DecisionKind

ACTIONS = {
    "rename": "改名",
    "merge": "并入其他类",
    "split": "按词拆分",
    "hide": "隐藏",
    "pin": "置顶",
}
_VERDICTS = {
    "rename": "renamed",
    "merge": "merged",
    "split": "split",
    "hide": "hidden",
    "pin": "pinned",
}

MAX_NAME = 20
"""Longest name of a cluster, in characters; ours."""

_PLACE = "cluster_forms"

_FAULTS: saving.Faults = {
    UnlikePartsError: lambda _: (
        "两个部分所填的词与该类标签词差别太大，以后无法识别，请至少选用几个标签词。"
    ),
    store.InvalidDecisionError: lambda error: (
        f"内容过长，未能保存（{error.field}不超过{error.limit}个字符）。"
    ),
    store.NoSuchDecisionError: lambda _: "该决定已撤回，未作改动。",
}


def may_decide(viewer: Viewer) -> bool:
    """Tell whether a viewer corrects clusters."""
    return viewer.may_decide(DecisionKind.CLUSTER)


def show(
    viewer: Viewer,
    cluster: "pd.Series[Any]",
    view: View,
    decisions: tuple[Decision, ...],
    *,
    level: str,
) -> None:
    """Draw the form of one cluster, and what was decided about it."""
    saving.show(_PLACE)
    key = str(cluster["cluster_key"])
    with st.expander("管理此类：改名、合并、拆分、隐藏、置顶", icon=":material/edit:"):
        st.caption(
            "决定立即在本页显示，供全局使用，下次更新后写入聚类结果，以后各次聚类中沿用；均留痕，可撤回。"
        )
        action = st.segmented_control(
            "操作",
            list(ACTIONS),
            format_func=lambda each: ACTIONS[each],
            default="rename",
            required=True,
            key=f"cluster.action.{key}",
            label_visibility="collapsed",
        )
        with st.form(f"cluster.form.{key}.{action}", border=False, clear_on_submit=True):
            _fields(str(action), cluster, view, key)
            st.text_input(
                "说明（可不填）", max_chars=store.MAX_DECISION_NOTE, key=f"cluster.note.{key}"
            )
            st.form_submit_button(
                "保存",
                icon=":material/save:",
                on_click=saving.told(
                    _PLACE, lambda: _save(viewer, str(action), cluster, view, level=level), _FAULTS
                ),
            )
        _decided(viewer, cluster, decisions, level)


def _fields(action: str, cluster: "pd.Series[Any]", view: View, key: str) -> None:
    if action == "rename":
        st.text_input("新名称", max_chars=MAX_NAME, key=f"cluster.name.{key}")
    elif action == "merge":
        others = view.frame[view.frame["cluster_key"] != key]
        titles = {each["cluster_key"]: cluster_view.title(each) for _, each in others.iterrows()}
        st.selectbox(
            "与哪一类合并",
            list(titles),
            index=None,
            format_func=lambda each: titles[each],
            placeholder="选择一类",
            key=f"cluster.other.{key}",
        )
        st.text_input("合并后的名称（可不填）", max_chars=MAX_NAME, key=f"cluster.name.{key}")
    elif action == "split":
        st.caption("每件诉求归入所含词最多的部分，相同时归第一部分。可选标签词，也可自己填写。")
        for number in (1, 2):
            st.multiselect(
                f"第{number}部分的词",
                cluster["words"],
                accept_new_options=True,
                key=f"cluster.part{number}.{key}",
            )
    elif action == "hide":
        st.caption("隐藏后不在列表中显示，数量仍计入合计；打开“显示已隐藏的类”可以找到并撤回。")
    else:
        st.caption("置顶后排在列表最前；该类以后若不再自动出现，仍按原有诉求保留。")


def _anchor(viewer: Viewer, cluster: "pd.Series[Any]", level: str) -> tuple[Anchor, pd.Series]:
    """Return by what a cluster is recognised later, and the texts of it."""
    sample = found_data.cluster_sample(viewer.scope, level=level, keys=cluster["keys"])
    texts = sample.set_index("submission_id")["narrative"]
    return Anchor(tuple(cluster["words"]), tuple(texts.index)), texts


def _save(
    viewer: Viewer, action: str, cluster: "pd.Series[Any]", view: View, *, level: str
) -> None:
    key = str(cluster["cluster_key"])
    given = {
        name: st.session_state.get(f"cluster.{name}.{key}")
        for name in ("name", "other", "part1", "part2", "note")
    }
    name = " ".join(str(given["name"] or "").split())
    if action == "rename" and not name:
        saving.tell(_PLACE, "请填写新名称。")
        return
    meant = [cluster]
    anchor, texts = _anchor(viewer, cluster, level)
    anchors: tuple[Anchor, ...] = (anchor,)
    if action == "merge":
        other = view.frame[view.frame["cluster_key"] == given["other"]]
        if other.empty:
            saving.tell(_PLACE, "请选择要合并的另一类。")
            return
        meant.append(other.iloc[0])
        anchors = (anchor, _anchor(viewer, other.iloc[0], level)[0])
    if action == "split":
        parts = [list(given["part1"] or ()), list(given["part2"] or ())]
        if not all(parts):
            saving.tell(_PLACE, "请为两个部分各填写至少一个词。")
            return
        anchors = part_anchors(texts, parts, words=cluster["words"])
    keys = [each["cluster_key"] for each in meant]
    decided = ClusterDecision(
        action,  # type: ignore[arg-type]
        anchors,
        name,
    )
    store.decide(
        viewer,
        DecisionKind.CLUSTER,
        f"{level}:{'+'.join(keys)}",
        _VERDICTS[action],
        details=decision_record(decided) | {"level": level, "keys": keys},
        note=str(given["note"] or ""),
    )


def _decided(
    viewer: Viewer, cluster: "pd.Series[Any]", decisions: tuple[Decision, ...], level: str
) -> None:
    """Draw what was decided about a cluster, each with a button that takes it back."""
    for each in decisions:
        if cluster_view.level_of(each) != level:
            continue
        if not set(cluster_view.keys_of(each)) & set(cluster["keys"]):
            continue
        named = cluster_view.name_of(each)
        done = cluster_view.VERDICTS.get(each.verdict, each.verdict)
        text = f"{done}{f'为“{named}”' if named else ''}，{each.decided_by}，{each.decided_at:%Y-%m-%d}"
        note = f"，{each.note}" if each.note else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":small[{cluster_view.as_text(text + note)}]", width="content")
            number = each.decision_id
            st.button(
                "撤回",
                key=f"cluster.withdraw.{number}",
                type="tertiary",
                on_click=saving.told(
                    _PLACE,
                    functools.partial(store.withdraw, viewer, DecisionKind.CLUSTER, number),
                    _FAULTS,
                ),
            )


def waiting(view: View, decisions: tuple[Decision, ...], followed: Mapping[int, bool]) -> str:
    """Return what of people's decisions the figures do not follow yet, or fit no cluster."""
    new = sum(each.decision_id not in followed for each in decisions)
    lost = sum(not fits for fits in followed.values())
    told = [
        f"{new}项决定{cluster_view.WAITING}" if new else "",
        f"{view.withdrawn}项撤回{cluster_view.WAITING}" if view.withdrawn else "",
        f"{lost}项决定在本次聚类中没有对应的类" if lost else "",
    ]
    return "；".join(filter(None, told))
