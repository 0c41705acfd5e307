"""One new word: its figures, the decision about it, its sentences, and what stands around it."""

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from analytics.keyness import compare_words
from pages.components import (
    boards,
    explorer_clicks,
    findings_data,
    leaderboards,
    panels,
    render,
    saving,
    store,
    tables,
    wording,
)
from pages.components.access import Viewer
from pages.components.findings_data import NewWords
from pages.components.new_word_table import STATES, q_text, rise_text
from pages.components.store import Decision
from queries.measures import MEASURES
from queries.scope import Scope
from queries.selection import Comparison, Period, Selection
from queries.vocabulary import DecisionKind, WordVerdict

AROUND = ("operator", "product", "issue", "region")
"""Boards drawn for a word."""

MEMBERS = 5
"""Members of each board; ours."""

BESIDE = 12
"""Words that stand beside a word; ours."""

_VERBS: Mapping[WordVerdict, tuple[str, str]] = {
    WordVerdict.ACCEPTED: ("采纳入词典", ":material/check:"),
    WordVerdict.WATCHED: ("关注", ":material/visibility:"),
    WordVerdict.REJECTED: ("驳回", ":material/close:"),
}
_PLACE = "new_word"

_FAULTS: saving.Faults = {
    store.NoSuchDecisionError: lambda _: "该研判已被撤回，未作改动。",
    store.InvalidDecisionError: lambda _: f"研判说明不超过{store.MAX_DECISION_NOTE}个字。",
}


def may_decide(viewer: Viewer) -> bool:
    """Tell whether a viewer decides about words."""
    return viewer.may_decide(DecisionKind.WORD)


def selection_of(record: Mapping[Any, Any], found: NewWords, selection: Selection) -> Selection:
    """Return the submissions that hold a word, from the first one on, under the same filters."""
    text = f"{selection.text} {record['word']}".strip()
    window = found.search.window
    if window is None:
        return replace(selection, text=text)
    return replace(
        selection,
        text=text,
        period=Period.between(record["first_seen"].date(), window.end),
        comparison=Comparison.NONE,
    )


def show_head(record: Mapping[Any, Any], of_word: Selection) -> None:
    """Draw the word with its figures, and the way to its submissions."""
    word = str(record["word"])
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"#### {render.as_label(word)}", width="content")
        st.page_link(
            "pages/submissions.py",
            label="查看全部诉求",
            icon=":material/arrow_forward:",
            query_params=of_word.to_query(),
        )
    place = record["first_county"]
    where = wording.label("region", str(place)) if not pd.isna(place) else "区域未填写"
    st.markdown(
        f"近30天{wording.count(record['count'])}（不同文本{wording.count(record['texts'], unit='篇')}），"
        f"此前{wording.count(record['baseline_count'])}"
        f"（其中去年同期{wording.count(record['last_year'])}），升至{rise_text(record['rise'])}，"
        f"q值{render.as_label(q_text(record['q_value']))}；"
        f"首见{tables.moment(record['first_seen'])}，{render.as_label(where)}。"
    )
    if not pd.isna(record["cohesion"]):
        st.caption(
            f"成词依据（全库文本）：凝固度{record['cohesion']:.1f}，"
            f"左邻字熵{record['left_entropy']:.1f}，右邻字熵{record['right_entropy']:.1f}，"
            f"全库q值{render.as_label(q_text(record['found_q']))}。"
            "凝固度高说明几个字总在一起；左右邻字熵高说明前后搭配多样，是独立的词。"
        )
    else:
        st.caption("本次更新未再识别为新词，因已有研判结果而保留。")


def show_decision(viewer: Viewer, word: str, decision: Decision | None, *, pending: bool) -> None:
    """Draw what was decided, and for those who may decide the buttons."""
    saving.show(_PLACE)
    if decision is not None:
        note = f"，说明：{render.as_label(decision.note)}" if decision.note else ""
        waits = "，待下次更新生效" if pending else ""
        st.markdown(
            f"**{STATES.get(decision.verdict, decision.verdict)}**{waits} "
            f":small[{render.as_label(decision.decided_by)}，"
            f"{decision.decided_at:%Y-%m-%d}{note}]"
        )
    if not may_decide(viewer):
        return
    key = f"new_word.{word}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            "研判说明",
            max_chars=store.MAX_DECISION_NOTE,
            key=f"{key}.note",
            placeholder="研判说明（可不填）",
            label_visibility="collapsed",
            width=220,
        )
        for verdict, (label, icon) in _VERBS.items():
            st.button(
                label,
                icon=icon,
                key=f"{key}.{verdict}",
                disabled=decision is not None and decision.verdict == verdict,
                on_click=saving.told(
                    _PLACE, functools.partial(_decide, viewer, word, verdict, key), _FAULTS
                ),
            )
        if decision is not None:
            number = decision.decision_id
            st.button(
                "撤回研判",
                icon=":material/undo:",
                key=f"{key}.withdraw",
                on_click=saving.told(
                    _PLACE, lambda: store.withdraw(viewer, DecisionKind.WORD, number), _FAULTS
                ),
            )


def _decide(viewer: Viewer, word: str, verdict: WordVerdict, key: str) -> None:
    others = tuple(each.value for each in WordVerdict if each is not verdict)
    store.decide(
        viewer,
        DecisionKind.WORD,
        word.lower(),
        verdict.value,
        details={"word": word},
        note=str(st.session_state.get(f"{key}.note", "")).strip(),
        instead_of=others,
    )


def show_around(of_word: Selection, scope: Scope) -> None:
    """Draw the members that the submissions of a word are about; a click filters the page."""
    measure = MEASURES["submissions"]
    views = [view for view in boards.views(of_word, {}, scope) if view.board.key in AROUND]
    views.sort(key=lambda view: AROUND.index(view.board.key))
    counted = leaderboards.fetch(views, of_word, scope, measure)
    drawn = [
        leaderboards.board_content(view, found, of_word, measure, limit=MEMBERS)
        for view, found in zip(views, counted, strict=True)
    ]
    panels.show(
        "boards",
        {"boards": [each | {"more": False, "wide": False} for each in drawn]},
        key="new_word_boards",
        on_click=explorer_clicks.on_board(views, scope),
    )


def beside(of_word: Selection, scope: Scope, word: str) -> list[str]:
    """Return the words that submissions with a word hold more often than others, the surest first.

    Only where words are derived; none otherwise.
    """
    found = findings_data.words_against_rest(of_word, scope)
    compared = compare_words(
        found.frame["inside"],
        found.frame["rest"],
        total=found.totals["inside"],
        baseline_total=found.totals["rest"],
    )
    sure = compared[(compared["z"] > 0) & (compared["q_value"] <= 0.01)]
    return [str(each) for each in sure.index if each != word.lower()][:BESIDE]
