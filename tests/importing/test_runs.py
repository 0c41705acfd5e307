"""Whole runs: what an import does the second time, with newer records, and when it is killed."""

import datetime as dt
import stat

import pytest

from jobs.importing.quarantine import settle
from queries.generations import WarehouseBusyError
from tests.importing.loading import HEADER, ROW, mapping_with, quarantined, why

STATUS = mapping_with({"status": "状态", "updated_at": "更新时间"}, missing_columns="allow")


def with_status(*rows, header="编号,类型,登记时间,内容,状态"):
    return "\n".join([header, *rows, ""])


def test_the_same_file_again_changes_nothing(into):
    text = "\n".join([HEADER, *[ROW.format(n) for n in range(5)], "x,投诉,昨天,", ""])
    first = into.load_csv(text)
    assert (first.loaded, first.quarantined, first.generation) == (5, 1, "gen-000001")
    before = into.dump()
    again = into.load_csv(text)
    assert (again.loaded, again.updated) == (0, 0)
    assert again.unchanged == again.read - again.quarantined == 5
    assert (again.generation, into.dump()) == ("gen-000001", before)


def test_a_newer_status_replaces_and_an_older_one_does_not(into):
    into.load_csv(
        with_status("1,投诉,2026-03-01,a,调解中", "2,投诉,2026-03-01,b,调解中"), mapping=STATUS
    )
    summary = into.load_csv(
        with_status("1,投诉,2026-03-01,a,已办结", "2,投诉,2026-03-01,b,已受理"), mapping=STATUS
    )
    assert (summary.loaded, summary.updated, summary.unchanged) == (0, 1, 1)
    assert summary.superseded == 1
    assert into.rows("submission_id", "status") == [("1", "closed"), ("2", "mediating")]


def test_the_update_time_of_the_source_decides_before_the_status(into):
    header = "编号,类型,登记时间,内容,状态,更新时间"
    into.load_csv(
        with_status("1,投诉,2026-03-01,a,已办结,2026-03-05", header=header), mapping=STATUS
    )
    reopened = with_status("1,投诉,2026-03-01,a,调解中,2026-03-06", header=header)
    assert into.load_csv(reopened, mapping=STATUS).updated == 1
    assert into.column("status") == ["mediating"]


def test_of_two_records_in_one_file_the_further_one_stays_wherever_it_stands(into):
    rows = ["1,投诉,2026-03-01,a,已办结", "1,投诉,2026-03-01,a,调解中"]
    for order in (rows, rows[::-1]):
        summary = into.load_csv(with_status(*order), mapping=STATUS)
        assert summary.read == 2
        assert into.column("status") == ["closed"]


def test_a_later_export_corrects_at_the_same_stage_without_being_told_its_time(into):
    old = with_status("1,投诉,2026-03-01,旧,已受理", "2,投诉,2026-03-02,x,已受理")
    new = with_status("1,投诉,2026-03-01,新,已受理", "3,投诉,2026-03-09,x,已受理")
    into.load_csv(old, mapping=STATUS)
    assert into.load_csv(new, mapping=STATUS).updated == 1
    assert into.column("narrative")[0] == "新"
    assert into.load_csv(old, mapping=STATUS).updated == 0
    assert into.column("narrative")[0] == "新"


def test_a_given_export_time_decides_between_equal_stages(into):
    for text, day, narrative in [("甲", 1, "甲"), ("乙", 3, "乙"), ("丙", 2, "乙")]:
        into.load_csv(
            with_status(f"1,投诉,2026-02-01,{text},已受理"),
            mapping=STATUS,
            as_of=dt.datetime(2026, 3, day),
        )
        assert into.column("narrative") == [narrative]


def test_an_export_time_also_limits_the_registration(into):
    summary = into.load_csv(
        "\n".join([HEADER, "1,投诉,2026-03-02 00:00:00,a", "2,投诉,2026-03-02 00:00:01,b", ""]),
        as_of=dt.datetime(2026, 3, 1),
    )
    assert (summary.loaded, summary.reasons) == (1, {"future_registered_at": 1})


def test_folders_and_patterns_are_expanded_and_read_once(into):
    for name in ("a.csv", "b.csv", "sub/c.csv", "notes.md"):
        into.write(f"in/{name}", "\n".join([HEADER, ROW.format(name), ""]))
    assert into.load(into.folder / "in").loaded == 3
    summary = into.load(into.folder / "in" / "*.csv", into.folder / "in" / "a.csv")
    assert (summary.read, summary.unchanged) == (2, 2)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("nowhere.csv", "no such file or folder"),
        ("*.xlsx", "no file matches this pattern"),
        ("empty", "no file in this folder ends with"),
    ],
)
def test_sources_that_are_not_there(into, source, said):
    (into.folder / "empty").mkdir()
    with pytest.raises(ValueError, match=said):
        into.load(into.folder / source)


