"""What a batch of case leads holds when it is taken away, and what is refused."""

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pandas as pd

from analytics.masking import scrub_text

BEIJING = ZoneInfo("Asia/Shanghai")

LEAD = "线索编号"
"""Column of the evidence that names the lead."""

EVIDENCE_COLUMNS = (
    LEAD,
    "登记编号",
    "类型",
    "登记时间",
    "诉求人（脱敏）",
    "联系电话（脱敏）",
    "具体问题",
)
"""Columns of the evidence where there is none, and those that the forms show where they are."""

_PERSONAL = re.compile(
    "^(?:诉求人|投诉人|举报人|当事人|姓名|联系人|联系电话|电话|手机|证件|身份证|住址|邮箱)(?!数)"
)
_MASKED = "脱敏"

_SUSPECTED = re.compile("^(?:涉嫌|疑似)+(?=.)", re.DOTALL)

UNCHECKED = "需核对"
UNKNOWN = "未查明"

CAUTION = (
    "以上系根据投诉举报登记数据提出的疑似线索，尚未经核实，"
    "不作为认定违法的依据；法律依据标“需核对”的，引用前请与官方公布文本核对。"
)

COUNTED = "同一诉求涉及多条线索的分别计数"
"""Said of every sum over leads."""

Basis = tuple[str, str | None, str | None, bool]
"""Law, article, penalty, and whether a person checked them against the official text."""

Deadline = tuple[str, dt.date | None, str]
"""Name, last day, and how it stands, in words."""


class EmptyPackError(ValueError):
    """A batch without leads cannot be handed over."""

    def __init__(self, batch_number: str) -> None:
        self.batch_number = batch_number
        super().__init__(
            f"batch {batch_number!r} has no leads, so there is nothing to pack; add a lead first"
        )


class UnmaskedColumnError(ValueError):
    """The evidence has columns of personal data that do not say that they are masked."""

    def __init__(self, columns: list[str]) -> None:
        self.columns = columns
        super().__init__(
            f"evidence columns {columns} hold personal data and are not marked as masked; "
            f"give masked values and name the columns with （{_MASKED}）"
        )


class StrayEvidenceError(ValueError):
    """Evidence names a lead that the batch does not have, or changes its columns midway."""


@dataclass(frozen=True, slots=True)
class PackedLead:
    """One lead as it is handed over, everything in words.

    Attributes
    ----------
    conduct
        Plain name; that it is suspected is said wherever it stands.
    worth
        0-100.
    reasons
        Of the worth: points and what they are for.
    submissions, persons
        How many submissions and how many persons concerned, never who.
    disputed_yuan
        Sum of the amounts that are known; None if none is.
    jurisdiction
        Who is competent, with what has to be checked first.
    serial_note
        Empty, or what is said of material of suspected serial claimants.
    note
        Of the officer; personal data in it are masked on the way out.
    """

    number: str
    operator_name: str
    uscc: str | None
    conduct: str
    region: str
    worth: float
    reasons: tuple[str, ...]
    sources: tuple[str, ...]
    submissions: int
    persons: int
    disputed_yuan: float | None
    first_on: dt.date | None
    latest_on: dt.date | None
    basis: tuple[Basis, ...]
    jurisdiction: str
    deadlines: tuple[Deadline, ...]
    related_firms: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    serial_note: str = ""
    state: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LeadPack:
    """A batch of leads and everything that its files say of it.

    Attributes
    ----------
    recipients
        Units, parted by 、.
    handed_over_on
        None while the batch is being prepared: the letter then leaves its date open.
    evidence
        Tables with Chinese headings, all with the same columns, one of which is `LEAD`; read once,
        part by part, so it may be a generator over more rows than memory holds.
    preface
        Name and text of the lines of the first sheet, such as source, scope, date of the data.
    rules
        Section and text of the rules by which the leads came about.
    exported_at
        With a time zone, or else in Beijing.
    generation
        Of the data.
    reply_by
        Day asked for in the letter; None leaves a blank to fill in.
    """

    batch_number: str
    title: str
    office_name: str
    recipients: str
    reviewer: str
    handed_over_on: dt.date | None
    note: str
    leads: tuple[PackedLead, ...]
    evidence: Iterable[pd.DataFrame]
    preface: tuple[tuple[str, str], ...]
    rules: tuple[tuple[str, str], ...]
    exported_by: str
    exported_at: dt.datetime
    synthetic: bool
    generation: str = ""
    reply_by: dt.date | None = None

    @property
    def made_at(self) -> dt.datetime:
        """The moment of the export, in Beijing."""
        if self.exported_at.tzinfo is None:
            return self.exported_at.replace(tzinfo=BEIJING)
        return self.exported_at.astimezone(BEIJING)

    @property
    def made_text(self) -> str:
        """The moment of the export, in words."""
        return f"{self.made_at:%Y-%m-%d %H:%M}（北京时间）"

    @property
    def banner(self) -> str:
        """What every page says at its top: the batch, who took it away and when."""
        lines = ["合成数据"] if self.synthetic else []
        lines += [
            f"批次{self.batch_number}",
            f"导出人{self.exported_by}",
            f"导出时间{self.made_at:%Y-%m-%d %H:%M}",
        ]
        return "　".join([*lines, "内部资料"])


