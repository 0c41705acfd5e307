"""Make the demo province: source files, dirt included, and the truth about them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from jobs.demo.catalogue import ASSETS
from jobs.demo.operator_files import write_operator_files
from jobs.demo.province import compose
from jobs.demo.sources import MAPPINGS, PATTERNS, SOURCES, SourceFile, write_sources
from jobs.demo.truth import tell_truth, write_truth
from jobs.demo.world import World, build_world

TRUTH_FILE = "truth.json"
OPERATORS_FILE = "truth_operators.csv"

MOST_SUBMISSIONS = 3_000_000
"""Held in memory at once by `generate`; `jobs.demo.frames.frames` goes further."""

Progress = Callable[[str], None]


class TooManySubmissionsError(ValueError):
    """More submissions were asked for than are written as source files."""

    def __init__(self, submissions: int) -> None:
        super().__init__(
            f"{submissions:,} submissions as source files, at most {MOST_SUBMISSIONS:,}; "
            "use jobs.demo.frames.frames for more"
        )


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What `generate` wrote.

    Attributes
    ----------
    submissions
        Distinct submissions that can be imported, exactly as many as were asked for.
    records
        Records in the files: ``submissions + repeated + sum(unusable.values())``.
    repeated
        Records of submissions that stand in an earlier file already.
    unusable
        Records that an import has to refuse, by its reason.
    sources
        File patterns and the mapping that reads them, in order of import.
    operator_files, operator_sources
        The same for the business register and the events; ``operator_records`` their records.
    distinct_texts
        Share of texts that occur once.
    mean_characters
        Mean length of the texts.
    """

    folder: Path
    submissions: int
    records: int
    repeated: int
    unusable: dict[str, int]
    operators: int
    first_day: dt.date
    last_day: dt.date
    events: int
    skipped_events: int
    files: tuple[SourceFile, ...]
    sources: list[tuple[Path, Path]]
    operator_files: tuple[SourceFile, ...]
    operator_sources: list[tuple[Path, Path]]
    operator_records: int
    truth: Path
    distinct_texts: float
    mean_characters: float


def generate(
    folder: Path,
    *,
    submissions: int = 300_000,
    operators: int = 40_000,
    months: int = 40,
    seed: int = 0,
    end: dt.date | None = None,
    progress: Progress | None = None,
) -> DemoSummary:
    """Write the source files of an invented province, as platforms would export them.

    Parameters
    ----------
    folder
        Made where missing; files of the same names are replaced.
    submissions
        Distinct submissions, planted ones included.
    operators
        Businesses that they are about.
    months
        Length of the span.
    seed
        The same seed, sizes and end give the same bytes.
    end
        Last day of registration; None for yesterday.
    progress
        Called with what was just done.

    Returns
    -------
    DemoSummary
        What was written and how to import it.

    Raises
    ------
    TooManySubmissionsError
        If more than `MOST_SUBMISSIONS` are asked for.
    ValueError
        If a number is below 1.
    """
    if submissions > MOST_SUBMISSIONS:
        raise TooManySubmissionsError(submissions)
    last = end or dt.datetime.now().astimezone().date() - dt.timedelta(days=1)
    tell = progress or (lambda _: None)
    settings = {"submissions": submissions, "operators": operators, "months": months, "seed": seed,
                "end": last.isoformat()}  # fmt: skip
    world = build_world(
        submissions=submissions, operators=operators, months=months, seed=seed, end=last
    )
    tell(f"{operators:,} businesses")
    province = compose(world, submissions=submissions, seed=seed, end=last)
    tell(f"{submissions:,} submissions")
    folder.mkdir(parents=True, exist_ok=True)
    written = write_sources(province, folder, seed=seed, progress=tell)
    about = write_operator_files(province, folder, seed=seed)
    operator_records = sum(each.records for each in about.files)
    tell(f"{operator_records:,} records about the businesses")
    truth = tell_truth(province, written, settings=settings) | about.truth
    write_truth(folder / TRUTH_FILE, truth)
    _write_operators(world, folder / OPERATORS_FILE)
    return DemoSummary(
        folder=folder,
        submissions=submissions,
        records=truth["records"],
        repeated=truth["repeated"],
        unusable=truth["unusable"],
        operators=operators,
        first_day=dt.date.fromisoformat(truth["first_day"]),
        last_day=last,
        events=len(truth["events"]),
        skipped_events=len(truth["skipped"]),
        files=written.files,
        sources=_sources(folder, written.files),
        operator_files=about.files,
        operator_sources=about.sources,
        operator_records=operator_records,
        truth=folder / TRUTH_FILE,
        distinct_texts=truth["texts"]["distinct"] / submissions,
        mean_characters=truth["texts"]["mean_characters"],
    )


def _sources(folder: Path, files: tuple[SourceFile, ...]) -> list[tuple[Path, Path]]:
    present = {each.source for each in files}
    return [
        (folder / PATTERNS[name], ASSETS / "mappings" / MAPPINGS[name])
        for name in SOURCES if name in present
    ]  # fmt: skip


def _write_operators(world: World, path: Path) -> None:
    """Write who the businesses really are, for judging how well names are brought together."""
    firms, places = world.operators, world.places
    official, sign, short, misspelt = firms.names
    pl.DataFrame(
        {
            "uscc": firms.uscc,
            "name": official,
            "sign": sign,
            "short": short,
            "misspelt": misspelt,
            "operator_type": firms.kinds,
            "industry": firms.industry,
            "address": firms.address,
            "county_code": pl.Series(places.county_codes).gather(firms.county.astype("uint32")),
        }
    ).write_csv(path)
