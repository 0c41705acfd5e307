"""Words that rose beyond chance, and words that set a selection apart from all else in scope."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from analytics.keyness import compare_words
from pages.components import data, findings_data, grid, panels, wording
from pages.components.boards import WORD
from pages.components.caching import ENTRIES, KEYS, TTL
from pages.components.data import Source, source_now
from pages.components.exports import Sheet
from pages.components.findings_data import WordCounts
from pages.components.grid import Cell, Head, Row
from pages.components.new_word_table import q_text
from pages.components.panels import Click
from queries.scope import Scope
from queries.selection import Selection

LENSES = {"rise": "上升显著的词", "contrast": "本范围特有的词"}
"""What words are compared for, the default first."""

CLOSED = {"none": "不展开"} | LENSES
"""The same where other parts of the page come first."""

ROWS = 20
"""Words listed; ours."""

MAX_Q = 0.01
"""Largest q-value of a word that is listed; ours."""

NO_PAST = "上期数据不全，无法比较上升。"

_DEFINITIONS = (
    ("显著度（z）", "对数优势比除以其标准误，含先验；越大越不像偶然"),
    ("q值", "经多重检验校正的检验概率"),
)


def risen(found: WordCounts) -> pd.DataFrame:
    """Return the words that rose beyond chance, the surest first.

    A word has risen if it did against the period before and, where that is known, against the same
    season of last year too.

    Returns
    -------
    DataFrame
        Index ``word``; ``current``, ``previous``, ``last_year`` (submissions), ``z``,
        ``q_value``, ``yearly_z``; NaN where there is no last year. No rows without a period before.
    """
    columns = ["current", "previous", "last_year", "z", "q_value", "yearly_z"]
    if "previous" not in found.frame:
        return pd.DataFrame(columns=pd.Index(columns))
    frame = found.frame.copy()
    compared = _compared(found, "current", "previous")
    frame["z"], frame["q_value"] = compared["z"], compared["q_value"]
    frame["yearly_z"] = float("nan")
    if "last_year" in frame:
        frame["yearly_z"] = _compared(found, "current", "last_year")["z"]
    else:
        frame["last_year"] = float("nan")
    frame["surest"] = frame[["z", "yearly_z"]].min(axis=1)
    kept = frame[(frame["q_value"] <= MAX_Q) & (frame["surest"] > 0)]
    ordered: pd.DataFrame = _in_order(kept, "surest")[columns]
    return ordered


def distinguishing(found: WordCounts) -> pd.DataFrame:
    """Return the words that what is selected holds more often than all else, the surest first.

    Returns
    -------
    DataFrame
        Index ``word``; ``inside``, ``rest`` (submissions), ``share``, ``rest_share`` (0–1),
        ``z``, ``q_value``.
    """
    compared = _compared(found, "inside", "rest")
    frame = found.frame.assign(
        share=compared["share"],
        rest_share=compared["baseline_share"],
        z=compared["z"],
        q_value=compared["q_value"],
    )
    kept = frame[(frame["q_value"] <= MAX_Q) & (frame["z"] > 0)]
    return _in_order(kept, "z")


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _risen(source: Source, selection: Selection, scope: Scope) -> pd.DataFrame:  # noqa: ARG001 (cache key)
    return risen(findings_data.words_over_time(selection, scope))


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _distinguishing(source: Source, selection: Selection, scope: Scope) -> pd.DataFrame:  # noqa: ARG001
    return distinguishing(findings_data.words_against_rest(selection, scope))


def set_apart(selection: Selection, scope: Scope) -> pd.DataFrame:
    """Return `distinguishing` of a selection against all else in scope, through the cache."""
    return _distinguishing(source_now(), selection, scope)


def _compared(found: WordCounts, now: str, past: str) -> pd.DataFrame:
    return compare_words(
        found.frame[now],
        found.frame[past],
        total=found.totals[now],
        baseline_total=found.totals[past],
    )


def _in_order(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    by_name = frame.sort_index()
    return by_name.sort_values(column, ascending=False, kind="stable")


def show(
    lens: str,
    selection: Selection,
    scope: Scope,
    *,
    terms: Sequence[str],
    on_click: Callable[[Click], None],
) -> None:
    """Draw the words of a lens, a code of `CLOSED`; a click searches for the word."""
    if lens == "contrast":
        _show_contrast(selection, scope, terms, on_click)
    elif lens == "rise":
        _show_rise(selection, scope, terms, on_click)


def _show_rise(
    selection: Selection, scope: Scope, terms: Sequence[str], on_click: Callable[[Click], None]
) -> None:
    found = findings_data.words_over_time(selection, scope)
    if "previous" not in found.days:
        st.caption(NO_PAST)
        return
    every = _risen(source_now(), selection, scope)
    frame = every.head(ROWS)
    heads = [
        Head("词语"),
        Head("本期", right=True, width=62),
        Head("上期", right=True, width=62),
        Head("显著度", right=True, width=62, hint=_DEFINITIONS[0][1]),
        Head("q值", right=True, width=66, hint=_DEFINITIONS[1][1]),
        Head("去年同期", right=True, width=72),
        Head("比去年显著度", right=True, width=92),
    ]
    rows = [
        _row(
            record,
            terms,
            *[wording.count(record[name], unit="") for name in ("current", "previous")],
            z_text(record["z"]),
            q_text(record["q_value"]),
            wording.count(record["last_year"], unit=""),
            z_text(record["yearly_z"]),
        )
        for record in frame.reset_index().to_dict("records")
    ]
    note = _rise_note(found, listed=len(frame), total=len(every))
    _draw("上升显著的词", heads, rows, on_click, empty="没有比上期显著上升的词", note=note)


def _listed(listed: int, total: int) -> str:
    return f"共{total:,}个词，" + ("全部列出。" if listed == total else f"列出前{listed:,}个。")


def _rise_note(found: WordCounts, *, listed: int, total: int) -> str:
    """Return what words were compared over, which are listed, and how many of how many."""
    if "previous" not in found.days:
        return f"{NO_PAST}{_base(found, 'current', '本期')}。"
    named = (("current", "本期"), ("previous", "上期"), ("last_year", "去年同期"))
    base = [_base(found, name, label) for name, label in named if name in found.days]
    yearly = "且比去年同期也上升" if "last_year" in found.days else ""
    season = "因此季节性用词不列" if yearly else "去年同期数据不全，季节性用词未能排除"
    return (
        f"{'，'.join(base)}。{_listed(listed, total)}"
        "比较含该词的诉求占比，按带先验的对数优势比排序；本期不少于"
        f"{found.least}件、q值不超过{MAX_Q}{yearly}才列出（本系统设定），{season}。"
        "格式信函会使其中的词一起上升，可开启去重口径剔除重复件。"
    )


def _show_contrast(
    selection: Selection, scope: Scope, terms: Sequence[str], on_click: Callable[[Click], None]
) -> None:
    if not selection.filters and not terms:
        st.caption(
            "添加筛选条件（如区域、行业、问题或搜索词）后，列出所选诉求比其余诉求更常用的词。"
        )
        return
    found = findings_data.words_against_rest(selection, scope)
    every = set_apart(selection, scope)
    frame = every.head(ROWS)
    heads = [
        Head("词语"),
        Head("所选", right=True, width=62),
        Head("占比", right=True, width=62),
        Head("其余", right=True, width=62),
        Head("其余占比", right=True, width=72),
        Head("显著度", right=True, width=62, hint=_DEFINITIONS[0][1]),
        Head("q值", right=True, width=66, hint=_DEFINITIONS[1][1]),
    ]
    rows = [
        _row(
            record,
            terms,
            wording.count(record["inside"], unit=""),
            wording.percent(record["share"]),
            wording.count(record["rest"], unit=""),
            wording.percent(record["rest_share"]),
            z_text(record["z"]),
            q_text(record["q_value"]),
        )
        for record in frame.reset_index().to_dict("records")
    ]
    note = _contrast_note(found, listed=len(frame), total=len(every))
    _draw("本范围特有的词", heads, rows, on_click, empty="没有比其余诉求显著更常用的词", note=note)


def _contrast_note(found: WordCounts, *, listed: int, total: int) -> str:
    """Return what words were compared over, which are listed, and how many of how many."""
    return (
        f"{_base(found, 'inside', '所选')}，{_base(found, 'rest', '可见范围内其余诉求')}。"
        f"{_listed(listed, total)}"
        f"所选不少于{found.least}件且q值不超过{MAX_Q}才列出（本系统设定）。"
    )


def _row(record: Mapping[Any, Any], terms: Sequence[str], *figures: str) -> Row:
    word = str(record["word"])
    return Row(word, (Cell(word), *[Cell(text) for text in figures]), selected=word in terms)


def _draw(
    title: str,
    heads: Sequence[Head],
    rows: Sequence[Row],
    on_click: Callable[[Click], None],
    *,
    empty: str,
    note: str,
) -> None:
    listed, read = st.columns([60, 40], gap="medium")
    with listed:
        panels.show(
            "grid",
            grid.content(WORD, title, heads, rows, empty=empty),
            key="word_keyness",
            on_click=on_click,
        )
    read.caption(note)


def _base(found: WordCounts, name: str, label: str) -> str:
    days = wording.days_text(found.days[name])
    return f"{label}（{days}）{wording.count(found.totals[name])}"


def z_text(value: float) -> str:
    """Return how sure a difference is, in standard errors.

    Examples
    --------
    >>> z_text(3.14), z_text(float("nan"))
    ('3.1', '—')
    """
    return wording.UNKNOWN if pd.isna(value) else f"{value:.1f}"


def sheets(selection: Selection, scope: Scope) -> list[Sheet]:
    """Return the words that rose, and those that set the selection apart, to take away."""
    over_time = findings_data.words_over_time(selection, scope)
    rise = _risen(source_now(), selection, scope).reset_index(names="word")
    rise = rise.set_axis(
        [
            "词语",
            "本期（件）",
            "上期（件）",
            "去年同期（件）",
            "显著度（z）",
            "q值",
            "比去年显著度（z）",
        ],
        axis=1,
    )
    until = f"数据截至{wording.date_text(data.status().last_day)}"
    told = _rise_note(over_time, listed=len(rise), total=len(rise))
    made = [Sheet("上升显著的词", rise, _DEFINITIONS, total=len(rise), note=f"{told}{until}")]
    if selection.filters or selection.text:
        against = findings_data.words_against_rest(selection, scope)
        apart = set_apart(selection, scope).reset_index(names="word")
        apart = apart.set_axis(
            ["词语", "所选（件）", "其余（件）", "所选占比", "其余占比", "显著度（z）", "q值"],
            axis=1,
        )
        shares = frozenset({"所选占比", "其余占比"})
        told = _contrast_note(against, listed=len(apart), total=len(apart))
        made.append(
            Sheet(
                "本范围特有的词",
                apart,
                _DEFINITIONS,
                total=len(apart),
                shares=shares,
                note=f"{told}{until}",
            )
        )
    return made
