"""The ranking of a dimension page: every member with rank, share, changes and course; each a filter."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from pages.components import (
    address,
    boards,
    data,
    drilling,
    explorer_clicks,
    focus_address,
    leaderboards,
    member_names,
    panels,
    ranking_limits,
    trend,
    wording,
)
from pages.components.boards import WORD, View
from pages.components.data import Standings
from pages.components.panels import Click
from pages.components.ranking_limits import Asked
from queries.dimensions import DIMENSIONS
from queries.measures import MEASURES, Measure
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Selection

ROWS = 20
"""Members on one page of a ranking."""

_NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of figures.

    Attributes
    ----------
    name
        Column of the standings' frame; also what to sort by, if ``sorts``.
    width
        In pixels.
    """

    name: str
    label: str
    width: int
    hint: str
    sorts: bool = True


def fetch(
    view: View,
    selection: Selection,
    scope: Scope,
    asked: Asked,
    *,
    rows: int = ROWS,
    largest: Standings | None = None,
) -> Standings:
    """Read the page of the ranking that the address asks for.

    Parameters
    ----------
    largest
        The largest members within the same limits, if the page has read them already: they hold
        the first page of a ranking by size.

    Raises
    ------
    WordsNotDerivedError
        If words are ranked and not in step with the submissions.
    """
    measure = asked.measure.name if view.level != WORD else "submissions"
    if largest is not None and asked.by_size and largest.measure == measure:
        return replace(largest, frame=largest.frame.head(rows))

    def page(number: int) -> Standings:
        return data.standings(
            view.base(selection),
            scope,
            level=view.level,
            measure=measure,
            order=asked.order,
            ascending=asked.ascending,
            limits=asked.limits(selection),
            limit=rows,
            page=number,
        )

    found = page(asked.page)
    last = max(1, math.ceil(found.matched / rows))
    return found if asked.page <= last else page(last)


def columns(measure: Measure, selection: Selection, *, compares: bool) -> tuple[Column, ...]:
    """Return the columns of figures for a measure: rates change in points, sums in percent."""
    unit = measure.unit
    width = max(56, 12 * len(measure.label) + 12)
    found = [Column("value", measure.label, width, measure.definition)]
    if measure.denominator is None:
        found.append(Column("share", "占比", 42, f"占全部{measure.label}的比重"))
    else:
        found.append(Column("base", "基数", 50, "计算该比率的分母", sorts=False))
    if not compares or selection.comparison is Comparison.NONE:
        return tuple(found)
    if unit == "%":
        return (
            *found,
            Column("change", "环比(点)", 64, "与上期相差的百分点"),
            Column("yearly_change", "同比(点)", 64, "与去年同期相差的百分点"),
        )
    return (
        *found,
        Column("change", "环比增减", 62, "与上期相差的数量"),
        Column("change_rate", "环比", 56, "与上期相比的增减幅度"),
        Column("yearly_rate", "同比", 56, "与去年同期相比的增减幅度"),
    )


def show(
    found: Standings,
    view: View,
    selection: Selection,
    scope: Scope,
    *,
    key: str,
    rows: int = ROWS,
) -> None:
    """Draw the ranking with its measure, filters and pages; every click is answered here.

    Parameters
    ----------
    found
        As from `fetch` with what `ranking_limits.read` reads of the address now.
    """
    asked = ranking_limits.read(address.query())
    panels.show(
        "ranking",
        content(found, view, selection, asked, rows=rows),
        key=key,
        on_click=on_ranking(view, scope),
    )


