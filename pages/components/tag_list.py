"""The ranking of tags, and one tag with its rule and newest submissions."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from analytics.tag_definitions import TagDefinition, tag_rules
from pages.components import (
    address,
    data,
    grid,
    marked_texts,
    own_tags,
    render,
    rule_wording,
    tables,
    wording,
)
from pages.components.exports import Sheet
from pages.components.findings_data import TagCounts
from pages.components.grid import Cell, Head, Row
from pages.components.marked_texts import Text
from pages.components.own_tags import State, Tag
from pages.components.selection_bar import COMPARISONS
from queries.scope import Scope
from queries.selection import Selection

BOARD = "tags"
EXAMPLES = 6
"""Newest submissions shown of a tag; ours, the whole list is a click away."""

RULE_PIXELS = 190

STATES: Mapping[State, str] = {
    State.APPLIED: "",
    State.PENDING: "待下次更新生效",
    State.OFF: "已停用",
    State.OFF_PENDING: "已停用，待下次更新生效",
    State.UNREADABLE: "规则无法解析，未执行",
}
BETWEEN = "\n"
"""Between title and narrative, as rules see them."""


def counted(found: TagCounts, known: Mapping[str, Tag]) -> pd.DataFrame:
    """Return the ranking with the names as they stand now; tags not counted yet last.

    Returns
    -------
    pandas.DataFrame
        As `TagCounts.frame`, with ``state``; ``submissions`` is NaN where the data does not know
        the tag yet.
    """
    frame = found.frame.copy()
    frame["name"] = [
        known[code].definition.name if code in known else name
        for code, name in zip(frame["tag"], frame["name"], strict=True)
    ]
    frame["state"] = [STATES[known[code].state] if code in known else "" for code in frame["tag"]]
    missing = [tag for code, tag in known.items() if code not in set(frame["tag"])]
    others = pd.DataFrame(
        {
            "tag": [tag.code for tag in missing],
            "name": [tag.definition.name for tag in missing],
            "state": [STATES[tag.state] for tag in missing],
        },
        dtype=object,
    )
    return frame if others.empty else pd.concat([frame, others], ignore_index=True)


def content(
    frame: pd.DataFrame, selection: Selection, *, chosen: str, compares: bool
) -> dict[str, Any]:
    """Return the ranking as the grid draws it; a click on a row carries the tag's code."""
    heads = [
        Head("标签"),
        Head("诉求量", right=True, width=70, hint="筛选范围内带该标签的诉求，件"),
        Head("占比", right=True, width=60, hint="占筛选范围内全部诉求；各标签不能相加"),
    ]
    if compares:
        heads.append(Head(COMPARISONS[selection.comparison], right=True, width=80))
    told = bool(frame["state"].ne("").any())
    if told:
        heads.append(Head("状态", width=150))
    most = frame["submissions"].max()
    rows = [
        _row(record, most, selected=record["tag"] == chosen, compares=compares, told=told)
        for record in frame.to_dict("records")
    ]
    return grid.content(BOARD, "标签排名", heads, rows, empty="没有在用的标签")


def _row(
    record: Mapping[Any, Any], most: float, *, selected: bool, compares: bool, told: bool
) -> Row:
    number = record["submissions"]
    bar = float(number / most) if pd.notna(number) and most else None
    cells = [
        Cell(record["name"], bar=bar),
        Cell(wording.count(number, unit="")),
        Cell(wording.percent(record["share"])),
    ]
    if compares:
        change = wording.change("submissions", number, record["submissions_compared"])
        cells.append(Cell(change.text))
    if told:
        cells.append(Cell(record["state"]))
    return Row(record["tag"], tuple(cells), selected=selected)


def base_text(found: TagCounts) -> str:
    """Return what the shares are shares of, and of when."""
    text = (
        f"占比＝带该标签的诉求÷筛选范围内全部诉求{wording.count(found.base)}"
        f"（不计标签条件）；统计期{wording.days_text(found.days)}，"
        f"数据截至{wording.date_text(data.status().last_day)}。其中{wording.count(found.tagged)}至少有一个标签；"
        "一件诉求可有多个标签，各标签的数量、占比不能相加。"
    )
    if found.compared is not None and found.base_compared is not None:
        text += (
            f"比较期{wording.days_text(found.compared)}，共{wording.count(found.base_compared)}。"
        )
    return text


