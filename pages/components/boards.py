"""Which leaderboards there are, where each stands, and what a click on one leads to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pages.components import drilling
from pages.components.panels import Click
from queries.scope import Scope
from queries.selection import Selection

WORD = "word"
"""Level of hot words; a word is no member of a dimension but a text to search for."""


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
    aside
        True for a short board, which stands below the charts.
    """

    key: str
    title: str
    top: str
    wide: bool = False
    aside: bool = False


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
    Board("online_platform", "网购平台", "online_platform"),
    Board("kind", "类型", "kind", aside=True),
    Board("sale_mode", "销售方式", "sale_mode", aside=True),
    Board("status", "办理状态", "status", aside=True),
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
