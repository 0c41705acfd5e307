"""Standings: the same numbers as plain Python, by hand, and the edges."""

import itertools
import math
import random
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from queries import candidates, ranking_sources, standings
from queries.measures import MEASURES
from queries.scope import EVERYTHING
from queries.selection import Comparison, DateRange, Period, Selection, compared_range
from queries.series import bucket_end
from queries.standings import ORDERS, Limits, fetch_standings
from tests.queries import oracle
from tests.queries.samples import ALL_DERIVED

SELECTIONS = {"duckdb": 30, "postgresql": 10}
NUMBERS = (
    "value",
    "share",
    "rank",
    "previous",
    "previous_rank",
    "rank_change",
    "change",
    "change_rate",
    "last_year",
    "yearly_change",
    "yearly_rate",
)


@pytest.fixture
def chance(request):
    return random.Random(request.node.name)


def ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom else math.nan


def ranks(values: dict[str | None, float], *, is_rate: bool) -> dict[str | None, float]:
    known = [
        each
        for member, each in values.items()
        if member is not None and not math.isnan(each) and (is_rate or each > 0)
    ]
    return {
        member: 1.0 + sum(other > each for other in known)
        if member is not None and each in known
        else math.nan
        for member, each in values.items()
    }


def expected_standings(sample, selection, scope, level, measure) -> pd.DataFrame:
    first, last = sample.warehouse.first_day, sample.warehouse.last_day
    days = selection.period.range(first, last)
    windows = {
        "value": days,
        "previous": oracle.inside(compared_range(days, Comparison.PREVIOUS), first, last),
        "last_year": oracle.inside(compared_range(days, Comparison.LAST_YEAR), first, last),
    }
    groups = {
        name: oracle.grouped(oracle.meant(sample.rows, selection, scope, span, [level]), level)
        for name, span in windows.items()
        if span is not None
    }
    looked_in = list(groups.values())[: 2 if level == "operator_id" else 3]
    members = list(dict.fromkeys(member for each in looked_in for member in each))
    is_rate = oracle.PARTS[measure][1] is not None
    values = {
        name: {member: oracle.value(each.get(member, []), measure) for member in members}
        for name, each in groups.items()
    }
    whole = oracle.value(oracle.meant(sample.rows, selection, scope, days, [level]), measure)
    placed = {name: ranks(each, is_rate=is_rate) for name, each in values.items()}
    lines = []
    for member in members:
        line = {
            name: values[name][member] if name in values else math.nan
            for name in ("value", "previous", "last_year")
        }
        line["share"] = math.nan if is_rate else ratio(line["value"], whole)
        line["rank"] = placed["value"][member]
        line["previous_rank"] = placed["previous"][member] if "previous" in placed else math.nan
        line["rank_change"] = line["previous_rank"] - line["rank"]
        for change, rate, before in (
            ("change", "change_rate", "previous"),
            ("yearly_change", "yearly_rate", "last_year"),
        ):
            line[change] = line["value"] - line[before]
            line[rate] = ratio(line[change], line[before])
        lines.append({"member": member, **line})
    return pd.DataFrame(lines, columns=["member", *NUMBERS]).assign(
        member=pd.Series(members, dtype=object)
    )


def in_order(expected: pd.DataFrame, order: str, *, ascending: bool) -> pd.DataFrame:
    def place(row):
        unknown = math.isnan(row[order])
        value = math.inf if math.isnan(row["value"]) else -row["value"]
        return (
            unknown,
            0 if unknown else row[order] * (1 if ascending else -1),
            value,
            row["member"] is None,
            row["member"] or "",
        )

    lines = sorted(expected.to_dict("records"), key=place)
    members = pd.Series([line["member"] for line in lines], dtype=object)
    return pd.DataFrame(lines, columns=expected.columns).assign(member=members)


def assert_same(found: pd.DataFrame, expected: pd.DataFrame, context: object) -> None:
    assert found["member"].to_list() == expected["member"].to_list(), context
    for name in NUMBERS:
        np.testing.assert_allclose(
            found[name].to_numpy(dtype="float64"),
            expected[name].to_numpy(dtype="float64"),
            rtol=1e-9,
            atol=1e-6,
            err_msg=f"{name} of {context}",
        )


def assert_trends(sample, selection, scope, found) -> None:
    level, measure = found.level, found.measure
    starts = [start.date() for start in found.trend_starts]
    spans = [DateRange(start, bucket_end(start, found.trend_grain)) for start in starts]
    for member, trend in zip(found.frame["member"], found.frame["trend"], strict=True):
        values = [
            oracle.value(
                oracle.grouped(
                    oracle.meant(sample.rows, selection, scope, span, [level]), level
                ).get(member, []),
                measure,
            )
            for span in spans
        ]
        np.testing.assert_allclose(trend, values, rtol=1e-9, atol=1e-6, err_msg=str(member))


