"""The ranking of operators by risk score: its rows on screen and its tables to take away."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from analytics.risk_model import RiskModel
from pages.components import grade_view, grid, score_data, wording
from pages.components.exports import Sheet
from pages.components.grid import Cell, Head, Row
from pages.components.score_data import ScorePage
from queries.scope import Scope
from queries.selection import Selection

PAGE_SIZE = 20
"""Rows of a page; ours."""

MOST_TAKEN = 10_000
"""Rows of a file; ours: the riskiest are what a list of whom to check is about."""

_ORDERS = {"score": "风险分", "complaints_12m": "近12个月投诉", "completeness": "数据完备度"}


def orders(model: RiskModel) -> dict[str, str]:
    """Return what can be ordered by: the score, its dimensions, complaints and completeness."""
    dimensions = {each.code: each.name for each in model.dimensions}
    return {"score": _ORDERS["score"], **dimensions, **_ORDERS}


def grades(distribution: pd.DataFrame, model: RiskModel) -> dict[str, str]:
    """Return the grades to choose from, each with how many operators have it."""
    numbers = grade_view.counted(distribution, model)
    total = sum(numbers.values())
    offered = {"all": f"全部 {total:,}"}
    for code, number in numbers.items():
        share = wording.percent(number / total if total else None)
        offered[code] = f"{grade_view.label(code, model)} {number:,}（{share}）"
    return offered


def content(found: ScorePage, model: RiskModel) -> dict[str, Any]:
    """Return one page as the grid panel draws it; a click carries the operator's id."""
    heads = [
        Head("经营主体"),
        Head("名次", right=True, width=52, hint="在当前筛选内"),
        Head("地区", width=96),
        Head("行业", width=110),
        Head("风险分", right=True, width=78, hint="0至1000，越高风险越大"),
        Head("较上月", right=True, width=64),
        Head("等级", width=84, hint="带※的按直接定级条件定级"),
        *[
            Head(each.name.removesuffix("风险"), right=True, width=70, hint=f"满分{each.weight:g}")
            for each in model.dimensions
        ],
        Head("近12月投诉", right=True, width=80, hint="去重口径"),
        Head("完备度", right=True, width=62, hint="有数据的指标满分之和占1000的比例"),
    ]
    rows = [_row(record, model) for record in found.frame.to_dict("records")]
    return grid.content("scores", "风险评分排名", heads, rows, empty="没有符合条件的经营主体")


def _row(record: Mapping[Any, Any], model: RiskModel) -> Row:
    before = record["score_before"]
    moved = None if pd.isna(before) else record["score"] - before
    triggers = grade_view.trigger_names(record["triggered"], model)
    grade = grade_view.label(record["grade"], model)
    return Row(
        str(record["operator_id"]),
        (
            Cell(str(record["name"]), hint=record["uscc"] or "无统一社会信用代码"),
            Cell(f"{record['rank']:,}"),
            Cell(wording.label("county_code", record["county_code"])),
            Cell(wording.label("industry", record["industry"])),
            Cell(f"{record['score']:,.0f}", bar=record["score"] / 1000),
            Cell(_moved(moved), tone="bad" if moved and moved > 0 else ""),
            Cell(
                f"{grade}※" if triggers else grade,
                tone=grade_view.tone(record["grade"], model),
                hint="、".join(triggers),
            ),
            *[Cell(f"{record[each.code]:,.0f}") for each in model.dimensions],
            Cell(wording.count(record["complaints_12m"], unit="")),
            Cell(wording.percent(record["completeness"])),
        ),
    )


def _moved(points: float | None) -> str:
    if points is None:
        return wording.UNKNOWN
    return f"{points:+,.0f}" if round(points) else "0"


def sheets(
    selection: Selection, scope: Scope, model: RiskModel, *, chosen: tuple[str, ...], order: str
) -> list[Sheet]:
    """Return the ranking to take away, with what the score is."""
    first = score_data.scores(selection, scope, grades=chosen, order=order, page_size=1)

    def parts() -> Iterator[pd.DataFrame]:
        size = score_data.MAX_PAGE_SIZE
        for page in range(1, -(-min(first.total, MOST_TAKEN) // size) + 1):
            yield _named(
                score_data.scores(
                    selection, scope, grades=chosen, order=order, page=page, page_size=size
                ).frame,
                model,
            )
        if not first.total:
            yield _named(first.frame, model)

    weights = tuple(
        (f"{each.name}（满分{each.weight:g}）", _indicators(model, each.code))
        for each in model.dimensions
    )
    return [
        Sheet(
            "风险评分",
            parts,
            definitions=(("性质", grade_view.legal_text(model)), *weights),
            total=first.total,
            shares=frozenset({"数据完备度"}),
            note=f"{grade_view.base_text(first)}每次最多导出{MOST_TAKEN:,}户",
        )
    ]


def _indicators(model: RiskModel, dimension: str) -> str:
    return "、".join(
        f"{each.name}{each.weight:g}" for each in model.indicators if each.dimension == dimension
    )


def _named(frame: pd.DataFrame, model: RiskModel) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "名次": frame["rank"],
        "经营主体": frame["name"],
        "统一社会信用代码": frame["uscc"],
        "县区": [wording.label("county_code", each) for each in frame["county_code"]],
        "行业": [wording.label("industry", each) for each in frame["industry"]],
        "风险分": frame["score"],
        "信用式得分": frame["credit_score"],
        "等级": [grade_view.label(each, model) for each in frame["grade"]],
        "直接定级条件": [
            "、".join(grade_view.trigger_names(each, model)) for each in frame["triggered"]
        ],
        "上月风险分": frame["score_before"],
        **{each.name: frame[each.code] for each in model.dimensions},
        "近12个月投诉（去重）": frame["complaints_12m"],
        "数据完备度": frame["completeness"],
        "主体编号": frame["operator_id"],
    }
    return pd.DataFrame(columns)
