"""New words and words side by side, counted by hand under scope and selection."""

import datetime as dt
from collections import Counter

import pytest

from jobs.refresh import refresh
from queries.generations import GenerationStore
from queries.new_word_reads import NewWordsNotDerivedError, fetch_new_words
from queries.scope import EVERYTHING, Scope
from queries.selection import Period, Selection
from queries.warehouse import open_current
from queries.word_counts import (
    LEAST,
    fetch_word_contrast,
    fetch_word_counts,
    fetch_word_pairs,
)
from tests.finders.new_word_texts import NEW, WINDOW, decided, narratives, records, start
from tests.staging import batch

ROWS = [
    *start(),
    *records("early", narratives(8, 0, new=3), [dt.date(2025, 12, 1)], county_code="420106"),
    *records("late", narratives(9, 40, new=3), WINDOW, seed=9, issue_type="C01"),
]
JIANGHAN = Scope(regions=("420102",))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    store = GenerationStore(tmp_path_factory.mktemp("warehouse"))
    with store.building() as building:
        building.stage(batch(ROWS))
        building.merge()
    judged = decided((NEW, "accepted"))
    for name in ("submission_words", "leading_words", "leading_county_words", "new_words"):
        refresh(store, only=name, decided=judged)
    opened = open_current(f"duckdb:///{store.folder}")
    yield opened
    opened.engine.dispose()


def counted(word, *, window, county=None, issue=None):
    return [
        each
        for each in ROWS
        if word in each["narrative"]
        and (each["registered_on"] >= WINDOW[0]) is window
        and (county is None or each["county_code"] == county)
        and (issue is None or each["issue_type"] == issue)
    ]


@pytest.mark.parametrize("county", [None, "420102", "420506"])
@pytest.mark.parametrize("issue", [None, "C03"])
def test_a_new_word_is_counted_in_scope_and_selection(warehouse, county, issue):
    scope = EVERYTHING if county is None else Scope(regions=(county,))
    selection = Selection() if issue is None else Selection().with_filter("issue", [issue])
    found = fetch_new_words(warehouse, selection, scope)
    row = found.frame.set_index("word").loc[NEW]
    now = counted(NEW, window=True, county=county, issue=issue)
    past = counted(NEW, window=False, county=county, issue=issue)
    assert row["count"] == len(now) > 0
    assert row["baseline_count"] == len(past)
    assert row["texts"] == len({each["narrative"] for each in now})
    first = min((each["registered_at"], each["submission_id"]) for each in [*now, *past])
    assert row["first_seen"] == first[0]
    in_window = [each for each in ROWS if each["registered_on"] >= WINDOW[0]]
    assert found.total == sum(
        (county is None or each["county_code"] == county)
        and (issue is None or each["issue_type"] == issue)
        for each in in_window
    )
    daily = found.daily[found.daily["word"] == NEW]
    by_day = Counter(str(each["registered_on"]) for each in [*now, *past])
    assert {
        str(day.date()): n for day, n in zip(daily["day"], daily["count"], strict=True)
    } == by_day
    assert found.applied == {NEW}


def test_a_word_of_another_county_is_not_there(warehouse):
    found = fetch_new_words(warehouse, Selection(), Scope(regions=("429004",)))
    assert found.frame.empty
    assert (found.total, found.baseline_total) == (0, 0)


def test_what_is_not_derived_is_not_read(tmp_path):
    store = GenerationStore(tmp_path)
    with store.building() as building:
        building.stage(batch(ROWS[:3]))
        building.merge()
    opened = open_current(f"duckdb:///{tmp_path}")
    with pytest.raises(NewWordsNotDerivedError, match="python -m jobs refresh"):
        fetch_new_words(opened, Selection(), EVERYTHING)
    opened.engine.dispose()


def holding(word, days, scope_county=None, issue=None):
    return sum(
        word in each["narrative"]
        and each["registered_on"] in days
        and (scope_county is None or each["county_code"] == scope_county)
        and (issue is None or each["issue_type"] == issue)
        for each in ROWS
    )


@pytest.mark.parametrize("county", [None, "420102"])
def test_words_are_counted_over_both_periods(warehouse, county):
    scope = EVERYTHING if county is None else JIANGHAN
    found = fetch_word_counts(warehouse, Selection(period=Period("30d")), scope)
    before = [WINDOW[0] - dt.timedelta(days=n) for n in range(1, 31)]
    assert list(found.totals) == ["current", "previous"]
    for word in ("手机", "羽绒服", NEW):
        assert found.frame.loc[word, "current"] == holding(word, WINDOW, county) >= LEAST
        assert found.frame.loc[word, "previous"] == holding(word, before, county)
    assert (found.frame["current"] >= LEAST).all()


def test_who_may_see_nothing_is_told_of_no_word(warehouse):
    selection = Selection(period=Period("30d"))
    for fetch in (fetch_word_counts, fetch_word_contrast):
        found = fetch(warehouse, selection, Scope())
        assert (len(found.frame), set(found.totals.values())) == (0, {0})


def test_words_inside_and_outside_a_selection(warehouse):
    selection = Selection(period=Period("30d")).with_filter("issue", ["C01"])
    found = fetch_word_contrast(warehouse, selection, EVERYTHING)
    inside = sum(each["issue_type"] == "C01" and each["registered_on"] in WINDOW for each in ROWS)
    whole = sum(each["registered_on"] in WINDOW for each in ROWS)
    assert found.totals == {"inside": inside, "rest": whole - inside}
    of_it = holding("羽绒服", WINDOW, issue="C01")
    assert [*found.frame.loc["羽绒服"]] == [of_it, holding("羽绒服", WINDOW) - of_it]


def test_words_side_by_side_are_those_of_the_same_submission_in_scope(warehouse):
    selection = Selection(period=Period("30d"), text=NEW)
    found = fetch_word_pairs(warehouse, selection, JIANGHAN, term=NEW)
    mine = [
        each for each in ROWS if each["county_code"] == "420102" and each["registered_on"] in WINDOW
    ]
    assert found.text_count == len(mine)
    assert found.with_word == sum(NEW in each["narrative"] for each in mine) > 0
    assert found.words[0] == NEW
    number = found.words.index("羽绒服")
    assert (found.word_numbers == number).sum() == sum("羽绒服" in e["narrative"] for e in mine)
    pairs = set(zip(found.text_numbers.tolist(), found.word_numbers.tolist(), strict=True))
    assert len(pairs) == len(found.text_numbers)


def test_a_term_that_is_no_word_is_looked_for_as_it_stands(warehouse):
    found = fetch_word_pairs(warehouse, Selection(period=Period("all")), EVERYTHING, term="洗后掉")
    assert found.with_word == sum("洗后掉" in each["narrative"] for each in ROWS)
    nothing = fetch_word_pairs(warehouse, Selection(), Scope(), term="洗后掉")
    assert (nothing.text_count, nothing.with_word, nothing.words) == (0, 0, ["洗后掉"])
