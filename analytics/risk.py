"""The risk score of operators: points by indicator and dimension, 0 to 1000, grade and completeness.

The model (`analytics.risk_model`) says which figures an indicator looks at and what they cost. The
method is a plain score card: each indicator's parts are added and cut at its weight, and the points
of all indicators are added. Scores are for a bureau's own use, never published: 内部参考.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.risk_model import DEFAULT_MODEL, read_model
from analytics.risk_parts import (
    PENDING,
    Condition,
    Indicator,
    Input,
    RiskModel,
    Share,
    Tiers,
    Trigger,
)

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
ModelSource = RiskModel | Mapping[str, Any] | str | Path

DECIMALS = 2
"""Places after the point that points are rounded to, so that sums do not depend on their order."""


class IndicatorError(ValueError):
    """A column of raw figures cannot be used; ``column`` says which, ``value`` what stands there."""

    def __init__(self, column: str, value: object, expected: str) -> None:
        super().__init__(f"indicators[{column!r}]: {value!r} is not usable; expected {expected}")
        self.column = column
        self.value = value


def score_operators(
    indicators: pd.DataFrame,
    *,
    model: ModelSource = DEFAULT_MODEL,
    wanted_shares: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Score operators by the points of a model.

    Parameters
    ----------
    indicators
        A row for each operator, a column for each of the model's ``inputs`` (its names and units).
        NaN, None or a column that is not there means that nothing is known. Other columns are
        passed over.
    model
        A model, a mapping as in a model file, or the path of one.
    wanted_shares
        Share of the graded operators by grade: they are then graded by rank as `cut_offs_for` says,
        instead of by the model's cut-offs.

    Returns
    -------
    pandas.DataFrame
        The same index. A column for each indicator and each dimension by its code: points, from 0
        to the weight. ``score``: their sum, 0–1000, higher is riskier; ``credit_score``: 1000 less
        the score; ``completeness``: share of the weights with data, 0–1; ``grade``: a code of the
        model, or ``pending`` where the completeness is below the model's; ``triggered``: codes of
        the triggers that hold, comma-joined, empty where none does. A trigger gives at least its
        grade, pending or not. Points are rounded to 2 places.

        An indicator without data gives 0 points, except where a tier says so of ``missing`` data.

    Raises
    ------
    RiskModelError
        If the model is wrong.
    IndicatorError
        If a value is no number, infinite, negative, or outside the unit's limits; or if no input is
        there at all.

    Examples
    --------
    >>> figures = pd.DataFrame(
    ...     {"penalties_year_1": [2, 0], "penalties_year_2": [1, 0], "serious_listed": [0, 1]}
    ... )
    >>> scored = score_operators(figures, model=DEFAULT_MODEL)
    >>> scored[["penalty_count", "violation", "score", "completeness"]]
       penalty_count  violation  score  completeness
    0           65.0       75.0   75.0          0.22
    1            0.0        0.0   80.0          0.22
    >>> scored[["grade", "triggered"]].to_numpy().tolist()
    [['pending', ''], ['D', 'serious_list']]
    """
    rules = read_model(model)
    inputs = Inputs(indicators, rules)
    points: dict[str, Floats] = {}
    known = np.zeros(len(indicators))
    for each in rules.indicators:
        has_data = inputs.known(each)
        points[each.code] = _points(each, inputs, has_data)
        known += np.where(has_data, each.weight, 0.0)
    dimensions = {
        each.code: _sum([points[one.code] for one in rules.of_dimension(each.code)])
        for each in rules.dimensions
    }
    score = _sum(list(dimensions.values()))
    total = sum(rules.weights.values())
    completeness = np.round(known / total, 4)
    triggers = [(each, inputs.all_of(each.when)) for each in rules.triggers]
    enough = completeness >= rules.completeness
    if wanted_shares is None:
        cut_offs = {each.code: each.start for each in rules.grades}
    else:
        cut_offs = cut_offs_for(pd.Series(score[enough]), wanted_shares, model=rules)
    return pd.DataFrame(
        {
            **points,
            **dimensions,
            "score": score,
            "credit_score": np.round(total - score, DECIMALS),
            "completeness": completeness,
            "grade": _grades(rules, score, cut_offs, enough, triggers),
            "triggered": _triggered(len(score), triggers),
        },
        index=indicators.index,
    )


def cut_offs_for(
    scores: pd.Series, wanted_shares: Mapping[str, float], *, model: ModelSource = DEFAULT_MODEL
) -> dict[str, float]:
    """Return from which score on each grade begins, so that the grades have the shares wanted.

    Equal scores always get one grade, the lower one: no grade, with those above it, gets more than
    the share wanted for them together, so grades of few different scores may get less.

    Parameters
    ----------
    scores
        Of the operators to be graded, NaN for none.
    wanted_shares
        By grade, all grades of the model; they add up to 1.

    Raises
    ------
    ValueError
        If the shares name other grades or do not add up to 1.

    Examples
    --------
    >>> scores = pd.Series(range(100))
    >>> cut_offs_for(scores, {"A": 0.73, "B": 0.19, "C": 0.05, "D": 0.03})
    {'A': 0.0, 'B': 73.0, 'C': 92.0, 'D': 97.0}
    """
    codes = [each.code for each in read_model(model).grades]
    if set(wanted_shares) != set(codes) or abs(sum(wanted_shares.values()) - 1) > 1e-6:
        msg = (
            f"wanted_shares must name {', '.join(codes)} and add up to 1, got {dict(wanted_shares)}"
        )
        raise ValueError(msg)
    values, counts = np.unique(scores.dropna().to_numpy(dtype=float), return_counts=True)
    from_here_up = np.cumsum(counts[::-1])[::-1] / max(1, counts.sum())
    starts = {codes[0]: 0.0}
    for position, code in enumerate(codes[1:], start=1):
        share = sum(wanted_shares[each] for each in codes[position:])
        fitting = values[from_here_up <= share + 1e-9]
        starts[code] = float(fitting[0]) if len(fitting) else np.inf
    return starts


