"""The list of categories to check: what is entered, what a model suggests, and why."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.components import (
    choices,
    data,
    findings_data,
    grid,
    listing,
    paging,
    panels,
    tables,
    wording,
)
from pages.components.exports import Sheet
from pages.components.findings_data import CategoryDoubts
from pages.components.grid import Cell, Head, Row
from pages.components.panels import Click
from queries.scope import Scope
from queries.selection import Selection

KINDS = {
    findings_data.CONTRADICTION: "登记类别与正文不符",
    findings_data.UNCLEAR: "未填类别或填其他",
}
ROWS = 20
SHOWN = 60
"""Characters of a narrative in the list."""

FEW_COMPARED = 20
"""Records below which no share is told; ours."""

NOT_JUDGED = "类别尚未随数据更新核对，请管理员运行刷新任务。"

_OPENED = "category_list.opened"


def show(selection: Selection, scope: Scope, *, asked: Mapping[str, str]) -> None:
    """Draw one page of the list."""
    opened = st.session_state.pop(_OPENED, None)
    if isinstance(opened, str):
        st.switch_page("pages/submissions.py", query_params={"id": opened})
    if not findings_data.categories_are_judged():
        st.info(NOT_JUDGED, icon=":material/search_off:")
        return
    kind = choices.choose("doubt", KINDS, asked, label="核对内容")
    number = listing.place(asked).number
    found = _found(selection, scope, kind, number)
    if number > found.listed.pages:
        found = _found(selection, scope, kind, found.listed.pages)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{KINDS[kind]}** :small[{head_text(found, kind)}]", width="content")
        if found.listed.pages > 1:
            paging.choose(found.listed.page, found.listed.pages, key="list.page")
    heads = [
        Head("登记时间", width=126),
        Head("承办单位", width=180),
        Head("登记类别", width=140),
        Head("建议类别", width=140),
        Head("置信度", width=66),
        Head("依据词", width=200),
        Head("具体问题"),
    ]
    rows = [_row(record) for record in found.listed.frame.to_dict("records")]
    panels.show(
        "grid",
        grid.content("category_doubts", KINDS[kind], heads, rows, empty="没有需要核对的类别。"),
        key="category_doubts",
        on_click=_clicked,
    )
    st.caption(base_text(found))


def _found(selection: Selection, scope: Scope, kind: str, page: int) -> CategoryDoubts:
    return findings_data.category_doubts(selection, scope, kind=kind, limit=ROWS, page=page)


def _row(record: Mapping[Any, Any]) -> Row:
    narrative = "" if tables.is_missing(record["narrative"]) else str(record["narrative"])
    reasons = "、".join(str(record["reasons"]).split())
    cells = (
        Cell(tables.moment(record["registered_at"]), hint=record["submission_id"]),
        Cell(tables.text_of("handling_unit", record["handling_unit"])),
        Cell(tables.text_of("issue_type", record["entered"])),
        Cell(tables.text_of("issue_type", record["suggested"])),
        Cell(wording.percent(record["confidence"])),
        Cell(reasons or "—", hint=reasons),
        Cell(narrative[:SHOWN] or wording.UNKNOWN, hint=narrative),
    )
    return Row(record["submission_id"], cells)


def head_text(found: CategoryDoubts, kind: str) -> str:
    """Return how many are listed, of how many judged."""
    return (
        f"共{wording.count(found.totals[kind])}，占已核对{wording.count(found.judged)}的"
        f"{_share(found.totals[kind], found.judged)}；按置信度由高到低，点击登记时间查看诉求"
    )


def _share(part: int, base: int) -> str:
    return wording.percent(part / base) if base >= FEW_COMPARED else "—（不足20件不计占比）"


def base_text(found: CategoryDoubts) -> str:
    """Return what was judged, how far the suggestions can be trusted, and what they are for."""
    covered = (
        "没有可供核对的诉求（须有正文，且已登记类别的同类诉求足够学习）"
        if found.days is None
        else f"核对范围为{wording.days_text(found.days)}内有正文的投诉、举报"
    )
    agreeing = (
        f"所选范围内已登记类别的{wording.count(found.compared)}中，模型在未学习该件的情况下所建议的类别与登记一致的占"
        f"{_share(found.agreeing, found.compared)}"
    )
    return (
        f"建议类别由模型给出，供核对，不作为考核依据。{covered}；{agreeing}。"
        "列出界限为本系统设定：与正文不符的置信度不低于90%，未填类别或填其他的不低于60%；"
        f"投诉、举报各取最近{findings_data.MAX_JUDGED:,}件学习和核对。数据截至{wording.date_text(data.status().last_day)}。"
    )


def sheets(selection: Selection, scope: Scope) -> list[Sheet]:
    """Return the lists to take away, none where categories are not judged."""
    if not findings_data.categories_are_judged():
        return []
    return [_sheet(selection, scope, kind) for kind in KINDS]


def _sheet(selection: Selection, scope: Scope, kind: str) -> Sheet:
    limit = findings_data.MAX_DOUBTS
    found = findings_data.category_doubts(selection, scope, kind=kind, limit=limit)
    frame = pd.DataFrame(
        [
            (
                record["submission_id"],
                tables.text_of("kind", record["kind"]),
                record["registered_at"],
                tables.text_of("handling_unit", record["handling_unit"]),
                tables.text_of("issue_type", record["entered"]),
                tables.text_of("issue_type", record["suggested"]),
                record["confidence"],
                "、".join(str(record["reasons"]).split()),
                record["narrative"],
            )
            for record in found.listed.frame.to_dict("records")
        ],
        columns=[
            "登记编号", "类型", "登记时间", "承办单位", "登记类别", "建议类别", "置信度", "依据词",
            "具体问题",
        ],
    )  # fmt: skip
    return Sheet(
        f"类别核对 {KINDS[kind]}",
        frame,
        total=found.listed.total,
        note=f"{base_text(found)}按置信度由高到低，最多{limit:,}件",
    )


def _clicked(click: Click) -> None:
    """Remember what to open: a page is left in a run, not in the answer to a click."""
    st.session_state[_OPENED] = click.code
