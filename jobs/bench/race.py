"""Timing in turns: A B C A B C, so that each ratio is of two screens of the same moment."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.bench.cases import Answers, Case, check_agreement
from jobs.bench.processes import Racer

BUDGET_SECONDS = 30.0
"""A slow engine leaves the race of one selection once it has used this much; ours."""

LEAST_RUNS = 3
"""Runs that even a slow engine does, so that there is a median."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Warm screens of one engine over one selection.

    Attributes
    ----------
    seconds
        One per run.
    ratios
        The engine's seconds divided by the first engine's of the same round.
    """

    engine: str
    seconds: tuple[float, ...]
    ratios: tuple[float, ...]

    @property
    def median(self) -> float:
        """Median of the runs in seconds."""
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """Ninety-fifth percentile of the runs in seconds; the slowest one below 20 runs.

        Examples
        --------
        >>> Timing("app", (0.3, 0.1, 0.2), (1, 1, 1)).p95
        0.3
        >>> Timing("app", tuple(range(1, 101)), ()).p95
        95
        """
        return sorted(self.seconds)[-(-95 * len(self.seconds) // 100) - 1]


def race(
    racers: Sequence[Racer],
    case: Case,
    *,
    repeats: int,
    budget_seconds: float = BUDGET_SECONDS,
) -> list[Timing]:
    """Time engines in turns and check that all give the same answers.

    The first run of each warms it up, is compared and not counted.

    Parameters
    ----------
    racers
        The first is the one that the ratios refer to, and never leaves early.
    repeats
        Rounds counted.
    budget_seconds
        Others leave once they have used this much and done `LEAST_RUNS`.

    Raises
    ------
    DisagreementError
        If two engines answer a question differently.
    """
    check_agreement(case, {each.name: _warm_up(each, case) for each in racers})
    seconds: dict[str, list[float]] = {each.name: [] for each in racers}
    ratios: dict[str, list[float]] = {each.name: [] for each in racers}
    for _ in range(repeats):
        base = 0.0
        for each in racers:
            spent = seconds[each.name]
            first = each is racers[0]
            if not first and len(spent) >= LEAST_RUNS and sum(spent) > budget_seconds:
                continue
            taken = each.ask(case).seconds
            base = taken if first else base
            spent.append(taken)
            ratios[each.name].append(taken / base)
    return [
        Timing(each.name, tuple(seconds[each.name]), tuple(ratios[each.name])) for each in racers
    ]


def _warm_up(racer: Racer, case: Case) -> Answers:
    answers = racer.ask(case, with_answers=True).answers
    if answers is None:
        msg = f"{racer.name} gave no answers to compare"
        raise ValueError(msg)
    return answers
