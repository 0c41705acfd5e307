"""A batch taken away holds what it says it holds, and says what it does not."""

import datetime as dt
import gc
import hashlib
import io
import json
import subprocess
import weakref
import zipfile

import pandas as pd
import pytest

from pages.components.lead_pack import (
    EmptyPackError,
    StrayEvidenceError,
    UnmaskedColumnError,
    build_pack,
    safe_name,
)
from tests.packed import (
    evidence,
    form_text,
    lead,
    letter_text,
    pack,
    packed,
    parts,
    word,
    workbook,
)

ONE = "420000-2026-007-001"
TWO = "420000-2026-007-002"


def sheet(files, name):
    head, *rows = workbook(files)[name].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def told(files):
    return {row[0].value: row[1].value for row in workbook(files)["说明"].iter_rows()}


def test_the_archive_holds_workbook_letter_forms_manifest_and_checksums():
    made, files = packed(pack([lead(), lead(TWO)], [evidence([ONE, TWO, ONE])]))
    assert list(files) == [
        "线索清单.xlsx",
        "案源线索移送函.docx",
        f"登记表/{ONE}.docx",
        f"登记表/{TWO}.docx",
        "清单.json",
        "校验.txt",
    ]
    assert (made.leads, made.evidence) == (2, 3)
    assert made.file_name == "案源线索移送_420000-2026-007.zip"


def test_checksums_are_those_of_the_files(tmp_path):
    target = tmp_path / "batch.zip"
    made = build_pack(pack(parts=[evidence([ONE])]), to=target)
    assert made.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    assert made.size == target.stat().st_size
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
        listed = json.loads(archive.read("清单.json"))
        for each in (*made.files, *(type(made.files[0])(**one) for one in listed["文件"])):
            content = archive.read(each.name)
            assert (each.size, each.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "校验.txt"],
        check=False,
        cwd=tmp_path,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(made.files) + 1


def test_the_manifest_says_who_when_and_of_what():
    _, files = packed(pack(parts=[evidence([ONE] * 3)]))
    listed = json.loads(files["清单.json"])
    assert listed["批次编号"] == "420000-2026-007"
    assert listed["导出人"] == "王导出"
    assert listed["导出时间"] == "2026-10-08T09:30:00+08:00"
    assert listed["数据版本"] == "20260930-01"
    assert listed["合成数据"] is True
    assert (listed["线索数"], listed["证据数"]) == (1, 3)
    assert ["来源", "投诉雷达"] in listed["说明"]


def test_the_workbook_holds_leads_evidence_and_rules():
    _, files = packed(pack([lead(), lead(TWO, uscc=None)], [evidence([ONE]), evidence([TWO])]))
    assert workbook(files).sheetnames == ["说明", "线索清单", "证据", "规则说明"]
    first, second = sheet(files, "线索清单")
    assert first["线索编号"] == ONE
    assert first["统一社会信用代码"] == "92420106MA4KXY1234"
    assert first["线索价值"] == 88.4
    assert (first["诉求件数"], first["诉求人数"], first["涉及金额（元）"]) == (26, 23, 12_880.5)
    assert first["最早登记"] == dt.datetime(2026, 6, 3)
    assert first["涉嫌行为"] == "虚假违法广告"
    assert first["价值理由"] == "涉及诉求26件\n最近一件距今4天"
    assert first["法律依据"] == "《广告法》第28、55条，处罚幅度未查明（需核对）"
    assert first["时限"] == "举报核查：2026-10-20届满，进行中"
    assert second["统一社会信用代码"] is None
    [row, other] = sheet(files, "证据")
    assert row["登记编号"] == "4201060000000202603000000"
    assert row["登记时间"] == dt.datetime(2026, 6, 3, 9, 5)
    assert (row["涉及金额（元）"], other["线索编号"]) == (99.5, TWO)
    assert sheet(files, "规则说明") == [{"类别": "线索价值", "规则": "五个方面各0—1分"}]


