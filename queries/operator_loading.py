"""Merging staged register rows and events: upsert, independent of import order.

When one operator of the register, or one event of a source, comes more than once, the row with the
greatest ``(updated_at, as_of, row_hash)`` is kept, as with submissions. Nothing here touches the
facts or their version.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from queries.loading import (
    ROW_GROUP,
    Building,
    MergeCounts,
    StagedColumnsError,
    raw_connection,
    refuse_mixing,
)
from queries.operator_tables import (
    changed_operators,
    operator_events,
    operator_import_state,
    operator_register,
    operator_sources_info,
)
from queries.vocabulary import Records

_TABLES = {
    Records.OPERATOR_REGISTER: operator_register,
    Records.OPERATOR_EVENTS: operator_events,
}
ORDER_COLUMNS = ("as_of", "source_row")

STAGED_BY_RECORDS: dict[Records, tuple[str, ...]] = {
    records: tuple(each.name for each in table.c if each.name != "event_key") + ORDER_COLUMNS
    for records, table in _TABLES.items()
}
"""Columns of a staged batch, in order, by what the records are."""

_BATCH = "operator_batch"
_SCHEMA = "operator_stage"


@dataclass(slots=True, eq=False)
class OperatorStaging:
    """Takes rows of one sort and merges them into a generation being built.

    Parameters
    ----------
    building
        The generation.
    records
        The register or events.
    """

    building: Building
    records: Records
    _stage: sa.Table | None = field(default=None, init=False)
    _rows: int = field(default=0, init=False)

    @property
    def engine(self) -> sa.Engine:
        """The engine of the generation."""
        return self.building.engine

    def stage(self, batch: pa.Table) -> None:
        """Add a batch of normalised rows.

        Parameters
        ----------
        batch
            Columns ``STAGED_BY_RECORDS[records]``, in any order.

        Raises
        ------
        StagedColumnsError
            If a column is missing or unknown.
        """
        wanted = STAGED_BY_RECORDS[self.records]
        names = set(batch.column_names)
        if names != set(wanted):
            raise StagedColumnsError(set(wanted) - names, names - set(wanted))
        stage = self._open()
        source = sa.table(_BATCH, *[sa.column(name) for name in wanted], sa.column("stage_row"))
        hashed = [source.c[name] for name in wanted if name not in ORDER_COLUMNS]
        digest = sa.cast(sa.func.hash(*hashed).op(">>")(1), sa.BigInteger)
        numbers = pa.array(np.arange(self._rows, self._rows + batch.num_rows))
        with self.engine.begin() as conn:
            raw = raw_connection(conn)
            numbered = batch.combine_chunks().append_column("stage_row", numbers)
            pieces = numbered.to_batches(max_chunksize=ROW_GROUP)
            raw.register(_BATCH, pa.Table.from_batches(pieces, numbered.schema))
            try:
                conn.execute(
                    stage.insert().from_select(
                        [*wanted, "row_hash", "stage_row"],
                        sa.select(*[source.c[name] for name in wanted], digest, source.c.stage_row),
                    )
                )
            finally:
                raw.unregister(_BATCH)
        self._rows += batch.num_rows

    def date_staged(self, as_of: dt.datetime) -> None:
        """Set the export time of every row staged without one."""
        if self._stage is not None:
            with self.engine.begin() as conn:
                conn.execute(
                    self._stage.update().values(as_of=as_of).where(self._stage.c.as_of.is_(None))
                )

    def merge(self, *, synthetic: bool = False) -> MergeCounts:
        """Merge all staged rows and raise the sources' version if anything changed.

        Raises
        ------
        MixedDataError
            If the warehouse holds data of the other sort.
        """
        if self._stage is None:
            return MergeCounts(0, 0, 0)
        stage, table = self._stage, _TABLES[self.records]
        merging = _Merging(stage, table, self.records)
        with self.engine.begin() as conn:
            refuse_mixing(conn, synthetic=synthetic)
            loaded, updated = merging.find(conn)
        with self.engine.begin() as conn:
            remembered = merging.remember_later_exports(conn)
            if loaded or updated:
                merging.write(conn)
                raise_version(conn, synthetic=synthetic)
        with self.engine.connect() as conn:
            superseded = merging.superseded(conn)
        self.building.changed |= bool(loaded or updated or remembered)
        self._close()
        return MergeCounts(loaded, updated, self._rows - loaded - updated, superseded)

    def _open(self) -> sa.Table:
        if self._stage is None:
            with self.engine.connect() as conn:
                conn.exec_driver_sql(f"ATTACH ':memory:' AS {_SCHEMA}")
                conn.commit()
            table = _TABLES[self.records]
            self._stage = sa.Table(
                "records",
                sa.MetaData(),
                *[sa.Column(each.name, each.type) for each in table.c if each.name != "event_key"],
                sa.Column("as_of", sa.DateTime),
                sa.Column("source_row", sa.BigInteger),
                sa.Column("row_hash", sa.BigInteger),
                sa.Column("stage_row", sa.BigInteger),
                schema=_SCHEMA,
            )
            self._stage.create(self.engine)
        return self._stage

    def _close(self) -> None:
        with self.engine.connect() as conn:
            conn.exec_driver_sql(f"DETACH {_SCHEMA}")
            conn.commit()
        self._stage = None


class _Merging:
    """The SQL of one merge: the stage is written in one transaction, the warehouse in the next."""

    def __init__(self, stage: sa.Table, table: sa.Table, records: Records) -> None:
        self._stage = stage
        self._table = table
        self._records = records
        register = records is Records.OPERATOR_REGISTER
        self._source: sa.ColumnElement[str] = sa.literal("") if register else stage.c["source"]
        self._id: sa.Column[str] = stage.c["operator_id" if register else "event_id"]
        meta = sa.MetaData(schema=_SCHEMA)
        key = [sa.Column("source", sa.Text), sa.Column("record_id", sa.Text)]
        self._winners = sa.Table(
            "winners", meta, *key,
            sa.Column("stage_row", sa.BigInteger), sa.Column("row_hash", sa.BigInteger),
            sa.Column("updated_at", sa.DateTime), sa.Column("as_of", sa.DateTime),
            sa.Column("latest_as_of", sa.DateTime),
        )  # fmt: skip
        self._changes = sa.Table(
            "changes", meta, *[sa.Column(each.name, each.type) for each in key],
            sa.Column("stage_row", sa.BigInteger), sa.Column("is_new", sa.Boolean),
            sa.Column("event_key", sa.BigInteger), sa.Column("latest_as_of", sa.DateTime),
        )  # fmt: skip

    def find(self, conn: sa.Connection) -> tuple[int, int]:
        """Find which staged rows win; return how many are new and how many replace a stored one."""
        self._winners.create(conn)
        self._changes.create(conn)
        self._find_winners(conn)
        self._find_changes(conn)
        count = sa.select(sa.func.count()).select_from(self._changes)
        new = self._changes.c.is_new
        return conn.scalar(count.where(new)) or 0, conn.scalar(count.where(~new)) or 0

    def write(self, conn: sa.Connection) -> None:
        """Write what was found."""
        self._mark_changed(conn)
        self._delete_replaced(conn)
        self._insert(conn)

    def _find_winners(self, conn: sa.Connection) -> None:
        records, winners = self._stage.c, self._winners
        key = (self._source, self._id)
        order = (
            records.updated_at.desc().nulls_last(), records.as_of.desc(), records.row_hash.desc(),
        )  # fmt: skip
        ranked = sa.select(
            self._source.label("source"),
            self._id.label("record_id"),
            records.stage_row,
            records.row_hash,
            records.updated_at,
            records.as_of,
            sa.func.max(records.as_of)
            .over(partition_by=(*key, records.row_hash))
            .label("latest_as_of"),
            sa.func.row_number().over(partition_by=key, order_by=order).label("place"),
        ).subquery()
        columns = [each.name for each in winners.c]
        best = sa.select(*[ranked.c[name] for name in columns]).where(ranked.c.place == 1)
        conn.execute(winners.insert().from_select(columns, best))

    def _find_changes(self, conn: sa.Connection) -> None:
        winners, state = self._winners, operator_import_state
        known = self._known(winners)
        later = _later(winners, state)
        is_new = state.c.record_id.is_(None)
        statement = (
            sa.select(
                winners.c.source, winners.c.record_id, winners.c.stage_row, is_new,
                self._event_keys(conn, is_new), winners.c.latest_as_of,
            )
            .select_from(self._joined_to_stored(winners.outerjoin(state, known)))
            .where(sa.or_(is_new, sa.and_(winners.c.row_hash != state.c.row_hash, later)))
        )  # fmt: skip
        names = [each.name for each in self._changes.c]
        conn.execute(self._changes.insert().from_select(names, statement))

    def _known(self, keys: sa.FromClause) -> sa.ColumnElement[bool]:
        state = operator_import_state.c
        return sa.and_(
            state.records == self._records.value,
            state.source == keys.c.source,
            state.record_id == keys.c.record_id,
        )

    def _stored(self, keys: sa.FromClause) -> sa.ColumnElement[bool]:
        if self._table is operator_register:
            return operator_register.c.operator_id == keys.c.record_id
        return sa.and_(
            operator_events.c.source == keys.c.source,
            operator_events.c.event_id == keys.c.record_id,
        )

    def _joined_to_stored(self, joined: sa.FromClause) -> sa.FromClause:
        if self._table is operator_register:
            return joined
        return joined.outerjoin(operator_events, self._stored(self._winners))

    def _event_keys(
        self, conn: sa.Connection, is_new: sa.ColumnElement[bool]
    ) -> sa.ColumnElement[int | None]:
        """Return the kept key of a known event, and the next free ones for new events."""
        if self._table is operator_register:
            return sa.literal(None, sa.BigInteger)
        last = conn.scalar(sa.select(sa.func.max(operator_events.c.event_key))) or 0
        number = sa.func.row_number().over(order_by=(~is_new, self._winners.c.stage_row))
        return sa.func.coalesce(operator_events.c.event_key, number + sa.literal_column(str(last)))

    def remember_later_exports(self, conn: sa.Connection) -> bool:
        """Keep the latest export time of unchanged rows, so that older copies still lose."""
        winners, state = self._winners, operator_import_state.c
        later = sa.and_(
            self._known(winners),
            state.row_hash == winners.c.row_hash,
            state.as_of < winners.c.latest_as_of,
        )
        count = sa.select(sa.func.count()).select_from(winners.join(operator_import_state, later))
        if not conn.scalar(count):
            return False
        conn.execute(
            operator_import_state.update().values(as_of=winners.c.latest_as_of).where(later)
        )
        return True

    def _mark_changed(self, conn: sa.Connection) -> None:
        """Note whose rows changed under the coming version: whose they are now, and whose before."""
        changes, stage = self._changes, self._stage
        now = sa.select(stage.c.operator_id).join(changes, changes.c.stage_row == stage.c.stage_row)
        before = sa.select(self._table.c.operator_id).join(
            changes, sa.and_(self._stored(changes), ~changes.c.is_new)
        )
        either = sa.union(now, before).subquery()
        version = sa.select(operator_sources_info.c.sources_version + 1).scalar_subquery()
        conn.execute(
            changed_operators.insert().from_select(
                ["operator_id", "sources_version"], sa.select(either.c.operator_id, version)
            )
        )

    def _delete_replaced(self, conn: sa.Connection) -> None:
        changes = self._changes
        replaced = sa.select(sa.literal(1)).where(~changes.c.is_new)
        for table, same in (
            (self._table, self._stored(changes)),
            (operator_import_state, self._known(changes)),
        ):
            found = sa.exists(replaced.where(same).correlate(table))
            conn.execute(table.delete().where(found))

    def _insert(self, conn: sa.Connection) -> None:
        changes, stage, table = self._changes, self._stage, self._table
        joined = stage.join(changes, changes.c.stage_row == stage.c.stage_row)
        columns: list[sa.ColumnElement[Any]] = [
            changes.c.event_key if each.name == "event_key" else stage.c[each.name]
            for each in table.c
        ]
        rows = sa.select(*columns).select_from(joined)
        rows = rows.order_by(stage.c.operator_id, stage.c.stage_row)
        conn.execute(table.insert().from_select([each.name for each in table.c], rows))
        state = sa.select(
            sa.literal(self._records.value), changes.c.source, changes.c.record_id,
            stage.c.row_hash, stage.c.updated_at, changes.c.latest_as_of,
        ).select_from(joined)  # fmt: skip
        names = [each.name for each in operator_import_state.c]
        conn.execute(operator_import_state.insert().from_select(names, state))

    def superseded(self, conn: sa.Connection) -> int:
        """Count the staged rows that lost to a row with another content."""
        state = operator_import_state.c
        lost = sa.and_(
            state.records == self._records.value,
            state.source == self._source,
            state.record_id == self._id,
            state.row_hash != self._stage.c.row_hash,
        )
        joined = self._stage.join(operator_import_state, lost)
        return conn.scalar(sa.select(sa.func.count()).select_from(joined)) or 0


def _later(new: sa.FromClause, old: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return whether ``new`` beats ``old``."""
    epoch: sa.ColumnElement[dt.datetime] = sa.literal_column("TIMESTAMP '0001-01-01'")
    condition: sa.ColumnElement[bool] = new.c.row_hash > old.c.row_hash
    pairs = [
        (new.c.as_of, old.c.as_of),
        (sa.func.coalesce(new.c.updated_at, epoch), sa.func.coalesce(old.c.updated_at, epoch)),
    ]
    for ours, theirs in pairs:
        condition = sa.or_(ours > theirs, sa.and_(ours == theirs, condition))
    return condition


def raise_version(conn: sa.Connection, *, synthetic: bool) -> None:
    """Raise the version of register and events, and note when and what was imported."""
    last = sa.select(sa.func.max(operator_events.c.occurred_on))
    conn.execute(
        operator_sources_info.update().values(
            sources_version=operator_sources_info.c.sources_version + 1,
            last_event_on=conn.scalar(last),
            imported_at=dt.datetime.now(tz=dt.UTC).replace(tzinfo=None, microsecond=0),
            synthetic=synthetic,
        )
    )
