"""Whole records: regions, operators, persons, what follows from what, and what is refused."""

import datetime as dt
import re

import polars as pl
import pytest

from jobs.importing.operators import USCC_ALPHABET, normal_uscc
from jobs.importing.people import person_secret
from tests.importing.normalised import NOW, normalise, values

REGION = ("province_code", "city_code", "county_code", "street_code")


def region(outcome):
    return list(zip(*[outcome[name] for name in REGION], strict=True))


def test_regions_from_codes_names_and_addresses():
    texts = ["420106", "武昌区", "湖北省武汉市武昌区中南路1号", "宜昌市", "仙桃市", "天上", None]
    outcome = values("region", texts)
    wuchang = ("420000", "420100", "420106", None)
    assert region(outcome) == [
        *[wuchang] * 3,
        ("420000", "420500", None, None),
        ("420000", "429004", "429004", None),
        *[(None,) * 4] * 2,
    ]
    assert outcome.doubts == {("region", "unknown value"): {"天上": 1}}


def test_the_first_column_that_names_a_region_counts():
    columns = {"区": ["江岸区", "不详", "天上"], "址": ["宜昌市西陵区", "宜昌市西陵区", None]}
    outcome = normalise(columns, {"region": ["区", "址"]})
    assert outcome["county_code"] == ["420102", "420502", None]


def test_levels_in_columns_of_their_own():
    columns = {"市": ["包头市", "武汉市", None], "区": ["青山区", "青山区", "420107"]}
    outcome = normalise(columns, {"city_code": "市", "county_code": "区"})
    assert outcome["county_code"] == ["150204", "420107", "420107"]


def test_the_home_region_decides_between_equal_names():
    assert values("region", ["青山区"], home_region="150000")["county_code"] == ["150204"]
    assert values("region", ["青山区"], home_region="none")["county_code"] == [None]


USCC = "91350100M000100Y43"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (USCC, USCC),
        (" 91350100 m000100y43 ", USCC),
        ("９１３５０１００Ｍ０００１００Ｙ４３", USCC),
        ("91350100M000100Y44", None),
        ("91350100M000100I43", None),
        ("9135010", None),
    ],
)
def test_social_credit_codes(text, code):
    assert normal_uscc(text) == code


def test_every_single_wrong_character_is_noticed():
    for place, right in enumerate(USCC):
        for wrong in set(USCC_ALPHABET) - {right}:
            assert normal_uscc(USCC[:place] + wrong + USCC[place + 1 :]) is None


def test_an_operator_is_its_credit_code_or_its_name_in_its_county():
    columns = {
        "名": ["某某超市", "某某 超市", "某某超市", "某某超市", None, "(甲)店"],
        "码": [USCC, None, "123", None, None, None],
        "区": ["武昌区", "武昌区", "武昌区", "江岸区", "江岸区", "武昌区"],
    }
    outcome = normalise(columns, {"respondent_name": "名", "uscc": "码", "region": "区"})
    first, second, third, fourth, none, _ = outcome["operator_id"]
    assert first == USCC
    assert second == third
    assert re.fullmatch("n-[0-9a-f]{16}", second)
    assert fourth not in {second, None}
    assert none is None
    assert outcome["uscc"] == [USCC, None, None, None, None, None]
    assert outcome.doubts == {("uscc", "not understood"): {"123": 1}}


def test_a_business_district_is_found_in_the_address():
    columns = {"址": ["武汉市洪山区街道口群光广场2楼", "武汉市洪山区某路", None]}
    outcome = normalise(columns, {"respondent_address": "址", "region": "址"})
    district, *others = outcome["business_district"]
    assert district.startswith("420111-")
    assert others == [None, None]


PERSON = {
    "person_name": "姓名",
    "person_phone": "电话",
    "person_id_number": "证件",
    "person_address": "住址",
}


def persons(*rows):
    columns = dict(zip(PERSON.values(), map(list, zip(*rows, strict=True)), strict=True))
    return normalise(columns, PERSON)


