"""风险评分: operators ranked by the risk score, how many have which grade; a click opens the file."""

import streamlit as st

from pages.components import (
    access,
    address,
    choices,
    data,
    exports,
    grade_view,
    page_links,
    paging,
    panels,
    score_data,
    score_list,
)
from pages.components.panels import Click
from pages.components.selection_bar import selection_bar

viewer = access.require("scores")
scope = viewer.scope
asked = address.query()
page_links.leave_if_opened()

selection = selection_bar(scope, compares=False, link=("pages/risk_model.py", "评分模型与检验"))
if not score_data.are_known():
    st.info("风险评分尚未随数据更新，请管理员运行刷新任务。", icon=":material/search_off:")
    st.stop()

model = grade_view.scored_by(score_data.version())
distribution = score_data.grade_distribution(selection, scope)
offered = score_list.grades(distribution, model)
grade = choices.chosen("grade", offered, asked)
chosen = () if grade == "all" else (grade,)
order = choices.chosen("order", score_list.orders(model), asked)
first = score_data.scores(
    selection, scope, grades=chosen, order=order, page_size=score_list.PAGE_SIZE
)
found = score_data.scores(
    selection,
    scope,
    grades=chosen,
    order=order,
    page=paging.number(asked, first.pages),
    page_size=score_list.PAGE_SIZE,
)


def clicked(click: Click) -> None:
    """Open the file of an operator."""
    page_links.open_page("operator", id=click.code)


st.caption(grade_view.base_text(found))
st.caption(grade_view.legal_text(model))
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    choices.choose("grade", offered, asked, label="等级", drops=("page",))
    choices.select(
        "order", score_list.orders(model), asked, label="排序", drops=("page",), labelled=True
    )
panels.show("grid", score_list.content(found, model), key="scores", on_click=clicked)
if found.pages > 1:
    paging.choose(found.page, found.pages, key="scores.page")
st.caption(
    "※：按直接定级条件定级，把鼠标移到等级上可见所依据的条件。"
    "时间、类型、问题等条件不影响风险评分；地区、商圈、行业、主体和搜索词（名称、代码）有效。"
)
exports.offer(
    lambda: score_list.sheets(selection, scope, model, chosen=chosen, order=order),
    selection=selection,
    scope=scope,
    totals=data.totals(selection, scope, measures=("submissions",)),
    name="风险评分",
    key="export",
    compares=False,
)
