"""What a message is about, as a weighted word vector: letters' formulas left out, names counted in."""

import csv
import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rjieba
from scipy.sparse import coo_matrix, csr_matrix, diags, hstack

from analytics.shingles import DEFAULT_FORMULAS, read_formulas

STOPWORDS = DEFAULT_FORMULAS.parent / "stopwordsiso_zh.txt"
PLACE_RANKS = DEFAULT_FORMULAS.parent / "place_ranks.txt"
REGIONS = DEFAULT_FORMULAS.parents[1] / "regions" / "regions.csv"

OPENING_CLAUSES = 6
CLOSING_CLAUSES = 4
"""Where a circulated formula stands: in the first and last clauses of a message (ours)."""

CIRCULATED = 5
"""Messages that share a clause before it is suspected to be a formula (ours)."""

FORMULA_CHARACTERS = 4
"""Letters of a clause that can be a formula, at least."""

LIKE_MINDED = 0.1
"""Mean similarity of the rest of those messages above which the clause is their subject (ours)."""

LEFT_OVER = 6
"""Words that must remain for a clause to be left out (ours)."""

COMMONEST = 0.3
"""A word of more than this share of the messages says nothing about an issue (ours)."""

NAME_COHESION = 0.55
"""Normalised pointwise mutual information from which neighbouring words are a name (ours)."""

NAME_LENGTH = (3, 10)
"""Characters of a discovered name."""

_CLAUSE = re.compile(r"[，。！？；：、,.!?;:\s]+")
_TELLING = re.compile(r"(?=.*[a-z\u4e00-\u9fff])[a-z0-9\u4e00-\u9fff]+")
_SPACE = " "


@dataclass(frozen=True)
class IssueVectors:
    """What messages are about and where.

    Attributes
    ----------
    words
        Words and names, one row per message, of length one or zero.
    places
        Places named, weighted by rarity, not normalised; a row without a place is zero.
    """

    words: csr_matrix
    places: csr_matrix

    @functools.cached_property
    def word_counts(self) -> np.ndarray:
        """Return the telling words and names of each message."""
        return np.diff(self.words.indptr)

    @functools.cached_property
    def place_weights(self) -> np.ndarray:
        """Return the sum of squared weights of each message's places."""
        return np.asarray(self.places.multiply(self.places).sum(axis=1)).ravel()


@dataclass(frozen=True, slots=True)
class _Cut:
    """Words of messages in order: parallel arrays of message, word and clause.

    Equal opening or closing clauses share a number from 0; any other clause has one below 0.
    """

    words: list[str]
    messages: np.ndarray
    numbers: np.ndarray
    clauses: np.ndarray
    clause_count: int
    places: csr_matrix


def formula_pattern(formulas: Iterable[str]) -> re.Pattern[str]:
    """Return one pattern of all phrases, longest first; ``?`` matches any character.

    Examples
    --------
    >>> formula_pattern(["尊敬的?书记", "您好"]).sub(" ", "尊敬的王书记您好路灯坏了").split()
    ['路灯坏了']
    """
    ordered = sorted(set(formulas), key=lambda phrase: (-len(phrase), phrase))
    return re.compile("|".join(re.escape(phrase).replace(r"\?", ".") for phrase in ordered))


def issue_vectors(texts: Sequence[str], *, names: float = 0.7) -> IssueVectors:
    """Turn messages into unit vectors of words and discovered names.

    Weights are ``(1 + ln tf) · (1 + ln((1 + n) / (1 + df)))``. Words of one message only and of
    more than three tenths of the messages are left out; so are phrases of letters (listed ones, and
    opening or closing clauses that five messages share which have nothing else in common).
    Neighbouring words that belong together (normalised PMI) count as a name besides.

    Parameters
    ----------
    texts
        Messages; empty ones have an empty vector.
    names
        Weight of a name against a word, 0 or more.

    Returns
    -------
    IssueVectors
        One row per message in both matrices.

    Examples
    --------
    >>> rows = issue_vectors(["搅拌站噪音扰民"] * 2 + ["医保报销比例"] * 2 + ["公交线路"] * 20).words
    >>> (rows @ rows.T).toarray()[0, :3].round(2).tolist()
    [1.0, 1.0, 0.0]
    """
    cut = _cut(texts)
    kept = _without_circulated(cut, len(texts))
    words = _weighted(
        _counted(cut.messages[kept], cut.numbers[kept], len(texts)), _telling(cut.words)
    )
    named = _weighted(_names(cut, kept, len(texts)), None)
    return IssueVectors(_unit(hstack([words, named * names], format="csr")), cut.places)


