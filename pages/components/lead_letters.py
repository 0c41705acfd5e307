"""The letter that hands a batch of case leads over."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from docx.document import Document

from pages.components.lead_contents import (
    COUNTED,
    UNCHECKED,
    LeadPack,
    PackedLead,
    basis_text,
    conduct_text,
    day_text,
    note_text,
    span_text,
    yuan_text,
)
from pages.components.word_files import (
    BODY,
    HEAD,
    SIZE_2,
    SIZE_5,
    TITLE,
    Cell,
    Look,
    Row,
    add_line,
    add_table,
    new_document,
    saved,
    underline,
    word_text,
)

OFFICE = Look(TITLE, 30.0, "center", line=None, red=True)
NUMBER = Look(align="right")
HEADLINE = Look(TITLE, SIZE_2, "center", line=36.0, kept=True)
ADDRESSEE = Look()
TEXT = Look(indent=2)
SECTION = Look(HEAD, indent=2, kept=True)
SIGNED = Look(align="right", right=4, kept=True)
TABLE_HEAD = Look(HEAD, SIZE_5, "center", line=None)
TABLE_TEXT = Look(BODY, SIZE_5, "left", line=None)
TABLE_NUMBER = Look(BODY, SIZE_5, "center", line=None)

COLUMNS = (
    ("序号", 9), ("线索编号", 38), ("涉嫌主体", 44), ("涉嫌行为", 28), ("诉求件数", 13),
    ("涉及金额", 24),
)  # fmt: skip
"""Heading and width in mm."""

BLANK_DAY = "　　　　年　　月　　日"
MARK = "×"
"""Stands for what the registry of letters has yet to give."""


def letter(pack: LeadPack, *, evidence: Mapping[str, int]) -> bytes:
    """Return the letter as a Word file.

    It says what is suspected and asks for a check; it finds nothing. What is not known yet (number
    of the letter, day, day to answer by) is left for the registry to fill in.

    Parameters
    ----------
    evidence
        Pieces of evidence of each lead in the workbook.
    """
    title = letter_title(pack.title)
    document = new_document(
        banner=pack.banner, title=title, author=pack.exported_by, made_at=pack.made_at
    )
    underline(add_line(document, pack.office_name, OFFICE))
    add_line(document, letter_number(pack), NUMBER)
    add_line(document, "")
    add_line(document, title, HEADLINE)
    add_line(document, "")
    add_line(document, f"{pack.recipients or '　　　　'}：", ADDRESSEE)
    _opening(document, pack)
    _overview(document, pack, sum(evidence.values()))
    _table(document, pack)
    _basis(document, pack)
    _asked(document, pack)
    _signature(document, pack)
    return saved(document, made_at=pack.made_at)


def letter_title(title: str) -> str:
    """Return the headline for a batch of this title.

    Examples
    --------
    >>> letter_title("2026年第47周"), letter_title("预付式消费案源线索")
    ('关于移送2026年第47周案源线索的函', '关于移送预付式消费案源线索的函')
    """
    subject = " ".join(title.split())
    return f"关于移送{subject.removesuffix('案源线索').removesuffix('线索')}案源线索的函"


def letter_number(pack: LeadPack) -> str:
    """Return the number of the letter with marks for what the registry gives; the year is known."""
    found = re.search(r"(?<!\d)20\d\d(?!\d)", pack.batch_number)
    day = pack.handed_over_on or pack.made_at.date()
    year = int(found.group()) if found else day.year
    return f"{MARK}市监案移〔{year}〕{MARK}号"


def _opening(document: Document, pack: LeadPack) -> None:
    text = (
        f"现将我局从投诉举报登记数据中梳理的{len(pack.leads)}条疑似案源线索移送你单位"
        f"（批次编号：{pack.batch_number}），请依法核查处理。有关情况如下。"
    )
    add_line(document, text, TEXT)
    if pack.synthetic:
        add_line(document, "本函依据合成数据生成，仅供演示，不得作为公文使用。", TEXT)


def _overview(document: Document, pack: LeadPack, evidence: int) -> None:
    leads = pack.leads
    add_line(document, "一、基本情况", SECTION)
    operators = len({lead.uscc or lead.operator_name for lead in leads})
    known = [lead.disputed_yuan for lead in leads if yuan_text(lead.disputed_yuan) != "未填写"]
    days = [day for lead in leads for day in (lead.first_on, lead.latest_on) if day is not None]
    span = span_text(min(days, default=None), max(days, default=None))
    text = (
        f"本批线索共{len(leads)}条，涉及经营主体{operators}户，诉求登记时间为{span}，"
        f"各线索所涉诉求合计{sum(lead.submissions for lead in leads):,}件次"
        f"（{COUNTED}）。"
    )
    if known:
        total = yuan_text(sum(each for each in known if each is not None))
        text += f"其中{len(known)}条线索的诉求填写了涉及金额，合计{total}，均未经核实。"
    add_line(document, text, TEXT)
    counted = Counter(source for lead in leads for source in dict.fromkeys(lead.sources))
    if counted:
        ranked = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
        words = "、".join(f"{source}（{count}条）" for source, count in ranked)
        add_line(document, f"线索来源为：{words}。同一线索可有多个来源。", TEXT)
    text = f"随函附证据材料{evidence:,}件次（{COUNTED}），个人信息已脱敏。"
    add_line(document, text, TEXT)
    if note := note_text(pack.note):
        add_line(document, f"另需说明：{note}", TEXT)


def _table(document: Document, pack: LeadPack) -> None:
    add_line(document, "二、线索清单", SECTION)
    widths = [width for _, width in COLUMNS]
    rows = [Row(tuple(Cell(width, (name,), TABLE_HEAD) for name, width in COLUMNS))]
    for number, lead in enumerate(pack.leads, start=1):
        told = (
            (str(number), TABLE_NUMBER), (lead.number, TABLE_TEXT), (_named(lead), TABLE_TEXT),
            (conduct_text(lead.conduct), TABLE_TEXT), (f"{lead.submissions:,}", TABLE_NUMBER),
            (yuan_text(lead.disputed_yuan), TABLE_NUMBER),
        )  # fmt: skip
        cells = zip(widths, told, strict=True)
        rows.append(Row(tuple(Cell(width, (text,), look) for width, (text, look) in cells)))
    add_table(document, rows, heads=1)
    add_line(
        document,
        "上述主体和行为均为根据登记数据提出的疑似线索，尚未经核实，不作为认定违法的依据。",
        TEXT,
    )


def _named(lead: PackedLead) -> str:
    return f"{lead.operator_name}\n{lead.uscc}" if lead.uscc else lead.operator_name


def _basis(document: Document, pack: LeadPack) -> None:
    add_line(document, "三、可能涉及的法律依据", SECTION)
    found: dict[str, dict[str, None]] = {}
    bare = []
    for number, lead in enumerate(pack.leads, start=1):
        if lead.basis:
            listed = found.setdefault(conduct_text(lead.conduct), {})
            listed.update(dict.fromkeys(basis_text(each) for each in lead.basis))
        else:
            bare.append(str(number))
    for conduct, texts in found.items():
        add_line(document, f"涉嫌“{conduct}”的：{'；'.join(texts)}。", TEXT)
    if bare:
        text = f"线索清单第{'、'.join(bare)}项未列明法律依据，请你单位依职责研判。"
        add_line(document, text, TEXT)
    if any(not checked for lead in pack.leads for *_, checked in lead.basis):
        text = f"标注“{UNCHECKED}”的条款尚未与官方公布文本核对，请以公布文本为准。"
        add_line(document, text, TEXT)


def _asked(document: Document, pack: LeadPack) -> None:
    add_line(document, "四、建议和反馈要求", SECTION)
    day = day_text(pack.reply_by) if pack.reply_by else BLANK_DAY
    for text in (
        "（一）建议先行确认管辖。依法不属于你单位管辖的，请说明理由并及时退回，以便另行移送。",
        "（二）建议对照每条线索登记表所列步骤核查，调取证据，查明事实后依法决定是否立案。",
        (
            f"（三）请于{day}前书面反馈核查情况、是否立案和处理结果，"
            "填写反馈时注明批次编号和线索编号；逾期未能办结的，请反馈进展。"
        ),
    ):
        add_line(document, text, TEXT)
    text = (
        "（四）随函材料含投诉举报信息，请指定专人保管，依法为举报人保密，不得向被投诉举报人透露。"
    )
    add_line(document, text, replace(TEXT, kept=True))


def _signature(document: Document, pack: LeadPack) -> None:
    add_line(document, "", Look(kept=True))
    add_line(document, "附件：1.线索清单（线索清单.xlsx）", Look(left=2, kept=True))
    forms = f"2.线索登记表（共{len(pack.leads)}份）"
    add_line(document, forms, Look(left=5, kept=True))
    add_line(document, "3.文件清单和校验值（清单.json、校验.txt）", Look(left=5, kept=True))
    for _ in range(2):
        add_line(document, "", Look(kept=True))
    add_line(document, pack.office_name, SIGNED)
    add_line(document, _dated(pack.handed_over_on), SIGNED)
    add_line(document, "（联系人：　　　　　联系电话：　　　　　　　）", Look(indent=2))


def _dated(day: dt.date | None) -> str:
    return word_text(day_text(day) if day else BLANK_DAY)
