"""Cells of a CSV file or workbook, whatever its encoding and delimiter, as texts."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePath

import fastexcel

ENCODINGS = ("utf-8", "gb18030", "big5hkscs")
"""Tried in this order on a file without a byte order mark; the first that shows the headings wins."""

MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

ZIPPED = b"PK\x03\x04"
WORKBOOKS = (ZIPPED, b"PK\x05\x06", b"PK\x07\x08", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How workbooks begin, empty and split archives among them, which are none that can be opened."""

WORKBOOK = "workbook"

WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".et")

HEAD_CHARACTERS = 200_000
"""How much of a text is looked at for the headings, in characters."""

UNOPENED = (zipfile.BadZipFile, NotImplementedError, ValueError)
"""What `zipfile` raises on a damaged list of files: also a version or a name that cannot be."""

DELIMITERS = ",\t;|"

MAX_UNPACKED = 400 * 1024 * 1024
"""Largest workbook once unpacked, in bytes; ours."""

Cells = list[list[str]]


class UnreadableOutcomesError(ValueError):
    """A file cannot be read at all; ``problem`` is a code of why."""

    def __init__(self, name: str, problem: str, way_out: str) -> None:
        super().__init__(f"{name}: {way_out}")
        self.name = name
        self.problem = problem


def read_cells(
    content: bytes, *, name: str, fits: Callable[[Cells], bool], head_rows: int
) -> tuple[Cells, str]:
    r"""Return the cells of a file, and how it was decoded (``workbook`` where it was one).

    Parameters
    ----------
    content
        The whole file.
    name
        What it is called, in messages too; one that ends like a workbook's is not read as text.
    fits
        Tells from the first rows whether they hold the headings; by it encoding, delimiter and
        sheet are chosen. Where none fits, the first that can be read are taken.
    head_rows
        How many rows it is shown.

    Raises
    ------
    UnreadableOutcomesError
        If it is empty, no text and no workbook, named or beginning like a workbook and none that can
        be opened, or too large once unpacked.

    Examples
    --------
    >>> read_cells(b"a;b\n1;2", name="x", fits=lambda rows: "b" in rows[0], head_rows=9)
    ([['a', 'b'], ['1', '2']], 'utf-8')
    """
    if not content.strip():
        raise UnreadableOutcomesError(name, "empty", "the file is empty; export it again")
    if content.startswith(WORKBOOKS):
        return _sheet(content, name, fits, head_rows), WORKBOOK
    if PurePath(name.strip()).suffix.casefold() in WORKBOOK_ENDINGS:
        raise _damaged(name)
    return _table(content, name, fits, head_rows)


def _table(
    content: bytes, name: str, fits: Callable[[Cells], bool], head_rows: int
) -> tuple[Cells, str]:
    decoded = list(_decoded(content))
    if not decoded:
        raise UnreadableOutcomesError(
            name,
            "encoding",
            f"is in none of {', '.join(ENCODINGS)}; save it as CSV in UTF-8 or as XLSX",
        )
    for text, encoding in decoded:
        for delimiter in DELIMITERS:
            if fits(_first_rows(text, delimiter, head_rows)):
                return _rows(text, delimiter, name), encoding
    if "\0" in decoded[0][0]:
        raise UnreadableOutcomesError(name, "kind", "is no text; export it as CSV or XLSX")
    return _rows(decoded[0][0], DELIMITERS[0], name), decoded[0][1]


def _decoded(content: bytes) -> Iterator[tuple[str, str]]:
    marked = [encoding for mark, encoding in MARKS if content.startswith(mark)]
    for encoding in marked or ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        yield text, encoding


def _first_rows(text: str, delimiter: str, count: int) -> Cells:
    head = "\n".join(text[:HEAD_CHARACTERS].splitlines()[:count])
    return list(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter))


def _rows(text: str, delimiter: str, name: str) -> Cells:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise UnreadableOutcomesError(
            name,
            "quotes",
            f"line {reader.line_num}: a quote is open or out of place ({error}); save it as XLSX",
        ) from error


def _sheet(content: bytes, name: str, fits: Callable[[Cells], bool], head_rows: int) -> Cells:
    if content.startswith(ZIPPED):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                unpacked = sum(each.file_size for each in archive.infolist())
        except UNOPENED as error:
            raise _damaged(name) from error
        if unpacked > MAX_UNPACKED:
            raise UnreadableOutcomesError(
                name, "too_large", f"{unpacked} bytes unpacked are over {MAX_UNPACKED}; split it"
            )
    try:
        book = fastexcel.read_excel(content)
        sheets = [
            book.load_sheet(each, header_row=None, skip_rows=0, dtypes="string")
            for each in book.sheet_names
        ]
    except fastexcel.FastExcelError as error:
        raise _damaged(name) from error
    tables = [_cells(each) for each in sheets]
    chosen = next((cells for cells in tables if fits(cells[:head_rows])), None)
    if chosen is not None:
        return chosen
    return tables[0] if tables else []


def _damaged(name: str) -> UnreadableOutcomesError:
    way_out = "cannot be opened as a workbook; it is damaged, protected or none, save it again"
    return UnreadableOutcomesError(name, "damaged", way_out)


def _cells(sheet: fastexcel.ExcelSheet) -> Cells:
    columns = [
        ["" if each is None else str(each) for each in column.to_pylist()]
        for column in sheet.to_arrow().columns
    ]
    return [list(row) for row in zip(*columns, strict=True)]
