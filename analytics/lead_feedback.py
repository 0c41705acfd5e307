"""What ended leads say about new candidates: hit rates by source and by model, fed back into worth."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

PRIOR_STRENGTH = 20.0
"""Ended leads that the rate of all counts for beside a source's own; ours, so that a few change little."""

BOUNDS = (0.5, 1.5)
"""Least and greatest factor on a candidate's worth; ours."""

CREDIBLE = 0.95
"""Probability of the interval of a rate."""

ENDED = frozenset({"filed", "not_filed", "closed"})
"""States of leads that the receiver has decided about."""

HIT_RESULT = "penalty"

FULL_WORTH = 100.0

SOURCE = "source"
MODEL = "model"

RATE_COLUMNS = ("by", "member", "ended", "hits", "rate", "low", "high", "shrunk", "factor")

LEAD_COLUMNS = ("sources", "model_version", "state", "filed", "result")


@dataclass(frozen=True, slots=True, eq=False)
class Feedback:
    """Hit rates of ended leads.

    Attributes
    ----------
    ended, hits
        Leads that were decided about, and those of them that led to a case or a penalty.
    base_rate
        Hits of ended; NaN where none ended.
    rates
        ``by`` (``source`` or ``model``), ``member`` (its code), ``ended``, ``hits``, ``rate`` (hits
        of ended), ``low`` and ``high`` (of the shrunk rate, 95 %), ``shrunk`` (drawn towards the
        base rate), ``factor`` (shrunk over base, 1 where nothing tells members apart, within the
        bounds). By ``by`` and member.
    bounds
        Least and greatest factor.
    """

    ended: int
    hits: int
    base_rate: float
    rates: pd.DataFrame
    bounds: tuple[float, float]


def hit_feedback(
    leads: pd.DataFrame,
    *,
    prior_strength: float = PRIOR_STRENGTH,
    bounds: tuple[float, float] = BOUNDS,
) -> Feedback:
    """Count how often leads of each source and model version led to a case or a penalty.

    A rate is the mean of a beta distribution whose prior has the rate of all leads as its mean and
    ``prior_strength`` as its weight (empirical Bayes, beta-binomial; the strength is fixed, not
    estimated, since there are few sources): ``(hits + strength * base) / (ended + strength)``.

    Parameters
    ----------
    leads
        One row per lead: ``sources`` (codes, comma-joined), ``model_version`` (missing: not
        scored), ``state``, ``filed`` (whether a case was ever filed), ``result`` (missing: none).
        Leads that have not ended are passed over.
    prior_strength
        Above 0.
    bounds
        Least and greatest factor, on both sides of 1.

    Returns
    -------
    Feedback
        A lead from several sources counts under each. Without ended leads, or where all or none
        are hits, every factor is 1.

    Raises
    ------
    ValueError
        If a column is absent, or strength or bounds are out of range.

    Notes
    -----
    What officers hand over is chosen, so a rate says how the chosen leads fared, not how all
    signals would. Receivers and conducts differ in strictness, which is not taken out.

    Examples
    --------
    >>> leads = pd.DataFrame(
    ...     {
    ...         "sources": ["risk", "risk,tipoff", "tipoff", "tipoff"],
    ...         "model_version": ["m1", "m1", None, None],
    ...         "state": ["filed", "closed", "not_filed", "checking"],
    ...         "filed": [True, True, False, False],
    ...         "result": [None, "penalty", None, None],
    ...     }
    ... )
    >>> found = hit_feedback(leads)
    >>> found.ended, found.hits, round(found.base_rate, 3)
    (3, 2, 0.667)
    >>> found.rates[["by", "member", "ended", "hits", "factor"]].round(3)
           by  member  ended  hits  factor
    0   model      m1      2     2   1.045
    1  source    risk      2     2   1.045
    2  source  tipoff      2     1   0.977
    """
    _check(leads, prior_strength, bounds)
    ended = leads[leads["state"].isin(ENDED)]
    hit = ended["filed"].astype(bool) | (ended["result"] == HIT_RESULT).fillna(False).astype(bool)
    count, hits = len(ended), int(hit.sum())
    base = hits / count if count else np.nan
    told = pd.concat(
        [
            _by_member(SOURCE, ended["sources"].astype(object).str.split(","), hit),
            _by_member(MODEL, ended["model_version"], hit),
        ]
    )
    found = told.groupby(["by", "member"], sort=True)["hit"].agg(["size", "sum"]).reset_index()
    rates = pd.DataFrame(
        {
            "by": found["by"],
            "member": found["member"],
            "ended": found["size"].astype("int64"),
            "hits": found["sum"].astype("int64"),
        }
    )
    rates["rate"] = rates["hits"] / rates["ended"]
    some = bool(count) and 0 < hits < count
    before = base if some else 0.5
    alpha = rates["hits"] + prior_strength * before
    beta = rates["ended"] - rates["hits"] + prior_strength * (1 - before)
    rates["low"], rates["high"] = stats.beta.interval(CREDIBLE, alpha, beta)
    rates["shrunk"] = alpha / (alpha + beta)
    factor = rates["shrunk"] / before if some else pd.Series(1.0, index=rates.index)
    rates["factor"] = factor.clip(*bounds)
    return Feedback(count, hits, float(base), rates[list(RATE_COLUMNS)], bounds)


