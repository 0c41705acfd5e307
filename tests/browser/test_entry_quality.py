"""The league of entry quality shows what pandas counts; a row leads to the record."""

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.ui.entries import ROWS, plant

ELEMENTS = 7


@pytest.fixture(scope="module")
def server(serve_module, tmp_path_factory):
    folder = plant(tmp_path_factory.mktemp("warehouse"))
    return serve_module(folder, f"sqlite:///{folder}/workflow.db", VIEWER_REGIONS="all")


def completeness() -> pd.Series:
    """Return the completeness of each unit: a poor entry has but its request."""
    frame = pd.DataFrame(ROWS)
    frame["filled"] = frame["narrative"].eq("退钱").map({True: 1, False: ELEMENTS})
    return frame.groupby("handling_unit")["filled"].sum() / (
        ELEMENTS * frame.groupby("handling_unit").size()
    )


def test_from_the_league_to_the_record(server, open_page):
    wanted = completeness()
    page: Page = open_page(f"{server.url}/entry_quality?period=all&vs=none")
    table = page.get_by_role("table", name="录入质量排名")
    table.wait_for()
    shown = {
        row.get_attribute("data-code"): row.locator("td").nth(3).inner_text()
        for row in table.locator("tbody tr").all()
    }
    assert shown == {unit: f"{share:.1%}" for unit, share in wanted.items()}
    assert next(iter(shown)) == wanted.idxmin()
    table.get_by_role("row").filter(has_text="夷陵区局").click()
    page.wait_for_url("**/entry_quality?**unit=**")
    lacking = sum(row["narrative"] == "退钱" and row["handling_unit"] == "夷陵区局" for row in ROWS)
    expect(page.get_by_text(f"缺要素或前后矛盾，共{lacking}件")).to_be_visible()
    page.get_by_role("table", name="七要素").get_by_role("row").filter(has_text="联系方式").click()
    expect(page.get_by_text(f"缺联系方式，共{lacking}件")).to_be_visible()
    first = page.get_by_role("table", name="待核对补正").locator("tbody tr").first
    number = first.get_attribute("data-code")
    first.click()
    expect(page.get_by_role("heading", name=str(number))).to_be_visible()
