"""The list of new words: how they rose, what was decided about them, and which is chosen."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analytics import new_words
from analytics.keyness import compare_words
from pages.components import findings_data, wording
from pages.components.findings_data import NewWords
from pages.components.store import Decision
from queries.vocabulary import WordVerdict

KEY = "new_word"
"""Name of the list in clicks."""

ROWS = 200
"""Words listed at most; ours."""

WEEKS = 26
"""Weeks of the small course of a word."""

SMALLEST_Q = 0.001
"""Below, a q-value is told as smaller than this."""

OPEN = "open"
STATES: Mapping[str, str] = {
    OPEN: "待研判",
    WordVerdict.WATCHED.value: "关注中",
    WordVerdict.ACCEPTED.value: "已采纳",
    WordVerdict.REJECTED.value: "已驳回",
    "all": "全部",
}
"""What the list can be narrowed to, the default first."""

_COLUMNS = (
    ("count", f"近{findings_data.NEW_WORD_DAYS}天", 48, "窗口期内具体问题含该词的诉求件数"),
    ("baseline_count", "此前", 40, "基准期内含该词的诉求件数"),
    ("rise", "倍数", 50, "含该词诉求的占比为基准期的多少倍"),
    (
        "q_value",
        "q值",
        54,
        "可见范围内上升并非偶然的检验，仅在已列出的词之间作多重检验校正，偏乐观；越小越可信",
    ),
    ("state", "状态", 50, "研判结果，更新后保留；带*的待下次更新生效"),
)


def by_word(decisions: Sequence[Decision]) -> dict[str, Decision]:
    """Return the latest decision about each word, by the word in lower case."""
    return {each.subject: each for each in decisions}


def judged(found: NewWords, decisions: Mapping[str, Decision]) -> pd.DataFrame:
    """Return the words counted with their rise in what the viewer may see, the surest first.

    Returns
    -------
    DataFrame
        The columns of `NewWords.frame`, with ``rise`` (times the rate of the past; NaN without a
        past), ``z`` and ``q_value`` of the comparison under the viewer's scope, ``found_q`` of
        the search in all submissions, and ``state``, a code of `STATES`. Words that nothing of
        the window holds are only there if they were decided about.
    """
    frame = found.frame.rename(columns={"q_value": "found_q"})
    state = pd.Series(
        [
            decisions[word.lower()].verdict if word.lower() in decisions else OPEN
            for word in frame["word"]
        ],
        index=frame.index,
        dtype=object,
    )
    frame = frame.assign(state=state)
    frame = frame[(frame["count"] > 0) | (frame["state"] != OPEN)]
    counts = frame.set_index("word")
    compared = compare_words(
        counts["count"].astype("int64"),
        counts["baseline_count"].astype("int64"),
        total=found.total,
        baseline_total=found.baseline_total,
        min_count=1,
    )
    frame = frame.merge(compared[["z", "q_value"]], left_on="word", right_index=True, how="left")
    past_rate = (frame["baseline_count"].astype("float64") + 0.5) / (found.baseline_total or 1)
    rate = frame["count"].astype("float64") / (found.total or 1)
    frame = frame.assign(rise=rate / past_rate)
    if not found.baseline_total:
        frame = frame.assign(rise=float("nan"), z=float("nan"), q_value=float("nan"))
    ordered: pd.DataFrame = frame.sort_values(
        ["z", "count", "word"], ascending=[False, False, True], ignore_index=True
    )
    return ordered


def narrowed(frame: pd.DataFrame, state: str) -> pd.DataFrame:
    """Return the words of a state, a code of `STATES`."""
    return frame if state == "all" else frame[frame["state"] == state]


def content(
    frame: pd.DataFrame, found: NewWords, *, chosen: str, pending: frozenset[str]
) -> dict[str, Any]:
    """Return the list as the ranking panel draws it.

    Parameters
    ----------
    frame
        As from `narrowed`.
    chosen
        The word whose evidence is shown.
    pending
        Words in lower case whose decision waits for the next refresh.
    """
    shown = frame.head(ROWS)
    courses = weekly(found, shown["word"].to_list())
    largest = float(shown["count"].max()) if len(shown) else 0.0
    rows = []
    for number, record in enumerate(shown.to_dict("records"), start=1):
        word = str(record["word"])
        label = state_text(record["state"], pending=word.lower() in pending)
        rows.append(
            {
                "code": word,
                "label": word,
                "tail": "",
                "rank": str(number),
                "move": {"text": "", "tone": "neutral"},
                "cells": [{"text": text, "tone": "neutral"} for text in (*_figures(record), label)],
                "bar": record["count"] / largest if largest else 0.0,
                "trend": courses[word],
                "trendHint": f"近{WEEKS}周逐周件数",
                "hint": f"{word}：{label}，点击查看证据",
                "selected": word == chosen,
                "excluded": False,
                "usable": True,
                "drills": False,
                "focuses": False,
            }
        )
    return {
        "key": KEY,
        "title": "新词",
        "level": "词语",
        "crumbs": [],
        "measures": [],
        "limits": [],
        "move": {"label": "", "sort": "", "hint": ""},
        "columns": [
            {"name": name, "label": label, "width": width, "hint": hint, "sort": "", "sorted": ""}
            for name, label, width, hint in _COLUMNS
        ],
        "rows": rows,
        "chosen": any(row["selected"] for row in rows),
        "excludes": False,
        "empty": "没有符合条件的新词",
        "count": f"共{len(frame)}个" if len(frame) <= ROWS else f"共{len(frame)}个，列出前{ROWS}个",
        "previous": "",
        "next": "",
        "notes": [],
    }


def _figures(record: Mapping[Any, Any]) -> tuple[str, ...]:
    counts = [wording.count(record[name], unit="") for name in ("count", "baseline_count")]
    return (*counts, rise_text(record["rise"]), q_text(record["q_value"]))


def rise_text(rise: float) -> str:
    """Return how many times the past rate a word has.

    Examples
    --------
    >>> rise_text(12.34), rise_text(2345.6), rise_text(float("nan"))
    ('12.3倍', '2,346倍', '—')
    """
    if pd.isna(rise):
        return wording.UNKNOWN
    return f"{rise:,.0f}倍" if rise >= 100 else f"{rise:.1f}倍"


def q_text(q_value: float) -> str:
    """Return a q-value.

    Examples
    --------
    >>> q_text(0.0321), q_text(1e-9), q_text(float("nan"))
    ('0.032', '<0.001', '—')
    """
    if pd.isna(q_value):
        return wording.UNKNOWN
    return f"<{SMALLEST_Q}" if q_value < SMALLEST_Q else f"{q_value:.3f}"


def state_text(state: str, *, pending: bool) -> str:
    """Return a state, and that it waits for the next refresh.

    Examples
    --------
    >>> state_text("accepted", pending=True), state_text("open", pending=False)
    ('已采纳*', '待研判')
    """
    return STATES.get(state, state) + ("*" if pending else "")


def weekly(found: NewWords, words: Sequence[str]) -> dict[str, list[float]]:
    """Return the submissions of each word in the last `WEEKS` weeks that end with the window."""
    window = found.search.window
    if window is None:
        return {word: [] for word in words}
    back = (pd.Timestamp(window.end) - found.daily["day"]).dt.days // 7
    recent = found.daily.assign(week=WEEKS - 1 - back)
    recent = recent[recent["week"].between(0, WEEKS - 1)]
    counts = recent.groupby(["word", "week"])["count"].sum()
    return {word: [float(counts.get((word, week), 0)) for week in range(WEEKS)] for word in words}


TOO_SHORT = (
    f"窗口期之前的数据不足{findings_data.NEW_WORD_LEAST_PAST}天（本系统设定），无法与过去比对，"
    "暂不识别新词；已有研判结果的词仍列出。"
)
METHOD = (
    f"识别方法：从最近{findings_data.NEW_WORD_DAYS}天的具体问题中找出总在一起、前后搭配多样的字串"
    f"（2至{new_words.MAX_LENGTH}字，可含字母数字），不少于{new_words.MIN_TEXTS}篇不同正文写到；"
    "词典、分类目录、区划和企业名称中已有的、常用词拼成的短语除外；"
    f"与此前{findings_data.NEW_WORD_PAST_DAYS}天比对，占比升至{new_words.MIN_RISE:g}倍以上"
    f"且q值不超过{findings_data.NEW_WORD_MAX_Q}才算新词，"
    f"占比不足去年同样日期{findings_data.NEW_WORD_SEASON_RISE:g}倍的季节性用词除外；"
    "格式信函只计一次（以上阈值均为本系统设定）。"
    "数量、倍数和q值按可见范围和筛选条件计算，与上方时间范围无关。带*的研判结果待下次更新生效。"
)


def base_text(found: NewWords) -> str:
    """Return what is counted: the days, the submissions, and how much was searched."""
    window, past = found.search.window, found.search.baseline
    if window is None:
        return "暂无数据。"
    text = f"窗口期{wording.days_text(window)}共{wording.count(found.total)}"
    if past is None:
        return f"{text}。"
    text += f"，基准期{wording.days_text(past)}共{wording.count(found.baseline_total)}。"
    search = found.search
    if search.window_read < search.window_texts or search.baseline_read < search.baseline_total:
        text += (
            f"全库诉求较多，识别时窗口期均匀抽取{search.window_read:,}件、"
            f"基准期均匀抽取{search.baseline_read:,}件（上限为本系统设定），件数仍按全部诉求统计。"
        )
    return text


def pending(found: NewWords, decisions: Mapping[str, Decision]) -> frozenset[str]:
    """Return the words that were accepted, or no longer are, since the submissions were cut."""
    accepted = {
        word for word, each in decisions.items() if each.verdict == WordVerdict.ACCEPTED.value
    }
    return frozenset(accepted ^ found.applied)


def states(frame: pd.DataFrame) -> dict[str, str]:
    """Return the states to choose from, with how many words each has."""
    counts = frame["state"].value_counts()
    return {
        code: f"{label} {len(frame) if code == 'all' else int(counts.get(code, 0))}"
        for code, label in STATES.items()
    }
