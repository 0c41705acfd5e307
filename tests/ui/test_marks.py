"""Events on a time axis: which, where, and whose name has room."""

import copy
import datetime as dt

import pandas as pd
import pytest

from pages.components import marks, occasions, store
from pages.components.palettes import LIGHT
from pages.components.store import Event
from queries.scope import EVERYTHING, Scope
from queries.selection import DateRange
from queries.vocabulary import EventKind

WUHAN = Scope(regions=("420100",))


def day(text):
    return dt.date.fromisoformat(text)


def event(first, last=None, name="停机", kind=EventKind.DATA, **fields):
    return Event(day(first), day(last or first), name, kind, **fields)


def bars(starts, *, kind="category"):
    axis = {"type": kind}
    if kind == "category":
        axis["data"] = [str(start.date()) for start in starts]
    return {
        "grid": {"top": 26},
        "xAxis": axis,
        "yAxis": {"type": "value"},
        "series": [{"type": "bar", "data": [1] * len(starts)}],
    }


def marked(starts, events, *, grain="day", kind="category", **asked):
    return marks.mark_days(
        bars(starts, kind=kind), starts, events, grain=grain, palette=LIGHT, **asked
    )


def lines(option):
    return {
        each["name"]: (each["xAxis"], each["label"]["show"])
        for each in option["series"][0]["markLine"]["data"]
    }


def shaded(option):
    return [at for at, bar in enumerate(option["series"][-1]["data"]) if bar is not None]


MARCH = pd.date_range("2026-03-01", "2026-03-31")
WEEKS = pd.date_range("2026-01-05", "2026-06-29", freq="7D")


def test_a_day_gets_a_line_in_its_bucket():
    option = marked(MARCH, [event("2026-03-15", name="3·15")])
    assert lines(option) == {"3·15": (14, True)}
    assert len(option["series"]) == 1, "a single day is not shaded"
    weekly = marked(WEEKS, [event("2026-03-15", name="3·15")], grain="week")
    assert WEEKS[lines(weekly)["3·15"][0]] == pd.Timestamp("2026-03-09")


def test_a_span_is_shaded_over_whole_buckets_and_clipped_to_the_axis():
    option = marked(MARCH, [event("2026-02-20", "2026-03-03"), event("2026-03-30", "2026-04-09")])
    assert shaded(option) == [0, 1, 2, 29, 30]
    shades = option["series"][-1]
    assert option["xAxis"][shades["xAxisIndex"]]["axisPointer"] == {"show": False}
    assert option["yAxis"][shades["yAxisIndex"]]["max"] == 1


def test_a_holiday_of_one_day_is_shaded_too():
    assert shaded(marked(MARCH, [event("2026-03-04", kind=EventKind.HOLIDAY)])) == [3]


@pytest.mark.parametrize(
    ("first", "last", "drawn"),
    [
        pytest.param("2026-02-28", None, False, id="the day before"),
        pytest.param("2026-03-01", None, True, id="the first day"),
        pytest.param("2026-03-31", None, True, id="the last day"),
        pytest.param("2026-04-01", None, False, id="the day after"),
        pytest.param("2026-02-01", "2026-04-30", True, id="around all"),
    ],
)
def test_only_what_touches_the_axis_is_drawn(first, last, drawn):
    option = marked(MARCH, [event(first, last)])
    assert ("markLine" in option["series"][0]) is drawn


def test_the_last_bucket_reaches_to_its_end():
    option = marked(WEEKS, [event("2026-07-05")], grain="week")
    assert lines(option) == {"停机": (len(WEEKS) - 1, True)}
    assert "markLine" not in marked(WEEKS, [event("2026-07-06")], grain="week")["series"][0]


@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
def test_what_comes_every_year_is_left_out_of_coarse_axes(grain):
    starts = pd.date_range("2026-01-01", periods=6, freq="MS")
    events = [
        event("2026-03-15", kind=EventKind.PROMOTION, name="3·15"),
        event("2026-02-15", "2026-02-23", kind=EventKind.HOLIDAY, name="春节"),
        event("2026-04-15", kind=EventKind.RULE, name="新办法施行"),
    ]
    assert list(lines(marked(starts, events, grain=grain))) == ["新办法施行"]


