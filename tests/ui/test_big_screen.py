import datetime as dt
import json
import re
from dataclasses import replace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.components import screen_panels, screen_rows, settling
from pages.components.screen_panels import Notice, Rank
from pages.components.settings import settings
from pages.components.wording import Change
from queries.results import Breakdown, Series, Totals
from queries.selection import DateRange
from tests.ui.pages import ROOT
from tests.ui.planted import PICTURE, SECRET, WUHAN_NOW, YICHANG_NOW, plant


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def app(warehouse, monkeypatch):
    def opened(query: dict[str, str] | None = None, **env: str) -> AppTest:
        monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{warehouse}")
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        at.query_params.update(query or {})
        return at.run()

    yield opened
    settings.cache_clear()


def html(at):
    return "".join(each.proto.body for each in at.get("html") if "<style>" not in each.proto.body)


def html_of(text):
    return text.replace("<", "&lt;").replace(">", "&gt;")


def shown(at):
    return re.sub(r"<[^>]+>", "", html(at))


def options(at):
    found = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    return [each["options"] for each in found if "options" in each]


def test_the_figures_of_the_whole_province(app):
    at = app(VIEWER_REGIONS="all")
    assert not at.error
    assert "湖北省投诉举报一屏展示" in shown(at)
    # 10 complaints now, 12 in the 30 days before
    assert f"诉求量{WUHAN_NOW + YICHANG_NOW}件同比 ↑233.3%环比 ↓16.7%" in shown(at)


def test_a_region_in_the_address_narrows_figures_charts_and_list(app):
    at = app({"region": "420100"}, VIEWER_REGIONS="all")
    assert f"诉求量{WUHAN_NOW}件" in shown(at)
    assert SECRET not in html(at)
    assert SECRET.lower() not in json.dumps(options(at)).lower()
    items = next(
        each["series"][0]["data"] for each in options(at) if each["series"][0]["type"] == "map"
    )
    assert {item["code"]: item["value"] for item in items}["420106"] == WUHAN_NOW


def test_a_viewer_of_one_city_starts_there_whatever_the_address_says(app):
    at = app({"region": "420500"}, VIEWER_REGIONS="420100")
    assert "武汉市投诉举报一屏展示" in shown(at)
    assert SECRET not in html(at)


def test_the_map_of_the_province_gives_other_cities_none_to_a_viewer_of_two(app):
    at = app(VIEWER_REGIONS="420100,420200")
    items = next(
        each["series"][0]["data"] for each in options(at) if each["series"][0]["type"] == "map"
    )
    values = {item["code"]: item["value"] for item in items}
    assert (values["420100"], values["420500"]) == (WUHAN_NOW, 0)


def test_nothing_is_shown_without_a_region(app):
    at = app()
    assert "VIEWER_REGIONS" in at.warning[0].value
    assert not options(at)


def test_demo_mode_changes_viewers_in_place(app):
    at = app(DEMO_MODE="1")
    assert f"诉求量{WUHAN_NOW + YICHANG_NOW}件" in shown(at)
    at.selectbox(key="demo_viewer").set_value("analyst-420100").run()
    assert f"诉求量{WUHAN_NOW}件" in shown(at)
    assert SECRET not in html(at)


def test_complaint_text_is_escaped_in_lists(app):
    at = app(VIEWER_REGIONS="all")
    assert PICTURE not in html(at)
    assert html_of(PICTURE) in html(at)


def test_no_option_holds_a_code_marker_and_every_tooltip_is_text(app):
    at = app(VIEWER_REGIONS="all")
    drawn = options(at)
    assert len(drawn) == 4
    assert "--x_x--0_0--" not in json.dumps(drawn)
    assert "window.broken" in json.dumps(drawn), "the attack is not in any option"
    assert {each["tooltip"]["renderMode"] for each in drawn} == {"richText"}


