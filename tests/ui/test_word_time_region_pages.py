import datetime as dt
import functools
import json
from collections import Counter

import pandas as pd
import pytest

from jobs.refresh import derive
from pages.components import (
    change_export,
    period_export,
    region_rates,
)
from queries.generations import GenerationStore
from queries.measures import MEASURES
from queries.scope import EVERYTHING
from queries.selection import Period, Selection
from tests.staging import batch
from tests.ui import counted, planted
from tests.ui.counted import LAST_DAY, ROWS, expected, within
from tests.ui.pages import charts, components, panel

PAGES = ("hot_words", "periods", "regions", "changes")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return counted.plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def opened(warehouse, open_page):
    return functools.partial(open_page, folder=warehouse)


def option(at, kind):
    """Return the option of a chart that is no panel and has a series of this type."""
    drawn = [each.get("spec") or each.get("options") or each for each in components(at)]
    drawn = [json.loads(each) if isinstance(each, str) else each for each in drawn]
    series = [each for each in drawn if isinstance(each, dict) and "series" in each]
    return next(each for each in series if kind in [one["type"] for one in each["series"]])


def grid(at, board):
    return {
        row["code"]: [cell["text"] for cell in row["cells"]]
        for row in panel(at, "grid", board)["rows"]
    }


def everything(at):
    texts = [each.value for each in (*at.markdown, *at.caption, *at.info, *at.warning)]
    return json.dumps([components(at), charts(at), texts], ensure_ascii=False)


def by_day(rows):
    return Counter(row["registered_on"] for row in rows)


def test_every_day_of_the_calendar_is_counted(opened):
    at = opened("periods")
    data = option(at, "heatmap")["series"][0]["data"]
    counts = by_day(within(365))
    assert {item["code"]: item["value"][1] for item in data} == {
        str(LAST_DAY - dt.timedelta(days=n)): counts[LAST_DAY - dt.timedelta(days=n)]
        for n in range(365)
    }
    bright = [item["code"] for item in data if item["itemStyle"]["opacity"] == 1]
    assert bright == [str(LAST_DAY - dt.timedelta(days=n)) for n in range(29, -1, -1)]
    named = next(item for item in data if item["code"] == "2026-03-15")
    assert "3·15" in named["tooltip"]["formatter"]


def test_the_calendar_keeps_to_the_filters(opened):
    at = opened("periods", {"issue": "C03", "period": "2026-03-02..2026-03-02"})
    data = option(at, "heatmap")["series"][0]["data"]
    assert sum(item["value"][1] for item in data) == len(within(365, issue_type="C03"))


def of_month(year, month, **members):
    return len(
        [
            row
            for row in ROWS
            if (row["registered_on"].year, row["registered_on"].month) == (year, month)
            and all(row[name] == value for name, value in members.items())
        ]
    )


def percent(now, before):
    change = (now - before) / before * 100
    return "持平" if abs(change) < 0.05 else f"{'↑' if change > 0 else '↓'}{abs(change):.1f}%"


def test_months_beside_the_month_before_and_the_year_before(opened):
    rows = grid(opened("periods", {"kind": "complaint"}), "month")
    march, february = (of_month(2026, month, kind="complaint") for month in (3, 2))
    last_march = of_month(2025, 3, kind="complaint")
    assert rows["2026-03"] == [
        "2026年3月", f"{march}件", f"{february}件", percent(march, february), f"{last_march}件",
        percent(march, last_march),
    ]  # fmt: skip
    # the data begins on 25 February 2025: that February is not whole, so February 2026 has no base
    assert rows["2026-02"][4:] == ["—", "—"]


def test_years_lie_over_each_other(opened):
    lines = next(each for each in charts(opened("periods")) if len(each["xAxis"]["data"]) == 12)
    drawn = {each["name"]: each["data"] for each in lines["series"]}
    assert drawn["2026年"][:3] == [of_month(2026, month) for month in (1, 2, 3)]
    assert drawn["2026年"][3:] == [None] * 9
    # February 2025 is not whole
    assert drawn["2025年"][1] is None
    assert drawn["2025年"][2:] == [of_month(2025, month) for month in range(3, 13)]


def test_words_in_the_cloud_and_in_the_ranking(opened):
    at = opened("hot_words", {"period": "12m"})
    cloud = {item["code"]: item["value"] for item in option(at, "wordCloud")["series"][0]["data"]}
    refunds = len(within(365, narrative="商家拖延退款"))
    assert cloud["拖延退款"] == refunds
    assert set(cloud) >= {"拖延退款", "发霉", "手机"}
    ranked = {row["code"]: row["cells"][0]["text"] for row in panel(at, "ranking")["rows"]}
    assert ranked["拖延退款"] == f"{refunds:,}"
    assert cloud == {word: float(text.replace(",", "")) for word, text in ranked.items()}


