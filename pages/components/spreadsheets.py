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
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

MAX_ROWS = 100_000
"""Most rows of one table; ours: a sheet holds 1,048,576, but no person reads more than this."""

MAX_TEXT = 32_767
"""Most characters of a cell (Excel's specification and limits)."""

MAX_DIGITS = 15
"""Digits of a number that a spreadsheet keeps (Excel's specification and limits)."""

SHOWN_DIGITS = 11
"""Digits that a spreadsheet shows before it turns to 1.2E+12."""

FIRST_YEAR = 1900
"""Earliest year that a spreadsheet knows as a date."""

MAX_TITLE = 31
"""Longest name of a sheet (Excel's specification and limits)."""

WIDEST, NARROWEST = 48, 8
"""Widths of a column, in letters."""

SAMPLED = 100
"""Rows that a column's width is taken from."""

PREFACE = "说明"
CUT = "……（原文过长，已截断）"

FORMULA_STARTS = frozenset("=+-@\t\r\n|＝＋－＠")
"""First letters that spreadsheets take for a formula or a command."""

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")

Value = str | int | float | dt.date | None


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
    """

    title: str
    frame: pd.DataFrame | Callable[[], Iterable[pd.DataFrame]]
    definitions: tuple[tuple[str, str], ...] = ()
    total: int | None = None
    shares: frozenset[str] = frozenset()
    note: str = ""
    complete: bool = True

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
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        formats = {
            "head": book.add_format({"bold": True, "bg_color": "#eaf0f7", "bottom": 1}),
            "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
            "share": book.add_format({"num_format": "0.0%"}),
            "text": book.add_format({"num_format": "@"}),
            "wrap": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        }
        first = book.add_worksheet(PREFACE)
        written = []
        for sheet, name in zip(sheets, _titles(sheets), strict=True):
            done = _Written(sheet, name)
            _write_sheet(book.add_worksheet(name), done, formats)
            written.append(done)
        first.set_column(0, 0, 20)
        first.set_column(1, 1, 100)
        for number, line in enumerate(explanation(preface, written)):
            for column, text in enumerate(line):
                first.write_string(number, column, text, formats["wrap"])
    return target.getvalue()


def _write_sheet(target: Any, done: _Written, formats: dict[str, Any]) -> None:  # noqa: ANN401
    shares: set[int] = set()
    for number, row in enumerate(_rows(done)):
        if number == 0:
            shares = {at for at, name in enumerate(row) if name in done.sheet.shares}
            for column, name in enumerate(row):
                target.write_string(0, column, str(name), formats["head"])
            continue
        for column, value in enumerate(row):
            if isinstance(value, str):
                target.write_string(number, column, value, formats["text"])
            elif isinstance(value, dt.datetime):
                target.write_datetime(number, column, value, formats["moment"])
            elif isinstance(value, dt.date):
                target.write_datetime(number, column, value, formats["day"])
            elif value is not None:
                shown = formats["share"] if column in shares else None
                target.write_number(number, column, value, shown)
    target.freeze_panes(1, 0)
    for column, width in done.widths.items():
        target.set_column(column, column, width)


def tables(sheets: Sequence[Sheet], preface: Sequence[tuple[str, str]]) -> bytes:
    """Return a ZIP file with a CSV file per table and a text file that explains.

    The CSV files are UTF-8 with a byte order mark, which spreadsheets need to see Chinese. A text
    that begins with one of `FORMULA_STARTS`, or is nothing but more digits than a spreadsheet
    shows, gets an apostrophe in front; numbers stay numbers.
    """
    target = io.BytesIO()
    written = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet, name in zip(sheets, _titles(sheets), strict=True):
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


def defused(value: Value) -> str:
    """Return a value as a CSV cell that no spreadsheet takes for a formula.

    Examples
    --------
    >>> defused("=1+1"), defused("-5"), defused(-5), defused("420106199001011234")
    ("'=1+1", "'-5", '-5', "'420106199001011234")
    """
    if value is None:
        return ""
    if isinstance(value, str):
        begins = value.lstrip(" \u3000\xa0\ufeff\u200b")[:1]
        long = len(value) > SHOWN_DIGITS and value.strip().isdigit()
        risky = begins in FORMULA_STARTS or value[:1] in FORMULA_STARTS
        return f"'{value}" if value and (risky or long) else value
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value:.12g}" if isinstance(value, float) else str(value)


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
            if done.rows == MAX_ROWS:
                done.left_out = True
                return
            yield [_noted(done, at, _value(value)) for at, value in enumerate(row)]
            done.rows += 1


def _noted(done: _Written, column: int, value: Value) -> Value:
    if isinstance(value, str) and len(value) > MAX_TEXT:
        done.shortened += 1
        value = value[: MAX_TEXT - len(CUT)] + CUT
    if done.rows < SAMPLED and value is not None:
        text = defused(value) if not isinstance(value, float) else f"{value:,.4g}"
        done.widths[column] = max(done.widths[column], _width(text))
    return value


def _width(text: str) -> int:
    line = text.partition("\n")[0][:WIDEST]
    letters = sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in line)
    return min(max(letters + 2, NARROWEST), WIDEST)


def _value(value: Any) -> Value:  # noqa: ANN401
    """Return a value of a frame as a cell takes it; what is missing is None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        return plain_text(value) or None
    if isinstance(value, list | tuple | set):
        return plain_text("、".join(str(each) for each in value)) or None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float | Decimal):
        return _number(value)
    return None if value is None or pd.isna(value) else _day(value)


def _number(value: float | Decimal) -> Value:
    if isinstance(value, int):
        return str(value) if len(str(abs(value))) > MAX_DIGITS else value
    return float(value) if math.isfinite(value) else None


def _day(value: Any) -> Value:  # noqa: ANN401
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime(warn=False)
    if not isinstance(value, dt.date):
        return plain_text(str(value))
    if value.year < FIRST_YEAR:
        return value.isoformat()
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return value


def plain_text(text: str) -> str:
    r"""Return a text without what no workbook can hold: a mark stands for it; lines end in LF.

    Examples
    --------
    >>> plain_text("a\x00b")
    'a�b'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_IN_XML.sub("\ufffd", lines)


def _titles(sheets: Sequence[Sheet]) -> list[str]:
    """Return a name for every sheet: allowed, short enough, each once."""
    found: list[str] = []
    for sheet in sheets:
        plain = _NOT_IN_TITLES.sub(" ", plain_text(sheet.title)).strip(" '") or "表"
        for number in itertools.count(1):
            suffix = f" {number}" if number > 1 else ""
            name = plain[: MAX_TITLE - len(suffix)] + suffix
            if name.casefold() not in {each.casefold() for each in (*found, PREFACE)}:
                found.append(name)
                break
    return found
