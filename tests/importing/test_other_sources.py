"""Workbooks, Parquet files and databases."""

import datetime as dt
import sqlite3

import polars as pl
import pytest
import xlsxwriter

from jobs.importing.errors import MissingColumnError, UnreadableSourceError
from tests.importing.loading import BASIC, mapping_with, quarantined

HEADER = ["编号", "类型", "登记时间", "内容"]
MORNING = dt.datetime(2026, 3, 1, 8, 5, 9)


def workbook(into, **sheets):
    path = into.folder / "source.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_dates_are_dates_and_numbers_have_no_fraction(into):
    path = workbook(
        into, 一=[HEADER, [1, "投诉", MORNING, 3.0], ["2", "投诉", "2026年3月1日", True]]
    )
    assert into.load(path).loaded == 2
    assert into.rows("submission_id", "registered_at", "narrative") == [
        ("1", MORNING, "3"),
        ("2", dt.datetime(2026, 3, 1), "true"),
    ]


def test_titles_above_and_gaps_between_keep_the_row_numbers(into):
    rows = [[], ["某局明细表"], HEADER, [1, "投诉", MORNING, "a"], [], ["", "投诉", MORNING, "b"]]
    summary = into.load(workbook(into, 一=rows))
    assert (summary.read, summary.loaded, summary.blank_rows) == (2, 1, 1)
    assert [row["隔离_行号"] for row in quarantined(summary)] == ["6"]


def test_all_sheets_are_read_and_others_left_out_by_name(into):
    path = workbook(
        into,
        上=[HEADER, [1, "投诉", MORNING, "a"]],
        下=[HEADER, [2, "举报", MORNING, "b"]],
        说明=[["无关"]],
        空=[],
    )
    summary = into.load(path)
    assert summary.loaded == 2
    assert summary.notes == ["source.xlsx#说明: left out, holds none of the mapped columns"]


def test_named_sheets_only(into):
    path = workbook(
        into, 上=[HEADER, [1, "投诉", MORNING, "a"]], 下=[HEADER, [2, "举报", MORNING, "b"]]
    )
    assert into.load(path, mapping={**BASIC, "format": {"sheets": ["下"]}}).loaded == 1
    assert into.column("kind") == ["tipoff"]
    with pytest.raises(UnreadableSourceError, match="no sheet '中'; the sheets are 上, 下"):
        into.load(path, mapping={**BASIC, "format": {"sheets": ["中"]}})


def test_merged_headers_of_several_rows(into):
    path = into.folder / "merged.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 5, "投诉明细表")
        for column, name in enumerate(["编号", "类型", "登记时间"]):
            sheet.merge_range(1, column, 2, column, name)
        sheet.merge_range(1, 3, 1, 4, "投诉人")
        sheet.write(1, 5, "被投诉人")
        sheet.write_row(2, 3, ["姓名", "电话", "姓名"])
        sheet.write_row(3, 0, [1, "投诉", "2026-03-01", "张三", 13800138000, "李四店"])
    mapping = {
        "source": "test",
        "format": {"header_rows": 2},
        "fields": {
            "submission_id": "编号",
            "kind": "类型",
            "registered_at": "登记时间",
            "person_name": "投诉人/姓名",
            "person_phone": "电话",
            "respondent_name": "被投诉人/姓名",
        },
    }
    assert into.load(path, mapping=mapping).loaded == 1
    assert into.rows("complainant_masked", "phone_masked", "respondent_name") == [
        ("张*", "138****8000", "李四店")
    ]


def test_numbers_that_the_spreadsheet_rounded_are_refused(into):
    numbers = [4201060000000202603010001 + n for n in range(5)]
    path = workbook(into, 一=[HEADER, *[[n, "投诉", MORNING, "a"] for n in numbers]])
    with pytest.raises(
        UnreadableSourceError, match=r"'编号' holds numbers of 25 digits .* lost their last digits"
    ):
        into.load(path)
    path = workbook(into, 一=[HEADER, *[[str(n), "投诉", MORNING, "a"] for n in numbers]])
    assert into.load(path).loaded == 5


def test_workbooks_that_are_none(into):
    path = workbook(into, 一=[HEADER])
    path.write_bytes(path.read_bytes()[:800])
    with pytest.raises(UnreadableSourceError, match="cannot be opened as a workbook"):
        into.load(path)
    with pytest.raises(UnreadableSourceError, match="the workbook is empty"):
        into.load(workbook(into, 一=[]))
    with pytest.raises(MissingColumnError, match="none of the 4 mapped columns"):
        into.load(workbook(into, 一=[["x", "y"], [1, 2]]))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 x", "is a PDF document"),
        (b"\x89PNG\r\n", "is a picture"),
        (b"PK\x03\x04junk", "damaged archive"),
    ],
)
def test_other_files_are_named_for_what_they_are(into, content, said):
    with pytest.raises(UnreadableSourceError, match=said):
        into.load(into.write("source.csv", content))