def test_a_word_narrows_the_page_and_is_marked(opened):
    at = opened("hot_words", {"period": "12m", "q": "退款"})
    rows = within(365, narrative="商家拖延退款")
    (region,) = (each for each in panel(at, "boards")["boards"] if each["key"] == "region")
    shown = {row["code"]: row["value"] for row in region["rows"]}
    assert shown == expected(rows, "city_code")
    sentences, newest = (each for each in components(at) if each.get("kind") == "table")
    assert newest["marked"] == sentences["marked"] == ["退款"]
    assert [row["cells"][2] for row in sentences["rows"]] == [["商家拖延退款"]]
    assert all("退款" in row["cells"][4][0] for row in newest["rows"])
    course = next(each for each in charts(at) if each["series"][0]["name"] == "退款")
    assert sum(each for each in course["series"][0]["data"] if each is not None) <= len(rows)


def test_what_a_word_is_counted_by_is_told(opened):
    told = "\n".join(
        each.value for each in opened("hot_words", {"period": "12m", "q": "退款"}).caption
    )
    assert "点击词语则按字面搜索内容、标题、企业和商品名称" in told
    assert "的具体问题按字面含“退款”" in told


def test_words_of_each_region(opened):
    at = opened("hot_words", {"period": "12m", "by": "region"})
    rows = grid(at, "region")
    yichang = within(365, city_code="420500")
    assert rows["420500"][1] == f"{len(yichang)}件"
    refunds = sum(row["narrative"] == "商家拖延退款" for row in yichang)
    assert f"拖延退款 {refunds}" in rows["420500"]


def test_growth_of_words_leaves_small_ones_out(opened):
    at = opened("hot_words", {"sort": "change_rate", "period": "7d"})
    assert panel(at, "ranking")["rows"] == []
    assert any("不少于20件的词" in each.value for each in at.caption)


@pytest.mark.parametrize(("level", "column"), [("county_code", "county_code"), (None, "city_code")])
def test_regions_at_every_level(opened, level, column):
    at = opened("regions", {"period": "12m"} | ({"level": level} if level else {}))
    shown = {row["code"]: row["cells"][0]["text"] for row in panel(at, "ranking")["rows"]}
    assert shown == expected(within(365), column)


def test_the_map_stands_where_the_ranking_stands(opened):
    at = opened("regions", {"period": "12m", "region": "420100", "drill": "region:420100"})
    wuhan = within(365, city_code="420100")
    shown = {row["code"]: row["cells"][0]["text"] for row in panel(at, "ranking")["rows"]}
    assert shown == expected(wuhan, "county_code")
    drawn = {item["code"]: item["value"] for item in option(at, "map")["series"][0]["data"]}
    assert {code: value for code, value in drawn.items() if value} == Counter(
        row["county_code"] for row in wuhan
    )


def test_rates_per_resident_by_hand(opened):
    rates = grid(opened("regions", {"period": "12m", "base": "residents"}), "region")
    wuhan = len(within(365, city_code="420100"))
    # 12,326,518 residents at the census of 2020
    assert rates["420100"][1:] == [f"{wuhan / 1232.6518:.2f}件", f"{wuhan}件", "12,326,518"]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        pytest.param({"base": "operators"}, "每万户经营主体不可用：未提供", id="no file"),
        pytest.param({"base": "residents", "operator": "op-7"}, "已限定经营主体", id="an operator"),
        pytest.param(
            {"base": "residents", "region": "420100", "drill": "region:420100"},
            "只按市州计算",
            id="counties",
        ),
    ],
)
def test_rates_without_a_base_are_off_with_their_reason(opened, query, why):
    at = opened("regions", query)
    assert any(why in each.value for each in at.caption)
    assert not [each for each in components(at) if each.get("kind") == "grid"]


def contributions(column, *, days=365):
    now = Counter(row[column] for row in within(days))
    before = Counter(row[column] for row in within(days, until=LAST_DAY - dt.timedelta(days=days)))
    return {code: now[code] - before[code] for code in now | before}


def test_the_waterfall_adds_up_to_the_change(opened):
    at = opened("changes", {"period": "60d", "by": "issue_type"})
    below, bars = option(at, "bar")["series"]
    now, before = len(within(60)), len(within(60, until=LAST_DAY - dt.timedelta(days=60)))
    assert (bars["data"][0]["value"], bars["data"][-1]["value"]) == (before, now)
    wanted = contributions("issue_type", days=60)
    shown = {
        item["code"].partition("@")[2]: item["label"]["formatter"]
        for item in bars["data"]
        if "code" in item
    }
    assert shown == {code: f"{change:+d}件" for code, change in wanted.items() if change}
    assert len(below["data"]) == len(bars["data"])
    rows = grid(at, "member")
    assert {code.partition("@")[2]: cells[3] for code, cells in rows.items()} == {
        code: f"{change:+d}件" if change else "0件" for code, change in wanted.items()
    }


def test_members_of_a_change_are_listed_with_then_and_now(opened):
    at = opened("changes", {"period": "60d", "by": "city_code"})
    earlier = LAST_DAY - dt.timedelta(days=60)
    for code, cells in grid(at, "member").items():
        city = code.partition("@")[2]
        now, before = (
            len(within(60, city_code=city)),
            len(within(60, until=earlier, city_code=city)),
        )
        assert cells[1:3] == [f"{before}件", f"{now}件"], city


