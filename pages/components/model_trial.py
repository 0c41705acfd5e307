"""How good the score is: back-test, sensitivity to weights, weights fitted to what came after."""

from typing import Any

import pandas as pd
import streamlit as st

from analytics.risk_backtest import Backtest, NothingToTestError, backtest
from analytics.risk_model import PENDING, RiskModel
from analytics.risk_sensitivity import Sensitivity, vary_weights
from analytics.risk_weights import FittedWeights, fit_weights
from pages.components import exports, grid, palettes, panels, render, score_data, wording
from pages.components.caching import KEYS, TTL
from pages.components.data import Source, source_now
from pages.components.grid import Cell, Head, Row
from pages.components.palettes import Palette
from pages.components.render import Option
from pages.components.score_data import BacktestInput
from queries.scope import Scope

TENTHS = "按风险分由低到高分十组，各组此后发生的比例；同分不拆开，各组户数不等"
"""How the chart of the back-test was made."""

FEW = 4
"""Answers kept; each takes a second of computing."""


@st.cache_data(ttl=TTL, max_entries=FEW, show_spinner="正在检验……", hash_funcs=KEYS)
def _tested(source: Source, scope: Scope) -> Backtest:  # noqa: ARG001 (source is the cache's key)
    found = graded(score_data.backtest_input(scope))
    return backtest(found["score"], found["outcome"], peer=found["complaints_12m"])


@st.cache_data(ttl=TTL, max_entries=FEW, show_spinner="正在试算……", hash_funcs=KEYS)
def _varied(source: Source, scope: Scope, version: str, _model: RiskModel) -> Sensitivity:  # noqa: ARG001
    found = graded(score_data.backtest_input(scope))
    return vary_weights(found, model=_model)


@st.cache_data(ttl=TTL, max_entries=FEW, show_spinner="正在拟合……", hash_funcs=KEYS)
def _fitted(source: Source, scope: Scope, version: str, _model: RiskModel) -> FittedWeights:  # noqa: ARG001
    found = graded(score_data.backtest_input(scope))
    return fit_weights(found[list(_model.weights)], found["outcome"], model=_model)


def graded(given: BacktestInput) -> pd.DataFrame:
    """Return the operators that had a grade: thin data score low whatever comes after."""
    return given.frame[given.frame["grade"] != PENDING]


def show(scope: Scope, model: RiskModel) -> None:
    """Draw the three trials, or why there can be none."""
    try:
        given = score_data.backtest_input(scope)
        tested = _tested(source_now(), scope)
    except score_data.NoEarlierScoresError as error:
        st.info(
            f"还没有{error.horizon_days}天以前的评分，无法回测。历史更长后自动提供。",
            icon=":material/hourglass_empty:",
        )
        return
    except NothingToTestError as error:
        st.info(
            f"{error.operators:,}户中有{error.outcomes:,}户此后被处罚、列入名录或发生群体投诉，"
            "全有或全无时无法回测。",
            icon=":material/hourglass_empty:",
        )
        return
    _show_backtest(tested, given)
    left, right = st.columns(2, gap="medium")
    with left:
        _show_sensitivity(_varied(source_now(), scope, model.version, model), model)
    with right:
        _show_fitted(_fitted(source_now(), scope, model.version, model), model)


def backtest_text(tested: Backtest, given: BacktestInput) -> str:
    """Return what the back-test found, with its base and days."""
    told = (
        f"以{wording.date_text(given.as_of)}的评分，看此后至{wording.date_text(given.until)}"
        f"是否被行政处罚、列入经营异常名录或严重违法失信名单、发生群体性投诉（7天内10人以上）："
        f"已定级的{tested.operators:,}户中{tested.outcomes:,}户发生（待定的不参加）。"
        f"风险分的AUC为{tested.auc.value:.3f}（95%区间{tested.auc.lower:.3f}至{tested.auc.upper:.3f}），"
        f"得分最高的十分之一发生率是总体的{tested.lift.value:.2f}倍"
    )
    if tested.peer_auc is None or tested.peer_lift is None:
        return f"{told}。"
    return (
        f"{told}；只按近12个月投诉件数排，AUC为{tested.peer_auc.value:.3f}、"
        f"{tested.peer_lift.value:.2f}倍。"
    )


