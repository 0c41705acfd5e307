"""A change taken apart, in tables: what explains it best, and all members of one level."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from analytics.attribution import OTHERS, attribute_change
from pages.components import (
    address,
    change_finding,
    change_levels,
    focus_address,
    grid,
    waterfall,
    wording,
)
from pages.components.change_finding import Finding
from pages.components.grid import Cell, Head, Row, Tool
from pages.components.panels import Click
from pages.components.waterfall import Part
from queries.dimensions import LEVELS
from queries.scope import Scope
from queries.selection import InvalidSelectionError, Selection

EXPLANATIONS = 15
"""Explanations listed; ours."""

OPPOSING = 5
"""Of these, the most that moved against the whole; ours."""

MEMBERS = 30
"""Members listed of one level; ours, the rest is told together."""

KEY_MARK = "@"
"""Stands between level and member in the code of a row."""


def keys(found: Finding) -> dict[str, str]:
    """Return the levels and pairs by which the change can be shown, that of the sentence first."""
    told = change_finding.foremost(found)
    first = [] if told is None else [told["key"]]
    ordered = list(dict.fromkeys([*first, *found.explanations["key"], *found.frames]))
    return {
        str(key): change_levels.key_label(str(key)) for key in ordered if str(key) in found.frames
    }


def attributed(found: Finding, key: str) -> pd.DataFrame:
    """Return what every member of a level or pair adds to the change, largest first."""
    frame = attribute_change(found.frames[key]).reset_index()
    stated = frame["member"].astype(object)
    frame["member"] = stated.where(stated.notna(), None)
    order = frame.assign(size=-frame["contribution"].abs(), code=frame["member"].fillna("~"))
    return frame.loc[order.sort_values(["size", "code"]).index].reset_index(drop=True)


def listed(found: Finding) -> pd.DataFrame:
    """Return the explanations listed: what moved with the whole, then against it, then by chance.

    Returns
    -------
    pandas.DataFrame
        ``key``, ``member`` and ``mark``: what is said beside the level, empty for an explanation.
    """
    rows = found.explanations
    against = change_finding.opposing(found).head(OPPOSING).assign(mark="（与总体相反）")
    room = EXPLANATIONS - len(against)
    along = rows[rows["score"] > 0].head(room).assign(mark="")
    weak = rows[~(rows["score"] > 0)].head(room - len(along)).assign(mark="（不显著）")
    shown = pd.concat([along, against, weak], ignore_index=True)
    shown["member"] = shown["member"].astype(object).where(shown["member"].notna(), None)
    return shown.drop_duplicates(["key", "member"])[["key", "member", "mark"]]


def names_of(found: Finding, frame: pd.DataFrame, key: str, scope: Scope) -> dict[str, str]:
    """Return the names of the operators in the explanations listed and in this level's members."""
    members = frame.head(MEMBERS).assign(key=key)
    first = listed(found)
    shown = pd.concat([members[["key", "member"]], first[["key", "member"]]]).drop_duplicates()
    return change_finding.names_of(shown, scope)


def parts_of(frame: pd.DataFrame, key: str, names: Mapping[str, str]) -> tuple[Part, ...]:
    """Return the largest parts of a change as the waterfall draws them; the others are its rest.

    Parameters
    ----------
    frame
        As from `attributed`.
    """
    first = frame[frame["member"] != OTHERS].head(MEMBERS)
    return tuple(
        Part(
            change_levels.member_label(key, member, names),
            f"{key}{KEY_MARK}{member}" if change_levels.is_stated(key, member) else "",
            float(contribution),
        )
        for member, contribution in zip(first["member"], first["contribution"], strict=True)
    )


def explanation_table(
    found: Finding, selection: Selection, names: Mapping[str, str], then: str
) -> dict[str, object]:
    """Return the best explanations as the panel draws them; a click on one is a filter."""
    first = listed(found)
    own = {str(key): attribute_change(found.frames[str(key)]) for key in first["key"].unique()}
    rows = []
    for record in first.to_dict("records"):
        key, member = str(record["key"]), record["member"]
        members = found.frames[key]["member"]
        place = int((members.isna() if member is None else members == member).argmax())
        row = own[key].iloc[place]
        rows.append(
            _row(
                found,
                key,
                member,
                row,
                selection=selection,
                names=names,
                mark=record["mark"],
            )
        )
    return grid.content(
        "explanation",
        "变动解释",
        _heads(found, then, with_key=True),
        rows,
        empty="没有可比较的成员",
    )


