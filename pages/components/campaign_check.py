"""How many hits of a campaign are right: a person reads a sample and ticks."""

import pandas as pd
import streamlit as st
from scipy import stats

from pages.components import (
    campaign_data,
    campaign_panel,
    marked_texts,
    own_campaigns,
    store,
    tables,
    wording,
)
from pages.components.access import Viewer
from pages.components.marked_texts import Text
from pages.components.own_campaigns import Known
from queries.scope import Scope
from queries.selection import Selection


def interval(right: int, wrong: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, Wilson's.

    Examples
    --------
    >>> [round(each, 2) for each in interval(20, 0)]
    [0.84, 1.0]
    """
    found = stats.binomtest(right, right + wrong).proportion_ci(method="wilson")
    return float(found.low), float(found.high)


def result_text(each: Known) -> str:
    """Return what the last check came to, empty if there was none."""
    if each.checked is None:
        return ""
    right, wrong = int(each.checked.details["right"]), int(each.checked.details["wrong"])
    low, high = interval(right, wrong)
    old = "" if own_campaigns.check_is_current(each) else "（此后规则已改，请重新抽查）"
    return (
        f"抽查{right + wrong}件，{right}件相符，准确率{wording.percent(right / (right + wrong))}"
        f"（95%区间{low:.0%}至{high:.0%}），{each.checked.decided_by}，"
        f"{wording.date_text(each.checked.decided_at.date())}{old}"
    )


def show(viewer: Viewer, each: Known, selection: Selection, scope: Scope) -> None:
    """Draw the sample with a tick for each, and the last result."""
    told = result_text(each)
    st.markdown(f"**命中准确率**　{told or '尚未抽查'}")
    if not each.is_applied:
        st.caption("规则待下次更新生效，生效后可抽查。")
        return
    found = campaign_data.sample(selection, scope, campaign=each.code)
    if found.empty:
        st.caption("筛选范围内没有命中的诉求，无法抽查。")
        return
    st.caption(
        f"从筛选范围内的命中诉求中随机抽出{len(found)}件，逐件阅读，不符合本专项的在右表取消勾选。"
        "抽查结果和区间留痕；规则修改后需重新抽查。"
    )
    left, right = st.columns([7, 3], gap="medium")
    with left:
        marked_texts.show(
            [
                Text(
                    record["submission_id"],
                    f"{number}　{tables.moment(record['registered_at'])}",
                    campaign_panel.marked_parts(each.campaign, "", record["text"]),
                )
                for number, record in enumerate(found.to_dict("records"), start=1)
            ],
            title="抽查样本",
            empty="没有样本。",
            key="campaign_sample",
        )
    with right:
        ticked = st.data_editor(
            pd.DataFrame({"序号": range(1, len(found) + 1), "相符": True}),
            disabled=["序号"],
            hide_index=True,
            height="content",
            key=f"sample.{each.code}.{found['submission_id'].iloc[0]}.{len(found)}",
        )
        count = int(ticked["相符"].sum())
        low, high = interval(count, len(found) - count)
        st.caption(f"{count}件相符，{low:.0%}至{high:.0%}")
        st.button(
            "记录抽查结果",
            icon=":material/fact_check:",
            disabled=not own_campaigns.may_decide(viewer),
            on_click=_keep,
            args=(viewer, each, count, len(found) - count, wording.period_text(selection.period)),
        )


def _keep(viewer: Viewer, each: Known, right: int, wrong: int, base: str) -> None:
    try:
        own_campaigns.keep_check(viewer, each, right=right, wrong=wrong, base=base)
    except (store.StoreError, store.NoSuchDecisionError):
        st.toast("未能保存，请稍后重试。", icon=":material/error:")
