"""研判: what changed, in one or two computed sentences.

A contribution is arithmetic: it says where a change sits, not why it came about.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from analytics.attribution import attribute_change
from pages.components import (
    change_finding,
    change_levels,
    data,
    render,
    settling,
    waterfall,
    wording,
)
from pages.components.caching import ENTRIES, KEYS, TTL
from pages.components.change_finding import SMALL_BASE, Finding
from pages.components.screen_rows import GROWING
from queries.measures import MEASURES
from queries.scope import Scope
from queries.selection import Comparison, Selection, compared_range

NAMES = {Comparison.PREVIOUS: ("环比", "上期"), Comparison.LAST_YEAR: ("同比", "去年同期")}
"""How a comparison is called, and the days that it compares with."""

SHARE_DIGITS = 3
"""Decimals to which a share is told, as 99.9 %."""


def show(selection: Selection, scope: Scope, measure: str = "submissions") -> None:
    """Draw the sentence; nothing where there is no data."""
    text = sentence(selection, scope, measure=measure)
    if text is not None:
        st.markdown(f"**研判**　{render.as_label(text)}")


def sentence(
    selection: Selection,
    scope: Scope,
    *,
    measure: str = "submissions",
    levels: tuple[str, ...] | None = None,
) -> str | None:
    """Return what changed and where the change sits, in plain words; None for an empty warehouse.

    Parameters
    ----------
    measure
        Name of the measure that is judged.
    levels
        Levels that may explain it; those of `change_levels.levels` if None.
    """
    if data.status().last_day is None:
        return None
    why_not = why_not_compared(selection, measure)
    if why_not is not None:
        current = data.totals(selection, scope, measures=(measure,)).current[measure]
        return f"{MEASURES[measure].label}{wording.figure(measure, current)}，{why_not}。"
    levels = levels or change_levels.levels(selection, scope)
    return _judged(change_finding.source(), selection, scope, measure, levels)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _judged(
    read_from: tuple[str, str],  # noqa: ARG001 (a part of the key)
    selection: Selection,
    scope: Scope,
    measure: str,
    levels: tuple[str, ...],
) -> str:
    found = change_finding.find(selection, scope, MEASURES[measure], levels)
    if found.compared is None:
        return f"{MEASURES[measure].label}{wording.figure(measure, found.now)}；对比期数据不全，不作比较。"
    return told(found, selection.comparison, scope)


def why_not_compared(selection: Selection, measure: str) -> str | None:
    """Return why a change of this measure is not judged, None where it can be."""
    status = data.status()
    if measure in GROWING or settling.is_ripening_in(measure, selection):
        return f"{settling.WHY_NOT}，不作研判"
    if selection.comparison is Comparison.NONE:
        return "未选择比较方式，不作增减研判"
    if status.first_day is None or status.last_day is None:
        return "暂无数据，不作研判"
    days = selection.period.range(status.first_day, status.last_day)
    if not status.is_over(days):
        return (
            f"统计期至{wording.date_text(days.end)}，数据仅至{wording.date_text(status.last_day)}，"
            "时段不完整，不作比较"
        )
    wanted = compared_range(days, selection.comparison)
    if wanted is None or wanted.start >= status.first_day:
        return None
    name, then = NAMES[selection.comparison]
    return (
        f"{then}（{wording.days_text(wanted)}）早于数据起始日"
        f"{wording.date_text(status.first_day)}，不作{name}"
    )


def way_out(selection: Selection, measure: str) -> str:
    """Return why there is no change to take apart, and what to choose instead.

    Parameters
    ----------
    measure
        Name of the measure that was asked for.
    """
    if measure in GROWING or settling.is_ripening_in(measure, selection):
        return (
            f"本期件尚在办理，“{MEASURES[measure].label}”与往期比较会失真，不作变动分解。"
            "请点击上方其他指标，如诉求量、投诉量。"
        )
    if selection.comparison is Comparison.NONE:
        return "未选择比较方式，没有可分解的变动。请在页面上方选择“环比”或“同比”。"
    why_not = why_not_compared(selection, measure) or "本期或对比期缺少计算基数，不作比较"
    return f"{why_not}，没有可分解的变动。请在页面上方改选时间范围或比较方式，或点击其他指标。"


def told(found: Finding, comparison: Comparison, scope: Scope) -> str:
    """Return the sentences about a finding that has something to compare with."""
    name, then = NAMES[comparison]
    label = found.measure.label
    now, before = (wording.figure(found.measure.name, each) for each in (found.now, found.before))
    if not found.comparable:
        return f"{label}{now}，{then}{before}，缺少计算基数，不作{name}。"
    if found.is_small:
        base = f"本期{found.base:,.0f}件、{then}{found.base_before:,.0f}件"
        return f"{label}{now}，{then}{before}；基数较小（{base}，均不足{SMALL_BASE}件），不作增减研判。"
    if found.flat_because == "chance":
        return f"{_headline(found, name, then)}，未超出随机波动范围。{_hidden(found, then, scope)}"
    if found.flat_because:
        flat = f"{label}{name}基本持平（{now}，{then}{before}），{_flat(found)}。"
        return flat + _hidden(found, then, scope)
    explained = _explanation(found, then, scope)
    return f"{_headline(found, name, then)}。{explained}{_against(found, then, scope)}"


def _hidden(found: Finding, then: str, scope: Scope) -> str:
    """Return what moved much within a whole that did not; empty for nothing."""
    along = change_finding.credible(found)
    along = along[along["contribution"].abs() >= change_finding.least_weight(found)]
    ranked = pd.concat([along, change_finding.opposing(found)])
    if ranked.empty:
        return ""
    best = ranked.sort_values("score", ascending=False, kind="stable").iloc[0]
    names = change_finding.names_of(pd.DataFrame([best]), scope)
    return (
        f"其中“{_member(best, names)}”变动突出，{_own(found, best, then)}，与其余部分的变动相抵。"
    )


def _against(found: Finding, then: str, scope: Scope) -> str:
    """Return what moved much against the whole; empty for nothing."""
    ranked = change_finding.opposing(found)
    if ranked.empty:
        return ""
    best = ranked.iloc[0]
    names = change_finding.names_of(pd.DataFrame([best]), scope)
    part = waterfall.signed(found.measure, best["contribution"])
    return f"与总体方向相反的有“{_member(best, names)}”（{part}），{_own(found, best, then)}。"


def _flat(found: Finding) -> str:
    if found.measure.unit == "%":
        return f"变动不足{change_finding.FLAT_POINTS * 100:g}个百分点"
    return f"变动不足{change_finding.FLAT:.0%}"


def _headline(found: Finding, name: str, then: str) -> str:
    verb = "上升" if found.change > 0 else "下降"
    now, before = (wording.figure(found.measure.name, each) for each in (found.now, found.before))
    if found.measure.unit == "%":
        return f"{found.measure.label}{name}{verb}{abs(found.change) * 100:.1f}个百分点（{now}，{then}{before}）"
    size = f"{abs(found.change) / found.before:.1%}" if found.before else ""
    return f"{found.measure.label}{name}{verb}{size}（{now}，{then}{before}）"


def _explanation(found: Finding, then: str, scope: Scope) -> str:
    which = _which(found)
    best = change_finding.foremost(found)
    if best is None and (found.explanations["score"] > 0).any():
        return f"{which}多在未填写分类信息的诉求中，已填写的没有哪一项明显突出。"
    if best is None:
        return f"{which}分散在各区域、商品服务和问题中，没有哪一项明显突出。"
    weighty = change_finding.weighty(change_finding.credible(found))
    second = _second(best, weighty)
    named = pd.DataFrame([best] if second is None else [best, second])
    names = change_finding.names_of(named, scope)
    share, own = wording.percent(best["share_of_change"]), _own(found, best, then)
    if weighty.empty:
        return f"{which}较为分散，变动最突出的是“{_member(best, names)}”（占{share}），{own}。"
    text = f"{_part(which, best)}来自“{_member(best, names)}”，{own}。"
    if second is not None:
        part = waterfall.signed(found.measure, second["contribution"])
        share = _part(which, second)
        text += f"较突出的还有“{_member(second, names)}”（{part}，占{share}，与前者可能重叠）。"
    return text


def _which(found: Finding) -> str:
    if found.is_rate:
        return "升幅" if found.change > 0 else "降幅"
    return "增量" if found.change > 0 else "减量"


def _part(which: str, explanation: "pd.Series[Any]") -> str:
    """Return how much of the change it is: never more than all, though the rest moved against it."""
    share = float(explanation["share_of_change"])
    whole = round(share, SHARE_DIGITS) >= 1
    return f"全部{which}" if whole else f"{which}的{wording.percent(share)}"


def _member(explanation: "pd.Series[Any]", names: Mapping[str, str]) -> str:
    return change_levels.member_label(str(explanation["key"]), explanation["member"], names)


def _second(best: "pd.Series[Any]", weighty: pd.DataFrame) -> "pd.Series[Any] | None":
    """Return the next explanation that has no part in common with the best one."""
    first = set(change_levels.parts(str(best["key"]), best["member"]))
    for place in range(1, len(weighty)):
        other = weighty.iloc[place]
        if first.isdisjoint(change_levels.parts(str(other["key"]), other["member"])):
            return other
    return None


def _own(found: Finding, best: "pd.Series[Any]", then: str) -> str:
    """Return the member's own figures, and what they would be had it moved like the rest."""
    name = found.measure.name
    frame = found.frames[str(best["key"])]
    members = frame["member"]
    is_best = members.isna() if best["member"] is None else members == best["member"]
    row = attribute_change(frame)[is_best.to_numpy()].iloc[0]
    value, before, expected = (
        wording.figure(name, row[each]) for each in ("value", "before", "expected")
    )
    if found.is_rate:
        part = waterfall.signed(found.measure, row["contribution"])
        return f"贡献{part}（其自身{value}，{then}{before}；若与其余部分同步变动，应为{expected}）"
    return f"由{before}变为{value}；若与其余部分同幅变动，应为{expected}"
