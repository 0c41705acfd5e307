"""Charts: a small frame in, a chart out; nothing is drawn here (see `render`).

Maps and word clouds are plain ECharts options, because their marks carry the code that a click
tells; all others are pyecharts charts. Numbers in labels are worded here, since no JavaScript runs.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from pyecharts import options as opts
from pyecharts.charts import Line, Pie
from pyecharts.charts.base import Base

from pages.components.palettes import DARK, LIGHT, Palette
from pages.components.render import Option

__all__ = [
    "DARK",
    "LIGHT",
    "MAP_COLUMNS",
    "cloud_chart",
    "donut_chart",
    "map_chart",
    "map_pieces",
    "trend_chart",
]

MAP_CLASSES = 5
"""Classes of a map: what an eye tells apart from five metres; as many as `Palette.ramp` has."""


def _axis(palette: Palette, size: float, **more: Any) -> opts.AxisOpts:  # noqa: ANN401
    return opts.AxisOpts(
        axislabel_opts=opts.LabelOpts(font_size=round(size), color=palette.faint),
        axisline_opts=opts.AxisLineOpts(linestyle_opts=opts.LineStyleOpts(color=palette.line)),
        axistick_opts=opts.AxisTickOpts(is_show=False),
        splitline_opts=opts.SplitLineOpts(
            is_show=more.pop("grid", False), linestyle_opts=opts.LineStyleOpts(color=palette.line)
        ),
        **more,
    )


def _tooltip(palette: Palette, size: float, trigger: str = "item") -> opts.TooltipOpts:
    return opts.TooltipOpts(
        trigger=trigger,
        background_color=palette.paper,
        border_color=palette.line,
        border_width=1,
        textstyle_opts=opts.TextStyleOpts(color=palette.text, font_size=round(size)),
    )


def trend_chart(
    frame: pd.DataFrame,
    *,
    lines: dict[str, str],
    compared: pd.DataFrame | None = None,
    compared_label: str = "去年同期",
    palette: Palette = LIGHT,
    size: float = 13,
) -> Line:
    """Draw measures over time, each beside its comparison; buckets not yet complete are dashed.

    Parameters
    ----------
    frame, compared
        As in `queries.results.Series`: ``DatetimeIndex``, one column per measure, ``complete``.
    lines
        Label by measure name, in order of drawing.
    size
        Height of letters in pixels.
    """
    days = [day.strftime("%Y-%m-%d") for day in frame.index]
    chart = Line().add_xaxis(days)
    complete = frame["complete"].to_numpy(dtype=bool)
    open_end = ~complete
    open_end[:-1] |= ~complete[1:]
    open_end[1:] |= ~complete[:-1]
    for colour, (name, label) in zip(palette.series, lines.items(), strict=False):
        _add_line(chart, label, frame[name].where(complete), colour=colour, width=size / 5)
        if not complete.all():
            _add_line(
                chart,
                label,
                frame[name].where(open_end),
                colour=colour,
                width=size / 6,
                kind="dotted",
            )
        if compared is not None:
            then = compared[name].reindex(compared.index)
            _add_line(
                chart,
                f"{label}（{compared_label}）",
                then,
                colour=colour,
                width=size / 9,
                kind="dashed",
                opacity=0.65,
            )
    month = {"year": "{yyyy}年", "month": "{M}月", "day": "{M}月{d}日", "none": "{M}月{d}日"}
    x_axis = _axis(palette, size, type_="time")
    x_axis.opts["axisLabel"].opts["formatter"] = month
    x_axis.opts["axisLabel"].opts["hideOverlap"] = True
    chart.set_global_opts(
        xaxis_opts=x_axis,
        yaxis_opts=_axis(palette, size, grid=True, split_number=4),
        tooltip_opts=_tooltip(palette, size, "axis"),
        legend_opts=opts.LegendOpts(
            pos_top=0,
            pos_right=0,
            item_width=round(size * 1.8),
            item_height=round(size * 0.6),
            textstyle_opts=opts.TextStyleOpts(color=palette.text, font_size=round(size)),
        ),
    )
    return _with_grid(chart, top=size * 2.4, right=size, bottom=2, left=2)


def _add_line(
    chart: Line,
    label: str,
    values: pd.Series,
    *,
    colour: str,
    width: float,
    kind: str = "solid",
    opacity: float = 1,
) -> None:
    chart.add_yaxis(
        label,
        values.astype(float).tolist(),
        color=colour,
        is_symbol_show=False,
        label_opts=opts.LabelOpts(is_show=False),
        linestyle_opts=opts.LineStyleOpts(
            width=round(width, 1), type_=kind, opacity=opacity, color=colour
        ),
        itemstyle_opts=opts.ItemStyleOpts(color=colour),
        areastyle_opts=opts.AreaStyleOpts(opacity=0.12 if kind == "solid" else 0, color=colour),
    )


def _with_grid(chart: Base, *, top: float, right: float, bottom: float, left: float) -> Any:  # noqa: ANN401
    chart.options["grid"] = {
        "top": round(top),
        "right": round(right),
        "bottom": round(bottom),
        "left": round(left),
        "outerBoundsMode": "same",
        "outerBoundsContain": "axisLabel",
    }
    return chart


def donut_chart(
    labels: Sequence[str],
    values: Sequence[float],
    *,
    name: str,
    palette: Palette = LIGHT,
    size: float = 13,
) -> Pie:
    """Draw the parts of a whole as a ring, with the total inside and each part's share beside it.

    Raises
    ------
    ValueError
        If there are no parts.
    """
    if not labels:
        msg = "a ring needs at least one part, got none; say in words that there is nothing"
        raise ValueError(msg)
    total = sum(values)
    named = [
        f"{label}  {value / total:.1%}" if total else label
        for label, value in zip(labels, values, strict=True)
    ]
    chart = Pie().add(
        name,
        [(label, float(value)) for label, value in zip(named, values, strict=True)],
        radius=["56%", "88%"],
        center=["21%", "50%"],
        label_opts=opts.LabelOpts(is_show=False),
        itemstyle_opts=opts.ItemStyleOpts(border_color=palette.paper, border_width=2),
    )
    chart.set_colors(list(palette.series))
    chart.set_global_opts(
        title_opts=opts.TitleOpts(
            title=f"{total:,.0f}",
            pos_left="20.5%",
            pos_top="middle",
            text_align="center",
            title_textstyle_opts=opts.TextStyleOpts(
                color=palette.text, font_size=round(size * 1.5)
            ),
        ),
        legend_opts=opts.LegendOpts(
            orient="vertical",
            pos_left="44%",
            pos_top="middle",
            item_gap=round(size * 0.55),
            item_width=round(size * 0.9),
            item_height=round(size * 0.9),
            legend_icon="roundRect",
            textstyle_opts=opts.TextStyleOpts(color=palette.text, font_size=round(size)),
        ),
        tooltip_opts=_tooltip(palette, size),
    )
    return chart


DARK_SHADE = 0.7
"""Place in the ramp, 0 to 1, from which a name has to be white to be read on a light page."""

MAP_COLUMNS = ("name", "code", "value", "shown", "note", "chosen")
"""What `map_chart` takes of a region: its name as in the outline, its code, the measure, what
stands under the name on the map, the rest of the tooltip, and whether it gets a border."""


def map_chart(
    frame: pd.DataFrame,
    *,
    map_name: str,
    palette: Palette = LIGHT,
    size: float = 13,
    unit: str = "件",
) -> Option:
    """Draw a measure by region on the outline that the browser knows as ``map_name``.

    Parameters
    ----------
    frame
        Columns `MAP_COLUMNS`, one row per region.
    """
    pieces = map_pieces(frame["value"], unit=unit)
    items = [
        {
            "name": name,
            "value": value,
            "code": code,
            "label": {"formatter": f"{name}\n{shown}"} | _on_shade(value, pieces, palette),
            "tooltip": {"formatter": f"{name}\n{note}"},
        }
        | ({"itemStyle": {"borderColor": palette.series[2], "borderWidth": 3}} if chosen else {})
        for name, code, value, shown, note, chosen in zip(
            *(frame[column] for column in MAP_COLUMNS), strict=True
        )
    ]
    return {
        "tooltip": _tooltip(palette, size).opts,
        "visualMap": {
            "type": "piecewise",
            "pieces": pieces,
            "inRange": {"color": list(palette.ramp)},
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
        "series": [
            {
                "type": "map",
                "map": map_name,
                "data": items,
                "selectedMode": False,
                "left": "17%",
                "right": "2%",
                "top": "2%",
                "bottom": "2%",
                "label": {
                    "show": True,
                    "color": "#ffffff" if palette is DARK else palette.text,
                    "fontSize": round(size),
                    "lineHeight": round(size * 1.25),
                    "textBorderColor": palette.paper,
                    "textBorderWidth": 2,
                },
                "labelLayout": {"hideOverlap": True},
                "itemStyle": {
                    "areaColor": palette.ramp[0],
                    "borderColor": palette.series[0] if palette is DARK else palette.paper,
                    "borderWidth": 1,
                },
                "emphasis": {
                    "label": {"color": "#ffffff"},
                    "itemStyle": {"areaColor": palette.series[2]},
                },
            }
        ],
    }


def _on_shade(value: float, pieces: Sequence[dict[str, Any]], palette: Palette) -> dict[str, str]:
    """Return the colours of a name on a light map: those of its class, so that borders do not cut it."""
    if palette is DARK or len(pieces) < 2:
        return {}
    place = next(
        (n for n, each in enumerate(pieces) if value >= each.get("gte", 0)), len(pieces) - 1
    )
    shade = (len(pieces) - 1 - place) / (len(pieces) - 1)
    area = palette.ramp[round(shade * (len(palette.ramp) - 1))]
    return {"color": palette.text if shade < DARK_SHADE else "#ffffff", "textBorderColor": area}


def map_pieces(values: pd.Series, *, unit: str) -> list[dict[str, Any]]:
    """Return the classes of a map: equal counts of regions in each, bounds rounded to two digits.

    Regions without any count in the lowest class and do not move the bounds.

    Examples
    --------
    >>> [piece["label"] for piece in map_pieces(pd.Series([3, 40, 500, 6000, 70000]), unit="件")]
    ['19,000件以上', '2,700至19,000件', '320至2,700件', '33至320件', '33件以下']
    """
    values = values[values > 0]
    shares = [n / MAP_CLASSES for n in range(1, MAP_CLASSES)] if len(values) else []
    cuts = sorted({_rounded(float(values.quantile(share))) for share in shares} - {0})
    if not cuts:
        return [{"gte": 0, "label": f"{values.max() if len(values) else 0:,.0f}{unit}以下"}]
    pieces: list[dict[str, Any]] = [{"gte": cuts[-1], "label": f"{cuts[-1]:,}{unit}以上"}]
    pieces += [
        {"gte": low, "lt": high, "label": f"{low:,}至{high:,}{unit}"}
        for low, high in zip(cuts[-2::-1], cuts[:0:-1], strict=True)
    ]
    return [*pieces, {"lt": cuts[0], "label": f"{cuts[0]:,}{unit}以下"}]


def _rounded(value: float) -> int:
    digits = len(str(int(value)))
    return int(round(value, 2 - digits))


def cloud_chart(
    words: Sequence[str],
    values: Sequence[float],
    *,
    palette: Palette = LIGHT,
    size: float = 13,
    unit: str = "件",
) -> Option:
    """Draw words, the more frequent the larger; upright, so that they read from afar."""
    items = [
        {
            "name": word,
            "value": float(value),
            "code": word,
            "textStyle": {"color": palette.series[place % len(palette.series)]},
            "tooltip": {"formatter": f"{word}\n{value:,.0f}{unit}"},
        }
        for place, (word, value) in enumerate(zip(words, values, strict=True))
    ]
    return {
        "tooltip": _tooltip(palette, size).opts,
        "series": [
            {
                "type": "wordCloud",
                "shape": "square",
                "left": "center",
                "top": "center",
                "width": "98%",
                "height": "96%",
                "sizeRange": [round(size), round(size * 2.4)],
                "rotationRange": [0, 0],
                "gridSize": max(2, round(size * 0.5)),
                "drawOutOfBound": False,
                "shrinkToFit": False,
                "layoutAnimation": False,
                "textStyle": {"fontWeight": 600},
                "emphasis": {"focus": "none"},
                "data": items,
            }
        ],
    }
