"""The explorer's figures, trend and boards as tables to take away."""

import math
from collections.abc import Sequence

import pandas as pd

from pages.components import data, leaderboards, member_names, settling, trend
from pages.components.boards import WORD, View
from pages.components.exports import Sheet, definitions
from pages.components.leaderboards import COMPARED, MAX_ROWS
from pages.components.screen_rows import GROWING
from queries.measures import MEASURES, Measure
from queries.results import Breakdown, Matrix, Series, Totals
from queries.scope import Scope
from queries.selection import Comparison, Selection

PERCENT = 100
WEEKDAYS = "一二三四五六日"
NOT_COMPARED = "尚在办理，不作比较"


def sheets(
    views: Sequence[View],
    selection: Selection,
    scope: Scope,
    measure: Measure,
    *,
    kpis: Sequence[str],
    grain: str,
) -> list[Sheet]:
    """Return every table of the explorer; boards with all members, up to `MAX_ROWS` each."""
    totals = data.totals(selection, scope, measures=tuple(kpis))
    series = data.series(selection, scope, measures=(measure.name,), grain=grain)
    counted = leaderboards.fetch(views, selection, scope, measure, limit=MAX_ROWS)
    hours = data.matrix(selection, scope, rows="weekday", columns="hour", measure=measure.name)
    return [
        figures(totals, kpis),
        course(series, measure, selection),
        moments(hours, measure),
        *(
            board(view, found, selection, measure)
            for view, found in zip(views, counted, strict=True)
        ),
    ]


def figures(totals: Totals, kpis: Sequence[str]) -> Sheet:
    """Return the figures above the boards, with both changes."""
    rows = []
    for name in kpis:
        measure = MEASURES[name]
        row: dict[str, object] = {
            "指标": measure.label,
            "本期": _shown(measure, totals.current[name]),
            "单位": measure.unit,
        }
        growing = name in GROWING or settling.is_ripening(name, totals.days.end)
        for label, base in (("环比", totals.previous), ("同比", totals.last_year)):
            before = None if base is None or growing else base[name]
            change = _change(measure, totals.current[name], before)
            rate = measure.unit == "%"
            row[f"{label}基期"] = _shown(measure, before)
            row[label] = None if rate else change
            row[f"{label}差（百分点）"] = change * PERCENT if rate and change is not None else None
        row["说明"] = NOT_COMPARED if growing else ""
        rows.append(row)
    return Sheet("指标", pd.DataFrame(rows), definitions(kpis), shares=frozenset({"环比", "同比"}))


def changed(
    measure: Measure, current: "pd.Series[float]", base: "pd.Series[float]"
) -> "pd.Series[float]":
    """Return changes as numbers: of a rate the difference, of all others the share; NaN from nothing.

    Examples
    --------
    >>> now, then = pd.Series([110.0, 5.0]), pd.Series([100.0, 0.0])
    >>> changed(MEASURES["complaints"], now, then).round(3).to_list()
    [0.1, nan]
    """
    now, then = current.astype("float64"), base.astype("float64")
    if measure.unit == "%":
        return now - then
    return (now - then) / then.abs().where(then != 0)


def _change(measure: Measure, current: float | None, base: float | None) -> float | None:
    if current is None or base is None:
        return None
    change = float(changed(measure, pd.Series([current]), pd.Series([base])).iloc[0])
    return None if math.isnan(change) else change


def _shown(measure: Measure, value: float | None) -> float | None:
    return value * PERCENT if value is not None and measure.unit == "%" else value


def course(series: Series, measure: Measure, selection: Selection) -> Sheet:
    """Return the trend, bucket by bucket; a bucket that is not whole is marked."""
    frame, name = series.frame, f"{measure.label}（{measure.unit}）"
    rate = measure.unit == "%"
    columns: dict[str, object] = {
        "起始日": [start.date() for start in frame.index],
        "时段": [trend.bucket_text(start, series.grain) for start in frame.index],
        name: frame[measure.name].to_numpy(),
        "时段完整": ["是" if whole else "否" for whole in frame["complete"]],
    }
    shares = {name} if rate else set()
    compared = COMPARED[leaderboards.comparison_of(measure, selection)]
    if series.compared is not None and compared:
        base = f"{compared}基期（{measure.unit}）"
        columns[base] = series.compared[measure.name].to_numpy()
        shares |= {base} if rate else set()
    return Sheet(
        "走势",
        pd.DataFrame(columns),
        definitions([measure.name]),
        shares=frozenset(shares),
        note="“时段完整”为否的，统计期或数据只覆盖其中一部分，不宜与其他时段比较",
    )


def moments(found: Matrix, measure: Measure) -> Sheet:
    """Return the week by hours."""
    value = f"{measure.label}（{measure.unit}）"
    stated = found.frame.dropna(subset=["row", "column"])
    frame = pd.DataFrame(
        {
            "星期": [f"周{WEEKDAYS[int(day) - 1]}" for day in stated["row"]],
            "时段": [f"{hour}时" for hour in stated["column"]],
            value: stated["value"].to_numpy(),
        }
    )
    shares = frozenset({value} if measure.unit == "%" else ())
    return Sheet("星期与时段", frame, definitions([measure.name]), shares=shares)


def board(view: View, found: Breakdown | None, selection: Selection, measure: Measure) -> Sheet:
    """Return one board, its members in order."""
    title = view.board.title
    if found is None:
        return Sheet(title, pd.DataFrame({"名称": []}), note="热词尚未随数据更新")
    if view.level == WORD:
        measure = MEASURES["submissions"]
    frame, unit = found.frame, measure.unit
    value = f"{measure.label}（{unit}）"
    codes = ["" if pd.isna(code) else str(code) for code in frame["member"]]
    stated = frame["member"].notna()
    columns: dict[str, object] = {
        "名次": stated.cumsum().where(stated).astype("Int64"),
        leaderboards.level_label(view.level): member_names.labels(frame, view),
        "代码": codes,
        value: frame[measure.name].to_numpy(),
    }
    shares = {value} if unit == "%" else set()
    if measure.denominator is not None:
        columns["诉求量（件）"] = frame["submissions"].to_numpy()
    elif "share" in frame:
        columns["占比"] = frame["share"].to_numpy()
        shares.add("占比")
    comparison = leaderboards.comparison_of(measure, selection, view.level)
    before = f"{measure.name}_compared"
    if comparison is not Comparison.NONE and before in frame:
        base = f"{COMPARED[comparison]}基期（{unit}）"
        columns[base] = frame[before].to_numpy()
        change = f"{COMPARED[comparison]}{'差' if unit == '%' else ''}"
        columns[change] = changed(measure, frame[measure.name], frame[before])
        shares |= {base, change} if unit == "%" else {change}
    return Sheet(
        title,
        pd.DataFrame(columns),
        definitions(dict.fromkeys((measure.name, "submissions"))),
        total=found.members if found.counted else None,
        complete=found.counted,
        shares=frozenset(shares),
        note=_note(view, found, selection),
    )


def _note(view: View, found: Breakdown, selection: Selection) -> str:
    notes = []
    if not found.counted:
        notes.append(f"成员至少{found.members:,}个，仅列出前{len(found.frame):,}个")
    if len(found.frame) == MAX_ROWS:
        notes.append(f"榜单每张表最多{MAX_ROWS:,}行")
    key = view.board.key
    if key != WORD and (selection.members(key) or selection.members(key, exclude=True)):
        notes.append("列出全部成员，不受本维度自身筛选限制")
    return "；".join(notes)
