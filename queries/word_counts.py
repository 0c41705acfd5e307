"""How many submissions hold each word: over several spans of days, and inside and outside a selection."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from queries.arrow_columns import fetch_table
from queries.counting import fetch_number
from queries.cubes import within
from queries.hot_words import WordsNotDerivedError, word_names
from queries.matching import contains, is_everything, matching
from queries.ranking import fetch_from
from queries.ranking_sources import Ranking, certain_rollup
from queries.reading import Reading, reading
from queries.schema import submission_words, submissions, words
from queries.scope import Scope
from queries.selection import Comparison, DateRange, Selection
from queries.sums import Sums
from queries.totals import total_windows
from queries.warehouse import Warehouse

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]

LEAST = 5
"""Submissions of the period that must hold a word for it to be counted; ours."""

ALL_COUNTED = 2_000_000
"""Submissions of a warehouse up to which words of so few are counted; ours, 0.2 s for a year."""

LEAST_SHARE = 0.001
"""Share of the period's submissions that must hold a word in a larger warehouse; ours, so that
rollups know all such words."""

MOST_TEXTS = 10_000
"""Newest submissions in which words are looked for side by side; ours."""


@dataclass(frozen=True, slots=True)
class WordCounts:
    """Submissions that hold each word.

    Attributes
    ----------
    frame
        Index ``word``, the words of at least ``least`` submissions of the period; a column per
        span of days.
    totals
        Submissions of each span, with or without the words.
    days
        The spans.
    """

    frame: pd.DataFrame
    totals: dict[str, int]
    days: dict[str, DateRange]
    least: int


@dataclass(frozen=True, slots=True)
class WordPairs:
    """Which words each of the newest submissions holds.

    Attributes
    ----------
    words
        The words, the one asked for first.
    text_numbers, word_numbers
        Parallel arrays: number of the submission from 0, number of the word.
    text_count
        Submissions looked at.
    with_word
        How many of these hold the word asked for.
    """

    words: list[str]
    text_numbers: np.ndarray[tuple[int], np.dtype[np.int32]]
    word_numbers: np.ndarray[tuple[int], np.dtype[np.int32]]
    text_count: int
    with_word: int


def fetch_word_counts(warehouse: Warehouse, selection: Selection, scope: Scope) -> WordCounts:
    """Count words over the period (``current``), the one before and that of last year.

    A span that is not wholly inside the data is left out.

    Raises
    ------
    WordsNotDerivedError
        If the words are not in step with the submissions.
    """
    with reading(warehouse, selection, scope) as opened:
        _check(opened)
        days = total_windows(opened)
        totals = {name: int(fetch_number(opened, span)) for name, span in days.items()}
        every = warehouse.submissions <= ALL_COUNTED
        least = _least(warehouse, totals["current"])
        ranking = Ranking("word_id", ("submissions",), "submissions", days["current"], 1)
        rollup = certain_rollup(opened, ranking, days.values(), least=least)
        if every and rollup is None:
            return WordCounts(_counts(opened, days, least=least), totals, days, least)
        found = fetch_from(opened, ranking, dict.fromkeys(days.values(), least), rollup)
        each = {name: found[span] for name, span in days.items()}
        return WordCounts(_named(opened, each, least=least), totals, days, least)


def fetch_word_contrast(warehouse: Warehouse, selection: Selection, scope: Scope) -> WordCounts:
    """Count words over the period in what is selected (``inside``) and in all else in scope (``rest``).

    Raises
    ------
    WordsNotDerivedError
        If the words are not in step with the submissions.
    """
    bare = Selection(
        period=selection.period, denoised=selection.denoised, comparison=Comparison.NONE
    )
    with reading(warehouse, selection, scope) as opened:
        _check(opened)
        every = replace(opened, selection=bare)
        totals = [int(fetch_number(each, opened.days)) for each in (opened, every)]
        least = _least(warehouse, totals[0])
        inside, whole = [_of_period(each, least=least) for each in (opened, every)]
        counted = inside.assign(rest=whole["inside"].reindex(inside.index) - inside["inside"])
        frame = _with_names(opened, counted)
    spans = dict.fromkeys(("inside", "rest"), opened.days)
    return WordCounts(frame, {"inside": totals[0], "rest": totals[1] - totals[0]}, spans, least)


def _least(warehouse: Warehouse, submissions_counted: int) -> int:
    """Return how many of these submissions must hold a word for it to be counted."""
    if warehouse.submissions <= ALL_COUNTED:
        return LEAST
    return max(LEAST, round(submissions_counted * LEAST_SHARE))


def _of_period(opened: Reading, *, least: int) -> pd.DataFrame:
    """Return how many submissions of the period (``inside``) hold each word, by its number."""
    ranking = Ranking("word_id", ("submissions",), "submissions", opened.days, 1)
    rollup = certain_rollup(opened, ranking, [opened.days], least=least)
    found = fetch_from(opened, ranking, {opened.days: least}, rollup)[opened.days]
    return pd.DataFrame({"inside": found.arrays["submissions"]}, index=found.firsts, dtype="int64")


def _with_names(opened: Reading, counted: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by word instead of number, in order."""
    names = word_names(opened.conn, list(counted.index))
    index = pd.Index([names[each] for each in counted.index], name="word", dtype=object)
    return counted.set_axis(index).sort_index()


