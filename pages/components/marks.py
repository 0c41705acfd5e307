"""Marks on lines and bars over time: holidays, promotions, new rules, and the office's own events."""

import bisect
import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pages.components import occasions, palettes
from pages.components.palettes import Palette
from pages.components.render import Option
from pages.components.store import Event
from queries.results import Series
from queries.scope import Scope
from queries.selection import DateRange
from queries.vocabulary import EventKind

__all__ = ["Event", "covered", "events_in", "mark_days"]

LETTER = 10
"""Height of a mark's letters in pixels."""

GAP = 0.8
"""Least letters between the names of two marks; a name that does not fit is left out."""

SHADE = 0.16
"""How much of a shade's colour covers the page."""

HALF = 0.6
"""Width of a digit or a latin letter, in full-width letters."""

ROOM = 1.4
"""Letters above the plot for the names."""

RANK: Mapping[EventKind, int] = {
    EventKind.RULE: 0,
    EventKind.CLASSIFICATION: 0,
    EventKind.DATA: 1,
    EventKind.OTHER: 2,
    EventKind.PROMOTION: 3,
    EventKind.HOLIDAY: 4,
}
"""Whose name goes first where there is no room for all."""

_COLOURS: Mapping[EventKind, int] = {
    EventKind.HOLIDAY: 1,
    EventKind.PROMOTION: 1,
    EventKind.RULE: 3,
    EventKind.CLASSIFICATION: 3,
    EventKind.DATA: 4,
    EventKind.OTHER: 4,
}

_EVERY_YEAR = frozenset({EventKind.HOLIDAY, EventKind.PROMOTION})
_COARSE = frozenset({"month", "quarter", "year"})
"""Events of every year are left out by month and coarser, where they would mark all years alike."""

_LENGTHS: Mapping[str, pd.DateOffset] = {
    "day": pd.DateOffset(days=1),
    "week": pd.DateOffset(days=7),
    "month": pd.DateOffset(months=1),
    "quarter": pd.DateOffset(months=3),
    "year": pd.DateOffset(years=1),
}


def events_in(days: DateRange, scope: Scope) -> tuple[Event, ...]:
    """Return every event that touches these days and concerns a viewer of this scope.

    Public holidays, the yearly and dated events of ``assets/rules/events.yaml``, and what viewers
    entered; earliest first.
    """
    return occasions.within([*occasions.known(days), *occasions.entered(days, scope)], days)


def covered(series: Series) -> DateRange:
    """Return the days from the first to the last bucket of a series; today's where it has none."""
    starts = series.frame.index
    if not len(starts):
        today = dt.datetime.now(tz=dt.UTC).date()
        return DateRange(today, today)
    last = starts[-1] + _LENGTHS[series.grain] - pd.Timedelta(days=1)
    return DateRange(starts[0].date(), last.date())


def mark_days(
    option: Option,
    starts: pd.Index,
    events: Sequence[Event],
    *,
    grain: str,
    width: int = 560,
    letter: int = LETTER,
    rows: int = 1,
    palette: Palette | None = None,
) -> Option:
    """Return an option with events marked on its time axis; without any it is as it was.

    Days off and other spans are shaded over whole buckets, single days get a dashed line; names
    stand above the plot as far as they fit, rules and own events first. By month and coarser,
    what comes every year (holidays, promotions) is left out.

    Parameters
    ----------
    option
        An option whose first ``xAxis`` is a category axis with one category per bucket, or a time
        axis. It is not changed.
    starts
        First day of each bucket, ascending: ``Series.frame.index``.
    events
        As from `events_in`.
    grain
        ``day``, ``week``, ``month``, ``quarter`` or ``year``.
    width
        Pixels of the plot, to tell which names fit.
    letter
        Height of a letter in pixels.
    rows
        Rows of names above the plot, the lowest filled first.
    palette
        Colours; those of the browser's theme if None.
    """
    spans = _spans(events, starts, grain)
    if not spans:
        return option
    colours = palette or palettes.current()
    axes = option["xAxis"] if isinstance(option["xAxis"], list) else [option["xAxis"]]
    timed = axes[0].get("type") == "time"
    first, *others = option["series"]
    first = first | {
        "markLine": {
            "silent": True,
            "symbol": "none",
            "animation": False,
            "label": {"fontSize": letter, "color": colours.faint},
            "data": _lines(
                spans,
                _named(spans, len(starts), width / letter, rows),
                colours,
                timed=timed,
                letter=letter,
            ),
        }
    }
    shaded = [each for each in spans if each.shaded]
    if timed and shaded:
        first["markArea"] = {"silent": True, "animation": False, "data": _areas(shaded, colours)}
    marked = option | {
        "series": [first, *others],
        "grid": _with_room(option.get("grid") or {}, round(letter * ROOM * rows)),
    }
    return marked if timed or not shaded else _with_shades(marked, axes, shaded, colours)


