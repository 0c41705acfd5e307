"""A batch of case leads as one archive: workbook, letter, a form per lead, and their checksums."""

import hashlib
import json
import re
import shutil
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from pages.components.cells import plain_text
from pages.components.lead_contents import (
    EmptyPackError,
    LeadPack,
    PackedLead,
    StrayEvidenceError,
    UnmaskedColumnError,
    check,
)
from pages.components.lead_forms import form
from pages.components.lead_letters import letter
from pages.components.lead_sheets import Gathered, preface_lines, write_sheets
from pages.components.spreadsheets import SHEET_ROWS
from pages.components.word_files import archived

__all__ = [
    "EmptyPackError",
    "LeadPack",
    "PackManifest",
    "PackedFile",
    "PackedLead",
    "StrayEvidenceError",
    "UnmaskedColumnError",
    "build_pack",
    "safe_name",
]

WORKBOOK = "线索清单.xlsx"
LETTER = "案源线索移送函.docx"
FORMS = "登记表"
LONG_TEXTS = "超长原文.txt"
MANIFEST = "清单.json"
CHECKSUMS = "校验.txt"

MAX_NAME = 60
"""Most characters of a file's name without its ending: 180 of the 255 bytes that systems allow."""

BLOCK = 1 << 20
"""Bytes read at a time."""

