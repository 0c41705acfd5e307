"""From a doubtful pair to the count of operators: a person decides, a refresh applies it."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from jobs.decided import read_decided
from jobs.refresh import refresh
from queries.generations import GenerationStore
from queries.schema import submissions
from queries.warehouse import open_current
from tests.browser.looking import wait_until_idle
from tests.named import plant


def operators(folder) -> int:
    warehouse = open_current(f"duckdb:///{folder}")
    try:
        with warehouse.engine.connect() as conn:
            asked = sa.select(sa.func.count(sa.distinct(submissions.c.operator_id)))
            return int(conn.scalar(asked) or 0)
    finally:
        warehouse.engine.dispose()


@pytest.mark.parametrize("size", [(1366, 768)], ids=["1366x768"])
def test_two_names_are_confirmed_as_one_operator(serve, browser_context, tmp_path, size):
    folder, workflow = plant(tmp_path / "warehouse"), f"sqlite:///{tmp_path}/workflow.db"
    url = serve(folder, workflow, VIEWER_REGIONS="all", VIEWER_ROLE="analyst").url
    page = browser_context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    before = operators(folder)

    page.goto(f"{url}/identities?period=all")
    wait_until_idle(page, timeout_seconds=60)
    after = page.get_by_test_id("stMetric").filter(has_text="归并后")
    expect(after.get_by_test_id("stMetricValue")).to_have_text(f"{before}个")
    board = page.get_by_role("table", name="待确认")
    board.get_by_role("button", name="嘉盛").first.click()
    page.wait_for_url("**group=**")
    expect(page.get_by_text("依据：字号相同、地址不一致")).to_be_visible()
    expect(page.get_by_text("地址：徐东大街77号")).to_be_visible()
    page.get_by_role("button", name="同一主体", exact=False).first.click()
    expect(page.get_by_text("人工：同一主体")).to_be_visible()

    refresh(GenerationStore(folder), decided=read_decided(workflow))
    assert operators(folder) == before - 1
    page.goto(f"{url}/identities?period=all&of=groups")
    wait_until_idle(page)
    expect(after.get_by_test_id("stMetricValue")).to_have_text(f"{before - 1}个")
    merged = page.get_by_role("table", name="已归并").get_by_role("row").filter(has_text="嘉盛")
    expect(merged).to_contain_text("人工")
    merged.get_by_role("button").first.click()
    page.wait_for_url("**group=**")
    page.get_by_role("link", name="查看诉求明细（筛选范围内）").click()
    wait_until_idle(page)
    expect(page.get_by_text(re.compile("^共2件")).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
