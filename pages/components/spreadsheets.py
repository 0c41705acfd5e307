"""Files to take away: workbooks and comma-separated tables in which text stays text.

Complaints are written by the public. A cell that begins like a formula must not become one in
whoever's spreadsheet opens the file, and an identity of 18 digits must not become a number.
"""

import csv
import datetime as dt
import io
import itertools
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from pages.components.cells import (
    MAX_TEXT,
    Value,
    cell_value,
    defused,
    letters_wide,
    plain_text,
    shortened,
    too_long,
)

MAX_ROWS = 100_000
"""Most rows of one table; ours: a sheet holds 1,048,576, but no person reads more than this."""

SHEET_ROWS = 1_048_576
"""Rows of a sheet, the head among them (Excel's specification and limits)."""

MAX_BANNER = 240
"""Most characters of what is printed on every page; a header holds 255, its codes among them."""

A4 = 9
"""Number of the paper size (ECMA-376, 18.3.1.63)."""

MAX_TITLE = 31
"""Longest name of a sheet (Excel's specification and limits)."""

WIDEST, NARROWEST = 48, 8
"""Widths of a column, in letters."""

PREFACE_WIDTHS = (20, 100)

LINE_HEIGHT, MAX_HEIGHT = 15.0, 409.0
"""Height of a line, and the most of a row, in points (Excel's specification and limits)."""

SAMPLED = 100
"""Rows that a column's width is taken from."""

PREFACE = "说明"
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table to take away.

    Attributes
    ----------
    frame
        With Chinese column names; or a function that gives it in parts, for one too large to hold.
    definitions
        Name and meaning of the figures in it.
    total
        How many rows there are, of which ``frame`` may hold the first; None if that is all.
    shares
        Columns that hold shares of 0–1, shown in percent.
    note
        What else a reader must know of this table.
    complete
        False if there may be more rows than anyone looked at, so that nothing is said to be whole.
    continued
        True for a table that goes on in further sheets of a workbook where others are cut.
    wrapped_at
        Width in letters at which long texts go on in the next line; 0 leaves them on one.
    """

    title: str
    frame: pd.DataFrame | Callable[[], Iterable[pd.DataFrame]]
    definitions: tuple[tuple[str, str], ...] = ()
    total: int | None = None
    shares: frozenset[str] = frozenset()
    note: str = ""
    complete: bool = True
    continued: bool = False
    wrapped_at: int = 0

    @property
    def widest(self) -> int:
        """Widest column, in letters."""
        return self.wrapped_at or WIDEST

    def parts(self) -> Iterator[pd.DataFrame]:
        """Return the table in parts, at least one."""
        return iter([self.frame] if isinstance(self.frame, pd.DataFrame) else self.frame())


@dataclass(slots=True)
class _Written:
    """What was written of a sheet."""

    sheet: Sheet
    name: str
    rows: int = 0
    left_out: bool = False
    shortened: int = 0
    pages: int = 1
    widths: dict[int, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        total = self.sheet.total
        if not self.sheet.complete and not self.left_out:
            parts = [f"导出{self.rows:,}行"]
        elif total is None and not self.left_out:
            parts = [f"共{self.rows:,}行，已全部导出"]
        elif total is not None and total <= self.rows:
            parts = [f"共{total:,}行，已全部导出"]
        else:
            of = f"共{total:,}行，" if total is not None else ""
            parts = [f"{of}导出前{self.rows:,}行"]
            if self.left_out:
                parts.append(f"每张表最多{MAX_ROWS:,}行，请缩小范围后分次导出")
        if self.pages > 1:
            parts.append(f"分列于{self.pages}张工作表")
        if self.shortened:
            parts.append(f"{self.shortened:,}个单元格超过{MAX_TEXT:,}字，已截断并注明")
        if self.sheet.note:
            parts.append(self.sheet.note)
        return "；".join(parts) + "。"


def workbook(sheets: Sequence[Sheet], preface: Sequence[tuple[str, str]]) -> bytes:
    """Return an XLSX file: a first sheet that explains, then the tables.

    Every text is a text cell, whatever it begins with, and whole numbers of more than 15 digits
    are too.

    Parameters
    ----------
    preface
        Name and content of each line of the first sheet, before those about the tables.
    """
    target = io.BytesIO()
    write_workbook(target, sheets, preface)
    return target.getvalue()


def write_workbook(
    target: io.BytesIO | Path,
    sheets: Sequence[Sheet],
    preface: Sequence[tuple[str, str]],
    *,
    banner: str = "",
    made_at: dt.datetime | None = None,
    sheet_rows: int = SHEET_ROWS,
) -> list[tuple[str, str]]:
    """Write the XLSX file of `workbook` and return what the first sheet says of each table.

    Parameters
    ----------
    target
        A path keeps memory flat, whatever the number of rows.
    banner
        Printed at the top of every page of every sheet, such as who took the file away and when.
    made_at
        UTC; said by the file's properties. With the same moment, the same tables give the same
        bytes.
    sheet_rows
        Rows of a sheet, head included, after which a table that is ``continued`` goes on in the
        next one.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    where = str(target) if isinstance(target, Path) else target
    with xlsxwriter.Workbook(where, options) as book:
        if made_at is not None:
            book.set_properties({"created": made_at})
        formats = {wrapped: _formats(book, wrapped=wrapped) for wrapped in (False, True)}
        first = book.add_worksheet(PREFACE)
        written, taken = [], [PREFACE]
        for sheet in sheets:
            done = _Written(sheet, _title(sheet.title, taken))
            taken.append(done.name)
            written.append(done)
        for done in written:
            _write_sheet(
                book, done, formats[done.sheet.wrapped_at > 0], taken=taken, rows=sheet_rows
            )
        for column, width in enumerate(PREFACE_WIDTHS):
            first.set_column(column, column, width)
        for number, line in enumerate(explanation(preface, written)):
            first.set_row(number, _height(line, dict(enumerate(PREFACE_WIDTHS))))
            for column, text in enumerate(line):
                first.write_string(number, column, text, formats[True]["text"])
        for page in book.worksheets() if banner else ():
            _print_banner(page, banner)
    return [(done.name, done.text) for done in written]


