"""CSV files as bureaus send them."""

import gzip

import pytest

from jobs.importing.encodings import open_text
from jobs.importing.errors import MissingColumnError, UnreadableSourceError
from jobs.importing.quarantine import REASON_LABELS
from jobs.importing.tables import Reason
from tests.importing.loading import BASIC, HEADER, ROW, mapping_with, quarantined, why


def lines(*rows, header=HEADER, end="\n"):
    return end.join([header, *rows, ""])


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("gb18030", b""),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
    ],
)
def test_encodings_are_recognised(into, encoding, mark):
    text = lines("1,投诉,2026-03-01,镕喆𠮷的店€卖坏的")
    summary = into.load_csv(mark + text.encode(encoding))
    assert summary.loaded == 1
    assert into.column("narrative") == ["镕喆𠮷的店€卖坏的"]


def test_utf8_that_turns_bad_late_is_gb18030_as_a_whole(into):
    text = lines(
        *[f"{n},投诉,2026-03-01,ascii only" for n in range(9000)], "z,投诉,2026-03-01,退款"
    )
    assert into.load_csv(text.encode("gb18030")).loaded == 9001
    assert into.column("narrative")[-1] == "退款"


def test_neither_encoding_is_an_error_that_names_the_lines(into):
    good = lines("1,投诉,2026-03-01,好").encode()
    with pytest.raises(
        UnreadableSourceError, match=r"source.csv: neither UTF-8 nor GB18030"
    ) as error:
        into.load_csv(good + b"2,\xff\xfe\xff,2026-03-01,x\n")
    assert "UTF-8 fails at line 3, GB18030 fails at line 2" in str(error.value)
    assert "`encoding:`" in str(error.value)


def test_with_a_declared_encoding_only_the_bad_rows_are_refused(into):
    good = lines("1,投诉,2026-03-01,好").encode()
    mapping = mapping_with(format={"encoding": "utf-8"})
    bad = "2,投诉,2026-03-01,坏".encode("gb18030")
    after = "\n3,投诉,2026-03-01,好\n".encode()
    summary = into.load_csv(good + bad + after, mapping=mapping)
    assert (summary.loaded, summary.reasons) == (2, {"bad_encoding": 1})
    [row] = quarantined(summary)
    assert (row["隔离_行号"], row["编号"]) == ("3", "2")
    assert "\ufffd" in row["内容"]


@pytest.mark.parametrize("size", [4, 5, 6, 7, 64])
def test_characters_across_the_edges_of_what_is_looked_at(tmp_path, monkeypatch, size):
    monkeypatch.setattr("jobs.importing.encodings.SCAN_BYTES", size)
    path = tmp_path / "text.csv"
    for text, encoding in (("é退𠮷x退", "utf-8"), ("退款𠮷", "gb18030"), ("abc", "utf-8")):
        path.write_bytes(text.encode(encoding))
        assert open_text(path).encoding == encoding
    for wrong in (b"\x80abc\xff", "退".encode()[:2] + b"a\xff", "款𠮷".encode()[:-1] + b"\xff\xff"):
        path.write_bytes(wrong)
        with pytest.raises(UnreadableSourceError):
            open_text(path)


