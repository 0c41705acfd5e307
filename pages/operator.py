"""一企一档: one operator's registration, score with its evidence, submissions, events, related firms."""

import streamlit as st

from pages.components import (
    access,
    address,
    data,
    figures,
    grade_view,
    lead_mentions,
    newest,
    operator_data,
    operator_export,
    operator_file,
    page_links,
    panels,
    period_trend,
    score_data,
    score_detail,
    wording,
)
from queries.measures import MEASURES
from queries.selection import Comparison, Period, Selection

viewer = access.require("operator")
scope = viewer.scope
asked = address.query()
page_links.leave_if_opened()
panels.compact()

operator_id = asked.get("id", "")
if not operator_id:
    operator_file.search()
    st.stop()
if not operator_data.are_known():
    st.info(
        "尚未导入经营主体登记和监管事项，请管理员导入后运行刷新任务。", icon=":material/search_off:"
    )
    st.stop()
row = operator_data.operator(scope, operator_id=operator_id)
if row is None:
    st.warning("没有这一经营主体，或不在您的可见范围内。", icon=":material/search_off:")
    operator_file.search()
    st.stop()

operator_file.show_heading(row)
own = Selection(period=Period("12m"), comparison=Comparison.LAST_YEAR).with_filter(
    "operator", [operator_id]
)
found = score_data.score(scope, operator_id=operator_id) if score_data.are_known() else None
model = grade_view.scored_by(None if found is None else str(found.now["model_version"]))
operator_export.offer(row, found, model, own, scope)
if found is None:
    st.info("该主体没有风险评分，或评分尚未随数据更新。", icon=":material/search_off:")
else:
    score_detail.show_figures(found, model)
    chosen = score_detail.chosen(asked, model)
    left, right = st.columns([40, 60], gap="medium")
    with left:
        score_detail.show_radar(found, model, name=str(row["name"]))
        score_detail.show_changes(found, model)
    with right:
        score_detail.show_indicators(found, model, chosen=chosen)
        score_detail.show_history(found, model, name=str(row["name"]))
    if chosen:
        score_detail.show_evidence(scope, model, operator_id=operator_id, indicator=chosen)

registered, related = st.columns([55, 45], gap="medium")
with registered:
    st.markdown("**登记信息**")
    operator_file.show_register(row)
with related:
    operator_file.show_related(scope, operator_id)
lead_mentions.show_of_operator(scope, operator_id)
operator_file.show_timeline(scope, operator_id, asked)

st.markdown("**诉求** 近12个月，与去年同期比较")
figures.show(own, scope, chosen=MEASURES["submissions"])
totals = data.totals(own, scope, measures=figures.FIGURES)
period_trend.show(own, scope, MEASURES["submissions"], key="operator_trend", totals=totals)
st.page_link(
    "pages/operators.py",
    label="看该主体的问题、商品、渠道和热词",
    icon=":material/arrow_forward:",
    query_params={**own.to_query(), "focus": f"operator:{operator_id}"},
)
newest.show(own, scope, key="operator_newest")
st.caption(f"数据截至{wording.date_text(data.status().last_day)}。")
