"""Which days a calendar shows, and to which year a week belongs."""

import datetime as dt

import pandas as pd

from pages.components import calendar_map, year_lines
from queries.results import Series
from queries.selection import DateRange


def test_an_earlier_period_moves_the_calendar_only_if_it_must():
    first, last = dt.date(2023, 1, 1), dt.date(2026, 11, 21)
    inside = DateRange(dt.date(2026, 1, 1), dt.date(2026, 1, 31))
    earlier = DateRange(dt.date(2024, 1, 1), dt.date(2024, 1, 31))
    assert calendar_map.days_drawn(inside, first, last).end == last
    assert calendar_map.days_drawn(earlier, first, last) == DateRange(
        dt.date(2023, 2, 1), dt.date(2024, 1, 31)
    )


def test_a_week_across_new_year_belongs_to_the_year_of_its_thursday():
    index = pd.DatetimeIndex(["2025-12-22", "2025-12-29", "2026-01-05"])
    frame = pd.DataFrame({"tipoffs": [1, 2, 3], "complete": True}, index=index)
    lines = year_lines.by_year(Series(frame, "week", None), "tipoffs", until=2026)
    assert lines.figures[2025].dropna().to_dict() == {52: 1.0}
    assert lines.figures[2026].dropna().to_dict() == {1: 2.0, 2: 3.0}
