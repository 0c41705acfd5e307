"""Chinese wording: labels of codes, numbers with units, sentences about a selection, errors."""

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from pages.components import campaign_data, data, findings_data, labels, repeat_data, store
from pages.components.access import NoFrameError
from pages.components.labels import label, remedies, short_region
from pages.components.settings import InvalidSettingError
from queries.dimensions import DIMENSIONS
from queries.measures import MEASURES
from queries.selection import Comparison, DateRange, InvalidSelectionError, Period, Selection

__all__ = [
    "Change",
    "change",
    "count",
    "date_text",
    "days_text",
    "describe",
    "explain",
    "figure",
    "label",
    "percent",
    "period_text",
    "reasons",
    "remedies",
    "short_region",
    "split_unit",
    "yuan",
]

UNKNOWN = "—"
"""Stands where nothing can be said: no base, no data."""

MAX_NAMED = 3
"""Members that a sentence names before it says 等N项."""

MANIFOLD = 1000
"""Percent of growth from which it is told as a multiple (增长10倍)."""

Direction = Literal["up", "down", "flat", "unknown"]
Tone = Literal["good", "bad", "neutral"]


def _missing(value: float | None) -> bool:
    return value is None or math.isnan(value)


def count(value: float | None, unit: str = "件") -> str:
    """Return a count with its unit, shortened from a million on.

    Examples
    --------
    >>> count(1234), count(1234567), count(None)
    ('1,234件', '123.5万件', '—')
    """
    if value is None or _missing(value):
        return UNKNOWN
    return f"{_shortened(value, from_ten_thousands=100, decimals=0)}{unit}"


def yuan(value: float | None) -> str:
    """Return an amount of money in 元, 万元 or 亿元.

    Examples
    --------
    >>> yuan(980), yuan(1234567), yuan(2.5e8)
    ('980元', '123.5万元', '2.50亿元')
    """
    if value is None or _missing(value):
        return UNKNOWN
    return f"{_shortened(value, from_ten_thousands=1, decimals=0)}元"


def _shortened(value: float, *, from_ten_thousands: int, decimals: int) -> str:
    if abs(value) >= 1e8:
        return f"{value / 1e8:,.2f}亿"
    if abs(value) >= from_ten_thousands * 1e4:
        return f"{value / 1e4:,.1f}万"
    return f"{value:,.{decimals}f}"


def percent(share: float | None) -> str:
    """Return a share of 0–1 in percent.

    Examples
    --------
    >>> percent(0.1234), percent(float("nan"))
    ('12.3%', '—')
    """
    return UNKNOWN if share is None or _missing(share) else f"{share:.1%}"


def figure(measure: str, value: float | None) -> str:
    """Return a measure's value with its unit.

    Examples
    --------
    >>> figure("complaints", 12), figure("closure_rate", 0.9), figure("mean_handling_days", 7.25)
    ('12件', '90.0%', '7.2天')
    """
    unit = MEASURES[measure].unit
    if unit == "%":
        return percent(value)
    if unit == "元":
        return yuan(value)
    if unit == "件":
        return count(value)
    return UNKNOWN if value is None or _missing(value) else f"{value:.1f}{unit}"


def split_unit(text: str) -> tuple[str, str]:
    """Return a figure's number and its unit apart, for a unit in smaller letters.

    Examples
    --------
    >>> split_unit("123.5万元"), split_unit("12.3%"), split_unit("—")
    (('123.5', '万元'), ('12.3', '%'), ('—', ''))
    """
    found = re.fullmatch(r"(-?[\d,.]+)(\D*)", text)
    return (found[1], found[2]) if found else (text, "")


REASONS = MappingProxyType(
    {"injury": "人身伤害", "large_sum": "金额较大", "many": "同一主体近期集中"}
)
"""Why a submission is notable."""


def reasons(codes: Iterable[str]) -> str:
    """Return the labels of the reasons why a submission is notable.

    Examples
    --------
    >>> reasons(("injury", "many"))
    '人身伤害、同一主体近期集中'
    """
    return "、".join(REASONS.get(code, code) for code in codes)


