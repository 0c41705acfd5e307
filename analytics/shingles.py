"""Texts as sets of hashed character 4-grams: what near-duplicates are found and measured by."""

import functools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

SHINGLE_LENGTH = 4
"""Characters per shingle (ours): 3 makes unrelated short texts meet, 5 loses texts with typos."""

BLOCK_CHARACTERS = 4_000_000
"""Characters hashed at a time, so that temporaries stay below 200 MB."""

DEFAULT_FORMULAS = Path(__file__).parents[1] / "assets" / "lexicons" / "letter_formulas.txt"

_PLANE = 0x10000
_MIX = np.uint64(0x9E3779B97F4A7C15)
_MIX_AGAIN = np.uint64(0xBF58476D1CE4E5B9)

Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]
Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


@functools.cache
def _folding() -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    """Return what each character of the basic plane becomes; 0 for what is left out."""
    table = np.zeros(_PLANE, dtype=np.uint32)
    for code in range(_PLANE):
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        if len(plain) == 1 and plain.isalnum() and ord(plain) < _PLANE:
            table[code] = ord(plain)
    return table


def read_formulas(path: Path = DEFAULT_FORMULAS) -> tuple[str, ...]:
    """Return salutations and boilerplate, one a line; ``?`` stands for any one character."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def fold(texts: Sequence[object]) -> list[str]:
    """Keep letters and digits, in half width and lower case; anything but a string is empty.

    Examples
    --------
    >>> fold(["退款，ＯＫ！ 3 天", None])
    ['退款ok3天', '']
    """
    folding = _folding()
    strings = [text if isinstance(text, str) else "" for text in texts]
    folded: list[str] = []
    for first, last in _blocks(np.fromiter(map(len, strings), dtype=np.int64, count=len(strings))):
        block = strings[first:last]
        lengths = np.fromiter(map(len, block), dtype=np.int64, count=len(block))
        encoded = "".join(block).encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(encoded, dtype=np.uint32)
        codes = folding[np.where(codes < _PLANE, codes, 0)]
        kept = codes != 0
        ends = np.concatenate([[0], np.cumsum(kept)])[np.cumsum(lengths)].tolist()
        whole = codes[kept].tobytes().decode("utf-32-le")
        folded += [whole[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)]
    return folded


def _blocks(lengths: Ints) -> Iterator[tuple[int, int]]:
    """Yield ranges of texts that together hold about `BLOCK_CHARACTERS`."""
    if not len(lengths):
        return
    number = np.cumsum(lengths) // BLOCK_CHARACTERS
    starts = np.flatnonzero(np.diff(number, prepend=-1))
    yield from zip(starts.tolist(), [*starts[1:].tolist(), len(lengths)], strict=True)


def _hashed(folded: Sequence[str]) -> tuple[Hashes, Ints]:
    """Return the hash of each shingle and the number of its text, in order."""
    lengths = np.fromiter(map(len, folded), dtype=np.int64, count=len(folded))
    codes = np.frombuffer("".join(folded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    texts = np.repeat(np.arange(len(folded), dtype=np.int64), lengths)
    count = len(codes) - SHINGLE_LENGTH + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    hashes = np.zeros(count, dtype=np.uint64)
    for place in range(SHINGLE_LENGTH):
        hashes *= _MIX
        hashes += codes[place : place + count]
        hashes ^= hashes >> np.uint64(29)
    hashes *= _MIX_AGAIN
    hashes ^= hashes >> np.uint64(32)
    whole = texts[:count] == texts[SHINGLE_LENGTH - 1 :]
    return hashes[whole], texts[:count][whole]


@dataclass(frozen=True, slots=True)
class Shingles:
    """Which shingles two or more texts share.

    Attributes
    ----------
    sizes
        Distinct shingles of each text, formulas left out.
    texts, numbers
        Parallel arrays sorted by number, then text: text ``texts[i]`` holds shingle
        ``numbers[i]``; only shingles of at least two texts.
    spread
        How many texts hold each shingle.
    """

    sizes: Ints
    texts: np.ndarray[tuple[int], np.dtype[np.int32]]
    numbers: np.ndarray[tuple[int], np.dtype[np.int32]]
    spread: np.ndarray[tuple[int], np.dtype[np.int32]]


def find_shingles(folded: Sequence[str], *, formulas: Sequence[str] = ()) -> Shingles:
    """Find the shingles that texts share.

    Parameters
    ----------
    folded
        Texts as `fold` gives them.
    formulas
        Phrases whose shingles do not count; those with ``?`` are passed over.

    Examples
    --------
    >>> shingles = find_shingles(["拒绝退款", "店家拒绝退款"])
    >>> shingles.sizes.tolist(), shingles.texts.tolist(), shingles.spread.tolist()
    ([1, 3], [0, 1], [2])
    """
    bits = np.uint64(max(1, len(folded)).bit_length())
    low = (np.uint64(1) << bits) - np.uint64(1)
    plain = [phrase for phrase in formulas if "?" not in phrase]
    refused = np.unique(_hashed(fold(plain))[0])
    lengths = np.fromiter(map(len, folded), dtype=np.int64, count=len(folded))
    parts = []
    for first, last in _blocks(lengths):
        hashes, texts = _hashed(folded[first:last])
        if len(refused):
            wanted = ~_among(hashes, refused)
            hashes, texts = hashes[wanted], texts[wanted]
        parts.append((hashes & ~low) | (texts + first).astype(np.uint64))
    keys = np.concatenate(parts) if parts else np.empty(0, dtype=np.uint64)
    del parts
    keys.sort()
    if len(keys):
        keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])]
    sizes = np.bincount((keys & low).astype(np.int64), minlength=len(folded)).astype(np.int64)
    same = (keys[1:] ^ keys[:-1]) <= low if len(keys) else np.empty(0, dtype=bool)
    shared = np.zeros(len(keys), dtype=bool)
    shared[1:] |= same
    shared[:-1] |= same
    starts = shared.copy()
    starts[1:] &= ~same
    numbers = (np.cumsum(starts[shared]) - 1).astype(np.int32)
    held = (keys[shared] & low).astype(np.int32)
    spread: np.ndarray[tuple[int], np.dtype[np.int32]] = np.bincount(numbers).astype(np.int32)
    return Shingles(sizes, held, numbers, spread)


def _among(hashes: Hashes, refused: Hashes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    top = np.uint64(44)
    listed = np.zeros(1 << 20, dtype=bool)
    listed[refused >> top] = True
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = listed[hashes >> top]
    found[found] = np.isin(hashes[found], refused)
    return found


def numbered(texts: pd.Series) -> pd.Series:
    """Give distinct values numbers from 0 in order of first appearance, same index.

    Examples
    --------
    >>> numbered(pd.Series([7, 3, 7])).tolist()
    [0, 1, 0]
    """
    return pd.Series(pd.factorize(texts)[0], index=texts.index, dtype="int64")
