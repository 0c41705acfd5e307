"""Counting: how many statements, from which tables, over which days."""

import datetime as dt

import pytest

from queries import functions
from queries.counting import Count, fetch_counts, plan, select_scan
from queries.reading import reading
from queries.scope import EVERYTHING, Scope
from queries.selection import DateRange, Period, Selection
from queries.sources import pieces, whole_months
from tests.queries.samples import ALL_DERIVED, FIRST_DAY, LAST_DAY

SPRING = DateRange(dt.date(2025, 3, 5), dt.date(2025, 6, 10))
LEVELS = ("city_code", "industry", "issue_type", "channel")


def counts(*levels):
    return [Count((level,), ("submissions",), (SPRING,)) for level in levels]


def scans(warehouse, selection=None):
    with reading(warehouse, selection or Selection(), EVERYTHING) as opened:
        found = plan(opened, counts(*LEVELS))
        return [
            ([count.levels[0] for count in scan.counts], str(select_scan(opened, scan)))
            for scan in found
        ]


def test_what_no_cube_answers_comes_from_one_scan(sample):
    ((levels, sql),) = scans(sample.knowing(()))
    assert levels == list(LEVELS)
    assert sql.endswith(
        "GROUP BY GROUPING SETS((submissions.city_code), (submissions.industry), "
        "(submissions.issue_type), (submissions.channel))"
    )


def test_without_grouping_sets_each_level_has_a_plain_statement(duckdb_sample, monkeypatch):
    monkeypatch.setattr(functions, "GROUPING_SETS", frozenset())
    found = scans(duckdb_sample.knowing(()))
    assert [levels for levels, _ in found] == [[level] for level in LEVELS]
    assert all("grouping" not in sql.lower() for _, sql in found)


def test_a_level_whose_own_filter_is_left_out_needs_a_scan_of_its_own(duckdb_sample):
    chosen = Selection().with_filter("industry", ["F51"]).with_filter("status", ["closed"])
    found = scans(duckdb_sample.knowing(()), chosen)
    assert [levels for levels, _ in found] == [["city_code", "issue_type", "channel"], ["industry"]]


def test_what_cubes_answer_does_not_touch_the_facts(duckdb_sample):
    found = scans(duckdb_sample.warehouse)
    assert len(found) == len(LEVELS)
    assert all("FROM cube_" in sql and "submissions.registered_on" not in sql for _, sql in found)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2025-03-01", "2025-05-31", ("2025-03-01", "2025-05-31")),
        ("2025-03-02", "2025-05-30", ("2025-04-01", "2025-04-30")),
        ("2025-03-02", "2025-04-29", None),
        ("2025-03-31", "2025-04-30", ("2025-04-01", "2025-04-30")),
        # the data's own first and last month, of 10 February and 20 March, count as whole
        ("2025-02-10", "2025-03-31", ("2025-02-01", "2025-03-31")),
        ("2025-02-11", "2025-03-31", ("2025-03-01", "2025-03-31")),
        ("2026-02-01", "2026-03-20", ("2026-02-01", "2026-03-31")),
        ("2026-02-01", "2026-03-19", ("2026-02-01", "2026-02-28")),
        ("2020-01-01", "2030-01-01", ("2020-01-01", "2029-12-31")),
    ],
)
def test_whole_months(duckdb_sample, start, end, months):
    days = DateRange(dt.date.fromisoformat(start), dt.date.fromisoformat(end))
    found = whole_months(duckdb_sample.warehouse, days)
    assert (found and (str(found.start), str(found.end))) == months


def test_months_from_a_cube_and_the_days_around_from_the_facts(duckdb_sample):
    found = pieces(duckdb_sample.warehouse, SPRING, {"city_code", "industry"})
    assert [(piece.source.name, str(piece.days.start), str(piece.days.end)) for piece in found] == [
        ("month_industry", "2025-04-01", "2025-05-31"),
        ("facts", "2025-03-05", "2025-03-31"),
        ("facts", "2025-06-01", "2025-06-10"),
    ]
    everything = DateRange(FIRST_DAY, LAST_DAY)
    found = pieces(duckdb_sample.warehouse, everything, {"city_code", "industry"})
    assert [piece.source.name for piece in found] == ["month_industry"]
    found = pieces(duckdb_sample.warehouse, SPRING, {"city_code", "industry"}, by_day=True)
    assert [piece.source.name for piece in found] == ["facts"]


@pytest.mark.parametrize(
    "columns", [{"narrative"}, {"operator_id"}, {"city_code", "product", "hour"}]
)
def test_what_no_cube_has_comes_from_the_facts(duckdb_sample, columns):
    found = pieces(duckdb_sample.warehouse, SPRING, columns)
    assert [piece.source.name for piece in found] == ["facts"]


def test_a_cube_out_of_step_is_not_used(duckdb_sample):
    stale = duckdb_sample.knowing(ALL_DERIVED - {"day_industry"})
    assert pieces(stale, SPRING, {"industry"})[0].source.name == "month_industry"


def test_a_scope_asks_for_its_columns(duckdb_sample):
    by_unit = Scope(everything=True, units=("一所",))
    with reading(duckdb_sample.warehouse, Selection(period=Period("all")), by_unit) as opened:
        (count,) = counts("handling_unit")
        assert {piece.source.name for _, piece in count.pieces(opened)} == {"month_unit", "facts"}


def test_the_same_key_asked_for_twice_is_counted_once(sample):
    wanted = [
        Count(("weekday", "hour"), ("submissions",), (SPRING,)),
        Count(("hour", "weekday"), ("closed",), (SPRING,)),
        Count(("hour",), ("submissions",), (SPRING,)),
        Count((), ("submissions", "closed"), (SPRING,)),
    ]
    with reading(sample.knowing(()), Selection(), EVERYTHING) as opened:
        together = fetch_counts(opened, wanted)
        alone = [fetch_counts(opened, [count])[0] for count in wanted]
    rows = [row for row in sample.rows if SPRING.start <= row["registered_on"] <= SPRING.end]
    for (found,), (single,), count in zip(together, alone, wanted, strict=True):
        assert sorted(found.members, key=repr) == sorted(single.members, key=repr)
        for name in count.sums:
            assert found.arrays[name].sum() == single.arrays[name].sum()
    assert together[0][0].arrays["submissions"].sum() == len(rows)
    assert together[3][0].arrays["submissions"].tolist() == [len(rows)]
