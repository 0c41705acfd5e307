"""A measure by region on an outline: colours by class, names that leave room for each other."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pages.components.charts import tooltip
from pages.components.palettes import DARK, Palette
from pages.components.render import Option

CLASSES = 5
"""Classes of a map: what an eye tells apart from five metres; as many as `Palette.ramp` has."""

DARK_SHADE = 3
"""Place in the ramp from which a name has to be white to be read on a light page."""

MAP_COLUMNS = ("name", "code", "value", "shown", "note", "chosen")
"""What `map_chart` takes of a region: its name as in the outline, its code, the measure (NaN where
there is none), what stands under the name on the map, the rest of the tooltip, and whether it gets
a border."""

DIGITS = (2, 3)
"""Digits of the bounds of classes: the fewer, unless they make classes fall together."""

HALO = 2
"""Width of the line around names, in pixels; they cross borders and darker neighbours."""

HALF = 0.6
"""Width of a digit, in letters as high as wide."""

AROUND_LEGEND = 28
"""Pixels beside the words of the legend: its paddings, and the gap to its colours and to the map."""

Point = tuple[float, float]


def map_chart(
    frame: pd.DataFrame,
    *,
    map_name: str,
    centres: Mapping[str, Point],
    palette: Palette,
    size: float = 13,
    unit: str = "件",
    left: str | None = None,
) -> Option:
    """Draw a measure by region on the outline that the browser knows as ``map_name``.

    Parameters
    ----------
    frame
        Columns `MAP_COLUMNS`, one row per region.
    centres
        Longitude and latitude of names, by code. Where two names would overlap, the one of the
        larger value stays.
    left
        Where the map begins; beside its legend if None.
    """
    pieces = [
        piece | {"color": colour}
        for piece, colour in _coloured(map_pieces(frame["value"], unit=unit), palette)
    ]
    place = {
        "left": _legend_width(pieces, size) if left is None else left,
        "right": "2%",
        "top": "2%",
        "bottom": "2%",
    }
    return {
        "tooltip": tooltip(palette, size).opts,
        "visualMap": {
            "type": "piecewise",
            "seriesIndex": 0,
            "pieces": pieces,
            "outOfRange": {"color": palette.ramp[0]},
            "left": 4,
            "bottom": 4,
            "itemWidth": round(size * 1.4),
            "itemHeight": round(size * 0.9),
            "itemGap": round(size * 0.4),
            "textStyle": {"color": palette.text, "fontSize": round(size)},
            "hoverLink": False,
            "selectedMode": False,
        },
        "geo": place
        | {"map": map_name, "silent": True, "itemStyle": {"opacity": 0}, "label": {"show": False}},
        "series": [
            place
            | {
                "type": "map",
                "map": map_name,
                "data": _areas(frame, palette),
                "selectedMode": False,
                "label": {"show": False},
                "itemStyle": {
                    "areaColor": palette.ramp[0],
                    "borderColor": palette.series[0] if palette is DARK else palette.paper,
                    "borderWidth": 1,
                },
                "emphasis": {
                    "label": {"show": False},
                    "itemStyle": {"areaColor": palette.series[2]},
                },
            },
            {
                "type": "scatter",
                "coordinateSystem": "geo",
                "silent": True,
                "animation": False,
                "data": _names(frame, centres, pieces, palette),
                "itemStyle": {"color": "transparent", "opacity": 1},
                "label": {
                    "show": True,
                    "position": "inside",
                    "fontSize": round(size),
                    "fontWeight": "normal",
                    "lineHeight": round(size * 1.25),
                    "textBorderWidth": HALO,
                },
                "labelLayout": {"hideOverlap": True},
            },
        ],
    }


def _coloured(
    pieces: Sequence[dict[str, Any]], palette: Palette
) -> list[tuple[dict[str, Any], str]]:
    """Return each class with its colour; one class alone has the middle, or, at 0, the first."""
    last = len(pieces) - 1
    steps = len(palette.ramp) - 1
    if not last:
        return [(pieces[0], palette.ramp[steps // 2 if pieces[0]["gte"] > 0 else 0])]
    return [
        (piece, palette.ramp[round((last - place) / last * steps)])
        for place, piece in enumerate(pieces)
    ]


def _legend_width(pieces: Sequence[dict[str, Any]], size: float) -> int:
    return round(max(_letters(piece["label"]) for piece in pieces) * size + size * 1.4) + (
        AROUND_LEGEND
    )


def _letters(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else HALF for one in text)


def _areas(frame: pd.DataFrame, palette: Palette) -> list[dict[str, Any]]:
    return [
        {"name": name, "value": value, "code": code, "tooltip": {"formatter": f"{name}\n{note}"}}
        | ({"itemStyle": {"borderColor": palette.series[2], "borderWidth": 3}} if chosen else {})
        for name, code, value, note, chosen in zip(
            *(frame[column] for column in ("name", "code", "value", "note", "chosen")), strict=True
        )
    ]


def _names(
    frame: pd.DataFrame,
    centres: Mapping[str, Point],
    pieces: Sequence[dict[str, Any]],
    palette: Palette,
) -> list[dict[str, Any]]:
    """Return the names as marks without colour; of two that overlap, ECharts keeps the larger mark's."""
    ranks = frame["value"].rank(method="first", na_option="top")
    return [
        {
            "value": list(centres[code]),
            "symbolSize": float(rank),
            "label": {"formatter": f"{name}\n{shown}"} | _ink(value, pieces, palette),
        }
        for name, code, value, shown, rank in zip(
            *(frame[column] for column in ("name", "code", "value", "shown")), ranks, strict=True
        )
        if code in centres
    ]