_NOT_IN_NAMES = re.compile(r"[^\w\-〔〕（）()·]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
"""Names that Windows keeps for devices."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """One file of the archive."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PackManifest:
    """What was packed.

    Attributes
    ----------
    file_name
        To save the archive under.
    sha256, size
        Of the archive.
    leads, evidence
        How many of each it holds.
    files
        All but the manifest and the checksums.
    notes
        Name of each table and what the workbook says of it, such as what was cut.
    """

    batch_number: str
    file_name: str
    sha256: str
    size: int
    leads: int
    evidence: int
    files: tuple[PackedFile, ...]
    notes: tuple[tuple[str, str], ...]


def build_pack(
    pack: LeadPack, *, to: BinaryIO | Path, sheet_rows: int = SHEET_ROWS
) -> PackManifest:
    """Write the archive of a batch and say what it holds.

    Workbook, letter, a form per lead, a manifest, and checksums that ``sha256sum -c`` reads. Built
    in a temporary folder and handed on when it is whole, so that a failure leaves nothing behind;
    memory does not grow with the evidence. The same pack gives the same bytes.

    Parameters
    ----------
    to
        A file opened for writing bytes, or the path of the archive, replaced at the end.
    sheet_rows
        Rows of a sheet of the workbook, head included; evidence beyond goes on in the next sheet.

    Raises
    ------
    EmptyPackError
        If the batch has no leads.
    UnmaskedColumnError
        If a column of personal data does not say that it is masked.
    StrayEvidenceError
        If evidence names a lead that the batch does not have, or its columns change midway.
    ValueError
        If two leads have one number.

    Examples
    --------
    >>> import datetime as dt, io
    >>> lead = PackedLead("2026-1-01", "某公司", None, "虚假宣传", "某县", 71.5, (), ("风险评分",), 3, 3,
    ...     None, dt.date(2026, 3, 1), dt.date(2026, 3, 9), (), "某县市场监督管理局（需核对）", ())
    >>> pack = LeadPack("2026-1", "第1周", "某市市场监督管理局", "某县市场监督管理局", "", None, "",
    ...     (lead,), (), (), (), "张三", dt.datetime(2026, 3, 10, 9), True)
    >>> made = build_pack(pack, to=io.BytesIO())
    >>> [each.name for each in made.files]
    ['线索清单.xlsx', '案源线索移送函.docx', '登记表/2026-1-01.docx']
    """
    check(pack)
    folder = to.parent if isinstance(to, Path) else None
    with tempfile.TemporaryDirectory(dir=folder, prefix=".pack-") as made:
        archive = Path(made) / "pack.zip"
        with zipfile.ZipFile(archive, "w") as target:
            files, gathered = _fill(target, pack, Path(made), sheet_rows)
        sha256, size = _digest(archive), archive.stat().st_size
        if isinstance(to, Path):
            archive.replace(to)
        else:
            with archive.open("rb") as source:
                shutil.copyfileobj(source, to, BLOCK)
    return PackManifest(
        batch_number=pack.batch_number,
        file_name=f"案源线索移送_{safe_name(pack.batch_number)}.zip",
        sha256=sha256,
        size=size,
        leads=len(pack.leads),
        evidence=gathered.total,
        files=tuple(files),
        notes=gathered.notes,
    )


def safe_name(text: str) -> str:
    """Return a text as the name of a file that stays where it is put, on any system.

    Examples
    --------
    >>> safe_name("../../etc/passwd"), safe_name("沪2026-01-003"), safe_name("CON"), safe_name("")
    ('etc_passwd', '沪2026-01-003', '_CON', '_')
    """
    plain = unicodedata.normalize("NFC", plain_text(text)).replace("\ufffd", "_")
    name = _NOT_IN_NAMES.sub("_", plain).strip("_ ")[:MAX_NAME]
    return f"_{name}" if not name or _RESERVED.fullmatch(name) else name


def _fill(
    target: zipfile.ZipFile, pack: LeadPack, folder: Path, sheet_rows: int
) -> tuple[list[PackedFile], Gathered]:
    workbook, long_texts = folder / "leads.xlsx", folder / "long.txt"
    with long_texts.open("w", encoding="utf-8", newline="\r\n") as file:
        gathered = write_sheets(pack, to=workbook, long_texts=file, sheet_rows=sheet_rows)
    files = [
        _add_file(target, WORKBOOK, workbook, pack, packed=False),
        _add(target, LETTER, letter(pack, evidence=gathered.counts), pack, packed=False),
    ]
    names = _names(lead.number for lead in pack.leads)
    for lead, name in zip(pack.leads, names, strict=True):
        content = form(
            pack,
            lead,
            evidence=gathered.first.get(lead.number, []),
            total=gathered.counts[lead.number],
        )
        files.append(_add(target, f"{FORMS}/{name}.docx", content, pack, packed=False))
    if gathered.kept_whole:
        files.append(_add_file(target, LONG_TEXTS, long_texts, pack))
    listed = _add(target, MANIFEST, _manifest(pack, files, gathered), pack)
    lines = "".join(f"{each.sha256}  {each.name}\n" for each in (*files, listed))
    _add(target, CHECKSUMS, lines.encode(), pack)
    return files, gathered


def _names(numbers: Iterable[str]) -> list[str]:
    """Return a file name for every number, each once on systems that know no case."""
    found: dict[str, str] = {}
    for number in numbers:
        name, count = safe_name(number), 1
        while name.casefold() in found:
            count += 1
            name = f"{safe_name(number)}_{count}"
        found[name.casefold()] = name
    return list(found.values())


def _manifest(pack: LeadPack, files: list[PackedFile], gathered: Gathered) -> bytes:
    told = {
        "批次编号": pack.batch_number,
        "批次名称": pack.title,
        "移送单位": pack.office_name,
        "接收单位": pack.recipients,
        "导出人": pack.exported_by,
        "导出时间": pack.made_at.isoformat(timespec="seconds"),
        "数据版本": pack.generation,
        "合成数据": pack.synthetic,
        "线索数": len(pack.leads),
        "证据数": gathered.total,
        "说明": [list(line) for line in preface_lines(pack)],
        "各表": [list(line) for line in gathered.notes],
        "文件": [asdict(each) for each in files],
    }
    text = json.dumps(told, ensure_ascii=False, indent=2)
    return plain_text(text).encode()


def _add(
    target: zipfile.ZipFile, name: str, content: bytes, pack: LeadPack, *, packed: bool = True
) -> PackedFile:
    target.writestr(archived(name, pack.made_at, packed=packed), content)
    return PackedFile(name, len(content), hashlib.sha256(content).hexdigest())


def _add_file(
    target: zipfile.ZipFile, name: str, path: Path, pack: LeadPack, *, packed: bool = True
) -> PackedFile:
    info = archived(name, pack.made_at, packed=packed)
    info.file_size = path.stat().st_size
    with path.open("rb") as source, target.open(info, "w") as copy:
        shutil.copyfileobj(source, copy, BLOCK)
    return PackedFile(name, info.file_size, _digest(path))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
