"""Rates per 10,000 residents or operators, only where both halves of the fraction match."""

import csv
import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import pandas as pd

from pages.components import data, places
from queries.dimensions import DIMENSIONS
from queries.scope import Scope
from queries.selection import Selection

LEVEL = "city_code"
"""The only level with figures to divide by."""

PER = 10_000

COUNTED = frozenset({"submissions", "complaints", "tipoffs", "inquiries"})
"""Measures that count submissions; money, days and rates have no base in people."""

NARROWING: Mapping[str, str] = MappingProxyType(
    {
        "operator": "已限定经营主体，主体的消费者不等于所在市州的常住人口",
        "unit": "已限定承办单位，承办单位的辖区不等于市州",
        "business_district": "已限定商圈，商圈没有人口数",
        "online_platform": "已限定网购平台，平台的消费者不限于所在市州",
        "is_online": "已限定是否网购，网购的消费者不限于经营者所在市州",
        "sale_mode": "已限定销售方式，各销售方式的消费者不都在经营者所在市州",
        "is_livestream": "已限定是否直播，直播的消费者不限于经营者所在市州",
    }
)
"""Dimensions by which a selection may not be narrowed, with the reason; ours."""


class Base(StrEnum):
    """What to divide by: a column of ``assets/regions/population.csv``."""

    RESIDENTS = "residents"
    OPERATORS = "operators"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure to divide by."""

    number: int
    as_of: dt.date
    source: str


@dataclass(frozen=True, slots=True)
class Rate:
    """Submissions per 10,000.

    Attributes
    ----------
    frame
        Columns ``member`` (code), ``count``, ``base`` and ``per_10k``, highest first. Members
        without a figure, and what is not stated, are left out.
    left_out
        Submissions of the members left out.
    caption
        What was divided by what, with date and source.
    """

    frame: pd.DataFrame
    left_out: int
    caption: str


@dataclass(frozen=True, slots=True)
class Off:
    """Why there is no rate."""

    reason: str


_WHOLE = frozenset({"province_code", "city_code"})

_BASES = {Base.RESIDENTS: "常住人口", Base.OPERATORS: "经营主体户数"}
_LABELS = {Base.RESIDENTS: "每万常住人口", Base.OPERATORS: "每万户经营主体"}


@functools.cache
def figures(base: Base) -> Mapping[str, Figure]:
    """Return what to divide by, by region code; empty if the file has no such column.

    Examples
    --------
    >>> figures(Base.RESIDENTS)["420100"].number, len(figures(Base.OPERATORS))
    (12326518, 0)
    """
    path = places.ASSETS / "regions" / "population.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return MappingProxyType(
            {
                row["code"]: Figure(
                    int(row[base]), dt.date.fromisoformat(row["as_of"]), row["source"]
                )
                for row in csv.DictReader(file)
                if row.get(base)
            }
        )


def rate_per_10k(
    level: str,
    measure: str,
    selection: Selection,
    scope: Scope,
    *,
    base: Base = Base.RESIDENTS,
) -> Rate | Off:
    """Return submissions per 10,000 residents or operators by region, or why there are none.

    The numerator must be all submissions of the people, or against the operators, that the
    denominator counts. So the level must have figures, the measure must count submissions, the
    viewer must see whole cities of all units, and the selection must not be narrowed to what the
    base does not belong to (`NARROWING`). What a submission is about, when and how it was made
    may be chosen freely.
    """
    reason = _why_not(level, measure, selection, scope, base)
    if reason is not None:
        return Off(reason)
    known = figures(base)
    cities = sum(each.level == "city" for each in places.regions().values())
    found = data.breakdown(selection, scope, level=level, measures=(measure,), limit=cities + 1)
    counted = found.frame[found.frame["member"].isin(list(known))]
    frame = pd.DataFrame(
        {
            "member": counted["member"],
            "count": counted[measure],
            "base": [known[member].number for member in counted["member"]],
        }
    )
    frame["per_10k"] = frame["count"] / frame["base"] * PER
    frame = frame.sort_values(["per_10k", "member"], ascending=[False, True], ignore_index=True)
    left_out = int(found.frame[measure].sum() - frame["count"].sum())
    return Rate(frame, left_out, _caption(base, known))


def _why_not(
    level: str, measure: str, selection: Selection, scope: Scope, base: Base
) -> str | None:
    if level != LEVEL:
        return f"{_LABELS[base]}件数只按市州计算，其他层级没有可靠的分母"
    if measure not in COUNTED:
        return f"{_LABELS[base]}只能除件数，所选指标不是件数"
    if not figures(base):
        return "未提供各市州经营主体户数，暂不计算每万户件数"
    for each in selection.filters:
        if each.dimension in NARROWING:
            return f"{NARROWING[each.dimension]}，不计算{_LABELS[base]}件数"
    region = DIMENSIONS["region"]
    finer = [code for code in scope.regions if region.level_of(code).name not in _WHOLE]
    if scope.units or (finer and not scope.everything):
        return f"当前查看范围小于市州，不计算{_LABELS[base]}件数"
    return None


def _caption(base: Base, known: Mapping[str, Figure]) -> str:
    figure = next(iter(known.values()))
    day = f"{figure.as_of.year}年{figure.as_of.month}月{figure.as_of.day}日"
    return f"{_LABELS[base]}件数＝本期件数÷{_BASES[base]}×10,000；{_BASES[base]}截至{day}，来源：{figure.source}"
