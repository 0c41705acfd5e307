"""Hits of campaigns: what is searched, and what is kept."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import sqlalchemy as sa

from queries.campaign_tables import CAMPAIGN_TABLES, campaign_hits, campaign_topics
from queries.cubes import make_anew
from queries.deriving import insert_rows, read_batches
from queries.schema import submissions
from queries.tags import TEXTS_PER_BATCH, searched_text


@dataclass(frozen=True, slots=True)
class Searched:
    """A batch of submissions: texts, and coded fields at the finest grain known."""

    keys: pa.Array
    days: pa.Array
    texts: list[str | None]
    fields: dict[str, list[str | None]]


def _finest(*names: str) -> sa.ColumnElement[str]:
    return sa.func.coalesce(*[submissions.c[name] for name in names])


def read_coded(conn: sa.Connection, days: Sequence[dt.date] | None) -> Iterator[Searched]:
    """Yield submissions of ``days`` (of all when None) in batches."""
    fields = {
        "kind": submissions.c.kind,
        "product": _finest("product", "product_category", "product_kind"),
        "issue": _finest("issue_subtype", "issue_type"),
        "region": _finest("county_code", "city_code", "province_code"),
        "is_prepaid": sa.case((submissions.c.is_prepaid.is_(True), "True"), else_="False"),
    }
    statement = sa.select(
        submissions.c.submission_key,
        submissions.c.registered_on,
        searched_text().label("text"),
        *[column.label(name) for name, column in fields.items()],
    )
    if days is not None:
        statement = statement.where(submissions.c.registered_on.in_(days))
    for batch in read_batches(conn, statement, rows=TEXTS_PER_BATCH):
        yield Searched(
            batch.column(0),
            batch.column(1),
            batch.column(2).to_pylist(),
            {name: batch.column(name).to_pylist() for name in fields},
        )


def make_campaigns_anew(conn: sa.Connection) -> None:
    """Empty the tables, or make them where they are not there."""
    for table in CAMPAIGN_TABLES:
        make_anew(conn, table)


def known_topics(conn: sa.Connection) -> dict[tuple[str, str], str]:
    """Return what stands in the books for each (campaign, topic): the digest of its rule."""
    asked = sa.select(campaign_topics.c.campaign, campaign_topics.c.topic, campaign_topics.c.digest)
    return {(row.campaign, row.topic): row.digest for row in conn.execute(asked)}


def delete_hits(
    conn: sa.Connection,
    *,
    days: Sequence[dt.date] = (),
    topics: Sequence[tuple[str, str]] = (),
) -> None:
    """Delete the hits among submissions registered on ``days``, and everywhere those of topics."""
    if days:
        conn.execute(campaign_hits.delete().where(campaign_hits.c.registered_on.in_(days)))
    for campaign, topic in topics:
        of_topic = (campaign_hits.c.campaign == campaign, campaign_hits.c.topic == topic)
        conn.execute(campaign_hits.delete().where(*of_topic))


def add_hits(conn: sa.Connection, rows: pa.Table) -> None:
    """Add rows with the columns of ``campaign_hits``."""
    insert_rows(conn, campaign_hits, rows)


def replace_topics(conn: sa.Connection, rows: Sequence[dict[str, object]]) -> None:
    """Write into the books which rules found the hits."""
    conn.execute(campaign_topics.delete())
    if rows:
        conn.execute(campaign_topics.insert(), list(rows))


def count_hits(conn: sa.Connection) -> int:
    """Return how many hits are stored."""
    return conn.scalar(sa.select(sa.func.count()).select_from(campaign_hits)) or 0
