"""What the public writes stays text, and a viewer gets nothing that is not the viewer's."""

import base64
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from tests.browser.looking import painted_canvases, wait_until_idle, wait_until_painted
from tests.ui.planted import PICTURE, SECRET, WUHAN_NOW, plant

expect.set_options(timeout=20_000)

OF_WUHAN = {"VIEWER_REGIONS": "420100", "VIEWER_ROLE": "analyst"}
PAGES = (
    "",
    "explorer",
    "submissions",
    "big_screen",
    "operators?focus=issue:C03",
    "hot_words?by=region",
    "hot_words?period=all&q=退款",
    "clusters?period=all",
    "tags?period=all",
    "entry_quality?period=all",
)
OF_FIGURES = (
    "periods?period=all",
    "industries?period=all",
    "issues?period=all",
    "operators?period=all",
    "changes?period=12m",
    "repeats?period=all",
    "new_words?period=all",
    "identities?period=all",
    "identities?period=all&of=groups",
    "scores?period=all",
    "campaigns?period=all",
    "campaigns?period=all&part=texts",
    "leads",
    "leads?part=chain",
    "events",
)
"""Pages that show figures and words of the classification, but no text of these submissions."""

SAID_EVERYWHERE = "截至2026"
OWN = "420106"
"""Code of the district that Wuhan's submissions come from."""

FOREIGN_ID = "42050600000"
"""A submission of Yichang."""

BROKEN = """() => {
    const found = window.broken ? ['code ran'] : [];
    const look = (root) => root.querySelectorAll('*').forEach((element) => {
        if (element.tagName === 'IMG' && element.getAttribute('src') === 'x') found.push('picture');
        if (element.tagName === 'SCRIPT' && element.textContent.includes('window.broken'))
            found.push('script');
        if (element.tagName === 'A' && /^javascript:|elsewhere/.test(element.getAttribute('href')))
            found.push('link');
        if (element.shadowRoot) look(element.shadowRoot);
    });
    look(document);
    return found;
}"""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="module")
def server(serve_module, warehouse):
    return serve_module(warehouse, f"sqlite:///{warehouse}.workflow.db", VIEWER_REGIONS="all")


@pytest.fixture(scope="module")
def city_server(serve_module, warehouse):
    return serve_module(warehouse, f"sqlite:///{warehouse}.workflow.db", **OF_WUHAN)


@dataclass
class Received:
    """Every byte that a page was sent."""

    bodies: list[bytes] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("response", self._keep)
        page.on("websocket", lambda socket: socket.on("framereceived", self._keep_frame))

    def _keep(self, response: Response) -> None:
        if response.request.resource_type not in {"script", "stylesheet", "font"} and response.ok:
            self.bodies.append(response.body())

    def _keep_frame(self, payload: str | bytes) -> None:
        self.bodies.append(payload.encode() if isinstance(payload, str) else payload)

    def holds(self, text: str) -> bool:
        """Tell whether ``text`` came, plain, in other letters' case, as UTF-16 or in base64."""
        everything = b"".join(self.bodies)
        inner = base64.b64encode(text.encode()).rstrip(b"=")[:-1]
        return (
            text.lower().encode() in everything.lower()
            or text.encode("utf-16-le") in everything
            or inner in everything
        )

    def wait_for(self, page: Page, text: str) -> None:
        """Return once ``text`` came; fail if it does not come, for then nothing is proved."""
        for _ in range(100):
            if self.holds(text):
                return
            page.wait_for_timeout(200)
        pytest.fail(f"{text!r} did not reach {page.url}")


def look_around(page: Page) -> None:
    """Move over the whole page, so that every tooltip has its chance."""
    for row in range(8):
        for column in range(12):
            page.mouse.move(80 + column * 160, 60 + row * 130)
            page.wait_for_timeout(25)


def opened(context: BrowserContext, url: str, *, holding: str) -> tuple[Page, Received]:
    """Open a page and listen until ``holding`` has come, and a little longer."""
    page, received = context.new_page(), Received()
    received.listen(page)
    page.goto(url)
    wait_until_idle(page)
    received.wait_for(page, holding)
    wait_until_idle(page)
    page.wait_for_timeout(1000)
    return page, received


@pytest.mark.parametrize("path", [*PAGES, "changes?by=operator_id"])
def test_what_the_public_writes_stays_text(server, browser_context, path):
    page, received = opened(browser_context, f"{server.url}/{path}", holding="onerror")
    look_around(page)
    assert page.evaluate(BROKEN) == []
    assert not received.holds("--x_x--0_0--window"), "the browser would run this"


