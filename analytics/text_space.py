"""Texts as points: near in space means near in subject."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from analytics.embedding import (
    Floats,
    Ints,
    WordCounts,
    count_words,
    default_lexicon,
    default_stopwords,
    document_frequency,
    mean_vectors,
    plain,
    rarity,
    unit_rows,
    weigh,
)

FIT_ROWS = 4_000
"""Texts from which clusters are found; all others join them. The work grows with its square."""

TOPIC_DIMENSIONS = 40
"""Dimensions of latent semantic analysis; 30 to 50 differ little in NMI."""

POWER_ROUNDS = 5
"""Power iterations of the randomised decomposition (Halko et al. 2009); as scikit-learn's default."""

MAX_SHARE = 0.5
"""A word in more than this share of the texts parts little."""

MIN_TEXTS = 2
"""A word of a single text says nothing about another."""

FEW_TEXTS = 50
"""Below it a word of a single text, or of nearly all, counts as well."""

SHORT_WORDS, SHORT_WEIGHT = 6, 1.8
LONG_WORDS, LONG_WEIGHT = 30, 0.6
"""Weight of word vectors against counted words, by the median number of content words of a text.

The shorter a text, the fewer words it shares with its like, the more their meaning helps; in
between linear in the logarithm. Tuned on news titles and on letters to a message board.
"""

RARITY_POWER = 1.5
"""Exponent of the inverse document frequency where dimensions are found; 2 serves as well."""

NEIGHBOURS, NEIGHBOUR_SHARE, NEIGHBOUR_ROUNDS = 20, 0.9, 8
"""A point moves by 90 % to the mean of its 20 neighbours, eight times; 10 neighbours serve as well."""

_CODE = re.compile(r"[a-z][0-9]+")
"""A letter and digits number a building, a room, a line: where it was, not what."""

BLOCK = 1_000
"""Rows compared with all others at a time."""


@dataclass(frozen=True, slots=True)
class TextSpace:
    """Texts in canonical order, that is sorted, so that the order of the rows has no say.

    Attributes
    ----------
    order
        Position in the input of each text.
    texts
        The texts as `analytics.embedding.plain` gives them, sorted.
    words
        The words of the columns.
    counts
        How often each text holds each word, stop words and words too frequent or rare left out.
    weighed
        The same as TF-IDF, unit rows.
    points
        One unit row per text; zeros where neither words nor vectors tell anything.
    told
        Whether anything is known of each text.
    sample
        Rows from which clusters are found, rising.
    """

    order: Ints
    texts: tuple[str, ...]
    words: tuple[str, ...]
    counts: sparse.csr_matrix
    weighed: sparse.csr_matrix
    points: Floats
    told: NDArray[np.bool_]
    sample: Ints


def text_space(
    texts: pd.Series,
    *,
    lexicon: Iterable[str] | None = None,
    stopwords: Iterable[str] | None = None,
    fit_rows: int = FIT_ROWS,
    seed: int = 0,
) -> TextSpace:
    """Place texts in a space: latent semantic analysis joined with the vectors of their words.

    Parameters
    ----------
    texts
        Texts, any index; missing ones are empty.
    lexicon, stopwords
        Words that stay whole, words to leave out; None takes the shipped ones.
    fit_rows
        Most texts from which the dimensions are found.
    seed
        Of the sample and the decomposition.

    Examples
    --------
    >>> space = text_space(pd.Series(["健身房跑路不退费", "蛋糕里有异物", None]))
    >>> space.points.shape[0], space.told.tolist()
    (3, [False, True, True])
    """
    written = [plain(text) for text in texts]
    order = np.array(sorted(range(len(written)), key=written.__getitem__), dtype=np.int64)
    canonical = tuple(written[position] for position in order)
    kept = default_lexicon() if lexicon is None else tuple(lexicon)
    left_out = default_stopwords() if stopwords is None else frozenset(stopwords)
    found = count_words(canonical, lexicon=kept)
    words, counts = _parting(found.words, found.counts, left_out)
    rare = rarity(document_frequency(counts), len(canonical))
    weighed = weigh(counts, rare)

    rng = np.random.default_rng(seed)
    told = np.flatnonzero(np.diff(weighed.indptr) > 0)
    if not len(told):
        told = np.arange(len(canonical))
    sample = np.sort(rng.choice(told, min(fit_rows, len(told)), replace=False))
    subjects = _subjects(weigh(counts, rare**RARITY_POWER), sample, seed)
    length = float(np.median(np.diff(weighed.indptr)[sample])) if len(sample) else 0.0
    meanings = _meanings(found, words, shortness(length))
    points = unit_rows(np.hstack([subjects, vector_weight(length) * meanings]))
    known = np.asarray(points.any(axis=1))
    return TextSpace(order, canonical, words, counts, weighed, points, known, sample)


