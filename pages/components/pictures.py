"""Charts as pictures: a button that saves one, what it says of itself drawn below it."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from pages.components import palettes, render
from pages.components.render import Chart, Option

HALF = 0.6
"""Width of a digit or a latin letter, in full-width letters."""

PIXEL_RATIO = 2
"""Pixels of a picture per pixel on screen; ours, sharp when printed in a report."""

CAPTION_SIZE = 10
CAPTION_HEIGHT = 14
"""Letters and line of a chart's caption, in pixels."""
CAPTION_GAP = 6
"""Pixels between a map and the caption below it."""
CAPTION_FONT = "'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"

_UNBROKEN = re.compile(r"[（“]*(?:(?:\d[\d,.]*[件年月日天%]?)+|.)[，。；：）”、%]*", re.DOTALL)
"""What a line is not broken inside of: a number with its unit, a date, each with the marks around."""


def height_of(caption: str) -> int:
    r"""Return the pixels that a caption takes.

    Examples
    --------
    >>> height_of("一\n二")
    28
    """
    return CAPTION_HEIGHT * (caption.count("\n") + 1)


def wrapped(text: str, letters: float) -> list[str]:
    """Return a text in lines of at most so many full-width letters; latin ones count half.

    A number stays with its unit, a closing mark with what it closes; what is then longer than a
    line is a line of its own.

    Examples
    --------
    >>> wrapped("共1234件，范围内", 5)
    ['共', '1234件，', '范围内']
    """
    lines, used = [""], 0.0
    for each in _UNBROKEN.findall(text):
        width = sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else HALF for one in each)
        if lines[-1] and used + width > letters:
            lines.append("")
            used = 0.0
        lines[-1] += each
        used += width
    return lines


def savable(chart: Chart | Mapping[str, Any], *, name: str, caption: str) -> Option:
    r"""Return a chart with a button that saves it as a picture, its caption in it.

    The picture is white in a light browser; in a dark one it is dark, as its letters are light.

    Parameters
    ----------
    name
        Name of the file.
    caption
        What the picture must say of itself, such as `caption` gives; drawn below the chart. Lines
        are parted by ``\n``.

    Examples
    --------
    >>> option = savable({"grid": {"bottom": 4}}, name="走势", caption="数据截至2026年3月31日")
    >>> option["grid"]["bottom"], option["toolbox"]["feature"]["saveAsImage"]["title"]
    (18, '保存图片')
    """
    palette = palettes.current()
    option = render.option_of(chart)
    toolbox = dict(option.get("toolbox") or {"right": 4, "top": -6, "itemSize": 14})
    toolbox["iconStyle"] = {"borderColor": palette.faint}
    toolbox["emphasis"] = {"iconStyle": {"borderColor": palette.text, "textFill": palette.text}}
    toolbox["feature"] = dict(toolbox.get("feature") or {}) | {
        "saveAsImage": {
            "type": "png",
            "name": name,
            "title": "保存图片",
            "backgroundColor": palette.paper,
            "pixelRatio": PIXEL_RATIO,
            "excludeComponents": ["toolbox"],
        }
    }
    below = height_of(caption)
    text = {
        "type": "text",
        "left": 4,
        "bottom": 0,
        "silent": True,
        "style": {
            "text": caption,
            "fontSize": CAPTION_SIZE,
            "fontFamily": CAPTION_FONT,
            "lineHeight": CAPTION_HEIGHT,
            "fill": palette.faint,
        },
    }
    grids = option.get("grid")
    for grid in grids if isinstance(grids, list) else [grids]:
        if isinstance(grid, dict) and isinstance(grid.get("bottom", 0), int | float):
            grid["bottom"] = grid.get("bottom", 0) + below
    for part in _on_outlines(option):
        if isinstance(part.get("bottom"), int | float):
            part["bottom"] += below
        else:
            part["bottom"] = below + CAPTION_GAP
    before = option.get("graphic") or []
    graphic = [*(before if isinstance(before, list) else [before]), text]
    return option | {"toolbox": toolbox, "graphic": graphic}


def _on_outlines(option: Option) -> list[dict[str, Any]]:
    """Return what stands on a map, or beside it, and is laid out without a grid."""
    listed = [each for each in option.get("series") or [] if each.get("type") == "map"]
    parts = [option["geo"], *listed] if "geo" in option else listed
    return [*parts, option["visualMap"]] if parts and "visualMap" in option else parts