def test_the_first_sheet_says_where_from_for_whom_and_how_much():
    _, files = packed(pack(parts=[evidence([ONE] * 4)]))
    lines = told(files)
    assert lines["来源"] == "投诉雷达"
    assert lines["接收单位"] == "江城区市场监督管理局、武昌区市场监督管理局"
    assert (lines["导出人"], lines["导出时间"]) == ("王导出", "2026-10-08 09:30（北京时间）")
    assert lines["数据性质"].startswith("合成数据")
    assert "件次，同一诉求涉及多条线索的分别计数" in lines["计数口径"]
    assert lines["表“证据”"].startswith("共4行，已全部导出")


def test_a_line_that_the_caller_gives_is_not_said_twice():
    _, files = packed(pack(preface=(("导出人", "甲（市局）"),)))
    names = [row[0].value for row in workbook(files)["说明"].iter_rows()]
    assert names.count("导出人") == 1
    assert told(files)["导出人"] == "甲（市局）"


def test_evidence_beyond_a_sheet_goes_on_in_the_next():
    numbers = [ONE] * 7
    _, files = packed(pack(parts=[evidence(numbers[:5]), evidence(numbers[5:])]), sheet_rows=4)
    book = workbook(files)
    names = [name for name in book.sheetnames if name.startswith("证据")]
    assert names == ["证据", "证据 2", "证据 3"]
    assert [book[name].max_row for name in names] == [4, 4, 2]
    assert {book[name]["A1"].value for name in names} == {"线索编号"}
    found = [cell.value for name in names for cell in book[name]["B"][1:]]
    whole = pd.concat([evidence(numbers[:5]), evidence(numbers[5:])])
    assert found == whole["登记编号"].to_list()
    assert "共7行，已全部导出；分列于3张工作表" in told(files)["表“证据”"]


@pytest.mark.parametrize("rows", [3, 6])
def test_a_sheet_filled_to_the_last_row_opens_no_empty_one(rows):
    _, files = packed(pack(parts=[evidence([ONE] * rows)]), sheet_rows=4)
    names = [name for name in workbook(files).sheetnames if name.startswith("证据")]
    assert len(names) == rows // 3


def test_parts_of_the_evidence_are_let_go_one_by_one():
    alive: list[weakref.ref] = []

    def given():
        for _ in range(6):
            gc.collect()
            assert sum(each() is not None for each in alive) <= 1
            part = evidence([ONE] * 3)
            alive.append(weakref.ref(part))
            yield part
            del part

    made, _ = packed(pack(parts=given()))
    assert made.evidence == 18


def test_the_form_lists_the_first_twenty_and_says_how_many_there_are():
    half = [ONE] * 15
    _, files = packed(pack(parts=[evidence(half), evidence(half)]))
    text = form_text(files)
    assert "共30件，列前20件" in text
    assert text.count("宣传具有治疗功效") == 20
    assert "2026-06-03 09:05" in text


def test_the_form_holds_the_lead_and_two_empty_boxes():
    _, files = packed(pack(parts=[evidence([ONE])]))
    text = form_text(files)
    for said in (
        ONE,
        "风险评分、专项行动",
        "92420106MA4KXY1234",
        "江城区市场监督管理局（需核对）",
        "《广告法》第28、55条，处罚幅度未查明（需核对）",
        "诉求26件，涉及诉求人23人（个人信息已脱敏）",
        "12,880.50元",
        "证据清单（共1件；",
        "举报核查：2026-10-20届满，进行中",
        "江城区好味来二店",
        "1.查询广告发布记录2.调取销售记录",
        "3件疑似牟利性投诉材料",
    ):
        assert said in text
    assert text.count("签名：") == 2


