"""The page of new words: what it counts for whom, and what becomes of a decision."""

import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from jobs.decided import read_decided
from jobs.refresh import refresh
from pages.components import new_word_export, new_word_table
from pages.components.settings import settings
from queries.generations import GenerationStore
from queries.scope import EVERYTHING
from queries.selection import Selection
from tests.finders.new_word_texts import NEW, WINDOW, start
from tests.staging import batch
from tests.ui.pages import ROOT

ROWS = start()
STEPS = ("submission_words", "leading_words", "leading_county_words", "new_words")


def build(folder, rows, *, steps=STEPS):
    store = GenerationStore(folder)
    with store.building() as building:
        building.stage(batch(rows))
        building.merge()
    for name in steps:
        refresh(store, only=name)
    return folder


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return build(tmp_path_factory.mktemp("warehouse"), ROWS)


@pytest.fixture
def opened(warehouse, monkeypatch):
    def shown(query=None, *, folder=warehouse, regions="all", role="analyst"):
        monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{folder}")
        monkeypatch.setenv("VIEWER_REGIONS", regions)
        monkeypatch.setenv("VIEWER_ROLE", role)
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        at.query_params.update(query or {})
        at = at.switch_page("pages/new_words.py").run()
        assert not at.exception
        assert not at.error
        return at

    yield shown
    settings.cache_clear()


def panels(at, kind):
    drawn = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    return [each for each in drawn if each.get("kind") == kind]


def listed(at):
    return {
        row["code"]: [cell["text"] for cell in row["cells"]]
        for row in panels(at, "ranking")[0]["rows"]
    }


def everything(at):
    drawn = [each.proto.json for each in at.get("bidi_component") if each.proto.json]
    texts = [each.value for each in (*at.markdown, *at.caption, *at.info, *at.warning)]
    return json.dumps([drawn, texts], ensure_ascii=False)


def holding(county=None):
    return [
        each
        for each in ROWS
        if NEW in each["narrative"] and (county is None or each["county_code"] == county)
    ]


@pytest.mark.parametrize("county", [None, "420102", "420506"])
def test_a_new_word_is_counted_with_its_sentences_in_what_the_viewer_sees(opened, county):
    at = opened(regions=county or "all")
    mine = holding(county)
    assert listed(at)[NEW][:2] == [str(len(mine)), "0"]
    shown = json.dumps(panels(at, "table"), ensure_ascii=False)
    sentences = [row["cells"][2][0] for row in panels(at, "table")[0]["rows"]]
    told = {each["narrative"] for each in mine}
    assert sentences
    assert all(sentence in told for sentence in sentences)
    foreign = {each["narrative"] for each in holding()} - told
    assert not any(text in shown for text in foreign)
    boards = {each["key"]: each["rows"] for each in panels(at, "boards")[0]["boards"]}
    assert set(boards) == {"operator", "product", "issue", "region"}
    assert boards["issue"][0]["value"] == str(len(mine))


def test_a_viewer_of_a_county_without_the_word_is_told_nothing_of_it(opened):
    assert NEW not in everything(opened(regions="429004"))


def button(at, text):
    return next((each for each in at.button if each.label == text), None)


def test_leaders_decide_nothing(opened):
    assert button(opened(role="leader"), "采纳入词典") is None
    assert button(opened(role="enforcement"), "采纳入词典") is not None


def test_a_decision_shows_at_once_and_is_kept_over_a_refresh(opened, tmp_path, workflow_url):
    folder = build(tmp_path / "own", ROWS)
    at = opened({"word": NEW}, folder=folder)
    at.text_input(key=f"new_word.{NEW}.note").set_value("景区代客爬山").run()
    button(at, "采纳入词典").click().run()
    assert not at.exception
    assert NEW not in listed(at)
    at = opened({"word": NEW, "state": "accepted"}, folder=folder)
    assert listed(at)[NEW][-1] == "已采纳*"
    told = " ".join(each.value for each in at.markdown)
    assert "待下次更新生效" in told
    assert "景区代客爬山" in told

    decided = read_decided(workflow_url)
    for name in STEPS:
        refresh(GenerationStore(folder), only=name, decided=decided)
    at = opened({"word": NEW, "state": "accepted"}, folder=folder)
    assert listed(at)[NEW][-1] == "已采纳"
    assert "待下次更新生效" not in " ".join(each.value for each in at.markdown)
    button(at, "撤回研判").click().run()
    assert listed(opened(folder=folder))[NEW][-1] == "待研判*"


def test_a_word_rejected_after_being_accepted_is_only_rejected(opened):
    at = opened({"word": NEW})
    button(at, "采纳入词典").click().run()
    at = opened({"word": NEW})
    button(at, "驳回").click().run()
    at = opened({"word": NEW, "state": "all"})
    assert listed(at)[NEW][-1] == "已驳回"
    assert listed(opened({"state": "accepted"})) == {}


@pytest.mark.parametrize("rows", [[], ROWS[-1:]])
def test_no_and_one_submission_open(opened, tmp_path, rows):
    at = opened(folder=build(tmp_path, rows))
    assert listed(at) == {}
    assert any("不足60天" in each.value for each in at.info)


def test_what_is_not_searched_yet_is_said(opened, tmp_path):
    at = opened(folder=build(tmp_path, ROWS, steps=()))
    assert any("新词尚未识别" in each.value for each in at.info)


@pytest.mark.parametrize(
    "query",
    [
        {"word": "![x](http://a.b/c.png)"},
        {"state": "secrets"},
        {"period": "2031-01-01..2031-01-31"},
    ],
)
def test_it_opens_whatever_the_address_says(opened, query):
    assert NEW in listed(opened(query))


def test_what_is_taken_away_is_what_is_listed(opened):
    opened()
    sheet = new_word_export.sheets(Selection(), EVERYTHING)[0].frame
    assert isinstance(sheet, pd.DataFrame)
    row = sheet.set_index("词语").loc[NEW]
    now = [each for each in holding() if each["registered_on"] >= WINDOW[0]]
    assert row["近30天（件）"] == len(now)
    assert row["状态"] == new_word_table.STATES["open"]
    first = min((each["registered_at"], each["submission_id"]) for each in now)
    assert row["首见时间"] == first[0]
