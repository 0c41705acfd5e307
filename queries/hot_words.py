"""Hot words: in how many submissions each word occurs."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from queries.arrow_columns import fetch_table
from queries.counting import fetch_number
from queries.figures import breakdown_frame
from queries.ranking import fetch_ranking
from queries.ranking_sources import Ranking
from queries.reading import Reading
from queries.results import Breakdown
from queries.schema import words
from queries.sums import Sums

LEVEL = "word"
"""Name of the level in breakdowns; words are counted, not filtered by (a text query does that)."""

FEW = 0.1
"""Part of the vocabulary up to which words are looked up by number; ours. Of more the whole
vocabulary is read sooner."""


class WordsNotDerivedError(RuntimeError):
    """The words of the latest submissions are not known yet."""

    def __init__(self) -> None:
        super().__init__(
            "words are not derived from the submissions as they are now; run 'python -m jobs refresh'"
        )


def fetch_hot_words(
    reading: Reading, *, limit: int, count_members: bool = True, total: float | None = None
) -> Breakdown:
    """Return the words that occur in most submissions.

    Parameters
    ----------
    count_members
        False spares the count of all words.
    total
        Number of submissions if it is known already.

    Returns
    -------
    Breakdown
        ``share`` is a word's share of all submissions selected.

    Raises
    ------
    WordsNotDerivedError
        If the words are not in step with the submissions.
    """
    if "submission_words" not in reading.warehouse.fresh:
        raise WordsNotDerivedError
    ranked = fetch_ranking(
        reading,
        Ranking("word_id", ("submissions",), "submissions", reading.days, limit),
        compared=reading.compared,
        count_members=count_members,
    )
    names = word_names(reading.conn, ranked.sums.firsts)
    frame = breakdown_frame(
        _named(ranked.sums, names),
        None if ranked.compared is None else _named(ranked.compared, names),
        measures=("submissions",),
        order="submissions",
        total=fetch_number(reading, reading.days) if total is None else total,
    )
    return Breakdown(frame, LEVEL, ranked.members, ranked.counted)


def _named(sums: Sums, names: dict[int, str]) -> Sums:
    return Sums([(names[each],) for each in sums.firsts], sums.arrays)


def word_names(conn: sa.Connection, numbers: Sequence[int]) -> dict[int, str]:
    """Return the words of these numbers."""
    asked = sa.select(words.c.word_id, words.c.word)
    vocabulary = conn.scalar(sa.select(sa.func.count()).select_from(words)) or 0
    if len(numbers) > vocabulary * FEW:
        found = fetch_table(conn, asked)
        wanted = pa.array(numbers, found.schema.field("word_id").type)
        kept = found.filter(pc.is_in(found.column("word_id"), value_set=wanted))
        known = dict(zip(*(column.to_pylist() for column in kept.columns), strict=True))
    else:
        # As one value, not as thousands: these take ten times as long to be understood.
        given = sa.bindparam("numbers", [int(each) for each in numbers], sa.ARRAY(sa.BigInteger))
        lookup = asked.where(words.c.word_id.in_(sa.select(sa.func.unnest(given))))
        known = {row.word_id: row.word for row in conn.execute(lookup)}
    return {number: known[number] for number in numbers if number in known}
