"""诉求聚类: what complaints and tip-offs speak of, found from their texts and corrected by people."""

import streamlit as st

from pages.components import (
    access,
    address,
    choices,
    cluster_detail,
    cluster_export,
    cluster_forms,
    cluster_map,
    cluster_table,
    cluster_topics,
    cluster_view,
    data,
    exports,
    panels,
    store,
    wording,
)
from pages.components import findings_data as found_data
from pages.components.panels import Click
from pages.components.selection_bar import selection_bar
from queries.vocabulary import DecisionKind

LIST_HEIGHT = 540
"""Pixels of the list, which scrolls within."""

HIDDEN = {"no": "不显示已隐藏的类", "yes": "显示已隐藏的类"}

viewer = access.require("clusters")
scope = viewer.scope
asked = address.query()
selection = selection_bar(scope, link=("pages/submissions.py", "查看诉求明细"))
if not found_data.clusters_are_known():
    st.info("聚类尚未生成，请管理员运行刷新任务。", icon=":material/search_off:")
    st.stop()

run = found_data.cluster_run()
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    level = choices.choose("level", cluster_view.LEVELS, asked, label="聚类粗细")
    hidden = choices.choose("hidden", HIDDEN, asked, label="已隐藏的类") == "yes"
    cluster_view.explain_method()
    counted = found_data.clusters(selection, scope, level=level)
    decisions = store.decisions(DecisionKind.CLUSTER)
    view = cluster_view.view_of(counted.frame, decisions, run.followed, level=level)
    topics = cluster_topics.holding()
    cluster_topics.show(viewer, view.frame, topics, run.topics)
totals = data.totals(selection, scope, measures=("submissions",))
said = cluster_view.said(run, counted, selection, totals.days, level=level)
pending = (
    cluster_forms.waiting(view, decisions, run.followed),
    cluster_topics.waiting(topics, run.topics),
)
st.caption(f"{said}{'；'.join(filter(None, pending))}")
exports.offer(
    lambda: cluster_export.sheets(view, level=cluster_view.LEVELS[level], note=said),
    selection=selection,
    scope=scope,
    totals=totals,
    name="诉求聚类",
    key="export",
)
if counted.days is None or not counted.clustered:
    st.info(
        f"该范围内没有参与聚类的投诉或举报。数据截至{wording.date_text(data.status().last_day)}。",
        icon=":material/search_off:",
    )
    st.stop()

above = cluster_view.coarser_of(level)
coarser = above and cluster_view.view_of(
    found_data.clusters(selection, scope, level=above).frame, decisions, run.followed, level=above
)
within = cluster_view.within_of(coarser or None, asked.get("within", ""))
shown = cluster_view.listed(view, hidden=hidden, within=within)
shown_key = asked.get("cluster_shown", "")
chosen = cluster_view.chosen(view, shown_key)


def clicked(click: Click) -> None:
    """Choose a cluster, or leave the one chosen."""
    now = address.query().get("cluster_shown")
    address.go(cluster_shown=None if click.code == now else click.code, page=None)


left, right = st.columns([48, 52], gap="small")
with left:
    cluster_view.show_within(within)
    with st.container(height=LIST_HEIGHT, border=False):
        panels.show(
            "grid",
            cluster_table.content(shown, chosen=shown_key, comparison=selection.comparison),
            key="clusters",
            on_click=clicked,
        )
with right:
    lit = st.text_input(
        "在地图上点亮",
        placeholder="填写词语，点亮内容含有它的诉求",
        max_chars=40,
        key=address.bound("clusters.lit", asked.get("lit", "")),
        on_change=lambda: address.go(lit=st.session_state["clusters.lit"] or None),
        label_visibility="collapsed",
        icon=":material/lightbulb:",
    )
    points = found_data.cluster_points(selection, scope, level=level, lit=lit)
    cluster_map.show(
        points,
        cluster_view.keys_by_title(view),
        selection,
        scope,
        totals,
        chosen="" if chosen is None else cluster_view.title(chosen),
        key=f"map_{level}",
    )

if chosen is None:
    st.caption("点击一类，查看其代表性诉求、走势和来源分布。")
    every = [key for keys in view.frame["keys"] for key in keys]
    cluster_detail.show_outliers(every, selection, scope, level=level)
    st.stop()
st.divider()
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    st.markdown(cluster_detail.heading(chosen), width="content")
    cluster_view.show_finer(chosen, level)
    cluster_view.show_filter(chosen, selection, scope)
if cluster_forms.may_decide(viewer):
    cluster_forms.show(viewer, chosen, view, decisions, level=level)
cluster_detail.show(chosen, points, selection, scope, level=level, asked=asked)
