"""What is known of one operator besides its score: the register, related firms, the timeline."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.components import (
    address,
    choices,
    grid,
    operator_data,
    operator_labels,
    page_links,
    panels,
    register_view,
    render,
    score_detail,
    wording,
)
from pages.components.grid import Cell, Head, Row
from pages.components.operator_data import RelatedOperators
from pages.components.panels import Click
from queries.scope import Scope
from queries.vocabulary import OperatorEvent

TIMELINE = 50
"""Events listed, newest first; ours."""


def show_heading(row: Mapping[str, object]) -> None:
    """Draw who the operator is."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(render.as_label(str(row["name"])), anchor=False, width="content")
        status = operator_labels.known(row["status"])
        if status:
            st.badge(
                operator_labels.STATUSES.get(status, status),
                color="green" if status == "open" else "orange",
            )
        st.badge(wording.label("county_code", operator_labels.known(row["county_code"])))
        if not row["in_register"]:
            st.badge("不在登记库", color="gray")


def show_register(row: Mapping[str, object]) -> None:
    """Draw the registration."""
    panels.show("grid", register_view.content(row), key="register")
    source = operator_labels.known(row.get("register_source"))
    until = operator_labels.day(row.get("updated_at"))
    told = "来源：登记库" if source else "不在登记库，信息来自诉求或监管事项"
    st.caption(f"{told}{f'，更新于{until}' if until else ''}。个人信息已脱敏。")


def show_timeline(scope: Scope, operator_id: str, asked: Mapping[str, str]) -> None:
    """Draw what happened to the operator, newest first, of one kind or of all."""
    every = operator_data.operator_events(scope, operator_id=operator_id, limit=TIMELINE)
    total = sum(every.by_kind.values())
    offered = {"all": f"全部 {total:,}"} | {
        kind: f"{operator_labels.EVENTS.get(kind, kind)} {number:,}"
        for kind, number in sorted(every.by_kind.items(), key=lambda each: (-each[1], each[0]))
    }
    st.markdown(f"**监管事项时间线** 共{total:,}条，最多列最新{TIMELINE}条")
    if not total:
        st.caption("没有监管事项记录。")
        return
    kind = choices.choose("event", offered, asked, label="事项种类")
    shown = every
    if kind != "all":
        shown = operator_data.operator_events(
            scope, operator_id=operator_id, kinds=[OperatorEvent(kind)], limit=TIMELINE
        )
    panels.show("grid", score_detail.events(shown.rows, title="监管事项"), key="timeline")


def related_panel(found: RelatedOperators) -> dict[str, Any]:
    """Return related operators as the grid panel draws them; a click carries the operator's id."""
    heads = [Head("经营主体"), Head("地区", width=96), Head("状态", width=96), Head("关联")]
    rows = [
        Row(
            str(record["operator_id"]),
            (
                Cell(str(record["name"])),
                Cell(wording.label("county_code", record["county_code"])),
                Cell(
                    operator_labels.STATUSES.get(
                        operator_labels.known(record["status"]), wording.UNKNOWN
                    )
                ),
                Cell("、".join(operator_labels.RELATIONS[each] for each in record["relations"])),
            ),
        )
        for record in found.rows.to_dict("records")
    ]
    return grid.content("related", "关联主体", heads, rows, empty="没有发现关联主体")


def show_related(scope: Scope, operator_id: str) -> None:
    """Draw operators that share a legal person, an address, a telephone or a shop."""
    found = operator_data.related_operators(scope, operator_id=operator_id)
    told = "，".join(
        f"{operator_labels.RELATIONS[each]}{number:,}户" for each, number in found.totals.items()
    )
    st.markdown(f"**关联主体** {told or '没有发现'}")
    if len(found.rows):
        panels.show("grid", related_panel(found), key="related", on_click=_clicked)
    st.caption("只列您可见范围内的；关联只表示登记信息相同，须核实。")


def _clicked(click: Click) -> None:
    address.go(id=click.code, indicator=None, event=None)


def search() -> None:
    """Draw the way in for a viewer who came without an operator."""
    st.info(
        "请从“风险评分”或“涉诉主体”的排名点击进入，或在“风险评分”的搜索框输入名称、"
        "统一社会信用代码查找。",
        icon=":material/search:",
    )
    key = "operator.search"
    st.text_input(
        "名称或统一社会信用代码",
        key=key,
        placeholder="输入名称或统一社会信用代码，按回车查找",
        on_change=lambda: page_links.open_page("scores", q=str(st.session_state[key]).strip()),
        width=420,
    )
    st.button("打开风险评分", on_click=lambda: page_links.open_page("scores"))
