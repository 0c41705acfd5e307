"""What each entry has of the seven elements, and where it contradicts itself: written by jobs."""

import datetime as dt
from collections.abc import Iterator, Sequence

import pyarrow as pa
import sqlalchemy as sa

from queries.cubes import affected_spans, key_expression, make_anew, within, year_spans
from queries.deriving import insert_rows, read_batches
from queries.entry_tables import ENTRY_SUMS, entry_checks, totals
from queries.findings import with_submissions
from queries.schema import submissions

ENTRIES_PER_BATCH = 50_000
"""Entries read at a time; about 60 MB with what their check takes."""


class UnknownFieldError(ValueError):
    """A rule for entries names a column that submissions do not have."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"no column of submissions: {', '.join(names)}; correct assets/rules/entry_quality.yaml"
        )
        self.names = tuple(names)


def read_entries(
    conn: sa.Connection, fields: Sequence[str], days: Sequence[dt.date] | None
) -> Iterator[pa.RecordBatch]:
    """Yield the submissions of ``days`` (of all when None) in batches.

    The columns are ``submission_key``, ``registered_on`` and ``fields``.

    Raises
    ------
    UnknownFieldError
        If submissions lack a field.
    """
    unknown = [name for name in fields if name not in submissions.c]
    if unknown:
        raise UnknownFieldError(unknown)
    names = dict.fromkeys(["submission_key", "registered_on", *fields])
    statement = sa.select(*[submissions.c[name] for name in names])
    if days is not None:
        statement = statement.where(submissions.c.registered_on.in_(days))
    return read_batches(conn, statement, rows=ENTRIES_PER_BATCH)


def delete_checks(conn: sa.Connection, days: Sequence[dt.date] | None) -> None:
    """Delete the checks of submissions registered on ``days``; make the table anew when None."""
    if days is None:
        make_anew(conn, entry_checks)
    else:
        conn.execute(entry_checks.delete().where(entry_checks.c.registered_on.in_(days)))


def add_checks(conn: sa.Connection, rows: pa.Table) -> None:
    """Add rows with the columns of ``entry_checks``."""
    insert_rows(conn, entry_checks, rows)


def add_up(conn: sa.Connection, days: Sequence[dt.date] | None) -> None:
    """Add up these days again, and their months; all days when None."""
    sums = totals()
    for grain, table in ENTRY_SUMS.items():
        if days is None:
            make_anew(conn, table)
        names = [each.name for each in table.c if each.name not in sums]
        keys = [key_expression(name, grain) for name in names]
        for span in year_spans(conn) if days is None else affected_spans(days, grain):
            conn.execute(table.delete().where(within(table, span)))
            conn.execute(
                table.insert().from_select(
                    [*names, *sums],
                    sa.select(*keys, *sums.values())
                    .select_from(with_submissions(entry_checks))
                    .where(within(submissions, span), within(entry_checks, span))
                    .group_by(*keys)
                    .order_by(*keys),
                )
            )


def count_checks(conn: sa.Connection) -> int:
    """Return how many submissions are checked."""
    return conn.scalar(sa.select(sa.func.count()).select_from(entry_checks)) or 0
