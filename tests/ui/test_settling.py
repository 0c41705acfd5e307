"""What ended soon is not held against what has all ended."""

import datetime as dt

import pytest

from pages.components import data, settling
from queries.measures import MEASURES
from queries.results import DataStatus
from queries.selection import Period, Selection

FIRST, LAST = dt.date(2024, 1, 1), dt.date(2026, 6, 30)


@pytest.fixture
def known(monkeypatch):
    status = DataStatus("gen-000001", FIRST, LAST, None, 10, synthetic=True)
    monkeypatch.setattr(data, "status", lambda: status)


@pytest.mark.parametrize(
    ("name", "period", "ripening"),
    [
        pytest.param("on_time_rate", "30d", True, id="last month"),
        pytest.param(
            "mediation_rate", "2026-04-01..2026-04-02", True, id="89 days before the last"
        ),
        pytest.param("mediation_rate", "2026-03-01..2026-04-01", False, id="90 days before"),
        pytest.param("on_time_rate", "2025-01-01..2025-12-31", False, id="a settled year"),
        pytest.param("complaints", "30d", False, id="a number registered"),
        pytest.param("acceptance_rate", "30d", False, id="decided within days"),
    ],
)
@pytest.mark.usefixtures("known")
def test_what_has_not_settled_is_told(name, period, ripening):
    assert settling.is_ripening_in(name, Selection(period=Period(period))) is ripening


def test_an_empty_warehouse_has_nothing_to_compare(monkeypatch):
    status = DataStatus("gen-000001", None, None, None, 0, synthetic=True)
    monkeypatch.setattr(data, "status", lambda: status)
    assert not settling.is_ripening_in("on_time_rate", Selection())
    assert not settling.is_ripening("on_time_rate", LAST)


def test_the_measures_exist():
    assert set(MEASURES) >= settling.RIPENING
