"""Clusters in the browser: two are merged and stay merged; a lasso on the map lists what is inside."""

import re

import pytest
from playwright.sync_api import Page, expect

from jobs.decided import read_decided
from jobs.refresh import refresh
from queries.generations import GenerationStore
from tests.browser.looking import wait_until_idle, wait_until_painted
from tests.ui.clustered import counted, planted, records

LEVEL = "coarse"

OPENINGS = 5
"""Tries to open a list."""

LASSO_FROM_RIGHT, LASSO_FROM_TOP = 85, 18
"""Where the chart's button for a lasso stands, in pixels."""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return planted(tmp_path_factory.mktemp("warehouse"), records())


@pytest.fixture(scope="module")
def workflow(warehouse):
    return f"sqlite:///{warehouse}/workflow.db"


@pytest.fixture(scope="module")
def server(serve_module, warehouse, workflow):
    return serve_module(warehouse, workflow, VIEWER_REGIONS="all", VIEWER_ROLE="analyst")


def rows(page: Page) -> dict[str, list[str]]:
    """Return the cells of each cluster by its key."""
    table = page.get_by_role("table", name="诉求聚类")
    table.wait_for()
    found = table.locator("tbody tr")
    return {
        str(row.get_attribute("data-code")): [
            each.strip() for each in row.locator("td").all_text_contents()
        ]
        for row in found.all()
    }


def choose_other(page: Page, title: str) -> None:
    """Open the list and choose; a list opened while the page is still drawn closes again."""
    option = page.get_by_role("option", name=title)
    for _ in range(OPENINGS):
        page.get_by_role("combobox", name=re.compile("与哪一类合并")).click()
        page.wait_for_timeout(1000)
        if option.count():
            break
    option.click()


def expect_row(page: Page, key: str, texts: list[str]) -> None:
    cells = page.locator(f'tr[data-code="{key}"] td')
    for at, text in enumerate(texts):
        expect(cells.nth(at)).to_have_text(text)


def sizes(page: Page) -> dict[str, int]:
    return {key: int(cells[-4]) for key, cells in rows(page).items()}


def test_two_clusters_merged_in_the_page_are_one_after_a_refresh(
    server, open_page, warehouse, workflow
):
    before = counted(warehouse, level=LEVEL)
    page = open_page(f"{server.url}/clusters?period=90d")
    assert sizes(page) == dict(before)
    (second, _), (first, _) = before.most_common(2)
    titles = {key: cells[0] for key, cells in rows(page).items()}
    page.get_by_role("button", name=titles[first], exact=True).click()
    expect(page.get_by_text("标签词：")).to_be_visible()
    page.get_by_text("管理此类：改名、合并、拆分、隐藏、置顶").click()
    page.get_by_role("radio", name="并入其他类").click()
    expect(page.get_by_role("textbox", name="合并后的名称（可不填）")).to_be_visible()
    wait_until_idle(page)
    choose_other(page, titles[second])
    page.get_by_role("textbox", name="合并后的名称（可不填）").fill("合并的一类")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("1项决定待下次更新生效")).to_be_visible()
    both = before[first] + before[second]
    expect_row(page, first, ["合并的一类", "合并待更新", str(both)])

    refresh(GenerationStore(warehouse), only="clusters", decided=read_decided(workflow))
    again = open_page(f"{server.url}/clusters?period=90d")
    expect(again.get_by_text("待下次更新生效")).to_have_count(0)
    expect_row(again, first, ["合并的一类", str(both)])
    assert sizes(again) == dict(counted(warehouse, level=LEVEL))
    assert second not in sizes(again)


def test_a_lasso_on_the_map_lists_submissions_that_open(server, open_page, warehouse):
    page = open_page(f"{server.url}/clusters?period=90d")
    wait_until_painted(page, canvases=1)
    canvas = page.locator(".st-key-map_coarse canvas").first
    box = canvas.bounding_box()
    assert box is not None
    canvas.click(position={"x": box["width"] - LASSO_FROM_RIGHT, "y": LASSO_FROM_TOP})
    left, right = box["x"] + 8, box["x"] + box["width"] - 8
    top, bottom = box["y"] + 106, box["y"] + box["height"] - 47
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 4)):
        page.mouse.move(x, y, steps=6)
    page.mouse.up()
    every = sum(counted(warehouse, level=LEVEL).values())
    expect(page.get_by_text(re.compile(rf"圈选的诉求 ?共{every}件"))).to_be_visible()
    page.get_by_role("button", name=re.compile("^查看诉求")).first.click()
    page.wait_for_url("**/submissions?*id=*")
