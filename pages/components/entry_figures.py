"""Entry quality in figures: the league of units, the elements, the contradictions, the trend."""

import functools
from collections.abc import Mapping
from typing import Any

import pandas as pd
import yaml

from analytics.entry_rules import EntryRules
from pages.components import axes, data, findings_data, grid, places, wording
from pages.components.exports import Sheet
from pages.components.findings_data import EntryQuality
from pages.components.grid import Cell, Head, Row
from pages.components.palettes import Palette
from pages.components.render import Option
from queries.selection import DateRange

LEVELS: Mapping[str, str] = {
    "handling_unit": "承办单位",
    "handling_section": "承办科所",
    "channel": "接收方式",
}
"""What entries are compared by. No source names the person at the desk."""

LEAGUE_ROWS = 60
"""Rows of the league on screen, the least complete first; ours, the file has them all."""

CHECKS: Mapping[str, str] = {
    "amount_differs": "金额不符",
    "date_differs": "日期不符",
    "region_differs": "区域不符",
}
"""Name of every contradiction."""

COMPLETE = "要素完整率＝已填写的要素÷应填写的要素；齐全率＝应填要素全有的诉求÷全部诉求"
_POINTS = "个百分点"


@functools.cache
def rules() -> EntryRules:
    """Return what an entry must hold, from ``assets/rules/entry_quality.yaml``."""
    path = places.ASSETS / "rules" / "entry_quality.yaml"
    return EntryRules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def element_names() -> dict[str, str]:
    """Return the name of every element by its code.

    Examples
    --------
    >>> element_names()["contact"]
    '联系方式'
    """
    return {each.code: each.name for each in rules().elements}


def names_of(wanting: str) -> str:
    """Return what a list of corrections is about.

    Examples
    --------
    >>> names_of("contact"), names_of("amount_differs"), names_of("")
    ('缺联系方式', '金额不符', '缺要素或前后矛盾')
    """
    if wanting in CHECKS:
        return CHECKS[wanting]
    return f"缺{element_names()[wanting]}" if wanting in element_names() else "缺要素或前后矛盾"


def meaning_of(check: str) -> str:
    """Return what a contradiction is.

    Examples
    --------
    >>> meaning_of("date_differs")
    '正文日期晚于登记日，或与登记的争议时间都相差60天以上'
    """
    limits = rules().contradictions
    return {
        "amount_differs": (
            "正文写到的金额都不等于登记的消费金额、争议金额"
            f"（相差{limits.amount_tolerance:.0%}以内算相等）"
        ),
        "date_differs": f"正文日期晚于登记日，或与登记的争议时间都相差{limits.date_gap_days}天以上",
        "region_differs": "线下消费的正文只写到其他市州、县区的地名",
    }[check]


def head_text(found: EntryQuality) -> str:
    """Return the whole in one sentence."""
    total = found.total.iloc[0]
    compared = total.get("completeness_compared", float("nan"))
    change = wording.change("closure_rate", total["completeness"], compared).text
    changed = "" if change == wording.UNKNOWN else f"（较比较期{change}）"
    return (
        f"要素完整率**{wording.percent(total['completeness'])}**{changed}，"
        f"要素齐全的诉求占{wording.percent(total['qualified'])}，"
        f"办理必需的要素都有的占{wording.percent(total['actionable'])}；"
        f"前后矛盾{wording.count(total['contradicting'])}。"
    )


def base_text(found: EntryQuality) -> str:
    """Return base, days, date of the data, and what the limits are."""
    total = found.total.iloc[0]
    compared = f"，比较期{wording.days_text(found.compared)}" if found.compared else ""
    return (
        f"共{wording.count(total['entries'])}，应填要素{total['applicable']:,.0f}项、已填{total['filled']:,.0f}项；"
        f"统计期{wording.days_text(found.days)}{compared}，数据截至{wording.date_text(data.status().last_day)}。"
        f"{COMPLETE}。七要素的认定办法和矛盾核对的限值为本系统设定；仅供核对录入，不作为考核结论。"
    )


