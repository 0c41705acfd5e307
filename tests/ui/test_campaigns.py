"""The page of campaigns: counts, an own campaign from draft to hits, the check of a sample, effect."""

import dataclasses
import datetime as dt
import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from analytics.campaigns_in_force import own_code
from jobs.decided import read_decided
from jobs.refresh import derive, refresh
from pages.components import (
    campaign_check,
    campaign_data,
    campaign_effect,
    campaign_list,
    campaign_panel,
    own_campaigns,
)
from pages.components.own_campaigns import State
from pages.components.settings import settings
from queries.decisions import Decision, decide, fetch_decisions
from queries.generations import GenerationStore
from queries.scope import EVERYTHING
from queries.selection import Period, Selection
from queries.vocabulary import DecisionKind
from queries.workflow import open_workflow
from tests.staging import batch, record
from tests.ui import counted
from tests.ui.counted import ROWS, within
from tests.ui.pages import ROOT

STEP = "campaigns"
CLAIMS = {"complaint", "tipoff"}
NAME = "拖延退款"
OWN = own_code(NAME)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return counted.plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def opened(warehouse, monkeypatch):
    def shown(query=None, *, folder=warehouse, regions="all", role="analyst", page="campaigns"):
        monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{folder}")
        monkeypatch.setenv("VIEWER_REGIONS", regions)
        monkeypatch.setenv("VIEWER_ROLE", role)
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90).run()
        at.query_params.update(query or {})
        at = at.switch_page(f"pages/{page}.py").run()
        assert not at.exception
        assert not at.error
        return at

    yield shown
    settings.cache_clear()


def panels(at, kind):
    drawn = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    return [each for each in drawn if each.get("kind") == kind]


def listed(at, board="campaigns"):
    (grid,) = [each for each in panels(at, "grid") if each["board"] == board]
    return {
        row["cells"][0]["text"]: [cell["text"] for cell in row["cells"]] for row in grid["rows"]
    }


def button(at, label):
    return next(each for each in at.button if each.label == label)


def text_of(at):
    drawn = [*at.markdown, *at.caption, *at.info, *at.warning, *at.text]
    return " ".join(each.value for each in drawn)


def refreshed(folder, workflow_url):
    return refresh(GenerationStore(folder), only=STEP, decided=read_decided(workflow_url))


def claims(rows):
    return [row for row in rows if row["kind"] in CLAIMS]


def test_counts_are_those_of_codes_and_words(opened):
    at = opened({"period": "90d", "campaign_shown": "key_goods", "vs": "none"})
    food = len(claims(within(90, product_category="G101")))
    every = len(within(90))
    assert listed(at)["三品一特安全监管"][1:3] == [str(food), f"{food / every:.1%}"]
    assert listed(at)["预付式消费专项治理"][1] == "0"
    assert f"命中**{food}件**" in text_of(at)
    assert listed(at, "topics")["食品"][1] == str(food)
    assert f"全部诉求{every}件" in text_of(at)


def test_a_topic_narrows_the_panel_and_the_filter_every_page(opened):
    food = len(claims(within(90, product_category="G101")))
    at = opened({"period": "90d", "campaign_shown": "key_goods", "campaign_topic": "equipment"})
    assert "命中**0件**" in text_of(at)
    at = opened({"period": "90d", "campaign": "key_goods.food"}, page="submissions")
    assert f"共{food}件" in text_of(at)
    assert any("三品一特安全监管·食品" in pill["text"] for pill in panels(at, "pills")[0]["pills"])


def test_an_own_campaign_from_draft_to_hits_and_off(opened, tmp_path, workflow_url):
    folder = counted.plant(tmp_path / "own")
    at = opened({"period": "90d", "edit": "new"}, folder=folder)
    for label, value in (("名称", NAME), ("说明", "试用"), ("法律依据（显示为需核对）", "消法")):
        next(each for each in at.text_input if each.label == label).set_value(value)
    next(each for each in at.number_input if each.label == "目标：立案（件）").set_value(7)
    next(each for each in at.date_input if each.label == "开始日期").set_value(dt.date(2026, 1, 1))
    at = at.text_area[0].set_value("退款 且 拖延 非 发霉").run()
    wanted = len(claims(within(90, narrative="商家拖延退款")))
    assert f"最近{len(claims(within(90)))}件诉求中命中{wanted}件" in text_of(at)
    marked = panels(at, "texts")[0]["rows"][0]["parts"]
    assert [part for part in marked if part[1]] == [["拖延", "counted"], ["退款", "counted"]]
    button(at, "启用此专项").click().run()
    assert listed(at)[NAME][-1] == "待下次更新生效"
    (told,) = refreshed(folder, workflow_url)
    assert told.name == STEP
    at = opened({"period": "90d", "campaign_shown": OWN, "part": "goals"}, folder=folder)
    assert listed(at)[NAME][1] == f"{wanted:,}"
    assert listed(at, "goals")["立案"][1] == "7件"
    assert f"命中投诉举报{wanted:,}件" in text_of(at)
    at = opened({"campaign_shown": OWN, "part": "rules"}, folder=folder)
    assert "《消法》（需核对）" in text_of(at)
    at = opened({"campaign_shown": OWN, "edit": "1"}, folder=folder)
    button(at, "停用").click().run()
    assert listed(at)[NAME][-1] == "已停用"
    refreshed(folder, workflow_url)
    assert listed(opened({"period": "90d"}, folder=folder))[NAME][1] == "—"


