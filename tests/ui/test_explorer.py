import datetime as dt
import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from jobs.refresh import derive
from pages.components import explorer_clicks, region_map, trend
from pages.components.boards import BOARDS, View
from pages.components.panels import Click
from pages.components.region_map import MapView
from pages.components.settings import settings
from queries.generations import GenerationStore
from queries.measures import MEASURES
from queries.results import Series
from queries.scope import EVERYTHING, Scope
from queries.selection import DateRange, Selection
from tests.ui.counted import CHANNELS, LAST_DAY, expected, plant, within
from tests.ui.pages import ROOT


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def explorer(warehouse, monkeypatch):
    def opened(query=None, *, page="explorer", folder=warehouse, regions="all"):
        monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{folder}")
        monkeypatch.setenv("VIEWER_REGIONS", regions)
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        at.query_params.update(query or {})
        return at.switch_page(f"pages/{page}.py").run()

    yield opened
    settings.cache_clear()


def panels(at, kind):
    found = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    return [each for each in found if each.get("kind") == kind]


def board(at, key):
    boards = [each for panel in panels(at, "boards") for each in panel["boards"]]
    return next(each for each in boards if each["key"] == key)


def shown(at, key):
    return {row["code"]: row["value"] for row in board(at, key)["rows"]}


def tile(at, code):
    return next(each for each in panels(at, "tiles")[0]["tiles"] if each["code"] == code)


def base_line(at):
    return next(each.value for each in at.caption if "范围内" in each.value)


def test_every_board_shows_what_an_independent_count_gives(explorer):
    at = explorer()
    assert not at.exception
    assert not at.error
    rows = within(30)
    for key, column in [
        ("region", "city_code"), ("issue", "issue_type"), ("product", "product_category"),
        ("channel", "channel"), ("kind", "kind"), ("status", "status"),
    ]:  # fmt: skip
        assert shown(at, key) == expected(rows, column), key
    assert len([each for panel in panels(at, "boards") for each in panel["boards"]]) == len(BOARDS)


def test_figures_and_changes(explorer):
    at = explorer()
    now, before = len(within(30)), len(within(30, until=LAST_DAY - dt.timedelta(days=30)))
    assert tile(at, "submissions")["value"] == f"{now:,}"
    assert tile(at, "tipoffs")["value"] == str(len(within(30, kind="tipoff")))
    closed = sum(row["closed_at"] is not None for row in within(30))
    assert tile(at, "closure_rate")["value"] == f"{closed / now * 100:.1f}"
    change = (now - before) / before * 100
    text = f"{'↑' if change > 0 else '↓'}{abs(change):.1f}%" if abs(change) >= 0.05 else "持平"
    assert tile(at, "submissions")["changes"][0]["text"] == text


def test_n_of_m_and_the_data_date(explorer):
    at = explorer({"kind": "tipoff"})
    line = base_line(at)
    assert f"**共{len(within(30, kind='tipoff'))}件**，范围内{len(within(30))}件" in line
    assert "数据截至2026年3月31日" in line
    assert "类型：举报" in line


def test_a_filter_narrows_all_boards_but_its_own(explorer):
    at = explorer({"issue": "C03", "period": "90d"})
    assert shown(at, "issue") == expected(within(90), "issue_type")
    assert [row["code"] for row in board(at, "issue")["rows"] if row["selected"]] == ["C03"]
    assert shown(at, "channel") == expected(within(90, issue_type="C03"), "channel")
    assert tile(at, "submissions")["value"] == str(len(within(90, issue_type="C03")))


def test_exclusion_leaves_out(explorer):
    at = explorer({"-channel": "odr"})
    left = [row for row in within(30) if row["channel"] != "odr"]
    assert tile(at, "submissions")["value"] == str(len(left))
    assert [row["code"] for row in board(at, "channel")["rows"] if row["excluded"]] == ["odr"]
    assert panels(at, "pills")[0]["pills"] == [
        {"code": "-channel:odr", "label": "排除渠道", "text": "ODR绿色通道企业", "excluded": True}
    ]


