"""Clusters of texts that speak of the same subject."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from analytics.cluster_stability import distinct_rows, k_means, stability
from analytics.embedding import Floats, damp, unit_rows
from analytics.seed_topics import anchored_texts, held_topics, with_seed_words
from analytics.text_space import FIT_ROWS, TextSpace, gathered, text_space
from analytics.topic_words import central_and_diverse, label_words

Labels = NDArray[np.int64]

STARTS = 10
"""Starts of k-means, the best of which counts."""

ROUNDS = 12
"""Most rounds of refining; most sets stand still after five."""

SETTLED = 0.001
"""Refining ends when fewer than this share of the texts move."""

CORE_SHARE = 0.1
"""Share of a cluster, nearest to its centre, that refining leaves where it is, so that no cluster
drifts away from what it was or dies out."""

REACH = 6
"""Nearest centres among which refining may move a text, lest of many clusters one swallows all."""

SMOOTHING = 0.1
"""Added to every word's weight in every cluster, so that no word excludes one; as in scikit-learn."""

CANDIDATES = (3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 25, 30)
"""Numbers of clusters that are tried."""

READABLE, PATIENCE = 10, 0.25
"""About as many subjects as a person takes in at a glance, and how much a number loses for each
squared factor e away from it; tuned on sets of 3 to 10 known classes."""

TRIAL_NEIGHBOURS, TRIAL_SHARE, TRIAL_ROUNDS = 10, 0.8, 4
"""Drawing together where the number is chosen: weaker, lest a few large groups swallow the rest."""

TRIAL_ROWS = 2_000
"""Texts on which the number of clusters is chosen."""

OUTLIER_DEVIATIONS = 2.0
"""Robust z-score of the distance from the nearest centre above which a text is an outlier. Distances
between unit rows are bounded, so that the usual 3.5 is never reached in real texts; 2 takes the
farthest one in a few hundred."""


@dataclass(frozen=True, slots=True)
class TextClusters:
    """What `cluster_texts` found.

    Attributes
    ----------
    labels
        Cluster of each text, from 0 for the largest; -1 for a text of which nothing is known.
    topics
        One row per cluster, indexed by its number: ``words`` (list, most telling first), ``size``,
        ``share`` of all texts (0 to 1), ``central`` and ``diverse`` (lists of index values of
        representative texts), ``stability`` (0 to 1, mean Jaccard index of the cluster with its
        nearest in clusterings of subsamples; NaN below 20 texts), ``seed`` (name of the seed topic,
        empty for a found one).
    outliers
        Texts far from every centre, farthest first: ``label``, ``distance`` (1 - cosine to the
        nearest centre, 0 to 2) and ``deviation`` (robust z-score of it).
    stability
        Mean adjusted Rand index of clusterings of subsamples with this one, at most 1, about 0 for
        clusters by chance; NaN below 20 texts.
    centres
        One unit row per cluster, one column per dimension.
    """

    labels: "pd.Series[int]"
    topics: pd.DataFrame
    outliers: pd.DataFrame
    stability: float
    centres: pd.DataFrame


def cluster_texts(
    texts: pd.Series,
    *,
    n_clusters: int | None = None,
    seeds: Mapping[str, Sequence[str]] | None = None,
    lexicon: Iterable[str] | None = None,
    stopwords: Iterable[str] | None = None,
    fit_rows: int = FIT_ROWS,
    seed: int = 0,
) -> TextClusters:
    """Part texts into clusters by subject.

    Latent semantic analysis of TF-IDF joined with word vectors; points drawn to their nearest
    neighbours; k-means on at most ``fit_rows`` texts; all texts then refined by complement naive
    Bayes on their words (Rennie et al. 2003), fitted to the clusters and applied in turns. The
    number of clusters, if not given, is the one whose clusters stand farthest apart among those
    that a person can read.

    Parameters
    ----------
    texts
        Texts, any index. Beyond 4,000 characters a text is not read.
    n_clusters
        How many, seed topics included; fewer come out where fewer distinct texts exist. None
        chooses 3 to 30.
    seeds
        Words per wanted topic: texts that hold any of them (of several topics' words the topic of
        most, the first by name of equals), and texts near those, go there. Words of Latin letters
        and digits must stand alone.
    lexicon, stopwords
        Words that stay whole, words to leave out; None takes the shipped ones.
    fit_rows
        Texts from which clusters are found.
    seed
        The same seed gives the same labels, whatever the order of the rows.

    Returns
    -------
    TextClusters
        Labels, topics, outliers, stability.

    Raises
    ------
    ValueError
        If ``n_clusters`` is below 1 or below the number of seed topics.

    Examples
    --------
    >>> texts = pd.Series(["健身房跑路不退费", "蛋糕里有头发", "健身房年卡不退费", "蛋糕发霉有头发"])
    >>> cluster_texts(texts, n_clusters=2).labels.tolist() in ([0, 1, 0, 1], [1, 0, 1, 0])
    True
    """
    wanted = dict(sorted((seeds or {}).items()))
    if n_clusters is not None and n_clusters < max(1, len(wanted)):
        raise ValueError(
            f"n_clusters is {n_clusters}, but at least {max(1, len(wanted))} are needed: one for "
            "each seed topic; ask for more clusters or fewer seed topics"
        )
    kept = with_seed_words(lexicon, wanted)
    # The number of threads decides in which order floats are added, and so the last digits.
    with threadpool_limits(limits=1):
        space = text_space(texts, lexicon=kept, stopwords=stopwords, fit_rows=fit_rows, seed=seed)
        anchored = anchored_texts(space.texts, wanted)
        labels = clustered(space, n_clusters=n_clusters, anchored=anchored, seed=seed)
        labels, names = by_size(labels, held_topics(wanted, anchored))
        return described(texts.index, space, labels, names=names, seed=seed)


