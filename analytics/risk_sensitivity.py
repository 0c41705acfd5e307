"""How much the ranking of operators depends on the weights that people chose: a Monte-Carlo trial.

Weights are a judgement. Each draw moves every weight at random (a log-normal factor, so that doubling
is as likely as halving), scales all to the old sum, and scores again; what stays the same under all
draws does not hang on the exact numbers. See Saisana, Saltelli and Tarantola (2005), Uncertainty and
sensitivity analysis techniques as tools for the quality assessment of composite indicators.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from analytics.risk import Floats, ModelSource
from analytics.risk_model import DEFAULT_MODEL, read_model

MAX_OPERATORS = 20_000
"""Operators that are drawn from more, so that a trial takes seconds. Ours."""

TOP_SHARE = 0.1
"""Share of the operators that count as the top. Ours."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What other weights would change.

    Attributes
    ----------
    rank_correlation
        Spearman's rank correlation with the ranking as it is, one value a draw, -1 to 1; NaN where
        all operators score alike.
    top_kept
        Share of the top tenth that stays in it, one value a draw, 0–1.
    regraded
        Share of the operators that get another grade, one value a draw, 0–1.
    by_indicator
        Index: indicators. ``weight``, and ``regraded``: share of the operators that get another
        grade when this weight alone is half as much again (``up``) or two thirds (``down``), the
        others scaled.
    operators, draws
        How many were looked at, and how often.
    """

    rank_correlation: Floats
    top_kept: Floats
    regraded: Floats
    by_indicator: pd.DataFrame
    operators: int
    draws: int


def vary_weights(
    points: pd.DataFrame,
    *,
    model: ModelSource = DEFAULT_MODEL,
    draws: int = 200,
    spread: float = 0.2,
    max_operators: int = MAX_OPERATORS,
    seed: int = 0,
) -> Sensitivity:
    """Score operators again under weights moved at random.

    Parameters
    ----------
    points
        Points of each indicator, as `analytics.risk.score_operators` gives them; other columns are
        passed over. Hard triggers and missing data do not hang on weights, so grades are those of
        the points alone.
    draws
        Number of trials.
    spread
        Standard deviation of the logarithm of a weight's factor: 0.2 is about a fifth up or down.
    max_operators
        More are drawn from at random.

    Raises
    ------
    ValueError
        If an indicator is missing, there are no rows, or ``draws`` or ``spread`` is not positive.

    Examples
    --------
    >>> from analytics.risk_model import read_model
    >>> codes = list(read_model().weights)
    >>> rng = np.random.default_rng(0)
    >>> points = pd.DataFrame(rng.random((50, 18)) * 20, columns=codes)
    >>> found = vary_weights(points, draws=20)
    >>> bool(np.median(found.rank_correlation) > 0.9), found.draws
    (True, 20)
    """
    rules = read_model(model)
    codes = list(rules.weights)
    missing = [code for code in codes if code not in points]
    if missing or points.empty:
        msg = f"points must have a row and all indicators, got {len(points)} rows without {missing}"
        raise ValueError(msg)
    if draws < 1 or spread <= 0:
        msg = f"draws must be at least 1 and spread above 0, got {draws} and {spread}"
        raise ValueError(msg)
    rng = np.random.default_rng(seed)
    values = points[codes].to_numpy(dtype=np.float64)
    if len(values) > max_operators:
        values = values[np.sort(rng.choice(len(values), max_operators, replace=False))]
    weights = np.array([rules.weights[code] for code in codes])
    starts = np.array([each.start for each in rules.grades])
    base = values.sum(axis=1)
    ranks, top = _ranks(base), _top(base)
    grades = np.searchsorted(starts, base, side="right")

    def other(factors: Floats) -> Floats:
        return np.asarray(values @ (factors * weights.sum() / (weights * factors).sum()))

    correlation, kept, regraded = [], [], []
    for _ in range(draws):
        score = other(np.exp(rng.normal(0.0, spread, len(codes))))
        correlation.append(_correlation(ranks, _ranks(score)))
        kept.append(float((_top(score) & top).sum() / top.sum()))
        regraded.append(_changed(grades, starts, score))
    single = {}
    for position, code in enumerate(codes):
        one = np.ones(len(codes))
        row = [weights[position]]
        for factor in (1.5, 2 / 3):
            one[position] = factor
            row.append(_changed(grades, starts, other(one)))
        single[code] = row
    return Sensitivity(
        np.array(correlation),
        np.array(kept),
        np.array(regraded),
        pd.DataFrame.from_dict(single, orient="index", columns=["weight", "up", "down"]),
        len(values),
        draws,
    )


def _ranks(score: Floats) -> Floats:
    return np.asarray(rankdata(np.round(score, 6)))


def _correlation(ranks: Floats, others: Floats) -> float:
    if np.ptp(ranks) == 0 or np.ptp(others) == 0:
        return float("nan")
    return float(np.corrcoef(ranks, others)[0, 1])


def _top(score: Floats) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    count = max(1, round(TOP_SHARE * len(score)))
    chosen = np.zeros(len(score), dtype=bool)
    chosen[np.argsort(-np.round(score, 6), kind="stable")[:count]] = True
    return chosen


def _changed(
    grades: "np.ndarray[tuple[int], np.dtype[np.int64]]", starts: Floats, score: Floats
) -> float:
    now = np.searchsorted(starts, np.round(score, 6), side="right")
    return float((now != grades).mean())
