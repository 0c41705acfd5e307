"""Groups of submissions that belong together: which there are, and the list of them."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st

from analytics import letters, repeats
from analytics.serial_rules import read_rules
from pages.components import grid, labels, repeat_data, store, wording
from pages.components.grid import Cell, Head, Row
from pages.components.repeat_data import Groups, LeftOut
from pages.components.store import Decision
from queries.results import DataStatus
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.vocabulary import ClaimantVerdict, DecisionKind, ExclusionReason, GroupKind

CLAIMANT = "claimant"
SERIAL = "疑似牟利性投诉（需核实）"

KINDS: Mapping[str, str] = MappingProxyType(
    {str(kind): labels.VALUES["group_kind"][kind] for kind in GroupKind} | {CLAIMANT: SERIAL}
)
"""What to choose from, by its name in the address."""

CLAIMANT_VERDICTS: Mapping[str, str] = MappingProxyType(
    {
        ClaimantVerdict.DISMISSED: "标为误判（全部计入）",
        ClaimantVerdict.CONFIRMED: "经核实（全部剔除）",
    }
)

BOARD = "groups"
ROWS = 15
"""Groups on one page of the list; ours."""

MOST_LISTED = 1_500
"""Groups that can be paged through; ours, the export has more of them."""

_RULES = read_rules()

RULES: Mapping[str, str] = MappingProxyType(
    {
        GroupKind.REPEAT: (
            f"同一人{repeats.REPEAT_DAYS}日内两次以上提出同一类型、内容相似度不低于"
            f"{repeats.REPEAT_SIMILARITY}且对象和事实一致的诉求（天数和相似度为本系统设定；"
            "重复举报的处理见《市场监督管理投诉举报处理办法》第三十五条）。首件计入去重口径，其余剔除。"
        ),
        GroupKind.MULTICHANNEL: (
            f"同一人{repeats.REPEAT_DAYS}日内就同一事经不同接收方式或向不同承办单位提出（天数为本系统设定）。"
            "首件计入去重口径，其余剔除。"
        ),
        GroupKind.FREQUENT: (
            f"同一人{repeats.FREQUENT_DAYS}日内提出{repeats.FREQUENT_FILINGS}件以上诉求，"
            "不论何事（本系统设定）。只作提示，不从去重口径剔除。"
        ),
        GroupKind.MANY_PERSONS: (
            f"同一经营主体、同一问题{repeats.MANY_DAYS}日内有{repeats.MANY_PERSONS}人以上提出"
            f"（本系统设定），在最近{repeat_data.SHARED_DAYS}日内识别。各人诉求均计入去重口径。"
        ),
        GroupKind.SAME_ISSUE: (
            f"内容说的是同一事件的投诉举报，在最近{repeat_data.EVENT_DAYS}日"
            f"（最多{repeat_data.MOST_EVENT_TEXTS:,}件）内按文字识别，"
            f"至少{repeat_data.EVENT_PERSONS}人，且至少{repeat_data.EVENT_SHARE:.0%}"
            "集中在同一县区或同一主体（本系统设定）。由程序按文字归并，请核查。各人诉求均计入去重口径。"
        ),
        GroupKind.LETTER: (
            f"{letters.PERSONS}人以上在同一县区就同一问题提交几乎相同的文字，"
            f"相邻两件间隔不超过{letters.QUIET_DAYS}日，在最近{repeat_data.LETTER_DAYS}日"
            f"（最多{repeat_data.MOST_LETTER_TEXTS:,}件）内识别（本系统设定）。各人诉求均计入去重口径。"
        ),
        CLAIMANT: (
            "按电话、证件号、姓名加地址归并为同一投诉人，对照《市场监督管理投诉举报处理办法》第十七条"
            f"列出的因素提示核实，不是对任何人的认定。层级：关注，一年内{_RULES.watch_year}件以上"
            f"（参照上海2023年统计口径）；疑似，一年内{_RULES.suspected_year}件以上，或{_RULES.burst_days}日内"
            f"同一问题同一类商品服务{_RULES.suspected_burst}件以上，或同一电话{_RULES.suspected_names}个以上姓名且一年内{_RULES.suspected_names_year}件以上；"
            f"高度疑似，一年内{_RULES.high_year}件以上，或疑似且关键词得分不低于{_RULES.high_keywords}"
            "（除注明外均为本系统设定）。疑似、高度疑似的全部诉求从去重口径剔除；举报线索仍应依法核查。"
        ),
    }
)
"""What makes a group, with the source of every threshold, and whether it is left out of counts."""


def fetch(selection: Selection, scope: Scope, kind: str, *, limit: int) -> Groups:
    """Return the groups of a kind; claimants with what was last decided about each."""
    found = repeat_data.groups(selection, scope, kind=kind, limit=limit)
    return replace(found, frame=_judged(found.frame)) if kind == CLAIMANT else found


def fetch_one(
    selection: Selection, scope: Scope, kind: str, group: int
) -> Mapping[Any, Any] | None:
    """Return one group as a row of the list, however far down it stands; None where there is none."""
    frame = repeat_data.group(selection, scope, kind=kind, group_key=group)
    rows = (_judged(frame) if kind == CLAIMANT else frame).to_dict("records")
    return rows[0] if rows else None


def _judged(frame: pd.DataFrame) -> pd.DataFrame:
    latest = claimant_decisions()
    verdicts = [latest[key].verdict if key in latest else "" for key in frame["group_key"]]
    return frame.assign(verdict=pd.Series(verdicts, index=frame.index, dtype=object))


def claimant_decisions() -> dict[int, Decision]:
    """Return what was last decided about claimants, by ``group_key``."""
    told = store.decisions(DecisionKind.CLAIMANT)
    known = repeat_data.claimants_of(tuple(sorted({each.subject for each in told})))
    return {known[each.subject]: each for each in told if each.subject in known}


def chosen_group(asked: Mapping[str, str], kind: str) -> int | None:
    """Return the group of this kind that an address names, None if it names none.

    Examples
    --------
    >>> chosen_group({"group": "repeat.154624"}, "repeat")
    154624
    >>> chosen_group({"group": "repeat.154624"}, "letter"), chosen_group({}, "repeat")
    (None, None)
    """
    of_kind, _, named = asked.get("group", "").partition(".")
    known = of_kind == kind and named.isascii() and named.isdigit() and len(named) <= 18
    return int(named) if known else None


def show_figures(left: LeftOut) -> None:
    """Draw how many submissions are left out of de-noised counts, and why."""
    shown = [
        ("登记诉求", left.total, "登记的投诉、举报、咨询合计"),
        (
            "去重口径剔除",
            left.number,
            "下列各项合计，一件只计入一项，依次为多头、重复、牟利性、人工",
        ),
    ]
    shown += [
        (labels.VALUES["exclusion_reason"][reason], left.by_reason.get(reason, 0), "")
        for reason in ExclusionReason
    ]
    for column, (label, number, hint) in zip(st.columns(len(shown)), shown, strict=True):
        share = number / left.total if left.total else None
        column.metric(
            label,
            wording.count(number),
            None if label == shown[0][0] else f"占{wording.percent(share)}",
            delta_color="off",
            delta_arrow="off",
            help=hint or None,
        )


def base_text(left: LeftOut, status: DataStatus) -> str:
    """Return what the figures are counted from."""
    return (
        f"{wording.days_text(left.days)}登记的{wording.count(left.total)}诉求，"
        f"去重口径剔除{wording.count(left.number)}，计入{wording.count(left.total - left.number)}；"
        f"数据截至{wording.date_text(status.last_day)}。本页不受“去重口径”开关影响，始终列出全部。"
    )


HEADS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        kind: ("诉求人" if kind == CLAIMANT else "对象", "件数", "本期", "剔除", "起止", *more)
        for kind, more in {
            GroupKind.REPEAT: ("问题", "渠道", "单位", "县区"),
            GroupKind.MULTICHANNEL: ("问题", "渠道", "单位", "县区"),
            GroupKind.FREQUENT: ("主体", "渠道", "单位", "县区"),
            GroupKind.MANY_PERSONS: ("问题", "人数", "渠道", "县区"),
            GroupKind.SAME_ISSUE: ("主体", "人数", "渠道", "县区"),
            GroupKind.LETTER: ("主体", "人数", "渠道", "县区"),
            CLAIMANT: ("层级", "因素", "核实", "主体", "县区"),
        }.items()
    }
)
_HINTS = {
    "件数": "可见范围内、不限时间",
    "本期": "其中在当前筛选范围内",
    "剔除": "其中不计入去重口径",
    "因素": "《市场监督管理投诉举报处理办法》第十七条所列情形，F1至F5",
}
_WIDE = {"起止": 200, "问题": 110, "县区": 110, "层级": 90, "因素": 130}


def content(groups: Groups, kind: str, *, page: int) -> dict[str, Any]:
    """Return one page of the list as the grid panel draws it; a click opens a group."""
    heads = [
        Head(
            name,
            right=name in {"件数", "本期", "剔除", "人数"},
            width=0 if not number else _WIDE.get(name, 74),
            hint=_HINTS.get(name, ""),
        )
        for number, name in enumerate(HEADS[kind])
    ]
    part = groups.frame.iloc[(page - 1) * ROWS : page * ROWS]
    rows = [
        Row(
            f"{kind}.{record['group_key']}",
            tuple(Cell(cell_text(name, record, kind)) for name in HEADS[kind]),
        )
        for record in part.to_dict("records")
    ]
    return grid.content(BOARD, KINDS[kind], heads, rows, empty="该范围内没有识别出此类诉求")


def cell_text(name: str, record: Mapping[Any, Any], kind: str) -> str:
    """Return one value of a group as shown under this head."""
    numbers = {"件数": "size", "本期": "selected", "剔除": "left_out", "人数": "persons"}
    if name in numbers:
        unit = "人" if name == "人数" else "件"
        return wording.count(record[numbers[name]], unit)
    several = {"主体": ("operators", "家"), "渠道": ("channels", "个"), "单位": ("units", "个")}
    if name in several:
        column, unit = several[name]
        return wording.count(record[column], unit)
    if name == "县区":
        more = record["counties"] or 0
        return wording.label("county_code", record["county_code"]) if more < 2 else f"{more}个县区"
    worded = {
        "起止": lambda: wording.days_text(DateRange(record["first_day"], record["last_day"])),
        "问题": lambda: wording.label("issue_type", record["issue"]),
        "层级": lambda: wording.label("claim_tier", record["tier"]),
        "因素": lambda: factor_codes(record),
        "核实": lambda: CLAIMANT_VERDICTS.get(record["verdict"], wording.UNKNOWN).partition("（")[
            0
        ],
    }
    return worded[name]() if name in worded else title(record, kind)


def factor_codes(record: Mapping[Any, Any]) -> str:
    """Return the factors of a claimant that are met.

    Examples
    --------
    >>> factor_codes({"f1": True, "f2": False, "f3": False, "f4": True, "f5": False})
    'F1、F4'
    """
    return "、".join(f"F{n}" for n in range(1, 6) if record[f"f{n}"]) or wording.UNKNOWN


def title(record: Mapping[Any, Any], kind: str) -> str:
    """Return what stands for a group: its words, its claimant's masked names, or its operator."""
    if kind == CLAIMANT:
        return str(record["names"] or "姓名未登记")
    words = record.get("label")
    if words:
        return str(words)
    name = wording.not_stated(record["operator_name"])
    return name if (record["operators"] or 0) < 2 else f"{name}等{record['operators']}家"