def clustered(
    space: TextSpace,
    *,
    n_clusters: int | None = None,
    anchored: Labels | None = None,
    seed: int = 0,
) -> Labels:
    """Return the cluster of each text of a space, in its order; -1 where nothing is known.

    Parameters
    ----------
    n_clusters, seed
        As in `cluster_texts`.
    anchored
        Topic that a text must go to, -1 for none; None anchors no text.
    """
    fixed = np.full(len(space.texts), -1) if anchored is None else anchored
    drawn = gathered(space.points[space.sample])
    labels = _first_labels(space, drawn, fixed, n_clusters, seed)
    return _refined(space, labels, fixed)


def _first_labels(
    space: TextSpace, drawn: Floats, anchored: Labels, n_clusters: int | None, seed: int
) -> Labels:
    """Return a label for every text of which something is known, -1 for the others."""
    topics = int(anchored.max(initial=-1)) + 1
    free = np.flatnonzero(anchored[space.sample] < 0)
    labels = np.full(len(space.texts), -1)
    distinct = distinct_rows(drawn[free])
    if n_clusters is None:
        number = best_number(space.points[space.sample[free]], most=distinct, seed=seed)
    else:
        number = min(n_clusters - topics, distinct)
    if number > 0:
        means = k_means(drawn[free], number, starts=STARTS, seed=seed)
        labels[space.sample[free]] = means.labels_ + topics
    labels[anchored >= 0] = anchored[anchored >= 0]
    labels[~space.told & (anchored < 0)] = -1
    rest = (labels < 0) & space.told
    if (labels >= 0).any() and rest.any():
        centres = _centres(space.points, labels)
        labels[rest] = (space.points[rest] @ centres.T).argmax(axis=1)
    return labels


def best_number(points: Floats, *, most: int, seed: int = 0) -> int:
    """Return the number of clusters that stand farthest apart, within what is readable.

    For each candidate: mean over the points of the cosine with the own centre less that with the
    next one, less `PATIENCE` times the squared logarithm of the number over `READABLE`.

    Parameters
    ----------
    points
        Unit rows.
    most
        Number of distinct points.
    seed
        Of sample and k-means.
    """
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.choice(len(points), min(TRIAL_ROWS, len(points)), replace=False))
    trial = gathered(
        points[rows], neighbours=TRIAL_NEIGHBOURS, share=TRIAL_SHARE, rounds=TRIAL_ROUNDS
    )
    scores = {}
    for number in CANDIDATES:
        if number > min(most, distinct_rows(trial)) // 2:
            break
        means = k_means(trial, number, starts=2, seed=seed)
        near = np.sort(trial @ unit_rows(means.cluster_centers_).T, axis=1)
        margin = float((near[:, -1] - near[:, -2]).mean())
        scores[number] = margin - PATIENCE * float(np.log(number / READABLE)) ** 2
    if not scores:
        return min(most, 1)
    return max(scores, key=lambda number: (scores[number], -number))


def _centres(points: Floats, labels: Labels) -> Floats:
    """Return the unit mean of each cluster's points; zeros for an empty one."""
    return unit_rows(_members(labels) @ points)


def _members(labels: Labels) -> sparse.csr_matrix:
    """Return one row per cluster with a 1 for each of its texts."""
    rows = np.flatnonzero(labels >= 0)
    ones = np.ones(len(rows), dtype=np.float32)
    shape = (int(labels.max(initial=-1)) + 1, len(labels))
    return sparse.csr_matrix((ones, (labels[rows], rows)), shape=shape)


