import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Route,
    WebSocketRoute,
    expect,
    sync_playwright,
)

from tests.browser import demo_province as demo
from tests.browser.app_server import AppServer, Serve, app_servers
from tests.browser.looking import act_when_idle, wait_until_idle

expect.set_options(timeout=20_000)

ELSEWHERE = re.compile(r"^(https?|wss?)://(?!127\.0\.0\.1[:/])")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    # A request that slips past the routes below finds no host.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """``serve(warehouse_dir, workflow_url, DEMO_MODE="1")`` -> a fresh server for this test."""
    with app_servers(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def serve_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Like ``serve``, for a server that all tests of a module look at."""
    with app_servers(tmp_path_factory.mktemp("servers")) as start:
        yield start


@pytest.fixture(scope="session")
def demo_province(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, demo.Frame]:
    """The folder of a demo province with its files and warehouse, and what stands in the files."""
    folder = tmp_path_factory.mktemp("province")
    return folder, demo.make(folder)


@pytest.fixture(scope="session")
def demo_server(
    demo_province: tuple[Path, demo.Frame], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppServer]:
    """The app on `demo_province`, for a viewer of the whole of it."""
    folder, _ = demo_province
    with app_servers(tmp_path_factory.mktemp("demo_server")) as start:
        yield start(folder / "warehouse", f"sqlite:///{folder}/workflow.db", VIEWER_REGIONS="all")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium fonts-noto-cjk)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=program, headless=True, args=CHROMIUM_FLAGS
        )
        yield launched
        launched.close()


@pytest.fixture
def foreign_requests() -> list[str]:
    """Every address outside 127.0.0.1 that a page of ``browser_context`` asked for."""
    return []


@pytest.fixture
def browser_context(browser: Browser, foreign_requests: list[str]) -> Iterator[BrowserContext]:
    """A clean 1920x1080 profile that reaches 127.0.0.1 alone; a request elsewhere fails the test."""
    context = browser.new_context(
        viewport={"width": 1920, "height": 1080},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        service_workers="block",
    )

    def refuse(route: Route) -> None:
        foreign_requests.append(route.request.url)
        route.abort()

    def refuse_socket(socket: WebSocketRoute) -> None:
        foreign_requests.append(socket.url)
        socket.close()

    context.route(ELSEWHERE, refuse)
    context.route_web_socket(ELSEWHERE, refuse_socket)
    context.on("page", act_when_idle)
    yield context
    context.close()
    assert foreign_requests == [], "the page asked for addresses outside 127.0.0.1"


@pytest.fixture
def open_page(browser_context: BrowserContext) -> Callable[[str], Page]:
    """``open_page(server.url + "/explorer")`` -> the page once its first run is over."""

    def opened(url: str) -> Page:
        assert urlparse(url).hostname == "127.0.0.1", url
        page = browser_context.new_page()
        page.goto(url)
        wait_until_idle(page)
        return page

    return opened