def check(pack: LeadPack) -> None:
    """Refuse a batch without leads, and one that numbers two leads alike.

    Raises
    ------
    EmptyPackError, ValueError
    """
    if not pack.leads:
        raise EmptyPackError(pack.batch_number)
    counted = Counter(lead.number for lead in pack.leads)
    if twice := sorted(number for number, count in counted.items() if count > 1):
        msg = f"lead numbers {twice} occur more than once in batch {pack.batch_number!r}"
        raise ValueError(msg)


def check_columns(columns: Iterable[str]) -> None:
    """Refuse evidence without numbers of leads, or with personal data not marked as masked.

    Raises
    ------
    StrayEvidenceError, UnmaskedColumnError
    """
    names = list(columns)
    if LEAD not in names:
        msg = f"evidence has no column {LEAD!r}; it has {names}"
        raise StrayEvidenceError(msg)
    if bare := [name for name in names if _PERSONAL.match(name) and _MASKED not in name]:
        raise UnmaskedColumnError(bare)


def basis_text(basis: Basis) -> str:
    """Return a legal basis in words; what no person checked says so.

    Examples
    --------
    >>> basis_text(("广告法", "28、55", None, False))
    '《广告法》第28、55条，处罚幅度未查明（需核对）'
    >>> basis_text(("反不正当竞争法（2025-10-15起施行）", "9", "二百万元以下罚款", True))
    '《反不正当竞争法》（2025-10-15起施行）第9条，处罚幅度：二百万元以下罚款'
    """
    law, article, penalty, checked = basis
    name, bracket, rest = law.partition("（")
    titled = law if law.startswith("《") else f"《{name}》{bracket}{rest}"
    if not article:
        place = f"条款{UNKNOWN}"
    else:
        place = article if article.startswith("第") else f"第{article}条"
    fined = f"处罚幅度：{penalty}" if penalty else f"处罚幅度{UNKNOWN}"
    return f"{titled}{place}，{fined}" + ("" if checked else f"（{UNCHECKED}）")


def conduct_text(conduct: str) -> str:
    """Return the plain name of a conduct, for places that say themselves that it is suspected.

    Examples
    --------
    >>> conduct_text("预付式消费违约、闭店失联"), conduct_text("涉嫌虚假违法广告")
    ('预付式消费违约、闭店失联', '虚假违法广告')
    """
    return _SUSPECTED.sub("", conduct)


def deadline_text(deadline: Deadline) -> str:
    """Return a deadline in words.

    Examples
    --------
    >>> deadline_text(("举报核查", dt.date(2026, 3, 20), "进行中"))
    '举报核查：2026-03-20届满，进行中'
    >>> deadline_text(("调解期限", None, "不适用"))
    '调解期限：不适用'
    """
    name, day, state = deadline
    parts = [*([f"{day.isoformat()}届满"] if day else []), *([state] if state else [])]
    return f"{name}：{'，'.join(parts) or UNKNOWN}"


def yuan_text(amount: float | None) -> str:
    """Return an amount of money in yuan, never shortened.

    Examples
    --------
    >>> yuan_text(12345.5), yuan_text(800.0), yuan_text(None)
    ('12,345.50元', '800元', '未填写')
    """
    if amount is None or not math.isfinite(amount):
        return "未填写"
    return f"{amount:,.2f}".removesuffix(".00") + "元"


def span_text(first: dt.date | None, last: dt.date | None) -> str:
    """Return the days between which evidence was registered, in words.

    Examples
    --------
    >>> span_text(dt.date(2026, 3, 1), dt.date(2026, 4, 2)), span_text(None, None)
    ('2026年3月1日至2026年4月2日', '未查明')
    """
    days = [each for each in (first, last) if each is not None]
    return "至".join(dict.fromkeys(day_text(each) for each in days)) or UNKNOWN


def day_text(day: dt.date) -> str:
    """Return a day as official letters write it.

    Examples
    --------
    >>> day_text(dt.date(2026, 3, 1))
    '2026年3月1日'
    """
    return f"{day.year}年{day.month}月{day.day}日"


def note_text(note: str) -> str:
    """Return what an officer noted, personal data in it masked.

    Examples
    --------
    >>> note_text("先联系举报人，电话13800138000")
    '先联系举报人，电话138****8000'
    """
    return scrub_text(note)
