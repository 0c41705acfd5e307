"""What a refresh derives besides cubes: words per submission, operators, and the books about it."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from queries.cubes import CUBES, make_anew
from queries.definitions import definition
from queries.findings import applied_decisions, recount_days
from queries.identity_tables import operator_aliases, operator_mentions
from queries.lead_candidate_tables import STEP as CANDIDATES
from queries.loading import raw_connection
from queries.raw_operators import raw_number, said_without_code, with_said
from queries.returns import derive_operator_returns
from queries.rollups import ROLLUPS
from queries.schema import (
    derived,
    dirty_days,
    facts_info,
    operator_submissions,
    operators,
    submission_words,
    submissions,
    words,
)
from queries.score_tables import STEP as SCORES

COUNTED = (*CUBES, *ROLLUPS, SCORES, CANDIDATES)
"""What holds counts, and so depends on which submissions are left out."""

TEXTS_PER_BATCH = 50_000
"""Narratives read at a time; about 30 MB."""

_BATCH = "derived_batch"


@dataclass(frozen=True, slots=True)
class Texts:
    """A batch of narratives with the keys and days of their submissions."""

    keys: pa.Array
    days: pa.Array
    texts: list[str | None]


def stale_days(conn: sa.Connection, name: str) -> list[dt.date] | None:
    """Return the days that a derived table has to redo; None if it must be made anew.

    It must if it was never made, or by another definition. An empty list means that it is in step
    with the facts.
    """
    version = conn.scalar(
        sa.select(derived.c.facts_version).where(
            derived.c.name == name, derived.c.definition == definition(name)
        )
    )
    if version is None:
        return None
    days = sa.select(dirty_days.c.registered_on).where(dirty_days.c.facts_version > version)
    found = set(conn.scalars(days))
    if name in COUNTED:
        recount_days.create(conn, checkfirst=True)
        days = sa.select(recount_days.c.registered_on).where(recount_days.c.facts_version > version)
        found |= set(conn.scalars(days))
    return sorted(found)


def recount(
    conn: sa.Connection, days: Collection[dt.date], *, names: Collection[str] = COUNTED
) -> None:
    """Have everything that counts submissions redo these days, and nothing else.

    For days on which de-noised counts leave out other submissions than before: what is found in
    the submissions themselves stays as it is.
    """
    if not days:
        return
    version = conn.scalar(sa.select(facts_info.c.facts_version)) or 0
    recount_days.create(conn, checkfirst=True)
    conn.execute(
        recount_days.insert(),
        [{"registered_on": day, "facts_version": version} for day in sorted(days)],
    )
    conn.execute(
        derived.update()
        .where(derived.c.name.in_(names), derived.c.facts_version >= version)
        .values(facts_version=version - 1)
    )


def record_derived(conn: sa.Connection, name: str, row_count: int) -> None:
    """Write into the books that a derived table is in step with the facts."""
    version = conn.scalar(sa.select(facts_info.c.facts_version))
    conn.execute(derived.delete().where(derived.c.name == name))
    conn.execute(
        derived.insert().values(
            name=name,
            facts_version=version,
            definition=definition(name),
            row_count=row_count,
            derived_at=dt.datetime.now(tz=dt.UTC).replace(tzinfo=None, microsecond=0),
        )
    )


def applied_digest(conn: sa.Connection, name: str) -> str | None:
    """Return the digest of the decisions that a derived table knew when it was made."""
    applied_decisions.create(conn, checkfirst=True)
    return conn.scalar(
        sa.select(applied_decisions.c.digest).where(applied_decisions.c.name == name)
    )


def record_applied(conn: sa.Connection, name: str, digest: str) -> None:
    """Write into the books which decisions a derived table knows."""
    applied_decisions.create(conn, checkfirst=True)
    conn.execute(applied_decisions.delete().where(applied_decisions.c.name == name))
    conn.execute(applied_decisions.insert().values(name=name, digest=digest))


def forget_settled_days(conn: sa.Connection, names: Sequence[str]) -> None:
    """Drop the dirty days that every one of ``names`` has caught up with."""
    versions = conn.scalars(
        sa.select(derived.c.facts_version).where(derived.c.name.in_(names))
    ).all()
    if len(versions) == len(names):
        recount_days.create(conn, checkfirst=True)
        for table in (dirty_days, recount_days):
            conn.execute(table.delete().where(table.c.facts_version <= min(versions)))


def derive_operators(conn: sa.Connection) -> int:
    """Rebuild the operators from the submissions that name them; return how many there are.

    Where an operator is and what it does is what its latest submission says that says anything;
    it is called as most of its submissions do that name it as it is registered, else as the latest.
    """
    make_anew(conn, operators)

    def latest(column: sa.Column[str]) -> sa.ColumnElement[str]:
        return sa.func.arg_max(column, submissions.c.registered_at)

    own = ("operator_id", "name", "address")
    taken = [each for each in operators.c if each.name not in own]
    conn.execute(
        operators.insert().from_select(
            [*own, *[each.name for each in taken]],
            sa.select(
                submissions.c.operator_id,
                sa.func.coalesce(latest(submissions.c.respondent_name), submissions.c.operator_id),
                latest(submissions.c.respondent_address),
                *[latest(submissions.c[each.name]) for each in taken],
            )
            .where(submissions.c.operator_id.is_not(None))
            .group_by(submissions.c.operator_id),
        )
    )
    _name_operators(conn)
    _order_by_operator(conn)
    derive_operator_returns(conn)
    return conn.scalar(sa.select(sa.func.count()).select_from(operators)) or 0


def _name_operators(conn: sa.Connection) -> None:
    """Call those that are known by several names what they are usually called, if that is known."""
    if not sa.inspect(conn).has_table(operator_aliases.name):
        return
    known = operator_aliases.c
    conn.execute(
        operators.update()
        .values(name=known.name)
        .where(known.raw_operator_id == operators.c.operator_id)
    )


def _order_by_operator(conn: sa.Connection) -> None:
    """List the submissions operator by operator: all anew, 16 s of CPU for 20 million.

    Looking for the submissions of one in the facts compares every name: 38 ms a year of these
    instead of 1.
    """
    make_anew(conn, operator_submissions)
    said = said_without_code() if sa.inspect(conn).has_table(operator_mentions.name) else None
    s = submissions.c
    conn.execute(
        operator_submissions.insert().from_select(
            operator_submissions.c.keys(),
            sa.select(s.operator_id, s.registered_on, s.submission_key, raw_number(said))
            .select_from(submissions if said is None else with_said(said))
            .where(s.operator_id.is_not(None))
            .order_by(s.operator_id, s.registered_on),
        )
    )


def delete_words(conn: sa.Connection, days: Sequence[dt.date] | None) -> None:
    """Delete the words of submissions registered on ``days``; of all when None."""
    if days is None:
        conn.execute(submission_words.delete())
        conn.execute(words.delete())
    else:
        conn.execute(submission_words.delete().where(submission_words.c.registered_on.in_(days)))


def read_texts(conn: sa.Connection, days: Sequence[dt.date] | None) -> Iterator[Texts]:
    """Yield the narratives of ``days`` (of all when None) in batches.

    They are read as `read_batches` does.
    """
    statement = sa.select(
        submissions.c.submission_key, submissions.c.registered_on, submissions.c.narrative
    )
    if days is not None:
        statement = statement.where(submissions.c.registered_on.in_(days))
    for batch in read_batches(conn, statement):
        yield Texts(batch.column(0), batch.column(1), batch.column(2).to_pylist())


def read_batches(
    conn: sa.Connection, statement: sa.Select[*tuple[Any, ...]], *, rows: int = TEXTS_PER_BATCH
) -> Iterator[pa.RecordBatch]:
    """Yield what a statement finds in batches of at most ``rows``.

    It is read through a connection of its own, which sees what was committed before, so that the
    caller may write between two batches.
    """
    compiled = statement.compile(conn, compile_kwargs={"literal_binds": True})
    reading = raw_connection(conn).cursor()
    yield from reading.sql(str(compiled)).to_arrow_reader(rows)


def known_words(conn: sa.Connection) -> dict[str, int]:
    """Return the number of every word seen so far."""
    return {row.word: row.word_id for row in conn.execute(sa.select(words.c.word, words.c.word_id))}


def add_words(conn: sa.Connection, new: dict[str, int]) -> None:
    """Add words with their numbers."""
    insert_rows(
        conn, words, pa.table({"word_id": pa.array(new.values(), pa.int32()), "word": list(new)})
    )


def add_submission_words(conn: sa.Connection, rows: pa.Table) -> None:
    """Add rows with the columns of ``submission_words``."""
    insert_rows(conn, submission_words, rows)


def count_submission_words(conn: sa.Connection) -> int:
    """Return how many (submission, word) pairs are stored."""
    return conn.scalar(sa.select(sa.func.count()).select_from(submission_words)) or 0


def insert_rows(conn: sa.Connection, table: sa.Table, rows: pa.Table) -> None:
    """Add rows with the columns of ``table``, in whatever order."""
    names = [each.name for each in table.c]
    source = sa.table(_BATCH, *[sa.column(name) for name in names])
    raw = raw_connection(conn)
    raw.register(_BATCH, rows)
    try:
        conn.execute(
            table.insert().from_select(names, sa.select(*[source.c[name] for name in names]))
        )
    finally:
        raw.unregister(_BATCH)
