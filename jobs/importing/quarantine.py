"""The file of refused records: where each came from, why it was refused, and what it said."""

import csv
import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from jobs.importing.tables import Reason, Refused
from queries.generations import GenerationStore

REASON_LABELS = {
    Reason.RAGGED_ROW: "列数与表头不符",
    Reason.BROKEN_QUOTES: "引号不成对或位置不对",
    Reason.BAD_ENCODING: "含有无法解码的字符",
    Reason.MISSING_ID: "缺登记编号或事件编号",
    Reason.MISSING_REGISTERED_AT: "缺登记时间",
    Reason.INVALID_REGISTERED_AT: "登记时间无法识别",
    Reason.FUTURE_REGISTERED_AT: "登记时间在未来",
    Reason.MISSING_KIND: "缺类型",
    Reason.UNKNOWN_KIND: "类型无法识别",
    Reason.MISSING_REQUIRED: "缺必填项",
    Reason.TOO_LONG: "内容超过字段长度",
    Reason.MISSING_OPERATOR: "缺经营主体：既无有效的信用代码，也无名称",
    Reason.MISSING_OCCURRED_ON: "缺发生日期",
    Reason.INVALID_OCCURRED_ON: "发生日期无法识别",
    Reason.FUTURE_OCCURRED_ON: "发生日期在未来",
}
"""What the quarantine file says beside each code."""

OWN_COLUMNS = ("隔离_来源", "隔离_行号", "隔离_原因代码", "隔离_原因", "隔离_字段")
"""Columns before the original ones."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run a cell that begins so."""

_UNFINISHED = ".part"


def safe_cell(text: str | None) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    Examples
    --------
    >>> safe_cell("=HYPERLINK(1)"), safe_cell("退款"), safe_cell(None)
    ("'=HYPERLINK(1)", '退款', '')
    """
    if text is None:
        return ""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


@dataclass(slots=True, eq=False)
class Quarantine:
    """Collects refused records during a run; nothing is kept in memory but the counts.

    Attributes
    ----------
    reasons
        Records by reason.
    """

    folder: Path
    generation: str
    reasons: Counter[Reason] = field(default_factory=Counter)
    _columns: dict[str, None] = field(default_factory=dict)
    _lines: IO[str] | None = None

    def add(self, source: str, refused: Iterable[Refused]) -> None:
        """Put records aside."""
        for each in refused:
            self.reasons[each.reason] += 1
            self._columns.update(dict.fromkeys(each.values))
            if self._lines is None:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._lines = self._draft.open("w+", encoding="utf-8")
            json.dump(
                [
                    source,
                    each.row,
                    each.reason,
                    REASON_LABELS[each.reason],
                    each.field,
                    each.values,
                ],
                self._lines,
                ensure_ascii=False,
            )
            self._lines.write("\n")

    @property
    def _draft(self) -> Path:
        return self.folder / f"{self.generation}.building.jsonl"

    def write(self) -> Path | None:
        """Write the file under a provisional name; None without refused records."""
        if self._lines is None:
            return None
        stamp = dt.datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        path = self.folder / f"{stamp}-{self.generation}.csv{_UNFINISHED}"
        self._lines.seek(0)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*OWN_COLUMNS, *map(safe_cell, self._columns)])
            for line in self._lines:
                *own, values = json.loads(line)
                cells = [values.get(name) for name in self._columns]
                writer.writerow([*map(str, own), *map(safe_cell, cells)])
        self.close()
        return path

    def close(self) -> None:
        """Remove the draft."""
        if self._lines is not None:
            self._lines.close()
            self._draft.unlink(missing_ok=True)
            self._lines = None


def keep(path: Path) -> Path:
    """Give a written quarantine file its final name."""
    return path.rename(path.with_name(path.name.removesuffix(_UNFINISHED)))


def settle(folder: Path, store: GenerationStore) -> None:
    """Deal with files that a killed run left behind.

    One whose generation was published belongs to records that were refused for good: it is kept.
    The others belong to an import that never happened.
    """
    published = {generation.name for generation in store.all()}
    for path in folder.glob(f"*{_UNFINISHED}"):
        named = re.search(r"gen-\d+", path.name)
        if named is not None and named[0] in published:
            keep(path)
        else:
            path.unlink()
