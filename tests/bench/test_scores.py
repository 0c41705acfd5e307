"""The bench of scores measures what it says: everybody scored, one more day, nothing left behind."""

from jobs.bench.scores import measure_scores, scores_table
from queries.warehouse import open_current
from tests.bench.asking import SUBMISSIONS, silent


def test_scores_of_a_bench_warehouse(warehouse, tmp_path):
    before = warehouse.path.stat().st_mtime_ns
    found = measure_scores(
        warehouse.path, tmp_path, operators=300, events=2_000, progress=silent
    )  # fmt: skip
    opened = open_current(f"duckdb:///{warehouse.path.parent}")
    assert opened.submissions == SUBMISSIONS
    assert found.submissions > SUBMISSIONS
    assert found.operators >= 280
    assert found.events == 2_000
    assert found.full_seconds > 0 < found.day_seconds
    assert found.peak_bytes > 1e7
    assert list(tmp_path.iterdir()) == []
    assert warehouse.path.stat().st_mtime_ns == before
    assert scores_table([found]).row_count == 1
