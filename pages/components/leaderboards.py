"""Leaderboards: the members of every dimension in order, each row a filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pages.components import data, drilling, member_names, settling, wording
from pages.components.boards import WORD, View
from pages.components.screen_rows import GROWING
from queries.dimensions import DIMENSIONS
from queries.measures import MEASURES, Measure
from queries.results import Breakdown
from queries.scope import Scope
from queries.selection import Comparison, Selection

ROWS = 10
"""Members shown on a board before 查看全部."""

MAX_ROWS = 1000
"""Members listed when all are asked for; ours, what a browser scrolls with ease."""

_LEVEL_LABELS = {level.name: level.label for each in DIMENSIONS.values() for level in each.levels}
_LEVEL_LABELS[WORD] = "词语"
COMPARED = {Comparison.PREVIOUS: "环比", Comparison.LAST_YEAR: "同比", Comparison.NONE: ""}


AGEING = frozenset({"status"})
"""Levels whose members only change places with age: those of a period long settled are no base."""


def comparison_of(measure: Measure, selection: Selection, level: str = "") -> Comparison:
    """Return what a measure is held against: nothing, where it still grows after the period.

    Parameters
    ----------
    level
        Level of the members, if it is broken down; of one in `AGEING` nothing is compared.

    Examples
    --------
    >>> comparison_of(MEASURES["closure_rate"], Selection())
    <Comparison.NONE: 'none'>
    """
    if measure.name in GROWING or level in AGEING:
        return Comparison.NONE
    if settling.is_ripening_in(measure.name, selection):
        return Comparison.NONE
    return selection.comparison


def heads(measure: Measure, comparison: Comparison) -> tuple[str, str, str]:
    """Return the names of a board's three columns of figures."""
    compared = COMPARED[comparison]
    if compared and measure.unit == "%":
        compared += "(点)"
    return (measure.label, "占比" if measure.denominator is None else "诉求量", compared)


def board_content(
    view: View,
    found: Breakdown | None,
    selection: Selection,
    measure: Measure,
    *,
    limit: int = ROWS,
) -> dict[str, Any]:
    """Return one board as the panel draws it.

    Parameters
    ----------
    found
        As from `fetch`: counted under ``view.base(selection)``; for a rate it also carries
        ``submissions``, its base.
    limit
        Rows to show.
    """
    if view.level == WORD:
        measure = MEASURES["submissions"]
    comparison = comparison_of(measure, selection, view.level)
    frame, members = _stated_first(found, limit)
    context = _Rows(
        view,
        measure,
        comparison,
        *_choices(view, selection),
        largest=_largest(frame, measure),
    )
    texts = member_names.labels(frame, view)
    rows = [
        _row(record, text, context) | {"end": end}
        for record, text, end in zip(
            frame.to_dict("records"), texts, member_names.ends(texts), strict=True
        )
    ]
    cut = members > len(rows)
    counted = "共" if found is None or found.counted else "至少"
    stated = members - (0 if found is None else found.not_stated)
    return {
        "key": view.board.key,
        "title": view.board.title,
        "level": _LEVEL_LABELS[view.level],
        "wide": view.board.wide,
        "aside": view.board.aside,
        "heads": heads(measure, comparison),
        "crumbs": crumbs(view),
        "rows": rows,
        "note": f"前{len(rows)}，{counted}{stated:,}个" if cut else f"共{stated:,}个",
        "more": cut,
        "chosen": any(row["selected"] for row in rows),
        "excludes": view.board.key in DIMENSIONS,
        "empty": "该范围内没有记录" if found is not None else "热词尚未提取，请管理员运行刷新任务",
    }


def _stated_first(found: Breakdown | None, limit: int) -> tuple[pd.DataFrame, int]:
    """Return the rows to show, what nobody filled in last, and how many members there are."""
    if found is None:
        return pd.DataFrame(), 0
    frame = found.frame.head(limit)
    stated = frame["member"].notna().to_numpy()
    if not stated.all():
        frame = frame.iloc[np.argsort(~stated, kind="stable")]
    return frame, found.members


def _largest(frame: pd.DataFrame, measure: Measure) -> float:
    """Return the longest bar's value; what nobody filled in sets no scale."""
    if frame.empty:
        return 0.0
    values = frame[measure.name].to_numpy(dtype=float)[frame["member"].notna().to_numpy()]
    return float(np.fmax.reduce(values, initial=0.0))


def _choices(view: View, selection: Selection) -> tuple[frozenset[str], frozenset[str]]:
    if view.board.key == WORD:
        return frozenset(selection.text.split()), frozenset()
    key = view.board.key
    return frozenset(selection.members(key)), frozenset(selection.members(key, exclude=True))


