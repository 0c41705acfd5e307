"""Generations of the embedded warehouse: written beside the one in service, switched atomically.

A folder holds ``gen-000007.duckdb`` files, the pointer file ``CURRENT`` (JSON) and a lock. A file
name is never used twice, because the embedded engine caches databases by path within a process. A
run that is killed leaves a ``*.building.duckdb`` behind, which nobody reads and the next run removes.
Kept on disk are the generation in service and the one it replaced, for rollback.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from queries.loading import Building, create_tables
from queries.operator_tables import create_operator_tables

_FILE = re.compile(r"gen-(\d{6,})\.duckdb")


class WarehouseBusyError(RuntimeError):
    """Another import or refresh is at work on this warehouse."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"another run is writing to {folder} ({holder}); wait for it to end and run again"
        )
        self.holder = holder


class NoPreviousGenerationError(RuntimeError):
    """There is no earlier generation to go back to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} holds no generation before the one in service")


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation on disk."""

    number: int
    path: Path

    @property
    def name(self) -> str:
        """Name as shown and logged, ``gen-000007``."""
        return self.path.name.removesuffix(".duckdb")


@lru_cache(maxsize=64)
def _named(pointer: Path, inode: int, changed_at: int) -> str:  # noqa: ARG001 - tell versions apart
    """Return the file that a pointer names; a page asks for it dozens of times."""
    return str(json.loads(pointer.read_text(encoding="utf-8"))["file"])


class GenerationStore:
    """The generations of one warehouse folder.

    Parameters
    ----------
    folder
        Made when the first generation is built.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pointer = folder / "CURRENT"

    def current(self) -> Generation | None:
        """Return the generation in service, None where nothing was ever published."""
        try:
            told = self.pointer.stat()
            named = _named(self.pointer, told.st_ino, told.st_mtime_ns)
        except FileNotFoundError:
            return None
        return self._generation(self.folder / named)

    def all(self) -> list[Generation]:
        """Return every published generation on disk, oldest first."""
        if not self.folder.is_dir():
            return []
        found = [path for path in self.folder.iterdir() if _FILE.fullmatch(path.name)]
        return sorted((self._generation(path) for path in found), key=lambda each: each.number)

    @contextlib.contextmanager
    def building(self, *, memory: str | None = None, fresh: bool = False) -> Iterator[Building]:
        """Build the next generation on a copy of the one in service, and publish it.

        Publishing happens when the block ends without error and the building is marked as
        changed; otherwise the copy is thrown away and the generation in service stays.

        Parameters
        ----------
        memory
            Memory limit of the writer, such as ``"8GB"``; None leaves the engine's own.
        fresh
            Start from an empty warehouse instead of a copy.

        Raises
        ------
        WarehouseBusyError
            If another run holds the lock.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._locked():
            self._remove_orphans()
            current = self.current()
            number = max([each.number for each in self.all()] + [self._last_number()]) + 1
            final = self.folder / f"gen-{number:06}.duckdb"
            draft = final.with_suffix(".building.duckdb")
            empty = fresh or current is None
            if current is not None and not fresh:
                shutil.copyfile(current.path, draft)
            engine = _writer(draft, memory, self.folder / "spill")
            try:
                if empty:
                    create_tables(engine)
                create_operator_tables(engine)
                building = Building(engine=engine, generation=final.name.removesuffix(".duckdb"))
                yield building
                building.finish()
            except BaseException:
                engine.dispose()
                self._remove_orphans()
                raise
            engine.dispose()
            if building.changed:
                self._publish(draft, final, number)
            self._remove_orphans()

    def rollback(self) -> Generation:
        """Put the generation before the one in service back into service.

        Raises
        ------
        NoPreviousGenerationError
            If there is none.
        """
        if self.current() is None:
            raise NoPreviousGenerationError(self.folder)
        with self._locked():
            current = self.current()
            earlier = [each for each in self.all() if current and each.number < current.number]
            if not earlier:
                raise NoPreviousGenerationError(self.folder)
            self._point_to(earlier[-1].path, self._last_number())
            return earlier[-1]

    def _generation(self, path: Path) -> Generation:
        match = _FILE.fullmatch(path.name)
        if match is None:
            msg = f"{self.pointer} names {path.name!r}, which is no generation file"
            raise ValueError(msg)
        return Generation(int(match[1]), path)

    def _last_number(self) -> int:
        try:
            return int(json.loads(self.pointer.read_text(encoding="utf-8"))["last_number"])
        except FileNotFoundError:
            return 0

    def _publish(self, draft: Path, final: Path, number: int) -> None:
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        before = self.current()
        draft.rename(final)
        self._point_to(final, number)
        for old in self.all():
            if old.path != final and old != before:
                old.path.unlink()

    def _point_to(self, path: Path, last_number: int) -> None:
        draft = self.folder / "CURRENT.building"
        with draft.open("w", encoding="utf-8") as file:
            json.dump({"file": path.name, "last_number": last_number}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.pointer)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _remove_orphans(self) -> None:
        in_service = self.current()
        for path in self.folder.rglob("*.building*"):
            path.unlink(missing_ok=True)
        for generation in self.all():
            if in_service is None or generation.number > max(
                in_service.number, self._last_number()
            ):
                generation.path.unlink()
        for wal in self.folder.glob("*.wal"):
            wal.unlink()
        shutil.rmtree(self.folder / "spill", ignore_errors=True)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / "lock").open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise WarehouseBusyError(self.folder, _holder(file)) from error
            file.truncate(0)
            file.write(f"process {os.getpid()}")
            file.flush()
            yield


def _holder(file: IO[str]) -> str:
    file.seek(0)
    return file.read() or "unknown process"


def _writer(path: Path, memory: str | None, spill: Path) -> sa.Engine:
    config: dict[str, str] = {"temp_directory": str(spill)}
    if memory is not None:
        config["memory_limit"] = memory
    return sa.create_engine(
        f"duckdb:///{path}", connect_args={"config": config}, poolclass=sa.pool.StaticPool
    )
