"""Names that may be one operator, and operators brought together: lists, figures, one of each."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st

from pages.components import address, data, grid, identity_data, paging, render, store, wording
from pages.components.exports import Sheet
from pages.components.grid import Cell, Head, Row
from pages.components.identity_data import DOUBTFUL, SURE, Identities, Listed
from pages.components.store import Decision
from queries.scope import Scope
from queries.selection import Selection
from queries.vocabulary import DecisionKind, IdentityVerdict

JOINER = "|"
"""Between the two operators that a decision is about."""

BOARD = "identities"
ROWS = 15
"""Rows on one page of a list; ours."""

MOST_LISTED = 1_500
"""Rows that can be paged through; ours, the export has more of them."""

DOUBTS, GROUPS = "doubts", "groups"
LISTS: Mapping[str, str] = MappingProxyType({DOUBTS: "待确认", GROUPS: "已归并"})

VERDICTS: Mapping[str, str] = MappingProxyType(
    {IdentityVerdict.SAME: "同一主体", IdentityVerdict.DIFFERENT: "不同主体"}
)

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "code": "信用代码相同",
        "address": "地址一致",
        "other_address": "地址不一致",
        "ambiguous": "同时与多个主体相近",
        "name": "名称相同",
        "sound": "名称读音相同",
        "own_part": "字号相同",
        "fuzzy": "名称相近",
    }
)

METHOD = (
    "名称先统一写法，去掉所在地、组织形式和行业用词，在同一县区内按名称、读音、地址和信用代码比对；"
    f"把握不低于{SURE:.0%}的自动归并，{DOUBTFUL:.0%}至{SURE:.0%}的，以及与多个主体相近、或与"
    "同组其他名称不一致的，列在此处待确认"
    "（比例为本系统设定，不是统计意义上的概率）。登记原文始终保留。"
)

_HEADS = {
    DOUBTS: (
        Head("名称"),
        Head("可能是"),
        Head("县区", width=96),
        Head("件数", right=True, width=76),
        Head("对方件数", right=True, width=84),
        Head("把握", right=True, width=62),
        Head("依据", width=170),
        Head("人工", width=96),
    ),
    GROUPS: (
        Head("主体"),
        Head("县区", width=110),
        Head("名称数", right=True, width=76, hint="登记中用过的代码或名称"),
        Head("件数", right=True, width=84, hint="当前筛选范围内"),
        Head("最低把握", right=True, width=84),
        Head("归并方式", width=96),
    ),
}


def show_figures(found: Identities) -> None:
    """Draw how many operators the names of the selection are."""
    shown = (
        ("登记诉求", wording.count(found.total), ""),
        ("写明主体", wording.count(found.named), "填写了企业名称或信用代码"),
        ("归并前", wording.count(found.raw, "个"), "按信用代码，没有的按名称和县区"),
        ("归并后", wording.count(found.operators, "个"), "各页按此计主体"),
    )
    for column, (label, value, hint) in zip(st.columns(len(shown)), shown, strict=True):
        column.metric(label, value, help=hint or None)


def base_text(found: Identities) -> str:
    """Return what the figures are counted from."""
    return (
        f"{wording.days_text(found.days)}登记的{wording.count(found.total)}诉求，"
        f"其中{wording.count(found.named)}写明主体；"
        f"数据截至{wording.date_text(data.status().last_day)}。{METHOD}"
    )


def fetch(selection: Selection, scope: Scope, kind: str, *, limit: int) -> Listed:
    """Return a list by its name in the address."""
    read = identity_data.doubts if kind == DOUBTS else identity_data.groups
    return read(selection, scope, limit=limit)


def decided() -> dict[frozenset[str], Decision]:
    """Return what was last decided, by the two operators it is about."""
    return {
        frozenset(each.subject.split(JOINER)): each
        for each in store.decisions(DecisionKind.IDENTITY)
    }


def pair_code(record: Mapping[Any, Any]) -> str:
    """Return what stands for a doubtful pair in the address."""
    return JOINER.join(sorted((record["raw_operator_id"], record["candidate_id"])))


def cells(
    record: Mapping[Any, Any], kind: str, verdicts: Mapping[frozenset[str], Decision]
) -> list[str]:
    """Return the texts of one row under the heads of its list."""
    county = wording.label("county_code", record["county_code"])
    sure = wording.percent(record["confidence"])
    if kind == GROUPS:
        how = "人工" if record["by_person"] else "自动"
        names = wording.count(record["names"], "个")
        return [record["name"], county, names, wording.count(record["said"]), sure, how]
    known = verdicts.get(frozenset((record["raw_operator_id"], record["candidate_id"])))
    return [
        record["name"],
        record["candidate_name"],
        county,
        wording.count(record["said"]),
        wording.count(record["candidate_said"]),
        sure,
        reasons_text(record["reason"]),
        VERDICTS[known.verdict] if known else wording.UNKNOWN,
    ]


def reasons_text(codes: object) -> str:
    """Return why two names may be one.

    Examples
    --------
    >>> reasons_text("own_part,other_address")
    '字号相同、地址不一致'
    """
    return "、".join(REASONS.get(each, each) for each in str(codes).split(",") if each)


def content(found: Listed, kind: str, *, page: int) -> dict[str, Any]:
    """Return one page of a list as the grid panel draws it."""
    verdicts = decided()
    part = found.frame.iloc[(page - 1) * ROWS : page * ROWS].to_dict("records")
    rows = [
        Row(
            pair_code(each) if kind == DOUBTS else each["operator_id"],
            tuple(Cell(text) for text in cells(each, kind, verdicts)),
        )
        for each in part
    ]
    empty = {DOUBTS: "该范围内没有待确认的名称", GROUPS: "该范围内没有归并过的主体"}[kind]
    return grid.content(BOARD, LISTS[kind], _HEADS[kind], rows, empty=empty)


def show_head(found: Listed, kind: str) -> None:
    """Draw how long a list is, and its page numbers."""
    unit = "对" if kind == DOUBTS else "个主体"
    cut = (
        f"，列出前{len(found.frame):,}{unit}，其余见导出" if len(found.frame) < found.total else ""
    )
    order = "筛选范围内双方均有诉求，按把握从高到低" if kind == DOUBTS else "按件数从多到少"
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.markdown(f"**{LISTS[kind]}**　共{found.total:,}{unit}，{order}{cut}。", width="content")
        paging.choose_if_many(
            address.query(), len(found.frame), ROWS, key=f"identities.page.{kind}"
        )


def show_side(record: Mapping[Any, Any], prefix: str, selection: Selection) -> None:
    """Draw one of two operators that may be one."""
    code = record["raw_operator_id" if not prefix else "candidate_id"]
    with st.container(border=True):
        st.markdown(f"**{render.as_label(record[f'{prefix}name'])}**")
        st.markdown(render.as_label(f"代码：{code_text(code)}"))
        st.markdown(render.as_label(f"地址：{wording.not_stated(record[f'{prefix}address'])}"))
        show_link(code, selection, wording.count(record[f"{prefix}said"]))


def code_text(code: str) -> str:
    """Return an operator's social credit code, or that there is none."""
    return "未填信用代码" if code.startswith("n-") else code


def show_link(operator: str, selection: Selection, number: str) -> None:
    """Draw the way to an operator's submissions."""
    chosen = selection.without("operator").with_filter("operator", (operator,))
    st.page_link(
        "pages/submissions.py",
        label=f"查看诉求明细（{number}）",
        query_params=chosen.to_query(),
        icon=":material/list_alt:",
    )


def sheets(selection: Selection, scope: Scope) -> Sequence[Sheet]:
    """Return both lists as tables to take away."""
    verdicts = decided()
    told = identity_data.identities(selection, scope)
    made = []
    for kind, title in LISTS.items():
        found = fetch(selection, scope, kind, limit=identity_data.MAX_LISTED)
        rows = [cells(each, kind, verdicts) for each in found.frame.to_dict("records")]
        frame = pd.DataFrame(rows, columns=[each.label for each in _HEADS[kind]], dtype=object)
        made.append(Sheet(title, frame, total=found.total, note=base_text(told)))
    return made
