"""From sums to figures: rates are divided after adding up, members put in order."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from queries.matching import member_code
from queries.measures import MEASURES
from queries.sums import Sums


def figures(sums: Mapping[str, np.ndarray], measures: Sequence[str]) -> dict[str, np.ndarray]:
    """Return an array per measure; NaN where a denominator is 0.

    Examples
    --------
    >>> added = {"closed": np.array([3, 0]), "submissions": np.array([4, 0])}
    >>> figures(added, ["closed", "closure_rate"])["closure_rate"].tolist()
    [0.75, nan]
    """
    return {name: _figure(sums, name) for name in measures}


def _figure(sums: Mapping[str, np.ndarray], measure: str) -> np.ndarray:
    definition = MEASURES[measure]
    if definition.denominator is None:
        return sums[definition.numerator]
    return divided(sums[definition.numerator], sums[definition.denominator])


def divided(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Return the quotients, NaN where the denominator is 0."""
    quotient = np.full(len(numerator), math.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator != 0)
    return quotient


def figures_of_one(sums: Mapping[str, np.ndarray], measures: Sequence[str]) -> dict[str, float]:
    """Return the measures over all members together."""
    added = {name: values.sum(keepdims=True) for name, values in sums.items()}
    return {name: float(values[0]) for name, values in figures(added, measures).items()}


def breakdown_frame(
    current: Sums,
    compared: Sums | None,
    *,
    measures: Sequence[str],
    order: str,
    total: float | None = None,
) -> pd.DataFrame:
    """Return the frame of a `queries.results.Breakdown`, in order.

    Parameters
    ----------
    total
        What shares are shares of; None takes the sum over ``current``.
    """
    columns = figures(current.arrays, measures)
    codes = [member_code(each) for each in current.firsts]
    columns["share"] = _shares(columns[order], order, total)
    if compared is not None:
        before = figures(compared.of(current.members).arrays, measures)
        columns |= {f"{name}_compared": values for name, values in before.items()}
        columns["change"] = columns[order] - before[order]
        columns["change_rate"] = divided(columns["change"], before[order])
    ranks = _ranks(columns[order], codes)
    member = pd.Series([codes[row] for row in ranks], dtype=object)
    return pd.DataFrame({"member": member, **{k: v[ranks] for k, v in columns.items()}})


def _shares(values: np.ndarray, order: str, total: float | None) -> np.ndarray:
    if MEASURES[order].denominator is not None:
        return np.full(len(values), math.nan)
    whole = values.sum() if total is None else total
    return divided(values, np.full(len(values), whole))


def _ranks(values: np.ndarray, codes: Sequence[str | None]) -> list[int]:
    keys = [
        (math.isnan(value), 0 if math.isnan(value) else -value, code is None, code or "")
        for value, code in zip(values.tolist(), codes, strict=True)
    ]
    return sorted(range(len(keys)), key=keys.__getitem__)
