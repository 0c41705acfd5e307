"""Totals, series, breakdowns and matrices: cases checked by hand, and the edges."""

import datetime as dt
import math

import pandas as pd
import pytest

from queries.breakdowns import fetch_breakdown, fetch_breakdowns
from queries.hot_words import WordsNotDerivedError
from queries.listing import fetch_submission, fetch_submissions
from queries.matrices import fetch_matrix
from queries.notable import NotableRules, fetch_notable
from queries.scope import EVERYTHING, Scope
from queries.screen import ScreenPlan, fetch_screen
from queries.selection import Comparison, Period, Selection
from queries.series import fetch_series
from queries.totals import fetch_totals
from queries.warehouse import Warehouse
from tests.queries.samples import (
    ALL_DERIVED,
    create,
    derive_all,
    few_leading_members,
    fill,
    fill_names,
    open_sample,
)

RULES = NotableRules(injury_words=("烫伤", "住院"))
PLAN = ScreenPlan(measures=("submissions", "closure_rate"), rules=RULES)


def plain(day: str, **fields: object) -> dict[str, object]:
    at = dt.datetime.fromisoformat(day)
    return {
        "source": "test",
        "kind": "complaint",
        "registered_at": at,
        "registered_on": at.date(),
        "weekday": at.isoweekday(),
        "hour": at.hour,
        "status": "registered",
        "words": (),
        **fields,
    }


@pytest.fixture
def holding(any_engine):
    """Make a warehouse of these rows, all derived."""

    def make(*rows: dict[str, object]) -> Warehouse:
        create(any_engine)
        numbered = [
            {"submission_key": key, "submission_id": f"S{key}", **row}
            for key, row in enumerate(rows, start=1)
        ]
        fill(any_engine, numbered)
        fill_names(any_engine)
        derive_all(any_engine)
        return open_sample(any_engine, numbered).warehouse

    return make


@pytest.fixture
def empty(any_engine):
    create(any_engine)
    derive_all(any_engine)
    return Warehouse(any_engine, "empty", None, None, None, 0, True, ALL_DERIVED)


def test_an_empty_warehouse_answers_with_nothing(empty):
    chosen = Selection()
    totals = fetch_totals(empty, chosen, EVERYTHING, measures=("submissions", "closure_rate"))
    assert totals.current["submissions"] == 0
    assert math.isnan(totals.current["closure_rate"])
    assert (totals.previous, totals.last_year, totals.in_scope) == (None, None, 0)
    series = fetch_series(empty, chosen, EVERYTHING, measures=("submissions",))
    assert series.frame.empty
    assert list(series.frame.columns) == ["submissions", "complete"]
    for level in ("city_code", "operator_id", "word"):
        found = fetch_breakdown(empty, chosen, EVERYTHING, level=level)
        assert (len(found.frame), found.members, found.truncated) == (0, 0, False)
        assert {"member", "submissions", "share"} <= set(found.frame.columns)
    matrix = fetch_matrix(empty, chosen, EVERYTHING, rows="weekday", columns="hour")
    assert list(matrix.frame.columns) == ["row", "column", "value"]
    assert matrix.frame.empty
    page = fetch_submissions(empty, chosen, EVERYTHING)
    assert (page.total, page.pages, len(page.frame)) == (0, 1, 0)
    assert fetch_submission(empty, EVERYTHING, submission_id="S1") is None
    assert fetch_notable(empty, chosen, EVERYTHING, rules=RULES).empty
    assert fetch_screen(empty, chosen, EVERYTHING, plan=PLAN).totals.in_scope == 0


def test_one_row_in_the_last_second(holding):
    one = holding(plain("2026-03-11T23:59:59", closed_at=dt.datetime(2026, 3, 12), words=(3,)))
    chosen = Selection(period=Period("2026-03-11..2026-03-11"))
    totals = fetch_totals(one, chosen, EVERYTHING, measures=("submissions", "closure_rate"))
    assert totals.current == {"submissions": 1.0, "closure_rate": 1.0}
    assert totals.in_scope == 1
    assert totals.previous is None
    found = fetch_breakdown(one, chosen, EVERYTHING, level="city_code").frame
    assert found.to_dict("records") == [{"member": None, "submissions": 1, "share": 1.0}]
    word = fetch_breakdown(one, chosen, EVERYTHING, level="word").frame
    assert word.to_dict("records") == [{"member": "词3", "submissions": 1, "share": 1.0}]
    next_day = Selection(period=Period("2026-03-12..2026-03-12"))
    assert fetch_submissions(one, next_day, EVERYTHING).total == 0


