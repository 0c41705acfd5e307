"""Texts as numbers: word counts, character grams, weights, and shipped word vectors.

Clustering, suggested categories and the text map all start here. Nothing depends on the order of
the texts but the order of the rows.
"""

import functools
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from analytics.segmentation import is_content_word, segment

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

LEXICONS = Path(__file__).parents[1] / "assets" / "lexicons"
"""Default word lists and vectors; see assets/README.md for their sources."""

VECTOR_FILES = (LEXICONS / "word_vectors.txt", LEXICONS / "word_vectors.npy")
"""Words that have a vector, one a line, and their vectors in the same order."""

MAX_CHARACTERS = 4000
"""Of a longer text only the beginning is read: what it is about is said by then."""

CHUNK = 20_000
"""Texts cut at a time, so that not all their words are in memory at once."""

GRAM_BITS = 20
"""Character grams share 2^20 numbers; of 300,000 distinct grams about one in eight shares."""

_MIXER = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0xBF58476D1CE4E5B9)
"""Odd multipliers of 64 bits; the first is 2^64 over the golden ratio (Knuth, TAOCP 3, 6.4)."""


def _lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@functools.cache
def default_lexicon() -> tuple[str, ...]:
    """Return the shipped words of market regulation, which stay whole."""
    return tuple(sorted(set(_lines(LEXICONS / "market_regulation.txt"))))


@functools.cache
def default_stopwords() -> frozenset[str]:
    """Return the shipped words that say nothing about a subject, in lower case.

    General stop words, the set phrases of registration, salutations and closings of letters.
    """
    names = ("stopwordsiso_zh.txt", "stopwords_12315.txt", "letter_formulas.txt")
    return frozenset(word.lower() for name in names for word in _lines(LEXICONS / name))


def plain(text: object) -> str:
    """Return a text in half width and lower case, cut off; a missing value is empty.

    Examples
    --------
    >>> plain("ＡＩ课，不退费！"), plain(None)
    ('ai课,不退费!', '')
    """
    if not isinstance(text, str):
        return ""
    return unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).lower().replace(_CARRIAGE, " ")


ROUNDING = 1e-5
"""Length below which the difference of two unit vectors of float32 is no direction."""

_CARRIAGE = "_x000d_"
"""How spreadsheets write a carriage return within a cell (ECMA-376, 22.9.2.19)."""


@dataclass(frozen=True, slots=True)
class WordCounts:
    """How often each text holds each word.

    Attributes
    ----------
    words
        The distinct words, sorted.
    counts
        One row per text, one column per word, float32.
    """

    words: tuple[str, ...]
    counts: sparse.csr_matrix


def count_words(
    texts: Sequence[str],
    *,
    lexicon: Iterable[str] = (),
    stopwords: frozenset[str] = frozenset(),
    vocabulary: Sequence[str] | None = None,
) -> WordCounts:
    """Count the content words of each text.

    Parameters
    ----------
    texts
        Texts as `plain` gives them.
    lexicon
        Words that stay whole.
    stopwords
        Words to leave out, in lower case.
    vocabulary
        The only words to count, in the order of the columns; None counts all.

    Examples
    --------
    >>> found = count_words(["商家 拒绝 退款", "", "退款 退款"])
    >>> found.words, found.counts.toarray().tolist()
    (('商家', '拒绝', '退款'), [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
    """
    lexicon = tuple(lexicon)
    numbers = {word: number for number, word in enumerate(vocabulary or ())}
    known: dict[str, int] = dict.fromkeys(stopwords, -1) | numbers
    may_grow = vocabulary is None
    columns: list[NDArray[np.int32]] = []
    lengths = np.zeros(len(texts), dtype=np.int64)
    for start in range(0, len(texts), CHUNK):
        cuts = segment(pd.Series(texts[start : start + CHUNK], dtype=object), lexicon=lexicon)
        found: list[int] = []
        for row, words in enumerate(cuts, start=start):
            before = len(found)
            for word in words:
                number = known.get(word)
                if number is None:
                    number = len(numbers) if may_grow and is_content_word(word) else -1
                    known[word] = number
                    if number >= 0:
                        numbers[word] = number
                if number >= 0:
                    found.append(number)
            lengths[row] = len(found) - before
        columns.append(np.array(found, dtype=np.int32))
    words = tuple(numbers) if not may_grow else tuple(sorted(numbers))
    place = np.zeros(max(len(numbers), 1), dtype=np.int32)
    place[[numbers[word] for word in words]] = np.arange(len(words))
    taken = place[np.concatenate(columns)] if columns else np.zeros(0, dtype=np.int32)
    return WordCounts(words, _counted(taken, lengths, len(words)))


def _counted(columns: NDArray[np.int32], lengths: Ints, width: int) -> sparse.csr_matrix:
    """Return the counts of the columns named row after row."""
    starts = np.concatenate([[0], np.cumsum(lengths)])
    ones = np.ones(len(columns), dtype=np.float32)
    counts = sparse.csr_matrix((ones, columns, starts), shape=(len(lengths), width))
    counts.sum_duplicates()
    return counts


