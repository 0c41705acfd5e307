"""One campaign: figures, course, where and whom, words, cases, targets."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from analytics.campaign_definitions import Campaign
from analytics.keyword_rules import compile_rules
from pages.components import (
    address,
    campaign_data,
    campaign_list,
    data,
    exports,
    findings_data,
    grid,
    lead_mentions,
    marked_texts,
    marks,
    palettes,
    panels,
    render,
    tables,
    trend,
    word_courses,
    word_keyness,
    wording,
)
from pages.components.campaign_data import CampaignCounts, OperatorChecks
from pages.components.grid import Cell, Head, Row
from pages.components.marked_texts import Text
from pages.components.own_campaigns import Known
from pages.components.panels import Click
from pages.components.store import EVENT_DAYS, Event
from queries.dimensions import LEVELS
from queries.results import Breakdown
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Period, Selection
from queries.vocabulary import EventKind

MONTHS = 24
"""Months of the trend; ours."""

ROWS = 6
"""Members listed of each level; ours, the explorer has the rest."""

WORDS = 14
CLUSTERS, LABEL_WORDS = 6, 3
EXAMPLES = 5

BOARDS = {"county_code": "区域", "operator_id": "主体", "product_category": "客体"}

TARGETS = {
    "checks": ("作出是否立案决定的举报", "tipoffs_checked"),
    "cases": ("立案", "cases"),
    "recovered_yuan": ("挽回经济损失", "recovered_yuan"),
    "penalties_yuan": ("罚没金额", "penalty_yuan"),
}


def of_campaign(selection: Selection, code: str, topic: str = "") -> Selection:
    """Return the selection narrowed to a campaign, or to one topic of it."""
    return selection.with_filter("campaign", [f"{code}.{topic}" if topic else code])


def own_days(campaign: Campaign) -> DateRange | None:
    """Return the days of a campaign that there is data of, None without any."""
    status = data.status()
    if status.first_day is None or status.last_day is None:
        return None
    start = max(campaign.starts_on, status.first_day)
    end = min(campaign.ends_on or status.last_day, status.last_day)
    return DateRange(start, end) if start <= end else None


def show(
    each: Known, topic: str, found: CampaignCounts, selection: Selection, scope: Scope
) -> None:
    """Draw the figures of a campaign."""
    chosen = of_campaign(selection, each.code, topic)
    member = chosen.members("campaign")[0]
    st.markdown(figures_text(campaign_data.outcomes(selection, scope, campaign=member)))
    if told := lead_mentions.campaign_text(scope, each.code, topic):
        st.caption(told)
    left, right = st.columns(2, gap="medium")
    with left:
        _show_trend(each, chosen, scope)
    with right:
        _show_topics(each, topic, found)
    _show_boards(chosen, scope)


def show_texts(each: Known, topic: str, selection: Selection, scope: Scope) -> None:
    """Draw what the hits of a campaign say: words, clusters, cases."""
    chosen = of_campaign(selection, each.code, topic)
    _show_words(chosen, scope)
    _show_clusters(chosen, scope)
    _show_cases(each, topic, chosen, scope)


def figures_text(found: Mapping[str, float]) -> str:
    """Return what the hits came to.

    Examples
    --------
    >>> figures_text(dict.fromkeys(("submissions", *campaign_data.OUTCOMES), 1.0))
    '命中**1件**　已办结1件　作出是否立案决定1件　立案1件　诉转案1件　挽回1元　罚没1元'
    """
    return (
        f"命中**{wording.count(found['submissions'])}**　已办结{wording.count(found['closed'])}　"
        f"作出是否立案决定{wording.count(found['tipoffs_checked'])}　"
        f"立案{wording.count(found['cases'])}　诉转案{wording.count(found['transferred'])}　"
        f"挽回{wording.yuan(found['recovered_yuan'])}　罚没{wording.yuan(found['penalty_yuan'])}"
    )


def checks_text(found: OperatorChecks | None) -> str:
    """Return what happened to the operators of hits; empty without such sources.

    Examples
    --------
    >>> checks_text(OperatorChecks(3, 2, 1, 5000.0))
    '命中所涉主体3户，统计期内被检查2次、处罚1次（5,000元），不论是否因本专项'
    """
    if found is None:
        return ""
    return (
        f"命中所涉主体{wording.count(found.operators, unit='户')}，"
        f"统计期内被检查{wording.count(found.inspections, unit='次')}、"
        f"处罚{wording.count(found.penalties, unit='次')}（{wording.yuan(found.penalty_yuan)}），"
        "不论是否因本专项"
    )


def _show_trend(each: Known, chosen: Selection, scope: Scope) -> None:
    months = Selection(
        period=Period(f"{MONTHS}m"),
        filters=chosen.filters,
        denoised=chosen.denoised,
        text=chosen.text,
        comparison=Comparison.NONE,
    )
    found = data.series(months, scope, measures=("submissions",), grain="month")
    values = found.frame["submissions"].where(found.frame["complete"])
    names = [trend.bucket_text(start, "month") for start in found.frame.index]
    frame = pd.DataFrame({"命中": values.to_numpy()}, index=pd.Index(names))
    option = word_courses.course_chart(frame, unit="件", palette=palettes.current())
    marked = marks.mark_days(
        option, found.frame.index, _marks(each.campaign, found.frame.index), grain="month"
    )
    st.caption(f"近{MONTHS}个月逐月命中（仅含完整月份），阴影为行动起止")
    caption = exports.caption(
        data.totals(months, scope, measures=("submissions",)),
        months,
        scope,
        what=f"{each.campaign.name}逐月命中",
        width=340,
        measures=("submissions",),
        method="命中为内容符合该专项规则的诉求，只含完整月份",
    )
    render.show(
        exports.savable(marked, name="专项行动逐月命中", caption=caption),
        key="campaign_trend",
        height=190 + exports.height_of(caption),
    )


def _marks(campaign: Campaign, starts: pd.Index) -> list[Event]:
    if not len(starts):
        return []
    last = starts[-1].date() + dt.timedelta(days=30)
    ends = min(campaign.ends_on or last, last, EVENT_DAYS[1])
    begins = max(campaign.starts_on, starts[0].date())
    if begins > ends:
        return []
    return [Event(begins, ends, campaign.name, EventKind.OTHER)]


def _show_topics(each: Known, topic: str, found: CampaignCounts) -> None:
    whole = found.number(each.code)
    counted = sorted(
        ((found.number(each.code, one.code), one) for one in each.campaign.topics),
        key=lambda pair: (-pair[0], pair[1].code),
    )
    rows = [
        Row(
            one.code,
            (
                Cell(one.name, bar=number / counted[0][0] if counted[0][0] else None),
                Cell(wording.count(number, unit="")),
                Cell(wording.percent(campaign_list.share(number, whole))),
            ),
            selected=one.code == topic,
        )
        for number, one in counted
    ]
    heads = [
        Head("专题"),
        Head("命中", right=True, width=60),
        Head("占本专项", right=True, width=70),
    ]
    st.caption("专题（一件可属多个；点击只看该专题，再点取消）")
    with st.container(height=190, border=False):
        panels.show(
            "grid",
            grid.content("topics", "专题", heads, rows, empty="没有专题"),
            key="campaign_topics",
            on_click=lambda click: _narrow(click, topic),
        )


def _narrow(click: Click, topic: str) -> None:
    address.go(campaign_topic=None if click.code == topic else click.code)


def _show_boards(chosen: Selection, scope: Scope) -> None:
    plain = replace(chosen, comparison=Comparison.NONE)
    found = data.breakdowns(plain, scope, levels=list(BOARDS), limit=ROWS, count_members=False)
    for column, level in zip(st.columns(3, gap="small"), BOARDS, strict=True):
        with column:
            _show_members(chosen, found[level], level)


def _show_members(chosen: Selection, found: Breakdown, level: str) -> None:
    dimension = LEVELS[level].name
    rows = []
    for record in found.frame.to_dict("records"):
        code = record["member"]
        name = record.get("name") or (wording.label(dimension, code) if code else "未填写")
        cells = (
            Cell(str(name), bar=float(record["share"])),
            Cell(wording.count(record["submissions"], unit="")),
            Cell(wording.percent(record["share"])),
        )
        rows.append(Row(code or "", cells, usable=bool(code)))
    heads = [
        Head(BOARDS[level]),
        Head("命中", right=True, width=48),
        Head("占比", right=True, width=52),
    ]
    panels.show(
        "grid",
        grid.content(level, BOARDS[level], heads, rows, empty="没有命中的诉求"),
        key=f"campaign_{level}",
        on_click=lambda click: address.go(chosen.with_filter(dimension, [click.code])),
    )


def _show_words(chosen: Selection, scope: Scope) -> None:
    if not data.words_are_known():
        return
    apart = word_keyness.set_apart(chosen, scope)
    listed = "、".join(str(word) for word in apart.head(WORDS).index)
    st.markdown(
        f"**特有词** :small[命中中明显多于其余诉求的词（q≤{word_keyness.MAX_Q}）]　"
        f"{render.as_label(listed) or '没有达到显著的词'}"
    )


def _show_clusters(chosen: Selection, scope: Scope) -> None:
    if not findings_data.clusters_are_known():
        return
    found = findings_data.clusters(chosen, scope, level="coarse")
    if found.days is None or found.frame.empty:
        return
    named = [
        (record["name"] or "、".join(record["words"][:LABEL_WORDS]), record["submissions"])
        for record in found.frame.head(CLUSTERS).to_dict("records")
        if record["submissions"]
    ]
    listed = "；".join(f"{render.as_label(name)}{wording.count(number)}" for name, number in named)
    st.markdown(
        f"**聚类** :small[{wording.days_text(found.days)}内参与聚类的命中，按诉求聚类的粗类]　{listed}"
    )


def _show_cases(each: Known, topic: str, chosen: Selection, scope: Scope) -> None:
    page = data.submissions(chosen, scope, page=1, page_size=EXAMPLES)
    st.markdown(
        f"**典型诉求** :small[共{wording.count(page.total)}，列出最近{len(page.frame)}件，"
        "标黄的是规则所看的词，点击时间查看全过程]"
    )
    shown = [
        Text(
            record["submission_id"],
            tables.moment(record["registered_at"]),
            marked_parts(each.campaign, topic, joined(record)),
            tuple(
                tables.text_of(name, record[name])
                for name in ("kind", "county_code", "issue_type")
                if not tables.is_missing(record[name])
            ),
        )
        for record in page.frame.to_dict("records")
    ]
    empty = "筛选范围内没有命中的诉求。"
    marked_texts.show(shown, title="典型诉求", empty=empty, key="campaign_cases")


def joined(record: Mapping[object, object]) -> str:
    """Return title and narrative as rules see them."""
    told = [record[name] for name in ("title", "narrative")]
    return "\n".join(str(each) for each in told if not tables.is_missing(each))


def marked_parts(campaign: Campaign, topic: str, text: str) -> tuple[tuple[str, str], ...]:
    """Return a text with the words marked that the rules of a campaign, or of a topic, look at."""
    asked = [each for each in campaign.topics if topic in {"", each.code} and each.rule]
    rules = compile_rules(
        {each.code: each.rule or "" for each in asked},
        guarded=[each.code for each in asked if each.guarded],
    )
    return marked_texts.parts(text, rules.highlight(text))


def targets(each: Known, selection: Selection, scope: Scope) -> pd.DataFrame:
    """Return what the campaign set out to do and what is done within its days.

    Returns
    -------
    pandas.DataFrame
        ``项目``, ``目标``, ``完成``, ``完成率`` (0-1, NaN without target).
    """
    days = own_days(each.campaign)
    done: Mapping[str, float] = {}
    if days is not None:
        within = Selection(
            period=Period.between(days.start, days.end), comparison=Comparison.NONE,
            denoised=selection.denoised,
        )  # fmt: skip
        done = campaign_data.outcomes(within, scope, campaign=each.code)
    rows = []
    for name, (label, sums) in TARGETS.items():
        goal = getattr(each.campaign.targets, name)
        value = done.get(sums)
        rate = value / goal if goal and value is not None else None
        rows.append((label, goal, value, rate))
    return pd.DataFrame(rows, columns=["项目", "目标", "完成", "完成率"])
