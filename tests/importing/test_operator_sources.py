"""The business register and operator events: read, refused, masked, drafted, documented."""

import datetime as dt
import json

import polars as pl
import pytest

from jobs.importing.errors import MappingError
from jobs.importing.mapping import MAPPINGS_FOLDER, load_mapping
from jobs.importing.operator_normalising import WEAK_KEY
from jobs.importing.operator_targets import EVENT_TARGETS, REGISTER_TARGETS
from jobs.importing.operators import address_keys, operator_id
from jobs.importing.people import person_keys, person_secret
from jobs.importing.suggest import suggest_mapping
from jobs.importing.targets import fields_table
from jobs.importing.words import words_of
from queries.event_codes import EVENT_OUTCOMES, EVENT_SEVERITIES
from queries.operator_tables import (
    operator_events,
    operator_register,
)
from queries.schema import persons
from queries.vocabulary import Records
from tests.importing.loading import quarantined, why
from tests.importing.operator_samples import CODE, EVENTS, OF_ALL_KINDS, REGISTER, text


def test_a_register_row_is_read_into_codes(into, stored):
    rows = text(
        "名称,代码,法人,证件,电话,区县,住所,成立,状态,资本,社保,年报,发卡,更新",
        f"甲公司,{CODE},张三丰,420106198001010012,13800138000,武昌区,湖北省武汉市武昌区中南路12号,"
        "1988年3月1日,存续,500,3人,2025年度,是,2026-01-02 08:00:00",
    )
    summary = into.load_csv(rows, mapping=REGISTER)
    assert (summary.loaded, summary.warnings, summary.notes) == (1, [], [])
    names = [each.name for each in operator_register.c]
    [row] = stored(operator_register, *names)
    found = dict(zip(names, row, strict=True))
    assert {name: found[name] for name in names if not name.endswith("_key")} == {
        "operator_id": CODE, "register_source": "register", "uscc": CODE, "name": "甲公司",
        "operator_type": None, "industry_section": None, "industry": None,
        "province_code": "420000", "city_code": "420100", "county_code": "420106",
        "street_code": None, "business_district": "420106-02",
        "address": "湖北省武汉市武昌区中南路12号", "established_on": dt.date(1988, 3, 1),
        "status": "open", "status_on": None, "registered_capital_yuan": 5_000_000.0,
        "paid_capital_yuan": None, "legal_person_masked": "张**", "phone_masked": "138****8000",
        "insured_count": 3, "last_annual_report": 2025, "is_prepaid_issuer": True,
        "platform_shop": None, "updated_at": dt.datetime(2026, 1, 2, 8),
    }  # fmt: skip
    assert found["address_key"] == "420106|中南路12号"


def test_persons_are_keyed_as_complainants_are_and_stand_nowhere_in_clear(into, stored):
    rows = text(
        "名称,代码,法人,证件,电话,区县",
        f"甲,{CODE},张三丰,420106198001010012,13800138000,武昌区",
        "乙,,张三丰,,13800138000,武昌区",
        "丙,,张三丰,,,江岸区",
        "丁,,张三丰,,,宜昌市西陵区",
    )
    into.load_csv(rows, mapping=REGISTER)
    found = {
        name: (person, phone)
        for name, person, phone in stored(
            operator_register, "name", "legal_person_key", "phone_key"
        )
    }
    known = pl.DataFrame(
        {"person_phone": ["13800138000", None], "person_id_number": [None, "420106198001010012"],
         "person_name": [None, None], "person_address": [None, None]},
        schema=dict.fromkeys(
            ("person_phone", "person_id_number", "person_name", "person_address"), pl.String
        ),
    )  # fmt: skip
    by_phone, by_number = person_keys(known, person_secret(into.store.folder)).to_list()
    assert found["甲"] == (by_number, by_phone)
    assert found["乙"][1] == by_phone
    assert found["乙"][0].startswith(WEAK_KEY)
    assert found["乙"][0] == found["丙"][0] != found["丁"][0]
    stored_bytes = (into.store.folder / "gen-000001.duckdb").read_bytes()
    for secret in ("张三丰", "13800138000", "420106198001010012"):
        assert secret.encode() not in stored_bytes
    assert stored(persons, "name") == []


def test_events_of_one_name_and_county_belong_to_the_submissions_operator(into, stored):
    rows = text(
        "编号,种类,名称,代码,区县,日期,结果",
        f"1,检查,甲（武昌）店,{CODE},武昌区,2026-03-01,合格",
        "2,检查,甲(武昌) 店,91350100M000100Y44,武昌区,2026/3/2,不合格",
    )
    summary = into.load_csv(rows, mapping=OF_ALL_KINDS)
    assert [(each["field"], each["records"]) for each in summary.warnings] == [("uscc", 1)]
    assert stored(operator_events, "event_id", "operator_id", "uscc", "outcome") == [
        ("1", CODE, CODE, "passed"),
        ("2", operator_id("甲（武昌）店", "420106"), None, "failed"),
    ]