def count_grams(texts: Sequence[str], *, sizes: Sequence[int] = (1, 2, 3)) -> sparse.csr_matrix:
    """Count the runs of characters of each text, by hashed number.

    Parameters
    ----------
    texts
        Texts as `plain` gives them.
    sizes
        Lengths of the runs, in characters.

    Returns
    -------
    scipy.sparse.csr_matrix
        One row per text, 2^20 columns, float32. Two runs seldom share a column.

    Examples
    --------
    >>> count_grams(["退款退", ""], sizes=(1, 2)).sum(axis=1).ravel().tolist()
    [[5.0, 0.0]]
    """
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    letters = np.frombuffer(joined, dtype=np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)
    rows, columns = [], []
    state = letters * _MIXER
    for size in range(1, max(sizes) + 1):
        if size > 1:
            state = (state[:-1] ^ (state[:-1] >> np.uint64(29))) * _MIXER
            state = state + letters[size - 1 :] * _STEP
        if size in sizes and len(state):
            whole = owner[: len(state)] == owner[size - 1 :]
            rows.append(owner[: len(state)][whole])
            hashed = (state[whole] * _MIXER) >> np.uint64(64 - GRAM_BITS)
            columns.append(hashed.astype(np.int32))
    row = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int32)
    column = np.concatenate(columns) if columns else np.zeros(0, dtype=np.int32)
    ones = np.ones(len(row), dtype=np.float32)
    shape = (len(texts), 1 << GRAM_BITS)
    return sparse.csr_matrix((ones, (row, column)), shape=shape)


def document_frequency(counts: sparse.csr_matrix) -> Ints:
    """Return in how many texts each column occurs."""
    return np.bincount(counts.indices, minlength=counts.shape[1])


def rarity(frequency: Ints, texts: int) -> Floats:
    """Return the smoothed inverse document frequency, ln((1 + n) / (1 + df)) + 1."""
    return (np.log((1 + texts) / (1 + frequency)) + 1).astype(np.float32)


def weigh(counts: sparse.csr_matrix, weights: Floats | None = None) -> sparse.csr_matrix:
    """Return 1 + ln(count) times the column's weight, each row of length 1; empty rows stay empty.

    Examples
    --------
    >>> weigh(sparse.csr_matrix([[1.0, 0.0], [0.0, 0.0]])).toarray().tolist()
    [[1.0, 0.0], [0.0, 0.0]]
    """
    weighed = damp(counts)
    if weights is not None:
        weighed.data *= weights[weighed.indices]
    norms = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    weighed.data /= np.repeat(np.where(norms > 0, norms, 1), np.diff(weighed.indptr))
    return weighed


def damp(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return 1 + ln(count) of every count."""
    damped = counts.astype(np.float32, copy=True)
    damped.data = 1 + np.log(damped.data)
    return damped


def unit_rows(values: NDArray[Any]) -> Floats:
    """Return the rows at length 1, rows of zeros unchanged.

    Examples
    --------
    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).round(1).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    norms = np.linalg.norm(values, axis=1, keepdims=True)
    return np.asarray(values / np.where(norms > 0, norms, 1), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Meaning of words as directions.

    Attributes
    ----------
    numbers
        Row of each word.
    directions
        One row per word, int8; only the direction of a row means something.
    """

    numbers: dict[str, int]
    directions: NDArray[np.int8]

    def of(self, words: Sequence[str]) -> Floats:
        """Return one unit row per word; zeros for a word without a vector."""
        found = np.array([self.numbers.get(word, -1) for word in words], dtype=np.int64)
        rows = np.zeros((len(words), self.directions.shape[1]), dtype=np.float32)
        rows[found >= 0] = self.directions[found[found >= 0]]
        return unit_rows(rows)


@functools.cache
def word_vectors() -> WordVectors:
    """Return the shipped vectors of frequent Chinese words, read once, mapped into memory.

    They stem from a sentence model (multilingual-e5-small) that was given one word at a time; at
    run time no model is needed. Which words have one does not depend on any text that is analysed.

    Examples
    --------
    >>> vectors = word_vectors().of(["手机", "电话", "螃蟹"])
    >>> bool(vectors[0] @ vectors[1] > vectors[0] @ vectors[2])
    True
    """
    words = (LEXICONS / "word_vectors.txt").read_text(encoding="utf-8").split("\n")
    directions = np.load(LEXICONS / "word_vectors.npy", mmap_mode="r")
    if len(words) != len(directions):
        raise ValueError(
            f"word_vectors.txt has {len(words)} words, word_vectors.npy {len(directions)} rows; "
            "build both again with jobs.word_vectors"
        )
    return WordVectors({word: row for row, word in enumerate(words)}, directions)


def mean_vectors(weighed: sparse.csr_matrix, words: Sequence[str]) -> Floats:
    """Return each text's weighted mean of its words' vectors, less the mean of all texts, unit rows.

    Texts without any word that has a vector get zeros.
    """
    sums = unit_rows(weighed @ word_vectors().of(words))
    told = sums.any(axis=1)
    if told.any():
        sums[told] -= sums[told].mean(axis=0)
    sums[np.linalg.norm(sums, axis=1) < ROUNDING] = 0
    return unit_rows(sums)
