"""Small tables whose rows can be clicked: the rows as the ``grid`` panel draws them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pages.components import member_names


@dataclass(frozen=True, slots=True)
class Head:
    """One column; ``right`` for figures, ``width`` in pixels or 0 for what is left.

    Attributes
    ----------
    wrap
        True for sentences: shown whole over several lines, where other texts are cut with their
        whole on hover.
    """

    label: str
    right: bool = False
    width: int = 0
    hint: str = ""
    wrap: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as shown.

    Attributes
    ----------
    tone
        ``good``, ``bad`` or ``neutral``, as in `pages.components.wording.Change`.
    bar
        Share of the cell, 0–1, that is shaded; None for no bar.
    """

    text: str
    tone: str = ""
    hint: str = ""
    bar: float | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """One more thing that a row can do."""

    act: str
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row; a click on its first cell carries ``code``."""

    code: str
    cells: tuple[Cell, ...]
    usable: bool = True
    selected: bool = False
    tools: tuple[Tool, ...] = ()


def content(
    board: str, title: str, heads: Sequence[Head], rows: Sequence[Row], *, empty: str
) -> dict[str, Any]:
    """Return a table as the panel draws it; names keep what tells them apart when they are cut.

    Parameters
    ----------
    board
        What clicks name as their board.
    title
        Read out to those who cannot see the table.
    empty
        Said where there are no rows.

    Examples
    --------
    >>> drawn = content("m", "逐月", [Head("月份")], [Row("2026-03", (Cell("3月"),))], empty="无")
    >>> drawn["rows"][0]["cells"]
    [{'text': '3月', 'tone': '', 'hint': ''}]
    """
    ends = _ends(heads, rows)
    return {
        "board": board,
        "title": title,
        "columns": [asdict(each) for each in heads],
        "rows": [_row(each, end) for each, end in zip(rows, ends, strict=True)],
        "empty": empty,
    }


def _ends(heads: Sequence[Head], rows: Sequence[Row]) -> list[str]:
    if not heads or heads[0].width or heads[0].right:
        return [""] * len(rows)
    return member_names.ends([row.cells[0].text for row in rows])


def _row(row: Row, end: str) -> dict[str, Any]:
    cells = [_cell(each) for each in row.cells]
    if end:
        cells[0]["end"] = end
    return {
        "code": row.code,
        "cells": cells,
        "usable": row.usable,
        "selected": row.selected,
        "tools": [asdict(each) for each in row.tools],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    # Part by part: a screen has hundreds, and asdict takes 19 times as long.
    drawn: dict[str, Any] = {"text": cell.text, "tone": cell.tone, "hint": cell.hint}
    return drawn if cell.bar is None else drawn | {"bar": cell.bar}
