"""How much CPU something takes, told in work done beside it: a slow or busy machine is no failure."""

import time
from collections.abc import Callable

TRIES = 3

UNIT_SECONDS = 0.048
"""CPU time of `_unit` on the two-core machine that limits were set on."""


def cpu_seconds(run: Callable[[], object], *, limit: float) -> float:
    """Return the CPU time of a run, as it would be on the machine that limits were set on.

    Parameters
    ----------
    limit
        Seconds that are few enough: a run that took more is tried again, since a machine's speed
        may change within it.
    """
    least = float("inf")
    for _ in range(TRIES):
        before = _unit()
        started = time.process_time()
        run()
        spent = time.process_time() - started
        least = min(least, spent * UNIT_SECONDS / max(before, _unit()))
        if least <= limit:
            break
    return least


def _unit() -> float:
    started = time.process_time()
    sum(number * number for number in range(500_000))
    return time.process_time() - started
