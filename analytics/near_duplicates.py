"""Texts that are nearly equal: copies, template letters, the same complaint filed again."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics.shingles import Ints, numbered
from analytics.similar_pairs import (
    SLACK,
    DistinctTexts,
    SimilarPairs,
    components,
    cut_groups,
    distinct_texts,
    shingle_vectors,
    similar_pairs,
    similarities,
)
from analytics.text_changes import is_swapped

LOWEST_THRESHOLD = 0.7
"""Below it the search for candidates misses pairs and unrelated texts meet (measured)."""


def group_near_duplicates(texts: pd.Series, *, threshold: float = 0.85) -> pd.Series:
    """Give texts that are nearly equal the same number.

    Texts are compared as sets of character 4-grams without punctuation, case, width and the usual
    phrases of letters. The similarity is the estimated share of characters that stayed the same,
    ``(2·shared / (a + b)) ** (1/4)``: a changed character breaks four shingles. Candidates share
    some of their rarest shingles. Pairs at or above the threshold are linked; a component is cut
    where a text is too far from the group's representative, so that templates do not chain.

    Parameters
    ----------
    texts
        Texts, any index. Missing values and texts without letters or digits stand alone.
    threshold
        Least similarity, 0.7 to 1. 0.85 corresponds to a Jaccard similarity of 0.35.

    Returns
    -------
    pandas.Series
        int64, same index: the number of each text's group, in order of first appearance. The groups
        do not depend on the order of rows.

    Raises
    ------
    ValueError
        If the threshold is out of range.

    Notes
    -----
    Similarity after Ondov et al., Mash (Genome Biology 2016), eq. 4, in the form 1 - D ≈ dice^(1/k).
    A group mixes texts filed twice and texts of one template about different shops;
    `group_templates` tells them apart. Texts of fewer than four characters only meet equal ones.

    Examples
    --------
    >>> said = ["商家拒绝退还预付卡余额1200元", "您好，商家拒绝退还预付卡余额1200元！！", "外卖里有异物"]
    >>> group_near_duplicates(pd.Series(said)).tolist()
    [0, 0, 1]
    """
    _check(threshold)
    distinct = distinct_texts(texts)
    shingles, vectors = shingle_vectors(distinct.folded)
    pairs = similar_pairs(shingles, vectors, threshold)
    groups = cut_groups(pairs, shingles.sizes, vectors, threshold - SLACK)
    return _spread(groups, distinct, texts)


def find_near_duplicates(texts: pd.Series, *, threshold: float = 0.85) -> pd.DataFrame:
    """List pairs of texts that are nearly equal, and tell copies from filled-in templates.

    Parameters
    ----------
    texts
        Texts, any index.
    threshold
        Least similarity, as in `group_near_duplicates`.

    Returns
    -------
    pandas.DataFrame
        ``left, right`` positions (not labels) of the texts, left before right; ``similarity`` 0–1;
        ``swapped`` True where a number, name or thing was replaced by another: one template, two
        matters. False: the same text filed again, with typing errors, omissions or additions.
        Sorted by position. Texts equal but for punctuation are paired with the first of them only.

    Raises
    ------
    ValueError
        If the threshold is out of range.

    Notes
    -----
    ``swapped`` compares the texts, not who filed them. One changed digit counts as a swap, a typing
    error in a Han character does not; a name that differs by a single character is taken for one.

    Examples
    --------
    >>> said = ["在一心超市买的牛奶过期了要求赔偿", "在百佳超市买的牛奶过期了要求赔偿"]
    >>> found = find_near_duplicates(pd.Series(said), threshold=0.8)
    >>> found[["left", "right", "swapped"]].to_numpy().tolist()
    [[0, 1, True]]
    """
    _check(threshold)
    distinct = distinct_texts(texts)
    shingles, vectors = shingle_vectors(distinct.folded)
    pairs = similar_pairs(shingles, vectors, threshold)
    firsts = _firsts(distinct.codes, len(distinct.folded))
    given = np.flatnonzero(distinct.codes >= 0)
    copies = given[firsts[distinct.codes[given]] != given]
    swapped = [
        is_swapped(distinct.folded[a], distinct.folded[b])
        for a, b in zip(pairs.left, pairs.right, strict=True)
    ]
    ends = np.stack([firsts[pairs.left], firsts[pairs.right]])
    equal = np.stack([firsts[distinct.codes[copies]], copies])
    both = np.concatenate([np.sort(ends, axis=0), equal], axis=1)
    found = pd.DataFrame(
        {
            "left": both[0],
            "right": both[1],
            "similarity": np.concatenate([pairs.similarity, np.ones(len(copies))]),
            "swapped": np.array([*swapped, *[False] * len(copies)], dtype=bool),
        }
    )
    return found.sort_values(["left", "right"], ignore_index=True)


def group_templates(texts: pd.Series, *, threshold: float = 0.85) -> pd.DataFrame:
    """Group texts by template, and within it by what was filed.

    Parameters
    ----------
    texts
        Texts, any index.
    threshold
        Least similarity, as in `group_near_duplicates`.

    Returns
    -------
    pandas.DataFrame
        Index of ``texts``; ``template`` as `group_near_duplicates` gives it, ``filing`` the number
        of the text: equal where nothing but wording differs. Every filing lies in one template.

    Raises
    ------
    ValueError
        If the threshold is out of range.

    Examples
    --------
    >>> said = ["在一心超市买的牛奶过期了要求赔偿", "在百佳超市买的牛奶过期了要求赔偿"] * 2
    >>> group_templates(pd.Series(said), threshold=0.8).to_numpy().tolist()
    [[0, 0], [0, 1], [0, 0], [0, 1]]
    """
    _check(threshold)
    distinct = distinct_texts(texts)
    shingles, vectors = shingle_vectors(distinct.folded)
    pairs = similar_pairs(shingles, vectors, threshold)
    templates = cut_groups(pairs, shingles.sizes, vectors, threshold - SLACK)
    kept = np.array(
        [
            templates[a] == templates[b] and not is_swapped(distinct.folded[a], distinct.folded[b])
            for a, b in zip(pairs.left, pairs.right, strict=True)
        ],
        dtype=bool,
    )
    same = SimilarPairs(pairs.left[kept], pairs.right[kept], pairs.similarity[kept])
    filings = components(same.left, same.right, len(distinct.folded))
    return pd.DataFrame(
        {
            "template": _spread(templates, distinct, texts),
            "filing": _spread(filings, distinct, texts),
        }
    )


def measure_pairs(texts: Sequence[object], left: Ints, right: Ints) -> np.ndarray:
    """Return the similarity of given pairs of texts.

    Parameters
    ----------
    texts
        Texts; anything but a string counts as empty.
    left, right
        Positions in ``texts``, parallel.

    Returns
    -------
    numpy.ndarray
        Similarity as in `group_near_duplicates`, 0–1; 1 for equal texts, 0 with an empty one.

    Examples
    --------
    >>> measure_pairs(["拒绝退款", "拒绝退款！", None], np.array([0, 0]), np.array([1, 2])).tolist()
    [1.0, 0.0]
    """
    used, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    distinct = distinct_texts(pd.Series([texts[place] for place in used], dtype=object))
    shingles, vectors = shingle_vectors(distinct.folded)
    first, second = distinct.codes[places[: len(left)]], distinct.codes[places[len(left) :]]
    measured = np.zeros(len(left))
    given = (first >= 0) & (second >= 0)
    measured[given] = similarities(first[given], second[given], shingles.sizes, vectors)
    measured[given & (first == second)] = 1.0
    return measured


def _check(threshold: float) -> None:
    if not LOWEST_THRESHOLD <= threshold <= 1:
        msg = f"threshold is {threshold}; give a similarity from {LOWEST_THRESHOLD} to 1"
        raise ValueError(msg)


def _firsts(codes: Ints, count: int) -> Ints:
    """Return the position at which each distinct text comes first."""
    firsts = np.full(count, len(codes), dtype=np.int64)
    given = codes >= 0
    np.minimum.at(firsts, codes[given], np.flatnonzero(given))
    return firsts


def _spread(groups: Ints, distinct: DistinctTexts, texts: pd.Series) -> pd.Series:
    """Give every text the number of its distinct text's group; empty ones a number of their own."""
    alone = len(groups) + np.arange(len(texts), dtype=np.int64)
    given = distinct.codes >= 0
    alone[given] = groups[distinct.codes[given]]
    return numbered(pd.Series(alone, index=texts.index))
