"""Charts: a small frame in, a chart out; nothing is drawn here (see `render`).

Word clouds are plain ECharts options, because their marks carry the code that a click tells;
all others are pyecharts charts. Numbers in labels are worded here, since no JavaScript runs.
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
    "cloud_chart",
    "donut_chart",
    "tooltip",
    "trend_chart",
]


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


def tooltip(
    palette: Palette, size: float, trigger: str = "item", formatter: str | None = None
) -> opts.TooltipOpts:
    """Return how a tooltip looks."""
    return opts.TooltipOpts(
        trigger=trigger,
        formatter=formatter,
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
    notes: Sequence[str],
    palette: Palette,
    size: float = 13,
) -> Line:
    """Draw measures over time, each beside its comparison; buckets not yet complete are dashed.

    Parameters
    ----------
    frame, compared
        As in `queries.results.Series`: ``DatetimeIndex``, one column per measure, ``complete``.
    lines
        Label by measure name, in order of drawing.
    notes
        What is told of each bucket where the mouse points at it: a line drawn twice, whole and
        dotted, would be told twice.
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
    chart.options["series"].append(_told(days, notes))
    month = {"year": "{yyyy}年", "month": "{M}月", "day": "{M}月{d}日", "none": "{M}月{d}日"}
    x_axis = _axis(palette, size, type_="time")
    x_axis.opts["axisLabel"].opts["formatter"] = month
    x_axis.opts["axisLabel"].opts["hideOverlap"] = True
    chart.set_global_opts(
        xaxis_opts=x_axis,
        yaxis_opts=_axis(
            palette,
            size,
            grid=True,
            split_number=4,
            name="件",
            name_gap=round(size * 0.6),
            # Left of the axis: what is marked on the first days has its name right of it.
            name_textstyle_opts=opts.TextStyleOpts(
                color=palette.faint, font_size=round(size), align="right", padding=[0, 6, 0, 0]
            ),
        ),
        tooltip_opts=tooltip(palette, size, "axis", formatter="{b}"),
        legend_opts=opts.LegendOpts(
            pos_top=0,
            pos_right=0,
            item_width=round(size * 1.8),
            item_height=round(size * 0.6),
            textstyle_opts=opts.TextStyleOpts(color=palette.text, font_size=round(size)),
        ),
    )
    return _with_grid(chart, top=size * 1.8, right=size, bottom=2, left=2)


def _told(days: Sequence[str], notes: Sequence[str]) -> Option:
    """Return a line that is not seen and has the notes for names, which a tooltip tells."""
    return {
        "type": "line",
        "symbol": "none",
        "silent": True,
        "lineStyle": {"opacity": 0},
        "data": [{"name": note, "value": [day, 0]} for day, note in zip(days, notes, strict=True)],
    }


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
        tooltip_opts={"show": False},
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
    palette: Palette,
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
        tooltip_opts=tooltip(palette, size),
    )
    return chart


def cloud_chart(
    words: Sequence[str],
    values: Sequence[float],
    *,
    palette: Palette,
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
        "tooltip": tooltip(palette, size).opts,
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