def test_persons_are_masked_and_their_raw_values_stand_apart():
    outcome = persons(("张三丰", "13800138000", "110105199001010123", "武汉市江岸区1号"))
    assert outcome["complainant_masked"] == ["张**"]
    assert outcome["phone_masked"] == ["138****8000"]
    assert outcome["person_id_number"] == ["110105199001010123"]


def test_one_person_has_one_key_however_the_number_is_written():
    outcome = persons(
        ("张三", "13800138000", None, None),
        ("张三丰", "138-0013-8000", None, None),
        ("张三", "+86 13800138000", None, None),
        ("李四", "13800138001", None, None),
        ("王五", None, "42010619900101123x", None),
        ("王五", None, "42010619900101123X", None),
        ("赵六", None, None, "江岸区1号"),
        ("赵六", None, None, "江岸区２号"),
        ("赵六", None, None, None),
        ("匿名", None, None, "江岸区1号"),
        ("钱七", "138****8000", None, None),
    )
    keys = outcome["person_key"]
    assert keys[0] == keys[1] == keys[2]
    assert keys[4] == keys[5]
    assert len({keys[0], keys[3], keys[4], keys[6], keys[7]}) == 5
    assert keys[8:] == [None, None, None]
    assert re.fullmatch("[0-9a-f]{16}", keys[0])


def test_keys_depend_on_the_secret(tmp_path):
    columns = {"电话": ["13800138000"]}
    fields = {"person_phone": "电话"}
    secrets = [person_secret(tmp_path / name) for name in ("a", "b")]
    [one], [other] = [normalise(columns, fields, secret=each)["person_key"] for each in secrets]
    assert one != other
    assert person_secret(tmp_path / "a") == secrets[0]
    assert (tmp_path / "a" / "person.key").stat().st_mode & 0o777 == 0o600


def test_a_damaged_secret_is_no_secret(tmp_path):
    (tmp_path / "person.key").write_bytes(b"short")
    with pytest.raises(ValueError, match="holds 5 bytes instead of 32"):
        person_secret(tmp_path)


def test_free_texts_are_scrubbed_and_the_original_kept_where_it_changed():
    columns = {
        "内容": ["娜仁花来电13800138000", "没有个人信息"],
        "反馈": ["已联系娜仁花", None],
        "姓名": ["娜仁花", None],
    }
    outcome = normalise(columns, {"feedback": "反馈", "title": "内容", "person_name": "姓名"})
    assert outcome["narrative"] == ["娜**来电138****8000", "没有个人信息"]
    assert outcome["title"] == outcome["narrative"]
    assert outcome["raw_narrative"] == ["娜仁花来电13800138000", None]
    assert outcome["feedback"] == ["已联系娜**", None]
    assert outcome["raw_feedback"] == ["已联系娜仁花", None]


def test_any_column_can_be_declared_personal():
    spec = {"personal": "address"}
    assert values("respondent_address", ["武汉市江岸区1号"], spec)["respondent_address"] == [
        "武汉市江岸区***"
    ]
    assert values("tags", ["张三女士来访"], {"personal": "true"})["tags"] == ["张*女士来访"]


