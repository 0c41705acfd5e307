"""Figures are what they are called; how quick anything is depends on the machine, not on tests."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import polars as pl
import pytest

from jobs.bench import memory
from jobs.bench.cases import (
    DisagreementError,
    TooFewDaysError,
    make_cases,
)
from jobs.bench.data import Recipe, ShortWarehouseError, _known, bench_warehouse, export_frame
from jobs.bench.engines import ENGINES
from jobs.bench.importing import EXPORT_COLUMNS, ImportedLessError, measure_imports
from jobs.bench.memory import keep_cached
from jobs.bench.processes import Reply, alone
from jobs.bench.race import race
from jobs.bench.report import screen_result
from jobs.bench.run import TooFewSubmissionsError, UnknownEngineError, _races, run_bench
from jobs.refresh import STEPS
from queries.generations import GenerationStore
from queries.schema import derived
from queries.warehouse import open_current
from tests.bench.asking import CASES, RECIPE, SUBMISSIONS, silent

ROOT = Path(__file__).parents[2]


class Racer:
    """Takes given times, one a run, the last again and again."""

    def __init__(self, name, seconds, log, answer=1):
        self.name, self.seconds, self.log, self.answer = name, list(seconds), log, answer

    def ask(self, case, *, with_answers=False):
        del case
        if with_answers:
            return Reply(99.0, {"totals": ((self.answer,),)})
        self.log.append(self.name)
        seconds = self.seconds.pop(0) if len(self.seconds) > 1 else self.seconds[0]
        return Reply(seconds, None)


def test_engines_take_turns_and_ratios_are_of_one_round(cases):
    log: list[str] = []
    timings = race(
        [Racer("a", [1.0, 2.0, 4.0], log), Racer("b", [2.0, 2.0, 2.0], log)], cases[0], repeats=3
    )
    assert log == ["a", "b"] * 3
    a, b = timings
    assert (a.seconds, a.median, a.ratios) == ((1.0, 2.0, 4.0), 2.0, (1.0, 1.0, 1.0))
    assert b.ratios == (2.0, 1.0, 0.5)
    result = screen_result(b, submissions=10, selection="30d", app="a", cold_seconds=None)
    assert (result.ratio, result.ratio_min, result.ratio_max, result.runs) == (1.0, 0.5, 2.0, 3)


def test_a_slow_engine_leaves_after_three_runs_and_the_first_never(cases):
    log: list[str] = []
    timings = race(
        [Racer("a", [60.0], log), Racer("slow", [20.0], log), Racer("quick", [0.1], log)],
        cases[0],
        repeats=6,
        budget_seconds=30.0,
    )
    assert {each.engine: len(each.seconds) for each in timings} == {"a": 6, "slow": 3, "quick": 6}


def test_no_times_where_an_engine_lies(cases):
    log: list[str] = []
    with pytest.raises(DisagreementError):
        race([Racer("a", [1.0], log), Racer("b", [1.0], log, answer=2)], cases[0], repeats=3)
    assert log == []


def test_only_the_app_over_twenty_million_is_held_against_a_budget(cases):
    timings = race([Racer("app", [0.2], []), Racer("duckdb", [0.2], [])], cases[0], repeats=1)

    def budget(timing, submissions):
        return screen_result(
            timing, submissions=submissions, selection="30d", app="app", cold_seconds=None
        ).budget_seconds

    assert budget(timings[0], 20_000_000) == 0.10
    assert budget(timings[0], 19_999_999) is None
    assert budget(timings[1], 20_000_000) is None


def test_above_the_cap_all_engines_meet_over_fewer_rows():
    assert list(_races(1_000, 1_000, ENGINES)) == [(1_000, [*ENGINES])]
    assert list(_races(1_001, 1_000, ENGINES)) == [
        (1_001, ["app", "duckdb"]),
        (1_000, [*ENGINES]),
    ]
    assert list(_races(5_000, 1_000, ["app", "duckdb"])) == [(5_000, ["app", "duckdb"])]


def test_the_same_recipe_is_used_again_and_another_is_not(warehouse, folder):
    again = bench_warehouse(RECIPE, folder, progress=silent)
    assert again.made == replace(warehouse.made, reused=True)
    assert again.path == warehouse.path
    place = warehouse.path.parents[1]
    assert _known(RECIPE, place) is not None
    assert _known(replace(RECIPE, months=59), place) is None
    assert _known(replace(RECIPE, schema_version=0), place) is None


def test_cubes_of_another_version_are_derived_again(warehouse, tmp_path):
    place = tmp_path / f"{SUBMISSIONS}-7"
    shutil.copytree(warehouse.path.parents[1], place)
    with GenerationStore(place / "warehouse").building() as building:
        with building.engine.begin() as conn:
            conn.execute(derived.update().where(derived.c.name == "day").values(definition="older"))
        building.changed = True
    older = open_current(f"duckdb:///{place / 'warehouse'}")
    older.engine.dispose()
    assert set(STEPS) - older.fresh == {"day"}
    again = bench_warehouse(RECIPE, tmp_path, progress=silent)
    assert again.path.name > warehouse.path.name
    assert again.content == replace(warehouse.content, cube_bytes=again.content.cube_bytes)


def test_a_warehouse_with_other_rows_than_written_is_refused(warehouse, tmp_path):
    recipe = Recipe(SUBMISSIONS + 1, seed=7)
    place = tmp_path / f"{SUBMISSIONS + 1}-7"
    shutil.copytree(warehouse.path.parents[1], place)
    book = json.loads((place / "made.json").read_text())
    (place / "made.json").write_text(json.dumps({**book, "recipe": asdict(recipe)}))
    with pytest.raises(ShortWarehouseError, match="holds 3,000 submissions instead of 3,001"):
        bench_warehouse(recipe, tmp_path, progress=silent)


def test_an_import_that_loses_a_row_gives_no_rate(tmp_path):
    export = export_frame(Recipe(200, seed=7)).select(EXPORT_COLUMNS)
    whole = export.with_row_index("row")
    without_id = whole.with_columns(
        pl.when(pl.col("row") > 0).then("登记编号").alias("登记编号")
    ).drop("row")
    with pytest.raises(ImportedLessError, match="199 of 200"):
        measure_imports(without_id, tmp_path / "imports", rounds=1, progress=silent)
    assert not (tmp_path / "imports").exists()


def test_short_data_is_refused():
    last = dt.date(2026, 6, 30)
    with pytest.raises(TooFewDaysError, match="look back over 13 months"):
        make_cases(dt.date(2025, 6, 2), last, city="420100", section="H")
    assert len(make_cases(dt.date(2025, 5, 31), last, city="420100", section="H")) == 5


def take_memory(progress, megabytes):
    progress("begin")
    held = bytearray(megabytes * 1_000_000)
    progress("end")
    return len(held)


def fail(progress):
    progress("begin")
    raise LookupError("on purpose")


def test_work_in_a_process_of_its_own_tells_memory_progress_and_failure():
    said: list[str] = []
    done = alone(take_memory, said.append, 200)
    assert done.result == 200_000_000
    assert 200_000_000 < done.peak_bytes < 2_000_000_000
    assert said == ["begin", "end"]
    with pytest.raises(LookupError, match="on purpose"):
        alone(fail, said.append)


def test_a_file_is_kept_cached_where_memory_has_room(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_bytes(bytes(1_000))
    assert keep_cached(file, block=300)
    monkeypatch.setattr(memory, "LARGEST_SHARE", 0.0)
    assert not keep_cached(file)


PROBE = """
import duckdb