@pytest.mark.parametrize(
    ("kind", "said", "code"),
    [
        ("检查", ("结果", "通过登记的住所（经营场所）无法联系"), "unreachable"),
        ("监督抽检", ("结果", "不合格"), "unqualified"),
        ("inspection", ("结果", "不合格"), "failed"),
        ("行政处罚", ("程度", "警告，罚款"), "fine"),
        ("行政处罚", ("程度", "罚款；吊销许可证件、没收"), "revocation"),
        ("舆情", ("程度", "重大"), "major"),
        ("信用风险分类", ("结果", "d"), "D"),
        ("案件", ("结果", "移送公安"), "移送公安"),
    ],
)
def test_the_word_for_an_outcome_depends_on_the_kind(into, stored, kind, said, code):
    field, word = said
    rows = text(f"编号,种类,名称,区县,日期,{field}", f'1,{kind},甲,武昌区,2026-03-01,"{word}"')
    assert into.load_csv(rows, mapping=OF_ALL_KINDS).warnings == []
    column = "outcome" if field == "结果" else "severity"
    assert stored(operator_events, column) == [(code,)]


def test_dates_amounts_and_open_ends(into, stored):
    rows = text(
        "编号,种类,名称,区县,日期,止,金额,数",
        "1,许可,甲,武昌区,1975年10月1日,长期,,",
        "2,许可,甲,武昌区,20260301,9999-12-31,,",
        "3,处罚,甲,武昌区,2026.3.1,,1.5,",
        "4,处罚,甲,武昌区,46082,2027-01-01,8000元,2批次",
        "5,处罚,甲,武昌区,2026-03-01,下个月,,",
    )
    summary = into.load_csv(rows, mapping=OF_ALL_KINDS)
    assert [(each["field"], each["values"]) for each in summary.warnings] == [
        ("ends_on", {"下个月": 1})
    ]
    day = dt.date(2026, 3, 1)
    assert stored(operator_events, "occurred_on", "ends_on", "amount_yuan", "count") == [
        (dt.date(1975, 10, 1), None, None, None),
        (day, None, None, None),
        (day, None, 15_000.0, None),
        (day, dt.date(2027, 1, 1), 8_000.0, 2),
        (day, None, None, None),
    ]


def test_names_and_numbers_in_remarks_are_masked(into, stored):
    rows = text(
        "编号,名称,区县,日期,说明,人,事由",
        "1,甲,武昌区,2026-03-01,由李小龙变更，电话13800138000,李小龙,李小龙的健康证",
    )
    into.load_csv(rows, mapping=EVENTS)
    assert stored(operator_events, "detail", "subject") == [
        ("由李**变更，电话138****8000", "李**的健康证")
    ]


def test_records_that_cannot_be_used_are_put_aside_with_row_reason_and_values(into):
    rows = text(
        "编号,种类,名称,代码,区县,日期",
        ",检查,甲,,武昌区,2026-03-01",
        "2,检查,甲,,武昌区,",
        "3,检查,甲,,武昌区,三月初",
        "4,检查,甲,,武昌区,2099-01-01",
        "5,巡游,甲,,武昌区,2026-03-01",
        "6,检查,,91350100M000100Y44,武昌区,2026-03-01",
        "7,检查,甲,,武昌区,2026-03-01,多一列",
        f"8,检查,{'长' * 300},,武昌区,2026-03-01",
        "9,检查,甲,,武昌区,2026-03-01",
    )
    summary = into.load_csv(rows, mapping=OF_ALL_KINDS)
    assert (summary.read, summary.loaded, summary.quarantined) == (9, 1, 8)
    assert why(summary) == [
        ("2", "missing_id"), ("3", "missing_occurred_on"), ("4", "invalid_occurred_on"),
        ("5", "future_occurred_on"), ("6", "unknown_kind"), ("7", "missing_operator"),
        ("8", "ragged_row"), ("9", "too_long"),
    ]  # fmt: skip
    assert quarantined(summary)[4]["种类"] == "巡游"
    assert set(summary.as_dict()) >= {"read", "loaded", "updated", "unchanged", "quarantined"}


