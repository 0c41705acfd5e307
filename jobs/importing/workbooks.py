"""XLSX and XLS workbooks: several sheets, headers of several rows, dates as dates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import polars as pl

from jobs.importing.errors import MissingColumnError, UnreadableSourceError
from jobs.importing.headers import find_header, join_header
from jobs.importing.mapping import FormatOptions
from jobs.importing.tables import Batch, from_frame

HEADER_SEARCH_ROWS = 50
"""Rows looked through for the header."""

BATCH_ROWS = 65_536

EXACT_DIGITS = 17
"""A spreadsheet number keeps 15 to 17 digits; longer ones are exact only if stored as text."""


@dataclass(frozen=True, slots=True)
class SheetTable:
    """One sheet whose header is known.

    Attributes
    ----------
    first_row
        Rows up to and with the header.
    """

    label: str
    columns: tuple[str, ...]
    cells: pl.DataFrame
    first_row: int

    def batches(self, needed: Sequence[str]) -> Iterator[Batch]:
        """Yield the sheet's rows; it is in memory already."""
        body = self.cells.rename(dict(zip(self.cells.columns, self.columns, strict=True)))
        for start in range(self.first_row, body.height, BATCH_ROWS):
            frame = body.slice(start, BATCH_ROWS)
            self._refuse_rounded(frame.select(needed))
            rows = pl.int_range(start + 1, start + 1 + frame.height, eager=True)
            share = min((start + BATCH_ROWS) / max(body.height, 1), 1.0)
            yield from_frame(frame, rows.alias("row"), needed, share=share)

    def _refuse_rounded(self, frame: pl.DataFrame) -> None:
        for column in frame:
            long = column.filter(column.str.contains(rf"^[0-9]{{{EXACT_DIGITS + 1},}}$")).head(100)
            if len(long) > 2 and all(int(float(text)) == int(text) for text in long):
                raise UnreadableSourceError(
                    self.label,
                    f"column {column.name!r} holds numbers of {len(long[0])} digits such as "
                    f"{long[0]}; the spreadsheet has lost their last digits. Format the column as "
                    "text and export again",
                )


def open_workbook(
    path: Path, options: FormatOptions, wanted: frozenset[str]
) -> tuple[list[SheetTable], list[str]]:
    """Read a workbook's sheets and find their headers.

    Returns
    -------
    tuple
        The tables, and the names of sheets left out because they hold none of the wanted columns
        (never with sheets named in the mapping).

    Raises
    ------
    UnreadableSourceError
        If the file is damaged or empty, or a named sheet is not there.
    MissingColumnError
        If no sheet, or a named one, holds a wanted column.
    """
    try:
        book = fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise UnreadableSourceError(
            path.name,
            "cannot be opened as a workbook; it is damaged or protected. Save it again as XLSX",
        ) from error
    names = book.sheet_names if options.sheets == "all" else list(options.sheets)
    unknown = [name for name in names if name not in book.sheet_names]
    if unknown:
        raise UnreadableSourceError(
            path.name, f"no sheet {unknown[0]!r}; the sheets are {', '.join(book.sheet_names)}"
        )
    tables, left_out = [], []
    closest: list[str] = []
    for name in names:
        cells = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
        if cells.is_empty() and options.sheets == "all":
            continue
        label = f"{path.name}#{name}" if len(book.sheet_names) > 1 else path.name
        head = [list(row) for row in cells.head(HEADER_SEARCH_ROWS).rows()]
        at = options.skip_rows
        if at is None:
            at = find_header(head, wanted, header_rows=options.header_rows)
        if at is None or at + options.header_rows > len(head):
            closest = closest or [cell for cell in (head[0] if head else []) if cell]
            left_out.append(label)
            continue
        columns = join_header(head[at : at + options.header_rows])
        tables.append(SheetTable(label, columns, cells, at + options.header_rows))
    if not tables or (left_out and options.sheets != "all"):
        if not left_out:
            raise UnreadableSourceError(path.name, "the workbook is empty; export it again")
        raise MissingColumnError(
            left_out[0], [f"none of the {len(wanted)} mapped columns"], closest
        )
    return tables, left_out
