"""New words planted into a demo province are found by a refresh, and else only words of its events."""

import datetime as dt
import json

import pytest
import sqlalchemy as sa

from jobs.demo.generate import generate
from jobs.importing.run import import_sources
from jobs.refresh import refresh
from queries.generations import GenerationStore
from queries.new_words import WINDOW_DAYS
from queries.schema import submissions
from queries.warehouse import open_current
from queries.word_tables import new_word_hits, new_words

FLOOR = 0.95
END = dt.date(2026, 11, 21)
YOUNG_DAYS = 100
"""Days since its first submission after which a word is no longer told from its own past."""

pytestmark = pytest.mark.slow


def test_young_planted_words_are_found_with_their_submissions(tmp_path):
    made = generate(
        tmp_path / "files", submissions=40_000, operators=6_000, months=14, seed=2, end=END
    )
    store = GenerationStore(tmp_path / "warehouse")
    for pattern, mapping in made.sources:
        import_sources([str(pattern)], mapping, store=store)
    refresh(store, only="new_words")
    truth = json.loads((tmp_path / "files" / "truth.json").read_text(encoding="utf-8"))
    planted = {
        each["codes"]["word"]: each for each in truth["events"] if each["type"] == "new_word"
    }
    young = {
        word
        for word, each in planted.items()
        if dt.date.fromisoformat(each["first_day"]) > END - dt.timedelta(days=YOUNG_DAYS)
    }
    others = [
        set(each.get("submission_ids", ()))
        for each in truth["events"]
        if each["type"] != "new_word"
    ]
    opened = open_current(f"duckdb:///{store.folder}")
    hits = sa.select(new_word_hits.c.word, submissions.c.submission_id).join(
        submissions, submissions.c.submission_key == new_word_hits.c.submission_key
    )
    with opened.engine.connect() as conn:
        found = set(conn.scalars(sa.select(new_words.c.word).where(new_words.c.rank.is_not(None))))
        held = {tuple(row) for row in conn.execute(hits)}
    opened.engine.dispose()
    numbers = {word: {number for each, number in held if each == word} for word in found}
    told = {
        word
        for word in found - planted.keys()
        if any(len(numbers[word] & event) > len(numbers[word]) / 2 for event in others)
    }
    assert len(young) >= 4
    assert len(found & young) >= FLOOR * len(young), young - found
    assert len(found & planted.keys()) >= FLOOR * len(found - told), found - planted.keys() - told
    assert len(told) < len(young)
    for word in found & planted.keys():
        assert numbers[word] == set(planted[word]["submission_ids"])
    assert WINDOW_DAYS < YOUNG_DAYS
