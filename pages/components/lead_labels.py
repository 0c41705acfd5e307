"""Chinese words for what leads are coded with: signals, states, results, reasons, time limits."""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from analytics.deadlines import ClockState
from analytics.jurisdiction import read_jurisdiction
from analytics.lead_case import Authority, Deadline, LeadCase, Limitation
from analytics.legal_basis import Basis, Conducts, read_conducts
from pages.components import freshness, wording
from queries.vocabulary import LeadResult, LeadState, SignalAnswer, SignalSource

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        SignalSource.RISK: "风险评分",
        SignalSource.CAMPAIGN: "专项行动",
        SignalSource.CLUSTER: "诉求聚类",
        SignalSource.SHARED_MATTER: "一事多人",
        SignalSource.GROUP: "群体性投诉",
        SignalSource.TIPOFF: "举报",
    }
)

STATES: Mapping[str, str] = MappingProxyType(
    {
        LeadState.PROPOSED: "拟移送",
        LeadState.HANDED_OVER: "已移送",
        LeadState.RECEIVED: "已接收",
        LeadState.CHECKING: "核查",
        LeadState.FILED: "立案",
        LeadState.NOT_FILED: "不予立案",
        LeadState.CLOSED: "办结",
        LeadState.RETURNED: "退回",
        LeadState.WITHDRAWN: "撤回",
    }
)

RESULTS: Mapping[str, str] = MappingProxyType(
    {
        LeadResult.PENALTY: "行政处罚",
        LeadResult.NO_PENALTY: "不予处罚",
        LeadResult.CASE_WITHDRAWN: "撤案",
        LeadResult.TRANSFERRED: "移送司法或其他部门",
        LeadResult.NOT_FILED: "不予立案",
    }
)

ANSWERS: Mapping[str, str] = MappingProxyType(
    {SignalAnswer.LEAD: "列为线索", SignalAnswer.DISMISSED: "不列为线索"}
)

CHECK = "需核对"

PARTS: Mapping[str, str] = MappingProxyType(
    {
        "severity": "严重程度",
        "evidence": "证据",
        "breadth": "涉及面",
        "recency": "时效",
        "solvability": "可查性",
    }
)

_SHARES: Mapping[str, str] = MappingProxyType(
    {
        "severity.conduct": "涉嫌行为严重",
        "severity.harm": "有人身伤害",
        "severity.money": "涉及金额",
        "evidence.submissions": "诉求件数",
        "evidence.sources": "多种来源相互印证",
        "evidence.documented": "写明时间、金额或凭证",
        "breadth.persons": "涉及人数",
        "breadth.counties": "涉及县区",
        "breadth.operators": "涉及主体",
        "recency.latest": "近期仍有诉求",
        "solvability.identified": "主体明确",
        "solvability.located": "地址明确",
        "solvability.in_business": "仍在经营",
        "solvability.persons_reachable": "诉求人联系得上",
    }
)

_FACTS: Mapping[str, str] = MappingProxyType(
    {
        "conduct_severity": "行为的严重程度",
        "harmed": "伤害人数",
        "disputed_yuan": "金额",
        "submissions": "件数",
        "sources": "来源种类",
        "documented": "有无凭证",
        "persons": "人数",
        "counties": "县区",
        "operators": "主体数",
        "identified": "主体是否明确",
        "located": "地址",
        "in_business": "是否在营",
        "persons_reachable": "诉求人能否联系",
    }
)

_CLOCK_STATES: Mapping[ClockState, str] = MappingProxyType(
    {
        ClockState.OVERDUE: "已超期",
        ClockState.RUNNING: "进行中",
        ClockState.SUSPENDED: "鉴定检测中",
        ClockState.UNKNOWN: "数据不足，未知",
    }
)

_LEVELS = MappingProxyType(
    {"county": "市场监督管理局", "county_or_above": "市场监督管理局（上级局也可以处理）"}
)

_TITLES = MappingProxyType(
    {
        "办法": "市场监督管理投诉举报处理办法",
        "暂行办法": "市场监督管理投诉举报处理暂行办法",
        "行政处罚程序规定": "市场监督管理行政处罚程序规定",
        "行政处罚法": "行政处罚法",
        "广告法": "广告法",
        "消费者权益保护法": "消费者权益保护法",
    }
)
"""Full titles of what the rule files name in short."""

_WHY_CHECK = MappingProxyType(
    {
        "several": "多地可以处理",
        "not_a_county": "登记的地区不是县级",
        "role_unknown": "是否平台经营者或平台内经营者不明",
        "no_rule": "没有相应规定",
        "unreachable": "联系不上",
    }
)


@cache
def conducts() -> Conducts:
    """Return the conducts of the rule file."""
    return read_conducts()


def conduct(code: str) -> str:
    """Return the name of a conduct; whoever shows it says that it is suspected.

    Examples
    --------
    >>> conduct("prepaid")
    '预付式消费违约、闭店失联'
    """
    known = conducts().by_code.get(code)
    return code if known is None else known.name


def conduct_short(code: str) -> str:
    """Return the short name of a conduct, for narrow columns.

    Examples
    --------
    >>> conduct_short("prepaid"), conduct_short("food_unsafe")
    ('预付式消费违约', '食品不符合安全标准')
    """
    known = conducts().by_code.get(code)
    return (known and known.short) or conduct(code).split("、")[0]


def law_title(name: str) -> str:
    """Return a law or rule by its full title; what is no title stays.

    Examples
    --------
    >>> law_title("办法"), law_title("平台规则")
    ('《市场监督管理投诉举报处理办法》', '平台规则')
    """
    head, bracket, rest = name.partition("（")
    full = _TITLES.get(head, "")
    return f"《{full}》{bracket}{rest}" if full else name