def _formats(book: Any, *, wrapped: bool) -> dict[str, Any]:  # noqa: ANN401
    placed = {"text_wrap": True, "valign": "top"} if wrapped else {}
    return {
        "head": book.add_format({"bold": True, "bg_color": "#eaf0f7", "bottom": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left", **placed}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left", **placed}),
        "share": book.add_format({"num_format": "0.0%", **placed}),
        "number": book.add_format(placed),
        "text": book.add_format({"num_format": "@", **placed}),
    }


def _print_banner(page: Any, banner: str) -> None:  # noqa: ANN401
    line = plain_text(banner).replace("\n", " ")[:MAX_BANNER]
    while len(line) + line.count("&") > MAX_BANNER:
        line = line[:-1]
    line = line.replace("&", "&&")
    unscaled = {"scale_with_doc": False}
    page.set_header(f"&L&8{' ' if line[:1].isdigit() else ''}{line}", unscaled)
    page.set_footer("&C&8第&P页，共&N页", unscaled)
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)


def _write_sheet(
    book: Any,  # noqa: ANN401
    done: _Written,
    formats: dict[str, Any],
    *,
    taken: list[str],
    rows: int,
) -> None:
    found = _rows(done)
    head = next(found)
    shares = {at for at, name in enumerate(head) if name in done.sheet.shares}
    pages = [_page(book, done.name, head, formats)]
    number = 0
    for row in found:
        number += 1
        if number == rows:
            taken.append(_title(done.name, taken))
            pages.append(_page(book, taken[-1], head, formats))
            number = 1
        if done.sheet.wrapped_at:
            pages[-1].set_row(number, _height(row, done.widths))
        _write_row(pages[-1], number, row, formats, shares=shares)
    done.pages = len(pages)
    for page in pages:
        for column, width in done.widths.items():
            page.set_column(column, column, width)
        page.print_area(0, 0, number if page is pages[-1] else rows - 1, len(head) - 1)


def _height(row: Sequence[Value], widths: Mapping[int, int]) -> float:
    """Return the height of a row whose texts go over several lines, in points.

    Programs that do not measure it themselves would show the first line only.
    """
    lines = 1
    for column, value in enumerate(row):
        if isinstance(value, str):
            own = sum(
                math.ceil((letters_wide(each) + 1) / widths[column]) for each in value.split("\n")
            )
            lines = max(lines, own)
    return min(lines * LINE_HEIGHT, MAX_HEIGHT)