@pytest.mark.parametrize(
    ("query", "why", "way_out"),
    [
        pytest.param({"vs": "none"}, "未选择比较方式", "请在页面上方选择“环比”或“同比”", id="none"),
        pytest.param(
            {"measure": "recovered_yuan"}, "本期件尚在办理", "点击上方其他指标", id="growing"
        ),
        pytest.param({"period": "all"}, "早于数据起始日", "改选时间范围", id="no days before"),
    ],
)
def test_changes_without_a_decomposition_say_why_and_what_to_choose(opened, query, why, way_out):
    at = opened("changes", query)
    [told] = [each.value for each in at.info]
    assert why in told
    assert way_out in told


def test_changes_that_cannot_be_compared_say_why(opened):
    at = opened("changes", {"vs": "none"})
    assert any("未选择比较方式" in each.value for each in at.markdown)
    at = opened("changes", {"period": "all"})
    assert any("早于数据起始日" in each.value for each in at.markdown)


@pytest.fixture(scope="module")
def two_cities(tmp_path_factory):
    return planted.plant(tmp_path_factory.mktemp("planted"))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("query", [{}, {"period": "12m", "region": "420500", "by": "city_code"}])
def test_a_viewer_of_one_city_sees_nothing_of_another(opened, two_cities, page, query):
    at = opened(page, query, folder=two_cities, regions="420100")
    assert planted.SECRET not in everything(at)
    assert "宜昌" not in everything(at).replace("区域“宜昌市”不在您的可见范围内", "")


@pytest.mark.parametrize("page", ["hot_words", "changes"])
def test_a_viewer_of_both_sees_both(opened, two_cities, page):
    at = opened(page, {"by": "operator_id"}, folder=two_cities)
    assert planted.SECRET in everything(at)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "query",
    [
        {"measure": "on_time_rate", "level": "street_code", "grain": "week", "cloud": "change"},
        {"measure": "secrets", "level": "secrets", "by": "secrets", "base": "secrets", "q": "退款"},
        {"period": "2026-03-31..2026-03-31", "vs": "last_year", "by": "is_prepaid"},
        {"period": "2031-01-01..2031-01-31"},
        {
            "region": "420106001",
            "issue": "C01-02",
            "product": "G101-01",
            "operator": "op-7",
            "is_prepaid": "1",
            "online_platform": "无",
        },
    ],
)
def test_pages_open_whatever_the_address_says(opened, page, query):
    opened(page, query)


@pytest.mark.parametrize("page", PAGES)
def test_words_not_derived_and_a_single_row(opened, tmp_path, page):
    with GenerationStore(tmp_path).building() as building:
        building.stage(batch([counted.one(7)]))
        building.merge()
    at = opened(page, {"period": "all"}, folder=tmp_path)
    assert page != "hot_words" or any("热词尚未提取" in each.value for each in at.info)


def test_a_single_row_with_words(opened, tmp_path):
    with GenerationStore(tmp_path).building() as building:
        building.stage(batch([counted.one(6)]))
        building.merge()
        derive(building)
    at = opened("hot_words", {"period": "all"}, folder=tmp_path)
    assert option(at, "wordCloud")["series"][0]["data"][0]["value"] == 1


def sheet(made, title):
    return next(each for each in made if each.title == title).frame


def test_what_is_taken_away_is_what_is_counted(opened):
    opened("changes")
    selection = Selection(period=Period("60d"))
    made = change_export.sheets(selection, EVERYTHING, MEASURES["submissions"], key="city_code")
    members = sheet(made, "分解明细").set_index("代码")
    assert members["贡献"].to_dict() == contributions("city_code", days=60)
    assert members["本期"].sum() == len(within(60))
    assert "诉求量环比" in made[0].note

    measure = MEASURES["complaints"]
    made = period_export.sheets(selection, EVERYTHING, measure, until=2026, grain="month")
    daily = sheet(made, "逐日").set_index("起始日")["投诉量（件）"]
    assert daily.to_dict() == {
        day: by_day(within(365, kind="complaint"))[day] for day in daily.index
    }
    assert len(daily) == 365
    monthly = sheet(made, "逐月").set_index("月份")
    assert monthly.loc["2026-03", "投诉量（件）"] == of_month(2026, 3, kind="complaint")
    assert monthly.loc["2026-03", "上月"] == of_month(2026, 2, kind="complaint")
    years = sheet(made, "历年同期").set_index("月份")
    assert years.loc[3, "2025年"] == of_month(2025, 3, kind="complaint")
    assert pd.isna(years.loc[2, "2025年"])
    hours = sheet(made, "星期与时段").set_index(["星期", "时段"])["投诉量（件）"]
    assert hours[("周一", "9时")] == len(within(60, kind="complaint", weekday=1, hour=9))

    rates = sheet(region_rates.sheets(measure, selection, EVERYTHING), "每万常住人口")
    assert rates.set_index("代码")["投诉量（件）"].to_dict() == {
        city: len(within(60, kind="complaint", city_code=city))
        for city in ("420100", "420500", "429004")
    }
    assert region_rates.sheets(MEASURES["closure_rate"], selection, EVERYTHING) == []
