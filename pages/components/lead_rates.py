"""How leads of each source and risk model fared: the rates that weigh new candidates."""

from typing import Any

import pandas as pd
import streamlit as st

from analytics.lead_feedback import MODEL, PRIOR_STRENGTH, SOURCE, Feedback
from pages.components import grid, lead_data, lead_labels, panels, wording
from pages.components.exports import Sheet
from pages.components.grid import Cell, Head, Row

GROUPS = {SOURCE: "来源", MODEL: "评分模型"}


def show() -> None:
    """Draw the rates, the largest number of ended leads first."""
    found = lead_data.hit_rates()
    st.markdown("**命中率** 按来源和评分模型，用于折算候选线索的价值")
    panels.show("grid", _table(_ordered(found)), key="hit_rates")
    st.caption(_base_text(found))


def _ordered(found: Feedback) -> pd.DataFrame:
    rates = found.rates
    place = rates["by"].map({name: number for number, name in enumerate(GROUPS)})
    return rates.assign(place=place).sort_values(
        ["place", "ended", "member"], ascending=[True, False, True], ignore_index=True
    )


def member_name(by: str, code: str) -> str:
    """Return the name of a source or model.

    Examples
    --------
    >>> member_name("source", "risk"), member_name("model", "fuzhou-2021.1")
    ('风险评分', 'fuzhou-2021.1')
    """
    return lead_labels.SOURCES.get(code, code) if by == SOURCE else code


def _table(rates: pd.DataFrame) -> dict[str, Any]:
    heads = [
        Head("类别", width=90),
        Head("名称"),
        Head("已有结果", right=True, width=90),
        Head("命中", right=True, width=70),
        Head("命中率", right=True, width=80),
        Head("收缩后", right=True, width=80, hint="向全部线索的命中率靠拢，件数越少靠得越近"),
        Head("95%区间", right=True, width=130),
        Head("价值系数", right=True, width=90),
    ]
    rows = [
        Row(
            f"{record['by']}:{record['member']}",
            (
                Cell(GROUPS[record["by"]]),
                Cell(member_name(record["by"], record["member"])),
                Cell(f"{record['ended']:,}"),
                Cell(f"{record['hits']:,}"),
                Cell(wording.percent(record["rate"])),
                Cell(wording.percent(record["shrunk"])),
                Cell(f"{wording.percent(record['low'])}至{wording.percent(record['high'])}"),
                Cell(f"{record['factor']:.2f}"),
            ),
            usable=False,
        )
        for record in rates.to_dict("records")
    ]
    empty = "还没有办结或决定过的线索，价值不作折算"
    return grid.content("hit_rates", "命中率", heads, rows, empty=empty)


def _base_text(found: Feedback) -> str:
    low, high = found.bounds
    rate = wording.percent(None if pd.isna(found.base_rate) else found.base_rate)
    return (
        f"基数：全部区域已立案、不予立案或办结的线索{found.ended:,}条，立案或处罚的计为命中，"
        f"{found.hits:,}条，合计命中率{rate}；截至目前，不限期间。收缩相当于另加{PRIOR_STRENGTH:g}条"
        f"合计水平的线索；系数为收缩后与合计之比，限于{low:g}至{high:g}（本系统设定）。"
        "一条线索有几个来源时各计一次；移送的线索经过挑选，命中率不代表全部信号。"
    )


def sheet() -> Sheet:
    """Return the rates to take away."""
    found = lead_data.hit_rates()
    rates = _ordered(found)
    frame = pd.DataFrame(
        {
            "类别": [GROUPS[each] for each in rates["by"]],
            "名称": [
                member_name(by, code) for by, code in zip(rates["by"], rates["member"], strict=True)
            ],
            "已有结果": rates["ended"],
            "命中": rates["hits"],
            "命中率": rates["rate"],
            "收缩后": rates["shrunk"],
            "区间下限": rates["low"],
            "区间上限": rates["high"],
            "价值系数": rates["factor"],
        }
    )
    return Sheet(
        "命中率",
        lambda: iter([frame]),
        total=len(frame),
        shares=frozenset(["命中率", "收缩后", "区间下限", "区间上限"]),
        note=_base_text(found),
    )
