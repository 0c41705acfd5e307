"""Drafted mappings: recognised columns, usable as they are, and no personal data in them."""

import pytest
import yaml

from jobs.importing.mapping import load_mapping
from jobs.importing.suggest import suggest_mapping
from tests.importing.loading import HEADER, ROW

EXPORT = """某市投诉明细
登记编号,登记类型,登记时间,企业名称,姓名,联系电话,消费金额(单位:元),客体类别全称,办理情况状态,接收方式,办结时间,神秘列
A1,投诉,2026-03-01 08:05:09,某某超市,张三丰,13800138000,"1,200元",商品->食品->乳制品,已办结,PC端,03/09/2026,13911112222
A2,举报,2026-03-02 08:05:09,某某酒店,李四,13800138001,35,服务->租赁服务->租车,乱七八糟,飞鸽,03/10/2026,x
"""


def draft(into, text, name="source.csv") -> str:
    return suggest_mapping(str(into.write(name, text)))


def test_a_draft_imports_the_file_it_was_drafted_from(into):
    source = into.write("source.csv", EXPORT, "gb18030")
    path = into.write("draft.yaml", suggest_mapping(str(source)))
    summary = into.load(source, mapping=path)
    assert (summary.loaded, summary.quarantined) == (2, 0)
    assert into.column("product") == ["G101-04", "S15-01"]
    assert into.column("consumed_yuan") == [1200.0, 35.0]
    assert f"{into.column('closed_at')[0]:%Y-%m-%d}" == "2026-03-09"


def test_a_draft_says_what_it_found_and_what_is_left_to_do(into):
    text = draft(into, EXPORT)
    assert "表头在第2行" in text
    assert "未识别的取值：乱七八糟" in text
    assert "未识别的取值：飞鸽" in text
    assert "#   神秘列，如" in text
    fields = yaml.safe_load(text)["fields"]
    assert fields["closed_at"]["formats"] == ["%m/%d/%Y"]
    assert fields["product"]["path"] == {"separator": "->", "take": "all"}


def test_a_draft_shows_no_personal_data(into):
    text = draft(into, EXPORT)
    assert not [word for word in ("张三丰", "李四", "13800138000", "13911112222") if word in text]
    assert "138****8000" in text


def test_what_is_missing_must_be_filled_in(into):
    text = draft(into, "甲,乙\n1,x\n1,x\n")
    assert "必须改成实际的列名" in text
    assert "kind: {constant: 投诉}" in text
    mapping = load_mapping(into.write("draft.yaml", text))
    assert mapping.fields["submission_id"].column == ("请填列名",)


def test_numbers_and_times_are_recognised_by_content(into):
    text = draft(into, "no,when,what\n7,2026-03-01,a\n8,2026-03-02,b\n")
    fields = yaml.safe_load(text)["fields"]
    assert fields["submission_id"] == {"column": "no"}
    assert fields["registered_at"] == {"column": "when"}


LOCAL = """受理编号,诉求类别,提交日期,姓名,身份证,被诉商家,商家地址,描述,办理进度
A1,投诉,2026-03-01 08:05:09,张三丰,420106199001011234,某某超市,江岸区上海街道1号,牛奶变质,已办结
"""


def test_spellings_of_local_systems_are_recognised(into):
    fields = yaml.safe_load(draft(into, LOCAL))["fields"]
    assert {name: spec["column"] for name, spec in fields.items()} == {
        "submission_id": "受理编号",
        "kind": "诉求类别",
        "registered_at": "提交日期",
        "person_name": "姓名",
        "person_id_number": "身份证",
        "respondent_name": "被诉商家",
        "respondent_address": "商家地址",
        "narrative": "描述",
        "status": "办理进度",
    }


def test_the_kind_is_recognised_by_its_values(into):
    text = draft(into, "甲,乙,丙\nA1,x,投诉\nA2,y,举报\nA3,z,建议\nA4,,消费投诉\nA5,,\n")
    assert yaml.safe_load(text)["fields"]["kind"] == {"column": "丙"}
    assert "没有找到类型列" not in text
    assert "未识别的取值：建议" in text


def test_a_column_with_few_kinds_is_not_the_kind(into):
    text = draft(into, "甲,乙,丙\nA1,x,投诉\nA2,y,建议\nA3,z,\n")
    assert yaml.safe_load(text)["fields"]["kind"] == {"constant": "投诉"}


def test_a_single_record_does_not_make_the_kind_its_number(into):
    fields = yaml.safe_load(draft(into, "丙,乙,甲\n举报,A1,2026-03-01\n"))["fields"]
    assert (fields["kind"], fields["submission_id"]) == ({"column": "丙"}, {"column": "乙"})


@pytest.mark.parametrize("name", ["source.csv", "source 一.csv"])
def test_odd_names_stay_valid_yaml(into, name):
    header = HEADER.replace("内容", '"内容: #1"')
    assert load_mapping(into.write("draft.yaml", draft(into, f"{header}\n{ROW.format(1)}\n", name)))
