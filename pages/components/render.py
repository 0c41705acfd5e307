"""The only place where a chart option or a piece of HTML reaches the browser.

Complaint text is written by the public and ends up in labels, tooltips and lists. So every option
becomes plain JSON here, without callbacks; tooltips are drawn as text, never as HTML; and HTML is
made of `markupsafe.Markup`, which escapes what is put into it.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Protocol

import numpy as np
import pandas as pd
import streamlit as st
from markupsafe import Markup

Option = dict[str, Any]
"""An ECharts option."""

CODE_MARKER = "--x_x--0_0--"
"""What pyecharts and streamlit-echarts put around text that the browser is to run as JavaScript."""

LINKS = frozenset({"link", "sublink"})
"""Option keys that open an address on a click; no chart of ours has one."""

MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|$~:&^=])")
"""Characters that Streamlit reads as Markdown, colour, icon, formula or HTML."""

CLICK = "function(p){var d=p.data||{};return d.code?{code:d.code}:undefined}"
"""The one function that a chart runs in the browser: a click tells the code of its mark."""

ENTRY_MILLISECONDS = 400
"""How long a chart takes to come in; ECharts' own 1,000 keep a viewer waiting."""

SPOKEN: Option = {
    "enabled": True,
    "label": {
        "general": {"withTitle": "图表：{title}。", "withoutTitle": "图表。"},
        "series": {
            "single": {"prefix": "", "withName": "{seriesName}。", "withoutName": ""},
            "multiple": {
                "prefix": "",
                "withName": "{seriesName}",
                "withoutName": "",
                "separator": {"middle": "、", "end": "。"},
            },
        },
        "data": {
            "maxCount": 1,
            "allData": "",
            "partialData": "",
            "withName": "",
            "withoutName": "",
            "separator": {"middle": "", "end": ""},
        },
    },
}
"""What a screen reader says of a chart; ECharts' own sentences are English."""

UNTOUCHED = frozenset({int, bool, type(None)})
"""Kinds of values that stay as they are."""

LONGEST_PATH = 80
"""Characters of the path that an error tells."""

MAX_DEPTH = 40
"""Deepest nesting of an option; ours, far above what a chart needs."""


class Chart(Protocol):
    """A pyecharts chart."""

    def get_options(self) -> Mapping[str, Any]:
        """Return the option, with pyecharts' own objects in it."""


class UnplainOptionError(TypeError):
    """An option holds something that is no plain value; ``path`` says where.

    Parameters
    ----------
    keys
        Of the mappings and lists that it lies in, the outermost first.
    """

    def __init__(self, value: object, keys: tuple[object, ...] = ()) -> None:
        parts = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in keys)
        self.value, self.keys = value, keys
        self.path = "".join(("option", *parts))[:LONGEST_PATH]
        kind = type(value).__name__
        super().__init__(
            f"{self.path} holds a {kind}; give text, numbers, dates, lists or mappings"
        )

    def within(self, key: object) -> "UnplainOptionError":
        """Return the error as told by what holds the part that has it."""
        return UnplainOptionError(self.value, (key, *self.keys))


def to_plain(value: object) -> Any:  # noqa: ANN401
    """Return ``value`` as plain JSON values, safe to draw.

    Numbers of numpy, pandas and `decimal` become Python's; NaN, infinities, NaT and NA become
    None; dates become ISO text; text loses every `CODE_MARKER`.

    Raises
    ------
    UnplainOptionError
        If a part is none of these, such as a JavaScript callback.

    Examples
    --------
    >>> to_plain({"data": (np.int64(3), float("nan"), pd.Timestamp("2026-03-01"))})
    {'data': [3, None, '2026-03-01T00:00:00']}
    """
    return _plain(value, 0)


def _plain(value: object, depth: int) -> Any:  # noqa: ANN401
    if depth > MAX_DEPTH:
        raise UnplainOptionError(value)
    if isinstance(value, Mapping):
        return {
            without_code_marker(str(key)): _part(key, each, depth) for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        # A map of texts has tens of thousands of whole numbers.
        return (
            list(value)
            if UNTOUCHED.issuperset(map(type, value))
            else [_part(place, each, depth) for place, each in enumerate(value)]
        )
    if isinstance(value, np.ndarray | pd.Series | pd.Index):
        return _plain(value.tolist(), depth)
    if isinstance(opts := getattr(value, "opts", None), Mapping | list):
        return _plain(opts, depth)
    return _plain_value(value.item() if isinstance(value, np.generic) else value)


def _part(key: object, value: object, depth: int) -> Any:  # noqa: ANN401
    """Return one part as plain values; what is wrong with it is told with its ``key``."""
    kind = type(value)
    if kind in UNTOUCHED:
        return value
    if kind is str or kind is float:
        return _plain_value(value)
    try:
        return _plain(value, depth + 1)
    except UnplainOptionError as error:
        raise error.within(key) from None


def _plain_value(value: object) -> bool | int | float | str | None:
    if isinstance(value, str):
        return without_code_marker(str(value))
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, (float, Decimal)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dt.date):
        return value.isoformat()
    raise UnplainOptionError(value)


