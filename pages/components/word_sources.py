"""Where words come from: the members that submit them, and the first words of each member."""

from collections.abc import Callable, Mapping
from typing import Any

from pages.components import (
    address,
    boards,
    data,
    drilling,
    explorer_clicks,
    grid,
    leaderboards,
    member_names,
    panels,
    wording,
)
from pages.components.boards import WORD, View
from pages.components.grid import Cell, Head, Row
from pages.components.panels import Click
from queries.measures import MEASURES
from queries.scope import Scope
from queries.selection import InvalidSelectionError, Selection

SOURCES = ("region", "industry", "issue")
"""Boards drawn for words searched for."""

SPREADS = {"none": "不展开", "region": "按区域", "industry": "按行业"}
"""What words can be listed by."""

MEMBERS, WORDS_EACH = 10, 6
"""Regions or industries whose words are listed, and words of each; ours."""


def views(asked: Mapping[str, str], selection: Selection, scope: Scope) -> dict[str, View]:
    """Return where the boards of `SOURCES` stand."""
    drill = drilling.read_drill(asked.get("drill", ""))
    found = boards.views(selection, drill, scope)
    return {view.board.key: view for view in found if view.board.key in SOURCES}


def show_boards(shown: Mapping[str, View], selection: Selection, scope: Scope) -> None:
    """Draw where the submissions selected come from."""
    measure = MEASURES["submissions"]
    each_view = list(shown.values())
    counted = leaderboards.fetch(each_view, selection, scope, measure)
    drawn = [
        leaderboards.board_content(view, found, selection, measure)
        for view, found in zip(each_view, counted, strict=True)
    ]
    panels.show(
        "boards",
        {"boards": [each | {"more": False} for each in drawn]},
        key="word_boards",
        on_click=explorer_clicks.on_board(each_view, scope),
    )


def spread(view: View, selection: Selection, scope: Scope) -> dict[str, Any]:
    """Return the first words of each of the largest members, as the panel draws them."""
    key = view.board.key
    largest = data.breakdown(view.base(selection), scope, level=view.level, limit=MEMBERS + 1)
    stated = largest.frame[largest.frame["member"].notna()].head(MEMBERS)
    rows = []
    for code, count in zip(stated["member"], stated["submissions"], strict=True):
        theirs = selection.without(key).with_filter(key, [code])
        words = data.standings(theirs, scope, level=WORD, limit=WORDS_EACH, trend_rows=0).frame
        cells = [
            Cell(f"{word} {value:,.0f}")
            for word, value in zip(words["member"], words["value"], strict=True)
        ]
        cells += [Cell("")] * (WORDS_EACH - len(cells))
        rows.append(
            Row(
                str(code),
                (
                    Cell(member_names.member_text(view.level, str(code))),
                    Cell(wording.count(count)),
                    *cells,
                ),
                selected=code in selection.members(key),
            )
        )
    heads = [Head(leaderboards.level_label(view.level)), Head("诉求量", right=True)]
    heads += [Head(f"第{number}位") for number in range(1, WORDS_EACH + 1)]
    return grid.content(key, "分成员热词", heads, rows, empty="该范围内没有记录")


def on_member(scope: Scope) -> Callable[[Click], None]:
    """Return the answer to clicks on a region or an industry in the table of words."""

    def clicked(click: Click) -> None:
        try:
            address.go(address.current(scope).toggled(click.board, click.code))
        except InvalidSelectionError as error:
            address.refuse(error)

    return clicked
