"""How fast the machine is at a moment, told in a fixed piece of work.

A virtual machine shares its processors with others, so that the same work may take twice as long a
second later. What is measured says how slow the machine was beside it, and waits a little for a
quiet moment to begin in.
"""

import time

NUMBERS = 200_000
"""Numbers that are squared to see how fast the machine is: 10 ms; ours."""

TRIES = 200
"""Times that it is done to find how fast the machine can be; ours, 2 s."""

QUIET = 1.25
"""As many times the least may it take in a quiet moment; ours."""

WAIT_SECONDS = 3.0
"""Longest wait for a quiet moment, before it is measured in a busy one; ours."""


class Pace:
    """Tells how many times slower the machine is than at its fastest since this was made."""

    def __init__(self, tries: int = TRIES) -> None:
        self._least = min(_work() for _ in range(tries))

    def slowdown(self) -> float:
        """Return how slow the machine is now; 1 as fast as ever."""
        taken = _work()
        self._least = min(self._least, taken)
        return taken / self._least

    def wait_until_quiet(self, seconds: float = WAIT_SECONDS) -> float:
        """Return how slow it is once it is quiet, or when the wait is over."""
        give_up = time.perf_counter() + seconds
        while (found := self.slowdown()) > QUIET and time.perf_counter() < give_up:
            pass
        return found


def _work() -> float:
    started = time.perf_counter()
    sum(number * number for number in range(NUMBERS))
    return time.perf_counter() - started
