"""The calendar of events: a year's events in a table, own ones open for a change."""

import datetime as dt
from typing import Any

from pages.components import grid, marks, occasions, wording
from pages.components.access import Role, Viewer
from pages.components.grid import Cell, Head, Row
from pages.components.store import Event
from queries.results import DataStatus
from queries.selection import DateRange
from queries.vocabulary import EventKind

BOARD = "events"
ALL_REGIONS = "全部区域"

HEADS = (
    Head("日期", width=230),
    Head("事件", width=180),
    Head("类别", width=100),
    Head("适用区域", width=100),
    Head("说明", wrap=True),
    Head("来源", width=120),
)


def years(status: DataStatus) -> list[int]:
    """Return the years to choose from, newest first: those of the data and the next one.

    Examples
    --------
    >>> years(DataStatus("g", dt.date(2025, 7, 1), dt.date(2026, 3, 1), None, 5, False))
    [2027, 2026, 2025]
    """
    known = occasions.holidays_known_to()
    first = status.first_day.year if status.first_day else known
    last = status.last_day.year + 1 if status.last_day else known
    return list(range(last, first - 1, -1))


def chosen_year(asked: str, status: DataStatus) -> int:
    """Return the year that an address names, that of the newest data if it names none."""
    offered = years(status)
    newest = status.last_day.year if status.last_day else offered[0]
    return next((year for year in offered if str(year) == asked), newest)


def of_year(year: int, viewer: Viewer, kind: EventKind | None = None) -> tuple[Event, ...]:
    """Return the events of a year that concern a viewer, of one kind or of all."""
    days = DateRange(dt.date(year, 1, 1), dt.date(year, 12, 31))
    found = marks.events_in(days, viewer.scope)
    return tuple(each for each in found if kind is None or each.kind is kind)


def may_write(viewer: Viewer) -> bool:
    """Tell whether a viewer enters events."""
    return viewer.role is Role.ANALYST


def is_own(event: Event, viewer: Viewer) -> bool:
    """Tell whether a viewer may change an event: an analyst who entered it."""
    return may_write(viewer) and event.event_id is not None and event.created_by == viewer.name


def content(found: tuple[Event, ...], viewer: Viewer, *, editing: int | None) -> dict[str, Any]:
    """Return the events as the grid panel draws them; a click on an own one carries its number."""
    return grid.content(
        BOARD,
        "事件日历",
        HEADS,
        [_row(each, viewer, editing) for each in found],
        empty="该年度没有事件",
    )


def _row(event: Event, viewer: Viewer, editing: int | None) -> Row:
    days = wording.days_text(DateRange(event.first_day, event.last_day))
    region = wording.label("region", event.region_code) if event.region_code else ALL_REGIONS
    texts = (
        days,
        event.name,
        wording.label("event_kind", event.kind),
        region,
        event.note,
        source_text(event),
    )
    return Row(
        code=str(event.event_id or ""),
        cells=tuple(Cell(text) for text in texts),
        usable=is_own(event, viewer),
        selected=event.event_id is not None and event.event_id == editing,
    )


def source_text(event: Event) -> str:
    """Return where an event comes from."""
    if event.created_by:
        return f"{event.created_by}填写"
    return "放假安排通知" if event.kind is EventKind.HOLIDAY else "随程序提供"
