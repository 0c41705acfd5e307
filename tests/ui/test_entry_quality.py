"""The page of entry quality: league, elements, contradictions, what to correct."""

import datetime as dt
import io
import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from jobs.refresh import derive
from pages.components import category_list, entry_figures, entry_list, findings_data
from pages.components.settings import settings
from queries.entry_tables import CHECKS, ELEMENTS
from queries.generations import GenerationStore
from queries.scope import EVERYTHING
from queries.selection import Period, Selection
from tests.finders.test_categories import planted as planted_categories
from tests.staging import batch
from tests.ui.entries import ROWS, UNITS, plant
from tests.ui.pages import ROOT


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def opened(warehouse, monkeypatch):
    def shown(query=None, *, folder=warehouse, regions="all", page="entry_quality"):
        monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{folder}")
        monkeypatch.setenv("VIEWER_REGIONS", regions)
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        at.query_params.update(query or {})
        at = at.switch_page(f"pages/{page}.py").run()
        assert not at.exception
        assert not at.error
        return at

    yield shown
    settings.cache_clear()


def grid(at, board):
    drawn = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    found = next(each for each in drawn if each.get("board") == board)
    return {row["code"]: [cell["text"] for cell in row["cells"]] for row in found["rows"]}


def text_of(at):
    return " ".join(each.value for each in [*at.markdown, *at.caption, *at.info])


def test_the_league_runs_from_the_least_complete_with_small_ones_last(opened):
    league = grid(opened({"period": "all", "vs": "none"}), "handling_unit")
    assert list(league) == ["夷陵区局", "武昌区局", "江岸区局", "小所"]
    assert [row[0] for row in league.values()] == ["3", "2", "1", "—"]
    # A poor entry has the request of seven; one without a time lacks nothing: the text has the day.
    for unit, poor in UNITS.items():
        filled = 24 * 7 - 6 * poor * 6
        assert league[unit][2:4] == ["24", f"{filled / (24 * 7):.1%}"]
    assert league["小所"][2:4] == ["1", "100.0%"]


def completeness(unit, first, last):
    """Return the share of elements of a unit's entries in March 2026, counted by hand."""
    theirs = [
        row
        for row in ROWS
        if row["handling_unit"] == unit
        and dt.date(2026, 3, first) <= row["registered_on"] <= dt.date(2026, 3, last)
    ]
    return sum(1 if row["narrative"] == "退钱" else 7 for row in theirs) / (7 * len(theirs))


def test_change_against_the_days_before(opened):
    at = opened({"period": "2026-03-11..2026-03-20"})
    league = grid(at, "handling_unit")
    assert all(row[0] == row[5] == "—" for row in league.values())
    assert "0个参加排名（20件及以上，本系统设定" in text_of(at)
    told = {unit: league[unit][4] for unit in UNITS}
    expected = {}
    for unit in UNITS:
        points = 100 * (completeness(unit, 11, 20) - completeness(unit, 1, 10))
        arrow = "↑" if points > 0 else "↓"
        expected[unit] = f"{arrow}{abs(points):.1f}" if abs(points) > 0.05 else "持平"
    assert told == expected
    assert set(told.values()) != {"持平"}


def test_elements_contradictions_and_the_list(opened):
    at = opened({"period": "all", "vs": "none"})
    poor = 6 * sum(UNITS.values())
    elements = grid(at, "element")
    assert list(elements) == list(ELEMENTS)
    assert elements["contact"] == ["联系方式", "73", str(poor), f"{1 - poor / 73:.1%}"]
    assert elements["request"][2] == "0"
    checks = grid(at, "check")
    assert list(checks) == list(CHECKS)
    assert checks["amount_differs"][1:3] == [str(73 - poor), "1"]
    listed = grid(at, "corrections")
    assert len(listed) == 20
    assert f"共{poor + 1}件" in text_of(at)
    assert listed["small"][4] == "金额不符（正文800元，登记争议3,000元）"


def test_one_element_is_listed(opened):
    at = opened({"period": "all", "lack": "contact"})
    assert "缺联系方式，共24件" in text_of(at)
    assert all("联系方式" in row[3] for row in grid(at, "corrections").values())
    at = opened({"period": "all", "lack": "contact", "page": "99"})
    assert len(grid(at, "corrections")) == 4
    assert "缺要素或前后矛盾" in text_of(opened({"period": "all", "lack": "nonsense"}))


@pytest.mark.parametrize("level", ["handling_section", "channel"])
def test_other_leagues(opened, level):
    at = opened({"period": "all", "by": level})
    league = grid(at, level)
    assert [row[1] for row in league.values()] == (["12315电话"] if level == "channel" else [])
    assert ("无录入人员字段" in text_of(at)) == (level == "handling_section")


def test_one_county(opened):
    at = opened({"period": "all"}, regions="420506")
    assert list(grid(at, "handling_unit")) == ["夷陵区局"]
    assert all("夷陵区局" in row[2] for row in grid(at, "corrections").values())
    assert "共24件，应填要素168项" in text_of(at)


