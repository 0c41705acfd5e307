"""The registration form of one case lead."""

from collections.abc import Mapping, Sequence

from pages.components.lead_contents import (
    CAUTION,
    LeadPack,
    PackedLead,
    basis_text,
    conduct_text,
    deadline_text,
    note_text,
    span_text,
    yuan_text,
)
from pages.components.lead_sheets import FORM_COLUMNS, SHOWN
from pages.components.word_files import (
    BODY,
    HEAD,
    SIZE_2,
    SIZE_5,
    SIZE_SMALL_5,
    TITLE,
    WIDTH_MM,
    Cell,
    Look,
    Row,
    add_line,
    add_table,
    new_document,
    saved,
)

HEADLINE = Look(TITLE, SIZE_2, "center", line=36.0, kept=True)
UNDER = Look(BODY, SIZE_5, "left", line=None, kept=True)
LABEL = Look(HEAD, SIZE_5, "center", line=None)
VALUE = Look(BODY, SIZE_5, "left", line=None)
SMALL_HEAD = Look(HEAD, SIZE_SMALL_5, "center", line=None)
SMALL = Look(BODY, SIZE_SMALL_5, "left", line=None)

LABEL_MM = 27
HALF_MM = WIDTH_MM // 2
BOX_MM = 34

WIDTHS = {
    "登记编号": 34, "类型": 11, "登记时间": 30, "诉求人（脱敏）": 18, "具体问题": 54,
}  # fmt: skip
"""Widths of the columns of evidence, in mm; the last one shown takes what is left."""
ORDINAL_MM = 9

EXCERPT = 60
"""Letters of a complaint's text on the form; the whole stands in the workbook. Ours."""

FOR_ORDER = "只用于排序，不作处理结论"

MORE = "……"
SIGN = "签名：　　　　　　　　年　　月　　日"


def form(
    pack: LeadPack, lead: PackedLead, *, evidence: Sequence[Mapping[str, str]], total: int
) -> bytes:
    """Return the form of a lead as a Word file.

    Parameters
    ----------
    evidence
        The first pieces, by column, in words.
    total
        How many pieces the workbook holds.
    """
    document = new_document(
        banner=f"{pack.banner}\n线索{lead.number}",
        title=f"案源线索登记表 {lead.number}",
        author=pack.exported_by,
        made_at=pack.made_at,
        letter_size=SIZE_5,
    )
    add_line(document, "案源线索登记表", HEADLINE)
    rows = [
        *_what(pack, lead),
        _facts(lead),
        _worth(lead),
        *_listed(evidence, total),
        _spread("时限", [deadline_text(each) for each in lead.deadlines]),
        _spread("关联主体", list(lead.related_firms)),
        _spread("建议核查步骤", _numbered(lead.steps)),
        *([_spread("备注", [note_text(lead.note)])] if lead.note else []),
        _box("承办意见"),
        _box("审批意见"),
    ]
    add_table(document, rows)
    add_line(document, CAUTION, UNDER)
    return saved(document, made_at=pack.made_at)


def _what(pack: LeadPack, lead: PackedLead) -> list[Row]:
    handed = pack.handed_over_on.isoformat() if pack.handed_over_on else "未移送"
    return [
        _pair("移送单位", pack.office_name, "移送日期", handed),
        _spread("接收单位", [pack.recipients]),
        _pair("线索编号", lead.number, "批次编号", pack.batch_number),
        _pair("线索来源", "、".join(lead.sources), "当前状态", lead.state),
        _spread("涉嫌主体", [lead.operator_name]),
        _pair("统一社会\n信用代码", lead.uscc or "", "所在地", lead.region),
        _spread("涉嫌行为", [conduct_text(lead.conduct)]),
        _spread("管辖", [lead.jurisdiction]),
        _spread(
            "法律依据",
            [basis_text(each) for each in lead.basis] or ["未列明，由承办单位研判（需核对）"],
        ),
    ]


def _facts(lead: PackedLead) -> Row:
    lines = [
        f"涉嫌{conduct_text(lead.conduct)}。",
        (
            f"诉求{lead.submissions:,}件，涉及诉求人{lead.persons:,}人（个人信息已脱敏）；"
            f"登记期间{span_text(lead.first_on, lead.latest_on)}；"
            f"登记金额合计{yuan_text(lead.disputed_yuan)}（未经核实）。"
        ),
        *([lead.serial_note] if lead.serial_note else []),
    ]
    return _spread("主要事实", lines)


def _worth(lead: PackedLead) -> Row:
    head = f"{lead.worth:.1f}分（满分100分），{FOR_ORDER}"
    return _spread("线索价值", [head, *(f"·{reason}" for reason in lead.reasons)])


def _listed(evidence: Sequence[Mapping[str, str]], total: int) -> list[Row]:
    if not total:
        return [_spread("证据清单", ["本批材料中没有该线索的证据记录。"])]
    rest = f"，列前{SHOWN}件，其余见“线索清单.xlsx”的“证据”表" if total > SHOWN else ""
    head = f"证据清单（共{total:,}件{rest}；“具体问题”仅列开头，全文见“证据”表）"
    columns = [name for name in FORM_COLUMNS if name in evidence[0]]
    widths = [WIDTHS[name] for name in columns]
    widths[-1] += WIDTH_MM - ORDINAL_MM - sum(widths)
    names = zip([ORDINAL_MM, *widths], ["序号", *columns], strict=True)
    rows = [
        Row((Cell(WIDTH_MM, (head,), LABEL),)),
        Row(tuple(Cell(width, (name,), SMALL_HEAD) for width, name in names)),
    ]
    for number, each in enumerate(evidence, start=1):
        texts = [str(number), *(_excerpt(each[name]) for name in columns)]
        cells = zip([ORDINAL_MM, *widths], texts, strict=True)
        rows.append(Row(tuple(Cell(width, (text,), SMALL) for width, text in cells), height_mm=5))
    return rows


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[:EXCERPT] + MORE


def _numbered(texts: Sequence[str]) -> list[str]:
    return [f"{number}.{text}" for number, text in enumerate(texts, start=1)]


def _pair(first: str, value: str, second: str, other: str) -> Row:
    wide = HALF_MM - LABEL_MM
    return Row(
        (
            Cell(LABEL_MM, (first,), LABEL),
            Cell(wide, (value,), VALUE),
            Cell(LABEL_MM, (second,), LABEL),
            Cell(wide, (other,), VALUE),
        )
    )


def _spread(label: str, lines: Sequence[str]) -> Row:
    text = tuple(lines) or ("无",)
    wide = WIDTH_MM - LABEL_MM
    return Row((Cell(LABEL_MM, (label,), LABEL), Cell(wide, text, VALUE)), whole=False)


def _box(label: str) -> Row:
    wide = WIDTH_MM - LABEL_MM
    blank = ("",) * 4
    cells = (Cell(LABEL_MM, (label,), LABEL), Cell(wide, blank, VALUE, last=SIGN))
    return Row(cells, height_mm=BOX_MM)
