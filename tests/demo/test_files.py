"""What stands in the files is what ``truth.json`` says."""

import datetime as dt
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from jobs.demo.generate import MOST_SUBMISSIONS, TooManySubmissionsError, generate

END = dt.date(2026, 11, 21)

ID_COLUMNS = {
    "national_12315": "登记编号",
    "hotline_12345": "工单编号",
    "district_platform": "工单号",
    "stations": "序号",
}
KIND_COLUMNS = {
    "national_12315": "类型",
    "hotline_12345": "工单类型",
    "district_platform": "表单类型",
    "stations": "性质",
}
KINDS = {
    "投诉": "complaint",
    "举报": "tipoff",
    "咨询": "inquiry",
    "投诉单": "complaint",
    "举报单": "tipoff",
    "咨询单": "inquiry",
}


def usable(made):
    """Return id → last record of every submission, unusable records left out."""
    found = {}
    for each in made.summary.files:
        column = ID_COLUMNS[each.source]
        for record in made.records[each.name]:
            if record[column] and not record[column].endswith("-X"):
                found[record[column]] = (each.source, record)
    return found


def test_counts_of_records_add_up(made):
    counted = {each.name: len(made.records[each.name]) for each in made.summary.files}
    assert counted == {each.name: each.records for each in made.summary.files}
    assert made.summary.records == sum(counted.values())
    assert made.summary.records == 50_000 + made.summary.repeated + sum(
        made.summary.unusable.values()
    )


def test_exactly_the_wanted_number_of_submissions(made):
    found = usable(made)
    assert len(found) == 50_000
    kinds = Counter(KINDS[record[KIND_COLUMNS[source]]] for source, record in found.values())
    assert kinds == made.truth["totals"]["kind"]


def test_repeated_records_stand_in_an_earlier_file_with_an_older_state(made):
    seen: dict[str, str] = {}
    repeated: Counter[str] = Counter()
    for each in made.summary.files:
        column = ID_COLUMNS[each.source]
        for record in made.records[each.name]:
            name = record[column]
            if name in seen:
                repeated[each.name] += 1
                if each.source == "national_12315":
                    assert record["更新时间"] > seen[name]
            if name:
                seen[name] = record.get("更新时间", "")
    assert repeated == {each.name: each.repeated for each in made.summary.files if each.repeated}
    assert sum(repeated.values()) > 500


def test_unusable_records_are_as_many_as_said(made):
    national = made.of("national_12315")
    without_id = sum(not record["登记编号"] for record in national)
    bad_date = sum(record["登记编号"].endswith("-X") for record in national)
    said: Counter[str] = Counter()
    for each in made.summary.files:
        if each.source == "national_12315":
            said.update(each.unusable)
    assert {"missing_id": without_id, "invalid_registered_at": bad_date} == dict(said)
    assert without_id > 0 < bad_date


def test_every_planted_id_stands_in_a_file(made):
    found = usable(made)
    planted = [name for event in made.truth["events"] for name in event.get("submission_ids", [])]
    planted += [
        name
        for event in made.truth["events"]
        for group in event.get("groups", [])
        for name in group
    ]
    planted += made.truth["hostile"]["narrative"] + made.truth["hostile"]["product_name"]
    assert len(planted) > 500
    assert not [name for name in planted if name not in found]


def test_counts_of_events_are_the_ids_listed(made):
    for event in made.truth["events"]:
        if "submission_ids" in event:
            assert event["count"] == len(set(event["submission_ids"])), event["name"]
        if "groups" in event:
            assert event["count"] == sum(len(group) - 1 for group in event["groups"])


def test_events_of_all_kinds_are_planted(made):
    assert {event["type"] for event in made.truth["events"]} == {
        "surge", "chain_closure", "food_scare", "serial_claimant", "template_letters", "new_word",
        "repeats", "multichannel", "campaign", "late_units", "poor_entry",
    }  # fmt: skip


def test_planted_days_and_codes_stand_in_the_records(made):
    found = usable(made)
    event = next(e for e in made.truth["events"] if e["name"] == "food-scare")
    for name in event["submission_ids"]:
        source, record = found[name]
        if source == "national_12315":
            assert event["first_day"] <= record["登记时间"][:10] <= event["last_day"]
            assert record["经营区(行政区划代码)"] in event["codes"]["county_codes"]
            assert "鸭脖" in record["具体问题"]


def test_new_words_are_in_their_texts_and_nowhere_before(made):
    found = usable(made)
    texts = {"national_12315": "具体问题", "hotline_12345": "诉求描述", "district_platform": "投诉内容",
             "stations": "经过"}  # fmt: skip
    words = [event for event in made.truth["events"] if event["type"] == "new_word"]
    assert len(words) >= 5
    for event in words:
        word = event["codes"]["word"]
        with_word = {
            name for name, (source, record) in found.items() if word in record[texts[source]]
        }
        assert with_word == set(event["submission_ids"])


def test_multichannel_groups_use_two_channels_and_one_telephone(made):
    found = usable(made)
    event = next(e for e in made.truth["events"] if e["type"] == "multichannel")
    for group in event["groups"]:
        channels, phones = set(), set()
        for name in group:
            source, record = found[name]
            if source == "national_12315":
                channels.add(record["接收方式"])
                phones.add(record["联系电话"])
            elif source == "hotline_12345":
                channels.add(record["来电渠道"])
                phones.add(record["来电号码"])
            else:
                channels.add(source)
        assert len(channels) >= 2
        assert len(phones - {""}) <= 1