def test_as_plain_python(sample, chance):
    codes = oracle.codes_by_dimension(sample.rows)
    known = 0
    for _ in range(SELECTIONS[sample.warehouse.engine.dialect.name]):
        selection, scope = oracle.random_selection(chance, codes), oracle.random_scope(chance)
        level = chance.choice([*oracle.ALL_LEVELS, "operator_id", "operator_id", "word", "word"])
        measure = "submissions" if level == "word" else chance.choice(list(MEASURES))
        order, ascending = chance.choice(ORDERS), chance.random() < 0.3
        context = (level, measure, order, ascending, selection, scope)
        expected = expected_standings(sample, selection, scope, level, measure)
        if level == "word":
            days = selection.period.range(sample.warehouse.first_day, sample.warehouse.last_day)
            base = len(oracle.meant(sample.rows, selection, scope, days))
            expected["share"] = [ratio(each, base) for each in expected["value"]]
        expected = in_order(expected, order, ascending=ascending)
        for fresh in (frozenset(), ALL_DERIVED):
            found = fetch_standings(
                sample.knowing(fresh),
                selection,
                scope,
                level=level,
                measure=measure,
                order=order,
                ascending=ascending,
                limit=1_000,
            )
            assert_same(found.frame, expected, context)
            number = "value" if oracle.PARTS[measure][1] is None else None
            assert found.matched == len(expected), context
            assert found.members == found.kept, context
            if number:
                stated = expected["member"].notna()
                assert found.members == (stated & (expected[number] > 0)).sum(), context
                assert found.not_stated == (~stated).sum(), context
            assert (found.counted, found.candidates) == (True, None), context
            assert_trends(sample, selection, scope, replace(found, frame=found.frame[:3]))
        known += int(expected["previous"].notna().any())
    assert known > 3


@pytest.mark.parametrize("level", ["operator_id", "word"])
def test_the_largest_of_both_periods_are_looked_at(sample, level, monkeypatch):
    monkeypatch.setattr(candidates, "OPERATOR_CANDIDATES", 9)
    monkeypatch.setattr(candidates, "WORD_CANDIDATES", 9)
    monkeypatch.setattr(standings, "WORD_CANDIDATES", 1_000)
    selection = Selection(period=Period("30d"))
    expected = expected_standings(sample, selection, EVERYTHING, level, "submissions")
    if level == "word":
        base = expected_standings(sample, selection, EVERYTHING, "kind", "submissions")
        expected["share"] = expected["value"] / base["value"].sum()
    expected = expected.set_index("member", drop=False)
    for fresh in (frozenset(), ALL_DERIVED):
        found = fetch_standings(
            sample.knowing(fresh), selection, EVERYTHING, level=level, limit=1_000
        )
        assert found.candidates == len(found.frame) < len(expected)
        if level == "word" and fresh:
            assert (found.counted, found.members) == (True, (expected["value"] > 0).sum())
        else:
            assert not found.counted
            assert 8 <= found.members <= found.candidates
        shown = found.frame.set_index("member", drop=False)
        for side in ("value", "previous"):
            least = shown[side].nlargest(9).iloc[-1]
            assert set(expected.index[expected[side] > least]) <= set(shown.index)
        for name in NUMBERS:
            if "rank" not in name:
                np.testing.assert_allclose(shown[name], expected.loc[shown.index, name])
        for name in ("rank", "previous_rank"):
            known = shown[name].dropna()
            assert (known == expected.loc[known.index, name]).all()
            assert len(known) >= 8


def test_fewer_operators_are_enough_where_a_rollup_knows_them_for_certain(sample, monkeypatch):
    selection = Selection(period=Period("30d"))
    expected = expected_standings(sample, selection, EVERYTHING, "operator_id", "submissions")
    expected = expected.set_index("member", drop=False)
    asked = []
    watched = ranking_sources.fetch_bounds

    def remember(*given):
        asked.extend(found := watched(*given))
        return found

    monkeypatch.setattr("queries.ranking.fetch_bounds", remember)
    monkeypatch.setattr(candidates, "ENOUGH_OPERATORS", 1)
    found = fetch_standings(
        sample.knowing(ALL_DERIVED), selection, EVERYTHING, level="operator_id", limit=1_000
    )
    assert len(asked) == 2
    assert all(most > 0 for most in asked), "the rollup holds all operators"
    shown = found.frame.set_index("member", drop=False)
    assert found.candidates == len(shown) < len(expected)
    for side, most in zip(("value", "previous"), asked, strict=True):
        assert set(expected.index[expected[side] > most]) <= set(shown.index)
    for name in NUMBERS:
        known = shown[name].notna().to_numpy()
        wanted = expected[name].reindex(shown.index)
        np.testing.assert_allclose(shown[name].to_numpy()[known], wanted.to_numpy()[known])
    monkeypatch.setattr(candidates, "ENOUGH_OPERATORS", len(expected))
    monkeypatch.setattr(candidates, "OPERATOR_CANDIDATES", len(expected))
    everybody = fetch_standings(
        sample.knowing(ALL_DERIVED), selection, EVERYTHING, level="operator_id", limit=1_000
    )
    assert len(everybody.frame) == len(expected)


