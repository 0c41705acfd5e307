"""A change taken apart, as tables to take away."""

from collections.abc import Sequence

import pandas as pd

from pages.components import change_finding, change_levels, change_tables, judgement
from pages.components.change_finding import Finding
from pages.components.exports import Sheet, definitions
from queries.measures import Measure
from queries.scope import Scope
from queries.selection import Selection

COLUMNS = {
    "before": "比较期",
    "value": "本期",
    "contribution": "贡献",
    "share_of_change": "占总变动",
    "within": "自身变化",
    "mix": "结构变化",
    "expected": "推算值",
    "excess": "超出推算",
}


def sheets(selection: Selection, scope: Scope, measure: Measure, *, key: str) -> Sequence[Sheet]:
    """Return the explanations, and all members of the level or pair that the page shows."""
    found = change_finding.find(selection, scope, measure)
    members = change_tables.attributed(found, key)
    names = change_tables.names_of(found, members, key, scope)
    summary = judgement.sentence(selection, scope, measure=measure.name) or ""
    explained = (
        pd.concat(
            [_explanation(found, str(each), member) for each, member in _explanations(found)],
            ignore_index=True,
        )
        if len(found.explanations)
        else members.head(0).assign(key="")
    )
    return [
        _sheet(
            "变动解释", explained, found, names, note=f"{summary}各行维度不同，相互重叠，不能相加"
        ),
        _sheet(
            "分解明细",
            members.assign(key=key),
            found,
            names,
            note="各成员贡献之和等于总变动；贡献为算术分解，不等于变动的原因",
        ),
    ]


def _explanations(found: Finding) -> list[tuple[object, object]]:
    first = change_tables.listed(found)
    return list(zip(first["key"], first["member"], strict=True))


def _explanation(found: Finding, key: str, member: object) -> pd.DataFrame:
    frame = change_tables.attributed(found, key)
    own = frame["member"].isna() if member is None else frame["member"] == member
    return frame[own].assign(key=key)


def _sheet(
    title: str, frame: pd.DataFrame, found: Finding, names: dict[str, str], *, note: str
) -> Sheet:
    members = list(zip(frame["key"], frame["member"], strict=True))
    columns: dict[str, object] = {
        "维度": [change_levels.key_label(key) for key, _ in members],
        "成员": [change_levels.member_label(key, member, names) for key, member in members],
        "代码": ["" if member is None else member for _, member in members],
    }
    shown = {name: label for name, label in COLUMNS.items() if name in frame}
    columns |= {label: frame[name].to_numpy() for name, label in shown.items()}
    shares = {"占总变动"}
    if found.measure.unit == "%":
        shares |= set(shown.values())
    return Sheet(
        title,
        pd.DataFrame(columns),
        definitions([found.measure.name]),
        shares=frozenset(shares),
        note=note,
    )
