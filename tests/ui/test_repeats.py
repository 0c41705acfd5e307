"""异常诉求: figures and groups as planted, decisions by those who may, nothing of another's city."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from jobs.refresh import derive
from pages.components import repeat_data, repeat_export, repeat_groups
from pages.components.repeat_groups import KINDS
from pages.components.settings import settings
from queries.decisions import fetch_decisions
from queries.generations import GenerationStore
from queries.scope import EVERYTHING
from queries.selection import Period, Selection
from queries.vocabulary import DecisionKind
from queries.workflow import open_workflow
from tests.repeated import ACROSS, ALL, LAST, SECRET, load, plant
from tests.ui.pages import ROOT

TOTAL = len([*ALL, *ACROSS, *LAST])
LEFT_OUT = 9


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def opened(warehouse, monkeypatch):
    def shown(query=None, *, page="repeats", folder=warehouse, regions="all", role="analyst"):
        for name, value in (
            ("WAREHOUSE_URL", f"duckdb:///{folder}"),
            ("VIEWER_REGIONS", regions),
            ("VIEWER_ROLE", role),
        ):
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        at.query_params.update({"period": "all"} | (query or {}))
        at = at.switch_page(f"pages/{page}.py").run()
        return checked(at)

    yield shown
    settings.cache_clear()


def checked(at):
    assert not at.exception
    assert [each.value for each in at.error] == []
    return at


def panels(at, kind):
    drawn = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    return [each for each in drawn if each.get("kind") == kind]


def groups(at):
    (board,) = [each for each in panels(at, "grid") if each["board"] == "groups"]
    return {row["code"]: [cell["text"] for cell in row["cells"]] for row in board["rows"]}


def members(at):
    (table,) = panels(at, "table")
    return {row["code"]: row["cells"][-1] for row in table["rows"]}


def texts(at):
    parts = [each.value for each in (*at.markdown, *at.caption, *at.info, *at.warning)]
    return "\n".join([*parts, *[each.value for each in at.subheader]])


def everything(at):
    drawn = [each.proto.json for each in at.get("bidi_component")]
    return texts(at) + json.dumps([json.loads(each) for each in drawn if each], ensure_ascii=False)


def test_the_figures_are_those_planted(opened):
    at = opened()
    assert {each.label: each.value for each in at.metric} == {
        "登记诉求": f"{TOTAL}件",
        "去重口径剔除": f"{LEFT_OUT}件",
        "重复诉求": "1件",
        "多头诉求": "2件",
        "疑似牟利性投诉（需核实）": "6件",
        "人工剔除": "0件",
    }
    assert f"去重口径剔除{LEFT_OUT}件，计入{TOTAL - LEFT_OUT}件；数据截至2026年3月31日" in texts(at)


@pytest.mark.parametrize("page", ["explorer", "repeats"])
def test_the_switch_says_how_many_it_leaves_out(opened, page):
    at = opened({"denoised": "1"}, page=page)
    assert f"**共{TOTAL - LEFT_OUT}件**" in texts(at)
    assert f"去重口径（剔除{LEFT_OUT}件）" in texts(at)


def test_the_switch_says_where_repeats_are_not_known(opened, tmp_path):
    load(GenerationStore(tmp_path / "plain"), LAST)
    for folder, told in ((tmp_path / "plain", "尚未随现有数据识别"), (None, "首件计入")):
        at = opened(page="explorer", **({"folder": folder} if folder else {}))
        assert told in at.toggle(key="bar.denoised").help


def test_repeats_are_listed_and_one_is_opened(opened):
    at = opened()
    found = groups(at)
    code = next(code for code, cells in found.items() if cells[0] == "第0商行")
    assert found[code][1:4] == ["2件", "2件", "1件"]
    at = opened({"group": code})
    assert "同一人2026年3月1日至3月5日就同一事提出2件，相邻两件最长间隔4日" in texts(at)
    assert members(at) == {
        "s0001": ["计入", ""],
        "s0002": ["剔除：重复诉求", ""],
    }


def test_a_claimant_is_shown_as_a_pattern_to_verify(opened):
    at = opened({"of": "claimant"})
    ((code, cells),) = groups(at).items()
    assert cells[0] == "赵**"
    assert cells[1:4] == ["6件", "6件", "6件"]
    assert cells[5:7] == ["疑似", "F2"]
    assert "F2同一投诉人对同类商品服务、同类问题短期内大量投诉" in everything(at)
    at = opened({"of": "claimant", "group": code})
    factors = {row["code"]: row["cells"][3]["text"] for row in panels(at, "grid")[0]["rows"]}
    assert "最多6件" in factors["f2"]
    assert set(members(at)) == {f"s{number:04}" for number in range(10, 16)}
    assert "职业" not in everything(at)


def test_a_submission_leads_to_its_group(opened):
    at = opened({"id": "s0002"}, page="submissions")
    assert "本件所在的组" in texts(at)
    (link,) = [each for each in at.get("page_link") if "group=repeat." in each.proto.query_string]
    assert link.proto.label == "重复诉求"
    assert "本件所在的组" not in texts(opened({"id": "s0020"}, page="submissions"))


def test_a_viewer_of_a_part_sees_no_figures_of_the_whole(opened):
    ((code, _),) = groups(opened({"of": "claimant"}, regions="420106")).items()
    at = opened({"of": "claimant", "group": code}, regions="420106")
    assert {row["cells"][3]["text"] for row in panels(at, "grid")[0]["rows"]} == {"—"}
    assert "不列出全部数据的数量" in texts(at)


@pytest.mark.parametrize("kind", ["multichannel", "many_persons"])
def test_nothing_of_another_city_is_seen(opened, kind):
    at = opened({"of": kind}, regions="420106")
    seen = everything(at)
    for code in groups(at):
        seen += everything(opened({"of": kind, "group": code}, regions="420106"))
    assert f"{SECRET}局" not in seen
    assert f"{SECRET}商行" not in seen


def test_the_group_of_another_city_is_said_not_to_be_there(opened):
    (code,) = groups(opened({"of": "claimant"}))
    at = opened({"of": "claimant", "group": code}, regions="420506")
    assert "没有这一组，或该组不在您的可见范围内。" in texts(at)


def test_what_a_group_starts_with_may_lie_outside(opened):
    (code,) = groups(opened({"of": "repeat", "region": "420500"}))
    at = opened({"of": "repeat", "group": code}, regions="420106")
    assert "首件不在可见范围内。" in texts(at)


def test_an_analyst_overrules_and_takes_it_back(opened, workflow_url):
    code = next(code for code, cells in groups(opened()).items() if cells[0] == "第0商行")
    at = opened({"group": code})
    key = f"group.repeat.{code.partition('.')[2]}"
    at.selectbox(key=f"{key}.which").select("s0002")
    at.text_input(key=f"{key}.note").input("不是同一件商品")
    at.main.button[-1].click()
    at = checked(at.run())
    engine = open_workflow(workflow_url)
    (kept,) = fetch_decisions(engine, DecisionKind.SUBMISSION)
    assert (kept.subject, kept.verdict, kept.note) == ("s0002", "counted", "不是同一件商品")
    assert members(at)["s0002"] == ["剔除：重复诉求", "人工：计入，待下次更新生效"]
    at.button(key=f"{key}.withdraw.{kept.decision_id}").click()
    at = checked(at.run())
    assert fetch_decisions(engine, DecisionKind.SUBMISSION) == ()
    assert members(at)["s0002"] == ["剔除：重复诉求", ""]
    engine.dispose()


def test_a_submission_in_no_group_is_left_out_on_its_own_page(opened, workflow_url):
    at = opened({"id": "s0020"}, page="submissions")
    at.segmented_control(key="one.s0020.verdict").set_value("excluded")
    next(each for each in at.main.button if each.label == "保存").click()
    at = checked(at.run())
    engine = open_workflow(workflow_url)
    (kept,) = fetch_decisions(engine, DecisionKind.SUBMISSION)
    engine.dispose()
    assert (kept.subject, kept.verdict) == ("s0020", "excluded")
    assert "人工s0020：剔除" in texts(at)


def test_a_claimant_is_dismissed(opened, workflow_url):
    (code,) = groups(opened({"of": "claimant"}))
    at = opened({"of": "claimant", "group": code})
    submit = next(each for each in at.main.button if each.label == "保存")
    submit.click()
    at = checked(at.run())
    engine = open_workflow(workflow_url)
    (kept,) = fetch_decisions(engine, DecisionKind.CLAIMANT)
    engine.dispose()
    assert (kept.subject, kept.verdict) == ("s0010", "dismissed")
    assert "标为误判（全部计入）" in texts(at)
    assert groups(opened({"of": "claimant"}))[code][7] == "标为误判"


def test_a_group_beyond_those_listed_is_told_whole(opened, monkeypatch):
    found = groups(opened())
    monkeypatch.setattr(repeat_groups, "MOST_LISTED", 1)
    (listed,) = groups(opened())
    (beyond,) = set(found) - {listed}
    at = opened({"group": beyond})
    assert found[beyond][0] in [each.value for each in at.subheader]
    (code,) = groups(opened({"of": "claimant"}))
    at = opened({"of": "claimant", "group": code, "period": "2020-01-01..2020-01-31"})
    assert "最多6件" in everything(at)


def test_the_list_says_what_the_export_holds(opened, monkeypatch):
    monkeypatch.setattr(repeat_groups, "MOST_LISTED", 1)
    assert "列出件数最多的1组，其余见导出" in texts(opened())
    monkeypatch.setattr(repeat_data, "MAX_GROUPS", 1)
    assert "列出件数最多的1组，导出最多1组" in texts(opened())


def test_the_export_tells_base_period_and_how_many_of_how_many(opened, monkeypatch):
    opened()
    monkeypatch.setattr(repeat_data, "MAX_GROUPS", 1)
    left, found = repeat_export.sheets(Selection(period=Period("all")), EVERYTHING, "repeat")
    assert f"登记的{TOTAL}件诉求，去重口径剔除{LEFT_OUT}件" in left.note
    assert "数据截至2026年3月31日" in left.note
    assert found.total == 2
    assert sum(map(len, found.parts())) == 1
    assert f"登记的{TOTAL}件诉求中，4件在2组之内，本表为前1组（每张表最多1组" in found.note
    assert "同一人30日内两次以上" in found.note
    monkeypatch.setattr(repeat_data, "MAX_GROUPS", 10)
    _, whole = repeat_export.sheets(Selection(period=Period("all")), EVERYTHING, "repeat")
    assert "本表为前" not in whole.note


def test_a_leader_only_looks(opened):
    (code,) = groups(opened({"of": "claimant"}))
    at = opened({"of": "claimant", "group": code}, role="leader")
    assert [each.label for each in at.main.button if each.label == "保存"] == []


def test_a_single_submission_is_in_no_group(opened, tmp_path):
    store = GenerationStore(tmp_path / "one")
    load(store, LAST)
    with store.building() as building:
        derive(building)
    at = opened(folder=tmp_path / "one")
    for kind in KINDS:
        at.query_params["of"] = kind
        at = checked(at.run())
        assert groups(at) == {}
        assert "共0" in texts(at)


def test_what_is_not_derived_is_told(opened, tmp_path):
    load(GenerationStore(tmp_path / "plain"), LAST)
    at = opened(folder=tmp_path / "plain")
    assert [each.value for each in at.info] == ["异常诉求尚未识别，请管理员运行刷新任务。"]


@pytest.mark.parametrize(
    "query", [{"of": "guess"}, {"group": "repeat.x"}, {"group": "repeat.999999"}, {"page": "-1"}]
)
def test_an_address_that_makes_no_sense_does_no_harm(opened, query):
    opened(query)