def test_a_switch_of_the_period_goes_to_the_address(app):
    at = app(VIEWER_REGIONS="all")
    at.segmented_control(key="period").set_value("12m").run()
    assert at.query_params["period"] == "12m"
    # with the 12 of the 30 days before, and one inquiry of last June
    assert "诉求量23件" in shown(at)


def test_a_missing_warehouse_is_explained_on_the_screen(app, tmp_path):
    at = app(VIEWER_REGIONS="all", WAREHOUSE_URL=f"duckdb:///{tmp_path}/none")
    assert "python -m jobs demo" in at.error[0].value
    assert not options(at)


def totals(**figures):
    names = dict.fromkeys(screen_rows.TILES, 1.0) | figures
    days = DateRange(dt.date(2026, 3, 2), dt.date(2026, 3, 31))
    return Totals(names, names, None, days, 1)


def test_measures_that_still_grow_are_not_compared(monkeypatch):
    monkeypatch.setattr(settling, "is_ripening", lambda *_: False)
    tiles = {tile.label: tile for tile in screen_rows.tile_rows(totals())}
    assert tiles["办结率"].changes == ()
    assert tiles["办结率"].note == "本期件尚在办理，不作同比环比"
    assert [(name, each.text) for name, each in tiles["投诉量"].changes] == [
        ("同比", "—"),
        ("环比", "持平"),
    ]


def test_a_figure_and_its_unit_stand_apart(monkeypatch):
    monkeypatch.setattr(settling, "is_ripening", lambda *_: False)
    tiles = {tile.label: tile for tile in screen_rows.tile_rows(totals(disputed_yuan=1.5e6))}
    assert (tiles["争议金额"].number, tiles["争议金额"].unit) == ("150.0", "万元")


@pytest.mark.parametrize("field", ["when", "place", "kind", "reasons", "text"])
def test_every_part_of_a_notice_is_escaped(field):
    plain = dict.fromkeys(("when", "place", "kind", "reasons", "text"), "x")
    assert PICTURE not in screen_panels.live_list([Notice(**plain | {field: PICTURE})])


def test_a_short_live_list_stands_still_and_a_long_one_moves():
    notice = Notice("03-31 10:00", "武昌区", "投诉", "人身伤害", "x")
    assert "cr-still" in screen_panels.live_list([notice] * 3)
    moving = screen_panels.live_list([notice] * 4)
    assert "--seconds:16s" in moving
    assert moving.count("<article>") == 8


def test_an_empty_leaderboard_says_so():
    assert "该范围内没有记录" in screen_panels.ranking([])


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [
        pytest.param(30, 20, "↑50.0%", id="at the smallest base told in percent"),
        pytest.param(30, 19, "+11件", id="below it"),
        pytest.param(5, 0, "+5件", id="new"),
        pytest.param(5, 5, "持平", id="the same"),
        pytest.param(1, 4, "-3件", id="fewer"),
    ],
)
def test_changes_from_a_small_base_are_told_in_submissions(now, before, change):
    frame = pd.DataFrame(
        {"member": ["C01"], "submissions": [now], "submissions_compared": [before]}
    )
    rank = screen_rows.rank_rows(Breakdown(frame, "issue_type", 1), rows=8)[0]
    assert (rank.label, rank.change) == ("食品安全", change)


def test_what_nobody_filled_in_is_not_ranked():
    frame = pd.DataFrame({"member": [None, "C02"], "submissions": [50, 10]})
    ranks = screen_rows.rank_rows(Breakdown(frame, "issue_type", 2), rows=8)
    assert [(rank.label, rank.share_of_first) for rank in ranks] == [("质量", 1.0)]


def test_what_nobody_filled_in_is_counted_below_the_board():
    frame = pd.DataFrame({"member": [None, "C02"], "submissions": [3438, 10]})
    assert screen_rows.rank_rest(Breakdown(frame, "issue_type", 2)) == "另有未填写3,438件"
    assert screen_rows.rank_rest(Breakdown(frame.tail(1), "issue_type", 1)) == ""
    rank = Rank(PICTURE, "1", "—", 1.0)
    board = screen_panels.ranking([rank], "另有未填写3,438件")
    assert "<p>另有未填写3,438件</p>" in board
    assert "<p>" not in screen_panels.ranking([rank])
    assert f'title="{html_of(PICTURE)}"' in board


