"""What would change an operator's grade: the smallest changes of single figures, and of several.

Every figure that the model looks at is tried at the values where points change: at the bounds of
tiers, one more or one less of what is counted, and where a share gives just the points that are
wanted. Each trial is scored as the operator itself was, so an answer is never an estimate. Figures
without data are not tried.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from analytics.risk import ModelSource, score_operators
from analytics.risk_model import DEFAULT_MODEL, read_model
from analytics.risk_parts import PENDING, Condition, Each, RiskModel, Share, Tiers

STEPS = {"count": 1.0, "yuan": 1.0, "days": 1.0, "years": 0.01, "share": 0.001, "number": 0.1}
"""Least change of a figure by its unit that is worth naming; ours."""

MOST_COUNTED = 100
"""Most of what is counted that is tried; ours."""

_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would change a grade.

    Attributes
    ----------
    score, grade
        As they are.
    changes
        Single figures, one row for each figure and grade that it leads to: ``input, now, then``
        (NaN or None: no data), ``score, grade`` with it, ``change`` of the score, ``direction``
        (``better`` or ``worse``); the smallest changes of the score first.
    together
        Where no single figure leads to a better grade: the fewest indicators that do once they are
        as good as they can be, with the same columns, each row upon those before it. Empty where a
        single one suffices, or none help.
    """

    score: float
    grade: str
    changes: pd.DataFrame
    together: pd.DataFrame


COLUMNS = ("input", "now", "then", "score", "grade", "change", "direction")


def explain(indicators: pd.DataFrame, *, model: ModelSource = DEFAULT_MODEL) -> Explanation:
    """Find the smallest changes of an operator's figures that change its grade.

    Parameters
    ----------
    indicators
        One row, as `analytics.risk.score_operators` takes it.

    Raises
    ------
    ValueError
        If there is not exactly one row.
    RiskModelError
        If the model is wrong.
    IndicatorError
        If a value cannot be used.

    Examples
    --------
    >>> counted = dict.fromkeys(["serious_listed", "linked_bad_firms", "failed_inspections_2y"], 0)
    >>> figures = {**counted, "penalties_year_1": 3, "abnormal_listed": 1, "winding_up": 1}
    >>> figures |= {"staff_findings": 0, "complaints_90d": 0, "opinions_major_12m": 0}
    >>> found = explain(pd.DataFrame({**figures, "opinions_ordinary_12m": 1}, index=["x"]))
    >>> found.score, found.grade
    (210.0, 'B')
    >>> found.changes[["input", "now", "then", "score", "grade"]].head(1)
                       input  now then  score grade
    0  opinions_ordinary_12m  1.0  0.0  195.0     A
    """
    if len(indicators) != 1:
        msg = f"indicators must have one row, that of one operator, got {len(indicators)}"
        raise ValueError(msg)
    rules = read_model(model)
    indicators = _plain(indicators, rules)
    before = score_operators(indicators, model=rules).iloc[0]
    trials = _scored(indicators, rules, list(_trials(indicators, rules, float(before["score"]))))
    order = {each.code: rank for rank, each in enumerate(rules.grades)}
    changes = trials[(trials["grade"] != before["grade"]) & (trials["grade"] != PENDING)].copy()
    now = order.get(str(before["grade"]), -1)
    changes["direction"] = [
        "worse" if order[each] > now else "better" for each in changes["grade"]
    ]  # fmt: skip
    changes["size"] = changes["change"].abs()
    changes["step"] = (pd.to_numeric(changes["then"], errors="coerce")
                       - pd.to_numeric(changes["now"], errors="coerce")).abs()  # fmt: skip
    changes = (
        changes.sort_values(["size", "step", "input"])
        .drop_duplicates(["input", "grade"])
        .reset_index(drop=True)
    )
    together = pd.DataFrame(columns=list(COLUMNS))
    if now > 0 and not (changes["direction"] == "better").any():
        together = _together(indicators, rules, trials, now, order)
    return Explanation(
        float(before["score"]), str(before["grade"]), changes[list(COLUMNS)], together
    )


def _plain(indicators: pd.DataFrame, rules: RiskModel) -> pd.DataFrame:
    """Return the figures that the model looks at, numbers as such."""
    columns = {}
    for code, told in rules.inputs.items():
        value = indicators[code].iloc[0] if code in indicators else None
        if told.unit == "class":
            columns[code] = pd.Series([None if pd.isna(value) else value], dtype=object)
        elif isinstance(value, str):
            columns[code] = pd.Series([value])
        else:
            columns[code] = pd.Series([math.nan if pd.isna(value) else float(value)])
    return pd.DataFrame(columns)


def _together(
    indicators: pd.DataFrame,
    rules: RiskModel,
    trials: pd.DataFrame,
    now: int,
    order: dict[str, int],
) -> pd.DataFrame:
    """Make figures as good as they can be, the one that saves most first, until the grade changes."""
    frame = indicators.copy()
    rows: list[dict[str, object]] = []
    for _ in range(len(rules.inputs)):
        base = score_operators(frame, model=rules).iloc[0]
        trials = _scored(frame, rules, list(_trials(frame, rules, float(base["score"]))))
        trials = trials[~trials["input"].isin([row["input"] for row in rows])]
        released = [order.get(each, now) < now for each in trials["grade"]]
        trials = trials.assign(released=released, triggers=_held(frame, rules, trials))
        best = trials.sort_values(
            ["released", "triggers", "change", "input"], ascending=[False, True, True, True]
        )
        if best.empty or not (best.iloc[0]["change"] < 0 or best.iloc[0]["triggers"] < 0):
            return pd.DataFrame(columns=list(COLUMNS))
        first = best.iloc[0]
        frame = frame.assign(**{str(first["input"]): [first["then"]]})
        rows.append({**{name: first[name] for name in COLUMNS[:-1]}, "direction": "better"})
        if first["released"]:
            return pd.DataFrame(rows, columns=list(COLUMNS))
    return pd.DataFrame(columns=list(COLUMNS))


