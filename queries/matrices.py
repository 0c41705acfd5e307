"""Matrices: one measure by two levels."""

import pandas as pd

from queries.breakdowns import OPERATOR
from queries.counting import Count, fetch_count
from queries.dimensions import LEVELS
from queries.figures import figures
from queries.matching import member_code
from queries.measures import sums_of
from queries.reading import reading
from queries.results import Matrix
from queries.scope import Scope
from queries.selection import Selection
from queries.sums import Sums
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
    with reading(warehouse, selection, scope) as opened:
        found = fetch_count(opened, Count((rows, columns), sums_of((measure,)), (opened.days,)))
    return matrix_of(found[0], rows=rows, columns=columns, measure=measure)


def matrix_of(sums: Sums, *, rows: str, columns: str, measure: str) -> Matrix:
    """Return the matrix of sums counted by two levels, in order of the members."""
    values = figures(sums.arrays, (measure,))[measure]
    codes = [(member_code(row), member_code(column)) for row, column in sums.members]
    keys = {code: _key(code) for pair in codes for code in pair}
    places = [(keys[row], keys[column]) for row, column in codes]
    order = sorted(range(len(codes)), key=places.__getitem__)
    frame = pd.DataFrame(
        {
            "row": pd.Series([codes[each][0] for each in order], dtype=object),
            "column": pd.Series([codes[each][1] for each in order], dtype=object),
            "value": values[order],
        }
    )
    return Matrix(frame, rows, columns)


def _key(code: str | None) -> tuple[bool, int, str]:
    """Order codes by themselves, numbers by value, not stated last."""
    stated = code or ""
    return (code is None, int(stated) if len(stated) < 3 and stated.isdecimal() else 0, stated)
