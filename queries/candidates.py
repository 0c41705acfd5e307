"""Candidates: the members of a level that are worth a look, counted over several spans of days.

Of most levels these are all members. There are a million operators and tens of thousands of words:
of those the largest of the period and, so that fallen ones are not missed, of the period before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from queries.breakdowns import OPERATOR
from queries.counting import Count, fetch_count
from queries.hot_words import LEVEL as WORD
from queries.hot_words import WordsNotDerivedError
from queries.matching import needed_columns
from queries.measures import MEASURES, sums_of
from queries.ranking import Ranked, Ranking, fetch_members, fetch_ranking, member_pieces
from queries.reading import Reading
from queries.rollups import Rollup
from queries.selection import DateRange
from queries.sources import Piece, pieces
from queries.sums import Sums, joined

MANY = frozenset({OPERATOR, WORD})
"""Levels with too many members to read them all."""

OPERATOR_CANDIDATES = 1_000
"""Operators looked at, of the period and of the one before each; ours."""

WORD_CANDIDATES = 300
"""Words looked at, likewise; ours, few enough that rollups mostly know them."""


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
        How many members there are: of the first window, and those looked at that had something
        only in others.
    counted
        False if ``members`` is only the least number there can be.
    complete
        True if these are all the members of all windows they were looked for in.
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
    rollup: Rollup | None = None


def fetch_candidates(
    reading: Reading,
    level: str,
    measure: str,
    windows: Mapping[str, DateRange],
    *,
    count_members: bool = False,
    filtered: bool = False,
) -> Candidates:
    """Return the members of a level that are worth a look.

    Parameters
    ----------
    level
        A level, or ``"word"``.
    windows
        What to count, the period first. Operators and words are looked for in the first two.
    count_members
        True counts all operators or words where they are not all looked at.
    filtered
        True leaves no filter out, those on the level itself neither.

    Raises
    ------
    WordsNotDerivedError
        If words are asked for and not in step with the submissions.
    """
    if level in MANY:
        return _largest(
            reading, level, measure, windows, count_members=count_members, filtered=filtered
        )
    spans = tuple(dict.fromkeys(windows.values()))
    count = Count((level,), sums_of((measure,)), spans, filtered=filtered)
    found = dict(zip(count.windows, fetch_count(reading, count), strict=True))
    members = list(dict.fromkeys(each for sums in found.values() for each in sums.members))
    return Candidates(
        column=level,
        stored=[each[0] for each in members],
        sums={name: found[days].of(members).arrays for name, days in windows.items()},
        ranked={name: np.ones(len(members), dtype=bool) for name in windows},
        members=len(members),
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
    count_members: bool,
    filtered: bool,
) -> Candidates:
    if level == WORD and "submission_words" not in reading.warehouse.fresh:
        raise WordsNotDerivedError
    column, limit = ("word_id", WORD_CANDIDATES) if level == WORD else (level, OPERATOR_CANDIDATES)
    first, *_ = windows
    ranking = _ranking(column, measure, windows[first], limit, filtered=filtered)
    found = {
        name: fetch_ranking(
            reading, replace(ranking, days=days), count_members=count_members and name == first
        )
        for name, days in list(windows.items())[:2]
    }
    members = list(dict.fromkeys(each for ranked in found.values() for each in ranked.sums.members))
    in_rollup = all(each.rollup is not None for each in found.values())
    rollup = found[first].rollup if in_rollup else None
    counts = {
        name: _counted(reading, replace(ranking, days=days), members, found.get(name), rollup)
        for name, days in windows.items()
    }
    fallen = set(members) - set(counts[first].members)
    every = np.ones(len(members), dtype=bool)
    additive = MEASURES[measure].denominator is None
    return Candidates(
        column=column,
        stored=[each[0] for each in members],
        sums={name: each.of(members).arrays for name, each in counts.items()},
        ranked={
            name: _are_among(members, each.sums) if additive and not _complete(each) else every
            for name, each in found.items()
        },
        members=max(found[first].members + len(fallen), len(members)),
        counted=found[first].counted,
        complete=all(_complete(each) for each in found.values()),
        rollup=rollup,
    )


def _complete(ranked: Ranked) -> bool:
    return ranked.counted and ranked.members == len(ranked.sums.members)


def _counted(
    reading: Reading,
    ranking: Ranking,
    members: Sequence[tuple[object, ...]],
    known: Ranked | None,
    rollup: Rollup | None,
) -> Sums:
    """Count all members over the days of a ranking, those that it found not again."""
    if known is not None and _complete(known):
        return known.sums
    found = set() if known is None else set(known.sums.members)
    missing = [each[0] for each in members if each not in found]
    if known is not None and not missing:
        return known.sums
    source = member_pieces(reading, ranking, ranking.days, rollup=rollup)
    others = fetch_members(reading, ranking, missing, source)
    return others if known is None else joined([known.sums, others])


def _are_among(members: Sequence[tuple[object, ...]], sums: Sums) -> np.ndarray:
    among = set(sums.members)
    return np.array([each in among for each in members], dtype=bool)
