"""Years over each other: this year's months or weeks beside those of the years before."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from pages.components import axes
from pages.components.palettes import Palette
from pages.components.render import Option
from queries.measures import Measure
from queries.results import DataStatus, Series
from queries.selection import Comparison, DateRange, Period, Selection

YEARS = 4
"""Years drawn: the one chosen and up to three before."""

GRAINS = {"month": "按月", "week": "按周"}
BUCKETS = {"month": 12, "week": 53}
"""Buckets of a year; a week belongs to the year that its Thursday is in (ISO 8601)."""


@dataclass(frozen=True, slots=True)
class YearLines:
    """A measure by bucket of the year and by year.

    Attributes
    ----------
    figures
        Index 1 to 12 or 53, one column per year, oldest first; NaN where nothing can be said.
    complete
        Same shape; False where the data covers the bucket only in part.
    """

    figures: pd.DataFrame
    complete: pd.DataFrame
    grain: str


def base(selection: Selection, status: DataStatus) -> Selection:
    """Return the selection under which the years are counted: the period lifted, all else kept.

    The last year drawn is the one that the selected period ends in.

    Raises
    ------
    ValueError
        If there is no data.
    """
    if status.first_day is None or status.last_day is None:
        msg = "lines by year need data, the warehouse has no day; say in words that there is none"
        raise ValueError(msg)
    chosen = selection.period.range(status.first_day, status.last_day)
    year = min(chosen.end, status.last_day).year
    end = min(status.last_day, chosen.end.replace(year=year, month=12, day=31))
    start = min(max(status.first_day, end.replace(year=year - YEARS + 1, month=1, day=1)), end)
    days = DateRange(start, end)
    return replace(
        selection, period=Period.between(days.start, days.end), comparison=Comparison.NONE
    )


def by_year(found: Series, measure: str, *, until: int) -> YearLines:
    """Return a series folded at the turn of the year.

    Parameters
    ----------
    found
        By month or by week.
    until
        The last year drawn; the week across New Year may belong to the one after it.

    Examples
    --------
    >>> index = pd.DatetimeIndex(["2025-12-01", "2026-01-01"])
    >>> frame = pd.DataFrame({"tipoffs": [5, 7], "complete": [True, False]}, index=index)
    >>> lines = by_year(Series(frame, "month", None), "tipoffs", until=2026)
    >>> lines.figures.loc[[1, 12]].to_dict("list")
    {2025: [nan, 5.0], 2026: [7.0, nan]}
    """
    starts = found.frame.index
    if found.grain == "week":
        iso = pd.DatetimeIndex(starts).isocalendar()
        years, numbers = iso["year"].to_numpy(), iso["week"].to_numpy()
    else:
        years, numbers = starts.year, starts.month  # type: ignore[attr-defined]
    long = pd.DataFrame(
        {
            "year": [int(each) for each in years],
            "number": [int(each) for each in numbers],
            "value": found.frame[measure].to_numpy(dtype=float),
            "complete": found.frame["complete"].to_numpy(dtype=bool),
        }
    )
    index = pd.RangeIndex(1, BUCKETS[found.grain] + 1, name="number")
    values = long.pivot(index="number", columns="year", values="value").reindex(index)  # noqa: PD010
    complete = long.pivot(index="number", columns="year", values="complete").reindex(index)  # noqa: PD010
    last = [year for year in sorted(set(long["year"])) if year <= until][-YEARS:]
    return YearLines(values[last], complete[last].eq(other=True), found.grain)


def year_chart(lines: YearLines, measure: Measure, *, palette: Palette) -> Option:
    """Draw the years; an incomplete bucket of the last year is dotted, of others left out."""
    is_rate = measure.unit == "%"
    scale = 100 if is_rate else 1
    text = {"fontSize": 11, "color": palette.faint}
    named = [
        f"{number}月" if lines.grain == "month" else f"第{number}周"
        for number in lines.figures.index
    ]
    return {
        "grid": {"left": 6, "right": 10, "top": 28, "bottom": 4, "outerBoundsMode": "same"},
        "legend": {"top": 0, "left": 0, "itemWidth": 16, "itemHeight": 8, "textStyle": text},
        "tooltip": {"trigger": "axis", "textStyle": {"fontSize": 12}},
        "xAxis": {
            "type": "category",
            "data": named,
            "axisLabel": text,
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": palette.line}},
        },
        "yAxis": axes.value_axis(
            palette,
            unit=measure.unit,
            most=max(lines.figures.max().dropna().to_list(), default=0.0) * scale,
            scale=is_rate,
        ),
        "series": _series(lines, scale, palette),
    }


def _series(lines: YearLines, scale: int, palette: Palette) -> list[dict[str, Any]]:
    years = list(lines.figures.columns)
    drawn = []
    for place, year in enumerate(reversed(years)):
        newest = place == 0
        complete = lines.complete[year]
        values = lines.figures[year] * scale
        colour = palette.series[place]
        drawn.append(_line(f"{year}年", values.where(complete), colour, 2.4 if newest else 1.2))
        if newest and (values.notna() & ~complete).any():
            open_end = ~complete | ~complete.shift(-1, fill_value=True)
            drawn.append(_line(f"{year}年未满期", values.where(open_end), colour, 1.6, "dotted"))
    return drawn


def _line(
    name: str, values: pd.Series, colour: str, width: float, kind: str = "solid"
) -> dict[str, Any]:
    return {
        "type": "line",
        "name": name,
        "data": [None if pd.isna(value) else round(float(value), 2) for value in values],
        "color": colour,
        "showSymbol": kind == "dotted",
        "symbolSize": 5,
        "connectNulls": False,
        "lineStyle": {"width": width, "type": kind, "color": colour},
    }
