"""An officer makes a campaign, sees its hits marked, puts it in force, and reads the figure."""

import re

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from jobs.decided import read_decided
from jobs.refresh import refresh
from queries.generations import GenerationStore
from tests.browser.looking import wait_until_idle
from tests.ui.counted import LAST_DAY, ROWS, plant

NAME = "退款被拖延"
RULE = "退款 且 (拖延 或 拒绝) 非 发霉"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="module")
def workflow(warehouse):
    return f"sqlite:///{warehouse}/workflow.db"


@pytest.fixture(scope="module")
def server(serve_module, warehouse, workflow):
    return serve_module(warehouse, workflow, VIEWER_REGIONS="all", VIEWER_ROLE="enforcement")


def counted_by_pandas() -> tuple[int, int, int]:
    """Return submissions, complaints and tip-offs, and hits among these, of 2026."""
    rows = pd.DataFrame(ROWS)
    rows = rows[rows["registered_on"] >= LAST_DAY.replace(month=1, day=1)]
    claims = rows[rows["kind"].isin(["complaint", "tipoff"])]
    told = claims["narrative"]
    hits = told.str.contains("退款") & told.str.contains("拖延|拒绝") & ~told.str.contains("发霉")
    assert 0 < hits.sum() < len(claims) < len(rows)
    return len(rows), len(claims), int(hits.sum())


def row_of(page: Page, name: str) -> list[str]:
    row = page.get_by_role("table", name="专项行动").locator("tbody tr").filter(has_text=name)
    row.wait_for()
    return [each.strip() for each in row.locator("td").all_text_contents()]


def test_a_campaign_from_the_first_word_to_the_records(server, open_page, warehouse, workflow):
    every, claims, hits = counted_by_pandas()
    page: Page = open_page(f"{server.url}/campaigns?period=ytd&vs=none")
    page.get_by_role("button", name="新建").click()
    page.get_by_label("名称").fill(NAME)
    page.get_by_label("说明", exact=True).fill("经营者拖延或拒绝退款")
    page.get_by_role("textbox", name="规则").fill(RULE)
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_text(f"最近{claims:,}件诉求中命中{hits:,}件")).to_be_visible()
    marks = page.locator(".panels.texts article").first.locator("mark")
    expect(marks).to_have_text(["拖延", "退款"])
    page.get_by_role("button", name="启用此专项").click()
    expect(page.get_by_text("待下次更新生效").first).to_be_visible()
    assert row_of(page, NAME)[1:] == ["—", "—", "待下次更新生效"]
    refresh(GenerationStore(warehouse), decided=read_decided(workflow))
    page.reload()
    wait_until_idle(page)
    assert row_of(page, NAME)[1:] == [f"{hits:,}", f"{hits / every:.1%}"]
    page.get_by_role("button", name="按此专项筛选").click()
    expect(page.get_by_text(re.compile(f"^共{hits:,}件，范围内{every:,}件"))).to_be_visible()
    page.get_by_role("link", name="查看诉求明细").last.click()
    expect(page.get_by_text(f"第1至20件，共{hits:,}件")).to_be_visible()
    expect(page.locator(".pill .text")).to_have_text([NAME])