def content(
    found: Standings, view: View, selection: Selection, asked: Asked, *, rows: int = ROWS
) -> dict[str, Any]:
    """Return the ranking as the panel draws it."""
    measure = MEASURES[found.measure]
    compares = asked.compares and selection.comparison is not Comparison.NONE
    shown = columns(measure, selection, compares=asked.compares)
    largest = _largest(found)
    context = _Rows(found, view, measure, shown, *_choices(view, selection), largest)
    stated_first = found.frame["member"].isna().sort_values(kind="stable").index
    ordered = found.frame.loc[stated_first]
    drawn = [
        _row(record, name, context)
        for record, name in zip(
            ordered.to_dict("records"), member_names.named(ordered, view), strict=True
        )
    ]
    last = max(1, math.ceil(found.matched / rows))
    page = min(asked.page, last)
    return {
        "key": view.board.key,
        "title": f"{view.board.title}排名",
        "level": leaderboards.level_label(view.level),
        "crumbs": leaderboards.crumbs(view),
        "measures": [] if view.level == WORD else _measures(measure),
        "limits": ranking_limits.fields(asked, selection),
        "move": _head(Column("rank_change", "升降", 38, "与上期名次相比"), asked, sorts=compares),
        "columns": [_head(column, asked) for column in shown],
        "rows": drawn,
        "chosen": any(row["selected"] for row in drawn),
        "excludes": view.board.key in DIMENSIONS,
        "empty": "没有符合条件的成员，可放宽数量或增幅条件"
        if found.members or found.candidates
        else "该范围内没有记录",
        "count": count_text(found, (page - 1) * rows),
        "previous": str(page - 1) if page > 1 else "",
        "next": str(page + 1) if page < last else "",
        "notes": notes(found, compares=compares),
    }


def _measures(chosen: Measure) -> list[dict[str, Any]]:
    return [
        {"code": name, "label": MEASURES[name].label, "selected": name == chosen.name}
        for name in ranking_limits.OFFERED
    ]


def _head(column: Column, asked: Asked, *, sorts: bool = True) -> dict[str, Any]:
    sorted_ = asked.order == column.name
    return {
        "name": column.name,
        "label": column.label,
        "width": column.width,
        "hint": f"{column.hint}，点击排序",
        "sort": ranking_limits.sort_code(asked, column.name) if column.sorts and sorts else "",
        "sorted": ("up" if asked.ascending else "down") if sorted_ else "",
    }


def _largest(found: Standings) -> float:
    stated = found.frame[found.frame["member"].notna()]
    return float(stated["value"].max()) if len(stated) else 0.0


def _choices(view: View, selection: Selection) -> tuple[frozenset[str], frozenset[str]]:
    if view.board.key == WORD:
        return frozenset(selection.text.split()), frozenset()
    key = view.board.key
    return frozenset(selection.members(key)), frozenset(selection.members(key, exclude=True))


@dataclass(frozen=True, slots=True)
class _Rows:
    found: Standings
    view: View
    measure: Measure
    columns: tuple[Column, ...]
    chosen: frozenset[str]
    left_out: frozenset[str]
    largest: float


def _row(record: Mapping[Any, Any], name: tuple[str, str], shared: _Rows) -> dict[str, Any]:
    text, tail = name
    view, found = shared.view, shared.found
    stated = not pd.isna(record["member"])
    code = str(record["member"]) if stated else ""
    usable = stated and (view.board.key == WORD or drilling.is_member(view.board.key, code))
    value = record["value"]
    bar = value / shared.largest if stated and shared.largest > 0 and value > 0 else 0.0
    return {
        "code": code,
        "label": text,
        "tail": tail,
        "rank": wording.count(record["rank"], unit=""),
        "move": move(record, compared=found.previous_days is not None),
        "cells": [cell(column.name, record, shared.measure) for column in shared.columns],
        "bar": float(min(bar, 1.0)),
        "trend": [None if pd.isna(each) else float(each) for each in record["trend"]],
        "trendHint": trend_text(found),
        "hint": f"{text}{_apart(view, code, tail)}：{shared.measure.label}"
        f"{wording.figure(found.measure, value)}",
        "selected": stated and code in shared.chosen,
        "excluded": code in shared.left_out,
        "usable": usable,
        "drills": usable and drilling.level_below(view.board.key, code) is not None,
        "focuses": usable and view.board.key in DIMENSIONS,
    }


def _apart(view: View, code: str, tail: str) -> str:
    """Return what tells members of one name apart, whole."""
    if view.level == "operator_id" and code:
        return f"（主体编号{code}）"
    return f"（{tail}）" if tail else ""


def move(record: Mapping[Any, Any], *, compared: bool) -> dict[str, str]:
    """Return how a member climbed or fell; 新 for one that had no rank before.

    Examples
    --------
    >>> move({"rank": 1.0, "rank_change": 2.0, "previous": 5.0}, compared=True)["text"]
    '↑2'
    >>> move({"rank": 1.0, "rank_change": float("nan"), "previous": 0.0}, compared=True)["text"]
    '新'
    """
    change = record["rank_change"]
    if pd.isna(change):
        new = compared and record["previous"] == 0 and not pd.isna(record["rank"])
        text = "新" if new else wording.UNKNOWN
    elif change == 0:
        text = "平"
    else:
        text = f"{'↑' if change > 0 else '↓'}{abs(change):,.0f}"
    return {"text": text, "tone": _NEUTRAL}


