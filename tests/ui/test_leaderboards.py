import datetime as dt
import math
from dataclasses import replace

import pandas as pd
import pytest

from pages.components import boards, drilling, grid, leaderboards, member_names, settling, tiles
from pages.components.boards import BOARDS, View
from pages.components.panels import Click
from queries.measures import MEASURES
from queries.results import Breakdown, Matrix
from queries.scope import EVERYTHING, Scope
from queries.selection import Comparison, InvalidSelectionError, Selection

REGION, INDUSTRY = BOARDS[0], BOARDS[1]
CITIES = View(REGION, "city_code")
IN_WUHAN = View(REGION, "county_code", "420100")
WUHAN = Selection().with_filter("region", ["420100"])
COMPLAINTS = MEASURES["complaints"]


def board(key):
    return next(each for each in BOARDS if each.key == key)


def found(members, *, total=None, level="city_code", **columns):
    frame = pd.DataFrame({"member": pd.Series(members, dtype=object), **columns})
    return Breakdown(frame, level, len(frame) if total is None else total)


def test_one_row_by_hand():
    # 30 of 40 complaints; 20 in the period before, so up by (30 - 20) / 20 = 50 %
    content = leaderboards.board_content(
        CITIES,
        found(
            ["420100", None],
            complaints=[30, 10],
            share=[0.75, 0.25],
            complaints_compared=[20, 10],
            total=17,
        ),
        WUHAN,
        COMPLAINTS,
    )
    first, second = content["rows"]
    assert first == {
        "code": "420100",
        "label": "武汉市",
        "value": "30",
        "share": "75.0%",
        "change": "↑50.0%",
        "tone": "neutral",
        "bar": 1.0,
        "hint": "武汉市：投诉量30件，环比↑50.0%（原20件）",
        "selected": True,
        "excluded": False,
        "usable": True,
        "drills": True,
        "end": "",
    }
    assert (second["label"], second["usable"], second["drills"]) == ("未填写", False, False)
    assert (second["bar"], second["change"]) == (0.0, "持平")
    assert (content["note"], content["more"]) == ("前2，共17个", True)
    assert content["heads"] == ("投诉量", "占比", "环比")


def test_a_rate_shows_its_base_and_changes_by_points(monkeypatch):
    monkeypatch.setattr(settling, "is_ripening_in", lambda *_: False)
    content = leaderboards.board_content(
        CITIES,
        found(
            ["420500", "420100"],
            mediation_rate=[0.95, 0.5],
            share=[math.nan, math.nan],
            submissions=[4, 1200],
            mediation_rate_compared=[0.9, math.nan],
        ),
        Selection(comparison=Comparison.LAST_YEAR),
        MEASURES["mediation_rate"],
    )
    assert content["heads"] == ("调解成功率", "诉求量", "同比(点)")
    rows = [(row["value"], row["share"], row["change"], row["tone"]) for row in content["rows"]]
    assert rows == [("95.0%", "4", "↑5.0", "good"), ("50.0%", "1,200", "—", "neutral")]
    assert content["note"] == "共2个"


def test_names_that_begin_alike_keep_their_ends_when_cut():
    channels = ["channel_b", "channel_a", "letters"]
    names = ["全国12315平台PC端", "全国12315平台手机APP", "来信来函"]
    assert member_names.ends(names) == ["PC端", "手机APP", ""]
    counted = found(channels, name=names, complaints=[3, 2, 1], share=[0.5, 0.3, 0.2])
    view = View(board("operator"), "operator_id")
    content = leaderboards.board_content(view, counted, Selection(), COMPLAINTS)
    assert [row["end"] for row in content["rows"]] == ["PC端", "手机APP", ""]
    listed = grid.content(
        "g",
        "渠道",
        [grid.Head("渠道")],
        [grid.Row(each, (grid.Cell(each),)) for each in names],
        empty="",
    )
    assert [row["cells"][0].get("end") for row in listed["rows"]] == ["PC端", "手机APP", None]


