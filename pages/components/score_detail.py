"""The score of one operator: points, radar, records behind every indicator, what would change it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from analytics.risk_explaining import Explanation, explain
from analytics.risk_model import RiskModel
from analytics.risk_parts import Indicator
from pages.components import (
    address,
    axes,
    exports,
    grade_view,
    grid,
    listing,
    operator_labels,
    page_links,
    palettes,
    panels,
    register_view,
    render,
    score_data,
    tables,
    wording,
)
from pages.components.caching import ENTRIES, FRAMES, TTL
from pages.components.grid import Cell, Head, Row
from pages.components.palettes import Palette
from pages.components.panels import Click
from pages.components.render import Option
from pages.components.score_data import Evidence, OperatorScore
from queries.scope import Scope

CHANGES = 6
"""Ways to another grade that are listed; ours."""

RADAR = 300
"""Height of the radar without its caption, in pixels."""

LISTED = 20
"""Records of each kind listed behind an indicator, newest first; ours."""


def show_figures(found: OperatorScore, model: RiskModel) -> None:
    """Draw score, grade, rank and completeness."""
    now = found.now
    triggers = grade_view.trigger_names(str(now["triggered"]), model)
    tiles = [
        ("风险分", f"{now['score']:,.0f}", f"信用式得分{now['credit_score']:,.0f}"),
        (
            "等级（内部参考）",
            grade_view.label(now["grade"], model),
            "、".join(triggers) or "按分值",
        ),
        ("可见范围内名次", f"{found.rank:,}", f"共{found.of:,}户，1为风险最大"),
        ("数据完备度", wording.percent(now["completeness"]), "有数据指标的满分占比"),
        ("近12个月投诉", wording.count(now["complaints_12m"]), "去重口径"),
    ]
    for column, (label, value, note) in zip(st.columns(len(tiles)), tiles, strict=True):
        with column.container(border=True):
            st.metric(label, value)
            st.caption(note)
    st.caption(
        f"模型版本{now['model_version']}，评分数据截至{wording.date_text(now['as_of'])}。"
        f"{grade_view.legal_text(model)}"
    )


def radar_chart(
    points: Mapping[str, float], mean: Mapping[str, float], model: RiskModel, *, palette: Palette
) -> Option:
    """Draw each dimension's share of its full points, the operator's and its industry's mean.

    Parameters
    ----------
    mean
        NaN where there is none; a mean without any figure is left out.
    """
    own, usual = palette.series[3], palette.series[0]
    lines = [("本主体", points, own), ("同行业平均", mean, usual)]
    drawn = [each for each in lines if not any(math.isnan(value) for value in each[1].values())]
    return {
        "legend": {
            "bottom": 0,
            "itemWidth": 16,
            "itemHeight": 8,
            "textStyle": {"fontSize": 12, "color": palette.text},
        },
        "tooltip": {"trigger": "item", "textStyle": {"fontSize": 12}},
        "radar": {
            "radius": round(RADAR * 0.31),
            "center": ["50%", round(RADAR * 0.47)],
            "indicator": [
                {"name": each.name.removesuffix("风险"), "max": each.weight}
                for each in model.dimensions
            ],
            "axisName": {"color": palette.text, "fontSize": 12},
            "splitLine": {"lineStyle": {"color": palette.line}},
            "splitArea": {"show": False},
            "axisLine": {"lineStyle": {"color": palette.line}},
        },
        "series": [
            {
                "type": "radar",
                "symbolSize": 4,
                "data": [
                    {
                        "name": name,
                        "value": [round(values[each.code], 1) for each in model.dimensions],
                        "lineStyle": {"width": 2, "color": colour},
                        "itemStyle": {"color": colour},
                        "areaStyle": {"opacity": 0.12, "color": colour},
                    }
                    for name, values, colour in drawn
                ],
            }
        ],
    }


def _picture_caption(found: OperatorScore, model: RiskModel, name: str, what: str) -> str:
    now = found.now
    return exports.plain_caption(
        f"{name}，{what}；评分截至{wording.date_text(now['as_of'])}，"
        f"模型版本{now['model_version']}；",
        method=f"满分为该维度权重；{grade_view.legal_text(model)}",
    )


def show_radar(found: OperatorScore, model: RiskModel, *, name: str) -> None:
    """Draw the six dimensions against the industry's mean."""
    points = {each.code: float(found.now[each.code]) for each in model.dimensions}
    known = bool(operator_labels.known(found.now["industry"]))
    mean = found.industry_mean if known else dict.fromkeys(points, math.nan)
    st.markdown("**六个维度与同行业平均**")
    caption = _picture_caption(found, model, name, "六个维度与同行业平均")
    drawn = radar_chart(points, mean, model, palette=palettes.current())
    drawn["legend"]["bottom"] += exports.height_of(caption)
    render.show(
        exports.savable(drawn, name="六个维度", caption=caption),
        key="radar",
        height=RADAR + exports.height_of(caption),
    )
    industry = wording.label("industry", found.now["industry"])
    st.caption(
        f"外沿为该维度满分；同行业（{industry}）可见范围内已定级{found.peers:,}户的平均。"
        if known
        else "外沿为该维度满分；该主体没有行业信息，不与同行业比较。"
    )


