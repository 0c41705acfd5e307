"""Hot words, periods, regions and changes as they are used; every figure counted here by pandas."""

import datetime as dt
import re
from urllib.parse import unquote

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from pages.components import calendar_map
from tests.browser.looking import wait_until_idle, wait_until_painted
from tests.ui.counted import LAST_DAY, ROWS, plant

COUNTED = pd.DataFrame(ROWS)
COUNTED["registered_on"] = pd.to_datetime(COUNTED["registered_on"])

# As drawn by the calendar, in pixels of its canvas.
LEFT, RIGHT, TOP = 26, 6, 56

# A place inside Yichang on the map's canvas, as shares of its width and height.
YICHANG = (0.5, 0.56)

SIDEWAYS = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""


def counted(days: int, until: dt.date = LAST_DAY) -> pd.DataFrame:
    end = pd.Timestamp(until)
    start = end - pd.Timedelta(days=days - 1)
    return COUNTED[COUNTED["registered_on"].between(start, end)]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="module")
def server(serve_module, warehouse):
    return serve_module(warehouse, f"sqlite:///{warehouse}/workflow.db", VIEWER_REGIONS="all")


@pytest.fixture
def opened(server, open_page):
    def at(path: str) -> Page:
        page: Page = open_page(f"{server.url}/{path}")
        return page

    return at


def expect_total(page: Page, rows: pd.DataFrame) -> None:
    expect(page.get_by_text(re.compile(f"^共{len(rows):,}件，范围内"))).to_be_visible()


def grid(page: Page, title: str) -> dict[str, list[str]]:
    table = page.get_by_role("table", name=title)
    table.wait_for()
    return {
        row.get_attribute("data-code") or "": row.locator("td").all_text_contents()
        for row in table.locator("tbody tr").all()
    }


def ranking(page: Page) -> dict[str, str]:
    rows = page.locator(".st-key-ranking .row:not(.names)")
    rows.first.wait_for()
    labels = rows.locator(".label .text").all_text_contents()
    return dict(zip(labels, rows.locator(".cell.value").all_text_contents(), strict=True))


