"""Weights as outcomes would have them, beside those that experts chose, never in their place.

A logistic regression of the outcome on how much of each indicator's weight an operator has (0 to 1),
its coefficients held at 0 or more, since no indicator may speak for an operator; a ridge penalty
keeps those of rare indicators near one another. Coefficients are scaled to 1000 points. Indicators
that nobody has points of get 0 and are said to be without data.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import rankdata
from sklearn.model_selection import StratifiedKFold

from analytics.risk import Floats, ModelSource
from analytics.risk_backtest import NothingToTestError
from analytics.risk_model import DEFAULT_MODEL, read_model
from analytics.risk_parts import TOTAL

PENALTY = 1.0
"""Ridge penalty on the sum of squared coefficients. Ours: weak beside some hundred outcomes."""

FOLDS = 5
LEAST_OUTCOMES = 30
"""Operators with the outcome, and without, that a fit needs at least. Ours."""


@dataclass(frozen=True, slots=True)
class FittedWeights:
    """Weights fitted to outcomes.

    Attributes
    ----------
    frame
        Index: indicators. ``expert`` and ``fitted`` weights, ``coefficient`` (of the logarithm of
        the odds), ``with_points`` (operators that have any).
    expert_auc, fitted_auc
        Area under the ROC curve by the experts' weights, and by weights fitted on the other four
        fifths of the operators.
    operators, outcomes
        How many there are, and how many with the outcome.
    """

    frame: pd.DataFrame
    expert_auc: float
    fitted_auc: float
    operators: int
    outcomes: int

    @property
    def weights(self) -> dict[str, float]:
        """Fitted weights by indicator, as `analytics.risk_model.with_weights` takes them."""
        return {str(code): float(value) for code, value in self.frame["fitted"].items()}


def fit_weights(
    points: pd.DataFrame,
    outcomes: pd.Series,
    *,
    model: ModelSource = DEFAULT_MODEL,
    penalty: float = PENALTY,
    seed: int = 0,
) -> FittedWeights:
    """Fit weights of 0 or more to outcomes.

    Parameters
    ----------
    points
        Points of each indicator as of a day; other columns are passed over.
    outcomes
        Bool, what came after, in the same order.
    penalty
        Strength of the ridge penalty, 0 or more.

    Raises
    ------
    ValueError
        If an indicator is missing or lengths differ.
    NothingToTestError
        If fewer than `LEAST_OUTCOMES` have the outcome, or have not.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> codes = list(read_model().weights)
    >>> points = pd.DataFrame(rng.random((400, 18)), columns=codes) * pd.Series(read_model().weights)
    >>> came = points["sampling"] / 60 + rng.random(400) > 1.2
    >>> found = fit_weights(points, came)
    >>> found.frame["fitted"].idxmax(), round(float(found.frame["fitted"].sum()), 6)
    ('sampling', 1000.0)
    """
    rules = read_model(model)
    codes = list(rules.weights)
    missing = [code for code in codes if code not in points]
    if missing or len(points) != len(outcomes):
        msg = (
            f"points must have all indicators and a row for each outcome, got {len(points)} rows for "
            f"{len(outcomes)} outcomes, without {missing}"
        )
        raise ValueError(msg)
    came = outcomes.to_numpy(dtype=bool)
    if min(came.sum(), (~came).sum()) < LEAST_OUTCOMES:
        raise NothingToTestError(int(came.sum()), len(came))
    weights = np.array([rules.weights[code] for code in codes])
    shares = points[codes].to_numpy(dtype=np.float64) / np.where(weights > 0, weights, 1.0)
    coefficients = _fit(shares, came, penalty)
    total = coefficients.sum()
    fitted = TOTAL * coefficients / total if total > 0 else np.zeros(len(codes))
    told = np.zeros(len(came))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for train, held in folds.split(shares, came):
        told[held] = shares[held] @ _fit(shares[train], came[train], penalty)
    frame = pd.DataFrame(
        {
            "expert": weights,
            "fitted": fitted,
            "coefficient": coefficients,
            "with_points": (shares > 0).sum(axis=0),
        },
        index=pd.Index(codes, name="indicator"),
    )
    return FittedWeights(
        frame, _auc(shares @ weights, came), _auc(told, came), len(came), int(came.sum())
    )


def _fit(shares: Floats, came: NDArray[np.bool_], penalty: float) -> Floats:
    """Return the coefficients of the indicators; without any points they are 0."""
    used = np.flatnonzero(shares.any(axis=0))
    design = np.column_stack([np.ones(len(shares)), shares[:, used]])
    target = came.astype(np.float64)

    def loss(beta: Floats) -> tuple[float, Floats]:
        line = design @ beta
        ridge = np.concatenate([[0.0], beta[1:]])
        value = np.logaddexp(0.0, line).sum() - target @ line + penalty / 2 * (ridge @ ridge)
        return float(value), design.T @ (expit(line) - target) + penalty * ridge

    start = np.zeros(design.shape[1])
    start[0] = np.log(came.mean() / (1 - came.mean()))
    bounds = [(None, None), *[(0.0, None)] * len(used)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    coefficients = np.zeros(shares.shape[1])
    coefficients[used] = found.x[1:]
    return coefficients


def _auc(score: Floats, came: NDArray[np.bool_]) -> float:
    ranks = rankdata(score)
    positive, negative = int(came.sum()), int((~came).sum())
    return float((ranks[came].sum() - positive * (positive + 1) / 2) / (positive * negative))
