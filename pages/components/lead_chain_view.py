"""The chain from signal to penalty: figures of each step, split, and the signals behind a figure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from pages.components import (
    address,
    choices,
    data,
    freshness,
    grid,
    lead_labels,
    lead_rates,
    lead_store,
    panels,
    render,
    wording,
)
from pages.components.exports import Sheet
from pages.components.grid import Cell, Head, Row
from pages.components.lead_store import ChainBase, ChainSplit, ChainStep
from pages.components.panels import Click
from queries.scope import Scope
from queries.selection import DateRange

STEPS: Mapping[ChainStep, tuple[str, str]] = {
    ChainStep.SIGNALS: ("信号", ""),
    ChainStep.LEADS: ("列为线索", "lead_rate"),
    ChainStep.HANDED_OVER: ("移送", "hand_over_rate"),
    ChainStep.CASES: ("立案", "case_rate"),
    ChainStep.PENALTIES: ("处罚", "penalty_rate"),
}
"""Steps with their name and the rate from the step before."""

SPANS: Mapping[ChainStep, str] = {
    ChainStep.LEADS: "days_to_lead",
    ChainStep.HANDED_OVER: "days_to_hand_over",
    ChainStep.CASES: "days_to_case",
    ChainStep.PENALTIES: "days_to_penalty",
}

PERIODS = {"365": "近12个月", "180": "近6个月", "90": "近3个月", "30": "近30天", "all": "全部"}
BASES = {str(ChainBase.COHORT): "同批信号的后续", str(ChainBase.ACTIVITY): "期间发生的"}
SPLITS = {
    str(ChainSplit.SOURCE): "按来源",
    str(ChainSplit.CITY): "按市州",
    str(ChainSplit.COUNTY): "按县区",
    str(ChainSplit.MONTH): "按月",
    str(ChainSplit.CONDUCT): "按涉嫌行为",
    str(ChainSplit.MODEL): "按评分模型",
}

EARLIEST = dt.date(2000, 1, 1)

LISTED = 200
"""Signals listed behind a figure; ours."""


def show(scope: Scope, asked: Mapping[str, str]) -> None:
    """Draw the chain."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        period = choices.select("days", PERIODS, asked, label="统计期")
        base = ChainBase(choices.choose("base", BASES, asked, label="口径"))
    days = _days(period)
    whole = lead_store.chain(scope, days=days, base=base).iloc[0]
    step = _step(asked)
    panels.show("tiles", {"tiles": _tiles(whole, step), "inRow": True}, key="chain", on_click=_go)
    st.text(_sentence(whole))
    st.caption(_base_text(days, base))
    split = ChainSplit(choices.choose("split", SPLITS, asked, label="分组", drops=("chain_part",)))
    found = lead_store.chain(scope, days=days, split=split, base=base)
    part = asked.get("chain_part", "")
    part = part if part in {str(each) or NO_PART for each in found["part"]} else ""
    panels.show("grid", _table(found, split, part), key="chain_parts", on_click=_narrow)
    if split is ChainSplit.SOURCE and len(found) > 1:
        st.caption("一条信号可有多个来源，各来源相加可能大于合计。")
    within = _Within(days, base, split if part else ChainSplit.NONE, _part(part))
    _members(scope, step, within)
    lead_rates.show()


def _days(period: str) -> DateRange:
    """Return the days up to today, or to the last day of the data where that is later."""
    status = data.status()
    today = dt.datetime.now(tz=freshness.BEIJING).date()
    until = max(today, status.last_day or today)
    if period == "all":
        return DateRange(min(EARLIEST, until), until)
    return DateRange(until - dt.timedelta(days=int(period) - 1), until)


def _step(asked: Mapping[str, str]) -> ChainStep:
    named = asked.get("step", "")
    return ChainStep(named) if named in {str(each) for each in STEPS} else ChainStep.SIGNALS


def _go(click: Click) -> None:
    address.go(step=None if click.code == ChainStep.SIGNALS else click.code)