def _show_backtest(tested: Backtest, given: BacktestInput) -> None:
    st.markdown("**回测：高分是否先于处罚和群体投诉**")
    left, right = st.columns([46, 54], gap="medium")
    with left:
        st.markdown(backtest_text(tested, given))
        st.caption(
            "AUC为0.5表示没有区分能力，1为完全区分；区间由自助法抽样得出。"
            "结果说明排序的先后，不说明任何一户是否违法。"
        )
    with right:
        caption = exports.plain_caption("风险分回测；", method=TENTHS)
        render.show(
            exports.savable(
                calibration_chart(tested.calibration, palette=palettes.current()),
                name="风险分回测",
                caption=caption,
            ),
            key="calibration",
            height=240 + exports.height_of(caption),
        )
        st.caption(f"{TENTHS}。")


def calibration_chart(frame: pd.DataFrame, *, palette: Palette) -> Option:
    """Draw the share of each tenth that had the outcome."""
    text = {"fontSize": 11, "color": palette.faint}
    return {
        "grid": {"left": 6, "right": 10, "top": 30, "bottom": 4, "outerBoundsMode": "same"},
        "tooltip": {"trigger": "axis", "textStyle": {"fontSize": 12}},
        "xAxis": {
            "type": "category",
            "data": [f"第{each}组" for each in frame["tenth"]],
            "axisLabel": text,
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": palette.line}},
        },
        "yAxis": {
            "type": "value",
            "axisLabel": text | {"formatter": "{value}%"},
            "splitNumber": 4,
            "splitLine": {"lineStyle": {"color": palette.line}},
        },
        "series": [
            {
                "type": "bar",
                "name": "发生比例（%）",
                "barMaxWidth": 30,
                "itemStyle": {"color": palette.series[0]},
                "data": [round(float(each) * 100, 2) for each in frame["share"]],
            }
        ],
    }


def _show_sensitivity(found: Sensitivity, model: RiskModel) -> None:
    st.markdown("**权重变动的影响**")
    kept, regraded = pd.Series(found.top_kept), pd.Series(found.regraded)
    correlation = pd.Series(found.rank_correlation)
    st.markdown(
        f"各项权重随机上下浮动约两成，试算{found.draws}次、{found.operators:,}户："
        f"排名的秩相关中位数{correlation.median():.3f}，最高的十分之一平均保留"
        f"{wording.percent(kept.mean())}，等级改变的平均{wording.percent(regraded.mean())}。"
    )
    panels.show("grid", sensitivity_table(found, model), key="sensitivity")


def sensitivity_table(found: Sensitivity, model: RiskModel) -> dict[str, Any]:
    """Return by indicator how many get another grade when its weight alone is changed."""
    heads = [
        Head("指标"),
        Head("权重", right=True, width=56),
        Head("增加一半时改变等级", right=True, width=140),
        Head("减为三分之二时", right=True, width=120),
    ]
    names = {each.code: each.name for each in model.indicators}
    frame = found.by_indicator.sort_values("up", ascending=False, kind="stable")
    rows = [
        Row(
            str(code),
            (
                Cell(names[str(code)]),
                Cell(f"{record['weight']:,.0f}"),
                Cell(wording.percent(record["up"])),
                Cell(wording.percent(record["down"])),
            ),
            usable=False,
        )
        for code, record in zip(frame.index, frame.to_dict("records"), strict=True)
    ]
    return grid.content("sensitivity", "权重敏感性", heads, rows, empty="没有指标")


def _show_fitted(found: FittedWeights, model: RiskModel) -> None:
    st.markdown("**由结果拟合的权重（供参考）**")
    st.markdown(
        f"用{found.operators:,}户、{found.outcomes:,}户发生的结果拟合（逻辑回归，系数不小于0，"
        f"五折交叉检验）：拟合权重AUC {found.fitted_auc:.3f}，专家权重AUC {found.expert_auc:.3f}。"
        "拟合权重不自动替代专家权重。"
    )
    panels.show("grid", fitted_table(found, model), key="fitted")


def fitted_table(found: FittedWeights, model: RiskModel) -> dict[str, Any]:
    """Return both weights by indicator."""
    heads = [
        Head("指标"),
        Head("专家权重", right=True, width=80),
        Head("拟合权重", right=True, width=80),
        Head("有得分的户数", right=True, width=96),
    ]
    names = {each.code: each.name for each in model.indicators}
    rows = [
        Row(
            str(code),
            (
                Cell(names[str(code)]),
                Cell(f"{record['expert']:,.0f}"),
                Cell(f"{record['fitted']:,.0f}"),
                Cell(f"{record['with_points']:,.0f}"),
            ),
            usable=False,
        )
        for code, record in zip(found.frame.index, found.frame.to_dict("records"), strict=True)
    ]
    return grid.content("fitted", "拟合权重", heads, rows, empty="没有指标")
