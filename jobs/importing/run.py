"""An import from sources to a published generation."""

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

import polars as pl
import pyarrow as pa

from jobs.importing.binding import bind
from jobs.importing.doubts import Doubts
from jobs.importing.mapping import Mapping, load_mapping
from jobs.importing.normalising import Normaliser
from jobs.importing.people import person_secret
from jobs.importing.quarantine import Quarantine, keep, settle
from jobs.importing.sources import expand, open_source
from jobs.importing.tables import Batch, Table
from queries.generations import GenerationStore
from queries.loading import ROW_GROUP, Building, MergeCounts

QUARANTINE_FOLDER = "quarantine"
PROGRESS_SECONDS = 1.0
STAGE_ROWS = 2 * ROW_GROUP
"""Records handed to the engine at once."""

WRITER_MEMORY = "4GB"
"""Memory for staging and merging; what does not fit goes to disk."""


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did, in records; ``read`` is the sum of the four that follow it.

    Attributes
    ----------
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
    building: Building
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
        """Read one table to its end and stage its records."""
        binding = bind(self.mapping, table.label, table.columns)
        if binding.absent:
            self.doubts.note(f"{table.label}: no column for {', '.join(binding.absent)}")
        limit = self.as_of or self.now
        normaliser = Normaliser(self.mapping, binding, self.doubts, limit=limit, secret=self.secret)
        latest = dt.datetime.min  # noqa: DTZ901 - wall-clock time, as everywhere here
        waiting: list[pl.DataFrame] = []
        staging: Future[None] | None = None
        for batch in _ahead(table.batches(binding.needed())):
            result = normaliser.normalise(batch, self.read)
            self._count(table, batch)
            self.quarantine.add(
                table.label, sorted(batch.refused + result.refused, key=lambda each: each.row)
            )
            latest = max(latest, result.latest or latest)
            waiting.append(result.records)
            while sum(each.height for each in waiting) >= STAGE_ROWS:
                records = pl.concat(waiting, rechunk=False)
                staging = self._stage(records.head(STAGE_ROWS), stager, staging)
                waiting = [records.slice(STAGE_ROWS)]
        if waiting:
            staging = self._stage(pl.concat(waiting, rechunk=False), stager, staging)
        if staging is not None:
            staging.result()
        self.building.date_staged(self.as_of or latest)

    def _stage(
        self, records: pl.DataFrame, stager: ThreadPoolExecutor, before: Future[None] | None
    ) -> Future[None] | None:
        if before is not None:
            before.result()
        if records.is_empty():
            return None
        table: pa.Table = records.to_arrow()
        return stager.submit(self.building.stage, table)

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


def _ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Read one batch ahead in a thread of its own."""
    with ThreadPoolExecutor(1, thread_name_prefix="reader") as reader:
        future = reader.submit(next, batches, None)
        while (batch := future.result()) is not None:
            future = reader.submit(next, batches, None)
            yield batch


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
        run = _Run(plan, building, quarantine, person_secret(store.folder), now, as_of, progress)
        try:
            with ThreadPoolExecutor(1, thread_name_prefix="stager") as stager:
                for path in paths:
                    for opened in open_source(path, plan.format, plan.column_names()):
                        for note in opened.notes:
                            run.doubts.note(note)
                        run.read_table(opened.table, stager)
            run.tell("merge", always=True)
            merged = building.merge(synthetic=synthetic)
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
        reasons={reason.value: count for reason, count in sorted(reasons.items())},
        generation=current.name if current else None,
        quarantine_file=quarantine_file,
        seconds=seconds,
        rows_per_second=run.read / seconds,
        blank_rows=run.blank_rows,
        warnings=run.doubts.as_list(),
        notes=run.doubts.notes,
    )