def _page(book: Any, name: str, head: list[str], formats: dict[str, Any]) -> Any:  # noqa: ANN401
    page = book.add_worksheet(name)
    for column, text in enumerate(head):
        page.write_string(0, column, text, formats["head"])
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    return page


def _write_row(
    page: Any,  # noqa: ANN401
    number: int,
    row: list[Value],
    formats: dict[str, Any],
    *,
    shares: set[int],
) -> None:
    for column, value in enumerate(row):
        if isinstance(value, str):
            page.write_string(number, column, value, formats["text"])
        elif isinstance(value, dt.datetime):
            page.write_datetime(number, column, value, formats["moment"])
        elif isinstance(value, dt.date):
            page.write_datetime(number, column, value, formats["day"])
        elif value is not None:
            shown = formats["share" if column in shares else "number"]
            page.write_number(number, column, value, shown)


def tables(sheets: Sequence[Sheet], preface: Sequence[tuple[str, str]]) -> bytes:
    """Return a ZIP file with a CSV file per table and a text file that explains.

    The CSV files are UTF-8 with a byte order mark, which spreadsheets need to see Chinese. A text
    that begins with one of `FORMULA_STARTS`, or is nothing but more digits than a spreadsheet
    shows, gets an apostrophe in front; numbers stay numbers.
    """
    target = io.BytesIO()
    written = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        taken = [PREFACE]
        for sheet in sheets:
            name = _title(sheet.title, taken)
            taken.append(name)
            done = _Written(sheet, name)
            with (
                archive.open(f"{name}.csv", "w") as raw,
                io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as file,
            ):
                csv.writer(file).writerows([defused(value) for value in row] for row in _rows(done))
            written.append(done)
        rule = ("文本的写法", "可能被表格软件当作公式的文本和过长的数字串，前面加有半角单引号（'）")
        lines = explanation([*preface, rule], written)
        told = "".join(f"{name}：{content}\r\n" if name else "\r\n" for name, content in lines)
        archive.writestr(f"{PREFACE}.txt", told.encode("utf-8-sig"))
    return target.getvalue()


def explanation(
    preface: Sequence[tuple[str, str]], written: Sequence[_Written]
) -> list[tuple[str, str]]:
    """Return the lines of the explaining sheet: where from, how much of it, what it means."""
    lines = [*preface, ("", "")]
    lines += [(f"表“{each.name}”", each.text) for each in written]
    defined = dict.fromkeys(line for each in written for line in each.sheet.definitions)
    if defined:
        lines += [("", ""), ("指标口径", ""), *defined]
    return [(plain_text(name), plain_text(content)) for name, content in lines]


def _rows(done: _Written) -> Iterator[list[Any]]:
    """Give head and rows of a sheet as values, and note in ``done`` how many there were."""
    for number, part in enumerate(done.sheet.parts()):
        if number == 0:
            head = [plain_text(str(name)) for name in part.columns]
            done.widths = {at: _width(name) for at, name in enumerate(head)}
            yield head
        columns = [part.iloc[:, at].tolist() for at in range(part.shape[1])]
        for row in zip(*columns, strict=True):
            if done.rows == MAX_ROWS and not done.sheet.continued:
                done.left_out = True
                return
            yield [_noted(done, at, cell_value(value)) for at, value in enumerate(row)]
            done.rows += 1


def _noted(done: _Written, column: int, value: Value) -> Value:
    if isinstance(value, str) and too_long(value):
        done.shortened += 1
        value = shortened(value)
    if done.rows < SAMPLED and value is not None:
        text = defused(value) if not isinstance(value, float) else f"{value:,.4g}"
        done.widths[column] = max(done.widths[column], _width(text, done.sheet.widest))
    return value


def _width(text: str, widest: int = WIDEST) -> int:
    line = text.partition("\n")[0][:widest]
    return min(max(letters_wide(line) + 2, NARROWEST), widest)


def _title(title: str, taken: Sequence[str]) -> str:
    """Return a name for a sheet: allowed, short enough, not taken."""
    plain = _NOT_IN_TITLES.sub(" ", plain_text(title)).strip(" '") or "表"
    known = {each.casefold() for each in taken}
    for number in itertools.count(1):
        suffix = f" {number}" if number > 1 else ""
        name = plain[: MAX_TITLE - len(suffix)] + suffix
        if name.casefold() not in known:
            return name
    raise AssertionError
