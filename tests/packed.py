"""Batches of made-up case leads to pack, and ways to look into what was packed."""

import datetime as dt
import io
import zipfile

import docx
import openpyxl
import pandas as pd
from docx.oxml import parse_xml

from pages.components.lead_pack import LeadPack, PackedLead, build_pack

MADE_AT = dt.datetime(2026, 10, 8, 9, 30)
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def lead(number="420000-2026-007-001", **over):
    fields = {
        "number": number,
        "operator_name": "江城区好味来食品经营部",
        "uscc": "92420106MA4KXY1234",
        "conduct": "虚假违法广告",
        "region": "楚天市江城区",
        "worth": 88.42,
        "reasons": ("涉及诉求26件", "最近一件距今4天"),
        "sources": ("风险评分", "专项行动"),
        "submissions": 26,
        "persons": 23,
        "disputed_yuan": 12_880.5,
        "first_on": dt.date(2026, 6, 3),
        "latest_on": dt.date(2026, 9, 28),
        "basis": (("广告法", "28、55", None, False),),
        "jurisdiction": "江城区市场监督管理局（需核对）",
        "deadlines": (("举报核查", dt.date(2026, 10, 20), "进行中"),),
        "related_firms": ("江城区好味来二店（同一地址）",),
        "steps": ("查询广告发布记录", "调取销售记录"),
        "serial_note": "3件疑似牟利性投诉材料",
        "state": "拟移送",
        "note": "请优先核查",
    }
    return PackedLead(**(fields | over))


def evidence(numbers, **over):
    columns = {
        "线索编号": list(numbers),
        "登记编号": [f"4201060000000202603{at:06}" for at in range(len(numbers))],
        "类型": "投诉",
        "登记时间": pd.Timestamp("2026-06-03 09:05"),
        "诉求人（脱敏）": "张**",
        "联系电话（脱敏）": "138****8000",
        "涉及金额（元）": 99.5,
        "具体问题": "宣传具有治疗功效，要求退款",
    }
    return pd.DataFrame(columns | over)


def pack(leads=None, parts=(), **over):
    fields = {
        "batch_number": "420000-2026-007",
        "title": "2026年第39周",
        "office_name": "楚天省市场监督管理局",
        "recipients": "江城区市场监督管理局、武昌区市场监督管理局",
        "reviewer": "李审核",
        "handed_over_on": dt.date(2026, 10, 8),
        "note": "",
        "leads": (lead(),) if leads is None else tuple(leads),
        "evidence": parts,
        "preface": (("来源", "投诉雷达"), ("数据截至", "2026-09-30")),
        "rules": (("线索价值", "五个方面各0—1分"),),
        "exported_by": "王导出",
        "exported_at": MADE_AT,
        "synthetic": True,
        "generation": "20260930-01",
        "reply_by": dt.date(2026, 10, 29),
    }
    return LeadPack(**(fields | over))


def packed(given, **options):
    """Pack and open again: the manifest, and the content of every file by name."""
    raw = io.BytesIO()
    made = build_pack(given, to=raw, **options)
    with zipfile.ZipFile(raw) as archive:
        return made, {name: archive.read(name) for name in archive.namelist()}


def workbook(files):
    return openpyxl.load_workbook(io.BytesIO(files["线索清单.xlsx"]))


def word(files, name):
    return docx.Document(io.BytesIO(files[name]))


def letter_text(files):
    document = word(files, "案源线索移送函.docx")
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in document.paragraphs), *cells])


def form_text(files, number="420000-2026-007-001"):
    [table] = word(files, f"登记表/{number}.docx").tables
    return "\n".join(
        "".join(each.text or "" for each in row.iter(f"{WORD}t")) for row in table._tbl.tr_lst
    )


def parts(content):
    """Every XML part of an Office file, parsed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert all(name.endswith((".xml", ".rels")) for name in archive.namelist())
        return {name: parse_xml(archive.read(name)) for name in archive.namelist()}
