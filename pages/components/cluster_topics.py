"""Seed topics: a few words for which a person wants a cluster of its own."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.components import cluster_view, saving, store, wording
from pages.components.access import Viewer
from pages.components.store import Decision
from queries.vocabulary import DecisionKind

MAX_TOPICS = 8
"""Most seed topics at a time; ours, as the overview shows some ten clusters besides."""

MAX_NAME = 20
"""Longest name, in characters; ours."""

MAX_WORDS = 12
"""Most words of a topic; ours."""

LEAST_LENGTH, MAX_LENGTH = 2, 12
"""Shortest and longest word, in characters; ours, as a single character stands in many words."""

SEEDED = "seeded"

_PARTS = re.compile(r"[\s,，、;；]+")
_PLACE = "cluster_topics"

_FAULTS: saving.Faults = {
    store.NoSuchDecisionError: lambda _: "该主题已撤回，未作改动。",
}


def words_of(text: str) -> tuple[str, ...]:
    """Return the words typed, parted by spaces, commas or semicolons; each once.

    Examples
    --------
    >>> words_of("预制菜、中央厨房，预制菜 ")
    ('预制菜', '中央厨房')
    """
    return tuple(dict.fromkeys(filter(None, _PARTS.split(text))))


def fault_of(name: str, words: tuple[str, ...], known: Mapping[str, Decision]) -> str:
    """Return why a topic cannot be kept, empty if it can.

    Examples
    --------
    >>> fault_of("", ("预制菜",), {}), fault_of("预制菜", ("菜",), {})
    ('请填写主题名称。', '每个词2至12个字，“菜”不符合。')
    >>> fault_of("预制菜", ("预制菜",), {})
    ''
    """
    if not name:
        return "请填写主题名称。"
    if not words:
        return "请填写至少一个词。"
    if len(words) > MAX_WORDS:
        return f"一个主题不超过{MAX_WORDS}个词，现有{len(words)}个。"
    unfit = [word for word in words if not LEAST_LENGTH <= len(word) <= MAX_LENGTH]
    if unfit:
        return f"每个词{LEAST_LENGTH}至{MAX_LENGTH}个字，“{unfit[0]}”不符合。"
    if name not in known and len(known) >= MAX_TOPICS:
        return f"种子主题不超过{MAX_TOPICS}个，请先撤回一个。"
    return ""


def holding() -> dict[str, Decision]:
    """Return the topics that people want, by name."""
    return {each.subject: each for each in store.decisions(DecisionKind.TOPIC)}


def states(known: Mapping[str, Decision], made: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return what of each topic waits for the next refresh, empty for one in effect.

    Parameters
    ----------
    known
        As from `holding`.
    made
        Words by topic, as `queries.clusters.ClusterRun.topics`.
    """
    found = {
        name: "" if made.get(name) == _words(each) else cluster_view.WAITING
        for name, each in known.items()
    }
    return found | {name: f"已撤回，{cluster_view.WAITING}" for name in made if name not in known}


def waiting(known: Mapping[str, Decision], made: Mapping[str, tuple[str, ...]]) -> str:
    """Return how many topics the clusters do not follow yet, in words; empty for none."""
    number = sum(bool(each) for each in states(known, made).values())
    return f"{number}个种子主题的改动{cluster_view.WAITING}" if number else ""


def _words(decision: Decision) -> tuple[str, ...]:
    return tuple(map(str, decision.details.get("words", ())))


def show(
    viewer: Viewer,
    frame: pd.DataFrame,
    known: Mapping[str, Decision],
    made: Mapping[str, tuple[str, ...]],
) -> None:
    """Draw the topics, and for those who decide the form of a new one.

    Parameters
    ----------
    frame
        The clusters shown, as `pages.components.cluster_view.View.frame`.
    """
    with st.popover(f"种子主题（{len(known)}）", icon=":material/tune:", type="tertiary"):
        saving.show(_PLACE)
        st.markdown(
            "给出几个词，内容写到其中任一词的诉求及相近的诉求自成一类，"
            "各级聚类中都保留；写到几个主题的词时归入写到词数最多的主题。"
            f"供全局使用，最多{MAX_TOPICS}个（本系统设定），下次更新时重新聚类生效。"
        )
        may = viewer.may_decide(DecisionKind.TOPIC)
        found = states(known, made)
        for name, state in found.items():
            decision = known.get(name)
            words = made.get(name, ()) if decision is None else _words(decision)
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                _row(name, words, state or _size(name, frame), decision)
                if may and decision is not None:
                    _taken_back(viewer, decision.decision_id)
        if not found:
            st.caption("尚无种子主题。")
        if may:
            _form(viewer, known)


def _size(name: str, frame: pd.DataFrame) -> str:
    own = frame[frame["topic"] == name]
    return wording.count(int(own["submissions"].sum())) if len(own) else "所选范围内没有诉求写到"


def _row(name: str, words: tuple[str, ...], told: str, decision: Decision | None) -> None:
    by = "" if decision is None else f"；{decision.decided_by}，{decision.decided_at:%Y-%m-%d}"
    st.markdown(
        f"**{cluster_view.as_text(name)}** "
        f":small[{cluster_view.as_text('、'.join(words))}；{cluster_view.as_text(told + by)}]",
        width="content",
    )


def _taken_back(viewer: Viewer, number: int) -> None:
    st.button(
        "撤回",
        key=f"topic.withdraw.{number}",
        type="tertiary",
        on_click=saving.told(
            _PLACE, lambda: store.withdraw(viewer, DecisionKind.TOPIC, number), _FAULTS
        ),
    )


def _form(viewer: Viewer, known: Mapping[str, Decision]) -> None:
    with st.form("topic.form", border=False, clear_on_submit=True):
        st.text_input("主题名称（同名的将被替换）", max_chars=MAX_NAME, key="topic.name")
        st.text_input(
            "词（用顿号、逗号或空格隔开）",
            max_chars=MAX_WORDS * (MAX_LENGTH + 1),
            key="topic.words",
        )
        st.form_submit_button(
            "保存主题",
            icon=":material/save:",
            on_click=saving.told(_PLACE, lambda: _save(viewer, known), _FAULTS),
        )


def _save(viewer: Viewer, known: Mapping[str, Decision]) -> None:
    given: Mapping[Any, Any] = st.session_state
    name = "".join(str(given.get("topic.name") or "").split())
    words = words_of(str(given.get("topic.words") or ""))
    if fault := fault_of(name, words, known):
        saving.tell(_PLACE, fault)
        return
    store.decide(viewer, DecisionKind.TOPIC, name, SEEDED, details={"words": list(words)})
