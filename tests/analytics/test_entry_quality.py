"""Elements of entries, contradictions between fields and narrative, league tables."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from analytics.entry_quality import assess_entries, rank_entry_quality
from analytics.entry_rules import EntryRules
from jobs.entry_rules import ENTRY_RULES_FILE, entry_rules, place_names

RULES = entry_rules()
ELEMENTS = [element.code for element in RULES.elements]
FULL = {
    "kind": "complaint",
    "registered_at": dt.datetime(2026, 3, 10, 9),
    "complainant_masked": "李*",
    "phone_masked": "138****0000",
    "respondent_name": "某某健身有限公司",
    "respondent_address": "江岸区建设大道1号",
    "incident_place": None,
    "online_platform": None,
    "is_online": False,
    "disputed_at": dt.datetime(2026, 3, 1, 12),
    "product_name": "健身卡",
    "consumed_yuan": 3000.0,
    "disputed_yuan": 1200.0,
    "requested_remedies": "refund",
    "county_code": "420102",
    "issue_type": "C04",
    "narrative": "3月1日办理健身卡，充值3000元，商家停业后不退余额，多次联系均无人处理，有合同和付款截图，要求退款。",
}
EMPTY = dict.fromkeys(FULL) | {
    "kind": "complaint", "registered_at": FULL["registered_at"], "narrative": "",
}  # fmt: skip


def frame(*changes: dict, base: dict | None = None, index=None) -> pd.DataFrame:
    return pd.DataFrame([(base or FULL) | change for change in changes], index=index)


def assess(*changes: dict, base: dict | None = None, **options) -> pd.DataFrame:
    return assess_entries(frame(*changes, base=base), rules=RULES, **options)


def only(*changes: dict, base: dict | None = None, **options) -> pd.Series:
    return assess(*changes, base=base, **options).iloc[0]


def test_a_full_entry_is_full():
    entry = only({})
    assert [bool(entry[code]) for code in ELEMENTS] == [True] * 7
    assert (entry["filled"], entry["applicable"], entry["completeness"]) == (7, 7, 1.0)
    assert entry["qualified"]
    assert entry["actionable"]
    assert (entry["amount_low"], entry["amount_high"]) == (3000, 3000)
    assert entry["contradictions"] == 0


def test_an_empty_entry_has_nothing():
    entry = only({}, base=EMPTY)
    assert [bool(entry[code]) for code in ELEMENTS] == [False] * 7
    assert (entry["filled"], entry["completeness"], entry["contradictions"]) == (0, 0.0, 0)
    assert not entry["qualified"]
    assert not entry["actionable"]
    assert np.isnan(entry["amount_low"])


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("投诉人李**，联系电话138****0000", {"complainant", "contact"}),
        ("市民王女士反映", {"complainant"}),
        ("拨打店里电话138****0000，无人接听", set()),
        ("我在晶彩眼镜店购买", {"respondent"}),
        ("武汉晶彩眼镜有限公司不予处理", {"respondent"}),
        ("商家不予处理", set()),
        ("地址建设大道12号", {"place"}),
        ("在淘宝平台晶彩旗舰店购买", {"place", "respondent"}),
        ("2026年3月1日购买", {"time"}),
        ("昨天购买", {"time"}),
        ("要求退款", {"request"}),
        ("东西坏了", set()),
    ],
)
def test_elements_known_from_the_narrative(text, elements):
    entry = only({"narrative": text}, base=EMPTY)
    assert {code for code in ELEMENTS if entry[code]} == elements
    assert {code for code in ELEMENTS if entry[f"{code}_by"] == "text"} == elements


@pytest.mark.parametrize(
    ("field", "value", "element"),
    [
        ("complainant_masked", "李*", "complainant"),
        ("phone_masked", "138****0000", "contact"),
        ("respondent_name", "晶彩眼镜店", "respondent"),
        ("incident_place", "建设大道", "place"),
        ("disputed_at", dt.datetime(2026, 3, 1), "time"),
        ("requested_remedies", "refund", "request"),
    ],
)
def test_elements_known_from_fields(field, value, element):
    entry = only({field: value}, base=EMPTY)
    assert [code for code in ELEMENTS if entry[code]] == [element]
    assert entry[f"{element}_by"] == "field"


@pytest.mark.parametrize("placeholder", ["", "  ", "不详", "某商家"])
def test_placeholders_are_no_values(placeholder):
    assert not only({"respondent_name": placeholder}, base=EMPTY)["respondent"]


def test_a_platform_is_a_place_only_with_the_shop():
    assert not only({"online_platform": "淘宝"}, base=EMPTY)["place"]
    assert only({"online_platform": "淘宝", "respondent_name": "晶彩"}, base=EMPTY)["place"]


def test_facts_need_three_clues_for_a_complaint_and_two_for_a_tip_off():
    two = {"product_name": "眼镜", "consumed_yuan": 300.0}
    assert not only(two, base=EMPTY)["facts"]
    assert only(two | {"kind": "tipoff"}, base=EMPTY)["facts"]
    with_evidence = only(two | {"narrative": "保留了小票"}, base=EMPTY)
    assert (with_evidence["facts"], with_evidence["facts_by"]) == (True, "text")


def test_what_a_kind_does_not_need_is_not_missing():
    tipoff = only({"kind": "tipoff", "complainant_masked": None, "phone_masked": None})
    assert tipoff[["complainant", "contact"]].isna().all()
    assert (tipoff["applicable"], tipoff["completeness"]) == (5, 1.0)
    assert tipoff["qualified"]
    assert tipoff["actionable"]
    inquiry = only({"kind": "inquiry"})
    assert inquiry["applicable"] == 4
    unknown = only({"kind": "other"})
    assert (unknown["applicable"], unknown["qualified"]) == (0, False)
    assert np.isnan(unknown["completeness"])


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({}, False),
        ({"consumed_yuan": 300.0, "disputed_yuan": 300.0}, True),
        ({"consumed_yuan": None, "disputed_yuan": 3000.0}, False),
        ({"consumed_yuan": 3050.0, "disputed_yuan": None}, False),
        ({"consumed_yuan": None, "disputed_yuan": None}, None),
        ({"narrative": "充值三千元，余额1,200元"}, False),
        ({"narrative": "充值3万元"}, True),
        ({"narrative": "充值几千元"}, False),
        ({"narrative": "要求赔偿500元"}, None),
        ({"narrative": "没有说"}, None),
    ],
)
def test_amounts(change, differs):
    entry = only(change)
    assert (None if entry["amount_differs"] is pd.NA else entry["amount_differs"]) == differs


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({}, False),
        ({"disputed_at": dt.datetime(2026, 3, 11)}, True),
        ({"disputed_at": dt.datetime(2026, 3, 10, 23)}, False),
        ({"disputed_at": dt.datetime(2025, 11, 1)}, True),
        ({"disputed_at": dt.datetime(2026, 1, 15)}, False),
        ({"disputed_at": None, "narrative": "2026年5月1日购买"}, True),
        ({"disputed_at": None, "narrative": "2026年3月1日购买，承诺2026年5月1日退款"}, False),
        ({"disputed_at": None, "narrative": "没有说"}, None),
        ({"kind": "inquiry", "disputed_at": None, "narrative": "自2026年5月1日起施行"}, None),
    ],
)
def test_dates(change, differs):
    entry = only(change)
    assert (None if entry["date_differs"] is pd.NA else entry["date_differs"]) == differs


@pytest.mark.parametrize(
    ("text", "change", "differs"),
    [
        ("江岸区建设大道的店", {}, False),
        ("武汉市建设大道的店", {}, False),
        ("襄阳市樊城区的店", {}, True),
        ("襄阳市的店，江岸区的分店", {}, False),
        ("我是襄阳市居民，在店里消费", {}, None),
        ("通讯地址襄阳市樊城区怡景苑，在店里消费", {}, None),
        ("襄阳市樊城区的店", {"is_online": True}, None),
        ("襄阳市樊城区的店", {"county_code": None}, None),
        ("没有说", {}, None),
        ("仙桃市的店", {"county_code": "429004"}, False),
    ],
)
def test_regions(text, change, differs):
    entry = only({"narrative": text} | change, places=place_names())
    assert (None if entry["region_differs"] is pd.NA else entry["region_differs"]) == differs


def test_categories_are_compared_where_the_suggestion_is_sure():
    entries = frame({}, {}, {}, {"issue_type": None}, index=list("abca"))
    suggested = pd.DataFrame(
        {"category": ["C01", "C04", "C01", "C01"], "confidence": [0.95, 0.95, 0.5, 0.95]},
        index=list("abca"),
    )
    found = assess_entries(entries, rules=RULES, suggested=suggested)
    assert found["category_differs"].tolist() == [True, False, pd.NA, pd.NA]
    assert found["contradictions"].tolist() == [1, 0, 0, 0]
    with pytest.raises(ValueError, match="index"):
        assess_entries(entries, rules=RULES, suggested=suggested.reset_index())


def test_unasked_checks_stay_open():
    found = assess({"narrative": "襄阳市的店"})
    assert found[["category_differs", "region_differs"]].isna().all(axis=None)


def test_missing_columns_count_as_empty():
    few = pd.DataFrame(
        {
            "kind": ["complaint"],
            "narrative": ["要求退款"],
            "registered_at": [dt.datetime(2026, 3, 10)],
        }
    )
    entry = assess_entries(few, rules=RULES, places=place_names()).iloc[0]
    assert [code for code in ELEMENTS if entry[code]] == ["request"]
    with pytest.raises(KeyError, match="narrative"):
        assess_entries(few.drop(columns="narrative"), rules=RULES)


def test_no_entries_give_an_empty_table_with_all_columns():
    found = assess_entries(frame({}).iloc[:0], rules=RULES, places=place_names())
    assert found.empty
    assert list(found.columns) == list(assess({}).columns)


def test_neither_order_nor_index_matters_and_nothing_is_changed():
    entries = frame({}, {"narrative": "充值3万元"}, {"phone_masked": None}, index=[7, 7, 1])
    before = entries.copy(deep=True)
    found = assess_entries(entries, rules=RULES, places=place_names())
    pd.testing.assert_frame_equal(entries, before)
    assert found.index.tolist() == [7, 7, 1]
    turned = assess_entries(entries.iloc[::-1], rules=RULES, places=place_names())
    pd.testing.assert_frame_equal(turned.iloc[::-1], found)


def league(**groups: tuple[int, dict]) -> pd.DataFrame:
    entries = frame(*[change for size, change in groups.values() for _ in range(size)])
    units = pd.Series(
        [name for name, (size, _) in groups.items() for _ in range(size)], name="unit"
    )
    return rank_entry_quality(assess_entries(entries, rules=RULES), units, rules=RULES)


def test_the_least_complete_come_first_and_small_groups_are_left_out():
    least = RULES.least_entries
    poor = {"phone_masked": None, "disputed_at": None, "narrative": "充值3000元，要求退款"}
    table = league(b=(least, {}), a=(least, {}), poor=(least, poor), few=(least - 1, poor))
    assert table.index.tolist() == ["poor", "a", "b"]
    assert table.loc["poor", "entries"] == least
    assert table.loc["poor", "contact"] == 0
    assert table.loc["poor", "completeness"] == pytest.approx(4 / 7)
    assert table.loc["a":"b", ["completeness", "qualified", "actionable"]].eq(1).all(axis=None)
    assert table["region_differs"].isna().all()


def test_ranking_by_several_names_and_without_a_name():
    entries = assess(*[{}] * (RULES.least_entries + 1))
    by = pd.DataFrame({"unit": "u", "month": "2026-03"}, index=entries.index)
    by.loc[0, "unit"] = None
    table = rank_entry_quality(entries, by, rules=RULES)
    assert table.index.tolist() == [("u", "2026-03")]
    assert table["entries"].tolist() == [RULES.least_entries]
    with pytest.raises(ValueError, match="index"):
        rank_entry_quality(entries, by.iloc[1:], rules=RULES)


def changed(**changes) -> dict:
    return RULES.model_dump(mode="json") | changes


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"elements": []}, "elements"),
        ({"actionable": ["unknown"]}, "unknown"),
        ({"least_entries": 0}, "least_entries"),
        ({"surprise": 1}, "surprise"),
        ({"elements": RULES.model_dump(mode="json")["elements"][:1] * 2}, "twice"),
    ],
)
def test_rules_are_checked_whole(wrong, told):
    with pytest.raises(ValidationError, match=told):
        EntryRules.model_validate(changed(**wrong))


@pytest.mark.parametrize(
    ("clue", "told"),
    [
        ({"code": "name"}, "names no field"),
        ({"code": "name", "patterns": ["(?<=a)b"]}, "look-around"),
        ({"code": "name", "patterns": ["(a"]}, "no regular expression"),
    ],
)
def test_clues_are_checked(clue, told):
    element = {
        "code": "time", "name": "时间", "applies_to": ["complaint"], "needed": {"default": 1},
        "clues": [clue],
    }  # fmt: skip
    with pytest.raises(ValidationError, match=told):
        EntryRules.model_validate(changed(elements=[element], actionable=[]))


def test_needs_cannot_exceed_the_clues():
    element = RULES.model_dump(mode="json")["elements"][0] | {"needed": {"default": 2}}
    with pytest.raises(ValidationError, match="more clues"):
        EntryRules.model_validate(changed(elements=[element], actionable=[]))


def test_the_shipped_rules_are_where_they_should_be():
    assert ENTRY_RULES_FILE.exists()
    assert len(ELEMENTS) == 7
