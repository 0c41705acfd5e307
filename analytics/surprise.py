"""Surprise: how much likelier it is that a member moved by a factor of its own than with the rest."""

import math

import numpy as np

FEW_UNITS = 5.0
"""Least sum of both spans, in units of the measure, that tells of scatter; as in a chi-square test."""

FEW_MEMBERS = 8
"""Members of that size from which the scatter among them is estimated; ours."""

MEDIAN_OF_CHI_SQUARE = 0.4549
"""Median of the chi-square distribution with one degree of freedom."""


def likelihood_ratio(
    after: np.ndarray,
    before: np.ndarray,
    base_after: np.ndarray | None = None,
    base_before: np.ndarray | None = None,
) -> np.ndarray:
    """Return, for each member, how much likelier two factors are than one.

    All counts are taken as Poisson, in proportion to their bases if there are any. One tale is that
    the member moved by a factor of its own and all others together by another, the other tale that
    all moved by the same factor. Given how many a member has in both spans, those after are
    binomial of the odds ``factor * base_after / base_before``, so the common factor is the positive
    root of a quadratic equation and nothing need be iterated.

    Parameters
    ----------
    after, before
        Counts of the members in both spans; all members are the whole. Amounts below 0 count as 0.
    base_after, base_before
        What they are in proportion to; 1 by default.

    Returns
    -------
    numpy.ndarray
        Natural logarithm of the ratio, at least 0: 0 where there is no rest, or where one whole
        span is empty, so that no factor is known. NaN where a base is 0.

    Examples
    --------
    >>> likelihood_ratio(np.array([80, 31, 42]), np.array([20, 30, 40])).round(2).tolist()
    [11.05, 2.52, 3.61]
    """
    counts = _with_rest(after), _with_rest(before)
    total_after, total_before = counts[0].sum(axis=0), counts[1].sum(axis=0)
    expected = _expected(after, before, base_after, base_before)
    whole = counts[0] + counts[1]
    own = divided(counts[0], whole)
    surprise = _times_log(counts[0], own, expected) + _times_log(counts[1], 1 - own, 1 - expected)
    empty = (total_after == 0) | (total_before == 0)
    return np.asarray(np.where(empty, 0.0, np.maximum(surprise.sum(axis=0), 0.0)))


def scatter(
    after: np.ndarray,
    before: np.ndarray,
    base_after: np.ndarray | None = None,
    base_before: np.ndarray | None = None,
) -> float:
    """Return how many times as much as Poisson counts the members scatter.

    The median squared Pearson residual from the median factor, over the median of one degree of
    freedom: a few members that did move by themselves, however far, do not count.

    Returns
    -------
    float
        At least 1; NaN if fewer than `FEW_MEMBERS` have `FEW_UNITS`, or most have nothing in
        one span.

    Examples
    --------
    >>> scatter(np.array([10, 12, 9, 11, 8, 10, 12, 11]), np.array([9, 11, 10, 10, 9, 11, 10, 12]))
    1.0
    """
    counts = np.maximum(after, 0.0), np.maximum(before, 0.0)
    odds = np.ones(len(after))
    if base_after is not None and base_before is not None:
        odds = divided(base_after, base_before)
    whole = counts[0] + counts[1]
    large = (whole >= FEW_UNITS) & (odds > 0)
    if large.sum() < FEW_MEMBERS:
        return math.nan
    moved = np.full(len(after), math.inf)
    np.divide(counts[0], counts[1] * odds, out=moved, where=large & (counts[1] > 0))
    usual = float(np.median(moved[large])) * odds[large]
    if not 0 < usual.min() <= usual.max() < math.inf:
        return math.nan
    expected = usual / (1 + usual)
    mean = whole[large] * expected
    residuals = (counts[0][large] - mean) ** 2 / (mean * (1 - expected))
    return max(1.0, float(np.median(residuals)) / MEDIAN_OF_CHI_SQUARE)


def divided(numerator: np.ndarray, denominator: np.ndarray | float) -> np.ndarray:
    """Return the quotients, NaN where the denominator is 0."""
    top, bottom = np.broadcast_arrays(numerator, np.asarray(denominator, dtype="float64"))
    quotient = np.full(top.shape, math.nan)
    np.divide(top, bottom, out=quotient, where=bottom != 0)
    return quotient


def _with_rest(values: np.ndarray) -> np.ndarray:
    """Return each value and what all others have together, in two rows."""
    known = np.maximum(values, 0.0)
    return np.array([known, np.maximum(known.sum() - known, 0.0)])


def _expected(
    after: np.ndarray,
    before: np.ndarray,
    base_after: np.ndarray | None,
    base_before: np.ndarray | None,
) -> np.ndarray:
    """Return which share of both spans is after by the common factor: of each member, of the rest."""
    counts = _with_rest(after), _with_rest(before)
    odds = np.ones_like(counts[0])
    if base_after is not None and base_before is not None:
        odds = divided(_with_rest(base_after), _with_rest(base_before))
    total_after, total_before = counts[0].sum(axis=0), counts[1].sum(axis=0)
    square = total_before * odds[0] * odds[1]
    linear = ((counts[0] + counts[1]) * odds).sum(axis=0) - total_after * odds.sum(axis=0)
    root = np.sqrt(linear**2 + 4 * square * total_after)
    # Of two forms of the root, the one that does not subtract what is nearly equal.
    factor = np.where(
        linear > 0, divided(2 * total_after, root + linear), divided(root - linear, 2 * square)
    )
    common = odds * factor
    return np.asarray(common / (1 + common))


def _times_log(count: np.ndarray, share: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return ``count * log(share / expected)``, 0 where there is no count."""
    ratio = np.where(count > 0, divided(share, expected), 1.0)
    return np.asarray(np.where(count > 0, count * np.log(ratio), 0.0))