class Inputs:
    """The columns of a frame that a model looks at, checked."""

    def __init__(self, frame: pd.DataFrame, model: RiskModel) -> None:
        present = [code for code in model.inputs if code in frame.columns]
        if not present:
            raise IndicatorError(
                ", ".join(map(str, frame.columns)) or "-",
                None,
                f"some of {', '.join(model.inputs)}",
            )
        self.rows = len(frame)
        self._units = {code: each.unit for code, each in model.inputs.items()}
        self._columns = {code: _column(frame[code], model.inputs[code]) for code in present}

    def value(self, code: str) -> Any:  # noqa: ANN401 - numbers, or texts of a class
        """Return a column; all NaN where it is not there."""
        if code not in self._columns:
            nothing = np.full(self.rows, np.nan)
            self._columns[code] = (
                nothing.astype(object) if self._units[code] == "class" else nothing
            )
        return self._columns[code]

    def given(self, code: str) -> Flags:
        """Return where a column has a value."""
        return ~np.asarray(pd.isna(self.value(code)), dtype=bool)

    def known(self, indicator: Indicator) -> Flags:
        """Return where an indicator has data."""
        return np.asarray(np.logical_and.reduce([self.given(each) for each in indicator.needs]))

    def all_of(self, when: tuple[Condition, ...]) -> Flags:
        """Return where all conditions hold; none but ``missing`` does without a value."""
        return np.asarray(np.logical_and.reduce([self._holds(each) for each in when]))

    def _holds(self, condition: Condition) -> Flags:
        if condition.how == "missing":
            return np.asarray(self.given(condition.column) != bool(condition.value))
        values, bound = self.value(condition.column), condition.value
        compare = {
            "at_least": np.greater_equal,
            "above": np.greater,
            "at_most": np.less_equal,
            "below": np.less,
            "equals": np.equal,
        }[condition.how]
        return np.asarray(compare(values, bound), dtype=bool)


def _column(values: pd.Series, told: Input) -> Any:  # noqa: ANN401 - numbers, or texts of a class
    if told.unit == "class":
        return values.astype(object).to_numpy()
    try:
        numbers = pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        first = next((each for each in values if not pd.isna(each)), None)
        raise IndicatorError(told.code, first, f"numbers ({told.unit})") from error
    least = -np.inf if told.unit in {"number", "days"} else 0.0
    most = 1.0 if told.unit in {"share", "flag"} else np.inf
    wrong = np.isinf(numbers) | (numbers < least) | (numbers > most)
    if told.unit == "flag":
        wrong |= (numbers > 0) & (numbers < 1)
    if wrong.any():
        finite = "a finite number"
        limits = {"share": "0 to 1", "flag": "0 or 1", "number": finite, "days": finite}
        raise IndicatorError(
            told.code, float(numbers[wrong][0]), limits.get(told.unit, f"0 or more ({told.unit})")
        )
    return numbers


def _points(indicator: Indicator, inputs: Inputs, has_data: Flags) -> Floats:
    total = np.zeros(inputs.rows)
    unknown = np.zeros(inputs.rows)
    for part in indicator.parts:
        if isinstance(part, Tiers):
            best = np.zeros(inputs.rows)
            for tier in part.tiers:
                met = inputs.all_of(tier.when)
                np.maximum(best, np.where(met, tier.points, 0.0), out=best)
                if any(each.how == "missing" and each.value for each in tier.when):
                    np.maximum(unknown, np.where(met, tier.points, 0.0), out=unknown)
            total += best
        elif isinstance(part, Share):
            total += part.points * share_of(part, inputs)
        else:
            for column, factor in zip(part.columns, part.decay, strict=True):
                total += part.points * factor * np.nan_to_num(inputs.value(column), nan=0.0)
    total = np.where(has_data, total, unknown)
    capped: Floats = np.clip(total, 0.0, indicator.weight)
    return np.asarray(np.round(capped, DECIMALS))


def share_of(part: Share, inputs: Inputs) -> Floats:
    """Return the value between 0 and 1 that a part's points are multiplied by; 0 where unknown."""
    value = inputs.value(part.column)
    if part.per is not None:
        value = value / np.maximum(inputs.value(part.per), part.least)
    value = np.clip(value / part.full, 0.0, 1.0)
    return np.asarray(np.nan_to_num(1.0 - value if part.inverse else value, nan=0.0))


def _sum(columns: list[Floats]) -> Floats:
    return np.asarray(np.round(np.sum(columns, axis=0), DECIMALS))


def _grades(
    model: RiskModel,
    score: Floats,
    cut_offs: Mapping[str, float],
    enough: Flags,
    triggers: list[tuple[Trigger, Flags]],
) -> Any:  # noqa: ANN401 - an array of texts
    codes = [each.code for each in model.grades]
    rank = np.searchsorted([cut_offs[code] for code in codes], score, side="right") - 1
    rank = np.where(enough, rank, -1)
    for trigger, holds in triggers:
        rank = np.where(holds, np.maximum(rank, codes.index(trigger.grade)), rank)
    return np.array([*codes, PENDING], dtype=object)[rank]


def _triggered(rows: int, triggers: list[tuple[Trigger, Flags]]) -> Any:  # noqa: ANN401 - texts
    found = np.full(rows, "", dtype=object)
    for trigger, holds in triggers:
        for row in np.flatnonzero(holds):
            found[row] = f"{found[row]},{trigger.code}" if found[row] else trigger.code
    return found