def league_note(found: EntryQuality, level: str) -> str:
    """Return how the league is made."""
    shown = min(LEAGUE_ROWS, len(found.frame))
    limits = f"{findings_data.LEAST_ENTRIES}件及以上，本系统设定；不足的列在最后，不排名"
    parts = [f"由低到高排列，第1名最完整，共{found.ranked}个参加排名（{limits}）"]
    if shown < len(found.frame):
        parts.append(f"列出最低的{shown}个，共{len(found.frame):,}个，导出文件为全部")
    if found.unnamed:
        parts.append(f"另有{wording.count(found.unnamed)}未填写{LEVELS[level]}")
    parts.append("完整率相差不到1个百分点的，名次先后不说明差别")
    if level == "handling_section":
        parts.append("现有来源均无录入人员字段，按承办科所比较")
    return "；".join(parts) + "。"


def league(found: EntryQuality, level: str, chosen: tuple[str, ...]) -> dict[str, Any]:
    """Return the league as the grid draws it; a click on a unit or channel carries its code."""
    heads = [
        Head("名次", right=True, width=44),
        Head(LEVELS[level]),
        Head("诉求量", right=True, width=60),
        Head("完整率", right=True, width=64, hint=COMPLETE),
    ]
    if found.compared is not None:
        heads += [
            Head("变化", right=True, width=92, hint="较比较期，百分点"),
            Head("名次变化", right=True, width=66, hint="较比较期，上升为正"),
        ]
    heads.append(Head("齐全率", right=True, width=64))
    rows = [
        _league_row(record, level, chosen, compares=found.compared is not None)
        for record in found.frame.head(LEAGUE_ROWS).to_dict("records")
    ]
    return grid.content(level, "录入质量排名", heads, rows, empty="该范围内没有诉求记录。")


def _league_row(
    record: Mapping[Any, Any], level: str, chosen: tuple[str, ...], *, compares: bool
) -> Row:
    ranked = pd.notna(record["rank"])
    cells = [
        Cell(f"{record['rank']:.0f}" if ranked else wording.UNKNOWN),
        Cell(member_text(level, record["member"])),
        Cell(wording.count(record["entries"], unit="")),
        Cell(wording.percent(record["completeness"])),
    ]
    if compares:
        before = record["completeness_compared"]
        change = wording.change("closure_rate", record["completeness"], before)
        cells.append(Cell(change.text.removesuffix(_POINTS), tone=change.tone))
        cells.append(Cell(rank_change(record["rank"], record["rank_compared"])))
    cells.append(Cell(wording.percent(record["qualified"])))
    usable = level != "handling_section"
    return Row(record["member"], tuple(cells), usable=usable, selected=record["member"] in chosen)


def rank_change(now: float, before: float) -> str:
    """Return by how many places somebody rose or fell.

    Examples
    --------
    >>> rank_change(3, 10), rank_change(10, 3), rank_change(2, 2), rank_change(2, float("nan"))
    ('↑7', '↓7', '持平', '—')
    """
    if pd.isna(now) or pd.isna(before):
        return wording.UNKNOWN
    places_risen = round(before - now)
    if not places_risen:
        return "持平"
    return f"{'↑' if places_risen > 0 else '↓'}{abs(places_risen)}"


def member_text(level: str, member: str) -> str:
    """Return the name of a row of the league."""
    return wording.label("channel", member) if level == "channel" else member


def elements(found: EntryQuality, wanting: str) -> dict[str, Any]:
    """Return the seven elements as the grid draws them; a click carries the element's code."""
    total = found.total.iloc[0]
    heads = [
        Head("要素"),
        Head("应填", right=True, width=70, hint="适用的诉求，件"),
        Head("缺少", right=True, width=70),
        Head("完整率", right=True, width=70),
    ]
    rows = []
    for code, name in element_names().items():
        base, share = total[f"{code}_base"], total[code]
        missing = round(base * (1 - share)) if base else 0
        cells = (
            Cell(name, bar=None if pd.isna(share) else float(share)),
            Cell(wording.count(base, unit="")),
            Cell(wording.count(missing, unit="")),
            Cell(wording.percent(share)),
        )
        rows.append(Row(code, cells, selected=code == wanting))
    return grid.content("element", "七要素", heads, rows, empty="")


