"""Clusters from run to run: which continues which, and what persons decided about them."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

THRESHOLD = 0.3
"""Least similarity of a cluster with the one it continues, 0 to 1; ours."""

ANCHOR_MEMBERS = 40
"""Texts by which a cluster is recognised later; enough that some survive a month's renewal."""

FEW_MEMBERS = 5
"""Below so many texts in common the words alone decide."""

LEAST_WORDS = 0.08
"""Least similarity of words by which texts in common count as the same subject.

A small cluster swallowed by a large one shares its texts with it, but not its words.
"""

FRAGMENT = 0.25
"""Least share of an anchor's texts in a cluster that counts as a part of what was decided on."""


class Clustered(Protocol):
    """Anything with labels per text and a ``words`` list per cluster."""

    @property
    def labels(self) -> "pd.Series[int]":
        """Cluster of each text, -1 for none."""
        ...

    @property
    def topics(self) -> pd.DataFrame:
        """One row per cluster."""
        ...


@dataclass(frozen=True, slots=True)
class Matching:
    """Which cluster continues which.

    Attributes
    ----------
    clusters
        One row per current cluster: ``previous`` (its number in the earlier run, -1 for none),
        ``shared`` (texts in both), ``overlap`` (Jaccard index among the texts of both runs, NaN
        without any), ``words`` (similarity of the label words, 0 to 1), ``similarity`` (0 to 1),
        ``new`` (whether it is new since the earlier run), ``sources`` (list of earlier clusters
        more than half of whose remaining texts are in it).
    ended
        Earlier clusters that none continues.
    """

    clusters: pd.DataFrame
    ended: tuple[int, ...]


def word_similarity(words: Sequence[str], others: Sequence[str]) -> float:
    """Return how alike two ranked lists of words are, 0 to 1.

    Weighted Jaccard index; the word of rank r weighs 1 / log2(r + 1), as in discounted gain.

    Examples
    --------
    >>> word_similarity(["退费", "健身房"], ["退费", "健身房"])
    1.0
    >>> round(word_similarity(["退费", "健身房"], ["退费", "异物"]), 2)
    0.44
    """
    weights = [
        {word: 1 / np.log2(rank + 2) for rank, word in reversed(list(enumerate(listed)))}
        for listed in (words, others)
    ]
    union = weights[0].keys() | weights[1].keys()
    least = sum(min(w.get(word, 0.0) for w in weights) for word in sorted(union))
    most = sum(max(w.get(word, 0.0) for w in weights) for word in sorted(union))
    return float(least / most) if most > 0 else 0.0


def match_clusters(
    previous: Clustered, current: Clustered, *, threshold: float = THRESHOLD
) -> Matching:
    """Find which current cluster continues which earlier one, and which are new.

    The similarity is the mean of the Jaccard index among the texts of both runs and of the
    similarity of label words; without common texts it is that of the words. The pairs are chosen so
    that the sum of similarities is largest (Kuhn 1955); a pair below the threshold is none.

    Parameters
    ----------
    previous, current
        Two runs; texts are recognised by their index values.
    threshold
        Least similarity.

    Raises
    ------
    ValueError
        If an index holds a value twice: texts could not be told apart.
    """
    for name, run in (("previous", previous), ("current", current)):
        if run.labels.index.has_duplicates:
            twice = run.labels.index[run.labels.index.duplicated()][0]
            raise ValueError(
                f"the index of the {name} labels holds {twice!r} twice; index texts by their id"
            )
    old, new = list(previous.topics.index), list(current.topics.index)
    shared = _shared(previous.labels, current.labels, old, new)
    union = shared.sum(axis=0, keepdims=True) + shared.sum(axis=1, keepdims=True) - shared
    overlap = shared / np.where(union > 0, union, 1)
    words = np.array(
        [
            [word_similarity(previous.topics["words"][a], current.topics["words"][b]) for b in new]
            for a in old
        ]
    ).reshape(len(old), len(new))
    similarity = (overlap + words) / 2 if shared.any() else words
    rows, columns = linear_sum_assignment(-similarity)
    pairs = {
        int(b): int(a) for a, b in zip(rows, columns, strict=True) if similarity[a, b] >= threshold
    }
    sources = shared * 2 > shared.sum(axis=1, keepdims=True)
    records = []
    for b in range(len(new)):
        a = pairs.get(b)
        records.append(
            {
                "previous": -1 if a is None else old[a],
                "shared": 0 if a is None else int(shared[a, b]),
                "overlap": np.nan if a is None or not shared.any() else overlap[a, b],
                "words": words[:, b].max(initial=0.0) if a is None else words[a, b],
                "similarity": similarity[:, b].max(initial=0.0) if a is None else similarity[a, b],
                "new": a is None,
                "sources": [old[row] for row in np.flatnonzero(sources[:, b])],
            }
        )
    columns_of = ["previous", "shared", "overlap", "words", "similarity", "new", "sources"]
    frame = pd.DataFrame(records, index=current.topics.index, columns=columns_of)
    ended = tuple(old[a] for a in range(len(old)) if a not in set(pairs.values()))
    return Matching(frame, ended)