def test_a_day_of_the_calendar_becomes_the_period(opened):
    page = opened("periods")
    wait_until_painted(page, canvases=3)
    day, first = dt.date(2026, 3, 15), LAST_DAY - dt.timedelta(days=364)
    monday = first - dt.timedelta(days=first.weekday())
    weeks = (LAST_DAY - monday).days // 7 + 1

    def click_on_day() -> None:
        canvas = page.locator(".st-key-calendar canvas").first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        x = LEFT + (box["width"] - LEFT - RIGHT) * (((day - monday).days // 7) + 0.5) / weeks
        y = TOP + (calendar_map.HEIGHT - TOP - calendar_map.GAP) * (day.weekday() + 0.5) / 7
        page.mouse.click(box["x"] + x, box["y"] + y)

    click_on_day()
    page.wait_for_url("**/periods?period=2026-03-15..2026-03-15")
    expect_total(page, counted(1, day))
    wait_until_idle(page)
    page.wait_for_timeout(1200)
    click_on_day()
    page.wait_for_url("**/periods")
    expect_total(page, counted(30))


def test_a_month_of_the_table_is_counted_and_becomes_the_period(opened):
    page = opened("periods?channel=odr")
    odr = COUNTED[COUNTED["channel"] == "odr"]
    by_month = odr.groupby(odr["registered_on"].dt.to_period("M")).size()
    rows = grid(page, "逐月数据")
    whole = [str(month) for month in pd.period_range("2025-04", "2026-03", freq="M")]
    assert {month: rows[month][1] for month in whole} == {
        month: f"{by_month[month]}件" for month in whole
    }
    page.get_by_role("button", name="2026年2月", exact=True).click()
    page.wait_for_url("**period=2026-02-01..2026-02-28**")
    expect_total(page, odr[odr["registered_on"].dt.to_period("M") == "2026-02"])
    wait_until_idle(page)
    page.get_by_role("table", name="逐月数据").locator("tr[data-code='2026-01'] td").nth(3).click()
    page.wait_for_url("**period=2026-01-01..2026-01-31**")
    expect_total(page, odr[odr["registered_on"].dt.to_period("M") == "2026-01"])


def test_regions_are_ranked_and_the_map_leads_into_one(opened):
    page = opened("regions?period=12m")
    year = counted(365)
    by_city = year.groupby("city_code").size()
    assert ranking(page) == {
        name: f"{by_city[code]:,}"
        for name, code in [("武汉市", "420100"), ("宜昌市", "420500"), ("仙桃市", "429004")]
    }
    wait_until_painted(page, canvases=1)
    canvas = page.locator(".st-key-map canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + box["width"] * YICHANG[0], box["y"] + box["height"] * YICHANG[1])
    page.wait_for_url("**region=420500**")
    assert unquote(page.url).endswith("?period=12m&region=420500&drill=region:420500")
    expect_total(page, year[year["city_code"] == "420500"])
    expect(page.locator(".st-key-ranking .crumbs .here")).to_have_text("宜昌市")
    counties = year[year["city_code"] == "420500"].groupby("county_code").size()
    assert ranking(page) == {"夷陵区": f"{counties['420506']:,}"}
    page.get_by_role("button", name="撤销").click()
    page.wait_for_url(re.compile(r"regions\?period=12m$"))
    expect_total(page, year)
    expect(page.locator(".st-key-ranking .crumbs .here")).to_have_count(0)


def test_streets_and_districts_are_a_choice_away(opened):
    page = opened("regions?period=12m")
    page.locator(".st-key-choice-level").get_by_text("县区", exact=True).click()
    page.wait_for_url("**level=county_code**")
    expect(page.locator(".st-key-ranking .names .label")).to_have_text("县区")
    counties = counted(365).groupby("county_code").size()
    assert sorted(ranking(page).values()) == sorted(f"{count:,}" for count in counties)


def test_a_word_of_the_cloud_is_searched_for(opened):
    page = opened("hot_words?period=12m")
    wait_until_painted(page, canvases=2)
    canvas = page.locator(".st-key-cloud canvas").first
    box = canvas.bounding_box()
    # words lie around the middle; letters have holes, so a few places near it are tried
    for share in (0.5, 0.47, 0.53, 0.44, 0.56, 0.41, 0.59):
        page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * share)
        page.wait_for_timeout(700)
        if "q=" in page.url:
            break
    word = unquote(page.url.partition("q=")[2].partition("&")[0])
    assert word
    year = counted(365)
    with_word = year[year["narrative"].str.contains(word, regex=False)]
    assert 0 < len(with_word) < len(year)
    expect_total(page, with_word)
    expect(page.locator(".st-key-newest mark").first).to_have_text(word)


def test_words_are_ranked_by_the_submissions_that_contain_them(opened):
    page = opened("hot_words?period=12m&region=420500")
    yichang = counted(365)
    yichang = yichang[yichang["city_code"] == "420500"]
    for word, count in ranking(page).items():
        with_word = yichang["narrative"].str.contains(word, regex=False)
        assert count == f"{with_word.sum():,}", word


def test_a_change_is_taken_apart_without_remainder(opened):
    page = opened("changes?period=60d&by=city_code&kind=complaint")
    now, before = (
        each[each["kind"] == "complaint"].groupby("city_code").size()
        for each in (counted(60), counted(60, LAST_DAY - dt.timedelta(days=60)))
    )
    wait_until_painted(page, canvases=1)
    page.get_by_role("tab", name="分解明细").click()
    rows = {code.partition("@")[2]: cells for code, cells in grid(page, "市州").items()}
    assert {code: cells[1:4] for code, cells in rows.items()} == {
        code: [
            f"{before[code]}件",
            f"{now[code]}件",
            f"{now[code] - before[code]:+d}件".replace("+0", "0"),
        ]
        for code in now.index
    }
    parts = [int(cells[3].removesuffix("件")) for cells in rows.values()]
    assert sum(parts) == now.sum() - before.sum()
    page.get_by_role("table", name="市州").get_by_role("button", name="武汉市", exact=True).click()
    page.wait_for_url("**region=420100**")
    in_wuhan = counted(60)
    in_wuhan = in_wuhan[(in_wuhan["kind"] == "complaint") & (in_wuhan["city_code"] == "420100")]
    expect_total(page, in_wuhan)


@pytest.mark.parametrize("path", ["explorer", "changes", "regions", "hot_words", "periods"])
def test_the_judgement_stands_on_every_page(opened, path):
    page = opened(f"{path}?period=60d&measure=complaints")
    rows = [
        len(each[each["kind"] == "complaint"])
        for each in (counted(60), counted(60, LAST_DAY - dt.timedelta(days=60)))
    ]
    told = page.get_by_text("研判", exact=True).locator("..")
    now = f"{rows[0]}件，上期{rows[1]}件" if path != "hot_words" else "件，上期"
    expect(told).to_contain_text(now)


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)], ids=["1366x768", "1920x1080"])
@pytest.mark.parametrize(
    "path", ["periods", "regions", "hot_words?q=拖延退款&by=region", "changes"]
)
def test_nothing_needs_scrolling_sideways(server, browser_context, size, path):
    page = browser_context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{server.url}/{path}")
    wait_until_idle(page)
    page.wait_for_timeout(1500)
    assert page.evaluate(SIDEWAYS) <= 0


def test_a_viewer_of_one_city_sees_none_of_anothers(serve, warehouse, tmp_path, open_page):
    url = serve(warehouse, f"sqlite:///{tmp_path}/w.db", VIEWER_REGIONS="420100").url
    year = counted(365)
    wuhan = year[year["city_code"] == "420100"]
    for path in ("periods", "regions", "hot_words", "changes"):
        page = open_page(f"{url}/{path}?period=12m")
        expect_total(page, wuhan)
        for name in ("宜昌", "夷陵", "仙桃"):
            expect(page.get_by_text(name)).to_have_count(0)
        page.close()
