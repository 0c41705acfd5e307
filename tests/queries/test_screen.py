"""The big screen in one call gives what the single reads give."""

import random
from dataclasses import replace

import pandas as pd
import pytest

from queries.breakdowns import fetch_breakdown
from queries.matrices import fetch_matrix
from queries.notable import NotableRules, fetch_notable
from queries.scope import EVERYTHING
from queries.screen import TREND_MONTHS, ScreenPlan, fetch_screen
from queries.selection import Comparison, Period, Selection, add_months
from queries.series import fetch_series
from queries.sources import ONE_DAY
from queries.totals import fetch_totals
from tests.queries import oracle
from tests.queries.samples import ALL_DERIVED

RULES = NotableRules(injury_words=("烫伤", "50%"), large_yuan=500, many=3)
PLAN = ScreenPlan(
    measures=("submissions", "closure_rate", "disputed_yuan"),
    rules=RULES,
    levels=("county_code", "issue_type", "operator_id", "word", "industry"),
    matrix=("county_code", "issue_type"),
    limit=5,
    words=8,
    notable=10,
)


@pytest.mark.parametrize("fresh", [ALL_DERIVED, {"submission_words"}], ids=["cubes", "facts"])
def test_same_as_the_single_reads(sample, fresh):
    chance = random.Random(11)
    warehouse = sample.knowing(fresh)
    codes = oracle.codes_by_dimension(sample.rows)
    for _ in range(7):
        selection, scope = oracle.random_selection(chance, codes), oracle.random_scope(chance)
        screen = fetch_screen(warehouse, selection, scope, plan=PLAN)
        totals = fetch_totals(warehouse, selection, scope, measures=PLAN.measures)
        assert screen.totals.days == totals.days
        assert screen.totals.in_scope == totals.in_scope
        for name in ("current", "previous", "last_year"):
            one, other = getattr(screen.totals, name), getattr(totals, name)
            assert one == (other if other is None else pytest.approx(other, nan_ok=True)), selection
        assert tuple(screen.breakdowns) == PLAN.levels
        for level, found in screen.breakdowns.items():
            limit = PLAN.words if level == "word" else PLAN.limit
            single = fetch_breakdown(warehouse, selection, scope, level=level, limit=limit)
            pd.testing.assert_frame_equal(found.frame, single.frame)
            assert found.truncated == single.truncated
        for matrix, (rows, columns) in (
            (screen.heat, ("weekday", "hour")),
            (screen.matrix, PLAN.matrix),
        ):
            alone = fetch_matrix(warehouse, selection, scope, rows=rows, columns=columns)
            pd.testing.assert_frame_equal(matrix.frame, alone.frame)
        notable = fetch_notable(warehouse, selection, scope, rules=RULES, limit=PLAN.notable)
        pd.testing.assert_frame_equal(screen.notable, notable)


def test_the_trend_runs_over_thirteen_months_whatever_the_period(sample):
    warehouse = sample.warehouse
    for code in ("7d", "all"):
        selection = Selection(period=Period(code), comparison=Comparison.NONE)
        series = fetch_screen(warehouse, selection, EVERYTHING, plan=PLAN).series
        start = add_months(warehouse.last_day, -TREND_MONTHS) + ONE_DAY
        assert series.frame.index[0] == pd.Timestamp(max(start, warehouse.first_day))
        assert series.frame.index[-1] == pd.Timestamp(warehouse.last_day)
        trend = Selection(
            period=Period.between(start, warehouse.last_day), comparison=Comparison.NONE
        )
        single = fetch_series(warehouse, trend, EVERYTHING, measures=PLAN.measures)
        pd.testing.assert_frame_equal(series.frame, single.frame)


@pytest.mark.parametrize("fresh", [ALL_DERIVED, {"submission_words"}], ids=["cubes", "facts"])
def test_fewer_operators_than_members_of_other_levels(sample, fresh):
    warehouse = sample.knowing(fresh)
    chosen = Selection(period=Period("60d"))
    many, few = (
        fetch_screen(warehouse, chosen, EVERYTHING, plan=replace(PLAN, operators=number))
        for number in (None, 2)
    )
    assert len(many.breakdowns["operator_id"].frame) == 5
    for level in ("county_code", "industry"):
        pd.testing.assert_frame_equal(few.breakdowns[level].frame, many.breakdowns[level].frame)
    largest = many.breakdowns["operator_id"].frame.head(2)
    pd.testing.assert_frame_equal(few.breakdowns["operator_id"].frame, largest)
