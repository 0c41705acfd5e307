"""What persons decided about clusters, applied to every later run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import pandas as pd

from analytics.cluster_matching import (
    Anchor,
    Clustered,
    anchor_from,
    anchor_of,
    anchor_record,
    listed_words,
    recognise,
)
from analytics.embedding import plain

Action = Literal["merge", "split", "rename", "hide", "pin"]

LEAST_PARTS = {"merge": 2, "split": 2, "rename": 1, "hide": 1, "pin": 1}
"""Anchors that each decision needs: the clusters merged, the parts split into, the one meant."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about one or more clusters.

    Attributes
    ----------
    action
        ``merge``, ``split``, ``rename``, ``hide`` or ``pin``.
    anchors
        The clusters concerned; for ``split`` the parts.
    name
        New name; may be empty but for ``rename``.
    """

    action: Action
    anchors: tuple[Anchor, ...]
    name: str = ""

    def __post_init__(self) -> None:
        if self.action not in get_args(Action):
            known = ", ".join(get_args(Action))
            raise ValueError(f"{self.action!r} is no decision about clusters; choose from {known}")
        if len(self.anchors) < LEAST_PARTS[self.action]:
            raise ValueError(
                f"{self.action} needs at least {LEAST_PARTS[self.action]} anchors, got "
                f"{len(self.anchors)}; make them with anchor_of"
            )
        if self.action == "rename" and not self.name:
            raise ValueError("rename needs a name that is not empty")


def decision_record(decision: Decision) -> dict[str, Any]:
    """Return a decision as plain values, to be stored as JSON.

    Examples
    --------
    >>> decision_record(Decision("rename", (Anchor(("退费",), ("A1",)),), "退费难"))
    {'action': 'rename', 'anchors': [{'words': ['退费'], 'members': ['A1']}], 'name': '退费难'}
    """
    anchors = [anchor_record(anchor) for anchor in decision.anchors]
    return {"action": decision.action, "anchors": anchors, "name": decision.name}


def decision_from(record: Mapping[str, Any]) -> Decision:
    """Return the decision that `decision_record` wrote."""
    anchors = tuple(anchor_from(anchor) for anchor in record["anchors"])
    return Decision(record["action"], anchors, record.get("name", ""))


@dataclass(frozen=True, slots=True)
class CuratedClusters:
    """Clusters after a person's decisions.

    Attributes
    ----------
    labels
        Cluster of each text, -1 for none. A merged cluster has the number of the best match of its
        first part; new parts have numbers that the run did not use.
    topics
        One row per cluster: ``words``, ``size``, ``share``, ``name`` (empty unless given),
        ``hidden``, ``pinned``, ``merged`` (list of the run's clusters in it), ``made_by`` (position
        of the decision that made it, by splitting or by pinning what is gone; -1 as the run found
        it), ``part`` (which part of a split, from 0).
    decisions
        The same decisions with anchors brought up to date; store these for the next run.
    unmatched
        Positions of decisions that no cluster of this run fits; nothing was done for them.
    """

    labels: "pd.Series[int]"
    topics: pd.DataFrame
    decisions: tuple[Decision, ...]
    unmatched: tuple[int, ...]


def apply_decisions(
    clusters: Clustered, decisions: Iterable[Decision], *, texts: pd.Series | None = None
) -> CuratedClusters:
    """Apply a person's decisions, in their order, to the clusters of a run.

    A cluster is recognised by the texts and words it had when the person decided
    (`analytics.cluster_matching.recognise`), not by its number. A decision about a cluster that fell
    apart holds for its fragments; for two that fell together, ``merge`` has nothing left to do. A
    pinned cluster that no longer exists is made again of those of its texts that are still there.
    Split parts take each text of the whole by the number of the part's words in it, a tie to the
    first part.

    Parameters
    ----------
    clusters
        A run.
    decisions
        The oldest first.
    texts
        The texts of the run, same index as the labels; needed by ``split`` only.

    Returns
    -------
    CuratedClusters
        Labels and topics as decided; the inputs stay as they were.

    Raises
    ------
    ValueError
        If there is a ``split`` and no texts, or the labels' index holds a value twice.
    """
    if clusters.labels.index.has_duplicates:
        twice = clusters.labels.index[clusters.labels.index.duplicated()][0]
        raise ValueError(f"the index of the labels holds {twice!r} twice; index texts by their id")
    work = _Work(clusters, texts)
    renewed, unmatched = [], []
    for position, decision in enumerate(decisions):
        if not work.apply(decision, position):
            unmatched.append(position)
        renewed.append(decision)
    final = work.result(tuple(renewed), tuple(unmatched))
    kept = tuple(
        decision if position in final.unmatched else _renewed(decision, clusters, final)
        for position, decision in enumerate(final.decisions)
    )
    return replace(final, decisions=kept)


class _Work:
    """Clusters while decisions are applied to them."""

    def __init__(self, clusters: Clustered, texts: pd.Series | None) -> None:
        self.labels = clusters.labels.copy()
        self.words = listed_words(clusters)
        self.sources = {number: [number] for number in self.words}
        self.names: dict[int, str] = {}
        self.hidden: set[int] = set()
        self.pinned: set[int] = set()
        self.made: dict[int, tuple[int, int]] = {}
        self.next = max(self.words, default=-1) + 1
        self.texts = texts

    def apply(self, decision: Decision, position: int) -> bool:
        """Apply one decision; tell whether any cluster fitted."""
        if decision.action == "split":
            return self._split(decision, position)
        found = [recognise(anchor, self.labels, self.words) for anchor in decision.anchors]
        if decision.action == "merge":
            return self._merge(decision, found)
        meant = found[0]
        if decision.action == "pin" and not meant:
            meant = self._revived(decision.anchors[0], position)
        for cluster in meant[:1] if decision.action == "rename" else meant:
            if decision.action == "rename":
                self.names[cluster] = decision.name
            elif decision.action == "hide":
                self.hidden.add(cluster)
            else:
                self.pinned.add(cluster)
                if decision.name:
                    self.names[cluster] = decision.name
        return bool(meant)

    def _merge(self, decision: Decision, found: list[list[int]]) -> bool:
        meant = list(dict.fromkeys(cluster for clusters in found for cluster in clusters))
        if not meant or not all(found):
            return False
        first, *others = meant
        self.labels[self.labels.isin(others)] = first
        lists = [self.words[cluster] for cluster in meant]
        ranked = [word for rank in zip(*map(_padded, lists), strict=True) for word in rank if word]
        self.words[first] = list(dict.fromkeys(ranked))[: len(_padded([]))]
        for cluster in others:
            del self.words[cluster]
            self.sources[first] += self.sources.pop(cluster)
            for marked in (self.hidden, self.pinned):
                if cluster in marked:
                    marked.discard(cluster)
                    marked.add(first)
            name = self.names.pop(cluster, "")
            self.names.setdefault(first, name)
        if decision.name:
            self.names[first] = decision.name
        return True

    def _split(self, decision: Decision, position: int) -> bool:
        if self.texts is None:
            raise ValueError("a split needs the texts of the run; pass texts=")
        found = [recognise(anchor, self.labels, self.words) for anchor in decision.anchors]
        every = list(dict.fromkeys(cluster for clusters in found for cluster in clusters))
        if not every:
            return False
        whole = self.labels.index[self.labels.isin(every)]
        written = [plain(text) for text in self.texts.loc[whole]]
        parts = [[plain(word) for word in anchor.words] for anchor in decision.anchors]
        counts = pd.DataFrame(
            {
                at: [sum(w in text for w in words) for text in written]
                for at, words in enumerate(parts)
            },
            index=whole,
        )
        for at, anchor in enumerate(decision.anchors):
            own = whole.intersection(pd.Index(anchor.members, dtype=object))
            counts.loc[own, at] = len(anchor.words) + 1
        taken = counts.to_numpy().argmax(axis=1)
        first = self._numbers(position, len(decision.anchors))
        sources = [source for cluster in every for source in self.sources.pop(cluster)]
        for cluster in every:
            del self.words[cluster]
            self.names.pop(cluster, None)
            self.hidden.discard(cluster)
            self.pinned.discard(cluster)
        self.labels.loc[whole] = taken + first
        for at, anchor in enumerate(decision.anchors):
            self.words[first + at] = list(anchor.words)
            self.sources[first + at] = list(sources)
        return True

    def _numbers(self, position: int, parts: int) -> int:
        """Return the first of as many numbers as a decision needs for what it makes."""
        first = self.next
        self.next += parts
        self.made |= {first + part: (position, part) for part in range(parts)}
        return first

    def _revived(self, anchor: Anchor, position: int) -> list[int]:
        there = self.labels.index.intersection(pd.Index(anchor.members, dtype=object))
        if there.empty:
            return []
        number = self._numbers(position, 1)
        self.labels.loc[there] = number
        self.words[number], self.sources[number] = list(anchor.words), []
        return [number]

    def result(
        self, decisions: tuple[Decision, ...], unmatched: tuple[int, ...]
    ) -> CuratedClusters:
        """Return the clusters as decided."""
        numbers = sorted(self.words)
        sizes = self.labels.value_counts().reindex(numbers, fill_value=0)
        topics = pd.DataFrame(
            {
                "words": pd.Series([self.words[n] for n in numbers], dtype=object),
                "size": sizes.to_numpy(),
                "share": sizes.to_numpy() / max(len(self.labels), 1),
                "name": pd.Series([self.names.get(n, "") for n in numbers], dtype=object),
                "hidden": [n in self.hidden for n in numbers],
                "pinned": [n in self.pinned for n in numbers],
                "merged": pd.Series([sorted(set(self.sources[n])) for n in numbers], dtype=object),
                "made_by": pd.Series(
                    [self.made.get(n, (-1, 0))[0] for n in numbers], dtype="int64"
                ),
                "part": pd.Series([self.made.get(n, (-1, 0))[1] for n in numbers], dtype="int64"),
            }
        )
        topics.index = pd.Index(numbers, name="cluster", dtype="int64")
        return CuratedClusters(self.labels, topics, decisions, unmatched)


def _padded(words: list[str], *, length: int = 10) -> list[str]:
    return (words + [""] * length)[:length]


def _renewed(decision: Decision, run: Clustered, final: CuratedClusters) -> Decision:
    """Return a decision whose anchors are as the clusters are now.

    The anchors of a merge follow the clusters of the run, so that they are told apart again; all
    others follow the clusters as decided. An anchor that means several clusters, or one that another
    anchor means as well, keeps its words and texts.
    """
    seen = run if decision.action == "merge" else final
    words = listed_words(seen)
    meant = [recognise(anchor, seen.labels, words) for anchor in decision.anchors]
    anchors = []
    for anchor, found in zip(decision.anchors, meant, strict=True):
        alone = len(found) == 1 and sum(found[0] in other for other in meant) == 1
        anchors.append(anchor_of(seen, found[0]) if alone else anchor)
    return replace(decision, anchors=tuple(anchors))
