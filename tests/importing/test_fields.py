"""What each kind of field makes of the texts of a source."""

import datetime as dt

import polars as pl
import pytest

from jobs.importing.coding import Coder, Meaning
from jobs.importing.doubts import Doubts
from queries.merging import STAGED
from tests.importing.normalised import normalise, values


def test_all_staged_columns_are_there_in_order():
    assert values("brand", ["甲"]).records.columns == list(STAGED)


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("kind", "投诉", "complaint"),
        ("kind", "tipoff", "tipoff"),
        ("kind", " 咨询类 ", "inquiry"),
        ("status", "已办结", "closed"),
        ("status", "办结已归档", "archived"),
        ("status", "调解中", "mediating"),
        ("acceptance", "不予受理", "declined"),
        ("mediation_result", "达成调解协议", "agreement"),
        ("odr_result", "和解成功", "settled"),
        ("sale_mode", "现场购物", "store"),
        ("complainant_gender", "女", "female"),
        ("satisfaction", "非常满意", 5),
        ("satisfaction", "3分", 3),
        ("satisfaction", "１", 1),
        ("channel", "12315话务", "tel_12315"),
        ("channel", "民呼我为", "tel_12345"),
        ("channel", "wx_mini", "wx_mini"),
        ("is_published", "是", True),
        ("is_published", "未公示", False),
        ("is_published", "Y", True),
        ("is_published", "0", False),
        ("industry", "零售业", "F52"),
        ("industry", "5212", "F52"),
        ("industry", "住宿和餐饮业", None),
    ],
)
def test_words_become_codes(field, text, code):
    outcome = values(field, [text])
    assert outcome[field] == [code]
    assert outcome.doubts == {}


def test_a_channel_brings_its_group_and_a_group_stands_alone():
    outcome = values("channel", ["来人来访", "群众互联网填写"])
    assert outcome["channel"] == ["visit", None]
    assert outcome["channel_group"] == ["staff", "internet"]


def test_unknown_words_cost_no_record_but_are_counted():
    outcome = values("channel", ["飞鸽", "飞鸽", "烽火", "PC端"])
    assert outcome["channel"] == [None, None, None, "web_pc"]
    assert outcome.doubts == {("channel", "unknown value"): {"飞鸽": 2, "烽火": 1}}


@pytest.mark.parametrize(("few", "remembered"), [(0, 10), (0, 2), (10, 2), (10, 10)])
def test_what_is_remembered_never_changes_what_is_understood(monkeypatch, few, remembered):
    monkeypatch.setattr("jobs.importing.coding.FEW", few)
    monkeypatch.setattr("jobs.importing.coding.MAX_REMEMBERED", remembered)
    asked: list[str] = []

    def understand(texts):
        asked.extend(texts)
        return [Meaning((text.upper(), None), None if text < "c" else text) for text in texts]

    coder, doubts = Coder(2, understand), Doubts()
    for texts in (["a", None, "b", "a"], ["c", "a"], ["d", "d", "c"], [None], []):
        column = pl.Series("text", texts, pl.String)
        first, second = coder.apply(column, doubts, "field")
        assert first.to_list() == [text and text.upper() for text in texts]
        assert second.null_count() == len(texts)
    [warning] = doubts.as_list()
    assert warning["values"] == {"c": 2, "d": 2}
    assert (sorted(asked) == ["a", "b", "c", "d"]) == (remembered == 10)


def test_value_maps_come_first_then_words_then_the_default():
    spec = {"values": {"Open": "处理中", "办结": "archived", "忽略": None}, "default": "registered"}
    outcome = values("status", ["open", "办结", "调解中", "???", "忽略", None], spec)
    assert (
        outcome["status"]
        == ["checking", "archived", "mediating", "registered"] + ["registered"] * 2
    )
    assert outcome.doubts == {}


def test_a_default_of_nothing_keeps_quiet():
    spec = {"values": {"立案": "是", "不立案": "否"}, "default": None}
    outcome = values("is_case_opened", ["立案", "不立案", "已受理"], spec)
    assert outcome["is_case_opened"] == [True, False, None]
    assert outcome.doubts == {}


def test_empty_and_constant():
    spec = {"empty": "registered", "default": "closed"}
    assert values("status", ["2018-01-01", None], spec)["status"] == ["closed", "registered"]
    outcome = normalise({"x": ["1", "2"]}, {"brand": {"constant": "自有"}})
    assert outcome["brand"] == ["自有", "自有"]


def test_texts_are_trimmed_and_missing_words_are_nothing():
    outcome = values("brand", [" 甲\t", "\u3000乙\u3000", "无", "N/A", "-", "", "\ufeff丙", "无印"])
    assert outcome["brand"] == ["甲", "乙", None, None, None, None, "丙", "无印"]
    assert values("brand", ["无", "?"], missing=["?"])["brand"] == ["无", None]


def test_alternative_columns_fill_each_other():
    columns = {"甲": ["1", None, None], "乙": ["2", "2", None]}
    outcome = normalise(columns, {"brand": ["没有的列", "甲", "乙"]})
    assert outcome["brand"] == ["1", "2", None]


