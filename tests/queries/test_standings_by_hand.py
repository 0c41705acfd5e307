"""Standings by hand, and the edges."""

import datetime as dt
import itertools
import math
from dataclasses import replace

import pytest

from queries import candidates
from queries.hot_words import WordsNotDerivedError
from queries.scope import EVERYTHING, Scope
from queries.selection import Comparison, DateRange, Filter, Period, Selection
from queries.standings import Limits, fetch_standings
from queries.trends import trend_buckets
from queries.warehouse import Warehouse
from tests.queries import oracle
from tests.queries.samples import (
    ALL_DERIVED,
    create,
    derive_all,
    few_leading_members,
    fill,
    fill_names,
    open_sample,
)
from tests.queries.test_reads import plain
from tests.queries.test_standings import NUMBERS


@pytest.fixture
def holding(any_engine):
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


def test_a_ranking_by_hand(holding):
    warehouse = holding(
        plain("2025-03-01"),
        *[plain("2025-03-11", city_code="420100") for _ in range(4)],
        *[plain("2026-03-02", city_code="420100") for _ in range(3)],
        *[plain("2026-03-05", city_code="420500") for _ in range(5)],
        plain("2026-03-06", city_code="420600"),
        *[plain("2026-03-11", city_code="420100") for _ in range(6)],
        *[plain("2026-03-15", city_code="420500") for _ in range(3)],
        *[plain("2026-03-16", city_code="429004") for _ in range(3)],
        *[plain("2026-03-20") for _ in range(3)],
    )
    ten_days = Selection(period=Period("2026-03-11..2026-03-20"))
    found = fetch_standings(warehouse, ten_days, EVERYTHING, level="city_code")
    wuhan, yichang, xiantao, nowhere, xiangyang = found.frame.to_dict("records")
    # 6 of 15 now, first; 3 before, second of three; 4 a year earlier
    assert (wuhan["member"], wuhan["value"], wuhan["share"]) == ("420100", 6, 0.4)
    assert (wuhan["rank"], wuhan["previous_rank"], wuhan["rank_change"]) == (1, 2, 1)
    assert (wuhan["change"], wuhan["change_rate"]) == (3, 1.0)
    assert (wuhan["last_year"], wuhan["yearly_change"], wuhan["yearly_rate"]) == (4, 2, 0.5)
    # ties share a place; what had nothing before has no rate and no place to have climbed from
    assert (yichang["rank"], yichang["rank_change"], yichang["change_rate"]) == (2, -1, -0.4)
    assert (xiantao["member"], xiantao["rank"], xiantao["previous"]) == ("429004", 2, 0)
    assert math.isnan(xiantao["change_rate"])
    assert math.isnan(xiantao["rank_change"])
    # not stated counts in the total, but takes nobody's place
    assert (nowhere["member"], nowhere["value"]) == (None, 3)
    assert math.isnan(nowhere["rank"])
    # gone: all of it lost, no place now
    assert (xiangyang["member"], xiangyang["value"], xiangyang["change_rate"]) == ("420600", 0, -1)
    assert (math.isnan(xiangyang["rank"]), xiangyang["previous_rank"]) == (True, 3)
    # three are stated and have something; besides one that had, and what is not stated
    assert (found.members, found.kept, found.matched) == (3, 3, 5)
    assert (found.gone, found.not_stated) == (1, 1)
    assert found.previous_days == DateRange(dt.date(2026, 3, 1), dt.date(2026, 3, 10))
    assert found.last_year_days == DateRange(dt.date(2025, 3, 11), dt.date(2025, 3, 20))
    # 13 days up to the 20th
    assert found.trend_grain == "day"
    assert [start.day for start in found.trend_starts] == list(range(8, 21))
    assert wuhan["trend"] == [0, 0, 0, 6, *[0] * 9]


@pytest.mark.parametrize(
    ("limits", "kept"),
    [
        pytest.param(Limits(), ["A", "B", "C", "D", None], id="none"),
        pytest.param(Limits(at_least=3), ["A", "B", None], id="on the least value"),
        pytest.param(Limits(at_least=4), ["A"], id="above it"),
        pytest.param(Limits(growth_from=1.0), ["A", "C"], id="doubled, or from nothing"),
        pytest.param(Limits(growth_from=1.01), ["C"], id="more than doubled"),
        pytest.param(Limits(at_least=3, growth_from=0.0), ["A", "B", None], id="not fallen"),
        pytest.param(
            Limits(growth_from=0.5, against=Comparison.LAST_YEAR),
            ["A", "B", "C", None],
            id="yearly",
        ),
        pytest.param(Limits(base_at_least=100), ["A", "B", "C", "D", None], id="no base of sums"),
    ],
)
def test_limits_by_hand(holding, limits, kept):
    # before: A 2, B 3, C 0, D 1, not stated 3; a year earlier: D only
    warehouse = holding(
        plain("2025-03-01"),
        plain("2025-03-12", sale_mode="D"),
        *[plain("2026-03-02", sale_mode=mode) for mode in "AABBBD"],
        *[plain("2026-03-02") for _ in range(3)],
        *[plain("2026-03-12", sale_mode=mode) for mode in "AAAABBBC"],
        *[plain("2026-03-20") for _ in range(3)],
    )
    ten_days = Selection(period=Period("2026-03-11..2026-03-20"))
    found = fetch_standings(warehouse, ten_days, EVERYTHING, level="sale_mode", limits=limits)
    assert set(found.frame["member"]) == set(kept)
    assert found.matched == len(kept)
    assert found.members == 3
    stated = {"A", "B", "C"} & set(kept)
    assert (found.kept, found.not_stated) == (len(stated), int(None in kept))
    # ranks are of all, whatever is kept
    assert found.frame.set_index("member")["rank"].to_dict().get("A", 1) == 1


