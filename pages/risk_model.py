"""评分模型: the risk model in words, how well it does, and a copy to edit and put in force."""

import streamlit as st

from pages.components import (
    access,
    address,
    choices,
    grade_view,
    model_form,
    model_trial,
    model_view,
    panels,
    render,
    score_data,
)

viewer = access.require("risk_model")
scope = viewer.scope
asked = address.query()
panels.compact()

PARTS = {"rules": "现行模型", "trial": "检验", "edit": "修改副本"}
model = grade_view.model()
st.subheader(f"{render.as_label(model.name)}　版本{render.as_label(model.version)}", anchor=False)
st.caption(f"{grade_view.legal_text(model)}来源：{render.as_label(model.source)}。")
scored = score_data.version()
if scored is not None and scored != model.version:
    st.info(
        f"评分数据仍按版本{render.as_label(scored)}，版本{render.as_label(model.version)}待下次更新生效。",
        icon=":material/schedule:",
    )
part = choices.choose("part", PARTS, asked, label="内容")
if part == "rules":
    panels.show("grid", model_view.content(model), key="model")
    st.markdown(render.as_label(model_view.grades_text(model)))
    st.caption(render.as_label(model_view.versions_text()))
    st.stop()
if not score_data.are_known():
    st.info("风险评分尚未随数据更新，请管理员运行刷新任务。", icon=":material/search_off:")
    st.stop()
if part == "trial":
    model_trial.show(scope, model)
else:
    model_form.show(viewer, scope, model)
