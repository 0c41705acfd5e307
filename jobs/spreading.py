"""Pure work spread over all cores: the same on many batches, or tasks begun ahead of their step."""

import gc
import itertools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TypeVar

PARALLEL_FROM = 4
"""Batches from which work is spread over processes; below, starting them costs more."""

WORTHWHILE = 2_000
"""Texts or rows from which a task is worth a process; ours, about 0.3 s of work."""

MOST_PROCESSES = 4
"""Processes at most, whatever the cores: each may take a gigabyte; ours."""

Batch = TypeVar("Batch")
Given = TypeVar("Given")
Result = TypeVar("Result")


class _Processes:
    """Processes that are started when they are first needed."""

    def __init__(self) -> None:
        self.count = min(os.cpu_count() or 1, MOST_PROCESSES)
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, work: Callable[[Given], Result], given: Given) -> Future[Result]:
        """Have a process do this work."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.count, mp_context=get_context("spawn"), initializer=_begin_process
            )
        return self._pool.submit(work, given)

    def stop(self) -> None:
        """End the processes; what waits for them is given up."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


COLLECTED_AFTER = (200_000, 20, 100)
"""Thresholds of the garbage collector in a process; a tenth less time than with the usual 700, since
what the work makes by the hundred thousand holds no cycles (measured on names of operators)."""


def _begin_process() -> None:
    """Have this process end when the one that started it does, even if that was killed."""
    gc.set_threshold(*COLLECTED_AFTER)
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent.join,), daemon=True).start()


def _end_after(wait: Callable[[], None]) -> None:
    wait()
    os._exit(1)


_KEPT: ContextVar[_Processes | None] = ContextVar("kept_processes", default=None)


@contextmanager
def kept_processes() -> Iterator[None]:
    """Keep the processes once started until the end of the block, for all work within it.

    Starting one costs about a second, and what it loaded serves the next work too.

    Examples
    --------
    >>> with kept_processes():
    ...     list(spread([[1], [2, 3]], len, given=lambda batch: batch))
    [([1], 1), ([2, 3], 2)]
    """
    with _processes() as processes:
        before = _KEPT.set(processes)
        try:
            yield
        finally:
            _KEPT.reset(before)


@contextmanager
def _processes() -> Iterator[_Processes]:
    """Give the processes that are kept, else new ones for this block."""
    kept = _KEPT.get()
    if kept is not None:
        yield kept
        return
    processes = _Processes()
    try:
        yield processes
    finally:
        processes.stop()


def spread(
    batches: Iterable[Batch],
    work: Callable[[Given], Result],
    *,
    given: Callable[[Batch], Given],
    parallel_from: int | None = None,
) -> Iterator[tuple[Batch, Result]]:
    """Yield each batch with what ``work`` made of it, in order.

    Parameters
    ----------
    work
        A function of a module (or a `functools.partial` of one), since it is sent to processes.
    given
        What of a batch the work needs: as little as possible, for it is sent too.
    parallel_from
        Batches from which processes are worth it, `PARALLEL_FROM` when None; more for light work.

    Examples
    --------
    >>> list(spread([[1], [2, 3]], len, given=lambda batch: batch))
    [([1], 1), ([2, 3], 2)]
    """
    least = PARALLEL_FROM if parallel_from is None else parallel_from
    waiting = iter(batches)
    first = list(itertools.islice(waiting, least))
    if len(first) < least:
        yield from ((batch, work(given(batch))) for batch in first)
        return
    with _processes() as processes:
        under_way: deque[tuple[Batch, Future[Result]]] = deque()
        for batch in itertools.chain(first, waiting):
            under_way.append((batch, processes.submit(work, given(batch))))
            if len(under_way) > processes.count + 1:
                done, future = under_way.popleft()
                yield done, future.result()
        for done, future in under_way:
            yield done, future.result()


def ahead(task: partial[Result], *, size: int) -> Callable[[], Result]:
    """Begin a task in a process that is kept, and return what gives its result when called.

    Where none is kept, or it is not worth it, the task is done in this process when it is asked for.

    Parameters
    ----------
    task
        A function of a module with all that it needs, since it is sent to a process.
    size
        Texts or rows that it is about; see `WORTHWHILE`.

    Examples
    --------
    >>> ahead(partial(sum, [1, 2]), size=2)()
    3
    """
    kept = _KEPT.get()
    if kept is None or size < WORTHWHILE:
        return task
    return kept.submit(_done, task).result


def _done(task: partial[Result]) -> Result:
    return task()
