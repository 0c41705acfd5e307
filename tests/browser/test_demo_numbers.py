"""What the pages show of the demo province is what pandas counts in its source files."""

import datetime as dt
import re

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_province import (
    MONTH,
    MONTH_BEFORE,
    YEAR,
    YEAR_BEFORE,
    Frame,
    asset,
    cells,
    cities,
    expect_row,
    goods,
    issues,
    largest,
    ranked,
    sections,
    standing,
    truth,
    within,
)
from tests.browser.looking import wait_until_idle

pytestmark = pytest.mark.slow

CHANNELS = 17
"""Shunde's; the demo province has as many."""


@pytest.fixture
def rows(demo_province):
    return demo_province[1]


@pytest.fixture
def visit(demo_server, open_page):
    def opened(path: str) -> Page:
        page: Page = open_page(f"{demo_server.url}/{path}")
        wait_until_idle(page)
        return page

    return opened


def tile(page: Page, label: str):
    return page.locator(".tile", has=page.get_by_text(label, exact=True)).locator("strong")


def test_every_submission_of_the_files_is_there_to_be_counted(rows):
    assert len(rows) == 8_000
    assert rows["county"].str.fullmatch(r"\d{6}").all()


def test_one_screen_shows_kinds_channels_and_industries(visit, rows):
    shown = within(rows, MONTH)
    page = visit("big_screen?period=30d")
    for label, kind in (("投诉量", "投诉"), ("举报量", "举报"), ("咨询量", "咨询")):
        count = int((shown["kind"] == kind).sum())
        expect(page.get_by_text(f"{label}{count:,}件")).to_be_visible()
    industry, count = largest(shown["industry"])
    expect(page.get_by_text(re.compile(rf"1\s*{industry}\s*{count:,}"))).to_be_visible()


def test_one_analysis_counts_kinds_and_all_channels(visit, rows):
    shown = within(rows, YEAR)
    page = visit("explorer?period=12m")
    expect(tile(page, "诉求量")).to_have_text(f"{len(shown):,}")
    expect(tile(page, "举报量")).to_have_text(f"{int((shown['kind'] == '举报').sum()):,}")
    page.locator('[data-board="channel"] .more').click()
    listed = page.get_by_role("dialog").locator(".row:not(.names)")
    expect(listed).to_have_count(CHANNELS)
    labels = listed.locator(".label").all_text_contents()
    found = dict(zip(labels, listed.locator(".value").all_text_contents(), strict=True))
    counts = shown["channel"].value_counts()
    assert len(counts) == CHANNELS
    assert found == {channel: f"{count:,}" for channel, count in counts.items()}


def test_operators_are_ranked(visit, rows, demo_province):
    """Under whatever name callers know it."""
    shown = within(rows, YEAR)
    code, coded = largest(shown["uscc"])
    count = int((shown["operator"] == code).sum())
    assert count > coded
    row = ranked(visit("operators?period=12m"), "operator", code)
    name = truth(demo_province[0] / "files").loc[code, "name"]
    expect(row.locator(".label .text")).to_have_text(name)
    expect_row(row, count)


def test_goods_are_ranked(visit, rows):
    """Under present and former names of a category, both in use in the exports."""
    shown = within(rows, YEAR)
    page = visit("industries?period=12m&by=product")
    for code, found in standing(goods(shown), goods(shown)).head(3).iterrows():
        expect_row(ranked(page, "product", code), found["now"], rank=found["rank"])


def test_industries_are_ranked_with_their_share(visit, rows):
    shown = within(rows, YEAR)
    page = visit("industries?period=12m")
    for section, found in standing(sections(shown), sections(shown)).head(3).iterrows():
        row = ranked(page, "industry", section)
        expect_row(row, found["now"], rank=found["rank"])
        expect(row.locator(".cell.share")).to_have_text(f"{found['now'] / len(shown):.1%}")


@pytest.mark.parametrize(("kind", "code"), [("投诉", "complaint"), ("举报", "tipoff")])
def test_hot_complaints_and_hot_tip_offs_are_ranked(visit, rows, kind, code):
    shown = within(rows, YEAR)
    stated = issues(shown[shown["kind"] == kind])
    page = visit(f"issues?period=12m&kind={code}")
    for issue, found in standing(stated, stated).head(5).iterrows():
        expect_row(ranked(page, "issue", issue), found["now"], rank=found["rank"])


