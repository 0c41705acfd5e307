"""SQL of the merge: which staged record wins, what it changes, and the writing of it."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from queries.schema import dirty_days, facts_info, import_state, persons, submissions

PERSON_COLUMNS = ("person_name", "person_phone", "person_id_number", "person_address")
"""Staged columns that go to ``persons`` without their prefix."""

RAW_COLUMNS = ("raw_narrative", "raw_feedback")
"""Staged texts before masking, NULL where masking changed nothing."""

NOT_STAGED = frozenset({"submission_key", "exclusion_reason"})
"""Columns of ``submissions`` that an import does not bring."""

FACT_COLUMNS = tuple(each.name for each in submissions.c if each.name not in NOT_STAGED)

ORDER_COLUMNS = ("status_rank", "as_of", "source_row")
"""Staged columns that decide which of two records is kept; the file order breaks no tie."""

STAGED = FACT_COLUMNS + PERSON_COLUMNS + RAW_COLUMNS + ORDER_COLUMNS
"""Columns of a staged batch, in order."""

DERIVED = frozenset(
    {
        "registered_on", "weekday", "hour", "complainant_masked", "phone_masked", "person_key",
        "first_check_on_time", "closed_on_time", "handling_days",
    }
)  # fmt: skip
"""Staged columns that follow from others; they say nothing about a change."""

_HASHED = tuple(each for each in FACT_COLUMNS + PERSON_COLUMNS + RAW_COLUMNS if each not in DERIVED)
BATCH = "staged_batch"

stage_meta = sa.MetaData()
stage = sa.Table(
    "records",
    stage_meta,
    *[sa.Column(name, submissions.c[name].type) for name in FACT_COLUMNS],
    *[sa.Column(name, sa.Text) for name in PERSON_COLUMNS + RAW_COLUMNS],
    sa.Column("status_rank", sa.SmallInteger),
    sa.Column("as_of", sa.DateTime),
    sa.Column("source_row", sa.BigInteger),
    sa.Column("row_hash", sa.BigInteger),
    sa.Column("stage_row", sa.BigInteger),
    schema="stage",
)
winners = sa.Table(
    "winners",
    stage_meta,
    sa.Column("submission_id", sa.Text),
    sa.Column("stage_row", sa.BigInteger),
    sa.Column("registered_on", sa.Date),
    sa.Column("row_hash", sa.BigInteger),
    sa.Column("updated_at", sa.DateTime),
    sa.Column("status_rank", sa.SmallInteger),
    sa.Column("as_of", sa.DateTime),
    sa.Column("latest_as_of", sa.DateTime),
    schema="stage",
)
changes = sa.Table(
    "changes",
    stage_meta,
    sa.Column("stage_row", sa.BigInteger),
    sa.Column("submission_id", sa.Text),
    sa.Column("submission_key", sa.BigInteger),
    sa.Column("registered_on", sa.Date),
    sa.Column("is_new", sa.Boolean),
    sa.Column("latest_as_of", sa.DateTime),
    schema="stage",
)


def row_hash(source: sa.TableClause) -> sa.ColumnElement[int]:
    """Return a 63-bit hash over every mapped value of a staged record, raw texts included.

    The engine's own hash is five times as quick as a digest of the joined texts. It holds within one
    version of the engine: after an upgrade, importing an old file again may rewrite records with
    equal content.
    """
    digest = sa.func.hash(*[source.c[name] for name in _HASHED])
    return sa.cast(digest.op(">>")(1), sa.BigInteger)


def _order(table: sa.FromClause) -> tuple[sa.ColumnElement[object], ...]:
    return (
        table.c.updated_at.desc().nulls_last(),
        table.c.status_rank.desc(),
        table.c.as_of.desc(),
        table.c.row_hash.desc(),
    )


def find_winners(conn: sa.Connection) -> None:
    """Choose the record to keep for every staged submission id."""
    records = stage.c
    ranked = sa.select(
        records.submission_id,
        records.stage_row,
        records.registered_on,
        records.row_hash,
        records.updated_at,
        records.status_rank,
        records.as_of,
        sa.func.max(records.as_of)
        .over(partition_by=(records.submission_id, records.row_hash))
        .label("latest_as_of"),
        sa.func.row_number()
        .over(partition_by=records.submission_id, order_by=_order(stage))
        .label("place"),
    ).subquery()
    columns = [each.name for each in winners.c]
    conn.execute(
        winners.insert().from_select(
            columns, sa.select(*[ranked.c[name] for name in columns]).where(ranked.c.place == 1)
        )
    )


def _later(new: sa.FromClause, old: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return whether ``new`` beats ``old`` under the order of `_order`."""
    epoch: sa.ColumnElement[dt.datetime] = sa.literal_column("TIMESTAMP '0001-01-01'")
    condition: sa.ColumnElement[bool] = new.c.row_hash > old.c.row_hash
    pairs = [
        (new.c.as_of, old.c.as_of),
        (new.c.status_rank, old.c.status_rank),
        (sa.func.coalesce(new.c.updated_at, epoch), sa.func.coalesce(old.c.updated_at, epoch)),
    ]
    for ours, theirs in pairs:
        condition = sa.or_(ours > theirs, sa.and_(ours == theirs, condition))
    return condition


