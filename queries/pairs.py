"""Pairs of levels: the cells of two levels that moved most, cut in the database.

There are tens of thousands of pairs of a county and a product; those that can explain a change are
few. They are found by how far they moved away from the whole, both spans of days at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from queries.cubes import sum_type
from queries.matching import matching, needed_columns
from queries.measures import MEASURES
from queries.reading import Reading
from queries.selection import DateRange
from queries.sources import Piece, pieces
from queries.sums import Member

PAIR_CELLS = 500
"""Cells of a pair that stand for themselves, those that moved most; ours."""

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


def fetch_pair(
    reading: Reading,
    pair: tuple[str, str],
    measure: str,
    windows: Sequence[DateRange],
    totals: Sequence[Mapping[str, float]],
) -> Cells:
    """Return the cells that moved most, with their sums over each window.

    Parameters
    ----------
    windows
        The period, and what it is compared with if anything.
    totals
        Over each window, the sums over all cells.
    """
    rows = reading.conn.execute(select_pair(reading, pair, measure, windows, totals)).all()
    names = MEASURES[measure].sums
    width = len(names) * len(windows)
    numbers = np.array([row[2:] for row in rows], dtype="float64").reshape(len(rows), width)
    columns = iter(numbers.T)
    return Cells(
        members=[tuple(row[:2]) for row in rows],
        arrays=[{name: next(columns) for name in names} for _ in windows],
        complete=len(rows) < PAIR_CELLS,
    )


def select_pair(
    reading: Reading,
    pair: tuple[str, str],
    measure: str,
    windows: Sequence[DateRange],
    totals: Sequence[Mapping[str, float]],
) -> Statement:
    """Build the statement: two members and, window by window, the sums of the measure."""
    names = MEASURES[measure].sums
    needed = needed_columns(reading.selection, reading.scope) | set(pair)
    parts = [
        _select_piece(reading, pair, names, number, piece)
        for number, days in enumerate(windows)
        for piece in pieces(reading.warehouse, days, needed)
    ]
    apart = sa.union_all(*parts).subquery()
    columns = [apart.c[level] for level in pair]
    sums = [
        {
            name: sa.cast(
                sa.func.sum(sa.case((apart.c.window_number == number, apart.c[name]), else_=0)),
                sum_type(name),
            ).label(f"{name}_{number}")
            for name in names
        }
        for number in range(len(windows))
    ]
    cells = (
        sa.select(*columns, *[each for window in sums for each in window.values()])
        .group_by(*columns)
        .subquery()
    )
    counted = [
        {name: cells.c[f"{name}_{number}"] for name in names} for number in range(len(windows))
    ]
    order: list[sa.ColumnElement[Any]] = [sa.func.abs(_moved(measure, counted, totals)).desc()]
    for level in pair:
        order += [sa.case((cells.c[level].is_(None), 1), else_=0), cells.c[level]]
    return sa.select(cells).order_by(*order).limit(PAIR_CELLS)


def _select_piece(
    reading: Reading, pair: tuple[str, str], names: Sequence[str], number: int, piece: Piece
) -> Statement:
    table = piece.source.table
    return (
        sa.select(
            *[table.c[level] for level in pair],
            sa.literal_column(str(number)).label("window_number"),
            *[piece.source.total(name).label(name) for name in names],
        )
        .where(matching(reading.selection, reading.scope, table=table, days=piece.days))
        .group_by(*[table.c[level] for level in pair])
    )


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