def frame():
    zone = dt.timezone(dt.timedelta(0))
    return pl.DataFrame(
        {
            "编号": [1, 2, 3],
            "类型": ["投诉", "举报", None],
            "登记时间": [MORNING, MORNING + dt.timedelta(days=1), MORNING],
            "内容": ["a", None, "c"],
            "金额": [1200.0, 35.5, None],
            "办结": pl.Series(
                [dt.datetime(2026, 3, 2, 16, tzinfo=zone), None, None]
            ).dt.cast_time_unit("us"),
            "网购": [True, False, None],
            "标签": [["甲", "乙"], [], None],
            "日期": [dt.date(2026, 3, 1), None, None],
        }
    )


TYPED = {
    "consumed_yuan": "金额",
    "closed_at": "办结",
    "is_online": "网购",
    "tags": "标签",
    "disputed_at": "日期",
}


def test_parquet_keeps_its_types(into):
    path = into.folder / "source.parquet"
    frame().write_parquet(path)
    summary = into.load(path, mapping=mapping_with(TYPED))
    assert (summary.loaded, summary.reasons) == (2, {"missing_kind": 1})
    assert into.rows("registered_at", "closed_at", "consumed_yuan", "is_online", "tags")[0] == (
        MORNING,
        dt.datetime(2026, 3, 3),
        1200.0,
        True,
        "甲,乙",
    )
    assert into.column("disputed_at")[0] == dt.datetime(2026, 3, 1)
    [refused] = quarantined(summary)
    assert (refused["隔离_行号"], refused["编号"], refused["金额"]) == ("3", "3", "")


def test_damaged_and_nested_parquet_files(into):
    path = into.write("source.parquet", b"PAR1 and no more")
    with pytest.raises(UnreadableSourceError, match="no whole Parquet file"):
        into.load(path)
    pl.DataFrame({"编号": [{"a": 1}]}).write_parquet(path)
    with pytest.raises(UnreadableSourceError, match="column '编号' is nested"):
        into.load(path)


def database(into, *, tables=("records",)):
    path = into.folder / "source.db"
    with sqlite3.connect(path) as conn:
        for table in tables:
            conn.execute(f"create table {table} (编号 integer, 类型 text, 登记时间 text, 内容)")
            insert = "insert into TABLE values (?, ?, ?, ?)".replace("TABLE", table)
            conn.executemany(
                insert,
                [
                    (1, "投诉", "2026-03-01 08:05:09", "a"),
                    (2, "举报", "2026-03-02", 5),
                    (3, "投诉", None, "退".encode()),
                ],
            )
    conn.close()
    return path


def test_a_sqlite_file_is_told_by_its_content_and_read_whole(into):
    path = database(into).rename(into.folder / "export.dat")
    summary = into.load(path)
    assert (summary.loaded, summary.reasons) == (2, {"missing_registered_at": 1})
    assert into.column("narrative") == ["a", "5"]
    assert quarantined(summary)[0]["内容"] == "退"


def test_table_query_and_url(into):
    path = database(into, tables=("first", "second"))
    with pytest.raises(
        UnreadableSourceError, match=r"holds 2 tables \(first, second\); set `table:`"
    ):
        into.load(path)
    assert into.load(path, mapping={**BASIC, "format": {"table": "second"}}).loaded == 2
    query = "select 编号 + 10 as 编号, 类型, 登记时间, 内容 from first where 编号 < 3"
    summary = into.load(f"sqlite:///{path}", mapping={**BASIC, "format": {"query": query}})
    assert (summary.loaded, into.column("submission_id")) == (2, ["1", "11", "12", "2"])


def test_database_errors_name_no_password(into):
    with pytest.raises(UnreadableSourceError) as error:
        into.load("postgresql+psycopg://user:geheim@127.0.0.1:1/db", mapping=BASIC)
    assert "geheim" not in str(error.value)
    assert "cannot be read" in str(error.value)
    with pytest.raises(UnreadableSourceError, match="cannot be read: no such table: nowhere"):
        into.load(database(into), mapping={**BASIC, "format": {"table": "nowhere"}})


def test_large_tables_come_in_several_batches(into, monkeypatch):
    monkeypatch.setattr("jobs.importing.columnar.BATCH_ROWS", 2)
    monkeypatch.setattr("jobs.importing.workbooks.BATCH_ROWS", 2)
    assert into.load(database(into)).read == 3
    path = into.folder / "source.parquet"
    frame().write_parquet(path)
    assert into.load(path).read == 3
    rows = [[n, "投诉", MORNING, "a"] for n in range(5)]
    assert into.load(workbook(into, 一=[HEADER, *rows])).read == 5
