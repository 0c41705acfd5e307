"""Taking away what is on screen: workbooks, tables and pictures that say what they show."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from pages.components import (
    access,
    address,
    data,
    freshness,
    leaderboards,
    page_tools,
    spreadsheets,
    store,
    wording,
)
from pages.components.access import Viewer
from pages.components.pictures import CAPTION_HEIGHT, CAPTION_SIZE, height_of, savable, wrapped
from pages.components.selection_bar import operator_names, sentence
from pages.components.spreadsheets import Sheet
from queries.measures import MEASURES
from queries.results import Totals
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Period, Selection

__all__ = [
    "CAPTION_HEIGHT",
    "CAPTION_SIZE",
    "Sheet",
    "caption",
    "definitions",
    "height_of",
    "meaning",
    "offer",
    "offer_tables",
    "plain_caption",
    "savable",
    "scope_text",
    "wrapped",
]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"

Build = Callable[[Sequence[Sheet], Sequence[tuple[str, str]]], bytes]


def definitions(measures: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return what the measures of these names mean, for a `Sheet`.

    Examples
    --------
    >>> definitions(["closure_rate"])
    (('办结率（%）', '已办结÷登记的诉求'),)
    """
    named = [MEASURES[name] for name in measures]
    return tuple((f"{each.label}（{each.unit}）", each.definition) for each in named)


def meaning(measures: Iterable[str], method: str = "") -> str:
    """Return what the measures of these names mean, and how what is drawn was derived of them.

    Examples
    --------
    >>> meaning(["closure_rate"], "圆越大越多")
    '口径：办结率为已办结÷登记的诉求；圆越大越多。'
    """
    named = [MEASURES[name] for name in measures]
    parts = [f"{each.label}为{each.definition}" for each in named]
    return f"口径：{'；'.join([*parts, *([method] if method else [])]).removesuffix('。')}。"


def offer(
    sheets: Callable[[], Sequence[Sheet]],
    *,
    selection: Selection,
    scope: Scope,
    totals: Totals,
    name: str,
    key: str,
    compares: bool = True,
) -> None:
    """Draw the button that takes the page's tables away, in the selection bar if there is one.

    A file is made when it is clicked.

    Parameters
    ----------
    sheets
        Gives the tables, at a click; it runs outside the page, so it may ask `data` but draws
        nothing.
    totals
        What the page shows of the selection; its measures are asked for again at the click, so that
        the file agrees with itself if newer data came in meanwhile.
    name
        Name of the page, also that of the file.
    compares
        False on a page that compares nothing.
    """
    viewer = access.viewer_now()
    asked = tuple(totals.current)
    told = selection if compares else replace(selection, comparison=Comparison.NONE)
    query = urlencode(address.query())
    page = access.page_now()

    def made(build: Build, form: str) -> Callable[[], bytes]:
        def make() -> bytes:
            found = data.totals(selection, scope, measures=asked)
            content = build(sheets(), preface(told, scope, found, viewer=viewer, name=name))
            store.record_export(viewer, subject=f"{page} {form} {query}")
            return content

        return make

    _buttons(made, f"{name}_{totals.days.start:%Y%m%d}-{totals.days.end:%Y%m%d}", key=key)


def offer_tables(
    sheets: Callable[[], Sequence[Sheet]], lines: Sequence[tuple[str, str]], *, name: str, key: str
) -> None:
    """Draw the button that takes tables away which do not rest on a selection.

    Parameters
    ----------
    sheets
        As of `offer`.
    lines
        What the file says first besides where it is from: what was counted, and how much.
    name
        Name of the page, also that of the file.
    """
    viewer = access.viewer_now()
    query = urlencode(address.query())
    page = access.page_now()

    def made(build: Build, form: str) -> Callable[[], bytes]:
        def make() -> bytes:
            told = [*_origin(name), *lines, *_of_data(viewer)]
            content = build(sheets(), told)
            store.record_export(viewer, subject=f"{page} {form} {query}")
            return content

        return make

    day = data.status().last_day
    _buttons(made, f"{name}_{day:%Y%m%d}" if day else name, key=key)


