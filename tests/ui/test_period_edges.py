"""Periods that the data does not cover, or not to their end."""

import datetime as dt
import json

import pytest
from streamlit.testing.v1 import AppTest

from pages.components import month_table
from pages.components.settings import settings
from queries.measures import MEASURES
from queries.selection import DateRange
from tests.ui.counted import plant
from tests.ui.pages import PAGE_FILES, ROOT

EVERY_PAGE = [each.stem for each in PAGE_FILES]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def opened(warehouse, monkeypatch):
    def shown(page, query):
        monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{warehouse}")
        monkeypatch.setenv("VIEWER_REGIONS", "all")
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        at.query_params.update(query)
        at = at.switch_page(f"pages/{page}.py").run()
        assert not at.exception
        assert not at.error
        return at

    yield shown
    settings.cache_clear()


def figures(at):
    drawn = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    return next(each for each in drawn if each.get("kind") == "tiles")["tiles"]


def test_a_month_that_is_not_over_ends_with_the_data():
    last = dt.date(2026, 11, 21)
    assert month_table.month_days(dt.date(2026, 11, 1), last).end == last
    assert month_table.month_days(dt.date(2026, 10, 1), last).end == dt.date(2026, 10, 31)
    listed = (month_table.Month(dt.date(2026, 11, 1), 5.0, False, None, None),)
    chosen = DateRange(dt.date(2026, 11, 1), last)
    drawn = month_table.content(listed, MEASURES["complaints"], chosen, last)
    rows = drawn["rows"]
    assert isinstance(rows, list)
    assert rows[0]["selected"]


@pytest.mark.parametrize("page", EVERY_PAGE)
@pytest.mark.parametrize(
    "period",
    [
        pytest.param("2020-01-01..2020-01-31", id="before the data"),
        pytest.param("2031-01-01..2031-01-31", id="after it"),
        pytest.param("2025-01-01..2025-03-15", id="from before it"),
        pytest.param("2026-03-20..2026-04-30", id="beyond it"),
    ],
)
def test_every_page_opens_for_a_period_beside_the_data(opened, page, period):
    at = opened(page, {"period": period})
    if page == "periods" and period[:4] in {"2020", "2031"}:
        assert any("该范围内没有诉求记录" in each.value for each in at.info)


def test_a_period_that_is_not_over_is_marked_and_not_compared(opened):
    at = opened("periods", {"period": "2026-03-01..2026-04-30"})
    assert any("（统计期未满）" in each.value for each in at.caption)
    assert not any("与上期比较" in each.value for each in at.caption)
    assert any("时段不完整，不作比较" in each.value for each in at.markdown)
    told = [
        change["text"]
        for tile in figures(at)
        if tile["code"] in {"submissions", "complaints"}
        for change in tile["changes"]
    ]
    assert told == ["—"] * 4
    over = opened("periods", {"period": "2026-03-01..2026-03-31"})
    assert not any("统计期未满" in each.value for each in over.caption)
    assert figures(over)[0]["changes"][0]["text"] != "—"
