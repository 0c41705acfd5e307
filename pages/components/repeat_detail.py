"""One group: why it is one, its submissions, and what persons decided about them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st

from analytics.serial_rules import read_rules
from pages.components import (
    data,
    grid,
    listing,
    panels,
    render,
    repeat_data,
    repeat_groups,
    store,
    tables,
    wording,
)
from pages.components.grid import Cell, Head, Row
from pages.components.panels import Click
from pages.components.repeat_groups import CLAIMANT, KINDS
from pages.components.store import Decision
from pages.components.tables import Cell as Column
from queries.scope import Scope
from queries.selection import DateRange
from queries.vocabulary import CountVerdict, DecisionKind, GroupKind, GroupRole

_OPENED = "repeat_detail.opened"

CELLS = (
    Column("登记时间", (("registered_at",), ("kind", "status")), width=128),
    Column("区域与渠道", (("county_code",), ("channel",)), width=124),
    Column("主体与承办单位", (("operator_name",), ("handling_unit",)), width=190),
    Column("具体问题", (("narrative",),)),
    Column("诉求人", (("complainant_masked",), ("phone_masked",)), width=104),
    Column("去重口径", (("counted",), ("decided",)), width=226),
)

_RULES = read_rules()
FACTORS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "f1": (
            "购买数量、次数、频率与通常消费习惯明显不符",
            (
                f"{_RULES.burst_days}日内同一类商品服务最多{{purchases_peak}}次、数量{{quantity_peak}}"
                f"（{_RULES.f1_purchases}次或数量{_RULES.f1_quantity}以上）"
            ),
        ),
        "f2": (
            "同一投诉人对同类商品服务、同类问题短期内大量投诉",
            (
                f"{_RULES.burst_days}日内同一问题同一类最多{{burst_peak}}件、对同一主体{{operator_burst_peak}}件"
                f"（{_RULES.f2_burst}件或{_RULES.f2_same_operator}件以上）"
            ),
        ),
        "f3": (
            "不能证明真实消费关系或者实际受损",
            f"因此类原因不予受理{{rejected}}件（{_RULES.f3_rejected}件以上）",
        ),
        "f4": (
            "多人使用同一联系方式",
            f"同一电话{{names_on_phone}}个姓名、同一证件号{{names_on_id}}个姓名（{_RULES.f4_names}个以上）",
        ),
        "f5": (
            "其他：诉求中的索赔用语",
            f"关键词得分{{keyword_score}}（{_RULES.f5_keywords}以上）",
        ),
    }
)
"""Factors of article 17: what they are, and the figures with our thresholds."""


def counted_text(reason: object) -> str:
    """Return whether a submission is in de-noised counts.

    Examples
    --------
    >>> counted_text(None), counted_text("repeat")
    ('计入', '剔除：重复诉求')
    """
    if tables.is_missing(reason):
        return "计入"
    return f"剔除：{wording.label('exclusion_reason', str(reason))}"


def decided_text(verdict: str | None, reason: object) -> str:
    """Return what a person decided, and whether figures know it yet.

    Examples
    --------
    >>> decided_text("counted", "repeat"), decided_text("counted", None), decided_text(None, None)
    ('人工：计入，待下次更新生效', '人工：计入', '')
    """
    if verdict is None:
        return ""
    waits = (verdict == CountVerdict.COUNTED) != tables.is_missing(reason)
    known = wording.label("count_verdict", verdict)
    return f"人工：{known}，待下次更新生效" if waits else f"人工：{known}"


def members(scope: Scope, kind: str, group: int) -> pd.DataFrame:
    """Return a group's submissions with what figures know and what persons decided."""
    found = repeat_data.group_members(scope, kind=kind, group_key=group)
    verdicts = {each.subject: each.verdict for each in store.decisions(DecisionKind.SUBMISSION)}
    decided = [
        decided_text(verdicts.get(number), reason)
        for number, reason in zip(found["submission_id"], found["exclusion_reason"], strict=True)
    ]
    return listing.named(found).assign(
        counted=[counted_text(each) for each in found["exclusion_reason"]],
        decided=pd.Series(decided, index=found.index, dtype=object),
    )


