"""Reads about who is who: what is doubtful, and what was brought together, under selection and scope."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.counting import fetch_number
from queries.cubes import within as within_days
from queries.identity_tables import (
    STEP,
    IdentitiesNotDerivedError,
    operator_aliases,
    operator_doubts,
    operator_mentions,
)
from queries.matching import matching, within
from queries.piece_rows import fetch_member_count, is_quickly_counted
from queries.raw_operators import raw_number, said_without_code, with_said
from queries.reading import Reading, reading
from queries.returns import count_members, raw_operator_returns
from queries.schema import operator_submissions, submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.warehouse import Warehouse

MAX_LISTED = 10_000
"""Most rows that one read may ask for; ours."""

MAX_MEMBERS = 500
"""Most names of one operator that are listed; ours."""


_OPERATOR = submissions.c.operator_id.name
_TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Identities:
    """How many names and operators a selection has.

    Attributes
    ----------
    total
        Submissions of the selection.
    named
        Those that name an operator.
    raw, operators
        Operators by code or by name and county as entered, and after bringing names together.
    """

    total: int
    named: int
    raw: int
    operators: int
    days: DateRange


@dataclass(frozen=True, slots=True)
class Listed:
    """The first rows of a list, and how many it has."""

    frame: pd.DataFrame
    total: int


def fetch_identities(warehouse: Warehouse, selection: Selection, scope: Scope) -> Identities:
    """Count names and operators.

    Raises
    ------
    IdentitiesNotDerivedError
        If who is who is not known as the submissions are now.
    """
    _require(warehouse)
    with reading(warehouse, selection, scope) as asked:
        if is_quickly_counted(asked, _OPERATOR, without=()):
            return _of_everything(asked)
        s, said = submissions.c, said_without_code()
        stated = s.operator_id.is_not(None)
        row = asked.conn.execute(
            sa.select(
                sa.func.count().label("total"),
                sa.func.count(s.operator_id).label("named"),
                sa.func.count(sa.distinct(raw_number(said))).filter(stated).label("raw"),
                sa.func.count(sa.distinct(s.operator_id)).label("operators"),
            )
            .select_from(with_said(said))
            .where(_chosen(asked))
        ).one()
        return Identities(row.total, row.named, row.raw, row.operators, asked.days)


def _of_everything(asked: Reading) -> Identities:
    listed = sa.select(sa.func.count()).select_from(operator_submissions)
    named = int(asked.conn.scalar(listed.where(within_days(operator_submissions, asked.days))) or 0)
    raw = count_members(asked.conn, raw_operator_returns, asked.days)
    _, known = fetch_member_count(asked, _OPERATOR, asked.days, (), without=())
    return Identities(int(fetch_number(asked, asked.days)), named, raw, known, asked.days)


def fetch_doubts(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, limit: int = 100
) -> Listed:
    """List pairs that may be one operator, the surest first.

    Only pairs both of which have submissions in the selection are listed.

    Returns
    -------
    Listed
        ``raw_operator_id, name, address, said, candidate_id, candidate_name, candidate_address,
        candidate_said, county_code, confidence, reason``; ``said`` are submissions of the selection.

    Raises
    ------
    IdentitiesNotDerivedError
        If who is who is not known as the submissions are now.
    """
    _require(warehouse)
    with reading(warehouse, selection, scope) as asked:
        d = operator_doubts.c
        ids = sa.union(sa.select(d.raw_operator_id), sa.select(d.candidate_id)).subquery()
        seen = _seen(asked, sa.select(ids.c[0])).cte("seen")
        one, two = seen.alias("one"), seen.alias("two")
        own, other = operator_aliases.alias("own"), operator_aliases.alias("other")
        statement = (
            sa.select(
                d.raw_operator_id,
                own.c.name,
                one.c.address,
                one.c.said,
                d.candidate_id,
                other.c.name.label("candidate_name"),
                two.c.address.label("candidate_address"),
                two.c.said.label("candidate_said"),
                own.c.county_code,
                d.confidence,
                d.reason,
            )
            .join(one, one.c.operator_id == d.raw_operator_id)
            .join(two, two.c.operator_id == d.candidate_id)
            .join(own, own.c.raw_operator_id == d.raw_operator_id)
            .join(other, other.c.raw_operator_id == d.candidate_id)
            .order_by(d.confidence.desc(), (one.c.said + two.c.said).desc(), d.raw_operator_id)
        )
        return _listed(asked, statement, limit)


def fetch_groups(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, limit: int = 100
) -> Listed:
    """List operators that are known by several names or codes, those with most submissions first.

    Returns
    -------
    Listed
        ``operator_id, name, county_code, names, said, confidence`` (the least of its names),
        ``by_person``.

    Raises
    ------
    IdentitiesNotDerivedError
        If who is who is not known as the submissions are now.
    """
    _require(warehouse)
    a = operator_aliases.c
    groups = (
        sa.select(
            a.operator_id,
            sa.func.count().label("names"),
            sa.func.min(a.confidence).label("confidence"),
            sa.func.max(sa.case((a.decided_by == "person", 1), else_=0)).label("by_person"),
        )
        .group_by(a.operator_id)
        .having(sa.func.count() > 1)
        .cte("groups")
    )
    with reading(warehouse, selection, scope) as asked:
        seen = _seen(asked, sa.select(groups.c.operator_id)).cte("seen")
        statement = (
            sa.select(
                groups.c.operator_id,
                a.name,
                a.county_code,
                groups.c.names,
                seen.c.said,
                groups.c.confidence,
                groups.c.by_person,
            )
            .join(seen, seen.c.operator_id == groups.c.operator_id)
            .join(operator_aliases, a.raw_operator_id == groups.c.operator_id)
            .order_by(seen.c.said.desc(), groups.c.operator_id)
        )
        return _listed(asked, statement, limit)


def fetch_names(warehouse: Warehouse, scope: Scope, *, operator_id: str) -> pd.DataFrame:
    """Return how an operator is named in the submissions that the viewer may see, whenever.

    Returns
    -------
    pandas.DataFrame
        ``raw_operator_id, name, uscc, county_code, address, said, confidence, reason, decided_by``;
        the most frequent first.

    Raises
    ------
    IdentitiesNotDerivedError
        If who is who is not known as the submissions are now.
    """
    _require(warehouse)
    s, m, a = submissions.c, operator_mentions.c, operator_aliases.c
    raw = sa.func.coalesce(s.uscc, m.raw_operator_id)
    said = (
        sa.select(
            raw.label("raw_operator_id"),
            s.respondent_name.label("name"),
            s.uscc,
            s.county_code,
            sa.func.max(s.respondent_address).label("address"),
            sa.func.count().label("said"),
        )
        .select_from(submissions.outerjoin(operator_mentions, _named()))
        .where(s.operator_id == operator_id, within(scope, submissions))
        .group_by(raw, s.respondent_name, s.uscc, s.county_code)
        .subquery()
    )
    statement = (
        sa.select(said, a.confidence, a.reason, a.decided_by)
        .join(operator_aliases, a.raw_operator_id == said.c.raw_operator_id)
        .order_by(said.c.said.desc(), said.c.name, said.c.raw_operator_id)
        .limit(MAX_MEMBERS)
    )
    with warehouse.engine.connect() as conn:
        return pd.read_sql(statement, conn)


def _require(warehouse: Warehouse) -> None:
    if STEP not in warehouse.fresh:
        raise IdentitiesNotDerivedError


def _chosen(asked: Reading) -> sa.ColumnElement[bool]:
    return matching(asked.selection, asked.scope, days=asked.days)


def _named() -> sa.ColumnElement[bool]:
    s, m = submissions.c, operator_mentions.c
    return sa.and_(
        s.uscc.is_(None),
        m.uscc.is_(None),
        m.said > 0,
        m.name == s.respondent_name,
        m.county_code.is_not_distinct_from(s.county_code),
    )


def _seen(asked: Reading, wanted: sa.Select[tuple[Any]]) -> sa.Select[*tuple[Any, ...]]:
    s = submissions.c
    return (
        sa.select(
            s.operator_id,
            sa.func.count().label("said"),
            sa.func.max(s.respondent_address).label("address"),
        )
        .where(_chosen(asked), s.operator_id.in_(wanted))
        .group_by(s.operator_id)
    )


def _listed(asked: Reading, statement: sa.Select[*tuple[Any, ...]], limit: int) -> Listed:
    counted = statement.add_columns(sa.func.count().over().label(_TOTAL))
    frame = pd.read_sql_query(counted.limit(min(limit, MAX_LISTED)), asked.conn)
    total = int(frame[_TOTAL].iloc[0]) if len(frame) else 0
    return Listed(frame.drop(columns=_TOTAL), total)
