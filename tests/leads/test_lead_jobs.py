"""``python -m jobs leads``, and the signals that a refresh leaves in the book."""

import csv
import datetime as dt
import json
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from jobs.cli import app
from jobs.lead_books import record_found_signals
from queries.lead_candidate_tables import lead_candidate_run, lead_candidates
from queries.lead_reads import fetch_leads, fetch_signals
from queries.scope import EVERYTHING
from queries.workflow import fetch_audit, open_workflow
from tests.leads.course import candidate, day, draft, handed_over
from tests.test_kills import MAPPING, write_source

HEADINGS = ("线索编号", "状态", "结果", "立案日期", "结案日期", "罚款（万元）")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{tmp_path}/warehouse")
    monkeypatch.setenv("WORKFLOW_URL", f"sqlite:///{tmp_path}/workflow.db")
    return tmp_path


@pytest.fixture
def books(folder):
    engine = open_workflow(f"sqlite:///{folder}/workflow.db")
    yield engine
    engine.dispose()


def run(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def result_of(*arguments):
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def write_outcomes(path, numbers, *rows, encoding="gb18030"):
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for number in numbers:
            writer.writerow([number, "办结", "行政处罚", "2026-03-10", "2026-04-01", "1.5"])
        writer.writerows(rows)


def fill_candidates(folder, *given):
    """Put candidates into the published generation, as the refresh would have."""
    defaults = {
        "as_of": day(31),
        "first_on": day(1),
        "submissions": 3,
        "reasons": "",
    }
    [path] = (folder / "warehouse").glob("gen-*.duckdb")
    engine = sa.create_engine(f"duckdb:///{path}")
    with engine.begin() as conn:
        conn.execute(lead_candidates.delete())
        for each in given:
            row = {name: value for name, value in each.items() if name in lead_candidates.c}
            for column in lead_candidates.c:
                if not column.nullable and column.name not in row:
                    kind = column.type.python_type
                    row[column.name] = defaults.get(
                        column.name, kind() if kind in {int, float, str} else None
                    )
            conn.execute(lead_candidates.insert().values(**row))
        conn.execute(lead_candidate_run.update().values(found=len(given) + 5, kept=len(given)))
    engine.dispose()


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A warehouse of 50 submissions without candidates, all derived."""
    folder = tmp_path_factory.mktemp("published")
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    write_source(folder / "source.csv", status="待办", rows=50)
    told = result_of(
        *("import", folder / "source.csv", "--mapping", folder / "mapping.yaml"),
        *("--warehouse", f"duckdb:///{folder}/warehouse"),
        *("--workflow", f"sqlite:///{folder}/workflow.db"),
    )
    nothing = {"opened": 0, "updated": 0, "unchanged": 0, "answered": 0}
    assert told["lead_signals"] == nothing
    return folder / "warehouse"


def test_a_refresh_records_what_a_killed_one_published(folder, books, published):
    shutil.copytree(published, folder / "warehouse")
    fill_candidates(folder, candidate(), candidate("op-2"))
    assert fetch_signals(books, EVERYTHING).empty
    refreshed = result_of("refresh")
    assert (refreshed["steps"], refreshed["lead_signals"]["opened"]) == ([], 2)
    assert result_of("refresh")["lead_signals"] == {
        "opened": 0, "updated": 0, "unchanged": 2, "answered": 0,
    }  # fmt: skip
    assert set(fetch_signals(books, EVERYTHING)["first_seen_on"]) == {day(31)}


def test_nothing_is_recorded_while_candidates_are_out_of_step(folder, books):
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    write_source(folder / "source.csv", status="待办", rows=50)
    given = (folder / "source.csv", "--mapping", folder / "mapping.yaml", "--no-refresh")
    assert result_of("import", *given)["lead_signals"] is None
    assert record_found_signals(f"duckdb:///{folder}/warehouse", str(books.url)) is None


def test_leads_are_counted(folder, books, published):
    shutil.copytree(published, folder / "warehouse")
    fill_candidates(folder, candidate(), candidate("op-2"))
    result_of("refresh")
    handed_over(books, draft(signal_on=day(31)), proposed=31, on=31)
    told = result_of("leads")
    assert (told["candidates"], told["candidates_found"]) == (2, 7)
    assert (told["signals_open"], told["signals_lead"], told["signals_dismissed"]) == (1, 1, 0)
    assert (told["batches_preparing"], told["batches_handed_over"]) == (0, 1)
    assert {name: count for name, count in told["leads"].items() if count} == {"handed_over": 1}
    assert told["chain"]["case_rate"] is None
    shown = run("leads")
    assert shown.exit_code == 0
    assert "signals_open" in shown.stdout


@pytest.mark.usefixtures("folder")
def test_leads_are_counted_without_a_warehouse(books):
    handed_over(books)
    told = result_of("leads")
    assert (told["candidates"], told["leads"]["handed_over"]) == (None, 1)
    assert told["chain"]["signals"] == 1
    last = dt.date.fromisoformat(told["chain_until"])
    assert last - dt.date.fromisoformat(told["chain_from"]) in {
        dt.timedelta(days=364), dt.timedelta(days=365),
    }  # fmt: skip


def test_outcomes_are_imported_once_and_refused_rows_are_kept(folder, books):
    first, _ = handed_over(books, draft(), draft("op-2", operator_name="乙"))
    names = fetch_leads(books, EVERYTHING).set_index("lead_id")["number"]
    source = folder / "回传.csv"
    write_outcomes(
        source,
        [names[first]],
        ["=cmd|x", "立案", "", "2026-03-10", "", ""],
        ["", "某态", "", "", "", ""],
    )
    before = result_of("leads")["chain"]
    told = result_of("leads", "--outcomes", source)
    assert [told[name] for name in ("read", "applied", "unchanged", "refused")] == [3, 1, 0, 2]
    assert told["problems"] == {"unknown": 2, "needed": 1}
    kept = folder / "回传.refused.csv"
    assert told["refused_file"] == str(kept)
    with kept.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(each["row_number"], each["column"]) for each in lines] == [
        ("3", "lead_number"),
        ("4", "state"),
        ("4", "lead_number"),
    ]
    assert lines[0]["value"] == "'=cmd|x"
    after = result_of("leads")["chain"]
    assert [after[name] - before[name] for name in ("cases", "penalties")] == [1, 1]
    assert after["fined_yuan"] - before["fined_yuan"] == 15_000
    again = result_of("leads", "--outcomes", source, "--refused", folder / "other.csv")
    assert [again[name] for name in ("applied", "unchanged", "refused")] == [0, 1, 2]
    assert again["refused_file"] == str(folder / "other.csv")
    assert fetch_audit(books)[0]["viewer"] == "jobs"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "回传.csv", id="no file"),
        pytest.param("甲,乙\n1,2\n", "heading", id="another file"),
        pytest.param("线索编号,状态\nX-1,立案\n", "all 1 rows were refused", id="all refused"),
    ],
)
def test_what_is_no_success_ends_with_an_error(folder, content, said):
    source = folder / "回传.csv"
    if content is not None:
        source.write_text(content, encoding="utf-8")
    done = run("leads", "--outcomes", source, "--json")
    assert done.exit_code == 1
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert done.stdout == ""
    assert (folder / "回传.refused.csv").exists() == (said.startswith("all"))


@pytest.mark.slow
def test_an_import_killed_at_any_moment_has_changed_all_or_nothing(folder, books):
    many = [draft(f"op-{n}") for n in range(200)]
    handed_over(books, *many)
    numbers = fetch_leads(books, EVERYTHING)["number"].tolist()
    source = folder / "回传.csv"
    write_outcomes(source, numbers)
    command = [sys.executable, "-m", "jobs", "leads", "--outcomes", str(source), "--json"]
    chance = random.Random(0)
    for number in range(4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(2 + number + chance.random())
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert len(set(fetch_leads(books, EVERYTHING)["state"])) == 1
    told = result_of("leads", "--outcomes", source)
    assert told["applied"] + told["unchanged"] == 200
    assert set(fetch_leads(books, EVERYTHING)["state"]) == {"closed"}