def test_rates_are_divided_last_and_unknown_ones_stand_last(holding):
    closed = dt.datetime(2026, 3, 12)
    warehouse = holding(
        *[plain("2026-03-01", sale_mode="A") for _ in range(2)],
        plain("2026-03-02", sale_mode="A", closed_at=closed),
        plain("2026-03-02", sale_mode="B"),
        *[plain("2026-03-11", sale_mode="A", closed_at=closed) for _ in range(3)],
        plain("2026-03-11", sale_mode="A"),
        plain("2026-03-20", sale_mode="C", closed_at=closed),
    )
    chosen = Selection(period=Period("2026-03-11..2026-03-20"))
    for ascending, order in ((False, ["C", "A", "B"]), (True, ["A", "C", "B"])):
        found = fetch_standings(
            warehouse,
            chosen,
            EVERYTHING,
            level="sale_mode",
            measure="closure_rate",
            ascending=ascending,
        ).frame
        # C 1 of 1, A 3 of 4 after 1 of 3, B nothing now
        assert found["member"].to_list() == order
    first, _, last = found.to_dict("records")
    assert (first["value"], first["base"], first["rank"]) == (0.75, 4, 2)
    assert first["change"] == pytest.approx(0.75 - 1 / 3)
    assert first["change_rate"] == pytest.approx(1.25)
    assert found["share"].isna().all()
    assert math.isnan(last["value"])
    assert math.isnan(first["trend"][-1])
    enough = fetch_standings(
        warehouse,
        chosen,
        EVERYTHING,
        level="sale_mode",
        measure="closure_rate",
        limits=Limits(base_at_least=4),
    )
    assert enough.frame["member"].to_list() == ["A"]


def test_pages_follow_each_other(sample):
    every = fetch_standings(
        sample.warehouse, Selection(period=Period("all")), EVERYTHING, level="hour", limit=1_000
    )
    pages = [
        fetch_standings(
            sample.warehouse,
            Selection(period=Period("all")),
            EVERYTHING,
            level="hour",
            limit=10,
            page=page,
        )
        for page in (1, 2, 3, 4)
    ]
    assert [len(each.frame) for each in pages] == [10, 10, 4, 0]
    assert {each.matched for each in pages} == {24}
    members = list(itertools.chain(*[each.frame["member"] for each in pages]))
    assert members == every.frame["member"].to_list()
    assert pages[0].frame.equals(every.frame[:10])


@pytest.mark.parametrize(
    ("days", "grain", "ends", "number"),
    [
        ("2026-01-01..2026-01-27", "day", ("2026-01-15", "2026-01-27"), 13),
        ("2026-01-01..2026-01-28", "week", ("2025-10-27", "2026-01-19"), 13),
        ("2025-09-01..2026-02-27", "month", ("2025-02-01", "2026-01-01"), 12),
        ("2026-03-01..2027-03-01", "month", ("2025-02-01", "2026-02-01"), 13),
        ("2024-01-01..2024-01-05", "day", None, 0),
    ],
)
def test_trends_are_of_complete_buckets(sample, days, grain, ends, number):
    start, end = (dt.date.fromisoformat(each) for each in days.split(".."))
    known = replace(sample.warehouse, first_day=dt.date(2025, 2, 1), last_day=dt.date(2026, 3, 20))
    found = trend_buckets(known, DateRange(start, end))
    assert (found.grain, len(found.starts)) == (grain, number)
    if number:
        assert (found.starts[0].isoformat(), found.starts[-1].isoformat()) == ends


def test_a_month_begun_before_the_data_is_not_complete(sample):
    known = replace(sample.warehouse, first_day=dt.date(2025, 2, 2), last_day=dt.date(2026, 3, 20))
    found = trend_buckets(known, DateRange(dt.date(2025, 9, 1), dt.date(2026, 2, 28)))
    assert found.starts[0] == dt.date(2025, 3, 1)


@pytest.mark.parametrize("level", ["city_code", "operator_id", "word"])
def test_an_empty_warehouse(any_engine, level):
    create(any_engine)
    derive_all(any_engine)
    empty = Warehouse(any_engine, "empty", None, None, None, 0, True, ALL_DERIVED)
    found = fetch_standings(empty, Selection(), EVERYTHING, level=level)
    assert found.frame.empty
    assert {"member", "trend", *NUMBERS} <= set(found.frame.columns)
    assert (found.members, found.matched, found.previous_days) == (0, 0, None)
    assert len(found.trend_starts) == 0


