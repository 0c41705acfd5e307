"""Clusters as a table to take away."""

from collections.abc import Sequence

import pandas as pd

from pages.components import cluster_table, cluster_view
from pages.components.cluster_view import View
from pages.components.exports import Sheet

DEFINITIONS = (
    ("占比", "该类诉求÷当前筛选下参与聚类的诉求"),
    ("稳定度", "抽半数文本重做聚类时该类重现的程度（最大杰卡德系数的平均），0至1"),
)


def sheets(view: View, *, level: str, note: str) -> Sequence[Sheet]:
    """Return the clusters in their order, hidden ones marked."""
    frame = view.frame
    parts = {
        "类": [cluster_view.title(each) for _, each in frame.iterrows()],
        "标签词": ["、".join(words) for words in frame["words"]],
        "标记": [cluster_table.marks(each) for _, each in frame.iterrows()],
        "诉求量（件）": frame["submissions"].to_list(),
        "占比": frame["share"].to_list(),
        "比较期（件）": frame["compared"].to_list(),
        "稳定度": frame["stability"].astype(float).to_list(),
        "编号": frame["cluster_key"].to_list(),
    }
    title = f"诉求聚类_{level}"
    return [Sheet(title, pd.DataFrame(parts), DEFINITIONS, shares=frozenset({"占比"}), note=note)]
