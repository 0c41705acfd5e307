"""The page of tags: counts, marks, trying a rule, putting it in force and back."""

import datetime as dt
import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from analytics.keyword_rules import Highlight, RuleError
from analytics.keyword_rules import Role as Mark
from analytics.tags_in_force import own_code, rule_digest
from jobs.decided import read_decided
from jobs.refresh import derive, refresh
from jobs.tag_rules import tags
from pages.components import marked_texts, own_tags, rule_wording, tag_form
from pages.components.own_tags import State
from pages.components.settings import settings
from queries.decisions import Decision, decide, fetch_decisions
from queries.generations import GenerationStore
from queries.vocabulary import DecisionKind
from queries.workflow import open_workflow
from tests.staging import batch, record
from tests.ui import counted
from tests.ui.counted import ROWS, within
from tests.ui.pages import ROOT

STEP = "submission_tags"
REFUND = own_code("拖延退款")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return counted.plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def opened(warehouse, monkeypatch):
    def shown(query=None, *, folder=warehouse, regions="all", role="analyst", page="tags"):
        monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{folder}")
        monkeypatch.setenv("VIEWER_REGIONS", regions)
        monkeypatch.setenv("VIEWER_ROLE", role)
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
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


def ranking(at):
    return {
        row["cells"][0]["text"]: [c["text"] for c in row["cells"]]
        for row in panels(at, "grid")[0]["rows"]
    }


def button(at, label):
    return next(each for each in at.button if each.label == label)


def text_of(at):
    return " ".join(each.value for each in [*at.markdown, *at.caption, *at.info, *at.warning])


def write_rule(at, name, rule, *, description="试用"):
    next(each for each in at.text_input if each.label == "名称").set_value(name)
    next(each for each in at.text_input if each.label == "说明").set_value(description)
    return at.text_area[0].set_value(rule).run()


def test_counts_are_those_of_the_texts(opened):
    at = opened({"period": "90d"})
    rows = ranking(at)
    assert set(rows) == {tag.name for tag in tags()}
    refused = len(within(90, narrative="商家拖延退款"))
    assert rows["退费退款难"][1:3] == [str(refused), f"{refused / len(within(90)):.1%}"]
    assert all(row[1] == "0" for name, row in rows.items() if name != "退费退款难")
    assert f"全部诉求{len(within(90))}件" in text_of(at)
    assert "状态" not in [each["label"] for each in panels(at, "grid")[0]["columns"]]


def test_a_rule_is_tried_put_in_force_counted_and_switched_off(opened, tmp_path, workflow_url):
    folder = counted.plant(tmp_path / "own")
    at = write_rule(
        opened({"period": "90d", "edit": "new"}, folder=folder), "拖延退款", "退款 且 拖延 非 发霉"
    )
    wanted = len(within(90, narrative="商家拖延退款"))
    assert f"最近{len(within(90))}件诉求中命中{wanted}件" in text_of(at)
    marks = panels(at, "texts")[0]["rows"][0]["parts"]
    assert marks == [["商家", ""], ["拖延", "counted"], ["退款", "counted"]]
    button(at, "启用此规则").click().run()
    assert ranking(at)["拖延退款"][1:] == ["—", "—", "—", "待下次更新生效"]
    assert "待下次更新生效" in [
        each.proto.body for each in at.get("badge")
    ] or "待下次更新生效" in text_of(at)
    engine = open_workflow(workflow_url)
    (kept,) = fetch_decisions(engine, DecisionKind.TAG_RULE)
    engine.dispose()
    assert (kept.subject, kept.verdict, kept.details["rule"]) == (
        REFUND,
        "in_force",
        "退款 且 拖延 非 发霉",
    )
    told = refreshed(folder, workflow_url)
    assert [each.name for each in told] == [STEP]
    at = opened({"period": "90d"}, folder=folder)
    share = f"{wanted / len(within(90)):.1%}"
    assert ranking(at)["拖延退款"][1:3] == [f"{wanted:,}", share]
    at = opened({"period": "90d", "tag": REFUND}, folder=folder, page="submissions")
    assert f"共{wanted:,}件" in text_of(at)
    assert any("拖延退款" in pill["text"] for pill in panels(at, "pills")[0]["pills"])
    at = opened({"period": "90d", "tag_shown": REFUND, "edit": "1"}, folder=folder)
    button(at, "停用标签").click().run()
    assert ranking(at)["拖延退款"][-1] == "已停用，待下次更新生效"
    refreshed(folder, workflow_url)
    assert ranking(opened({"period": "90d"}, folder=folder))["拖延退款"][1:] == [
        "—",
        "—",
        "—",
        "已停用",
    ]


