"""The risk model in words: dimensions, indicators, tiers, grades, triggers and past versions."""

from typing import Any

from analytics.risk_model import RiskModel
from analytics.risk_parts import Condition, Each, Part, Tiers
from pages.components import grade_view, grid, operator_labels, store, wording
from pages.components.grid import Cell, Head, Row
from queries.vocabulary import DecisionKind, RiskModelVerdict

_COMPARED = {
    "at_least": "不少于",
    "above": "多于",
    "at_most": "不多于",
    "below": "少于",
    "equals": "为",
}


def condition_text(condition: Condition, model: RiskModel) -> str:
    """Return one condition in words.

    Examples
    --------
    >>> from analytics.risk_model import read_model
    >>> condition_text(Condition("opinions_major_12m", "at_least", 1.0), read_model())
    '近12个月重大舆情不少于1'
    """
    known = model.inputs[condition.column]
    if condition.how == "missing":
        return f"{known.name}{'无数据' if condition.value else '有数据'}"
    if known.unit == "flag":
        return known.name
    told = operator_labels.input_text(condition.value, known.unit)
    return f"{known.name}{_COMPARED[condition.how]}{told}"


def part_text(part: Part, model: RiskModel) -> str:
    """Return how a part of an indicator gives points, in words."""
    if isinstance(part, Tiers):
        return "；".join(
            f"{'且'.join(condition_text(each, model) for each in tier.when)}计{tier.points:g}分"
            for tier in part.tiers
        )
    if isinstance(part, Each):
        told = "、".join(
            f"{model.inputs[column].name}（折算{factor:g}）"
            if factor != 1
            else model.inputs[column].name
            for column, factor in zip(part.columns, part.decay, strict=True)
        )
        return f"{told}每一计{part.points:g}分"
    name = model.inputs[part.column].name
    value = f"（1－{name}）" if part.inverse else name
    if part.per is not None:
        value = f"{value}÷{model.inputs[part.per].name}（不低于{part.least:g}）"
    if part.full != 1:
        value = f"{value}÷{part.full:g}"
    return f"{part.points:g}×{value}，最多{part.points:g}分"


def content(model: RiskModel) -> dict[str, Any]:
    """Return the indicators as the grid panel draws them."""
    names = {each.code: f"{each.name}{each.weight:,.0f}" for each in model.dimensions}
    heads = [
        Head("维度与满分", width=140),
        Head("指标", width=190),
        Head("权重", right=True, width=52),
        Head("计分规则", wrap=True),
    ]
    rows = []
    for each in model.indicators:
        told = "；另加".join(part_text(part, model) for part in each.parts)
        rows.append(
            Row(
                each.code,
                (
                    Cell(names[each.dimension]),
                    Cell(each.name),
                    Cell(f"{each.weight:,.0f}"),
                    Cell(told, hint=told),
                ),
                usable=False,
            )
        )
    return grid.content("model", "评分模型", heads, rows, empty="没有指标")


def grades_text(model: RiskModel) -> str:
    """Return grades and what decides them at once, in words."""
    starts = "、".join(
        f"{grade_view.label(each.code, model)}{each.start:,.0f}分起" for each in model.grades
    )
    triggers = "、".join(f"{each.name}（至少{each.grade}）" for each in model.triggers)
    return (
        f"分档：{starts}；数据完备度低于{wording.percent(model.completeness)}的为"
        f"{grade_view.PENDING_LABEL}。直接定级条件：{triggers}。"
    )


def versions_text() -> str:
    """Return the versions put in force, newest first, by whom and when."""
    decided = [
        each
        for each in store.decisions(DecisionKind.RISK_MODEL)
        if each.verdict == RiskModelVerdict.IN_FORCE
    ]
    if not decided:
        return "启用过的版本：只有随系统提供的版本。"
    told = "、".join(
        f"{each.subject}（{each.decided_by}，{each.decided_at:%Y-%m-%d}）"
        for each in reversed(decided)
    )
    return f"启用过的版本：{told}。"
