"""What the pages show of the demo province is what pandas counts in its source files."""

import datetime as dt
import re

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from jobs.demo.generate import generate
from jobs.importing.run import import_sources
from jobs.refresh import derive
from queries.generations import GenerationStore
from tests.browser.looking import wait_until_idle

pytestmark = pytest.mark.slow

END = dt.date(2026, 11, 21)
MONTH = (dt.date(2026, 10, 23), END)
YEAR = (dt.date(2025, 11, 22), END)
WUHAN = "4201"
FOOD = ("食品", "一般食品", "普通食品")
"""Present and former names of one category, both in use in the exports."""


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    folder = tmp_path_factory.mktemp("province")
    made = generate(folder / "files", submissions=8_000, operators=1_200, months=26, end=END)
    (pattern, mapping), *_ = made.sources
    store = GenerationStore(folder / "warehouse")
    import_sources([str(pattern)], mapping, store=store, synthetic=True, derive=derive)
    parts = [
        pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)
        for path in sorted(pattern.parent.glob(pattern.name))
    ]
    rows = pd.concat(parts, ignore_index=True)
    rows["at"] = pd.to_datetime(rows["登记时间"], errors="coerce", format="mixed")
    rows = rows[(rows["登记编号"] != "") & rows["at"].notna()]
    rows = rows.sort_values("更新时间", kind="stable").drop_duplicates("登记编号", keep="last")
    return folder, rows


@pytest.fixture(scope="module")
def rows(province):
    return province[1]


@pytest.fixture(scope="module")
def server(province, serve_module):
    folder, _ = province
    return serve_module(
        folder / "warehouse", f"sqlite:///{folder}/workflow.db", VIEWER_REGIONS="all"
    )


@pytest.fixture
def visit(server, open_page):
    def opened(path: str) -> Page:
        page: Page = open_page(f"{server.url}/{path}")
        wait_until_idle(page)
        return page

    return opened


def within(rows: pd.DataFrame, days: tuple[dt.date, dt.date]) -> pd.DataFrame:
    kept: pd.DataFrame = rows[rows["at"].dt.date.between(*days)]
    return kept


def part(paths: pd.Series, number: int) -> pd.Series:
    """Return one level of ``大类->中类->小类``, empty where nothing is stated."""
    return paths.str.split("->").str[number].fillna("")


def expect_row(page: Page, board: str, label: str, count: int) -> None:
    named = re.compile(rf"^\s*{re.escape(label)}\s*$")
    row = page.locator(f'[data-board="{board}"] .row:not(.names)').filter(
        has=page.locator(".label", has_text=named)
    )
    expect(row.locator(".value").first).to_have_text(f"{count:,}")


def largest(values: pd.Series) -> tuple[str, int]:
    counts = values[values != ""].value_counts()
    return str(counts.index[0]), int(counts.iloc[0])


def tile(page: Page, label: str):
    return page.locator(".tile", has=page.get_by_text(label, exact=True)).locator("strong")


def test_one_screen_shows_kinds_channels_and_industries(visit, rows):
    shown = within(rows, MONTH)
    page = visit("big_screen?period=30d")
    for label, kind in (("投诉量", "投诉"), ("举报量", "举报"), ("咨询量", "咨询")):
        count = int((shown["类型"] == kind).sum())
        expect(page.get_by_text(f"{label}{count:,}件")).to_be_visible()
    industry, count = largest(shown["行业分类"])
    expect(page.get_by_text(re.compile(rf"1\s*{industry}\s*{count:,}"))).to_be_visible()


def test_one_analysis_counts_kinds_and_channels(visit, rows):
    shown = within(rows, YEAR)
    page = visit("explorer?period=12m")
    expect(tile(page, "诉求量")).to_have_text(f"{len(shown):,}")
    expect(tile(page, "举报量")).to_have_text(f"{int((shown['类型'] == '举报').sum()):,}")
    expect_row(page, "channel", *largest(shown["接收方式"]))


def test_operators_are_ranked(visit, rows, province):
    """The truth tells by what names callers mean one operator; the page counts all of them."""
    shown = within(rows, YEAR)
    truth = pd.read_csv(province[0] / "files" / "truth_operators.csv", dtype=str)
    code, _ = largest(shown["统一社会信用代码"])
    meant = truth.set_index("uscc").loc[code]
    names = {meant[form] for form in ("name", "sign", "short", "misspelt")}
    uncoded = (shown["统一社会信用代码"] == "") & shown["企业名称"].isin(names)
    count = int(((shown["统一社会信用代码"] == code) | uncoded).sum())
    expect_row(visit("operators?period=12m"), "operator", str(meant["name"]), count)


def test_industries_and_goods_are_ranked(visit, rows):
    goods = part(within(rows, YEAR)["客体类别全称"], 1)
    food = int(goods.isin(FOOD).sum())
    assert food == goods.replace(dict.fromkeys(FOOD, "食品")).value_counts()[:2].max()
    expect_row(visit("industries?period=12m&by=product"), "product", "食品", food)


def test_issues_are_ranked_and_told_by_kind(visit, rows):
    shown = within(rows, YEAR)
    complaints = shown[shown["类型"] == "投诉"]
    issue, count = largest(part(complaints["问题类别全称"], 1))
    expect_row(visit("issues?period=12m&kind=complaint"), "issue", issue, count)


def test_regions_are_ranked(visit, rows):
    shown = within(rows, YEAR)
    wuhan = shown[shown["经营区(行政区划代码)"].str.startswith(WUHAN)]
    page = visit("regions?period=12m")
    expect_row(page, "region", "武汉市", len(wuhan))
    county = int((wuhan["经营区(行政区划代码)"] == "420111").sum())
    expect_row(
        visit("regions?period=12m&region=420100&drill=region:420100"), "region", "洪山区", county
    )


def test_months_are_counted(visit, rows):
    october = within(rows, (dt.date(2026, 10, 1), dt.date(2026, 10, 31)))
    page = visit("periods?period=12m")
    month = page.locator('tr[data-code^="2026-10"]').first
    expect(month).to_contain_text(f"{len(october):,}")


def test_a_word_is_counted_where_it_stands(visit, rows):
    shown = within(rows, YEAR)
    count = int(shown["具体问题"].str.contains("三包", regex=False).sum())
    assert count > 0
    page = visit("hot_words?period=12m&q=三包")
    expect(page.get_by_text(f"共{count:,}件", exact=True)).to_be_visible()


def test_a_change_is_told_with_its_base(visit, rows):
    now = within(rows, MONTH)
    before = within(rows, (dt.date(2026, 9, 23), dt.date(2026, 10, 22)))
    body = visit("changes?period=30d&measure=submissions").locator("body")
    expect(body).to_contain_text(f"{len(now):,}件")
    expect(body).to_contain_text(f"{len(before):,}件")
