"""The bench of the pages asks the app itself, each time for another selection, and trusts no error."""

import re

import pytest
import sqlalchemy as sa

from jobs.bench import pages
from jobs.bench.machine import Machine
from jobs.bench.pages import (
    PERIODS,
    Answer,
    PageFailedError,
    PageResult,
    Session,
    addresses,
    measure_pages,
    page_names,
    running_app,
)
from jobs.bench.report import BenchReport
from jobs.bench.viewers import TooFewClicksError, measure_viewers
from jobs.refresh import STEPS
from queries.operator_tables import operator_events, operator_register
from queries.score_tables import operator_scores
from queries.warehouse import open_current
from tests.bench.asking import RECIPE, SUBMISSIONS, silent


def test_every_page_of_the_app_is_measured():
    assert {"big_screen", "explorer", "submissions"} <= set(page_names())
    assert not any(name.startswith("_") for name in page_names())


@pytest.mark.parametrize("page", ["big_screen", "explorer"])
@pytest.mark.parametrize("period", PERIODS)
def test_no_selection_is_asked_for_twice(warehouse, page, period):
    found = addresses(page, period, warehouse.content, 21)
    assert len(set(found)) == 21
    assert all("period=" in each for each in found)


def test_the_page_of_an_operator_is_asked_for_others_each_time(warehouse):
    month, year = (addresses("operator", each, warehouse.content, 21) for each in PERIODS)
    assert len({*month, *year}) == 42
    assert all(each.startswith("id=") for each in (*month, *year))


def test_a_bench_warehouse_has_what_pages_of_operators_show(warehouse):
    opened = open_current(f"duckdb:///{warehouse.path.parent}")
    with opened.engine.connect() as conn:
        counts = [
            conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (operator_register, operator_events, operator_scores)
        ]
        registered = conn.scalar(
            sa.select(sa.func.count())
            .select_from(operator_register)
            .where(operator_register.c.operator_id.in_(warehouse.content.operators))
        )
    assert counts[:2] == [RECIPE.operators, RECIPE.events]
    assert counts[2] >= RECIPE.operators * 0.9
    assert len(warehouse.content.operators) == 100
    assert (registered or 0) > 50
    assert opened.fresh >= set(STEPS)
    opened.engine.dispose()


def test_periods_have_the_length_they_are_named_for(warehouse):
    (month, *_), (year, *_) = (
        addresses("explorer", each, warehouse.content, 2) for each in PERIODS
    )
    last = warehouse.content.days.end.isoformat()
    assert re.fullmatch(rf"period=\d{{4}}-\d\d-\d\d\.\.{last}", month)
    assert month == "period=2026-06-01..2026-06-30"
    assert year == "period=2025-07-01..2026-06-30"


def test_quiet_moments_are_told_apart():
    def asked(seconds, before, after):
        return pages._Asked(Answer(seconds, 10), before, after)

    answers = [
        (asked(0.4, 1.0, 1.2), asked(0.1, 1.2, 1.9)),
        (asked(0.9, 1.1, 1.9), asked(0.3, 1.9, 1.0)),
        (asked(0.8, 2.0, 1.0), asked(0.2, 1.3, 1.0)),
    ]
    found = pages._result(5, "explorer", "30d", answers)
    assert (found.runs, found.uncached_median, found.cached_median) == (3, 0.8, 0.2)
    assert (found.uncached_quiet_runs, found.uncached_quiet) == (1, 0.4)
    assert (found.cached_quiet_runs, found.cached_quiet) == (0, None)
    assert found.slowdown == 1.5


def test_the_table_of_pages_is_shown_whole():
    found = PageResult(
        submissions=20_000_000, page="entry_quality", period="12m", runs=20, uncached_median=1.2345,
        uncached_p95=2.3456, cached_median=0.1234, cached_p95=1.2345, sent_bytes=355_000,
        slowdown=1.55, uncached_quiet_runs=3, uncached_quiet=0.4, cached_quiet_runs=0,
        cached_quiet=None,
    )  # fmt: skip
    report = BenchReport(
        machine=Machine.here(), seed=0, cap=1, made=(), screens=(), memory=(), imports=(),
        pages=(found,),
    )  # fmt: skip
    shown = report.table()
    assert "…" not in shown
    row = next(line for line in shown.splitlines() if "entry_quality" in line)
    cells = [each.strip() for each in row.strip("│").split("│")]
    assert cells == [
        "20,000,000", "entry_quality", "近12个月", "20", "1,234", "2,346", "123", "1,234",
        "355 kB", "1.55",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_page_is_timed_over_a_running_app(warehouse):
    measured = measure_pages(
        warehouse.path.parent,
        warehouse.content,
        repeats=2,
        pages=("submissions",),
        progress=silent,
    )
    assert [(each.page, each.period) for each in measured.results] == [
        ("submissions", period) for period in PERIODS
    ]
    for each in measured.results:
        assert (each.submissions, each.runs) == (SUBMISSIONS, 2)
        assert 0 < each.cached_median <= each.cached_p95
        assert 0 < each.uncached_median <= each.uncached_p95
        assert each.sent_bytes > 10_000
        assert each.slowdown >= 1
        assert (each.uncached_quiet is None) == (each.uncached_quiet_runs == 0)
    assert measured.peak_bytes > 100_000_000


@pytest.mark.slow
def test_a_page_that_shows_an_error_gives_no_time(tmp_path):
    with (
        running_app(tmp_path / "nothing") as (port, _),
        Session.opened(port) as session,
        pytest.raises(PageFailedError, match=r"explorer\?period=30d failed: "),
    ):
        session.ask("explorer", "period=30d")


@pytest.mark.slow
def test_viewers_click_at_the_same_time(warehouse):
    result = measure_viewers(
        warehouse.path.parent,
        warehouse.content,
        viewers=3,
        seconds=20,
        pages=("submissions", "explorer"),
        progress=silent,
    )
    assert (result.submissions, result.viewers, result.seconds) == (SUBMISSIONS, 3, 20)
    assert 1 <= result.clicks <= 30
    assert 0 < result.median_seconds <= result.p95_seconds <= result.slowest_seconds
    assert result.peak_bytes > 100_000_000


@pytest.mark.slow
def test_viewers_without_time_give_no_figure(warehouse):
    with pytest.raises(TooFewClicksError, match="looked for 0 s; give at least 6"):
        measure_viewers(
            warehouse.path.parent,
            warehouse.content,
            viewers=1,
            seconds=0,
            pages=("submissions",),
            progress=silent,
        )
