"""A copy of the risk model to edit: weights and cut-offs, who would change grade, putting it in force."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from analytics.risk import cut_offs_for, score_operators
from analytics.risk_editing import edited_model
from analytics.risk_fields import RiskModelError
from analytics.risk_model import PENDING, RiskModel, read_mapping, read_model
from pages.components import grade_view, grid, panels, render, saving, score_data, store, wording
from pages.components.access import Viewer
from pages.components.freshness import BEIJING
from pages.components.grid import Cell, Head, Row
from queries.scope import Scope
from queries.vocabulary import DecisionKind, RiskModelVerdict

_PLACE = "model_form"

_FAULTS: saving.Faults = {
    store.InvalidDecisionError: lambda error: (
        f"未能启用：模型内容过长，最多{error.limit:,}个字符，请精简说明文字。"
    ),
    store.NoSuchDecisionError: lambda _: "该版本已被撤回，未作改动。",
}

NAME = re.compile(r"[\w.\-（）()]+")
"""What a version may be called."""

MAX_VERSION = 32
"""Longest name of a version, in characters."""


def contents() -> dict[str, Any]:
    """Return what the file of the model in force says: the last one put in force, else the shipped."""
    decided = [
        each.details["model"]
        for each in store.decisions(DecisionKind.RISK_MODEL)
        if each.verdict == RiskModelVerdict.IN_FORCE
    ]
    return dict(decided[-1]) if decided else read_mapping()


def show(viewer: Viewer, scope: Scope, model: RiskModel) -> None:
    """Draw the form, the preview and, for who may, the button that puts the copy in force."""
    if not viewer.may_decide(DecisionKind.RISK_MODEL):
        st.info(
            "评分模型由能查看全部数据的研判分析员、执法人员维护；您可以查看现行模型和检验结果。",
            icon=":material/lock:",
        )
        return
    saving.show(_PLACE)
    st.markdown("**修改模型副本** 权重合计不是1000时按比例折算；档次分值随权重同比例变化")
    weights, cut_offs, completeness = _fields(model)
    version = st.text_input(
        "新版本号",
        value=f"{dt.datetime.now(tz=BEIJING):%Y.%m.%d}",
        max_chars=MAX_VERSION,
        key="model.version",
        width=240,
    )
    try:
        edited = edited_model(
            contents(),
            version=version,
            weights=weights,
            cut_offs=cut_offs,
            completeness=completeness,
        )
    except RiskModelError as error:
        st.error(
            f"模型有误：{render.as_label(str(error.where))}的值{render.as_label(str(error.value))}不可用。"
            "权重不能为负且不能全为0，分档线须由低到高。"
        )
        return
    trial = read_model(edited)
    figures = score_data.model_input(scope)
    scored = scored_again(figures, trial)
    _show_wanted(scored, trial)
    preview = previewed(figures, scored, trial)
    st.markdown(preview_text(preview))
    panels.show("grid", preview_table(preview, model), key="preview")
    taken = {each.subject for each in store.decisions(DecisionKind.RISK_MODEL)}
    if not NAME.fullmatch(version):
        st.warning("版本号请用汉字、字母、数字、点和短横线。", icon=":material/warning:")
        return
    if version in taken or version == read_mapping()["version"]:
        st.warning("该版本号已经用过，请换一个。", icon=":material/warning:")
        return
    reason = st.text_input("修改理由", max_chars=200, key="model.reason")
    st.button(
        "启用此版本",
        icon=":material/publish:",
        on_click=saving.told(
            _PLACE, lambda: _put_in_force(viewer, version, edited, reason), _FAULTS
        ),
        disabled=not reason.strip(),
    )
    st.caption("填写修改理由后可启用；下次数据更新时按新版本评分，已过去月份的评分不变。启用留痕。")
    _offer_withdrawal(viewer)


def _fields(model: RiskModel) -> tuple[dict[str, float], dict[str, float], float]:
    weights = {}
    for column, dimension in zip(st.columns(len(model.dimensions)), model.dimensions, strict=True):
        with column.container(border=True):
            st.markdown(f"**{dimension.name}**")
            for each in model.indicators:
                if each.dimension == dimension.code:
                    weights[each.code] = st.number_input(
                        each.name,
                        min_value=0.0,
                        max_value=1000.0,
                        value=float(each.weight),
                        step=5.0,
                        format="%.0f",
                        key=f"model.weight.{each.code}.{model.version}",
                    )
    st.caption(f"权重合计{sum(weights.values()):,.0f}")
    columns = st.columns(len(model.grades))
    cut_offs = {
        each.code: column.number_input(
            f"{grade_view.label(each.code, model)}的起点分",
            min_value=1.0,
            max_value=1000.0,
            value=float(each.start),
            step=10.0,
            format="%.0f",
            key=f"model.cut.{each.code}.{model.version}",
        )
        for column, each in zip(columns, model.grades[1:], strict=False)
    }
    completeness = columns[-1].number_input(
        "低于多少完备度不定级（%）",
        min_value=0,
        max_value=100,
        value=round(model.completeness * 100),
        key=f"model.completeness.{model.version}",
    )
    return weights, cut_offs, completeness / 100


def _show_wanted(scored: pd.DataFrame, model: RiskModel) -> None:
    """Say which cut-offs would give the distribution that is published elsewhere."""
    graded = scored.loc[scored["grade"] != PENDING, "score"] if len(scored) else pd.Series()
    if graded.empty:
        return
    starts = cut_offs_for(graded, model.wanted_shares, model=model)
    told = "、".join(
        f"{grade_view.label(code, model)}占{wording.percent(share)}从{starts[code]:,.0f}分起"
        for code, share in model.wanted_shares.items()
    )
    st.caption(f"如按公布的分类比例分档（巴彦淖尔2022年）：{told}。")


def scored_again(figures: pd.DataFrame, model: RiskModel) -> pd.DataFrame:
    """Score the operators in scope by another model; empty without operators."""
    if figures.empty:
        return pd.DataFrame()
    return score_operators(figures.drop(columns=["score", "grade"]), model=model)


def previewed(figures: pd.DataFrame, scored: pd.DataFrame, model: RiskModel) -> pd.DataFrame:
    """Return grades as they are and as another model gives them.

    Returns
    -------
    DataFrame
        Index: grades now, columns: grades then, values: operators; ``attrs["operators"]`` says of
        how many in all these are taken.
    """
    if figures.empty:
        return pd.DataFrame()
    then = scored["grade"]
    codes = [*[each.code for each in model.grades], PENDING]
    table = pd.crosstab(figures["grade"], then).reindex(index=codes, columns=codes, fill_value=0)
    table.attrs["operators"] = int(figures.attrs.get("operators", len(figures)))
    return table


def preview_text(table: pd.DataFrame) -> str:
    """Return how many would get another grade, and of how many."""
    total = int(table.to_numpy().sum()) if len(table) else 0
    if not total:
        return "没有可试算的主体。"
    moved = total - sum(int(table.loc[code, code]) for code in table.index)
    of = table.attrs["operators"]
    taken = f"（全部{of:,}户中抽取）" if of > total else ""
    return (
        f"试算{total:,}户{taken}：**{moved:,}户（{wording.percent(moved / total)}）改变等级**；"
        f"与版本{score_data.version()}的评分相比。"
    )


def preview_table(table: pd.DataFrame, model: RiskModel) -> dict[str, Any]:
    """Return the cross table as the grid panel draws it."""
    labels = [grade_view.label(str(code), model) for code in table.columns]
    heads = [Head("现行等级＼试算等级"), *[Head(each, right=True, width=92) for each in labels]]
    rows = [
        Row(
            str(code),
            (
                Cell(grade_view.label(str(code), model)),
                *[
                    Cell(f"{int(number):,}", tone="bad" if other != code and number else "")
                    for other, number in table.loc[code].items()
                ],
            ),
            usable=False,
        )
        for code in table.index
    ]
    return grid.content("preview", "等级变化", heads, rows, empty="没有可试算的主体")


def _offer_withdrawal(viewer: Viewer) -> None:
    """Offer to take the latest version back; the one before it is in force again."""
    decided = [
        each
        for each in store.decisions(DecisionKind.RISK_MODEL)
        if each.verdict == RiskModelVerdict.IN_FORCE
    ]
    if decided:
        last = decided[-1]
        st.button(
            f"撤回版本{render.as_label(last.subject)}",
            icon=":material/undo:",
            on_click=saving.told(
                _PLACE,
                lambda: store.withdraw(viewer, DecisionKind.RISK_MODEL, last.decision_id),
                _FAULTS,
            ),
        )


def _put_in_force(viewer: Viewer, version: str, content: Mapping[str, Any], reason: str) -> None:
    store.decide(
        viewer,
        DecisionKind.RISK_MODEL,
        version,
        RiskModelVerdict.IN_FORCE,
        details={"model": dict(content)},
        note=reason.strip(),
    )
    st.toast("已启用，下次数据更新时生效。", icon=":material/check:")
