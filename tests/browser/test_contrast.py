"""Text stands out from what is behind it: 4.5 to 1, in both themes."""

import pytest

from jobs.refresh import refresh
from queries.generations import GenerationStore
from tests import repeated
from tests.browser.looking import wait_until_idle
from tests.finders import cluster_records, new_word_texts
from tests.ui.ranked import SURGE, plant

LEAST = 4.5
"""WCAG 2.1, level AA, for text of normal size."""

LOOKS = 10
"""How often to look, a second apart, before text is faint and not merely fading in."""

DRAWN = 80
"""Texts on a page once its panels are drawn; the bar and the sidebar have about 45."""

DRAWN_OF_NOTHING = 55
"""The same of a page that has a head and a sentence, but no row to show of these submissions."""

PATHS = (
    "operators?min=3",
    "industries?period=12m",
    "issues?issue=C03&-channel=odr",
    f"operators?focus=operator:{SURGE}",
    "explorer",
    "submissions",
    "periods",
    "regions",
    "hot_words",
    "changes",
    "events",
)

OF_FINDINGS = (
    "clusters?period=90d",
    "clusters?period=90d&level=fine&cluster_shown=c1",
    "submissions?period=90d&cluster=c1,c9999",
    "repeats?period=all",
    "repeats?period=all&of=claimant",
    "tags?period=90d",
    "tags?period=90d&tag_shown=runaway&edit=1",
    "identities?period=all",
    "identities?period=all&of=groups",
    "entry_quality?period=all",
    "entry_quality?period=all&list=categories",
    "new_words",
    "scores",
    "risk_model",
    "risk_model?part=edit",
    "campaigns?period=all",
    "leads?part=chain",
)
"""Pages of what jobs found in the texts."""

# Faint text as it is seen: colours under each other, opacity of everything around multiplied.
FAINT = """(least) => {
    const luminance = (colour) => {
        const [r, g, b] = colour.map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const read = (text) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = '#000';
        canvas.fillStyle = text;
        canvas.fillRect(0, 0, 1, 1);
        const data = canvas.getImageData(0, 0, 1, 1).data;
        return [data[0], data[1], data[2], data[3] / 255];
    };
    const over = (top, share, below) => below.map((value, i) => top[i] * share + value * (1 - share));
    const found = [];
    let seen = 0;
    const look = (root) => root.querySelectorAll('*').forEach((element) => {
        if (element.shadowRoot) look(element.shadowRoot);
        const words = [...element.childNodes].filter((node) => node.nodeType === 3 && node.textContent.trim());
        if (!words.length || !element.getClientRects().length) return;
        if (element.matches('[data-testid="stIconMaterial"], style, script, option')) return;
        if (element.closest('[disabled], [aria-disabled="true"], [data-testid="stPaginationEllipsis"]')) return;
        const layers = [];
        let opacity = 1;
        for (let up = element; up; up = up.parentElement || up.getRootNode().host) {
            const style = getComputedStyle(up);
            layers.unshift(read(style.backgroundColor));
            opacity *= parseFloat(style.opacity);
        }
        const ground = layers.reduce((below, layer) => over(layer, layer[3], below), [255, 255, 255]);
        const ink = read(getComputedStyle(element).color);
        const [a, b] = [luminance(over(ink, ink[3] * opacity, ground)), luminance(ground)];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        seen += 1;
        if (ratio < least) found.push(`${ratio.toFixed(2)} ${element.className} ${element.textContent.slice(0, 20)}`);
    });
    look(document);
    return [seen, [...new Set(found)]];
}"""


@pytest.fixture(scope="module")
def server(serve_module, tmp_path_factory):
    folder = plant(tmp_path_factory.mktemp("warehouse"))
    return serve_module(folder, f"sqlite:///{folder}/workflow.db", VIEWER_REGIONS="all")


@pytest.fixture(scope="module")
def server_of_findings(serve_module, tmp_path_factory):
    folder = tmp_path_factory.mktemp("findings")
    store = GenerationStore(folder)
    known = [*repeated.ALL, *repeated.ACROSS, *repeated.LAST]
    repeated.load(store, [*known, *cluster_records.rows("a", each=30), *new_word_texts.start()])
    refresh(store)
    return serve_module(
        folder,
        f"sqlite:///{folder}/workflow.db",
        VIEWER_REGIONS="all",
        VIEWER_ROLE="analyst",
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", OF_FINDINGS)
def test_text_of_findings_stands_out(server_of_findings, browser_context, path, theme):
    look_at(server_of_findings, browser_context, path, theme)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_text_stands_out(server, browser_context, path, theme):
    look_at(server, browser_context, path, theme)


def look_at(server, browser_context, path, theme):
    page = browser_context.new_page()
    page.emulate_media(color_scheme=theme)
    page.goto(f"{server.url}/{path}")
    wait_until_idle(page)
    drawn = DRAWN_OF_NOTHING if path.startswith(("identities", "leads")) else DRAWN
    page.wait_for_function(f"({FAINT})({LEAST})[0] > {drawn}")
    # What is drawn once more fades in: faint is what stays so.
    for _ in range(LOOKS):
        page.wait_for_timeout(1000)
        _, faint = page.evaluate(FAINT, LEAST)
        if not faint:
            break
    assert faint == []
