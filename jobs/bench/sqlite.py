"""A copy of the facts in SQLite, with the indexes that one would give it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import sqlalchemy as sa

from jobs.bench.plain import FACTS_READ
from queries.schema import operators, submission_words, submissions, words
from queries.warehouse import open_file

ROWS_PER_BATCH = 200_000
"""Rows copied at a time."""

_copy = sa.MetaData()


def _table(original: sa.Table, names: Sequence[str], *, key: str | None = None) -> sa.Table:
    columns = [
        sa.Column(
            name,
            sa.Integer() if name == "submission_key" else original.c[name].type,
            primary_key=name == key,
        )
        for name in names
    ]
    return sa.Table(original.name, _copy, *columns)


_facts = _table(submissions, FACTS_READ, key="submission_key")
_words_of = _table(submission_words, ("submission_key", "registered_on", "word_id"))
_TABLES = (
    (_facts, submissions),
    (_words_of, submission_words),
    (_table(words, ("word_id", "word"), key="word_id"), words),
    (_table(operators, ("operator_id", "name"), key="operator_id"), operators),
)

INDEXES = (
    sa.Index("by_day", _facts.c.registered_on),
    sa.Index("by_city", _facts.c.city_code, _facts.c.registered_on),
    sa.Index("by_section", _facts.c.industry_section, _facts.c.registered_on),
    sa.Index("by_operator", _facts.c.operator_id, _facts.c.registered_on),
    sa.Index("words_by_day", _words_of.c.registered_on, _words_of.c.word_id),
)
"""Indexes of the copy besides the keys, made after loading."""


def copy_to_sqlite(source: Path, target: Path, *, progress: Callable[[str], None]) -> None:
    """Copy what the ten questions read from a warehouse file into a new SQLite file."""
    draft = target.with_suffix(".part")
    draft.unlink(missing_ok=True)
    warehouse = open_file(source, source.stem)
    engine = sa.create_engine(f"sqlite:///{draft}")
    try:
        with engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA journal_mode = OFF")
            conn.exec_driver_sql("PRAGMA synchronous = OFF")
            for table, original in _TABLES:
                progress(f"copy {table.name} to SQLite")
                conn.execute(sa.schema.CreateTable(table))
                insert = str(table.insert().compile(engine))
                for rows in _batches(warehouse.engine, table, original):
                    conn.exec_driver_sql(insert, rows)
            progress("index the copy in SQLite")
            for index in INDEXES:
                index.create(conn)
            conn.exec_driver_sql("ANALYZE")
            conn.commit()
    finally:
        engine.dispose()
        warehouse.engine.dispose()
    draft.rename(target)


def _batches(
    engine: sa.Engine, table: sa.Table, original: sa.Table
) -> Iterator[list[tuple[object, ...]]]:
    chosen = [_as_stored(original.c[column.name]) for column in table.c]
    with engine.connect() as conn:
        result = conn.execution_options(stream_results=True).execute(sa.select(*chosen))
        while rows := result.fetchmany(ROWS_PER_BATCH):
            yield [tuple(row) for row in rows]


def _as_stored(column: sa.Column[object]) -> sa.ColumnElement[object]:
    """Return a column in the form in which SQLAlchemy keeps it in SQLite."""
    if isinstance(column.type, sa.DateTime):
        return sa.func.strftime(column, "%Y-%m-%d %H:%M:%S.%f")
    if isinstance(column.type, sa.Date):
        return sa.func.strftime(column, "%Y-%m-%d")
    return column