def test_the_judgement_of_period_and_region_stands_on_the_screen(app):
    # 10 complaints now, 12 in the 30 days before: too few to judge
    base = "诉求量10件，上期12件；基数较小"
    assert f"研判{base}" in shown(app(VIEWER_REGIONS="all"))
    wuhan = shown(app({"region": "420100"}, VIEWER_REGIONS="all"))
    assert f"研判诉求量{WUHAN_NOW}件，上期4件" in wuhan
    year = shown(app({"period": "12m"}, VIEWER_REGIONS="all"))
    assert "研判诉求量23件，上期（" in year


def test_sentences_without_room_are_left_to_the_tooltip():
    first, second = "诉求量上升。", "增量来自“质量”。"
    assert f"</b>{first}{second}</div>" in screen_panels.judged(first + second)
    long = "与总体方向相反的有" + "很长的名称" * 20 + "。"
    line = screen_panels.judged(first + second + long + "短句。")
    assert f"</b>{first}{second}</div>" in line
    assert f'title="{first}{second}{long}短句。"' in line


def test_the_judgement_is_escaped():
    sentence = screen_panels.judged(f'{PICTURE}" onmouseover="x')
    assert PICTURE not in sentence
    assert '" onmouseover' not in sentence


def test_the_period_of_this_year_is_taken_from_the_address(app):
    at = app({"period": "ytd"}, VIEWER_REGIONS="all")
    assert at.segmented_control(key="period").value == "ytd"
    assert "本年" in shown(at)
    assert "统计期2026年1月1日至3月31日" in shown(at)


def test_a_submission_against_nobody_named_starts_with_its_text():
    row = dict.fromkeys(screen_rows.NOTICED) | {"kind": "complaint", "reasons": ()}
    row |= {"registered_at": pd.Timestamp("2026-03-31 10:00"), "narrative": "买到过期食品"}
    frame = pd.DataFrame([row, row | {"respondent_name": "某超市"}])
    texts = [each.text for each in screen_rows.notice_rows(frame)]
    assert texts == ["买到过期食品", "某超市：买到过期食品"]


def test_a_week_is_told_with_unit_and_last_years_figures():
    weeks = pd.date_range("2026-03-16", periods=2, freq="7D")
    frame = pd.DataFrame({"complaints": [1234, 5], "complete": [True, False]}, index=weeks)
    course = Series(frame, "week", pd.DataFrame({"complaints": [1000, None]}, index=weeks))
    assert screen_rows.trend_notes(course, {"complaints": "投诉"}) == [
        "2026年3月16日至3月22日\n投诉1,234件，去年同期1,000件",
        "2026年3月23日至3月29日（未满）\n投诉5件，去年同期—",
    ]
    alone = screen_rows.trend_notes(replace(course, compared=None), {"complaints": "投诉"})
    assert alone[0].endswith("投诉1,234件")


def test_inquiries_are_no_problems(app):
    at = app({"period": "12m"}, VIEWER_REGIONS="all")
    assert "咨询量1件" in shown(at)
    assert "市场监管业务咨询" not in shown(at)
    assert "售后服务" in shown(at)


def test_bars_are_as_long_as_their_share_of_the_first():
    found = screen_panels.ranking([Rank("a", "4", "—", 1.0), Rank("b", "1", "—", 0.25)])
    assert re.findall(r"width:([\d.]+)%", found) == ["100.0", "25.0"]


def test_a_definition_cannot_leave_its_attribute():
    change = Change("—", "unknown", "neutral")
    tile = screen_panels.Tile("a", "1", "件", (("同比", change),), "", '" onmouseover="x')
    assert '" onmouseover' not in screen_panels.tiles([tile])
