"""Leaderboards: the members of every dimension in order, each row a filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from pages.components import data, drilling, wording
from pages.components.panels import Click
from queries.dimensions import DIMENSIONS
from queries.measures import Measure
from queries.results import Breakdown
from queries.scope import Scope
from queries.selection import Comparison, Selection

ROWS = 10
"""Members shown on a board before 查看全部."""

MAX_ROWS = 1000
"""Members listed when all are asked for; ours, what a browser scrolls with ease."""

WORD = "word"
"""Level of hot words; a word is no member of a dimension but a text to search for."""

_LEVEL_LABELS = {level.name: level.label for each in DIMENSIONS.values() for level in each.levels}
_LEVEL_LABELS[WORD] = "词语"
COMPARED = {Comparison.PREVIOUS: "环比", Comparison.LAST_YEAR: "同比", Comparison.NONE: ""}


@dataclass(frozen=True, slots=True)
class Board:
    """One leaderboard.

    Attributes
    ----------
    key
        Name of its dimension, or `WORD`.
    top
        Level that it shows before anyone drills down.
    wide
        True for long names: the board takes two columns.
    """

    key: str
    title: str
    top: str
    wide: bool = False


BOARDS = (
    Board("region", "区域", "city_code"),
    Board("industry", "行业", "industry_section"),
    Board("product", "商品服务", "product_category"),
    Board("issue", "问题", "issue_type"),
    Board("operator", "主体", "operator_id", wide=True),
    Board(WORD, "热词", WORD),
    Board("channel", "渠道", "channel"),
    Board("unit", "承办单位", "handling_unit", wide=True),
    Board("business_district", "商圈", "business_district"),
    Board("status", "办理状态", "status"),
    Board("online_platform", "网购平台", "online_platform"),
    Board("sale_mode", "销售方式", "sale_mode"),
    Board("kind", "类型", "kind"),
)
"""Every board of the explorer, in reading order."""


@dataclass(frozen=True, slots=True)
class View:
    """Where a board stands.

    Attributes
    ----------
    level
        Level of its rows.
    within
        Member whose children it lists, None at the top.
    """

    board: Board
    level: str
    within: str | None = None

    def base(self, selection: Selection) -> Selection:
        """Return the selection under which the rows are counted.

        The board's own choices are lifted by the read, so that what was not chosen stays in
        sight; a board inside a member keeps to that member.
        """
        if self.within is None:
            return selection
        return selection.with_filter(self.board.key, [self.within])


def top_level(board: Board, scope: Scope) -> str:
    """Return the level at which ``board`` starts for a viewer: below a single region of rights.

    Examples
    --------
    >>> top_level(BOARDS[0], Scope(regions=("420100",)))
    'county_code'
    """
    if board.key == "region" and len(scope.regions) == 1 and not scope.everything:
        below = drilling.level_below("region", scope.regions[0])
        return below or "street_code"
    return board.top


def views(selection: Selection, drill: Mapping[str, str], scope: Scope) -> tuple[View, ...]:
    """Return where every board stands under this selection."""
    found = []
    for board in BOARDS:
        top = top_level(board, scope)
        members = selection.members(board.key)
        within = drilling.inside(board.key, members, drill, top=top)
        below = drilling.level_below(board.key, within) if within else None
        found.append(View(board, below, within) if below else View(board, top))
    return tuple(found)


def heads(measure: Measure, comparison: Comparison) -> tuple[str, str, str]:
    """Return the names of a board's three columns of figures."""
    compared = COMPARED[comparison]
    if compared and measure.unit == "%":
        compared += "(点)"
    return (measure.label, "占比" if measure.denominator is None else "诉求量", compared)


def board_content(
    view: View, found: Breakdown, selection: Selection, measure: Measure, *, limit: int = ROWS
) -> dict[str, Any]:
    """Return one board as the panel draws it.

    Parameters
    ----------
    found
        Counted under ``view.base(selection)``, ordered by ``measure``; for a rate it also carries
        ``submissions``, its base.
    limit
        Rows to show.
    """
    frame = found.frame.head(limit)
    context = _Rows(
        view,
        measure,
        selection.comparison,
        *_choices(view, selection),
        largest=frame[measure.name].max() if len(frame) else 0.0,
    )
    rows = [_row(record, context) for record in frame.to_dict("records")]
    cut = found.members > len(rows)
    return {
        "key": view.board.key,
        "title": view.board.title,
        "level": _LEVEL_LABELS[view.level],
        "wide": view.board.wide,
        "heads": heads(measure, selection.comparison),
        "crumbs": _crumbs(view),
        "rows": rows,
        "note": f"前{len(rows)}，共{found.members:,}个" if cut else f"共{found.members:,}个",
        "more": cut,
        "chosen": any(row["selected"] for row in rows),
        "excludes": view.board.key in DIMENSIONS,
        "empty": "该范围内没有记录",
    }


