"""LibreOffice opens what was packed: pages as the standard asks, text as text."""

import csv
import shutil
import subprocess

import pytest

from pages.components.word_files import LETTERS, LINES, Look, add_line, new_document, saved
from tests.packed import MADE_AT, evidence, lead, pack, packed

ONE = "420000-2026-007-001"
TEXTS = ("=1+1", "@SUM(1+1)", '=HYPERLINK("http://elsewhere.example/","点击")', "＝1+1", "00123")
EVIDENCE_AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,3"

for program in ("soffice", "pdftotext"):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed", allow_module_level=True)


@pytest.fixture(scope="module")
def convert(tmp_path_factory):
    folder = tmp_path_factory.mktemp("office")

    def converted(name, content, form):
        source = folder / name
        source.write_bytes(content)
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
             "--convert-to", form, "--outdir", str(folder / "out"), str(source)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        return next((folder / "out").glob(f"{source.stem}*"))

    return converted


def pages(path):
    done = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True
    )
    return done.stdout.split("\f")[:-1]


@pytest.fixture(scope="module")
def files():
    given = evidence([ONE] * 30)
    given.loc[: len(TEXTS) - 1, "具体问题"] = TEXTS
    return packed(pack([lead()], [given]))[1]


def test_a_page_holds_as_many_lines_and_letters_as_the_standard_says(convert):
    document = new_document(banner="批次", title="", author="", made_at=MADE_AT)
    add_line(document, "国" * (LINES * LETTERS + 1), Look(align="left"))
    first, second = pages(convert("page.docx", saved(document, made_at=MADE_AT), "pdf"))
    lines = [line.strip() for line in first.splitlines() if "国" in line]
    assert lines == ["国" * LETTERS] * LINES
    assert second.count("国") == 1


def test_every_page_of_the_letter_has_its_banner_and_number(convert, files):
    found = pages(convert("letter.docx", files["案源线索移送函.docx"], "pdf"))
    assert len(found) >= 2
    for number, page in enumerate(found, start=1):
        assert "导出人王导出" in page.replace(" ", "")
        assert f"—{number}—" in page.replace(" ", "")
    assert "×市监案移〔2026〕×号" in found[0].replace(" ", "")


def test_every_page_of_the_form_has_its_banner(convert, files):
    found = pages(convert("form.docx", files[f"登记表/{ONE}.docx"], "pdf"))
    assert all("导出人王导出" in page.replace(" ", "") for page in found)
    assert "审批意见" in found[-1].replace(" ", "")


def test_the_workbook_keeps_text_as_text(convert, files):
    path = convert("leads.xlsx", files["线索清单.xlsx"], EVIDENCE_AS_CSV)
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    assert len(rows) == 30
    assert tuple(row["具体问题"] for row in rows[: len(TEXTS)]) == TEXTS
    assert rows[0]["登记编号"] == "4201060000000202603000000"