def adjusted_worth(candidates: pd.DataFrame, feedback: Feedback) -> pd.DataFrame:
    """Weigh the worth of candidates by how leads of their sources and model fared.

    A candidate's factor is the geometric mean of its sources' factors, and of that and its model's
    factor where the model's is known; sources and models that no ended lead has count 1.

    Parameters
    ----------
    candidates
        ``worth`` (0–100), ``sources`` (codes, comma-joined), ``model_version`` (missing: none).

    Returns
    -------
    pandas.DataFrame
        Same index: ``factor`` (within the bounds), ``worth_adjusted`` (0–100) and
        ``feedback_reasons``: ``by:member=hits/ended,factor`` of each that counted, joined by ``;``.

    Raises
    ------
    ValueError
        If a column is absent.

    Examples
    --------
    >>> rates = pd.DataFrame(
    ...     [("source", "risk", 40, 30, 0.75, 0.6, 0.8, 0.7, 1.4)], columns=list(RATE_COLUMNS)
    ... )
    >>> fed = Feedback(80, 40, 0.5, rates, BOUNDS)
    >>> new = pd.DataFrame(
    ...     {"worth": [50.0, 80.0], "sources": ["risk", "risk,tipoff"], "model_version": [None, None]}
    ... )
    >>> adjusted_worth(new, fed).round(2)
       factor  worth_adjusted        feedback_reasons
    0    1.40           70.00  source:risk=30/40,1.40
    1    1.18           94.66  source:risk=30/40,1.40
    """
    _need(candidates, ("worth", "sources", "model_version"))
    known = {
        (row["by"], row["member"]): (row["factor"], row["hits"], row["ended"])
        for row in feedback.rates.to_dict("records")
    }
    factors, reasons = [], []
    for sources, model in zip(candidates["sources"], candidates["model_version"], strict=True):
        named = [(SOURCE, each) for each in _codes(sources)]
        logs = [float(np.log(known[each][0])) if each in known else 0.0 for each in named]
        log = float(np.mean(logs)) if logs else 0.0
        own = (MODEL, str(model))
        if not pd.isna(model) and own in known:
            named.append(own)
            log = (log + float(np.log(known[own][0]))) / 2
        factors.append(float(np.clip(np.exp(log), *feedback.bounds)))
        reasons.append(";".join(_told(each, known[each]) for each in named if each in known))
    factor = pd.Series(factors, index=candidates.index, dtype="float64")
    return pd.DataFrame(
        {
            "factor": factor,
            "worth_adjusted": (candidates["worth"] * factor).clip(0, FULL_WORTH),
            "feedback_reasons": pd.Series(reasons, index=candidates.index, dtype=object),
        }
    )


def _told(member: tuple[str, str], figures: tuple[float, int, int]) -> str:
    factor, hits, ended = figures
    return f"{member[0]}:{member[1]}={hits}/{ended},{factor:.2f}"


def _codes(sources: object) -> Iterator[str]:
    return (each for each in str(sources).split(",") if each)


def _by_member(by: str, members: "pd.Series[Any]", hit: "pd.Series[bool]") -> pd.DataFrame:
    own = pd.DataFrame({"by": by, "member": members.to_numpy(), "hit": hit.to_numpy()})
    own = own.explode("member").dropna(subset=["member"])
    return own[own["member"] != ""]


def _check(leads: pd.DataFrame, prior_strength: float, bounds: tuple[float, float]) -> None:
    _need(leads, LEAD_COLUMNS)
    if not prior_strength > 0 or not np.isfinite(prior_strength):
        msg = f"prior_strength is {prior_strength}; give a number above 0"
        raise ValueError(msg)
    low, high = bounds
    if not 0 < low <= 1 <= high < np.inf:
        msg = f"bounds are {bounds}; give two numbers above 0, one on each side of 1"
        raise ValueError(msg)


def _need(frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        msg = f"no column {absent}; needed are {', '.join(columns)}"
        raise ValueError(msg)
