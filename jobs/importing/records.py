"""Where the records of a CSV text begin and end, told without parsing the values.

Quotes are taken as RFC 4180 has them. Two quotes decide everything: one that opens a field must
stand after a separator, one that closes it before one. The first that does not is reported, so
that a stray quote can never swallow the records behind it in silence.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

QUOTE, NEWLINE, RETURN = ord('"'), ord("\n"), ord("\r")

BLOCK_BYTES = 1 << 20
"""Looked at together; fits the processor's cache."""

MAX_RECORD_BYTES = 4 << 20
"""A record longer than this (4 MB) is a quote that was never closed."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Complete records at the start of a buffer.

    Attributes
    ----------
    ends
        Offset behind each record, its newline included.
    fields
        Number of fields of each record.
    broken
        Whether the record behind the last one has a quote out of place.
    """

    ends: npt.NDArray[np.int64]
    fields: npt.NDArray[np.int64]
    broken: bool

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """Offset of each record."""
        return np.concatenate([np.zeros(min(1, len(self.ends)), np.int64), self.ends[:-1]])


def lay_out(buffer: bytes, delimiter: str, *, final: bool) -> Layout:
    r"""Find the records in ``buffer``, which begins with one.

    Parameters
    ----------
    buffer
        UTF-8 text with ``\n`` between records.
    delimiter
        One ASCII character.
    final
        Whether nothing follows; then the last record must be ended by a newline too.

    Examples
    --------
    >>> layout = lay_out(b'1,"a\nb"\n2,c,d\n3,', ",", final=False)
    >>> layout.ends.tolist(), layout.fields.tolist(), layout.broken
    ([8, 14], [2, 3], False)
    >>> lay_out(b'1,a\n2,"b" c\n', ",", final=True).broken
    True
    """
    data = np.frombuffer(buffer, np.uint8)
    separator = ord(delimiter)
    marks = _marks(data, separator)
    kinds = data[marks]
    quotes = kinds == QUOTE
    first_bad = _first_misplaced(data, marks[quotes], separator, final=final)
    outside = (np.cumsum(quotes, dtype=np.uint8) & 1) == 0
    newlines = (kinds == NEWLINE) & outside
    behind = marks[newlines] + 1
    good = int(np.searchsorted(behind, first_bad, side="right"))
    separators_before = np.cumsum((kinds == separator) & outside, dtype=np.int32)[newlines][:good]
    ends = behind[:good].astype(np.int64)
    fields = np.diff(separators_before, prepend=0).astype(np.int64) + 1
    consumed = int(ends[-1]) if good else 0
    left = len(buffer) - consumed
    broken = first_bad < len(buffer) or left > MAX_RECORD_BYTES or (final and left > 0)
    return Layout(ends, fields, broken)


def _marks(data: npt.NDArray[np.uint8], separator: int) -> npt.NDArray[np.int64]:
    """Return the offsets of quotes, separators and newlines."""
    found = []
    for start in range(0, len(data), BLOCK_BYTES):
        block = data[start : start + BLOCK_BYTES]
        special = (block == QUOTE) | (block == separator) | (block == NEWLINE)
        found.append(np.flatnonzero(special) + start)
    return np.concatenate([np.zeros(0, np.int64), *found])


def _first_misplaced(
    data: npt.NDArray[np.uint8], quotes: npt.NDArray[np.int64], separator: int, *, final: bool
) -> int:
    """Return the offset of the first quote that neither opens nor closes a field, or the length."""
    length = len(data)
    if not len(quotes):
        return length
    opening, closing = quotes[::2], quotes[1::2]
    before = data[np.maximum(opening - 1, 0)]
    opens = (before == separator) | (before == NEWLINE) | (before == QUOTE) | (opening == 0)
    after = data[np.minimum(closing + 1, length - 1)]
    at_end = closing == length - 1
    closes = (after == separator) | (after == NEWLINE) | (after == QUOTE) | (at_end & (not final))
    bad = np.concatenate([opening[~opens], closing[~closes]])
    return int(bad.min()) if len(bad) else length


@dataclass(frozen=True, slots=True)
class Record:
    """One record read with care.

    Attributes
    ----------
    values
        Its fields; None where a quote is out of place.
    end
        Offset behind it. A broken record ends with its first line.
    unfinished
        Whether the buffer ends inside a quoted field.
    """

    values: list[bytes] | None
    end: int
    unfinished: bool = False


def read_record(buffer: bytes, start: int, delimiter: str) -> Record:
    r"""Read the record at ``start``, quotes inside an unquoted field being text.

    A quote that closes a field but has text behind it, or that is never closed, breaks the record.
    Then only its first line is given up: the reader goes on with the next line.

    Parameters
    ----------
    buffer
        UTF-8 text that ends with ``\n``.

    Examples
    --------
    >>> read_record(b'1,5" screen\n', 0, ",").values
    [b'1', b'5" screen']
    >>> read_record(b'1,"a" b\n2,c\n', 0, ",")
    Record(values=None, end=8, unfinished=False)
    """
    separator, position, values = delimiter.encode(), start, []
    first_line = buffer.index(b"\n", start) + 1
    line = first_line
    while True:
        if buffer[position : position + 1] == b'"':
            close = _closing_quote(buffer, position)
            behind = buffer[close + 1 : close + 2]
            if close < 0 or behind not in (separator, b"\n"):
                return Record(None, first_line, unfinished=close < 0 or not behind)
            values.append(buffer[position + 1 : close].replace(b'""', b'"'))
            position = close + 1
            if position >= line:
                line = buffer.index(b"\n", position) + 1
        else:
            end = buffer.find(separator, position, line)
            end = line - 1 if end < 0 else end
            values.append(buffer[position:end])
            position = end
        if buffer[position : position + 1] == b"\n":
            return Record(values, position + 1)
        position += 1


def _closing_quote(buffer: bytes, opening: int) -> int:
    limit = opening + MAX_RECORD_BYTES
    close = buffer.find(b'"', opening + 1, limit)
    while close >= 0 and buffer[close + 1 : close + 2] == b'"':
        close = buffer.find(b'"', close + 2, limit)
    return close


def write_record(values: list[bytes], delimiter: str) -> bytes:
    r"""Write fields as one RFC 4180 record.

    Examples
    --------
    >>> write_record([b'5" screen', b"b"], ",")
    b'"5"" screen",b\n'
    """
    special = (b'"', b"\n", delimiter.encode())
    quoted = [
        b'"' + value.replace(b'"', b'""') + b'"'
        if any(each in value for each in special)
        else value
        for value in values
    ]
    return delimiter.encode().join(quoted) + b"\n"
