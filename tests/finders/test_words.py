"""Words of submissions: accepted ones are counted, and only what they touch is cut again."""

import pytest
import sqlalchemy as sa

from jobs import words as step
from jobs.decided import NOTHING_DECIDED
from jobs.lexicons import lexicon
from jobs.refresh import STEPS, refresh
from queries.generations import GenerationStore
from queries.rollups import ROLLUPS, bound_table, rollup_table
from queries.schema import submission_words, submissions, words
from queries.submission_words import COUNTING_WORDS
from queries.warehouse import open_current
from queries.word_tables import cut_with
from tests.finders.new_word_texts import LAST_DAY, NEW, decided, narratives, records, start
from tests.staging import batch

ACCEPTED = decided((NEW, "accepted"), ("手机无法", "rejected"))


@pytest.fixture
def store(tmp_path):
    return GenerationStore(tmp_path / "warehouse")


def load(store, rows):
    with store.building() as building:
        building.stage(batch(rows))
        building.merge()


def run(store, **options):
    """Refresh words and what counts them."""
    for name in ("submission_words", *COUNTING_WORDS):
        refresh(store, only=name, **options)


def dump(store):
    """Return words by submission, and the rollups of words by word."""
    warehouse = open_current(f"duckdb:///{store.folder}")
    pairs = (
        sa.select(submissions.c.submission_id, submission_words.c.registered_on, words.c.word)
        .join(words, words.c.word_id == submission_words.c.word_id)
        .join(submissions, submissions.c.submission_key == submission_words.c.submission_key)
    )
    found: dict[str, list] = {}
    with warehouse.engine.connect() as conn:
        found["pairs"] = sorted(tuple(row) for row in conn.execute(pairs))
        names = {row.word_id: row.word for row in conn.execute(sa.select(words))}
        for name, rollup in ROLLUPS.items():
            if rollup.member != "word_id":
                continue
            for grain in rollup.grains:
                rows = conn.execute(sa.select(rollup_table(name, grain))).mappings()
                # an incremental run never drops a leading word, so words left behind count nothing
                found[f"{name} {grain}"] = sorted(
                    repr({**row, "word_id": names[row["word_id"]]}) for row in rows
                )
            found[f"{name} bound"] = sorted(
                repr(row) for row in conn.execute(sa.select(bound_table(name)))
            )
    warehouse.engine.dispose()
    return found, warehouse.fresh


def words_of(store, word):
    return sorted(row[0] for row in dump(store)[0]["pairs"] if row[2] == word)


def holding(rows, word):
    return sorted(each["submission_id"] for each in rows if word in each["narrative"])


def test_an_accepted_word_is_counted_after_a_refresh_and_equals_a_run_from_nothing(tmp_path):
    by_steps, at_once = (GenerationStore(tmp_path / name) for name in ("steps", "once"))
    rows = start()
    load(by_steps, rows)
    refresh(by_steps)
    assert words_of(by_steps, NEW) == []
    results = refresh(by_steps, decided=ACCEPTED)
    assert words_of(by_steps, NEW) == holding(rows, NEW)
    assert {each.name for each in results} >= {"submission_words", "leading_words"}
    assert not {each.name for each in results} & {"day", "leading_operators"}
    load(at_once, rows)
    refresh(at_once, decided=ACCEPTED)
    assert dump(by_steps) == dump(at_once)
    assert dump(at_once)[1] >= set(STEPS)


def test_only_submissions_that_hold_the_word_are_cut_again(store, monkeypatch):
    load(store, start())
    run(store)
    cut: list[str] = []
    real = step.index

    def watched(accepted, texts):
        cut.extend(each for each in texts if each)
        return real(accepted, texts)

    monkeypatch.setattr(step, "index", watched)
    run(store, decided=ACCEPTED)
    assert sorted(cut) == sorted(each["narrative"] for each in start() if NEW in each["narrative"])


def test_new_days_and_new_words_together_equal_a_run_from_nothing(tmp_path):
    by_steps, at_once = (GenerationStore(tmp_path / name) for name in ("steps", "once"))
    later = records("later", narratives(7, 30, new=9), [LAST_DAY], seed=4)
    load(by_steps, start())
    run(by_steps)
    load(by_steps, later)
    run(by_steps, decided=ACCEPTED)
    load(at_once, [*start(), *later])
    run(at_once, decided=ACCEPTED)
    assert dump(by_steps) == dump(at_once)


def test_a_word_taken_back_is_cut_as_before(store):
    load(store, start())
    run(store)
    before = dump(store)
    run(store, decided=ACCEPTED)
    assert dump(store) != before
    run(store, decided=NOTHING_DECIDED)
    assert dump(store)[0]["pairs"] == before[0]["pairs"]
    assert words_of(store, NEW) == []


def test_words_rejected_or_watched_change_nothing(store):
    load(store, start())
    run(store)
    judged = decided((NEW, "watched"), ("手机", "rejected"))
    assert refresh(store, only="submission_words", decided=judged) == []


def test_another_shipped_lexicon_cuts_all_anew(store, monkeypatch):
    load(store, start())
    run(store)
    with_word = (*lexicon(), NEW)
    monkeypatch.setattr(step, "lexicon", lambda: with_word)
    step.shipped_digest.cache_clear()
    step._dictionary.cache_clear()
    try:
        run(store)
        assert words_of(store, NEW) == holding(start(), NEW)
    finally:
        step.shipped_digest.cache_clear()
        step._dictionary.cache_clear()


@pytest.mark.parametrize("rows", [[], start()[-1:]])
def test_no_and_one_submission(store, rows):
    load(store, rows)
    run(store, decided=ACCEPTED)
    assert refresh(store, only="submission_words", decided=ACCEPTED) == []
    with open_current(f"duckdb:///{store.folder}").engine.connect() as conn:
        assert conn.scalars(sa.select(cut_with.c.word)).all() == [NEW]
