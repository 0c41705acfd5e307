"""Events that many persons speak of: messages about one matter, near in time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from analytics.issue_vectors import IssueVectors, issue_vectors
from analytics.shingles import numbered

LINKS = (0.4, 0.2)
"""Damped cosine from which two one-liners, two letters are linked (ours; planted events)."""

COHERENCES = (0.7, 0.07)
"""Mean damped cosine within an event of one-liners, of letters, at least (ours; likewise)."""

WORD_COUNTS = (10.0, 20.0)
"""Median of telling words up to which texts are one-liners, from which they are letters (ours)."""

FADING_DAYS = 365.0
"""Days after which the similarity of two messages counts half (ours)."""

LARGEST_TREE = 3_000
"""Messages that are joined by one dendrogram; larger components are split by a higher link."""

HIGHER_LINK = 0.05

NEARLY_EQUAL = 0.9
"""Link above which even a component that is too large for a dendrogram is one event."""

COPY_DAYS = 180
"""Equal texts of one such period stand for one message when events are sought (ours)."""

ROWS_AT_ONCE = 500
PAIRS_AT_ONCE = 100_000
_DAY = 86_400

ELSEWHERE = 0.3
"""Weight of a similarity between messages that name different places (ours)."""

TELLING_WORDS = 48
"""Heaviest words of a message by which its partners are looked for (ours)."""

FOUND_BY = 0.5
"""Share of the link that those words alone must reach."""


def group_same_issue(texts: pd.Series, times: pd.Series) -> pd.Series:
    """Give messages about the same event the same number.

    Messages are unit vectors of words and discovered names without the formulas of letters
    (`analytics.issue_vectors`). Their cosine fades with the time between them,
    ``cos / (1 + days / 365)``, and counts least where they name different cities or counties. Linked messages make components; each is cut by average linkage, so that a chain of half-related messages is no event.

    Parameters
    ----------
    texts
        Messages, any index; missing values belong to no event.
    times
        When each was filed, same length and order; missing times stand outside every event.

    Returns
    -------
    pandas.Series
        int64, index of ``texts``: number of the event, by its first message; -1 = none.

    Raises
    ------
    ValueError
        If the lengths differ.

    Notes
    -----
    One setting cannot fit titles and letters: where the median text has ten telling words or fewer,
    links need 0.4 and events 0.7 on average; from twenty on 0.2 and 0.07; between them in
    proportion. The groups do not depend on the order of rows. Method: average linkage (Sokal and Michener 1958) of
    tf-idf vectors; thresholds are ours.

    Examples
    --------
    >>> said = ["丽湾新城旁的搅拌站噪音扰民", "丽湾新城搅拌站噪音大", "医保卡丢失如何补办", "公交车停运"]
    >>> days = pd.Series(pd.to_datetime(["2026-01-01", "2026-01-03", "2026-01-03", "2026-01-04"]))
    >>> group_same_issue(pd.Series(said), days).tolist()
    [0, 0, -1, -1]
    """
    if len(texts) != len(times):
        msg = f"{len(texts)} texts but {len(times)} times; give one time per text"
        raise ValueError(msg)
    frame = pd.DataFrame(
        {
            "text": [text if isinstance(text, str) else "" for text in texts],
            "time": pd.to_datetime(times).to_numpy(),
        }
    )
    frame = frame[frame["time"].notna() & (frame["text"] != "")].sort_values(["time", "text"])
    second = frame["time"].to_numpy(dtype="datetime64[s]").astype(np.int64)
    copies = frame.groupby(["text", second // (COPY_DAYS * _DAY)], sort=False).ngroup()
    first = ~copies.duplicated()
    days = second[first.to_numpy()] / _DAY
    events = _events(issue_vectors(frame.loc[first, "text"].tolist()), days)
    alone = (events < 0) & (np.bincount(copies, minlength=len(events)) > 1)
    events[alone] = len(events) + np.arange(alone.sum())
    found = pd.Series(-1, index=range(len(texts)), dtype="int64")
    found.loc[frame.index] = events[copies.to_numpy()]
    grouped = found >= 0
    found[grouped] = numbered(found[grouped])
    return pd.Series(found.to_numpy(), index=texts.index, dtype="int64")


@dataclass(frozen=True, slots=True)
class _Limits:
    """What links two messages and what an event needs on average."""

    link: float
    coherence: float


def _limits(vectors: IssueVectors) -> _Limits:
    """Choose limits by the length of the texts: a few words agree by chance."""
    counts = vectors.word_counts[vectors.word_counts > 0]
    middle = float(np.median(counts)) if len(counts) else 0.0
    return _Limits(
        float(np.interp(middle, WORD_COUNTS, LINKS)),
        float(np.interp(middle, WORD_COUNTS, COHERENCES)),
    )


def _events(vectors: IssueVectors, days: np.ndarray) -> np.ndarray:
    limits = _limits(vectors)
    left, right, similarity = _links(vectors, days, limits.link)
    events = np.full(len(days), -1, dtype=np.int64)
    number = 0
    for members in _parts(left, right, similarity, len(days), limits.link):
        for group in _coherent(members, vectors, days, limits.coherence):
            events[group] = number
            number += 1
    return events


def _links(
    vectors: IssueVectors, days: np.ndarray, link: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pairs of messages whose damped cosine reaches the link."""
    heavy = _heaviest(vectors.words)
    turned = heavy.T.tocsr()
    rows, columns = [], []
    for first in range(0, heavy.shape[0], ROWS_AT_ONCE):
        block = (heavy[first : first + ROWS_AT_ONCE] @ turned).tocoo()
        near = (block.data >= FOUND_BY * link) & (block.col > block.row + first)
        rows.append(block.row[near].astype(np.int64) + first)
        columns.append(block.col[near].astype(np.int64))
    left = np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)
    right = np.concatenate(columns) if columns else np.empty(0, dtype=np.int64)
    similarity = np.empty(len(left))
    for first in range(0, len(left), PAIRS_AT_ONCE):
        part = slice(first, first + PAIRS_AT_ONCE)
        similarity[part] = _likeness(left[part], right[part], vectors, days)
    kept = similarity >= link
    return left[kept], right[kept], similarity[kept]


