"""Texts as one sequence of symbols.

The unit is a *symbol*: one Han character, or one whole run of letters and digits, so that "AI课" has
two symbols and "58车贷" three. Anything else is an edge, and no run crosses an edge.
"""

import unicodedata
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

Integers = np.ndarray[tuple[int], np.dtype[Any]]

TEXT_GAP = 4
"""Symbols between two texts, so that nothing near the end of one reaches into the next."""

EDGE, RARE = 0, 1
"""Symbols: everything that is neither Han nor letter nor digit; a run of letters seen too seldom."""

_FIRST_SYMBOL = 2
_LETTERS_AND_DIGITS = frozenset(("Lu", "Ll", "Lt", "Lo", "Nd"))
_TEXT_END = "\0" * TEXT_GAP
_KINDS = 0x30000
_OTHER, _HAN, _RUN = 0, 1, 2
_FULL_WIDTH_SHIFT = 0xFEE0
_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@lru_cache(maxsize=1)
def _tables() -> tuple[Integers, Integers]:
    """Return the kind of each code point and its form in half width and lower case."""
    kinds = np.zeros(_KINDS, dtype=np.int8)
    folded = np.arange(_KINDS, dtype=np.uint32)
    folded[0xFF01:0xFF5F] -= _FULL_WIDTH_SHIFT
    for code in range(0x2E00):
        lower = chr(code).lower()
        if len(lower) == 1:
            folded[code] = ord(lower)
        if unicodedata.category(chr(code)) in _LETTERS_AND_DIGITS:
            kinds[code] = _RUN
    for code in range(0xFF01, 0xFF5F):
        folded[code] = folded[folded[code]]
        kinds[code] = kinds[folded[code]]
    for first, last in ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FFFF)):
        kinds[first : last + 1] = _HAN
    return kinds, folded


@dataclass(frozen=True, slots=True)
class Symbols:
    """Texts as one sequence of symbols.

    Attributes
    ----------
    numbers
        Symbol at each position, int32; `EDGE`, `RARE` or a larger number.
    starts
        Where the symbol's characters begin in ``joined``, int32; one more entry for the end.
    joined
        All texts one after another, with NUL characters between them.
    window
        How many positions belong to the texts; the rest belong to the baseline.
    is_text_end
        For each position whether it lies between two texts.
    is_run
        For each symbol number whether it is a run of letters and digits.
    """

    numbers: Integers
    starts: Integers
    joined: str
    window: int
    is_text_end: Integers
    is_run: Integers

    def text(self, position: int, length: int) -> str:
        """Return the characters of ``length`` symbols from ``position`` on."""
        return self.joined[self.starts[position] : self.starts[position + length]]


def _joined(texts: list[str], *, before: str) -> str:
    return before + "".join([text.replace("\0", " ") + _TEXT_END for text in texts])


def encode(texts: list[str], baseline: list[str], *, min_count: int) -> Symbols:
    """Turn texts and baseline into one sequence of symbols.

    Parameters
    ----------
    texts, baseline
        Texts.
    min_count
        Runs of letters and digits that the texts hold less often become `RARE`.

    Examples
    --------
    >>> found = encode(["买了AI课", "AI课，退费"], [], min_count=2)
    >>> found.text(TEXT_GAP + 2, 2), found.is_run[found.numbers[TEXT_GAP + 2]]
    ('AI课', np.True_)
    """
    kinds_of, folded_of = _tables()
    window_joined = _joined(texts, before=_TEXT_END)
    window_length = len(window_joined)
    joined = window_joined + _joined(baseline, before="")
    del window_joined
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes = np.minimum(codes, _KINDS - 1)
    kinds, folded = kinds_of[codes], folded_of[codes]
    is_nul = codes == 0
    inside = np.zeros(len(codes), dtype=bool)
    inside[1:] = (kinds[1:] == kinds[:-1]) & (kinds[1:] != _HAN) & ~is_nul[1:] & ~is_nul[:-1]
    bounds = np.append(np.flatnonzero(~inside), len(codes)).astype(np.int32)
    starts = bounds[:-1]
    kind = kinds[starts]
    numbers = np.zeros(len(starts), dtype=np.int64)
    han, run = kind == _HAN, kind == _RUN
    numbers[han] = codes[starts[han]]
    window = int(np.searchsorted(starts, window_length))
    if run.any():
        numbers[run] = _KINDS + _run_numbers(folded, starts[run], bounds[1:][run])
    dense, distinct = _dense(numbers, window, min_count=min_count)
    is_run = np.zeros(distinct, dtype=bool)
    is_run[dense[run]] = True
    is_run[RARE] = True
    return Symbols(dense, bounds, joined, window, is_nul[starts], is_run)


def find_cuts(texts: list[str], cut: Callable[[str, bool], list[str]]) -> Integers:
    """Mark the characters of texts, joined as `encode` joins them, at which a word begins.

    Parameters
    ----------
    texts
        Texts.
    cut
        Cuts a text into words that make up the text; the flag asks for guesses at unknown words.
    """
    lengths = array("i", [TEXT_GAP])
    for text in texts:
        lengths.extend(map(len, cut(text, True)))
        lengths.append(TEXT_GAP)
    ends = np.cumsum(np.frombuffer(lengths, dtype=np.int32), dtype=np.int64)
    cuts = np.zeros(int(ends[-1]) + 1, dtype=bool)
    cuts[ends] = True
    return cuts


def _run_numbers(folded: Integers, first: Integers, last: Integers) -> Integers:
    """Return a number for each run of letters and digits, the same for the same in either case."""
    lengths = (last - first).astype(np.int64)
    begins = np.cumsum(lengths) - lengths
    offsets = np.arange(lengths.sum()) - np.repeat(begins, lengths)
    letters = folded[np.repeat(first, lengths) + offsets].astype(np.uint64) + np.uint64(1)
    with np.errstate(over="ignore"):
        letters *= (offsets.astype(np.uint64) * np.uint64(2) + np.uint64(1)) * _HASH_FACTOR
        letters ^= letters >> np.uint64(29)
        letters *= _HASH_FACTOR
        sums = np.add.reduceat(letters, begins)
    return np.asarray(pd.factorize(sums)[0], dtype=np.int64)


def _dense(numbers: Integers, window: int, *, min_count: int) -> tuple[Integers, int]:
    """Renumber symbols from `_FIRST_SYMBOL` on; rare runs become `RARE`. Also how many there are."""
    counts = np.bincount(numbers[:window], minlength=int(numbers.max(initial=0)) + 1)
    counts = np.append(counts, np.zeros(max(0, int(numbers.max(initial=0)) + 1 - len(counts))))
    kept = np.flatnonzero(counts[1:] > 0) + 1
    kept = kept[(kept < _KINDS) | (counts[kept] >= min_count)]
    new = np.full(len(counts), RARE, dtype=np.int32)
    new[0] = EDGE
    new[kept] = np.arange(_FIRST_SYMBOL, _FIRST_SYMBOL + len(kept))
    return new[numbers], _FIRST_SYMBOL + len(kept)