def test_names_that_would_touch_give_way_to_rules():
    events = [
        event("2026-03-14", kind=EventKind.PROMOTION, name="促销"),
        event("2026-03-15", kind=EventKind.RULE, name="新办法施行"),
        event("2026-03-28", kind=EventKind.PROMOTION, name="远处"),
    ]
    shown = {name: has_name for name, (_, has_name) in lines(marked(MARCH, events)).items()}
    assert shown == {"促销": False, "新办法施行": True, "远处": True}
    wide = lines(marked(MARCH, events, width=5_000))
    assert all(has_name for _, has_name in wide.values())


def test_names_without_room_stand_in_a_second_row():
    events = [
        event("2026-03-14", kind=EventKind.PROMOTION, name="促销"),
        event("2026-03-15", kind=EventKind.RULE, name="新办法施行"),
        event("2026-03-16", kind=EventKind.OTHER, name="第三件事"),
    ]
    option = marked(MARCH, events, rows=2, letter=10)
    labels = {each["name"]: each["label"] for each in option["series"][0]["markLine"]["data"]}
    assert {name: (each["show"], each["distance"]) for name, each in labels.items()} == {
        "新办法施行": (True, 2),
        "第三件事": (True, 16),
        "促销": (False, 2),
    }
    assert option["grid"]["top"] == 26 + 2 * 14


def test_a_time_axis_takes_days_as_they_are():
    option = marked(MARCH, [event("2026-03-10", "2026-03-12")], kind="time")
    [[start, end]] = option["series"][0]["markArea"]["data"]
    assert (start["xAxis"], end["xAxis"]) == ("2026-03-10", "2026-03-13")
    assert lines(option) == {"停机": ("2026-03-11", True)}
    assert len(option["series"]) == 1


def test_nothing_to_mark_leaves_the_option_as_it_was():
    option = bars(MARCH)
    assert marks.mark_days(option, MARCH, [], grain="day", palette=LIGHT) is option
    none = pd.DatetimeIndex([])
    assert marks.mark_days(option, none, [event("2026-03-01")], grain="day") is option


def test_the_option_given_is_not_changed():
    option = bars(MARCH)
    before = copy.deepcopy(option)
    marks.mark_days(option, MARCH, [event("2026-03-01", "2026-03-09")], grain="day", palette=LIGHT)
    assert option == before


def test_holidays_are_runs_of_days_off():
    year = occasions.known(DateRange(day("2025-01-01"), day("2025-12-31")))
    off = {e.name: (str(e.first_day), str(e.last_day)) for e in year if e.kind is EventKind.HOLIDAY}
    assert off["春节"] == ("2025-01-28", "2025-02-04")
    assert off["国庆中秋"] == ("2025-10-01", "2025-10-08")


def test_yearly_events_come_every_year():
    days = DateRange(day("2024-06-01"), day("2026-07-01"))
    found = [str(e.first_day) for e in occasions.known(days) if e.name == "6·18"]
    assert found == ["2024-06-18", "2025-06-18", "2026-06-18"]


def test_entered_events_reach_those_whom_they_concern(monkeypatch):
    entered = (
        event("2026-05-20", name="全省"),
        event("2026-05-20", name="省", region_code="420000"),
        event("2026-05-20", name="武汉", region_code="420100"),
        event("2026-05-20", name="武昌", region_code="420106"),
        event("2026-05-20", name="宜昌", region_code="420500"),
        event("2026-05-28", name="以后"),
    )
    monkeypatch.setattr(store, "events", lambda: entered)
    days = DateRange(day("2026-05-19"), day("2026-05-21"))
    assert [e.name for e in marks.events_in(days, WUHAN)] == ["全省", "武昌", "武汉", "省"]
    assert len(marks.events_in(days, EVERYTHING)) == 5
    assert [e.name for e in marks.events_in(days, Scope())] == ["全省"]