def _ink(value: float, pieces: Sequence[dict[str, Any]], palette: Palette) -> dict[str, str]:
    """Return the colours of a name: on a light map those of its class, so that borders do not cut it."""
    if palette is DARK:
        return {"color": "#ffffff", "textBorderColor": palette.paper}
    area = next(
        (piece["color"] for piece in pieces if value >= piece.get("gte", float("-inf"))),
        palette.ramp[0],
    )
    light = palette.ramp.index(area) < DARK_SHADE
    return {"color": palette.text if light else "#ffffff", "textBorderColor": area}


def map_pieces(values: "pd.Series[float]", *, unit: str) -> list[dict[str, Any]]:
    """Return the classes of a map: equal counts of regions in each, bounds rounded to few digits.

    Regions without any count in the lowest class and do not move the bounds.

    Examples
    --------
    >>> [piece["label"] for piece in map_pieces(pd.Series([3, 40, 500, 6000, 70000]), unit="件")]
    ['19,000件以上', '2,700至19,000件', '320至2,700件', '33至320件', '33件以下']
    >>> [piece["label"] for piece in map_pieces(pd.Series([99.62, 99.9, 100, 100]), unit="%")]
    ['100%', '99.9至100%', '99.8至99.9%', '99.8%以下']
    >>> [piece["label"] for piece in map_pieces(pd.Series([100.0, 100.0]), unit="%")]
    ['100%']
    """
    known = values.dropna()
    least, most = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    cuts = _cuts(known)
    if not cuts:
        ends = [_number(least), _number(most)]
        return [{"gte": least, "label": f"{'至'.join(dict.fromkeys(ends))}{unit}"}]
    top = "" if cuts[-1] >= most else "以上"
    pieces: list[dict[str, Any]] = [{"gte": cuts[-1], "label": f"{_number(cuts[-1])}{unit}{top}"}]
    pieces += [
        {"gte": low, "lt": high, "label": f"{_number(low)}至{_number(high)}{unit}"}
        for low, high in zip(cuts[-2::-1], cuts[:0:-1], strict=True)
    ]
    lowest = f"{_number(cuts[0])}{unit}以下"
    if len(cuts) == 1:
        lowest = f"{_number(least)}至{_number(cuts[0])}{unit}"
    return [*pieces, {"lt": cuts[0], "label": lowest}]


def _cuts(known: "pd.Series[float]") -> list[float]:
    """Return the bounds between classes, each of which has a region on either side."""
    some = known[known > 0]
    if some.empty:
        return []
    least, most = float(known.min()), float(known.max())
    whole = bool((known % 1 == 0).all())
    parts = [number / CLASSES for number in range(1, CLASSES)]
    quantiles = np.quantile(some.to_numpy(dtype=float), parts).tolist()
    cuts: list[float] = []
    for digits in DIGITS:
        rounded = {_rounded(each, digits, whole=whole) for each in quantiles}
        cuts = sorted(each for each in rounded if least < each <= most)
        if len(cuts) == CLASSES - 1:
            break
    return cuts


def _rounded(value: float, digits: int, *, whole: bool) -> float:
    rounded = float(f"{value:.{digits}g}")
    return float(round(rounded)) if whole else rounded


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3g}"