def fetched(groups: Groups, kind: str) -> str:
    """Return how many groups there are, and how many of them can be seen here."""
    unit = "名投诉人" if kind == CLAIMANT else "组"
    cut = len(groups.frame) < groups.total
    order = "层级最高、件数最多" if kind == CLAIMANT else "件数最多"
    most = (
        f"导出最多{repeat_data.MAX_GROUPS:,}{unit}"
        if groups.total > repeat_data.MAX_GROUPS
        else "其余见导出"
    )
    rest = f"，列出{order}的{len(groups.frame):,}{unit}，{most}" if cut else ""
    return f"共{groups.total:,}{unit}，涉及当前筛选范围内{wording.count(groups.selected)}{rest}。"


def frame_of(groups: Groups, kind: str) -> pd.DataFrame:
    """Return the list under its heads, to take away."""
    records = groups.frame.to_dict("records")
    return pd.DataFrame(
        {name: [cell_text(name, record, kind) for record in records] for name in HEADS[kind]}
    )


def show_links(submission_id: str, scope: Scope) -> None:
    """Draw the way to every group that a submission is in; nothing where that is not known."""
    if not repeat_data.are_known():
        return
    found = repeat_data.groups_of(scope, submission_id=submission_id)
    if not found:
        return
    st.markdown("**异常诉求**　本件所在的组，点击查看依据")
    with st.container(horizontal=True, gap="small"):
        for kind, group in found:
            st.page_link(
                "pages/repeats.py",
                label=KINDS[kind],
                icon=":material/content_copy:",
                query_params={"period": "all", "of": kind, "group": f"{kind}.{group}"},
            )
