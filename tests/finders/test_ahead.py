"""What finders begin ahead in other processes is what they find in their turn, in this one."""

import random

import pytest
import sqlalchemy as sa

from jobs import refresh as refreshing
from jobs import spreading
from jobs.finders.finder import Finder
from jobs.finders.registry import FINDERS
from jobs.refresh import STEPS, refresh
from queries import cubes
from queries.definitions import DERIVED_TABLES
from queries.generations import GenerationStore
from queries.warehouse import open_current
from tests.finders.new_word_texts import LAST_DAY, PAST, WINDOW, narratives, records
from tests.staging import batch

FEW_STEPS = ("operator_identity", "repeats", "submission_words", "day")
"""Steps besides those that begin ahead, so that a refresh is short."""

BEGUN = sorted(name for name, each in FINDERS.items() if each.begin is not None)


def filed(seed=0):
    chance = random.Random(seed)
    said = [
        *records("new", narratives(1, 90, new=30), WINDOW, seed=1),
        *records("old", narratives(2, 300), PAST, seed=2),
    ]
    for number, each in enumerate(said):
        each["person_key"] = f"p{chance.randrange(90)}"
        each["issue_type"] = chance.choice(["C03", "C04", "C05"])
        each["kind"] = "complaint" if number % 3 else "tipoff"
    return said


def load(store, rows):
    with store.building() as building:
        building.stage(batch(rows))
        building.merge()


def dump(store):
    """Return the rows of all that the finders which begin ahead derive, without their clocks."""
    opened = open_current(f"duckdb:///{store.folder}")
    found = {}
    with opened.engine.connect() as conn:
        for name in BEGUN:
            for table in DERIVED_TABLES[name]:
                kept = [each for each in table.c if each.name != "made_at"]
                rows = conn.execute(sa.select(*kept)).all()
                found[table.name] = sorted(map(repr, rows))
    opened.engine.dispose()
    return found


def test_these_begin_ahead():
    assert BEGUN == ["category_doubts", "clusters", "new_words", "shared_matters"]


def test_other_processes_find_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(refreshing, "STEPS", (*FEW_STEPS, *BEGUN))
    here, elsewhere = (GenerationStore(tmp_path / name) for name in ("here", "elsewhere"))
    for store in (here, elsewhere):
        load(store, filed())
    refresh(here)
    monkeypatch.setattr(spreading, "WORTHWHILE", 1)
    monkeypatch.setattr(spreading, "PARALLEL_FROM", 1)
    refresh(elsewhere)
    found = dump(here)
    assert dump(elsewhere) == found
    assert found["new_words"]
    assert found["category_judged"]


@pytest.fixture
def told(monkeypatch):
    """Put a finder in place of the new words that tells what is asked of it."""
    calls: list[str] = []
    monkeypatch.setattr(refreshing, "STEPS", ("submission_words", "day", "new_words"))

    def begin(*_):
        calls.append("begun")
        return finish

    def finish(_):
        calls.append("finished")
        return 7

    def find(*_):
        calls.append("found")
        return 8

    monkeypatch.setitem(FINDERS, "new_words", Finder("new_words", find, begin=begin))
    derive_cube = cubes.derive_cube

    def counted(conn, name, *, days):
        calls.append("counted")
        return derive_cube(conn, name, days=days)

    monkeypatch.setattr(cubes, "derive_cube", counted)
    return calls


def row_counts(results):
    return {each.name: each.row_count for each in results}


def test_a_finder_begins_before_the_counting_and_finishes_in_its_turn(tmp_path, told):
    store = GenerationStore(tmp_path)
    load(store, filed())
    assert row_counts(refresh(store))["new_words"] == 7
    assert told == ["begun", "counted", "finished"]


def test_nothing_begins_where_nothing_is_to_be_done(tmp_path, told):
    store = GenerationStore(tmp_path)
    load(store, filed())
    refresh(store)
    told.clear()
    assert refresh(store) == []
    assert told == []


def test_one_step_alone_is_found_in_its_turn(tmp_path, told):
    store = GenerationStore(tmp_path)
    load(store, filed())
    assert row_counts(refresh(store, only="new_words")) == {"new_words": 8}
    assert told == ["found"]


def test_what_was_begun_for_other_days_is_found_anew(tmp_path, told, monkeypatch):
    store = GenerationStore(tmp_path)
    load(store, filed())
    days_to_do = refreshing._days_to_do

    def changed(conn, name, since):
        days = days_to_do(conn, name, since)
        return [LAST_DAY] if name == "new_words" and "counted" in told else days

    monkeypatch.setattr(refreshing, "_days_to_do", changed)
    assert row_counts(refresh(store))["new_words"] == 8
    assert [each for each in told if each != "counted"] == ["begun", "found"]


def test_counting_comes_after_all_that_finders_ahead_rest_on():
    at = STEPS.index(refreshing.COUNTING_FROM)
    assert {"operator_identity", "repeats", "submission_words"} <= set(STEPS[:at])
    assert set(BEGUN) <= set(STEPS[at:])
