"""Words that rose, words that set a selection apart, and the words around a word."""

import json

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from jobs.refresh import refresh
from pages.components import word_keyness, wording
from pages.components.findings_data import WordCounts
from pages.components.settings import settings
from queries.generations import GenerationStore
from queries.scope import EVERYTHING
from queries.selection import DateRange, Period, Selection
from tests.finders.new_word_texts import LAST_DAY, NEW, WINDOW, decided, start
from tests.staging import batch
from tests.ui.pages import ROOT

ROWS = [
    each | ({"issue_type": "C01", "issue_subtype": "C01-01"} if "腹泻" in each["narrative"] else {})
    for each in start()
]
DAYS = DateRange(LAST_DAY, LAST_DAY)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    store = GenerationStore(tmp_path_factory.mktemp("warehouse"))
    with store.building() as building:
        building.stage(batch(ROWS))
        building.merge()
    for name in ("submission_words", "leading_words", "leading_county_words"):
        refresh(store, only=name, decided=decided((NEW, "accepted")))
    return store.folder


@pytest.fixture
def opened(warehouse, monkeypatch):
    def shown(query=None, *, regions="all"):
        monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{warehouse}")
        monkeypatch.setenv("VIEWER_REGIONS", regions)
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        at.query_params.update(query or {})
        at = at.switch_page("pages/hot_words.py").run()
        assert not at.exception
        assert not at.error
        return at

    yield shown
    settings.cache_clear()


def drawn(at):
    return [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]


def listed(at):
    grid = next(
        each for each in drawn(at) if each.get("kind") == "grid" and each["board"] == "word"
    )
    return {row["code"]: [cell["text"] for cell in row["cells"]] for row in grid["rows"]}


def network(at):
    options = [each.get("spec") or each.get("options") or each for each in drawn(at)]
    options = [json.loads(each) if isinstance(each, str) else each for each in options]
    series = [each["series"][0] for each in options if isinstance(each, dict) and "series" in each]
    return next(each for each in series if each["type"] == "graph")


def holding(*words, county=None):
    return [
        each
        for each in ROWS
        if each["registered_on"] in WINDOW
        and all(word in each["narrative"] for word in words)
        and (county is None or each["county_code"] == county)
    ]


def counts(totals, **columns):
    frame = pd.DataFrame(columns, index=pd.Index(["退款", "跑路", "火炉"], name="word"))
    return WordCounts(frame, totals, dict.fromkeys(totals, DAYS), 5)


def test_what_comes_every_season_has_not_risen():
    totals = {"current": 1000, "previous": 1000, "last_year": 1000}
    found = counts(totals, current=[100, 60, 60], previous=[100, 5, 5], last_year=[100, 6, 70])
    assert word_keyness.risen(found).index.to_list() == ["跑路"]


def test_without_last_year_the_period_before_decides():
    found = counts({"current": 1000, "previous": 1000}, current=[100, 60, 40], previous=[100, 5, 5])
    risen = word_keyness.risen(found)
    assert risen.index.to_list() == ["跑路", "火炉"]
    assert risen[["last_year", "yearly_z"]].isna().all(axis=None)


def test_without_a_period_before_nothing_is_said_to_rise():
    found = counts({"current": 1000}, current=[100, 60, 40])
    assert word_keyness.risen(found).empty


def test_small_counts_are_no_rise():
    found = counts({"current": 1000, "previous": 1000}, current=[100, 5, 6], previous=[100, 2, 3])
    assert word_keyness.risen(found).empty


def test_words_of_a_selection_are_those_it_holds_more_often():
    found = counts({"inside": 100, "rest": 900}, inside=[10, 40, 0], rest=[90, 10, 40])
    apart = word_keyness.distinguishing(found)
    assert apart.index.to_list() == ["跑路"]
    assert np.allclose(apart.loc["跑路", ["share", "rest_share"]].astype(float), [0.4, 10 / 900])


@pytest.mark.parametrize("county", [None, "420102"])
def test_the_word_of_the_month_has_risen_in_what_the_viewer_sees(opened, county):
    rows = listed(opened({"period": "30d"}, regions=county or "all"))
    if county is None or len(holding(NEW, county=county)) >= 10:
        assert rows[NEW][1:3] == [str(len(holding(NEW, county=county))), "0"]


def test_words_of_a_problem_against_all_else(opened):
    at = opened({"period": "30d", "issue": "C01", "lens": "contrast"})
    rows = listed(at)
    assert rows["腹泻"][1] == str(len(holding("腹泻")))
    assert rows["腹泻"][3] == "0"
    assert NEW not in rows


def test_nothing_selected_has_no_words_of_its_own(opened):
    at = opened({"lens": "contrast"})
    assert any("添加筛选条件" in each.value for each in at.caption)


def test_the_network_counts_submissions_that_hold_both_words(opened):
    chart = network(opened({"period": "30d", "q": "羽绒服"}))
    nodes = {each["code"]: each["tooltip"]["formatter"] for each in chart["data"]}
    assert next(iter(nodes)) == "羽绒服"
    assert nodes["羽绒服"] == f"羽绒服\n{len(holding('羽绒服'))}件"
    assert f"同现{len(holding('羽绒服', '掉色'))}件" in nodes["掉色"]
    assert "手机" not in nodes


def test_the_network_keeps_to_the_scope(opened):
    chart = network(opened({"period": "30d", "q": "羽绒服"}, regions="420102"))
    middle = chart["data"][0]["tooltip"]["formatter"]
    assert middle == f"羽绒服\n{len(holding('羽绒服', county='420102'))}件"


def test_tables_to_take_away_say_the_same(opened):
    opened({})
    selection = Selection(period=Period("30d")).with_filter("issue", ["C01"])
    made = {each.title: each for each in word_keyness.sheets(selection, EVERYTHING)}
    apart = made["本范围特有的词"].frame
    assert isinstance(apart, pd.DataFrame)
    assert apart.set_index("词语").loc["腹泻", "所选（件）"] == len(holding("腹泻"))
    inside, rest = len(holding("腹泻")), len(holding()) - len(holding("腹泻"))
    days = wording.days_text(DateRange(WINDOW[0], WINDOW[-1]))
    told = made["本范围特有的词"].note
    assert f"所选（{days}）{inside:,}件，可见范围内其余诉求（{days}）{rest:,}件" in told
    assert f"共{len(apart)}个词，全部列出" in told
    until = f"数据截至{wording.date_text(LAST_DAY)}"
    assert told.endswith(until)
    risen = made["上升显著的词"]
    assert f"本期（{days}）{inside:,}件" in risen.note
    assert f"共{risen.total}个词，全部列出" in risen.note
    assert risen.note.endswith(until)


def test_a_page_says_how_many_words_of_how_many_it_lists(opened, monkeypatch):
    def told(at):
        return next(each.value for each in at.caption if "可见范围内其余诉求" in each.value)

    asked = {"period": "30d", "issue": "C01", "lens": "contrast"}
    whole = told(opened(asked))
    number = len(listed(opened(asked)))
    assert f"共{number}个词，全部列出。" in whole
    assert number > 1
    monkeypatch.setattr(word_keyness, "ROWS", 1)
    assert f"共{number}个词，列出前1个。" in told(opened(asked))


def test_without_a_period_before_the_table_says_so(opened):
    opened({})
    first, *_ = word_keyness.sheets(Selection(period=Period("all")), EVERYTHING)
    assert first.note.startswith("上期数据不全，无法比较上升。本期（")
    assert first.total == 0
