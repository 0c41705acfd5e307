"""A heat-map of numbers: one measure by the members of two dimensions, each cell a filter."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from pages.components import address, data, leaderboards, member_names, panels, wording
from pages.components.panels import Click
from queries.dimensions import LEVELS
from queries.measures import MEASURES, Measure
from queries.results import Matrix
from queries.scope import Scope
from queries.selection import InvalidSelectionError, Selection

ROWS, COLUMNS = 12, 10
"""Largest members drawn; ours, what fits beside or below a ranking without scrolling."""

LIGHTEST, DARKEST = 3, 60
"""Shares of colour, in percent; at the darkest, text keeps a contrast of 4.5:1 in both themes."""


def show(
    selection: Selection,
    scope: Scope,
    *,
    rows: str,
    columns: str,
    measure: Measure,
    key: str,
    title: str,
    base: Selection | None = None,
) -> None:
    """Draw the heat-map of two levels; a click on a cell filters by both members.

    Parameters
    ----------
    base
        What is counted, where it is not the selection itself: that of a board inside a member.
    """
    found = data.matrix(base or selection, scope, rows=rows, columns=columns, measure=measure.name)
    drawn = content(found, selection, measure)
    st.markdown(f"**{title}** :small[{drawn.pop('note')}]")
    if drawn["rows"]:
        panels.show("heat", drawn, key=key, on_click=on_cell(rows, columns, scope))


def content(found: Matrix, selection: Selection, measure: Measure) -> dict[str, Any]:
    """Return the heat-map as the panel draws it: the largest members, in order of size."""
    stated = found.frame[found.frame["row"].notna() & found.frame["column"].notna()]
    stated = stated[stated["value"].notna()]
    sides = [_largest(stated, side, most) for side, most in (("row", ROWS), ("column", COLUMNS))]
    shown = stated[stated["row"].isin(sides[0]) & stated["column"].isin(sides[1])]
    values = {(row, column): float(value) for row, column, value in shown.itertuples(index=False)}
    most = max(values.values(), default=0.0)
    row_key, column_key = LEVELS[found.row_level].name, LEVELS[found.column_level].name
    return {
        "note": _note(found, shown, sides, measure),
        "corner": "",
        "rowKey": row_key,
        "columnKey": column_key,
        "columns": [_side(found.column_level, code, selection) for code in sides[1]],
        "rows": [
            _side(found.row_level, code, selection)
            | {
                "cells": [
                    _cell(found, (code, other), values.get((code, other)), most, measure)
                    for other in sides[1]
                ]
            }
            for code in sides[0]
        ],
    }


def _largest(frame: pd.DataFrame, side: str, most: int) -> list[str]:
    sums = frame.groupby(side, sort=True)["value"].sum()
    return [str(code) for code in sums.sort_values(ascending=False, kind="stable").index[:most]]


def _note(found: Matrix, shown: pd.DataFrame, sides: list[list[str]], measure: Measure) -> str:
    if not len(shown):
        return "该范围内没有记录"
    names = [leaderboards.level_label(each) for each in (found.row_level, found.column_level)]
    parts = [
        f"{name}前{len(side)}个"
        if found.frame[column].nunique() > len(side)
        else f"{name}{len(side)}个"
        for name, side, column in zip(names, sides, ("row", "column"), strict=True)
    ]
    text = f"{measure.label}，{parts[0]}×{parts[1]}"
    if measure.denominator is None:
        total, drawn = float(found.frame["value"].sum()), float(shown["value"].sum())
        text += f"，占全部{wording.figure(measure.name, total)}的{wording.percent(drawn / total if total else None)}"
    return f"{text}；未填写的不列，颜色越深数值越大"


def _side(level: str, code: str, selection: Selection) -> dict[str, Any]:
    text = member_names.member_text(level, code)
    return {
        "code": code,
        "label": text,
        "hint": f"{text}，点击筛选",
        "selected": code in selection.members(LEVELS[level].name),
    }


def _cell(
    found: Matrix,
    codes: tuple[str, str],
    value: float | None,
    most: float,
    measure: Measure,
) -> dict[str, Any]:
    names = [
        member_names.member_text(level, code)
        for level, code in zip((found.row_level, found.column_level), codes, strict=True)
    ]
    if value is None or (value == 0 and measure.denominator is None):
        return {"text": "", "depth": 0, "hint": f"{'、'.join(names)}：无"}
    share = value / most if most > 0 else 0.0
    return {
        "text": leaderboards.short_figure(measure, value),
        "depth": round(LIGHTEST + (DARKEST - LIGHTEST) * share**0.5),
        "hint": f"{'、'.join(names)}：{measure.label}{wording.figure(measure.name, value)}",
    }


def on_cell(rows: str, columns: str, scope: Scope) -> Callable[[Click], None]:
    """Return the answer to clicks on cells and on the members beside and above them."""
    sides = (LEVELS[rows].name, LEVELS[columns].name)

    def clicked(click: Click) -> None:
        before = address.current(scope)
        try:
            if click.act == "cell":
                address.go(both(before, sides, (click.board, click.code)))
            elif click.act == "toggle" and click.board in sides:
                address.go(before.toggled(click.board, click.code))
        except InvalidSelectionError as error:
            address.refuse(error)

    return clicked


def both(selection: Selection, sides: tuple[str, str], codes: tuple[str, str]) -> Selection:
    """Return the selection of one cell, freed of both members where it was just that.

    Examples
    --------
    >>> cell = both(Selection(), ("industry", "issue"), ("F", "C03"))
    >>> cell.to_query(), both(cell, ("industry", "issue"), ("F", "C03")) == Selection()
    ({'industry': 'F', 'issue': 'C03'}, True)
    """
    wanted = selection
    for side, code in zip(sides, codes, strict=True):
        wanted = wanted.without(side).with_filter(side, [code])
    if wanted == selection:
        return selection.without(sides[0]).without(sides[1])
    return wanted


def measure_of(measure: Measure) -> Measure:
    """Return the measure drawn where only sums make sense: the number of submissions for a rate.

    Examples
    --------
    >>> measure_of(MEASURES["closure_rate"]).name
    'submissions'
    """
    return measure if measure.denominator is None else MEASURES["submissions"]
