"""New words as a refresh stores them: what it searches, what it found, and where the words stand."""

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from queries.cubes import make_anew, within
from queries.deriving import Texts, insert_rows, read_batches
from queries.schema import submissions
from queries.selection import DateRange
from queries.word_tables import new_word_hits, new_word_search, new_words

STEP = "new_words"
"""Name of the refresh step, and of what it derives."""

WINDOW_DAYS = 30
"""Days in which a word is to be new; ours, a month of complaints."""

BASELINE_DAYS = 365
"""Days before, against which it is held; ours, so that what comes every season is not new."""

MIN_BASELINE_DAYS = 60
"""Fewest days of the past to compare with; ours."""

WINDOW_TEXTS = 50_000
"""Narratives of the window that are looked at, evenly taken where there are more; ours."""

BASELINE_TEXTS = 150_000
"""The same of the baseline; ours. Both together took 10 s of a core and 1.5 GB."""

MAX_Q = 0.01
"""Largest q-value of a word that is kept; ours: of a hundred words about one is there by chance."""

SEASON_RISE = 4.0
"""How many times its rate in the same days of the year before a word's rate must be; ours, since
what comes every winter is not new. Not asked of a past that does not reach so far."""


@dataclass(frozen=True, slots=True)
class Search:
    """What was searched for new words.

    Attributes
    ----------
    window_first, window_last
        Days in which a word is to be new; None without any submission.
    baseline_first
        First day of the past it is held against, which ends on the day before the window; None if
        the past is too short, and then nothing was searched.
    window_texts, baseline_total
        Submissions with a narrative in either span.
    window_read, baseline_read
        How many of these were looked at.
    characters
        Looked at in all.
    """

    window_first: dt.date | None = None
    window_last: dt.date | None = None
    baseline_first: dt.date | None = None
    window_texts: int = 0
    window_read: int = 0
    baseline_total: int = 0
    baseline_read: int = 0
    characters: int = 0

    @property
    def window(self) -> DateRange | None:
        """The days in which a word is to be new."""
        if self.window_first is None or self.window_last is None:
            return None
        return DateRange(self.window_first, self.window_last)

    @property
    def baseline(self) -> DateRange | None:
        """The days it is held against."""
        if self.window_first is None or self.baseline_first is None:
            return None
        return DateRange(self.baseline_first, self.window_first - dt.timedelta(days=1))


def data_days(conn: sa.Connection) -> DateRange | None:
    """Return the first and last day of the submissions, None without any."""
    day = submissions.c.registered_on
    first, last = conn.execute(sa.select(sa.func.min(day), sa.func.max(day))).one()
    return None if first is None else DateRange(first, last)


def count_narratives(conn: sa.Connection, days: DateRange) -> int:
    """Return how many submissions of these days have a narrative."""
    counted = sa.select(sa.func.count(submissions.c.narrative)).where(within(submissions, days))
    return conn.scalar(counted) or 0


def read_narratives(conn: sa.Connection, days: DateRange, *, limit: int, total: int) -> list[str]:
    """Return narratives of these days: all, or where there are more than ``limit`` every n-th.

    They are taken by the number of the submission, so evenly from all days and always the same.
    """
    step = max(1, math.ceil(total / limit))
    statement = sa.select(submissions.c.narrative).where(
        within(submissions, days), submissions.c.narrative.is_not(None)
    )
    if step > 1:
        statement = statement.where(submissions.c.submission_key % step == 0)
    return [text for batch in read_batches(conn, statement) for text in batch.column(0).to_pylist()]


def read_hittable(conn: sa.Connection, days: DateRange) -> Iterator[Texts]:
    """Yield the narratives of these days in batches, with the keys and days of their submissions."""
    statement = sa.select(
        submissions.c.submission_key, submissions.c.registered_on, submissions.c.narrative
    ).where(within(submissions, days), submissions.c.narrative.is_not(None))
    for batch in read_batches(conn, statement):
        yield Texts(batch.column(0), batch.column(1), batch.column(2).to_pylist())


def respondent_names(conn: sa.Connection, days: DateRange, *, limit: int) -> Sequence[str]:
    """Return the names of businesses that submissions of these days are about.

    The most named come first, of equal ones the first by name.
    """
    name = submissions.c.respondent_name
    statement = (
        sa.select(name)
        .where(within(submissions, days), name.is_not(None))
        .group_by(name)
        .order_by(sa.func.count().desc(), name)
        .limit(limit)
    )
    return conn.scalars(statement).all()


def make_new_words_anew(conn: sa.Connection, search: Search) -> None:
    """Empty the tables, or make them where they are not there, and say what was searched."""
    for table in (new_words, new_word_hits, new_word_search):
        make_anew(conn, table)
    conn.execute(new_word_search.insert().values(**asdict(search)))


def known_search(conn: sa.Connection) -> Search:
    """Return what was searched last."""
    row = conn.execute(sa.select(new_word_search)).mappings().one()
    return Search(**row)


def stored_words(conn: sa.Connection) -> dict[str, bool]:
    """Return the stored words, in order, with whether the search found them."""
    statement = sa.select(new_words.c.word, new_words.c.rank).order_by(new_words.c.word)
    return {row.word: row.rank is not None for row in conn.execute(statement)}


def forget_words(conn: sa.Connection, words: Sequence[str]) -> None:
    """Delete words with their hits."""
    for table in (new_words, new_word_hits):
        conn.execute(table.delete().where(table.c.word.in_(words)))


def add_words(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add words with their figures; what is not given is NULL."""
    if rows:
        empty = {column.name: None for column in new_words.c}
        conn.execute(new_words.insert(), [empty | dict(row) for row in rows])


def add_hits(conn: sa.Connection, rows: pa.Table) -> None:
    """Add rows with the columns of ``new_word_hits``."""
    insert_rows(conn, new_word_hits, rows)


def count_new_words(conn: sa.Connection) -> int:
    """Return how many words are stored."""
    return conn.scalar(sa.select(sa.func.count()).select_from(new_words)) or 0
