"""The pages of operators, industries and issues as they are used."""

import io
import re
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import wait_until_idle, wait_until_painted
from tests.browser.test_safety import BROKEN, look_around
from tests.ui import planted
from tests.ui.ranked import GONE, SURGE, WUHAN, plant, standings, within

OVERFLOWING = """() => {
    const found = [];
    const look = (root) => root.querySelectorAll('*').forEach((element) => {
        if (element.shadowRoot) look(element.shadowRoot);
        if (!element.matches('.tile, .tile .label, .tile .figure, .ranking header, .ranking .cell, .ranking .move, .multiple')) return;
        if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth)
            found.push(element.className + ': ' + element.textContent);
    });
    look(document);
    return found;
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="module")
def server(serve_module, folder):
    return serve_module(folder, f"sqlite:///{folder}/workflow.db", VIEWER_REGIONS="all")


@pytest.fixture
def opened(server, open_page):
    def shown(path: str) -> Page:
        page: Page = open_page(f"{server.url}/{path}")
        expect(page.locator(".ranking .board, .tile").first).to_be_visible()
        return page

    return shown


def row(page: Page, label: str):
    found = page.locator(".ranking .row:not(.names)")
    return found.filter(has=page.locator(".label .text", has_text=re.compile(f"^{label}$")))


def tool(page: Page, label: str, name: str) -> None:
    row(page, label).locator(".pick").focus()
    row(page, label).get_by_text(name, exact=True).click()


def values(page: Page) -> list[str]:
    return page.locator(".ranking .row:not(.names) .cell.value").all_text_contents()


def expect_total(page: Page, count: int) -> None:
    expect(page.locator(".tile").first.locator("strong")).to_have_text(f"{count:,}")


def test_operators_are_ranked_as_counted(opened):
    page = opened("operators")
    counted = standings(30, "operator_id")
    assert values(page) == [f"{now:,}" for now in counted["now"].head(20)]
    surge = counted[counted["code"] == SURGE].iloc[0]
    shown = row(page, "突增商行")
    expect(shown.locator(".cell.value")).to_have_text(str(surge["now"]))
    expect(shown.locator(".cell.change")).to_have_text(f"{surge['change']:+}")
    expect(shown.locator(".cell.change_rate")).to_have_text(
        f"↑{surge['change'] / surge['before'] * 100:.1f}%"
    )
    expect(shown.locator(".move")).to_have_text(f"↑{surge['was'] - surge['rank']}")
    expect(shown.locator("svg path.stroke")).to_have_count(1)


def test_sorting_by_change_and_back(opened):
    page = opened("operators")
    page.locator(".ranking .names .change").click()
    page.wait_for_url("**/operators?sort=change")
    expect(page.locator(".ranking .row:not(.names)").first).to_contain_text("突增商行")
    # A second click at the same place within 300 ms is taken for a double click.
    page.wait_for_timeout(350)
    page.locator(".ranking .names .change").click()
    page.wait_for_url("**/operators?sort=-change")
    expect(page.locator(".ranking .row:not(.names)").first).to_contain_text("歇业商行")
    assert within(30, operator_id=GONE).empty
    page.locator(".ranking .names .value").click()
    page.wait_for_url("**/operators")


def test_measure_filters_and_pages(opened):
    page = opened("operators")
    counted = standings(30, "operator_id")
    page.get_by_role("button", name="下一页").click()
    page.wait_for_url("**/operators?rank_page=2")
    expect(page.locator(".ranking .row:not(.names)")).to_have_count(len(counted) - 20)
    page.get_by_label("不少于件").fill("10")
    page.get_by_label("不少于件").press("Enter")
    page.wait_for_url("**/operators?min=10")
    kept = counted[counted["now"] >= 10]
    expect(page.locator(".ranking .row:not(.names)")).to_have_count(len(kept))
    page.get_by_label("环比不低于%").fill("50")
    page.get_by_label("环比不低于%").press("Enter")
    page.wait_for_url("**/operators?min=10&growth=50")
    grown = kept[(kept["before"] == 0) | (kept["now"] >= 1.5 * kept["before"])]
    expect(page.locator(".ranking .row:not(.names)")).to_have_count(len(grown))
    expect(page.locator(".ranking .count")).to_contain_text(
        f"符合条件{len(grown)}个，共{(counted['now'] > 0).sum()}个"
    )


def test_another_measure_ranks_by_it(opened):
    page = opened("issues")
    page.get_by_label("指标").select_option("tipoffs")
    page.wait_for_url("**/issues?measure=tipoffs")
    counted = standings(30, "issue_type", kind="tipoff")
    expect(page.locator(".ranking .cell.value").nth(1)).to_have_text(str(counted["now"].iloc[0]))
    expect(page.locator(".tile.selected .label")).to_have_text("举报量")


def test_drilling_filtering_and_leaving_out(opened):
    page = opened("issues?period=90d")
    tool(page, "售后服务", "下钻")
    expect_total(page, len(within(90, issue_type="C03")))
    expect(row(page, "不履行三包")).to_be_visible()
    row(page, "不履行三包").locator(".pick").click()
    expect_total(page, len(within(90, issue_subtype="C03-01")))
    page.locator(".ranking .crumb", has_text="全部").click()
    expect_total(page, len(within(90)))
    tool(page, "质量", "排除")
    page.wait_for_url("**/issues?period=90d&-issue=C02")
    expect_total(page, int((within(90)["issue_type"] != "C02").sum()))
    expect(row(page, "质量")).to_have_class(re.compile("excluded"))


def test_focus_and_back(opened):
    page = opened("operators?period=90d&sort=change")
    tool(page, "突增商行", "聚焦")
    page.wait_for_url(re.compile(r"focus=operator(:|%3A)op-surge"))
    expect(page.get_by_text("聚焦主体：突增商行")).to_be_visible()
    own = within(90, operator_id=SURGE)
    expect_total(page, len(own))
    issue = page.locator('[data-board="issue"] .row:not(.names)').first
    expect(issue.locator(".value")).to_have_text(str(len(own)))
    page.get_by_role("button", name="返回").click()
    expect(page.locator(".ranking .board")).to_be_visible()
    assert unquote(page.url).endswith("operators?period=90d&sort=change")


def test_the_newest_submissions_of_a_focus_open(opened):
    page = opened(f"operators?focus=operator:{SURGE}")
    page.locator(".panels.table .open").first.click()
    page.wait_for_url(re.compile(r"submissions\?id=x\d+"))
    expect(page.get_by_text("突增商行").first).to_be_visible()


def test_a_cell_of_the_heat_map_filters_by_both(opened):
    page = opened("industries?period=90d")
    pair = within(90, industry_section="H", issue_type="C03")
    page.get_by_role("button", name=re.compile("^住宿和餐饮业、售后服务：")).click()
    page.wait_for_url("**/industries?period=90d&industry=H&issue=C03")
    expect_total(page, len(pair))
    page.get_by_role("button", name=re.compile("^住宿和餐饮业、售后服务：")).click()
    expect_total(page, len(within(90)))


def test_goods_and_services_on_the_industries_page(opened):
    page = opened("industries")
    page.get_by_role("radio", name="商品服务").click()
    page.wait_for_url("**/industries?by=product")
    counted = standings(30, "product_category")
    expect(page.locator(".ranking .cell.value").nth(1)).to_have_text(str(counted["now"].iloc[0]))


def test_a_part_of_the_treemap_walks_down(opened):
    page = opened("issues?period=12m")
    wait_until_painted(page, canvases=1)
    box = page.locator(".st-key-treemap canvas").first.bounding_box()
    # the band over the largest group, at the top left, below the button that saves
    page.mouse.click(box["x"] + 30, box["y"] + 32)
    page.wait_for_url(re.compile(r"issues\?period=12m&issue=C03&drill=issue"))
    expect_total(page, len(within(365, issue_type="C03")))
    wait_until_painted(page, canvases=1)
    box = page.locator(".st-key-treemap canvas").first.bounding_box()
    page.mouse.click(box["x"] + 60, box["y"] + 120)
    expect_total(page, within(365, issue_type="C03")["issue_subtype"].value_counts().iloc[0])


# The point furthest to the right of those that grew, as shares of the chart's width and height.
GROWN_MOST = """() => {
    const canvas = document.querySelector('[class*="st-key-scatter"] canvas');
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let x = canvas.width - 1; x > 0; x -= 1)
        for (let y = 0; y < canvas.height; y += 1) {
            const i = (y * canvas.width + x) * 4;
            if (pixels[i] > 205 && pixels[i + 1] > 110 && pixels[i + 1] < 180 && pixels[i + 2] < 130 && pixels[i + 3] > 120)
                return [(x - 2) / canvas.width, y / canvas.height];
        }
    return null;
}"""


def test_a_point_of_the_scatter_is_focused_on(opened):
    page = opened("operators")
    wait_until_painted(page, canvases=1)
    at = page.evaluate(GROWN_MOST)
    assert at is not None
    box = page.locator('[class*="st-key-scatter"] canvas').first.bounding_box()
    page.mouse.click(box["x"] + box["width"] * at[0], box["y"] + box["height"] * at[1])
    page.wait_for_url(re.compile(r"focus=operator(:|%3A)op-surge"))
    expect_total(page, len(within(30, operator_id=SURGE)))


def test_points_dragged_over_become_the_filter(opened):
    page = opened("operators")
    wait_until_painted(page, canvases=1)
    at = page.evaluate(GROWN_MOST)
    box = page.locator('[class*="st-key-scatter"] canvas').first.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 85, box["y"] + 14)
    x, y = box["x"] + box["width"] * at[0], box["y"] + box["height"] * at[1]
    page.mouse.move(x - 40, y - 20)
    page.mouse.down()
    page.mouse.move(x + 15, y + 25, steps=8)
    page.mouse.up()
    page.wait_for_url("**/operators?operator=op-surge")
    expect_total(page, len(within(30, operator_id=SURGE)))


def test_a_viewer_of_one_city_sees_none_of_another(serve, folder, open_page, tmp_path):
    server = serve(folder, f"sqlite:///{tmp_path}/w.db", VIEWER_REGIONS=WUHAN)
    page = open_page(f"{server.url}/operators")
    counted = standings(30, "operator_id", city_code=WUHAN)
    expect(page.locator(".ranking .board")).to_be_visible()
    assert values(page) == [f"{now:,}" for now in counted["now"].head(20)]
    expect(page.get_by_text("新店商行")).to_have_count(0)
    page.goto(f"{server.url}/operators?focus=operator:op-new")
    wait_until_idle(page)
    expect_total(page, 0)
    expect(page.get_by_text("新店商行")).to_have_count(0)


def workbook(page: Page) -> openpyxl.Workbook:
    page.get_by_test_id("stPopover").filter(has_text="导出").get_by_role("button").click()
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name="Excel工作簿（XLSX）").click()
    return openpyxl.load_workbook(io.BytesIO(waiting.value.path().read_bytes()))


def table(book: openpyxl.Workbook, title: str) -> list[dict[str, Any]]:
    names, *rows = [
        row for row in book[title].iter_rows(values_only=True) if any(v is not None for v in row)
    ]
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_the_ranking_is_taken_away_whole(opened):
    book = workbook(opened("operators?min=5"))
    counted = standings(30, "operator_id")
    kept = counted[counted["now"] >= 5].set_index("code")
    rows = [row for row in table(book, "主体排名") if row.get("代码") in kept.index]
    assert {row["代码"]: row["诉求量（件）"] for row in rows} == kept["now"].to_dict()
    assert {row["代码"]: row["环比增减"] for row in rows} == kept["change"].to_dict()
    assert "诉求量与变化" in book.sheetnames


def test_the_cells_of_the_heat_map_are_taken_away(opened):
    book = workbook(opened("industries"))
    pairs = within(30).groupby(["industry_section", "issue_type"]).size()
    values = [
        row["诉求量（件）"]
        for row in table(book, "行业交叉")
        if isinstance(row.get("诉求量（件）"), int | float)
    ]
    assert sorted(values) == sorted(pairs)


def test_another_page_keeps_what_is_selected(opened):
    page = opened("operators?period=90d&issue=C03&sort=change")
    page.get_by_role("link", name="涉诉行业").click()
    page.wait_for_url("**/industries?period=90d&issue=C03")
    expect_total(page, len(within(90, issue_type="C03")))


@pytest.fixture(scope="module")
def attacked(serve_module, tmp_path_factory):
    folder = planted.plant(tmp_path_factory.mktemp("attacked"))
    return serve_module(folder, f"sqlite:///{folder}/workflow.db", VIEWER_REGIONS="all")


@pytest.mark.parametrize("path", ["operators", "operators?focus=operator:op-wuhan", "issues"])
def test_names_of_the_public_stay_text(attacked, open_page, path):
    page = open_page(f"{attacked.url}/{path}")
    if path != "issues":
        expect(page.get_by_text(f"江城商行{planted.PICTURE}").first).to_be_visible()
    look_around(page)
    assert page.evaluate(BROKEN) == []


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)], ids=["1366x768", "1920x1080"])
@pytest.mark.parametrize(
    "path",
    [
        "operators?period=12m",
        "industries?period=90d&measure=recovered_yuan",
        "issues?period=12m&measure=on_time_rate",
        f"operators?period=12m&focus=operator:{SURGE}",
    ],
)
def test_nothing_is_cut_or_needs_scrolling_sideways(server, browser_context, size, path):
    page = browser_context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{server.url}/{path}")
    wait_until_idle(page)
    page.wait_for_timeout(1500)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate(OVERFLOWING) == []
