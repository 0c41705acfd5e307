"""The course of a period, beside what it is compared with; days dragged over become the period."""

from pages.components import data, explorer_clicks, exports, leaderboards, marks, render, trend
from queries.measures import Measure
from queries.scope import Scope
from queries.selection import Selection

HEIGHT, WIDTH = 250, 960
"""Of the chart, in pixels; the width on a screen of 1366."""


def show(
    selection: Selection, scope: Scope, measure: Measure, *, key: str, width: int = WIDTH
) -> None:
    """Draw one measure over the selected period.

    Parameters
    ----------
    key
        Identity over reruns; period and measure are added to it, since another axis is another
        chart.
    width
        Of the chart in pixels on a screen of 1366, by which names and caption are fitted.
    """
    totals = data.totals(selection, scope, measures=("submissions",))
    grain = trend.grain(totals.days)
    found = data.series(selection, scope, measures=(measure.name,), grain=grain)
    compared = leaderboards.COMPARED[leaderboards.comparison_of(measure, selection)]
    chart = f"{key}_{selection.period.code}_{measure.name}".replace(".", "_")
    drawn = marks.mark_days(
        trend.trend_chart(found, measure, compared=compared),
        found.frame.index,
        marks.events_in(totals.days, scope),
        grain=found.grain,
        width=width,
    )
    render.show(
        exports.savable(
            drawn,
            name=f"走势_{measure.label}",
            caption=exports.caption(totals, selection, scope, what=measure.label, width=width),
        ),
        key=chart,
        height=HEIGHT,
        on_select=explorer_clicks.on_days(chart, found, totals.days, scope),
    )
