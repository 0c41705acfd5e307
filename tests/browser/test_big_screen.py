"""The big screen as it is looked at: drawn, clicked, left alone, on walls of several sizes."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import painted_canvases, wait_until_idle, wait_until_painted
from tests.ui.planted import WUHAN_BEFORE, WUHAN_NOW, YICHANG_BEFORE, YICHANG_NOW, plant

expect.set_options(timeout=20_000)

CANVASES = 4
"""Map, course, channels, words."""

# Places on the map's canvas, as shares of its width and height.
WUHAN = (0.80, 0.66)
YICHANG = (0.38, 0.66)

SIZES = [(1366, 768), (1920, 1080), (2560, 1440), (3840, 2160)]


@pytest.fixture(scope="module")
def server(serve_module, tmp_path_factory):
    folder = plant(tmp_path_factory.mktemp("warehouse"))
    return serve_module(
        folder, f"sqlite:///{folder}.workflow.db", VIEWER_REGIONS="all", REFRESH_SECONDS="5"
    )


@pytest.fixture
def wall(server, open_page):
    page = open_page(server.url)
    wait_until_painted(page, canvases=CANVASES)
    return page


def tile(page: Page, name: str):
    return page.locator(".cr-tile").filter(has=page.get_by_text(name, exact=True))


def click_map(page: Page, place: tuple[float, float]) -> None:
    box = page.locator(".st-key-map canvas").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * place[0], box["y"] + box["height"] * place[1])


def test_everything_is_drawn(wall):
    assert painted_canvases(wall) == CANVASES
    expect(wall.get_by_text("湖北省投诉举报一屏展示")).to_be_visible()
    everything = WUHAN_NOW + YICHANG_NOW
    expect(tile(wall, "诉求量")).to_contain_text(f"{everything}件")
    # 10 now, 12 in the 30 days before: down by a sixth
    assert WUHAN_BEFORE + YICHANG_BEFORE == 12
    expect(tile(wall, "诉求量")).to_contain_text("环比 ↓16.7%")
    expect(tile(wall, "办结率")).to_contain_text("不作同比环比")
    bases = dict.fromkeys(
        ("行业排行", "投诉问题排行", "涉诉主体排行", "来源渠道", "热词"), "近30天"
    )
    bases |= {
        "区域分布与办理进度": "近30天",
        "投诉举报走势": "近13个月",
        "值得关注的新诉求": "近7天",
    }
    for heading, base in bases.items():
        panel = wall.locator(".cr-panel").filter(has_text=heading)
        expect(panel).to_contain_text(re.compile(f"{base}.*截至3月31日"))


def test_synthetic_and_stale_data_are_said(wall):
    expect(wall.get_by_text("合成数据").first).to_be_visible()
    expect(wall.locator(".cr-red")).to_have_text(re.compile(r"数据已落后\d+个工作日"))


def test_stages_of_handling(wall):
    expect(wall.locator(".cr-stages")).to_contain_text("处理中10占100.0%")


def test_a_click_on_the_map_narrows_everything(wall):
    click_map(wall, WUHAN)
    expect(wall.get_by_text("武汉市投诉举报一屏展示")).to_be_visible()
    wall.wait_for_url("**/?region=420100")
    expect(tile(wall, "诉求量")).to_contain_text(f"{WUHAN_NOW}件")
    expect(tile(wall, "诉求量")).to_contain_text("同比 ↑100.0%")
    expect(wall.locator(".cr-industry")).not_to_contain_text("餐饮业")
    wall.get_by_role("button", name="返回湖北省").click()
    expect(tile(wall, "诉求量")).to_contain_text(f"{WUHAN_NOW + YICHANG_NOW}件")
    wall.wait_for_url("**/?region=420000")


def test_the_address_holds_region_and_period(server, open_page):
    page = open_page(f"{server.url}/?region=420500&period=12m")
    expect(page.get_by_text("宜昌市投诉举报一屏展示")).to_be_visible()
    expect(tile(page, "诉求量")).to_contain_text(f"{YICHANG_NOW + YICHANG_BEFORE}件")
    page.get_by_role("radio", name="近30天").click()
    expect(tile(page, "诉求量")).to_contain_text(f"{YICHANG_NOW}件")
    page.wait_for_url("**/?region=420500&period=30d")


@pytest.mark.parametrize("query", ["?region=999999", "?region=430100", "?period=soon"])
def test_an_address_that_means_nothing_shows_the_start(server, open_page, query):
    page = open_page(f"{server.url}/{query}")
    expect(page.get_by_text("湖北省投诉举报一屏展示")).to_be_visible()
    expect(tile(page, "诉求量")).to_contain_text(f"{WUHAN_NOW + YICHANG_NOW}件")


def test_the_screen_has_an_address_of_its_own_too(server, open_page):
    page = open_page(f"{server.url}/big_screen")
    expect(page.get_by_text("湖北省投诉举报一屏展示")).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES, ids=[f"{w}x{h}" for w, h in SIZES])
def test_it_fits_every_wall_without_scrolling(server, browser_context, size):
    page = browser_context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(server.url)
    wait_until_idle(page)
    wait_until_painted(page, canvases=CANVASES)
    scroll = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert page.evaluate(scroll) == list(size)
    for panel in page.locator(".cr-panel").all():
        box = panel.bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= size[0]
        assert 0 <= box["y"] <= box["y"] + box["height"] <= size[1]
    letters = page.locator(".cr-rank span").first.evaluate("e => getComputedStyle(e).fontSize")
    assert float(letters.removesuffix("px")) == pytest.approx(17 * size[0] / 1920, rel=0.02)


REMEMBER = """() => {
    const canvases = [];
    const look = (root) => root.querySelectorAll('*').forEach((element) => {
        if (element.tagName === 'CANVAS') canvases.push(element);
        if (element.shadowRoot) look(element.shadowRoot);
    });
    look(document);
    const kept = [...canvases, document.querySelector('.cr-ticker')];
    window.flickered = [];
    const watch = () => {
        if (!kept.every((element) => element.isConnected)) window.flickered.push('gone');
        for (const panel of document.querySelectorAll('[class*="st-key-panel-"]'))
            if (Number(getComputedStyle(panel).opacity) < 1) window.flickered.push('faded');
        requestAnimationFrame(watch);
    };
    watch();
}"""


def test_a_refresh_leaves_everything_where_it_is(server, browser_context):
    page = browser_context.new_page()
    answers: list[str | bytes] = []

    def keep(payload: str | bytes) -> None:
        answers.append(payload)

    page.on("websocket", lambda socket: socket.on("framereceived", keep))
    page.goto(server.url)
    wait_until_idle(page)
    wait_until_painted(page, canvases=CANVASES)
    page.evaluate(REMEMBER)
    before = len(answers)
    page.wait_for_timeout(6500)
    assert len(answers) > before, "no refresh came"
    assert page.evaluate("window.flickered") == []
