"""Figures above the boards, and the week by hours; each a choice."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pages.components import settling, wording
from pages.components.screen_rows import GROWING
from queries.measures import MEASURES
from queries.results import Matrix
from queries.selection import Selection

WEEKDAYS = tuple(str(day) for day in range(1, 8))
HOURS = tuple(str(hour) for hour in range(24))
LIGHTEST, DARKEST = 4, 92
"""Shares of colour, in percent, of the emptiest and the fullest hour."""


_WHY_NOT_COMPARED = "本期件尚在办理，与早已办结的往期比较会显得下降，因此不作同比环比"
_STILL_GROWING = [
    {"label": "", "text": text, "tone": "neutral", "hint": _WHY_NOT_COMPARED}
    for text in ("尚在办理", "不作比较")
]


def tiles(
    names: Sequence[str],
    current: Mapping[str, float],
    previous: Mapping[str, float] | None,
    last_year: Mapping[str, float] | None,
    *,
    until: dt.date,
    chosen: str,
) -> list[dict[str, Any]]:
    """Return the figures above the boards, each with both changes.

    Parameters
    ----------
    until
        Last day of the period.
    chosen
        The measure that orders the boards.
    """
    return [
        {
            "code": name,
            "label": MEASURES[name].label,
            "value": wording.split_unit(wording.figure(name, current[name]))[0],
            "unit": wording.split_unit(wording.figure(name, current[name]))[1],
            "hint": MEASURES[name].definition,
            "selected": name == chosen,
            "changes": _changes(name, current, previous, last_year, until),
        }
        for name in names
    ]


def _changes(
    name: str,
    current: Mapping[str, float],
    previous: Mapping[str, float] | None,
    last_year: Mapping[str, float] | None,
    until: dt.date,
) -> list[dict[str, str]]:
    growing = name in GROWING or settling.is_ripening(name, until)
    if growing and current.get("submissions") == 0:
        return [_change(label, name, current, None) for label in ("环比", "同比")]
    if growing:
        return _STILL_GROWING
    return [_change("环比", name, current, previous), _change("同比", name, current, last_year)]


def _change(
    label: str, name: str, current: Mapping[str, float], base: Mapping[str, float] | None
) -> dict[str, str]:
    change = wording.change(name, current[name], base[name] if base else None)
    text = change.text.replace("个百分点", "点")
    return {"label": label, "text": text, "tone": change.tone, "hint": f"{label}{change.text}"}


def week(found: Matrix, selection: Selection, *, measure: str) -> dict[str, Any]:
    """Return the week by hours as the panel draws it; hours outside the choice are dimmed.

    Parameters
    ----------
    found
        Rows by weekday, columns by hour.
    """
    frame = found.frame.astype({"row": "str", "column": "str"})
    values = {(row, column): value for row, column, value in frame.itertuples(index=False)}
    most = max((value for value in values.values() if not pd.isna(value)), default=0)
    days, hours = selection.members("weekday"), selection.members("hour")
    return {
        "hours": [_end("hour", hour, hour in hours) for hour in HOURS],
        "days": [
            _end("weekday", day, day in days)
            | {
                "cells": [
                    {
                        "code": hour,
                        "depth": _depth(values.get((day, hour), 0), most),
                        "hint": f"{wording.label('weekday', day)}{wording.label('hour', hour)}："
                        f"{MEASURES[measure].label}{wording.figure(measure, values.get((day, hour), 0))}",
                        "dimmed": bool((days and day not in days) or (hours and hour not in hours)),
                    }
                    for hour in HOURS
                ]
            }
            for day in WEEKDAYS
        ],
    }


def week_note(found: Matrix, measure: str) -> str:
    """Return what the colours of the week mean: the deepest stands for which figure.

    Examples
    --------
    >>> cells = pd.DataFrame({"row": ["1"], "column": ["9"], "value": [12.0]})
    >>> week_note(Matrix(cells, "weekday", "hour"), "submissions")
    '颜色越浓数值越大，最浓12件'
    """
    most = found.frame["value"].max()
    if pd.isna(most) or not most:
        return "该范围内没有记录"
    return f"颜色越浓数值越大，最浓{wording.figure(measure, most)}"


def _end(level: str, code: str, selected: bool) -> dict[str, Any]:
    text = wording.label(level, code)
    return {
        "code": code,
        "label": text if level == "weekday" else f"{code}时",
        "selected": selected,
        "hint": text,
    }


def _depth(value: float, most: float) -> int:
    if pd.isna(value) or most <= 0:
        return LIGHTEST
    return round(LIGHTEST + (DARKEST - LIGHTEST) * value / most)


def moment(selection: Selection, weekday: str, hour: str) -> Selection:
    """Return the selection of one hour of one weekday, freed of both where it was just that.

    Examples
    --------
    >>> moment(Selection(), "1", "9").to_query()
    {'hour': '9', 'weekday': '1'}
    >>> moment(moment(Selection(), "1", "9"), "1", "9") == Selection()
    True
    """
    wanted = selection.with_filter("weekday", [weekday]).with_filter("hour", [hour])
    return selection.without("weekday").without("hour") if wanted == selection else wanted