def test_a_sample_that_is_ticked_is_kept_with_its_interval(opened, workflow_url):
    at = opened({"period": "all", "campaign_shown": "key_goods", "part": "check"})
    assert "尚未抽查" in text_of(at)
    assert len(panels(at, "texts")[0]["rows"]) == 20
    button(at, "记录抽查结果").click().run()
    assert "抽查20件，20件相符，准确率100.0%（95%区间84%至100%）" in text_of(at)
    engine = open_workflow(workflow_url)
    (kept,) = fetch_decisions(engine, DecisionKind.CAMPAIGN)
    engine.dispose()
    assert (kept.verdict, kept.details["right"], kept.details["wrong"]) == ("sampled", 20, 0)


def test_before_and_after_says_too_little_or_an_interval(opened):
    at = opened({"campaign_shown": "prepaid", "part": "effect"})
    assert "数据不足，不作估计" in text_of(at)
    at = opened({"campaign_shown": "key_goods", "part": "effect"})
    at = at.date_input[0].set_value(dt.date(2025, 9, 1)).run()
    assert not at.exception
    assert "与对照相比" in text_of(at)
    assert "docs/" not in text_of(at)


def test_courses_are_whole_weeks_counted_by_hand(opened):
    opened({"campaign_shown": "key_goods", "part": "effect"})
    known = own_campaigns.Known(
        next(each for each in own_campaigns.shipped() if each.code == "key_goods"),
        State.APPLIED, None, None, None,
    )  # fmt: skip
    found = campaign_effect.course(
        known, "", Selection(), EVERYTHING, start=dt.date(2025, 9, 3), regions=["420100"],
        control=campaign_effect.REGIONS,
    )  # fmt: skip
    food = pd.DataFrame(claims([row for row in ROWS if row["product_category"] == "G101"]))
    food["week"] = pd.to_datetime(food["registered_on"])
    food["week"] -= pd.to_timedelta(food["week"].dt.day_of_week, unit="D")
    for name, rows in (
        ("treated", food[food["city_code"] == "420100"]),
        ("control", food[food["city_code"] != "420100"]),
    ):
        by_week = rows.groupby("week").size().reindex(found.frame.index, fill_value=0)
        assert found.frame[name].tolist() == by_week.tolist()
    assert found.frame.index[found.after] == pd.Timestamp("2025-09-08")


def test_a_leader_reads_only(opened):
    at = opened({"edit": "new"}, role="leader")
    assert not at.text_area
    assert "新建" not in [each.label for each in at.button]


def test_one_county_sees_only_its_own_and_changes_nothing(opened):
    at = opened({"period": "all", "edit": "new", "campaign_shown": "key_goods"}, regions="420506")
    own = [row for row in ROWS if row["county_code"] == "420506"]
    food = [row for row in claims(own) if row["product_category"] == "G101"]
    assert f"全部诉求{len(own):,}件" in text_of(at)
    assert listed(at)["三品一特安全监管"][1] == f"{len(food):,}"
    assert not at.text_area
    summary = text_of(
        opened({"period": "all", "campaign_shown": "key_goods", "part": "goals"}, regions="420506")
    )
    assert f"命中投诉举报{len(food):,}件" in summary
    assert "武昌" not in summary


def test_not_derived_is_said(opened, tmp_path):
    with GenerationStore(tmp_path / "raw").building() as building:
        building.stage(batch(ROWS[:3]))
        building.merge()
        derive(building, only="day")
    assert "尚未随数据更新" in text_of(opened(folder=tmp_path / "raw"))


def test_one_row_opens_in_every_part(opened, tmp_path):
    row = record("1", "2026-03-31T10:00", narrative="商家哄抬价格", kind="complaint")
    with GenerationStore(tmp_path / "one").building() as building:
        building.stage(batch([row]))
        building.merge()
        derive(building)
    for part in ("figures", "texts", "effect", "goals", "check"):
        at = opened({"campaign_shown": "stable_prices", "part": part}, folder=tmp_path / "one")
        assert listed(at)["保供稳价专项行动"][1] == "1"


def test_a_definition_that_cannot_be_read_is_told(opened, workflow_url):
    engine = open_workflow(workflow_url)
    decide(
        engine, DecisionKind.CAMPAIGN, "prepaid", "in_force", author="甲", role="analyst",
        details={"source": "另"},
    )  # fmt: skip
    engine.dispose()
    assert listed(opened())["预付式消费专项治理"][-1] == "定义无法读取"


def test_export_holds_counts_and_rules(opened):
    opened({"period": "90d"})
    selection = Selection(period=Period("90d"))
    numbers, rules = campaign_list.sheets(
        campaign_data.counts(selection, EVERYTHING), own_campaigns.known()
    )
    assert isinstance(numbers.frame, pd.DataFrame)
    assert isinstance(rules.frame, pd.DataFrame)
    frame = numbers.frame.set_index(["专项行动", "专题"])
    assert frame.loc[("三品一特安全监管", "食品"), "命中"] == len(
        claims(within(90, product_category="G101"))
    )
    assert rules.frame["法律依据"].str.contains("需核对").all()


def test_a_check_of_older_rules_says_so():
    campaign = own_campaigns.shipped()[0]
    decision = Decision(
        1, DecisionKind.CAMPAIGN, campaign.code, "sampled", {"right": 9, "wrong": 1, "rules": "-"},
        "", "甲", dt.datetime(2026, 3, 1),
    )  # fmt: skip
    known = own_campaigns.Known(campaign, State.APPLIED, campaign, None, decision)
    assert "请重新抽查" in campaign_check.result_text(known)
    none = dataclasses.replace(known, checked=None)
    assert campaign_check.result_text(none) == ""
    (prepaid,) = [each for each in own_campaigns.shipped() if each.code == "prepaid"]
    parts = campaign_panel.marked_parts(prepaid, "closed", "老板跑路，要求退卡")
    assert parts == (("老板", "counted"), ("跑路", "counted"), ("，要求退卡", ""))
