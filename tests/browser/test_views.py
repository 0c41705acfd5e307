"""Views saved, shared, opened and started from; events entered and seen."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import wait_until_idle
from tests.ui.counted import plant, within


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def server(serve, folder, tmp_path):
    return serve(folder, f"sqlite:///{tmp_path}/workflow.db", VIEWER_REGIONS="all")


def open_list(page: Page) -> None:
    page.get_by_test_id("stPopover").filter(has_text="视图").get_by_role("button").click()
    expect(page.get_by_text("保存当前视图")).to_be_visible(timeout=20_000)
    wait_until_idle(page)


def save(page: Page, name: str, *, fixed: bool = False) -> None:
    page.get_by_label("保存当前视图").fill(name)
    if fixed:
        page.get_by_text("固定为现在的起止日期").click()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("link", name=re.compile(name))).to_be_visible(timeout=20_000)
    wait_until_idle(page)


def test_a_view_is_saved_opened_and_started_from(server, open_page, browser_context):
    page = open_page(f"{server.url}/explorer?period=90d&kind=tipoff&measure=tipoffs")
    open_list(page)
    save(page, "举报")
    page.goto(f"{server.url}/submissions")
    wait_until_idle(page)
    open_list(page)
    page.get_by_role("link", name=re.compile("举报")).last.click()
    page.wait_for_url("**/explorer?**")
    assert "kind=tipoff" in page.url
    assert "measure=tipoffs" in page.url
    expect(page.get_by_text(f"共{len(within(90, kind='tipoff'))}件").first).to_be_visible()
    open_list(page)
    page.get_by_text("管理视图").click()
    page.get_by_role("button", name="设为我的首页").click()
    expect(page.get_by_role("button", name="取消首页")).to_be_visible()
    fresh = browser_context.new_page()
    fresh.goto(server.url)
    fresh.wait_for_url("**/explorer?**kind=tipoff**")


def test_a_view_with_fixed_dates_and_one_that_moves(server, open_page):
    page = open_page(f"{server.url}/submissions")
    open_list(page)
    save(page, "随数据")
    save(page, "固定", fixed=True)
    moving = page.get_by_role("link", name=re.compile("随数据")).get_attribute("href") or ""
    fixed = page.get_by_role("link", name=re.compile("固定")).get_attribute("href") or ""
    assert "period" not in moving
    assert "period=2026-03-02..2026-03-31" in fixed


def test_a_taken_name_is_told_and_renaming_and_deleting_work(server, open_page):
    page = open_page(f"{server.url}/submissions?kind=tipoff")
    open_list(page)
    save(page, "举报")
    page.get_by_label("保存当前视图").fill("举报")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("您已有名为“举报”的视图")).to_be_visible()
    page.get_by_text("管理视图").click()
    page.get_by_label("新名称").fill("三月举报")
    page.get_by_label("新名称").press("Enter")
    wait_until_idle(page)
    page.get_by_role("button", name="重命名").click()
    expect(page.get_by_role("link", name=re.compile("三月举报"))).to_be_visible()
    page.get_by_role("button", name="删除").click()
    expect(page.get_by_role("link", name=re.compile("三月举报"))).to_have_count(0)


def test_the_link_to_share_is_the_address(server, open_page):
    page = open_page(f"{server.url}/submissions?kind=tipoff&period=90d")
    open_list(page)
    link = page.get_by_test_id("stCode").inner_text().strip()
    assert link.startswith(f"{server.url}/submissions?")
    page.goto(link)
    wait_until_idle(page)
    expect(page.get_by_text(f"共{len(within(90, kind='tipoff'))}件").first).to_be_visible()


def test_undo_takes_back_a_click(server, open_page):
    page = open_page(f"{server.url}/explorer")
    page.get_by_role("radio", name="近90天").click()
    page.wait_for_url("**/explorer?period=90d")
    page.get_by_role("button", name="撤销").click()
    expect(page).to_have_url(re.compile(r"/explorer$"))
    expect(page.get_by_text(f"共{len(within(30))}件").first).to_be_visible()


def test_what_is_chosen_stays_marked_from_page_to_page(server, open_page):
    page = open_page(f"{server.url}/explorer?period=90d&vs=last_year")
    for name in ("涉诉主体", "变化归因", "涉诉主体", "一屏分析"):
        page.get_by_test_id("stSidebar").get_by_role("link", name=name, exact=True).click()
        wait_until_idle(page)
        for chosen in ("近90天", "同比"):
            marked = page.locator("button[aria-checked=true], button[aria-pressed=true]")
            expect(marked.filter(has_text=re.compile(f"^{chosen}$"))).to_have_count(1)


def test_an_event_entered_is_on_the_calendar(server, open_page):
    page = open_page(f"{server.url}/events?year=2026")
    expect(page.get_by_text("新办法施行")).to_be_visible()
    page.get_by_text("添加事件").click()
    page.get_by_label("事件名称").fill("系统停机")
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("系统停机|年")).first).to_be_visible()
    expect(page.locator(".panels").get_by_text("系统停机")).to_be_visible()
