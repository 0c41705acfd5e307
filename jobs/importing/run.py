"""An import from sources to a published generation."""

import datetime as dt
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import SimpleQueue

import polars as pl
import pyarrow as pa

from jobs.importing.binding import Binding, bind
from jobs.importing.doubts import Doubts
from jobs.importing.mapping import Mapping, load_mapping
from jobs.importing.normalising import Normalised, Normaliser
from jobs.importing.operator_normalising import OperatorNormaliser, normaliser_for
from jobs.importing.people import person_secret
from jobs.importing.quarantine import Quarantine, keep, settle
from jobs.importing.sources import expand, open_source
from jobs.importing.tables import Batch, Table
from queries.generations import GenerationStore
from queries.loading import ROW_GROUP, Building, MergeCounts
from queries.operator_loading import OperatorStaging
from queries.vocabulary import Records

QUARANTINE_FOLDER = "quarantine"
PROGRESS_SECONDS = 1.0
STAGE_ROWS = 2 * ROW_GROUP
"""Records handed to the engine at once."""

NORMALISERS = os.cpu_count() or 1
"""Threads that normalise; they spend most of their time outside the interpreter."""

WRITER_MEMORY = "4GB"
"""Memory for staging and merging; what does not fit goes to disk."""


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did, in records; ``read`` is the sum of the four that follow it.

    Attributes
    ----------
    superseded
        Of the unchanged, those that lost to a record of the same id with another content.
    reasons
        Quarantined records by reason.
    generation
        Generation in service afterwards; None where nothing was ever published.
    quarantine_file
        File of the refused records; None if there were none.
    blank_rows
        Rows without any value; they are no records and not in ``read``.
    warnings
        Values that were not understood but cost no record, by field: number and commonest values.
    notes
        What else is worth knowing, such as sheets left out.
    """

    read: int
    loaded: int
    updated: int
    unchanged: int
    quarantined: int
    superseded: int
    reasons: dict[str, int]
    generation: str | None
    quarantine_file: Path | None
    seconds: float
    rows_per_second: float
    blank_rows: int
    warnings: list[dict[str, object]]
    notes: list[str]

    def as_dict(self) -> dict[str, object]:
        """Return the summary as plain values for JSON."""
        plain = asdict(self)
        plain["quarantine_file"] = str(self.quarantine_file) if self.quarantine_file else None
        return plain


Progress = Callable[[str], None]


@dataclass(slots=True, eq=False)
class _Run:
    """The state of one import."""

    mapping: Mapping
    staging: Building | OperatorStaging
    quarantine: Quarantine
    secret: bytes
    now: dt.datetime
    as_of: dt.datetime | None
    progress: Progress | None
    doubts: Doubts = field(default_factory=Doubts)
    read: int = 0
    blank_rows: int = 0
    _told: float = 0.0
    _started: float = field(default_factory=time.monotonic)

    def read_table(self, table: Table, stager: ThreadPoolExecutor) -> None:
        """Read one table to its end and stage its records.

        The calling thread reads, `NORMALISERS` threads normalise, one stages: each hands on whole
        batches, in order.
        """
        binding = bind(self.mapping, table.label, table.columns)
        if binding.absent:
            self.doubts.note(f"{table.label}: no column for {', '.join(binding.absent)}")
        latest = dt.datetime.min  # noqa: DTZ901 - wall-clock time, as everywhere here
        staged = _Stager(self.staging, stager)
        for batch, result in self._normalised(table, binding):
            refused = sorted(batch.refused + result.refused, key=lambda each: each.row)
            self.quarantine.add(table.label, refused)
            latest = max(latest, result.latest or latest)
            staged.add(result.records)
        staged.finish()
        self.staging.date_staged(self.as_of or latest)

    def _normalised(self, table: Table, binding: Binding) -> Iterator[tuple[Batch, Normalised]]:
        limit = self.as_of or self.now
        doubts = [Doubts() for _ in range(NORMALISERS)]
        idle: SimpleQueue[Normaliser | OperatorNormaliser] = SimpleQueue()
        for each in doubts:
            idle.put(normaliser_for(self.mapping, binding, each, limit=limit, secret=self.secret))

        def normalise(batch: Batch, first_source_row: int) -> Normalised:
            normaliser = idle.get()
            try:
                return normaliser.normalise(batch, first_source_row)
            finally:
                idle.put(normaliser)

        at_work: deque[tuple[Batch, Future[Normalised]]] = deque()
        with ThreadPoolExecutor(NORMALISERS, thread_name_prefix="normaliser") as workers:
            for batch in table.batches(binding.needed()):
                at_work.append((batch, workers.submit(normalise, batch, self.read)))
                self._count(table, batch)
                if len(at_work) > NORMALISERS:
                    done, future = at_work.popleft()
                    yield done, future.result()
            for done, future in at_work:
                yield done, future.result()
        for each in doubts:
            self.doubts.take(each)

    def _count(self, table: Table, batch: Batch) -> None:
        self.read += batch.frame.height + len(batch.refused)
        self.blank_rows += batch.blank_rows
        self.tell(f"{table.label} {batch.share:.0%}" if batch.share else table.label)

    def tell(self, what: str, *, always: bool = False) -> None:
        """Report progress, not too often."""
        elapsed = time.monotonic() - self._started
        if self.progress is not None and (always or elapsed - self._told >= PROGRESS_SECONDS):
            self._told = elapsed
            rate = self.read / elapsed if elapsed else 0.0
            self.progress(f"{what}: {self.read:,} rows, {rate:,.0f} rows/s")


class _Stager:
    """Hands records to the engine in pieces of `STAGE_ROWS`, one piece behind."""

    def __init__(self, staging: Building | OperatorStaging, thread: ThreadPoolExecutor) -> None:
        self._staging = staging
        self._thread = thread
        self._waiting: list[pl.DataFrame] = []
        self._at_work: Future[None] | None = None

    def add(self, records: pl.DataFrame) -> None:
        """Take a batch; stage it with others once there are enough."""
        self._waiting.append(records)
        while sum(each.height for each in self._waiting) >= STAGE_ROWS:
            records = pl.concat(self._waiting, rechunk=False)
            self._stage(records.head(STAGE_ROWS))
            self._waiting = [records.slice(STAGE_ROWS)]

    def finish(self) -> None:
        """Stage what is left and wait for it."""
        if self._waiting:
            self._stage(pl.concat(self._waiting, rechunk=False))
        self._wait()

    def _stage(self, records: pl.DataFrame) -> None:
        self._wait()
        if not records.is_empty():
            table: pa.Table = records.to_arrow()
            self._at_work = self._thread.submit(self._staging.stage, table)

    def _wait(self) -> None:
        if self._at_work is not None:
            self._at_work.result()
            self._at_work = None


def import_sources(
    sources: Sequence[str],
    mapping: Path,
    *,
    store: GenerationStore,
    as_of: dt.datetime | None = None,
    synthetic: bool = False,
    fresh: bool = False,
    progress: Progress | None = None,
    derive: Callable[[Building], object] | None = None,
) -> ImportSummary:
    """Import files and databases into the warehouse, as one generation.

    Importing the same source again changes nothing, and the order of sources does not matter: of
    several records with one id, the one with the greatest (updated_at, stage of handling, export
    time) stays.

    Parameters
    ----------
    sources
        Files, folders, patterns and SQLAlchemy URLs.
    mapping
        Mapping file, or the bare name of a shipped one.
    as_of
        When the sources were exported. Without it each source counts as exported at its latest
        event, so that a later export wins whatever the order of imports.
    synthetic
        Whether the records are made up.
    fresh
        Start from an empty warehouse, leaving what is in service behind.
    progress
        Told what is being done, about once a second.
    derive
        Called after the merge, before publishing, to derive what readers need.

    Returns
    -------
    ImportSummary
        ``read`` always equals ``loaded + updated + unchanged + quarantined``.

    Raises
    ------
    MappingError
        If the mapping is wrong.
    SourceError
        If a source cannot be read or lacks a mapped column; nothing is imported then.
    WarehouseBusyError
        If another run is writing.
    """
    started = time.monotonic()
    plan = load_mapping(mapping)
    paths = expand(sources)
    folder = store.folder / QUARANTINE_FOLDER
    written: Path | None = None
    with store.building(memory=WRITER_MEMORY, fresh=fresh) as building:
        settle(folder, store)
        now = dt.datetime.now()  # noqa: DTZ005 - sources carry wall-clock time
        quarantine = Quarantine(folder, building.generation)
        staging = (
            building
            if plan.records is Records.SUBMISSIONS
            else OperatorStaging(building, plan.records)
        )
        run = _Run(plan, staging, quarantine, person_secret(store.folder), now, as_of, progress)
        try:
            with ThreadPoolExecutor(1, thread_name_prefix="stager") as stager:
                for path in paths:
                    for opened in open_source(path, plan.format, plan.column_names()):
                        for note in opened.notes:
                            run.doubts.note(note)
                        run.read_table(opened.table, stager)
            run.tell("merge", always=True)
            merged = staging.merge(synthetic=synthetic)
            if derive is not None:
                derive(building)
            written = quarantine.write()
        finally:
            quarantine.close()
    return _summary(run, merged, store, keep(written) if written else None, started)


def _summary(
    run: _Run,
    merged: MergeCounts,
    store: GenerationStore,
    quarantine_file: Path | None,
    started: float,
) -> ImportSummary:
    seconds = time.monotonic() - started
    current = store.current()
    reasons = run.quarantine.reasons
    return ImportSummary(
        read=run.read,
        loaded=merged.loaded,
        updated=merged.updated,
        unchanged=merged.unchanged,
        quarantined=reasons.total(),
        superseded=merged.superseded,
        reasons={reason.value: count for reason, count in sorted(reasons.items())},
        generation=current.name if current else None,
        quarantine_file=quarantine_file,
        seconds=seconds,
        rows_per_second=run.read / seconds,
        blank_rows=run.blank_rows,
        warnings=run.doubts.as_list(),
        notes=run.doubts.notes,
    )
