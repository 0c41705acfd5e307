"""Register and events merge by what is newer, and leave the facts alone."""

import datetime as dt

import pytest
import sqlalchemy as sa

from jobs.importing.operators import operator_id
from jobs.refresh import derive
from queries import operator_loading
from queries.loading import MixedDataError
from queries.operator_tables import (
    OperatorSourcesMissingError,
    changed_operators,
    create_operator_tables,
    operator_events,
    operator_import_state,
    operator_register,
    operator_sources_info,
    registers,
    require_operator_tables,
    select_changed_operators,
    sources_version,
)
from queries.schema import derived, facts_info
from queries.warehouse import open_current
from tests.importing.loading import HEADER, ROW
from tests.importing.operator_samples import CODE, EVENTS, OF_ALL_KINDS, REGISTER, text


def test_the_same_files_again_change_nothing(into, stored):
    register = text("名称,代码,更新", f"甲,{CODE},2026-01-01")
    events = text("编号,名称,区县,日期", "1,甲,武昌区,2026-03-01", "2,甲,武昌区,2026-03-01")
    into.load_csv(register, mapping=REGISTER)
    into.load_csv(events, mapping=EVENTS)
    before = stored(operator_events, "event_key", "event_id"), into.store.current()
    assert into.load_csv(register, mapping=REGISTER).unchanged == 1
    again = into.load_csv(events, mapping=EVENTS)
    assert (again.loaded, again.updated, again.unchanged) == (0, 0, 2)
    assert (stored(operator_events, "event_key", "event_id"), into.store.current()) == before


@pytest.mark.parametrize("newest_first", [False, True])
def test_the_newer_record_wins_in_any_order_and_keeps_its_key(into, stored, newest_first):
    header = "编号,名称,区县,日期,结果,更新"
    old = text(header, "1,甲,武昌区,2026-03-01,合格,2026-03-02", "2,甲,武昌区,2026-03-05,合格,")
    new = text(header, "1,乙,武昌区,2026-03-01,不合格,2026-03-09")
    for each in (new, old) if newest_first else (old, new):
        into.load_csv(each, mapping=EVENTS)
    found = stored(operator_events, "event_id", "operator_name", "outcome")
    assert sorted(found) == [("1", "乙", "failed"), ("2", "甲", "passed")]
    keys = [key for (key,) in stored(operator_events, "event_key")]
    assert sorted(keys) == [1, 2]
    assert len(stored(operator_import_state, "record_id")) == 2


def test_of_two_rows_of_one_firm_in_a_file_the_newer_is_kept(into, stored):
    rows = [f"新,{CODE},存续,2026-02-01", f"旧,{CODE},吊销,2026-01-01"]
    for order in (rows, rows[::-1]):
        summary = into.load_csv(text("名称,代码,状态,更新", *order), mapping=REGISTER)
        assert summary.read == 2
        assert stored(operator_register, "name", "status") == [("新", "open")]


def test_a_left_list_replaces_the_entry_though_nothing_else_is_newer(into, stored):
    header = "编号,种类,名称,区县,日期,止"
    entered = text(header, "1,异常名录,甲,武昌区,2025-03-01,")
    left = text(header, "1,异常名录,甲,武昌区,2025-03-01,2025-09-01")
    into.load_csv(entered, mapping=OF_ALL_KINDS)
    assert into.load_csv(left, mapping=OF_ALL_KINDS).updated == 1
    assert into.load_csv(entered, mapping=OF_ALL_KINDS).updated == 0
    assert stored(operator_events, "ends_on") == [(dt.date(2025, 9, 1),)]


def test_two_sources_may_use_one_event_id(into, stored):
    rows = text("编号,名称,区县,日期", "1,甲,武昌区,2026-03-01")
    into.load_csv(rows, mapping=EVENTS)
    into.load_csv(rows, mapping={**EVENTS, "source": "other"})
    assert sorted(stored(operator_events, "source", "event_key")) == [
        ("inspections", 1),
        ("other", 2),
    ]


def books(into):
    warehouse = open_current(f"duckdb:///{into.store.folder}")
    with warehouse.engine.connect() as conn:
        found = (
            conn.scalar(sa.select(facts_info.c.facts_version)),
            sources_version(conn),
            sorted(conn.execute(sa.select(derived.c.name, derived.c.derived_at)).all()),
            conn.scalar(sa.select(operator_sources_info.c.last_event_on)),
        )
    warehouse.engine.dispose()
    return found


