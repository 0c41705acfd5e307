import datetime as dt

import pytest

from pages.components import freshness
from pages.components.freshness import working_days_behind


@pytest.mark.parametrize(
    ("last_day", "today", "behind"),
    [
        pytest.param("2026-03-10", "2026-03-10", 0, id="today's data"),
        pytest.param("2026-03-10", "2026-03-11", 0, id="yesterday's data"),
        pytest.param("2026-03-10", "2026-03-12", 1, id="one day missing"),
        pytest.param("2026-03-06", "2026-03-09", 0, id="over a weekend"),
        pytest.param("2026-09-30", "2026-10-08", 0, id="over the national holidays"),
        pytest.param("2026-10-09", "2026-10-12", 1, id="over a working Saturday"),
        pytest.param("2099-01-01", "2099-01-12", 6, id="beyond the calendar: Monday to Friday"),
        pytest.param("2026-03-11", "2026-03-10", 0, id="data from tomorrow"),
    ],
)
def test_working_days_behind(last_day, today, behind):
    days = dt.date.fromisoformat(last_day), dt.date.fromisoformat(today)
    assert working_days_behind(*days) == behind


@pytest.mark.parametrize(("limit", "says"), [(0, "数据已落后"), (10_000_000, None)])
def test_the_warning_begins_above_the_limit(limit, says):
    found = freshness.warning(dt.date(2020, 1, 2), limit=limit)
    assert found == says if says is None else says in found


def test_no_data_at_all_is_said():
    assert freshness.warning(None, limit=2) == "暂无数据"
