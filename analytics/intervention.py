"""Did it help: counts of a treated group before and after a day, against a control group.

Of all submissions of a week in both groups together, the share that falls on the treated group is
followed. What moves both groups alike (season, holidays, a new channel) leaves that share as it is:
conditional on the weekly totals, two Poisson counts with a common week effect are binomial, and the
difference-in-differences of their logarithms is the step of the log odds at the day (Cameron &
Trivedi, *Regression Analysis of Count Data*, 2nd ed. 2013, ch. 9; Bernal, Cummins & Gasparrini,
*Int. J. Epidemiol.* 46, 2017, on controls in interrupted series). Its interval does not trust the
binomial: it comes from the weekly scores by Newey & West's estimator (*Econometrica* 55, 1987),
which holds under overdispersion and autocorrelation, with the critical values of Kiefer & Vogelsang
(*Econometric Theory* 21, 2005) for as many lags in so few weeks; it is never narrower than the
dispersion found asks for, by Student's t.

Limits: the control must have moved like the treated group without the campaign; `Effect.parallel_p`
tests only that both ran alike before. A campaign that moves complaints from one group to the other
is overstated, one that also calms the control is understated. Campaigns that call for tip-offs
raise counts: a rise is not a failure.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

Floats = npt.NDArray[np.float64]

LEAST_WEEKS = 8
"""Weeks needed on either side; ours, below it the interval cannot be trusted."""

LEAST_COUNT = 20
"""Submissions needed on either side in either group; ours."""

LEVEL = 0.95

LAGS_PER_ROOT_WEEK = 1.3
"""Lags taken into account per square root of the weeks (Lazarus et al., *J. Bus. Econ. Stat.* 36,
2018), more than the older rule of thumb: complaints stay up for a month or two."""

FIXED_B = (1.9600, 2.9694, 0.4160, -0.5324)
"""Critical value at 95 % by powers of lags / weeks, Bartlett weights (Kiefer & Vogelsang, table 1)."""


class TooLittleError(ValueError):
    """There is too little to tell an effect from chance; ``weeks`` and ``counts`` say how much."""

    def __init__(self, weeks: tuple[int, int], counts: tuple[int, int, int, int]) -> None:
        super().__init__(
            f"{weeks[0]} weeks before and {weeks[1]} after with {counts} submissions (treated before, "
            f"after, control before, after); at least {LEAST_WEEKS} weeks and {LEAST_COUNT} are needed"
        )
        self.weeks = weeks
        self.counts = counts


@dataclass(frozen=True, slots=True)
class Effect:
    """What changed in the treated group beyond what changed in the control.

    Attributes
    ----------
    change
        Relative change, -0.4 for 40 % fewer than expected.
    low, high
        Its interval at `LEVEL`.
    p
        Two-sided, of no change.
    parallel_p
        Of no drift of the treated share before the day; small values speak against the control.
    dispersion
        Weekly variance against the binomial's; 1 if chance alone.
    expected
        Submissions of the treated group after the day, had it moved like the control.
    treated, control
        Submissions before and after.
    weeks
        Weeks before and after.
    """

    change: float
    low: float
    high: float
    p: float
    parallel_p: float
    dispersion: float
    expected: float
    treated: tuple[int, int]
    control: tuple[int, int]
    weeks: tuple[int, int]

    @property
    def is_clear(self) -> bool:
        """True if the interval leaves zero out."""
        return not self.low <= 0 <= self.high


def intervention_effect(treated: pd.Series, control: pd.Series, *, after: int) -> Effect:
    """Estimate what changed in the treated group from a week on.

    Parameters
    ----------
    treated, control
        Submissions per week, the same weeks in order.
    after
        Position of the first week of the campaign; leave out weeks of transition beforehand.

    Raises
    ------
    ValueError
        If the series differ in length or hold what is no count.
    TooLittleError
        If there are fewer than `LEAST_WEEKS` weeks or `LEAST_COUNT` submissions on a side.

    Examples
    --------
    >>> before, since = [20, 22, 18, 21, 19, 20, 23, 17], [11, 9, 10, 12, 8, 10, 9, 11]
    >>> found = intervention_effect(pd.Series(before + since), pd.Series([40] * 16), after=8)
    >>> round(found.change, 2), found.low < -0.5 < found.high, found.expected
    (-0.5, True, 160.0)
    """
    y, c = _counts(treated), _counts(control)
    if len(y) != len(c):
        msg = f"both series must cover the same weeks, got {len(y)} and {len(c)}"
        raise ValueError(msg)
    since = np.arange(len(y)) >= after
    sums = tuple(int(each[side].sum()) for each in (y, c) for side in (~since, since))
    weeks = (int((~since).sum()), int(since.sum()))
    counts = (sums[0], sums[1], sums[2], sums[3])
    if min(weeks) < LEAST_WEEKS or min(counts) < LEAST_COUNT:
        raise TooLittleError(weeks, counts)
    step = np.column_stack([np.ones(len(y)), since.astype(float)])
    fitted, spread, dispersion = _binomial(step, y, y + c)
    ratio = float(np.exp(fitted[1]))
    low, high = np.exp([fitted[1] - spread, fitted[1] + spread]) - 1
    return Effect(
        change=ratio - 1,
        low=float(low),
        high=float(high),
        p=_two_sided(float(fitted[1]), spread),
        parallel_p=_parallel(y[~since], c[~since]),
        dispersion=dispersion,
        expected=counts[0] * counts[3] / counts[2],
        treated=counts[:2],
        control=counts[2:],
        weeks=weeks,
    )


def _counts(series: pd.Series) -> Floats:
    values = series.to_numpy(float)
    if not (np.isfinite(values).all() and (values >= 0).all()):
        msg = "weekly counts must be numbers from 0; fill weeks without any by 0"
        raise ValueError(msg)
    return np.asarray(values)


def _two_sided(estimate: float, spread: float) -> float:
    """Return the p of an estimate whose interval at `LEVEL` reaches ``spread`` either way."""
    return float(2 * stats.norm.sf(abs(estimate) / spread * stats.norm.ppf((1 + LEVEL) / 2)))


def _binomial(design: Floats, hits: Floats, total: Floats) -> tuple[Floats, float, float]:
    """Fit log odds by Newton's method; return them, the last one's spread and the dispersion."""
    fitted = np.zeros(design.shape[1])
    for _ in range(50):
        share = 1 / (1 + np.exp(-design @ fitted))
        curvature = (design.T * (total * share * (1 - share))) @ design
        move = np.linalg.solve(curvature, design.T @ (hits - total * share))
        fitted = fitted + move
        if np.abs(move).max() < 1e-10:
            break
    share = 1 / (1 + np.exp(-design @ fitted))
    weights = total * share * (1 - share)
    inverse = np.linalg.inv((design.T * weights) @ design)
    free = len(hits) - design.shape[1]
    seen = weights > 0
    pearson = (hits - total * share)[seen] ** 2 / weights[seen]
    dispersion = float(pearson.sum() / free)
    scores = design * (hits - total * share)[:, None]
    middle = scores.T @ scores
    lags = int(np.ceil(LAGS_PER_ROOT_WEEK * np.sqrt(len(hits))))
    for lag in range(1, lags + 1):
        pair = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / (lags + 1)) * (pair + pair.T)
    robust = float((inverse @ middle @ inverse)[-1, -1]) * len(hits) / free
    plain = float(inverse[-1, -1]) * max(dispersion, 1.0)
    critical = sum(each * (lags / len(hits)) ** power for power, each in enumerate(FIXED_B))
    spread = max(
        critical * np.sqrt(max(robust, 0.0)), stats.t.ppf((1 + LEVEL) / 2, free) * np.sqrt(plain)
    )
    return fitted, float(spread), dispersion


def _parallel(treated: Floats, control: Floats) -> float:
    """Return the p of no drift of the treated share over these weeks."""
    place = np.linspace(-1, 1, len(treated))
    design = np.column_stack([np.ones(len(treated)), place])
    fitted, spread, _ = _binomial(design, treated, treated + control)
    return _two_sided(float(fitted[1]), spread)
