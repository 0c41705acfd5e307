"""The same work on many batches: in this process where they are few, on all cores where many."""

import itertools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

PARALLEL_FROM = 4
"""Batches from which work is spread over processes; below, starting them costs more."""

Batch = TypeVar("Batch")
Given = TypeVar("Given")
Result = TypeVar("Result")


def spread(
    batches: Iterable[Batch], work: Callable[[Given], Result], *, given: Callable[[Batch], Given]
) -> Iterator[tuple[Batch, Result]]:
    """Yield each batch with what ``work`` made of it, in order.

    Parameters
    ----------
    work
        A function of a module (or a `functools.partial` of one), since it is sent to processes.
    given
        What of a batch the work needs: as little as possible, for it is sent too.

    Examples
    --------
    >>> list(spread([[1], [2, 3]], len, given=lambda batch: batch))
    [([1], 1), ([2, 3], 2)]
    """
    waiting = iter(batches)
    first = list(itertools.islice(waiting, PARALLEL_FROM))
    if len(first) < PARALLEL_FROM:
        yield from ((batch, work(given(batch))) for batch in first)
        return
    workers = os.cpu_count() or 1
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        under_way: deque[tuple[Batch, Future[Result]]] = deque()
        for batch in itertools.chain(first, waiting):
            under_way.append((batch, pool.submit(work, given(batch))))
            if len(under_way) > workers + 1:
                done, future = under_way.popleft()
                yield done, future.result()
        for done, future in under_way:
            yield done, future.result()