def _tiles(whole: "pd.Series[Any]", chosen: ChainStep) -> list[dict[str, Any]]:
    told = []
    for step, (name, rate) in STEPS.items():
        changes = []
        if rate:
            span = whole[SPANS[step]]
            changes = [
                {"label": "转化", "text": wording.percent(_number(whole[rate])), "tone": "neutral"},
                {"label": "中位", "text": _span(span), "tone": "neutral"},
            ]
        else:
            answered = wording.percent(_number(whole["response_rate"]))
            changes = [
                {"label": "已答复", "text": answered, "tone": "neutral"},
                {"label": "中位", "text": _span(whole["days_to_answer"]), "tone": "neutral"},
            ]
        told.append(
            {
                "code": str(step),
                "label": name,
                "value": f"{int(whole[step]):,}",
                "unit": "条" if step is not ChainStep.CASES else "件",
                "hint": f"点击列出{name}的信号和线索",
                "selected": step is chosen,
                "changes": changes,
            }
        )
    return told


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _span(days: float) -> str:
    return wording.UNKNOWN if pd.isna(days) else f"{days:g}天"


def _sentence(whole: "pd.Series[Any]") -> str:
    return (
        f"不列为线索{int(whole['dismissed']):,}条；已有立案与否决定{int(whole['decided']):,}条，"
        f"其中立案占{wording.percent(_number(whole['confirmed_share']))}；"
        f"罚款{wording.yuan(whole['fined_yuan'])}，没收{wording.yuan(whole['confiscated_yuan'])}，"
        f"挽回损失{wording.yuan(whole['recovered_yuan'])}。"
    )


def _base_text(days: DateRange, base: ChainBase) -> str:
    span = "全部" if days.start <= EARLIEST else wording.days_text(days)
    if base is ChainBase.COHORT:
        return (
            f"基数：{span}首次出现的信号，及其至今的后续，转化率以上一步为分母；"
            "近期的信号还在办理，转化率偏低。撤回的线索不计。"
        )
    return f"基数：{span}发生的各步，与信号何时出现无关，转化率可能超过100%。撤回的线索不计。"


def _table(found: pd.DataFrame, split: ChainSplit, part: str) -> dict[str, Any]:
    heads = [Head(SPLITS[str(split)].removeprefix("按"))]
    for name, rate in STEPS.values():
        heads.append(Head(name, right=True, width=76))
        if rate:
            heads.append(Head("转化", right=True, width=64))
    heads += [
        Head("答复率", right=True, width=68),
        Head("立案占已决定", right=True, width=96),
        Head("罚没", right=True, width=92),
    ]
    rows = []
    for record in found.to_dict("records"):
        cells = [Cell(part_name(split, str(record["part"])))]
        for step, (_, rate) in STEPS.items():
            cells.append(Cell(f"{record[step]:,}"))
            if rate:
                cells.append(Cell(wording.percent(_number(record[rate]))))
        cells += [
            Cell(wording.percent(_number(record["response_rate"]))),
            Cell(wording.percent(_number(record["confirmed_share"]))),
            Cell(wording.yuan(record["fined_yuan"] + record["confiscated_yuan"])),
        ]
        code = str(record["part"]) or NO_PART
        rows.append(Row(code, tuple(cells), selected=code == part))
    return grid.content("chain", "统计链分组", heads, rows, empty="期间没有信号")


NO_PART = "-"
"""Stands in the address for the part without a value."""


def _part(code: str) -> str:
    return "" if code == NO_PART else code


def _narrow(click: Click) -> None:
    now = address.query().get("chain_part", "")
    address.go(chain_part=None if click.code == now else click.code)


def part_name(split: ChainSplit, code: str) -> str:
    """Return the name of a part.

    Examples
    --------
    >>> part_name(ChainSplit.SOURCE, "risk"), part_name(ChainSplit.MODEL, "")
    ('风险评分', '没有评分')
    """
    if split is ChainSplit.SOURCE:
        return lead_labels.SOURCES.get(code, code)
    if split is ChainSplit.CONDUCT:
        return lead_labels.conduct(code)
    if split is ChainSplit.MODEL:
        return code or "没有评分"
    if split is ChainSplit.MONTH:
        return code
    return wording.label("region", code) if code else "未填写"