def article_text(article: str | None) -> str:
    """Return an article as papers quote it.

    Examples
    --------
    >>> article_text("23（五）"), article_text("13、29—32"), article_text(None)
    ('第23条第（五）项', '第13、29—32条', '条号未查明')
    """
    if not article:
        return "条号未查明"
    number, bracket, item = article.partition("（")
    return f"第{number}条第（{item}项" if bracket else f"第{number}条"


def sources(codes: str) -> str:
    """Return the names of comma-joined signal sources.

    Examples
    --------
    >>> sources("risk,tipoff")
    '风险评分、举报'
    """
    return "、".join(SOURCES.get(code, code) for code in codes.split(",") if code)


def reasons(codes: str) -> tuple[str, ...]:
    """Return why a candidate is worth so much, in words, what adds most first.

    Examples
    --------
    >>> reasons("severity.conduct=15.0;breadth.persons=8.1;serial=0.50;unknown:harmed")
    ('涉嫌行为严重15.0分', '涉及人数8.1分', '疑似牟利性投诉材料占50%，证据分已折减', '未知：伤害人数')
    """
    told: list[str] = []
    missing: list[str] = []
    for code in filter(None, codes.split(";")):
        name, _, value = code.partition("=")
        if name.startswith("unknown:"):
            fact = name.removeprefix("unknown:")
            missing.append(_FACTS.get(fact, fact))
        elif name == "serial":
            told.append(f"疑似牟利性投诉材料占{float(value):.0%}，证据分已折减")
        else:
            told.append(f"{_SHARES.get(name, name)}{value}分")
    return (*told, f"未知：{'、'.join(missing)}") if missing else tuple(told)


def law(basis: Basis) -> str:
    """Return a law and article, with what a person has to check.

    Examples
    --------
    >>> law(Basis(law="广告法", article="28、55", penalty=None, verified=False))
    '《广告法》第28、55条（需核对；处罚幅度未填）'
    """
    if basis.law is None:
        return f"法律依据未查明（{CHECK}）"
    article = article_text(basis.article)
    if not basis.needs_check:
        return f"《{basis.law}》{article}，{basis.penalty}"
    return f"《{basis.law}》{article}（{CHECK}{'' if basis.penalty else '；处罚幅度未填'}）"


def authority(found: Authority) -> str:
    """Return which authority may handle the matter, and why a person has to look."""
    where = wording.label("region", found.region_code) if found.region_code else "地区未知，"
    level = _LEVELS.get(found.level or "", "市场监督管理部门")
    places = read_places()
    told = []
    for reason in found.reasons:
        name, _, place = reason.partition(":")
        told.append(f"缺{places.get(place, place)}" if place else _WHY_CHECK.get(name, name))
    also = "、".join(wording.label("region", code) for code in found.others)
    told += [f"{also}也可以处理"] if also else []
    why = f"（{CHECK}：{'；'.join(told)}）" if told else ""
    return f"{where}{level}，{found.submissions:,}件{why}"


@cache
def read_places() -> Mapping[str, str]:
    """Return the names of the places that jurisdiction rests on."""
    return read_jurisdiction().places


def authority_basis(found: Authority) -> str:
    """Return the rule that jurisdiction rests on."""
    if found.law is None:
        return f"管辖依据未查明（{CHECK}）"
    checked = "" if found.article_checked else f"（{CHECK}）"
    return f"{law_title(found.law)}{article_text(found.article)}{checked}"


def deadline_state(found: Deadline) -> str:
    """Return how a time limit stands over the evidence."""
    guessed = "（节假日未公布，届满日待核）" if found.estimated else ""
    return f"{_CLOCK_STATES[found.state]}{found.submissions:,}件{guessed}"


def deadline_law(found: Deadline) -> str:
    """Return the article that a time limit rests on."""
    checked = "" if found.checked else f"（{CHECK}）"
    return f"{law_title(found.law)}{article_text(found.article)}{checked}"


def urgent(case: LeadCase) -> tuple[Deadline, ...]:
    """Return the time limits that are overdue or run, without those nothing is known of."""
    return tuple(each for each in case.deadlines if each.state is not ClockState.UNKNOWN)


def unknown_clocks(case: LeadCase) -> tuple[str, ...]:
    """Return the names of time limits that the data do not tell the state of."""
    return tuple(each.name for each in case.deadlines if each.state is ClockState.UNKNOWN)


def limitation(found: Limitation) -> str:
    """Return until when the conduct can be penalised."""
    grave = (
        f"；涉及公民生命健康安全且有危害后果的至{day(found.grave_until)}"
        if found.grave_until
        else ""
    )
    return (
        f"按最近一件所述行为（{day(found.conduct_on)}）计至{day(found.until)}{grave}"
        f"（{law_title(found.law)}{article_text(found.article)}{'' if found.checked else f'，{CHECK}'}；"
        "连续或者继续的行为自终了之日起算，由办案人员认定）"
    )


def day(value: dt.date | None) -> str:
    """Return a day in short, as tables show it."""
    return wording.UNKNOWN if value is None else f"{value:%Y-%m-%d}"


def beijing(stored: dt.datetime) -> dt.datetime:
    """Return a moment of the workflow store, in UTC, as it is in Beijing.

    Examples
    --------
    >>> beijing(dt.datetime(2026, 3, 1, 23)).isoformat()
    '2026-03-02T07:00:00+08:00'
    """
    return stored.replace(tzinfo=dt.UTC).astimezone(freshness.BEIJING)


def joined(texts: Iterable[str]) -> str:
    """Return texts as one, parted by semicolons."""
    return "；".join(texts)
