import re
import textwrap

import pytest
from playwright.sync_api import Error, expect

from tests.browser.app_server import start_app
from tests.browser.looking import painted_canvases, wait_until_painted
from tests.processes import stop

PROBE = """
import os
import time

import streamlit as st

finished = st.session_state.setdefault("finished", [])
for name in ("one", "two"):
    if st.button(name):
        time.sleep(1)
        st.write("a click in the meantime ends the run here")
        finished.append(name)
st.write("finished:", *finished)
st.write("demo", os.environ["DEMO_MODE"], "of", os.environ["WAREHOUSE_URL"])
bars = {
    "xAxis": {"type": "category", "data": ["武汉", "宜昌"]},
    "yAxis": {"type": "value"},
    "series": [{"type": "bar", "data": [3, 5], "label": {"show": True}}],
}
st.echarts_chart(bars, key="bars", height=300)
st.html("<canvas width=300 height=300></canvas>")
"""


@pytest.fixture
def probe(tmp_path):
    script = tmp_path / "probe.py"
    script.write_text(textwrap.dedent(PROBE))
    server = start_app(
        tmp_path / "log", tmp_path / "warehouse", "sqlite://", {"DEMO_MODE": "1"}, script=script
    )
    yield server
    stop(server.process)


def test_a_chart_is_painted_and_an_empty_canvas_is_not(probe, open_page, tmp_path):
    page = open_page(probe.url)
    expect(page.get_by_text(f"demo 1 of duckdb:///{tmp_path}/warehouse")).to_be_visible()
    wait_until_painted(page, canvases=1)
    assert painted_canvases(page) == 1


def test_a_click_waits_until_the_run_before_it_is_over(probe, open_page):
    page = open_page(probe.url)
    for name in ("one", "two"):
        page.get_by_role("button", name=name).click()
    expect(page.get_by_text("finished: one two")).to_be_visible()


def test_requests_elsewhere_are_refused_and_remembered(probe, open_page, foreign_requests):
    page = open_page(probe.url)
    outcome = page.evaluate(
        "fetch('https://maps.example.org/tile.png').then(() => 'fetched', () => 'refused')"
    )
    page.evaluate("new Promise(r => {new WebSocket('wss://live.example.org/').onclose = r})")
    assert outcome == "refused"
    assert foreign_requests == ["https://maps.example.org/tile.png", "wss://live.example.org/"]
    foreign_requests.clear()


def test_an_app_that_cannot_start_shows_its_log(tmp_path):
    missing = tmp_path / "nowhere.py"
    with pytest.raises(TimeoutError, match=re.escape("nowhere.py")):
        start_app(tmp_path / "log", tmp_path, "sqlite://", {}, script=missing)


def test_a_stopped_server_no_longer_answers(probe, browser_context):
    stop(probe.process)
    page = browser_context.new_page()
    with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
        page.goto(probe.url)