def indicators(found: OperatorScore, model: RiskModel, *, chosen: str) -> dict[str, Any]:
    """Return the 18 indicators as the grid panel draws them; a click carries the indicator."""
    heads = [
        Head("指标", width=208),
        Head("维度", width=72),
        Head("得分", right=True, width=88),
        Head("满分", right=True, width=52),
        Head("依据的数据"),
    ]
    names = {each.code: each.name for each in model.dimensions}
    raw = found.inputs.iloc[0] if len(found.inputs) else pd.Series(dtype=object)
    rows = []
    for each in model.indicators:
        points = float(found.now[each.code])
        without = all(pd.isna(raw.get(code)) for code in each.needs)
        told = inputs_text(each, raw, model)
        rows.append(
            Row(
                each.code,
                (
                    Cell(each.name),
                    Cell(names[each.dimension].removesuffix("风险")),
                    Cell(
                        "无数据" if without else f"{points:,.1f}".removesuffix(".0"),
                        tone="bad" if points and points >= each.weight / 2 else "",
                        bar=points / each.weight if each.weight else None,
                    ),
                    Cell(f"{each.weight:,.1f}".removesuffix(".0")),
                    Cell(told or "无数据", hint=told),
                ),
                selected=each.code == chosen,
            )
        )
    return grid.content("indicators", "18项指标", heads, rows, empty="没有指标")


def inputs_text(indicator: Indicator, raw: "pd.Series[Any]", model: RiskModel) -> str:
    """Return the raw figures of an indicator in words, those without data left out."""
    return "，".join(
        f"{model.inputs[code].name}：{operator_labels.input_text(raw[code], model.inputs[code].unit)}"
        for code in indicator.inputs
        if code in raw and not pd.isna(raw[code])
    )


def show_indicators(found: OperatorScore, model: RiskModel, *, chosen: str) -> None:
    """Draw the indicators; a click shows the records behind one."""

    def clicked(click: Click) -> None:
        address.go(indicator=None if click.code == chosen else click.code)

    st.markdown("**18项指标** 点击一行看得分依据的记录")
    panels.show("grid", indicators(found, model, chosen=chosen), key="indicators", on_click=clicked)


def chosen(asked: Mapping[str, str], model: RiskModel) -> str:
    """Return the indicator that the address names, empty for none."""
    named = asked.get("indicator", "")
    return named if named in {each.code for each in model.indicators} else ""


def show_evidence(scope: Scope, model: RiskModel, *, operator_id: str, indicator: str) -> None:
    """Draw the records that the points of an indicator rest on."""
    name = next(each.name for each in model.indicators if each.code == indicator)
    found = score_data.evidence(scope, operator_id=operator_id, indicator=indicator)
    st.markdown(f"**“{name}”的依据**")
    if found is None:
        st.caption("该主体没有评分，或不在您的可见范围内。")
        return
    st.caption(evidence_text(found))
    if found.register:
        st.markdown(render.as_label(register_view.register_text(found.register)))
    if len(found.events):
        panels.show("grid", events(found.events.head(LISTED), title=name), key="evidence_events")
    if len(found.submissions):
        panels.show(
            "table",
            tables.content(listing.named(found.submissions.head(LISTED)), listing.CELLS),
            key="evidence_submissions",
            on_click=_opened,
        )


def _opened(click: Click) -> None:
    if click.act == "open":
        page_links.open_page("submissions", id=click.code)


def evidence_text(found: Evidence) -> str:
    """Return how many records there are, of which days."""
    parts = [
        f"监管事项{found.total_events:,}条{_shown(found.total_events)}",
        f"诉求{found.total_submissions:,}件{_shown(found.total_submissions)}",
    ]
    return (
        f"截至{wording.date_text(found.days.end)}，{'，'.join(parts)}"
        f"（诉求为{wording.days_text(found.days)}登记的）。"
        "诉求只列您可见范围内的，去重口径剔除的不计分；一项指标可由几类诉求共同计分。"
    )


def _shown(total: int) -> str:
    return f"（列最新{LISTED}）" if total > LISTED else ""


