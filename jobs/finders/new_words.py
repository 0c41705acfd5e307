"""New words: what submissions of the last weeks speak of, and those of the year before did not.

Where people decided about a word that the search does not find any more, it is kept with its hits,
so that the decision can be read and taken back.
"""

import csv
import datetime as dt
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ahocorasick_rs
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from analytics.new_words import find_new_words
from analytics.word_rules import RULES_FILE
from jobs.decided import Decided
from jobs.finders.finder import Finder, Finish, at_once, digest_of
from jobs.lexicons import ASSETS, lexicon
from jobs.spreading import ahead, spread
from jobs.words import shipped_digest
from queries import new_words
from queries.new_words import (
    BASELINE_DAYS,
    BASELINE_TEXTS,
    MAX_Q,
    MIN_BASELINE_DAYS,
    SEASON_RISE,
    WINDOW_DAYS,
    WINDOW_TEXTS,
    Search,
)
from queries.selection import DateRange
from queries.vocabulary import DecisionKind

NAMES = 50_000
"""Names of businesses that count as known, the most named first; ours."""

SEASON_SMOOTHING = 0.5
"""Texts added to a count of the year before."""

MIN_WEIGHT = 0.3
"""What the dictionary words within a word must leave of its weight at least; ours. Below are phrases
in words that everybody knows, and parts of longer new words."""

KEPT = 400
"""Words kept, the best; ours, many more than anybody reads."""

SPREAD_FROM = 10
"""Batches from which hits are sought by several processes: a batch takes a tenth of a second."""

