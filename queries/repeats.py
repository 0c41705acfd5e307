"""One matter filed more than once, and claimants to verify: what a refresh reads and keeps."""

import contextlib
import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from queries.cubes import make_anew
from queries.deriving import insert_rows
from queries.functions import seconds_between
from queries.loading import raw_connection
from queries.repeat_tables import (
    repeat_members,
    serial_claimants,
    serial_members,
    shared_matters,
    shared_members,
)
from queries.schema import persons, submissions

STEP = "repeats"
"""Name of the refresh step, and of what it derives."""

SHARED_STEP = "shared_matters"
"""The same of what many persons share."""

SHARED_DAYS = 365
"""Newest days in which persons who meet at one operator and problem are looked for (ours)."""

LETTER_DAYS = 730
"""Newest days in which circulated letters are looked for (ours)."""

EVENT_DAYS = 90
"""Newest days in which texts about one event are looked for (ours)."""

MOST_EVENT_TEXTS = 15_000
"""Newest narratives that are compared for events (ours; about 6 s of one core)."""

MOST_LETTER_TEXTS = 200_000
"""Newest narratives that are compared for letters (ours; about 6 s of one core)."""

EVENT_PERSONS = 5
"""Persons of an event, at least (ours): of few the likeness may be chance."""

EVENT_SHARE = 0.3
"""Share of an event's submissions that meet in one county or at one operator, at least (ours): texts
that are alike all over the province speak of one kind of matter, not of one event."""

FILED = (
    "submission_key", "submission_id", "registered_at", "registered_on", "kind", "person_key",
    "operator_id", "channel", "handling_unit", "narrative",
)  # fmt: skip

CLAIMED = (
    "submission_key", "submission_id", "registered_at", "registered_on", "issue_type",
    "product_category", "operator_id", "quantity", "reject_reason", "narrative",
)  # fmt: skip

SHARED = (
    "submission_key", "submission_id", "registered_at", "registered_on", "kind", "person_key",
    "operator_id", "county_code", "issue_type", "issue_subtype",
)  # fmt: skip

_PHONE_DIGITS = 11
_SHORTEST_NUMBER = 7
_DAY = 86_400


def read_frame(conn: sa.Connection, statement: sa.Select[*tuple[Any, ...]]) -> pa.Table:
    """Return what a statement finds, through the caller's own connection and transaction."""
    compiled = statement.compile(conn, compile_kwargs={"literal_binds": True})
    return raw_connection(conn).sql(str(compiled)).to_arrow_table()


@contextlib.contextmanager
def given_rows(conn: sa.Connection, name: str, rows: pa.Table) -> Iterator[sa.TableClause]:
    """Let statements of this connection name rows that are not stored."""
    raw = raw_connection(conn)
    raw.register(name, rows)
    try:
        yield sa.table(name, *[sa.column(column) for column in rows.column_names])
    finally:
        raw.unregister(name)


def touched_persons(conn: sa.Connection, days: Sequence[dt.date]) -> pa.Table:
    """Return the persons whose groups may change with these days: who files then, and who did.

    Returns
    -------
    pyarrow.Table
        Column ``person_key``.
    """
    now = sa.select(submissions.c.person_key).where(
        submissions.c.registered_on.in_(days), submissions.c.person_key.is_not(None)
    )
    before = sa.select(repeat_members.c.person_key).where(repeat_members.c.registered_on.in_(days))
    both = sa.union(now, before).subquery()
    return read_frame(conn, sa.select(both.c.person_key))


def find_near(conn: sa.Connection, touched: pa.Table | None, *, days: int) -> pa.Table:
    """Find submissions of one person that are so near in time to another of theirs.

    Parameters
    ----------
    touched
        As from `touched_persons`; None for everybody.
    days
        Longest time to the one before or after.

    Returns
    -------
    pyarrow.Table
        ``submission_key``, and ``slot``, a number that all of a person's share.
    """
    facts = submissions.c
    window: dict[str, Any] = {
        "partition_by": facts.person_key,
        "order_by": (facts.registered_at, facts.submission_key),
    }
    base = sa.select(
        facts.submission_key,
        sa.cast(sa.func.hash(facts.person_key).op(">>")(1), sa.BigInteger).label("slot"),
        facts.registered_at.label("moment"),
        sa.func.lag(facts.registered_at).over(**window).label("before"),
        sa.func.lead(facts.registered_at).over(**window).label("after"),
    ).where(facts.person_key.is_not(None))
    with contextlib.ExitStack() as stack:
        if touched is not None:
            theirs = stack.enter_context(given_rows(conn, "touched_persons", touched))
            base = base.where(facts.person_key.in_(sa.select(theirs.c.person_key)))
        gaps = base.subquery()
        limit = days * _DAY
        near = sa.or_(
            seconds_between(gaps.c.before, gaps.c.moment) <= limit,
            seconds_between(gaps.c.moment, gaps.c.after) <= limit,
        )
        return read_frame(conn, sa.select(gaps.c.submission_key, gaps.c.slot).where(near))


