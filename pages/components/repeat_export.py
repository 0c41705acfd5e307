"""Groups as tables to take away: all of a kind, and what is left out of counts."""

from collections.abc import Sequence

import pandas as pd

from pages.components import data, labels, repeat_data, repeat_groups, wording
from pages.components.exports import Sheet
from pages.components.repeat_data import Groups, LeftOut
from queries.scope import Scope
from queries.selection import Selection
from queries.vocabulary import ExclusionReason


def sheets(selection: Selection, scope: Scope, kind: str) -> Sequence[Sheet]:
    """Return the groups of a kind, and the submissions left out by reason."""
    left = repeat_data.left_out(selection, scope)
    found = repeat_groups.fetch(selection, scope, kind, limit=repeat_data.MAX_GROUPS)
    reasons = labels.VALUES["exclusion_reason"]
    numbers = [left.by_reason.get(reason, 0) for reason in ExclusionReason]
    return [
        Sheet(
            "去重口径剔除",
            pd.DataFrame(
                {
                    "原因": [reasons[reason] for reason in ExclusionReason],
                    "件数": numbers,
                    "占登记诉求": [each / left.total if left.total else None for each in numbers],
                }
            ),
            shares=frozenset({"占登记诉求"}),
            note=(
                f"{repeat_groups.base_text(left, data.status())}"
                "一件只计入一项，依次为多头、重复、牟利性、人工"
            ),
        ),
        Sheet(
            repeat_groups.KINDS[kind].replace("（需核实）", ""),
            repeat_groups.frame_of(found, kind),
            total=found.total,
            note=groups_note(found, left, kind),
        ),
    ]


def groups_note(found: Groups, left: LeftOut, kind: str) -> str:
    """Return what the groups of a table were counted from, how many are in it, and what makes one."""
    unit = "名投诉人" if kind == repeat_groups.CLAIMANT else "组"
    cut = len(found.frame) < found.total
    rest = (
        f"，本表为前{len(found.frame):,}{unit}（每张表最多{repeat_data.MAX_GROUPS:,}{unit}，"
        "本系统设定），请缩小范围后分次导出"
        if cut
        else ""
    )
    return (
        f"{wording.days_text(left.days)}登记的{wording.count(left.total)}诉求中，"
        f"{wording.count(found.selected)}在{found.total:,}{unit}之内{rest}；"
        f"“本期”为其中在此范围内的，“件数”为可见范围内、不限时间；{repeat_groups.RULES[kind]}"
    )