def _cut(texts: Sequence[str]) -> _Cut:
    cut, pattern = rjieba.Jieba().cut, formula_pattern(read_formulas())
    regions, coded = _place_names(), _coded_places()
    places: dict[str, int] = {}
    where: list[tuple[int, int]] = []
    numbers: dict[str, int] = {}
    clauses: dict[str, int] = {}
    found: list[int] = []
    marks: list[int] = []
    middle = 0
    lengths = np.zeros(len(texts), dtype=np.int64)
    for position, text in enumerate(texts):
        before = len(found)
        named = dict.fromkeys(coded.findall(text.lower()))
        parts = list(filter(None, _CLAUSE.split(pattern.sub(_SPACE, text.lower()))))
        last = len(parts) - CLOSING_CLAUSES
        for place, part in enumerate(parts):
            middle -= 1
            mark = middle
            if (place < OPENING_CLAUSES or place >= last) and len(part) >= FORMULA_CHARACTERS:
                mark = clauses.setdefault(part, len(clauses))
            said = cut(part, True)
            named.update(dict.fromkeys(word for word in said if word in regions))
            ids = [numbers.setdefault(word, len(numbers)) for word in said]
            found += ids
            marks += [mark] * len(ids)
        lengths[position] = len(found) - before
        where += [(position, places.setdefault(name, len(places))) for name in named]
    return _Cut(
        words=list(numbers),
        messages=np.repeat(np.arange(len(texts)), lengths),
        numbers=np.array(found, dtype=np.int64),
        clauses=np.array(marks, dtype=np.int64),
        clause_count=len(clauses),
        places=_rarity(where, len(texts), len(places)),
    )


def _rarity(where: Sequence[tuple[int, int]], count: int, width: int) -> csr_matrix:
    """Return the places of each message, weighted by how few messages name them."""
    held = np.array(where, dtype=np.int64).reshape(-1, 2)
    spread = np.bincount(held[:, 1], minlength=width)
    weights = 1 + np.log((1 + count) / (1 + spread))
    shape = (count, max(1, width))
    return coo_matrix((weights[held[:, 1]], (held[:, 0], held[:, 1])), shape=shape).tocsr()


@functools.cache
def _place_names() -> frozenset[str]:
    """Return the names of cities and counties."""
    with REGIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return frozenset(row["name"] for row in rows if row["level"] in {"city", "county"})


@functools.cache
def _coded_places() -> re.Pattern[str]:
    ranks = [line for line in _lines(PLACE_RANKS) if line and not line.startswith("#")]
    return re.compile(rf"(?<![a-z0-9])[a-z]{{1,2}}[0-9]{{0,3}}(?={'|'.join(ranks)})")


def _telling(words: Sequence[str]) -> np.ndarray:
    stopwords = set(_lines(STOPWORDS))
    return np.array(
        [len(w) > 1 and w not in stopwords and _TELLING.fullmatch(w) is not None for w in words],
        dtype=bool,
    )


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]


def _counted(messages: np.ndarray, numbers: np.ndarray, count: int) -> csr_matrix:
    width = int(numbers.max()) + 1 if len(numbers) else 1
    ones = np.ones(len(messages), dtype=np.float32)
    return coo_matrix((ones, (messages, numbers)), shape=(count, width)).tocsr()


