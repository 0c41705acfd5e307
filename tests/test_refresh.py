"""Refresh: everything derived is in step, and days redone give what making all anew gives."""

import collections
import datetime as dt
import random

import pytest
import sqlalchemy as sa

from jobs.lexicons import lexicon, stopwords
from jobs.refresh import STEPS, UnknownStepError, refresh
from queries.cubes import CUBES, cube_table
from queries.generations import GenerationStore
from queries.schema import derived, dirty_days, operators, submission_words, submissions, words
from queries.vocabulary import Status
from queries.warehouse import open_current
from tests.staging import batch, record

TEXTS = [
    "商家拒绝退款",
    "健身房闭店失联，年卡不退费",
    "直播间买的羽绒服掉色",
    None,
    "加油站短斤少两",
]


def some_records(seed, count, *, status=Status.REGISTERED, days=60):
    chance = random.Random(seed)
    return [
        record(
            f"{seed}-{number}",
            str(dt.datetime(2026, 1, 1, 9) + dt.timedelta(days=chance.randrange(days))),
            status=status,
            narrative=chance.choice(TEXTS),
            city_code="420100",
            county_code=chance.choice(["420102", "420103"]),
            operator_id=chance.choice(["A", "B", None]),
            respondent_name="某店",
            disputed_yuan=chance.choice([None, 10.5, 200.0]),
        )
        for number in range(count)
    ]


@pytest.fixture
def store(tmp_path):
    return GenerationStore(tmp_path / "warehouse")


def load(store, records):
    with store.building() as building:
        building.stage(batch(records))
        building.merge()


def dump(store):
    warehouse = open_current(f"duckdb:///{store.folder}")
    word_rows = sa.select(
        submission_words.c.submission_key, submission_words.c.registered_on, words.c.word
    ).join(words, words.c.word_id == submission_words.c.word_id)
    with warehouse.engine.connect() as conn:
        tables: dict[str, list] = {
            name: sorted(conn.execute(sa.select(cube_table(name))).all(), key=repr)
            for name in CUBES
        }
        tables["words"] = sorted(tuple(row) for row in conn.execute(word_rows))
        tables["operators"] = sorted(conn.execute(sa.select(operators)).all(), key=repr)
        tables["dirty"] = list(conn.execute(sa.select(dirty_days)))
    warehouse.engine.dispose()
    return tables, warehouse.fresh


def test_everything_is_stale_after_an_import_and_fresh_after_a_refresh(store):
    load(store, some_records(1, 50))
    assert dump_fresh(store) == set()
    results = refresh(store)
    assert {each.name for each in results} == set(STEPS)
    assert all(each.days is None for each in results)
    assert dump_fresh(store) == set(STEPS)


def dump_fresh(store):
    warehouse = open_current(f"duckdb:///{store.folder}")
    warehouse.engine.dispose()
    return warehouse.fresh


def test_what_another_definition_made_is_not_read_and_made_anew(store):
    load(store, some_records(1, 50))
    refresh(store)
    before = dump(store)[0]
    with store.building() as building:
        with building.engine.begin() as conn:
            conn.execute(
                derived.update()
                .where(derived.c.name.in_(["day", "leading_words"]))
                .values(definition="another version")
            )
            cube_table("day").drop(conn)
        building.changed = True
    assert set(STEPS) - dump_fresh(store) == {"day", "leading_words"}
    assert {each.name for each in refresh(store)} == {"day", "leading_words"}
    assert dump(store)[0] == before
    assert dump_fresh(store) == set(STEPS)


def test_a_second_refresh_has_nothing_to_do_and_publishes_nothing(store):
    load(store, some_records(1, 50))
    refresh(store)
    before = store.current()
    assert refresh(store) == []
    assert store.current() == before


def test_days_redone_equal_all_made_anew(tmp_path):
    step_by_step, at_once = (GenerationStore(tmp_path / name) for name in ("steps", "once"))
    first = some_records(1, 200)
    later = some_records(2, 5, days=3) + [
        {**each, "status": "closed", "status_rank": 90, "disputed_yuan": 1.0} for each in first[:3]
    ]
    load(step_by_step, first)
    refresh(step_by_step)
    load(step_by_step, later)
    results = refresh(step_by_step)
    assert {each.days for each in results if each.name != "operators"} <= set(range(1, 10))
    load(at_once, first)
    load(at_once, later)
    refresh(at_once)
    assert dump(step_by_step) == dump(at_once)
    assert dump(at_once)[0]["dirty"] == []


def test_words_are_those_of_the_narratives_once_each(store):
    records = some_records(3, 40)
    load(store, records)
    refresh(store)
    found = collections.Counter(word for *_, word in dump(store)[0]["words"])
    texts = [each["narrative"] or "" for each in records]
    assert {"不退费", "羽绒服", "短斤少两", "拒绝退款"} <= set(found)
    for word, count in found.items():
        assert count == sum(word in text for text in texts), word
    assert not set(found) & stopwords()
    assert "短斤少两" in lexicon()


def test_a_cube_adds_up_to_the_facts(store):
    records = some_records(4, 120)
    load(store, records)
    refresh(store, only="day")
    assert dump_fresh(store) == {"day"}
    warehouse = open_current(f"duckdb:///{store.folder}")
    cube = cube_table("day")
    with warehouse.engine.connect() as conn:
        total, money = conn.execute(
            sa.select(sa.func.sum(cube.c.submissions), sa.func.sum(cube.c.disputed_yuan))
        ).one()
        assert total == conn.scalar(sa.select(sa.func.count()).select_from(submissions)) == 120
    assert money == pytest.approx(sum(each["disputed_yuan"] or 0 for each in records))
    warehouse.engine.dispose()


def test_since_redoes_days_though_nothing_changed(store):
    load(store, some_records(1, 50))
    refresh(store)
    results = refresh(store, only="day", since=dt.date(2026, 2, 25))
    assert [(each.name, each.days) for each in results] == [
        (
            "day",
            len(
                {
                    r["registered_on"]
                    for r in some_records(1, 50)
                    if r["registered_on"] >= dt.date(2026, 2, 25)
                }
            ),
        )
    ]


def test_an_unknown_step_is_named_with_the_known_ones(store):
    load(store, some_records(1, 5))
    with pytest.raises(UnknownStepError, match="'tomorrow'; known: operator_identity"):
        refresh(store, only="tomorrow")