def _buttons(made: Callable[[Build, str], Callable[[], bytes]], file: str, *, key: str) -> None:
    with (
        page_tools.slot(),
        st.popover("导出", icon=":material/download:", type="tertiary", key=f"{key}.popover"),
    ):
        st.caption(
            "导出当前筛选下的表格，附筛选条件、统计期、数量、数据截至日期和指标口径；"
            f"排名每张表最多{leaderboards.MAX_ROWS:,}行，其他每张表最多{spreadsheets.MAX_ROWS:,}行。"
            "导出留痕。"
        )
        st.download_button(
            "Excel工作簿（XLSX）",
            data=made(spreadsheets.workbook, "xlsx"),
            file_name=f"{file}.xlsx",
            mime=XLSX,
            icon=":material/table:",
            on_click="ignore",
            key=f"{key}.xlsx",
        )
        st.download_button(
            "CSV（压缩包，含说明）",
            data=made(spreadsheets.tables, "csv"),
            file_name=f"{file}.zip",
            mime=ZIP,
            icon=":material/folder_zip:",
            on_click="ignore",
            key=f"{key}.csv",
        )


def preface(
    selection: Selection, scope: Scope, totals: Totals, *, viewer: Viewer, name: str
) -> list[tuple[str, str]]:
    """Return what every file says first: what was counted, how much, of when, by whom."""
    names = operator_names(selection, scope)
    return [
        *_origin(name),
        ("筛选条件", sentence(selection, scope, totals, names)),
        ("统计期", wording.days_text(totals.days)),
        ("诉求数量", _base(totals)),
        *_of_data(viewer, scope),
    ]


def _origin(name: str) -> list[tuple[str, str]]:
    return [("来源", "投诉雷达"), ("页面", name)]


def _of_data(viewer: Viewer, scope: Scope | None = None) -> list[tuple[str, str]]:
    status = data.status()
    now = dt.datetime.now(tz=freshness.BEIJING)
    lines = [
        ("可见范围", scope_text(viewer.scope if scope is None else scope)),
        ("数据截至", wording.date_text(status.last_day)),
        ("数据版本", status.generation),
        (
            "数据性质",
            "合成数据，与任何真实的人、企业、诉求无关" if status.synthetic else "登记数据",
        ),
        ("导出人", viewer.name),
        ("导出时间", f"{now:%Y-%m-%d %H:%M}（北京时间）"),
    ]
    stale = freshness.warning_now()
    return [*lines, ("提示", stale)] if stale else lines


def caption(
    totals: Totals,
    selection: Selection,
    scope: Scope,
    *,
    what: str = "",
    days: DateRange | None = None,
    width: int = 400,
    measures: Sequence[str] = (),
    method: str = "",
) -> str:
    """Return what a picture says of itself: filters, days, base, date of the data, definitions.

    Parameters
    ----------
    totals
        Of the selection; ``submissions`` among them.
    what
        What is drawn, such as the name of the measure; said first.
    days
        The days drawn, where they are not those of the selection. The base is left out then, as it
        is that of the selection's days, and so is the comparison.
    width
        Of the chart, in pixels, that the lines are to fit into.
    measures
        Names of the measures drawn, whose definitions stand in lines of their own.
    method
        How what is drawn was derived of them, if it is not they themselves.
    """
    names = operator_names(selection, scope)
    if days is None:
        counted = f"{sentence(selection, scope, totals, names)}{_base(totals)}；"
    else:
        drawn = replace(
            selection, period=Period.between(days.start, days.end), comparison=Comparison.NONE
        )
        counted = wording.describe(drawn, names=names)
    text = f"{what}；{counted}" if what else counted
    return plain_caption(text, width=width, measures=measures, method=method)


def plain_caption(
    text: str, *, width: int = 400, measures: Sequence[str] = (), method: str = ""
) -> str:
    """Return what a picture says of itself that does not rest on a selection; in short lines.

    Parameters
    ----------
    text
        What is drawn, and of how many; the date of the data follows.
    width, measures, method
        As of `caption`.
    """
    status = data.status()
    told = f"{text}数据截至{wording.date_text(status.last_day)}。"
    if status.synthetic:
        told += "合成数据。"
    lines = wrapped(told, width / CAPTION_SIZE)
    if measures or method:
        lines += wrapped(meaning(measures, method), width / CAPTION_SIZE)
    return "\n".join(lines)


def _base(totals: Totals) -> str:
    counted = totals.current.get("submissions")
    within = f"范围内共{totals.in_scope:,}件"
    return within if counted is None else f"共{counted:,.0f}件，{within}"


def scope_text(scope: Scope) -> str:
    """Return what a viewer may see, in words."""
    if scope.everything:
        return "全部区域"
    return "、".join(wording.label("region", code) for code in scope.regions)
