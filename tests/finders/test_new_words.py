"""New words: found against their past, counted where they stand, kept as people decided."""

import datetime as dt

import pytest
import sqlalchemy as sa

from jobs.decided import NOTHING_DECIDED
from jobs.finders import new_words as finder
from jobs.refresh import refresh
from queries.generations import GenerationStore
from queries.new_words import MIN_BASELINE_DAYS, WINDOW_DAYS
from queries.schema import submissions
from queries.warehouse import open_current
from queries.word_tables import new_word_hits, new_word_search, new_words
from tests.finders.new_word_texts import (
    LAST_DAY,
    NEW,
    PAST,
    WINDOW,
    decided,
    narratives,
    records,
    start,
)
from tests.staging import batch, record

STEP = "new_words"


@pytest.fixture
def store(tmp_path):
    return GenerationStore(tmp_path / "warehouse")


def load(store, rows):
    with store.building() as building:
        building.stage(batch(rows))
        building.merge()


def tables(store):
    """Return words, hits by number of the submission, and what was searched."""
    warehouse = open_current(f"duckdb:///{store.folder}")
    hits = sa.select(new_word_hits.c.word, submissions.c.submission_id).join(
        submissions, submissions.c.submission_key == new_word_hits.c.submission_key
    )
    with warehouse.engine.connect() as conn:
        found = (
            conn.execute(sa.select(new_words).order_by(new_words.c.word)).all(),
            sorted(tuple(row) for row in conn.execute(hits)),
            conn.execute(sa.select(new_word_search)).one(),
        )
    warehouse.engine.dispose()
    return found


def holding(rows, word):
    return sorted(
        (word, each["submission_id"]) for each in rows if word in (each["narrative"] or "")
    )


def test_a_word_of_the_last_month_is_found_with_the_submissions_that_hold_it(store):
    rows = start()
    load(store, rows)
    refresh(store, only=STEP)
    words, hits, search = tables(store)
    assert [row.word for row in words if row.rank == 1] == [NEW]
    assert [row.texts for row in words if row.word == NEW] == [20]
    assert [hit for hit in hits if hit[0] == NEW] == holding(rows, NEW)
    assert (search.window_first, search.window_last) == (WINDOW[0], LAST_DAY)
    assert search.window_texts == search.window_read == 141
    assert search.baseline_read == sum(each["registered_on"] < WINDOW[0] for each in rows)


def test_what_the_past_knew_is_not_new(store):
    told = narratives(5, 0, new=40)
    load(store, [*start(), *records("known", told, PAST, seed=9)])
    refresh(store, only=STEP)
    assert NEW not in [row.word for row in tables(store)[0]]


def test_names_of_businesses_are_not_new(store):
    rows = start()
    load(store, [each | {"respondent_name": f"武汉{NEW}服务有限公司"} for each in rows])
    refresh(store, only=STEP)
    assert NEW not in [row.word for row in tables(store)[0]]


def test_three_refreshes_with_new_data_keep_what_was_decided_and_equal_a_run_from_nothing(
    tmp_path,
):
    by_steps, at_once = (GenerationStore(tmp_path / name) for name in ("steps", "once"))
    judged = decided((NEW, "accepted"), ("AI课", "watched"))
    parts = [start()]
    for number in (1, 2, 3):
        day = LAST_DAY + dt.timedelta(days=25 * number)
        texts = [*narratives(10 + number, 60), f"又遇到{NEW}", "孩子学ai课没用"]
        parts.append(records(f"later{number}", texts, [day], seed=number))
    load(by_steps, parts[0])
    refresh(by_steps, only=STEP)
    refresh(by_steps, only=STEP, decided=judged)
    for part in parts[1:]:
        load(by_steps, part)
        refresh(by_steps, only=STEP, decided=judged)
        words, hits, _ = tables(by_steps)
        assert {NEW, "AI课"} <= {row.word for row in words}
    load(at_once, [row for part in parts for row in part])
    refresh(at_once, only=STEP, decided=judged)
    assert tables(by_steps) == tables(at_once)
    everything = [row for part in parts for row in part]
    assert [hit for hit in hits if hit[0] == NEW] == holding(everything, NEW)
    assert len([hit for hit in hits if hit[0] == "AI课"]) == 3


def test_a_decision_taken_back_leaves_no_trace(store):
    load(store, start())
    refresh(store, only=STEP)
    before = tables(store)
    refresh(store, only=STEP, decided=decided(("手机", "watched")))
    words, hits, _ = tables(store)
    assert [row.rank for row in words if row.word == "手机"] == [None]
    assert [hit for hit in hits if hit[0] == "手机"] == holding(start(), "手机")
    refresh(store, only=STEP, decided=NOTHING_DECIDED)
    assert tables(store) == before


@pytest.mark.parametrize("rows", [[], [record("1", "2026-03-31T10:00", narrative="买手机")]])
def test_no_and_one_submission_have_no_new_words(store, rows):
    load(store, rows)
    refresh(store, only=STEP, decided=decided(("手机", "watched")))
    words, hits, search = tables(store)
    assert [row.word for row in words] == ["手机"]
    assert hits == [("手机", "1") for _ in rows]
    assert search.baseline_first is None


def test_a_short_past_is_not_compared_with(store):
    first = LAST_DAY - dt.timedelta(days=WINDOW_DAYS + MIN_BASELINE_DAYS - 2)
    load(store, [each for each in start() if each["registered_on"] >= first])
    refresh(store, only=STEP)
    words, hits, search = tables(store)
    assert (words, hits, search.baseline_first) == ([], [], None)
    assert search.window_texts == 141


def test_more_narratives_than_are_looked_at_are_taken_evenly(store, monkeypatch):
    monkeypatch.setattr(finder, "BASELINE_TEXTS", 200)
    load(store, start())
    refresh(store, only=STEP)
    _, hits, search = tables(store)
    assert search.baseline_total == 600
    assert 190 <= search.baseline_read <= 200
    assert [hit for hit in hits if hit[0] == NEW] == holding(start(), NEW)
