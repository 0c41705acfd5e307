"""What the pages say has changed in the demo province is what pandas counts in its source files."""

import math

import pandas as pd
import pytest
import yaml
from playwright.sync_api import Page, expect

from tests.browser.demo_province import (
    ASSETS,
    MONTH,
    MONTH_BEFORE,
    QUARTER,
    QUARTER_BEFORE,
    QUARTER_LAST_YEAR,
    YEAR,
    Frame,
    cities,
    expect_row,
    goods,
    issues,
    ranked,
    sections,
    standing,
    within,
)
from tests.browser.looking import wait_until_idle

pytestmark = pytest.mark.slow

WORDS = ("跃动", "抖音")
"""Never a part of another word in these texts, so that a plain search counts them."""


def operators(shown):
    return shown["operator"]


@pytest.fixture
def rows(demo_province):
    return demo_province[1]


@pytest.fixture
def quarters(rows):
    """The last 90 days, the 90 before, and those of a year ago."""
    return [within(rows, days) for days in (QUARTER, QUARTER_BEFORE, QUARTER_LAST_YEAR)]


@pytest.fixture
def visit(demo_server, open_page):
    def opened(path: str) -> Page:
        page: Page = open_page(f"{demo_server.url}/{path}")
        wait_until_idle(page)
        return page

    return opened


def test_issues_are_compared_with_the_quarter_and_the_year_before(visit, quarters):
    now, before, last_year = (issues(shown) for shown in quarters)
    yearly = last_year.value_counts()
    page = visit("issues?period=90d")
    for issue, found in standing(now, before).head(6).iterrows():
        expect_row(
            ranked(page, "issue", issue),
            found["now"],
            rank=found["rank"],
            before=found["before"],
            was=found["was"],
            last_year=yearly[issue],
        )


def test_the_first_operator_is_compared_with_what_it_had(visit, quarters):
    now, before, last_year = (operators(shown) for shown in quarters)
    found = standing(now, before).iloc[0]
    expect_row(
        ranked(visit("operators?period=90d"), "operator", str(found.name)),
        found["now"],
        rank=found["rank"],
        before=found["before"],
        was=found["was"],
        last_year=(last_year == found.name).sum(),
    )


def test_words_are_counted_and_the_one_that_rose_most_comes_first(visit, quarters):
    page = visit("hot_words?period=90d&sort=change")
    for word in WORDS:
        now, before, last_year = (
            int(shown["text"].str.contains(word, regex=False).sum()) for shown in quarters
        )
        expect_row(ranked(page, "word", word), now, before=before, last_year=last_year)
    first = page.locator('.ranking [data-id^="toggle|word|"]').first
    expect(first).to_have_attribute("data-id", f"toggle|word|{WORDS[0]}")


def test_a_word_is_counted_where_it_stands(visit, rows):
    count = int(within(rows, YEAR)["text"].str.contains("三包", regex=False).sum())
    assert count > 0
    page = visit("hot_words?period=12m&q=三包")
    expect(page.get_by_text(f"共{count:,}件", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("path", "key", "members"),
    [
        ("operators", "operator", operators),
        ("industries", "industry", sections),
        ("industries", "product", goods),
        ("issues", "issue", issues),
        ("regions", "region", cities),
    ],
)
def test_the_list_to_look_at_first_follows_from_its_rule(visit, rows, path, key, members):
    written = (ASSETS / "rules" / "focus_lists.yaml").read_text(encoding="utf-8")
    rule = yaml.safe_load(written)[key]
    now, before = (within(rows, days) for days in (MONTH, MONTH_BEFORE))
    assert rule["measure"] == "complaints"
    counted = standing(*(members(shown[shown["kind"] == "投诉"]) for shown in (now, before)))
    least = max(rule["at_least"], math.ceil(rule["per_30_days"]))
    grown = counted["now"] >= counted["before"] * (1 + rule["growth_percent"] / 100)
    picked = counted[(counted["now"] >= least) & grown]
    assert len(picked)
    picked = picked.loc[(picked["before"] - picked["now"]).sort_values(kind="stable").index]
    board = visit(f"{path}?period=30d").locator(f'[data-board="focus_{key}"]')
    listed = board.locator(".row:not(.names)")
    board.wait_for()
    expect(listed).to_have_count(len(picked))
    shown = {
        str(row.locator(".pick").get_attribute("data-id")).rpartition("|")[2]: (
            row.locator(".value").inner_text(),
            row.locator(".share").inner_text(),
        )
        for row in listed.all()
    }
    assert shown == {
        code: (f"{found['now']:,.0f}", f"{found['before']:,.0f}")
        for code, found in picked.iterrows()
    }


def test_a_change_is_taken_apart_by_what_each_city_added(visit, rows):
    now, before = (cities(within(rows, days)).value_counts() for days in (MONTH, MONTH_BEFORE))
    page = visit("changes?period=30d&measure=submissions&by=city_code")
    page.get_by_role("tab", name="分解明细").click()
    table = page.get_by_role("table", name="市州")
    table.wait_for()
    shown = {
        str(row.get_attribute("data-code")).partition("@")[2]: row.locator("td").all_text_contents()
        for row in table.locator("tbody tr").all()
    }
    counted: Frame = pd.DataFrame({"now": now, "before": before}).fillna(0).astype(int)
    assert {code: cells[1:4] for code, cells in shown.items()} == {
        code: [
            f"{found['before']:,}件",
            f"{found['now']:,}件",
            f"{found['now'] - found['before']:+,d}件".replace("+0", "0"),
        ]
        for code, found in counted.iterrows()
    }
