"""What the big screen shows, as tables to take away."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from pages.components import explorer_export, exports, labels, screen_rows, trend
from pages.components.boards import Board, View
from pages.components.data import Screen
from pages.components.exports import Sheet, definitions
from queries.dimensions import LEVELS
from queries.measures import MEASURES
from queries.results import Breakdown, Series
from queries.scope import Scope
from queries.selection import Selection

TITLES = {
    "industry": "行业排行",
    "issue_type": "投诉问题排行",
    "operator_id": "涉诉主体排行",
    "channel": "来源渠道",
    "word": "热词",
}
MAP = "区域分布"
COURSE = ("complaints", "tipoffs")


def show(
    found: Screen,
    boards: Mapping[str, Breakdown],
    course: Series,
    selection: Selection,
    scope: Scope,
) -> None:
    """Draw the button that takes away what is on the wall.

    Parameters
    ----------
    boards
        What is ranked or drawn by its members, by level.
    """
    with st.container(key="panel-tools"):
        exports.offer(
            lambda: sheets(found, boards, course, selection),
            selection=selection,
            scope=scope,
            totals=found.totals,
            name="一屏展示",
            key="export",
        )


def sheets(
    found: Screen, boards: Mapping[str, Breakdown], course: Series, selection: Selection
) -> list[Sheet]:
    """Return every table of the wall: all that was read of each, also what has no room on it."""
    return [
        explorer_export.figures(found.totals, screen_rows.TILES),
        stages(boards["status"]),
        *(board(each, selection) for level, each in boards.items() if level != "status"),
        weeks(course),
        notices(found.notable),
    ]


def board(found: Breakdown, selection: Selection) -> Sheet:
    """Return one ranking; of problems, complaints only are counted."""
    title = TITLES.get(found.level, MAP)
    key = LEVELS[found.level].name if found.level in LEVELS else found.level
    view = View(Board(key, title, found.level), found.level)
    made = explorer_export.board(view, found, selection, MEASURES["submissions"])
    if found.level != "issue_type":
        return made
    return replace(made, note="；".join(each for each in ("只计投诉", made.note) if each))


def stages(statuses: Breakdown) -> Sheet:
    """Return how far the submissions are handled."""
    counts = dict(zip(statuses.frame["member"], statuses.frame["submissions"], strict=True))
    rows = {
        name: sum(int(counts.get(status.value, 0)) for status in members)
        for name, members in labels.STAGES.items()
    }
    total = sum(rows.values())
    frame = pd.DataFrame(
        {
            "办理进度": list(rows),
            "诉求量（件）": list(rows.values()),
            "占比": [number / total if total else None for number in rows.values()],
        }
    )
    return Sheet("办理进度", frame, definitions(["submissions"]), shares=frozenset({"占比"}))


def weeks(course: Series) -> Sheet:
    """Return the course by week, beside the year before."""
    frame = course.frame
    columns: dict[str, object] = {
        "起始日": [start.date() for start in frame.index],
        "时段": [trend.bucket_text(start, course.grain) for start in frame.index],
    }
    for name in COURSE:
        label = f"{MEASURES[name].label}（{MEASURES[name].unit}）"
        columns[label] = frame[name].to_numpy()
        if course.compared is not None:
            columns[f"去年同期{label}"] = course.compared[name].to_numpy()
    columns["时段完整"] = ["是" if whole else "否" for whole in frame["complete"]]
    return Sheet(
        "投诉举报走势",
        pd.DataFrame(columns),
        definitions(COURSE),
        note="近13个月按周，不随所选统计期变化；“时段完整”为否的不宜与其他时段比较",
    )


def notices(notable: pd.DataFrame) -> Sheet:
    """Return the submissions of the live list, as far as the wall tells of them."""
    frame = pd.DataFrame(
        [
            (each.when, each.place, each.kind, each.reasons, each.text)
            for each in screen_rows.notice_rows(notable)
        ],
        columns=["登记时间", "区域", "类型", "值得关注的原因", "主体与内容摘要"],
    )
    return Sheet("值得关注的新诉求", frame, note="内容为摘要，已脱敏，全文见诉求明细")