@dataclass(frozen=True, slots=True)
class Change:
    """A figure against its base, in words.

    Attributes
    ----------
    text
        Such as ``↑12.3%``, ``↓1.2个百分点``, ``持平``; ``—`` where there is no base.
    tone
        Whether the measure's good direction was taken; neutral where it has none.
    """

    text: str
    direction: Direction
    tone: Tone


def change(measure: str, current: float | None, base: float | None) -> Change:
    """Say how a measure changed: rates in percentage points, all others in percent.

    Examples
    --------
    >>> change("complaints", 110, 100).text, change("closure_rate", 0.9, 0.95).text
    ('↑10.0%', '↓5.0个百分点')
    >>> change("complaints", 5, 0).text
    '—'
    """
    if current is None or base is None or _missing(current) or _missing(base):
        return Change(UNKNOWN, "unknown", "neutral")
    if MEASURES[measure].unit == "%":
        difference, unit = (current - base) * 100, "个百分点"
    elif base == 0:
        return Change(UNKNOWN, "unknown", "neutral")
    else:
        difference, unit = (current - base) / abs(base) * 100, "%"
    if abs(difference) < 0.05:
        return Change("持平", "flat", "neutral")
    direction: Direction = "up" if difference > 0 else "down"
    arrow = "↑" if difference > 0 else "↓"
    size = f"{abs(difference):,.1f}{unit}"
    if unit == "%" and difference >= MANIFOLD:
        size = f"{difference / 100:,.1f}倍"
    return Change(f"{arrow}{size}", direction, _tone(measure, direction))


def _tone(measure: str, direction: Direction) -> Tone:
    good = MEASURES[measure].good
    if good is None:
        return "neutral"
    return "good" if good == direction else "bad"


def date_text(day: dt.date | None) -> str:
    """Return a day as it stands in a sentence.

    Examples
    --------
    >>> date_text(dt.date(2026, 3, 1))
    '2026年3月1日'
    """
    return UNKNOWN if day is None else f"{day.year}年{day.month}月{day.day}日"


def days_text(days: DateRange) -> str:
    """Return a range of days, without repeating the year.

    Examples
    --------
    >>> days_text(DateRange(dt.date(2026, 3, 2), dt.date(2026, 3, 31)))
    '2026年3月2日至3月31日'
    """
    if days.start == days.end:
        return date_text(days.start)
    end = date_text(days.end)
    if days.start.year == days.end.year:
        end = end.removeprefix(f"{days.end.year}年")
    return f"{date_text(days.start)}至{end}"


def period_text(period: Period) -> str:
    """Return the name of a period.

    Examples
    --------
    >>> [period_text(Period(code)) for code in ("30d", "12m", "ytd", "all")]
    ['近30天', '近12个月', '本年', '全部时间']
    """
    named = {"ytd": "本年", "all": "全部时间"}
    if period.code in named:
        return named[period.code]
    if not period.relative:
        return days_text(period.range(dt.date.min, dt.date.max))
    unit = "天" if period.code.endswith("d") else "个月"
    return f"近{period.code[:-1]}{unit}"


_COMPARISONS: Mapping[Comparison, str] = MappingProxyType(
    {Comparison.PREVIOUS: "与上期比较", Comparison.LAST_YEAR: "与去年同期比较", Comparison.NONE: ""}
)


def describe(
    selection: Selection,
    *,
    days: DateRange | None = None,
    names: Mapping[str, str] | None = None,
    left_out: float | None = None,
    is_over: bool = True,
) -> str:
    """Return a selection as one Chinese sentence.

    Parameters
    ----------
    days
        The days that a relative period came to; named beside it.
    names
        Labels of members that no table knows, such as operators' names by id.
    left_out
        How many submissions the de-noised count leaves out, None if not known.
    is_over
        False for a period that ends after the data: it is marked, and compared with nothing.

    Examples
    --------
    >>> describe(Selection().toggled("region", "420100").toggled("kind", "complaint"))
    '近30天；类型：投诉；区域：武汉市；与上期比较。'
    """
    period = period_text(selection.period)
    if days is not None and selection.period.relative:
        period = f"{days_text(days)}（{period}）"
    parts = [period if is_over else f"{period}（统计期未满）"]
    for each in selection.filters:
        verb = "排除" if each.exclude else ""
        parts.append(
            f"{verb}{DIMENSIONS[each.dimension].label}：{_members(each.dimension, each.members, names or {})}"
        )
    if selection.text:
        parts.append(f"内容含“{selection.text}”")
    if selection.denoised:
        parts.append("去重口径" if left_out is None else f"去重口径（剔除{count(left_out)}）")
    if is_over:
        parts.append(_COMPARISONS[selection.comparison])
    return "；".join(part for part in parts if part) + "。"