def _likeness(
    left: np.ndarray, right: np.ndarray, vectors: IssueVectors, days: np.ndarray
) -> np.ndarray:
    """Return the cosine of pairs, damped by time and by places that differ."""
    cosine = _products(left, right, vectors.words)
    common = _products(left, right, vectors.places)
    return _damped(cosine, common, left, right, vectors=vectors, days=days)


def _damped(
    cosine: np.ndarray,
    common: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    *,
    vectors: IssueVectors,
    days: np.ndarray,
) -> np.ndarray:
    least = np.minimum(vectors.place_weights[left], vectors.place_weights[right])
    agreement = np.where(least > 0, common / np.where(least > 0, least, 1), 1)
    faded = 1 + np.abs(days[left] - days[right]) / FADING_DAYS
    return np.asarray(cosine * (ELSEWHERE + (1 - ELSEWHERE) * agreement) / faded)


def _products(left: np.ndarray, right: np.ndarray, rows: csr_matrix) -> np.ndarray:
    return np.asarray(rows[left].multiply(rows[right]).sum(axis=1)).ravel()


def _heaviest(vectors: csr_matrix) -> csr_matrix:
    lengths = np.diff(vectors.indptr)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    order = np.lexsort((vectors.indices, -vectors.data, rows))
    rank = np.arange(len(order)) - np.repeat(vectors.indptr[:-1], lengths)
    kept = order[rank < TELLING_WORDS]
    return csr_matrix(
        (vectors.data[kept], (rows[kept], vectors.indices[kept])), shape=vectors.shape
    )


def _parts(
    left: np.ndarray, right: np.ndarray, similarity: np.ndarray, count: int, link: float
) -> Iterator[np.ndarray]:
    """Yield the members of each component, split by a higher link where it is too large."""
    while len(left):
        links = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
        component = connected_components(links, directed=False)[1]
        sizes = np.bincount(component)
        order = np.argsort(component, kind="stable")
        ends = np.cumsum(sizes)
        most = LARGEST_TREE if link < NEARLY_EQUAL else count
        for number in np.flatnonzero((sizes > 1) & (sizes <= most)):
            yield order[ends[number] - sizes[number] : ends[number]]
        link += HIGHER_LINK
        kept = (sizes[component[left]] > most) & (similarity >= link)
        left, right, similarity = left[kept], right[kept], similarity[kept]


def _coherent(
    members: np.ndarray, vectors: IssueVectors, days: np.ndarray, coherence: float
) -> Iterator[np.ndarray]:
    """Yield groups of members that are coherent on average."""
    if len(members) > LARGEST_TREE:
        yield members
        return
    first, second = np.triu_indices(len(members), 1)
    words, places = (
        (rows @ rows.T).toarray()[first, second]
        for rows in (vectors.words[members], vectors.places[members])
    )
    likeness = _damped(words, places, members[first], members[second], vectors=vectors, days=days)
    distance = np.clip(1 - likeness, 0, 1)
    groups = fcluster(linkage(distance, "average"), 1 - coherence, "distance")
    for number in range(1, groups.max() + 1):
        group = members[groups == number]
        if len(group) > 1:
            yield group
