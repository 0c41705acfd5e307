"""Do high scores precede what they warn of? A score as of a day against the outcomes after it.

Measured are the area under the ROC curve (the chance that an operator with the outcome scored higher
than one without, ties half; Hanley and McNeil 1982), the lift of the top tenth, and the share with
the outcome by tenths of the score. Intervals are percentiles of a bootstrap over operators. The same
for a plainer ranking, such as the number of complaints, shows whether the score is worth its effort.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from analytics.risk import Floats

TENTHS = 10
LEVEL = 0.95
"""Of the intervals."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with the bounds of its interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """How well a ranking told what came after.

    Attributes
    ----------
    auc
        Area under the ROC curve, 0–1; 0.5 tells nothing.
    lift
        How many times as often the outcome came in the tenth that scored highest as among all; of
        ties at its border a share counts.
    calibration
        By tenths of the score, the lowest first: ``tenth`` (1–10), ``operators, mean_score,
        outcomes, share`` (0–1), ``lower, upper`` (Wilson). Equal scores are never parted, so tenths
        differ in size and some may be missing.
    peer_auc, peer_lift, auc_gain, lift_gain
        The same of the peer, and by how much the score is better (of the same bootstrap samples);
        None without a peer.
    operators, outcomes
        How many there are, and how many with the outcome.
    """

    auc: Estimate
    lift: Estimate
    calibration: pd.DataFrame
    peer_auc: Estimate | None
    peer_lift: Estimate | None
    auc_gain: Estimate | None
    lift_gain: Estimate | None
    operators: int
    outcomes: int


class NothingToTestError(ValueError):
    """All operators had the outcome, or none; ``outcomes`` of ``operators``."""

    def __init__(self, outcomes: int, operators: int) -> None:
        super().__init__(
            f"a back-test needs operators with and without the outcome, got {outcomes} of "
            f"{operators} with it; look at more days or operators"
        )
        self.outcomes = outcomes
        self.operators = operators


def backtest(
    scores: pd.Series,
    outcomes: pd.Series,
    *,
    peer: pd.Series | None = None,
    resamples: int = 200,
    seed: int = 0,
) -> Backtest:
    """Hold scores against what came after.

    Parameters
    ----------
    scores
        Higher is riskier; no NaN.
    outcomes
        Bool, in the same order.
    peer
        Another ranking, in the same order; NaN counts as lowest.
    resamples
        Bootstrap samples.

    Raises
    ------
    NothingToTestError
        If all or none have the outcome.
    ValueError
        If lengths differ, or scores have NaN.

    Examples
    --------
    >>> scores = pd.Series([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    >>> came = pd.Series([False] * 6 + [True, False, True, True])
    >>> found = backtest(scores, came, peer=pd.Series([0] * 10), resamples=50)
    >>> round(found.auc.value, 3), round(found.lift.value, 3), found.peer_auc.value
    (0.952, 3.333, 0.5)
    """
    score, came = scores.to_numpy(dtype=np.float64), outcomes.to_numpy(dtype=bool)
    if len(score) != len(came) or (peer is not None and len(peer) != len(score)):
        msg = f"scores, outcomes and peer must be of one length, got {len(score)} and {len(came)}"
        raise ValueError(msg)
    if np.isnan(score).any():
        msg = (
            f"scores must have no NaN, got {int(np.isnan(score).sum())}; leave these operators out"
        )
        raise ValueError(msg)
    if not 0 < came.sum() < len(came):
        raise NothingToTestError(int(came.sum()), len(came))
    rankings = [_Ranking.of(score, came)]
    if peer is not None:
        told = np.nan_to_num(peer.to_numpy(dtype=np.float64), nan=-np.inf)
        rankings.append(_Ranking.of(told, came))
    rng = np.random.default_rng(seed)
    drawn = np.array([_drawn(rankings, came, rng) for _ in range(resamples)])
    ones = np.ones(len(came))
    exact = np.array([[each.auc(ones), each.lift(ones)] for each in rankings])
    estimates = [
        [_estimate(exact[each, what], drawn[:, each, what]) for what in (0, 1)]
        for each in range(len(rankings))
    ]
    gains: list[Estimate | None] = [None, None]
    if peer is not None:
        gains = [
            _estimate(exact[0, what] - exact[1, what], drawn[:, 0, what] - drawn[:, 1, what])
            for what in (0, 1)
        ]
    return Backtest(
        auc=estimates[0][0],
        lift=estimates[0][1],
        calibration=calibration_by_tenths(scores, outcomes),
        peer_auc=estimates[1][0] if peer is not None else None,
        peer_lift=estimates[1][1] if peer is not None else None,
        auc_gain=gains[0],
        lift_gain=gains[1],
        operators=len(came),
        outcomes=int(came.sum()),
    )


def calibration_by_tenths(scores: pd.Series, outcomes: pd.Series) -> pd.DataFrame:
    """Return the share with the outcome by tenths of the score, as `Backtest.calibration`."""
    score, came = scores.to_numpy(dtype=np.float64), outcomes.to_numpy(dtype=bool)
    middle = (pd.Series(score).rank(method="average").to_numpy() - 0.5) / max(1, len(score))
    tenth = np.minimum((middle * TENTHS).astype(int), TENTHS - 1) + 1
    told = pd.DataFrame({"tenth": tenth, "score": score, "came": came})
    grouped = told.groupby("tenth").agg(
        operators=("came", "size"), mean_score=("score", "mean"), outcomes=("came", "sum")
    )
    share = grouped["outcomes"] / grouped["operators"]
    z = float(norm.ppf(0.5 + LEVEL / 2))
    n = grouped["operators"]
    middle_share = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return grouped.assign(
        share=share, lower=(middle_share - half).clip(lower=0), upper=middle_share + half
    ).reset_index()


@dataclass(frozen=True, slots=True)
class _Ranking:
    """Operators from the highest down, equal ones in one group."""

    order: NDArray[np.int64]
    group: NDArray[np.int64]
    came: Floats

    @classmethod
    def of(cls, score: Floats, came: NDArray[np.bool_]) -> "_Ranking":
        group = np.unique(-score, return_inverse=True)[1]
        order = np.argsort(group, kind="stable")
        return cls(order, group[order], came[order].astype(np.float64))

    def counts(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return how many there are in each group, and how many with the outcome."""
        own = weights[self.order]
        every, came = np.bincount(self.group, own), np.bincount(self.group, own * self.came)
        return every.astype(np.float64), came.astype(np.float64)

    def auc(self, weights: Floats) -> float:
        every, came = self.counts(weights)
        without = every - came
        below = without.sum() - np.cumsum(without)
        pairs = came.sum() * without.sum()
        return float((came * (below + without / 2)).sum() / pairs) if pairs else float("nan")

    def lift(self, weights: Floats) -> float:
        every, came = self.counts(weights)
        room = every.sum() / TENTHS
        before = np.cumsum(every) - every
        share = np.clip((room - before) / np.maximum(every, 1e-12), 0.0, 1.0)
        base = came.sum() / every.sum()
        return float((came * share).sum() / room / base) if base else float("nan")


def _drawn(
    rankings: list[_Ranking], came: NDArray[np.bool_], rng: np.random.Generator
) -> list[list[float]]:
    """Measure once on a sample drawn with replacement, as many with the outcome as there are."""
    weights = np.zeros(len(came))
    for held in (True, False):
        rows = np.flatnonzero(came == held)
        weights[rows] = np.bincount(rng.integers(0, len(rows), len(rows)), minlength=len(rows))
    return [[each.auc(weights), each.lift(weights)] for each in rankings]


def _estimate(value: float, drawn: Floats) -> Estimate:
    if not len(drawn):
        return Estimate(float(value), float("nan"), float("nan"))
    lower, upper = np.nanquantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(value), float(lower), float(upper))
