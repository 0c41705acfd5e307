"""Every source gives the same numbers: the facts, each cube, each rollup, one scan or several."""

import datetime as dt
import random

import numpy as np
import pandas as pd
import pytest

from queries import functions, ranking
from queries.breakdowns import fetch_breakdown, fetch_breakdowns
from queries.cubes import CUBES
from queries.matching import needed_columns
from queries.matrices import fetch_matrix
from queries.measures import MEASURES
from queries.rollups import ROLLUPS
from queries.scope import EVERYTHING
from queries.selection import Comparison, DateRange, Period, Selection, compared_range
from queries.series import fetch_series
from queries.sources import Piece, pieces
from queries.totals import fetch_totals
from tests.queries import oracle

SELECTIONS = {"duckdb": 100, "postgresql": 30}
HEAVY = ("operator_id", "word")


def assert_same(found: pd.DataFrame, expected: pd.DataFrame, context: object) -> None:
    assert len(found) == len(expected), context
    if not len(expected):
        return
    assert found["member"].to_list() == expected["member"].to_list(), context
    for name in expected.columns.drop("member"):
        np.testing.assert_allclose(
            found[name].astype("float64"),
            expected[name].astype("float64"),
            rtol=1e-9,
            atol=1e-6,
            err_msg=f"{name} of {context}",
        )


def sources_for(chance, selection, scope, level=None):
    """Some single cubes or rollups that may answer, all together, and none."""
    needed = needed_columns(selection, scope, without=level or ()) | ({level} - {None})
    one_by_one = [{name} for name, cube in CUBES.items() if needed <= {*cube.keys, "registered_on"}]
    if level in HEAVY:
        one_by_one += [{name} for name in ROLLUPS]
    return [set(), {*CUBES, *ROLLUPS}, *chance.sample(one_by_one, min(3, len(one_by_one)))]


@pytest.fixture
def chance(request):
    return random.Random(request.node.name)


def selections(sample, chance, share=1.0):
    codes = oracle.codes_by_dimension(sample.rows)
    for _ in range(int(SELECTIONS[sample.warehouse.engine.dialect.name] * share)):
        yield oracle.random_selection(chance, codes), oracle.random_scope(chance)


def first_of(expected: pd.DataFrame, level: str, limit: int) -> pd.DataFrame:
    """Cut as the database does: words tied at the end by their number, all else by code."""
    if level != "word" or not len(expected):
        return expected[:limit]
    number = expected["member"].str.removeprefix("词").astype(int)
    cut = expected.assign(number=number).sort_values(
        ["submissions", "number"], ascending=[False, True]
    )
    kept = set(cut["member"][:limit])
    return expected[expected["member"].isin(kept)]


def test_breakdowns(sample, chance):
    empty = 0
    for selection, scope in selections(sample, chance):
        level = chance.choice([*oracle.ALL_LEVELS, *HEAVY, *HEAVY])
        measures = ("submissions",) if level == "word" else tuple(chance.sample(list(MEASURES), 3))
        limit = chance.choice([3, 10, 1_000])
        expected = oracle.breakdown(
            sample.rows,
            selection,
            scope,
            level=level,
            measures=measures,
            order=measures[0],
            first=sample.warehouse.first_day,
            last=sample.warehouse.last_day,
        )
        for fresh in sources_for(chance, selection, scope, level):
            found = fetch_breakdown(
                sample.knowing(fresh), selection, scope, level=level, measures=measures, limit=limit
            )
            assert found.counted
            assert found.members == len(expected)
            assert found.not_stated == expected["member"].isna().sum()
            assert found.truncated == (len(expected) > limit)
            context = (level, selection, scope, fresh)
            assert_same(found.frame, first_of(expected, level, limit), context)
        empty += not len(expected)
    assert empty < SELECTIONS[sample.warehouse.engine.dialect.name] / 2


@pytest.mark.parametrize("grouping_sets", [True, False])
def test_many_breakdowns_at_once(sample, chance, grouping_sets, monkeypatch):
    if not grouping_sets:
        monkeypatch.setattr(functions, "GROUPING_SETS", frozenset())
    for selection, scope in selections(sample, chance, 0.1):
        levels = tuple(chance.sample(oracle.ALL_LEVELS, 6))
        measures = tuple(chance.sample(list(MEASURES), 2))
        for fresh in (set(), set(chance.sample(list(CUBES), 8))):
            found = fetch_breakdowns(
                sample.knowing(fresh), selection, scope, levels=levels, measures=measures, limit=9
            )
            assert tuple(found) == levels
            for level in levels:
                expected = oracle.breakdown(
                    sample.rows,
                    selection,
                    scope,
                    level=level,
                    measures=measures,
                    order=measures[0],
                    first=sample.warehouse.first_day,
                    last=sample.warehouse.last_day,
                )
                assert found[level].members == len(expected)
                assert_same(found[level].frame, expected[:9], (level, selection, scope, fresh))