def _weighted(counts: csr_matrix, wanted: np.ndarray | None) -> csr_matrix:
    """Return tf-idf of the columns that are wanted, in more than one and not too many messages."""
    count = counts.shape[0]
    spread = np.bincount(counts.indices, minlength=counts.shape[1])
    kept = (spread > 1) & (spread <= max(2, COMMONEST * count))
    if wanted is not None:
        kept &= wanted[: len(kept)] if len(wanted) else False
    weights = np.where(kept, 1 + np.log((1 + count) / (1 + spread)), 0)
    logarithmic = counts.copy()
    logarithmic.data = 1 + np.log(logarithmic.data)
    weighted = (logarithmic @ diags(weights)).tocsr()
    weighted.eliminate_zeros()
    return weighted


def _unit(vectors: csr_matrix) -> csr_matrix:
    length = np.sqrt(np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel())
    return (diags(1 / np.where(length > 0, length, 1)) @ vectors).tocsr()


def _without_circulated(cut: _Cut, count: int) -> np.ndarray:
    """Tell which words are not part of a clause that circulates among unlike messages."""
    held = cut.clauses >= 0
    pairs = np.unique(cut.messages[held] * (cut.clause_count + 1) + cut.clauses[held])
    messages, clauses = np.divmod(pairs, cut.clause_count + 1)
    often = np.bincount(clauses, minlength=cut.clause_count) >= CIRCULATED
    suspected = held.copy()
    suspected[held] = often[cut.clauses[held]]
    if not suspected.any():
        return ~suspected
    rest = _counted(cut.messages[~suspected], cut.numbers[~suspected], count)
    vectors = _unit(_weighted(rest, _telling(cut.words)))
    kept = often[clauses]
    rows = csr_matrix(
        (np.ones(kept.sum()), (clauses[kept], messages[kept])), shape=(cut.clause_count, count)
    )
    total = rows @ vectors
    sizes = np.maximum(np.bincount(clauses, minlength=cut.clause_count), 2)
    own = np.asarray((rows @ vectors.multiply(vectors)).sum(axis=1)).ravel()
    likeness = (np.asarray(total.multiply(total).sum(axis=1)).ravel() - own) / (sizes * (sizes - 1))
    formula = often & (likeness < LIKE_MINDED)
    dropped = suspected.copy()
    dropped[held] &= formula[cut.clauses[held]]
    left = np.bincount(cut.messages[~dropped], minlength=count)
    return np.asarray(~(dropped & (left[cut.messages] >= LEFT_OVER)))


def _names(cut: _Cut, kept: np.ndarray, count: int) -> csr_matrix:
    """Count neighbouring words that belong together."""
    messages, numbers, clauses = cut.messages[kept], cut.numbers[kept], cut.clauses[kept]
    width = len(cut.words)
    near = (messages[1:] == messages[:-1]) & (clauses[1:] == clauses[:-1])
    lengths = np.fromiter(map(len, cut.words), dtype=np.int64, count=width)
    together = lengths[numbers[1:]] + lengths[numbers[:-1]] if width else lengths
    near &= (together >= NAME_LENGTH[0]) & (together <= NAME_LENGTH[1])
    keys = numbers[:-1][near] * width + numbers[1:][near]
    if not len(keys):
        return csr_matrix((count, 1))
    pairs, places, often = np.unique(keys, return_inverse=True, return_counts=True)
    single = np.bincount(numbers, minlength=width)
    first, second = np.divmod(pairs, width)
    share = often / len(numbers)
    information = (
        np.log(share) - np.log(single[first] / len(numbers)) - np.log(single[second] / len(numbers))
    )
    cohesive = (information / -np.log(share) >= NAME_COHESION) & (often > 1)
    plain = np.array([_TELLING.fullmatch(word) is not None for word in cut.words], dtype=bool)
    cohesive &= plain[first] & plain[second]
    order = np.cumsum(cohesive) - 1
    wanted = cohesive[places]
    return _counted(messages[:-1][near][wanted], order[places[wanted]], count)