def test_the_letter_asks_for_a_check_and_finds_nothing():
    second = lead(TWO, basis=(), disputed_yuan=None, operator_name="武昌区老李粮油店", uscc=None)
    _, files = packed(pack([lead(), second], [evidence([ONE, TWO])]))
    text = letter_text(files)
    for said in (
        "×市监案移〔2026〕×号",
        "关于移送2026年第39周案源线索的函",
        "江城区市场监督管理局、武昌区市场监督管理局：",
        "本批线索共2条，涉及经营主体2户，诉求登记时间为2026年6月3日至2026年9月28日",
        "合计52件次",
        "其中1条线索的诉求填写了涉及金额，合计12,880.50元，均未经核实",
        "专项行动（2条）、风险评分（2条）",
        "随函附证据材料2件次（同一诉求涉及多条线索的分别计数），",
        "不作为认定违法的依据",
        "线索清单第2项未列明法律依据",
        "请于2026年10月29日前书面反馈",
        "2026年10月8日",
        "附件：1.线索清单",
        "2.线索登记表（共2份）",
        "武昌区老李粮油店",
        "合成数据生成，仅供演示",
    ):
        assert said in text
    assert "该主体违法" not in text


def test_a_batch_not_handed_over_leaves_its_days_open():
    _, files = packed(pack(handed_over_on=None, reply_by=None, synthetic=False))
    text = letter_text(files)
    assert "请于　　　　年　　月　　日前书面反馈" in text
    assert text.count("　　　　年　　月　　日") == 2
    assert "合成数据" not in text
    assert told(files)["移送日期"] == "未移送"
    assert told(files)["数据性质"] == "登记数据"


def test_a_checked_basis_is_not_marked():
    basis = (("广告法", "第五十五条", "二十万元以上一百万元以下罚款", True),)
    _, files = packed(pack([lead(basis=basis, jurisdiction="江城区市场监督管理局")]))
    assert sheet(files, "线索清单")[0]["法律依据"] == (
        "《广告法》第五十五条，处罚幅度：二十万元以上一百万元以下罚款"
    )
    assert "标注“需核对”" not in letter_text(files)


@pytest.mark.parametrize(
    "name", ["案源线索移送函.docx", f"登记表/{ONE}.docx"], ids=["letter", "form"]
)
def test_every_page_says_who_took_it_when_and_of_which_batch(name):
    _, files = packed(pack())
    [section] = word(files, name).sections
    for header in (section.header, section.even_page_header):
        text = "".join(line.text for line in header.paragraphs)
        for said in ("合成数据", "批次420000-2026-007", "导出人王导出", "2026-10-08 09:30"):
            assert said in text
    for footer in (section.footer, section.even_page_footer):
        assert "— " in footer.paragraphs[0].text


def test_every_printed_sheet_says_so_too():
    _, files = packed(pack(parts=[evidence([ONE] * 5)], exported_by="王&导出"), sheet_rows=4)
    for page in workbook(files).worksheets:
        assert "批次420000-2026-007" in page.oddHeader.left.text
        assert "王&&导出" in page.oddHeader.left.text.replace("王&导出", "王&&导出")


def test_a_banner_of_any_length_fits_a_header():
    _, files = packed(pack(batch_number="批" * 32, exported_by="&" * 200))
    for page in workbook(files).worksheets:
        assert page.oddHeader.left.text.startswith("合成数据")


def test_no_evidence_keeps_the_heads_and_says_so():
    made, files = packed(pack(parts=[]))
    assert made.evidence == 0
    assert workbook(files)["证据"].max_row == 1
    assert workbook(files)["证据"]["A1"].value == "线索编号"
    assert "本批材料中没有该线索的证据记录" in form_text(files)


def test_an_empty_part_keeps_its_own_heads():
    _, files = packed(pack(parts=[evidence([ONE]).iloc[:0]]))
    head = [cell.value for cell in workbook(files)["证据"][1]]
    assert head == list(evidence([ONE]).columns)


def test_a_batch_without_leads_is_refused(tmp_path):
    with pytest.raises(EmptyPackError, match="420000-2026-007"):
        build_pack(pack([]), to=tmp_path / "batch.zip")
    assert list(tmp_path.iterdir()) == []


def test_two_leads_of_one_number_are_refused():
    with pytest.raises(ValueError, match="occur more than once"):
        packed(pack([lead(), lead()]))


