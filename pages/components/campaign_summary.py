"""A campaign on one page: rules and law, targets and what is done, and the summary as text."""

from typing import Any

import pandas as pd
import streamlit as st

from pages.components import (
    campaign_check,
    campaign_data,
    campaign_effect,
    campaign_list,
    campaign_panel,
    data,
    grid,
    lead_mentions,
    panels,
    wording,
)
from pages.components.campaign_data import CampaignCounts
from pages.components.grid import Cell, Head, Row
from pages.components.own_campaigns import Known
from queries.scope import Scope
from queries.selection import Selection

IN_YUAN = frozenset({"挽回经济损失", "罚没金额"})

FIRST = 5
"""Members and topics named in the summary; ours."""


def show_rules(each: Known) -> None:
    """Draw what defines a campaign."""
    campaign = each.campaign
    st.markdown(f"**范围**　{campaign.description}")
    noted = f"（{campaign.period_note}）" if campaign.period_note else ""
    st.markdown(f"**起止**　{campaign_list.period_text(each)}{noted}")
    st.markdown(f"**法律依据**　{campaign_list.law_text(each) or '未填写'}")
    st.caption("“需核对”的条款尚未与官方公布文本核对，引用前请核对原文。")
    st.markdown(f"**出处**　{campaign.source}　第{campaign.version}版")
    if each.decision is not None:
        who, day = each.decision.decided_by, wording.date_text(each.decision.decided_at.date())
        st.caption(f"{who}于{day}修改")
    with st.container(height=330, border=True):
        st.text(campaign_list.rule_text(each))


def show(each: Known, found: CampaignCounts, selection: Selection, scope: Scope) -> None:
    """Draw targets, and the summary to copy or take away."""
    done = campaign_panel.targets(each, selection, scope)
    days = campaign_panel.own_days(each.campaign)
    within = wording.days_text(days) if days else "起止日期内没有数据"
    st.caption(f"目标与完成：行动起止日期内的命中（{within}），按登记时间计；目标由执法人员设定")
    panels.show("grid", goals(done), key="campaign_goals")
    checked = campaign_data.checks(selection, scope, campaign=each.code)
    if told := campaign_panel.checks_text(checked):
        st.caption(told)
    text = summary(each, found, selection, scope)
    st.markdown("**一页摘要**")
    with st.container(border=True):
        st.text(text)
    st.download_button(
        "下载摘要（TXT）",
        data=text.encode("utf-8-sig"),
        file_name=f"{each.campaign.name}_摘要.txt",
        mime="text/plain",
        icon=":material/download:",
        on_click="ignore",
    )


def goals(done: pd.DataFrame) -> dict[str, Any]:
    """Return targets and what is done as the grid draws them.

    Parameters
    ----------
    done
        As of `campaign_panel.targets`.
    """
    heads = [
        Head("项目"),
        *[Head(name, right=True, width=130) for name in ("目标", "完成", "完成率")],
    ]
    rows = []
    for record in done.to_dict("records"):
        told = wording.yuan if record["项目"] in IN_YUAN else wording.count
        goal = record["目标"]
        rate = record["完成率"]
        cells = (
            Cell(record["项目"], bar=min(float(rate), 1.0) if pd.notna(rate) else None),
            Cell(told(goal) if pd.notna(goal) else "未设定"),
            Cell(told(record["完成"])),
            Cell(wording.percent(rate)),
        )
        rows.append(Row(record["项目"], cells, usable=False))
    return grid.content("goals", "目标与完成", heads, rows, empty="没有目标")


def summary(each: Known, found: CampaignCounts, selection: Selection, scope: Scope) -> str:
    """Return the campaign in some sentences, each figure with its base and days."""
    campaign = each.campaign
    chosen = campaign_panel.of_campaign(selection, each.code)
    sums = campaign_data.outcomes(selection, scope, campaign=each.code)
    number = found.number(each.code)
    lines = [
        f"{campaign.name}（{campaign_list.period_text(each)}）",
        f"统计期{wording.days_text(found.days)}，数据截至{wording.date_text(data.status().last_day)}。",
        (
            f"命中投诉举报{wording.count(number)}，占筛选范围内全部诉求{wording.count(found.base)}的"
            f"{wording.percent(campaign_list.share(number, found.base))}。"
        ),
    ]
    if found.compared is not None:
        before = found.number(each.code, compared=True)
        lines[-1] += (
            f"比较期（{wording.days_text(found.compared)}）{wording.count(before)}，"
            f"{wording.change('submissions', number, before).text}。"
        )
    topics = sorted(
        ((found.number(each.code, topic.code), topic.name) for topic in campaign.topics),
        reverse=True,
    )
    told = "、".join(f"{name}{wording.count(count)}" for count, name in topics[:FIRST] if count)
    lines.append(f"专题（可重复）：{told or '无'}。")
    for level, label in campaign_panel.BOARDS.items():
        members = data.breakdown(chosen, scope, level=level, limit=FIRST).frame
        named = "、".join(
            f"{record.get('name') or wording.label(level, record['member'])}"
            f"{wording.count(record['submissions'])}"
            for record in members.to_dict("records")
            if record["member"]
        )
        lines.append(f"{label}：{named or '无'}。")
    lines.append(
        f"办理：已办结{wording.count(sums['closed'])}，作出是否立案决定{wording.count(sums['tipoffs_checked'])}，"
        f"立案{wording.count(sums['cases'])}，诉转案{wording.count(sums['transferred'])}，"
        f"挽回{wording.yuan(sums['recovered_yuan'])}，罚没{wording.yuan(sums['penalty_yuan'])}。"
    )
    if told := lead_mentions.campaign_text(scope, each.code):
        lines.append(f"{told}。")
    effect = campaign_effect.summary(each, selection, scope)
    lines.append(f"前后对照：{effect or '数据不足，不作估计'}。")
    checked = campaign_check.result_text(each)
    lines.append(f"命中准确率：{checked or '尚未抽查'}。")
    lines.append("词表为本系统设定，命中只提示内容，不是对违法事实的认定。")
    return "\n".join(lines)
