"""Typed sources, Parquet files and databases, as tables of texts."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from jobs.importing.errors import UnreadableSourceError
from jobs.importing.mapping import FormatOptions
from jobs.importing.tables import Batch, from_frame

BATCH_ROWS = 65_536

LOCAL_ZONE = "Asia/Shanghai"
"""Times with a zone are stored as the wall clock here shows them."""


def as_text(column: pl.Series) -> pl.Series:
    """Return a column as texts: dates in ISO form, whole numbers without a fraction.

    Examples
    --------
    >>> as_text(pl.Series([1.0, 25.0, None])).to_list()
    ['1', '25', None]
    >>> as_text(pl.Series([dt.datetime(2026, 3, 1, 8, 5)])).to_list()
    ['2026-03-01 08:05:00']
    """
    if column.dtype == pl.String:
        return column
    if isinstance(column.dtype, pl.Datetime):
        if column.dtype.time_zone:
            column = column.dt.convert_time_zone(LOCAL_ZONE).dt.replace_time_zone(None)
        return column.dt.strftime("%Y-%m-%d %H:%M:%S%.f")
    if column.dtype.is_float():
        finite = column.fill_nan(None)
        whole = finite.drop_nulls()
        fits = len(whole) and bool(((whole.round() == whole) & (whole.abs() < 2**53)).all())
        return finite.cast(pl.Int64 if fits else finite.dtype).cast(pl.String)
    if column.dtype == pl.Binary:
        return column.cast(pl.String, strict=False)
    if isinstance(column.dtype, pl.List):
        return column.list.eval(pl.element().cast(pl.String)).list.join(",", ignore_nulls=True)
    return column.cast(pl.String)


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """A Parquet file."""

    label: str
    columns: tuple[str, ...]
    path: Path

    def batches(self, needed: Sequence[str]) -> Iterator[Batch]:
        """Read the file once, batch by batch."""
        row = 1
        with pq.ParquetFile(self.path) as file:
            total = max(file.metadata.num_rows, 1)
            for each in file.iter_batches(BATCH_ROWS):
                frame = pl.DataFrame(pa.Table.from_batches([each]))
                texts = pl.DataFrame([as_text(column) for column in frame])
                rows = pl.int_range(row, row + frame.height, eager=True).alias("row")
                row += frame.height
                yield from_frame(texts, rows, needed, share=(row - 1) / total)


def open_parquet(path: Path) -> ParquetTable:
    """Read a Parquet file's schema.

    Raises
    ------
    UnreadableSourceError
        If the file is damaged or has nested columns.
    """
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
    except pa.ArrowInvalid as error:
        raise UnreadableSourceError(
            path.name, "is no whole Parquet file; write it again"
        ) from error
    nested = [
        each.name for each in schema if pa.types.is_struct(each.type) or pa.types.is_map(each.type)
    ]
    if nested:
        raise UnreadableSourceError(
            path.name, f"column {nested[0]!r} is nested; write it flat or as text"
        )
    return ParquetTable(path.name, tuple(schema.names), path)


@dataclass(frozen=True, slots=True)
class DatabaseTable:
    """A table or query of a database, read in chunks."""

    label: str
    columns: tuple[str, ...]
    url: sa.URL
    options: FormatOptions

    def batches(self, needed: Sequence[str]) -> Iterator[Batch]:
        """Run the query once."""
        engine = sa.create_engine(self.url, poolclass=sa.pool.NullPool)
        row = 1
        try:
            with engine.connect().execution_options(
                stream_results=True, max_row_buffer=BATCH_ROWS
            ) as conn:
                result = _run(conn, self.options)
                while chunk := result.fetchmany(BATCH_ROWS):
                    rows = pl.int_range(row, row + len(chunk), eager=True).alias("row")
                    row += len(chunk)
                    yield from_frame(self._texts(chunk), rows, needed, share=0.0)
        except sa.exc.DBAPIError as error:
            raise UnreadableSourceError(self.label, f"reading failed: {_short(error)}") from error

    def _texts(self, chunk: Sequence[sa.Row[tuple[object, ...]]]) -> pl.DataFrame:
        columns = zip(*chunk, strict=True)
        return pl.DataFrame(
            [_typed(name, values) for name, values in zip(self.columns, columns, strict=True)]
        )


def _typed(name: str, values: Sequence[object]) -> pl.Series:
    try:
        return as_text(pl.Series(name, values, strict=True))
    except (TypeError, pl.exceptions.PolarsError):
        texts = [None if value is None else _one_text(value) for value in values]
        return pl.Series(name, texts, pl.String)


def _one_text(value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", errors="replace")
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return str(value)


def open_database(url: sa.URL, options: FormatOptions, label: str) -> DatabaseTable:
    """Look at the columns of the mapping's table or query.

    Parameters
    ----------
    options
        Name ``table`` or ``query``; a database with a single table needs neither.

    Raises
    ------
    UnreadableSourceError
        If the database cannot be opened or the table or query does not work.
    """
    try:
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        with engine.connect() as conn:
            chosen = options
            if not (options.table or options.query):
                tables = sa.inspect(conn).get_table_names()
                if len(tables) != 1:
                    raise UnreadableSourceError(
                        label,
                        f"holds {len(tables)} tables ({', '.join(sorted(tables)[:20])}); set `table:` "
                        "or `query:` under `format:` in the mapping",
                    )
                chosen = options.model_copy(update={"table": tables[0]})
            result = _run(conn, chosen)
            columns = tuple(result.keys())
            result.close()
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        raise UnreadableSourceError(label, f"cannot be read: {_short(error)}") from error
    return DatabaseTable(label, columns, url, chosen)


def _run(conn: sa.Connection, options: FormatOptions) -> sa.CursorResult[tuple[object, ...]]:
    if options.query:
        return conn.exec_driver_sql(options.query)
    schema, _, name = (options.table or "").rpartition(".")
    table = sa.table(name, schema=schema or None)
    return conn.execute(sa.select(sa.literal_column("*")).select_from(table))


def _short(error: Exception) -> str:
    origin = getattr(error, "orig", None) or error
    return " ".join(str(origin).split())[:300]
