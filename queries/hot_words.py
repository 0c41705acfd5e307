"""Hot words: in how many submissions each word occurs."""

from collections.abc import Sequence

import sqlalchemy as sa

from queries.counting import Sums, fetch_number
from queries.figures import breakdown_frame
from queries.periods import compared_days, days_of
from queries.ranking import Ranking, fetch_ranking
from queries.results import Breakdown
from queries.schema import words
from queries.scope import Scope
from queries.selection import Selection
from queries.warehouse import Warehouse

LEVEL = "word"
"""Name of the level in breakdowns; words are counted, not filtered by (a text query does that)."""


class WordsNotDerivedError(RuntimeError):
    """The words of the latest submissions are not known yet."""

    def __init__(self) -> None:
        super().__init__(
            "words are not derived from the submissions as they are now; run 'python -m jobs refresh'"
        )


def fetch_hot_words(
    conn: sa.Connection,
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    limit: int,
    count_members: bool = True,
    total: int | None = None,
) -> Breakdown:
    """Return the words that occur in most submissions.

    Parameters
    ----------
    count_members
        False spares the count of all words.
    total
        Number of submissions if it is known already; ``share`` is a word's share of them.

    Raises
    ------
    WordsNotDerivedError
        If the words are not in step with the submissions.
    """
    if "submission_words" not in warehouse.fresh:
        raise WordsNotDerivedError
    days, before = days_of(warehouse, selection), compared_days(warehouse, selection)
    ranked = fetch_ranking(
        conn,
        warehouse,
        selection,
        scope,
        Ranking("word_id", ("submissions",), "submissions", days, limit),
        compared=before,
        count_members=count_members,
    )
    if total is None:
        total = int(fetch_number(conn, warehouse, selection, scope, days))
    names = _names(conn, ranked.sums.firsts)
    frame = breakdown_frame(
        _named(ranked.sums, names),
        None if ranked.compared is None else _named(ranked.compared, names),
        measures=("submissions",),
        order="submissions",
        total=total,
    )
    return Breakdown(frame, LEVEL, ranked.members, ranked.counted)


def _named(sums: Sums, names: dict[object, str]) -> Sums:
    return Sums([(names[each],) for each in sums.firsts], sums.values)


def _names(conn: sa.Connection, numbers: Sequence[object]) -> dict[object, str]:
    rows = conn.execute(sa.select(words.c.word_id, words.c.word).where(words.c.word_id.in_(numbers)))
    return {row.word_id: row.word for row in rows}
