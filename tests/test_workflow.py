"""The workflow store: migrations, WAL, and what is written into it."""

import datetime as dt
from typing import Any

import alembic.autogenerate
import alembic.migration
import pytest
import sqlalchemy as sa

from queries.calendar_events import (
    Event,
    InvalidEventError,
    NotYourEventError,
    add_event,
    change_event,
    fetch_events,
    remove_event,
)
from queries.decisions import (
    MAX_DETAILS,
    MAX_NOTE,
    InvalidDecisionError,
    NoSuchDecisionError,
    decide,
    fetch_decisions,
    withdraw,
)
from queries.saved_views import (
    MAX_VIEWS,
    InvalidNameError,
    NameTakenError,
    NoSuchViewError,
    TooManyViewsError,
    delete_view,
    fetch_home,
    fetch_views,
    rename_view,
    save_view,
    set_home,
)
from queries.vocabulary import DecisionKind, EventKind, ViewKind
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


DAY = dt.date(2026, 5, 20)


def event(name="系统停机升级", **fields):
    return Event(
        **{"first_day": DAY, "last_day": DAY, "name": name, "kind": EventKind.DATA} | fields
    )


def actions(engine):
    return [line["action"] for line in reversed(fetch_audit(engine))]


def test_events_are_added_changed_and_removed_by_their_author_and_nobody_else(store):
    number = add_event(store, event(region_code="420100"), author="张", role="analyst")
    longer = event("停机三天", last_day=DAY + dt.timedelta(days=2), event_id=number)
    change_event(store, longer, author="张", role="analyst")
    [kept] = fetch_events(store)
    assert (kept.name, kept.last_day, kept.region_code) == ("停机三天", dt.date(2026, 5, 22), None)
    assert (kept.created_by, kept.event_id) == ("张", number)
    with pytest.raises(NotYourEventError):
        change_event(store, longer, author="李", role="analyst")
    with pytest.raises(NotYourEventError):
        remove_event(store, number, author="李", role="analyst")
    assert fetch_events(store) == (kept,)
    remove_event(store, number, author="张", role="analyst")
    assert fetch_events(store) == ()
    with pytest.raises(NotYourEventError):
        remove_event(store, number, author="张", role="analyst")
    assert actions(store) == ["add_event", "change_event", "remove_event"]


def test_a_removed_event_stays_in_the_table(store):
    number = add_event(store, event(), author="张", role="analyst")
    remove_event(store, number, author="张", role="analyst")
    with store.connect() as conn:
        assert conn.execute(sa.select(workflow.tables["events"].c.name)).scalars().all()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({"name": " "}, "name", id="no name"),
        pytest.param({"name": "长" * 41}, "name", id="long name"),
        pytest.param({"note": "长" * 201}, "note", id="long note"),
        pytest.param({"first_day": dt.date(1999, 12, 31)}, "first_day", id="too early"),
        pytest.param({"last_day": dt.date(2100, 1, 1)}, "last_day", id="too late"),
        pytest.param({"last_day": dt.date(2026, 5, 19)}, "last_day", id="backwards"),
    ],
)
def test_events_that_cannot_be_kept(fields, field):
    with pytest.raises(InvalidEventError) as caught:
        event(**fields)
    assert caught.value.field == field


@pytest.mark.parametrize("fields", [{"name": "长" * 40}, {"first_day": dt.date(2000, 1, 1)}])
def test_events_at_the_limits_are_kept(fields):
    assert event(**fields)


def save(engine, name, *, owner="张", office="420100", kind=ViewKind.MINE, query=None):
    return save_view(
        engine,
        owner=owner,
        role="analyst",
        office=office,
        name=name,
        page="explorer",
        query={"issue": "C03", "q": "退款"} if query is None else query,
        kind=kind,
    )


def names(engine, *, owner="张", office="420100"):
    return [view.name for view in fetch_views(engine, owner=owner, office=office)]


def test_views_are_found_by_their_owner_and_if_shared_by_the_office(store):
    save(store, "a 食品")
    save(store, "b 预付卡", kind=ViewKind.OFFICE)
    assert names(store) == ["a 食品", "b 预付卡"]
    assert names(store, owner="李") == ["b 预付卡"]
    assert names(store, owner="李", office="420500") == []
    [found] = fetch_views(store, owner="李", office="420100")
    assert (found.page, dict(found.query)) == ("explorer", {"issue": "C03", "q": "退款"})


def test_a_name_is_taken_for_its_owner_alone(store):
    first = save(store, "食品")
    with pytest.raises(NameTakenError):
        save(store, "  食品 ")
    save(store, "食品", owner="李")
    save(store, "药品")
    with pytest.raises(NameTakenError):
        rename_view(store, first, name="药品", owner="张", role="analyst")
    rename_view(store, first, name="食品", owner="张", role="analyst")
    rename_view(store, first, name="食品安全", owner="张", role="analyst")
    assert names(store) == ["药品", "食品安全"]


@pytest.mark.parametrize("name", ["", "  ", "长" * 41])
def test_names_that_cannot_be_kept(store, name):
    with pytest.raises(InvalidNameError):
        save(store, name)


