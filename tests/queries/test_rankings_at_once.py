"""Rankings of several periods from one reading of a rollup: the same as one after the other."""

import random
from dataclasses import replace

import numpy as np
import pytest

from queries import ranking
from queries.arrow_columns import fetch_table
from queries.ranking import fetch_members, fetch_ranking, fetch_rankings
from queries.ranking_sources import Ranking, member_pieces
from queries.reading import reading
from queries.scope import EVERYTHING, Scope
from queries.selection import DateRange, Period, Selection
from tests.queries.samples import (
    ALL_DERIVED,
    FIRST_DAY,
    LAST_DAY,
    create,
    derive_all,
    few_leading_members,
    fill,
    fill_names,
    make_rows,
    open_sample,
)

CITY = Scope(regions=("420100",))
MEMBERS = {"operator_id": 5, "word_id": 2}
PERIODS = {
    "30d": ("2026-02-19..2026-03-20", "2026-01-20..2026-02-18", "2025-02-19..2025-03-20"),
    "edges": ("2025-12-05..2026-02-17", "2025-09-21..2025-12-04"),
    "months": ("2026-01-01..2026-02-28", "2025-11-01..2025-12-31"),
    "long": ("2025-02-14..2026-03-20", "2025-02-10..2026-02-01"),
    "alone": ("2025-03-21..2026-03-20",),
    "nothing": ("2030-01-01..2030-01-31", "2026-01-01..2026-01-31"),
}