def _held(frame: pd.DataFrame, rules: RiskModel, trials: pd.DataFrame) -> list[int]:
    """Return by how many triggers more hold with each trial, negative: fewer."""
    held = score_operators(frame, model=rules)["triggered"].iloc[0]
    before = len([each for each in held.split(",") if each])
    return [len([one for one in each.split(",") if one]) - before for each in trials["triggered"]]


def _scored(
    frame: pd.DataFrame, rules: RiskModel, trials: list[tuple[str, float | str]]
) -> pd.DataFrame:
    base = score_operators(frame, model=rules).iloc[0]
    repeated = frame.loc[[0] * len(trials)].reset_index(drop=True)
    for column in {each for each, _ in trials}:
        values = repeated[column].tolist()
        for number, (tried, value) in enumerate(trials):
            if tried == column:
                values[number] = value
        repeated[column] = pd.Series(values, dtype=repeated[column].dtype)
    scored = score_operators(repeated, model=rules)
    now = [frame[column].iloc[0] for column, _ in trials]
    return pd.DataFrame(
        {
            "input": [column for column, _ in trials],
            "now": pd.Series(now, dtype=object),
            "then": pd.Series([value for _, value in trials], dtype=object),
            "score": scored["score"],
            "grade": scored["grade"],
            "triggered": scored["triggered"],
            "change": (scored["score"] - base["score"]).round(2),
        }
    )


def _trials(
    frame: pd.DataFrame, rules: RiskModel, score: float
) -> Iterator[tuple[str, float | str]]:
    """Yield every figure with a value to try, each pair once, none the value that it has."""
    seen = set()
    for column, value in _wanted(frame, rules, score):
        told, now = rules.inputs[column], frame[column].iloc[0]
        if pd.isna(now):
            continue
        if isinstance(value, float):
            most = 1.0 if told.unit in {"share", "flag"} else math.inf
            least = -math.inf if told.unit == "number" else 0.0
            value = min(max(round(value, 6), least), most)  # noqa: PLW2901
        same = math.isclose(now, value) if isinstance(value, float) else value == now
        if (column, value) not in seen and not same:
            seen.add((column, value))
            yield column, value


def _wanted(
    frame: pd.DataFrame, rules: RiskModel, score: float
) -> Iterator[tuple[str, float | str]]:
    gaps = [each.start - score for each in rules.grades]
    for condition in _conditions(rules):
        if condition.how != "missing":
            yield from _around(condition, rules)
    for indicator in rules.indicators:
        for part in indicator.parts:
            if isinstance(part, Each):
                for column in part.columns:
                    yield from ((column, float(n)) for n in range(_most(frame, column) + 1))
            elif isinstance(part, Share):
                yield from _just_enough(frame, rules, part, gaps)


def _conditions(rules: RiskModel) -> Iterator[Condition]:
    for trigger in rules.triggers:
        yield from trigger.when
    for indicator in rules.indicators:
        for part in indicator.parts:
            if isinstance(part, Tiers):
                for tier in part.tiers:
                    yield from tier.when


def _around(condition: Condition, rules: RiskModel) -> Iterator[tuple[str, float | str]]:
    """Yield the values on both sides of a bound."""
    if isinstance(condition.value, str):
        yield condition.column, condition.value
        return
    unit = rules.inputs[condition.column].unit
    bound = float(condition.value)
    step = STEPS.get(unit, 1.0)
    yield condition.column, bound
    yield condition.column, bound + step
    yield condition.column, bound - step


def _most(frame: pd.DataFrame, column: str) -> int:
    now = frame[column].iloc[0]
    return min(MOST_COUNTED, int(0 if pd.isna(now) else now) + 5)


def _just_enough(
    frame: pd.DataFrame, rules: RiskModel, part: Share, gaps: list[float]
) -> Iterator[tuple[str, float]]:
    """Yield where a share gives all or nothing, and just the points to cross each cut-off."""
    now = frame[part.column].iloc[0]
    scale = part.full
    if part.per is not None:
        per = frame[part.per].iloc[0]
        if pd.isna(per):
            return
        scale *= max(float(per), part.least)
    yield part.column, 0.0
    yield part.column, scale
    if pd.isna(now) or part.points <= 0:
        return
    unit = rules.inputs[part.column].unit
    step = STEPS.get(unit, 1.0)
    sign = -1.0 if part.inverse else 1.0
    reached = min(max(float(now) / scale, 0.0), 1.0) * scale
    for gap in gaps:
        exact = reached + sign * gap / part.points * scale
        if -_EPSILON <= exact / scale <= 1 + _EPSILON:
            yield part.column, math.floor(exact / step + _EPSILON) * step
            yield part.column, math.ceil(exact / step - _EPSILON) * step
            yield part.column, math.floor(exact / step - _EPSILON) * step