def show_detail(tag: Tag, selection: Selection, scope: Scope) -> None:
    """Draw one tag: what it means, its rule in words, the newest submissions that have it."""
    definition = tag.definition
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{render.as_label(definition.name)}**", width="content")
        if STATES[tag.state]:
            st.badge(STATES[tag.state], color="orange")
        st.badge("内置规则" if tag.decision is None else _origin(tag), color="gray")
        filtered = definition.code in selection.members("tag")
        st.button(
            "取消按此标签筛选" if filtered else "按此标签筛选",
            icon=":material/filter_alt:",
            type="tertiary",
            on_click=_toggle,
            args=(definition.code, scope),
        )
        st.page_link(
            "pages/submissions.py",
            label="查看诉求明细",
            icon=":material/arrow_forward:",
            query_params=selection.with_filter("tag", [definition.code]).to_query(),
        )
    st.caption(render.as_label(definition.description))
    if tag.fault is not None:
        reason = render.as_label(rule_wording.fault_text(tag.fault))
        st.warning(f"规则无法解析，未执行：{reason}请修改规则或停用标签。", icon=":material/rule:")
    with st.container(height=RULE_PIXELS, border=True):
        st.text(definition.rule if tag.fault else rule_wording.readable(definition.rule))
        if definition.guarded:
            st.text("紧跟在“未”“没有”等否定词后面的不算。")
    page = data.submissions(
        selection.with_filter("tag", [definition.code]), scope, page=1, page_size=EXAMPLES
    )
    st.markdown(
        f"**最新诉求** :small[共{wording.count(page.total)}，列出最近{len(page.frame)}件，标黄的是规则所看的词，点击时间查看全过程]"
    )
    marked_texts.show(
        marked(page.frame, None if tag.fault else definition),
        title=f"带“{definition.name}”标签的最新诉求",
        empty="筛选范围内没有带该标签的诉求。",
        key="examples",
    )


def _origin(tag: Tag) -> str:
    decision = tag.decision
    if decision is None:
        return ""
    return f"{decision.decided_by}于{wording.date_text(decision.decided_at.date())}修改"


def _toggle(code: str, scope: Scope) -> None:
    address.go(address.current(scope).toggled("tag", code))


def marked(frame: pd.DataFrame, definition: TagDefinition | None) -> list[Text]:
    """Return submissions with what a rule looked at marked.

    Parameters
    ----------
    frame
        As of a page of submissions.
    definition
        Of the tag; None marks nothing.
    """
    told = () if definition is None else (definition,)
    rules, codes = tag_rules(told), [each.code for each in told]
    found = []
    for record in frame.to_dict("records"):
        shown = [record[name] for name in ("title", "narrative")]
        text = BETWEEN.join(str(each) for each in shown if not tables.is_missing(each))
        spans = rules.highlight(text, rules=codes)
        notes = [
            tables.text_of(name, record[name])
            for name in ("kind", "county_code", "issue_type")
            if not tables.is_missing(record[name])
        ]
        found.append(
            Text(
                record["submission_id"],
                tables.moment(record["registered_at"]),
                marked_texts.parts(text, spans),
                tuple(notes),
            )
        )
    return found


def sheets(found: TagCounts, known: Mapping[str, Tag]) -> list[Sheet]:
    """Return the ranking and the rules to take away."""
    frame = counted(found, known)
    columns = {"标签": frame["name"], "诉求量": frame["submissions"], "占比": frame["share"]}
    if found.compared is not None:
        columns |= {"比较期诉求量": frame["submissions_compared"], "变化": frame["change_rate"]}
    columns["状态"] = frame["state"]
    rules = pd.DataFrame(
        [
            (
                tag.definition.name,
                tag.definition.description,
                tag.definition.rule,
                STATES[tag.state] or "在用",
                "本单位" if own_tags.is_own(code) else "内置",
            )
            for code, tag in known.items()
        ],
        columns=["标签", "说明", "规则", "状态", "来源"],
    )
    return [
        Sheet(
            "标签排名",
            pd.DataFrame(columns),
            (("占比", "带该标签的诉求÷筛选范围内全部诉求（不计标签条件）"),),
            shares=frozenset({"占比", "变化"}),
            note=base_text(found),
        ),
        Sheet("标签规则", rules),
    ]
