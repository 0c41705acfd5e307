"""One cluster: what it says, when, where, and by whom it is said."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from analytics.cluster_levels import unlike
from pages.components import (
    address,
    axes,
    choices,
    cluster_table,
    cluster_view,
    exports,
    listing,
    paging,
    palettes,
    panels,
    render,
    tables,
    wording,
)
from pages.components import findings_data as found_data
from pages.components.palettes import Palette
from pages.components.panels import Click
from pages.components.render import Option
from queries.dimensions import LEVELS
from queries.results import SubmissionPage
from queries.scope import Scope
from queries.selection import InvalidSelectionError, Selection

SHOWN = {
    "central": "最有代表性",
    "unlike": "各不相同",
    "far": "离中心最远",
    "newest": "全部（最新在前）",
}
"""Which submissions of a cluster are listed."""

ROWS = 10
"""Submissions listed of a cluster; ours."""

CANDIDATES = 200
"""Submissions among which unlike ones are looked for; ours."""

COPIES = 6
"""Times as many are read as are listed, so that of equal texts one is shown."""

_OPENED = "cluster_detail.opened"


def show(
    cluster: "pd.Series[Any]",
    points: pd.DataFrame,
    selection: Selection,
    scope: Scope,
    *,
    level: str,
    asked: Mapping[str, str],
) -> None:
    """Draw a cluster: the submissions that stand for it, its course, where it comes from."""
    keys = cluster["keys"]
    left, right = st.columns([62, 38], gap="small")
    with left:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown("**该类诉求** 点击查看全过程", width="content")
            order = choices.choose("show", SHOWN, asked, label="列出哪些诉求")
        if order == "newest":
            _pages(keys, selection, scope, level=level, asked=asked)
        else:
            frame, total = _listed(order, keys, points, selection, scope, level=level)
            _table(frame, key=f"cluster_list_{order}")
            st.caption(
                f"该类在当前筛选下共{wording.count(total)}，列出{len(frame)}件；"
                f"内容相同的只列一件。{_note(order)}"
            )
    with right:
        course = found_data.cluster_course(selection, scope, level=level, keys=keys)
        st.markdown("**走势** :small[聚类覆盖的各日，不随统计期变化]")
        caption = exports.plain_caption(
            f"聚类“{cluster_view.title(cluster)}”走势，聚类覆盖的各日，不随统计期变化；",
            measures=("submissions",),
        )
        render.show(
            exports.savable(
                course_chart(course, palette=palettes.current()),
                name="聚类走势",
                caption=caption,
            ),
            key="cluster_course",
            height=170 + exports.height_of(caption),
        )
        for by in cluster_table.BESIDE:
            _origin(by, keys, selection, scope, level=level)
    for column, by in zip(st.columns(2, gap="small"), cluster_table.BELOW, strict=True):
        with column:
            _origin(by, keys, selection, scope, level=level)


def show_outliers(keys: Sequence[str], selection: Selection, scope: Scope, *, level: str) -> None:
    """Draw the submissions that are farthest from the centre of every cluster."""
    st.markdown("**离群诉求** :small[离各类中心都远，可能是误归或新苗头，点击查看全过程]")
    page = found_data.cluster_members(
        selection, scope, level=level, keys=keys, order="far", page_size=ROWS * COPIES
    )
    _table(_each_once(page.frame), key="cluster_outliers")


def _pages(
    keys: tuple[str, ...],
    selection: Selection,
    scope: Scope,
    *,
    level: str,
    asked: Mapping[str, str],
) -> None:
    """Draw all submissions of a cluster, the latest first, page by page."""

    def read(number: int) -> SubmissionPage:
        return found_data.cluster_members(
            selection, scope, level=level, keys=keys, order="newest", page=number, page_size=ROWS
        )

    page = read(listing.place(asked).number)
    if page.page > page.pages:
        page = read(page.pages)
    _table(page.frame, key="cluster_list_newest")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":small[{listing.span_text(page)}]", width="content")
        paging.choose(page.page, page.pages, key="list.page")


def _origin(
    by: str, keys: tuple[str, ...], selection: Selection, scope: Scope, *, level: str
) -> None:
    counted = found_data.cluster_members_by(selection, scope, level=level, keys=keys, by=by)
    panels.show(
        "grid",
        cluster_table.origin(counted),
        key=f"cluster_by_{by}",
        on_click=_on_member(scope),
    )


def _note(order: str) -> str:
    if order == "far":
        return "先列离群的，可能是误归或新苗头，需人工判断。"
    if order == "unlike":
        return "在地图上彼此相距最远的几件，用来看该类的宽窄。"
    return ""


def _listed(
    order: str,
    keys: tuple[str, ...],
    points: pd.DataFrame,
    selection: Selection,
    scope: Scope,
    *,
    level: str,
) -> tuple[pd.DataFrame, int]:
    if order == "unlike":
        first = found_data.cluster_members(
            selection, scope, level=level, keys=keys, order="central", page_size=1
        )
        own = points[points["cluster_key"].isin(keys)].sort_values(["distance", "submission_key"])
        spread = own.iloc[:: max(1, len(own) // CANDIDATES)]
        chosen = spread.iloc[unlike(spread, number=ROWS)]["submission_key"].tolist()
        return _each_once(found_data.cluster_listed(selection, scope, chosen)), first.total
    page = found_data.cluster_members(
        selection, scope, level=level, keys=keys, order=order, page_size=ROWS * COPIES
    )
    return _each_once(page.frame), page.total


def _each_once(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop_duplicates("narrative").head(ROWS)


def _table(frame: pd.DataFrame, *, key: str) -> None:
    opened = st.session_state.pop(_OPENED, None)
    if isinstance(opened, str):
        st.switch_page("pages/submissions.py", query_params={"id": opened})
    kept = [
        cell
        for cell in listing.CELLS
        if cell.head in {"登记时间", "区域与渠道", "主体与承办单位", "具体问题"}
    ]
    panels.show("table", tables.content(listing.named(frame), kept), key=key, on_click=_clicked)


def _clicked(click: Click) -> None:
    """Remember what to open: a page is left in a run, not in the answer to a click."""
    if click.act == "open":
        st.session_state[_OPENED] = click.code


def _on_member(scope: Scope) -> Callable[[Click], None]:
    def clicked(click: Click) -> None:
        dimension = LEVELS.get(click.board)
        if dimension is None or not click.code:
            return
        try:
            address.go(address.current(scope).toggled(dimension.name, click.code))
        except InvalidSelectionError as error:
            address.refuse(error)

    return clicked


def course_chart(course: "pd.Series[int]", *, palette: Palette) -> Option:
    """Draw the submissions of each day as bars."""
    text = {"fontSize": 11, "color": palette.faint}
    return {
        "grid": {"left": 6, "right": 10, "top": 30, "bottom": 4, "outerBoundsMode": "same"},
        "tooltip": {"trigger": "axis", "textStyle": {"fontSize": 12}},
        "xAxis": {
            "type": "category",
            "data": [f"{day:%m-%d}" for day in course.index],
            "axisLabel": text,
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": palette.line}},
        },
        "yAxis": axes.value_axis(palette, unit="件", splits=3),
        "series": [
            {
                "type": "bar",
                "name": "诉求量（件）",
                "data": course.tolist(),
                "color": palette.series[0],
            }
        ],
    }


def heading(cluster: "pd.Series[Any]") -> str:
    """Return what a cluster is, in one line."""
    words = "、".join(cluster["words"])
    first = cluster["first_day"]
    since = "" if pd.isna(first) else f"；首次出现在数据截至{wording.date_text(first)}的聚类"
    return (
        f"**{cluster_view.as_text(cluster_view.title(cluster))}** "
        f":small[{wording.count(cluster['submissions'])}，占{wording.percent(cluster['share'])}；"
        f"标签词：{cluster_view.as_text(words)}{since}]"
    )