def refreshed(folder, workflow_url):
    return refresh(GenerationStore(folder), decided=read_decided(workflow_url), only=STEP)


def test_a_shipped_rule_is_changed_and_brought_back(opened, workflow_url):
    at = opened({"tag_shown": "runaway", "edit": "1"})
    assert at.text_area[0].value == {tag.code: tag.rule for tag in tags()}["runaway"]
    at.text_area[0].set_value("发霉").run()
    assert "比现行规则新增" in text_of(at)
    button(at, "启用此规则").click().run()
    assert ranking(at)["关门跑路"][-1] == "待下次更新生效"
    at = opened({"tag_shown": "runaway", "edit": "1"})
    assert at.text_area[0].value == "发霉"
    button(at, "恢复内置规则").click().run()
    assert len(ranking(at)["关门跑路"]) == 4
    engine = open_workflow(workflow_url)
    assert fetch_decisions(engine, DecisionKind.TAG_RULE) == ()
    engine.dispose()


@pytest.mark.parametrize(
    ("name", "rule", "sentence"),
    [
        ("拖延退款", "退款 拖延", "第4个字“拖延”处"),
        ("拖", "退款", "名称应为2至20个字"),
        ("关门跑路", "退款", "已有名称为“关门跑路”的标签"),
    ],
)
def test_what_cannot_be_used_is_told_and_not_kept(opened, workflow_url, name, rule, sentence):
    at = write_rule(opened({"edit": "new"}), name, rule)
    button(at, "启用此规则").click().run()
    assert sentence in text_of(at).replace("\\", "")
    engine = open_workflow(workflow_url)
    assert fetch_decisions(engine, DecisionKind.TAG_RULE) == ()
    engine.dispose()


def test_a_leader_reads_only(opened):
    at = opened({"edit": "new"}, role="leader")
    assert not at.text_area
    assert "新建标签" not in [each.label for each in at.button]
    assert "新建标签" in [each.label for each in opened(role="enforcement").button]


def test_one_county_sees_only_its_own_and_changes_no_rule_of_all(opened):
    at = opened({"period": "all", "edit": "new"}, regions="420506")
    own = [row for row in ROWS if row["county_code"] == "420506"]
    assert f"筛选范围内全部诉求{len(own):,}件" in text_of(at)
    assert "新建标签" not in [each.label for each in at.button]
    assert not at.text_area


def test_not_derived_is_said(opened, tmp_path):
    with GenerationStore(tmp_path / "raw").building() as building:
        building.stage(batch(ROWS[:3]))
        building.merge()
        derive(building, only="day")
    assert "尚未随数据更新" in text_of(opened(folder=tmp_path / "raw"))


def test_one_row(opened, tmp_path):
    with GenerationStore(tmp_path / "one").building() as building:
        building.stage(batch([record("1", "2026-03-31T10:00", narrative="老板跑路，余额不退")]))
        building.merge()
        derive(building)
    rows = ranking(opened(folder=tmp_path / "one"))
    assert rows["关门跑路"][1:3] == ["1", "100.0%"]