def read_rows(
    conn: sa.Connection, keys: pa.Table, columns: Sequence[str], *, with_persons: bool = False
) -> pd.DataFrame:
    """Return these columns of submissions, in order of their keys.

    Parameters
    ----------
    keys
        Column ``submission_key``.
    with_persons
        Also ``phone, id_number, name, address, raw_narrative`` as entered, and ``person_key`` where
        neither telephone nor identity number is given.
    """
    with given_rows(conn, "wanted_keys", keys) as wanted:
        source: sa.FromClause = submissions.join(
            wanted, wanted.c.submission_key == submissions.c.submission_key
        )
        chosen: list[sa.ColumnElement[Any]] = [submissions.c[name] for name in columns]
        if with_persons:
            source = source.outerjoin(
                persons, persons.c.submission_id == submissions.c.submission_id
            )
            own = ("phone", "id_number", "name", "address", "raw_narrative")
            chosen += [persons.c[name] for name in own]
            alone = sa.and_(persons.c.phone.is_(None), persons.c.id_number.is_(None))
            chosen.append(sa.case((alone, submissions.c.person_key)).label("person_key"))
        statement = sa.select(*chosen).select_from(source).order_by(submissions.c.submission_key)
        frame: pd.DataFrame = read_frame(conn, statement).to_pandas()
    return frame


def read_identities(conn: sa.Connection, *, most_names: int) -> pa.Table:
    """Return what joins submissions to one claimant, as numbers, roughly: rather too much than too little.

    Parameters
    ----------
    most_names
        Names above which a telephone joins nobody.

    Returns
    -------
    pyarrow.Table
        ``submission_key, second`` (since 1970), ``phone, id_number, home, person`` (hashes, NULL
        where not told).
    """
    told = _told().subquery()
    alone = sa.and_(
        ~sa.func.coalesce(told.c.is_told, sa.false()), submissions.c.person_key.is_(None)
    )
    own = {
        "phone": sa.case((alone, told.c.said_phone), else_=told.c.phone),
        "id_number": sa.case((alone, told.c.said_number), else_=told.c.id_number),
        "home": told.c.home,
        "person": sa.case(
            (~sa.func.coalesce(told.c.is_told, sa.false()), _hashed(submissions.c.person_key))
        ),
        "name": told.c.name,
    }
    make_anew(conn, _identities)
    conn.execute(
        _identities.insert().from_select(
            ["submission_key", "second", *own],
            sa.select(
                submissions.c.submission_key,
                sa.cast(sa.func.epoch(submissions.c.registered_at), sa.BigInteger),
                *own.values(),
            ).select_from(
                submissions.outerjoin(told, told.c.submission_id == submissions.c.submission_id)
            ),
        )
    )
    rows = _identities.c
    named = sa.select(rows.phone, rows.name).where(rows.name.is_not(None)).distinct().subquery()
    switchboards = (
        sa.select(named.c.phone)
        .where(named.c.phone.is_not(None))
        .group_by(named.c.phone)
        .having(sa.func.count() > most_names)
    )
    try:
        return read_frame(
            conn,
            sa.select(
                rows.submission_key,
                rows.second,
                sa.case((rows.phone.not_in(switchboards), rows.phone)).label("phone"),
                rows.id_number,
                rows.home,
                rows.person,
            ),
        )
    finally:
        _identities.drop(conn)


_identities = sa.Table(
    "claimant_identities",
    sa.MetaData(),
    sa.Column("submission_key", sa.BigInteger),
    *[
        sa.Column(name, sa.BigInteger)
        for name in ("second", "phone", "id_number", "home", "person", "name")
    ],
    prefixes=["TEMPORARY"],
)
"""What `read_identities` puts together: numbers for texts, so that 20 million rows fit into memory."""