def _choices(view: View, selection: Selection) -> tuple[frozenset[str], frozenset[str]]:
    if view.board.key == WORD:
        return frozenset(selection.text.split()), frozenset()
    key = view.board.key
    return frozenset(selection.members(key)), frozenset(selection.members(key, exclude=True))


@dataclass(frozen=True, slots=True)
class _Rows:
    """What all rows of one board share."""

    view: View
    measure: Measure
    comparison: Comparison
    chosen: frozenset[str]
    left_out: frozenset[str]
    largest: float


def _row(record: Mapping[Any, Any], shared: _Rows) -> dict[str, Any]:
    measure, view = shared.measure, shared.view
    stated = not pd.isna(record["member"])
    code = str(record["member"]) if stated else ""
    text = member_text(view.level, code, record.get("name"))
    value = record[measure.name]
    compared = record.get(f"{measure.name}_compared")
    change = wording.change(measure.name, value, compared)
    second = wording.percent(record.get("share"))
    if measure.denominator is not None:
        second = wording.count(record.get("submissions"), unit="")
    against = COMPARED[shared.comparison]
    usable = view.board.key == WORD or drilling.is_member(view.board.key, code)
    hint = f"{text}：{measure.label}{wording.figure(measure.name, value)}"
    if against and compared is not None:
        hint += f"，{against}{change.text}（原{wording.figure(measure.name, compared)}）"
    return {
        "code": code,
        "label": text,
        "value": short_figure(measure, value),
        "share": second,
        "change": change.text.removesuffix("个百分点") if against else "",
        "tone": change.tone,
        "bar": float(value / shared.largest) if shared.largest > 0 and value > 0 else 0.0,
        "hint": hint,
        "selected": stated and code in shared.chosen,
        "excluded": code in shared.left_out,
        "usable": stated and usable,
        "drills": stated and usable and drilling.level_below(view.board.key, code) is not None,
    }


def member_text(level: str, code: str, name: object = None) -> str:
    """Return what stands for a member: its stored name where it has one, else its label."""
    if isinstance(name, str) and name:
        return name
    return wording.label(level, code or None)


def short_figure(measure: Measure, value: float | None) -> str:
    """Return a figure whose unit the column's head already tells.

    Examples
    --------
    >>> from queries.measures import MEASURES
    >>> short_figure(MEASURES["complaints"], 1234), short_figure(MEASURES["closure_rate"], 0.9)
    ('1,234', '90.0%')
    """
    return wording.figure(measure.name, value).removesuffix("件")


def _crumbs(view: View) -> list[dict[str, str]]:
    if view.within is None:
        return []
    path = drilling.trail(view.board.key, view.within)
    names = [level.name for level in DIMENSIONS[view.board.key].levels]
    dimension = DIMENSIONS[view.board.key]
    below_top = [
        code for code in path if names.index(dimension.level_of(code).name) >= names.index(view.board.top)
    ]
    return [{"code": "", "label": "全部"}] + [
        {"code": code, "label": wording.label(dimension.level_of(code).name, code)}
        for code in below_top or path[-1:]
    ]


@dataclass(frozen=True, slots=True)
class Turn:
    """What a click leads to: the new selection, and which boards are drilled into."""

    selection: Selection
    drill: Mapping[str, str]


def after(click: Click, view: View, selection: Selection, drill: Mapping[str, str]) -> Turn:
    """Return what a click on a board makes of the page.

    Raises
    ------
    InvalidSelectionError
        If the click carries a code that the board's dimension cannot have.

    Examples
    --------
    >>> turn = after(Click("drill", "region", "420100"), View(BOARDS[0], "city_code"), Selection(), {})
    >>> turn.selection.members("region"), turn.drill
    (('420100',), {'region': '420100'})
    """
    key, code = view.board.key, click.code
    others = {name: each for name, each in drill.items() if name != key}
    if key == WORD:
        terms = selection.text.split()
        kept = [term for term in terms if term != code]
        text = " ".join(kept if code in terms else [*terms, code])
        return Turn(replace(selection, text=text), drill)
    if click.act == "exclude":
        return Turn(drilling.excluded(selection, key, code, view.within), drill)
    if click.act in ("drill", "up"):
        entered = drilling.entered(selection, key, code or None)
        return Turn(entered, others | {key: code} if code else others)
    return Turn(drilling.toggled(selection, key, code, view.within), drill)


def fetch(
    shown: Sequence[View], selection: Selection, scope: Scope, measure: Measure, *, limit: int = ROWS
) -> list[Breakdown]:
    """Count the members of every board: those at the top in one question, each other in its own."""
    names = tuple(dict.fromkeys((measure.name, "submissions")))
    at_top = [view.level for view in shown if view.within is None]
    found = data.breakdowns(selection, scope, levels=at_top, measures=names, limit=limit)
    return [
        found[view.level]
        if view.within is None
        else data.breakdown(
            view.base(selection), scope, level=view.level, measures=names, limit=limit
        )
        for view in shown
    ]