def test_the_trend_has_both_months(opened):
    at = opened({"period": "all"})
    (drawn,) = [json.loads(each.proto.spec) for each in at.get("echarts_chart")]
    assert drawn["xAxis"]["data"] == ["2026-02（未满）", "2026-03（未满）"]
    filled, asked = 0, 0
    for row in ROWS:
        if row["registered_on"].month == 3:
            filled += 7 if row["narrative"] != "退钱" else 1
            asked += 7
    assert drawn["series"][0]["data"][1] == round(100 * filled / asked, 1)


def test_not_checked_empty_and_one(opened, tmp_path):
    for name, records, step in (
        ("raw", ROWS[:1], "day"), ("none", [], None), ("one", ROWS[:1], None),
    ):  # fmt: skip
        with GenerationStore(tmp_path / name).building() as building:
            building.stage(batch(records))
            building.merge()
            derive(building, only=step)
    assert "尚未随数据更新" in text_of(opened(folder=tmp_path / "raw"))
    assert "没有诉求记录" in text_of(opened(folder=tmp_path / "none"))
    league = grid(opened(folder=tmp_path / "one"), "handling_unit")
    assert [row[:3] for row in league.values()] == [["—", "江岸区局", "1"]]


def test_what_is_taken_away_holds_all(opened):
    opened()
    everything = Selection(period=Period("all"))
    sheet = entry_list.sheet(everything, EVERYTHING, wanting="")
    assert sheet.total == len(next(sheet.parts())) == 25
    found = findings_data.entry_quality(everything, EVERYTHING, level="handling_unit")
    league = entry_figures.league_sheet(found, "handling_unit")
    frame = next(league.parts())
    assert frame["承办单位"].tolist() == ["夷陵区局", "武昌区局", "江岸区局", "小所"]
    assert frame.loc[0, "联系方式完整率"] == 0.25
    assert isinstance(pd.read_csv(io.StringIO(frame.to_csv(index=False))), pd.DataFrame)


@pytest.fixture(scope="module")
def categories(tmp_path_factory):
    rows, wrong, vague = planted_categories()
    folder = tmp_path_factory.mktemp("categories")
    with GenerationStore(folder).building() as building:
        building.stage(batch(rows))
        building.merge()
        derive(building, only="day")
        derive(building, only="entry_checks")
        derive(building, only="category_doubts")
    return folder, {row["submission_id"]: row for row in rows}, wrong, vague


IN_WORDS = {"C01": "食品安全", "C04": "合同", "C17": "其他投诉问题", None: "未填写"}


@pytest.mark.parametrize("doubt", ["contradiction", "unclear"])
def test_categories_to_check(opened, categories, doubt):
    folder, rows, wrong, vague = categories
    planted = wrong if doubt == "contradiction" else vague
    at = opened({"period": "all", "list": "categories", "doubt": doubt}, folder=folder)
    listed = grid(at, "category_doubts")
    assert set(listed) == set(planted)
    for key, row in listed.items():
        assert row[2] == IN_WORDS[rows[key]["issue_type"]]
        assert row[3] == IN_WORDS[planted[key]]
        assert float(row[4].rstrip("%")) >= (90 if doubt == "contradiction" else 60)
        assert all(word in rows[key]["narrative"] for word in row[5].split("、"))
        assert rows[key]["narrative"].startswith(row[6][:20])
    told = text_of(at)
    assert "共2件，占已核对160件的1.2%" in told
    assert "建议类别由模型给出，供核对，不作为考核依据" in told
    assert "所选范围内已登记类别的159件中" in told


def test_categories_of_one_county(opened, categories):
    folder, rows, wrong, _ = categories
    at = opened({"period": "all", "list": "categories"}, folder=folder, regions="420102")
    theirs = {key for key in wrong if rows[key]["county_code"] == "420102"}
    assert set(grid(at, "category_doubts")) == theirs
    assert len(theirs) == 1
    assert "已核对80件" in text_of(at)
    sheets = category_list.sheets(Selection(period=Period("all")), EVERYTHING)
    assert [sheet.total for sheet in sheets] == [2, 2]
    assert set(next(sheets[0].parts())["登记编号"]) == set(wrong)


def test_categories_not_judged_and_none_to_judge(opened, tmp_path):
    for name, steps in (("raw", ["entry_checks"]), ("one", ["entry_checks", "category_doubts"])):
        with GenerationStore(tmp_path / name).building() as building:
            building.stage(batch(ROWS[:1]))
            building.merge()
            for step in steps:
                derive(building, only=step)
    query = {"period": "all", "list": "categories"}
    assert "类别尚未随数据更新核对" in text_of(opened(query, folder=tmp_path / "raw"))
    at = opened(query, folder=tmp_path / "one")
    assert grid(at, "category_doubts") == {}
    assert "没有可供核对的诉求" in text_of(at)