def _told() -> sa.Select[*tuple[Any, ...]]:
    """Select what persons told of themselves, as numbers."""
    said = sa.func.nullif(sa.func.regexp_extract(persons.c.raw_narrative, r"1\d{10}"), "")
    said_number = sa.func.nullif(
        sa.func.regexp_extract(persons.c.raw_narrative, r"\d{17}[\dXx]"), ""
    )
    plain = sa.func.regexp_replace(persons.c.name + persons.c.address, r"[^\p{L}\p{N}]", "", "g")
    masked = sa.or_(persons.c.name.contains("*"), persons.c.address.contains("*"))
    return sa.select(
        persons.c.submission_id,
        sa.or_(persons.c.phone.is_not(None), persons.c.id_number.is_not(None)).label("is_told"),
        _hashed(_phone(persons.c.phone)).label("phone"),
        _hashed(_number(persons.c.id_number)).label("id_number"),
        _hashed(said).label("said_phone"),
        _hashed(sa.func.upper(said_number)).label("said_number"),
        _hashed(sa.case((sa.not_(masked), sa.func.lower(plain)))).label("home"),
        _hashed(persons.c.name).label("name"),
    )


def _hashed(text: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    number = sa.cast(sa.func.hash(text).op(">>")(1), sa.BigInteger)
    return sa.case((text.is_not(None), number))


def _phone(column: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    digits = sa.func.regexp_replace(column, "[^0-9]", "", "g")
    usable = sa.and_(sa.not_(column.contains("*")), sa.func.length(digits) >= _SHORTEST_NUMBER)
    return sa.case((usable, sa.func.right(digits, _PHONE_DIGITS)))


def _number(column: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    plain = sa.func.upper(sa.func.regexp_replace(column, r"\s", "", "g"))
    usable = sa.and_(sa.not_(column.contains("*")), sa.func.length(plain) >= _SHORTEST_NUMBER)
    return sa.case((usable, plain))


def delete_members(conn: sa.Connection, touched: pa.Table | None) -> None:
    """Delete the groups of these persons; make the table anew when None."""
    if touched is None:
        make_anew(conn, repeat_members)
        return
    with given_rows(conn, "touched_persons", touched) as theirs:
        conn.execute(
            repeat_members.delete().where(
                repeat_members.c.person_key.in_(sa.select(theirs.c.person_key))
            )
        )


def add_members(conn: sa.Connection, rows: pa.Table) -> None:
    """Add rows with the columns of ``repeat_members``."""
    insert_rows(conn, repeat_members, rows)


def replace_claimants(conn: sa.Connection) -> None:
    """Empty the tables of claimants, or make them where they are not there."""
    make_anew(conn, serial_claimants)
    make_anew(conn, serial_members)


def add_claimants(conn: sa.Connection, claimants: pa.Table, members: pa.Table) -> None:
    """Add rows with the columns of ``serial_claimants`` and of ``serial_members``."""
    insert_rows(conn, serial_claimants, claimants)
    insert_rows(conn, serial_members, members)


def count_rows(conn: sa.Connection, *tables: sa.Table) -> int:
    """Return how many rows these tables hold together."""
    return sum(conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables)


def read_newest(
    conn: sa.Connection,
    columns: Sequence[str],
    *,
    days: int,
    limit: int | None = None,
    kinds: Collection[str] = (),
) -> pd.DataFrame:
    """Return these columns of the newest submissions, in order of their keys.

    Parameters
    ----------
    days
        Days up to the last one that has submissions.
    limit
        Most submissions, the newest.
    kinds
        Kinds of submissions; all if none is named.
    """
    last = sa.select(sa.func.max(submissions.c.registered_on)).scalar_subquery()
    chosen = sa.select(*[submissions.c[name] for name in columns]).where(
        submissions.c.registered_on > last - sa.literal(days)
    )
    if kinds:
        chosen = chosen.where(submissions.c.kind.in_(sorted(kinds)))
    if limit is not None:
        chosen = chosen.order_by(
            submissions.c.registered_at.desc(), submissions.c.submission_id
        ).limit(limit)
    newest = chosen.subquery()
    statement = sa.select(*newest.c).order_by(newest.c.submission_key)
    frame: pd.DataFrame = read_frame(conn, statement).to_pandas()
    return frame


def replace_shared(conn: sa.Connection, matters: pa.Table, members: pa.Table) -> None:
    """Put these rows in place of all of ``shared_matters`` and ``shared_members``."""
    for table, rows in ((shared_matters, matters), (shared_members, members)):
        make_anew(conn, table)
        insert_rows(conn, table, rows)
