"""The engines that are timed: this app, DuckDB without cubes, SQLite; pandas stands in `frames`."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pandas as pd
import sqlalchemy as sa

from jobs.bench import plain
from jobs.bench.cases import Answers, Case, Rows, in_order, screen_plan
from jobs.bench.frames import plain_values
from queries.notable import Reason
from queries.results import Matrix
from queries.scope import EVERYTHING
from queries.screen import Screen, fetch_screen
from queries.selection import Selection
from queries.warehouse import Warehouse, open_file

APP = "app"
DUCKDB = "duckdb"
PANDAS = "pandas"
SQLITE = "sqlite"
ENGINES = (APP, DUCKDB, PANDAS, SQLITE)
"""Engines in the order of their turns; ratios refer to the first."""


class AppEngine:
    """The app: cubes, rollups and facts through the query core, without the result cache."""

    def __init__(self, path: Path) -> None:
        self.files: Sequence[Path] = (path,)
        self._warehouse: Warehouse | None = None

    def open(self) -> None:
        """Open the generation as the app does."""
        self._warehouse = open_file(self.files[0], self.files[0].stem)

    def ask(self, case: Case) -> Screen:
        """Ask the ten questions in one call."""
        if self._warehouse is None:
            msg = "open() the engine before asking"
            raise RuntimeError(msg)
        return fetch_screen(self._warehouse, case.selection, EVERYTHING, plan=screen_plan())

    def answers(self, case: Case, given: object) -> Answers:
        """Bring a screen into the common form."""
        screen = cast("Screen", given)
        series = screen.series.frame
        trend = series[series["submissions"] > 0]
        days = [each.date() for each in trend.index]
        boards = {
            level: _board(found.frame, compared=case.previous is not None)
            for level, found in screen.breakdowns.items()
        }
        return {
            "totals": _totals(screen),
            "trend": in_order(
                zip(days, trend["submissions"].to_list(), trend["closed"].to_list(), strict=True)
            ),
            **boards,
            "heat": in_order(
                (int(str(weekday)), int(str(hour)), n) for weekday, hour, n in _cells(screen.heat)
            ),
            "matrix": in_order(_cells(screen.matrix)),
            "notable": _notable(screen.notable),
        }

    def close(self) -> None:
        """Close the generation."""
        if self._warehouse is not None:
            self._warehouse.engine.dispose()


def _totals(screen: Screen) -> Rows:
    found = {
        "current": screen.totals.current,
        "previous": screen.totals.previous,
        "last_year": screen.totals.last_year,
    }
    measures = screen_plan().measures
    return in_order(
        (window, *[values[name] for name in measures])
        for window, values in found.items()
        if values is not None
    )


def _board(frame: pd.DataFrame, *, compared: bool) -> Rows:
    shown = ["member", "submissions"]
    shown += ["submissions_compared"] if compared else []
    shown += ["name"] if "name" in frame else []
    return in_order(zip(*[frame[column].to_list() for column in shown], strict=True))


def _cells(matrix: Matrix) -> list[tuple[object, ...]]:
    cells = matrix.frame
    return list(zip(cells["row"], cells["column"], cells["value"].to_list(), strict=True))


def _notable(frame: pd.DataFrame) -> Rows:
    told = [
        [int(reason in reasons) for reasons in frame["reasons"]]
        for reason in (Reason.INJURY, Reason.LARGE_SUM, Reason.MANY)
    ]
    at = plain_values(pd.to_datetime(frame["registered_at"]))
    return in_order(zip(frame["submission_id"], at, *told, strict=True))


class DuckdbEngine:
    """The same file as the app reads, asked in plain SQL."""

    def __init__(self, path: Path) -> None:
        self.files: Sequence[Path] = (path,)
        self._engine: sa.Engine | None = None
        self._statements: dict[Selection, dict[str, plain.Statement]] = {}

    def open(self) -> None:
        """Open the file with the settings of the app."""
        self._engine = open_file(self.files[0], self.files[0].stem).engine

    def ask(self, case: Case) -> plain.Given:
        """Ask the ten questions, in statements that are written once per selection."""
        if self._engine is None:
            msg = "open() the engine before asking"
            raise RuntimeError(msg)
        if case.selection not in self._statements:
            self._statements[case.selection] = plain.statements(case)
        with self._engine.connect() as conn:
            return plain.ask(conn, self._statements[case.selection])

    def answers(self, case: Case, given: object) -> Answers:
        """Bring rows into the common form."""
        del case
        return plain.answers(cast("plain.Given", given))

    def close(self) -> None:
        """Close the file."""
        if self._engine is not None:
            self._engine.dispose()


class SqliteEngine(DuckdbEngine):
    """A copy of the facts in SQLite, asked in the same plain SQL."""

    def open(self) -> None:
        """Open the copy."""
        self._engine = sa.create_engine(f"sqlite:///{self.files[0]}")
