"""When a page is ready to be looked at."""

from playwright.sync_api import Page, TimeoutError

APP = '[data-testid="stApp"]'
IDLE = '[data-test-script-state="notRunning"]'

# Tells of each canvas where it stands, how large it is and how many colours it shows (at 48 x 48),
# also of those inside shadow roots.
CANVASES = """() => {
    const found = [];
    const look = (root, inside) => root.querySelectorAll('*').forEach((element) => {
        if (element.tagName !== 'CANVAS' && !element.shadowRoot) return;
        const keyed = element.closest('[class*="st-key-"]');
        const key = keyed ? /st-key-([\\w-]+)/.exec(keyed.className)[1] : inside;
        if (element.shadowRoot) return look(element.shadowRoot, key);
        const {width, height} = element, colours = new Set();
        if (width > 40 && height > 40) {
            const small = document.createElement('canvas');
            small.width = small.height = 48;
            const context = small.getContext('2d');
            context.drawImage(element, 0, 0, 48, 48);
            const pixels = context.getImageData(0, 0, 48, 48).data;
            for (let i = 0; i < pixels.length; i += 4)
                colours.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2] | pixels[i + 3] << 24);
        }
        found.push({key, width, height, colours: colours.size});
    });
    look(document, '');
    return found;
}"""
PAINTED = f"(wanted) => ({CANVASES})().filter((each) => each.colours > 8).length >= wanted"


def wait_until_idle(page: Page, *, timeout_seconds: float = 30) -> None:
    """Return once Streamlit has finished the page's run."""
    page.locator(f"{APP}{IDLE}").wait_for(timeout=timeout_seconds * 1000)


def act_when_idle(page: Page) -> None:
    """Let what is done by a locator, and what is expected of one, wait until a run is over.

    A run replaces what it draws: a click on what it is about to replace goes nowhere. The mouse and
    the keyboard of the page itself do not wait, and a page without this sees what a run shows.
    """
    page.add_locator_handler(page.locator(f"{APP}:not({IDLE})"), lambda: None)


def wait_until_painted(page: Page, *, canvases: int, timeout_seconds: float = 60) -> None:
    """Return once at least ``canvases`` canvases show something, and their entry is over.

    It looks four times a second: to look through the page at every frame would slow its drawing.
    """
    try:
        page.wait_for_function(PAINTED, arg=canvases, timeout=timeout_seconds * 1000, polling=250)
    except TimeoutError as error:
        state = page.evaluate("document.visibilityState")
        seen = "\n".join(map(str, page.evaluate(CANVASES)))
        text = page.locator("body").inner_text()
        message = f"{canvases} painted canvases wanted, {page.url} ({state}) has\n{seen}\n{text}"
        raise AssertionError(message) from error
    page.wait_for_timeout(1200)


def painted_canvases(page: Page) -> int:
    """Count the canvases that show something."""
    return sum(each["colours"] > 8 for each in page.evaluate(CANVASES))
