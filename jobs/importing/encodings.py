"""From a file's bytes to UTF-8, and how to tell which encoding it is in."""

import codecs
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa

from jobs.importing.errors import UnreadableSourceError

CHUNK_BYTES = 48 << 20
"""Bytes read at once: large enough for vectorised reading, small enough to hold several."""

SCAN_BYTES = 1 << 20
"""Bytes looked at together while only their encoding is of interest; fits the processor's cache."""

UNDECODABLE = "\ufdd0"
"""Stands for bytes that are no text in the declared encoding; a code point that texts never use."""

INVISIBLE = ("\0", "\ufeff", "\u200b")
"""Left out wherever they stand: no reader sees them, but they make equal texts unequal."""

_GZIP = b"\x1f\x8b"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNDECODABLE * (error.end - error.start), error.end


codecs.register_error("mark_undecodable", _mark)


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file, plain or gzip, whose encoding is known.

    Attributes
    ----------
    encoding
        As `codecs` names it; a byte-order mark is never part of the text.
    size
        Bytes on disk.
    old_mac
        Whether lines end with a lone carriage return.
    """

    path: Path
    encoding: str
    size: int
    old_mac: bool

    def chunks(self) -> Iterator[tuple[bytes, float]]:
        r"""Yield UTF-8 text with ``\n`` between lines, and the share of the file that is read."""
        decoder = codecs.getincrementaldecoder(self.encoding)("mark_undecodable")
        plain = self.encoding == "utf-8"
        held = b""
        with self.path.open("rb") as raw:
            file = _unpacked(raw)
            if plain:
                held = file.read(len(codecs.BOM_UTF8)).removeprefix(codecs.BOM_UTF8)
            for block in _blocks(file):
                text = held + (block if plain else decoder.decode(block).encode())
                cut = _end_of_text(text) if plain else len(text)
                cut -= text.endswith(b"\r", 0, cut)
                held = text[cut:]
                yield self._clean(text[:cut]), min(raw.tell() / max(self.size, 1), 1.0)
        rest = held if plain else held + decoder.decode(b"", final=True).encode()
        if rest:
            yield self._clean(rest), 1.0

    def _clean(self, text: bytes) -> bytes:
        if self.encoding == "utf-8" and not is_utf8(text):
            text = text.decode("utf-8", errors="mark_undecodable").encode()
        text = text.replace(b"\r\n", b"\n")
        if self.old_mac:
            text = text.replace(b"\r", b"\n")
        for invisible in INVISIBLE:
            text = text.replace(invisible.encode(), b"")
        return text


def is_utf8(text: bytes) -> bool:
    """Tell whether ``text`` is whole UTF-8.

    Examples
    --------
    >>> is_utf8("投诉".encode()), is_utf8("投诉".encode("gb18030"))
    (True, False)
    """
    offsets = np.array([0, len(text)], np.int32)
    array = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(text)]
    )
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _end_of_text(block: bytes) -> int:
    """Return where the last whole UTF-8 character of ``block`` ends."""
    for back in range(1, min(4, len(block)) + 1):
        byte = block[-back]
        if byte & 0xC0 != 0x80:
            needed = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
            return len(block) - back if needed > back else len(block)
    return len(block)


def _unpacked(raw: IO[bytes]) -> IO[bytes]:
    packed = raw.read(2) == _GZIP
    raw.seek(0)
    return gzip.open(raw) if packed else raw  # type: ignore[return-value]


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(CHUNK_BYTES):
        yield block


def open_text(path: Path, declared: str = "auto") -> TextFile:
    """Find out how a text file is encoded; the whole file must decode.

    Parameters
    ----------
    declared
        The mapping's ``encoding``; ``auto`` tries UTF-8 and then GB18030, strictly and to the end.

    Raises
    ------
    UnreadableSourceError
        If the file is empty or neither encoding fits.
    """
    size = path.stat().st_size
    with path.open("rb") as raw:
        head = _unpacked(raw).read(1 << 16)
    if not head.strip():
        raise UnreadableSourceError(path.name, "the file is empty; export it again")
    old_mac = b"\r" in head and b"\n" not in head
    if declared != "auto":
        return TextFile(path, declared, size, old_mac)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return TextFile(path, encoding, size, old_mac=b"\r" in head and b"\n" not in head)
    if head.count(b"\0") > len(head) // 4:
        raise UnreadableSourceError(
            path.name, "looks like UTF-16 without a byte-order mark; save it as UTF-8"
        )
    faults = []
    for encoding in ("utf-8", "gb18030"):
        fault = _first_fault(path, encoding)
        if fault is None:
            return TextFile(path, encoding, size, old_mac)
        faults.append(f"{encoding.upper()} fails at line {fault}")
    raise UnreadableSourceError(
        path.name,
        f"neither UTF-8 nor GB18030 ({', '.join(faults)}). Set `encoding:` under `format:` in the "
        "mapping to the encoding it should be in; the rows that do not decode then go to quarantine",
    )


def _first_fault(path: Path, encoding: str) -> int | None:
    """Return the line at which strict decoding fails, None if it does not."""
    with path.open("rb") as raw:
        if encoding == "utf-8":
            whole = _is_utf8_throughout(_unpacked(raw))
        else:
            whole = _decodes(_unpacked(raw), encoding)
    return None if whole else _line_of_fault(path, encoding)


def _is_utf8_throughout(file: IO[bytes]) -> bool:
    held = b""
    while block := file.read(SCAN_BYTES):
        text = held + block
        cut = _end_of_text(text)
        if not is_utf8(text[:cut] if cut < len(text) else text):
            return False
        held = text[cut:]
    return not held


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        while block := file.read(SCAN_BYTES):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _line_of_fault(path: Path, encoding: str) -> int:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    with path.open("rb") as raw:
        for text in _unpacked(raw):
            try:
                decoder.decode(text)
            except UnicodeDecodeError:
                return line
            line += 1
    return line - 1