Hits = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Numbers of texts, and of the words that stand in them."""


@dataclass(frozen=True, slots=True)
class _Searching:
    """A search that was begun, and what gives the words that it finds."""

    search: Search
    rows: Callable[[], list[dict[str, object]]]


def begin(conn: sa.Connection, days: Sequence[dt.date] | None, decided: Decided) -> Finish:
    """Begin to search the newest submissions for new words."""
    searching = _begin_search(conn) if days is None or days else None
    return functools.partial(_finish, searching, _decided_words(decided))


def _finish(searching: _Searching | None, decided_words: set[str], conn: sa.Connection) -> int:
    """Keep the new words, and find where they and those that people decided about stand."""
    if searching is None:
        search = new_words.known_search(conn)
    else:
        search = searching.search
        new_words.make_new_words_anew(conn, search)
        new_words.add_words(conn, searching.rows())
    stored = new_words.stored_words(conn)
    found = {word for word, is_found in stored.items() if is_found}
    folded = {word.lower() for word in found}
    extra = {word for word in decided_words if word.lower() not in folded}
    before = stored.keys() - found
    new_words.forget_words(conn, sorted(before - extra))
    new_words.add_words(conn, [{"word": word} for word in sorted(extra - before)])
    wanted = sorted(extra - before if searching is None else found | extra)
    _store_hits(conn, search, wanted)
    return new_words.count_new_words(conn)


def spans_of(whole: DateRange) -> tuple[DateRange, DateRange | None]:
    """Return the window and its baseline in data of these days; None if the past is too short.

    Examples
    --------
    >>> window, past = spans_of(DateRange(dt.date(2025, 1, 1), dt.date(2026, 12, 31)))
    >>> str(window.start), str(past.start), past.days
    ('2026-12-02', '2025-12-02', 365)
    >>> spans_of(DateRange(dt.date(2026, 10, 15), dt.date(2026, 12, 31)))[1] is None
    True
    """
    window = DateRange(whole.end - dt.timedelta(days=WINDOW_DAYS - 1), whole.end)
    first = max(whole.start, window.start - dt.timedelta(days=BASELINE_DAYS))
    past_days = (window.start - first).days
    if past_days < MIN_BASELINE_DAYS:
        return window, None
    return window, DateRange(first, window.start - dt.timedelta(days=1))


def _begin_search(conn: sa.Connection) -> _Searching:
    whole = new_words.data_days(conn)
    if whole is None:
        return _Searching(Search(), list)
    window, past = spans_of(whole)
    in_window = new_words.count_narratives(conn, window)
    if past is None:
        return _Searching(Search(window.start, window.end, window_texts=in_window), list)
    in_past = new_words.count_narratives(conn, past)
    texts = new_words.read_narratives(conn, window, limit=WINDOW_TEXTS, total=in_window)
    baseline = new_words.read_narratives(conn, past, limit=BASELINE_TEXTS, total=in_past)
    search = Search(
        window.start,
        window.end,
        past.start,
        window_texts=in_window,
        window_read=len(texts),
        baseline_total=in_past,
        baseline_read=len(baseline),
        characters=sum(map(len, texts)) + sum(map(len, baseline)),
    )
    known = {*lexicon(), *_names_of_places()}
    known.update(new_words.respondent_names(conn, window, limit=NAMES))
    season: list[str] = []
    if past.days == BASELINE_DAYS:
        year = dt.timedelta(days=BASELINE_DAYS)
        season_days = DateRange(window.start - year, window.end - year)
        in_season = new_words.count_narratives(conn, season_days)
        season = new_words.read_narratives(conn, season_days, limit=WINDOW_TEXTS, total=in_season)
    task = functools.partial(rows_of, texts, baseline, season, known)
    return _Searching(search, ahead(task, size=len(texts) + len(baseline)))


def rows_of(
    texts: Sequence[str], baseline: Sequence[str], season: Sequence[str], known: set[str]
) -> list[dict[str, object]]:
    """Return the words that are new in ``texts``, best first, as they are stored.

    Parameters
    ----------
    season
        Texts of the same days a year before; none if there are none.
    known
        Words that are not new, whatever the texts say.
    """
    found = find_new_words(
        pd.Series(texts, dtype=object), baseline=pd.Series(baseline, dtype=object), lexicon=known
    )
    found = found[(found["q_value"] <= MAX_Q) & (found["weight"] > MIN_WEIGHT)]
    if season and len(found):
        words = tuple(found["word"])
        before = np.bincount(hits(words, season)[1], minlength=len(words))
        rate = found["texts"].to_numpy(np.float64) / len(texts)
        found = found[rate >= SEASON_RISE * (before + SEASON_SMOOTHING) / len(season)]
    kept = found.head(KEPT).rename(columns={"count": "occurrences"})
    columns = [
        "word", "occurrences", "texts", "baseline_texts", "cohesion", "left_entropy",
        "right_entropy", "emergence", "q_value", "score",
    ]  # fmt: skip
    rows = kept[columns].to_dict("records")
    return [
        {str(name): value for name, value in row.items()} | {"rank": number}
        for number, row in enumerate(rows, start=1)
    ]


@functools.cache
def _names_of_places() -> frozenset[str]:
    """Return the names of all regions, down to streets and towns."""
    path = ASSETS / "regions" / "regions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return frozenset(row["name"] for row in csv.DictReader(file))


def _decided_words(decided: Decided) -> set[str]:
    """Return the words that people decided about, as they were spelled."""
    return {str(each.details.get("word", each.subject)) for each in decided.of(DecisionKind.WORD)}


def _store_hits(conn: sa.Connection, search: Search, wanted: Sequence[str]) -> None:
    window, past = search.window, search.baseline
    if window is None or not wanted:
        return
    days = DateRange(window.start if past is None else past.start, window.end)
    names = np.array(wanted, dtype=object)
    work = functools.partial(hits, tuple(wanted))
    batches = new_words.read_hittable(conn, days)
    for batch, (texts, words) in spread(
        batches, work, given=lambda batch: batch.texts, parallel_from=SPREAD_FROM
    ):
        new_words.add_hits(
            conn,
            pa.table(
                {
                    "word": pa.array(names[words], pa.string()),
                    "submission_key": batch.keys.take(texts),
                    "registered_on": batch.days.take(texts),
                }
            ),
        )


def hits(words: tuple[str, ...], texts: Sequence[str | None]) -> Hits:
    """Return which texts hold which of ``words``, by their numbers; letters of either case are equal.

    Examples
    --------
    >>> [each.tolist() for each in hits(("AI课", "陪爬师"), ["报了ai课，AI课", None, "陪爬师教AI课"])]
    [[0, 2, 2], [0, 0, 1]]
    """
    search = _searcher(words).find_matches_as_indexes
    numbers: list[int] = []
    found: list[int] = []
    for number, text in enumerate(texts):
        if not text:
            continue
        these = sorted({match[0] for match in search(text.lower(), overlapping=True)})
        numbers += [number] * len(these)
        found += these
    return np.array(numbers, dtype=np.int64), np.array(found, dtype=np.int64)


@functools.lru_cache(maxsize=2)
def _searcher(words: tuple[str, ...]) -> ahocorasick_rs.AhoCorasick:
    return ahocorasick_rs.AhoCorasick([word.lower() for word in words])


find = at_once(begin)

FINDER = Finder(
    new_words.STEP,
    find,
    begin=begin,
    decided_by=(DecisionKind.WORD,),
    rules=lambda: digest_of(RULES_FILE) + shipped_digest(),
)
