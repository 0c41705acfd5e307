"""Attribution: which members explain a rise or a fall.

A change of a total is the sum of what its members add to it, so that is exact. Which of the many
members, levels and pairs of levels *explains* it is a judgement: one that moved by itself, while the
rest went its common way, and that takes few words to name.
"""

import itertools
import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from analytics.surprise import divided, likelihood_ratio, scatter

OTHERS = "*"
"""Member that stands for all those not looked at one by one; it explains nothing."""

SEPARATOR = "|"
"""Stands between the codes of a pair, ``"+"`` between the names of its levels."""

EVEN = 3.0
"""Differences of score below this, in natural logarithms, are no strong evidence for the better one:
Kass and Raftery (1995), Bayes factors, Journal of the American Statistical Association 90, 773-795."""

_COLUMNS = ("numerator", "numerator_before", "denominator", "denominator_before")


def attribute_change(members: pd.DataFrame) -> pd.DataFrame:
    r"""Split the change of a figure into what each member adds to it.

    For a sum a member adds its own difference. A rate is a mean of the members' rates, weighted by
    their shares of the denominator, so a member moves it in two ways: by its own rate (*within*),
    and by its weight (*mix*). With rates :math:`r`, weights :math:`w` and the whole rate :math:`R`

    .. math::
        within = (r_1 - r_0)\,(w_1 + w_0) / 2 \qquad
        mix = (w_1 - w_0)\,\left((r_1 + r_0) / 2 - (R_1 + R_0) / 2\right)

    which add up to :math:`R_1 - R_0` exactly [1]_: a whole rate that falls though no member's did
    shows as mix, so Simpson's paradox misleads nobody.

    Parameters
    ----------
    members
        A row per member, columns ``member``, ``numerator``, ``numerator_before``, ``denominator``
        and ``denominator_before``, the last two NaN for a sum. All members together are the whole.

    Returns
    -------
    pandas.DataFrame
        Index: the members, in the same order. Columns

        - ``value``, ``before``: the member's own figure; a rate without base is NaN
        - ``contribution``: what it adds to the change; these add up to the change of the whole
        - ``share_of_change``: of the whole change; NaN if there was none. Of members that moved
          against the whole it is negative, so those of the others can exceed 1
        - ``expected``: the figure had the member moved like the rest: for a sum by the same factor,
          for a rate by the same difference; NaN where there is no rest to go by
        - ``excess``: ``value - expected``
        - ``within``, ``mix``: of rates only. Of a member that had no base before or has none now
          all is mix

        All NaN if the whole rate has no base in one of the spans.

    References
    ----------
    .. [1] Kitagawa, E. M. (1955). Components of a difference between two rates. Journal of the
       American Statistical Association 50, 1168-1194.

    Examples
    --------
    >>> counts = pd.DataFrame({"member": ["A", "B"], "numerator": [30, 22],
    ...     "numerator_before": [10, 20], "denominator": math.nan, "denominator_before": math.nan})
    >>> print(attribute_change(counts).round(2))
            value  before  contribution  share_of_change  expected  excess
    member
    A        30.0    10.0          20.0             0.91      11.0    19.0
    B        22.0    20.0           2.0             0.09      60.0   -38.0

    Both offices close fewer of their cases in time only because the slow one has more of them:

    >>> rates = pd.DataFrame({"member": ["fast", "slow"], "numerator": [45, 75],
    ...     "numerator_before": [90, 25], "denominator": [50, 150],
    ...     "denominator_before": [100, 50]})
    >>> print(attribute_change(rates)[["value", "before", "contribution", "within", "mix"]].round(3))
            value  before  contribution  within    mix
    member
    fast      0.9     0.9        -0.090     0.0 -0.090
    slow      0.5     0.5        -0.076     0.0 -0.076
    """
    columns = _attributed(_numbers(members))
    order = ["value", "before", "contribution", "share_of_change", "expected", "excess"]
    order += [name for name in ("within", "mix") if name in columns]
    index = pd.Index(members["member"], name="member")
    return pd.DataFrame({name: columns[name] for name in order}, index=index)