def bars(progress):
    return duckdb.connect().execute("SELECT current_setting('enable_progress_bar')").fetchone()
"""
PROBE_MAIN = """
from jobs.bench.processes import alone
from probe.work import bars

print(alone(bars, print).result)
"""


def test_no_progress_bar_gets_into_the_report(tmp_path):
    package = tmp_path / "probe"
    package.mkdir()
    (package / "work.py").write_text(PROBE)
    (package / "__main__.py").write_text(PROBE_MAIN)
    done = subprocess.run(
        [sys.executable, "-m", "probe"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"},
        cwd=tmp_path,
    )
    assert done.stdout == "(False,)\n"


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        pytest.param({"engines": ["oracle"]}, UnknownEngineError, "known: app", id="engine"),
        pytest.param({"submissions": 999}, TooFewSubmissionsError, "at least 1,000", id="rows"),
        pytest.param({"repeats": 0}, TooFewSubmissionsError, "repeats is 0", id="repeats"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_anything_is_made(tmp_path, options, error, said):
    with pytest.raises(error, match=said):
        run_bench(**{"submissions": 1_000, "folder": tmp_path, "progress": silent, **options})
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def report(warehouse, folder):
    assert warehouse.path.is_relative_to(folder)
    return run_bench(
        submissions=SUBMISSIONS,
        folder=folder,
        repeats=2,
        seed=7,
        import_rows=1_000,
        import_rounds=1,
        pages=False,
        viewers=0,
        progress=silent,
    )


@pytest.mark.slow
def test_the_report_holds_every_engine_and_selection(report):
    assert [(each.selection, each.engine) for each in report.screens] == [
        (case, engine) for case in CASES for engine in ENGINES
    ]
    for each in report.screens:
        assert 0 < each.median_seconds <= each.p95_seconds
        assert each.ratio_min <= each.ratio <= each.ratio_max
        assert (each.cold_seconds is None) == (each.engine != "app")
        assert each.runs == 2
    assert {each.ratio for each in report.screens if each.engine == "app"} == {1.0}
    assert [each.engine for each in report.memory] == [*ENGINES]
    assert all(each.peak_bytes > 50_000_000 and each.file_bytes > 0 for each in report.memory)
    (made,) = report.made
    assert made.reused
    assert made.word_rows > made.submissions
    assert 0 < made.cube_bytes < made.file_bytes


@pytest.mark.slow
def test_the_report_holds_import_rates(report):
    by_name = {each.what: each for each in report.imports}
    assert list(by_name) == ["csv_bare", "csv", "csv_refresh", "xlsx_read", "xlsx"]
    for each in by_name.values():
        assert (each.rows, each.columns, each.runs) == (1_000, 25, 1)
        assert each.rows_per_second == pytest.approx(1_000 / each.seconds)
    assert by_name["csv_bare"].ratio == 1.0
    assert by_name["csv"].ratio == pytest.approx(
        by_name["csv"].seconds / by_name["csv_bare"].seconds
    )
    assert by_name["csv_refresh"].seconds > by_name["csv"].seconds
    assert by_name["xlsx"].ratio is None


@pytest.mark.slow
def test_the_report_prints_as_tables_and_as_json(report):
    plain = json.loads(json.dumps(report.as_dict()))
    assert plain["screens"][0]["engine"] == "app"
    assert plain["machine"]["cores"] >= 1
    text = report.table()
    for expected in ("一屏十问，3,000件", "全部＋市州＋行业", "SQLite", "导入速度", "（沿用）"):
        assert expected in text
    assert max(map(len, text.splitlines())) <= 120
