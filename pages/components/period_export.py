"""Days, months and years as tables to take away."""

from collections.abc import Sequence

import pandas as pd

from pages.components import calendar_map, data, explorer_export, month_table, year_lines
from pages.components.exports import Sheet, definitions
from pages.components.month_table import Month
from pages.components.screen_rows import GROWING
from pages.components.year_lines import YearLines
from queries.measures import Measure
from queries.scope import Scope
from queries.selection import Selection


def sheets(
    selection: Selection, scope: Scope, measure: Measure, *, until: int, grain: str
) -> Sequence[Sheet]:
    """Return the tables behind the page of periods.

    Parameters
    ----------
    until
        The last year drawn.
    grain
        In which the years are drawn.
    """
    status, names = data.status(), (measure.name,)
    daily = data.series(calendar_map.base(selection, status), scope, measures=names, grain="day")
    by_year = data.series(year_lines.base(selection, status), scope, measures=names, grain=grain)
    monthly = data.series(month_table.base(selection, status), scope, measures=names, grain="month")
    hours = data.matrix(selection, scope, rows="weekday", columns="hour", measure=measure.name)
    made = explorer_export.course(daily, measure, selection)
    return [
        Sheet("逐日", made.frame, made.definitions, shares=made.shares),
        months(month_table.months(monthly, measure.name), measure),
        years(year_lines.by_year(by_year, measure.name, until=until), measure),
        explorer_export.moments(hours, measure),
    ]


def months(listed: Sequence[Month], measure: Measure) -> Sheet:
    """Return the months, newest first, with what they are compared with."""
    value = f"{measure.label}（{measure.unit}）"
    compares = measure.name not in GROWING
    frame = pd.DataFrame(
        {
            "月份": [f"{month.first:%Y-%m}" for month in listed],
            value: [month.value for month in listed],
            "上月": [month.before if compares else None for month in listed],
            "去年同月": [month.last_year if compares else None for month in listed],
            "月份完整": ["是" if month.complete else "否" for month in listed],
        }
    )
    shares = frozenset({value, "上月", "去年同月"} if measure.unit == "%" else ())
    note = "“月份完整”为否的不与其他月份比较"
    if not compares:
        note += "；本期件尚在办理，不作比较"
    return Sheet("逐月", frame, definitions([measure.name]), shares=shares, note=note)


def years(lines: YearLines, measure: Measure) -> Sheet:
    """Return the years side by side; what the data covers only in part is left empty."""
    name = "月份" if lines.grain == "month" else "周次"
    whole = lines.figures.where(lines.complete)
    columns = {f"{year}年": whole[year].to_numpy() for year in whole.columns}
    frame = pd.DataFrame({name: list(whole.index)} | columns)
    shares = frozenset(columns if measure.unit == "%" else ())
    note = f"{measure.label}（{measure.unit}），只列完整的时段"
    if lines.grain == "week":
        note += "；周次按周四所在年份计（ISO 8601）"
    return Sheet("历年同期", frame, definitions([measure.name]), shares=shares, note=note)
