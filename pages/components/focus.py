"""Focus mode: everything of one member in place of the page's body."""

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components import (
    boards,
    data,
    drilling,
    explorer_clicks,
    explorer_export,
    exports,
    figures,
    focus_address,
    judgement,
    leaderboards,
    member_names,
    newest,
    panels,
    period_trend,
    render,
    trend,
    wording,
)
from pages.components.boards import View
from pages.components.focus_address import Member
from pages.components.panels import Click
from pages.components.selection_bar import operator_names
from queries.dimensions import DIMENSIONS
from queries.measures import Measure
from queries.scope import Scope
from queries.selection import Selection

OTHER_BOARDS = (
    "region",
    "industry",
    "product",
    "issue",
    "operator",
    boards.WORD,
    "channel",
    "unit",
    "business_district",
)
"""Boards of the other dimensions, in reading order."""


BESIDE = 2
"""Boards beside the course; the others stand below both."""

WIDTH = 380
"""Of the course, in pixels on a screen of 1366."""

ROWS = 8
"""Members on a board; ours, as high as the course."""


def show(member: Member, selection: Selection, scope: Scope, measure: Measure) -> None:
    """Draw the member's figures, course, other dimensions, words and newest submissions.

    Parameters
    ----------
    selection
        The page's; what it says of the member's own dimension gives way.
    """
    focused = member.within(selection)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("返回", icon=":material/arrow_back:", key="focus.back", on_click=_back)
        st.markdown(f"**聚焦{_title(member, focused, scope)}**", width="content")
        st.page_link(
            "pages/submissions.py",
            label="查看该对象诉求明细",
            icon=":material/arrow_forward:",
            query_params=focused.to_query(),
        )
        if member.dimension == "operator":
            st.page_link(
                "pages/operator.py",
                label="一企一档",
                icon=":material/badge:",
                query_params={"id": member.code},
            )
    st.caption(base_text(member, selection, scope))
    judgement.show(focused, scope, measure.name)
    totals = data.totals(focused, scope, measures=figures.FIGURES)
    figures.show(focused, scope, chosen=measure)
    left, right = st.columns([38, 62], gap="small")
    with left:
        period_trend.show(focused, scope, measure, key="focus_trend", totals=totals, width=WIDTH)
    shown = views_of(member, focused, scope)
    _show_boards(member, shown, focused, scope, measure, beside=right)
    exports.offer(
        lambda: explorer_export.sheets(
            shown, focused, scope, measure, kpis=figures.FIGURES, grain=trend.grain(totals.days)
        ),
        selection=focused,
        scope=scope,
        totals=totals,
        name=f"聚焦{DIMENSIONS[member.dimension].label}",
        key="export",
    )
    newest.show(focused, scope, key="focus_newest")


def _back() -> None:
    focus_address.leave()


def _title(member: Member, focused: Selection, scope: Scope) -> str:
    names = operator_names(focused, scope) if member.dimension == "operator" else {}
    return f"{DIMENSIONS[member.dimension].label}：{render.as_label(name_of(member, names))}"


def name_of(member: Member, names: Mapping[str, str]) -> str:
    """Return the names of the member and of what it lies in, from the top down.

    Parameters
    ----------
    names
        Operators' names by id, as far as the viewer may see them.

    Examples
    --------
    >>> name_of(Member("issue", "C03-01"), {})
    '售后服务 › 不履行三包'
    """
    dimension = DIMENSIONS[member.dimension]
    codes = (
        drilling.trail(member.dimension, member.code)
        if member.dimension in drilling.DRILLED
        else (member.code,)
    )
    return " › ".join(
        member_names.member_text(dimension.level_of(code).name, code, names.get(code))
        for code in codes
    )


def base_text(member: Member, selection: Selection, scope: Scope) -> str:
    """Return how much of what the page counts is this member's."""
    own = data.totals(member.within(selection), scope, measures=figures.FIGURES)
    whole = data.totals(
        selection.without(member.dimension), scope, measures=figures.FIGURES
    ).current["submissions"]
    counted = own.current["submissions"]
    share = wording.percent(counted / whole if whole else None)
    return (
        f"统计期{wording.days_text(own.days)}，诉求{wording.count(counted)}，"
        f"占同条件下全部{wording.count(whole)}的{share}；"
        f"数据截至{wording.date_text(data.status().last_day)}。"
    )


def views_of(member: Member, focused: Selection, scope: Scope) -> tuple[View, ...]:
    """Return the boards drawn: what lies below the member first, then the other dimensions."""
    found = {view.board.key: view for view in boards.views(focused, {}, scope)}
    shown = [found[key] for key in OTHER_BOARDS if key != member.dimension]
    below = drilling.level_below(member.dimension, member.code)
    if below is not None:
        shown.insert(0, View(found[member.dimension].board, below, member.code))
    return tuple(shown)


def _show_boards(
    member: Member,
    shown: Sequence[View],
    focused: Selection,
    scope: Scope,
    measure: Measure,
    *,
    beside: DeltaGenerator,
) -> None:
    counted = leaderboards.fetch(shown, focused, scope, measure, limit=ROWS)
    on_others = explorer_clicks.on_board(
        [view for view in shown if view.board.key != member.dimension], scope
    )

    def clicked(click: Click) -> None:
        if click.board == member.dimension and click.act in ("toggle", "drill", "up"):
            focus_address.enter(member.dimension, click.code or member.code, scope)
        else:
            on_others(click)

    drawn = [
        leaderboards.board_content(view, found, focused, measure, limit=ROWS) | {"more": False}
        for view, found in zip(shown, counted, strict=True)
    ]
    for each in drawn:
        if each["key"] == member.dimension:
            each |= {"excludes": False, "crumbs": [], "title": f"{each['level']}（点击聚焦）"}
    with beside:
        first = {"boards": drawn[:BESIDE]}
        panels.show("boards", first, key="focus_boards_beside", on_click=clicked)
    panels.show("boards", {"boards": drawn[BESIDE:]}, key="focus_boards", on_click=clicked)
