"""Breakdowns: measures by the members of a level, largest first."""

from collections.abc import Sequence

import pandas as pd

from queries.counting import Count, fetch_counts, fetch_number
from queries.dimensions import LEVELS
from queries.figures import breakdown_frame
from queries.hot_words import LEVEL as WORD
from queries.hot_words import fetch_hot_words
from queries.measures import MEASURES, sums_of
from queries.operator_names import operator_names
from queries.ranking import fetch_ranking
from queries.ranking_sources import Ranking
from queries.reading import Reading, reading
from queries.results import Breakdown
from queries.scope import Scope
from queries.selection import Selection
from queries.sums import Sums
from queries.warehouse import Warehouse

OPERATOR = "operator_id"
"""The level with too many members to read them all."""

MAX_ROWS = 1_000
"""Most rows of one breakdown; ours, a page shows tens."""


def fetch_breakdown(
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    level: str,
    measures: Sequence[str] = ("submissions",),
    order: str | None = None,
    limit: int = 20,
    count_members: bool = True,
) -> Breakdown:
    """Return measures by the members of one level.

    Parameters
    ----------
    level
        A level of `queries.dimensions.LEVELS`, or ``"word"``: submissions that contain a word,
        for which only the measure ``submissions`` exists. Filters on the level's own dimension
        are left out as `queries.matching.matching` says.
    order
        Measure to sort by, the first of ``measures`` by default.
    limit
        Most members to return, at most `MAX_ROWS`.
    count_members
        False spares the count of all operators or words where it is not at hand.

    Raises
    ------
    ValueError
        If ``level``, ``order`` or ``limit`` is not usable.
    WordsNotDerivedError
        If words are asked for and not in step with the submissions.
    """
    return fetch_breakdowns(
        warehouse,
        selection,
        scope,
        levels=(level,),
        measures=measures,
        order=order,
        limit=limit,
        count_members=count_members,
    )[level]


def fetch_breakdowns(
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    levels: Sequence[str],
    measures: Sequence[str] = ("submissions",),
    order: str | None = None,
    limit: int = 20,
    count_members: bool = True,
) -> dict[str, Breakdown]:
    """Return several breakdowns; those that no cube answers come from one scan of the facts."""
    chosen = measures[0] if order is None else order
    check_breakdown(levels, measures, chosen, limit)
    names = tuple(measures)
    with reading(warehouse, selection, scope) as opened:
        small = [level for level in levels if level not in {OPERATOR, WORD}]
        counts = _small_counts(opened, small, names)
        order_by = MEASURES[chosen]
        if OPERATOR in levels and order_by.denominator is None:
            counts.append(Count((), (order_by.numerator,), (opened.days,), (OPERATOR,)))
        counted = fetch_counts(opened, counts)
        whole = [sums[0].arrays[order_by.numerator][0] for sums in counted[len(small) :]]
        found = {
            level: breakdown_of(level, sums, measures=names, order=chosen, limit=limit)
            for level, sums in zip(small, counted, strict=False)
        }
        if OPERATOR in levels:
            found[OPERATOR] = operator_breakdown(
                opened,
                measures=names,
                order=chosen,
                limit=limit,
                count_members=count_members,
                total=float(whole[0]) if whole else None,
            )
        if WORD in levels:
            found[WORD] = fetch_hot_words(opened, limit=limit, count_members=count_members)
    return {level: found[level] for level in levels}


def small_breakdowns(
    reading: Reading,
    levels: Sequence[str],
    *,
    measures: tuple[str, ...],
    order: str,
    limit: int,
) -> dict[str, Breakdown]:
    """Return breakdowns by levels of few members, which are all read."""
    counted = fetch_counts(reading, _small_counts(reading, levels, measures))
    return {
        level: breakdown_of(level, sums, measures=measures, order=order, limit=limit)
        for level, sums in zip(levels, counted, strict=True)
    }


def _small_counts(
    reading: Reading, levels: Sequence[str], measures: tuple[str, ...]
) -> list[Count]:
    windows = (reading.days,) if reading.compared is None else (reading.days, reading.compared)
    return [Count((level,), sums_of(measures), windows) for level in levels]


def breakdown_of(
    level: str, found: Sequence[Sums], *, measures: tuple[str, ...], order: str, limit: int
) -> Breakdown:
    """Return the breakdown of all members, counted over the period and, if any, the compared days."""
    current, *others = found
    compared = others[0] if others else None
    frame = breakdown_frame(current, compared, measures=measures, order=order)
    not_stated = int(frame["member"].isna().sum())
    return Breakdown(frame[:limit], level, len(frame), not_stated=not_stated)


def operator_breakdown(
    reading: Reading,
    *,
    measures: tuple[str, ...],
    order: str,
    limit: int,
    count_members: bool,
    total: float | None = None,
) -> Breakdown:
    """Return the breakdown by operator, with their names.

    Parameters
    ----------
    total
        What shares are shares of if it is known already, filters on operators left out.
    """
    ranking = Ranking(OPERATOR, sums_of(measures), order, reading.days, limit)
    ranked = fetch_ranking(reading, ranking, compared=reading.compared, count_members=count_members)
    measure = MEASURES[order]
    if total is None and measure.denominator is None:
        total = fetch_number(reading, reading.days, of=measure.numerator, lifted=(OPERATOR,))
    frame = breakdown_frame(
        ranked.sums, ranked.compared, measures=measures, order=order, total=total
    )
    names = operator_names(reading.conn, frame["member"])
    named = pd.Series([names.get(each) for each in frame["member"]], dtype=object)
    frame.insert(1, "name", named)
    not_stated = ranked.members - ranked.stated
    return Breakdown(frame, OPERATOR, ranked.members, ranked.counted, not_stated)


def check_breakdown(levels: Sequence[str], measures: Sequence[str], order: str, limit: int) -> None:
    """Refuse what no breakdown can be made by.

    Raises
    ------
    ValueError
        If a level, ``order`` or ``limit`` is not usable, or a measure does not exist for words.
    """
    for level in levels:
        if level not in LEVELS and level != WORD:
            msg = f"level must be {WORD} or one of {', '.join(LEVELS)}; got {level!r}"
            raise ValueError(msg)
    if order not in measures:
        msg = f"order must be one of the measures asked for, {', '.join(measures)}; got {order!r}"
        raise ValueError(msg)
    if WORD in levels and tuple(measures) != ("submissions",):
        msg = f"words have only the measure submissions; got {', '.join(measures)}"
        raise ValueError(msg)
    if not 1 <= limit <= MAX_ROWS:
        msg = f"limit must be 1 to {MAX_ROWS}, got {limit}; page through submissions instead"
        raise ValueError(msg)
