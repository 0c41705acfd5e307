"""Candidates: the members of a level that are worth a look, counted over several spans of days.

Of most levels these are all members. There are a million operators and tens of thousands of words:
of those the largest of the period and, so that fallen ones are not missed, of the period before.
Where growth or limits are asked of words, the largest would miss what rose from little: then all
words are looked at, of a very large vocabulary those that occur in a few submissions at least.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import sqlalchemy as sa

from queries.breakdowns import OPERATOR
from queries.counting import Count, fetch_count
from queries.hot_words import LEVEL as WORD
from queries.hot_words import WordsNotDerivedError
from queries.matching import needed_columns
from queries.measures import MEASURES, sums_of
from queries.ranking import Ranked, fetch_from, fetch_rankings
from queries.ranking_sources import Ranking, certain_rollup, member_pieces
from queries.reading import Reading
from queries.rollups import Rollup
from queries.schema import words
from queries.selection import DateRange
from queries.sources import Piece, pieces
from queries.sums import Sums

MANY = frozenset({OPERATOR, WORD})
"""Levels with too many members to read them all."""

OPERATOR_CANDIDATES = 1_000
"""Operators looked at, of the period and of the one before each; ours."""

ENOUGH_OPERATORS = 200
"""Operators looked at where the rollup of leading ones knows no more for certain; ours. Counting
all operators of a year takes 20 times as long, with 20 million submissions. The facts are asked
nevertheless where a limit is set that another operator might reach."""

WORD_CANDIDATES = 300
"""Words looked at, likewise; ours, few enough that rollups mostly know them."""

WORDS_AT_ONCE = 50_000
"""Largest vocabulary of which every word is looked at where that is asked for; ours. 47,000 words
of 300,000 submissions were ranked in 0.4 s on two cores."""

LEAST_OF_WORDS = 5
"""Submissions of a period in which a word of a larger vocabulary must occur to be looked at; ours,
fewer show no trend."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Members with their sums over several windows.

    Attributes
    ----------
    column
        Column that holds them.
    stored
        Their stored values, None for nothing stored.
    sums
        By window, arrays in the order of ``stored``.
    ranked
        By window, the members whose place among all members is known.
    members
        How many stated members have something in the first window.
    counted
        False if ``members`` is only the least number there can be.
    complete
        True if these are all the members of all windows they were looked for in.
    most
        What a member that is not among them can have of the measure in the first window.
    rollup
        Where to count them over other days; None for the facts or a cube.
    """

    column: str
    stored: list[object]
    sums: dict[str, dict[str, np.ndarray]]
    ranked: dict[str, np.ndarray]
    members: int
    counted: bool
    complete: bool
    most: float = 0.0
    rollup: Rollup | None = None


def fetch_candidates(
    reading: Reading,
    level: str,
    measure: str,
    windows: Mapping[str, DateRange],
    *,
    count_members: bool | None = False,
    filtered: bool = False,
    every_word_from: float | None = None,
    at_least: float = 0.0,
) -> Candidates:
    """Return the members of a level that are worth a look.

    Parameters
    ----------
    level
        A level, or ``"word"``.
    windows
        What to count, the period first. Operators and words are looked for in the first two.
    count_members
        True counts all operators or words where they are not all looked at, None not even where
        that is cheap.
    filtered
        True leaves no filter out, those on the level itself neither.
    every_word_from
        Looks not only at the largest words, but at every one that can have so much in the first
        window, 0 for all; a large vocabulary is cut at `LEAST_OF_WORDS` nevertheless.
    at_least
        Least of the measure, in the first window, that members are kept for; 0 keeps all.

    Raises
    ------
    WordsNotDerivedError
        If words are asked for and not in step with the submissions.
    """
    if level == WORD and "submission_words" not in reading.warehouse.fresh:
        raise WordsNotDerivedError
    if level == WORD and every_word_from is not None:
        return _every_word(reading, measure, windows, least=every_word_from, filtered=filtered)
    if level in MANY:
        return _largest(
            reading,
            level,
            measure,
            windows,
            count_members=count_members,
            filtered=filtered,
            at_least=at_least if MEASURES[measure].denominator is None else 0.0,
        )
    spans = tuple(dict.fromkeys(windows.values()))
    count = Count((level,), sums_of((measure,)), spans, filtered=filtered)
    found = dict(zip(count.windows, fetch_count(reading, count), strict=True))
    members = list(dict.fromkeys(each for sums in found.values() for each in sums.members))
    stored = [each[0] for each in members]
    sums = {name: found[days].of(members).arrays for name, days in windows.items()}
    return Candidates(
        column=level,
        stored=stored,
        sums=sums,
        ranked={name: np.ones(len(members), dtype=bool) for name in windows},
        members=_present(stored, next(iter(sums.values())), measure),
        counted=True,
        complete=True,
    )


def candidate_pieces(
    reading: Reading, candidates: Candidates, measure: str, days: DateRange, *, by_day: bool
) -> tuple[Piece, ...]:
    """Return what to read to count candidates over other days."""
    column = candidates.column
    if column in {OPERATOR, "word_id"}:
        ranking = _ranking(column, measure, days, 1, filtered=False)
        return member_pieces(reading, ranking, days, rollup=candidates.rollup, by_day=by_day)
    needed = needed_columns(reading.selection, reading.scope, without=column) | {column}
    return pieces(reading.warehouse, days, needed, by_day=by_day)


def _ranking(column: str, measure: str, days: DateRange, limit: int, *, filtered: bool) -> Ranking:
    """Rank by the measure, or by submissions if it is a rate: 1 of 1 would lead by itself."""
    order = measure if MEASURES[measure].denominator is None else "submissions"
    return Ranking(column, sums_of((measure, order)), order, days, limit, filtered)


def _largest(
    reading: Reading,
    level: str,
    measure: str,
    windows: Mapping[str, DateRange],
    *,
    count_members: bool | None,
    filtered: bool,
    at_least: float,
) -> Candidates:
    column, limit = ("word_id", WORD_CANDIDATES) if level == WORD else (level, OPERATOR_CANDIDATES)
    first, *_ = windows
    enough = ENOUGH_OPERATORS if level == OPERATOR else None
    ranking = replace(
        _ranking(column, measure, windows[first], limit, filtered=filtered), enough=enough
    )
    rankings = [
        replace(ranking, days=days, least=at_least if name == first else 0.0)
        for name, days in list(windows.items())[:2]
    ]
    spans = list(dict.fromkeys(windows.values()))
    ranked, by_days = fetch_rankings(reading, rankings, spans, count_members=count_members)
    found = dict(zip(windows, ranked, strict=False))
    members = list(dict.fromkeys(each for one in ranked for each in one.sums.members))
    counts = {name: by_days[days] for name, days in windows.items()}
    stored = [each[0] for each in members]
    sums = {name: each.of(members).arrays for name, each in counts.items()}
    complete = all(_complete(each) for each in found.values())
    present = _present(stored, sums[first], measure)
    exact = found[first].counted and not complete
    every = np.ones(len(members), dtype=bool)
    additive = MEASURES[measure].denominator is None
    return Candidates(
        column=column,
        stored=stored,
        sums=sums,
        ranked={
            name: _are_among(members, each.sums) if additive and not _complete(each) else every
            for name, each in found.items()
        },
        members=max(found[first].stated, present) if exact else present,
        counted=found[first].counted,
        complete=complete,
        most=found[first].most,
        rollup=found[first].rollup,
    )


def _every_word(
    reading: Reading,
    measure: str,
    windows: Mapping[str, DateRange],
    *,
    least: float,
    filtered: bool,
) -> Candidates:
    first, *_ = windows
    ranking = _ranking("word_id", measure, windows[first], 1, filtered=filtered)
    known = reading.conn.scalar(sa.select(sa.func.count()).select_from(words)) or 0
    wanted = max(1, math.ceil(least))
    floor = 1 if known <= WORDS_AT_ONCE else LEAST_OF_WORDS
    if least > 0:
        floor = min(floor, wanted)
    spans = list(dict.fromkeys(windows.values()))
    rollup = certain_rollup(reading, ranking, spans, least=floor)
    if rollup is None and wanted > floor > 1:
        rollup = certain_rollup(reading, ranking, spans, least=wanted)
        floor = floor if rollup is None else wanted
    found = fetch_from(reading, ranking, dict.fromkeys(spans, floor), rollup)
    sums = {name: found[days].arrays for name, days in windows.items()}
    stored = found[windows[first]].firsts
    return Candidates(
        column="word_id",
        stored=stored,
        sums=sums,
        ranked={name: arrays[measure] >= floor for name, arrays in sums.items()},
        members=_present(stored, sums[first], measure),
        counted=floor == 1,
        complete=floor == 1,
        most=float(floor - 1),
        rollup=rollup,
    )


def _present(stored: Sequence[object], sums: Mapping[str, np.ndarray], measure: str) -> int:
    """Return how many stated members have something: a rate, something to be divided by."""
    definition = MEASURES[measure]
    stated = np.array([each is not None for each in stored], dtype=bool)
    return int((stated & (sums[definition.denominator or definition.numerator] > 0)).sum())


def _complete(ranked: Ranked) -> bool:
    return ranked.counted and ranked.members == len(ranked.sums.members)


def _are_among(members: Sequence[tuple[object, ...]], sums: Sums) -> np.ndarray:
    among = set(sums.members)
    return np.array([each in among for each in members], dtype=bool)
