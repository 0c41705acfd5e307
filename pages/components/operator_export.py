"""The file of one operator to take away: registration, score with its indicators, events."""

from collections.abc import Mapping

import pandas as pd

from analytics.risk_model import RiskModel
from pages.components import (
    data,
    exports,
    figures,
    grade_view,
    operator_data,
    operator_labels,
    register_view,
    score_detail,
    wording,
)
from pages.components.exports import Sheet
from pages.components.score_data import OperatorScore
from queries.scope import Scope
from queries.selection import Selection


def offer(
    row: Mapping[str, object],
    found: OperatorScore | None,
    model: RiskModel,
    own: Selection,
    scope: Scope,
) -> None:
    """Draw the button that takes the file away.

    Parameters
    ----------
    own
        The operator's submissions, which the file's first sheet counts.
    """
    exports.offer(
        lambda: sheets(row, found, model, scope),
        selection=own,
        scope=scope,
        totals=data.totals(own, scope, measures=figures.FIGURES),
        name="一企一档",
        key="export",
    )


def sheets(
    row: Mapping[str, object], found: OperatorScore | None, model: RiskModel, scope: Scope
) -> list[Sheet]:
    """Return the tables of one operator."""
    operator_id = str(row["operator_id"])
    told = operator_data.operator_events(
        scope, operator_id=operator_id, limit=operator_data.MAX_EVENTS
    )
    tables = [
        Sheet("登记信息", pd.DataFrame(register_view.fields(row), columns=["登记事项", "内容"]))
    ]
    if found is not None:
        tables += [_points(found, model), _history(found, model)]
    return [*tables, Sheet("监管事项", _events(told.rows), total=told.total)]


def _points(found: OperatorScore, model: RiskModel) -> Sheet:
    names = {each.code: each.name for each in model.dimensions}
    raw = found.inputs.iloc[0] if len(found.inputs) else pd.Series(dtype=object)
    frame = pd.DataFrame(
        [
            (
                names[each.dimension],
                each.name,
                float(found.now[each.code]),
                each.weight,
                score_detail.inputs_text(each, raw, model) or "无数据",
            )
            for each in model.indicators
        ],
        columns=["维度", "指标", "得分", "满分", "依据的数据"],
    )
    now = found.now
    triggers = "、".join(grade_view.trigger_names(str(now["triggered"]), model))
    note = (
        f"风险分{now['score']:,.0f}，信用式得分{now['credit_score']:,.0f}，"
        f"等级{grade_view.label(now['grade'], model)}{f'（{triggers}）' if triggers else ''}，"
        f"数据完备度{wording.percent(now['completeness'])}；模型版本{now['model_version']}，"
        f"评分数据截至{wording.date_text(now['as_of'])}"
    )
    return Sheet(
        "风险评分", frame, definitions=(("性质", grade_view.legal_text(model)),), note=note
    )


def _history(found: OperatorScore, model: RiskModel) -> Sheet:
    past = found.history
    return Sheet(
        "逐月风险分",
        pd.DataFrame(
            {
                "月份": [f"{pd.Timestamp(each):%Y-%m}" for each in past["month"]],
                "截至": [operator_labels.day(each) for each in past["as_of"]],
                "风险分": past["score"],
                "等级": [grade_view.label(each, model) for each in past["grade"]],
                "数据完备度": past["completeness"],
                "模型版本": past["model_version"],
                **{each.name: past[each.code] for each in model.dimensions},
            }
        ),
        shares=frozenset({"数据完备度"}),
    )


def _events(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "日期": [operator_labels.day(each) for each in rows["occurred_on"]],
            "事项": [operator_labels.EVENTS.get(each, str(each)) for each in rows["kind"]],
            "结果": [
                operator_labels.result(outcome, severity)
                for outcome, severity in zip(rows["outcome"], rows["severity"], strict=True)
            ],
            "内容": rows["subject"],
            "金额（元）": rows["amount_yuan"],
            "截止": [operator_labels.day(each) for each in rows["ends_on"]],
            "文书号": rows["document_no"],
            "机关": rows["authority"],
            "说明": rows["detail"],
            "来源": rows["source"],
        }
    )
