"""One run of the bench, from made-up rows to the report."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from jobs.bench.cases import make_cases
from jobs.bench.data import BenchWarehouse, Recipe, bench_warehouse, export_frame
from jobs.bench.engines import (
    APP,
    DUCKDB,
    ENGINES,
    PANDAS,
    SQLITE,
    AppEngine,
    DuckdbEngine,
    SqliteEngine,
)
from jobs.bench.frames import PandasEngine
from jobs.bench.importing import EXPORT_COLUMNS, ROUNDS, measure_imports
from jobs.bench.machine import Machine
from jobs.bench.pages import PageResult, PagesMeasured, measure_pages
from jobs.bench.processes import Engine, Progress, Worker
from jobs.bench.race import race
from jobs.bench.report import (
    BenchReport,
    ImportResult,
    MemoryResult,
    ScreenResult,
    screen_result,
)
from jobs.bench.scores import ScoresResult, measure_scores
from jobs.bench.sqlite import copy_to_sqlite
from jobs.bench.texts import SUBMISSIONS, TextsResult, measure_texts
from jobs.bench.viewers import SECONDS, VIEWERS, ViewersResult, measure_viewers

CAP = 1_000_000
"""Most rows for engines that hold or copy everything row by row; ours."""

CAPPED = frozenset({PANDAS, SQLITE})
"""Engines that the cap is for."""

IMPORT_ROWS = 300_000
"""Most rows of the file whose import is timed; the budget of a refresh from nothing is for these."""

LEAST_SUBMISSIONS = 1_000
"""With fewer rows some questions have no answer to compare."""


class UnknownEngineError(ValueError):
    """An engine was asked for that there is not."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown engine {name!r}; known: {', '.join(ENGINES)}")
        self.name = name


class TooFewSubmissionsError(ValueError):
    """A bench of so few rows says nothing."""

    def __init__(self, what: str, given: int, least: int) -> None:
        super().__init__(f"{what} is {given:,}; give at least {least:,}")


def run_bench(
    *,
    submissions: int,
    folder: Path,
    engines: Sequence[str] = ENGINES,
    repeats: int = 20,
    seed: int = 0,
    cap: int = CAP,
    import_rows: int = IMPORT_ROWS,
    import_rounds: int = ROUNDS,
    pages: bool = True,
    viewers: int = VIEWERS,
    viewer_seconds: float = SECONDS,
    scores: bool = False,
    texts: bool = False,
    progress: Progress,
) -> BenchReport:
    """Measure the one-screen questions and the import.

    Parameters
    ----------
    submissions
        Rows of the warehouse. Above ``cap`` a second one of ``cap`` rows is made, over which all
        engines are compared; over the large one those that need no copy.
    folder
        For warehouses and copies, which later runs of the same sizes use again.
    engines
        What to compare the app with, from `jobs.bench.engines.ENGINES`; the app is always in.
    repeats
        Warm screens timed per engine and selection; a slow engine does fewer.
    import_rows
        Rows of the file whose import is timed; 0 leaves that out.
    import_rounds
        Times that each way of importing is timed.
    pages
        Whether to time the pages of the running app too.
    viewers, viewer_seconds
        Viewers at once and how long they go on; 0 viewers leave that out.
    scores
        Whether to time the scoring of operators too, over the first warehouse.
    texts
        Whether to time the work on texts and names too, which needs no warehouse.
    progress
        Told what is being done.

    Raises
    ------
    UnknownEngineError
        If an engine is not known.
    TooFewSubmissionsError
        If a number is too small to measure anything.
    DisagreementError
        If two engines give different numbers.
    OtherWordsError
        If two cut texts into different words.
    """
    _check(submissions, engines, repeats, cap)
    chosen = [name for name in ENGINES if name == APP or name in engines]
    made, screens, memory = [], [], []
    page_results: list[PageResult] = []
    crowds: list[ViewersResult] = []
    scored: list[ScoresResult] = []
    for count, raced in _races(submissions, cap, chosen):
        warehouse = bench_warehouse(Recipe(count, seed), folder, progress=progress)
        made.append(warehouse.made)
        more_screens, more_memory = _measure_screens(warehouse, raced, repeats, progress)
        screens += more_screens
        memory += more_memory
        if pages:
            measured = measure_pages(
                warehouse.path.parent, warehouse.content, repeats=repeats, progress=progress
            )
            page_results += measured.results
            memory.append(_pages_memory(warehouse, measured))
        if scores and not scored:
            recipe = Recipe(count, seed)
            scored.append(
                measure_scores(
                    warehouse.path,
                    folder,
                    operators=recipe.operators,
                    events=recipe.events,
                    progress=progress,
                )
            )
        if viewers:
            crowds.append(
                measure_viewers(
                    warehouse.path.parent,
                    warehouse.content,
                    viewers=viewers,
                    seconds=viewer_seconds,
                    seed=seed,
                    progress=progress,
                )
            )
    imports: tuple[ImportResult, ...] = ()
    if import_rows:
        progress(f"make an export of {min(import_rows, submissions):,} rows")
        export = export_frame(Recipe(min(import_rows, submissions), seed))
        imports = measure_imports(
            export.select(EXPORT_COLUMNS),
            folder / "imports",
            rounds=import_rounds,
            progress=progress,
        )
    text_results: tuple[TextsResult, ...] = ()
    if texts:
        progress(f"make up {SUBMISSIONS:,} texts")
        made_up = Recipe(SUBMISSIONS, seed).frame()
        text_results = measure_texts(made_up, seed=seed, progress=progress)
    return BenchReport(
        machine=Machine.here(),
        seed=seed,
        cap=cap,
        made=tuple(made),
        screens=tuple(screens),
        memory=tuple(memory),
        imports=imports,
        pages=tuple(page_results),
        viewers=tuple(crowds),
        scores=tuple(scored),
        texts=text_results,
    )