def test_joined_columns_leave_out_empty_parts():
    columns = {
        "车系": ["速腾", None, None],
        "款": ["2019", "2020", None],
        "系列": [None, "迈腾", None],
    }
    spec = {"columns": [["车系", "系列"], "款"], "join": " "}
    outcome = normalise(columns, {"product_name": spec})
    assert outcome["product_name"] == ["速腾 2019", "迈腾 2020", None]


def test_prefix_keeps_the_numbers_of_two_systems_apart():
    outcome = normalise({"n": ["7", "8"]}, {"submission_id": {"column": "n", "prefix": "CAR-"}})
    assert outcome["submission_id"] == ["CAR-7", "CAR-8"]


def test_times_amounts_and_numbers_that_are_none_are_counted():
    outcome = values("closed_at", ["2026-03-09", "很快", None, "2026-13-01"])
    assert outcome["closed_at"] == [dt.datetime(2026, 3, 9), None, None, None]
    assert outcome.doubts == {("closed_at", "not understood"): {"很快": 1, "2026-13-01": 1}}
    outcome = values("consumed_yuan", ["1,200元", "1-2", "无"], {"unit": "万元"})
    assert outcome["consumed_yuan"] == [1200.0, None, None]
    assert outcome.doubts == {("consumed_yuan", "not understood"): {"1-2": 1}}
    assert values("consumed_yuan", ["1.5"], {"unit": "万元"})["consumed_yuan"] == [15000.0]
    assert values("quantity", ["3", "2件", "x"])["quantity"] == [3.0, 2.0, None]


def test_given_formats_come_before_the_built_in_ones():
    spec = {"formats": ["%d/%m/%Y", "%m/%d/%Y %I:%M:%S %p"]}
    outcome = values("closed_at", ["05/03/2026", "12/25/2013 11:59:08 PM", "2026-03-09"], spec)
    assert outcome["closed_at"] == [
        dt.datetime(2026, 3, 5),
        dt.datetime(2013, 12, 25, 23, 59, 8),
        dt.datetime(2026, 3, 9),
    ]


def test_remedies_and_lists():
    outcome = values("requested_remedies", ["退货,赔偿损失", "退货；退货、道歉", "升天", None])
    assert outcome["requested_remedies"] == [
        "return_goods,compensate",
        "return_goods,apologise",
        "other",
        None,
    ]
    assert outcome.doubts == {("requested_remedies", "unknown value"): {"升天": 1}}
    assert values("tags", ["A9,B33,", "甲；乙 丙"])["tags"] == ["A9,B33", "甲,乙,丙"]
    assert values("tags", ["a#b", "c"], {"multi": "#"})["tags"] == ["a,b", "c"]


@pytest.mark.parametrize(
    ("kind", "path", "codes"),
    [
        ("投诉", "投诉->质量->性能不达标", ("C02", "C02-01")),
        ("投诉", "虚假广告", ("C07", None)),
        ("举报", "虚假广告", ("R01", "R01-01")),
        ("举报", "广告违法行为", ("R01", None)),
        ("投诉", "售后", ("C03", None)),
        ("投诉", "C03-02", ("C03", "C03-02")),
        ("咨询", "登记注册", ("Q01", "Q01-01")),
        ("举报", "质量", ("C02", None)),
    ],
)
def test_issues_are_understood_by_kind(kind, path, codes):
    spec = {"issue_type": {"column": "问题", "path": {"separator": "->"}}}
    outcome = normalise({"类型": [kind], "问题": [path]}, spec)
    assert (outcome["issue_type"][0], outcome["issue_subtype"][0]) == codes
    assert outcome.doubts == {}


def test_products_by_path_by_parts_and_half_known():
    column = ["商品（产品）->食品->乳制品", "一般食品", "服务->外星服务", "天书", "101", None]
    outcome = values("product", column, {"path": {"separator": "->"}})
    assert outcome["product_kind"] == ["G", "G", "S", None, "G", None]
    assert outcome["product_category"] == ["G101", "G101", None, None, "G101", None]
    assert outcome["product"] == ["G101-04", None, None, None, None, None]
    assert outcome.doubts == {("product", "unknown value"): {"外星服务": 1, "天书": 1}}
    parts = {"大": ["商品", "服务"], "中": ["首饰", "租赁服务"], "小": ["黄金", None]}
    fields = {"product_kind": "大", "product_category": "中", "product": "小"}
    outcome = normalise(parts, fields)
    assert outcome["product"] == ["G159-01", None]
    assert outcome["product_category"] == ["G159", "S15"]


def test_one_element_of_a_path_may_be_taken():
    spec = {"path": {"separator": "->", "take": 2}}
    assert values("product", ["甲->首饰->乙"], spec)["product_category"] == ["G159"]
    spec = {"path": {"separator": "/", "take": "last"}}
    assert values("product", ["甲/乙/手机"], spec)["product"] == ["G134-01"]