def test_the_summary_adds_up_and_becomes_json(into):
    text = "\n".join([HEADER, ROW.format(1), ROW.format(1), "2,表扬,2026-03-01,x", ""])
    summary = into.load_csv(text)
    plain = summary.as_dict()
    assert plain["reasons"] == {"unknown_kind": 1}
    assert plain["quarantine_file"] == str(summary.quarantine_file)
    assert (plain["read"], plain["loaded"], plain["unchanged"], plain["quarantined"]) == (
        3,
        1,
        1,
        1,
    )
    assert plain["rows_per_second"] == pytest.approx(3 / plain["seconds"])


def test_the_quarantine_file_holds_every_original_value(into):
    text = "\n".join(
        [
            "编号,类型,登记时间,内容,=公式列",
            '1,投诉,昨天,"a,""b""\nc",=1+1',
            "2,投诉,2026-03-01,-5,+x",
            "",
        ]
    )
    other = into.write("other.csv", "内容,编号,类型,登记时间,别的\n@x,,投诉,2026-03-01,y\n")
    summary = into.load(into.write("source.csv", text), other)
    first, second = quarantined(summary)
    assert first == {
        "隔离_来源": "source.csv",
        "隔离_行号": "2",
        "隔离_原因代码": "invalid_registered_at",
        "隔离_原因": "登记时间无法识别",
        "隔离_字段": "registered_at",
        "编号": "1",
        "类型": "投诉",
        "登记时间": "昨天",
        "内容": 'a,"b"\nc',
        "'=公式列": "'=1+1",
        "别的": "",
    }
    assert (second["隔离_来源"], second["内容"], second["别的"]) == ("other.csv", "'@x", "y")
    data = summary.quarantine_file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert summary.generation in summary.quarantine_file.name


def test_without_refused_records_there_is_no_quarantine_file(into):
    assert into.load_csv(f"{HEADER}\n{ROW.format(1)}\n").quarantine_file is None
    assert not (into.store.folder / "quarantine").exists()


def test_an_import_of_nothing_but_refused_records_keeps_them(into):
    summary = into.load_csv(f"{HEADER}\n,投诉,2026-03-01,x\n")
    assert (summary.generation, why(summary)) == (None, [("2", "missing_id")])


def test_what_a_killed_run_left_is_kept_only_if_its_generation_was_published(into):
    into.load_csv(f"{HEADER}\n{ROW.format(1)}\n")
    folder = into.store.folder / "quarantine"
    folder.mkdir()
    for name in ("20260301-000000-gen-000001.csv.part", "20260301-000000-gen-000002.csv.part"):
        (folder / name).write_text("x")
    settle(folder, into.store)
    assert [each.name for each in folder.iterdir()] == ["20260301-000000-gen-000001.csv"]


def test_a_failed_derivation_publishes_nothing(into):
    def fail(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        into.load_csv(f"{HEADER}\n1,投诉,昨天,\n{ROW.format(2)}\n", derive=fail)
    assert into.store.current() is None
    assert list((into.store.folder / "quarantine").iterdir()) == []
    assert into.load_csv(f"{HEADER}\n{ROW.format(2)}\n").loaded == 1


def test_derivation_sees_the_merged_facts_and_progress_is_told(into):
    seen: list[bool] = []
    told: list[str] = []
    into.load_csv(
        f"{HEADER}\n{ROW.format(1)}\n",
        derive=lambda building: seen.append(building.changed),
        progress=told.append,
    )
    assert seen == [True]
    assert any(each.startswith("merge: 1 rows") for each in told)


def test_another_run_at_work_is_said_so(into):
    with into.store.building(), pytest.raises(WarehouseBusyError):
        into.load_csv(f"{HEADER}\n{ROW.format(1)}\n")


def test_the_person_key_is_made_once_and_belongs_to_its_owner(into):
    mapping = mapping_with({"person_phone": "电话"})
    text = f"{HEADER},电话\n{ROW.format(1)},13800138000\n"
    into.load_csv(text, mapping=mapping)
    [key] = into.column("person_key")
    into.load_csv(text.replace("1,投诉", "2,投诉"), mapping=mapping)
    assert into.column("person_key") == [key, key]
    assert stat.S_IMODE((into.store.folder / "person.key").stat().st_mode) == 0o600


def test_two_systems_with_equal_numbers_stay_apart_by_prefix(into):
    for prefix in ("A-", "B-"):
        mapping = mapping_with({"submission_id": {"column": "编号", "prefix": prefix}})
        into.load_csv(f"{HEADER}\n{ROW.format(1)}\n", mapping=mapping)
    assert into.column("submission_id") == ["A-1", "B-1"]