def test_a_drilled_board_lists_the_children_chosen_or_not(explorer):
    at = explorer({"region": "420106", "drill": "region:420100", "period": "12m"})
    region = board(at, "region")
    in_wuhan = [row for row in within(365) if row["city_code"] == "420100"]
    assert shown(at, "region") == expected(in_wuhan, "county_code")
    assert [row["code"] for row in region["rows"] if row["selected"]] == ["420106"]
    assert [crumb["label"] for crumb in region["crumbs"]] == ["全部", "武汉市"]
    assert tile(at, "submissions")["value"] == str(len(within(365, county_code="420106")))


def test_the_measure_orders_the_boards(explorer):
    at = explorer({"measure": "closure_rate", "period": "90d"})
    channels = board(at, "channel")
    by_hand = {}
    for channel in CHANNELS:
        rows = within(90, channel=channel)
        by_hand[channel] = sum(row["closed_at"] is not None for row in rows) / len(rows)
    order = sorted(by_hand, key=lambda channel: -by_hand[channel])
    assert [row["code"] for row in channels["rows"]] == order
    assert [row["value"] for row in channels["rows"]] == [f"{by_hand[c]:.1%}" for c in order]
    assert channels["heads"][0] == "办结率"


def test_a_cut_board_says_so(explorer):
    at = explorer({"period": "all"})
    operators = board(at, "operator")
    assert (len(operators["rows"]), operators["note"], operators["more"]) == (
        10,
        "前10，共30个",
        True,
    )


def test_operators_are_called_by_name_in_pills(explorer):
    at = explorer({"operator": "op-7", "period": "12m"})
    assert panels(at, "pills")[0]["pills"][0]["text"] == "第7号商行"
    assert tile(at, "submissions")["value"] == str(len(within(365, operator_id="op-7")))


def test_text_search(explorer):
    at = explorer({"q": "发霉", "period": "12m"})
    assert tile(at, "submissions")["value"] == str(len(within(365, narrative="食品发霉")))


def test_the_hours_of_the_week(explorer):
    at = explorer({"period": "12m"})
    days = panels(at, "week")[0]["days"]
    monday_at_nine = sum(row["weekday"] == 1 and row["hour"] == 9 for row in within(365))
    assert days[0]["cells"][9]["hint"] == f"周一9时：诉求量{monday_at_nine}件"


def test_a_bad_address_is_told_and_the_rest_still_counts(explorer):
    at = explorer({"period": "soon", "kind": "tipoff", "region": "![x](http://a.example/b.png)"})
    told = [each.value for each in at.warning]
    assert len(told) == 2
    assert "本页暂按默认条件显示" in told[0]
    assert not any("![" in each for each in told), "the address is read as Markdown"
    assert tile(at, "submissions")["value"] == str(len(within(30, kind="tipoff")))


def test_widgets_write_the_address(explorer):
    at = explorer({"kind": "tipoff", "drill": "region:420100"})
    at.segmented_control(key="bar.period").set_value("90d").run()
    assert at.query_params["period"] == "90d"
    at.segmented_control(key="bar.comparison").set_value("last_year").run()
    at.text_input(key="bar.text").set_value("退款").run()
    assert dict(at.query_params) == {
        "period": "90d", "kind": "tipoff", "vs": "last_year", "q": "退款", "drill": "region:420100",
    }  # fmt: skip
    assert tile(at, "submissions")["value"] == str(
        len(within(90, kind="tipoff", narrative="商家拖延退款"))
    )
    at.segmented_control(key="bar.kinds").set_value([]).run()
    assert "kind" not in at.query_params
    at.toggle(key="bar.denoised").set_value(True).run()
    assert at.query_params["denoised"] == "1"