def test_a_rule_that_cannot_be_read_is_told_with_its_reason(opened, workflow_url):
    engine = open_workflow(workflow_url)
    details = {"name": "拖延退款", "description": "试用", "rule": "退款 拖延"}
    decide(
        engine,
        DecisionKind.TAG_RULE,
        REFUND,
        "in_force",
        author="甲",
        role="analyst",
        details=details,
    )
    engine.dispose()
    at = opened({"period": "90d", "tag_shown": REFUND})
    assert ranking(at)["拖延退款"][1:] == ["—", "—", "—", "规则无法解析，未执行"]
    (told,) = [each.value.replace("\\", "") for each in at.warning]
    assert told.startswith("规则无法解析，未执行：第4个字“拖延”处：两个词之间缺“且”“或”“非”")
    assert "退款 拖延" in [each.value for each in at.text]
    button(at, "修改所选标签").click().run()
    at.text_area[0].set_value("退款 且 拖延").run()
    assert not at.error
    assert "件诉求中命中" in text_of(at)
    button(at, "启用此规则").click().run()
    assert ranking(at)["拖延退款"][-1] == "待下次更新生效"


def decision(code, verdict, **details):
    at = dt.datetime(2026, 1, 1)
    return {code: Decision(1, DecisionKind.TAG_RULE, code, verdict, details, "", "甲", at)}


def test_states_follow_from_decisions_and_books():
    (first, *_) = tags()
    books = {first.code: (first.name, rule_digest(first)), "own_x": ("旧", "-")}
    only = (first,)
    assert own_tags.stand(only, {}, books)[first.code].state is State.APPLIED
    assert own_tags.stand(only, {}, {})[first.code].state is State.PENDING
    renamed = decision(first.code, "in_force", name="新名", description="…", rule=first.rule)
    assert own_tags.stand(only, renamed, books)[first.code].state is State.PENDING
    off = own_tags.stand(only, decision(first.code, "off"), books)[first.code]
    assert (off.state, off.in_force, off.definition.name) == (State.OFF_PENDING, False, first.name)
    assert own_tags.stand(only, decision(first.code, "off"), {})[first.code].state is State.OFF
    kept = decision("own_y", "off", name="自拟", description="…", rule="退款")
    assert own_tags.stand(only, kept, books)["own_y"].definition.rule == "退款"


def test_every_fault_has_a_sentence():
    faults = {
        "": "规则是空的", "退款 或": "末尾", "(退款": "括号没有关上", "“退款": "引号没有关上", "退款)": "多了一个右括号",
        "退款 或 质量 且 服务": "用括号分清先后", "非 退款": "至少写一个要有的词", "退款>=0": "1到200的整数",
        "*退款": "两边都要有词", "退款 邻近5 (质量 且 服务)": "只能是一个词", "退" * 41: "缩短",
        "退款 或 " * 1001 + "退": "超过4,000个字",
    }  # fmt: skip
    for rule, words in faults.items():
        with pytest.raises(RuleError) as caught:
            tag_form.try_rule(rule, guarded=False, now=None, texts=pd.DataFrame({"text": []}))
        assert words in rule_wording.fault_text(caught.value.cause), rule


def test_a_long_text_is_cut_around_its_first_hit():
    text = "甲" * 300 + "退款" + "乙" * 300
    drawn = marked_texts.parts(text, [Highlight("a", 300, 302, Mark.COUNTED)])
    assert drawn[0] == ("……", "")
    assert drawn[1] == ("甲" * marked_texts.BEFORE_HIT, "")
    assert drawn[2] == ("退款", "counted")
    assert drawn[-1] == ("……", "")
    assert sum(len(piece) for piece, _ in drawn[1:-1]) == marked_texts.SHOWN


def test_overlapping_marks_keep_every_letter_once():
    marks = [
        Highlight("a", 0, 4, Mark.COUNTED), Highlight("a", 2, 6, Mark.EXCLUDING),
        Highlight("a", 1, 3, Mark.NEGATED),
    ]  # fmt: skip
    drawn = marked_texts.parts("甲乙丙丁戊己庚", marks)
    assert "".join(piece for piece, _ in drawn) == "甲乙丙丁戊己庚"
    assert drawn == (("甲乙丙丁", "counted"), ("戊己", "excluding"), ("庚", ""))