def _shared(
    previous: "pd.Series[int]", current: "pd.Series[int]", old: list[int], new: list[int]
) -> np.ndarray:
    """Return how many texts each pair of clusters has in common."""
    common = previous.index.intersection(current.index)
    a = pd.Index(old).get_indexer(pd.Index(previous.loc[common]))
    b = pd.Index(new).get_indexer(pd.Index(current.loc[common]))
    counts = np.zeros((len(old), len(new)))
    both = (a >= 0) & (b >= 0)
    np.add.at(counts, (a[both], b[both]), 1)
    return counts


@dataclass(frozen=True, slots=True)
class Anchor:
    """A cluster as it was when a person decided, by which it is recognised later.

    Attributes
    ----------
    words
        Its label words, most telling first.
    members
        Index values of some of its texts.
    """

    words: tuple[str, ...]
    members: tuple[Hashable, ...]

    def votes(self, labels: "pd.Series[int]") -> "pd.Series[float]":
        """Return the share of the members still there that each cluster holds; empty below 5."""
        left = labels.loc[labels.index.intersection(pd.Index(self.members, dtype=object))]
        left = left[left >= 0]
        if len(left) < FEW_MEMBERS:
            return pd.Series(dtype="float64")
        return left.value_counts(normalize=True).astype("float64")


def anchor_of(clusters: Clustered, cluster: int, *, members: int = ANCHOR_MEMBERS) -> Anchor:
    """Return the anchor of a cluster: its words and texts spread evenly over it.

    Raises
    ------
    ValueError
        If there is no such cluster.
    """
    if cluster not in clusters.topics.index:
        known = ", ".join(map(str, clusters.topics.index))
        raise ValueError(f"there is no cluster {cluster}; there are {known or 'none'}")
    inside = sorted(clusters.labels.index[clusters.labels == cluster], key=str)
    picked = np.unique(np.linspace(0, len(inside) - 1, min(members, len(inside))).astype(int))
    return Anchor(
        words=tuple(clusters.topics["words"][cluster]),
        members=tuple(inside[at] for at in picked),
    )


def recognise(
    anchor: Anchor, labels: "pd.Series[int]", words: Mapping[int, Sequence[str]]
) -> list[int]:
    """Return the clusters that an anchor means now, the best first; none if it is gone.

    A cluster counts if it holds a quarter of the anchor's remaining texts and some of its words;
    where fewer than five texts remain, the one whose words are most alike, at least by the
    threshold of `match_clusters`.
    """
    alike = {cluster: word_similarity(anchor.words, listed) for cluster, listed in words.items()}
    votes = anchor.votes(labels)
    if votes.empty:
        best = sorted(alike, key=lambda cluster: (-alike[cluster], cluster))[:1]
        return [cluster for cluster in best if alike[cluster] >= THRESHOLD]
    shares = {cluster: float(votes.get(cluster, 0.0)) for cluster in alike}
    held = [
        cluster
        for cluster, share in shares.items()
        if share >= FRAGMENT and alike[cluster] >= LEAST_WORDS
    ]
    return sorted(held, key=lambda cluster: (-shares[cluster] - alike[cluster], cluster))


def listed_words(clusters: Clustered) -> dict[int, list[str]]:
    """Return the label words of each cluster by its number."""
    numbers = clusters.topics.index.to_numpy(dtype="int64").tolist()
    return dict(zip(numbers, map(list, clusters.topics["words"]), strict=True))


def anchor_record(anchor: Anchor) -> dict[str, Any]:
    """Return an anchor as plain lists, to be stored as JSON.

    Examples
    --------
    >>> anchor_record(Anchor(("退费",), ("A1",)))
    {'words': ['退费'], 'members': ['A1']}
    """
    return {"words": list(anchor.words), "members": list(anchor.members)}


def anchor_from(record: Mapping[str, Any]) -> Anchor:
    """Return the anchor that `anchor_record` wrote.

    Examples
    --------
    >>> anchor_from({"words": ["退费"], "members": ["A1"]})
    Anchor(words=('退费',), members=('A1',))
    """
    return Anchor(tuple(record["words"]), tuple(record["members"]))