@pytest.mark.parametrize("name", ["诉求人", "联系电话", "举报人姓名", "身份证号", "手机"])
def test_personal_data_that_is_not_said_to_be_masked_is_refused(name):
    with pytest.raises(UnmaskedColumnError) as caught:
        packed(pack(parts=[evidence([ONE]).assign(**{name: "王小明"})]))
    assert caught.value.columns == [name]


def test_evidence_of_another_batch_is_refused():
    with pytest.raises(StrayEvidenceError, match="other-1"):
        packed(pack(parts=[evidence([ONE]), evidence(["other-1"])]))


def test_evidence_that_changes_its_columns_is_refused():
    with pytest.raises(StrayEvidenceError, match="changes its columns"):
        packed(pack(parts=[evidence([ONE]), evidence([ONE]).drop(columns="类型")]))


def test_a_failure_midway_leaves_what_was_there(tmp_path):
    target = tmp_path / "batch.zip"
    target.write_bytes(b"earlier")

    def given():
        yield evidence([ONE])
        raise ConnectionError

    with pytest.raises(ConnectionError):
        build_pack(pack(parts=given()), to=target)
    assert target.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [target]


def test_the_same_batch_gives_the_same_bytes_dated_by_the_export():
    early = dt.datetime(2001, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
    raw = [io.BytesIO(), io.BytesIO()]
    for each in raw:
        build_pack(pack(parts=[evidence([ONE] * 3)], exported_at=early), to=each)
    assert raw[0].getvalue() == raw[1].getvalue()
    with zipfile.ZipFile(raw[0]) as archive:
        assert {each.date_time for each in archive.infolist()} == {(2001, 2, 3, 12, 5, 6)}
        for name in archive.namelist():
            if name.endswith(("xlsx", "docx")):
                core = parts(archive.read(name))["docProps/core.xml"]
                times = {each.text for each in core if each.tag.endswith(("created", "modified"))}
                assert times == {"2001-02-03T04:05:06Z"}


def test_names_are_told_to_be_utf8():
    raw = io.BytesIO()
    build_pack(pack(), to=raw)
    with zipfile.ZipFile(raw) as archive:
        assert all(each.flag_bits & 0x800 for each in archive.infolist())


def test_leads_whose_names_fall_together_keep_a_file_each():
    _, files = packed(pack([lead("a/1"), lead("a:1"), lead("A?1")]))
    assert [name for name in files if name.startswith("登记表")] == [
        "登记表/a_1.docx",
        "登记表/a_1_2.docx",
        "登记表/A_1_3.docx",
    ]


@pytest.mark.parametrize(
    "text",
    ["../../x", "/etc/x", "C:\\x", "..", ".", "NUL", "com1", "a\x00b", "\u202egpj.exe", "长" * 300, ""],
)  # fmt: skip
def test_names_of_files_stay_where_they_are_put(text):
    name = safe_name(text)
    assert name
    assert not set(name) & set('/\\:*?"<>|.\x00\u202e')
    assert name.upper() not in {"NUL", "COM1"}
    assert len(name.encode()) <= 240


def test_a_text_too_long_for_a_cell_stands_whole_in_a_file():
    long = "长" * 40_000
    given = evidence([ONE, ONE], 具体问题=[long, "\U0001f600" * 20_000])
    made, files = packed(pack(parts=[given]))
    cells = [row["具体问题"] for row in sheet(files, "证据")]
    assert all(len(text.encode("utf-16-le")) <= 2 * 32_767 for text in cells)
    assert all(text.endswith("已截断）") for text in cells)
    whole = files["超长原文.txt"].decode()
    assert long in whole
    assert "\U0001f600" * 20_000 in whole
    assert "登记编号4201060000000202603000000，具体问题】" in whole
    assert "2个单元格超过32,767字" in dict(made.notes)["证据"]
    assert "超长原文.txt" in {each.name for each in made.files}


def test_phone_numbers_in_notes_are_masked():
    phoned = "举报人电话13800138000"
    _, files = packed(pack([lead(note=phoned)], note=phoned))
    for text in (letter_text(files), form_text(files), told(files)["批次备注"]):
        assert "138****8000" in text
        assert "13800138000" not in text