def member_table(
    found: Finding,
    frame: pd.DataFrame,
    key: str,
    selection: Selection,
    *,
    names: Mapping[str, str],
    then: str,
) -> dict[str, object]:
    """Return the members of one level as the panel draws them, largest contribution first.

    Parameters
    ----------
    frame
        As from `attributed`.
    """
    rows = [
        _row(found, key, record["member"], pd.Series(record), selection=selection, names=names)
        for record in frame.head(MEMBERS).to_dict("records")
    ]
    return grid.content(
        "member",
        change_levels.key_label(key),
        _heads(found, then, label=change_levels.key_label(key)),
        rows,
        empty="没有可比较的成员",
    )


def _heads(
    found: Finding, then: str, *, label: str = "成员", with_key: bool = False
) -> Sequence[Head]:
    heads = [Head("解释项" if with_key else label)]
    if with_key:
        heads.append(Head("维度"))
    heads += [
        Head(then, right=True),
        Head("本期", right=True),
        Head("贡献", right=True, hint="该成员使总量变动了多少；同一维度内各成员之和等于总变动"),
        Head(
            "占总变动", right=True, hint="与总变动方向相反的成员为负，因此其他成员之和可以超过100%"
        ),
    ]
    if found.is_rate:
        heads += [
            Head("自身变化", right=True, hint="该成员自身比率变化的贡献"),
            Head("结构变化", right=True, hint="该成员在基数中所占比重变化的贡献"),
        ]
    heads.append(Head("推算值", right=True, hint="若与其余部分同幅变动，该成员本期应有的数值"))
    heads.append(Head("超出推算", right=True, hint="本期数值减推算值"))
    return heads


def _row(
    found: Finding,
    key: str,
    member: str | None,
    row: "pd.Series[float]",
    *,
    selection: Selection,
    names: Mapping[str, str],
    mark: str | None = None,
) -> Row:
    measure = found.measure
    member = None if pd.isna(member) else member
    usable = member is not None and change_levels.is_stated(key, member)
    label = Cell(change_levels.member_label(key, member, names))
    cells = [label]
    if mark is not None:
        cells.append(Cell(f"{change_levels.key_label(key)}{mark}"))
    cells += [
        Cell(wording.figure(measure.name, row["before"])),
        Cell(wording.figure(measure.name, row["value"])),
        Cell(waterfall.signed(measure, row["contribution"]), _tone(found, row["contribution"])),
        Cell(wording.percent(row["share_of_change"])),
    ]
    if found.is_rate:
        cells += [Cell(_signed(found, row[each])) for each in ("within", "mix")]
    cells.append(Cell(wording.figure(measure.name, row["expected"])))
    cells.append(Cell(_signed(found, row["excess"])))
    chosen = usable and change_levels.is_chosen(selection, key, str(member))
    tools = (Tool("focus", "聚焦"),) if usable and key in LEVELS else ()
    return Row(
        f"{key}{KEY_MARK}{member}", tuple(cells), usable=usable, selected=chosen, tools=tools
    )


def _signed(found: Finding, value: float) -> str:
    return wording.UNKNOWN if pd.isna(value) else waterfall.signed(found.measure, value)


def _tone(found: Finding, change: float) -> str:
    good = found.measure.good
    if good is None or change == 0 or pd.isna(change):
        return "neutral"
    return "good" if (change > 0) == (good == "up") else "bad"


def on_member(scope: Scope) -> Callable[[Click], None]:
    """Return the answer to clicks on a row: the selection limited to its member, or freed of it."""

    def clicked(click: Click) -> None:
        key, _, member = click.code.partition(KEY_MARK)
        if click.act == "focus" and change_levels.is_member(key, member):
            focus_address.enter(LEVELS[key].name, member, scope)
        elif click.act == "toggle":
            choose(click.code, scope)

    return clicked


def choose(code: str, scope: Scope) -> None:
    """Limit the selection to a member, the ``code`` of a row or a bar; a forged one is told."""
    key, _, member = code.partition(KEY_MARK)
    if not change_levels.is_member(key, member):
        return
    try:
        address.go(change_levels.narrowed(address.current(scope), key, member))
    except InvalidSelectionError as error:
        address.refuse(error)