def test_a_cut_off_last_character_is_not_taken_for_another_encoding(into):
    whole = lines(*[f"{n},投诉,2026-03-01,商家拒绝退款并且态度恶劣" for n in range(50)])
    with pytest.raises(UnreadableSourceError, match="UTF-8 fails at line 51"):
        into.load_csv(whole.encode().rstrip()[:-1])


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters_are_recognised(into, delimiter):
    text = lines("1,投诉,2026-03-01,退款").replace(",", delimiter)
    assert into.load_csv(text).loaded == 1
    assert into.column("narrative") == ["退款"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems(into, end):
    assert into.load_csv(lines(*[ROW.format(n) for n in range(3)], end=end)).loaded == 3
    assert set(into.column("narrative")) == {"买到坏的"}


def test_gzip_is_read_like_the_file_inside(into):
    source = into.write("source.csv.gz", gzip.compress(lines(ROW.format(1)).encode("gb18030")))
    assert into.load(source).loaded == 1


@pytest.mark.parametrize(
    "junk",
    [
        "某市市场监督管理局投诉明细\n",
        "某局\n统计期间：2026年3月,制表人：张三\n\n",
        '说明："内部资料\n',
        "一,二,三,四,五,六,七\n",
    ],
)
def test_junk_above_the_header_is_found_and_row_numbers_still_count_it(into, junk):
    summary = into.load_csv(junk + lines(ROW.format(1), "2,投诉,昨天,x"))
    assert summary.loaded == 1
    assert why(summary) == [(str(junk.count("\n") + 3), "invalid_registered_at")]


def test_a_given_number_of_rows_is_skipped_even_if_they_look_like_the_header(into):
    text = HEADER + "\n" + lines(ROW.format(1))
    assert into.load_csv(text, mapping=mapping_with(format={"skip_rows": 1})).loaded == 1


def test_quotes_line_breaks_and_separators_inside_text(into):
    text = lines('1,投诉,2026-03-01,"他说:""退,\n款""\r\n不行"', '2,投诉,2026-03-01,""')
    assert into.load_csv(text).loaded == 2
    assert into.column("narrative") == ['他说:"退,\n款"\n不行', None]


def test_a_quote_inside_an_unquoted_field_is_text(into):
    text = lines('1,投诉,2026-03-01,买了5"屏的手机', ROW.format(2))
    assert into.load_csv(text).loaded == 2
    assert into.column("narrative") == ['买了5"屏的手机', "买到坏的"]


def test_ragged_rows_are_kept_apart_with_all_they_say(into):
    text = lines(ROW.format(1), "2,投诉,2026-03-01,坏的,多一列", "3,投诉", ROW.format(4))
    summary = into.load_csv(text)
    assert (summary.read, summary.loaded, summary.reasons) == (4, 2, {"ragged_row": 2})
    surplus, short = quarantined(summary)
    assert (surplus["隔离_行号"], surplus["编号"], surplus["多出的列1"]) == ("3", "2", "多一列")
    assert (short["隔离_行号"], short["编号"], short["登记时间"]) == ("4", "3", "")


BROKEN = {
    "text behind the closing quote": ['2,投诉,2026-03-01,"好"的'],
    "never closed, no quote after it": ['2,投诉,2026-03-01,"5寸手机'],
    "never closed, quoted rows after it": [
        '2,投诉,2026-03-01,"5寸手机',
        '3,投诉,2026-03-01,"坏的"',
        '4,投诉,2026-03-01,"也坏"',
    ],
    "never closed, an empty quoted field after it": [
        '2,投诉,2026-03-01,"5寸手机',
        '3,投诉,2026-03-01,""',
        "4,投诉,2026-03-01,x",
    ],
}


@pytest.mark.parametrize("rows", BROKEN.values(), ids=BROKEN)
def test_a_broken_quote_costs_its_line_and_no_other(into, rows):
    text = lines(ROW.format(1), *rows, ROW.format(9))
    summary = into.load_csv(text)
    assert (summary.reasons, summary.loaded) == ({"broken_quotes": 1}, 1 + len(rows))
    [row] = quarantined(summary)
    assert (row["隔离_行号"], row["整行"]) == ("3", rows[0])


def test_broken_quotes_deep_in_a_large_file(into):
    rows = [ROW.format(n) for n in range(40_000)]
    for place in (7, 20_000, 39_999):
        rows[place] = f'{place},投诉,2026-03-01,"坏"了,"又"'
    summary = into.load_csv(lines(*rows))
    assert (summary.loaded, summary.reasons) == (39_997, {"broken_quotes": 3})
    assert [row for row, _ in why(summary)] == ["9", "20002", "40001"]


def test_chunks_cut_anywhere_give_the_same(into, monkeypatch):
    rows = [f'{n:03},投诉,2026-03-01,"第{n}行\n""引""号，𠮷"' for n in range(24)]
    rows[9] = "009,少一列"
    text = lines(*rows, end="\r\n")
    seen = set()
    for size in (11, 64, 501, 1 << 20):
        monkeypatch.setattr("jobs.importing.encodings.CHUNK_BYTES", size)
        into.folder = into.folder / str(size)
        into.store = type(into.store)(into.folder / "warehouse")
        summary = into.load_csv(text.encode("utf-8-sig"))
        assert (summary.loaded, why(summary)) == (23, [("11", "ragged_row")])
        keys = into.store.folder / "person.key"
        assert keys.stat().st_size == 32
        seen.add(into.dump())
    assert into.column("narrative")[0] == '第0行\n"引"号，𠮷'
    assert len(seen) == 1


def test_blank_rows_are_no_records_but_are_counted(into):
    summary = into.load_csv(lines(ROW.format(1), "", ",,,", ROW.format(2)))
    assert (summary.read, summary.loaded, summary.blank_rows) == (2, 2, 2)


def test_the_last_line_needs_no_newline(into):
    assert into.load_csv(lines(ROW.format(1), ROW.format(2)).rstrip("\n")).loaded == 2


def test_columns_in_another_order_and_spelling_are_found(into):
    text = "内容, 登记时间 ,＊编号,类型,无关\n退款,2026-03-01,1,投诉,x\n"
    assert into.load_csv(text).loaded == 1


def test_a_header_of_two_rows_is_joined(into):
    mapping = {
        "source": "test",
        "format": {"header_rows": 2},
        "fields": {
            "submission_id": "编号",
            "kind": "类型",
            "registered_at": "登记时间",
            "person_name": "投诉人/姓名",
            "respondent_name": "被投诉人/姓名",
        },
    }
    text = "明细\n编号,类型,登记时间,投诉人,,被投诉人\n,,,姓名,电话,姓名\n1,投诉,2026-03-01,张三,138,李四店\n"
    assert into.load_csv(text, mapping=mapping).loaded == 1
    assert into.rows("complainant_masked", "respondent_name") == [("张*", "李四店")]


def test_an_empty_file_is_said_so(into):
    with pytest.raises(UnreadableSourceError, match=r"source\.csv: the file is empty"):
        into.load_csv(b"")


def test_a_missing_column_names_the_file_the_column_and_what_was_found(into):
    with pytest.raises(MissingColumnError) as error:
        into.load_csv("编号,类型,时间\n1,投诉,2026-03-01\n")
    assert error.value.missing == ("registered_at needs '登记时间'", "narrative needs '内容'")
    assert "source.csv: column not found: registered_at needs '登记时间'" in str(error.value)
    assert "'编号', '类型', '时间'" in str(error.value)


def test_optional_columns_may_be_absent_where_the_mapping_allows_it(into):
    summary = into.load_csv(
        "编号,类型,登记时间\n1,投诉,2026-03-01\n", mapping={**BASIC, "missing_columns": "allow"}
    )
    assert summary.loaded == 1
    assert summary.notes == ["source.csv: no column for narrative"]


def test_nothing_of_a_file_that_fails_late_is_kept(into):
    good = into.write("a.csv", lines(ROW.format(1)))
    bad = into.write("b.csv", "完全无关\n1\n")
    with pytest.raises(MissingColumnError, match=r"b\.csv"):
        into.load(good, bad)
    assert into.store.current() is None
    assert not list((into.store.folder / "quarantine").glob("*"))


def test_every_reason_has_a_label():
    assert set(REASON_LABELS) == set(Reason)
