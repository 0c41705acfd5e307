"""Measures: additive sums, and the figures on screen that are made of them.

A *sum* is an expression that can be added over any rows, so it can be stored in cubes. A *measure*
is one sum, or one sum divided by another; the division happens after adding up, never before, so
a rate is right at every grain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from queries.schema import submissions
from queries.vocabulary import Acceptance, Kind, MediationResult, OdrResult

_c = submissions.c
Condition = sa.ColumnElement[bool]


def _count(condition: Condition) -> sa.ColumnElement[int]:
    return sa.case((condition, 1), else_=0)


def _amount(column: sa.ColumnElement[float]) -> sa.ColumnElement[float]:
    return sa.func.coalesce(column, 0.0)


_is_complaint = _c.kind == Kind.COMPLAINT
_is_tipoff = _c.kind == Kind.TIPOFF
_is_claim = _c.kind.in_([Kind.COMPLAINT, Kind.TIPOFF])
_accepted = sa.and_(_is_complaint, _c.acceptance == Acceptance.ACCEPTED)
_closed = _c.closed_at.is_not(None)

SUMS: dict[str, sa.ColumnElement[int] | sa.ColumnElement[float]] = {
    "submissions": sa.literal_column("1"),
    "complaints": _count(_is_complaint),
    "tipoffs": _count(_is_tipoff),
    "inquiries": _count(_c.kind == Kind.INQUIRY),
    "accepted": _count(_accepted),
    "decided": _count(
        sa.and_(_is_complaint, _c.acceptance.in_([Acceptance.ACCEPTED, Acceptance.DECLINED]))
    ),
    "first_check_on_time": sa.func.coalesce(_c.first_check_on_time, 0),
    "first_check_timed": _count(_c.first_check_on_time.is_not(None)),
    "closed": _count(_closed),
    "closed_on_time": sa.func.coalesce(_c.closed_on_time, 0),
    "closed_timed": _count(_c.closed_on_time.is_not(None)),
    "handling_days": _amount(_c.handling_days),
    "handled": _count(_c.handling_days.is_not(None)),
    "mediated": _count(sa.and_(_accepted, _c.mediation_result == MediationResult.AGREEMENT)),
    "accepted_closed": _count(sa.and_(_accepted, _closed)),
    "cases": _count(sa.and_(_is_tipoff, _c.is_case_opened.is_(sa.true()))),
    "tipoffs_checked": _count(sa.and_(_is_tipoff, _c.is_case_opened.is_not(None))),
    "transferred": _count(sa.and_(_is_complaint, _c.is_transferred_to_case.is_(sa.true()))),
    "disputed_yuan": _amount(_c.disputed_yuan),
    "disputed": _count(_c.disputed_yuan.is_not(None)),
    "recovered_yuan": _amount(_c.recovered_yuan),
    "penalty_yuan": _amount(_c.fined_yuan) + _amount(_c.confiscated_yuan),
    "satisfaction": sa.func.coalesce(_c.satisfaction, 0),
    "rated": _count(_c.satisfaction.is_not(None)),
    "published": _count(sa.and_(_accepted, _closed, _c.is_published.is_(sa.true()))),
    "odr": _count(_c.is_odr.is_(sa.true())),
    "odr_settled": _count(_c.odr_result == OdrResult.SETTLED),
    "complaints_and_tipoffs": _count(_is_claim),
    "online": _count(sa.and_(_is_claim, _c.is_online.is_(sa.true()))),
    "livestream": _count(sa.and_(_is_claim, _c.is_livestream.is_(sa.true()))),
    "prepaid": _count(sa.and_(_is_claim, _c.is_prepaid.is_(sa.true()))),
}
"""Additive sums by name, as expressions over one row of ``submissions``."""

FLOAT_SUMS = frozenset({"handling_days", "disputed_yuan", "recovered_yuan", "penalty_yuan"})
"""Sums stored as floating point; all others are whole numbers."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure as it stands on screen.

    Attributes
    ----------
    numerator, denominator
        Names in `SUMS`; without a denominator the measure is the sum itself.
    unit
        Chinese unit; ``"%"`` marks a share (kept as 0–1, shown in percent).
    definition
        In Chinese, shown beside the figure.
    good
        Which direction is welcome; ``None`` where neither is.
    """

    name: str
    label: str
    unit: str
    definition: str
    numerator: str
    denominator: str | None = None
    good: Literal["up", "down"] | None = None

    @property
    def sums(self) -> tuple[str, ...]:
        """Names of the sums that this measure needs."""
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)


_ALL = (
    Measure(
        "submissions", "诉求量", "件", "登记的投诉、举报、咨询合计，按登记时间计", "submissions"
    ),
    Measure("complaints", "投诉量", "件", "登记的投诉，按登记时间计", "complaints"),
    Measure("tipoffs", "举报量", "件", "登记的举报，按登记时间计", "tipoffs"),
    Measure("inquiries", "咨询量", "件", "登记的咨询，按登记时间计", "inquiries"),
    Measure(
        "acceptance_rate", "受理率", "%", "已受理投诉÷已作出受理决定的投诉", "accepted", "decided"
    ),
    Measure(
        "first_check_rate",
        "按时初查率",
        "%",
        "期限内完成初查÷已完成初查且有期限的投诉举报",
        "first_check_on_time",
        "first_check_timed",
        "up",
    ),
    Measure("closed", "办结量", "件", "已办结的诉求，按登记时间计", "closed"),
    Measure("closure_rate", "办结率", "%", "已办结÷登记的诉求", "closed", "submissions", "up"),
    Measure(
        "on_time_rate",
        "按时办结率",
        "%",
        "期限内办结÷已办结且有期限的诉求",
        "closed_on_time",
        "closed_timed",
        "up",
    ),
    Measure(
        "mean_handling_days",
        "平均办理时长",
        "天",
        "已办结诉求自登记至办结的自然日平均",
        "handling_days",
        "handled",
        "down",
    ),
    Measure(
        "mediation_rate",
        "调解成功率",
        "%",
        "达成调解协议÷受理且已办结的投诉",
        "mediated",
        "accepted_closed",
        "up",
    ),
    Measure(
        "case_rate", "立案率", "%", "立案÷已作出是否立案决定的举报", "cases", "tipoffs_checked"
    ),
    Measure("disputed_yuan", "争议金额", "元", "登记的争议金额合计", "disputed_yuan"),
    Measure(
        "mean_disputed_yuan",
        "件均争议金额",
        "元",
        "争议金额÷登记了争议金额的诉求",
        "disputed_yuan",
        "disputed",
    ),
    Measure(
        "recovered_yuan",
        "挽回经济损失",
        "元",
        "为消费者挽回的经济损失合计",
        "recovered_yuan",
        good="up",
    ),
    Measure(
        "recovery_rate",
        "挽损率",
        "%",
        "挽回经济损失÷争议金额",
        "recovered_yuan",
        "disputed_yuan",
        "up",
    ),
    Measure("penalty_yuan", "罚没金额", "元", "罚款与没收金额合计", "penalty_yuan"),
    Measure("satisfaction", "满意度", "分", "回访评分平均，满分5分", "satisfaction", "rated", "up"),
    Measure(
        "publication_rate",
        "公示率",
        "%",
        "已公示÷受理且已办结的投诉",
        "published",
        "accepted_closed",
        "up",
    ),
    Measure(
        "odr_rate", "和解成功率", "%", "和解成功÷ODR企业受理的投诉", "odr_settled", "odr", "up"
    ),
    Measure(
        "online_share",
        "网购占比",
        "%",
        "网购投诉举报÷全部投诉举报",
        "online",
        "complaints_and_tipoffs",
    ),
    Measure(
        "livestream_share",
        "直播占比",
        "%",
        "直播带货投诉举报÷全部投诉举报",
        "livestream",
        "complaints_and_tipoffs",
    ),
    Measure(
        "prepaid_share",
        "预付式占比",
        "%",
        "预付式消费投诉举报÷全部投诉举报",
        "prepaid",
        "complaints_and_tipoffs",
    ),
)

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}
"""Every measure by name."""


def sums_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sums needed by the named measures, each once, in registry order.

    Raises
    ------
    KeyError
        If a name is not in `MEASURES`.

    Examples
    --------
    >>> sums_of(("acceptance_rate", "complaints"))
    ('complaints', 'accepted', 'decided')
    """
    needed = {each for name in names for each in MEASURES[name].sums}
    return tuple(each for each in SUMS if each in needed)


SumOf = Callable[[str], sa.ColumnElement[float]]
"""Gives the aggregate of a named sum over some source (facts or a cube)."""