def shortness(words: float) -> float:
    """Return 1 for texts of few content words, 0 for texts of many, linear in the logarithm.

    Examples
    --------
    >>> [round(shortness(words), 2) for words in (3, 6, 13, 30, 200)]
    [1.0, 1.0, 0.52, 0.0, 0.0]
    """
    return float(np.interp(np.log(max(words, 1.0)), np.log([SHORT_WORDS, LONG_WORDS]), [1, 0]))


def vector_weight(words: float) -> float:
    """Return the weight of word vectors for texts of so many content words.

    Examples
    --------
    >>> [round(vector_weight(words), 2) for words in (3, 6, 13, 30, 200)]
    [1.8, 1.8, 1.22, 0.6, 0.6]
    """
    return LONG_WEIGHT + (SHORT_WEIGHT - LONG_WEIGHT) * shortness(words)


def _meanings(found: WordCounts, parting: Sequence[str], others: float) -> Floats:
    """Return the mean vector of each text's words.

    Words that do not part texts (stop words, words of a single text) count by the share ``others``:
    a short text has little else, in a long one they are courtesies and names.
    """
    chosen = set(parting)
    share = np.array([1 if word in chosen else others for word in found.words], dtype=np.float32)
    rare = rarity(document_frequency(found.counts), found.counts.shape[0])
    return mean_vectors(weigh(found.counts, rare * share), found.words)


def _parting(
    words: Sequence[str], counts: sparse.csr_matrix, stopwords: frozenset[str]
) -> tuple[tuple[str, ...], sparse.csr_matrix]:
    """Return the words that can part texts, and their counts."""
    texts = counts.shape[0]
    frequency = document_frequency(counts)
    least = MIN_TEXTS if texts >= FEW_TEXTS else 1
    most = MAX_SHARE * texts if texts >= FEW_TEXTS else texts
    wanted = np.array(
        [word not in stopwords and not _CODE.fullmatch(word) for word in words], dtype=bool
    )
    wanted &= frequency >= least
    if (wanted & (frequency <= most)).any():
        wanted &= frequency <= most
    columns = np.flatnonzero(wanted)
    return tuple(words[column] for column in columns.tolist()), counts[:, columns].tocsr()


def _subjects(weighed: sparse.csr_matrix, sample: Ints, seed: int) -> Floats:
    """Return the unit rows of latent semantic analysis, found from the sample."""
    dimensions = min(TOPIC_DIMENSIONS, weighed.shape[1] - 1, len(sample) - 1)
    if dimensions < 1:
        return unit_rows(weighed.toarray())
    _, _, components = randomized_svd(
        weighed[sample], dimensions, n_iter=POWER_ROUNDS, random_state=seed
    )
    return unit_rows(weighed @ components.T.astype(np.float32))


def nearest(points: Floats, among: Floats, neighbours: int) -> tuple[Ints, Floats]:
    """Return the nearest points by cosine, and the cosines, the nearest not always first.

    Parameters
    ----------
    points, among
        Unit rows.
    neighbours
        How many; at most all of ``among``.

    Examples
    --------
    >>> nearest(np.eye(2, dtype="float32"), np.eye(2, dtype="float32"), 1)[0].tolist()
    [[0], [1]]
    """
    wanted = min(neighbours, len(among))
    rows, cosines = [], []
    for start in range(0, len(points), BLOCK):
        similar = points[start : start + BLOCK] @ among.T
        best = np.argpartition(-similar, wanted - 1, axis=1)[:, :wanted]
        rows.append(best)
        cosines.append(np.take_along_axis(similar, best, axis=1))
    if not rows:
        return np.zeros((0, wanted), dtype=np.int64), np.zeros((0, wanted), dtype=np.float32)
    return np.vstack(rows), np.vstack(cosines)


def gathered(
    points: Floats,
    *,
    neighbours: int = NEIGHBOURS,
    share: float = NEIGHBOUR_SHARE,
    rounds: int = NEIGHBOUR_ROUNDS,
) -> Floats:
    """Return the points drawn to their neighbours, so that groups stand out.

    A few steps of a walk on the graph of nearest neighbours (as in label spreading, Zhou et al.
    2004), mixed with the point itself. It does for k-means what UMAP does, in a fraction of the
    time.
    """
    count = len(points)
    if count <= neighbours + 1:
        return points
    rows, cosines = nearest(points, points, neighbours + 1)
    owner = np.repeat(np.arange(count), rows.shape[1])
    weights = np.maximum(cosines.ravel(), 0)
    weights[owner == rows.ravel()] = 0
    graph = sparse.csr_matrix((weights, (owner, rows.ravel())), shape=(count, count))
    graph = graph.maximum(graph.T)
    degrees = np.asarray(graph.sum(axis=1)).ravel()
    walk = sparse.diags(1 / np.where(degrees > 0, degrees, 1)).astype(np.float32) @ graph
    moved = points
    for _ in range(rounds):
        moved = (1 - share) * points + share * (walk @ moved)
    return unit_rows(moved)
