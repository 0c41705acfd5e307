"""Values as the cells of a file to take away hold them: text stays text, numbers stay whole."""

import datetime as dt
import math
import re
import unicodedata
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

MAX_TEXT = 32_767
"""Most characters of a cell (Excel's specification and limits)."""

CUT = "……（原文过长，已截断）"

MAX_DIGITS = 15
"""Digits of a number that a spreadsheet keeps (Excel's specification and limits)."""

SHOWN_DIGITS = 11
"""Digits that a spreadsheet shows before it turns to 1.2E+12."""

FIRST_YEAR = 1900
"""Earliest year that a spreadsheet knows as a date."""

FORMULA_STARTS = frozenset("=+-@\t\r\n|＝＋－＠")
"""First letters that spreadsheets take for a formula or a command."""

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Value = str | int | float | dt.date | None


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


def cell_value(value: Any) -> Value:  # noqa: ANN401
    r"""Return a value of a frame as a cell takes it; what is missing is None.

    Examples
    --------
    >>> cell_value(420106199001011234), cell_value(float("nan")), cell_value("a\x00b")
    ('420106199001011234', None, 'a�b')
    """
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


def letters_wide(line: str) -> int:
    """Return the width of a line in latin letters; Chinese ones count double.

    Examples
    --------
    >>> letters_wide("a件")
    3
    """
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in line)


def too_long(text: str) -> bool:
    """Tell whether a cell would not hold a text; spreadsheets count in UTF-16.

    Examples
    --------
    >>> too_long("长" * 32_767), too_long("\U0001f600" * 16_384)
    (False, True)
    """
    if 2 * len(text) <= MAX_TEXT:
        return False
    return len(text.encode("utf-16-le", "surrogatepass")) > 2 * MAX_TEXT


def shortened(text: str) -> str:
    """Return as much of a text as a cell holds, the last of it saying that there is more.

    Examples
    --------
    >>> len(shortened("长" * 40_000)), shortened("长" * 40_000)[-5:]
    (32767, '，已截断）')
    """
    room = 2 * (MAX_TEXT - len(CUT))
    return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + CUT


def plain_text(text: str) -> str:
    r"""Return a text without what no workbook can hold: a mark stands for it; lines end in LF.

    Examples
    --------
    >>> plain_text("a\x00b")
    'a�b'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_IN_XML.sub("\ufffd", lines)
