"""Tags of submissions: which tags each has, and the rules that gave them."""

import datetime as dt
from collections.abc import Iterator, Sequence

import pyarrow as pa
import sqlalchemy as sa

from queries.cubes import make_anew
from queries.deriving import Texts, insert_rows, read_batches
from queries.schema import submissions
from queries.tag_tables import submission_tags, tag_rules

TEXTS_PER_BATCH = 50_000
"""Texts read at a time; about 30 MB."""

BETWEEN = "\n"
"""Between title and narrative where both are searched; no rule reaches over a line break."""


def searched_text() -> sa.ColumnElement[str]:
    """Return what rules are matched against: the title, if there is one, and the narrative.

    Examples
    --------
    >>> print(searched_text())
    coalesce(submissions.title || :title_1, :coalesce_1) || coalesce(submissions.narrative, :coalesce_2)
    """
    title = sa.func.coalesce(submissions.c.title + BETWEEN, "")
    return title + sa.func.coalesce(submissions.c.narrative, "")


def read_searched(conn: sa.Connection, days: Sequence[dt.date] | None) -> Iterator[Texts]:
    """Yield the searched texts of ``days`` (of all when None) in batches."""
    statement = sa.select(
        submissions.c.submission_key, submissions.c.registered_on, searched_text().label("text")
    )
    if days is not None:
        statement = statement.where(submissions.c.registered_on.in_(days))
    for batch in read_batches(conn, statement, rows=TEXTS_PER_BATCH):
        yield Texts(batch.column(0), batch.column(1), batch.column(2).to_pylist())


def make_tags_anew(conn: sa.Connection) -> None:
    """Empty both tables, or make them where they are not there."""
    make_anew(conn, submission_tags)
    make_anew(conn, tag_rules)


def known_rules(conn: sa.Connection) -> dict[str, str]:
    """Return what stands in the books for each tag: the digest of the rule that gave it."""
    return {
        row.tag: row.digest for row in conn.execute(sa.select(tag_rules.c.tag, tag_rules.c.digest))
    }


def delete_tags(
    conn: sa.Connection, *, days: Sequence[dt.date] = (), tags: Sequence[str] = ()
) -> None:
    """Delete the tags of submissions registered on ``days``, and everywhere those named."""
    conn.execute(
        submission_tags.delete().where(
            sa.or_(submission_tags.c.registered_on.in_(days), submission_tags.c.tag.in_(tags))
        )
    )


def add_tags(conn: sa.Connection, rows: pa.Table) -> None:
    """Add rows with the columns of ``submission_tags``."""
    insert_rows(conn, submission_tags, rows)


def replace_rules(conn: sa.Connection, rows: Sequence[dict[str, object]]) -> None:
    """Write into the books which rules gave the tags."""
    conn.execute(tag_rules.delete())
    if rows:
        conn.execute(tag_rules.insert(), list(rows))


def count_tags(conn: sa.Connection) -> int:
    """Return how many (submission, tag) pairs are stored."""
    return conn.scalar(sa.select(sa.func.count()).select_from(submission_tags)) or 0
