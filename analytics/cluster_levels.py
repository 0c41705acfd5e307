"""Clusters of one set of texts at three zooms, with a map: what a standing run keeps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analytics.cluster_hierarchy import ZOOMS, zoom
from analytics.clustering import TextClusters, by_size, clustered, described
from analytics.seed_topics import anchored_texts, held_topics, with_seed_words
from analytics.text_map import MAX_TEXTS, placed
from analytics.text_space import FIT_ROWS, TextSpace, text_space

LEVELS: Mapping[str, int] = MappingProxyType(
    dict(zip(("coarse", "medium", "fine"), ZOOMS, strict=True))
)
"""Clusters wanted at each zoom, from overview to detail."""

LEAST_MEAN_SIZE = 20
"""Texts per cluster, on average, below which fewer clusters are made; ours."""

LANDMARKS = 1_500
"""Texts laid out by t-SNE for the map: half of what `analytics.text_map` takes, in a third of the
time; the others lie between them."""


@dataclass(frozen=True, slots=True)
class LevelClusters:
    """The clusters of one zoom.

    Attributes
    ----------
    labels
        Cluster of each text, from 0 for the largest; -1 for a text of which nothing is known.
    topics
        One row per cluster: ``words``, ``size``, ``stability`` and ``seed`` as in
        `analytics.clustering.TextClusters`.
    distance
        1 - cosine of each text with the centre of its cluster, 0 to 2; NaN where the label is -1.
    deviation
        Robust z-score of the distance from the nearest centre for the outliers, NaN for all others.
    stability
        As in `analytics.clustering.TextClusters`.
    """

    labels: "pd.Series[int]"
    topics: pd.DataFrame
    distance: "pd.Series[float]"
    deviation: "pd.Series[float]"
    stability: float


@dataclass(frozen=True, slots=True)
class ClusterLevels:
    """The clusters of all zooms; every cluster is a union of those of the next finer zoom.

    Attributes
    ----------
    by_level
        Keyed as `LEVELS`, coarse first.
    places
        ``x`` and ``y`` from -1 to 1 of the texts on the map, indexed as the texts.
    """

    by_level: Mapping[str, LevelClusters]
    places: pd.DataFrame


def cluster_levels(
    texts: pd.Series,
    *,
    seeds: Mapping[str, Sequence[str]] | None = None,
    lexicon: Iterable[str] | None = None,
    stopwords: Iterable[str] | None = None,
    fit_rows: int = FIT_ROWS,
    map_rows: int = MAX_TEXTS,
    seed: int = 0,
) -> ClusterLevels:
    """Cluster texts finely, join the clusters into coarser ones, and lay the texts out.

    `analytics.clustering.cluster_texts` with 100 clusters, or one for every 20 texts where there are
    fewer than 2,000, joined by `analytics.cluster_hierarchy.zoom`; one space serves all and the map.

    Parameters
    ----------
    texts
        Texts, any index without repeats.
    seeds
        As in `analytics.clustering.cluster_texts`. A seed topic is a cluster of its own at every
        zoom, besides those found; one that no text goes to is left out.
    lexicon, stopwords, fit_rows
        As in `analytics.clustering.cluster_texts`.
    map_rows
        Most texts on the map; of more, as many are drawn by lot.
    seed
        The same seed gives the same result, whatever the order of the rows.

    Examples
    --------
    >>> texts = pd.Series(["健身房跑路不退费", "蛋糕里有头发"] * 20)
    >>> found = cluster_levels(texts)
    >>> [len(level.topics) for level in found.by_level.values()], found.places.shape
    ([2, 2, 2], (40, 2))
    """
    wanted = dict(sorted((seeds or {}).items()))
    # The number of threads decides in which order floats are added, and so the last digits.
    with threadpool_limits(limits=1):
        space = text_space(
            texts,
            lexicon=with_seed_words(lexicon, wanted) if wanted else lexicon,
            stopwords=stopwords,
            fit_rows=fit_rows,
            seed=seed,
        )
        finest = max(1, min(max(LEVELS.values()), len(texts) // LEAST_MEAN_SIZE))
        anchored = anchored_texts(space.texts, wanted)
        topics = held_topics(wanted, anchored)
        found_labels = clustered(
            space,
            n_clusters=finest + len(topics),
            anchored=anchored,
            seed=seed,
        )
        labels, named = by_size(found_labels, topics)
        fine = described(texts.index, space, labels, names=named, seed=seed)
        joined = zoom(
            fine,
            sizes=sorted({min(size, finest) for size in LEVELS.values()}),
            apart=[number for number, name in enumerate(named) if name],
        )
        found = {}
        for name, size in LEVELS.items():
            if size >= finest:
                found[name] = _level(space, labels, fine)
                continue
            whole = joined[size].to_numpy()
            coarse, names = by_size(np.where(labels >= 0, whole[labels], -1), named)
            level = described(texts.index, space, coarse, names=names, seed=seed)
            found[name] = _level(space, coarse, level)
        places = _map(texts.index, space, map_rows, seed)
    return ClusterLevels(MappingProxyType(found), places)


def _level(space: TextSpace, labels: np.ndarray, found: TextClusters) -> LevelClusters:
    known = labels >= 0
    distance = np.full(len(labels), np.nan)
    centres = found.centres.to_numpy()
    if known.any():
        near = (space.points[known] * centres[labels[known]]).sum(axis=1)
        distance[known] = np.maximum(1 - near.astype(np.float64), 0)
    in_place = np.empty_like(distance)
    in_place[space.order] = distance
    index = found.labels.index
    return LevelClusters(
        labels=found.labels,
        topics=found.topics[["words", "size", "stability", "seed"]],
        distance=pd.Series(in_place, index=index, name="distance"),
        deviation=found.outliers["deviation"].reindex(index),
        stability=found.stability,
    )


def _map(index: pd.Index, space: TextSpace, rows: int, seed: int) -> pd.DataFrame:
    places = pd.DataFrame(
        placed(space, landmarks=LANDMARKS, seed=seed), index=index, columns=["x", "y"]
    )
    known = np.flatnonzero(space.told)
    drawn = np.random.default_rng(seed).choice(known, min(rows, len(known)), replace=False)
    return places.iloc[np.sort(space.order[drawn])]


def unlike(places: pd.DataFrame, *, number: int = 5) -> list[int]:
    """Return positions of texts that lie far from each other on the map.

    The first, then one by one the farthest from those chosen before (Gonzalez 1985).

    Parameters
    ----------
    places
        ``x`` and ``y`` of the texts to choose from, the most central first.

    Examples
    --------
    >>> unlike(pd.DataFrame({"x": [0, 1, 9], "y": [0, 0, 0]}), number=2)
    [0, 2]
    """
    points = places[["x", "y"]].to_numpy(dtype=np.float64)
    chosen: list[int] = [0] if len(points) else []
    while 0 < len(chosen) < min(number, len(points)):
        apart = np.linalg.norm(points[:, None] - points[chosen][None], axis=2).min(axis=1)
        if apart.max() == 0:
            break
        chosen.append(int(np.argmax(apart)))
    return chosen
