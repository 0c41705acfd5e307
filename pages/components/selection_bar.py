"""The selection bar: what is being counted, in widgets, in pills, in a sentence, in the address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.components import (
    address,
    cluster_filter,
    data,
    freshness,
    members,
    operator_data,
    own_campaigns,
    own_tags,
    page_tools,
    panels,
    pills,
    render,
    repeat_data,
    views,
    wording,
)
from queries.results import Totals
from queries.scope import Scope
from queries.selection import (
    MAX_TEXT,
    Comparison,
    DateRange,
    InvalidSelectionError,
    Period,
    Selection,
)
from queries.vocabulary import Kind

PERIODS = ("7d", "30d", "90d", "12m", "ytd", "all")
CUSTOM = "custom"
COMPARISONS = {Comparison.PREVIOUS: "环比", Comparison.LAST_YEAR: "同比", Comparison.NONE: "不比较"}
NAMED_OPERATORS = 20
"""Operators whose names are looked up for pills; further ones show their number."""


DENOISED = (
    "剔除重复诉求和多头诉求（首件计入），以及疑似牟利性投诉（需核实）中疑似、高度疑似层级的"
    "全部诉求，数量见下方说明；规则、逐件依据和人工改判见“异常诉求”页。关闭为登记原始口径"
)
DENOISED_UNKNOWN = (
    "异常诉求尚未随现有数据识别，打开后不剔除或只剔除上次识别的诉求；"
    "请管理员运行刷新任务后再使用去重口径"
)


def selection_bar(
    scope: Scope,
    *,
    measures: Sequence[str] = ("submissions",),
    compares: bool = True,
    link: tuple[str, str] | None = None,
) -> Selection:
    """Draw the bar and return what is selected.

    Parameters
    ----------
    measures
        What the page will ask `data.totals` for; the bar asks for the same, so that both are one
        question.
    compares
        False on a page that compares nothing; the address keeps its comparison for others.
    link
        File and label of the page that shows the same selection in another way.
    """
    reading = address.read(address.query(), scope)
    selection, gone = cluster_filter.without_gone(reading.selection, scope)
    for fault in (*reading.faults, *gone):
        st.warning(_fault_text(fault), icon=":material/link_off:")
    panels.compact()
    with st.container(key="selection_bar", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _period(selection, scope)
            _kinds(selection, scope)
            if compares:
                _comparison(selection, scope)
            _denoised(selection, scope)
            _text(selection, scope)
            st.button(
                "添加条件",
                icon=":material/filter_alt:",
                key="bar.more",
                on_click=members.ask_for,
                args=(members.CONDITIONS,),
            )
            views.show(selection, scope)
            page_tools.place()
        names = operator_names(selection, scope)
        pills.show(selection, scope, names)
        totals = data.totals(selection, scope, measures=measures)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            told = selection if compares else replace(selection, comparison=Comparison.NONE)
            if stale := freshness.warning_now():
                st.badge(stale, icon=":material/warning:", color="orange")
            _base(told, scope, totals, names)
            if link is not None:
                st.page_link(
                    link[0],
                    label=link[1],
                    icon=":material/arrow_forward:",
                    query_params=selection.to_query(),
                )
    if members.asked_for() == members.CONDITIONS:
        members.show_conditions(selection, scope)
    return selection


def operator_names(selection: Selection, scope: Scope) -> dict[str, str]:
    """Return the names of the operators that the selection names, as far as the viewer may see.

    The names of its tags, clusters and campaigns are among them: no table of labels knows them.
    """
    found = cluster_filter.names(selection, scope)
    if any(each.dimension == "tag" for each in selection.filters):
        found |= own_tags.names()
    if any(each.dimension == "campaign" for each in selection.filters):
        found |= own_campaigns.names()
    both = (*selection.members("operator"), *selection.members("operator", exclude=True))
    for operator_id in both[:NAMED_OPERATORS]:
        if name := operator_data.name(scope, operator_id=operator_id):
            found[operator_id] = name
    return found


def sentence(selection: Selection, scope: Scope, totals: Totals, names: Mapping[str, str]) -> str:
    """Return what is counted: with what a de-noised count leaves out, and if the period is not over.

    A filter by cluster keeps but what was clustered, which is said too.

    Parameters
    ----------
    totals
        Of the selection; ``submissions`` among them.
    names
        As from `operator_names`.
    """
    left_out = None
    if selection.denoised:
        whole = data.totals(replace(selection, denoised=False), scope, measures=("submissions",))
        counted = data.totals(selection, scope, measures=("submissions",))
        left_out = whole.current["submissions"] - counted.current["submissions"]
    told = wording.describe(
        selection,
        days=totals.days,
        names=names,
        left_out=left_out,
        is_over=data.status().last_day is None or data.status().is_over(totals.days),
    )
    return f"{told}{_clustered(selection, scope)}"


def _clustered(selection: Selection, scope: Scope) -> str:
    found = cluster_filter.covered(selection, scope)
    if found is None or found.days is None:
        return ""
    told = f"聚类条件只含{wording.days_text(found.days)}参与聚类的投诉、举报"
    compares = selection.comparison is not Comparison.NONE
    return f"{told}，统计期、比较期超出这些日期的不作比较。" if compares else f"{told}。"


def _fault_text(fault: InvalidSelectionError) -> str:
    if isinstance(fault, address.OutsideScopeError):
        name = render.as_label(wording.label("region", fault.value))
        return f"网址中的区域“{name}”不在您的可见范围内，未作为筛选条件。"
    if isinstance(fault, cluster_filter.GoneClusterError):
        key = render.as_label(fault.value)
        return (
            f"聚类条件{key}已不存在（诉求已重新聚类，或该类已被合并、拆分），未作为筛选条件；"
            "请到“诉求聚类”页重新选择。"
        )
    return f"{render.as_label(wording.explain(fault) or '')}本页暂按默认条件显示。"


def _changed(
    key: str, scope: Scope, change: Callable[[Selection, Any], Selection]
) -> Callable[[], None]:
    """Return a callback that writes the address after the widget ``key`` was changed."""
    return address.once_chosen(key, lambda value: address.go(change(address.current(scope), value)))


def _period(selection: Selection, scope: Scope) -> None:
    status = data.status()
    if status.first_day is None or status.last_day is None:
        return
    shown = selection.period.range(status.first_day, status.last_day)
    custom = Period.between(shown.start, shown.end)
    offered = [*PERIODS, CUSTOM]
    if selection.period.relative and selection.period.code not in offered:
        offered.insert(0, selection.period.code)

    def chosen(before: Selection, code: str) -> Selection:
        period = custom if code == CUSTOM else Period(code)
        return replace(before, period=period)

    st.segmented_control(
        "时间范围",
        offered,
        format_func=lambda code: "自定义" if code == CUSTOM else wording.period_text(Period(code)),
        key=address.bound(
            "bar.period", selection.period.code if selection.period.relative else CUSTOM
        ),
        required=True,
        on_change=_changed("bar.period", scope, chosen),
        label_visibility="collapsed",
    )
    if not selection.period.relative:
        _days(shown, DateRange(status.first_day, status.last_day), scope)


def _days(shown: DateRange, data_days: DateRange, scope: Scope) -> None:
    def chosen(before: Selection, days: object) -> Selection:
        if not isinstance(days, tuple) or len(days) != 2:
            return before
        return replace(before, period=Period.between(days[0], days[1]))

    st.date_input(
        "起止日期",
        min_value=min(data_days.start, shown.start),
        max_value=max(data_days.end, shown.end),
        format="YYYY-MM-DD",
        key=address.bound("bar.days", (shown.start, shown.end)),
        on_change=_changed("bar.days", scope, chosen),
        label_visibility="collapsed",
        width=230,
    )


def _kinds(selection: Selection, scope: Scope) -> None:
    st.segmented_control(
        "类型",
        [str(kind) for kind in Kind if not scope.kinds or kind in scope.kinds],
        selection_mode="multi",
        format_func=lambda kind: wording.label("kind", kind),
        key=address.bound("bar.kinds", list(selection.members("kind"))),
        on_change=_changed(
            "bar.kinds", scope, lambda before, kinds: before.with_filter("kind", kinds or ())
        ),
        label_visibility="collapsed",
    )


def _comparison(selection: Selection, scope: Scope) -> None:
    st.segmented_control(
        "比较",
        [str(each) for each in COMPARISONS],
        format_func=lambda each: COMPARISONS[Comparison(each)],
        key=address.bound("bar.comparison", str(selection.comparison)),
        required=True,
        on_change=_changed(
            "bar.comparison",
            scope,
            lambda before, each: replace(before, comparison=Comparison(each)),
        ),
        label_visibility="collapsed",
    )


def _denoised(selection: Selection, scope: Scope) -> None:
    st.toggle(
        "去重口径",
        key=address.bound("bar.denoised", selection.denoised),
        on_change=_changed("bar.denoised", scope, lambda before, on: replace(before, denoised=on)),
        help=DENOISED if repeat_data.left_out_is_known() else DENOISED_UNKNOWN,
    )


def _text(selection: Selection, scope: Scope) -> None:
    st.text_input(
        "搜索",
        placeholder="内容、企业、登记编号",
        max_chars=MAX_TEXT,
        key=address.bound("bar.text", selection.text),
        on_change=_changed("bar.text", scope, lambda before, text: replace(before, text=text)),
        label_visibility="collapsed",
        icon=":material/search:",
        width=190,
    )


def _base(selection: Selection, scope: Scope, totals: Totals, names: Mapping[str, str]) -> None:
    counted = totals.current["submissions"]
    st.caption(
        f"**共{wording.count(counted)}**，范围内{wording.count(totals.in_scope)}；"
        f"数据截至{wording.date_text(data.status().last_day)}。{render.as_label(sentence(selection, scope, totals, names))}",
        width="content",
    )
