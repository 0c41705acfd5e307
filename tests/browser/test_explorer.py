"""The explorer as it is used: clicked, dragged over, shared, gone back from."""

import datetime as dt
import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import FloatRect, Page, expect

from tests.browser.looking import painted_canvases, wait_until_idle, wait_until_painted
from tests.ui.counted import plant, within

CANVASES = 2
"""Trend and map."""

# Places on the map's canvas, as shares of its width and height.
YICHANG = (0.52, 0.56)

OVERFLOWING = """() => {
    const found = [];
    const look = (root) => root.querySelectorAll('*').forEach((element) => {
        if (element.shadowRoot) look(element.shadowRoot);
        if (!element.matches('.tile, .tile .label, .tile .figure, .tile .changes span, .board header, .step')) return;
        if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth)
            found.push(element.className + ': ' + element.textContent);
    });
    look(document);
    return found;
}"""


@pytest.fixture(scope="module")
def server(serve_module, tmp_path_factory):
    folder = plant(tmp_path_factory.mktemp("warehouse"))
    return serve_module(folder, f"sqlite:///{folder}/workflow.db", VIEWER_REGIONS="all")


@pytest.fixture
def explorer(server, open_page):
    def opened(query: str = "") -> Page:
        page: Page = open_page(f"{server.url}/explorer{query}")
        expect(page.locator(".board")).to_have_count(13)
        return page

    return opened


def row(page: Page, board: str, label: str):
    found = page.locator(f'[data-board="{board}"] .row:not(.names)')
    return found.filter(has=page.locator(".label", has_text=re.compile(f"^{label}$")))


def choose(page: Page, board: str, label: str) -> None:
    row(page, board, label).locator(".pick").click()


def tool(page: Page, board: str, label: str, name: str) -> None:
    # Seen under the pointer or with the focus; the focus stays while the page is still settling.
    row(page, board, label).locator(".pick").focus()
    row(page, board, label).get_by_text(name, exact=True).click()


def expect_total(page: Page, rows: list) -> None:
    expect(page.locator(".tile").first.locator("strong")).to_have_text(f"{len(rows):,}")


def test_everything_is_drawn(explorer):
    page = explorer()
    wait_until_painted(page, canvases=CANVASES)
    assert painted_canvases(page) == CANVASES
    expect(page.locator(".cell")).to_have_count(7 * 24)
    expect_total(page, within(30))


def test_a_click_on_a_row_narrows_everything_and_its_pill_restores_it(explorer):
    page = explorer()
    choose(page, "issue", "售后服务")
    page.wait_for_url("**/explorer?issue=C03")
    narrowed = within(30, issue_type="C03")
    expect_total(page, narrowed)
    expect(row(page, "channel", "微信小程序").locator(".value")).to_have_text(
        str(sum(each["channel"] == "wx_mini" for each in narrowed))
    )
    expect(row(page, "issue", "售后服务")).to_have_class(re.compile("selected"))
    expect(row(page, "issue", "质量")).to_be_visible()
    page.get_by_role("button", name="移除条件：问题售后服务").click()
    expect_total(page, within(30))
    page.wait_for_url("**/explorer")


def test_a_double_click_is_one_click(explorer):
    page = explorer("?period=12m")
    row(page, "region", "武汉市").locator(".pick").dblclick()
    page.wait_for_url("**/explorer?period=12m&region=420100")
    wait_until_idle(page)
    expect_total(page, within(365, city_code="420100"))


def test_a_second_click_takes_the_choice_back(explorer):
    page = explorer("?issue=C03")
    expect_total(page, within(30, issue_type="C03"))
    choose(page, "issue", "售后服务")
    expect_total(page, within(30))


def test_leaving_out_and_clearing_everything(explorer):
    page = explorer("?kind=complaint")
    tool(page, "channel", "12315电话", "排除")
    page.wait_for_url("**/explorer?-channel=tel_12315&kind=complaint")
    left = [each for each in within(30, kind="complaint") if each["channel"] != "tel_12315"]
    expect_total(page, left)
    expect(page.locator(".pill.excluded")).to_contain_text("12315电话")
    page.get_by_text("清除全部").click()
    expect_total(page, within(30))


def test_down_to_a_county_up_again_and_back_by_the_browser(explorer):
    page = explorer("?period=12m")
    tool(page, "region", "武汉市", "下钻")
    expect_total(page, within(365, city_code="420100"))
    choose(page, "region", "江岸区")
    expect_total(page, within(365, county_code="420102"))
    assert unquote(page.url).endswith("?period=12m&region=420102&drill=region:420100")
    page.go_back()
    expect_total(page, within(365, city_code="420100"))
    expect(row(page, "region", "江岸区")).not_to_have_class(re.compile("selected"))
    page.locator('[data-board="region"] .crumb', has_text="全部").click()
    expect_total(page, within(365))
    expect(row(page, "region", "武汉市")).to_be_visible()