def test_custom_days(explorer):
    at = explorer()
    at.segmented_control(key="bar.period").set_value("custom").run()
    assert at.query_params["period"] == "2026-03-02..2026-03-31"
    at.date_input(key="bar.days").set_value((dt.date(2026, 3, 1), dt.date(2026, 3, 5))).run()
    assert at.query_params["period"] == "2026-03-01..2026-03-05"
    assert tile(at, "submissions")["value"] == str(len(within(5, until=dt.date(2026, 3, 5))))


def test_days_outside_the_data_are_shown_as_none(explorer):
    at = explorer({"period": "2019-01-01..2019-01-31"})
    assert not at.exception
    assert tile(at, "submissions")["value"] == "0"
    assert board(at, "issue")["empty"] == "该范围内没有记录"


def test_a_viewer_of_one_city_sees_its_counties_only(explorer):
    at = explorer(regions="420100")
    in_wuhan = [row for row in within(30) if row["city_code"] == "420100"]
    assert shown(at, "region") == expected(in_wuhan, "county_code")
    assert tile(at, "submissions")["value"] == str(len(in_wuhan))


def test_a_viewer_of_one_county_starts_at_its_streets(explorer):
    at = explorer(regions="420106")
    assert tile(at, "submissions")["value"] == str(len(within(30, county_code="420106")))
    assert board(at, "region")["level"] == "街道"


def test_an_address_of_another_city_shows_a_viewer_the_own(explorer):
    at = explorer({"region": "420500"}, regions="420100")
    assert "“宜昌市”不在您的可见范围内" in at.warning[0].value
    in_wuhan = [row for row in within(30) if row["city_code"] == "420100"]
    assert tile(at, "submissions")["value"] == str(len(in_wuhan))


def test_an_empty_warehouse_opens(explorer, tmp_path):
    with GenerationStore(tmp_path).building() as building:
        derive(building)
        building.changed = True
    at = explorer(folder=tmp_path)
    assert not at.exception
    assert not at.error
    assert tile(at, "submissions")["value"] == "0"


def test_members_of_any_level_are_offered(explorer):
    at = explorer({"region": "420100", "kind": "tipoff", "period": "12m"})
    at.button(key="bar.more").click().run()
    at.selectbox(key="members.level").set_value("issue_subtype").run()
    rows = within(365, city_code="420100", kind="tipoff")
    offered = panels(at, "boards")[-1]
    assert {row["code"]: row["value"] for row in offered["boards"][0]["rows"]} == expected(
        rows, "issue_subtype"
    )
    assert offered["search"]
    assert not any(row["drills"] for row in offered["boards"][0]["rows"])


def series(values, *, grain="day", start="2026-03-01", compared=None):
    freq = {"day": "D", "week": "7D", "month": "MS"}[grain]
    index = pd.date_range(start, periods=len(values), freq=freq)
    frame = pd.DataFrame({"complaints": values, "complete": True}, index=index)
    before = None if compared is None else pd.DataFrame({"complaints": compared})
    return Series(frame, grain, before)


def state(*, positions=(), area=None):
    areas = [] if area is None else [{"brush_type": "lineX", "coord_range": list(area)}]
    selected = [{"series_index": 0, "data_indices": list(positions)}] if positions else []
    return {"selection": {"selected": selected, "areas": areas}}


MARCH = DateRange(dt.date(2026, 3, 1), dt.date(2026, 3, 31))


@pytest.mark.parametrize(
    ("grain", "given", "days"),
    [
        pytest.param("day", state(positions=[4]), ("2026-03-05", "2026-03-05"), id="one bar"),
        pytest.param(
            "day", state(area=(0.5, 3.5)), ("2026-03-02", "2026-03-04"), id="between bars"
        ),
        pytest.param(
            "day", state(area=(1.0, 2.9)), ("2026-03-02", "2026-03-04"), id="through bars"
        ),
        pytest.param("day", state(area=(-0.5, 9.5)), ("2026-03-01", "2026-03-10"), id="all"),
        pytest.param("week", state(positions=[1]), ("2026-03-08", "2026-03-14"), id="a week"),
        pytest.param("week", state(positions=[4]), ("2026-03-29", "2026-03-31"), id="a cut week"),
    ],
)
def test_days_chosen_on_the_trend(grain, given, days):
    found = series([1] * (10 if grain == "day" else 5), grain=grain)
    chosen = trend.chosen_days(found, given, MARCH)
    assert chosen is not None
    assert (chosen.start.isoformat(), chosen.end.isoformat()) == days


