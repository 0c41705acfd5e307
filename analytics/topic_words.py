"""What a cluster is shown by: its label words and representative texts."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analytics.embedding import Floats, Ints

LABEL_WORDS = 10
"""Words that name a cluster."""

CENTRAL, DIVERSE = 5, 5
"""Representative texts: nearest the centre, and unlike each other."""

CANDIDATE_WORDS = 60
"""Words per cluster among which near-duplicates are looked for."""

CANDIDATE_TEXTS = 200
"""Texts per cluster, evenly from the near to the far, among which diverse ones are looked for."""


def label_words(
    words: Sequence[str], counts: sparse.csr_matrix, labels: Ints, clusters: int
) -> list[list[str]]:
    """Return the most telling words of each cluster, without near-duplicates.

    Class-based TF-IDF (Grootendorst 2022): the word's share in the cluster times
    ln(1 + mean words per cluster / count in all). A word that holds an earlier one, or is held by
    one, is left out. Ties are broken by name.

    Parameters
    ----------
    words
        Words of the columns.
    counts
        One row per text.
    labels
        Cluster of each row; -1 counts nowhere.
    clusters
        How many.

    Examples
    --------
    >>> counts = sparse.csr_matrix([[1, 1, 1, 0], [0, 0, 0, 1.0]])
    >>> label_words(["退费", "健身", "健身房", "异物"], counts, np.array([0, 1]), 2)
    [['健身', '退费'], ['异物']]
    """
    rows = np.flatnonzero(labels >= 0)
    ones = np.ones(len(rows), dtype=np.float32)
    members = sparse.csr_matrix((ones, (labels[rows], rows)), shape=(clusters, len(labels)))
    spoken = np.asarray((members @ counts).todense(), dtype=np.float64)
    everywhere = spoken.sum(axis=0)
    mean = spoken.sum() / max(clusters, 1)
    weight = np.log1p(mean / np.where(everywhere > 0, everywhere, 1))
    share = spoken / np.maximum(spoken.sum(axis=1, keepdims=True), 1)
    return [_distinct(words, row) for row in share * weight]


def _distinct(words: Sequence[str], scores: NDArray[np.float64]) -> list[str]:
    """Return the best words of which none holds another."""
    best = np.argsort(-scores, kind="stable")[:CANDIDATE_WORDS]
    ranked = sorted((-scores[number], words[number]) for number in best if scores[number] > 0)
    chosen: list[str] = []
    for _, word in ranked:
        if not any(word in other or other in word for other in chosen):
            chosen.append(word)
        if len(chosen) == LABEL_WORDS:
            break
    return chosen


def central_and_diverse(
    points: Floats, labels: Ints, own: Floats
) -> tuple[list[list[int]], list[list[int]]]:
    """Return rows that represent each cluster: the nearest its centre, and unlike ones.

    Diverse texts are picked one by one, each the farthest from those picked before (Gonzalez 1985),
    among texts that are nearer to the centre than the farthest tenth.

    Parameters
    ----------
    points
        Unit rows.
    labels
        Cluster of each row, from 0; -1 counts nowhere.
    own
        Cosine of each row with the centre of its cluster.
    """
    central, diverse = [], []
    for cluster in range(int(labels.max(initial=-1)) + 1):
        rows = np.flatnonzero(labels == cluster)
        ranked = rows[np.lexsort((rows, -own[rows]))]
        central.append(_unlike_texts(points, ranked))
        inner = ranked[: max(1, int(len(ranked) * 0.9))]
        spread = inner[np.unique(np.linspace(0, len(inner) - 1, CANDIDATE_TEXTS).astype(int))]
        diverse.append(_farthest(points, spread))
    return central, diverse


def _unlike_texts(points: Floats, ranked: Ints) -> list[int]:
    """Return the first rows, equal points once."""
    chosen: list[int] = []
    for row in ranked[: CENTRAL * 20]:
        if all(float(points[row] @ points[other]) < 1 - 1e-4 for other in chosen):
            chosen.append(int(row))
        if len(chosen) == CENTRAL:
            break
    return chosen


def _farthest(points: Floats, rows: Ints) -> list[int]:
    """Return rows of which each is the farthest from those before it."""
    chosen = [int(rows[0])]
    nearest = points[rows] @ points[rows[0]]
    while len(chosen) < min(DIVERSE, len(rows)):
        at = int(np.argmin(nearest))
        if nearest[at] > 1 - 1e-4:
            break
        chosen.append(int(rows[at]))
        nearest = np.maximum(nearest, points[rows] @ points[rows[at]])
    return chosen