@dataclass(frozen=True, slots=True)
class _Span:
    """An event, and the positions of its first and last bucket."""

    event: Event
    low: int
    high: int

    @property
    def shaded(self) -> bool:
        return self.event.kind is EventKind.HOLIDAY or self.low < self.high

    @property
    def middle(self) -> int:
        return (self.low + self.high) // 2


def _spans(events: Sequence[Event], starts: pd.Index, grain: str) -> list[_Span]:
    """Return the events to draw, each with its place."""
    if not len(starts):
        return []
    days = [pd.Timestamp(start) for start in starts]
    end = days[-1] + _LENGTHS[grain]
    found = []
    for event in events:
        first, last = pd.Timestamp(event.first_day), pd.Timestamp(event.last_day)
        if last < days[0] or first >= end or (event.kind in _EVERY_YEAR and grain in _COARSE):
            continue
        low = max(bisect.bisect_right(days, first) - 1, 0)
        found.append(_Span(event, low, bisect.bisect_right(days, last) - 1))
    return found


def _named(spans: Sequence[_Span], buckets: int, width: float, rows: int) -> Mapping[_Span, int]:
    """Return the spans that have room for their name on a plot ``width`` letters wide, by row."""
    taken: list[list[tuple[float, float]]] = [[] for _ in range(rows)]
    found: dict[_Span, int] = {}
    for span in sorted(spans, key=lambda each: (RANK[each.event.kind], each.low)):
        middle = (span.middle + 0.5) / buckets * width
        half = _letters(span.event.name) / 2
        for row, names in enumerate(taken):
            if all(
                middle + half + GAP <= low or middle - half - GAP >= high for low, high in names
            ):
                names.append((middle - half, middle + half))
                found[span] = row
                break
    return found


def _letters(name: str) -> float:
    """Return the width of a name in full-width letters."""
    return sum(1 if unicodedata.east_asian_width(each) in "WF" else HALF for each in name)


def _lines(
    spans: Sequence[_Span],
    named: Mapping[_Span, int],
    palette: Palette,
    *,
    timed: bool,
    letter: int,
) -> list[dict[str, Any]]:
    """Return a line for each single day, and one that is not seen for the name of each span."""
    return [
        {
            "name": span.event.name,
            "xAxis": _middle_day(span.event) if timed else span.middle,
            "label": {
                "show": span in named,
                "formatter": span.event.name,
                "position": "end",
                "distance": 2 + round(letter * ROOM) * named.get(span, 0),
            },
            "lineStyle": {
                "type": "dashed",
                "width": 0 if span.shaded else 1,
                "color": palette.series[_COLOURS[span.event.kind]],
            },
        }
        for span in spans
        if span in named or not span.shaded
    ]


def _middle_day(event: Event) -> str:
    return (event.first_day + (event.last_day - event.first_day) / 2).isoformat()


def _areas(shaded: Sequence[_Span], palette: Palette) -> list[list[dict[str, Any]]]:
    return [
        [
            {"xAxis": span.event.first_day.isoformat(), "itemStyle": _shade(span.event, palette)},
            {"xAxis": (span.event.last_day + dt.timedelta(days=1)).isoformat()},
        ]
        for span in shaded
    ]


def _with_shades(
    option: Option, axes: list[Any], shaded: Sequence[_Span], palette: Palette
) -> Option:
    """Add bars as wide as a bucket, on axes of their own: areas end in the middle of a category."""
    heights = option["yAxis"] if isinstance(option["yAxis"], list) else [option["yAxis"]]
    bars: list[dict[str, Any] | None] = [None] * len(axes[0]["data"])
    for span in shaded:
        for at in range(span.low, min(span.high + 1, len(bars))):
            bars[at] = {"value": 1, "itemStyle": _shade(span.event, palette)}
    shades = {
        "type": "bar",
        "xAxisIndex": len(axes),
        "yAxisIndex": len(heights),
        "barWidth": "100%",
        "data": bars,
        "silent": True,
        "animation": False,
        "z": 0,
    }
    hidden = {"type": "category", "data": axes[0]["data"], "show": False}
    return option | {
        "xAxis": [*axes, hidden | {"axisPointer": {"show": False}}],
        "yAxis": [*heights, {"type": "value", "min": 0, "max": 1, "show": False}],
        "series": [*option["series"], shades],
    }


def _shade(event: Event, palette: Palette) -> dict[str, Any]:
    return {"color": palette.series[_COLOURS[event.kind]], "opacity": SHADE}


def _with_room(grid: Any, pixels: int) -> Any:  # noqa: ANN401
    """Return a grid with room for the names above the plot."""
    if isinstance(grid, list):
        return [_with_room(each, pixels) for each in grid]
    top = grid.get("top", 0)
    return grid | {"top": top + pixels} if isinstance(top, int | float) else grid
