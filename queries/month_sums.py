"""Counts of what is found in submissions, where one may have several: tags, topics of campaigns.

A period is counted by its whole months from monthly sums and by its other days from the findings
themselves, unless something is filtered by that the sums do not know.
"""

import collections
import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from queries.cubes import affected_spans, key_expression, make_anew, within, year_spans
from queries.findings import with_submissions
from queries.matching import is_everything, matching, needed_columns
from queries.month_tables import ANY, MONTH_KEYS, Found
from queries.reading import Reading
from queries.schema import submissions
from queries.selection import DateRange
from queries.sources import FACTS, Piece, Source, split

Members = tuple[str, ...]


def add_up_months(conn: sa.Connection, found: Found, days: Sequence[dt.date] | None) -> None:
    """Add up the months of these days again; of all days when None."""
    if days is None:
        make_anew(conn, found.months)
    keys = [key_expression(name, "month") for name in MONTH_KEYS]
    for span in year_spans(conn) if days is None else affected_spans(days, "month"):
        conn.execute(found.months.delete().where(within(found.months, span)))
        for members, by, number in _groupings(found):
            conn.execute(
                found.months.insert().from_select(
                    [*MONTH_KEYS, *found.members, "submissions"],
                    sa.select(*keys, *members, number)
                    .select_from(with_submissions(found.table))
                    .where(within(submissions, span), within(found.table, span))
                    .group_by(*keys, *by),
                )
            )


def count_found(
    reading: Reading, found: Found, days: DateRange, *, without: str
) -> "collections.Counter[Members]":
    """Count the submissions selected by what was found in them.

    Parameters
    ----------
    without
        Dimension whose filters are left out.

    Returns
    -------
    collections.Counter
        By members, `ANY` in the last place for submissions that have any; only those with some.
    """
    needed = needed_columns(reading.selection, reading.scope, without=without)
    months = Source(found.months.name, found.months)
    by_month = needed <= set(MONTH_KEYS)
    pieces = split(reading.warehouse, days, months, FACTS) if by_month else (Piece(FACTS, days),)
    counts: collections.Counter[Members] = collections.Counter()
    for piece in pieces:
        of_months = piece.source == months
        for statement in (
            [_of_months(reading, found, piece.days, without=without)]
            if of_months
            else _of_submissions(reading, found, piece.days, without=without)
        ):
            for *members, number in reading.conn.execute(statement):
                counts[tuple(members)] += int(number)
    return counts


def _of_months(
    reading: Reading, found: Found, days: DateRange, *, without: str
) -> sa.Select[*tuple[Any, ...]]:
    months = found.months
    members = [months.c[name] for name in found.members]
    number = sa.cast(sa.func.sum(months.c.submissions), sa.BigInteger)
    chosen = matching(reading.selection, reading.scope, table=months, days=days, without=without)
    return sa.select(*members, number).where(chosen).group_by(*members)


def _of_submissions(
    reading: Reading, found: Found, days: DateRange, *, without: str
) -> list[sa.Select[*tuple[Any, ...]]]:
    """Return the statements that count findings, by themselves where every submission is meant."""
    source: sa.FromClause = found.table
    chosen = [within(found.table, days)]
    if not is_everything(reading.selection, reading.scope, without=without):
        source = with_submissions(found.table)
        chosen.append(matching(reading.selection, reading.scope, days=days, without=without))
    return [
        sa.select(*members, number).select_from(source).where(*chosen).group_by(*by)
        for members, by, number in _groupings(found)
    ]


def _groupings(
    found: Found,
) -> list[tuple[list[sa.ColumnElement[Any]], list[sa.ColumnElement[Any]], sa.Function[int]]]:
    """Return what to select, group by and count: single findings, and what has any."""
    *outer, last = [found.table.c[name] for name in found.members]
    once = sa.func.count(sa.distinct(found.table.c.submission_key))
    return [
        ([*outer, last], [*outer, last], sa.func.count()),
        ([*outer, sa.literal(ANY)], list(outer), once),
    ]