def test_a_link_shows_another_viewer_the_same(explorer):
    mine = explorer("?period=90d")
    choose(mine, "product", "食品")
    expect_total(mine, within(90, product_category="G101"))
    mine.locator(".tile", has_text="办结率").first.click()
    expect(mine.locator('[data-board="issue"] .names .value')).to_have_text("办结率")
    other = explorer(mine.url.partition("/explorer")[2])
    for selector in (".board", ".tile", ".pill"):
        expect(other.locator(selector)).to_have_text(mine.locator(selector).all_text_contents())


def test_a_click_on_the_map_narrows_everything(explorer):
    page = explorer()
    wait_until_painted(page, canvases=CANVASES)
    box = page.locator(".st-key-map canvas").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] * YICHANG[0], box["y"] + box["height"] * YICHANG[1])
    page.wait_for_url("**/explorer?region=420500")
    expect_total(page, within(30, city_code="420500"))


def trend(page: Page) -> FloatRect:
    wait_until_painted(page, canvases=CANVASES)
    box = page.locator('[class*="st-key-trend_"] canvas').first.bounding_box()
    assert box is not None
    return box


def test_a_bar_of_the_trend_is_a_day(explorer):
    page = explorer("?period=7d")
    box = trend(page)
    # seven bars on the right 90 % of the chart; the last is Tuesday, 31 March
    page.mouse.click(box["x"] + box["width"] - 40, box["y"] + box["height"] * 0.5)
    page.wait_for_url("**/explorer?period=2026-03-31..2026-03-31")
    expect_total(page, within(1))
    expect(page.get_by_test_id("stDateInputField").first).to_be_visible()


def test_days_dragged_over_become_the_period(explorer):
    page = explorer("?period=7d")
    box = trend(page)
    page.mouse.click(box["x"] + box["width"] - 83, box["y"] + 16)
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.62, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.97, y + 5, steps=8)
    page.mouse.up()
    page.wait_for_url(re.compile(r"period=2026-03-2\d\.\.2026-03-31"))
    start = dt.date.fromisoformat(page.url.partition("period=")[2][:10])
    expect_total(page, within((dt.date(2026, 3, 31) - start).days + 1))


def test_an_hour_of_the_week(explorer):
    page = explorer("?period=12m")
    monday_at_nine = within(365, weekday=1, hour=9)
    page.locator('.cell[title^="周一9时"]').click()
    expect_total(page, monday_at_nine)
    page.locator('.cell[title^="周一9时"]').click()
    expect_total(page, within(365))


def test_all_members_are_listed_searched_and_chosen(explorer):
    page = explorer("?period=12m")
    page.locator('[data-board="operator"] .more').click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".row:not(.names)")).to_have_count(30)
    dialog.get_by_label("输入以查找").fill("第27号")
    expect(dialog.locator(".row:not(.names):visible")).to_have_count(1)
    dialog.get_by_text("第27号商行").click()
    expect(dialog.locator(".row.selected")).to_have_count(1)
    page.get_by_role("button", name="关闭").click()
    expect(dialog).to_have_count(0)
    expect_total(page, within(365, operator_id="op-27"))


def test_the_boards_answer_after_a_dialog_that_changed_nothing(explorer):
    page = explorer("?period=12m")
    page.locator('[data-board="operator"] .more').click()
    page.get_by_role("button", name="关闭").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    choose(page, "issue", "售后服务")
    expect_total(page, within(365, issue_type="C03"))


def test_a_condition_is_added_by_name(explorer):
    page = explorer("?period=12m")
    page.get_by_role("button", name="添加条件").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="条件").click()
    page.get_by_role("option", name="问题：具体问题").click()
    dialog.get_by_text("不履行三包").wait_for()
    # The list of the condition before stays until the run that brings the new one has ended.
    wait_until_idle(page)
    expect(dialog.get_by_label("输入以查找")).to_have_count(1)
    dialog.get_by_label("输入以查找").fill("三包")
    dialog.get_by_text("不履行三包").click()
    expect(dialog.locator(".row.selected")).to_have_count(1)
    page.get_by_role("button", name="关闭").click()
    page.wait_for_url("**/explorer?period=12m&issue=C03-01")
    expect_total(page, within(365, issue_subtype="C03-01"))


def test_the_records_behind_are_a_click_away(explorer):
    page = explorer("?period=90d&issue=C03")
    page.get_by_role("link", name="查看诉求明细").click()
    total = len(within(90, issue_type="C03"))
    expect(page.get_by_text(f"第1至20件，共{total}件")).to_be_visible()
    page.wait_for_url("**/submissions?period=90d&issue=C03")


def test_what_is_selected_stays_in_sight(explorer):
    page = explorer("?issue=C03")
    page.locator(".board").last.scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="移除条件：问题售后服务")).to_be_in_viewport()


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)], ids=["1366x768", "1920x1080"])
@pytest.mark.parametrize(
    "path", ["explorer?period=12m", "submissions?period=12m", "submissions?id=000007"]
)
def test_nothing_is_cut_or_needs_scrolling_sideways(server, browser_context, size, path):
    page = browser_context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{server.url}/{path}")
    wait_until_idle(page)
    page.wait_for_timeout(1500)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate(OVERFLOWING) == []