def test_a_member_that_had_nothing_before_is_new():
    counted = found(["420100"], complaints=[3], share=[1.0], complaints_compared=[0])
    content = leaderboards.board_content(CITIES, counted, Selection(), COMPLAINTS)
    assert content["rows"][0]["change"] == "新增"


def test_what_is_not_stated_is_no_member():
    counted = replace(found([None, "420100"], complaints=[2, 3], share=[0.4, 0.6]), not_stated=1)
    content = leaderboards.board_content(CITIES, counted, Selection(), MEASURES["complaints"])
    assert (content["note"], len(content["rows"])) == ("共1个", 2)


def test_without_comparison_nothing_is_compared():
    content = leaderboards.board_content(
        CITIES,
        found(["420100"], complaints=[3], share=[1.0]),
        Selection(comparison=Comparison.NONE),
        COMPLAINTS,
    )
    assert content["heads"][2] == content["rows"][0]["change"] == ""
    assert content["rows"][0]["hint"] == "武汉市：投诉量3件"


def test_a_measure_that_still_grows_is_not_compared():
    content = leaderboards.board_content(
        CITIES,
        found(["420100"], closure_rate=[0.5], closure_rate_compared=[0.9], submissions=[4]),
        Selection(),
        MEASURES["closure_rate"],
    )
    assert (content["heads"][2], content["rows"][0]["change"]) == ("", "")


def test_words_that_no_refresh_has_derived_are_not_shown_as_none():
    view = View(board("word"), "word")
    content = leaderboards.board_content(view, None, Selection(), COMPLAINTS)
    assert (content["rows"], content["empty"]) == ([], "热词尚未提取，请管理员运行刷新任务")


def test_an_empty_board_says_so():
    content = leaderboards.board_content(
        CITIES, found([], complaints=[], share=[]), Selection(), COMPLAINTS
    )
    assert (content["rows"], content["empty"]) == ([], "该范围内没有记录")


def test_a_code_that_no_filter_can_name_is_shown_but_no_choice():
    content = leaderboards.board_content(
        CITIES, found(["Queens"], complaints=[3], share=[1.0]), Selection(), COMPLAINTS
    )
    row = content["rows"][0]
    assert (row["label"], row["usable"], row["drills"]) == ("Queens", False, False)


def test_operators_are_named():
    content = leaderboards.board_content(
        View(board("operator"), "operator_id"),
        found(["op-1"], complaints=[3], share=[1.0], name=["<b>江岸健身馆</b>"]),
        Selection(),
        COMPLAINTS,
    )
    assert content["rows"][0]["label"] == "<b>江岸健身馆</b>"


def test_crumbs_lead_from_all_to_where_the_board_stands():
    labels = [each["label"] for each in leaderboards.crumbs(View(REGION, "street_code", "420106"))]
    assert labels == ["全部", "武汉市", "武昌区"]
    assert leaderboards.crumbs(CITIES) == []


def test_the_region_board_starts_below_what_a_viewer_may_see():
    assert boards.top_level(REGION, EVERYTHING) == "city_code"
    assert boards.top_level(REGION, Scope(regions=("420100", "420200"))) == "city_code"
    assert boards.top_level(REGION, Scope(regions=("420106",))) == "street_code"
    assert boards.top_level(REGION, Scope(regions=("429004",))) == "street_code"
    assert boards.top_level(INDUSTRY, Scope(regions=("420100",))) == "industry_section"