def _members(dimension: str, members: tuple[str, ...], names: Mapping[str, str]) -> str:
    named = [
        names.get(member) or label(DIMENSIONS[dimension].level_of(member).name, member)
        for member in members[:MAX_NAMED]
    ]
    rest = f"等{len(members)}项" if len(members) > MAX_NAMED else ""
    return "、".join(named) + rest


_FIELDS = MappingProxyType(
    {"period": "时间范围", "vs": "比较方式", "text": "搜索内容", "filter": "筛选项"}
)


_FIXED: tuple[tuple[type[Exception], str], ...] = (
    (
        data.NoWarehouseError,
        (
            "还没有可以显示的数据。请在程序目录运行“python -m jobs demo”生成演示数据，"
            "或运行“python -m jobs import 文件 --mapping 映射文件”导入本单位数据，然后刷新本页。"
        ),
    ),
    (data.SchemaVersionError, "数据由另一版本的程序写成，本版本不能读取。请用本版本重新导入数据。"),
    (
        data.WordsNotDerivedError,
        "热词尚未随数据更新，请运行“python -m jobs refresh”，然后刷新本页。",
    ),
    (
        findings_data.TagsNotDerivedError,
        "诉求标签尚未随数据更新，请运行“python -m jobs refresh”，或移除标签条件后刷新本页。",
    ),
    (
        campaign_data.CampaignsNotDerivedError,
        "专项行动尚未随数据更新，请运行“python -m jobs refresh”，或移除专项条件后刷新本页。",
    ),
    (
        findings_data.EntriesNotCheckedError,
        "录入质量尚未随数据更新，请运行“python -m jobs refresh”，然后刷新本页。",
    ),
    (
        repeat_data.RepeatsNotDerivedError,
        "异常诉求尚未随数据更新，请运行“python -m jobs refresh”，然后刷新本页。",
    ),
    (
        findings_data.ClustersNotDerivedError,
        "诉求聚类尚未随数据更新，请运行“python -m jobs refresh”，或移除聚类条件后刷新本页。",
    ),
    (
        findings_data.NewWordsNotDerivedError,
        "新词尚未随数据更新，请运行“python -m jobs refresh”，然后刷新本页。",
    ),
    (
        store.NotAllowedError,
        "该研判结果对全部数据生效，由可查看全部数据的研判分析员或执法人员作出。",
    ),
    (NoFrameError, "本页不能单独打开，请运行“streamlit run app.py”后从导航进入。"),
)


def explain(error: BaseException) -> str | None:
    """Return what a known error means and what to do, None for an unknown one."""
    for kind, sentence in _FIXED:
        if isinstance(error, kind):
            return sentence
    if isinstance(error, InvalidSelectionError):
        field = _FIELDS.get(error.field) or (
            DIMENSIONS[error.field].label if error.field in DIMENSIONS else "筛选条件"
        )
        return f"网址中的{field}“{error.value}”无法识别，请清除筛选后重新选择。"
    if isinstance(error, InvalidSettingError):
        return f"环境变量{error.name}的值不可用，请系统管理员对照说明文件改正后重新启动。"
    return None


def not_stated(value: object) -> str:
    """Return a field's text, 未填写 where there is none."""
    missing = value is None or value != value or value == ""  # noqa: PLR0124 (NaN is not itself)
    return labels.NOT_STATED if missing else str(value)