def test_totals_compare_only_with_days_wholly_inside_the_data(holding):
    warehouse = holding(
        *[plain(f"2025-03-{day:02}") for day in range(1, 11)],
        plain("2026-02-01"),
        *[plain("2026-03-10") for _ in range(3)],
    )
    ten_days = Selection(period=Period("2026-03-01..2026-03-10"))
    totals = fetch_totals(warehouse, ten_days, EVERYTHING, measures=("submissions",))
    # before: 19 to 28 February 2026, nothing; a year before: ten in ten days
    assert totals.current == {"submissions": 3.0}
    assert totals.previous == {"submissions": 0.0}
    assert totals.last_year == {"submissions": 10.0}
    not_over = Selection(period=Period("2026-03-01..2026-03-11"))
    totals = fetch_totals(warehouse, not_over, EVERYTHING, measures=("submissions",))
    assert totals.current == {"submissions": 3.0}
    assert (totals.previous, totals.last_year) == (None, None)
    too_early = Selection(period=Period("2026-02-28..2026-03-10"))
    totals = fetch_totals(warehouse, too_early, EVERYTHING, measures=("submissions",))
    assert totals.last_year is None


def test_shares_changes_and_what_was_not_stated(holding):
    warehouse = holding(
        plain("2026-01-30", city_code="420500"),
        plain("2026-02-20", city_code="420100"),
        plain("2026-02-21", city_code="420100"),
        plain("2026-03-01", city_code="420100"),
        plain("2026-03-02", city_code="420100"),
        plain("2026-03-03", city_code="420100"),
        plain("2026-03-04"),
        plain("2026-03-31", city_code="420500"),
    )
    march = Selection(period=Period("2026-03-01..2026-03-31"))
    found = fetch_breakdown(warehouse, march, EVERYTHING, level="city_code", limit=2)
    first, second = found.frame.to_dict("records")
    assert first == {
        "member": "420100",
        "submissions": 3,
        "share": 0.6,
        "submissions_compared": 2,
        "change": 1,
        "change_rate": 0.5,
    }
    assert second["member"] == "420500"
    assert second["submissions_compared"] == 0
    assert math.isnan(second["change_rate"])
    assert (found.members, found.truncated) == (3, True)
    last = fetch_breakdown(warehouse, march, EVERYTHING, level="city_code").frame.iloc[-1]
    assert last["member"] is None


def test_a_rate_is_divided_after_adding_up(holding):
    closed = {"closed_at": dt.datetime(2026, 3, 30)}
    warehouse = holding(
        plain("2026-03-01", **closed),
        *[plain("2026-03-02", **(closed if n else {})) for n in range(4)],
        *[plain("2026-03-03") for _ in range(5)],
    )
    chosen = Selection(period=Period("all"), comparison=Comparison.NONE)
    totals = fetch_totals(warehouse, chosen, EVERYTHING, measures=("closure_rate",))
    assert totals.current["closure_rate"] == pytest.approx(4 / 10)
    weeks = fetch_series(
        warehouse, chosen, EVERYTHING, measures=("closure_rate",), grain="week"
    ).frame
    # 1 March 2026 is a Sunday, so its week began on 23 February.
    assert weeks["closure_rate"].to_list() == [1.0, pytest.approx(3 / 9)]


def test_weeks_and_months_say_whether_they_are_complete(holding):
    warehouse = holding(plain("2026-01-20"), plain("2026-02-14"), plain("2026-03-10"))
    chosen = Selection(period=Period("all"), comparison=Comparison.NONE)
    months = fetch_series(warehouse, chosen, EVERYTHING, measures=("submissions",), grain="month")
    assert months.frame["submissions"].to_list() == [1, 1, 1]
    assert months.frame["complete"].to_list() == [False, True, False]
    assert months.frame.index.to_list() == list(
        pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01"])
    )
    weeks = fetch_series(warehouse, chosen, EVERYTHING, measures=("submissions",), grain="week")
    assert weeks.frame.index[0] == pd.Timestamp("2026-01-19")
    assert weeks.frame["complete"].to_list() == [False, *[True] * 6, False]
    days = fetch_series(warehouse, chosen, EVERYTHING, measures=("submissions",))
    assert len(days.frame) == 50
    assert days.frame["complete"].all()
    assert days.frame["submissions"].sum() == 3


def test_a_series_ends_where_the_data_ends(holding):
    warehouse = holding(plain("2026-03-05"), plain("2026-03-20"))
    whole_quarter = Selection(period=Period("2026-01-01..2026-03-31"), comparison=Comparison.NONE)
    frame = fetch_series(warehouse, whole_quarter, EVERYTHING, measures=("submissions",)).frame
    assert (frame.index[0], frame.index[-1]) == (
        pd.Timestamp("2026-03-05"),
        pd.Timestamp("2026-03-20"),
    )


def compared_series(warehouse, code, comparison, grain="day"):
    chosen = Selection(period=Period(code), comparison=comparison)
    found = fetch_series(warehouse, chosen, EVERYTHING, measures=("submissions",), grain=grain)
    assert found.compared is not None
    assert found.compared.index.equals(found.frame.index)
    return found.compared["submissions"]