@pytest.mark.parametrize("path", OF_FIGURES)
def test_figures_bring_nothing_of_another_city_and_nothing_that_runs(
    city_server, browser_context, path
):
    page, received = opened(browser_context, f"{city_server.url}/{path}", holding=SAID_EVERYWHERE)
    look_around(page)
    assert page.evaluate(BROKEN) == []
    assert not received.holds(SECRET)
    assert not received.holds(FOREIGN_ID[:8])


def test_tooltips_of_the_map_and_the_cloud_are_drawn_not_built(server, open_page):
    page = open_page(server.url)
    wait_until_painted(page, canvases=4)
    for key, place in (("map", (0.80, 0.66)), ("word", (0.5, 0.5))):
        box = page.locator(f".st-key-{key} canvas").first.bounding_box()
        page.mouse.move(box["x"] + box["width"] * place[0], box["y"] + box["height"] * place[1])
        page.wait_for_timeout(600)
        assert page.locator(f".st-key-{key} .echarts-container > div").count() == 1, key
    assert page.evaluate(BROKEN) == []
    assert painted_canvases(page) == 4


def test_the_live_list_shows_the_letters_themselves(server, open_page):
    page = open_page(server.url)
    article = page.locator(".cr-ticker article").filter(has_text="江城商行").first
    expect(article).to_contain_text(PICTURE)


@pytest.mark.parametrize("path", [*PAGES, "regions", "explorer?region=420500"])
def test_a_viewer_of_one_city_gets_no_byte_of_another(city_server, browser_context, path):
    _, received = opened(browser_context, f"{city_server.url}/{path}", holding=OWN)
    assert not received.holds(SECRET)
    assert not received.holds(FOREIGN_ID[:8])


@pytest.mark.parametrize(
    ("query", "says"),
    [
        pytest.param(f"id={FOREIGN_ID}", "不在您的可见范围内", id="one submission"),
        pytest.param("region=420500", "不在您的可见范围内", id="the other city"),
        pytest.param(f"q={SECRET}", "该范围内没有诉求记录", id="words of the other city"),
    ],
)
def test_what_is_another_citys_does_not_exist(city_server, browser_context, query, says):
    page, received = opened(browser_context, f"{city_server.url}/submissions?{query}", holding=says)
    expect(page.get_by_text(says).first).to_be_visible()
    if SECRET not in query:
        assert not received.holds(SECRET)
    assert not received.holds(f"{SECRET}商行")


def test_the_big_screen_by_an_address_of_another_city_shows_the_own(city_server, open_page):
    page = open_page(f"{city_server.url}/?region=420500")
    expect(page.get_by_text("武汉市投诉举报一屏展示")).to_be_visible()
    expect(page.locator(".cr-tile").first).to_contain_text(f"{WUHAN_NOW}件")
    expect(page.get_by_role("button", name="返回湖北省")).to_have_count(0)


@pytest.mark.parametrize("path", ["explorer?region=420100", "submissions?region=420100"])
def test_the_first_visit_to_a_page_by_its_address_goes_through_the_frame(
    serve, warehouse, browser_context, path
):
    server = serve(warehouse, f"sqlite:///{warehouse}.workflow.db", **OF_WUHAN)
    page, received = opened(browser_context, f"{server.url}/{path}", holding=OWN)
    expect(page.get_by_test_id("stSidebar").get_by_text("研判分析员")).to_be_visible()
    page.wait_for_url(f"**/{path}")
    assert not received.holds(SECRET)


@pytest.mark.parametrize("path", ["explorer", "submissions"])
def test_the_first_visit_without_any_right_gets_no_row(serve, warehouse, browser_context, path):
    server = serve(warehouse, f"sqlite:///{warehouse}.workflow.db")
    page, received = opened(browser_context, f"{server.url}/{path}", holding="尚未设定可见范围")
    expect(page.get_by_text("尚未设定可见范围")).to_be_visible()
    assert not received.holds(SECRET)
    assert not received.holds(OWN)


def test_without_data_the_way_out_is_shown(serve, tmp_path, browser_context):
    server = serve(tmp_path / "nowhere", f"sqlite:///{tmp_path}/workflow.db", VIEWER_REGIONS="all")
    page, received = opened(browser_context, server.url, holding="python -m jobs demo")
    expect(page.get_by_text("python -m jobs demo")).to_be_visible()
    number = page.get_by_role("alert").inner_text().partition("编号")[2][:8]
    assert f"failure {number}: NoWarehouseError" in server.log
    assert not received.holds(str(tmp_path))
