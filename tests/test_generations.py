"""Generations: atomic switch, rollback, and a merge that does not depend on order."""

import datetime as dt
import itertools
import json
import os
import random
import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries.generations import (
    GenerationStore,
    NoPreviousGenerationError,
    WarehouseBusyError,
)
from queries.loading import MergeCounts, MixedDataError, StagedColumnsError
from queries.schema import dirty_days, import_state, persons, submissions
from queries.vocabulary import Status
from queries.warehouse import NoWarehouseError, SchemaVersionError, open_current, open_file
from tests.staging import NEW_YEAR, batch, record


@pytest.fixture
def store(tmp_path):
    return GenerationStore(tmp_path / "warehouse")


def load(store, *records, synthetic=False):
    with store.building() as building:
        building.stage(batch(records))
        return building.merge(synthetic=synthetic)


def read(store, *columns):
    warehouse = open_current(f"duckdb:///{store.folder}")
    with warehouse.engine.connect() as conn:
        rows = conn.execute(sa.select(*columns)).all()
    warehouse.engine.dispose()
    return sorted(tuple(row) for row in rows)


def files(store):
    return sorted(path.name for path in store.folder.iterdir())


def test_nothing_published_is_said_so(store):
    with pytest.raises(NoWarehouseError, match="python -m jobs demo"):
        open_current(f"duckdb:///{store.folder}")


def test_first_load_publishes_a_generation(store):
    assert load(store, record("1"), record("2")) == MergeCounts(2, 0, 0)
    assert files(store) == ["CURRENT", "gen-000001.duckdb", "lock"]
    warehouse = open_current(f"duckdb:///{store.folder}")
    assert (warehouse.generation, warehouse.submissions) == ("gen-000001", 2)
    assert (warehouse.first_day, warehouse.last_day) == (NEW_YEAR.date(), NEW_YEAR.date())
    warehouse.engine.dispose()


def test_the_same_again_changes_nothing(store):
    load(store, record("1"), record("2"))
    assert load(store, record("1"), record("2")) == MergeCounts(0, 0, 2)
    assert store.current().name == "gen-000001"


def test_a_later_stage_replaces_an_earlier_one_wherever_it_stands(store):
    load(store, record("1", status=Status.CLOSED), record("1"))
    assert read(store, submissions.c.submission_id, submissions.c.status) == [("1", "closed")]
    assert load(store, record("1")) == MergeCounts(0, 0, 1, superseded=1)
    assert load(store, record("1", status=Status.ARCHIVED)) == MergeCounts(0, 1, 0)
    assert read(store, submissions.c.submission_key, submissions.c.status) == [(1, "archived")]


def test_a_corrected_export_replaces_at_the_same_stage(store):
    load(store, record("1", disputed_yuan=10.0))
    tomorrow = NEW_YEAR + dt.timedelta(days=1)
    assert load(store, record("1", disputed_yuan=9.0, as_of=tomorrow)).updated == 1
    assert load(store, record("1", disputed_yuan=10.0)).unchanged == 1
    assert read(store, submissions.c.disputed_yuan) == [(9.0,)]


def test_a_changed_raw_text_counts_as_a_change_though_its_masked_form_is_equal(store):
    masked = "电话138****8000"
    load(store, record("1", raw_narrative="电话13800008000", narrative=masked))
    later = NEW_YEAR + dt.timedelta(days=1)
    changed = record("1", raw_narrative="电话13811118000", as_of=later, narrative=masked)
    assert load(store, changed).updated == 1
    assert read(store, persons.c.raw_narrative) == [("电话13811118000",)]


def test_persons_stay_apart_and_follow_their_submission(store):
    load(store, record("1", person_name="张三", complainant_masked="张*"), record("2"))
    assert read(store, persons.c.submission_id, persons.c.name) == [("1", "张三")]
    load(store, record("1", status=Status.CLOSED))
    assert read(store, persons.c.submission_id) == []


def test_both_days_of_a_moved_submission_are_dirty(store):
    load(store, record("1", "2026-01-01T10:00"))
    load(store, record("1", "2026-02-01T10:00", status=Status.CLOSED))
    assert read(store, dirty_days.c.facts_version, dirty_days.c.registered_on) == [
        (1, dt.date(2026, 1, 1)),
        (2, dt.date(2026, 1, 1)),
        (2, dt.date(2026, 2, 1)),
    ]


CRAWLS = [
    [record("1"), record("2", status=Status.CLOSED, title="乙")],
    [record("1", status=Status.ACCEPTED), record("2", status=Status.CLOSED, title="甲")],
    [record("1", updated_at=dt.datetime(2026, 3, 1)), record("3")],
    [record("2", status=Status.CLOSED, title="乙", as_of=dt.datetime(2026, 2, 1))],
    [record("2", status=Status.CLOSED, title="丙", as_of=dt.datetime(2026, 1, 15))],
]


def content(store):
    return read(
        store,
        *[
            each
            for each in submissions.c
            if each.name not in {"submission_key", "exclusion_reason"}
        ],
    ), read(store, *import_state.c)


