"""The list of entries to correct: what is missing or contradicts itself, each a click from its record."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.components import (
    address,
    entry_figures,
    findings_data,
    grid,
    listing,
    paging,
    panels,
    tables,
    wording,
)
from pages.components.exports import Sheet
from pages.components.grid import Cell, Head, Row
from pages.components.panels import Click
from queries.scope import Scope
from queries.selection import Selection

ROWS = 20
SHOWN = 120
"""Characters of a narrative in the list, more than the widest screen shows; ours."""

_OPENED = "entry_list.opened"


def show(selection: Selection, scope: Scope, *, wanting: str, page: int) -> None:
    """Draw one page of the list."""
    opened = st.session_state.pop(_OPENED, None)
    if isinstance(opened, str):
        st.switch_page("pages/submissions.py", query_params={"id": opened})
    found = findings_data.corrections(selection, scope, wanting=wanting, page=page, page_size=ROWS)
    if page > found.pages:
        found = findings_data.corrections(
            selection, scope, wanting=wanting, page=found.pages, page_size=ROWS
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f"**待核对补正** :small[{entry_figures.names_of(wanting)}，共{wording.count(found.total)}，"
            "按登记时间由近到远，点击登记时间查看诉求]",
            width="content",
        )
        if wanting:
            st.button(
                "显示全部",
                icon=":material/close:",
                type="tertiary",
                on_click=lambda: address.go(lack=None, page=None),
            )
        if found.pages > 1:
            paging.choose(found.page, found.pages, key="list.page")
    rows = [_row(record) for record in listing.named(found.frame).to_dict("records")]
    heads = [
        Head("登记时间", width=126),
        Head("类型", width=46),
        Head("承办单位", width=180),
        Head("缺少要素", width=160),
        Head("前后矛盾", width=200 if any(row.cells[4].hint for row in rows) else 60),
        Head("具体问题"),
    ]
    panels.show(
        "grid",
        grid.content("corrections", "待核对补正", heads, rows, empty="没有需要核对的诉求。"),
        key="corrections",
        on_click=_clicked,
    )


def _row(record: Mapping[Any, Any]) -> Row:
    narrative = "" if tables.is_missing(record["narrative"]) else str(record["narrative"])
    cells = (
        Cell(tables.moment(record["registered_at"]), hint=record["submission_id"]),
        Cell(tables.text_of("kind", record["kind"])),
        Cell(tables.text_of("handling_unit", record["handling_unit"])),
        Cell(missing_text(record) or "齐全", hint=missing_text(record)),
        Cell(differing_text(record) or "无", hint=differing_text(record)),
        Cell(_beginning(narrative) or wording.UNKNOWN, hint=narrative),
    )
    return Row(record["submission_id"], cells)


def _beginning(narrative: str) -> str:
    return narrative if len(narrative) <= SHOWN else f"{narrative[:SHOWN]}…"


def missing_text(record: Mapping[Any, Any]) -> str:
    """Return the names of the elements that a submission lacks.

    Examples
    --------
    >>> missing_text({"contact": 0.0, "place": 1.0} | dict.fromkeys(findings_data.ELEMENTS[4:], 2.0))
    '联系方式'
    """
    names = entry_figures.element_names()
    return "、".join(names[code] for code in findings_data.ELEMENTS if record.get(code) == 0)


def differing_text(record: Mapping[Any, Any]) -> str:
    """Return the contradictions of a submission, amounts with what is told and what is entered.

    Examples
    --------
    >>> differing_text(
    ...     {"amount_differs": 1.0, "told_low_yuan": 300.0, "told_high_yuan": 300.0, "disputed_yuan": 30.0}
    ... )
    '金额不符（正文300元，登记争议30元）'
    """
    found = []
    for code, name in entry_figures.CHECKS.items():
        if record.get(code) != 1:
            continue
        told = _amounts(record) if code == "amount_differs" else ""
        found.append(f"{name}{told}")
    return "、".join(found)


def _amounts(record: Mapping[Any, Any]) -> str:
    low, high = record.get("told_low_yuan"), record.get("told_high_yuan")
    if low is None or pd.isna(low):
        return ""
    same = high is None or pd.isna(high) or high == low
    told = wording.yuan(low) if same else f"{wording.yuan(low)}至{wording.yuan(high)}"
    entered = record.get("disputed_yuan")
    stated = "" if entered is None or pd.isna(entered) else f"，登记争议{wording.yuan(entered)}"
    return f"（正文{told}{stated}）"


def sheet(selection: Selection, scope: Scope, *, wanting: str) -> Sheet:
    """Return the list to take away."""
    limit = findings_data.MAX_CORRECTIONS
    found = findings_data.corrections(selection, scope, wanting=wanting, page_size=limit)
    records = listing.named(found.frame).to_dict("records")
    frame = pd.DataFrame(
        [
            (
                record["submission_id"],
                tables.text_of("kind", record["kind"]),
                record["registered_at"],
                tables.text_of("handling_unit", record["handling_unit"]),
                tables.text_of("channel", record["channel"]),
                missing_text(record),
                differing_text(record),
                record["narrative"],
            )
            for record in records
        ],
        columns=[
            "登记编号", "类型", "登记时间", "承办单位", "接收方式", "缺少要素", "前后矛盾", "具体问题",
        ],
    )  # fmt: skip
    return Sheet(
        "待核对补正",
        frame,
        total=found.total,
        note=f"{entry_figures.names_of(wanting)}；按登记时间由近到远，最多{limit:,}件",
    )


def _clicked(click: Click) -> None:
    """Remember what to open: a page is left in a run, not in the answer to a click."""
    st.session_state[_OPENED] = click.code
