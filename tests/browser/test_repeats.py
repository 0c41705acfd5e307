"""From a repeat to the count: a person overrules it, a refresh counts it; figures asked for by SQL."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from jobs.decided import read_decided
from jobs.refresh import refresh
from queries.generations import GenerationStore
from queries.schema import submissions
from queries.warehouse import open_current
from tests.browser.looking import wait_until_idle
from tests.repeated import plant


def asked(folder, condition) -> int:
    warehouse = open_current(f"duckdb:///{folder}")
    try:
        with warehouse.engine.connect() as conn:
            return int(conn.scalar(sa.select(sa.func.count()).where(condition)) or 0)
    finally:
        warehouse.engine.dispose()


def expect_counted(page: Page, folder) -> int:
    """Expect the de-noised count on the page of figures to be the one of the warehouse."""
    wait_until_idle(page, timeout_seconds=60)
    counted = asked(folder, submissions.c.exclusion_reason.is_(None))
    left_out = asked(folder, submissions.c.exclusion_reason.is_not(None))
    expect(
        page.get_by_text(re.compile(f"^共{counted}件，范围内{counted + left_out}件"))
    ).to_be_visible()
    expect(page.get_by_text(f"去重口径（剔除{left_out}件）")).to_be_visible()
    return counted


@pytest.mark.parametrize("size", [(1366, 768)], ids=["1366x768"])
def test_a_repeat_is_overruled_and_counted_after_a_refresh(serve, browser_context, tmp_path, size):
    folder, workflow = plant(tmp_path / "warehouse"), f"sqlite:///{tmp_path}/workflow.db"
    url = serve(folder, workflow, VIEWER_REGIONS="all", VIEWER_ROLE="analyst").url
    page = browser_context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})

    page.goto(f"{url}/explorer?period=all&denoised=1")
    before = expect_counted(page, folder)

    page.goto(f"{url}/repeats?period=all")
    wait_until_idle(page)
    repeats = asked(folder, submissions.c.exclusion_reason == "repeat")
    metric = page.get_by_test_id("stMetric").filter(has_text="重复诉求")
    expect(metric.get_by_test_id("stMetricValue")).to_have_text(f"{repeats}件")
    page.get_by_role("table", name="重复诉求").get_by_role("button", name="第0商行").click()
    page.wait_for_url("**group=repeat.**")
    row = page.locator(".st-key-members tbody tr").filter(has_text="剔除：重复诉求")
    expect(row).to_have_count(1)
    expect(page.get_by_text("就同一事提出2件，相邻两件最长间隔4日")).to_be_visible()

    page.get_by_text("人工改判", exact=True).click()
    # The list of a box that still slides open closes again at once.
    page.get_by_role("button", name="保存").hover()
    page.wait_for_timeout(600)
    page.get_by_role("combobox", name="诉求").click()
    page.get_by_role("option", name=re.compile("剔除：重复诉求")).click()
    page.get_by_label("理由（可不填）").fill("两次购买，不是同一件")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("人工：计入，待下次更新生效")).to_be_visible()

    refresh(GenerationStore(folder), decided=read_decided(workflow))
    page.goto(f"{url}/explorer?period=all&denoised=1")
    assert expect_counted(page, folder) == before + 1
    page.goto(f"{url}/repeats?period=all")
    wait_until_idle(page)
    expect(metric.get_by_test_id("stMetricValue")).to_have_text(f"{repeats - 1}件")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
