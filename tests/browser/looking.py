"""When a page is ready to be looked at."""

from playwright.sync_api import Page

APP = '[data-testid="stApp"]'
IDLE = '[data-test-script-state="notRunning"]'

# Counts canvases that show more than eight colours, also those inside shadow roots.
PAINTED = """(wanted) => {
    let painted = 0;
    const look = (root) => root.querySelectorAll('*').forEach((element) => {
        if (element.tagName === 'CANVAS' && element.width > 40 && element.height > 40) {
            const small = document.createElement('canvas');
            small.width = small.height = 48;
            const context = small.getContext('2d');
            context.drawImage(element, 0, 0, 48, 48);
            const pixels = context.getImageData(0, 0, 48, 48).data;
            const colours = new Set();
            for (let i = 0; i < pixels.length; i += 4)
                colours.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2] | pixels[i + 3] << 24);
            if (colours.size > 8) painted += 1;
        }
        if (element.shadowRoot) look(element.shadowRoot);
    });
    look(document);
    return wanted === null ? painted : painted >= wanted;
}"""


def wait_until_idle(page: Page, *, timeout_seconds: float = 30) -> None:
    """Return once Streamlit has finished the page's run."""
    page.locator(f"{APP}{IDLE}").wait_for(timeout=timeout_seconds * 1000)


def act_when_idle(page: Page) -> None:
    """Let what is done by a locator, and what is expected of one, wait until a run is over.

    A run replaces what it draws: a click on what it is about to replace goes nowhere. The mouse and
    the keyboard of the page itself do not wait, and a page without this sees what a run shows.
    """
    page.add_locator_handler(page.locator(f"{APP}:not({IDLE})"), lambda: None)


def wait_until_painted(page: Page, *, canvases: int, timeout_seconds: float = 30) -> None:
    """Return once at least ``canvases`` canvases show something, and their entry is over."""
    page.wait_for_function(PAINTED, arg=canvases, timeout=timeout_seconds * 1000)
    page.wait_for_timeout(1200)


def painted_canvases(page: Page) -> int:
    """Count the canvases that show something."""
    return int(page.evaluate(PAINTED, None))