def find_changes(conn: sa.Connection) -> None:
    """List the winners that are new or beat the stored record."""
    last_key = conn.scalar(sa.select(sa.func.max(submissions.c.submission_key))) or 0
    known = import_state.c.submission_id
    joined = winners.outerjoin(import_state, known == winners.c.submission_id).outerjoin(
        submissions, submissions.c.submission_id == known
    )
    new_key = sa.func.row_number().over(
        order_by=(known.is_not(None), winners.c.registered_on, winners.c.stage_row)
    ) + sa.literal_column(str(last_key))
    statement = (
        sa.select(
            winners.c.stage_row,
            winners.c.submission_id,
            sa.func.coalesce(submissions.c.submission_key, new_key),
            winners.c.registered_on,
            known.is_(None),
            winners.c.latest_as_of,
        )
        .select_from(joined)
        .where(
            sa.or_(
                known.is_(None),
                sa.and_(
                    winners.c.row_hash != import_state.c.row_hash, _later(winners, import_state)
                ),
            )
        )
    )
    conn.execute(changes.insert().from_select([each.name for each in changes.c], statement))


def remember_later_exports(conn: sa.Connection) -> bool:
    """Keep the latest export time of an unchanged record, so that older copies still lose.

    Returns whether anything had to be written.
    """
    later = sa.and_(
        import_state.c.submission_id == winners.c.submission_id,
        import_state.c.row_hash == winners.c.row_hash,
        import_state.c.as_of < winners.c.latest_as_of,
    )
    count = sa.select(sa.func.count()).select_from(winners.join(import_state, later))
    if not conn.scalar(count):
        return False
    conn.execute(import_state.update().values(as_of=winners.c.latest_as_of).where(later))
    return True


def mark_dirty(conn: sa.Connection) -> None:
    """Record the days, old and new, of every changed submission under the coming version."""
    replaced = (
        sa.select(submissions.c.registered_on)
        .join(changes, changes.c.submission_key == submissions.c.submission_key)
        .where(~changes.c.is_new)
    )
    days = sa.union(sa.select(changes.c.registered_on), replaced).subquery()
    version = sa.select(facts_info.c.facts_version + 1).scalar_subquery()
    conn.execute(
        dirty_days.insert().from_select(
            ["registered_on", "facts_version"], sa.select(days.c.registered_on, version)
        )
    )


def delete_replaced(conn: sa.Connection) -> None:
    """Delete the stored records that are about to be replaced."""
    replaced = sa.select(changes.c.submission_id).where(~changes.c.is_new)
    for table in (submissions, persons, import_state):
        conn.execute(table.delete().where(table.c.submission_id.in_(replaced)))


def select_superseded() -> sa.Select[Any]:
    """Count the staged records that lost to a record with another content; run after the merge."""
    lost = sa.and_(
        import_state.c.submission_id == stage.c.submission_id,
        import_state.c.row_hash != stage.c.row_hash,
    )
    return sa.select(sa.func.count()).select_from(stage.join(import_state, lost))


def select_changes_by_month() -> sa.Select[Any]:
    """Count the changes by the month of their registration, in order."""
    month = sa.func.date_trunc(sa.literal_column("'month'"), changes.c.registered_on).label("month")
    return sa.select(month, sa.func.count()).group_by(month).order_by(month)


def insert_span(
    conn: sa.Connection, start: dt.date, after: dt.date, *, staged_in_order: bool
) -> None:
    """Write the changes registered from ``start`` to before ``after``, ordered by time.

    Records that were staged in that order need no sorting; the engine keeps the order of insertion.
    """
    joined = stage.join(changes, changes.c.stage_row == stage.c.stage_row)
    inside = sa.and_(
        *[
            condition
            for each in (stage, changes)
            for condition in (each.c.registered_on >= start, each.c.registered_on < after)
        ]
    )

    def rows(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        return sa.select(*columns).select_from(joined).where(inside)

    facts = rows(changes.c.submission_key, *[stage.c[name] for name in FACT_COLUMNS])
    if not staged_in_order:
        facts = facts.order_by(stage.c.registered_at, changes.c.submission_key)
    conn.execute(submissions.insert().from_select(["submission_key", *FACT_COLUMNS], facts))
    person = [stage.c[name] for name in PERSON_COLUMNS + RAW_COLUMNS]
    conn.execute(
        persons.insert().from_select(
            [each.name for each in persons.c],
            rows(stage.c.submission_id, *person).where(
                sa.or_(*[each.is_not(None) for each in person])
            ),
        )
    )
    conn.execute(
        import_state.insert().from_select(
            [each.name for each in import_state.c],
            rows(
                stage.c.submission_id,
                stage.c.row_hash,
                stage.c.updated_at,
                stage.c.status_rank,
                changes.c.latest_as_of,
            ),
        )
    )
