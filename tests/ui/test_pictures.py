"""A chart taken away as a picture says what it shows, of what, and how that was derived."""

import copy
import datetime as dt
import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.components import boards, exports, map_pictures, region_map
from pages.components.data import totals
from pages.components.settings import settings
from queries.measures import MEASURES
from queries.scope import EVERYTHING
from queries.selection import DateRange, Period, Selection
from tests.ui.counted import plant, within
from tests.ui.pages import ROOT

QUARTER = Selection(period=Period("90d"))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(autouse=True)
def over_it(warehouse, monkeypatch):
    monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{warehouse}")
    monkeypatch.setenv("VIEWER_REGIONS", "all")
    settings.cache_clear()
    yield
    settings.cache_clear()


def counted(selection=QUARTER):
    return totals(selection, EVERYTHING, measures=("submissions", "complaints", "closure_rate"))


def test_a_picture_says_what_its_measure_means_and_how_it_was_derived():
    said = exports.caption(
        counted(), QUARTER, EVERYTHING, width=4000, measures=["closure_rate"], method="甲÷乙"
    )
    first, second = said.split("\n")
    assert "数据截至2026年3月31日" in first
    assert second == "口径：办结率为已办结÷登记的诉求；甲÷乙。"


def test_a_picture_of_no_selection_says_what_it_is_and_its_date():
    said = exports.plain_caption("风险分回测；", width=4000, method="分十组")
    assert said == "风险分回测；数据截至2026年3月31日。\n口径：分十组。"


def test_a_map_leaves_room_for_its_caption():
    option = {
        "geo": {"bottom": "2%"},
        "visualMap": {"bottom": 4},
        "series": [{"type": "map", "bottom": "2%"}, {"type": "scatter"}],
    }
    found = exports.savable(option, name="地图", caption="一\n二")
    height = exports.height_of("一\n二")
    assert found["visualMap"]["bottom"] == height + 4
    assert found["geo"]["bottom"] == found["series"][0]["bottom"] > height
    assert "bottom" not in found["series"][1]


@pytest.mark.parametrize("number", ["", "GS(2024)0650号"])
def test_a_map_says_what_it_counts_and_under_which_number_it_may_be_shown(number, monkeypatch):
    monkeypatch.setenv("MAP_APPROVAL", number)
    settings.cache_clear()
    region = next(
        view for view in boards.views(QUARTER, {}, EVERYTHING) if view.level == "city_code"
    )
    drawn = region_map.map_view(region, EVERYTHING)
    assert drawn is not None
    one_city = QUARTER.with_filter("region", ["420100"])
    said = map_pictures.caption(drawn, MEASURES["complaints"], one_city, EVERYTHING, width=4000)
    whole, meaning, approval = said.split("\n")
    assert whole.startswith("湖北省投诉量；")
    assert "区域：湖北省" in whole
    assert f"共{len(within(90))}件" in whole
    assert meaning == "口径：投诉量为登记的投诉，按登记时间计。"
    assert approval == (f"审图号：{number}。" if number else f"{region_map.approval()}。")


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("explorer", {}),
        ("regions", {}),
        ("issues", {}),
        ("operators", {}),
        ("changes", {}),
        ("periods", {}),
        ("periods", {"measure": "closure_rate"}),
    ],
)
def test_every_chart_of_a_page_is_savable_and_says_its_definition(page, query):
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    at.query_params.update({"period": "90d"} | query)
    at = at.switch_page(f"pages/{page}.py").run()
    assert not at.exception
    drawn = options(at)
    assert drawn
    for option in drawn:
        assert "saveAsImage" in option["toolbox"]["feature"]
        said = "".join(each["style"]["text"] for each in option["graphic"])
        assert "口径：" in said
        assert "数据截至" in said


def options(at):
    """Return the options of all charts, Streamlit's own and those of the component."""
    found = [json.loads(each.proto.spec) for each in at.get("echarts_chart")]
    for each in at.get("bidi_component"):
        content = json.loads(each.proto.json) if each.proto.json else {}
        if "options" in content:
            told = content["options"]
            found.append(json.loads(told) if isinstance(told, str) else told)
    return found


def test_a_picture_says_filters_days_base_and_date():
    chosen = QUARTER.with_filter("issue", ["C03"])
    lines = exports.caption(counted(chosen), chosen, EVERYTHING, width=300).split("\n")
    assert len(lines) > 1
    assert max(map(len, lines)) <= 50
    text = "".join(lines)
    for part in ("2026年1月1日至3月31日", "问题：", "数据截至2026年3月31日"):
        assert part in text
    assert f"共{len(within(90, issue_type='C03'))}件，范围内共{len(within(90))}件" in text


def test_a_chart_keeps_its_own_tools_beside_the_new_one():
    option: dict[str, Any] = {
        "toolbox": {"right": 9, "feature": {"brush": {"type": ["lineX"]}}},
        "grid": [{"bottom": 4}, {"bottom": "8%"}],
        "graphic": {"type": "text"},
    }
    before = copy.deepcopy(option)
    found = exports.savable(option, name="走势", caption="一\n二")
    assert set(found["toolbox"]["feature"]) == {"brush", "saveAsImage"}
    assert found["toolbox"]["right"] == 9
    assert [grid["bottom"] for grid in found["grid"]] == [4 + 28, "8%"]
    assert len(found["graphic"]) == 2
    assert found["toolbox"]["feature"]["saveAsImage"]["backgroundColor"] == "#ffffff"
    assert option == before, "the option given is not changed"


@pytest.mark.parametrize("width", range(4, 60))
def test_lines_break_no_number_and_open_with_no_closing_mark(width):
    text = (
        "2025年11月22日至2026年11月21日；区域：武汉市（市辖）、宜昌市；内容含“退款”；去重口径（剔除0件）。"
        "共44,445件，范围内共44,445件（占12.5%）；数据截至2026年11月21日。"
    )
    lines = exports.wrapped(text, width)
    assert "".join(lines) == text
    assert not [line for line in lines if not line or line[0] in "，。；：）”、%件"]
    assert sum(line.count("44,445件") for line in lines) == 2


def test_a_chart_of_another_span_says_its_own():
    days = DateRange(dt.date(2025, 4, 1), dt.date(2026, 3, 31))
    said = exports.caption(counted(), QUARTER, EVERYTHING, what="投诉量", days=days, width=4000)
    assert said == "投诉量；2025年4月1日至2026年3月31日。数据截至2026年3月31日。"
    said = exports.caption(counted(), QUARTER, EVERYTHING, what="投诉量", width=4000)
    assert said.startswith("投诉量；2026年1月1日至3月31日（近90天）；与上期比较。共")
