"""主体归一: figures and lists as planted, decisions by those who may, nothing of another county's."""

import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.components import identity_view
from pages.components.settings import settings
from queries.decisions import fetch_decisions
from queries.generations import GenerationStore
from queries.scope import EVERYTHING
from queries.selection import Period, Selection
from queries.vocabulary import DecisionKind
from queries.workflow import open_workflow
from tests.named import ACROSS, ALL, CODE, COUNTY, SECRET, load, plant, raw, said
from tests.ui.pages import ROOT

PAIR = "|".join(sorted((raw("嘉盛便利店"), raw("嘉盛超市"))))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def opened(warehouse, monkeypatch, tmp_path):
    monkeypatch.setenv("WORKFLOW_URL", f"sqlite:///{tmp_path}/workflow.db")

    def shown(query=None, *, folder=warehouse, regions="all", role="analyst"):
        for name, value in (
            ("WAREHOUSE_URL", f"duckdb:///{folder}"),
            ("VIEWER_REGIONS", regions),
            ("VIEWER_ROLE", role),
        ):
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        at.query_params.update({"period": "all"} | (query or {}))
        return checked(at.switch_page("pages/identities.py").run())

    yield shown
    settings.cache_clear()


def checked(at):
    assert not at.exception
    assert [each.value for each in at.error] == []
    return at


def rows(at):
    drawn = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    (board,) = [each for each in drawn if each.get("board") == "identities"]
    return {row["code"]: [cell["text"] for cell in row["cells"]] for row in board["rows"]}


def texts(at):
    parts = [each.value for each in (*at.markdown, *at.caption, *at.info, *at.warning)]
    drawn = [each.proto.json for each in at.get("bidi_component")]
    tables = [each.value.to_json(force_ascii=False) for each in at.dataframe]
    told = [json.dumps(json.loads(each), ensure_ascii=False) for each in drawn if each]
    return "\n".join([*parts, *tables, *told])


def decisions(tmp_path):
    engine = open_workflow(f"sqlite:///{tmp_path}/workflow.db")
    try:
        return [
            (each.subject, each.verdict) for each in fetch_decisions(engine, DecisionKind.IDENTITY)
        ]
    finally:
        engine.dispose()


def test_the_figures_are_those_planted(opened):
    at = opened()
    assert {each.label: each.value for each in at.metric} == {
        "登记诉求": "12件",
        "写明主体": "12件",
        "归并前": "12个",
        "归并后": "8个",
    }
    assert "12件写明主体；数据截至2026年1月8日" in texts(at)


def test_doubtful_pairs_are_listed_with_what_speaks_for_them(opened):
    listed = rows(opened())
    assert set(listed) >= {PAIR}
    assert listed[PAIR][2:5] == ["武昌区", "1件", "1件"]
    assert set(listed[PAIR][:2]) == {"嘉盛便利店", "嘉盛超市"}
    assert listed[PAIR][6:] == ["字号相同、地址不一致", "—"]


def test_operators_brought_together_are_listed(opened):
    listed = rows(opened({"of": "groups"}))
    assert listed[CODE][:4] == ["武昌区和达之家私房菜馆", "武昌区", "3个", "3件"]
    assert listed[CODE][5] == "自动"
    assert len(listed) == 3


def test_a_viewer_of_one_county_sees_nothing_of_another(opened):
    for query in ({}, {"of": "groups"}, {"of": "groups", "group": CODE}, {"group": PAIR}):
        at = opened(query, regions=COUNTY)
        assert SECRET not in texts(at)
    hidden = raw(f"{SECRET}一号面馆有限公司", "420506")
    at = opened({"of": "groups", "group": hidden}, regions=COUNTY)
    assert "不在您的可见范围内" in texts(at)
    assert SECRET not in texts(at)
    assert {each.label: each.value for each in opened(regions=COUNTY).metric}["归并后"] == "5个"


def test_a_pair_is_decided_shown_at_once_and_taken_back(opened, tmp_path):
    at = opened({"group": PAIR})
    at.text_input(key="identity_form.note").set_value("同一门店")
    at = checked(at.button(key="identity.same").click().run())
    assert decisions(tmp_path) == [(PAIR, "same")]
    assert "人工：同一主体" in texts(at)
    assert "理由：同一门店" in texts(at)
    assert rows(opened())[PAIR][7] == "同一主体"
    at = opened({"group": PAIR})
    at = checked(at.button(key="identity.different").click().run())
    assert decisions(tmp_path) == [(PAIR, "different")]
    (taken_back,) = [each for each in at.button if each.label == "撤回"]
    checked(taken_back.click().run())
    assert decisions(tmp_path) == []


def test_a_name_is_split_off(opened, tmp_path):
    at = opened({"of": "groups", "group": CODE})
    assert "和大之家私房菜馆" in texts(at)
    wrong = raw("和大之家私房菜馆")
    at.selectbox(key="identity.which").set_value(wrong)
    (split,) = [each for each in at.button if each.label == "拆出为不同主体"]
    at = checked(split.click().run())
    assert decisions(tmp_path) == [("|".join(sorted((wrong, CODE))), "different")]
    assert "人工和大之家私房菜馆：不同主体" in texts(at)


@pytest.mark.parametrize(("role", "regions"), [("leader", "all"), ("analyst", COUNTY)])
def test_who_may_not_decide_has_no_buttons(opened, role, regions):
    for query in ({"group": PAIR}, {"of": "groups", "group": CODE}):
        at = opened(query, role=role, regions=regions)
        labels = {each.label for each in at.button}
        assert labels.isdisjoint({"同一主体", "不同主体", "拆出为不同主体"})


def test_what_is_not_there_is_said(opened):
    assert "没有这一项" in texts(opened({"group": "n-1|n-2"}))
    assert "没有这一项" in texts(opened({"of": "groups", "group": "n-1"}))


def test_before_the_refresh_the_page_says_so(opened, tmp_path):
    folder = tmp_path / "underived"
    load(GenerationStore(folder), ALL)
    assert "主体尚未归一，请管理员运行刷新任务。" in texts(opened(folder=folder))


@pytest.mark.parametrize("records", [[], [said("one", "别家面馆")]])
def test_no_and_one_submission(opened, tmp_path, records, monkeypatch):
    monkeypatch.setattr("jobs.refresh.STEPS", ("operator_identity", "operators"))
    folder = plant(tmp_path / "few", records)
    at = opened(folder=folder)
    assert {each.label: each.value for each in at.metric}["归并后"] == f"{len(records)}个"
    assert "共0对" in texts(at)


def test_both_lists_are_exported(opened):
    opened()
    doubts, groups = identity_view.sheets(Selection(period=Period("all")), EVERYTHING)
    assert groups.total == 3
    assert isinstance(doubts.frame, pd.DataFrame)
    assert isinstance(groups.frame, pd.DataFrame)
    assert doubts.total == len(doubts.frame)
    assert doubts.frame["名称"].str.startswith("嘉盛").sum() == 1
    assert groups.frame["名称数"].to_list()[0] == "3个"
    assert len([*ALL, *ACROSS]) == 12
