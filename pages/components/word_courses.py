"""The course of words: of those searched for, or else of the first of the ranking."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from pages.components import axes, data, marks, trend
from pages.components.data import Standings
from pages.components.palettes import Palette
from pages.components.render import Option
from queries.results import Series
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Selection

LINES = 5
"""Words whose course is drawn; as many colours as an eye keeps apart."""


def title(terms: Sequence[str]) -> str:
    """Return what the lines are.

    Examples
    --------
    >>> title([]), title(["退款"])
    ('排名前5个词，仅含完整时段', '内容含所搜词的诉求量，仅含完整时段')
    """
    what = "内容含所搜词的诉求量" if terms else f"排名前{LINES}个词"
    return f"{what}，仅含完整时段"


def days(found: Standings, selection: Selection) -> DateRange | None:
    """Return the days of the lines, None where they are those of the selection."""
    if selection.text or not len(found.trend_starts):
        return None
    buckets = pd.DataFrame(index=found.trend_starts)
    return marks.covered(Series(buckets, found.trend_grain, None))


def courses(found: Standings, selection: Selection, scope: Scope) -> pd.DataFrame:
    """Return the course of the words searched for, or else of the first words of the ranking.

    Returns
    -------
    DataFrame
        Index: names of the buckets, oldest first; one column per word.
    """
    terms = selection.text.split()[:LINES]
    if not terms:
        first = found.frame.head(LINES)
        names = [trend.bucket_text(start, found.trend_grain) for start in found.trend_starts]
        return pd.DataFrame(
            {record["member"]: record["trend"] for record in first.to_dict("records")},
            index=pd.Index(names),
        )
    chosen = data.totals(selection, scope, measures=("submissions",)).days
    by_term = {
        term: data.series(
            replace(selection, text=term, comparison=Comparison.NONE),
            scope,
            measures=("submissions",),
            grain=trend.grain(chosen),
        )
        for term in dict.fromkeys(terms)
    }
    complete = {
        term: each.frame["submissions"].where(each.frame["complete"])
        for term, each in by_term.items()
    }
    grain = trend.grain(chosen)
    frame = pd.DataFrame(complete)
    return frame.set_axis([trend.bucket_text(start, grain) for start in frame.index], axis=0)


def course_chart(frame: pd.DataFrame, *, unit: str, palette: Palette) -> Option:
    """Draw a line per column; a bucket that is not complete is left out.

    Parameters
    ----------
    unit
        Of the figures; empty for an index.
    """
    text = {"fontSize": 11, "color": palette.faint}
    return {
        "grid": {"left": 6, "right": 10, "top": 28, "bottom": 4, "outerBoundsMode": "same"},
        "legend": {"top": 0, "left": 0, "itemWidth": 16, "itemHeight": 8, "textStyle": text},
        "tooltip": {"trigger": "axis", "textStyle": {"fontSize": 12}},
        "xAxis": {
            "type": "category",
            "data": list(frame.index),
            "axisLabel": text,
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": palette.line}},
        },
        "yAxis": axes.value_axis(palette, unit=unit, splits=3),
        "series": [
            {
                "type": "line",
                "name": str(word),
                "data": [None if pd.isna(each) else float(each) for each in frame[word]],
                "color": colour,
                "symbolSize": 4,
                "lineStyle": {"width": 1.6, "color": colour},
            }
            for word, colour in zip(frame.columns, palette.series, strict=False)
        ],
    }
