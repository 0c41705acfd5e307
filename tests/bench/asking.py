"""What the tests of the bench ask, of whom."""

from jobs.bench.data import Recipe
from jobs.bench.engines import AppEngine, DuckdbEngine, SqliteEngine
from jobs.bench.frames import PandasEngine
from jobs.bench.processes import Engine
from jobs.bench.sqlite import copy_to_sqlite

SUBMISSIONS = 3_000
RECIPE = Recipe(SUBMISSIONS, seed=7)
CASES = ("30d", "12m", "all", "12m+2", "all+2")
QUESTIONS = (
    "totals", "trend", "county_code", "industry", "issue_subtype", "operator_id", "word", "heat",
    "matrix", "notable",
)  # fmt: skip


def silent(message):
    """Say nothing."""


def ask_all(path, cases, copy):
    """Return the answers by engine and case."""
    copy_to_sqlite(path, copy, progress=silent)
    engines: dict[str, Engine] = {
        "app": AppEngine(path),
        "duckdb": DuckdbEngine(path),
        "pandas": PandasEngine(path),
        "sqlite": SqliteEngine(copy),
    }
    answers = {}
    for name, engine in engines.items():
        engine.open()
        answers[name] = {case.name: engine.answers(case, engine.ask(case)) for case in cases}
        engine.close()
    return answers