def test_a_register_row_without_a_name_is_put_aside(into):
    summary = into.load_csv(text("名称,代码", f",{CODE}", "甲,"), mapping=REGISTER)
    assert why(summary) == [("2", "missing_operator")]
    assert summary.loaded == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"records": "firms"}, "records"),
        ({"fields": {"event_id": "编号", "kind": {"constant": "检查"}, "occurred_on": "日期"}},
         "uscc or operator_name"),
        ({"fields": {**EVENTS["fields"], "narrative": "说明"}}, "unknown field 'narrative'"),
        ({"fields": {**EVENTS["fields"], "outcome": {"column": "结果", "values": {"甲": "怪"}}}},
         "no known value"),
        ({"fields": {**EVENTS["fields"], "kind": {"constant": "投诉"}}}, "no known value"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_refused_with_the_way_out(into, change, message):
    path = into.mapping({**EVENTS, **change})
    with pytest.raises(MappingError, match=message):
        load_mapping(path)


def test_every_shipped_mapping_loads_and_every_sort_of_record_has_one():
    shipped = {path.stem: load_mapping(path) for path in MAPPINGS_FOLDER.glob("*.yaml")}
    assert {each.records for each in shipped.values()} == set(Records)


def test_every_kind_of_event_has_words_for_every_code():
    for suffix, codes_of in (("outcome", EVENT_OUTCOMES), ("severity", EVENT_SEVERITIES)):
        for kind, codes in codes_of.items():
            assert set(words_of(f"{kind}_{suffix}").values()) == set(codes)


def test_other_formats_are_read_as_for_submissions(into, stored):
    frame = pl.DataFrame(
        {"编号": ["1"], "名称": ["甲"], "区县": ["武昌区"], "日期": ["2026-03-01"]}
    )
    path = into.folder / "检查.parquet"
    frame.write_parquet(path)
    gb = "检查结果汇总\n编号,名称,区县,日期\n2,乙,武昌区,2026-03-01\n"
    into.load(path, into.write("检查.csv", gb, "gb18030"), mapping=EVENTS)
    assert stored(operator_events, "event_id", "operator_name") == [("1", "甲"), ("2", "乙")]


def test_addresses_are_compared_without_regions_blanks_and_punctuation():
    same = [
        "湖北省武汉市江岸区解放大道12号（3楼）",
        "江岸区 解放大道12号3楼",
        "武汉市江岸区解放大道１２号3楼",
    ]
    keys = address_keys(pl.Series([*same, "江岸区解放大道13号3楼", "刘家湾村", None]),
                        pl.Series(["420102"] * 6)).to_list()  # fmt: skip
    assert len(set(keys[:3])) == 1
    assert keys[3] not in keys[:3]
    assert keys[4:] == [None, None]
    assert address_keys(pl.Series(["解放大道12号"]), pl.Series([None], dtype=pl.String))[0] is None


def test_the_documentation_lists_every_field_and_value():
    page = (MAPPINGS_FOLDER.parents[1] / "docs" / "import.md").read_text(encoding="utf-8")
    assert fields_table(REGISTER_TARGETS) in page
    assert fields_table(EVENT_TARGETS) in page
    for codes in (*EVENT_OUTCOMES.values(), *EVENT_SEVERITIES.values()):
        assert all(f"`{code}`" in page for code in codes)
    named = [path.stem for path in MAPPINGS_FOLDER.glob("demo_*.yaml")]
    records = {name: load_mapping(MAPPINGS_FOLDER / f"{name}.yaml").records for name in named}
    about_operators = {name for name, each in records.items() if each is not Records.SUBMISSIONS}
    assert all(f"`{name}`" in page for name in about_operators)
    assert len(about_operators) == 13


@pytest.mark.parametrize("records", [Records.OPERATOR_REGISTER, Records.OPERATOR_EVENTS])
def test_a_draft_can_be_made_and_loaded(into, records):
    rows = {
        Records.OPERATOR_REGISTER: f"企业名称,信用代码,登记状态,电话\n甲,{CODE},存续,13800138000\n",
        Records.OPERATOR_EVENTS: f"任务编号,名称,信用代码,检查日期,检查结果\n1,甲,{CODE},2026-03-01,合格\n",
    }
    source = into.write("来源.csv", rows[records])
    draft = suggest_mapping(str(source), records=records)
    assert f"records: {records}" in draft
    assert "13800138000" not in draft
    assert into.load(source, mapping=into.write("草稿.yaml", draft)).loaded == 1


def test_a_summary_is_plain_json(into):
    summary = into.load_csv(text("名称,代码", f"甲,{CODE}", ","), mapping=REGISTER)
    assert json.loads(json.dumps(summary.as_dict()))["loaded"] == 1
