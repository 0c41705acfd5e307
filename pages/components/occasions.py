"""Days that bend the figures and are known beforehand: public holidays and the rules' own events."""

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import chinese_calendar
import yaml

from pages.components import places, store
from pages.components.store import Event
from queries.scope import Scope
from queries.selection import DateRange
from queries.vocabulary import EventKind

_HOLIDAYS: Mapping[str, str] = MappingProxyType(
    {
        chinese_calendar.Holiday.new_years_day.value: "元旦",
        chinese_calendar.Holiday.spring_festival.value: "春节",
        chinese_calendar.Holiday.tomb_sweeping_day.value: "清明",
        chinese_calendar.Holiday.labour_day.value: "劳动节",
        chinese_calendar.Holiday.dragon_boat_festival.value: "端午",
        chinese_calendar.Holiday.national_day.value: "国庆",
        chinese_calendar.Holiday.mid_autumn_festival.value: "中秋",
    }
)


@functools.cache
def _known_holidays() -> tuple[Event, ...]:
    """Return every public holiday that the calendar knows, days off in a row as one."""
    found: list[Event] = []
    for day, name in sorted(chinese_calendar.holidays.items()):
        label = _HOLIDAYS.get(name, name)
        before = found[-1] if found else None
        if before is None or day - before.last_day > dt.timedelta(days=1):
            found.append(Event(day, day, label, EventKind.HOLIDAY))
        else:
            both = before.name if label in before.name else before.name + label
            found[-1] = replace(before, last_day=day, name=both)
    return tuple(found)


def holidays_known_to() -> int:
    """Return the last year whose public holidays are known."""
    last: dt.date = max(chinese_calendar.holidays)
    return last.year


@functools.cache
def _seeds() -> Mapping[str, Any]:
    path = places.ASSETS / "rules" / "events.yaml"
    return MappingProxyType(yaml.safe_load(path.read_text(encoding="utf-8")))


def known(days: DateRange) -> tuple[Event, ...]:
    """Return the public holidays and the rules' events that touch these days.

    Examples
    --------
    >>> [event.name for event in known(DateRange(dt.date(2026, 3, 1), dt.date(2026, 4, 30)))]
    ['3·15', '清明', '新办法施行']
    """
    found = [*_known_holidays(), *_dated()]
    for year in range(days.start.year, days.end.year + 1):
        found += _of_year(year)
    return within(found, days)


@functools.cache
def _dated() -> tuple[Event, ...]:
    return tuple(
        Event(
            each["first_day"],
            each.get("last_day", each["first_day"]),
            each["name"],
            EventKind(each["kind"]),
            note=each.get("note", ""),
        )
        for each in _seeds()["dated"] or ()
    )


@functools.cache
def _of_year(year: int) -> tuple[Event, ...]:
    found = []
    for each in _seeds()["yearly"] or ():
        day = dt.date.fromisoformat(f"{year}-{each['day']}")
        found.append(
            Event(day, day, each["name"], EventKind(each["kind"]), note=each.get("note", ""))
        )
    return tuple(found)


def within(events: list[Event] | tuple[Event, ...], days: DateRange) -> tuple[Event, ...]:
    """Return the events that touch these days, earliest first."""
    found = [each for each in events if each.first_day <= days.end and each.last_day >= days.start]
    return tuple(sorted(found, key=lambda each: (each.first_day, each.last_day, each.name)))


def entered(days: DateRange, scope: Scope) -> tuple[Event, ...]:
    """Return the events that viewers entered, as far as they concern a viewer of this scope."""
    return within([each for each in store.events() if concerns(scope, each.region_code)], days)


def concerns(scope: Scope, region: str | None) -> bool:
    """Tell whether what holds in ``region`` concerns a viewer of this scope: it lies inside or around.

    Examples
    --------
    >>> wuhan = Scope(regions=("420100",))
    >>> [concerns(wuhan, code) for code in (None, "420000", "420106", "420500")]
    [True, True, True, False]
    """
    if region is None or scope.everything:
        return True
    above = places.trail(region)
    return any(right in above or region in places.trail(right) for right in scope.regions)