@pytest.mark.parametrize(
    ("members", "drill", "within"),
    [
        pytest.param([], {"region": "420100"}, None, id="nothing chosen: at the top"),
        pytest.param(["420100"], {}, None, id="a city chosen, not entered"),
        pytest.param(["420100"], {"region": "420100"}, "420100", id="a city entered"),
        pytest.param(["420102", "420106"], {"region": "420100"}, "420100", id="counties in it"),
        pytest.param(["420102", "420500"], {"region": "420100"}, None, id="one lies outside"),
        pytest.param(["420106"], {}, "420100", id="a link to a county alone"),
        pytest.param(["420106", "420506"], {}, None, id="counties of two cities"),
        pytest.param(["429004"], {"region": "429004"}, "429004", id="directly under the province"),
        pytest.param(["420106007"], {"region": "420106"}, "420106", id="streets"),
    ],
)
def test_where_a_board_stands(members, drill, within):
    assert drilling.inside("region", members, drill, top="city_code") == within


def test_views_follow_selection_and_drill():
    counties = WUHAN.with_filter("product", ["G101-01"])
    by_key = {
        view.board.key: (view.level, view.within)
        for view in boards.views(counties, {"region": "420100"}, EVERYTHING)
    }
    assert by_key["region"] == ("county_code", "420100")
    assert by_key["product"] == ("product", "G101")
    assert by_key["issue"] == ("issue_type", None)
    assert len(by_key) == len(BOARDS)


def test_a_board_inside_a_member_counts_under_that_member_alone():
    chosen = WUHAN.with_filter("region", ["420102", "420106"])
    assert IN_WUHAN.base(chosen).members("region") == ("420100",)
    assert CITIES.base(chosen) == chosen


def test_a_click_chooses_and_a_second_takes_back():
    first = boards.after(Click("toggle", "region", "420500"), CITIES, WUHAN, {})
    assert first.selection.members("region") == ("420100", "420500")
    second = boards.after(Click("toggle", "region", "420500"), CITIES, first.selection, {})
    assert second.selection == WUHAN


def test_inside_a_member_choices_narrow_it_and_the_last_one_taken_back_restores_it():
    drill = {"region": "420100"}
    click = Click("toggle", "region", "420106")
    first = boards.after(click, IN_WUHAN, WUHAN, drill)
    assert (first.selection.members("region"), first.drill) == (("420106",), drill)
    assert boards.after(click, IN_WUHAN, first.selection, drill).selection == WUHAN


def test_drilling_down_and_up():
    down = boards.after(Click("drill", "region", "420100"), CITIES, Selection(), {"issue": "C01"})
    assert down.selection == WUHAN
    assert down.drill == {"issue": "C01", "region": "420100"}
    up = boards.after(Click("up", "region", ""), IN_WUHAN, down.selection, down.drill)
    assert (up.selection, up.drill) == (Selection(), {"issue": "C01"})


def test_leaving_out_and_taking_back():
    click = Click("exclude", "region", "420106")
    out = boards.after(click, IN_WUHAN, WUHAN, {}).selection
    assert out.to_query() == {"region": "420100", "-region": "420106"}
    assert boards.after(click, IN_WUHAN, out, {}).selection == WUHAN


def test_leaving_out_the_only_choice_inside_a_member_keeps_to_that_member():
    chosen = WUHAN.with_filter("region", ["420106"])
    out = boards.after(Click("exclude", "region", "420106"), IN_WUHAN, chosen, {}).selection
    assert out.to_query() == {"region": "420100", "-region": "420106"}


def test_choosing_what_was_left_out_no_longer_leaves_it_out():
    out = Selection().with_filter("channel", ["odr", "app"], exclude=True)
    view = View(board("channel"), "channel")
    chosen = boards.after(Click("toggle", "channel", "odr"), view, out, {}).selection
    assert chosen.to_query() == {"channel": "odr", "-channel": "app"}


def test_a_word_is_searched_for():
    view = View(board("word"), "word")
    click = Click("toggle", "word", "跑路")
    once = boards.after(click, view, Selection(text="退款"), {})
    assert once.selection.text == "退款 跑路"
    assert boards.after(click, view, once.selection, {}).selection.text == "退款"