def _check(submissions: int, engines: Sequence[str], repeats: int, cap: int) -> None:
    for name in engines:
        if name not in ENGINES:
            raise UnknownEngineError(name)
    for what, given, least in (
        ("submissions", submissions, LEAST_SUBMISSIONS),
        ("cap", cap, LEAST_SUBMISSIONS),
        ("repeats", repeats, 1),
    ):
        if given < least:
            raise TooFewSubmissionsError(what, given, least)


def _races(submissions: int, cap: int, engines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield each number of rows with the engines that are compared over it."""
    if submissions <= cap:
        yield submissions, list(engines)
        return
    yield submissions, [name for name in engines if name not in CAPPED]
    if CAPPED.intersection(engines):
        yield cap, list(engines)


def _measure_screens(
    warehouse: BenchWarehouse, engines: Sequence[str], repeats: int, progress: Progress
) -> tuple[list[ScreenResult], list[MemoryResult]]:
    content, count = warehouse.content, warehouse.made.submissions
    cases = make_cases(
        content.days.start, content.days.end, city=content.city, section=content.section
    )
    screens: list[ScreenResult] = []
    with ExitStack() as stack:
        workers = []
        for name in engines:
            progress(f"{count:,} submissions: open {name}")
            make = _maker(name, warehouse, progress)
            workers.append(stack.enter_context(Worker(name, make)))
        for case in cases:
            progress(f"{count:,} submissions: {case.name}")
            cold = workers[0].ask_cold(case)
            screens += [
                screen_result(
                    timing,
                    submissions=count,
                    selection=case.name,
                    app=APP,
                    cold_seconds=cold if timing.engine == APP else None,
                )
                for timing in race(workers, case, repeats=repeats)
            ]
        memory = [_memory(worker, warehouse) for worker in workers]
    return screens, memory


def _maker(name: str, warehouse: BenchWarehouse, progress: Progress) -> Callable[[], Engine]:
    path = warehouse.path
    if name == SQLITE:
        copy = _sqlite_path(warehouse)
        if not copy.exists():
            for old in copy.parent.glob("copy-*.sqlite"):
                old.unlink()
            copy_to_sqlite(path, copy, progress=progress)
        return partial(SqliteEngine, copy)
    kinds: dict[str, Callable[[Path], Engine]] = {
        APP: AppEngine,
        DUCKDB: DuckdbEngine,
        PANDAS: PandasEngine,
    }
    return partial(kinds[name], path)


def _sqlite_path(warehouse: BenchWarehouse) -> Path:
    """Return the place of the copy of exactly this generation."""
    return warehouse.path.parent.parent / f"copy-{warehouse.path.stem}.sqlite"


def _pages_memory(warehouse: BenchWarehouse, measured: PagesMeasured) -> MemoryResult:
    return MemoryResult(
        submissions=warehouse.made.submissions,
        engine="pages",
        open_seconds=measured.start_seconds,
        peak_bytes=measured.peak_bytes,
        file_bytes=warehouse.path.stat().st_size,
    )


def _memory(worker: Worker, warehouse: BenchWarehouse) -> MemoryResult:
    path = _sqlite_path(warehouse) if worker.name == SQLITE else warehouse.path
    return MemoryResult(
        submissions=warehouse.made.submissions,
        engine=worker.name,
        open_seconds=worker.open_seconds,
        peak_bytes=worker.peak_bytes(),
        file_bytes=path.stat().st_size,
    )
