"""Breakdowns: measures by the members of a level, largest first."""

from collections.abc import Sequence

import pandas as pd
import sqlalchemy as sa

from queries.counting import Count, fetch_counts, fetch_number
from queries.dimensions import LEVELS
from queries.figures import breakdown_frame
from queries.hot_words import LEVEL as WORD
from queries.hot_words import fetch_hot_words
from queries.measures import MEASURES, sums_of
from queries.operator_names import operator_names
from queries.periods import compared_days, days_of
from queries.ranking import Ranking, fetch_ranking
from queries.results import Breakdown
from queries.scope import Scope
from queries.selection import Selection
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
    with warehouse.engine.connect() as conn:
        return breakdowns_on(
            conn,
            warehouse,
            selection,
            scope,
            levels=levels,
            measures=measures,
            order=order,
            limit=limit,
            count_members=count_members,
        )


def breakdowns_on(
    conn: sa.Connection,
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    levels: Sequence[str],
    measures: Sequence[str],
    order: str | None,
    limit: int,
    count_members: bool,
) -> dict[str, Breakdown]:
    """Answer `fetch_breakdowns` over an open connection."""
    chosen = measures[0] if order is None else order
    _check(levels, measures, chosen, limit)
    days, before = days_of(warehouse, selection), compared_days(warehouse, selection)
    windows = (days,) if before is None else (days, before)
    sums = sums_of(tuple(measures))
    counts = {
        level: Count((level,), sums, windows) for level in levels if level not in {OPERATOR, WORD}
    }
    counted = fetch_counts(conn, warehouse, selection, scope, list(counts.values()))
    frames = dict(zip(counts, counted, strict=True))
    found: dict[str, Breakdown] = {}
    for level in levels:
        if level == WORD:
            found[level] = fetch_hot_words(
                conn, warehouse, selection, scope, limit=limit, count_members=count_members
            )
        elif level == OPERATOR:
            ranking = Ranking(OPERATOR, sums, chosen, days, limit)
            ranked = fetch_ranking(
                conn,
                warehouse,
                selection,
                scope,
                ranking,
                compared=before,
                count_members=count_members,
            )
            frame = breakdown_frame(
                ranked.sums,
                ranked.compared,
                measures=measures,
                order=chosen,
                total=_total(conn, warehouse, selection, scope, ranking),
            )
            names = operator_names(conn, frame["member"])
            named = pd.Series([names.get(each) for each in frame["member"]], dtype=object)
            frame.insert(1, "name", named)
            found[level] = Breakdown(frame, level, ranked.members, ranked.counted)
        else:
            current, *compared = frames[level]
            frame = breakdown_frame(
                current,
                compared[0] if compared else None,
                measures=measures,
                order=chosen,
            )
            found[level] = Breakdown(frame[:limit], level, len(frame))
    return found


def _check(levels: Sequence[str], measures: Sequence[str], order: str, limit: int) -> None:
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


def _total(
    conn: sa.Connection,
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    ranking: Ranking,
) -> float | None:
    measure = MEASURES[ranking.order]
    if measure.denominator is not None:
        return None
    return fetch_number(
        conn,
        warehouse,
        selection,
        scope,
        ranking.days,
        of=measure.numerator,
        lifted=(ranking.member,),
    )
