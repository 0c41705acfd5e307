"""What the refresh step of identities reads and writes: mentions, aliases, doubts, and the facts."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from queries.cubes import make_anew
from queries.deriving import insert_rows
from queries.identity_tables import (
    IDENTITY_TABLES,
    operator_aliases,
    operator_doubts,
    operator_mentions,
)
from queries.operator_tables import has_operator_tables, operator_events, operator_register
from queries.repeats import given_rows, read_frame
from queries.schema import dirty_days, facts_info, submissions

BY_NAME = "n-%"
"""Ids of operators that are known by name and county only."""

IN_EVENTS = -1
"""What mentions that only events make have in place of a number of submissions; 0: the register."""

_CODE_LENGTH = 18


def replace_tables(conn: sa.Connection) -> None:
    """Make all tables anew and empty."""
    for table in IDENTITY_TABLES:
        make_anew(conn, table)


def read_said(conn: sa.Connection, days: Sequence[dt.date] | None) -> pd.DataFrame:
    """Return how operators are named in submissions of ``days``, of all when None, each way once.

    Submissions whose source gave an id of its own are left out: it says who is meant.

    Returns
    -------
    pandas.DataFrame
        ``name, county_code, uscc, address, said``.
    """
    s = submissions.c
    known = sa.or_(s.operator_id.like(BY_NAME), sa.func.length(s.operator_id) == _CODE_LENGTH)
    statement = (
        sa.select(
            s.respondent_name.label("name"),
            s.county_code,
            s.uscc,
            sa.func.arg_max(
                s.respondent_address, sa.func.row(s.registered_at, s.submission_key)
            ).label("address"),
            sa.func.count().label("said"),
        )
        .where(s.respondent_name.is_not(None), known)
        .group_by(s.respondent_name, s.county_code, s.uscc)
        .order_by(s.respondent_name, s.county_code, s.uscc)
    )
    if days is not None:
        statement = statement.where(s.registered_on.in_(days))
    return _frame(conn, statement)


def read_register(conn: sa.Connection) -> pd.DataFrame:
    """Return the operators of the business register that are not among the mentions yet."""
    columns = ["raw_operator_id", "name", "county_code", "uscc", "address"]
    if not has_operator_tables(conn):
        return pd.DataFrame(columns=columns)
    r = operator_register.c
    known = sa.select(operator_mentions.c.raw_operator_id).where(
        operator_mentions.c.raw_operator_id == r.operator_id, operator_mentions.c.said == 0
    )
    statement = (
        sa.select(r.operator_id.label("raw_operator_id"), r.name, r.county_code, r.uscc, r.address)
        .where(~known.exists())
        .order_by(r.operator_id)
    )
    return _frame(conn, statement)


def read_event_names(conn: sa.Connection) -> pd.DataFrame:
    """Return the operators that events name without a code and that are not among the mentions yet.

    Returns
    -------
    pandas.DataFrame
        ``raw_operator_id, name, events``; the county is in the id only.
    """
    columns = ["raw_operator_id", "name", "events"]
    if not has_operator_tables(conn):
        return pd.DataFrame(columns=columns)
    e, m = operator_events.c, operator_mentions.c
    known = sa.select(m.raw_operator_id).where(m.said == IN_EVENTS)
    statement = (
        sa.select(
            e.operator_id.label("raw_operator_id"),
            sa.func.min(e.operator_name).label("name"),
            sa.func.count().label("events"),
        )
        .where(e.uscc.is_(None), e.operator_name.is_not(None), e.operator_id.like(BY_NAME))
        .where(e.operator_id.not_in(known))
        .group_by(e.operator_id)
        .order_by(e.operator_id)
    )
    return _frame(conn, statement)


def read_counties(conn: sa.Connection) -> list[str]:
    """Return the counties of submissions and of the register, those of most first."""
    found = [sa.select(submissions.c.county_code)]
    if has_operator_tables(conn):
        found.append(sa.select(operator_register.c.county_code))
    every = sa.union_all(*found).subquery()
    county = every.c.county_code
    statement = (
        sa.select(county)
        .where(county.is_not(None))
        .group_by(county)
        .order_by(sa.func.count().desc(), county)
    )
    return list(conn.scalars(statement))


def drop_known(conn: sa.Connection, said: pd.DataFrame) -> pd.DataFrame:
    """Leave out the ways of naming that are among the mentions already."""
    with given_rows(conn, "said_now", pa.Table.from_pandas(said, preserve_index=False)) as now:
        m = operator_mentions.c
        known = sa.select(m.name).where(
            m.said > 0,
            m.name == now.c.name,
            m.county_code.is_not_distinct_from(now.c.county_code),
            m.uscc.is_not_distinct_from(now.c.uscc),
        )
        statement = sa.select(now).where(~known.exists()).order_by(*now.c)
        return _frame(conn, statement)


def add_mentions(conn: sa.Connection, mentions: pd.DataFrame) -> None:
    """Keep further mentions."""
    insert_rows(conn, operator_mentions, _table(mentions, operator_mentions))


def read_mentions(
    conn: sa.Connection, *, blocks: Collection[str] | None, raw_ids: Collection[str] = ()
) -> pd.DataFrame:
    """Return the mentions of these blocks and raw operators, and all of theirs; all when None.

    Whatever is or was joined to one of them comes too, so that the outcome replaces it as a whole.
    """
    m, a = operator_mentions.c, operator_aliases.c
    statement = sa.select(operator_mentions)
    if blocks is not None:
        found = sa.select(m.raw_operator_id).where(
            sa.or_(m.block.in_(sorted(blocks)), m.raw_operator_id.in_(sorted(raw_ids)))
        )
        of_one = sa.select(a.operator_id).where(
            sa.or_(a.raw_operator_id.in_(found), a.operator_id.in_(sorted(raw_ids)))
        )
        joined = sa.select(a.raw_operator_id).where(a.operator_id.in_(of_one))
        statement = statement.where(
            sa.or_(m.raw_operator_id.in_(found), m.raw_operator_id.in_(joined))
        )
    return _frame(conn, statement.order_by(m.county_code, m.raw_operator_id, m.name))


def decided_raw_ids(conn: sa.Connection) -> set[str]:
    """Return the raw operators whose alias a person's decision made."""
    statement = sa.select(operator_aliases.c.raw_operator_id).where(
        operator_aliases.c.decided_by == "person"
    )
    return set(conn.scalars(statement))


