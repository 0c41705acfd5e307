"""Files of the enforcement system: any encoding, any dress, and what cannot be read is told."""

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter

from analytics.outcome_files import UnreadableOutcomesError, read_outcome_words, read_outcomes

HEADINGS = "线索编号,办理状态,处理结果,案号,立案日期,结案日期,罚款金额,没收金额,承办单位,备注"
PUNISHED = (
    "420100-2026-001-001,办结,行政处罚,武市监立〔2026〕1号,2026年3月1日,2026/4/2,"
    '"10,000.50",0,二大队,"已缴清，无异议"'
)
CHECKING = "420100-2026-001-002,核查中,,,,,,,二大队,"


def text(*rows, headings=HEADINGS):
    return "\r\n".join((headings, *rows)) + "\r\n"


def one(cell, heading):
    """Read one cell below a heading; return its value and what was refused."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["线索编号", heading])
        sheet.write(1, 0, "N-1")
        sheet.write(1, 1, cell)
    found = read_outcomes(buffer.getvalue(), name="a.xlsx")
    value = None
    if len(found.rows):
        [row] = found.rows.drop(columns=["row_number", "lead_number"]).to_dict("records")
        [value] = [each for each in row.values() if each is not None] or [None]
    return value, found.refused["problem"].tolist()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le-bom"]
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_any_common_encoding_and_delimiter(encoding, delimiter):
    content = text(PUNISHED, CHECKING)
    if delimiter != ",":
        content = content.replace('"10,000.50"', "10000.5").replace(",", delimiter)
    bom = "utf-16-le-bom"
    coded = (
        b"\xff\xfe" + content.encode("utf-16-le") if encoding == bom else content.encode(encoding)
    )
    found = read_outcomes(coded, name="回传.csv")
    assert (found.read, len(found.rows), len(found.refused), found.unread) == (2, 2, 0, ())
    first, second = found.rows.to_dict("records")
    assert first == {
        "row_number": 2,
        "lead_number": "420100-2026-001-001",
        "state": "closed",
        "result": "penalty",
        "case_number": "武市监立〔2026〕1号",
        "document_number": None,
        "transferred_to": None,
        "happened_on": None,
        "filed_on": dt.date(2026, 3, 1),
        "closed_on": dt.date(2026, 4, 2),
        "fined_yuan": 10_000.5,
        "confiscated_yuan": 0.0,
        "recovered_yuan": None,
        "unit": "二大队",
        "note": "已缴清，无异议",
    }
    assert (second["row_number"], second["state"], second["result"]) == (3, "checking", None)


def test_traditional_characters_in_big5():
    content = "線索編號,狀態,備註\r\nN-1,立案,甲\r\n".encode("big5")
    found = read_outcomes(content, name="a.csv")
    assert found.rows["state"].tolist() == ["filed"]
    assert found.encoding == "big5hkscs"


def test_headings_below_other_lines_in_any_order_with_others_beside_them():
    content = "\n".join(
        [
            "案源线索办理情况表,,,",
            "制表：某支队,,,",
            " 立案时间 ,经办人,*线索编号（必填）,状态",
            "2026.3.1,王,N-1,立案",
            ",,,",
            "2026-03-02,李,N-2,立案",
        ]
    )
    found = read_outcomes(content.encode(), name="a.csv")
    assert found.rows["row_number"].tolist() == [4, 6]
    assert found.rows["filed_on"].tolist() == [dt.date(2026, 3, 1), dt.date(2026, 3, 2)]
    assert (found.read, found.unread) == (2, ("经办人",))


@pytest.mark.parametrize(
    ("cell", "heading", "value"),
    [
        pytest.param("1.2万元", "罚款", 12_000, id="unit in the cell"),
        pytest.param("1.2", "罚款金额（万元）", 12_000, id="unit in the heading"),
        pytest.param("500元", "罚款金额(万元)", 500, id="the cell's unit holds"),
        pytest.param("￥1,234.50", "罚款", 1234.5, id="sign and separators"),
        pytest.param("￥12,345,678.9元", "罚款", 12_345_678.9, id="several separators"),
        pytest.param("1，234", "罚款", 1234, id="a wide separator"),
        pytest.param("12.34", "罚款", 12.34, id="two decimals"),
        pytest.param(".5", "罚款", 0.5, id="no digit before the point"),
        pytest.param("10000.0000", "罚款", 10_000, id="decimals that are nought"),
        pytest.param("1.2345万元", "罚款", 12_345, id="decimals of a larger unit"),
        pytest.param("0.123456", "罚款（万元）", 1234.56, id="down to a hundredth"),
        pytest.param("33.300000000000004", "罚款", 33.3, id="noise of a computed cell"),
        pytest.param("999,999,999,999.99", "罚款", 999_999_999_999.99, id="many digits"),
        pytest.param(3000, "罚款", 3000, id="a number"),
        pytest.param(0.1, "罚款（万元）", 1000, id="a fraction"),
        pytest.param("２０００", "罚款", 2000, id="wide digits"),
        pytest.param("20260301", "立案日期", dt.date(2026, 3, 1), id="eight digits"),
        pytest.param("2026-03-01 09:30:00", "立案时间", dt.date(2026, 3, 1), id="with time"),
        pytest.param(46082, "立案日期", dt.date(2026, 3, 1), id="serial day"),
        pytest.param(" 已结案 ", "状态", "closed", id="state"),
        pytest.param("处罚", "处理结果", "penalty", id="result"),
        pytest.param("无", "罚款", None, id="a word for nothing"),
        pytest.param("—", "立案日期", None, id="a dash"),
    ],
)
def test_cells_as_people_write_them(cell, heading, value):
    assert one(cell, heading) == (value, [])


@pytest.mark.parametrize(
    ("cell", "heading", "problem"),
    [
        pytest.param("已送达", "状态", "unknown", id="state"),
        pytest.param("警告信", "处理结果", "unknown", id="result"),
        pytest.param("三月一日", "立案日期", "format", id="day in words"),
        pytest.param("2026-02-30", "立案日期", "format", id="no such day"),
        pytest.param("1926-02-03", "立案日期", "early", id="too early"),
        pytest.param("一万", "罚款", "format", id="sum in words"),
        pytest.param("1000美元", "罚款", "format", id="unknown unit"),
        pytest.param("-5", "罚款", "range", id="negative"),
        pytest.param("1e13", "罚款", "range", id="too much"),
        pytest.param("1,2,3.4.5", "罚款", "format", id="no number"),
        pytest.param("1,2,3", "罚款", "format", id="groups of one"),
        pytest.param("12,34", "罚款", "format", id="a group of two"),
        pytest.param("1,0000", "罚款", "format", id="a group of four"),
        pytest.param("1234,567", "罚款", "format", id="a long first group"),
        pytest.param("0,123", "罚款", "format", id="a decimal comma"),
        pytest.param(",123", "罚款", "format", id="nothing before the separator"),
        pytest.param("1,,234", "罚款", "format", id="two separators"),
        pytest.param("1,234,", "罚款", "format", id="a separator at the end"),
        pytest.param("1.234,5", "罚款", "format", id="a separator among decimals"),
        pytest.param("12.345", "罚款", "format", id="three decimals"),
        pytest.param("12.345元", "罚款", "format", id="three decimals and a unit"),
        pytest.param(12.345, "罚款", "format", id="a number of three decimals"),
        pytest.param("1.23456789万元", "罚款", "format", id="too fine for its unit"),
        pytest.param("1e-3", "罚款", "format", id="a thousandth"),
        pytest.param("1e999", "罚款", "range", id="beyond numbers"),
    ],
)
def test_cells_that_cannot_be_read_refuse_their_row(cell, heading, problem):
    assert one(cell, heading) == (None, [problem])


def test_a_refused_row_names_row_column_value_and_limit():
    found = read_outcomes(
        text(CHECKING, "N-3,某态,,,,昨天,,,,", ",立案,,,,,,,,").encode(), name="a"
    )
    assert found.rows["row_number"].tolist() == [2]
    told = found.refused.drop(columns="reason").to_dict("records")
    assert [list(each.values())[:5] for each in told] == [
        [3, "N-3", "state", "某态", "unknown"],
        [3, "N-3", "closed_on", "昨天", "format"],
        [4, None, "lead_number", None, "needed"],
    ]
    assert "立案" in told[0]["limit"]
    assert found.read == 3


def test_a_workbook_with_days_and_numbers_as_such_on_its_second_sheet():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.add_worksheet("说明").write(0, 0, "填表说明")
        sheet = book.add_worksheet("数据")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["线索编号", "状态", "立案日期", "罚款"])
        sheet.write_row(1, 0, ["N-1", "立案"])
        sheet.write_datetime(1, 2, dt.datetime(2026, 3, 1), day)
        sheet.write_number(1, 3, 1234.5)
    found = read_outcomes(buffer.getvalue(), name="a.xlsx")
    [row] = found.rows.to_dict("records")
    assert (row["filed_on"], row["fined_yuan"], found.encoding) == (
        dt.date(2026, 3, 1),
        1234.5,
        "workbook",
    )


def test_texts_kept_from_spreadsheets_lose_only_their_guard():
    found = read_outcomes('线索编号,备注\n="N-1","\'=1+1"\n'.encode(), name="a.csv")
    [row] = found.rows.to_dict("records")
    assert (row["lead_number"], row["note"]) == ("N-1", "=1+1")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b" \n\n", "empty", id="blank"),
        pytest.param("甲,乙\n1,2\n".encode(), "no_heading", id="other columns"),
        pytest.param(b"PK\x03\x04broken", "damaged", id="broken workbook"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1broken", "damaged", id="protected"),
        pytest.param('线索编号,备注\nN-1,"开\nN-2,乙\n'.encode(), "quotes", id="open quote"),
        pytest.param("线索编号,立案日期,立案时间\n".encode(), "twice", id="a column twice"),
        pytest.param(b"\x89PNG\x00\x00\x81\x30", "encoding", id="a picture"),
        pytest.param(b"\x00\x01\x02", "kind", id="no text"),
        pytest.param(b"x" * (20 * 1024 * 1024 + 1), "too_large", id="too large"),
        pytest.param(("线索编号\n" + "N\n" * 50_001).encode(), "too_long", id="too many rows"),
    ],
)
def test_files_that_cannot_be_read(content, problem):
    with pytest.raises(UnreadableOutcomesError, match=r"a\.csv") as caught:
        read_outcomes(content, name="a.csv")
    assert caught.value.problem == problem


ZIP_OF_A_TEXT = io.BytesIO()
with zipfile.ZipFile(ZIP_OF_A_TEXT, "w") as _archive:
    _archive.writestr("a.csv", text(CHECKING))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.xlsx", text(CHECKING).encode(), id="a text named so"),
        pytest.param("A.XLSX", text(CHECKING).encode("gbk"), id="in capitals"),
        pytest.param("a.xls", "甲,乙\n1,2\n".encode(), id="a text named as of old"),
        pytest.param("a.xlsx", b"<html><table></table></html>", id="a page"),
        pytest.param("a.xlsx", b"\x00\x01\x02", id="no text"),
        pytest.param("a.csv", b"PK\x05\x06" + b"\x00" * 18, id="an empty archive"),
        pytest.param("a.csv", ZIP_OF_A_TEXT.getvalue(), id="an archive of something else"),
        pytest.param(
            "a.xlsx",
            ZIP_OF_A_TEXT.getvalue().replace(b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\xff"),
            id="an archive of an impossible version",
        ),
    ],
)
def test_what_is_named_or_begins_like_a_workbook_and_is_none_is_damaged(name, content):
    with pytest.raises(UnreadableOutcomesError, match="cannot be opened as a workbook") as caught:
        read_outcomes(content, name=name)
    assert caught.value.problem == "damaged"


def test_a_workbook_is_read_by_its_content_and_an_empty_one_is_told_by_its_headings():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.add_worksheet().write_row(0, 0, ["线索编号", "状态"])
    assert read_outcomes(buffer.getvalue(), name="a.csv").encoding == "workbook"
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.add_worksheet().write(0, 0, "甲")
    with pytest.raises(UnreadableOutcomesError) as caught:
        read_outcomes(buffer.getvalue(), name="a.xlsx")
    assert caught.value.problem == "no_heading"


def test_a_file_of_headings_alone_has_no_rows():
    found = read_outcomes(text().encode(), name="a.csv")
    assert (found.read, len(found.rows), len(found.refused)) == (0, 0, 0)


def test_words_may_be_added_and_are_checked(tmp_path):
    shipped = read_outcome_words()
    assert set(shipped.states) == {
        "handed_over", "received", "checking", "filed", "not_filed", "closed", "returned",
    }  # fmt: skip
    path = tmp_path / "words.yaml"
    path.write_text("columns: {lead_number: [a]}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="compare with the shipped file"):
        read_outcome_words(path)