def test_campaign_works_where_it_was_and_not_elsewhere(made):
    event = next(e for e in made.truth["events"] if e["type"] == "campaign")
    treated, control = event["counts"]["treated"], event["counts"]["control"]
    assert treated["since"] < 0.75 * treated["before"]
    assert control["since"] > 0.75 * control["before"]


def test_late_units_are_late(made):
    event = next(e for e in made.truth["events"] if e["type"] == "late_units")
    assert event["checked_late"] / event["checked"] == pytest.approx(0.16, abs=0.06)
    assert event["closed_late"] > 0


def test_no_time_of_registration_or_handling_after_the_end(made):
    last = f"{END:%Y-%m-%d} 23:59:59"
    for record in made.of("national_12315"):
        if record["登记编号"].endswith("-X"):
            continue
        for column in ("登记时间", "分送时间", "初查时间", "受理时间", "办结时间", "公示时间", "更新时间",
                       "立案时间", "争议发生时间"):  # fmt: skip
            assert record[column] <= last, (column, record)


def test_the_last_weeks_are_still_open(made):
    recent = f"{END - dt.timedelta(days=3):%Y-%m-%d}"
    states = Counter(
        record["办理情况状态"]
        for record in made.of("national_12315")
        if record["登记时间"] >= recent and record["类型"] == "投诉"
    )
    assert states["待初查"] + states["已登记"] + states["已分送"] > 0.5 * states.total()


def test_dirt_is_there(made):
    hotline, national = made.of("hotline_12345"), made.of("national_12315")
    amounts = [record["涉及金额"] for record in hotline]
    assert any(amount.endswith("万") for amount in amounts)
    assert any("," in amount for amount in amounts)
    assert any(amount.isdigit() for amount in amounts)
    assert any("一般食品" in record["客体类别全称"] for record in national)
    assert any("\n" in record["具体问题"] for record in national)
    assert any('"' in record["诉求描述"] for record in hotline)
    assert any(record["企业名称"] == "" for record in national)
    assert {record["所属区县"] for record in hotline} >= {"武昌区", "武汉市武昌区"}
    assert {record["经营区(行政区划代码)"] for record in national} >= {"420106"}


def test_encodings_and_headers_differ(made):
    national = next(made.folder.glob("全国12315平台导出_*.csv")).read_bytes()
    hotline = next(made.folder.glob("12345热线工单_*.csv")).read_bytes()
    assert national.startswith(b"\xef\xbb\xbf")
    with pytest.raises(UnicodeDecodeError):
        hotline.decode("utf-8")
    assert "工单编号" not in hotline.split(b"\r\n")[0].decode("gb18030")


def test_hostile_texts_arrive_unchanged(made):
    found = usable(made)
    texts = {"national_12315": "具体问题", "hotline_12345": "诉求描述", "district_platform": "投诉内容",
             "stations": "经过"}  # fmt: skip
    shown = {found[name][1][texts[found[name][0]]] for name in made.truth["hostile"]["narrative"]}
    assert {
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "--x_x--0_0--alert(1)--x_x--0_0--",
        "=cmd|' /C calc'!A0",
    } <= shown


PROGRAM = """
import datetime as dt, sys
from pathlib import Path
from jobs.demo.generate import generate
generate(Path(sys.argv[1]), submissions=5_000, operators=900, end=dt.date(2026, 11, 21))
"""


def test_same_seed_same_bytes(tmp_path):
    # another hash seed orders sets differently, another number of threads splits work differently
    for name, hash_seed, threads in (("one", "1", "1"), ("two", "2", "2")):
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path / name)],
            check=True,
            cwd=Path(__file__).parents[2],
            env=os.environ | {"PYTHONHASHSEED": hash_seed, "POLARS_MAX_THREADS": threads},
        )
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("one", "two"))
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_another_seed_gives_other_submissions(tmp_path):
    totals = []
    for seed in (1, 2):
        made = generate(tmp_path / str(seed), submissions=400, operators=90, seed=seed, end=END)
        totals.append(json.loads(made.truth.read_text(encoding="utf-8"))["totals"])
    assert totals[0] != totals[1]


@pytest.mark.parametrize("submissions", [1, 2, 30])
def test_few_submissions(tmp_path, submissions):
    made = generate(tmp_path, submissions=submissions, operators=1, months=1, end=END)
    truth = json.loads(made.truth.read_text(encoding="utf-8"))
    assert truth["submissions"] == submissions == sum(truth["totals"]["kind"].values())
    assert made.first_day == dt.date(2026, 10, 22)
    assert len(truth["skipped"]) > 20
    assert all(each["reason"] for each in truth["skipped"])


def test_an_end_without_published_holidays(tmp_path):
    made = generate(tmp_path, submissions=200, operators=80, end=dt.date(2031, 3, 1))
    assert made.last_day == dt.date(2031, 3, 1)


def test_too_many_for_files(tmp_path):
    with pytest.raises(TooManySubmissionsError, match="frames"):
        generate(tmp_path, submissions=MOST_SUBMISSIONS + 1)


@pytest.mark.parametrize("name", ["submissions", "operators", "months"])
def test_nothing_is_no_size(tmp_path, name):
    sizes = {"submissions": 10, "operators": 10, "months": 2} | {name: 0}
    with pytest.raises(ValueError, match=f"{name} is 0"):
        generate(
            tmp_path,
            submissions=sizes["submissions"],
            operators=sizes["operators"],
            months=sizes["months"],
        )
