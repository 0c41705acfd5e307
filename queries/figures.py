"""From sums to figures: rates are divided after adding up, members put in order."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from queries.matching import member_code
from queries.measures import MEASURES


def figures(sums: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Return one column per measure, same index as ``sums``; NaN where a denominator is 0.

    Examples
    --------
    >>> added = pd.DataFrame({"closed": [3, 0], "submissions": [4, 0]})
    >>> figures(added, ["closed", "closure_rate"])["closure_rate"].to_list()
    [0.75, nan]
    """
    return pd.DataFrame({name: _figure(sums, name) for name in measures}, index=sums.index)


def _figure(sums: pd.DataFrame, measure: str) -> pd.Series:
    definition = MEASURES[measure]
    numerator = sums[definition.numerator]
    if definition.denominator is None:
        return numerator
    base = sums[definition.denominator].astype("float64")
    return numerator.astype("float64") / base.where(base != 0)


def figures_of_one(sums: pd.DataFrame, measures: Sequence[str]) -> dict[str, float]:
    """Return the measures over all rows of ``sums`` together."""
    values = {}
    for name in measures:
        definition = MEASURES[name]
        values[name] = float(sums[definition.numerator].sum())
        if definition.denominator is not None:
            values[name] /= float(sums[definition.denominator].sum()) or math.nan
    return values


def breakdown_frame(
    current: pd.DataFrame,
    compared: pd.DataFrame | None,
    *,
    level: str,
    measures: Sequence[str],
    order: str,
    total: float | None = None,
) -> pd.DataFrame:
    """Return the frame of a `queries.results.Breakdown`, in order.

    Parameters
    ----------
    current, compared
        Sums by member, as counted; a member missing in ``compared`` counted nothing.
    total
        What shares are shares of; None takes the sum over ``current``.
    """
    frame = figures(current, measures)
    codes = [member_code(each) for each in current[level]]
    frame.insert(0, "member", pd.Series(codes, index=frame.index, dtype=object))
    frame["share"] = _shares(frame[order], order, total)
    if compared is not None:
        before = figures(_aligned(compared, current[level], level), measures)
        for name in measures:
            frame[f"{name}_compared"] = before[name]
        base = before[order].astype("float64")
        frame["change"] = frame[order] - before[order]
        frame["change_rate"] = frame["change"] / base.where(base != 0)
    return frame.iloc[_ranks(frame, order)].reset_index(drop=True)


def _shares(values: pd.Series, order: str, total: float | None) -> pd.Series:
    if MEASURES[order].denominator is not None:
        return pd.Series(math.nan, index=values.index)
    whole = float(values.sum()) if total is None else total
    return values.astype("float64") / (whole or math.nan)


def _aligned(compared: pd.DataFrame, members: pd.Series, level: str) -> pd.DataFrame:
    position = {member: row for row, member in enumerate(compared[level])}
    rows = np.array([position.get(member, -1) for member in members], dtype="int64")
    aligned = {
        name: np.append(values.to_numpy(), np.zeros(1, values.dtype))[rows]
        for name, values in compared.drop(columns=level).items()
    }
    return pd.DataFrame(aligned, index=members.index)


def _ranks(frame: pd.DataFrame, order: str) -> list[int]:
    keys = [
        (math.isnan(value), -value, member is None, member or "")
        for value, member in zip(frame[order].astype("float64"), frame["member"], strict=True)
    ]
    return sorted(range(len(keys)), key=keys.__getitem__)
