"""What lead candidates rest on: the submissions of a window, and the conducts each points at.

Both are temporary tables of the connection, so that every source of signals and the counting of the
evidence join small tables instead of reading the facts again.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from queries.campaign_tables import campaign_hits
from queries.indicator_counts import INJURY_SUBTYPE, INJURY_TAGS
from queries.repeats import given_rows, read_frame
from queries.schema import submissions
from queries.tag_tables import submission_tags
from queries.vocabulary import ExclusionReason, Kind, Status

CODED = ("issue_type", "issue_subtype", "product_category", "product")
"""Coded fields that say what a submission is about."""

GOODS = ("product_category", "product")

TOPIC = ("campaign", "topic")

CLAIMS = (Kind.COMPLAINT.value, Kind.TIPOFF.value)
"""An inquiry accuses nobody."""

OVER = (
    Status.CASE_OPENED, Status.DECLINED, Status.WITHDRAWN, Status.CLOSED, Status.FED_BACK,
    Status.ARCHIVED,
)  # fmt: skip
"""States in which a tip-off waits for nothing, or has its case."""

_temporary = sa.MetaData()

facts = sa.Table(
    "lead_facts",
    _temporary,
    sa.Column("submission_key", sa.BigInteger),
    sa.Column("operator_id", sa.String),
    sa.Column("person_key", sa.String),
    sa.Column("registered_on", sa.Date),
    sa.Column("kind", sa.String),
    sa.Column("county_code", sa.String),
    *[sa.Column(name, sa.String, comment="empty: not stated") for name in CODED],
    sa.Column("disputed_yuan", sa.Double),
    sa.Column("stated", sa.Integer, comment="how many of time and sum are given"),
    sa.Column("hurt", sa.Boolean),
    sa.Column("reachable", sa.Boolean),
    sa.Column("is_serial", sa.Boolean),
    sa.Column("in_case", sa.Boolean),
    sa.Column("is_open", sa.Boolean),
    prefixes=["TEMPORARY"],
)

pairs = sa.Table(
    "lead_pairs",
    _temporary,
    sa.Column("submission_key", sa.BigInteger),
    sa.Column("operator_id", sa.String),
    sa.Column("conduct", sa.String),
    prefixes=["TEMPORARY"],
)

hits = sa.Table(
    "lead_hits",
    _temporary,
    sa.Column("submission_key", sa.BigInteger),
    sa.Column("operator_id", sa.String),
    *[sa.Column(name, sa.String) for name in (*TOPIC, *GOODS)],
    prefixes=["TEMPORARY"],
)
"""Hits of the topics asked for, in the window."""

focus = sa.Table(
    "lead_focus",
    _temporary,
    sa.Column("operator_id", sa.String),
    sa.Column("conduct", sa.String, comment="of which it has more than its size explains"),
    prefixes=["TEMPORARY"],
)

_TABLES = (facts, pairs, hits, focus)


@dataclass(frozen=True, slots=True)
class Coded:
    """Combinations of codes that occur, each of which points at conducts or at none.

    Attributes
    ----------
    codes
        `CODED`.
    topics
        `TOPIC` and `GOODS`, of hits of the topics asked for.
    """

    codes: pd.DataFrame
    topics: pd.DataFrame


@contextlib.contextmanager
def window(conn: sa.Connection, as_of: dt.date, *, days: int) -> Iterator[None]:
    """Make the tables of the ``days`` that end with ``as_of``, and drop them in the end.

    Left out are inquiries, submissions about nobody known, and those that de-noised counts leave out,
    except those of claimants to verify, which are marked.
    """
    for table in _TABLES:
        table.drop(conn, checkfirst=True)
        table.create(conn)
    try:
        conn.execute(
            facts.insert().from_select([each.name for each in facts.c], _select(conn, as_of, days))
        )
        yield
    finally:
        for table in _TABLES:
            table.drop(conn, checkfirst=True)


def _select(conn: sa.Connection, as_of: dt.date, days: int) -> sa.Select[*tuple[Any, ...]]:
    own = submissions.c
    serial = own.exclusion_reason == ExclusionReason.SERIAL_CLAIM.value
    hurt: sa.ColumnElement[bool] = sa.func.coalesce(own.issue_subtype == INJURY_SUBTYPE, sa.false())
    if sa.inspect(conn).has_table(submission_tags.name):
        told = sa.select(submission_tags.c.submission_key).where(
            submission_tags.c.tag.in_(INJURY_TAGS)
        )
        hurt = sa.or_(hurt, own.submission_key.in_(told))
    sums = sa.or_(own.disputed_yuan > 0, own.consumed_yuan > 0)
    columns: dict[str, sa.ColumnElement[Any]] = {
        **{name: sa.func.coalesce(own[name], "") for name in CODED},
        "stated": sa.case((own.disputed_at.is_not(None), 1), else_=0) + sa.case((sums, 1), else_=0),
        "hurt": hurt,
        "reachable": own.phone_masked.is_not(None),
        "is_serial": sa.or_(
            sa.func.coalesce(serial, sa.false()), own.is_serial_claimant.is_(sa.true())
        ),
        "in_case": sa.or_(
            own.is_case_opened.is_(sa.true()), own.is_transferred_to_case.is_(sa.true())
        ),
        "is_open": own.status.not_in([each.value for each in OVER]),
    }
    return sa.select(
        *[columns[each.name].label(each.name) if each.name in columns else own[each.name]
          for each in facts.c]
    ).where(
        own.registered_on > as_of - dt.timedelta(days=days),
        own.registered_on <= as_of,
        own.kind.in_(CLAIMS),
        own.operator_id.is_not(None),
        sa.or_(own.exclusion_reason.is_(None), serial),
    )  # fmt: skip


def read_coded(conn: sa.Connection, topics: pa.Table) -> Coded:
    """Return the combinations of codes of the window, and keep the hits of these topics.

    Parameters
    ----------
    topics
        Columns `TOPIC`: those whose hits say what a submission is about.
    """
    codes = read_frame(conn, sa.select(*[facts.c[name] for name in CODED]).distinct())
    if sa.inspect(conn).has_table(campaign_hits.name):
        told = campaign_hits.c
        with given_rows(conn, "lead_topics", topics) as wanted:
            conn.execute(
                hits.insert().from_select(
                    [each.name for each in hits.c],
                    sa.select(
                        facts.c.submission_key,
                        facts.c.operator_id,
                        *[told[name] for name in TOPIC],
                        *[facts.c[name] for name in GOODS],
                    )
                    .join(campaign_hits, told.submission_key == facts.c.submission_key)
                    .join(wanted, sa.and_(*[wanted.c[name] == told[name] for name in TOPIC])),
                )
            )
    found = read_frame(conn, sa.select(*[hits.c[name] for name in (*TOPIC, *GOODS)]).distinct())
    return Coded(codes.to_pandas(), found.to_pandas())


def write_pairs(conn: sa.Connection, by_code: pa.Table, by_topic: pa.Table) -> None:
    """Write which conducts each submission of the window points at.

    Parameters
    ----------
    by_code
        `CODED` and ``conduct``.
    by_topic
        `TOPIC`, `GOODS` and ``conduct``.
    """
    with (
        given_rows(conn, "lead_by_code", by_code) as codes,
        given_rows(conn, "lead_by_topic", by_topic) as topics,
    ):
        found = sa.union(
            _pointed(facts, codes, CODED),
            _pointed(hits, topics, (*TOPIC, *GOODS)),
        )
        conn.execute(pairs.insert().from_select([each.name for each in pairs.c], found))


def _pointed(
    table: sa.Table, told: sa.TableClause, by: Sequence[str]
) -> sa.Select[*tuple[Any, ...]]:
    same = sa.and_(*[told.c[name] == table.c[name] for name in by])
    return sa.select(table.c.submission_key, table.c.operator_id, told.c.conduct).join(told, same)


def write_focus(conn: sa.Connection, *, least_lift: float) -> None:
    """Write of which conducts each operator has more than its number of submissions explains.

    Parameters
    ----------
    least_lift
        How many times as large the share of the conduct among its submissions is, at least, as the
        share among all.
    """
    everybody = sa.select(sa.func.count()).select_from(facts).scalar_subquery()
    size = _counted(facts, facts.c.operator_id).subquery("size")
    usual = _counted(pairs, pairs.c.conduct).subquery("usual")
    own = _counted(pairs, pairs.c.operator_id, pairs.c.conduct).subquery("own")
    conn.execute(
        focus.insert().from_select(
            ["operator_id", "conduct"],
            sa.select(own.c.operator_id, own.c.conduct)
            .join(size, size.c.operator_id == own.c.operator_id)
            .join(usual, usual.c.conduct == own.c.conduct)
            .where(own.c.number * everybody >= least_lift * size.c.number * usual.c.number),
        )
    )


def _counted(table: sa.Table, *columns: sa.ColumnElement[Any]) -> sa.Select[*tuple[Any, ...]]:
    number = sa.cast(sa.func.count(), sa.Double).label("number")
    return sa.select(*columns, number).select_from(table).group_by(*columns)
