"""What the words of submissions were cut with, and which submissions a change of words touches."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from queries import deriving
from queries.cubes import make_anew
from queries.deriving import Texts
from queries.matching import contains
from queries.rollups import ROLLUPS
from queries.schema import submission_words, submissions
from queries.word_tables import cut_by, cut_with

COUNTING_WORDS = tuple(name for name, rollup in ROLLUPS.items() if rollup.member == "word_id")
"""What has to count again when submissions hold other words than before."""

Batches = Iterator[Texts]


@dataclass(frozen=True, slots=True)
class Cut:
    """What submissions were cut with.

    Attributes
    ----------
    digest
        Of the shipped word lists.
    words
        Accepted by people, in lower case, in order.
    """

    digest: str
    words: tuple[str, ...]


def known_cut(conn: sa.Connection) -> Cut | None:
    """Return what the stored words were cut with, None if that is not known."""
    cut_by.create(conn, checkfirst=True)
    cut_with.create(conn, checkfirst=True)
    digest = conn.scalar(sa.select(cut_by.c.digest))
    if digest is None:
        return None
    return Cut(digest, tuple(conn.scalars(sa.select(cut_with.c.word).order_by(cut_with.c.word))))


def record_cut(conn: sa.Connection, cut: Cut) -> None:
    """Write into the books what the stored words were cut with."""
    make_anew(conn, cut_by)
    make_anew(conn, cut_with)
    conn.execute(cut_by.insert().values(digest=cut.digest))
    if cut.words:
        conn.execute(cut_with.insert(), [{"word": word} for word in cut.words])


def _touched(words: Collection[str], except_on: Collection[dt.date]) -> sa.ColumnElement[bool]:
    lowered = sa.func.lower(submissions.c.narrative)
    holds = sa.or_(*[contains(lowered, word) for word in words])
    if not except_on:
        return holds
    return sa.and_(holds, submissions.c.registered_on.not_in(except_on))


def touched_days(
    conn: sa.Connection, words: Collection[str], *, except_on: Collection[dt.date] = ()
) -> Sequence[dt.date]:
    """Return the days of the submissions whose narrative holds one of ``words``.

    Parameters
    ----------
    except_on
        Days to pass over.
    """
    day = submissions.c.registered_on
    return conn.scalars(sa.select(day).where(_touched(words, except_on)).distinct()).all()


def read_touched(
    conn: sa.Connection, words: Collection[str], *, except_on: Collection[dt.date] = ()
) -> Batches:
    """Yield the narratives that hold one of ``words``, in batches."""
    statement = sa.select(
        submissions.c.submission_key, submissions.c.registered_on, submissions.c.narrative
    ).where(_touched(words, except_on))
    for batch in deriving.read_batches(conn, statement):
        yield Texts(batch.column(0), batch.column(1), batch.column(2).to_pylist())


def delete_touched(
    conn: sa.Connection, words: Collection[str], *, except_on: Collection[dt.date] = ()
) -> None:
    """Delete the words of submissions whose narrative holds one of ``words``."""
    keys = sa.select(submissions.c.submission_key).where(_touched(words, except_on))
    conn.execute(submission_words.delete().where(submission_words.c.submission_key.in_(keys)))


def recount_words(conn: sa.Connection, days: Collection[dt.date]) -> None:
    """Have what counts words redo these days."""
    deriving.recount(conn, days, names=COUNTING_WORDS)
