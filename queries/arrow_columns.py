"""Columns of what the embedded engine answers, as arrays of numbers, without a Python object each."""

from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from numpy.typing import NDArray

from queries.loading import raw_connection

Floats = NDArray[np.float64]


def fetch_table(conn: sa.Connection, statement: sa.Select[*tuple[Any, ...]]) -> pa.Table:
    """Return what a statement finds, whole columns at once where the engine gives them so."""
    if conn.dialect.name == "duckdb":
        compiled = statement.compile(conn, compile_kwargs={"literal_binds": True})
        return raw_connection(conn).cursor().sql(str(compiled)).to_arrow_table()
    result = conn.execute(statement)
    names, rows = list(result.keys()), result.all()
    return pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)})


class Columns:
    """The columns of an Arrow table as numbers."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.rows = table.num_rows

    def number(self, name: str, *, missing: float = np.nan) -> Floats:
        """Return a column of numbers; all ``missing`` where it is not there."""
        if name not in self.table.column_names:
            return np.full(self.rows, missing)
        column = self.table.column(name).cast(pa.float64())
        values = np.array(column.to_numpy(), dtype=np.float64)
        return np.where(np.isnan(values), missing, values) if missing == missing else values  # noqa: PLR0124

    def days(self, name: str) -> Floats:
        """Return a column of days as days since 1970, NaN where there is none."""
        if name not in self.table.column_names:
            return np.full(self.rows, np.nan)
        return np.array(
            self.table.column(name).cast(pa.int32()).cast(pa.float64()).to_numpy(),
            dtype=np.float64,
        )

    def codes(self, name: str) -> tuple[NDArray[np.int64], list[str | None]]:
        """Return a column of texts as numbers, and what they stand for; -1 for none."""
        coded = self.table.column(name).combine_chunks().dictionary_encode()
        indices = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return indices, coded.dictionary.to_pylist()