@pytest.mark.parametrize(
    "click",
    [
        Click("toggle", "region", "Queens"),
        Click("exclude", "region", "<script>"),
        Click("drill", "region", "42"),
    ],
)
def test_a_forged_click_is_refused(click):
    with pytest.raises(InvalidSelectionError, match="region"):
        boards.after(click, CITIES, Selection(), {})


def test_more_words_than_an_address_holds_are_refused():
    view = View(board("word"), "word")
    full = Selection(text="长" * 60)
    with pytest.raises(InvalidSelectionError, match="at most 60"):
        boards.after(Click("toggle", "word", "退款"), view, full, {})


def test_drilling_where_there_is_nothing_below_is_refused():
    view = View(board("channel"), "channel")
    with pytest.raises(InvalidSelectionError, match="drill into one of"):
        boards.after(Click("drill", "channel", "odr"), view, Selection(), {})


@pytest.mark.parametrize("code", sorted({"420100", "429004", "G101", "S", "C01", "A", "420106"}))
def test_children_know_their_parent(code):
    dimension = {"4": "region", "G": "product", "S": "product", "C": "issue", "A": "industry"}[
        code[0]
    ]
    below = drilling.level_below(dimension, code)
    child = {
        "county_code": "420106",
        "street_code": f"{code}001",
        "product_category": "S201",
        "product": "G101-01",
        "issue_subtype": "C01-02",
        "industry": "A01",
    }[below or ""]
    assert drilling.parent_of(dimension, child) == code


def test_tiles_show_both_changes(monkeypatch):
    monkeypatch.setattr(settling, "is_ripening", lambda *_: False)
    # 110 against 100 before and 200 a year ago; 3.2 points below
    drawn = tiles.tiles(
        ("complaints", "mediation_rate", "closure_rate"),
        {"complaints": 110.0, "mediation_rate": 0.868, "closure_rate": 0.5},
        {"complaints": 100.0, "mediation_rate": 0.9, "closure_rate": 0.9},
        {"complaints": 200.0, "mediation_rate": math.nan, "closure_rate": 0.9},
        until=dt.date(2026, 3, 31),
        chosen="mediation_rate",
    )
    assert [(each["value"], each["unit"], each["selected"]) for each in drawn] == [
        ("110", "件", False),
        ("86.8", "%", True),
        ("50.0", "%", False),
    ]
    changes = [[(c["label"], c["text"], c["tone"]) for c in each["changes"]] for each in drawn]
    assert changes == [
        [("环比", "↑10.0%", "neutral"), ("同比", "↓45.0%", "neutral")],
        [("环比", "↓3.2点", "bad"), ("同比", "—", "neutral")],
        [("", "尚在办理", "neutral"), ("", "不作比较", "neutral")],
    ]


def test_the_week_is_shaded_from_its_fullest_hour():
    frame = pd.DataFrame({"row": [1, 1, 7], "column": [9, 10, 23], "value": [50, 25, 0]})
    drawn = tiles.week(
        Matrix(frame, "weekday", "hour"),
        Selection().with_filter("weekday", ["1"]),
        measure="complaints",
    )
    monday, sunday = drawn["days"][0], drawn["days"][6]
    assert [monday["cells"][hour]["depth"] for hour in (0, 9, 10)] == [4, 92, 48]
    assert monday["cells"][9]["hint"] == "周一9时：投诉量50件"
    assert (monday["selected"], sunday["selected"]) == (True, False)
    assert (monday["cells"][0]["dimmed"], sunday["cells"][0]["dimmed"]) == (False, True)
    assert len(drawn["hours"]) == len(sunday["cells"]) == 24


def test_statuses_are_held_against_nothing():
    counted = found(
        ["closed"], level="status", complaints=[30], share=[1.0], complaints_compared=[1]
    )
    content = leaderboards.board_content(
        View(board("status"), "status"), counted, Selection(), COMPLAINTS
    )
    assert content["heads"][2] == ""
    assert (content["rows"][0]["change"], "原" in content["rows"][0]["hint"]) == ("", False)
