"""Before and after a campaign, against a control."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from analytics.intervention import LEAST_COUNT, LEAST_WEEKS, Effect, TooLittleError
from analytics.intervention import intervention_effect as estimate
from pages.components import data, exports, marks, palettes, places, render, word_courses, wording
from pages.components.own_campaigns import Known
from pages.components.settings import settings
from pages.components.store import Event
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Period, Selection
from queries.vocabulary import EventKind

WEEKS_BEFORE = 104
"""Most weeks before the campaign that are looked at; ours, two years."""

WEEKS_AFTER = 52
"""Most weeks since; ours."""

REGIONS, TOPICS = "regions", "topics"
CONTROLS = {REGIONS: "其他地区的同类诉求", TOPICS: "同一地区的其他投诉举报"}


@dataclass(frozen=True, slots=True)
class Course:
    """Weekly submissions of the treated and the control; ``after`` is the first week since."""

    frame: pd.DataFrame
    after: int


def show(each: Known, topic: str, selection: Selection, scope: Scope) -> None:
    """Draw the comparison, with choices of day, regions and control."""
    status = data.status()
    if status.first_day is None or status.last_day is None:
        st.info("没有数据。")
        return
    first, second, third = st.columns([2, 4, 3])
    begun = min(max(each.campaign.starts_on, status.first_day), status.last_day)
    start = first.date_input(
        "开始日期", value=begun, min_value=status.first_day, max_value=status.last_day,
        key=f"effect.{each.code}.start",
    )  # fmt: skip
    tops = scope.regions or (settings().home_region,)
    below = [child for code in tops for child in places.children(code)]
    offered = [*dict.fromkeys([*each.campaign.regions, *below])]
    regions = second.multiselect(
        "实施地区（不选为全部可见范围）",
        offered,
        default=[code for code in each.campaign.regions if code in offered],
        format_func=lambda code: wording.label("region", code),
        placeholder="全部可见范围",
        key=f"effect.{each.code}.regions",
    )
    control = TOPICS
    if regions:
        control = third.radio(
            "对照", list(CONTROLS), format_func=CONTROLS.__getitem__, key=f"effect.{each.code}.by"
        )
    else:
        third.caption(f"对照：{CONTROLS[TOPICS]}")
    if not isinstance(start, dt.date):
        return
    found = course(each, topic, selection, scope, start=start, regions=regions, control=control)
    try:
        effect = estimate(found.frame["treated"], found.frame["control"], after=found.after)
    except TooLittleError as error:
        st.info(
            f"数据不足，不作估计：开始前{error.weeks[0]}周、开始后{error.weeks[1]}周，两组前后件数"
            f"{'、'.join(map(str, error.counts))}；本系统要求前后各至少{LEAST_WEEKS}周、每组各至少{LEAST_COUNT}件。",
            icon=":material/info:",
        )
        return
    st.markdown(f"**{sentence(effect)}**")
    st.caption(basis(effect, control))
    drawn = word_courses.course_chart(shown(found), unit="", palette=palettes.current())
    begun_on = [Event(start, start, "开始", EventKind.OTHER)]
    marked = marks.mark_days(drawn, found.frame.index, begun_on, grain="week")
    where = "、".join(wording.label("region", code) for code in regions) or "全部可见范围"
    drawn_days = DateRange(
        found.frame.index[0].date(), found.frame.index[-1].date() + dt.timedelta(days=6)
    )
    caption = exports.plain_caption(
        f"{each.campaign.name}前后对比，{where}，{wording.days_text(drawn_days)}，"
        f"{wording.date_text(start)}开始；{'去重口径；' if selection.denoised else ''}",
        width=900,
        method=f"逐周件数，以开始前的平均为100，只含完整周；{basis(effect, control)}",
    )
    render.show(
        exports.savable(marked, name="专项行动前后对比", caption=caption),
        key="campaign_effect",
        height=220 + exports.height_of(caption),
    )
    st.caption(
        "图为逐周件数，以开始前的平均为100；只含完整周。方法：两组每周件数之比的对数双重差分，区间对周际相关和过度离散稳健"
        "；比的是两组件数之比在开始日前后的变化，前提是没有行动时两组同升同降。行动可能同时带来更多举报，上升不等于无效。"
    )


def course(
    each: Known,
    topic: str,
    selection: Selection,
    scope: Scope,
    *,
    start: dt.date,
    regions: Sequence[str],
    control: str,
) -> Course:
    """Return weekly submissions of both groups around a day, whole weeks only."""
    status = data.status()
    first, last = status.first_day or start, status.last_day or start
    monday = start - dt.timedelta(days=start.weekday())
    if monday < start:
        monday += dt.timedelta(days=7)
    ends = each.campaign.ends_on
    until = last if ends is None or ends < start else min(ends, last)
    days = Period.between(
        max(first, monday - dt.timedelta(weeks=WEEKS_BEFORE)),
        max(min(until, monday + dt.timedelta(weeks=WEEKS_AFTER)), first),
    )
    base = Selection(
        period=days, comparison=Comparison.NONE, denoised=selection.denoised
    ).with_filter("kind", list(each.campaign.kinds))
    member = [f"{each.code}.{topic}" if topic else each.code]
    treated = base.with_filter("campaign", member)
    other = treated
    if regions:
        treated = treated.with_filter("region", list(regions))
        other = other.with_filter("region", list(regions), exclude=control == REGIONS)
    if control == TOPICS:
        other = other.without("campaign").with_filter("campaign", member, exclude=True)
    parts = {}
    for name, chosen in (("treated", treated), ("control", other)):
        found = data.series(chosen, scope, measures=("submissions",), grain="week").frame
        parts[name] = found.loc[found["complete"].astype(bool), "submissions"]
    frame = pd.DataFrame(parts).astype("int64")
    return Course(frame, int(frame.index.searchsorted(pd.Timestamp(monday))))


def sentence(effect: Effect) -> str:
    """Return what is known of the effect, in words that a test can hold to."""
    size = wording.percent(abs(effect.change))
    between = f"95%区间{effect.low:+.0%}至{effect.high:+.0%}"
    if not effect.is_clear:
        return f"与对照相比变化不明显（估计{effect.change:+.0%}，{between}）"
    way = "减少" if effect.change < 0 else "增加"
    return f"与对照相比{way}{size}（{between}）"


def basis(effect: Effect, control: str) -> str:
    """Return what the effect rests on."""
    text = (
        f"实施组：开始前{effect.weeks[0]}周{effect.treated[0]:,}件，开始后{effect.weeks[1]}周"
        f"{effect.treated[1]:,}件（若与对照同步应为{effect.expected:,.0f}件）；"
        f"对照（{CONTROLS[control]}）：{effect.control[0]:,}件、{effect.control[1]:,}件。"
        f"离散系数{effect.dispersion:.1f}。"
    )
    if effect.parallel_p < 0.05:
        text += "注意：开始前两组走势已不一致，对照未必合适，结论仅供参考。"
    return text


def shown(found: Course) -> pd.DataFrame:
    """Return both courses as drawn: the mean before is 100."""
    before = found.frame.iloc[: found.after].mean()
    frame = (found.frame / before * 100).round(1)
    frame = frame.rename(columns={"treated": "实施组", "control": "对照组"})
    return frame.set_axis([f"{start:%Y-%m-%d}" for start in frame.index], axis=0)


def summary(each: Known, selection: Selection, scope: Scope) -> str:
    """Return the sentence of the campaign as it is defined, empty where too little is known."""
    regions = list(each.campaign.regions)
    found = course(
        each, "", selection, scope, start=each.campaign.starts_on, regions=regions,
        control=REGIONS if regions else TOPICS,
    )  # fmt: skip
    try:
        return sentence(estimate(found.frame["treated"], found.frame["control"], after=found.after))
    except TooLittleError:
        return ""
