"""The warehouses that are measured: made through the normal import and refresh, then reused."""

import datetime as dt
import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from jobs.bench.processes import Progress, alone
from jobs.bench.report import Made
from jobs.demo.frames import frames
from jobs.importing.run import import_sources
from jobs.refresh import refresh
from queries.cubes import CUBES, cube_table
from queries.generations import GenerationStore
from queries.measures import SUMS
from queries.rollups import ROLLUPS
from queries.schema import SCHEMA_VERSION, derived, submissions
from queries.selection import DateRange
from queries.warehouse import open_file

LAST_DAY = dt.date(2026, 6, 30)
"""Last day of the rows, fixed so that a seed gives the same rows next year."""

MONTHS = 60
"""Months that the rows are spread over."""

SUBMISSIONS_PER_OPERATOR = 15
"""As in the published measurements that the budgets come from: 1.3 million to 20 million."""

MAPPING = Path("demo_parquet")

_MADE = "made.json"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a bench warehouse is made from; two of the same recipe hold the same rows."""

    submissions: int
    seed: int
    months: int = MONTHS
    last_day: str = LAST_DAY.isoformat()
    schema_version: int = SCHEMA_VERSION

    @property
    def operators(self) -> int:
        """Number of businesses."""
        return max(100, self.submissions // SUBMISSIONS_PER_OPERATOR)


@dataclass(frozen=True, slots=True)
class BenchWarehouse:
    """A warehouse to measure.

    Attributes
    ----------
    city, section
        City and section of industries with most submissions: what selections are narrowed to.
    """

    path: Path
    made: Made
    days: DateRange
    city: str
    section: str


class ShortWarehouseError(AssertionError):
    """A bench warehouse holds other than the rows that it was to be made of."""

    def __init__(self, expected: int, got: int) -> None:
        super().__init__(
            f"the bench warehouse holds {got:,} submissions, {expected:,} were made; "
            "look into its quarantine folder"
        )


def bench_warehouse(recipe: Recipe, folder: Path, *, progress: Progress) -> BenchWarehouse:
    """Return a warehouse of these rows: the one in ``folder`` if its recipe is the same, or a new one.

    One whose cubes were derived by another version of this program is derived again.
    """
    place = folder / f"{recipe.submissions}-{recipe.seed}"
    store = GenerationStore(place / "warehouse")
    known = _read_made(place, recipe)
    if known is None:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        made, derivation = _make(recipe, place, progress), _derivation()
    else:
        made, derivation = known
        if derivation != _derivation():
            made, derivation = _derive_again(made, place, progress), _derivation()
    current = store.current()
    if current is None:
        raise ShortWarehouseError(recipe.submissions, 0)
    found = _look(current.path, made)
    content = {"recipe": asdict(recipe), "derivation": derivation, "made": asdict(found.made)}
    (place / _MADE).write_text(json.dumps(content), encoding="utf-8")
    if known is None:
        return found
    return replace(found, made=replace(found.made, reused=True))


def export_frame(recipe: Recipe) -> pl.DataFrame:
    """Return the rows as the national platform exports them, in all its columns."""
    records = pl.concat(list(_frames(recipe)))
    labels = read_labels(...)
    return records.select(national_columns(labels))


def _make(recipe: Recipe, place: Path, progress: Progress) -> Made:
    parts, store = place / "parts", place / "warehouse"
    generated = alone(_generate, progress, recipe, parts)
    loaded = alone(_load, progress, recipe, parts, store)
    shutil.rmtree(parts)
    import_seconds, refresh_seconds = loaded.result
    return Made(
        submissions=recipe.submissions,
        reused=False,
        generate_seconds=generated.result,
        import_seconds=import_seconds,
        refresh_seconds=refresh_seconds,
        peak_bytes=loaded.peak_bytes,
        file_bytes=0,
        cube_bytes=0,
        cube_rows=0,
        word_rows=0,
    )


def _generate(progress: Progress, recipe: Recipe, parts: Path) -> float:
    started = time.perf_counter()
    parts.mkdir()
    done = 0
    for number, frame in enumerate(_frames(recipe)):
        frame.write_parquet(parts / f"part-{number:05}.parquet")
        done += frame.height
        progress(f"{done:,} of {recipe.submissions:,} submissions made up")
    return time.perf_counter() - started


def _load(progress: Progress, recipe: Recipe, parts: Path, folder: Path) -> tuple[float, float]:
    refreshing = 0.0

    def refresh_timed(building: Building) -> None:
        nonlocal refreshing
        started = time.perf_counter()
        derive(building, progress=progress)
        refreshing = time.perf_counter() - started

    started = time.perf_counter()
    summary = import_sources(
        [str(parts)],
        MAPPING,
        store=GenerationStore(folder),
        synthetic=True,
        progress=progress,
        derive=refresh_timed,
    )
    if summary.loaded != recipe.submissions:
        raise ShortWarehouseError(recipe.submissions, summary.loaded)
    return time.perf_counter() - started - refreshing, refreshing


def _derive_again(made: Made, place: Path, progress: Progress) -> Made:
    done = alone(_derive_cubes, progress, place / "warehouse")
    return replace(made, refresh_seconds=..., )
