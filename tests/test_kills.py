"""Killed at any moment, an import or a refresh leaves the old generation in service."""

import csv
import datetime as dt
import json
import random
import signal
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from queries.generations import GenerationStore
from queries.schema import submissions
from queries.warehouse import open_current

pytestmark = pytest.mark.slow

ROWS = 8_000
KILLS = 10
MAPPING = """
name: kill test
source: kill_test
fields:
  submission_id: 编号
  kind: {constant: complaint}
  registered_at: {column: 时间, formats: ["%Y-%m-%d %H:%M:%S"]}
  status: {column: 状态, values: {待办: registered, 办结: closed}}
  narrative: 内容
  person_phone: {column: 电话, personal: phone}
"""


def write_source(path, *, status, rows=ROWS):
    start = dt.datetime(2025, 1, 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["编号", "时间", "状态", "内容", "电话"])
        for number in range(rows):
            at = start + dt.timedelta(hours=number)
            text = f"在第{number}号店买的商品有质量问题，要求退款，电话138{number:08}"
            writer.writerow([number, at, status, text, f"138{number:08}"])


def jobs(*arguments, folder):
    return [
        *(sys.executable, "-m", "jobs", *arguments, "--json"),
        *("--warehouse", f"duckdb:///{folder}/warehouse"),
    ]


def run(*arguments, folder):
    done = subprocess.run(
        jobs(*arguments, folder=folder), check=True, capture_output=True, encoding="utf-8"
    )
    return json.loads(done.stdout)


def importing(folder, name):
    return (
        *("import", str(folder / name), "--mapping", str(folder / "mapping.yaml")),
        *("--workflow", f"sqlite:///{folder}/workflow.db"),
    )


def content(store):
    warehouse = open_current(f"duckdb:///{store.folder}")
    with warehouse.engine.connect() as conn:
        rows = conn.execute(
            sa.select(submissions.c.status, sa.func.count()).group_by(submissions.c.status)
        ).all()
    warehouse.engine.dispose()
    return warehouse.generation, sorted(map(tuple, rows)), warehouse.fresh


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kills")
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    write_source(folder / "first.csv", status="待办")
    write_source(folder / "second.csv", status="办结")
    summary = run(*importing(folder, "first.csv"), folder=folder)
    assert summary["loaded"] == ROWS
    return folder


def kill_at_moments(folder, *arguments):
    """Run the command KILLS times, killed at moments spread over how long it takes."""
    store = GenerationStore(folder / "warehouse")
    before = content(store)
    chance = random.Random(0)
    # the moments reach from the start of the interpreter to a little before a whole run's end
    whole = TYPICAL_SECONDS
    killed = 0
    for number in range(KILLS):
        moment = whole * (number + chance.random()) / KILLS
        process = subprocess.Popen(
            jobs(*arguments, folder=folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        if process.wait() != -signal.SIGKILL:
            break
        after = content(store)
        if after != before:
            # published, then killed on its way out: a whole new generation, not half of one
            return killed
        killed += 1
    return killed


TYPICAL_SECONDS = 5.0


def leftovers(folder):
    kept = {"CURRENT", "lock", "person.key"}
    return {
        path.name
        for path in (folder / "warehouse").rglob("*")
        if path.is_file() and path.name not in kept and not path.name.startswith("gen-0")
    } | {path.name for path in (folder / "warehouse").rglob("*.building*")}


def test_an_import_killed_ten_times_then_succeeds(folder):
    assert kill_at_moments(folder, *importing(folder, "second.csv")) >= KILLS // 2
    summary = run(*importing(folder, "second.csv"), folder=folder)
    assert summary["read"] == ROWS
    assert summary["updated"] + summary["unchanged"] == ROWS
    store = GenerationStore(folder / "warehouse")
    assert content(store)[1] == [("closed", ROWS)]
    assert leftovers(folder) == set()
    assert len(store.all()) <= 2


def test_a_refresh_killed_ten_times_then_succeeds(folder):
    write_source(folder / "third.csv", status="待办", rows=ROWS + 500)
    run(*importing(folder, "third.csv"), "--no-refresh", folder=folder)
    store = GenerationStore(folder / "warehouse")
    assert not content(store)[2]
    assert kill_at_moments(folder, "refresh") >= KILLS // 2
    run("refresh", folder=folder)
    _, rows, fresh = content(store)
    assert sum(count for _, count in rows) == ROWS + 500
    assert {"day", "submission_words"} <= fresh
    assert leftovers(folder) == set()