def _refined(space: TextSpace, labels: Labels, anchored: Labels) -> Labels:
    """Return the labels after turns of weight-normalised complement naive Bayes."""
    speaks = (np.diff(space.weighed.indptr) > 0) & (labels >= 0)
    free = speaks & (anchored < 0) & ~_core(space.points, labels)
    if labels.max(initial=-1) < 1 or not free.any():
        return labels
    similar = space.points @ _centres(space.points, labels).T
    far = similar < np.sort(similar, axis=1)[:, [-min(REACH, similar.shape[1])]]
    known = np.flatnonzero(labels >= 0)
    far[known, labels[known]] = False
    for _ in range(ROUNDS):
        weights = np.asarray((_members(labels) @ space.weighed).todense())
        others = weights.sum(axis=0) - weights + SMOOTHING
        evidence = -np.log(others / others.sum(axis=1, keepdims=True))
        evidence /= np.abs(evidence).sum(axis=1, keepdims=True)
        taken = weights.any(axis=1)
        told = space.weighed @ evidence.T.astype(np.float32)
        told[:, ~taken] = -np.inf
        told[far] = -np.inf
        moved = np.where(free, told.argmax(axis=1), labels)
        change = float((moved != labels).mean())
        labels = moved
        if change < SETTLED:
            break
    return labels


def _core(points: Floats, labels: Labels) -> NDArray[np.bool_]:
    """Return which texts are nearest to their cluster's centre: at least one of each cluster."""
    known = np.flatnonzero(labels >= 0)
    near = (points[known] * _centres(points, labels)[labels[known]]).sum(axis=1)
    ranked = known[np.lexsort((known, -near, labels[known]))]
    sizes = np.bincount(labels[known])
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    place = np.arange(len(ranked)) - starts
    core = np.zeros(len(labels), dtype=bool)
    core[ranked[place < np.maximum(CORE_SHARE * sizes[labels[ranked]], 1)]] = True
    return core


def by_size(labels: Labels, names: Sequence[str] = ()) -> tuple[Labels, list[str]]:
    """Return labels from the largest cluster to the smallest, ties by first text, and seed names.

    Parameters
    ----------
    names
        Of the first clusters; the others have none.
    """
    used, first, sizes = np.unique(labels[labels >= 0], return_index=True, return_counts=True)
    place = np.full(int(labels.max(initial=-1)) + 2, -1)
    ranked = sorted(range(len(used)), key=lambda at: (-sizes[at], first[at]))
    for rank, at in enumerate(ranked):
        place[used[at]] = rank
    ranked_names = [names[used[at]] if used[at] < len(names) else "" for at in ranked]
    return place[labels], ranked_names


def described(
    index: pd.Index, space: TextSpace, labels: Labels, *, names: Sequence[str], seed: int = 0
) -> TextClusters:
    """Return everything a page shows of the clusters.

    Parameters
    ----------
    index
        Of the texts from which the space was made.
    labels, names
        As from `by_size`.
    """
    centres = _centres(space.points, labels)
    own = np.zeros(len(labels), dtype=np.float32)
    known = labels >= 0
    own[known] = (space.points[known] * centres[labels[known]]).sum(axis=1)
    central, diverse = central_and_diverse(space.points, labels, own)
    steadiness, per_cluster = stability(space, labels, seed=seed)
    sizes = np.bincount(labels[known], minlength=len(names))
    topics = pd.DataFrame(
        {
            "words": label_words(space.words, damp(space.counts), labels, len(names)),
            "size": sizes,
            "share": sizes / max(len(labels), 1),
            "central": [[index[space.order[row]] for row in rows] for rows in central],
            "diverse": [[index[space.order[row]] for row in rows] for rows in diverse],
            "stability": per_cluster,
            "seed": pd.Series(list(names), dtype=object),
        },
        index=pd.RangeIndex(len(names), name="cluster"),
    )
    in_place = np.empty(len(labels), dtype=np.int64)
    in_place[space.order] = labels
    return TextClusters(
        labels=pd.Series(in_place, index=index, name="cluster"),
        topics=topics,
        outliers=_outliers(index, space, labels, centres),
        stability=steadiness,
        centres=pd.DataFrame(centres, index=topics.index),
    )


def _outliers(index: pd.Index, space: TextSpace, labels: Labels, centres: Floats) -> pd.DataFrame:
    """Return the texts whose distance from the nearest centre is out of the ordinary."""
    rows = np.flatnonzero(labels >= 0)
    distance = np.zeros(0)
    if len(rows):
        distance = 1 - (space.points[rows] @ centres.T).max(axis=1).astype(np.float64)
    middle = np.median(distance) if len(rows) else 0.0
    spread = 1.4826 * float(np.median(np.abs(distance - middle))) if len(rows) else 0.0
    deviation = (distance - middle) / spread if spread > 0 else np.zeros(len(rows))
    far = np.flatnonzero(deviation > OUTLIER_DEVIATIONS)
    far = far[np.lexsort((rows[far], -deviation[far]))]
    keys: list[Hashable] = [index[space.order[row]] for row in rows[far]]
    return pd.DataFrame(
        {"label": labels[rows[far]], "distance": distance[far], "deviation": deviation[far]},
        index=pd.Index(keys, name=index.name, dtype=index.dtype),
    )