def test_members_are_counted_on_demand(sample, monkeypatch):
    monkeypatch.setattr(candidates, "OPERATOR_CANDIDATES", 9)
    chosen = Selection(period=Period("30d"))
    found = fetch_standings(
        sample.warehouse, chosen, EVERYTHING, level="operator_id", count_members=True
    )
    assert found.counted
    now = expected_standings(sample, chosen, EVERYTHING, "operator_id", "submissions")
    assert found.members == (now["member"].notna() & (now["value"] > 0)).sum()


@pytest.mark.parametrize("fresh", [ALL_DERIVED, frozenset({"submission_words"})])
@pytest.mark.parametrize("vocabulary", [100_000, 0])
def test_words_within_limits_are_all_found(sample, monkeypatch, vocabulary, fresh):
    monkeypatch.setattr(candidates, "WORD_CANDIDATES", 3)
    monkeypatch.setattr(standings, "WORD_CANDIDATES", 3)
    monkeypatch.setattr(candidates, "WORDS_AT_ONCE", vocabulary)
    selection = Selection(period=Period("30d"))
    expected = expected_standings(sample, selection, EVERYTHING, "word", "submissions")
    expected = expected.set_index("member")
    warehouse = sample.knowing(fresh)
    for least in (1, 4, 8, 30):
        limits = Limits(at_least=least, growth_from=0.1)
        found = fetch_standings(
            warehouse, selection, EVERYTHING, level="word", limits=limits, order="change"
        )
        kept = expected[
            (expected["value"] >= least)
            & ((expected["change_rate"] >= 0.1) | (expected["previous"] == 0))
        ]
        assert (found.matched, found.kept, found.candidates) == (len(kept), len(kept), None)
        largest = kept["change"].nlargest(20)
        assert found.frame["change"].to_list() == largest.to_list()
        for name in ("value", "previous", "change", "last_year"):
            shown = found.frame.set_index("member")[name]
            np.testing.assert_allclose(shown, kept.loc[shown.index, name])
        ranked = found.frame.set_index("member")["rank"]
        np.testing.assert_allclose(ranked, kept.loc[ranked.index, "rank"])


@pytest.mark.parametrize("order", ["change", "yearly_change"])
def test_operators_that_rose_most_are_found_without_counting_all(sample, monkeypatch, order):
    monkeypatch.setattr(candidates, "ENOUGH_OPERATORS", 1)
    before = {"change": "previous", "yearly_change": "last_year"}[order]
    against = Comparison.PREVIOUS if order == "change" else Comparison.LAST_YEAR
    for period, least, limit in itertools.product(("30d", "60d"), (1, 2, 3, 6), (1, 2, 5)):
        selection = Selection(period=Period(period))
        expected = expected_standings(sample, selection, EVERYTHING, "operator_id", "submissions")
        limits = Limits(at_least=least, growth_from=0.0, against=against)
        numbers = expected[["value", before, order]].astype("float64")
        kept = numbers[
            (numbers["value"] >= least)
            & ((numbers[order] >= 0) | ((numbers[before] == 0) & (numbers["value"] > 0)))
        ]
        found = fetch_standings(
            sample.knowing(ALL_DERIVED),
            selection,
            EVERYTHING,
            level="operator_id",
            order=order,
            limits=limits,
            limit=limit,
        )
        wanted = kept.sort_values([order, "value"], ascending=False)[order].head(limit)
        assert found.frame[order].to_list() == wanted.to_list(), (period, least, limit)
        ours = found.frame.set_index("member")
        theirs = expected.set_index("member").reindex(ours.index)
        for name in ("value", "previous", "last_year"):
            np.testing.assert_allclose(ours[name], theirs[name].astype("float64"))
        if found.candidates is None:
            assert found.matched == len(kept)


def test_operators_within_limits_are_all_found(sample, monkeypatch):
    monkeypatch.setattr(candidates, "ENOUGH_OPERATORS", 1)
    selection = Selection(period=Period("30d"))
    expected = expected_standings(sample, selection, EVERYTHING, "operator_id", "submissions")
    for least in (1, 2, 3, 5, 20):
        found = fetch_standings(
            sample.knowing(ALL_DERIVED),
            selection,
            EVERYTHING,
            level="operator_id",
            limits=Limits(at_least=least),
        )
        assert found.candidates is None
        assert found.matched == (expected["value"] >= least).sum(), least


@pytest.mark.parametrize("level", ["operator_id", "city_code", "word"])
def test_trends_are_read_for_the_first_rows_only_where_asked(sample, level):
    warehouse, selection = sample.knowing(ALL_DERIVED), Selection(period=Period("90d"))
    every = fetch_standings(warehouse, selection, EVERYTHING, level=level, limit=5).frame
    assert all(len(each) > 0 for each in every["trend"])
    for number in (0, 2, 5, 9):
        some = fetch_standings(
            warehouse, selection, EVERYTHING, level=level, limit=5, trend_rows=number
        ).frame
        pd.testing.assert_frame_equal(some.drop(columns="trend"), every.drop(columns="trend"))
        for place, (found, expected) in enumerate(zip(some["trend"], every["trend"], strict=True)):
            assert found == (expected if place < number else [])
