"""The list of campaigns, and what of it is taken away."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pages.components import data, grid, wording
from pages.components.campaign_data import CampaignCounts
from pages.components.exports import Sheet
from pages.components.grid import Cell, Head, Row
from pages.components.own_campaigns import STATES, Known, is_own
from pages.components.rule_wording import readable
from pages.components.selection_bar import COMPARISONS
from queries.selection import DateRange, Selection

BOARD = "campaigns"


def content(
    found: CampaignCounts, known: Mapping[str, Known], selection: Selection, *, chosen: str
) -> dict[str, Any]:
    """Return the campaigns as the grid draws them; a click carries the code."""
    heads = [
        Head("专项行动"),
        Head("命中", right=True, width=66, hint="筛选范围内命中的投诉、举报，件；一件只计一次"),
        Head("占比", right=True, width=54, hint="占筛选范围内全部诉求"),
    ]
    if found.compared is not None:
        heads.append(Head(COMPARISONS[selection.comparison], right=True, width=72))
    told = any(STATES[each.state] for each in known.values())
    if told:
        heads.append(Head("状态", width=112))
    most = max((found.number(code) for code in known), default=0)
    rows = []
    for code, each in known.items():
        number = found.number(code) if each.is_applied else None
        cells = [
            Cell(each.campaign.name, bar=number / most if number and most else None),
            Cell(wording.count(number, unit="")),
            Cell(wording.percent(share(number, found.base))),
        ]
        if found.compared is not None:
            before = found.number(code, compared=True) if each.is_applied else None
            cells.append(Cell(wording.change("submissions", number, before).text))
        if told:
            cells.append(Cell(STATES[each.state]))
        rows.append(Row(code, tuple(cells), selected=code == chosen))
    return grid.content(BOARD, "专项行动", heads, rows, empty="没有在用的专项行动")


def share(number: float | None, base: float) -> float | None:
    """Return a part of a whole; None where either says nothing.

    Examples
    --------
    >>> share(1, 4), share(None, 4), share(1, 0)
    (0.25, None, None)
    """
    return number / base if number is not None and base else None


def base_text(found: CampaignCounts) -> str:
    """Return what the shares are shares of, and of when."""
    text = (
        f"占比＝命中÷筛选范围内全部诉求{wording.count(found.base)}（不计专项条件）；"
        f"统计期{wording.days_text(found.days)}，数据截至{wording.date_text(data.status().last_day)}；"
        "一件诉求可命中多个专项，不能相加。"
    )
    if found.compared is not None and found.base_compared is not None:
        days, base = wording.days_text(found.compared), wording.count(found.base_compared)
        text += f"比较期{days}，共{base}。"
    return text


def period_text(each: Known) -> str:
    """Return when a campaign runs."""
    campaign = each.campaign
    if campaign.ends_on is None:
        return f"{wording.date_text(campaign.starts_on)}起"
    return wording.days_text(DateRange(campaign.starts_on, campaign.ends_on))


def law_text(each: Known) -> str:
    """Return the legal basis; what nobody has read in the official text is said to need it."""
    return "；".join(
        f"《{basis.law}》{basis.articles}{'' if basis.checked else '（需核对）'}"
        for basis in each.campaign.legal_basis
    )


def sheets(found: CampaignCounts, known: Mapping[str, Known]) -> list[Sheet]:
    """Return counts by campaign and topic, and the rules, to take away."""
    counted, rules = [], []
    for code, each in known.items():
        parts = [("", "全部专题"), *[(topic.code, topic.name) for topic in each.campaign.topics]]
        for topic, name in parts:
            number = found.number(code, topic) if each.is_applied else None
            counted.append(
                (each.campaign.name, name, number, share(number, found.base), STATES[each.state])
            )
        rules += [
            (
                each.campaign.name,
                topic.name,
                topic.rule or "",
                codes_text(topic.model_dump(include={"only", "also"})),
                period_text(each),
                law_text(each),
                each.campaign.source,
                "本单位" if is_own(code) else "内置",
            )
            for topic in each.campaign.topics
        ]
    numbers = pd.DataFrame(counted, columns=["专项行动", "专题", "命中", "占比", "状态"])
    defined = pd.DataFrame(
        rules,
        columns=["专项行动", "专题", "关键词规则", "代码条件", "起止", "法律依据", "出处", "来源"],
    )
    return [
        Sheet(
            "专项命中",
            numbers,
            (("占比", "命中÷筛选范围内全部诉求（不计专项条件）"),),
            shares=frozenset({"占比"}),
            note=base_text(found),
        ),
        Sheet("专项规则", defined),
    ]


_FIELDS = {"product": "客体", "issue": "问题", "region": "区域"}


def codes_text(parts: Mapping[str, Any]) -> str:
    """Return the coded conditions of a topic in words.

    Examples
    --------
    >>> codes_text({"only": None, "also": {"is_prepaid": True}})
    '或登记为预付式消费'
    """
    told = []
    for name, head in (("only", "且"), ("also", "或")):
        asked = parts.get(name)
        if not asked:
            continue
        found = [
            f"{label}属于{'、'.join(wording.label(field, code) for code in asked[field])}"
            for field, label in _FIELDS.items()
            if asked.get(field)
        ]
        if asked.get("is_prepaid") is not None:
            found.append("登记为预付式消费" if asked["is_prepaid"] else "未登记为预付式消费")
        told.append(head + "，".join(found) + ("（未填的不排除）" if name == "only" else ""))
    return "；".join(told)


def rule_text(each: Known) -> str:
    """Return the rules of a campaign in words, a topic a paragraph."""
    told = []
    for topic in each.campaign.topics:
        codes = codes_text(topic.model_dump(include={"only", "also"}))
        words = readable(topic.rule) if topic.rule else ""
        denied = "（紧跟在“未”“没有”等否定词后面的不算）" if topic.guarded else ""
        told.append("\n".join(filter(None, [f"【{topic.name}】", words + denied, codes])))
    return "\n\n".join(told)