def replace_aliases(conn: sa.Connection, aliases: pd.DataFrame, doubts: pd.DataFrame) -> list[str]:
    """Put these aliases and doubts in place of what is known about the same raw operators.

    Returns
    -------
    list of str
        Raw operators that are another operator than before.
    """
    given = _table(aliases, operator_aliases)
    with given_rows(conn, "new_aliases", given) as new:
        old = operator_aliases.c
        changed = (
            sa.select(new.c.raw_operator_id)
            .select_from(
                new.outerjoin(operator_aliases, old.raw_operator_id == new.c.raw_operator_id)
            )
            .where(old.operator_id.is_distinct_from(new.c.operator_id))
            .order_by(new.c.raw_operator_id)
        )
        found = [str(each) for each in conn.scalars(changed)]
        mine = sa.select(new.c.raw_operator_id)
        for table in (operator_aliases, operator_doubts):
            conn.execute(table.delete().where(table.c.raw_operator_id.in_(mine)))
    insert_rows(conn, operator_aliases, given)
    insert_rows(conn, operator_doubts, _table(doubts, operator_doubts))
    return found


def write_operators(
    conn: sa.Connection, *, days: Sequence[dt.date] | None, raw_ids: Sequence[str]
) -> list[dt.date]:
    """Write into the facts which operator each submission is about.

    Parameters
    ----------
    days
        Submissions of these days, of all when None,
    raw_ids
        and those of these raw operators, whenever.

    Returns
    -------
    list of datetime.date
        Days on which a submission is about another operator than before.
    """
    wanted = pa.table({"raw_operator_id": pa.array(raw_ids, pa.string())})
    with given_rows(conn, "moved_operators", wanted) as moved:
        parts = [_differing(submissions.c.registered_on.in_(days) if days is not None else None)]
        if days is not None and len(raw_ids):
            listed = operator_aliases.c.raw_operator_id.in_(sa.select(moved.c.raw_operator_id))
            parts.append(_differing(listed))
        changed = pa.concat_tables([read_frame(conn, part) for part in parts])
    if not changed.num_rows:
        return []
    with given_rows(conn, "changed_operators_now", changed) as new:
        conn.execute(
            submissions.update()
            .values(operator_id=new.c.operator_id)
            .where(submissions.c.submission_key == new.c.submission_key)
        )
    return sorted(set(changed.column("registered_on").to_pylist()))


def _differing(condition: sa.ColumnElement[bool] | None) -> sa.Select[*tuple[Any, ...]]:
    s, m, a = submissions.c, operator_mentions.c, operator_aliases.c
    named = sa.and_(
        s.uscc.is_(None),
        m.uscc.is_(None),
        m.said > 0,
        m.name == s.respondent_name,
        m.county_code.is_not_distinct_from(s.county_code),
    )
    raw = sa.func.coalesce(s.uscc, m.raw_operator_id)
    statement = (
        sa.select(s.submission_key, s.registered_on, a.operator_id)
        .select_from(
            submissions.outerjoin(operator_mentions, named).join(
                operator_aliases, a.raw_operator_id == raw
            )
        )
        .where(
            sa.or_(s.operator_id.like(BY_NAME), sa.func.length(s.operator_id) == _CODE_LENGTH),
            a.operator_id != s.operator_id,
        )
    )
    return statement if condition is None else statement.where(condition)


def mark_changed(conn: sa.Connection, days: Sequence[dt.date]) -> None:
    """Note that the facts of these days changed, so that everything derived from them is redone."""
    if not days:
        return
    conn.execute(facts_info.update().values(facts_version=facts_info.c.facts_version + 1))
    version = conn.scalar(sa.select(facts_info.c.facts_version))
    conn.execute(
        dirty_days.insert(), [{"registered_on": day, "facts_version": version} for day in days]
    )


def count_aliases(conn: sa.Connection) -> int:
    """Return how many raw operators are known."""
    return conn.scalar(sa.select(sa.func.count()).select_from(operator_aliases)) or 0


def _frame(conn: sa.Connection, statement: sa.Select[*tuple[Any, ...]]) -> pd.DataFrame:
    found: pd.DataFrame = read_frame(conn, statement).to_pandas()
    return found


def _table(frame: pd.DataFrame, table: sa.Table) -> pa.Table:
    types = {
        "said": pa.int64(), "confidence": pa.float64(), "is_branch": pa.bool_(),
    }  # fmt: skip
    return pa.table(
        {
            each.name: pa.array(
                frame[each.name].astype(object).where(frame[each.name].notna(), None).to_list(),
                types.get(each.name, pa.string()),
            )
            for each in table.c
        }
    )