def test_compared_days_stand_on_the_positions_of_the_days_they_are_compared_with(holding):
    warehouse = holding(
        plain("2024-02-01"),
        plain("2024-02-28"),
        plain("2024-02-29"),
        plain("2024-03-01"),
        plain("2025-02-28"),
        plain("2025-03-01"),
        plain("2025-03-31"),
    )
    year = Comparison.LAST_YEAR
    by_day = compared_series(warehouse, "2025-02-20..2025-03-10", year)
    assert by_day["2025-02-28"] == 1
    assert by_day["2025-03-01"] == 1
    assert by_day.sum() == 2
    by_month = compared_series(warehouse, "2025-02-20..2025-03-10", year, "month")
    assert by_month.to_list() == [2, 1]
    whole_months = compared_series(warehouse, "2025-02-01..2025-03-31", year, "month")
    assert whole_months.to_list() == [3, 1]

    # February has 28 days: they stand at 1 to 28 March, three days have no counterpart.
    by_day = compared_series(warehouse, "2025-03-01..2025-03-31", Comparison.PREVIOUS)
    assert by_day["2025-03-28"] == 1
    assert by_day["2025-03-29":].isna().all()
    by_month = compared_series(warehouse, "2025-03-01..2025-03-31", Comparison.PREVIOUS, "month")
    assert by_month.to_list() == [1]


def test_without_days_to_compare_with_there_is_no_comparison(holding):
    warehouse = holding(plain("2024-02-01"), plain("2025-03-31"))
    leap = Selection(period=Period("2024-02-01..2024-02-29"), comparison=Comparison.LAST_YEAR)
    assert fetch_series(warehouse, leap, EVERYTHING, measures=("submissions",)).compared is None
    found = fetch_breakdown(warehouse, leap, EVERYTHING, level="city_code").frame
    assert list(found.columns) == ["member", "submissions", "share"]


def test_a_day_that_the_year_before_did_not_have_is_not_zero(holding):
    warehouse = holding(plain("2023-01-01"), plain("2024-02-29"), plain("2024-03-01"))
    compared = compared_series(warehouse, "2024-02-28..2024-03-01", Comparison.LAST_YEAR)
    assert math.isnan(compared.iloc[1])
    assert compared.fillna(-1).to_list() == [0, -1, 0]


def test_drilling_lists_the_counties_of_the_city_chosen(sample):
    in_city = Selection(period=Period("all")).with_filter("region", ["420100"])
    counties = fetch_breakdown(sample.warehouse, in_city, EVERYTHING, level="county_code").frame
    assert set(counties["member"]) == {"420102", "420106", None}
    cities = fetch_breakdown(sample.warehouse, in_city, EVERYTHING, level="city_code").frame
    assert set(cities["member"]) == {"420100", "420500", "429004", "430100", None}
    in_county = in_city.with_filter("region", ["420106"])
    siblings = fetch_breakdown(sample.warehouse, in_county, EVERYTHING, level="county_code")
    assert set(siblings.frame["member"]) >= {"420102", "420106", "420506"}
    streets = fetch_breakdown(sample.warehouse, in_county, EVERYTHING, level="street_code")
    assert set(streets.frame["member"]) == {"420106001"}


def test_operators_carry_their_names(sample):
    frame = fetch_breakdown(
        sample.warehouse,
        Selection(period=Period("all")),
        EVERYTHING,
        level="operator_id",
        limit=100,
    ).frame
    names = dict(zip(frame["member"], frame["name"], strict=True))
    assert (names["OP03"], names["OP07"], names[None]) == ("第3店", None, None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": "colour"}, "level must be word or one of province_code.*got 'colour'"),
        ({"level": "city_code", "order": "closed"}, "order must be one of .*submissions; got"),
        ({"level": "word", "measures": ("closed",)}, "words have only the measure submissions"),
        ({"level": "city_code", "limit": 0}, "limit must be 1 to 1000, got 0"),
        ({"level": "city_code", "limit": 1001}, "limit must be 1 to 1000, got 1001"),
    ],
)
def test_what_cannot_be_broken_down_is_refused(duckdb_sample, options, message):
    with pytest.raises(ValueError, match=message):
        fetch_breakdown(duckdb_sample.warehouse, Selection(), EVERYTHING, **options)


def test_what_is_no_matrix_or_grain_is_refused(duckdb_sample):
    warehouse = duckdb_sample.warehouse
    for rows, columns in (("operator_id", "hour"), ("hour", "hour"), ("word", "hour")):
        with pytest.raises(ValueError, match="a matrix is made of two of"):
            fetch_matrix(warehouse, Selection(), EVERYTHING, rows=rows, columns=columns)
    with pytest.raises(ValueError, match="grain must be one of day, week, month, got 'year'"):
        fetch_series(warehouse, Selection(), EVERYTHING, measures=("closed",), grain="year")


