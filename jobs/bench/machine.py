"""The machine that a bench runs on."""

import os
import platform
import sqlite3
from dataclasses import dataclass
from importlib.metadata import version
from typing import Self


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it was measured."""

    cores: int
    memory_bytes: int
    processor: str
    versions: dict[str, str]

    @classmethod
    def here(cls) -> Self:
        """Describe this machine."""
        packages = ("duckdb", "SQLAlchemy", "pandas", "polars", "pyarrow")
        return cls(
            cores=len(os.sched_getaffinity(0)),
            memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            processor=platform.processor() or platform.machine(),
            versions={
                "python": platform.python_version(),
                "sqlite": sqlite3.sqlite_version,
                **{name.lower(): version(name) for name in packages},
            },
        )
