"""Streamlit's own words stand there in Chinese; what the public wrote stays as it is."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from jobs.refresh import derive
from pages.components import streamlit_words
from queries.generations import GenerationStore
from tests.browser.looking import wait_until_idle
from tests.staging import batch
from tests.ui.ranked import LAST_DAY, ROWS

expect.set_options(timeout=20_000)

TOLD = "No results"
ENGLISH = [
    english
    for each in streamlit_words.read_words()
    for part in (each.get("texts", {}), each.get("labels", {}))
    for english in part
]
FORMS = [re.escape(each).replace(r"\{\}", "(.+)") for each in ENGLISH]

# Texts, hints and spoken names outside the shadow roots that the app draws in.
SEEN = """() => {
    const found = new Set();
    document.body.querySelectorAll('*').forEach((element) => {
        if (element.closest('script, style, noscript, canvas, [data-testid="stIconMaterial"]')) return;
        ['aria-label', 'placeholder', 'title'].forEach((name) => found.add(element.getAttribute(name)));
        element.childNodes.forEach((node) => { if (node.nodeType === 3) found.add(node.data); });
    });
    return [...found].filter((text) => text && /[A-Za-z]{2}/.test(text));
}"""


@pytest.fixture(scope="module")
def server(serve_module, tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    late = dt.datetime.combine(LAST_DAY, dt.time(23, 59))
    told = ROWS[-1] | {"submission_id": "told", "narrative": TOLD, "registered_at": late}
    told |= {"registered_on": LAST_DAY, "weekday": LAST_DAY.isoweekday(), "hour": 23}
    # Streamlit offers its quick ranges where the days reach back more than two years.
    early = LAST_DAY - dt.timedelta(days=1000)
    old = ROWS[-1] | {"submission_id": "old", "registered_on": early}
    old |= {"registered_at": dt.datetime.combine(early, dt.time(9))}
    with GenerationStore(folder).building() as building:
        building.stage(batch([*ROWS, told, old]))
        building.merge()
        derive(building)
    return serve_module(
        folder,
        f"sqlite:///{folder}/workflow.db",
        VIEWER_REGIONS="all",
        VIEWER_ROLE="enforcement",
    )


@pytest.fixture
def opened(server, open_page):
    def at(address):
        page = open_page(f"{server.url}/{address}")
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        return page

    return at


def english(page):
    return [text for text in page.evaluate(SEEN) if any(re.fullmatch(form, text) for form in FORMS)]


def test_a_chart_and_its_tools(opened):
    page = opened("periods")
    chart = page.get_by_test_id("stEChartsChart").first
    chart.hover()
    expect(chart).to_have_attribute("aria-label", re.compile("^图表"))
    assert not re.search("chart|data|series", chart.get_attribute("aria-label") or "")
    page.get_by_test_id("stElementToolbarButton").get_by_role(
        "button", name="下载为PNG图片"
    ).first.hover()
    expect(page.get_by_test_id("stTooltipContent")).to_have_text("下载为PNG图片")
    assert english(page) == []


def test_the_days(opened):
    page = opened("explorer")
    page.get_by_role("radio", name="自定义").or_(
        page.get_by_role("button", name="自定义")
    ).first.click()
    page.get_by_test_id("stDateInputField").click()
    quick = page.get_by_test_id("stDateInputQuickSelect")
    expect(quick).to_contain_text("常用时间段")
    quick.get_by_role("button").click()
    expect(page.get_by_role("option", name="近一年")).to_be_visible()
    assert english(page) == []


def test_a_choice_that_is_not_there(opened):
    page = opened("changes")
    page.get_by_test_id("stSelectbox").first.get_by_role("combobox").click()
    page.keyboard.type("zzz")
    expect(page.get_by_text("没有匹配的选项")).to_be_visible()
    assert english(page) == []


def test_a_text_being_typed(opened):
    page = opened("explorer")
    page.get_by_placeholder("内容、企业、登记编号").fill(TOLD)
    expect(page.get_by_text("按回车键生效")).to_be_visible()
    assert english(page) == []


def test_a_file(opened):
    page = opened("leads?part=leads")
    page.get_by_text("导入执法办案系统的结果文件").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"x"}
    )
    chip = page.get_by_test_id("stFileChip")
    expect(chip).to_contain_text("不支持此类文件")
    page.mouse.move(0, 0)
    page.get_by_test_id("stFileChipName").hover()
    expect(page.get_by_test_id("stTooltipErrorContent")).to_have_text("不支持此类文件。")
    expect(chip.get_by_role("button")).to_have_accessible_name("移除a.pdf")
    assert english(page) == []


def test_what_the_public_wrote_stays(opened):
    page = opened("submissions?id=told")
    expect(page.get_by_test_id("stText").first).to_have_text(TOLD)
    page.get_by_role("button", name="返回列表").click()
    wait_until_idle(page)
    expect(page.locator(".panels.table").get_by_text(TOLD).first).to_be_visible()


def test_the_words_outlive_a_change_of_page_and_are_put_once(opened):
    page = opened("periods")
    page.evaluate("window.watched = document[Symbol.for('streamlit-words')]")
    page.get_by_test_id("stPageLink").get_by_text("变化归因").click()
    page.wait_for_url("**/changes*")
    wait_until_idle(page)
    page.get_by_test_id("stSelectbox").first.get_by_role("combobox").click()
    page.keyboard.type("zzz")
    expect(page.get_by_text("没有匹配的选项")).to_be_visible()
    assert page.evaluate("window.watched === document[Symbol.for('streamlit-words')]")