def test_words_out_of_step_are_an_error_not_an_empty_list(duckdb_sample):
    stale = Warehouse(
        duckdb_sample.warehouse.engine,
        "stale",
        duckdb_sample.warehouse.first_day,
        duckdb_sample.warehouse.last_day,
        None,
        1,
        True,
        ALL_DERIVED - {"submission_words"},
    )
    with pytest.raises(WordsNotDerivedError, match="python -m jobs refresh"):
        fetch_breakdown(stale, Selection(), EVERYTHING, level="word")
    assert fetch_breakdowns(stale, Selection(), EVERYTHING, levels=("city_code",))


def test_matrix_numbers_stand_in_order(duckdb_sample):
    chosen = Selection(period=Period("all"))
    frame = fetch_matrix(
        duckdb_sample.warehouse, chosen, EVERYTHING, rows="weekday", columns="hour"
    ).frame
    keys = [
        (int(row), int(column)) for row, column in zip(frame["row"], frame["column"], strict=True)
    ]
    assert keys == sorted(keys)
    assert frame["value"].sum() == len(duckdb_sample.rows)


def test_a_viewer_without_rights_sees_nothing(sample):
    nobody, chosen = Scope(), Selection(period=Period("all"))
    warehouse = sample.warehouse
    totals = fetch_totals(warehouse, chosen, nobody, measures=("submissions",))
    assert (totals.current["submissions"], totals.in_scope) == (0, 0)
    for level in ("city_code", "operator_id", "word", "hour"):
        assert fetch_breakdown(warehouse, chosen, nobody, level=level).members == 0
    assert fetch_submissions(warehouse, chosen, nobody).total == 0
    assert fetch_notable(warehouse, chosen, nobody, rules=RULES).empty


def test_a_viewer_of_one_city_sees_no_other_in_any_read(sample):
    """Even with the filter on regions left out, and whatever is selected."""
    city = Scope(regions=("420500",))
    mine = [row for row in sample.rows if row["city_code"] == "420500"]
    warehouse = sample.warehouse
    for chosen in (
        Selection(period=Period("all")),
        Selection(period=Period("all")).with_filter("region", ["420100"]),
    ):
        visible = [] if chosen.filters else mine
        totals = fetch_totals(warehouse, chosen, city, measures=("submissions",))
        assert totals.in_scope == len(mine)
        assert totals.current["submissions"] == len(visible)
        series = fetch_series(warehouse, chosen, city, measures=("submissions",))
        assert series.frame["submissions"].sum() == len(visible)
        for level in ("province_code", "city_code"):
            found = fetch_breakdown(warehouse, chosen, city, level=level).frame
            assert set(found["member"]) == {mine[0][level]}
        matrix = fetch_matrix(warehouse, chosen, city, rows="city_code", columns="issue_type")
        assert set(matrix.frame["row"]) == {"420500"}
        operators = fetch_breakdown(warehouse, chosen, city, level="operator_id", limit=100).frame
        assert operators["submissions"].sum() == len(visible)
        words = fetch_breakdown(warehouse, chosen, city, level="word", limit=100).frame
        assert words["submissions"].sum() == sum(len(row["words"]) for row in visible)
        page = fetch_submissions(warehouse, chosen, city, page_size=200).frame
        assert set(page["city_code"]) <= {"420500"}
        assert len(page) == min(200, len(visible))
        screen = fetch_screen(warehouse, chosen, city, plan=PLAN)
        assert set(screen.breakdowns["city_code"].frame["member"]) == {"420500"}
        assert screen.totals.in_scope == len(mine)
        assert set(screen.notable["city_code"]) <= {"420500"}
        assert set(screen.matrix.frame["row"]) == {"420500"}


def test_a_member_tied_with_one_that_does_not_lead_is_not_preferred(holding):
    """B leads with three in all; in March both have two, and A comes first by name."""
    with few_leading_members(1):
        warehouse = holding(
            plain("2026-01-05", operator_id="B"),
            *[plain("2026-03-10", operator_id=each) for each in "ABAB"],
        )
    march = Selection(period=Period("2026-03-01..2026-03-31"), comparison=Comparison.NONE)
    found = fetch_breakdown(warehouse, march, EVERYTHING, level="operator_id", limit=1)
    assert found.frame["member"].to_list() == ["A"]
    assert found.members == 2
    ever = Selection(period=Period("all"), comparison=Comparison.NONE)
    found = fetch_breakdown(
        warehouse, ever, EVERYTHING, level="operator_id", limit=1, count_members=False
    )
    assert found.frame["member"].to_list() == ["B"]
    assert (found.members, found.counted, found.truncated) == (1, False, True)
