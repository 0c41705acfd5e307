"""Pairs of similar texts by their shared 4-grams, and groups of them that do not chain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from analytics.shingles import (
    SHINGLE_LENGTH,
    Ints,
    Shingles,
    find_shingles,
    fold,
    read_formulas,
)

MOST_TEXTS = 1 << 24
"""Distinct texts that can be numbered in the keys that are sorted."""

RAREST = 16
"""Shingles per text by which candidates are found, rarest first (ours)."""

SAMPLED = 16
"""Shingles per text drawn by hash besides (ours)."""

SHARED = 3
"""How many of the rarest shingles two texts must share to be compared; fewer of short ones (ours)."""

CROWD = 24
"""A shingle of more texts pairs each of them with its next neighbours only (ours)."""

NEIGHBOURS = 4
"""How many neighbours that is."""

SLACK = 0.07
"""A member may be this much less similar to its group's representative than the threshold (ours)."""

COMPARED_AT_ONCE = 20_000_000
"""Shingles of pairs compared in one step: bounds memory."""


@dataclass(frozen=True, slots=True)
class SimilarPairs:
    """Pairs of distinct texts by position, ``left < right``, with their similarity."""

    left: Ints
    right: Ints
    similarity: np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class DistinctTexts:
    """Distinct folded texts in order of content, and which of them each given text is; -1 empty."""

    folded: list[str]
    codes: Ints


def distinct_texts(texts: pd.Series) -> DistinctTexts:
    """Fold texts and number the distinct ones in order of content.

    Raises
    ------
    ValueError
        If there are more than `MOST_TEXTS`.
    """
    folded = pd.Series(fold(list(texts)), dtype=object)
    codes, names = pd.factorize(folded.where(folded != "", None), sort=True)
    if len(names) > MOST_TEXTS:
        msg = f"{len(names)} distinct texts; compare at most {MOST_TEXTS} at once, by months say"
        raise ValueError(msg)
    return DistinctTexts(list(names), codes.astype(np.int64))


def shingle_vectors(folded: Sequence[str]) -> tuple[Shingles, csr_matrix]:
    """Return the shared shingles of folded texts, also as a 0/1 matrix of text by shingle."""
    shingles = find_shingles(folded, formulas=read_formulas())
    shape = (len(folded), max(1, len(shingles.spread)))
    ones = np.ones(len(shingles.texts), dtype=np.int32)
    vectors = csr_matrix((ones, (shingles.texts, shingles.numbers)), shape=shape)
    vectors.sort_indices()
    return shingles, vectors


