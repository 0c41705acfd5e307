"""How steady clusters are: whether parts of the texts give the same ones again."""

import warnings

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score

from analytics.embedding import Floats
from analytics.text_space import TextSpace, gathered

Labels = NDArray[np.int64]

ROWS = 2_000
"""Texts on which stability is measured."""

RUNS = 4
"""Subsamples of half of those texts, each clustered anew."""

LEAST_ROWS = 20
"""Below so many texts nothing can be said."""


def stability(
    space: TextSpace, labels: Labels, *, seed: int = 0
) -> tuple[float, NDArray[np.float64]]:
    """Return how well clusterings of subsamples agree with the labels, in all and per cluster.

    The mean adjusted Rand index, and the mean Jaccard index of each cluster with its nearest
    (Hennig 2007); NaN below 20 texts or two clusters.

    Parameters
    ----------
    labels
        Cluster of each text in the order of the space, -1 for none.
    seed
        Of the subsamples and of k-means.

    Examples
    --------
    >>> import pandas as pd
    >>> from analytics.text_space import text_space
    >>> space = text_space(pd.Series(["健身房跑路", "蛋糕发霉"] * 20))
    >>> steady, each = stability(space, np.repeat([0, 1], 20))
    >>> round(steady, 2), each.round(2).tolist()
    (1.0, [1.0, 1.0])
    """
    clusters = int(labels.max(initial=-1)) + 1
    rng = np.random.default_rng(seed + 1)
    rows = space.sample[labels[space.sample] >= 0]
    rows = np.sort(rng.choice(rows, min(ROWS, len(rows)), replace=False))
    per_cluster = np.full(clusters, np.nan)
    if len(rows) < LEAST_ROWS or clusters < 2:
        return float("nan"), per_cluster
    drawn, given = gathered(space.points[rows]), labels[rows]
    agreement, overlaps = [], []
    for run in range(RUNS):
        half = np.sort(rng.choice(len(rows), max(len(rows) // 2, clusters), replace=False))
        number = min(clusters, distinct_rows(drawn[half]))
        means = k_means(drawn[half], number, starts=1, seed=seed + run)
        found = means.predict(drawn)
        agreement.append(adjusted_rand_score(given, found))
        overlaps.append(_overlap(given, found, clusters))
    present = np.bincount(given, minlength=clusters) > 0
    per_cluster[present] = np.mean(overlaps, axis=0)[present]
    return float(np.mean(agreement)), per_cluster


def _overlap(given: Labels, found: Labels, clusters: int) -> NDArray[np.float64]:
    """Return each given cluster's largest Jaccard index with a found one."""
    shared = np.zeros((clusters, int(found.max()) + 1))
    np.add.at(shared, (given, found), 1)
    union = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0, keepdims=True) - shared
    return np.asarray((shared / np.maximum(union, 1)).max(axis=1))


def distinct_rows(points: Floats) -> int:
    """Return how many different points there are, zeros not counted, to four decimals."""
    told = points[points.any(axis=1)]
    return len(np.unique(told.round(4) + 0.0, axis=0))


def k_means(points: Floats, number: int, *, starts: int, seed: int = 0) -> KMeans:
    """Return the best of several k-means clusterings.

    Points that were drawn together until they all but coincide may leave a cluster empty, however
    they were counted before; that is no fault, so nothing warns of it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return KMeans(number, n_init=starts, random_state=seed).fit(points)