def without_code_marker(text: str) -> str:
    """Return ``text`` without any `CODE_MARKER`, also where taking one out would make another."""
    while CODE_MARKER in text:
        text = text.replace(CODE_MARKER, "")
    return text


def option_of(chart: Chart | Mapping[str, Any]) -> Option:
    """Return the option of a pyecharts chart or an option mapping, plain and safe to draw.

    Tooltips are drawn as text inside the canvas, links are taken out, the background is see-through.
    """
    if isinstance(chart, Mapping):
        option = to_plain(chart)
    else:
        option = _without_none(to_plain(chart.get_options()))
    _make_safe(option)
    option |= {
        "backgroundColor": "transparent",
        "animationDuration": ENTRY_MILLISECONDS,
        "aria": SPOKEN,
    }
    return dict(option)


def _without_none(value: Any) -> Any:  # noqa: ANN401
    """Drop what pyecharts leaves unset; a missing value in a list stays."""
    if isinstance(value, dict):
        return {key: _without_none(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_none(each) for each in value]
    return value


def _make_safe(value: Any) -> None:  # noqa: ANN401
    if isinstance(value, list):
        for each in value:
            if isinstance(each, list | dict):
                _make_safe(each)
    elif isinstance(value, dict):
        for key in LINKS & value.keys():
            del value[key]
        tooltips = value.get("tooltip")
        for tooltip in tooltips if isinstance(tooltips, list) else [tooltips]:
            if isinstance(tooltip, dict):
                tooltip |= {"renderMode": "richText", "confine": True}
        for each in value.values():
            if isinstance(each, list | dict):
                _make_safe(each)


def show(
    chart: Chart | Mapping[str, Any],
    *,
    key: str,
    height: int = 320,
    on_select: Callable[[], None] | None = None,
) -> None:
    """Draw a chart by Streamlit's own element.

    Parameters
    ----------
    key
        Identity over reruns; the CSS class is ``st-key-<key>``.
    height
        In pixels.
    on_select
        Called when a mark is chosen (give the series ``selectedMode``); the session's state has
        which, under ``key``.
    """
    st.echarts_chart(
        option_of(chart),
        key=key,
        height=height,
        on_select="ignore" if on_select is None else on_select,
    )


def show_clickable(
    chart: Chart | Mapping[str, Any],
    *,
    key: str,
    height: str = "320px",
    on_click: Callable[[str], None] | None = None,
    outline: Mapping[str, Any] | None = None,
) -> None:
    """Draw what Streamlit's own element cannot: maps, word clouds, charts whose marks have codes.

    Parameters
    ----------
    height
        A CSS length.
    on_click
        Called with the ``code`` of the clicked data item. It comes from the browser: check it.
    outline
        GeoJSON that the option's map series name as ``"outline"`` plus this chart's key.
    """
    from streamlit_echarts import Map, st_echarts  # noqa: PLC0415 (fails to import without a server)

    def clicked() -> None:
        event = st.session_state[key].get("chart_event") or {}
        if on_click is not None and isinstance(event.get("code"), str):
            on_click(event["code"])

    st_echarts(
        option_of(chart),
        events={} if on_click is None else {"click": CLICK},
        height=height,
        map=None if outline is None else Map(map_name(key), dict(outline)),
        key=key,
        on_change=clicked,
    )


def map_name(key: str) -> str:
    """Return the name under which the map of the chart ``key`` is known to the browser."""
    return f"outline-{key}"


def show_html(markup: Markup) -> None:
    """Put HTML on the page; `Markup.format` has escaped whatever is not ours.

    Raises
    ------
    TypeError
        If ``markup`` is plain text.
    """
    if not isinstance(markup, Markup):
        msg = f"show_html takes Markup, got {type(markup).__name__}; build it with Markup(...).format(...)"
        raise TypeError(msg)
    st.html(str(markup))


def as_label(text: str) -> str:
    r"""Return ``text`` so that a button, pill or heading shows it letter by letter.

    Streamlit reads labels as Markdown, in which a name could fetch a picture from elsewhere.

    Examples
    --------
    >>> as_label("![x](http://a.b/c.png)")
    '\\!\\[x\\]\\(http\\://a\\.b/c\\.png\\)'
    """
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))