def _check(opened: Reading) -> None:
    if "submission_words" not in opened.warehouse.fresh:
        raise WordsNotDerivedError


def _holding(opened: Reading, days: Iterable[DateRange]) -> sa.Select[*tuple[()]]:
    """Return the pairs of words and submissions selected, registered on these days."""
    spans = list(days)
    whole = DateRange(min(each.start for each in spans), max(each.end for each in spans))
    inside = sa.or_(*[within(submission_words, each) for each in spans])
    if is_everything(opened.selection, opened.scope):
        return sa.select().select_from(submission_words).where(inside)
    joined = submission_words.join(
        submissions, submissions.c.submission_key == submission_words.c.submission_key
    )
    selected = matching(opened.selection, opened.scope, days=whole, by_operator=opened.by_operator)
    return sa.select().select_from(joined).where(inside, selected)


def _counts(opened: Reading, days: Mapping[str, DateRange], *, least: int) -> pd.DataFrame:
    """Count words in one scan.

    Parameters
    ----------
    least
        Submissions of the first span that must hold a word.
    """
    word = submission_words.c.word_id
    counts = {
        name: sa.func.sum(sa.case((within(submission_words, span), 1), else_=0))
        for name, span in days.items()
    }
    first, *_ = counts
    statement = (
        _holding(opened, days.values())
        .add_columns(word, *[count.label(name) for name, count in counts.items()])
        .group_by(word)
        .having(counts[first] >= least)
    )
    counted = statement.subquery()
    named = sa.select(words.c.word, *[counted.c[name] for name in counts]).join(
        words, words.c.word_id == counted.c.word_id
    )
    rows = opened.conn.execute(named.order_by(words.c.word)).all()
    frame = pd.DataFrame(rows, columns=pd.Index(["word", *counts])).set_index("word")
    return frame.astype("int64")


def _named(opened: Reading, found: Mapping[str, Sums], *, least: int) -> pd.DataFrame:
    """Return the words that are frequent in the first span, with what they have in each."""
    first = next(iter(found.values()))
    frequent = np.flatnonzero(first.arrays["submissions"] >= least)
    stored = first.firsts
    columns = {name: sums.arrays["submissions"][frequent] for name, sums in found.items()}
    return _with_names(opened, pd.DataFrame(columns, index=[stored[place] for place in frequent]))


def fetch_word_pairs(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, term: str
) -> WordPairs:
    """Return the words of the newest submissions selected, with a term that need not be a word.

    Parameters
    ----------
    selection
        Its text query is left out, so that submissions with and without the term are compared.
    term
        Looked for in the narrative as it stands, letters of either case alike.

    Raises
    ------
    WordsNotDerivedError
        If the words are not in step with the submissions.
    """
    bare = replace(selection, text="")
    with reading(warehouse, bare, scope) as opened:
        _check(opened)
        holds = contains(sa.func.lower(submissions.c.narrative), term.lower())
        chosen = (
            sa.select(
                submissions.c.submission_key,
                submissions.c.registered_on,
                sa.case((holds, 1), else_=0).label("holds"),
            )
            .where(matching(bare, scope, days=opened.days))
            .order_by(submissions.c.registered_at.desc(), submissions.c.submission_key.desc())
            .limit(MOST_TEXTS)
        )
        newest = chosen.subquery()
        keys, holding = _numbers(opened.conn, sa.select(newest.c.submission_key, newest.c.holds))
        pair_keys, ids = _numbers(
            opened.conn,
            sa.select(submission_words.c.submission_key, submission_words.c.word_id)
            .join(newest, newest.c.submission_key == submission_words.c.submission_key)
            .where(within(submission_words, opened.days)),
        )
        known = np.unique(ids)
        names = word_names(opened.conn, known.tolist())
    own = [number for number, name in names.items() if name == term.lower()]
    kept = ~np.isin(ids, own)
    others = known[~np.isin(known, own)]
    keys, holding = keys[order := np.argsort(keys)], holding[order]
    hits = np.flatnonzero(holding)
    text_numbers = np.concatenate([hits, np.searchsorted(keys, pair_keys[kept])])
    word_numbers = np.concatenate(
        [np.zeros(len(hits), dtype=np.int64), np.searchsorted(others, ids[kept]) + 1]
    )
    return WordPairs(
        [term, *[names[number] for number in others.tolist()]],
        text_numbers.astype(np.int32),
        word_numbers.astype(np.int32),
        len(keys),
        len(hits),
    )


def _numbers(conn: sa.Connection, statement: sa.Select[*tuple[Any, ...]]) -> list[Ints]:
    """Return the columns of a statement of whole numbers."""
    return [column.to_numpy().astype(np.int64) for column in fetch_table(conn, statement).columns]
