"""Files of the enforcement system: what became of leads, read from CSV or XLSX whatever its dress."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analytics.outcome_cells import UnreadableOutcomesError, read_cells
from analytics.outcome_words import (
    CODES,
    DAYS,
    FIELDS,
    SUMS,
    OutcomeWords,
    plain,
    read_outcome_words,
)

__all__ = [
    "MAX_BYTES",
    "REFUSED_COLUMNS",
    "ROW_COLUMNS",
    "OutcomeFile",
    "OutcomeWords",
    "UnreadableOutcomesError",
    "read_outcome_words",
    "read_outcomes",
]

ROW_COLUMNS = ("row_number", *FIELDS)

REFUSED_COLUMNS = ("row_number", "lead_number", "column", "value", "problem", "limit", "reason")

HEADER_ROWS = 20
"""Rows looked through for the headings."""

MAX_BYTES = 20 * 1024 * 1024
"""Largest file, in bytes; ours, some 100,000 rows."""

MAX_ROWS = 50_000
"""Most rows of one file; ours."""

MAX_YUAN = 1e12
"""Largest sum, in yuan; ours."""

EARLIEST = dt.date(2000, 1, 1)
"""Earliest day that a file may name; ours."""

DAY = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*(?:[ T].*)?")
SHORT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
SERIAL_DAY = re.compile(r"[2-6]\d{4}(?:\.0*)?")
FIRST_SERIAL_DAY = dt.date(1899, 12, 30)
"""Day 0 of spreadsheets (the 1900 date system)."""

SUM = re.compile(
    r"[¥￥]?\s*([+-]?(?:(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(\D*)"
)
"""Separators part groups of three digits or there are none."""

DIGITS = 15
"""Significant digits that spreadsheets keep; those beyond are noise of the binary number."""


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeFile:
    """What a file says.

    Attributes
    ----------
    read
        Rows below the headings that are not empty.
    rows
        Those that can be read, columns `ROW_COLUMNS`; days as dates, sums in yuan, None where a
        cell is empty. ``row_number`` counts as a spreadsheet does, from 1 with the heading's rows.
    refused
        `REFUSED_COLUMNS`, a row per cell that cannot be read; its whole row is left out.
    encoding
        How the text was decoded; ``workbook`` if it was one.
    unread
        Headings that mean nothing here.
    """

    read: int
    rows: pd.DataFrame
    refused: pd.DataFrame
    encoding: str
    unread: tuple[str, ...]


def read_outcomes(content: bytes, *, name: str, words: OutcomeWords | None = None) -> OutcomeFile:
    r"""Read outcomes of leads from a file of the enforcement system.

    CSV in UTF-8, UTF-16 (with a mark), GB18030 (GBK, GB2312) or Big5, parted by comma, tab,
    semicolon or bar; XLSX, the first sheet that has the headings. Headings may stand below other
    lines, in any order, in any of the shipped wordings. Days may be written 2026-03-01, 2026/3/1,
    20260301, in Chinese, or as a spreadsheet's number; sums with units and with separators of
    thousands, down to a hundredth of a yuan: nothing is rounded.

    Parameters
    ----------
    content
        The whole file.
    name
        What it is called in messages.
    words
        By default those of ``assets/rules/outcome_file.yaml``.

    Raises
    ------
    UnreadableOutcomesError
        If the file is empty, too large, no text, named or beginning like a workbook and none that
        can be opened, or has no heading of a lead's number, or that of a field twice.

    Examples
    --------
    >>> found = read_outcomes(
    ...     b"lead_number,state,filed_on\nN-001,filed,2026/3/1\nN-002,filed,soon\n",
    ...     name="a.csv",
    ... )
    >>> found.rows[["row_number", "lead_number", "state", "filed_on"]]
       row_number lead_number  state    filed_on
    0           2       N-001  filed  2026-03-01
    >>> found.refused[["row_number", "column", "value", "problem"]]
       row_number    column value problem
    0           3  filed_on  soon  format
    """
    told = read_outcome_words() if words is None else words
    if len(content) > MAX_BYTES:
        raise UnreadableOutcomesError(
            name, "too_large", f"{len(content)} bytes are over the limit of {MAX_BYTES}; split it"
        )
    cells, encoding = read_cells(
        content,
        name=name,
        fits=lambda rows: _header_row(rows, told) is not None,
        head_rows=HEADER_ROWS,
    )
    return _file(cells, encoding, name, told)


def _file(cells: list[list[str]], encoding: str, name: str, words: OutcomeWords) -> OutcomeFile:
    at = _header_row(cells, words)
    if at is None:
        wanted = words.columns["lead_number"][0]
        raise UnreadableOutcomesError(
            name, "no_heading", f"none of the first {HEADER_ROWS} rows has a heading {wanted!r}"
        )
    fields, unread = _fields(cells[at], name, words)
    body = [
        (number, row)
        for number, row in enumerate(cells[at + 1 :], start=at + 2)
        if any(each.strip() for each in row)
    ]
    if len(body) > MAX_ROWS:
        raise UnreadableOutcomesError(
            name, "too_long", f"{len(body)} rows are over the limit of {MAX_ROWS}; split it"
        )
    reader = _Reader(words, fields)
    read = [reader.row(number, row) for number, row in body]
    rows = pd.DataFrame(
        [row for row, refused in read if not refused], columns=list(ROW_COLUMNS), dtype=object
    )
    rows["row_number"] = rows["row_number"].astype("int64")
    refused = [each for _, told in read for each in told]
    return OutcomeFile(
        len(body),
        rows,
        pd.DataFrame(refused, columns=list(REFUSED_COLUMNS), dtype=object),
        encoding,
        unread,
    )


class _Reader:
    """Reads rows by the columns that were found."""

    def __init__(self, words: OutcomeWords, fields: Mapping[str, tuple[int, float]]) -> None:
        self._fields = fields
        self._units = {plain(unit): factor for unit, factor in words.units.items()}
        self._day_marks = words.day_marks
        self._empty = set(words.empty) | {""}
        self._codes = {
            column: {plain(each): code for code, names in known.items() for each in (*names, code)}
            for column, known in (("state", words.states), ("result", words.results))
        }
        self._known = {
            "state": [names[0] for names in words.states.values()],
            "result": [names[0] for names in words.results.values()],
        }

    def row(self, number: int, cells: Sequence[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return a row as codes, days and yuan, and what of it cannot be read."""
        found: dict[str, Any] = {"row_number": number} | dict.fromkeys(FIELDS)
        refused = []
        for field, (at, factor) in self._fields.items():
            text = _bare(cells[at]) if at < len(cells) else ""
            if text in self._empty:
                continue
            value, problem, limit = self._value(field, text, factor)
            if problem:
                refused.append((field, text, problem, limit))
            found[field] = value
        if found["lead_number"] is None:
            refused.append(("lead_number", "", "needed", ""))
        return found, [
            {
                "row_number": number,
                "lead_number": found["lead_number"],
                "column": field,
                "value": text or None,
                "problem": problem,
                "limit": limit,
                "reason": f"{field} {text!r}: {problem}" + (f", allowed: {limit}" if limit else ""),
            }
            for field, text, problem, limit in refused
        ]

    def _value(self, field: str, text: str, factor: float) -> tuple[Any, str, str]:
        if field in CODES:
            code = self._codes[field].get(plain(text))
            return code, "" if code else "unknown", "" if code else ", ".join(self._known[field])
        if field in DAYS:
            for mark, meant in self._day_marks.items():
                text = text.replace(mark, meant)
            return _day(text)
        if field in SUMS:
            return self._sum(text, factor)
        return unicodedata.normalize("NFC", text), "", ""

    def _sum(self, text: str, factor: float) -> tuple[float | None, str, str]:
        match = SUM.fullmatch(unicodedata.normalize("NFKC", text).strip())
        unit = plain(match.group(2)) if match else ""
        if match is None or (unit and unit not in self._units):
            return None, "format", ""
        value = float(match.group(1).replace(",", "")) * (self._units[unit] if unit else factor)
        if not 0 <= value <= MAX_YUAN:
            return None, "range", f"0-{MAX_YUAN:.0f}"
        value = float(f"{value:.{DIGITS}g}")
        if value != round(value, 2):
            return None, "format", ""
        return value, "", ""