def test_what_follows_from_the_times():
    columns = {
        "登记时间": [
            "2026-03-01 22:30:00",
            "2026-03-02 10:00:00",
            "2026-03-02 10:00:00",
            "2026-03-02",
        ],
        "初查": ["2026-03-05 09:00:00", "2026-03-10 23:59:59", "2026-03-11", None],
        "初查期限": ["2026-03-05 08:59:59", "2026-03-10", "2026-03-10", "2026-03-10"],
        "办结": ["2026-03-04 10:30:00", "2026-03-02", "2026-03-01", None],
        "期限": [None, "2026-03-02 00:00:00", "2026-03-03", None],
    }
    fields = {
        "first_checked_at": "初查",
        "first_check_due_at": "初查期限",
        "closed_at": "办结",
        "due_at": "期限",
    }
    outcome = normalise(columns, fields)
    assert outcome["registered_on"][0] == dt.date(2026, 3, 1)
    assert (outcome["weekday"], outcome["hour"]) == ([7, 1, 1, 1], [22, 10, 10, 0])
    assert outcome["first_check_on_time"] == [0, 1, 0, None]
    assert outcome["closed_on_time"] == [None, 1, 1, None]
    # 22:30 to 10:30 two and a half days later; same day counts as at once; the day before is wrong
    assert outcome["handling_days"] == [2.5, 0.0, None, None]
    assert outcome.doubts == {("closed_at", "before registered_at"): {"": 1}}
    assert outcome["status"] == ["closed", "closed", "closed", "registered"]
    assert outcome["status_rank"] == [90, 90, 90, 10]


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({"受理": ["不予受理"], "办结": [None]}, "declined"),
        ({"受理": ["已受理"], "办结": [None]}, "accepted"),
        ({"受理": ["已受理"], "办结": ["2026-03-09"]}, "closed"),
        ({"受理": [None], "办结": [None]}, "registered"),
    ],
)
def test_a_missing_status_follows_from_the_rest(columns, status):
    assert normalise(columns, {"acceptance": "受理", "closed_at": "办结"})["status"] == [status]


def test_online_follows_from_the_way_of_sale_unless_it_is_said():
    columns = {"式": ["网购", "现场购物", None, "网购"], "网": [None, None, None, "否"]}
    outcome = normalise(columns, {"sale_mode": "式", "is_online": "网"})
    assert outcome["is_online"] == [True, False, None, False]


def test_refusals_name_row_reason_and_field():
    tomorrow = NOW + dt.timedelta(days=1)
    columns = {
        "编号": ["1", None, "3", "4", "5", "6", "7", "x" * 65, "9", "10", "11"],
        "登记时间": [
            "2026-03-01", "2026-03-01", None, "昨天", f"{tomorrow:%Y-%m-%d %H:%M:%S}",
            f"{tomorrow + dt.timedelta(seconds=1):%Y-%m-%d %H:%M:%S}", "1900-01-00", "2026-03-01",
            "2026-03-01", "2026-03-01", "2026-03-01",
        ],
        "类型": ["投诉"] * 8 + ["表扬", None, "投诉"],
        "品牌": ["b"] * 10 + ["牌" * 65],
    }  # fmt: skip
    outcome = normalise(columns, {"brand": "品牌"})
    assert outcome["submission_id"] == ["1", "5"]
    assert outcome.refused == [
        (3, "missing_id", "submission_id"),
        (4, "missing_registered_at", "registered_at"),
        (5, "invalid_registered_at", "registered_at"),
        (7, "future_registered_at", "registered_at"),
        (8, "invalid_registered_at", "registered_at"),
        (9, "too_long", "submission_id"),
        (10, "unknown_kind", "kind"),
        (11, "missing_kind", "kind"),
        (12, "too_long", "brand"),
    ]


def test_lengths_are_counted_in_characters_and_texts_have_no_limit():
    outcome = normalise({"品牌": ["牌" * 64], "内容": ["长" * 100_000]}, {"brand": "品牌"})
    assert outcome.refused == []
    assert len(outcome["narrative"][0]) == 100_000


def test_a_field_can_be_made_required():
    columns = {"品牌": ["甲", None]}
    outcome = normalise(columns, {"brand": {"column": "品牌", "required": "true"}})
    assert outcome.refused == [(3, "missing_required", "brand")]


def test_the_latest_event_leaves_out_terms():
    columns = {"办结": ["2026-03-09"], "期限": ["2026-12-31"]}
    outcome = normalise(columns, {"closed_at": "办结", "due_at": "期限"})
    assert outcome.latest == dt.datetime(2026, 3, 9)


def test_an_empty_batch_stays_empty():
    outcome = normalise({"品牌": []}, {"brand": "品牌"})
    assert outcome.records.is_empty()
    assert (outcome.latest, outcome.refused) == (None, [])
    assert outcome.records.schema["is_online"] == pl.Boolean