def explain_change(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    r"""Rank the members of several levels and pairs by how well they explain a change.

    An explanation is good if the member moved by a factor of its own while everything else moved by
    a common one. Its *surprise* is the logarithm of how much likelier that is than one factor for
    all, see `analytics.surprise.likelihood_ratio`: the statistic of Kulldorff's scan [1]_ over
    members in place of circles, and half of Dunning's :math:`G^2` [2]_. Among many members some is
    surprising by chance, so the cost of naming one of the *m* members of all levels, :math:`\ln m`,
    is taken off, for a pair twice: the shortest description wins [3]_, and a pair leads its parts
    only where the change sits in their crossing. Power, surprise and brevity are the marks of
    Adtributor [4]_. Of explanations that differ by less than `EVEN` the narrowest leads, the one
    with the smallest base of both spans: a street rather than its district.

    For rates, the numerators are Poisson in proportion to their denominators; what a member moves by
    its weight is judged by the denominators. Both are weighed by what they add, and their sum by
    the member's share of the change, since a surprising rate of a small member explains nothing.

    Where members scatter more than Poisson counts do, as amounts of money do, the surprise is
    divided by their scatter, see `analytics.surprise.scatter`, the middle one of all levels.

    Parameters
    ----------
    frames
        By level, or ``"level_a+level_b"`` for a pair: as for `attribute_change`, of the same whole.
        `OTHERS`, a member that is the whole, and a pair of which a part is not stated are no
        explanations.

    Returns
    -------
    pandas.DataFrame
        Best first: ``key``, ``member``, ``contribution``, ``share_of_change``, ``excess``,
        ``score``, in natural logarithms; an explanation of score 0 or less is no better than chance;
        ``opposing_score``: the same of a member that moved against the whole, NaN for all others.
        Members that moved against the whole or, of a sum, less than the rest, explain nothing of the
        change and come last with negative score, the more surprising the later. If the whole did
        not change at all, either direction counts. Equal scores, such as all where there was
        nothing before, come by what they add, then by fewer levels. Empty if nothing was compared.

    References
    ----------
    .. [1] Kulldorff, M. (1997). A spatial scan statistic. Communications in Statistics - Theory and
       Methods 26, 1481-1496.
    .. [2] Dunning, T. (1993). Accurate methods for the statistics of surprise and coincidence.
       Computational Linguistics 19, 61-74.
    .. [3] Rissanen, J. (1978). Modeling by shortest data description. Automatica 14, 465-471.
    .. [4] Bhagwan, R. et al. (2014). Adtributor: revenue debugging in advertising systems. 11th
       USENIX Symposium on Networked Systems Design and Implementation, 43-55.

    Examples
    --------
    >>> by_city = pd.DataFrame({"member": ["A", "B", "C"], "numerator": [80, 31, 42],
    ...     "numerator_before": [20, 30, 40], "denominator": math.nan,
    ...     "denominator_before": math.nan})
    >>> by_kind = pd.DataFrame({"member": ["x", "y"], "numerator": [83, 70],
    ...     "numerator_before": [44, 46], "denominator": math.nan,
    ...     "denominator_before": math.nan})
    >>> found = explain_change({"city": by_city, "kind": by_kind}).drop(columns="opposing_score")
    >>> print(found.round(2).head(2))
        key member  contribution  share_of_change  excess  score
    0  city      A          60.0             0.95   59.14   9.44
    1  kind      x          39.0             0.62   16.04  -1.28
    """
    columns = ["key", "member", "contribution", "share_of_change", "excess", "score"]
    columns.append("opposing_score")
    if not frames:
        return pd.DataFrame(columns=columns)
    naming = _naming(frames)
    numbers = {key: _numbers(frame) for key, frame in frames.items()}
    scatters = _scatters(numbers)
    parts = [
        _explained(key, frame, numbers[key], naming=naming, scatters=scatters)
        for key, frame in frames.items()
    ]
    arrays = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    found = pd.DataFrame(
        {name: pd.Series(array, dtype=array.dtype) for name, array in arrays.items()}
    )
    found = found.sort_values(
        ["score", "added", "levels", "breadth", "members", "key", "not_stated", "code"],
        ascending=[False, False, True, True, False, True, True, True],
        ignore_index=True,
    )
    return found.loc[_narrow_first(found), columns].reset_index(drop=True)


def _narrow_first(found: pd.DataFrame) -> list[int]:
    """Return the rows in order: of those no worse than the best left, the narrowest first."""
    left = list(range(int((found["score"] > 0).sum())))
    scores, breadths = found["score"].to_list(), found["breadth"].to_list()
    order = []
    while left:
        even = itertools.takewhile(lambda row: scores[row] > scores[left[0]] - EVEN, left)
        order.append(min(even, key=lambda row: (breadths[row], row)))
        left.remove(order[-1])
    return [*order, *range(len(order), len(found))]


def _numbers(members: pd.DataFrame) -> dict[str, np.ndarray]:
    return {name: members[name].to_numpy(dtype="float64") for name in _COLUMNS}


def _is_rate(numbers: Mapping[str, np.ndarray]) -> bool:
    return not np.isnan(numbers["denominator"]).all()


def _attributed(numbers: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the columns of `attribute_change`."""
    columns = _of_rate(numbers) if _is_rate(numbers) else _of_sum(numbers)
    contribution = columns["contribution"]
    change = contribution.sum()
    columns["share_of_change"] = contribution / change if change else contribution * math.nan
    columns["excess"] = columns["value"] - columns["expected"]
    return columns


def _of_sum(numbers: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    value, before = numbers["numerator"], numbers["numerator_before"]
    rest, rest_before = value.sum() - value, before.sum() - before
    return {
        "value": value,
        "before": before,
        "contribution": value - before,
        "expected": before * divided(rest, rest_before),
    }


def _of_rate(numbers: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    value, weight, whole, others = _rates(numbers["numerator"], numbers["denominator"])
    before, weight_before, whole_before, others_before = _rates(
        numbers["numerator_before"], numbers["denominator_before"]
    )
    middle = (whole + whole_before) / 2
    added = divided(numbers["numerator"], numbers["denominator"].sum())
    added_before = divided(numbers["numerator_before"], numbers["denominator_before"].sum())
    contribution = added - added_before - (weight - weight_before) * middle
    own = (value - before) * (weight + weight_before) / 2
    within = np.where(np.isnan(own) & ~np.isnan(contribution), 0.0, own)
    return {
        "value": value,
        "before": before,
        "contribution": contribution,
        "expected": before + others - others_before,
        "within": within,
        "mix": contribution - within,
    }


def _rates(
    numerator: np.ndarray, denominator: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the members' rates and weights, the whole rate, and that of all but each member."""
    top, bottom = numerator.sum(), denominator.sum()
    return (
        divided(numerator, denominator),
        divided(denominator, bottom),
        divided(np.asarray(top), np.asarray(bottom)),
        divided(top - numerator, bottom - denominator),
    )


def _naming(frames: Mapping[str, pd.DataFrame]) -> float:
    """Return the cost of naming one of all members of all levels, in natural logarithms."""
    names: dict[str, set[str]] = {}
    for key, frame in frames.items():
        for member in frame["member"].dropna():
            for level, part in zip(key.split("+"), member.split(SEPARATOR), strict=False):
                names.setdefault(level, set()).add(part)
    return math.log(max(sum(map(len, names.values())), 1))


def _explained(
    key: str,
    frame: pd.DataFrame,
    numbers: Mapping[str, np.ndarray],
    *,
    naming: float,
    scatters: Mapping[str, float],
) -> dict[str, np.ndarray]:
    """Return what can explain the change, by column: those of the answer and those it is sorted by."""
    attributed = _attributed(numbers)
    contribution = attributed["contribution"]
    change = contribution.sum()
    direction = math.copysign(1, change) if change else 0.0
    surprise = _surprise(numbers, attributed, scatters)
    against = contribution * direction < 0
    opposing = against.copy()
    if not _is_rate(numbers):
        behind = attributed["excess"] * direction < 0
        against |= behind
        opposing &= behind
    breadth = _breadth(numbers)
    cost = naming * (1 + key.count("+"))
    score = np.where(against, -surprise, surprise) - cost
    members = frame["member"].tolist()
    stated = [None if pd.isna(member) else member for member in members]
    named = np.array([_can_explain(key, member) for member in stated], dtype=bool)
    known = ~np.isnan(contribution) & ~np.isnan(score)
    kept = named & known & (breadth < breadth.sum())
    columns = {
        "member": np.array(stated, dtype=object),
        "contribution": contribution,
        "share_of_change": attributed["share_of_change"],
        "excess": attributed["excess"],
        "score": score,
        "opposing_score": np.where(opposing, surprise - cost, math.nan),
        "breadth": breadth,
        "added": np.abs(contribution),
        "not_stated": np.array([member is None for member in stated], dtype=bool),
        "code": np.array([member or "" for member in stated], dtype=object),
    }
    chosen = {name: values[kept] for name, values in columns.items()}
    same = {"key": key, "members": len(frame), "levels": key.count("+")}
    alike = {
        name: np.full(int(kept.sum()), value, dtype=object if name == "key" else int)
        for name, value in same.items()
    }
    return {**alike, **chosen}


def _breadth(numbers: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return how much a member comprises, over both spans."""
    part = "denominator" if _is_rate(numbers) else "numerator"
    return np.asarray(numbers[part] + numbers[f"{part}_before"])


def _can_explain(key: str, member: str | None) -> bool:
    if "+" not in key:
        return member != OTHERS
    return member is not None and member != OTHERS and "" not in member.split(SEPARATOR)


def _parts(numbers: Mapping[str, np.ndarray]) -> dict[str, tuple[np.ndarray, ...]]:
    """Return what is judged: the members' own figures and, of rates, their weights."""
    top = numbers["numerator"], numbers["numerator_before"]
    bottom = numbers["denominator"], numbers["denominator_before"]
    return {"own": (*top, *bottom), "weight": bottom} if _is_rate(numbers) else {"own": top}


def _scatters(frames: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, float]:
    """Return the scatter of each part: the middle one over the frames, so that all are alike."""
    found: dict[str, list[float]] = {}
    for numbers in frames.values():
        for part, each in _parts(numbers).items():
            found.setdefault(part, []).append(scatter(*each))
    known = {part: [each for each in values if each >= 1] for part, values in found.items()}
    return {part: float(np.median(values)) if values else 1.0 for part, values in known.items()}


def _surprise(
    numbers: Mapping[str, np.ndarray],
    attributed: Mapping[str, np.ndarray],
    scatters: Mapping[str, float],
) -> np.ndarray:
    ratios = {
        part: likelihood_ratio(*each) / scatters[part] for part, each in _parts(numbers).items()
    }
    if "weight" not in ratios:
        return ratios["own"]
    within, mix = np.abs(attributed["within"]), np.abs(attributed["mix"])
    by_rate = np.nan_to_num(divided(within, within + mix))
    share = np.abs(attributed["share_of_change"])
    power = np.where(np.isnan(share), 1.0, np.minimum(share, 1.0))
    return np.asarray(
        power * (by_rate * np.nan_to_num(ratios["own"]) + (1 - by_rate) * ratios["weight"])
    )