def test_events_leave_the_facts_and_what_is_derived_from_them_in_step(into):
    into.load_csv(text(HEADER, ROW.format(1)), derive=derive)
    facts, version, made, _ = books(into)
    assert (facts, version) == (1, 0)
    fresh = open_current(f"duckdb:///{into.store.folder}")
    in_step = fresh.fresh
    fresh.engine.dispose()
    into.load_csv(text("编号,名称,区县,日期", "1,甲,武昌区,2026-03-01"), mapping=EVENTS)
    assert books(into) == (1, 1, made, dt.date(2026, 3, 1))
    after = open_current(f"duckdb:///{into.store.folder}")
    assert after.fresh == in_step
    after.engine.dispose()
    into.load_csv(text(HEADER, ROW.format(1), ROW.format(2)))
    assert books(into)[:2] == (2, 1)


def test_the_operators_that_changed_are_told_since_a_version(into):
    into.load_csv(text("名称,代码", f"甲,{CODE}", "乙,"), mapping=REGISTER)
    into.load_csv(text("编号,名称,区县,日期", "1,丙,武昌区,2026-03-01"), mapping=EVENTS)
    moved = text("编号,名称,代码,区县,日期,更新", f"1,丙,{CODE},武昌区,2026-03-01,2026-04-01")
    into.load_csv(moved, mapping=EVENTS)
    third = str(operator_id("丙", "420106"))
    warehouse = open_current(f"duckdb:///{into.store.folder}")
    with warehouse.engine.connect() as conn:
        found = [
            sorted(map(str, conn.scalars(select_changed_operators(each)))) for each in range(4)
        ]
    warehouse.engine.dispose()
    second = str(operator_id("乙", None))
    assert found == [
        sorted([CODE, second, third]), sorted([CODE, third]), sorted([CODE, third]), [],
    ]  # fmt: skip


def test_a_run_that_dies_leaves_all_as_it_was(into, stored, monkeypatch):
    into.load_csv(text("编号,名称,区县,日期", "1,甲,武昌区,2026-03-01"), mapping=EVENTS)
    before = stored(operator_events, "event_id", "operator_name"), into.store.current()

    def dies(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(operator_loading, "raise_version", dies)
    with pytest.raises(KeyboardInterrupt):
        into.load_csv(text("编号,名称,区县,日期", "2,乙,武昌区,2026-03-01"), mapping=EVENTS)
    assert (stored(operator_events, "event_id", "operator_name"), into.store.current()) == before
    monkeypatch.undo()
    summary = into.load_csv(text("编号,名称,区县,日期", "2,乙,武昌区,2026-03-01"), mapping=EVENTS)
    assert summary.loaded == 1


@pytest.mark.parametrize("first", ["facts", "events"])
def test_real_and_made_up_records_never_meet(into, first):
    events = text("编号,名称,区县,日期", "1,甲,武昌区,2026-03-01")
    facts = text(HEADER, ROW.format(1))
    if first == "facts":
        into.load_csv(facts)
        with pytest.raises(MixedDataError, match="holds real data"):
            into.load_csv(events, mapping=EVENTS, synthetic=True)
    else:
        into.load_csv(events, mapping=EVENTS, synthetic=True)
        with pytest.raises(MixedDataError, match="holds demo data"):
            into.load_csv(facts)


def test_a_generation_of_an_older_program_goes_on_and_gets_the_tables_with_the_next(into):
    into.load_csv(text(HEADER, ROW.format(1)))
    engine = sa.create_engine(f"duckdb:///{into.store.current().path}")
    registers.drop_all(engine)
    with engine.connect() as conn:
        assert sources_version(conn) == 0
        with pytest.raises(OperatorSourcesMissingError, match="jobs import"):
            require_operator_tables(conn)
    engine.dispose()
    assert into.load_csv(text(HEADER, ROW.format(2))).loaded == 1
    assert books(into)[1] == 0
    into.load_csv(text("名称,代码", f"甲,{CODE}"), mapping=REGISTER)
    assert books(into)[1] == 1


def test_creating_the_tables_again_keeps_what_they_hold(into, stored):
    into.load_csv(text("名称,代码", f"甲,{CODE}"), mapping=REGISTER)
    engine = sa.create_engine(f"duckdb:///{into.store.current().path}")
    create_operator_tables(engine)
    engine.dispose()
    assert stored(operator_register, "name") == [("甲",)]
    assert stored(operator_sources_info, "sources_version") == [(1,)]
    assert stored(changed_operators, "operator_id") == [(CODE,)]
