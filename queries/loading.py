"""Merging staged records into the facts: upsert by submission id, independent of import order.

When one submission comes more than once, in one file, in several, or again later, the record with
the greatest ``(updated_at, status_rank, as_of, row_hash)`` is kept. The rule needs no memory of the
order of imports, so any order of the same sources gives the same warehouse.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from queries.merging import (
    BATCH,
    STAGED,
    changes,
    delete_replaced,
    find_changes,
    find_winners,
    insert_span,
    mark_dirty,
    remember_later_exports,
    row_hash,
    select_changes_by_month,
    select_superseded,
    stage,
    stage_meta,
)
from queries.operator_tables import create_operator_tables, operator_sources_info
from queries.schema import SCHEMA_VERSION, facts_info, submissions, warehouse

_LONG_AGO = np.datetime64("0001-01-01", "us")

ROW_GROUP = 122_880
"""Rows that the engine stores together. Staged in pieces of just this size, records cost a third."""

SPAN_ROWS = 1_000_000
"""Records written at once: about 1 GB while they are sorted."""


@dataclass(frozen=True, slots=True)
class MergeCounts:
    """What a merge did, in records.

    Attributes
    ----------
    loaded
        Submissions that were not there before.
    updated
        Submissions whose stored record was replaced.
    unchanged
        Staged records that changed nothing: known already, older than what is stored, or
        second copies inside the sources.
    superseded
        Those of ``unchanged`` that say something else than the record that is kept.
    """

    loaded: int
    updated: int
    unchanged: int
    superseded: int = 0


class MixedDataError(ValueError):
    """Made-up and real records were about to meet in one warehouse."""

    def __init__(self, *, synthetic: bool) -> None:
        held, offered = ("demo", "real") if synthetic else ("real", "demo")
        super().__init__(
            f"the warehouse holds {held} data, so {offered} data cannot be added to it; "
            "set WAREHOUSE_URL to another folder"
        )


class StagedColumnsError(ValueError):
    """A staged batch has other columns than `STAGED`."""

    def __init__(self, missing: set[str], unknown: set[str]) -> None:
        super().__init__(
            f"staged batch lacks columns {sorted(missing)} and has unknown {sorted(unknown)}; "
            "stage exactly queries.loading.STAGED"
        )


def create_tables(engine: sa.Engine) -> None:
    """Create an empty warehouse."""
    warehouse.create_all(engine)
    create_operator_tables(engine)
    with engine.begin() as conn:
        conn.execute(
            facts_info.insert().values(
                facts_version=0, schema_version=SCHEMA_VERSION, synthetic=False
            )
        )


@dataclass(slots=True, eq=False)
class Building:
    """A generation being built: stage batches, merge them, derive, and let the store publish.

    Attributes
    ----------
    generation
        Name that the generation will have.
    changed
        Set as soon as anything worth publishing was written.
    """

    engine: sa.Engine
    generation: str
    changed: bool = False
    _staging: bool = field(default=False, init=False)
    _staged_rows: int = field(default=0, init=False)
    _in_order: bool = field(default=True, init=False)
    _last_time: np.datetime64 = field(default=_LONG_AGO, init=False)

    def stage(self, batch: pa.Table) -> None:
        """Add a batch of normalised records.

        Parameters
        ----------
        batch
            Columns `STAGED`, in any order; times without zone, days as dates.

        Raises
        ------
        StagedColumnsError
            If a column is missing or unknown.
        """
        names = set(batch.column_names)
        if names != set(STAGED):
            raise StagedColumnsError(set(STAGED) - names, names - set(STAGED))
        if not self._staging:
            self._open_stage()
        source = sa.table(BATCH, *[sa.column(name) for name in STAGED], sa.column("stage_row"))
        numbers = np.arange(self._staged_rows, self._staged_rows + batch.num_rows)
        with self.engine.begin() as conn:
            raw = raw_connection(conn)
            numbered = batch.combine_chunks().append_column("stage_row", pa.array(numbers))
            pieces = numbered.to_batches(max_chunksize=ROW_GROUP)
            raw.register(BATCH, pa.Table.from_batches(pieces, numbered.schema))
            try:
                conn.execute(
                    stage.insert().from_select(
                        [*STAGED, "row_hash", "stage_row"],
                        sa.select(
                            *[source.c[name] for name in STAGED],
                            row_hash(source),
                            source.c.stage_row,
                        ),
                    )
                )
            finally:
                raw.unregister(BATCH)
        self._staged_rows += batch.num_rows
        times = batch.column("registered_at").to_numpy()
        if len(times):
            self._in_order &= bool(times[0] >= self._last_time and (times[1:] >= times[:-1]).all())
            self._last_time = times[-1]

    def date_staged(self, as_of: dt.datetime) -> None:
        """Set the export time of every record staged without one.

        A source's export time is often known only once it is read to its end.
        """
        if self._staging:
            with self.engine.begin() as conn:
                conn.execute(stage.update().values(as_of=as_of).where(stage.c.as_of.is_(None)))

    def merge(self, *, synthetic: bool = False) -> MergeCounts:
        """Merge all staged records into the facts.

        Parameters
        ----------
        synthetic
            Whether the records are made up; said so on every page.

        Raises
        ------
        MixedDataError
            If the warehouse holds data of the other sort.
        """
        if not self._staging:
            return MergeCounts(0, 0, 0)
        with self.engine.connect() as conn:
            refuse_mixing(conn, synthetic=synthetic)
        staged = self._staged_rows
        with self.engine.begin() as conn:
            find_winners(conn)
            find_changes(conn)
            new = changes.c.is_new
            loaded = conn.scalar(sa.select(sa.func.count()).where(new)) or 0
            updated = conn.scalar(sa.select(sa.func.count()).where(~new)) or 0
        with self.engine.begin() as conn:
            self.changed |= remember_later_exports(conn)
            if loaded or updated:
                mark_dirty(conn)
                delete_replaced(conn)
        if loaded or updated:
            self._insert_in_order()
            self._raise_version(synthetic)
            self.changed = True
        with self.engine.connect() as conn:
            superseded = conn.scalar(select_superseded()) or 0
        self._close_stage()
        return MergeCounts(loaded, updated, staged - loaded - updated, superseded)

    def finish(self) -> None:
        """Write everything to the file; the store calls it before publishing."""
        self._close_stage()
        with self.engine.connect() as conn:
            conn.exec_driver_sql("CHECKPOINT")

    def _open_stage(self) -> None:
        """Attach the stage: in memory, and on disk in the spill folder beyond the memory limit."""
        with self.engine.connect() as conn:
            conn.exec_driver_sql("ATTACH ':memory:' AS stage")
            conn.commit()
        stage_meta.create_all(self.engine)
        self._staging = True

    def _close_stage(self) -> None:
        if not self._staging:
            return
        with self.engine.connect() as conn:
            conn.commit()
            conn.exec_driver_sql("DETACH stage")
            conn.commit()
        self._staging = False
        self._staged_rows = 0
        self._in_order = True
        self._last_time = _LONG_AGO

    def _insert_in_order(self) -> None:
        with self.engine.connect() as conn:
            by_month = conn.execute(select_changes_by_month()).all()
        for start, after in _spans([(_as_date(month), count) for month, count in by_month]):
            with self.engine.begin() as conn:
                insert_span(conn, start, after, staged_in_order=self._in_order)

    def _raise_version(self, synthetic: bool) -> None:
        days = sa.select(
            sa.func.min(submissions.c.registered_on), sa.func.max(submissions.c.registered_on)
        )
        with self.engine.begin() as conn:
            first_day, last_day = conn.execute(days).one()
            values: dict[str, object] = {
                "facts_version": facts_info.c.facts_version + 1,
                "first_day": first_day,
                "last_day": last_day,
                "imported_at": dt.datetime.now(tz=dt.UTC).replace(tzinfo=None, microsecond=0),
            }
            values["synthetic"] = synthetic
            conn.execute(facts_info.update().values(values))


def refuse_mixing(conn: sa.Connection, *, synthetic: bool) -> None:
    """Refuse to bring made-up and real records of any sort together.

    Raises
    ------
    MixedDataError
        If the warehouse holds data of the other sort.
    """
    info = conn.execute(sa.select(facts_info)).one()
    sources = conn.execute(sa.select(operator_sources_info)).one()
    held = {info.synthetic} if info.first_day is not None else set()
    held |= {sources.synthetic} - {None}
    if held - {synthetic}:
        raise MixedDataError(synthetic=not synthetic)


def _as_date(month: dt.date) -> dt.date:
    return month.date() if isinstance(month, dt.datetime) else month


def _spans(by_month: Sequence[tuple[dt.date, int]]) -> Iterator[tuple[dt.date, dt.date]]:
    """Join neighbouring months up to `SPAN_ROWS`: large writes are cheap, small ones bounded."""
    start: dt.date | None = None
    held = 0
    for month, count in by_month:
        if start is not None and held + count > SPAN_ROWS:
            yield start, month
            start, held = None, 0
        start = start or month
        held += count
    if start is not None:
        yield start, (by_month[-1][0].replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def raw_connection(conn: sa.Connection) -> Any:  # noqa: ANN401 - the engine has no types
    """Return the engine's own connection, for what SQL cannot say: Arrow in and out."""
    wrapper = conn.connection.driver_connection
    return getattr(wrapper, "_ConnectionWrapper__c", wrapper)