def test_operators_have_names_and_one_county_sees_its_own(sample):
    scope = Scope(regions=("420106",))
    found = fetch_standings(
        sample.warehouse, Selection(period=Period("all")), scope, level="operator_id", limit=1_000
    )
    own = {row["operator_id"] for row in sample.rows if row["county_code"] == "420106"}
    assert set(found.frame["member"]) == own
    named = dict(zip(found.frame["member"], found.frame["name"], strict=True))
    assert {each for each in own if named[each] is None} == own & {None, "OP07"}
    assert fetch_standings(sample.warehouse, Selection(), Scope(), level="operator_id").matched == 0


def test_no_growth_is_known_without_a_period_to_compare(holding):
    warehouse = holding(plain("2026-03-01"), plain("2026-03-10", sale_mode="A"))
    chosen = Selection(period=Period("2026-03-01..2026-03-10"))
    found = fetch_standings(
        warehouse, chosen, EVERYTHING, level="sale_mode", limits=Limits(growth_from=0.5)
    )
    assert (found.previous_days, found.members, found.matched) == (None, 1, 0)


def test_words_must_be_derived(sample):
    stale = replace(sample.warehouse, fresh=frozenset())
    with pytest.raises(WordsNotDerivedError):
        fetch_standings(stale, Selection(), EVERYTHING, level="word")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"level": "street"}, "level must be"),
        ({"level": "word", "measure": "closed"}, "only the measure submissions"),
        ({"level": "kind", "measure": "anger"}, "measure must be"),
        ({"level": "kind", "order": "name"}, "order must be"),
        ({"level": "kind", "limit": 0}, "limit must be"),
        ({"level": "kind", "page": 0}, "page must be"),
    ],
)
def test_what_cannot_be_asked(sample, options, told):
    with pytest.raises(ValueError, match=told):
        fetch_standings(sample.warehouse, Selection(), EVERYTHING, **options)


def test_growth_needs_something_to_be_measured_against():
    with pytest.raises(ValueError, match="against must be"):
        Limits(against=Comparison.NONE)


def test_filters_on_the_own_dimension_leave_the_others_in_sight(sample):
    chosen = Selection(
        period=Period("all"), filters=(Filter("region", ("420100",)), Filter("kind", ("tipoff",)))
    )
    found = fetch_standings(sample.warehouse, chosen, EVERYTHING, level="city_code", limit=1_000)
    expected = oracle.grouped([row for row in sample.rows if row["kind"] == "tipoff"], "city_code")
    assert dict(zip(found.frame["member"], found.frame["value"], strict=True)) == {
        member: len(rows) for member, rows in expected.items()
    }


def test_who_rose_by_more_than_others_have_is_found_among_the_leading(holding, monkeypatch):
    monkeypatch.setattr(candidates, "ENOUGH_OPERATORS", 1)
    told = {"A": (5, 15), "B": (4, 12), "C": (0, 3), "D": (1, 2), "E": (0, 1)}
    with few_leading_members(2):
        warehouse = holding(
            *[
                plain(day, operator_id=name)
                for name, numbers in told.items()
                for day, number in zip(("2026-03-05", "2026-03-15"), numbers, strict=True)
                for _ in range(number)
            ],
            plain("2026-03-01"),
            plain("2026-03-20"),
        )
    shown = {}
    for limit in (1, 2, 3):
        shown[limit] = fetch_standings(
            warehouse,
            Selection(period=Period("2026-03-11..2026-03-20")),
            EVERYTHING,
            level="operator_id",
            order="change",
            limits=Limits(at_least=1, growth_from=0.5),
            limit=limit,
        )
    assert [shown[limit].frame["change"].to_list() for limit in shown] == [
        [10],
        [10, 8],
        [10, 8, 3],
    ]
    # A and B are told apart from the others, who had 3 at most; the third needs them all
    assert shown[2].candidates is not None
    assert shown[3].candidates is None
    assert (shown[3].kept, shown[3].members) == (5, 5)


def test_what_was_before_is_what_was_a_year_before_for_a_year(holding):
    warehouse = holding(
        *[plain("2025-03-11", operator_id="A") for _ in range(4)],
        *[plain("2026-03-11", operator_id="A") for _ in range(6)],
        *[plain("2025-03-12", operator_id="B") for _ in range(2)],
        plain("2024-03-01"),
        plain("2026-12-31"),
    )
    year = Selection(period=Period("2026-01-01..2026-12-31"))
    found = fetch_standings(warehouse, year, EVERYTHING, level="operator_id")
    assert found.previous_days == found.last_year_days
    rows = found.frame.set_index("member")
    assert rows.loc[["A"], ["value", "previous", "last_year"]].to_numpy().tolist() == [[6, 4, 4]]
    assert rows.loc[["B"], ["value", "previous", "last_year"]].to_numpy().tolist() == [[0, 2, 2]]
