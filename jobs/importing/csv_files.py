"""CSV files as they come: any encoding, junk above the header, stray quotes, ragged rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from jobs.importing.encodings import UNDECODABLE, TextFile, open_text
from jobs.importing.errors import MissingColumnError, UnreadableSourceError
from jobs.importing.headers import find_header, join_header, match_columns
from jobs.importing.mapping import FormatOptions
from jobs.importing.records import MAX_RECORD_BYTES, lay_out, read_record, write_record
from jobs.importing.tables import Batch, Reason, Refused

DELIMITERS = (",", "\t", ";", "|")
HEADER_SEARCH_ROWS = 50
"""Rows looked through for the header."""

HEAD_BYTES = 1 << 20
"""How much is looked through for the header."""

CAREFUL_BYTES = 1 << 20
"""How much is read record by record after a quote out of place, before going fast again."""

_MARK = UNDECODABLE.encode()
_SURPLUS = "多出的列"
_WHOLE_LINE = "整行"


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file whose header is known.

    Attributes
    ----------
    skip
        Records up to and with the header.
    """

    label: str
    columns: tuple[str, ...]
    text: TextFile
    delimiter: str
    skip: int

    def batches(self, needed: Sequence[str]) -> Iterator[Batch]:
        """Read the file once, the needed columns only."""
        held, row, skip = b"", 1, self.skip
        for chunk, share in self.text.chunks():
            buffer = held + chunk
            half = buffer.endswith(b"\r")
            buffer = self.text.clean(buffer[:-1] if half else buffer)
            piece = _Piece(self, buffer, row, skip, final=False)
            held, row, skip = piece.rest + (b"\r" if half else b""), piece.row, piece.skip
            yield piece.batch(needed, share)
        if held.strip():
            held = self.text.clean(held.removesuffix(b"\r"))
            whole = held if held.endswith(b"\n") else held + b"\n"
            yield _Piece(self, whole, row, skip, final=True).batch(needed, 1.0)


def open_csv(path: Path, options: FormatOptions, wanted: frozenset[str]) -> CsvTable:
    """Find encoding, delimiter and header of a CSV file.

    Parameters
    ----------
    wanted
        Column names that the mapping mentions; they tell the header from the lines above it.

    Raises
    ------
    UnreadableSourceError
        If the file is empty or cannot be decoded.
    MissingColumnError
        If no line holds a wanted column.
    """
    text = open_text(path, options.encoding)
    head = _head(text)
    best: tuple[int, str, int, list[list[str]]] | None = None
    for delimiter in (options.delimiter,) if options.delimiter else DELIMITERS:
        rows = _first_rows(head, delimiter)
        at = options.skip_rows
        if at is None:
            at = find_header(rows, wanted, header_rows=options.header_rows)
        if at is None or at + options.header_rows > len(rows):
            continue
        columns = join_header(rows[at : at + options.header_rows])
        hits = len(match_columns(columns, wanted)) if wanted else len(columns)
        if best is None or hits > best[0]:
            best = (hits, delimiter, at, rows)
    if best is None or (wanted and not best[0]):
        first = _first_rows(head, options.delimiter or ",")[:1]
        raise MissingColumnError(
            path.name, [f"none of the {len(wanted)} mapped columns"], first[0] if first else []
        )
    _, delimiter, at, rows = best
    columns = join_header(rows[at : at + options.header_rows])
    if "\0" in "".join(columns):
        raise UnreadableSourceError(path.name, "is no text file; export it as CSV or XLSX")
    return CsvTable(path.name, columns, text, delimiter, at + options.header_rows)


def _head(text: TextFile) -> bytes:
    head = b""
    for chunk, _ in text.chunks():
        head = text.clean(head + chunk)
        if len(head) >= HEAD_BYTES:
            break
    return head[:HEAD_BYTES] + b"\n"


