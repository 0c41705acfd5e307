"""Planted truth: operators with failed inspections are punished later, much complained of ones are not."""

import random

import pytest

from analytics.risk_backtest import backtest
from jobs.refresh import refresh
from queries.backtest_reads import fetch_backtest_input
from queries.generations import GenerationStore
from queries.scope import EVERYTHING
from queries.score_tables import STEP
from queries.warehouse import open_current
from tests.finders.operator_files import complaint, event, load, registered


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    chance = random.Random(0)
    ids = [f"o{number:03}" for number in range(300)]
    guilty = set(ids[:60])
    filed = [
        complaint(f"{each}-{n}", each, chance.randrange(400))
        for each in ids
        for n in range(chance.randrange(4))
    ]
    events = [
        event(each, "inspection", chance.randrange(260, 500), outcome="failed")
        for each in ids
        if chance.random() < (0.8 if each in guilty else 0.05)
        for _ in range(3)
    ]
    events += [
        event(each, "penalty", chance.randrange(20, 180), severity="fine", amount_yuan=5e3)
        for each in ids
        if chance.random() < (0.6 if each in guilty else 0.05)
    ]
    events += [
        event(ids[-1], kind, 1400, outcome="none") for kind in ("penalty", "change", "staff")
    ]
    store = GenerationStore(tmp_path_factory.mktemp("planted") / "warehouse")
    load(store, [*filed, complaint("now", "o000", 0)], [registered(each) for each in ids], events)
    refresh(store, only="operators")
    refresh(store, only=STEP)
    return open_current(f"duckdb:///{store.folder}")


def test_the_score_precedes_penalties_better_than_a_count_of_complaints(planted):
    found = fetch_backtest_input(planted, EVERYTHING)
    assert (found.until - found.as_of).days == 182
    frame = found.frame
    told = backtest(frame["score"], frame["outcome"], peer=frame["complaints_12m"], resamples=50)
    assert told.peer_auc is not None
    assert told.auc_gain is not None
    assert told.auc.value > 0.7
    assert told.auc_gain.lower > 0
    assert told.lift.value > 2
    assert told.operators == 300


def test_nothing_of_what_came_after_is_in_the_score(planted):
    frame = fetch_backtest_input(planted, EVERYTHING).frame
    assert (frame["penalty_count"] == 0).all()
