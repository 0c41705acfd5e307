"""Matrices: one measure by two levels."""

import pandas as pd

from queries.breakdowns import OPERATOR
from queries.counting import Count, fetch_count
from queries.dimensions import LEVELS
from queries.figures import figures
from queries.matching import member_code
from queries.measures import sums_of
from queries.periods import days_of
from queries.results import Matrix
from queries.scope import Scope
from queries.selection import Selection
from queries.warehouse import Warehouse


def fetch_matrix(
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    rows: str,
    columns: str,
    measure: str = "submissions",
) -> Matrix:
    """Return one measure by two levels: every cell that has a submission, none cut off.

    Filters on the dimensions of both levels are left out as for a breakdown.

    Raises
    ------
    ValueError
        If a level is unknown, has too many members for a matrix, or stands on both sides.
    """
    fitting = [each for each in LEVELS if each != OPERATOR]
    if rows not in fitting or columns not in fitting or rows == columns:
        msg = f"a matrix is made of two of {', '.join(fitting)}; got {rows!r} and {columns!r}"
        raise ValueError(msg)
    count = Count((rows, columns), sums_of((measure,)), (days_of(warehouse, selection),))
    with warehouse.engine.connect() as conn:
        found = fetch_count(conn, warehouse, selection, scope, count)
    return matrix_of(found[0], rows=rows, columns=columns, measure=measure)


def matrix_of(sums: pd.DataFrame, *, rows: str, columns: str, measure: str) -> Matrix:
    """Return the matrix of sums counted by two levels, in order of the members."""
    frame = pd.DataFrame(
        {
            "row": _codes(sums[rows]),
            "column": _codes(sums[columns]),
            "value": figures(sums, (measure,))[measure],
        }
    )
    keys = [(_key(row), _key(column)) for row, column in zip(frame["row"], frame["column"], strict=True)]
    ordered = frame.iloc[sorted(range(len(keys)), key=keys.__getitem__)].reset_index(drop=True)
    return Matrix(ordered, rows, columns)


def _codes(values: pd.Series) -> pd.Series:
    return pd.Series([member_code(each) for each in values], values.index, dtype=object)


def _key(code: str | None) -> tuple[bool, int, str]:
    return (code is None, len(code or "") if (code or "").isdecimal() else 0, code or "")