@pytest.fixture(
    scope="module", params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def sample(request, fresh_engine):
    """Few operators and words have most of what there is, so that a rollup of few is certain."""
    chance = random.Random("few lead")
    rows = [
        row
        | {"operator_id": f"OP{int(60 * chance.random() ** 4):02}"}
        | {"words": tuple({int(40 * chance.random() ** 5) for _ in "1234"})}
        for row in make_rows(seed=2, count=2_000)
    ]
    with fresh_engine(request.param) as engine:
        create(engine)
        fill(engine, rows)
        fill_names(engine)
        with few_leading_members(20, foremost=10):
            derive_all(engine)
        yield open_sample(engine, rows)


def days_of(period: str) -> list[DateRange]:
    return [Period(code).range(FIRST_DAY, LAST_DAY) for code in PERIODS[period]]


def both_ways(sample, *, member, scope, period, fresh=ALL_DERIVED, **asked):
    """Return two rankings and all counts, at once and one after the other."""
    spans = days_of(period)
    wanted = Ranking(
        member, asked.get("sums", ("submissions",)), asked.get("order", "submissions"), spans[0],
        asked.get("limit", MEMBERS[member]), enough=asked.get("enough"), least=asked.get("least", 0),
    )  # fmt: skip
    rankings = [replace(wanted, days=days) for days in spans[:2]]
    with reading(sample.knowing(fresh), Selection(), scope) as opened:
        count_members = asked.get("count_members", True)
        ranked, counted = fetch_rankings(opened, rankings, spans, count_members=count_members)
        alone = [
            fetch_ranking(opened, each, count_members=count_members if not place else None)
            for place, each in enumerate(rankings)
        ]
        members = list(dict.fromkeys(each for one in ranked for each in one.sums.firsts))
        again = {
            days: fetch_members(
                opened, wanted, members, member_pieces(opened, wanted, days, rollup=None)
            )
            for days in spans
        }
    keys = [(each,) for each in members]
    for days, expected in again.items():
        of_all, others = counted[days].of(keys), expected.of(keys)
        for name in wanted.sums:
            np.testing.assert_allclose(of_all.arrays[name], others.arrays[name])
    return ranked, alone


def assert_same(found, expected):
    assert found.sums.members == expected.sums.members
    for name, array in expected.sums.arrays.items():
        assert found.sums.arrays[name].dtype == array.dtype
        np.testing.assert_allclose(found.sums.arrays[name], array)
    for name in ("members", "stated", "counted", "rollup", "most"):
        assert getattr(found, name) == getattr(expected, name), name


@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize("fresh", [ALL_DERIVED, frozenset({"submission_words"})])
@pytest.mark.parametrize("scope", [EVERYTHING, CITY], ids=["province", "city"])
@pytest.mark.parametrize("period", PERIODS)
def test_at_once_is_as_one_after_the_other(sample, member, fresh, scope, period):
    found, expected = both_ways(sample, member=member, fresh=fresh, scope=scope, period=period)
    if any(each.rollup != expected[0].rollup for each in expected):
        # Read at once, all come from the first source that is enough for each of them.
        for one, other in zip(found, expected, strict=True):
            assert one.sums.members == other.sums.members
        return
    for one, other in zip(found, expected, strict=True):
        assert_same(one, other)


@pytest.mark.parametrize(
    ("order", "sums"),
    [
        ("complaints", ("complaints",)),
        ("closed", ("closed",)),
        ("recovered_yuan", ("recovered_yuan",)),
        ("submissions", ("closed_on_time", "closed_timed", "submissions")),
    ],
)
def test_sums_of_every_kind_are_the_same(sample, order, sums):
    found, expected = both_ways(
        sample, member="operator_id", scope=EVERYTHING, period="30d", order=order, sums=sums
    )
    for one, other in zip(found, expected, strict=True):
        assert one.sums.members == other.sums.members


@pytest.mark.parametrize("count_members", [True, False, None])
@pytest.mark.parametrize("limit", [3, 1_000])
def test_members_are_counted_as_they_were(sample, count_members, limit):
    found, expected = both_ways(
        sample,
        member="operator_id",
        scope=EVERYTHING,
        period="30d",
        limit=limit,
        count_members=count_members,
    )
    for one, other in zip(found, expected, strict=True):
        assert (one.members, one.stated, one.counted) == (
            other.members,
            other.stated,
            other.counted,
        )


def test_a_rollup_answers_where_it_is_certain(sample):
    for member in MEMBERS:
        ranked, _ = both_ways(sample, member=member, scope=EVERYTHING, period="30d")
        assert {each.rollup.name for each in ranked} == {f"leading_{member.split('_')[0]}s"}
    few, _ = both_ways(
        sample, member="operator_id", scope=EVERYTHING, period="30d", limit=1_000, enough=5
    )
    assert all(each.rollup and 5 <= len(each.sums.members) < 20 for each in few)
    reachable, _ = both_ways(
        sample, member="operator_id", scope=EVERYTHING, period="30d", limit=1_000, enough=5, least=1
    )
    assert all(each.rollup is None and len(each.sums.members) > 20 for each in reachable)


def test_the_foremost_answer_for_long_periods(sample, monkeypatch):
    asked = []
    leaders = ranking._fetch_leaders

    def remember(opened, rankings, spans, rollup):
        asked.append(rollup and rollup.name)
        return leaders(opened, rankings, spans, rollup)

    monkeypatch.setattr(ranking, "_fetch_leaders", remember)
    for given, expected in (
        ({"limit": 3}, ["foremost_operators"]),
        ({"limit": 15, "enough": 3}, ["foremost_operators", "leading_operators"]),
        ({"limit": 3, "order": "complaints", "sums": ("complaints",)}, ["leading_operators"]),
        ({"limit": 3, "scope": CITY}, ["leading_operators"]),
        ({"limit": 3, "period": "30d"}, ["leading_operators"]),
    ):
        asked.clear()
        wanted = {"scope": EVERYTHING, "period": "long"} | given
        found, alone = both_ways(sample, member="operator_id", **wanted)
        assert asked == expected, given
        for one, other in zip(found, alone, strict=True):
            assert one.sums.members == other.sums.members


def test_ties_at_the_limit_are_cut_in_the_database(sample, monkeypatch):
    read = []

    def remember(conn, statement):
        read.append(fetch_table(conn, statement))
        return read[-1]

    monkeypatch.setattr("queries.ranking.fetch_table", remember)
    limit = 15
    found, expected = both_ways(
        sample,
        member="operator_id",
        scope=EVERYTHING,
        period="30d",
        fresh=frozenset(),
        order="tipoffs",
        sums=("tipoffs",),
        limit=limit,
    )
    for one, other in zip(found, expected, strict=True):
        assert_same(one, other)
        assert one.most == one.sums.arrays["tipoffs"][-1], "no tie"
    (table,) = read
    assert limit < table.num_rows <= 2 * (limit + 1) + 1
