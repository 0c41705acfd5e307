"""The list of submissions and one of them by its address, as they are used."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_safety import BROKEN
from tests.ui import planted
from tests.ui.counted import plant, within

ATTACKED_ID = "42010600000"
"""A submission whose every text is an attack."""


@pytest.fixture(scope="module")
def server(serve_module, tmp_path_factory):
    folder = plant(tmp_path_factory.mktemp("warehouse"))
    return serve_module(folder, f"sqlite:///{folder}/workflow.db", VIEWER_REGIONS="all")


@pytest.fixture(scope="module")
def attacked(serve_module, tmp_path_factory):
    folder = planted.plant(tmp_path_factory.mktemp("warehouse"))
    return serve_module(folder, f"sqlite:///{folder}/workflow.db", VIEWER_REGIONS="all")


@pytest.fixture
def submissions(server, open_page):
    def opened(query: str = "") -> Page:
        page: Page = open_page(f"{server.url}/submissions{query}")
        return page

    return opened


def newest(days: int, **members):
    rows = within(days, **members)
    return sorted(rows, key=lambda row: row["registered_at"], reverse=True)


def rows(page: Page):
    return page.locator(".panels.table tbody tr")


def test_paging(submissions):
    page = submissions("?period=90d")
    expected = newest(90)
    expect(page.get_by_text(f"第1至20件，共{len(expected)}件")).to_be_visible()
    expect(rows(page)).to_have_count(20)
    page.get_by_test_id("stPagination").get_by_text("2", exact=True).click()
    page.wait_for_url("**/submissions?period=90d&page=2")
    expect(page.get_by_text(f"第21至40件，共{len(expected)}件")).to_be_visible()
    expect(
        page.get_by_role("button", name=f"查看诉求{expected[20]['submission_id']}")
    ).to_be_visible()
    page.get_by_role("radio", name="每页50件").click()
    expect(rows(page)).to_have_count(50)
    page.wait_for_url("**/submissions?period=90d&page=1&size=50")


def test_a_row_opens_its_own_address_and_back_leads_to_the_list(submissions):
    page = submissions("?period=90d&issue=C03&page=2")
    wanted = newest(90, issue_type="C03")[20]["submission_id"]
    rows(page).first.locator("td").nth(4).click()
    expect(page.get_by_role("heading", name=wanted)).to_be_visible()
    page.wait_for_url(f"**/submissions?period=90d&issue=C03&page=2&id={wanted}")
    expect(page.locator(".course .step strong").first).to_have_text("登记")
    page.get_by_role("button", name="返回列表").click()
    expect(page.get_by_text("第21至")).to_be_visible()


def test_a_link_to_one_opens_it_for_another(submissions):
    wanted = newest(90)[3]["submission_id"]
    page = submissions(f"?id={wanted}")
    expect(page.get_by_role("heading", name=wanted)).to_be_visible()
    text = page.get_by_test_id("stText").first
    expect(text).to_have_text(newest(90)[3]["narrative"])


def test_the_keyboard_opens_a_row(submissions):
    page = submissions("?period=90d")
    wanted = newest(90)[0]["submission_id"]
    page.get_by_role("button", name=f"查看诉求{wanted}").press("Enter")
    expect(page.get_by_role("heading", name=wanted)).to_be_visible()


def test_search_marks_what_was_found(submissions):
    page = submissions("?period=90d")
    page.get_by_placeholder("内容、企业、登记编号").fill("发霉")
    page.get_by_placeholder("内容、企业、登记编号").press("Enter")
    total = len(within(90, narrative="食品发霉"))
    expect(page.get_by_text(f"第1至20件，共{total}件")).to_be_visible()
    expect(page.locator(".panels.table mark").first).to_have_text("发霉")
    expect(page.locator(".panels.table mark")).to_have_count(20)


def test_sorting_by_a_head(submissions):
    page = submissions("?period=90d")
    page.get_by_role("button", name="争议金额").click()
    page.wait_for_url("**/submissions?period=90d&order=disputed_yuan")
    expect(page.locator("th .sorted")).to_have_text("争议金额 ↓")


def test_missing_is_said_without_the_frame_breaking(submissions):
    page = submissions("?id=nothing")
    expect(page.get_by_text("没有登记编号为“nothing”的诉求")).to_be_visible()
    expect(page.locator(".panels")).to_have_count(0)


@pytest.mark.parametrize("path", ["submissions?period=12m", f"submissions?id={ATTACKED_ID}"])
def test_attacks_are_letters(attacked, open_page, path):
    page = open_page(f"{attacked.url}/{path}")
    expect(page.get_by_text(re.compile("购买手机后商家拖延退款")).first).to_be_visible()
    assert page.evaluate(BROKEN) == []
    letters = page.evaluate(
        """() => { const found = []; const look = (root) => root.querySelectorAll('*').forEach((e) => {
            if (e.shadowRoot) { found.push(e.shadowRoot.textContent); look(e.shadowRoot); } });
            look(document); return found.join(' ') + document.body.innerText; }"""
    )
    assert planted.PICTURE in letters
    assert planted.SCRIPT in letters
    assert ":red[z]" in letters
    assert "$x$" in letters
