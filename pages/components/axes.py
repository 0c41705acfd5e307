"""Axes that carry numbers: with the unit on every figure, whole steps for counts, shares up to 100."""

from typing import Any

from pages.components.palettes import Palette

LETTERS = 11
"""Height of the letters of an axis, in pixels."""

WHOLE = frozenset({"件", "户", "次", "个"})
"""Units of what is counted; half of one is no place on an axis."""

FULL, NEAR_FULL = 100.0, 80.0
"""A share ends at 100 percent; from 80 an axis left to itself would go on above."""


def value_axis(
    palette: Palette,
    *,
    unit: str,
    most: float | None = None,
    splits: int = 4,
    told: bool = True,
    **more: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """Return a vertical axis of a chart.

    Parameters
    ----------
    unit
        Of the figures; empty for an index.
    most
        Largest figure drawn, needed for a share.
    told
        False where the chart's legend has the unit; a percent sign is shown all the same.
    more
        What ECharts takes besides.

    Examples
    --------
    >>> from pages.components.palettes import LIGHT
    >>> axis = value_axis(LIGHT, unit="%", most=99.2)
    >>> axis["max"], axis["axisLabel"]["formatter"]
    (100.0, '{value}%')
    >>> value_axis(LIGHT, unit="件")["minInterval"]
    1
    """
    axis: dict[str, Any] = {
        "type": "value",
        "splitNumber": splits,
        "axisLabel": {"fontSize": LETTERS, "color": palette.faint},
        "splitLine": {"lineStyle": {"color": palette.line}},
    }
    if unit and (told or unit == "%"):
        axis["axisLabel"]["formatter"] = f"{{value}}{unit}"
    if unit in WHOLE:
        axis["minInterval"] = 1
    if unit == "%" and most is not None and NEAR_FULL < most <= FULL:
        axis["max"] = FULL
        if not {"min", "scale"} & more.keys():
            axis["interval"] = FULL / 4 if splits >= 4 else FULL / 2
    return axis | more
