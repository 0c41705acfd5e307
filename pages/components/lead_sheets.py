"""The workbook of a batch of case leads, and what is remembered of the evidence on its way in."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

from pages.components.cells import MAX_TEXT, cell_value, plain_text, too_long
from pages.components.lead_contents import (
    CAUTION,
    COUNTED,
    EVIDENCE_COLUMNS,
    LEAD,
    LeadPack,
    PackedLead,
    StrayEvidenceError,
    basis_text,
    check_columns,
    conduct_text,
    deadline_text,
    note_text,
)
from pages.components.spreadsheets import SHEET_ROWS, Sheet, write_workbook

SHOWN = 20
"""Pieces of evidence that the form of a lead lists; ours."""

LISTED_WIDTH, RULE_WIDTH = 26, 90
"""Widths at which texts go over several lines, in letters; ours."""

OWN_NUMBER = "登记编号"

FORM_COLUMNS = (OWN_NUMBER, "类型", "登记时间", "诉求人（脱敏）", "具体问题")
"""Columns of the evidence that the form of a lead lists."""

DEFINITIONS = (
    ("线索价值", "0—100分，按严重程度、证据、涉及面、时效、可查性合成，只用于排序，不作处理结论"),
    ("涉及金额", "作为证据的诉求登记金额之和，未经核实；空白为没有登记金额"),
    ("涉嫌行为", "根据投诉举报登记数据提出的疑似线索，尚未经核实，不作为认定违法的依据"),
)


@dataclass(slots=True)
class Gathered:
    """What was seen of the evidence while it was written.

    Attributes
    ----------
    counts
        Pieces of evidence of each lead.
    first
        The first of each lead, as given, in words, by column.
    kept_whole
        How many texts were too long for a cell and stand whole in a file of their own.
    notes
        What the workbook says of each of its tables.
    """

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    kept_whole: int = 0
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def total(self) -> int:
        """Pieces of evidence of all leads."""
        return sum(self.counts.values())


def write_sheets(
    pack: LeadPack, *, to: Path, long_texts: TextIO, sheet_rows: int = SHEET_ROWS
) -> Gathered:
    """Write the workbook: what it is, the leads, their evidence, the rules.

    The evidence is read once, a part at a time.

    Parameters
    ----------
    long_texts
        Takes the whole of every text that a cell cannot hold.
    sheet_rows
        See `spreadsheets.write_workbook`.

    Raises
    ------
    StrayEvidenceError, UnmaskedColumnError
    """
    gathered = Gathered(counts=dict.fromkeys((lead.number for lead in pack.leads), 0))

    def listed() -> Iterator[pd.DataFrame]:
        frame = pd.DataFrame([_row(lead) for lead in pack.leads], dtype=object)
        _keep_whole(frame, "线索清单", gathered, long_texts)
        yield frame

    def evidence() -> Iterator[pd.DataFrame]:
        for part in pack.evidence:
            _remember(part, gathered)
            _keep_whole(part, "证据", gathered, long_texts)
            yield part
        if not gathered.columns:
            yield pd.DataFrame(columns=list(EVIDENCE_COLUMNS), dtype=object)

    rules = pd.DataFrame(list(pack.rules), columns=["类别", "规则"], dtype=object)
    whole = f"如有超过{MAX_TEXT:,}字的文本，全文见压缩包内“超长原文.txt”"
    sheets = [
        Sheet("线索清单", listed, DEFINITIONS, wrapped_at=LISTED_WIDTH, note=whole),
        Sheet("证据", evidence, continued=True, note=f"姓名、电话等个人信息已脱敏；{whole}"),
        Sheet("规则说明", rules, wrapped_at=RULE_WIDTH),
    ]
    notes = write_workbook(
        to,
        sheets,
        preface_lines(pack),
        banner=pack.banner,
        made_at=pack.made_at.astimezone(dt.UTC),
        sheet_rows=sheet_rows,
    )
    gathered.notes = tuple(notes)
    return gathered


def preface_lines(pack: LeadPack) -> list[tuple[str, str]]:
    """Return the lines of the first sheet: those given, and what must not be missing.

    Examples
    --------
    >>> import datetime as dt
    >>> pack = LeadPack("A-1", "试", "某局", "某处", "", None, "", (), (), (("来源", "投诉雷达"),), (),
    ...     "张三", dt.datetime(2026, 3, 1, 8), True)
    >>> [name for name, _ in preface_lines(pack)][:4]
    ['来源', '批次编号', '批次名称', '移送单位']
    """
    handed = pack.handed_over_on
    own = (
        ("批次编号", pack.batch_number),
        ("批次名称", pack.title),
        ("移送单位", pack.office_name),
        ("接收单位", pack.recipients),
        ("审核人", pack.reviewer or "未审核"),
        ("移送日期", handed.isoformat() if handed else "未移送"),
        ("批次备注", note_text(pack.note)),
        ("计数口径", f"各线索的诉求、证据合计为件次，{COUNTED}"),
        ("数据版本", pack.generation),
        ("数据性质", "合成数据，与任何真实的人、企业、诉求无关" if pack.synthetic else "登记数据"),
        ("导出人", pack.exported_by),
        ("导出时间", pack.made_text),
        ("使用要求", f"内部资料，不得外传；举报人信息依法保密。{CAUTION}"),
    )
    given = {name for name, _ in pack.preface}
    return [*pack.preface, *(line for line in own if line[1] and line[0] not in given)]


def _row(lead: PackedLead) -> dict[str, Any]:
    return {
        LEAD: lead.number,
        "涉嫌主体": lead.operator_name,
        "统一社会信用代码": lead.uscc,
        "涉嫌行为": conduct_text(lead.conduct),
        "所在地": lead.region,
        "线索价值": round(lead.worth, 1),
        "价值理由": "\n".join(lead.reasons),
        "线索来源": "、".join(lead.sources),
        "诉求件数": lead.submissions,
        "诉求人数": lead.persons,
        "涉及金额（元）": lead.disputed_yuan,
        "最早登记": lead.first_on,
        "最近登记": lead.latest_on,
        "法律依据": "\n".join(basis_text(each) for each in lead.basis) or "未列明，需核对",
        "管辖": lead.jurisdiction,
        "时限": "\n".join(deadline_text(each) for each in lead.deadlines),
        "关联主体": "\n".join(lead.related_firms),
        "建议核查步骤": "\n".join(lead.steps),
        "疑似牟利性投诉材料": lead.serial_note,
        "状态": lead.state,
        "备注": note_text(lead.note),
    }


def _remember(part: pd.DataFrame, gathered: Gathered) -> None:
    """Count evidence by lead and keep the first pieces; refuse what does not belong."""
    columns = tuple(str(name) for name in part.columns)
    if not gathered.columns:
        check_columns(columns)
        gathered.columns = columns
    elif columns != gathered.columns:
        msg = f"evidence changes its columns from {gathered.columns} to {columns}; give all alike"
        raise StrayEvidenceError(msg)
    shown = [name for name in FORM_COLUMNS if name in columns]
    numbers = part[LEAD].tolist()
    if stray := sorted({str(each) for each in numbers if each not in gathered.counts}):
        msg = f"evidence names leads {stray[:5]}, which the batch does not have"
        raise StrayEvidenceError(msg)
    for at, number in enumerate(numbers):
        gathered.counts[number] += 1
        if gathered.counts[number] <= SHOWN:
            words = {name: _words(part[name].iloc[at]) for name in shown}
            gathered.first.setdefault(number, []).append(words)


def _words(value: Any) -> str:  # noqa: ANN401
    found = cell_value(value)
    if isinstance(found, dt.datetime):
        return f"{found:%Y-%m-%d %H:%M}"
    return "" if found is None else str(found)


def _keep_whole(part: pd.DataFrame, sheet: str, gathered: Gathered, file: TextIO) -> None:
    """Write every text that is too long for a cell to a file, with the place it belongs to."""
    named = OWN_NUMBER in part.columns
    for name in part.select_dtypes(include=["object", "string"]).columns:
        long = [
            at
            for at, value in enumerate(part[name].tolist())
            if isinstance(value, str) and too_long(value)
        ]
        for at in long:
            row = part.iloc[at]
            place = f"表“{sheet}”，{LEAD}{row[LEAD]}"
            own = f"，{OWN_NUMBER}{row[OWN_NUMBER]}" if named else ""
            file.write(plain_text(f"【{place}{own}，{name}】\n{row[name]}\n\n"))
            gathered.kept_whole += 1