def _candidates(shingles: Shingles) -> Ints:
    """Return pairs that share some of their rarest shingles, as ``left · count + right``."""
    held = np.concatenate([_first_keys(shingles, rarest) for rarest in (True, False)])
    held.sort()
    held = held[np.diff(held, prepend=~np.uint64(0)) != 0]
    numbers = (held >> np.uint64(32)).astype(np.int64)
    texts = (held & np.uint64(0xFFFFFFFF)).astype(np.int64)
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    lengths = np.diff(starts, append=len(numbers))
    sizes = np.repeat(lengths, lengths)
    found = []
    for step in range(1, CROWD):
        near = np.flatnonzero(
            (numbers[step:] == numbers[:-step]) & ((sizes[:-step] <= CROWD) | (step <= NEIGHBOURS))
        )
        if not len(near):
            break
        found.append(texts[near] * len(shingles.sizes) + texts[near + step])
    if not found:
        return np.empty(0, dtype=np.int64)
    pairs = np.concatenate(found)
    pairs.sort()
    starts = np.flatnonzero(np.diff(pairs, prepend=-1))
    shared = np.diff(starts, append=len(pairs))
    pairs = pairs[starts]
    left, right = np.divmod(pairs, len(shingles.sizes))
    most = np.minimum(shingles.sizes[left], shingles.sizes[right])
    return np.asarray(pairs[shared >= np.minimum(SHARED, 1 + most // (2 * SHINGLE_LENGTH))])


def _first_keys(shingles: Shingles, rarest: bool) -> np.ndarray:
    """Return ``number << 32 | text`` of each text's rarest, or else lowest-numbered, shingles.

    Numbers follow the hash: the lowest are a random sample that similar texts have in common, even
    where either has rare shingles in common with a third.
    """
    keys = shingles.texts.astype(np.uint64)
    keys <<= np.uint64(8)
    if rarest:
        keys |= np.minimum(shingles.spread, 0xFF).astype(np.uint8)[shingles.numbers]
    keys <<= np.uint64(32)
    keys |= shingles.numbers.view(np.uint32)
    if not rarest:
        keys = keys[(shingles.spread <= CROWD)[shingles.numbers]]
    keys.sort()
    starts = np.flatnonzero(np.diff(keys >> np.uint64(40), prepend=np.uint64(1 << 40)))
    rank = np.arange(len(keys), dtype=np.int32)
    rank -= np.repeat(starts.astype(np.int32), np.diff(starts, append=len(keys)))
    chosen = keys[rank < (RAREST if rarest else SAMPLED)]
    return np.asarray((chosen << np.uint64(32)) | (chosen >> np.uint64(40)))


def similarities(left: Ints, right: Ints, sizes: Ints, vectors: csr_matrix) -> np.ndarray:
    """Return the similarity of each pair of distinct texts."""
    shared = np.zeros(len(left), dtype=np.int64)
    held = np.diff(vectors.indptr)
    for first, last in _portions(held[left] + held[right]):
        common = vectors[left[first:last]].multiply(vectors[right[first:last]])
        shared[first:last] = np.asarray(common.sum(axis=1)).ravel()
    total = sizes[left] + sizes[right]
    dice = 2 * shared / np.maximum(total, 1)
    return np.asarray(dice ** (1 / SHINGLE_LENGTH))


def _portions(weights: Ints) -> Iterator[tuple[int, int]]:
    if not len(weights):
        return
    number = np.cumsum(weights) // COMPARED_AT_ONCE
    starts = np.flatnonzero(np.diff(number, prepend=-1)).tolist()
    yield from zip(starts, [*starts[1:], len(weights)], strict=True)


def similar_pairs(shingles: Shingles, vectors: csr_matrix, threshold: float) -> SimilarPairs:
    """Return the candidate pairs whose similarity reaches the threshold."""
    left, right = np.divmod(_candidates(shingles), max(1, len(shingles.sizes)))
    similarity = similarities(left, right, shingles.sizes, vectors)
    kept = similarity >= threshold
    return SimilarPairs(left[kept], right[kept], similarity[kept])


def components(left: Ints, right: Ints, count: int) -> Ints:
    """Return the number of each text's connected component."""
    links = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def cut_groups(pairs: SimilarPairs, sizes: Ints, vectors: csr_matrix, least: float) -> Ints:
    """Return the group of each distinct text: components in which all resemble one of them."""
    count = len(sizes)
    groups = np.arange(count, dtype=np.int64)
    left, right, weight = pairs.left, pairs.right, pairs.similarity
    while len(left):
        component = components(left, right, count)
        strength = np.bincount(left, weight, count) + np.bincount(right, weight, count)
        linked = np.flatnonzero(strength > 0)
        order = linked[np.lexsort((linked, -np.round(strength[linked], 9), component[linked]))]
        heads = order[np.flatnonzero(np.diff(component[order], prepend=-1))]
        head_of = np.zeros(component.max() + 1, dtype=np.int64)
        head_of[component[heads]] = heads
        heads = head_of[component[linked]]
        taken = linked[similarities(linked, heads, sizes, vectors) >= least]
        groups[taken] = head_of[component[taken]]
        free = np.ones(count, dtype=bool)
        free[taken] = False
        kept = free[left] & free[right]
        left, right, weight = left[kept], right[kept], weight[kept]
    return groups
