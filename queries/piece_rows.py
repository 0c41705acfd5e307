"""Rows of a piece that are selected, and how many members they have."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from queries.cubes import within
from queries.matching import is_everything, matching
from queries.reading import Reading
from queries.schema import operator_submissions, operators, submissions
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

    Operators of everything are told by their last submission of the period: telling them apart takes
    half a second for a year of 20 million submissions.

    Parameters
    ----------
    pieces
        Where to find them; together they hold the days.
    without
        Levels whose filters are left out.
    """
    if is_quickly_counted(reading, member, without=without):
        return _count_by_next_day(reading, days)
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
    """Tell whether the list of operators' submissions says how many are meant, whatever the days."""
    return (
        member == operators.c.operator_id.name
        and reading.by_operator
        and is_everything(reading.selection, reading.scope, without=without)
    )


def _count_by_next_day(reading: Reading, days: DateRange) -> tuple[int, int]:
    """Count the last submission of each operator within the days."""
    inside, listed = within(submissions, days), operator_submissions.c
    last = sa.or_(listed.next_on.is_(None), listed.next_on > days.end)
    stated = reading.conn.scalar(
        sa.select(sa.func.count())
        .select_from(operator_submissions)
        .where(within(operator_submissions, days), last)
    )
    unknown = sa.exists().where(submissions.c.operator_id.is_(None), inside)
    every = (stated or 0) + bool(reading.conn.scalar(sa.select(unknown)))
    return every, stated or 0
