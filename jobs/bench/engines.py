"""The engines that are timed: this app, DuckDB without cubes, SQLite; pandas stands in `frames`."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import sqlalchemy as sa

from jobs.bench import plain
from jobs.bench.cases import Answers, Case
from queries.warehouse import Warehouse, open_file

APP = "app"
DUCKDB = "duckdb"
PANDAS = "pandas"
SQLITE = "sqlite"
ENGINES = (APP, DUCKDB, PANDAS, SQLITE)
"""Engines in the order of their turns; ratios refer to the first."""


class DuckdbEngine:
    """The same file as the app reads, asked in plain SQL."""

    def __init__(self, path: Path) -> None:
        self.files: Sequence[Path] = (path,)
        self._statements: dict[str, dict[str, plain.Statement]] = {}

    def open(self) -> None:
        """Open the file with the settings of the app."""
        self._engine = open_file(self.files[0], "bench").engine

    def ask(self, case: Case) -> plain.Given:
        """Ask the ten questions, in statements that are written once per selection."""
        if case.name not in self._statements:
            self._statements[case.name] = plain.statements(case)
        with self._engine.connect() as conn:
            return plain.ask(conn, self._statements[case.name])

    def answers(self, case: Case, given: object) -> Answers:
        """Bring rows into the common form."""
        del case
        return plain.answers(cast("plain.Given", given))

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()


class SqliteEngine(DuckdbEngine):
    """A copy of the facts in SQLite, asked in the same plain SQL."""

    def open(self) -> None:
        """Open the copy."""
        self._engine = sa.create_engine(f"sqlite:///{self.files[0]}")