def test_only_the_owner_renames_and_deletes(store):
    number = save(store, "食品", kind=ViewKind.OFFICE)
    with pytest.raises(NoSuchViewError):
        rename_view(store, number, name="x", owner="李", role="analyst")
    with pytest.raises(NoSuchViewError):
        delete_view(store, number, owner="李", role="analyst")
    assert names(store) == ["食品"]


def test_an_offices_view_is_the_home_of_many_until_it_is_deleted(store):
    number = save(store, "食品", kind=ViewKind.OFFICE)
    for owner in ("张", "李"):
        assert fetch_home(store, owner=owner, office="420100") is None
        set_home(store, number, owner=owner, office="420100", role="analyst")
        home = fetch_home(store, owner=owner, office="420100")
        assert home is not None
        assert (home.view_id, home.is_home) == (number, True)
    set_home(store, None, owner="李", office="420100", role="analyst")
    assert fetch_home(store, owner="李", office="420100") is None
    delete_view(store, number, owner="张", role="analyst")
    assert fetch_home(store, owner="张", office="420100") is None


def test_a_view_of_another_office_is_no_home(store):
    number = save(store, "食品", kind=ViewKind.OFFICE)
    with pytest.raises(NoSuchViewError):
        set_home(store, number, owner="王", office="420500", role="analyst")


def test_too_many_views_and_too_long_addresses_are_refused(store):
    with pytest.raises(TooManyViewsError):
        save(store, "长", query={"region": "4" * 8000})
    for number in range(MAX_VIEWS):
        save(store, str(number))
    with pytest.raises(TooManyViewsError):
        save(store, "一个更多")
    assert len(names(store)) == MAX_VIEWS


def test_every_write_of_a_view_is_on_record(store):
    number = save(store, "食品")
    rename_view(store, number, name="食品安全", owner="张", role="analyst")
    set_home(store, number, owner="张", office="420100", role="analyst")
    delete_view(store, number, owner="张", role="analyst")
    assert actions(store) == ["save_view", "rename_view", "set_home_view", "delete_view"]


@pytest.mark.postgres
def test_migrations_run_on_postgresql(postgres_server):
    with postgres_server.fresh_database() as url:
        engine = open_workflow(url.render_as_string(hide_password=False))
        record_audit(engine, viewer="张", role="analyst", action="open_submission", subject="1")
        number = save(engine, "食品", kind=ViewKind.OFFICE)
        set_home(engine, number, owner="李", office="420100", role="analyst")
        delete_view(engine, number, owner="张", role="analyst")
        remove_event(
            engine,
            add_event(engine, event(), author="张", role="analyst"),
            author="张",
            role="analyst",
        )
        assert fetch_events(engine) == ()
        assert len(fetch_audit(engine)) == 6
        assert sa.inspect(engine).has_table("import_runs")
        engine.dispose()


CLERK: Any = {"author": "analyst", "role": "analyst"}


def holding(store, kind=DecisionKind.WORD):
    return [(each.subject, each.verdict) for each in fetch_decisions(store, kind)]


def test_a_new_decision_takes_the_place_of_an_earlier_one(store):
    decide(store, DecisionKind.WORD, "数字藏品", "watched", **CLERK)
    decide(store, DecisionKind.WORD, "盲盒机", "watched", **CLERK)
    decide(store, DecisionKind.WORD, "数字藏品", "accepted", instead_of=("watched",), **CLERK)
    assert holding(store) == [("盲盒机", "watched"), ("数字藏品", "accepted")]
    assert holding(store, DecisionKind.CLUSTER) == []


def test_a_decision_keeps_its_details_and_who_took_it(store):
    decide(
        store,
        DecisionKind.CLUSTER,
        "a1",
        "rename",
        details={"name": "预付卡退费"},
        note="与前期一致",
        **CLERK,
    )
    (found,) = fetch_decisions(store, DecisionKind.CLUSTER)
    assert dict(found.details) == {"name": "预付卡退费"}
    assert (found.note, found.decided_by) == ("与前期一致", "analyst")
    assert fetch_audit(store)[0]["action"] == "decide_cluster"


def test_a_decision_can_be_taken_back_once(store):
    number = decide(store, DecisionKind.SUBMISSION, "S1", "counted", **CLERK)
    withdraw(store, number, **CLERK)
    assert holding(store, DecisionKind.SUBMISSION) == []
    with pytest.raises(NoSuchDecisionError, match=f"no decision {number} that holds"):
        withdraw(store, number, **CLERK)


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "字" * 65}, "subject"),
        ({"verdict": "v" * 17}, "verdict"),
        ({"note": "字" * (MAX_NOTE + 1)}, "note"),
        ({"details": {"rule": "字" * MAX_DETAILS}}, "details"),
    ],
)
def test_a_decision_that_does_not_fit_is_refused_whole(store, part, field):
    given: Any = {"kind": DecisionKind.WORD, "subject": "字", "verdict": "accepted"} | part
    with pytest.raises(InvalidDecisionError) as refused:
        decide(store, **given, **CLERK)
    assert refused.value.field == field
    assert holding(store) == []