def cell(name: str, record: Mapping[Any, Any], measure: Measure) -> dict[str, str]:
    """Return one figure of a member, with the tone of its direction."""
    value = record[name]
    if name == "value":
        return {"text": leaderboards.short_figure(measure, value), "tone": _NEUTRAL}
    if name == "share":
        return {"text": wording.percent(value), "tone": _NEUTRAL}
    if name == "base":
        return {"text": wording.count(value, unit=""), "tone": _NEUTRAL}
    before = record["last_year" if name.startswith("yearly") else "previous"]
    change = leaderboards.change_of(measure, record["value"], before)
    if name == "change" and measure.unit != "%":
        return {"text": signed(measure, value), "tone": change.tone}
    return {"text": change.text.removesuffix("个百分点"), "tone": change.tone}


def signed(measure: Measure, value: float) -> str:
    """Return a difference with its sign.

    Examples
    --------
    >>> signed(MEASURES["complaints"], 12.0), signed(MEASURES["complaints"], -1234.0)
    ('+12', '-1,234')
    """
    if pd.isna(value):
        return wording.UNKNOWN
    text = leaderboards.short_figure(measure, abs(value))
    return text if value == 0 else f"{'+' if value > 0 else '-'}{text}"


def count_text(found: Standings, skipped: int) -> str:
    """Return which rows are shown, of how many members; what was not looked at is not claimed."""
    text = kept_text(found)
    if not len(found.frame):
        return text
    return f"第{skipped + 1:,}至{skipped + len(found.frame):,}行，{text}"


def kept_text(found: Standings) -> str:
    """Return how many members are within the filters, of how many; what else is listed apart."""
    total = f"{'共' if found.counted else '至少'}{found.members:,}个"
    all_kept = found.kept == found.members or found.matched == found.candidates
    if found.candidates is not None and all_kept:
        parts = [total, f"只比较最多的{found.candidates:,}个"]
    elif found.candidates is not None:
        parts = [f"在最多的{found.candidates:,}个中符合{found.kept:,}个", total]
    elif found.kept == found.members and found.counted:
        parts = [total]
    else:
        parts = [f"符合条件{found.kept:,}个", total]
    if found.gone:
        parts.append(f"另有{found.gone:,}个本期为0")
    if found.not_stated:
        parts.append("另有未填写")
    return "，".join(parts)


def notes(found: Standings, *, compares: bool) -> list[str]:
    """Return what a reader must know of the figures: their days, and what was looked at."""
    text = [f"统计期{wording.days_text(found.days)}"]
    if compares:
        text.append(_compared("上期", found.previous_days))
        text.append(_compared("去年同期", found.last_year_days))
    lines = ["；".join([*text, trend_text(found)]) + "。"]
    if found.candidates is not None:
        lines.append(
            f"成员过多，增减排序与条件筛选只在数量最多的{found.candidates:,}个中进行，其余未比较。"
        )
    return lines


def _compared(name: str, days: DateRange | None) -> str:
    return f"{name}数据不全，不作比较" if days is None else f"{name}{wording.days_text(days)}"


def trend_text(found: Standings) -> str:
    """Return which time the small lines cover."""
    starts = found.trend_starts
    if not len(starts):
        return "没有完整的时段可画走势"
    names = [trend.bucket_text(start, found.trend_grain) for start in (starts[0], starts[-1])]
    return f"走势为{names[0]}至{names[1]}，仅含完整时段"


def on_ranking(view: View, scope: Scope) -> Any:  # noqa: ANN401
    """Return the answer to clicks on a ranking or on small multiples that stand as ``view`` says."""
    on_board = explorer_clicks.on_board([view], scope)

    def clicked(click: Click) -> None:
        if click.act == "focus":
            focus_address.enter(view.board.key, click.code, scope)
        elif not ranking_limits.clicked(click):
            on_board(click)

    return clicked


def standing_view(key: str, selection: Selection, scope: Scope) -> View:
    """Return where the ranking of the board ``key`` stands under the address' drill."""
    drill = drilling.read_drill(address.query().get("drill", ""))
    found = {view.board.key: view for view in boards.views(selection, drill, scope)}
    return found[key]