def test_regions_are_ranked(visit, rows):
    shown = within(rows, YEAR)
    wuhan = shown[cities(shown) == "420100"]
    page = visit("regions?period=12m")
    expect_row(ranked(page, "region", "420100"), len(wuhan))
    page = visit("regions?period=12m&region=420100&drill=region:420100")
    for county, found in standing(wuhan["county"], wuhan["county"]).head(3).iterrows():
        expect_row(ranked(page, "region", county), found["now"], rank=found["rank"])


def test_streets_are_ranked(visit, rows):
    """Only the hotline states the street, by name."""
    shown = within(rows, YEAR)
    regions = asset("regions/regions.csv")
    streets = regions[regions["level"] == "street"].set_index(["parent_code", "name"])["code"]
    places = pd.MultiIndex.from_frame(shown[["county", "street"]])
    found: Frame = pd.Series(streets.reindex(places).fillna("").to_numpy())
    assert (found != "").sum() == (shown["street"] != "").sum() > 0
    page = visit("regions?period=12m&level=street_code")
    for street, counted in standing(found, found).head(3).iterrows():
        expect_row(ranked(page, "region", street), counted["now"], rank=counted["rank"])


def test_business_districts_are_ranked(visit, rows):
    """A district is named in an address of its own county."""
    now, before = (_districts(within(rows, days)) for days in (YEAR, YEAR_BEFORE))
    counted = standing(now, before).head(4)
    page = visit("regions?period=12m&level=business_district")
    for code, found in counted.iterrows():
        row = ranked(page, "business_district", code)
        expect_row(row, found["now"], rank=found["rank"], before=found["before"])


def _districts(shown):
    found: Frame = pd.Series("", index=shown.index)
    for district in asset("regions/business_districts.csv").itertuples():
        names = "|".join([district.name, *filter(None, district.aliases.split(";"))])
        named = shown["address"].str.contains(names)
        found[named & (shown["county"] == district.county_code)] = district.code
    return found


def test_cities_are_compared_per_resident(visit, rows):
    shown = within(rows, YEAR)
    residents = asset("regions/population.csv").set_index("code")["residents"].astype(int)
    page = visit("regions?period=12m&base=residents")
    for city, count in cities(shown).value_counts().head(3).items():
        row = cells(page, city)
        expect(row.nth(1)).to_have_text(f"{count / residents[city] * 10_000:.2f}件")
        expect(row.nth(2)).to_have_text(f"{count:,}件")


def test_days_and_hours_are_counted(visit, rows):
    shown = within(rows, YEAR)
    day, count = next(iter(shown["at"].dt.date.value_counts().items()))
    timed = shown[shown["has_hour"]]["at"]
    (weekday, hour), most = next(
        iter(timed.groupby([timed.dt.isocalendar().day, timed.dt.hour]).size().nlargest(1).items())
    )
    cell = visit("periods?period=12m").locator(f'[data-id="moment|{weekday}|{hour}"]')
    cell.wait_for()
    expect(cell).to_have_attribute("aria-label", re.compile(rf"诉求量{most:,}件$"))
    expect(tile(visit(f"periods?period={day}..{day}"), "诉求量")).to_have_text(f"{count:,}")


def test_months_are_compared_with_the_month_and_the_year_before(visit, rows):
    def month(year: int, number: int) -> str:
        start = dt.date(year, number, 1)
        end = dt.date(year, number + 1, 1) - dt.timedelta(days=1)
        return f"{len(within(rows, (start, end))):,}件"

    october = cells(visit("periods?period=12m"), "2026-10")
    expect(october.nth(1)).to_have_text(month(2026, 10))
    expect(october.nth(2)).to_have_text(month(2026, 9))
    expect(october.nth(4)).to_have_text(month(2025, 10))


def test_a_change_is_told_with_its_base(visit, rows):
    now, before = within(rows, MONTH), within(rows, MONTH_BEFORE)
    body = visit("changes?period=30d&measure=submissions").locator("body")
    expect(body).to_contain_text(f"{len(now):,}件")
    expect(body).to_contain_text(f"{len(before):,}件")
