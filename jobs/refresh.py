"""Derive everything that readers need from the facts, and only what has changed."""

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from jobs import words
from jobs.decided import NOTHING_DECIDED, Decided
from jobs.finders.finder import Finish
from jobs.finders.registry import AFTER_COUNTING, BEFORE_COUNTING, BEFORE_OPERATORS, FINDERS
from jobs.spreading import kept_processes
from queries import cubes, deriving, deriving_rollups, rollups
from queries.generations import GenerationStore
from queries.loading import Building
from queries.schema import submissions

REBUILD_SHARE = 0.3
"""Above this share of changed days a derived table is made anew: quicker than day by day."""

_RULES = "{}.rules"
"""Name under which the books keep which rule files a step knew."""

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
    seconds
        From the step's turn to its end; what it began before its turn does not count.
    left_out
        What of people's decisions could not be worked by and was left out, a sentence each.
    """

    name: str
    row_count: int
    days: int | None
    seconds: float
    left_out: tuple[str, ...] = ()


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
    with kept_processes():
        steps = STEPS if only is None else (only,)
        results = _derive_steps(building, steps, since, decided=decided, progress=progress)
    if results:
        with building.engine.begin() as conn:
            deriving.forget_settled_days(conn, STEPS)
        building.changed = True
    return results


@dataclass(frozen=True, slots=True)
class _Due:
    """What a step has to do: the days, None for all, and what else it depends on."""

    days: Sequence[dt.date] | None
    digest: str
    rules: str


def _derive_steps(
    building: Building,
    steps: Sequence[str],
    since: dt.date | None,
    *,
    decided: Decided,
    progress: Progress,
) -> list[StepResult]:
    results = []
    begun: dict[str, tuple[_Due, Finish]] = {}
    for name in steps:
        if name == COUNTING_FROM:
            begun = _begin(building, steps, since, decided=decided)
        due = _due(building, name, since, decided)
        if due is None:
            continue
        progress(name)
        started = time.monotonic()
        with building.engine.begin() as conn:
            known, finish = begun.pop(name, (None, None))
            row_count = (
                finish(conn)
                if finish is not None and known == due
                else _run_step(conn, name, due.days, decided)
            )
            deriving.record_derived(conn, name, row_count)
            deriving.record_applied(conn, name, due.digest)
            if due.rules:
                deriving.record_applied(conn, _RULES.format(name), due.rules)
        left_out = _left_out(name, decided)
        for each in left_out:
            progress(f"{name}: {each}")
        results.append(
            StepResult(
                name,
                row_count,
                None if due.days is None else len(due.days),
                time.monotonic() - started,
                left_out,
            )
        )
    return results


def _begin(
    building: Building, steps: Sequence[str], since: dt.date | None, *, decided: Decided
) -> dict[str, tuple[_Due, Finish]]:
    """Begin what finders compute besides the database, while others count."""
    begun = {}
    for name in steps:
        begin = FINDERS[name].begin if name in FINDERS else None
        due = None if begin is None else _due(building, name, since, decided)
        if begin is not None and due is not None:
            with building.engine.begin() as conn:
                begun[name] = (due, begin(conn, due.days, decided))
    return begun


def _due(building: Building, name: str, since: dt.date | None, decided: Decided) -> _Due | None:
    """Return what a step has to do, None if nothing."""
    with building.engine.begin() as conn:
        days = _days_to_do(conn, name, since)
        digest = _digest(conn, name, decided)
        known = deriving.applied_digest(conn, name) or _digest(conn, name, NOTHING_DECIDED)
        rules = _rules(name)
        if deriving.applied_digest(conn, _RULES.format(name)) not in {None, rules}:
            days = None
    return None if days is not None and not days and known == digest else _Due(days, digest, rules)


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


def _digest(conn: sa.Connection, name: str, decided: Decided) -> str:
    """Return a short text that differs with all that a step depends on besides the facts."""
    if name == words.STEP:
        return words.digest(decided)
    digest = decided.digest(FINDERS[name].decided_by if name in FINDERS else ())
    sources = FINDERS[name].sources if name in FINDERS else None
    if sources is None:
        return digest
    return hashlib.sha256(f"{digest} {sources(conn)}".encode()).hexdigest()[:16]


def _rules(name: str) -> str:
    rules = FINDERS[name].rules if name in FINDERS else None
    return "" if rules is None else rules()


def _left_out(name: str, decided: Decided) -> tuple[str, ...]:
    told = FINDERS[name].left_out if name in FINDERS else None
    return () if told is None else tuple(told(decided))


def _run_step(
    conn: sa.Connection, name: str, days: Sequence[dt.date] | None, decided: Decided
) -> int:
    if name in FINDERS:
        return FINDERS[name].find(conn, days, decided)
    if name == "operators":
        return deriving.derive_operators(conn)
    if name == words.STEP:
        return words.derive_words(conn, days, decided)
    if name in rollups.ROLLUPS:
        return deriving_rollups.derive_rollup(conn, name, days=days)
    return cubes.derive_cube(conn, name, days=days)


STEPS = (
    *[each.name for each in BEFORE_OPERATORS],
    "operators",
    *[each.name for each in BEFORE_COUNTING],
    words.STEP,
    *cubes.CUBES,
    *rollups.ROLLUPS,
    *[each.name for each in AFTER_COUNTING],
)
"""Steps of a refresh in order; each is also the name of what it derives."""

COUNTING_FROM = next(iter(cubes.CUBES))
"""Step before which finders begin what they compute besides the database."""
