"""The course of a period, beside what it is compared with; days dragged over become the period."""

import streamlit as st

from pages.components import data, explorer_clicks, exports, leaderboards, marks, render, trend
from queries.measures import Measure
from queries.results import Series, Totals
from queries.scope import Scope
from queries.selection import Selection

HEIGHT, WIDTH = 222, 960
"""Of the chart without its caption, in pixels; the width on a screen of 1366."""


def show(
    selection: Selection,
    scope: Scope,
    measure: Measure,
    *,
    key: str,
    totals: Totals | None = None,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> None:
    """Draw one measure over the selected period, or say that there is nothing.

    Parameters
    ----------
    key
        Identity over reruns; period and measure are added to it, since another axis is another
        chart.
    totals
        Of the selection, where the page has them; ``submissions`` among them.
    width
        Of the chart in pixels on a screen of 1366, by which names and caption are fitted.
    height
        Of the chart in pixels, without its caption.
    """
    totals = totals or data.totals(selection, scope, measures=("submissions",))
    grain = trend.grain(totals.days)
    found = data.series(selection, scope, measures=(measure.name,), grain=grain)
    if is_empty(found, measure):
        st.caption("该范围内没有记录。")
        return
    compared = leaderboards.COMPARED[leaderboards.comparison_of(measure, selection)]
    chart = f"{key}_{selection.period.code}_{measure.name}".replace(".", "_")
    drawn = marks.mark_days(
        trend.trend_chart(found, measure, compared=compared),
        found.frame.index,
        marks.events_in(totals.days, scope),
        grain=found.grain,
        width=width,
    )
    caption = exports.caption(
        totals, selection, scope, what=measure.label, width=width, measures=(measure.name,)
    )
    render.show(
        exports.savable(drawn, name=f"走势_{measure.label}", caption=caption),
        key=chart,
        height=height + exports.height_of(caption),
        on_select=explorer_clicks.on_days(chart, found, totals.days, scope),
    )


def is_empty(found: Series, measure: Measure) -> bool:
    """Tell whether a course, and what it is compared with, is nothing but zeros or no figures."""
    drawn = [found.frame] if found.compared is None else [found.frame, found.compared]
    values = [each[measure.name].dropna() for each in drawn]
    if measure.denominator is None:
        return not any(each.any() for each in values)
    return all(each.empty for each in values)
