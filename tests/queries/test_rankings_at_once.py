"""Rankings of several periods from one reading of a rollup: the same as one after the other."""

import random

import pandas as pd
import pytest

from queries import candidates
from queries.ranking import fetch_rankings
from queries.scope import EVERYTHING, Scope
from queries.selection import Comparison, Period, Selection
from queries.standings import Limits, fetch_standings
from tests.queries.samples import (
    ALL_DERIVED,
    create,
    derive_all,
    few_leading_members,
    fill,
    fill_names,
    make_rows,
    open_sample,
)

CITY = Scope(regions=("420100",))
LEVELS = ("operator_id", "word")


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
        with few_leading_members(20):
            derive_all(engine)
        yield open_sample(engine, rows)


@pytest.fixture
def answers(monkeypatch):
    """What was answered at once, None where each ranking was left to be read by itself."""
    told = []

    def remember(*given, **more):
        told.append(fetch_rankings(*given, **more))
        return told[-1]

    monkeypatch.setattr(candidates, "fetch_rankings", remember)
    monkeypatch.setattr(candidates, "ENOUGH_OPERATORS", 1)
    # Words have no number that is enough: so few are certain.
    monkeypatch.setattr(candidates, "WORD_CANDIDATES", 2)
    return told


def both_ways(sample, monkeypatch, selection, scope, **asked):
    warehouse = sample.knowing(ALL_DERIVED)
    at_once = fetch_standings(warehouse, selection, scope, limit=2, **asked)
    with monkeypatch.context() as patched:
        patched.setattr(candidates, "fetch_rankings", lambda *_given, **_more: None)
        return at_once, fetch_standings(warehouse, selection, scope, limit=2, **asked)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("scope", [EVERYTHING, CITY], ids=["province", "city"])
@pytest.mark.parametrize(
    "period",
    ["30d", "12m", "2025-12-05..2026-02-17", "2026-01-01..2026-02-28"],
)
def test_at_once_is_as_one_after_the_other(  # noqa: PLR0917
    sample, monkeypatch, answers, level, scope, period
):
    selection = Selection(period=Period(period))
    found, expected = both_ways(sample, monkeypatch, selection, scope, level=level)
    assert (found.members, found.matched, found.counted, found.candidates) == (
        expected.members,
        expected.matched,
        expected.counted,
        expected.candidates,
    )
    pd.testing.assert_frame_equal(found.frame, expected.frame)
    assert len(answers) == 1


@pytest.mark.parametrize("measure", ["complaints", "recovered_yuan", "on_time_rate", "closed"])
def test_sums_of_every_kind_are_the_same(sample, monkeypatch, answers, measure):
    selection = Selection(period=Period("90d"), comparison=Comparison.LAST_YEAR)
    found, expected = both_ways(
        sample, monkeypatch, selection, EVERYTHING, level="operator_id", measure=measure
    )
    pd.testing.assert_frame_equal(found.frame, expected.frame)
    assert len(answers) == 1


@pytest.mark.parametrize("count_members", [True, False, None])
def test_members_are_counted_as_they_were(sample, monkeypatch, answers, count_members):
    selection = Selection(period=Period("30d"))
    found, expected = both_ways(
        sample,
        monkeypatch,
        selection,
        EVERYTHING,
        level="operator_id",
        count_members=count_members,
    )
    assert (found.members, found.counted) == (expected.members, expected.counted)
    assert answers[0] is not None


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("period", ["30d", "2025-12-05..2026-02-17", "12m"])
def test_the_rollup_answers_where_it_is_certain(sample, monkeypatch, answers, level, period):
    both_ways(sample, monkeypatch, Selection(period=Period(period)), EVERYTHING, level=level)
    ((ranked, _),) = answers
    assert [each.members >= 2 for each in ranked] == [True] * (1 if period == "12m" else 2)


def test_a_limit_that_others_may_reach_is_left_to_the_facts(sample, monkeypatch, answers):
    both_ways(
        sample,
        monkeypatch,
        Selection(period=Period("30d")),
        EVERYTHING,
        level="operator_id",
        limits=Limits(at_least=1),
    )
    assert answers == [None]
