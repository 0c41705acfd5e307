"""From what was before to what is now: each member's part of the change, step by step."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pages.components import axes, wording
from pages.components.palettes import Palette
from pages.components.render import Option
from queries.measures import Measure

STEPS = 8
"""Members that stand for themselves; ours, what fits beside each other with their names."""

ROOM = 0.2
"""Part of the range drawn that stays free below the lowest step."""

TINY = 1e-9
"""What floating point may leave over of a sum."""


@dataclass(frozen=True, slots=True)
class Step:
    """One bar.

    Attributes
    ----------
    start, end
        Where the bar begins and ends; 0 and the figure itself for the first and the last bar.
    code
        Of the member; empty for the ends and for the rest.
    """

    label: str
    start: float
    end: float
    code: str = ""

    @property
    def change(self) -> float:
        """What the bar adds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Part:
    """A member's part of a change."""

    label: str
    code: str
    contribution: float


def steps(
    before: float,
    now: float,
    parts: Sequence[Part],
    *,
    names: tuple[str, str, str],
    most: int = STEPS,
) -> tuple[Step, ...]:
    """Return the bars: what was, the largest parts, the rest together, what is.

    Parameters
    ----------
    parts
        Members; what they do not add up to is in the rest.
    names
        Of the first bar, of the rest, and of the last bar.
    most
        Members that stand for themselves.

    Examples
    --------
    >>> parts = [Part("a", "1", 30.0), Part("b", "2", -20.0), Part("c", "3", 5.0)]
    >>> bars = steps(100, 115, parts, names=("then", "rest", "now"), most=2)
    >>> [(bar.label, bar.start, bar.end) for bar in bars]
    [('then', 0.0, 100), ('a', 100, 130.0), ('b', 130.0, 110.0), ('rest', 110.0, 115), ('now', 0.0, 115)]
    """
    first, rest, last = names
    ordered = sorted(parts, key=lambda part: (-abs(part.contribution), part.code))
    shown = [part for part in ordered[:most] if part.contribution != 0]
    shown.sort(key=lambda part: -part.contribution)
    found = [Step(first, 0.0, before)]
    for part in shown:
        at = found[-1].end
        found.append(Step(part.label, at, at + part.contribution, part.code))
    if len(shown) < len(parts) or not math.isclose(found[-1].end, now, abs_tol=TINY):
        found.append(Step(rest, found[-1].end, now))
    found.append(Step(last, 0.0, now))
    return tuple(found)


def waterfall_chart(bars: Sequence[Step], measure: Measure, *, palette: Palette) -> Option:
    """Draw the bars; those of members carry their code."""
    scale = 100 if measure.unit == "%" else 1
    text = {"fontSize": 11, "color": palette.faint}
    return {
        "grid": {"left": 6, "right": 10, "top": 24, "bottom": 4, "outerBoundsMode": "same"},
        "tooltip": {"trigger": "item", "textStyle": {"fontSize": 12}},
        "xAxis": {
            "type": "category",
            "data": [bar.label for bar in bars],
            "axisLabel": text | {"interval": 0, "width": 76, "overflow": "break", "lineHeight": 14},
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": palette.line}},
        },
        "yAxis": axes.value_axis(
            palette,
            unit=measure.unit,
            most=max(max(bar.start, bar.end) for bar in bars) * scale,
            min=round(_floor(bars) * scale, 6),
        ),
        "series": [
            {
                "type": "bar",
                "stack": "steps",
                "stackStrategy": "all",
                "silent": True,
                "itemStyle": {"color": "transparent"},
                "data": [round(min(bar.start, bar.end) * scale, 4) for bar in bars],
            },
            {
                "type": "bar",
                "stack": "steps",
                "stackStrategy": "all",
                "barCategoryGap": "28%",
                "data": [
                    _item(bar, place, len(bars), measure, palette) for place, bar in enumerate(bars)
                ],
            },
        ],
    }


def _floor(bars: Sequence[Step]) -> float:
    """Return where the axis begins: at 0, or just below the lowest step where all are far from it."""
    ends = [bar.end for bar in bars] + [bar.start for bar in bars[1:-1]]
    low, high = min(ends), max(ends)
    span = high - low
    if span <= 0 or low <= span:
        return min(low, 0.0)
    step = math.pow(10, math.floor(math.log10(span))) / 2
    return max(math.floor((low - span * ROOM) / step) * step, 0.0)


def starts_at_zero(bars: Sequence[Step]) -> bool:
    """Tell whether the axis begins at 0; where it does not, the page says so.

    Examples
    --------
    >>> starts_at_zero(steps(1000, 1030, [Part("a", "1", 30.0)], names=("", "", "")))
    False
    """
    return _floor(bars) <= 0


def _item(bar: Step, place: int, bars: int, measure: Measure, palette: Palette) -> dict[str, Any]:
    scale = 100 if measure.unit == "%" else 1
    is_end = place in (0, bars - 1)
    colour = palette.series[0] if is_end else _tone(bar, measure, palette)
    shown = wording.figure(measure.name, bar.end) if is_end else signed(measure, bar.change)
    item = {
        "value": round(abs(bar.change) * scale, 4),
        "itemStyle": {"color": colour},
        "label": {
            "show": True,
            "position": "top",
            "formatter": shown.replace("个百分点", "点"),
            "fontSize": 11,
            "color": palette.text,
        },
        "tooltip": {"formatter": f"{bar.label}\n{shown}"},
    }
    return item | ({"code": bar.code} if bar.code else {})


def _tone(bar: Step, measure: Measure, palette: Palette) -> str:
    """Return the colour of good or bad, or of more or less where neither is welcome."""
    rises = bar.change > 0
    if measure.good is None:
        return palette.more if rises else palette.less
    return palette.good if rises == (measure.good == "up") else palette.bad


def signed(measure: Measure, value: float) -> str:
    """Return a difference with its sign and unit; of rates in percentage points.

    Examples
    --------
    >>> from queries.measures import MEASURES
    >>> signed(MEASURES["complaints"], -12), signed(MEASURES["closure_rate"], 0.0123)
    ('-12件', '+1.23个百分点')
    >>> signed(MEASURES["closure_rate"], -0.00001)
    '0.00个百分点'
    """
    if measure.unit == "%":
        text = f"{abs(value) * 100:.2f}个百分点"
    else:
        text = wording.figure(measure.name, abs(value))
    if not any(digit in text for digit in "123456789"):
        return text
    return f"{'+' if value > 0 else '-'}{text}"