def reason_text(found: pd.DataFrame, kind: str) -> str:
    """Return in words, with figures, why these submissions are one group."""
    days = DateRange(found["registered_at"].min().date(), found["registered_at"].max().date())
    when, size = wording.days_text(days), wording.count(len(found))
    channels, units = found["channel"].nunique(), found["handling_unit"].nunique()
    left = wording.count(int(found["exclusion_reason"].notna().sum()))
    pauses = found["registered_at"].sort_values().diff().dropna()
    pause = f"，相邻两件最长间隔{pauses.max().days}日" if len(pauses) else ""
    told = {
        GroupKind.REPEAT: f"同一人{when}就同一事提出{size}{pause}",
        GroupKind.MULTICHANNEL: (
            f"同一人{when}就同一事提出{size}，经{channels}个渠道、{units}个承办单位{pause}"
        ),
        GroupKind.FREQUENT: f"同一人{when}提出{size}",
        GroupKind.MANY_PERSONS: f"{when}多人就同一主体的同一问题提出{size}",
        GroupKind.SAME_ISSUE: f"{when}有{size}诉求说的是同一事件",
        GroupKind.LETTER: f"{when}有{size}诉求文字几乎相同",
        CLAIMANT: f"同一投诉人{when}提出{size}",
    }[kind]
    kept = found["role"].eq(GroupRole.KEPT).any() or not found["role"].eq(GroupRole.COPY).any()
    outside = "" if kept else "首件不在可见范围内。"
    if len(found) >= repeat_data.MAX_MEMBERS:
        told = f"按登记时间最早的{size}计，{told}"
    return f"{told}（可见范围内、不限时间），其中{left}不计入去重口径。{outside}"


def show_members(found: pd.DataFrame) -> None:
    """Draw the submissions; a click opens one."""
    panels.show("table", tables.content(found, CELLS), key="members", on_click=_clicked)
    most = repeat_data.MAX_MEMBERS
    cut = f"按登记时间列出前{most}件。" if len(found) == most else ""
    st.caption(f"{cut}点击任一行查看该件诉求的全过程。姓名、电话等个人信息已脱敏。")


def _clicked(click: Click) -> None:
    if click.act == "open":
        st.session_state[_OPENED] = click.code


def leave_if_opened() -> None:
    """Go to the submission that was clicked on in the run before."""
    opened = st.session_state.pop(_OPENED, None)
    if isinstance(opened, str):
        st.switch_page("pages/submissions.py", query_params={"id": opened})


def show_heading(record: Mapping[Any, Any] | None, found: pd.DataFrame, kind: str) -> None:
    """Draw what the group is, and why it is one."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name = KINDS[kind] if record is None else repeat_groups.title(record, kind)
        st.subheader(render.as_label(name), anchor=False, width="content")
        st.badge(KINDS[kind], color="orange" if kind == CLAIMANT else "blue")
        if record is not None and kind == CLAIMANT:
            st.badge(f"层级：{wording.label('claim_tier', record['tier'])}", color="gray")
    until = wording.date_text(data.status().last_day)
    st.markdown(render.as_label(f"{reason_text(found, kind)}数据截至{until}。"))
    st.caption(repeat_groups.RULES[kind])


def factors_text() -> str:
    """Return what the codes of the factors stand for."""
    told = "；".join(f"{name.upper()}{meaning}" for name, (meaning, _) in FACTORS.items())
    return f"因素（《市场监督管理投诉举报处理办法》第十七条所列情形）：{told}。"


def show_factors(record: Mapping[Any, Any]) -> None:
    """Draw the factors of a claimant with their figures, as far as the viewer may see them."""
    whole = record["total"] is not None
    rows = [
        Row(
            name,
            (
                Cell(name.upper()),
                Cell(meaning),
                Cell("具备" if record[name] else "未见", "bad" if record[name] else "neutral"),
                Cell(_figures(figures, record) if whole else wording.UNKNOWN),
            ),
            usable=False,
        )
        for name, (meaning, figures) in FACTORS.items()
    ]
    heads = (Head("因素", width=60), Head("情形", width=340), Head("识别", width=70), Head("依据"))
    panels.show("grid", grid.content("factors", "因素", heads, rows, empty=""), key="factors")
    if whole:
        st.caption(
            f"一年内最多{wording.count(record['year_peak'])}，累计{wording.count(record['total'])}；"
            "括号内为本系统设定的阈值，情形见《市场监督管理投诉举报处理办法》第十七条。"
        )
    else:
        st.caption(
            "层级和因素按全部数据识别；您只能看到可见范围内的诉求，因此不列出全部数据的数量。"
        )


def _figures(text: str, record: Mapping[Any, Any]) -> str:
    names = (
        "purchases_peak", "quantity_peak", "burst_peak", "operator_burst_peak", "rejected",
        "names_on_phone", "names_on_id", "keyword_score",
    )  # fmt: skip
    return text.format(**{name: f"{int(record[name]):,}" for name in names})


def decisions_about(found: pd.DataFrame) -> Sequence[Decision]:
    """Return what was decided about these submissions, oldest first."""
    mine = set(found["submission_id"])
    return [each for each in store.decisions(DecisionKind.SUBMISSION) if each.subject in mine]
