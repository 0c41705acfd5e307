"""The clusters in a table, and the tables of one cluster: where its submissions come from."""

from typing import Any

import pandas as pd

from pages.components import cluster_view, grid, leaderboards, member_names, wording
from pages.components.cluster_view import Cluster
from pages.components.grid import Cell, Head, Row
from queries.results import Breakdown
from queries.selection import Comparison

BOARD = "clusters"

BESIDE, BELOW = ("county_code", "issue_subtype"), ("industry", "operator_id")
"""Levels by which the submissions of a cluster are counted, beside its list and below it."""


def content(shown: pd.DataFrame, *, chosen: str, comparison: Comparison) -> dict[str, Any]:
    """Return the clusters as the grid panel draws them; a click carries the cluster's key."""
    clusters = shown.to_dict("records")
    marked = any(marks(each) for each in clusters)
    compared = leaderboards.COMPARED[comparison] or "环比"
    heads = [
        Head("类"),
        *([Head("标记", width=118)] if marked else []),
        Head("诉求量", right=True, width=76),
        Head("占比", right=True, width=70, hint="占本期参与聚类的诉求"),
        Head(compared, right=True, width=84, hint="比较期须全部在聚类覆盖的日期内"),
        Head("稳定度", right=True, width=64, hint="重做聚类时该类重现的程度，0至1"),
    ]
    largest = max(shown["share"], default=0.0)
    rows = [_row(each, chosen, float(largest), marked=marked) for each in clusters]
    return grid.content(BOARD, "诉求聚类", heads, rows, empty="该范围内没有参与聚类的诉求")


def _row(cluster: Cluster, chosen: str, largest: float, *, marked: bool) -> Row:
    stability = cluster["stability"]
    known = not pd.isna(stability)
    change = wording.change("submissions", cluster["submissions"], cluster["compared"])
    told = Cell(marks(cluster), hint=str(cluster["waiting"]) and cluster_view.WAITING)
    return Row(
        str(cluster["cluster_key"]),
        (
            Cell(cluster_view.title(cluster), hint="、".join(cluster["words"])),
            *([told] if marked else []),
            Cell(f"{cluster['submissions']:,}"),
            Cell(
                wording.percent(cluster["share"]),
                bar=cluster["share"] / largest if largest else None,
            ),
            Cell(change.text),
            Cell(
                f"{stability:.2f}" if known else wording.UNKNOWN,
                hint=(
                    f"低于{cluster_view.STEADY:.2f}，仅作线索（本系统设定）"
                    if known and stability < cluster_view.STEADY
                    else ""
                ),
            ),
        ),
        selected=chosen in cluster["keys"],
    )


def marks(cluster: Cluster) -> str:
    """Return what is special of a cluster, in words.

    Examples
    --------
    >>> marks(pd.Series({"pinned": True, "topic": "退费", "is_new": True, "hidden": False, "waiting": ""}))
    '置顶·种子·新增'
    """
    told = [
        "置顶" if cluster["pinned"] else "",
        "种子" if cluster["topic"] else "",
        "新增" if cluster["is_new"] else "",
        "已隐藏" if cluster["hidden"] else "",
        f"{cluster['waiting']}待更新" if cluster["waiting"] else "",
    ]
    return "·".join(filter(None, told))


def origin(found: Breakdown) -> dict[str, Any]:
    """Return where the submissions of a cluster come from, as the grid panel draws it."""
    label = leaderboards.level_label(found.level)
    heads = [
        Head(label),
        Head("诉求量", right=True, width=70),
        Head("占比", right=True, width=66, hint="占该类"),
        Head("平常", right=True, width=66, hint="该成员占全部参与聚类诉求的比例"),
    ]
    names = found.frame["name"] if "name" in found.frame else [None] * len(found.frame)
    rows = [
        Row(
            "" if member is None else str(member),
            (
                Cell(member_names.member_text(found.level, member or "", name)),
                Cell(f"{count:,}"),
                Cell(wording.percent(share), bar=share),
                Cell(wording.percent(usual)),
            ),
            usable=member is not None,
        )
        for member, count, share, usual, name in zip(
            found.frame["member"],
            found.frame["submissions"],
            found.frame["share"],
            found.frame["usual"],
            names,
            strict=True,
        )
    ]
    return grid.content(found.level, f"{label}分布", heads, rows, empty="没有记录")
