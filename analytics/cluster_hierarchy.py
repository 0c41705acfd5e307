"""Clusters at several zooms: many fine ones within few coarse ones."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics.clustering import TextClusters

ZOOMS = (10, 30, 100)
"""Numbers of clusters a page offers, from overview to detail."""


def zoom(
    clusters: TextClusters, *, sizes: Sequence[int] = ZOOMS, apart: Sequence[int] = ()
) -> pd.DataFrame:
    """Join fine clusters step by step into coarser ones.

    Ward's method on the clusters' centres, weighted by their sizes (Murtagh and Legendre 2014): each
    step joins the two whose union costs least, so every coarser level is a union of finer ones.

    Parameters
    ----------
    clusters
        The finest clusters, such as ``cluster_texts(texts, n_clusters=100)``.
    sizes
        Numbers of clusters wanted; one not below the number there is leaves all apart.
    apart
        Clusters that are joined with none, counted besides the sizes.

    Returns
    -------
    pandas.DataFrame
        One row per cluster, one column per size, smallest first; the number of a joined cluster is
        that of its largest member, the lowest of equals.

    Raises
    ------
    ValueError
        If a size is below 1.

    Examples
    --------
    >>> from analytics.clustering import cluster_texts
    >>> texts = pd.Series(["健身房不退费", "蛋糕有头发", "健身年卡退费", "蛋糕发霉"])
    >>> zoom(cluster_texts(texts, n_clusters=2), sizes=[1, 2]).to_numpy().tolist()
    [[0, 0], [0, 1]]
    """
    if any(size < 1 for size in sizes):
        raise ValueError(f"sizes are {list(sizes)}; a level needs at least 1 cluster")
    weights = clusters.topics["size"].to_numpy(dtype=np.float64).copy()
    centres = clusters.centres.to_numpy(dtype=np.float64).copy()
    owner = np.arange(len(weights))
    alive = ~np.isin(owner, list(apart))
    count = int(alive.sum())
    levels = {size: owner.copy() for size in sizes if size >= count}
    for left in range(count - 1, 0, -1):
        first, second = _cheapest(centres, weights, alive)
        whole = weights[first] + weights[second]
        centres[first] = (
            weights[first] * centres[first] + weights[second] * centres[second]
        ) / whole
        weights[first], alive[second] = whole, False
        owner[owner == second] = first
        if left in sizes:
            levels[left] = owner.copy()
    columns = {size: levels.get(size, owner) for size in sorted(set(sizes))}
    return pd.DataFrame(columns, index=clusters.topics.index)


def _cheapest(centres: np.ndarray, weights: np.ndarray, alive: np.ndarray) -> tuple[int, int]:
    """Return the two clusters whose union adds least to the squared distances."""
    squares = (centres**2).sum(axis=1)
    distances = np.maximum(squares[:, None] + squares[None, :] - 2 * centres @ centres.T, 0)
    cost = distances * weights[:, None] * weights[None, :] / (weights[:, None] + weights[None, :])
    cost[~alive] = np.inf
    cost[:, ~alive] = np.inf
    cost[np.tril_indices(len(weights))] = np.inf
    first, second = np.unravel_index(int(np.argmin(cost)), cost.shape)
    return int(first), int(second)


def relabelled(labels: "pd.Series[int]", level: "pd.Series[int]") -> "pd.Series[int]":
    """Return each text's cluster at a coarser level, -1 staying -1.

    Parameters
    ----------
    labels
        Fine cluster of each text.
    level
        A column of `zoom`.

    Examples
    --------
    >>> relabelled(pd.Series([0, 1, -1]), pd.Series([0, 0], name=1)).tolist()
    [0, 0, -1]
    """
    coarse = level.reindex(labels).fillna(-1).to_numpy(dtype="int64")
    return pd.Series(coarse, index=labels.index, name=labels.name)