@dataclass(frozen=True, slots=True)
class _Rows:
    """What all rows of one board share."""

    view: View
    measure: Measure
    comparison: Comparison
    chosen: frozenset[str]
    left_out: frozenset[str]
    largest: float


def _row(record: Mapping[Any, Any], text: str, shared: _Rows) -> dict[str, Any]:
    measure, view = shared.measure, shared.view
    stated = not pd.isna(record["member"])
    code = str(record["member"]) if stated else ""
    value = record[measure.name]
    compared = record.get(f"{measure.name}_compared")
    change = change_of(measure, value, compared)
    second = wording.percent(record.get("share"))
    if measure.denominator is not None:
        second = wording.count(record.get("submissions"), unit="")
    against = COMPARED[shared.comparison]
    usable = view.board.key == WORD or drilling.is_member(view.board.key, code)
    hint = f"{text}：{measure.label}{wording.figure(measure.name, value)}"
    if against and compared is not None:
        hint += f"，{against}{change.text}（原{wording.figure(measure.name, compared)}）"
    return {
        "code": code,
        "label": text,
        "value": short_figure(measure, value),
        "share": second,
        "change": change.text.removesuffix("个百分点") if against else "",
        "tone": change.tone,
        "bar": float(value / shared.largest)
        if stated and shared.largest > 0 and value > 0
        else 0.0,
        "hint": hint,
        "selected": stated and code in shared.chosen,
        "excluded": code in shared.left_out,
        "usable": stated and usable,
        "drills": stated and usable and drilling.level_below(view.board.key, code) is not None,
    }


def change_of(measure: Measure, current: float | None, base: float | None) -> wording.Change:
    """Say how a member's figure changed; 新增 for a member that had nothing before.

    Examples
    --------
    >>> change_of(MEASURES["complaints"], 5, 0).text, change_of(MEASURES["complaints"], 6, 5).text
    ('新增', '↑20.0%')
    >>> change_of(MEASURES["complaints"], 0, 0).text
    '—'
    """
    change = wording.change(measure.name, current, base)
    if measure.denominator is None and base == 0 and current:
        return replace(change, text="新增")
    return change


def short_figure(measure: Measure, value: float | None) -> str:
    """Return a figure whose unit the column's head already tells.

    Examples
    --------
    >>> short_figure(MEASURES["complaints"], 1234), short_figure(MEASURES["closure_rate"], 0.9)
    ('1,234', '90.0%')
    """
    return wording.figure(measure.name, value).removesuffix("件")


def level_label(level: str) -> str:
    """Return the name of a level on screen.

    Examples
    --------
    >>> level_label("issue_type"), level_label(WORD)
    ('问题类别', '词语')
    """
    return _LEVEL_LABELS[level]


def crumbs(view: View) -> list[dict[str, str]]:
    """Return the way from the top down to where a board stands; empty at the top."""
    if view.within is None:
        return []
    path = drilling.trail(view.board.key, view.within)
    names = [level.name for level in DIMENSIONS[view.board.key].levels]
    dimension = DIMENSIONS[view.board.key]
    below_top = [
        code
        for code in path
        if names.index(dimension.level_of(code).name) >= names.index(view.board.top)
    ]
    return [{"code": "", "label": "全部"}] + [
        {"code": code, "label": member_names.member_text(dimension.level_of(code).name, code)}
        for code in below_top or path[-1:]
    ]


def fetch(
    shown: Sequence[View],
    selection: Selection,
    scope: Scope,
    measure: Measure,
    *,
    limit: int = ROWS,
) -> list[Breakdown | None]:
    """Count the members of every board: those at the top in one question, each other in its own.

    Returns
    -------
    list
        One breakdown per view, ordered by ``measure`` (words always by submissions); None for
        words that no refresh has derived yet.
    """
    names = tuple(dict.fromkeys((measure.name, "submissions")))
    at_top = [view.level for view in shown if view.within is None and view.level != WORD]
    found = data.breakdowns(selection, scope, levels=at_top, measures=names, limit=limit)
    return [
        _words(selection, scope, limit)
        if view.level == WORD
        else found[view.level]
        if view.within is None
        else data.breakdown(
            view.base(selection), scope, level=view.level, measures=names, limit=limit
        )
        for view in shown
    ]


def _words(selection: Selection, scope: Scope, limit: int) -> Breakdown | None:
    try:
        return data.breakdown(selection, scope, level=WORD, limit=limit)
    except data.WordsNotDerivedError:
        return None
