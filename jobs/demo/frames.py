"""The demo province as clean frames, for sizes that no file of a platform has."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from jobs.demo.catalogue import ASSETS
from jobs.demo.columns import entry_frame, handling_frame, moment_after, submission_ids
from jobs.demo.drawing import Draft, draw_rows
from jobs.demo.events import COMPLAINT
from jobs.demo.handling import Lateness, draw_courses
from jobs.demo.narratives import Texts
from jobs.demo.province import TEXT_BATCH, write_texts
from jobs.demo.timeline import plan_days
from jobs.demo.world import World, build_world

PARQUET_MAPPING = ASSETS / "mappings" / "demo_parquet.yaml"
BATCH_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class ParquetFiles:
    """Files written by `write_parquet` and the mapping that reads them."""

    files: tuple[Path, ...]
    mapping: Path
    submissions: int


def frames(
    *,
    submissions: int,
    operators: int = 40_000,
    months: int = 40,
    seed: int = 0,
    end: dt.date | None = None,
    batch_rows: int = BATCH_ROWS,
) -> Iterator[pl.DataFrame]:
    """Yield the submissions in batches of whole days, in order of registration.

    They are drawn as those of `jobs.demo.generate.generate`, but without planted events, copies and
    dirt. Memory depends on ``batch_rows`` and ``operators``, not on ``submissions``.

    Parameters
    ----------
    submissions, operators, months, seed, end
        As for `generate`.
    batch_rows
        Rows of a batch, about; a batch holds at least one day.

    Yields
    ------
    polars.DataFrame
        Columns named as the warehouse's ``submissions`` (and ``person_…`` for ``persons``), values
        its codes.

    Examples
    --------
    >>> batch = next(frames(submissions=50, operators=80, end=dt.date(2026, 6, 30)))
    >>> batch.height, batch["kind"].is_in(["complaint", "tipoff", "inquiry"]).all()
    (50, True)
    """
    last = end or dt.datetime.now().astimezone().date() - dt.timedelta(days=1)
    world = build_world(
        submissions=submissions, operators=operators, months=months, seed=seed, end=last
    )
    plan = plan_days(world, submissions, np.random.default_rng([seed, 4]))
    moment = moment_after(last)
    per_day = plan.per_day()
    start = 0
    while start < world.days:
        upto = np.searchsorted(np.cumsum(per_day[start:]), batch_rows, side="right")
        stop = start + max(1, int(upto))
        if per_day[start:stop].sum():
            kind, channel, offset = plan.rows(start, stop)
            draft = Draft(kind, channel, offset + world.first_day)
            yield _batch(world, draft, moment, np.random.default_rng([seed, 20, start]))
        start = stop


def write_parquet(
    folder: Path,
    *,
    submissions: int,
    operators: int = 40_000,
    months: int = 40,
    seed: int = 0,
    end: dt.date | None = None,
    batch_rows: int = BATCH_ROWS,
) -> ParquetFiles:
    """Write the frames as Parquet files, one a batch; see `frames` for the parameters."""
    folder.mkdir(parents=True, exist_ok=True)
    made = frames(
        submissions=submissions,
        operators=operators,
        months=months,
        seed=seed,
        end=end,
        batch_rows=batch_rows,
    )
    files = []
    for number, frame in enumerate(made, start=1):
        path = folder / f"demo-{number:05}.parquet"
        frame.write_parquet(path, compression="zstd", compression_level=1)
        files.append(path)
    return ParquetFiles(tuple(files), PARQUET_MAPPING, submissions)


def _batch(world: World, draft: Draft, moment: int, rng: np.random.Generator) -> pl.DataFrame:
    rows = draw_rows(world, draft, rng)
    rows = rows.take(np.argsort(rows.registered, kind="stable").astype(np.int64))
    mix = world.catalogue.mix["handling"]
    lateness = Lateness(
        np.where(rows.kind == COMPLAINT, mix["first_check_late"], mix["tipoff_late"]),
        np.full(len(rows), mix["closing_late"]),
    )
    course = draw_courses(world, rows, lateness, rng)
    parts = [
        write_texts(world, rows, course, start, rng) for start in range(0, len(rows), TEXT_BATCH)
    ]
    texts = Texts(
        narrative=pl.concat([part.narrative for part in parts]),
        title=pl.concat([part.title for part in parts]),
        feedback=pl.concat([part.feedback for part in parts]),
    )
    entry = entry_frame(world, rows, texts, submission_ids(world, rows), rng)
    return pl.concat(
        [entry, handling_frame(rows, course, texts.feedback, moment)], how="horizontal"
    )
