"""The command line: one JSON object on standard output, errors in one line, exit codes."""

import json

import pytest
from typer.testing import CliRunner

from jobs.cli import app
from tests.test_kills import MAPPING, write_source


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{tmp_path}/warehouse")
    monkeypatch.setenv("WORKFLOW_URL", f"sqlite:///{tmp_path}/workflow.db")
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    write_source(tmp_path / "source.csv", status="待办", rows=50)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def result_of(*arguments):
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_import_tells_what_became_of_every_record_and_status_remembers_it(folder):
    source = (folder / "source.csv", "--mapping", folder / "mapping.yaml")
    first = result_of("import", *source)
    keys = ("read", "loaded", "updated", "unchanged", "quarantined", "generation")
    assert [first[key] for key in keys] == [50, 50, 0, 0, 0, "gen-000001"]
    assert first["reasons"] == {}
    again = result_of("import", *source)
    assert [again[key] for key in keys] == [50, 0, 0, 50, 0, "gen-000001"]
    status = result_of("status")
    assert (status["submissions"], status["first_day"], status["stale"]) == (50, "2025-01-01", [])
    assert status["synthetic"] is False
    assert [each["loaded"] for each in status["imports"]] == [0, 50]


def test_an_import_without_refresh_is_stale_until_refreshed(folder):
    result_of("import", folder / "source.csv", "--mapping", folder / "mapping.yaml", "--no-refresh")
    assert result_of("status")["derived"] == []
    refreshed = result_of("refresh")
    assert refreshed["generation"] == "gen-000002"
    assert result_of("status")["stale"] == []
    assert result_of("refresh")["steps"] == []


def test_rollback_returns_to_the_generation_before(folder):
    result_of("import", folder / "source.csv", "--mapping", folder / "mapping.yaml")
    write_source(folder / "more.csv", status="待办", rows=60)
    assert (
        result_of("import", folder / "more.csv", "--mapping", folder / "mapping.yaml")["loaded"]
        == 10
    )
    assert result_of("rollback") == {"generation": "gen-000001"}
    assert result_of("status")["submissions"] == 50


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["status"], "python -m jobs demo", id="nothing imported yet"),
        pytest.param(["import", "no.csv", "--mapping", "mapping.yaml"], "no.csv", id="no file"),
        pytest.param(["import", "source.csv", "--mapping", "no.yaml"], "no.yaml", id="no mapping"),
        pytest.param(["rollback"], "no generation before", id="nothing to roll back to"),
        pytest.param(
            ["refresh", "--warehouse", "postgresql+psycopg://u:secret@h/db"],
            "duckdb:///FOLDER",
            id="a server",
        ),
        pytest.param(
            ["refresh", "--warehouse", "foo"], "WAREHOUSE_URL (--warehouse): is no", id="no address"
        ),
        pytest.param(
            ["status", "--warehouse", "foo"], "write duckdb:///FOLDER", id="no address to read"
        ),
        pytest.param(
            ["status", "--warehouse", "foo://u:secret@h:secret/db"],
            "WAREHOUSE_URL (--warehouse): is no",
            id="a password where the port is",
        ),
        pytest.param(
            ["status", "--warehouse", "absent+driver://u:secret@h/db"],
            "'absent+driver' is no known kind of database",
            id="an unknown kind",
        ),
        pytest.param(
            ["status", "--warehouse", "oracle+cx_oracle://u:secret@h/db"],
            "WAREHOUSE_URL (--warehouse): the Python package 'cx_Oracle'",
            id="no driver of the warehouse",
        ),
        pytest.param(
            ["status", "--workflow", "oracle+cx_oracle://u:secret@h/db"],
            "WORKFLOW_URL (--workflow): the Python package 'cx_Oracle'",
            id="no driver of the workflow store",
        ),
        pytest.param(
            ["status", "--warehouse", "postgresql://u:secret@127.0.0.1:1/db"],
            "connection failed",
            id="no server there",
        ),
        pytest.param(
            ["import", "foo://u:secret@bar", "--mapping", "mapping.yaml"],
            "foo://: 'foo' is no known kind of database; write sqlite:///FILE",
            id="a source of an unknown kind",
        ),
        pytest.param(
            ["import", "oracle+cx_oracle://u:secret@h/db", "--mapping", "mapping.yaml"],
            "oracle+cx_oracle://: the Python package 'cx_Oracle'",
            id="no driver of a source",
        ),
        pytest.param(
            ["import", "--suggest", "nofile"],
            "nofile: no such file or folder; check the path",
            id="no file to draft from",
        ),
        pytest.param(
            ["import", "--suggest", "."], "is a folder; name one file", id="a folder to draft from"
        ),
        pytest.param(
            ["import", "--suggest", "source.csv", "other.csv"],
            "leave out other.csv, one file at a time",
            id="two files to draft from",
        ),
    ],
)
def test_errors_are_one_line_that_says_the_way_out(folder, monkeypatch, arguments, said):
    monkeypatch.chdir(folder)
    done = run(*arguments, "--json")
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stderr.count("error: ") == 1
    assert "Traceback" not in done.output
    assert "secret" not in done.output
    assert done.stdout == ""


def test_a_draft_of_a_mapping_names_the_columns(folder):
    draft = run("import", "--suggest", folder / "source.csv")
    assert draft.exit_code == 0
    assert "column: 编号" in draft.stdout
