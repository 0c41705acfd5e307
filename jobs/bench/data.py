"""The warehouses that are measured: made through the normal import and refresh, then reused."""

import datetime as dt
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import polars as pl

from jobs.bench.content import Content, look_into
from jobs.bench.operator_sources import SUBMISSIONS_PER_EVENT, make_up_sources
from jobs.bench.processes import Progress, alone
from jobs.bench.report import Made
from jobs.demo.exports import national_columns, read_labels
from jobs.demo.frames import PARQUET_MAPPING, frames
from jobs.demo.places import read_places
from jobs.importing.run import WRITER_MEMORY, import_sources
from jobs.refresh import STEPS, derive
from queries.generations import GenerationStore
from queries.loading import Building
from queries.schema import SCHEMA_VERSION
from queries.warehouse import open_current

LAST_DAY = dt.date(2026, 6, 30)
"""Last day of the rows, fixed so that a seed gives the same rows next year."""

MONTHS = 60
"""Months that the rows are spread over."""

SUBMISSIONS_PER_OPERATOR = 15
"""As in the measurements that the budgets come from: 1.3 million operators to 20 million; ours."""

OPERATORS = "operators"
"""Step of a refresh that the register is made up from."""

_BOOK = "made.json"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a bench warehouse is made from; two of the same recipe hold the same rows."""

    submissions: int
    seed: int
    months: int = MONTHS
    last_day: str = LAST_DAY.isoformat()
    schema_version: int = SCHEMA_VERSION
    has_register: bool = True

    @property
    def operators(self) -> int:
        """Number of businesses."""
        return max(100, self.submissions // SUBMISSIONS_PER_OPERATOR)

    @property
    def events(self) -> int:
        """Number of events of businesses."""
        return self.submissions // SUBMISSIONS_PER_EVENT

    def frame(self) -> pl.DataFrame:
        """Return the rows in one piece, see `frames`."""
        return pl.concat(list(self.frames()))

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield the rows in the warehouse's codes, in order of registration."""
        return frames(
            submissions=self.submissions,
            operators=self.operators,
            months=self.months,
            seed=self.seed,
            end=dt.date.fromisoformat(self.last_day),
        )


@dataclass(frozen=True, slots=True)
class BenchWarehouse:
    """A warehouse to measure, and what making it took."""

    path: Path
    content: Content
    made: Made


class ShortWarehouseError(AssertionError):
    """A bench warehouse holds other than the rows that it was to be made of."""

    def __init__(self, folder: Path, expected: int, got: int) -> None:
        super().__init__(
            f"the bench warehouse in {folder} holds {got:,} submissions instead of {expected:,}; "
            "look into its quarantine folder, then remove it and run again"
        )


def bench_warehouse(recipe: Recipe, folder: Path, *, progress: Progress) -> BenchWarehouse:
    """Return a warehouse of these rows: from ``folder`` if it was made there before, or a new one.

    One whose cubes another version of this program derived has them derived again.

    Raises
    ------
    ShortWarehouseError
        If it does not hold all rows.
    """
    place = folder / f"{recipe.submissions}-{recipe.seed}"
    made = _known(recipe, place)
    if made is None:
        made = _make(recipe, place, progress)
    elif not _in_step(place / "warehouse"):
        alone(_derive_again, progress, place / "warehouse")
    current = GenerationStore(place / "warehouse").current()
    if current is None:
        raise ShortWarehouseError(place, recipe.submissions, 0)
    content = look_into(current.path)
    if content.submissions != recipe.submissions:
        raise ShortWarehouseError(place, recipe.submissions, content.submissions)
    made = replace(
        made,
        file_bytes=current.path.stat().st_size,
        cube_bytes=content.cube_bytes,
        cube_rows=content.cube_rows,
        word_rows=content.word_rows,
    )
    book = {"recipe": asdict(recipe), "made": asdict(made)}
    (place / _BOOK).write_text(json.dumps(book), encoding="utf-8")
    return BenchWarehouse(current.path, content, made)


def export_frame(recipe: Recipe) -> pl.DataFrame:
    """Return the rows as texts in all columns of the national platform's export."""
    records = recipe.frame().with_row_index("row")
    columns = national_columns(read_labels(read_places()))
    return records.with_columns(old_name=pl.lit(value=False)).select(columns)


def _known(recipe: Recipe, place: Path) -> Made | None:
    """Return what is written about a warehouse made before, None if it has another recipe."""
    book = place / _BOOK
    if not book.exists():
        return None
    written = json.loads(book.read_text(encoding="utf-8"))
    if written["recipe"] != asdict(recipe):
        return None
    return replace(Made(**written["made"]), reused=True)


def _in_step(warehouse: Path) -> bool:
    """Return whether everything in a warehouse is derived as this program derives it."""
    opened = open_current(f"duckdb:///{warehouse}")
    try:
        return opened.fresh >= set(STEPS)
    finally:
        opened.engine.dispose()


def _make(recipe: Recipe, place: Path, progress: Progress) -> Made:
    shutil.rmtree(place, ignore_errors=True)
    parts, warehouse = place / "parts", place / "warehouse"
    parts.mkdir(parents=True)
    generated = alone(_generate, progress, recipe, parts)
    loaded = alone(_load, progress, recipe, parts, warehouse)
    shutil.rmtree(parts)
    import_seconds, refresh_seconds = loaded.result
    return Made(
        submissions=recipe.submissions,
        reused=False,
        generate_seconds=generated.result,
        import_seconds=import_seconds,
        refresh_seconds=refresh_seconds,
        peak_bytes=loaded.peak_bytes,
    )


def _generate(progress: Progress, recipe: Recipe, parts: Path) -> float:
    started = time.perf_counter()
    done = 0
    for number, frame in enumerate(recipe.frames(), start=1):
        path = parts / f"part-{number:05}.parquet"
        frame.write_parquet(path, compression="zstd", compression_level=1)
        done += frame.height
        progress(f"{done:,} of {recipe.submissions:,} submissions made up")
    return time.perf_counter() - started


def _load(progress: Progress, recipe: Recipe, parts: Path, warehouse: Path) -> tuple[float, float]:
    refreshing: list[float] = []

    def refresh(building: Building) -> None:
        derive(building, only=OPERATORS)
        with building.engine.begin() as conn:
            make_up_sources(conn, operators=recipe.operators, events=recipe.events)
        started = time.perf_counter()
        derive(building, progress=progress)
        refreshing.append(time.perf_counter() - started)

    started = time.perf_counter()
    summary = import_sources(
        [str(parts)],
        PARQUET_MAPPING,
        store=GenerationStore(warehouse),
        synthetic=True,
        progress=progress,
        derive=refresh,
    )
    seconds = time.perf_counter() - started
    if summary.loaded != recipe.submissions:
        raise ShortWarehouseError(warehouse, recipe.submissions, summary.loaded)
    return seconds - refreshing[0], refreshing[0]


def _derive_again(progress: Progress, warehouse: Path) -> None:
    with GenerationStore(warehouse).building(memory=WRITER_MEMORY) as building:
        derive(building, progress=progress)
