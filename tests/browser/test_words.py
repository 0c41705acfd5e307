"""From a word in the cloud to a sentence, and a new word accepted and counted after a refresh."""

import datetime as dt
import re
from urllib.parse import unquote

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from jobs.decided import read_decided
from jobs.refresh import refresh
from queries.generations import GenerationStore
from tests.browser.looking import wait_until_idle, wait_until_painted
from tests.finders.new_word_texts import LAST_DAY, NEW, start
from tests.staging import batch

ROWS = start()
COUNTED = pd.DataFrame(ROWS)
IN_WINDOW = COUNTED["registered_on"] >= LAST_DAY - dt.timedelta(days=29)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("warehouse")
    store = GenerationStore(folder)
    with store.building() as building:
        building.stage(batch(ROWS))
        building.merge()
    refresh(store)
    return folder


@pytest.fixture(scope="module")
def workflow(warehouse):
    return f"sqlite:///{warehouse}/workflow.db"


@pytest.fixture(scope="module")
def server(serve_module, warehouse, workflow):
    return serve_module(warehouse, workflow, VIEWER_REGIONS="all", VIEWER_ROLE="analyst")


@pytest.fixture
def opened(server, open_page):
    def at(path: str) -> Page:
        page: Page = open_page(f"{server.url}/{path}")
        return page

    return at


def ranking(page: Page) -> dict[str, str]:
    rows = page.locator(".st-key-ranking .row:not(.names)")
    rows.first.wait_for()
    labels = rows.locator(".label .text").all_text_contents()
    return dict(zip(labels, rows.locator(".cell.value").all_text_contents(), strict=True))


def test_from_a_word_in_the_cloud_to_a_sentence_and_its_submission(opened):
    page = opened("hot_words?period=30d")
    wait_until_painted(page, canvases=2)
    box = page.locator(".st-key-cloud canvas").first.bounding_box()
    # words lie around the middle; letters have holes, so a few places near it are tried
    for share in (0.5, 0.47, 0.53, 0.44, 0.56, 0.41, 0.59):
        page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * share)
        page.wait_for_timeout(700)
        if "q=" in page.url:
            break
    word = unquote(page.url.partition("q=")[2].partition("&")[0])
    holds = COUNTED[IN_WINDOW & COUNTED["narrative"].str.contains(word, regex=False)]
    assert word
    expect(page.get_by_text(re.compile(f"^共{len(holds):,}件，范围内"))).to_be_visible()
    sentence = page.locator(".st-key-sentences tbody tr").first
    expect(sentence.locator("mark")).to_have_text(word)
    told = sentence.locator("td").nth(2).inner_text().strip("…").strip()
    assert holds["narrative"].str.contains(told, regex=False).any()
    sentence.locator("button").first.click()
    page.wait_for_url(re.compile(r"submissions\?id="))
    number = page.url.partition("id=")[2]
    assert number in set(holds["submission_id"])
    expect(page.get_by_text(told).first).to_be_visible()


def test_an_accepted_new_word_is_counted_among_hot_words_after_a_refresh(
    opened, warehouse, workflow
):
    page = opened("new_words")
    holds = COUNTED[IN_WINDOW & COUNTED["narrative"].str.contains(NEW, regex=False)]
    row = page.locator(".st-key-new_words .row:not(.names)", has_text=re.compile(f"{NEW}"))
    row.locator(".label", has_text=re.compile(f"^{NEW}$")).first.click()
    page.wait_for_url("**word=**")
    wait_until_idle(page)
    figures = page.locator(".st-key-new_words .row.selected .cell")
    expect(figures.first).to_have_text(str(len(holds)))
    expect(page.locator(".st-key-sentences mark").first).to_have_text(NEW)
    assert NEW not in ranking(opened(f"hot_words?period=30d&q={NEW}"))
    page.get_by_role("button", name="采纳入词典").click()
    expect(
        page.get_by_text("待下次更新生效，").or_(page.get_by_text("，待下次更新生效"))
    ).to_be_visible()

    refresh(GenerationStore(warehouse), decided=read_decided(workflow))
    hot = opened(f"hot_words?period=30d&q={NEW}")
    assert ranking(hot)[NEW] == f"{len(holds):,}"
    hot.close()
    page.reload()
    wait_until_idle(page)
    page.locator(".st-key-choice-state").get_by_text(re.compile("^已采纳 1$")).click()
    page.wait_for_url("**state=accepted**")
    state = page.locator(".st-key-new_words .row:not(.names) .cell.state").first
    expect(state).to_have_text("已采纳")
