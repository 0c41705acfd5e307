"""One process per engine, so that each has its own memory and none warms another's."""

import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, Protocol, Self, TypeVar

from jobs.bench.cases import Answers, Case

P = ParamSpec("P")
T = TypeVar("T")


class Engine(Protocol):
    """A way to answer the ten questions."""

    files: Sequence[Path]

    def open(self) -> None:
        """Get ready to answer; whatever is loaded into memory is loaded here."""

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
        Makes the engine inside the process; a class or a function of a module, with arguments
        bound by `functools.partial`.
    """

    def __init__(self, name: str, make: Callable[[], Engine]) -> None:
        self.name = name
        self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        self.open_seconds = self._pool.submit(_open, name, make).result()

    def ask(self, case: Case, *, with_answers: bool = False) -> Reply:
        """Answer one screen with what is open, warm."""
        return self._pool.submit(_ask, self.name, case, with_answers).result()

    def ask_cold(self, case: Case) -> float:
        """Return the seconds of the first screen: files out of the page cache, opened anew."""
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


def _open(name: str, make: Callable[[], Engine]) -> float:
    engine = make()
    started = time.perf_counter()
    engine.open()
    _ENGINES[name] = engine
    return time.perf_counter() - started


def _ask(name: str, case: Case, with_answers: bool) -> Reply:
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


def peak_bytes() -> int:
    """Return the most memory that this process has had resident."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@dataclass(frozen=True, slots=True)
class Alone[T]:
    """What a call gave that ran in a process of its own."""

    result: T
    peak_bytes: int


def alone(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> None: ...
