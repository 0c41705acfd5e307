"""Repeated runs of symbols in many texts, with what stands before and after them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.symbols import RARE, TEXT_GAP, Symbols

Integers = np.ndarray[tuple[int], np.dtype[Any]]
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]

SURROUNDING = 4
"""Symbols on one side that tell one surrounding from another; not more than `TEXT_GAP`."""

PASSAGE = 12
"""Symbols on both sides that tell one passage from another."""

_PASSAGE_BITS = 40
_ROLLING_FACTOR = np.uint64(1_000_003)
_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def _spread(values: Integers, bits: int) -> Integers:
    """Return a hash of ``bits`` bits for each integer."""
    mixed = values.astype(np.uint64) * _HASH_FACTOR
    mixed ^= mixed >> np.uint64(32)
    mixed *= _HASH_FACTOR
    return (mixed >> np.uint64(64 - bits)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Level:
    """Runs of one length that the texts hold often enough.

    Attributes
    ----------
    length
        Symbols per run.
    first
        A position in the texts where the run stands.
    count, baseline_count
        Occurrences in the texts and in the baseline.
    cohesion
        Natural logarithm; pointwise mutual information of the worst split, from all occurrences in
        the texts. A run of one symbol cannot be split: the largest value its frequency allows.
    texts, baseline_texts
        How many texts hold the run.
    whole
        Occurrences in the texts that begin and end where the segmenter cuts.
    passages
        Distinct passages of the texts: the run with `PASSAGE` symbols on both sides.
    left_witnesses, right_witnesses
        Distinct surroundings of `SURROUNDING` symbols on that side.
    left_entropy, right_entropy
        Entropy in nats of the neighbours in these surroundings; every edge is a neighbour of its own.
    """

    length: int
    first: Integers
    count: Integers
    baseline_count: Integers
    cohesion: Floats
    texts: Integers
    baseline_texts: Integers
    whole: Integers
    passages: Integers
    left_witnesses: Integers
    right_witnesses: Integers
    left_entropy: Floats
    right_entropy: Floats


def _bits(number: int) -> int:
    return max(1, int(number).bit_length())


@dataclass(frozen=True, slots=True)
class _Sides:
    left_rest: Integers
    right_rest: Integers
    left_passage: Integers
    right_passage: Integers
    rest_bits: int
    symbol_bits: int


def _beyond(numbers: Integers, first: int, last: int, *, bits: int, step: int) -> Integers:
    """Hash the symbols ``first`` to ``last`` places away, to the right or (``step`` -1) to the left."""
    found = np.zeros(len(numbers), dtype=np.uint64)
    wide = numbers[::step].astype(np.uint64)
    with np.errstate(over="ignore"):
        for distance in range(first, last + 1):
            found *= _ROLLING_FACTOR
            found[: max(len(found) - distance, 0)] += wide[distance:]
        return _spread(found, bits).astype(np.int32)[::step]


def _side_hashes(numbers: Integers, *, symbol_bits: int, rest_bits: int) -> _Sides:
    """Hash what lies beyond each neighbour, so that surroundings can be told apart."""
    half = _PASSAGE_BITS // 2
    return _Sides(
        left_rest=_beyond(numbers, 1, SURROUNDING - 1, bits=rest_bits, step=-1),
        right_rest=_beyond(numbers, 1, SURROUNDING - 1, bits=rest_bits, step=1),
        left_passage=_beyond(numbers, 0, PASSAGE - 1, bits=half, step=-1),
        right_passage=_beyond(numbers, 0, PASSAGE - 1, bits=half, step=1),
        rest_bits=rest_bits,
        symbol_bits=symbol_bits,
    )


def _changes(keys: Integers) -> Integers:
    """Tell which sorted keys differ from the one before."""
    changes = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=changes[1:])
    return changes


def _side(
    numbers: Integers, neighbours: Integers, rest: Integers, sides: _Sides, size: int
) -> tuple[Integers, Floats]:
    """Count distinct surroundings of each run and the entropy of the nearest symbol in them."""
    keys = numbers.astype(np.int64)
    keys <<= sides.symbol_bits
    keys |= neighbours
    keys <<= sides.rest_bits
    keys |= rest
    keys.sort()
    keys = keys[_changes(keys)]
    keys >>= sides.rest_bits
    change = _changes(keys)
    change |= (keys & ((1 << sides.symbol_bits) - 1)) <= RARE
    at = np.flatnonzero(change)
    weights = np.diff(np.append(at, len(keys))).astype(np.float64)
    runs = keys[at] >> sides.symbol_bits
    witnesses = np.bincount(runs, weights, minlength=size)
    spread = np.bincount(runs, weights * np.log(weights), minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = np.where(witnesses > 0, np.log(witnesses) - spread / witnesses, 0.0)
    return witnesses.astype(np.int64), np.maximum(entropy, 0.0)


@dataclass(frozen=True, slots=True)
class _Sequence:
    symbols: Symbols
    cuts: Integers
    sides: _Sides
    text_numbers: Integers
    text_bits: int
    window_texts: int
    total: float


def _sequence(symbols: Symbols, cuts: Integers, *, min_count: int) -> _Sequence:
    numbers, window = symbols.numbers, symbols.window
    vocabulary = len(symbols.is_run)
    symbol_bits = _bits(vocabulary)
    most_runs = max(window // max(min_count, 1), vocabulary) + 1
    rest_bits = min(30, 63 - symbol_bits - _bits(most_runs))
    text_numbers = np.cumsum(symbols.is_text_end, dtype=np.int32) // TEXT_GAP
    return _Sequence(
        symbols=symbols,
        cuts=cuts,
        sides=_side_hashes(numbers[:window], symbol_bits=symbol_bits, rest_bits=rest_bits),
        text_numbers=text_numbers,
        text_bits=_bits(int(text_numbers[-1])),
        window_texts=int(text_numbers[window - 1]),
        total=float((numbers[:window] >= RARE).sum()),
    )


@dataclass(frozen=True, slots=True)
class _Runs:
    """Frequent runs of one length: where they stand, and their number and figures."""

    places: Integers
    numbers: Integers
    count: Integers
    baseline_count: Integers


@dataclass(frozen=True, slots=True)
class _Counted:
    """How often the run at each place occurs; places rising."""

    places: Integers
    counts: Integers

    def at(self, places: Integers) -> Floats:
        return np.asarray(self.counts[np.searchsorted(self.places, places)], dtype=np.float64)


def _frequent(
    before: Integers, places: Integers, length: int, *, symbols: Symbols, min_count: int
) -> _Runs:
    """Return the runs that the texts hold often enough, numbered."""
    codes, distinct = pd.factorize(_keys(before, symbols, places, length))
    in_window = places < symbols.window
    counts = np.bincount(codes[in_window], minlength=len(distinct))
    past = np.bincount(codes[~in_window], minlength=len(distinct))
    kept = counts >= min_count
    runs = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)[codes]
    return _Runs(places[runs >= 0], runs[runs >= 0], counts[kept], past[kept])


def _keys(before: Integers, symbols: Symbols, places: Integers, length: int) -> Integers:
    """Return a key of each run: the run that is one symbol shorter, and its last symbol."""
    keys = before[places].astype(np.int64)
    if length > 1:
        keys *= len(symbols.is_run)
        keys += symbols.numbers[places + (length - 1)]
    return keys


def _texts_with(runs: _Runs, sequence: _Sequence) -> tuple[Integers, Integers]:
    """Count the texts, now and past, that hold each run."""
    keys = runs.numbers.astype(np.int64)
    keys <<= sequence.text_bits
    keys |= sequence.text_numbers[runs.places]
    keys.sort()
    holders = keys[_changes(keys)]
    now = (holders & ((1 << sequence.text_bits) - 1)) < sequence.window_texts
    size = len(runs.count)
    return (
        np.bincount(holders[now] >> sequence.text_bits, minlength=size),
        np.bincount(holders[~now] >> sequence.text_bits, minlength=size),
    )


def count_runs(
    symbols: Symbols, cuts: Integers, *, min_count: int, max_length: int, min_witnesses: int = 2
) -> Iterator[Level]:
    """Yield the runs of each length, from one symbol to ``max_length``.

    Of single symbols only runs of letters and digits are yielded.

    Parameters
    ----------
    symbols
        What `analytics.symbols.encode` made.
    cuts
        For each character of the texts, as joined, whether a word begins there; one more entry for
        the end. See `analytics.symbols.find_cuts`.
    min_count
        Runs with fewer occurrences in the texts are left out.
    max_length
        Longest run, in symbols.
    min_witnesses
        Runs with fewer distinct surroundings on either side are left out of what is yielded.

    Notes
    -----
    A run of n symbols is extended only where both runs of n - 1 symbols in it are frequent, as in the
    Apriori algorithm (Agrawal and Srikant 1994). Sorting whole arrays of integer codes instead of
    counting strings follows Nagao and Mori (1994). Surroundings and passages are told apart by
    hashes; two of one run that fall together by chance count once.
    """
    numbers, window = symbols.numbers, symbols.window
    sequence = _sequence(symbols, cuts, min_count=min_count)
    counted: list[_Counted] = []
    before, places = numbers, np.flatnonzero(numbers > RARE).astype(np.int32)
    for length in range(1, max_length + 1):
        if length > 1:
            places = places[before[places + 1] >= 0]
        runs = _frequent(before, places, length, symbols=symbols, min_count=min_count)
        places = runs.places
        if not len(places):
            return
        in_window = places < window
        counts = runs.count[runs.numbers[in_window]].astype(np.int32)
        counted.append(_Counted(places[in_window], counts))
        yield _level(runs, sequence, counted, min_witnesses=min_witnesses)
        before = np.full(len(numbers), -1, dtype=np.int32)
        before[places] = runs.numbers
        del runs


def _level(
    runs: _Runs, sequence: _Sequence, counted: list[_Counted], *, min_witnesses: int
) -> Level:
    """Look at the surroundings of frequent runs."""
    symbols, sides, length = sequence.symbols, sequence.sides, len(counted)
    size = len(runs.count)
    texts, past_texts = _texts_with(runs, sequence)
    wanted = runs.places < symbols.window
    if length == 1:
        wanted &= symbols.is_run[symbols.numbers[runs.places]]
    at, numbers = runs.places[wanted], runs.numbers[wanted]
    first = np.zeros(size, dtype=np.int64)
    first[numbers[::-1]] = at[::-1]
    end = at + length
    uncut = sequence.cuts[symbols.starts[at]] & sequence.cuts[symbols.starts[end]]
    left_rest, right_rest = sides.left_rest[at - 1], sides.right_rest[end]
    # At a text's end what stands on the other side tells places apart.
    left_end, right_end = symbols.is_text_end[at - 1], symbols.is_text_end[end]
    left_rest[left_end] = sides.right_rest[end[left_end] - 1]
    right_rest[right_end] = sides.left_rest[at[right_end]]
    left, left_entropy = _side(numbers, symbols.numbers[at - 1], left_rest, sides, size)
    right, right_entropy = _side(numbers, symbols.numbers[end], right_rest, sides, size)
    shown = np.flatnonzero(np.minimum(left, right) >= min_witnesses)
    return Level(
        length=length,
        first=first[shown],
        count=runs.count[shown],
        baseline_count=runs.baseline_count[shown],
        texts=texts[shown],
        baseline_texts=past_texts[shown],
        cohesion=_cohesion(counted, first[shown], runs.count[shown], sequence.total),
        whole=np.bincount(numbers[uncut], minlength=size)[shown],
        passages=_passages(
            numbers,
            shown,
            size,
            left=sides.left_passage[at - 1],
            right=sides.right_passage[end],
        ),
        left_witnesses=left[shown],
        right_witnesses=right[shown],
        left_entropy=left_entropy[shown],
        right_entropy=right_entropy[shown],
    )


def _passages(
    runs: Integers, shown: Integers, size: int, *, left: Integers, right: Integers
) -> Integers:
    """Count the distinct passages of the runs that are shown."""
    place = np.full(size, -1, dtype=np.int64)
    place[shown] = np.arange(len(shown))
    runs = place[runs]
    wanted = runs >= 0
    keys = (runs[wanted] << (_PASSAGE_BITS // 2)) | left[wanted]
    keys = (keys << (_PASSAGE_BITS // 2)) | right[wanted]
    keys.sort()
    return np.bincount(
        keys[_changes(keys)] >> _PASSAGE_BITS,
        minlength=len(shown),
    )


def _cohesion(counted: list[_Counted], first: Integers, counts: Integers, total: float) -> Floats:
    """Return the pointwise mutual information of the split that explains each run best."""
    length = len(counted)
    weakest = np.log(total / counts)
    for cut in range(1, length):
        left = counted[cut - 1].at(first)
        right = counted[length - cut - 1].at(first + cut)
        weakest = np.minimum(weakest, np.log(counts * total / (left * right)))
    return np.asarray(weakest, dtype=np.float64)
