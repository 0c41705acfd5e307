"""专项行动: which submissions belong to a campaign, what came of them, and whether it helped."""

import streamlit as st

from pages.components import (
    access,
    address,
    campaign_check,
    campaign_data,
    campaign_effect,
    campaign_form,
    campaign_list,
    campaign_panel,
    campaign_summary,
    choices,
    data,
    exports,
    own_campaigns,
    panels,
    render,
)
from pages.components.panels import Click
from pages.components.selection_bar import selection_bar

PARTS = {
    "figures": "概况",
    "texts": "诉求内容",
    "effect": "前后对照",
    "goals": "目标与一页摘要",
    "rules": "规则与依据",
    "check": "准确率抽查",
}
LIST_HEIGHT, LONG_LIST = 430, 16
"""Pixels of a list of more campaigns than that, which scrolls within."""

viewer = access.require("campaigns")
scope = viewer.scope
asked = address.query()

if not campaign_data.are_known():
    st.info("专项行动尚未随数据更新，请管理员运行刷新任务。", icon=":material/search_off:")
    st.stop()
selection = selection_bar(scope, link=("pages/submissions.py", "查看诉求明细"))
found = campaign_data.counts(selection, scope)
known = own_campaigns.known()
exports.offer(
    lambda: campaign_list.sheets(campaign_data.counts(selection, scope), own_campaigns.known()),
    selection=selection,
    scope=scope,
    totals=data.totals(selection, scope, measures=("submissions",)),
    name="专项行动",
    key="export",
)
filtered = [member.split(".")[0] for member in selection.members("campaign")]
wanted = [asked.get("campaign_shown", ""), *filtered, *known]
chosen = next((code for code in wanted if code in known), "")
may_edit = own_campaigns.may_decide(viewer)
editing = asked.get("edit", "") if may_edit else ""


def clicked(click: Click) -> None:
    """Show the campaign of a row."""
    if click.code in known:
        address.go(campaign_shown=click.code, campaign_topic=None, edit=None)


left, right = st.columns([30, 70], gap="medium")
with left:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**专项行动** 点击一行", width="content")
        if may_edit:
            st.button(
                "新建",
                icon=":material/add:",
                type="tertiary",
                on_click=lambda: address.go(edit=campaign_form.NEW),
            )
            st.button(
                "修改",
                icon=":material/edit:",
                type="tertiary",
                disabled=not chosen,
                on_click=lambda: address.go(campaign_shown=chosen, edit="1"),
            )
    with st.container(height=LIST_HEIGHT if len(known) > LONG_LIST else "content", border=False):
        listed = campaign_list.content(found, known, selection, chosen=chosen)
        panels.show("grid", listed, key="campaigns", on_click=clicked)
    st.caption(campaign_list.base_text(found))
    st.caption("词表和代码条件为本系统设定，命中只提示内容，不是对违法事实的认定。")
with right:
    if editing == campaign_form.NEW or (editing and chosen):
        shown = None if editing == campaign_form.NEW else known[chosen]
        campaign_form.show(viewer, shown, known, selection, scope)
        st.stop()
    if not chosen:
        st.info("没有在用的专项行动。")
        st.stop()
    each = known[chosen]
    topics = {topic.code: topic.name for topic in each.campaign.topics}
    topic = asked.get("campaign_topic", "")
    topic = topic if topic in topics else ""
    member = f"{chosen}.{topic}" if topic else chosen
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = each.campaign.name + (f"·{topics[topic]}" if topic else "")
        st.markdown(f"**{render.as_label(title)}**", width="content")
        st.badge(campaign_list.period_text(each), color="gray")
        if own_campaigns.STATES[each.state]:
            st.badge(own_campaigns.STATES[each.state], color="orange")
        st.button(
            "取消按此专项筛选" if member in selection.members("campaign") else "按此专项筛选",
            icon=":material/filter_alt:",
            type="tertiary",
            on_click=lambda: address.go(address.current(scope).toggled("campaign", member)),
        )
        st.page_link(
            "pages/submissions.py",
            label="查看诉求明细",
            icon=":material/arrow_forward:",
            query_params=campaign_panel.of_campaign(selection, chosen, topic).to_query(),
        )
    part = choices.choose("part", PARTS, asked, label="内容")
    if part == "rules":
        campaign_summary.show_rules(each)
    elif not each.is_applied:
        st.info("该专项待下次更新数据后显示命中。", icon=":material/schedule:")
    elif part == "figures":
        campaign_panel.show(each, topic, found, selection, scope)
    elif part == "texts":
        campaign_panel.show_texts(each, topic, selection, scope)
    elif part == "effect":
        campaign_effect.show(each, topic, selection, scope)
    elif part == "goals":
        campaign_summary.show(each, found, selection, scope)
    else:
        campaign_check.show(viewer, each, selection, scope)
