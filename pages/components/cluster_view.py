"""Clusters as shown: those of the warehouse, with what people decided since then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from analytics import cluster_levels, cluster_matching, text_map
from pages.components import address, cluster_filter, findings_data, render, wording
from pages.components.findings_data import ClusterCounts, ClusterRun
from pages.components.store import Decision
from queries.scope import Scope
from queries.selection import Comparison, DateRange, InvalidSelectionError, Selection

LEVELS = {
    code: f"{label}（约{cluster_levels.LEVELS[code]}类）"
    for code, label in (("coarse", "概览"), ("medium", "中等"), ("fine", "细分"))
}
"""Zooms, coarse first, by their code in the address."""

STEADY = 0.4
"""Stability below which a cluster is but a hint; ours."""

WAITING = "待下次更新生效"

VERDICTS = {
    "renamed": "改名",
    "merged": "合并",
    "split": "拆分",
    "hidden": "隐藏",
    "pinned": "置顶",
}


Cluster = Mapping[Any, Any] | pd.Series
"""One row of the frame of a `View`."""


@dataclass(frozen=True, slots=True)
class View:
    """The clusters of a level, in order.

    Attributes
    ----------
    frame
        As `queries.clusters.ClusterCounts.frame`, with ``keys`` (tuple: the clusters of the
        warehouse in it) and ``waiting`` (what of it waits for the next refresh, or empty).
    withdrawn
        Decisions taken back that the warehouse still follows.
    """

    frame: pd.DataFrame
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Within:
    """A cluster whose parts at the next finer zoom are listed."""

    keys: tuple[str, ...]
    title: str


def title(cluster: Cluster) -> str:
    """Return what stands for a cluster: its name, else its first label words.

    Examples
    --------
    >>> title(pd.Series({"name": "", "words": ["健身", "退费"]}))
    '健身、退费'
    """
    words = cluster["words"]
    return cluster_filter.title(
        str(cluster["name"]), tuple(words) if isinstance(words, list) else ()
    )


def level_of(decision: Decision) -> str:
    """Return the zoom that a decision is about."""
    return str(decision.details.get("level", ""))


def keys_of(decision: Decision) -> tuple[str, ...]:
    """Return the clusters that a decision is about, as they were called then."""
    return tuple(map(str, decision.details.get("keys", ())))


def name_of(decision: Decision) -> str:
    """Return the name that a decision gives, or nothing."""
    return str(decision.details.get("name", ""))


def view_of(
    frame: pd.DataFrame, decisions: Sequence[Decision], followed: Mapping[int, bool], *, level: str
) -> View:
    """Return the clusters with the decisions that the warehouse does not follow yet.

    Parameters
    ----------
    frame
        As `queries.clusters.ClusterCounts.frame`.
    decisions
        All that hold, oldest first.
    followed
        As `queries.clusters.ClusterRun.followed`.
    """
    shown = frame.assign(
        keys=pd.Series([(key,) for key in frame["cluster_key"]], frame.index, dtype=object),
        waiting="",
    )
    for each in decisions:
        if level_of(each) == level and each.decision_id not in followed:
            shown = _with(shown, each)
    holding = {each.decision_id for each in decisions}
    shown = shown.sort_values(
        ["pinned", "submissions", "cluster_key"], ascending=[False, False, True]
    )
    return View(shown.reset_index(drop=True), len(set(followed) - holding))


def _with(shown: pd.DataFrame, decision: Decision) -> pd.DataFrame:
    """Return the clusters with one more decision."""
    wanted = [key for key in keys_of(decision) if _holds(shown, key).any()]
    if not wanted:
        return shown
    if decision.verdict == "merged":
        shown = _merged(shown, wanted)
    first = _holds(shown, wanted[0])
    changed = {}
    if decision.verdict in {"hidden", "pinned"}:
        changed[decision.verdict] = shown[decision.verdict].astype(bool) | first
    if name_of(decision):
        changed["name"] = shown["name"].mask(first, name_of(decision))
    done = VERDICTS.get(decision.verdict, "")
    changed["waiting"] = shown["waiting"].mask(
        first, [f"{each}、{done}" if each else done for each in shown["waiting"]]
    )
    return shown.assign(**changed)


def _holds(shown: pd.DataFrame, key: str) -> npt.NDArray[np.bool_]:
    return np.array([key in keys for keys in shown["keys"]], dtype=bool)


def _merged(shown: pd.DataFrame, wanted: Sequence[str]) -> pd.DataFrame:
    """Return the clusters that hold these keys as one, named as the one that holds the first."""
    meant = np.logical_or.reduce([_holds(shown, key) for key in wanted])
    if meant.sum() < 2:
        return shown
    whole = shown[meant]
    one = dict(shown[_holds(shown, wanted[0])].iloc[0])
    for name in ("submissions", "compared", "change", "share"):
        one[name] = whole[name].sum(skipna=False)
    one["change_rate"] = one["change"] / one["compared"] if one["compared"] else float("nan")
    one["keys"] = tuple(key for keys in whole["keys"] for key in keys)
    one["stability"] = float("nan")
    one["is_new"] = bool(whole["is_new"].all())
    rows = [one, *(dict(row) for _, row in shown[~meant].iterrows())]
    return pd.DataFrame(rows, columns=shown.columns)


def said(
    run: ClusterRun, counted: ClusterCounts, selection: Selection, days: DateRange, *, level: str
) -> str:
    """Return what is to be known of the run and of the days counted before the figures are read.

    Parameters
    ----------
    days
        Those of the selection.
    """
    if run.first_day is None or run.last_day is None:
        return "数据中没有诉求，未作聚类。"
    what = "登记的投诉和举报（不含咨询）"
    if run.sampled:
        what += "，文本过多，按固定规则抽取一部分"
    told = [
        f"聚类覆盖{wording.days_text(DateRange(run.first_day, run.last_day))}{what}",
        f"当前筛选下参与聚类{wording.count(counted.clustered)}",
    ]
    if counted.days is not None and counted.days != days:
        told.append(f"统计期超出覆盖日期，只统计{wording.days_text(counted.days)}")
    if counted.compared_days is None and selection.comparison is not Comparison.NONE:
        told.append("比较期不全在覆盖日期内，不作比较")
    stability = run.stability.get(level)
    told.append(
        "文本不足20件，未测算稳定度"
        if stability is None
        else f"本级稳定度{stability:.2f}（抽半数重做聚类的平均一致程度，1为完全一致，0相当于随机）"
    )
    told.append("标签词由全部数据的聚类得出，只列可见范围内的诉求写到的")
    if not run.again:
        told.append("首次聚类，尚无可比的上一次，不标新增")
    return f"{'；'.join(told)}。"


def listed(view: View, *, hidden: bool, within: Within | None) -> pd.DataFrame:
    """Return the clusters of the list: without hidden ones, and of those inside one that was opened."""
    frame = view.frame if hidden else view.frame[~view.frame["hidden"].astype(bool)]
    return frame if within is None else frame[frame["parent_key"].isin(within.keys)]


def chosen(view: View, key: str) -> "pd.Series[Any] | None":
    """Return the cluster that an address names, None if it is not among those of the level."""
    for place, keys in enumerate(view.frame["keys"]):
        if key in keys:
            return view.frame.iloc[place]
    return None


def keys_by_title(view: View) -> dict[str, list[str]]:
    """Return the clusters of the warehouse by what they are called here, in order of the list."""
    found: dict[str, list[str]] = {}
    ordered = view.frame.sort_values("submissions", ascending=False, kind="stable")
    for each in ordered.to_dict("records"):
        found.setdefault(title(each), []).extend(each["keys"])
    return found


def within_of(coarser: View | None, key: str) -> Within | None:
    """Return the cluster of the next coarser zoom whose parts are listed, None for all.

    Parameters
    ----------
    coarser
        The clusters of that zoom; None at the coarsest.
    """
    opened = None if coarser is None or not key else chosen(coarser, key)
    return None if opened is None else Within(tuple(opened["keys"]), title(opened))


def coarser_of(level: str) -> str | None:
    """Return the next coarser zoom, None at the coarsest.

    Examples
    --------
    >>> coarser_of("fine"), coarser_of("coarse")
    ('medium', None)
    """
    at = list(LEVELS).index(level)
    return list(LEVELS)[at - 1] if at else None


def show_within(within: Within | None) -> None:
    """Draw which cluster was opened, and the way back to all."""
    if within is not None:
        st.button(
            f"只列“{as_text(within.title)}”之内的细类",
            icon=":material/close:",
            key="clusters.within",
            help="点击恢复列出全部",
            on_click=lambda: address.go(within=None),
        )


def show_finer(cluster: "pd.Series[Any]", level: str) -> None:
    """Draw the way from a cluster to its parts at the next finer zoom."""
    at = list(LEVELS).index(level) + 1
    if at < len(LEVELS):
        finer = list(LEVELS)[at]
        st.button(
            "展开细类",
            icon=":material/account_tree:",
            key="clusters.finer",
            on_click=lambda: address.go(
                level=finer, within=str(cluster["cluster_key"]), cluster_shown=None
            ),
        )


def show_filter(cluster: "pd.Series[Any]", selection: Selection, scope: Scope) -> None:
    """Draw the way to all pages filtered by a cluster, and to its submissions."""
    keys = cluster["keys"]
    chosen = set(keys) <= set(selection.members("cluster"))
    st.button(
        "取消按此类筛选" if chosen else "在全部页面中按此类筛选",
        icon=":material/filter_alt:",
        type="tertiary",
        key="clusters.filter",
        help="只含聚类覆盖日期内参与聚类的投诉、举报",
        on_click=_filter,
        args=(keys, scope),
        kwargs={"chosen": not chosen},
    )
    st.page_link(
        "pages/submissions.py",
        label="查看诉求明细",
        icon=":material/arrow_forward:",
        query_params=selection.with_filter("cluster", keys).to_query(),
    )


def _filter(keys: tuple[str, ...], scope: Scope, *, chosen: bool) -> None:
    before = address.current(scope)
    members = set(before.members("cluster"))
    try:
        address.go(
            before.with_filter("cluster", members | set(keys) if chosen else members - set(keys))
        )
    except InvalidSelectionError as error:
        address.refuse(error)


def explain_method() -> None:
    """Draw what the method does and where its limits are."""
    with st.popover("方法与局限", icon=":material/help:", type="tertiary"):
        st.markdown(
            "- 按内容用词和词义把相近的诉求归为一类，类名取最有代表性的词，由人改名后以人定为准。\n"
            f"- 先分为约{cluster_levels.LEVELS['fine']}个细类，再逐级合并为约"
            f"{cluster_levels.LEVELS['medium']}类、约{cluster_levels.LEVELS['coarse']}类；"
            f"每类平均至少{cluster_levels.LEAST_MEAN_SIZE}件（本系统设定）。\n"
            f"- 对最近{findings_data.CLUSTERED_DAYS}天的投诉和举报聚类，"
            f"超过{findings_data.CLUSTERED_TEXTS:,}件时按固定规则抽取；"
            f"数据每推进{findings_data.DAYS_BETWEEN_RUNS}天，或可聚类的文本增减超过"
            f"{findings_data.GROWN_SHARE:.0%}时重新聚类（本系统设定）；"
            f"新旧两次按共有诉求和标签词对应，相似度低于{cluster_matching.THRESHOLD}"
            "（本系统设定）的标为“新增”。\n"
            "- 种子主题的词由人给出：写到其中任一词的诉求自成一类，各级都保留，不与其他类合并。\n"
            "- 人的改名、合并、拆分、隐藏、置顶在以后各次聚类中沿用。\n"
            f"- 聚类是辅助归纳，界线不是绝对的：稳定度低于{STEADY}的类（本系统设定）只宜作线索，"
            "结论应以打开的诉求原文为准。\n"
            "- 地图上只有远近有意义，方向和空白宽窄没有含义；"
            f"最多画{text_map.MAX_TEXTS:,}件。"
        )


def as_text(text: str) -> str:
    """Return a text for a heading or a button, letter by letter."""
    return render.as_label(text)