def events(frame: pd.DataFrame, *, title: str) -> dict[str, Any]:
    """Return events as the grid panel draws them."""
    heads = [
        Head("日期", width=92),
        Head("事项", width=120),
        Head("结果", width=132),
        Head("内容"),
        Head("金额", right=True, width=84),
        Head("截止", width=92, hint="到期、下次检验或移出日期"),
        Head("文书号", width=150),
        Head("机关", width=150),
    ]
    rows = [
        Row(
            str(record["event_id"]),
            (
                Cell(operator_labels.day(record["occurred_on"])),
                Cell(operator_labels.EVENTS.get(record["kind"], str(record["kind"]))),
                Cell(operator_labels.result(record["outcome"], record["severity"])),
                Cell(
                    operator_labels.known(record["subject"]),
                    hint=operator_labels.known(record["detail"]),
                ),
                Cell(
                    wording.yuan(record["amount_yuan"])
                    if operator_labels.known(record["amount_yuan"])
                    else ""
                ),
                Cell(operator_labels.day(record["ends_on"])),
                Cell(operator_labels.known(record["document_no"])),
                Cell(operator_labels.known(record["authority"])),
            ),
            usable=False,
        )
        for record in frame.to_dict("records")
    ]
    return grid.content("events", title, heads, rows, empty="没有记录")


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=FRAMES)
def _explained(inputs: pd.DataFrame, version: str, _model: RiskModel) -> Explanation:  # noqa: ARG001
    return explain(inputs, model=_model)


def show_changes(found: OperatorScore, model: RiskModel) -> None:
    """Draw what would lead to another grade."""
    st.markdown("**怎样会改变等级**")
    if found.inputs.empty:
        st.caption("没有评分的原始数据。")
        return
    told = _explained(found.inputs, model.version, model)
    lines = change_lines(told.changes, model) or ["没有单项数据的变化能改变等级。"]
    if len(told.together):
        names = "、".join(
            dict.fromkeys(_input_name(each, model) for each in told.together["input"])
        )
        lines.append(f"须同时改善才能降级的数据：{names}。")
    st.markdown("\n".join(f"- {render.as_label(each)}" for each in lines))
    st.caption("按现行模型逐项试算，其他数据不变；只说明分值怎样得来，不是对主体的要求。")


def change_lines(changes: pd.DataFrame, model: RiskModel) -> list[str]:
    """Return the smallest changes in words, those for the better first."""
    ordered = changes.sort_values("direction", kind="stable").head(CHANGES)
    lines = []
    for record in ordered.to_dict("records"):
        unit = model.inputs[record["input"]].unit
        lines.append(
            f"{_input_name(record['input'], model)}由"
            f"{operator_labels.input_text(record['now'], unit)}变为"
            f"{operator_labels.input_text(record['then'], unit)}，{_points(record['change'])}，"
            f"等级变为{grade_view.label(record['grade'], model)}"
        )
    return lines


def _points(change: float) -> str:
    return f"风险分{change:+,.0f}" if round(change) else "风险分不变"


def _input_name(code: str, model: RiskModel) -> str:
    return model.inputs[code].name


def history_chart(history: pd.DataFrame, model: RiskModel, *, palette: Palette) -> Option:
    """Draw the score month by month, stacked from its dimensions."""
    text = {"fontSize": 11, "color": palette.faint}
    return {
        "grid": {"left": 6, "right": 10, "top": 44, "bottom": 4, "outerBoundsMode": "same"},
        "legend": {"top": 0, "left": 0, "itemWidth": 12, "itemHeight": 8, "textStyle": text},
        "tooltip": {"trigger": "axis", "textStyle": {"fontSize": 12}},
        "xAxis": {
            "type": "category",
            "data": [f"{pd.Timestamp(each):%Y-%m}" for each in history["month"]],
            "axisLabel": text,
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": palette.line}},
        },
        "yAxis": axes.value_axis(palette, unit="分"),
        "series": [
            {
                "type": "bar",
                "stack": "score",
                "name": each.name.removesuffix("风险"),
                "data": [round(float(value), 1) for value in history[each.code]],
                "itemStyle": {"color": colour},
                "barMaxWidth": 26,
            }
            for each, colour in zip(model.dimensions, palette.series, strict=False)
        ],
    }


def show_history(found: OperatorScore, model: RiskModel, *, name: str) -> None:
    """Draw how the score came to be what it is, month by month."""
    st.markdown("**逐月风险分**")
    caption = _picture_caption(found, model, name, "逐月风险分")
    render.show(
        exports.savable(
            history_chart(found.history, model, palette=palettes.current()),
            name="逐月风险分",
            caption=caption,
        ),
        key="history",
        height=260 + exports.height_of(caption),
    )
    grades: Sequence[str] = [grade_view.label(each, model) for each in found.history["grade"]]
    st.caption(
        f"已过去的月份按当时的数据截止日评分，共{len(grades)}个月；"
        f"{'等级未变' if grades[0] == grades[-1] else f'等级由{grades[0]}到{grades[-1]}'}。"
        "本月按最新数据，尚未结束。"
    )