@dataclass(frozen=True, slots=True)
class _Within:
    """Which signals of the chain are listed."""

    days: DateRange
    base: ChainBase
    split: ChainSplit
    part: str


def _members(scope: Scope, step: ChainStep, within: _Within) -> None:
    found = lead_store.chain_members(
        scope, step, days=within.days, split=within.split, part=within.part, base=within.base
    )
    parted = within.split is not ChainSplit.NONE
    label = render.as_label(part_name(within.split, within.part))
    named = f"（{label}）" if parted else ""
    shown = found.tail(LISTED).iloc[::-1]
    st.markdown(
        f"**{STEPS[step][0]}{named}** 共{len(found):,}条，列最近{len(shown):,}条；"
        "点击已列为线索的查看办理过程"
    )
    heads = [
        Head("经营主体"),
        Head("涉嫌行为（疑似）", width=170),
        Head("来源", width=150),
        Head("信号", width=84),
        Head("线索编号", width=170),
        Head("状态", width=110),
        Head("罚没", right=True, width=84),
    ]
    rows = [
        Row(
            str(record["signal_id"]) if pd.isna(record["lead_id"]) else f"lead:{record['lead_id']}",
            (
                Cell(str(record["operator_name"])),
                Cell(lead_labels.conduct(str(record["conduct"]))),
                Cell(lead_labels.sources(str(record["sources"]))),
                Cell(lead_labels.day(record["first_seen_on"])),
                Cell(wording.UNKNOWN if pd.isna(record["lead_id"]) else str(record["number"])),
                Cell(_state(record), hint=str(record["reason"] or "")),
                Cell(wording.yuan(_fines(record))),
            ),
            usable=not pd.isna(record["lead_id"]),
        )
        for record in shown.to_dict("records")
    ]
    listed = grid.content("members", "信号与线索", heads, rows, empty="没有")
    panels.show("grid", listed, key="chain_members", on_click=_opened)


def _state(record: Mapping[Any, Any]) -> str:
    if not pd.isna(record["lead_id"]):
        result = lead_labels.RESULTS.get(record["result"], "")
        return result or lead_labels.STATES[record["state"]]
    return lead_labels.ANSWERS.get(record["answer"], "未答复")


def _fines(record: Mapping[Any, Any]) -> float | None:
    values = [record[name] for name in ("fined_yuan", "confiscated_yuan")]
    known = [float(each) for each in values if not pd.isna(each)]
    return sum(known) if known else None


def _opened(click: Click) -> None:
    address.go(part="leads", lead=click.code.removeprefix("lead:"))


def sheets(scope: Scope, asked: Mapping[str, str]) -> list[Sheet]:
    """Return the chain, split as on screen, to take away."""
    days = _days(choices.chosen("days", PERIODS, asked))
    base = ChainBase(choices.chosen("base", BASES, asked))
    split = ChainSplit(choices.chosen("split", SPLITS, asked))
    whole = lead_store.chain(scope, days=days, base=base)
    parts = lead_store.chain(scope, days=days, split=split, base=base)
    told = pd.concat([whole.assign(part="合计"), parts], ignore_index=True)
    names = ["合计", *[part_name(split, str(each)) for each in parts["part"]]]
    columns: dict[str, Any] = {SPLITS[str(split)].removeprefix("按"): names}
    for step, (name, rate) in STEPS.items():
        columns[name] = told[step]
        if rate:
            columns[f"{name}转化率"] = told[rate]
            columns[f"{name}中位天数"] = told[SPANS[step]]
    columns |= {
        "不列为线索": told["dismissed"],
        "答复率": told["response_rate"],
        "立案占已决定": told["confirmed_share"],
        "罚款（元）": told["fined_yuan"],
        "没收（元）": told["confiscated_yuan"],
        "挽回损失（元）": told["recovered_yuan"],
    }
    shares = frozenset(
        [*[f"{name}转化率" for name, rate in STEPS.values() if rate], "答复率", "立案占已决定"]
    )
    return [
        Sheet(
            "统计链",
            lambda: iter([pd.DataFrame(columns)]),
            total=len(told),
            shares=shares,
            note=_base_text(days, base),
        ),
        lead_rates.sheet(),
    ]
