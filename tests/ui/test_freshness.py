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


def test_the_warning_begins_above_the_limit():
    today = dt.datetime.now(tz=freshness.BEIJING).date()
    behind = working_days_behind(dt.date(2020, 1, 2), today)
    assert freshness.warning(dt.date(2020, 1, 2), limit=behind) is None
    warning = freshness.warning(dt.date(2020, 1, 2), limit=behind - 1)
    assert warning == f"数据已落后{behind}个工作日"


def test_no_data_at_all_is_said():
    assert freshness.warning(None, limit=2) == "暂无数据"
