"""A rule is written in the page, tried, put in force, and counted after a refresh."""

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
from tests.ui.counted import LAST_DAY, plant

RULE = "退款 且 (拖延 或 拒绝) 非 发霉"
NAME = "退款被拖延"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="module")
def workflow(warehouse):
    return f"sqlite:///{warehouse}/workflow.db"


@pytest.fixture(scope="module")
def server(serve_module, warehouse, workflow):
    return serve_module(warehouse, workflow, VIEWER_REGIONS="all", VIEWER_ROLE="analyst")


def counted_by_sql(warehouse) -> tuple[int, int]:
    """Return how many submissions of 2026 there are, and how many the rule means."""
    opened = open_current(f"duckdb:///{warehouse}")
    told = submissions.c.narrative
    meant = sa.and_(
        told.like("%退款%"),
        sa.or_(told.like("%拖延%"), told.like("%拒绝%")),
        told.not_like("%发霉%"),
    )
    counts = sa.select(sa.func.count(), sa.func.count(sa.case((meant, 1)))).where(
        submissions.c.registered_on >= LAST_DAY.replace(month=1, day=1)
    )
    with opened.engine.connect() as conn:
        every, hits = conn.execute(counts).one()
    opened.engine.dispose()
    assert 0 < hits < every
    return every, hits


def row_of(page: Page, name: str) -> list[str]:
    row = page.get_by_role("table", name="标签排名").locator("tbody tr").filter(has_text=name)
    row.wait_for()
    return [each.strip() for each in row.locator("td").all_text_contents()]


def test_a_rule_from_the_first_word_to_the_figure(server, open_page, warehouse, workflow):
    every, hits = counted_by_sql(warehouse)
    page: Page = open_page(f"{server.url}/tags?period=ytd&vs=none")
    page.get_by_role("button", name="新建标签").click()
    page.get_by_label("名称").fill(NAME)
    page.get_by_label("说明", exact=True).fill("经营者拖延或拒绝退款")
    rule = page.get_by_role("textbox", name="规则")
    rule.fill("退款 拖延")
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text("第4个字“拖延”处：两个词之间缺“且”“或”“非”")).to_be_visible()
    rule.fill(RULE)
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text(f"最近{every:,}件诉求中命中{hits:,}件")).to_be_visible()
    marks = page.locator(".panels.texts article").first.locator("mark")
    expect(marks).to_have_text(["拖延", "退款"])
    page.get_by_role("button", name="启用此规则").click()
    expect(page.get_by_text("待下次更新生效").first).to_be_visible()
    assert row_of(page, NAME)[1:] == ["—", "—", "待下次更新生效"]
    refresh(GenerationStore(warehouse), decided=read_decided(workflow))
    page.reload()
    wait_until_idle(page)
    assert row_of(page, NAME)[1:] == [f"{hits:,}", f"{hits / every:.1%}"]
    page.get_by_role("button", name="按此标签筛选").click()
    expect(page.get_by_text(re.compile(f"^共{hits:,}件，范围内{every:,}件"))).to_be_visible()
    page.get_by_role("link", name="查看诉求明细").last.click()
    expect(page.get_by_text(f"第1至20件，共{hits:,}件")).to_be_visible()
    expect(page.locator(".pill .text")).to_have_text([NAME])