def test_totals(sample, chance):
    first, last = sample.warehouse.first_day, sample.warehouse.last_day
    for selection, scope in selections(sample, chance, 0.3):
        measures = tuple(chance.sample(list(MEASURES), 4))
        days = selection.period.range(first, last)
        expected = {
            name: None
            if span is None
            else [
                oracle.value(oracle.meant(sample.rows, selection, scope, span), measure)
                for measure in measures
            ]
            for name, span in {
                "current": days,
                "previous": oracle.inside(compared_range(days, Comparison.PREVIOUS), first, last),
                "last_year": oracle.inside(compared_range(days, Comparison.LAST_YEAR), first, last),
            }.items()
        }
        in_scope = len(oracle.meant(sample.rows, Selection(), scope, days))
        for fresh in sources_for(chance, selection, scope):
            found = fetch_totals(sample.knowing(fresh), selection, scope, measures=measures)
            assert found.days == days
            assert found.in_scope == in_scope
            for name, values in expected.items():
                got = getattr(found, name)
                assert (got is None) == (values is None), (name, selection)
                if values is not None:
                    assert list(got) == list(measures)
                    np.testing.assert_allclose(list(got.values()), values, rtol=1e-9, atol=1e-6)


def test_series_by_day(sample, chance):
    first, last = sample.warehouse.first_day, sample.warehouse.last_day
    for selection, scope in selections(sample, chance, 0.2):
        measures = tuple(chance.sample(list(MEASURES), 2))
        days = selection.period.range(first, last)
        rows = oracle.meant(sample.rows, selection, scope, days)
        known = [max(days.start, first), min(days.end, last)]
        index = pd.date_range(*known) if known[0] <= known[1] else pd.DatetimeIndex([])
        groups = {day: [row for row in rows if row["registered_on"] == day.date()] for day in index}
        for fresh in sources_for(chance, selection, scope):
            found = fetch_series(sample.knowing(fresh), selection, scope, measures=measures).frame
            assert found.index.equals(index)
            for name in measures:
                expected = [oracle.value(group, name) for group in groups.values()]
                np.testing.assert_allclose(found[name], expected, rtol=1e-9, atol=1e-6)


def test_matrices(sample, chance):
    first, last = sample.warehouse.first_day, sample.warehouse.last_day
    levels = [level for level in oracle.ALL_LEVELS if level != "operator_id"]
    for selection, scope in selections(sample, chance, 0.3):
        pair = chance.choice(
            [("weekday", "hour"), ("city_code", "issue_type"), chance.sample(levels, 2)]
        )
        rows, columns = pair
        measure = chance.choice(list(MEASURES))
        days = selection.period.range(first, last)
        groups: dict = {}
        for row in oracle.meant(sample.rows, selection, scope, days, [rows, columns]):
            key = (oracle.code_of(row[rows]), oracle.code_of(row[columns]))
            groups.setdefault(key, []).append(row)
        for fresh in [set(), set(CUBES), {"day_hour"}, {"month_hour"}, {"month_county_issue_type"}]:
            frame = fetch_matrix(
                sample.knowing(fresh), selection, scope, rows=rows, columns=columns, measure=measure
            ).frame
            found = {
                (r, c): v
                for r, c, v in zip(frame["row"], frame["column"], frame["value"], strict=True)
            }
            assert set(found) == set(groups), (pair, selection, scope)
            for key, group in groups.items():
                assert found[key] == pytest.approx(
                    oracle.value(group, measure), rel=1e-9, abs=1e-6, nan_ok=True
                )


@pytest.mark.parametrize("cube", CUBES.values(), ids=lambda cube: cube.name)
def test_each_cube_is_the_first_choice_for_its_own_columns(duckdb_sample, cube):
    warehouse = duckdb_sample.warehouse
    days = DateRange(warehouse.first_day, warehouse.last_day)
    if cube.completing:
        days = DateRange(days.start, days.start + dt.timedelta(days=1))
    assert [piece.source.name for piece in pieces(warehouse, days, cube.columns)] == [cube.name]


def test_a_large_cube_by_day_completes_whole_months(duckdb_sample):
    warehouse = duckdb_sample.warehouse
    cube = next(each for each in CUBES.values() if each.completing)
    first = warehouse.first_day + dt.timedelta(days=1)
    last = warehouse.last_day - dt.timedelta(days=1)
    read = pieces(warehouse, DateRange(first, last), cube.columns)
    assert [CUBES[each.source.name].grain for each in read] == ["month", "day", "day"]
    assert {each.source.name for each in read[1:]} == {cube.name}


@pytest.mark.parametrize(
    ("member", "tried", "else_read"),
    [("operator_id", 2, "facts"), ("word", 1, "all_words_by_month")],
)
def test_a_rollup_of_leading_members_answers_where_it_is_certain(
    duckdb_sample, member, tried, else_read, monkeypatch
):
    asked: list[list[Piece]] = []
    run = ranking._run

    def remember(opened, wanted, read):
        asked.append(list(read))
        return run(opened, wanted, asked[-1])

    monkeypatch.setattr(ranking, "_run", remember)
    whole = Selection(period=Period("all"), comparison=Comparison.NONE)
    for limit, statements in ((3, 1), (60, tried + 1)):
        asked.clear()
        fetch_breakdown(
            duckdb_sample.warehouse,
            whole,
            EVERYTHING,
            level=member,
            limit=limit,
            count_members=False,
        )
        assert len(asked) == statements, limit
        assert asked[0][0].source.name.startswith(("leading_", "foremost_"))
    assert asked[-1][0].source.name == else_read