def _bare(text: str) -> str:
    """Return a cell without what keeps spreadsheets from changing it: ="001" and '001."""
    text = text.strip()
    kept = re.fullmatch(r'="(.*)"', text)
    return kept.group(1).strip() if kept else text.removeprefix("'")


def _day(text: str) -> tuple[dt.date | None, str, str]:
    narrow = unicodedata.normalize("NFKC", text).strip()
    parts = DAY.fullmatch(narrow) or SHORT_DAY.fullmatch(narrow)
    if parts is None and not SERIAL_DAY.fullmatch(narrow):
        return None, "format", ""
    try:
        if parts is None:
            day = FIRST_SERIAL_DAY + dt.timedelta(days=int(float(narrow)))
        else:
            day = dt.date(*(int(each) for each in parts.groups()))
    except ValueError:
        return None, "format", ""
    if day < EARLIEST:
        return None, "early", str(EARLIEST)
    return day, "", ""


def _header_row(cells: list[list[str]], words: OutcomeWords) -> int | None:
    wanted = {plain(each) for each in words.columns["lead_number"]}
    for at, row in enumerate(cells[:HEADER_ROWS]):
        if wanted & {_heading(each)[0] for each in row}:
            return at
    return None


def _fields(
    headings: Sequence[str], name: str, words: OutcomeWords
) -> tuple[dict[str, tuple[int, float]], tuple[str, ...]]:
    """Return where each field stands and what its sums are multiplied by, and other headings."""
    meant = {plain(each): field for field, names in words.columns.items() for each in names}
    units = {plain(unit): factor for unit, factor in words.units.items()}
    fields: dict[str, tuple[int, float]] = {}
    unread = []
    for at, text in enumerate(headings):
        bare, unit = _heading(text)
        field = meant.get(bare)
        if field is None:
            if text.strip():
                unread.append(text.strip())
        elif field in fields:
            raise UnreadableOutcomesError(
                name, "twice", f"two columns mean {field}, one of them {text!r}; leave one out"
            )
        else:
            fields[field] = (at, units.get(unit, 1.0))
    return fields, tuple(unread)


def _heading(text: str) -> tuple[str, str]:
    """Return a heading without what stands in brackets, and that."""
    narrow = unicodedata.normalize("NFKC", text)
    aside = re.search(r"[(\[【](.*?)[)\]】]", narrow)
    bare = re.sub(r"[(\[【].*?[)\]】]", "", narrow)
    return plain(bare), plain(aside.group(1)) if aside else ""
