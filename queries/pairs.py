"""Pairs of levels: the cells of two levels that moved most, cut in the database.

There are tens of thousands of pairs of a county and a product; those that can explain a change are
few. They are found by how far they moved away from the whole, both spans of days at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from queries.cubes import sum_type
from queries.functions import has_grouping_sets
from queries.matching import matching, needed_columns
from queries.measures import MEASURES
from queries.reading import Reading
from queries.schema import submissions
from queries.selection import DateRange
from queries.sources import FACTS, Piece, pieces
from queries.sums import Member

PAIR_CELLS = 500
"""Cells of a pair that stand for themselves, those that moved most; ours."""

Pair = tuple[str, str]

Part = tuple[int, Piece]
"""What to read, and for which window."""

Statement = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of two levels that moved most.

    Attributes
    ----------
    members
        Stored values of both levels.
    arrays
        By window, the sums of the measure.
    complete
        True if these are all cells.
    """

    members: list[Member]
    arrays: list[dict[str, np.ndarray]]
    complete: bool


def fetch_pairs(
    reading: Reading,
    pairs: Sequence[Pair],
    measure: str,
    windows: Sequence[DateRange],
    totals: Sequence[Mapping[str, float]],
) -> list[Cells]:
    """Return the cells of each pair that moved most, with their sums over each window.

    Parameters
    ----------
    windows
        The period, and what it is compared with if anything.
    totals
        Over each window, the sums over all cells.
    """
    if not pairs:
        return []
    rows = reading.conn.execute(select_pairs(reading, pairs, measure, windows, totals)).all()
    levels, names = _levels_of(pairs), MEASURES[measure].sums
    found = []
    for place, pair in enumerate(pairs):
        own = [row for row in rows if row[0] == place]
        first, second = (1 + levels.index(level) for level in pair)
        start, width = 1 + len(levels), len(names) * len(windows)
        numbers = np.array([row[start : start + width] for row in own], dtype="float64")
        columns = iter(numbers.reshape(len(own), width).T)
        cells = Cells(
            members=[(row[first], row[second]) for row in own],
            arrays=[{name: next(columns) for name in names} for _ in windows],
            complete=len(own) < PAIR_CELLS,
        )
        found.append(cells)
    return found


def select_pairs(
    reading: Reading,
    pairs: Sequence[Pair],
    measure: str,
    windows: Sequence[DateRange],
    totals: Sequence[Mapping[str, float]],
) -> Statement:
    """Build one statement: the pair's place, members of all levels, and sums window by window."""
    levels, names = _levels_of(pairs), MEASURES[measure].sums
    apart = sa.union_all(
        *[
            _select_part(reading, pairs, places, names, part)
            for part, places in _plan(reading, pairs, windows)
        ]
    ).subquery()
    columns = [apart.c.place, *[apart.c[level] for level in levels]]
    sums = [
        sa.cast(
            sa.func.sum(sa.case((apart.c.window_number == number, apart.c[name]), else_=0)),
            sum_type(name),
        ).label(f"{name}_{number}")
        for number in range(len(windows))
        for name in names
    ]
    cells = sa.select(*columns, *sums).group_by(*columns).subquery()
    counted = [
        {name: cells.c[f"{name}_{number}"] for name in names} for number in range(len(windows))
    ]
    order: list[sa.ColumnElement[Any]] = [sa.func.abs(_moved(measure, counted, totals)).desc()]
    for level in levels:
        order += [sa.case((cells.c[level].is_(None), 1), else_=0), cells.c[level]]
    rank = sa.func.row_number().over(partition_by=cells.c.place, order_by=order)
    ranked = sa.select(cells, rank.label("rank_of_pair")).subquery()
    return (
        sa.select(ranked)
        .where(ranked.c.rank_of_pair <= PAIR_CELLS)
        .order_by(ranked.c.place, ranked.c.rank_of_pair)
    )


def _levels_of(pairs: Iterable[Pair]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(level for pair in pairs for level in pair))


def _plan(
    reading: Reading, pairs: Sequence[Pair], windows: Sequence[DateRange]
) -> list[tuple[Part, list[int]]]:
    """Return what to read for which pairs: the facts at once for all that need the same days."""
    own = needed_columns(reading.selection, reading.scope)
    at_once = has_grouping_sets(reading.conn.dialect)
    shared: dict[Part, list[int]] = {}
    single: list[tuple[Part, list[int]]] = []
    for place, pair in enumerate(pairs):
        for number, days in enumerate(windows):
            for piece in pieces(reading.warehouse, days, own | set(pair)):
                if at_once and piece.source == FACTS:
                    shared.setdefault((number, piece), []).append(place)
                else:
                    single.append(((number, piece), [place]))
    return [*shared.items(), *single]


def _select_part(
    reading: Reading,
    pairs: Sequence[Pair],
    places: Sequence[int],
    names: Sequence[str],
    part: Part,
) -> Statement:
    number, piece = part
    table = piece.source.table
    present = _levels_of(pairs[place] for place in places)
    place: sa.ColumnElement[Any] = sa.literal_column(str(places[0]))
    grouped: list[sa.ColumnElement[Any]] = [table.c[level] for level in present]
    if len(places) > 1:
        mark = sa.func.grouping(*grouped)
        marks: dict[int, sa.ColumnElement[Any]] = {
            _mark(pairs[each], present): sa.literal_column(str(each)) for each in places
        }
        place = sa.case(marks, value=mark)
        grouped = [
            sa.func.grouping_sets(
                *[sa.tuple_(*[table.c[level] for level in pairs[each]]) for each in places]
            )
        ]
    return (
        sa.select(
            place.label("place"),
            *[
                (
                    table.c[level]
                    if level in present
                    else sa.cast(sa.null(), submissions.c[level].type).label(level)
                )
                for level in _levels_of(pairs)
            ],
            sa.literal_column(str(number)).label("window_number"),
            *[piece.source.total(name).label(name) for name in names],
        )
        .where(matching(reading.selection, reading.scope, table=table, days=piece.days))
        .group_by(*grouped)
    )


def _mark(pair: Pair, levels: Sequence[str]) -> int:
    """Return what ``GROUPING()`` of these levels is in the rows of a pair."""
    return int("".join("01"[level not in pair] for level in levels), 2)


def _moved(
    measure: str,
    counted: Sequence[Mapping[str, sa.ColumnElement[Any]]],
    totals: Sequence[Mapping[str, float]],
) -> sa.ColumnElement[Any]:
    """Return how far a cell moved away from the whole: more than it had been had all moved alike.

    For a rate it is what the cell adds to the change, see `analytics.attribution`.
    """
    definition = MEASURES[measure]
    top, bottom = definition.numerator, definition.denominator
    now, *others = counted
    if not others:
        return now[top]
    (before,) = others
    if bottom is None:
        grown = totals[0][top] / totals[1][top] if totals[1][top] else 0.0
        return now[top] - before[top] * grown
    if not totals[0][bottom] or not totals[1][bottom]:
        return now[top] - before[top]
    rates = [total[top] / total[bottom] for total in totals]
    middle = sum(rates) / 2
    return sum(
        (
            sign * (each[top] * (1 / total[bottom]) - each[bottom] * (middle / total[bottom]))
            for sign, each, total in zip((1, -1), (now, before), totals, strict=True)
        ),
        start=sa.literal_column("0"),
    )