def _first_rows(head: bytes, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    position = 0
    while position < len(head) and len(rows) < HEADER_SEARCH_ROWS:
        record = read_record(head, position, delimiter)
        values = record.values or [head[position : record.end].rstrip(b"\n")]
        rows.append([value.decode("utf-8", errors="replace") for value in values])
        position = record.end
    return rows


@dataclass(slots=True, eq=False)
class _Piece:
    """The complete records at the start of a buffer, good ones apart from the others."""

    table: CsvTable
    buffer: bytes
    row: int
    skip: int
    final: bool = field(kw_only=True)
    rest: bytes = field(init=False, default=b"")
    blank_rows: int = field(init=False, default=0)
    refused: list[Refused] = field(init=False, default_factory=list)
    _good: list[bytes] = field(init=False, default_factory=list)
    _rows: list[npt.NDArray[np.int64]] = field(init=False, default_factory=list)
    _lengths: list[npt.NDArray[np.int64]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        position = 0
        while position < len(self.buffer):
            rest = self.buffer[position:] if position else self.buffer
            layout = lay_out(rest, self.table.delimiter, final=self.final)
            self._take(rest, layout.starts, layout.ends, layout.fields)
            position += int(layout.ends[-1]) if len(layout.ends) else 0
            if not layout.broken:
                break
            reached = self._read_carefully(position)
            if reached == position:
                break
            position = reached
        self.rest = self.buffer[position:]

    def batch(self, needed: Sequence[str], share: float) -> Batch:
        """Parse the good records."""
        good = b"".join(self._good)
        rows = np.concatenate([np.zeros(0, np.int64), *self._rows])
        lengths = np.concatenate([np.zeros(0, np.int64), *self._lengths])
        return Batch(
            self._parse(good, needed, len(rows)),
            pl.Series("row", rows),
            self._original(good, np.cumsum(lengths) - lengths),
            tuple(self.refused),
            self.blank_rows,
            share,
        )

    def _parse(self, good: bytes, needed: Sequence[str], count: int) -> pl.DataFrame:
        if not count:
            return pl.DataFrame(schema=dict.fromkeys(needed, pl.String))
        frame = pl.read_csv(
            good,
            has_header=False,
            separator=self.table.delimiter,
            columns=[self.table.columns.index(name) for name in needed],
            infer_schema=False,
        )
        if frame.height != count:
            raise UnreadableSourceError(
                self.table.label,
                f"found {count} records near row {self.row} but read {frame.height}; "
                "please report this file's layout",
            )
        frame.columns = list(needed)
        return frame

    def _original(
        self, good: bytes, starts: npt.NDArray[np.int64]
    ) -> Callable[[Sequence[int]], list[dict[str, str | None]]]:
        def original(positions: Sequence[int]) -> list[dict[str, str | None]]:
            return [self._values(good, int(starts[each])) for each in positions]

        return original

    def _take(
        self,
        buffer: bytes,
        starts: npt.NDArray[np.int64],
        ends: npt.NDArray[np.int64],
        fields: npt.NDArray[np.int64],
    ) -> None:
        """Sort complete records into good, blank and refused."""
        count, width = len(ends), len(self.table.columns)
        rows = np.arange(self.row, self.row + count, dtype=np.int64)
        lengths = ends - starts
        self.row += count
        header = np.zeros(count, bool)
        header[: self.skip] = True
        self.skip = max(0, self.skip - count)
        right = fields == width
        blank = ~header & ((lengths == 1) | (right & (lengths == width)))
        undecodable = np.zeros(count, bool)
        marked = count and not self.table.text.is_utf8
        at = buffer.find(_MARK) if marked else -1
        while 0 <= at < ends[-1]:
            record = int(np.searchsorted(ends, at, side="right"))
            undecodable[record] = True
            at = buffer.find(_MARK, int(ends[record]))
        good = right & ~blank & ~header & ~undecodable
        self.blank_rows += int(blank.sum())
        for index in np.flatnonzero(~good & ~blank & ~header):
            reason = Reason.BAD_ENCODING if undecodable[index] else Reason.RAGGED_ROW
            self._refuse(int(rows[index]), reason, self._values(buffer, int(starts[index])))
        edges = np.flatnonzero(np.diff(good.astype(np.int8), prepend=0, append=0)).reshape(-1, 2)
        self._good += [buffer[int(starts[a]) : int(ends[b - 1])] for a, b in edges]
        self._rows.append(rows[good])
        self._lengths.append(lengths[good])

    def _read_carefully(self, position: int) -> int:
        """Read on record by record, giving up single lines; return how far."""
        stop = min(position + CAREFUL_BYTES, self.buffer.rfind(b"\n") + 1)
        written: list[bytes] = []
        widths: list[int] = []
        while position < stop:
            record = read_record(self.buffer, position, self.table.delimiter)
            left = len(self.buffer) - position
            if record.unfinished and not self.final and left < MAX_RECORD_BYTES:
                break
            if record.values is None:
                self._take_written(written, widths)
                written, widths = [], []
                self._refuse_line(self.buffer[position : record.end])
            else:
                written.append(write_record(record.values, self.table.delimiter))
                widths.append(len(record.values))
            position = record.end
        self._take_written(written, widths)
        return position

    def _take_written(self, written: list[bytes], widths: list[int]) -> None:
        ends = np.cumsum([len(each) for each in written], dtype=np.int64)
        starts = np.concatenate([np.zeros(min(1, len(ends)), np.int64), ends[:-1]])
        self._take(b"".join(written), starts, ends, np.array(widths, np.int64))

    def _refuse_line(self, line: bytes) -> None:
        if self.skip:
            self.skip -= 1
        else:
            text = line.decode(errors="replace").rstrip("\n")
            self._refuse(self.row, Reason.BROKEN_QUOTES, {_WHOLE_LINE: text})
        self.row += 1

    def _refuse(self, row: int, reason: Reason, values: dict[str, str | None]) -> None:
        self.refused.append(Refused(row, reason, "", values))

    def _values(self, buffer: bytes, start: int) -> dict[str, str | None]:
        values = read_record(buffer, start, self.table.delimiter).values or []
        texts = [value.decode().replace(UNDECODABLE, "\ufffd") for value in values]
        found: dict[str, str | None] = dict(zip(self.table.columns, texts, strict=False))
        for number, text in enumerate(texts[len(self.table.columns) :], start=1):
            found[f"{_SURPLUS}{number}"] = text
        return found