def test_a_month_chosen_on_the_trend():
    found = series([1, 2], grain="month", start="2026-01-01")
    whole = DateRange(dt.date(2026, 1, 10), dt.date(2026, 2, 28))
    assert trend.chosen_days(found, state(positions=[1]), whole) == DateRange(
        dt.date(2026, 2, 1), dt.date(2026, 2, 28)
    )


@pytest.mark.parametrize("given", [None, {}, state(), {"selection": None}])
def test_nothing_chosen_on_the_trend(given):
    assert trend.chosen_days(series([1]), given, MARCH) is None


def test_a_rate_is_drawn_in_percent_and_missing_days_as_gaps():
    found = Series(
        pd.DataFrame(
            {"mediation_rate": [0.5, float("nan")], "complete": [True, False]},
            index=pd.date_range("2026-03-01", periods=2),
        ),
        "day",
        None,
    )
    option = trend.trend_chart(found, MEASURES["mediation_rate"], compared="")
    items = option["series"][0]["data"]
    assert [item["value"] for item in items] == [50.0, None]
    assert [item["itemStyle"]["opacity"] for item in items] == [1.0, 0.45]
    assert option["series"][0]["type"] == "line"
    assert len(option["series"]) == 1


def test_the_comparison_stands_beside():
    option = trend.trend_chart(
        series([3, 4], compared=[1, 2]), MEASURES["complaints"], compared="环比"
    )
    assert [each["name"] for each in option["series"]] == ["投诉量（件）", "环比基期"]
    assert option["series"][1]["data"] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("days", "grain"), [(62, "day"), (63, "week"), (420, "week"), (421, "month")]
)
def test_grain_by_length(days, grain):
    start = dt.date(2025, 1, 1)
    assert trend.grain(DateRange(start, start + dt.timedelta(days=days - 1))) == grain


REGION = View(BOARDS[0], "city_code")
IN_WUHAN = View(BOARDS[0], "county_code", "420100")
WUHAN = Selection().with_filter("region", ["420100"])


def drawn(board_view: View, scope: Scope = EVERYTHING) -> MapView:
    found = region_map.map_view(board_view, scope)
    assert found is not None
    return found


def test_the_map_follows_the_board_and_the_rights():
    province = drawn(REGION)
    assert (province.name, province.level, province.within) == ("湖北省", "city_code", None)
    city = drawn(IN_WUHAN)
    assert (city.name, city.level, city.within) == ("武汉市", "county_code", "420100")
    own = drawn(View(BOARDS[0], "county_code"), Scope(regions=("420100",)))
    assert (own.name, own.within) == ("武汉市", None)


def test_clicks_on_the_map():
    province = drawn(REGION)
    chosen = region_map.toggled(Selection(), province, "420100")
    assert chosen == WUHAN
    assert region_map.toggled(chosen, province, "420100") == Selection()
    assert region_map.toggled(WUHAN, province, "110000") == WUHAN


def test_clicks_on_the_map_of_a_city_narrow_it_and_restore_it():
    city = drawn(IN_WUHAN)
    county = region_map.toggled(WUHAN, city, "420106")
    assert county.members("region") == ("420106",)
    assert region_map.toggled(county, city, "420106") == WUHAN


def test_clicks_of_boards_that_are_not_there_are_ignored():
    clicked = explorer_clicks.on_board([REGION], EVERYTHING)
    assert clicked(Click("toggle", "colour", "red")) is None
