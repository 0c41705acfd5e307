"""From sums to figures: rates are divided after adding up, members put in order."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from queries.matching import member_code
from queries.measures import FLOAT_SUMS, MEASURES
from queries.selection import DateRange
from queries.warehouse import Warehouse


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
    base = sums[definition.denominator]
    return numerator.astype("float64") / base.where(base != 0)


def figures_of_one(sums: pd.DataFrame, measures: Sequence[str]) -> dict[str, float]:
    """Return the measures of a frame of one row as plain numbers."""
    return {name: float(value) for name, value in figures(sums, measures).iloc[0].items()}


def add_sums(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return one row with the sums of all rows."""
    return pd.DataFrame(
        {name: [frame[name].sum()] for name in names},
    ).astype({name: "float64" if name in FLOAT_SUMS else "int64" for name in names})


def comparable(warehouse: Warehouse, days: DateRange | None) -> bool:
    """Tell whether ``days`` lie wholly inside the data, so that a comparison says something."""
    return (
        days is not None
        and warehouse.first_day is not None
        and warehouse.last_day is not None
        and warehouse.first_day <= days.start
        and days.end <= warehouse.last_day
    )


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
    values = figures(current, measures)
    frame = pd.DataFrame({"member": [member_code(each) for each in current[level]]}, dtype=object)
    frame[list(measures)] = values
    frame["share"] = _shares(frame[order], order, total)
    if compared is not None:
        aligned = _aligned(compared, current[level], level)
        before = figures(aligned, measures)
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
    sums = compared.drop(columns=level)
    if not len(sums):
        return pd.DataFrame(0, index=members.index, columns=sums.columns).astype(sums.dtypes)
    taken = sums.take(np.maximum(rows, 0)).set_axis(members.index)
    taken.loc[rows < 0] = 0
    return taken


def _ranks(frame: pd.DataFrame, order: str) -> list[int]:
    keys = [
        (math.isnan(value), -value, member is None, member or "")
        for value, member in zip(
            frame[order].astype("float64"), frame["member"], strict=True
        )
    ]
    return sorted(range(len(keys)), key=keys.__getitem__)
