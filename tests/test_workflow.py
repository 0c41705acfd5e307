"""The workflow store: migrations, WAL, and what is written into it."""

import alembic.autogenerate
import alembic.migration
import pytest
import sqlalchemy as sa

from queries.workflow import (
    fetch_audit,
    fetch_import_runs,
    open_workflow,
    record_audit,
    record_import_run,
    workflow,
)


@pytest.fixture
def store(tmp_path):
    engine = open_workflow(f"sqlite:///{tmp_path}/nested/workflow.db")
    yield engine
    engine.dispose()


def test_migrations_lead_to_the_declared_tables(store):
    with store.connect() as conn:
        context = alembic.migration.MigrationContext.configure(conn)
        assert alembic.autogenerate.compare_metadata(context, workflow) == []


def test_sqlite_runs_in_wal_mode(store):
    with store.connect() as conn:
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_opening_again_keeps_what_was_written(store, tmp_path):
    record_audit(store, viewer="张", role="analyst", action="open_submission", subject="1")
    again = open_workflow(f"sqlite:///{tmp_path}/nested/workflow.db")
    record_audit(again, viewer="李", role="leader", action="open_submission", subject="2")
    assert [each["subject"] for each in fetch_audit(store)] == ["2", "1"]
    again.dispose()


def test_import_runs_come_back_newest_first(store):
    for number in (1, 2):
        record_import_run(
            store,
            sources=["投诉.csv"],
            mapping="national",
            read=10 * number,
            loaded=number,
            updated=0,
            unchanged=0,
            quarantined=0,
            generation=f"gen-{number:06}",
        )
    runs = fetch_import_runs(store)
    assert [each["read_rows"] for each in runs] == [20, 10]
    assert runs[0]["sources"] == '["投诉.csv"]'


@pytest.mark.postgres
def test_migrations_run_on_postgresql(postgres_server):
    with postgres_server.fresh_database() as url:
        engine = open_workflow(url.render_as_string(hide_password=False))
        record_audit(engine, viewer="张", role="analyst", action="open_submission", subject="1")
        assert len(fetch_audit(engine)) == 1
        assert sa.inspect(engine).has_table("import_runs")
        engine.dispose()
