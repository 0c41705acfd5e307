"""Rows of a piece that are selected, and how many members they have."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from queries.cubes import within
from queries.matching import is_everything, matching
from queries.reading import Reading
from queries.returns import count_members, operator_returns, word_returns
from queries.rollups import ALL_WORDS
from queries.schema import submissions
from queries.selection import DateRange
from queries.sources import ONE_DAY, Piece

Statement = sa.Select[*tuple[Any, ...]]


def within_piece(
    statement: Statement, reading: Reading, piece: Piece, *, without: tuple[str, ...]
) -> Statement:
    """Restrict a statement over a piece to what is selected, filters on these levels left out."""
    table = piece.source.table
    statement = statement.where(
        matching(
            reading.selection,
            reading.scope,
            table=table,
            days=piece.days,
            without=without,
            by_operator=reading.by_operator,
        )
    )
    if "word_registered_on" in table.c:
        day = table.c.word_registered_on
        statement = statement.where(day >= piece.days.start, day < piece.days.end + ONE_DAY)
    return statement


def fetch_member_count(
    reading: Reading,
    member: str,
    days: DateRange,
    pieces: Sequence[Piece],
    *,
    without: tuple[str, ...],
) -> tuple[int, int]:
    """Return how many members of a column there are in some days, and how many are stated.

    Operators and words of everything are counted by `queries.returns`.

    Parameters
    ----------
    pieces
        Where to find them; together they hold the days.
    without
        Levels whose filters are left out.
    """
    if is_quickly_counted(reading, member, without=without):
        return _count_returns(reading, member, days)
    found = [
        within_piece(
            sa.select(piece.source.table.c[member]).distinct(), reading, piece, without=without
        )
        for piece in pieces
    ]
    everyone = (found[0] if len(found) == 1 else sa.union(*found)).subquery()
    counts = sa.select(sa.func.count(), sa.func.count(everyone.c[member])).select_from(everyone)
    every, known = reading.conn.execute(counts).one()
    return every, known


def is_quickly_counted(reading: Reading, member: str, *, without: tuple[str, ...]) -> bool:
    """Tell whether it is known from when they come again how many are meant, whatever the days."""
    kept = {"operator_id": reading.by_operator, "word_id": ALL_WORDS in reading.warehouse.fresh}
    return kept.get(member, False) and is_everything(
        reading.selection, reading.scope, without=without
    )


def _count_returns(reading: Reading, member: str, days: DateRange) -> tuple[int, int]:
    """Count the members stated, and with them one more if any submission states none."""
    if member == "word_id":
        words = count_members(reading.conn, word_returns, days)
        return words, words
    stated = count_members(reading.conn, operator_returns, days)
    unknown = sa.exists().where(submissions.c.operator_id.is_(None), within(submissions, days))
    return stated + bool(reading.conn.scalar(sa.select(unknown))), stated