def test_any_order_of_sources_gives_the_same_warehouse(tmp_path):
    orders = list(itertools.permutations(CRAWLS))
    seen = set()
    for number, order in enumerate(random.Random(0).sample(orders, 16)):
        store = GenerationStore(tmp_path / str(number))
        for records in order:
            load(store, *records)
        seen.add(repr(content(store)))
    assert len(seen) == 1
    assert "'乙'" in seen.pop()


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from([Status.REGISTERED, Status.ACCEPTED, Status.CLOSED]),
            st.integers(0, 2),
            st.sampled_from(["甲", "乙"]),
        ),
        min_size=1,
        max_size=8,
    ),
    cut=st.integers(0, 8),
)
def test_one_import_or_two_make_no_difference(tmp_path_factory, rows, cut):
    records = [
        record(name, status=status, as_of=NEW_YEAR + dt.timedelta(days=day), title=title)
        for name, status, day, title in rows
    ]
    whole = GenerationStore(tmp_path_factory.mktemp("whole"))
    counts = load(whole, *records)
    assert counts.loaded == len({each["submission_id"] for each in records})
    assert counts.loaded + counts.updated + counts.unchanged == len(records)
    halves = GenerationStore(tmp_path_factory.mktemp("halves"))
    for half in (records[cut:], records[:cut]):
        if half:
            load(halves, *half)
    assert content(whole) == content(halves)


def test_an_error_leaves_the_generation_in_service(store):
    load(store, record("1"))

    def fail_after_merging():
        with store.building() as building:
            building.stage(batch([record("2")]))
            building.merge()
            raise RuntimeError("disk on fire")

    with pytest.raises(RuntimeError, match="disk on fire"):
        fail_after_merging()
    assert files(store) == ["CURRENT", "gen-000001.duckdb", "lock"]
    assert read(store, submissions.c.submission_id) == [("1",)]


def test_wrong_columns_are_named(store):
    with pytest.raises(StagedColumnsError, match="'hour'"), store.building() as building:
        building.stage(batch([record("1")]).drop_columns(["hour"]))


def test_made_up_and_real_data_never_mix(store):
    load(store, record("1"), synthetic=True)
    with pytest.raises(MixedDataError, match="WAREHOUSE_URL"):
        load(store, record("2"))
    assert read(store, submissions.c.submission_id) == [("1",)]


def test_two_writers_at_once_are_refused(store):
    with store.building(), pytest.raises(WarehouseBusyError, match=str(os.getpid())):
        load(GenerationStore(store.folder), record("1"))


def test_the_generation_before_stays_for_rollback_and_no_name_comes_twice(store):
    for number in range(1, 4):
        load(store, record(str(number)))
    assert files(store) == ["CURRENT", "gen-000002.duckdb", "gen-000003.duckdb", "lock"]
    assert store.rollback().name == "gen-000002"
    assert read(store, submissions.c.submission_id) == [("1",), ("2",)]
    load(store, record("4"))
    assert files(store) == ["CURRENT", "gen-000002.duckdb", "gen-000004.duckdb", "lock"]
    assert read(store, submissions.c.submission_id) == [("1",), ("2",), ("4",)]


def test_rollback_needs_something_to_go_back_to(store):
    load(store, record("1"))
    with pytest.raises(NoPreviousGenerationError):
        store.rollback()


def test_an_open_reader_keeps_its_generation_while_the_next_takes_over(store):
    load(store, record("1"))
    old = open_current(f"duckdb:///{store.folder}")
    load(store, record("2"))
    load(store, record("3"))
    new = open_current(f"duckdb:///{store.folder}")
    count = sa.select(sa.func.count()).select_from(submissions)
    with old.engine.connect() as before, new.engine.connect() as after:
        assert (before.scalar(count), after.scalar(count)) == (1, 3)
    old.engine.dispose()
    new.engine.dispose()


def test_the_reader_cannot_write_nor_reach_outside(store):
    load(store, record("1"))
    warehouse = open_current(f"duckdb:///{store.folder}")
    with warehouse.engine.connect() as conn, pytest.raises(sa.exc.DBAPIError, match="read-only"):
        conn.execute(submissions.delete())
    with warehouse.engine.connect() as conn, pytest.raises(sa.exc.DBAPIError, match="disabled"):
        conn.exec_driver_sql("SELECT * FROM read_csv('/etc/passwd')")
    warehouse.engine.dispose()


def test_another_schema_version_is_refused(store):
    load(store, record("1"))
    path = store.current().path
    engine = sa.create_engine(f"duckdb:///{path}")
    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE facts_info SET schema_version = 999")
    engine.dispose()
    with pytest.raises(SchemaVersionError, match="999"):
        open_file(path, "gen")


KILLED_WRITER = """
import os, signal, sys
from pathlib import Path
from queries.generations import GenerationStore
from tests.staging import batch, record
store = GenerationStore(Path(sys.argv[1]))
if sys.argv[2] == "renamed":
    GenerationStore._point_to = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
with store.building() as building:
    building.stage(batch([record("2")]))
    if sys.argv[2] == "staged":
        os.kill(os.getpid(), signal.SIGKILL)
    building.merge()
    if sys.argv[2] == "merged":
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("moment", ["staged", "merged", "renamed"])
def test_a_killed_writer_changes_nothing_and_the_next_cleans_up(store, moment):
    load(store, record("1"))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_WRITER, store.folder, moment], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert read(store, submissions.c.submission_id) == [("1",)]
    assert load(store, record("2")) == MergeCounts(1, 0, 0)
    assert files(store) == ["CURRENT", "gen-000001.duckdb", "gen-000002.duckdb", "lock"]
    assert json.loads(store.pointer.read_text())["file"] == "gen-000002.duckdb"
