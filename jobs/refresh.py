"""Derive everything that readers need from the facts, and only what has changed."""

import datetime as dt
import itertools
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from analytics.segmentation import WordIndex, index_words
from jobs.decided import NOTHING_DECIDED, Decided
from jobs.finders.registry import AFTER_COUNTING, BEFORE_COUNTING, FINDERS
from jobs.lexicons import lexicon, stopwords
from queries import cubes, deriving, rollups
from queries.generations import GenerationStore
from queries.loading import Building
from queries.schema import submissions
from queries.vocabulary import DecisionKind

REBUILD_SHARE = 0.3
"""Above this share of changed days a derived table is made anew: quicker than day by day."""

PARALLEL_FROM = 4
"""Batches of narratives from which cutting is spread over processes; below, starting them costs more."""

Progress = Callable[[str], None]


class UnknownStepError(ValueError):
    """A step was asked for that a refresh does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown refresh step {name!r}; known: {', '.join(STEPS)}")
        self.name = name


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step did.

    Attributes
    ----------
    days
        Days redone; None if the table was made anew.
    """

    name: str
    row_count: int
    days: int | None
    seconds: float


def _silent(message: str) -> None:
    """Report nothing."""


def derive(
    building: Building,
    *,
    only: str | None = None,
    since: dt.date | None = None,
    decided: Decided = NOTHING_DECIDED,
    progress: Progress = _silent,
) -> list[StepResult]:
    """Bring every derived table of a generation in step with its facts.

    Parameters
    ----------
    only
        Name of the one step to run, from `STEPS`.
    since
        Redo also all days from this one on, whether changed or not.
    decided
        What people decided; a step whose decisions changed runs though no day did.
    progress
        Told the name of each step as it begins.

    Raises
    ------
    UnknownStepError
        If ``only`` is no step.
    """
    if only is not None and only not in STEPS:
        raise UnknownStepError(only)
    results = []
    for name in STEPS if only is None else (only,):
        with building.engine.begin() as conn:
            days = _days_to_do(conn, name, since)
            kinds = _decided_by(name)
            digest = decided.digest(kinds)
            known = deriving.applied_digest(conn, name) or NOTHING_DECIDED.digest(kinds)
        if days is not None and not days and known == digest:
            continue
        progress(name)
        started = time.monotonic()
        with building.engine.begin() as conn:
            row_count = _run_step(conn, name, days, decided)
            deriving.record_derived(conn, name, row_count)
            deriving.record_applied(conn, name, digest)
        results.append(
            StepResult(
                name, row_count, None if days is None else len(days), time.monotonic() - started
            )
        )
    if results:
        with building.engine.begin() as conn:
            deriving.forget_settled_days(conn, STEPS)
        building.changed = True
    return results


def refresh(
    store: GenerationStore,
    *,
    only: str | None = None,
    since: dt.date | None = None,
    decided: Decided = NOTHING_DECIDED,
    progress: Progress = _silent,
) -> list[StepResult]:
    """Derive what is out of step and publish a generation; nothing to do publishes none."""
    with store.building() as building:
        return derive(building, only=only, since=since, decided=decided, progress=progress)


def _days_to_do(conn: sa.Connection, name: str, since: dt.date | None) -> Sequence[dt.date] | None:
    stale = deriving.stale_days(conn, name)
    if stale is None:
        return None
    days = set(stale)
    all_days = set(conn.scalars(sa.select(submissions.c.registered_on).distinct()))
    if since is not None:
        days |= {day for day in all_days if day >= since}
    if len(days) > REBUILD_SHARE * len(all_days):
        return None
    return sorted(days)


def _decided_by(name: str) -> tuple[DecisionKind, ...]:
    return FINDERS[name].decided_by if name in FINDERS else ()


def _run_step(
    conn: sa.Connection, name: str, days: Sequence[dt.date] | None, decided: Decided
) -> int:
    if name in FINDERS:
        return FINDERS[name].find(conn, days, decided)
    if name == "operators":
        return deriving.derive_operators(conn)
    if name == "submission_words":
        return _derive_words(conn, days)
    if name in rollups.ROLLUPS:
        return rollups.derive_rollup(conn, name, days=days)
    return cubes.derive_cube(conn, name, days=days)


def _derive_words(conn: sa.Connection, days: Sequence[dt.date] | None) -> int:
    deriving.delete_words(conn, days)
    numbers = deriving.known_words(conn)
    for batch, found in _indexed(deriving.read_texts(conn, days)):
        new = {
            word: number
            for number, word in enumerate(
                (word for word in found.words if word not in numbers), start=len(numbers) + 1
            )
        }
        numbers |= new
        if new:
            deriving.add_words(conn, new)
        ids = np.array([numbers[word] for word in found.words], dtype=np.int32)
        deriving.add_submission_words(
            conn,
            pa.table(
                {
                    "submission_key": batch.keys.take(found.text_numbers),
                    "registered_on": batch.days.take(found.text_numbers),
                    "word_id": ids[found.word_numbers],
                }
            ),
        )
    return deriving.count_submission_words(conn)


def _index(texts: list[str | None]) -> WordIndex:
    return index_words(texts, stopwords=stopwords(), lexicon=lexicon())


def _indexed(batches: Iterator[deriving.Texts]) -> Iterator[tuple[deriving.Texts, WordIndex]]:
    """Cut batches into words, in order; many batches on all cores, few in this process."""
    first = list(itertools.islice(batches, PARALLEL_FROM))
    if len(first) < PARALLEL_FROM:
        yield from ((batch, _index(batch.texts)) for batch in first)
        return
    workers = os.cpu_count() or 1
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: deque[tuple[deriving.Texts, Future[WordIndex]]] = deque()
        for batch in itertools.chain(first, batches):
            waiting.append((batch, pool.submit(_index, batch.texts)))
            if len(waiting) > workers + 1:
                done, future = waiting.popleft()
                yield done, future.result()
        for done, future in waiting:
            yield done, future.result()


STEPS = (
    "operators",
    *[each.name for each in BEFORE_COUNTING],
    "submission_words",
    *cubes.CUBES,
    *rollups.ROLLUPS,
    *[each.name for each in AFTER_COUNTING],
)
"""Steps of a refresh in order; each is also the name of what it derives."""
