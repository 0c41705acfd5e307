"""One process per engine, so that each has its own memory and none warms another's."""

import multiprocessing
import os
import queue
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar

from jobs.bench.cases import Answers, Case
from jobs.bench.memory import peak_bytes, tree_bytes

P = ParamSpec("P")
T = TypeVar("T")
Progress = Callable[[str], None]

LOOK_EVERY_SECONDS = 0.2
"""How often the memory of a job and its helpers is looked at; ours."""


class Engine(Protocol):
    """A way to answer the ten questions."""

    @property
    def files(self) -> Sequence[Path]:
        """Files that it reads."""

    def open(self) -> None:
        """Get ready to answer; what is kept in memory is loaded here."""

    def ask(self, case: Case) -> object:
        """Answer all ten questions, in whatever form the engine gives; this is what is timed."""

    def answers(self, case: Case, given: object) -> Answers:
        """Bring what `ask` gave into the form in which engines are compared."""

    def close(self) -> None:
        """Let go of files and memory."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one screen took, and its answers where they were asked for."""

    seconds: float
    answers: Answers | None


class Racer(Protocol):
    """What can be timed; see `Worker`."""

    name: str

    def ask(self, case: Case, *, with_answers: bool = False) -> Reply:
        """Answer one screen, warm."""


_ENGINES: dict[str, Engine] = {}


class Worker:
    """An engine in a process of its own.

    Parameters
    ----------
    make
        Makes the engine inside the process: a class or function of a module, its arguments bound
        by `functools.partial`.
    """

    def __init__(self, name: str, make: Callable[[], Engine]) -> None:
        self.name = name
        self._pool = _one_process()
        try:
            self.open_seconds = self._pool.submit(_open, name, make).result()
        except BaseException:
            self._pool.shutdown()
            raise

    def ask(self, case: Case, *, with_answers: bool = False) -> Reply:
        """Answer one screen with what is open, warm."""
        return self._pool.submit(_ask, self.name, case, with_answers=with_answers).result()

    def ask_cold(self, case: Case) -> float:
        """Return the seconds of a first screen: files out of the page cache, opened anew."""
        return self._pool.submit(_ask_cold, self.name, case).result()

    def peak_bytes(self) -> int:
        """Return the most memory that the process has had resident."""
        return self._pool.submit(peak_bytes).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)


def _one_process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        1, mp_context=multiprocessing.get_context("spawn"), initializer=_be_no_interactive_session
    )


def _be_no_interactive_session() -> None:
    # DuckDB takes a main module without a file, as a spawned process of `python -m` has it, for an
    # interactive session and draws progress bars on standard output.
    sys.modules["__main__"].__file__ = __file__


def _open(name: str, make: Callable[[], Engine]) -> float:
    engine = make()
    started = time.perf_counter()
    engine.open()
    _ENGINES[name] = engine
    return time.perf_counter() - started


def _ask(name: str, case: Case, *, with_answers: bool) -> Reply:
    engine = _ENGINES[name]
    started = time.perf_counter()
    given = engine.ask(case)
    seconds = time.perf_counter() - started
    return Reply(seconds, engine.answers(case, given) if with_answers else None)


def _ask_cold(name: str, case: Case) -> float:
    engine = _ENGINES[name]
    engine.close()
    for path in engine.files:
        forget_pages(path)
    started = time.perf_counter()
    engine.open()
    engine.ask(case)
    return time.perf_counter() - started


def forget_pages(path: Path) -> None:
    """Ask the system to drop a file from its page cache, so that the next read is from the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@dataclass(frozen=True, slots=True)
class Alone(Generic[T]):
    """What a call gave that ran in a process of its own, and the memory it and its helpers took."""

    result: T
    peak_bytes: int


def alone(
    work: Callable[Concatenate[Progress, P], T],
    progress: Progress,
    *args: P.args,
    **kwargs: P.kwargs,
) -> Alone[T]:
    """Run ``work`` in a process of its own; whatever it takes and gives must be picklable.

    Parameters
    ----------
    work
        Called with a function that takes what is being done, then ``args`` and ``kwargs``.
    progress
        Told here what the process says there.
    """
    with multiprocessing.get_context("spawn").Manager() as manager, _one_process() as pool:
        said: queue.Queue[str] = manager.Queue()
        process = pool.submit(os.getpid).result()
        running = pool.submit(work, said.put, *args, **kwargs)
        peak = 0
        while not running.done():
            wait([running], timeout=LOOK_EVERY_SECONDS)
            peak = max(peak, tree_bytes(process))
            _tell(said, progress)
        own = pool.submit(peak_bytes).result()
        _tell(said, progress)
        return Alone(running.result(), max(peak, own))


def _tell(said: "queue.Queue[str]", progress: Progress) -> None:
    while not said.empty():
        progress(said.get())