def contradictions(found: EntryQuality, wanting: str) -> dict[str, Any]:
    """Return the contradictions by kind as the grid draws them; a click carries the kind's code."""
    total = found.total.iloc[0]
    heads = [
        Head("前后矛盾"),
        Head("可核对", right=True, width=70, hint="正文与字段都写到、可以核对的诉求，件"),
        Head("不符", right=True, width=70),
        Head("占比", right=True, width=70, hint="不符÷可核对"),
    ]
    rows = []
    for code, name in CHECKS.items():
        base, number = total[f"{code}_base"], total[code]
        share = number / base if base else float("nan")
        cells = (
            Cell(name, hint=meaning_of(code)),
            Cell(wording.count(base, unit="")),
            Cell(wording.count(number, unit="")),
            Cell(wording.percent(share)),
        )
        rows.append(Row(code, cells, selected=code == wanting))
    return grid.content("check", "前后矛盾", heads, rows, empty="")


def trend_chart(months: pd.DataFrame, *, palette: Palette) -> Option:
    """Draw completeness by month; a month that is not whole is marked."""
    text = {"fontSize": 11, "color": palette.faint}
    names = [
        f"{start:%Y-%m}{'' if whole else '（未满）'}"
        for start, whole in zip(months["month"], months["complete"], strict=True)
    ]
    lines = (("要素完整率", "completeness"), ("要素齐全率", "qualified"))
    return {
        "grid": {"left": 6, "right": 10, "top": 28, "bottom": 4, "outerBoundsMode": "same"},
        "legend": {"top": 0, "left": 0, "itemWidth": 16, "itemHeight": 8, "textStyle": text},
        "tooltip": {"trigger": "axis", "textStyle": {"fontSize": 12}},
        "xAxis": {
            "type": "category",
            "data": names,
            "axisLabel": text,
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": palette.line}},
        },
        "yAxis": axes.value_axis(palette, unit="%", splits=3, scale=True, max=100),
        "series": [
            {
                "type": "line",
                "name": label,
                "data": [None if pd.isna(each) else round(each * 100, 1) for each in months[name]],
                "color": colour,
                "symbolSize": 4,
                "lineStyle": {"width": 1.6, "color": colour},
            }
            for (label, name), colour in zip(lines, palette.series, strict=False)
        ],
    }


def trend_days(months: pd.DataFrame) -> DateRange:
    """Return the days that the trend covers; the selection's own end is in its last month."""
    last = months["month"].iloc[-1] + pd.offsets.MonthEnd(0)
    status = data.status().last_day
    end = last.date() if status is None else min(last.date(), status)
    return DateRange(min(months["month"].iloc[0].date(), end), end)


def league_sheet(found: EntryQuality, level: str) -> Sheet:
    """Return the whole league to take away."""
    frame = found.frame
    columns: dict[str, Any] = {
        "名次": frame["rank"],
        LEVELS[level]: [member_text(level, each) for each in frame["member"]],
        "诉求量": frame["entries"],
        "要素完整率": frame["completeness"],
        "要素齐全率": frame["qualified"],
        "可办理率": frame["actionable"],
    }
    if found.compared is not None:
        columns |= {
            "比较期完整率": frame["completeness_compared"],
            "比较期名次": frame["rank_compared"],
        }
    shares = {name for name in columns if name.endswith("率")}
    for code, name in element_names().items():
        columns[f"{name}完整率"] = frame[code]
        shares.add(f"{name}完整率")
    for code, name in CHECKS.items():
        columns[f"{name}（件）"] = frame[code]
        columns[f"{name}可核对（件）"] = frame[f"{code}_base"]
    return Sheet(
        f"按{LEVELS[level]}",
        pd.DataFrame(columns),
        (
            ("要素完整率", "已填写的要素÷应填写的要素"),
            ("要素齐全率", "应填要素全有的诉求÷全部诉求"),
            ("可办理率", "办理必需的要素都有的诉求÷全部诉求"),
        ),
        shares=frozenset(shares),
        note=league_note(found, level),
    )
