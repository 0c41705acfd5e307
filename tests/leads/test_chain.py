"""The chain from signal to penalty, counted by hand."""

import datetime as dt
import itertools
import math

import numpy as np
import pytest

from queries.lead_chain import (
    DAYS,
    MEMBER_COLUMNS,
    RATES,
    ChainBase,
    ChainSplit,
    ChainStep,
    fetch_chain,
    fetch_chain_members,
)
from queries.lead_outcomes import Outcome, record_outcome
from queries.lead_signals import dismiss_signal, record_signals
from queries.leads import move_lead
from queries.scope import EVERYTHING, Scope
from queries.selection import DateRange
from queries.vocabulary import LeadResult, LeadState
from queries.workflow import open_workflow
from tests.leads.course import (
    MAKER,
    OTHER,
    SEEN,
    advance,
    candidate,
    day,
    draft,
    frame,
    handed_over,
    punished,
)

MARCH = DateRange(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
APRIL = DateRange(dt.date(2026, 4, 1), dt.date(2026, 4, 30))
SPRING = DateRange(dt.date(2026, 3, 1), dt.date(2026, 5, 31))
YEAR = DateRange(dt.date(2026, 1, 1), dt.date(2026, 12, 31))

YICHANG = {"city_code": "420500", "county_code": "420506"}


def fill(store):
    """Six signals of 1 March and one of 5 April; what became of each stands beside it."""
    early = [
        candidate("op-1"),  # penalty on 20 March
        candidate("op-2", sources="risk"),  # penalty on 10 April
        candidate("op-3", **YICHANG),  # filed on 10 March, not decided
        candidate("op-4", sources="tipoff", model_version=None),  # not filed on 12 March
        candidate("op-5:price_fraud"),  # dismissed
        candidate("op-6"),  # open
    ]
    record_signals(store, frame(*early), as_of=SEEN)
    late = candidate("op-7", latest_on=day(36), county_code=None, city_code=None)
    record_signals(store, frame(late), as_of=day(36))  # handed over on 8 April
    drafts = [
        draft("op-1"),
        draft("op-2", sources="risk"),
        draft("op-3", **YICHANG),
        draft("op-4", sources="tipoff"),
    ]
    made = handed_over(store, *drafts, proposed=2, on=4)
    punished(store, made[0], filed=8, closed=20, fined=1_000.0, confiscated_yuan=50.0)
    punished(store, made[1], filed=11, closed=41, fined=4_000.0, recovered_yuan=700.0)
    advance(store, made[2], LeadState.FILED, on=10)
    advance(store, made[3], LeadState.NOT_FILED, on=12, by=LeadState.NOT_FILED)
    dismiss_signal(store, "op-5:price_fraud", "已有处罚", **MAKER)
    [late_lead] = handed_over(store, draft("op-7", signal_on=day(36)), proposed=37, on=39)
    return [*made, late_lead]


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    engine = open_workflow(f"sqlite:///{tmp_path_factory.mktemp('chain')}/workflow.db")
    fill(engine)
    yield engine
    engine.dispose()


def counts(row):
    return {each.value: int(row[each.value]) for each in ChainStep}


def only(store, scope=EVERYTHING, **asked):
    [row] = fetch_chain(store, scope, **({"days": MARCH} | asked)).to_dict("records")
    return row


def test_a_cohort_is_followed_to_its_end_by_hand(any_store):
    fill(any_store)
    row = only(any_store)
    assert counts(row) == {
        "signals": 6, "answered": 5, "dismissed": 1, "leads": 4, "handed_over": 4,
        "decided": 4, "cases": 3, "penalties": 2,
    }  # fmt: skip
    assert {name: row[name] for name in RATES} == {
        "response_rate": 5 / 6,
        "lead_rate": 4 / 6,
        "hand_over_rate": 1.0,
        "case_rate": 3 / 4,
        "penalty_rate": 2 / 3,
        "penalty_per_signal": 2 / 6,
        "confirmed_share": 3 / 4,
    }
    # signal on the 1st, lead on the 2nd, handed over on the 4th, filed on the 8th, 10th and 11th;
    # penalties 12 and 30 days after filing
    assert [row[name] for name in ("days_to_lead", "days_to_hand_over", "days_to_case")] == [
        1,
        2,
        6,
    ]
    assert row["days_to_penalty"] == 21
    assert [row[name] for name in ("fined_yuan", "confiscated_yuan", "recovered_yuan")] == [
        5_000, 50, 700,
    ]  # fmt: skip


def test_activity_counts_what_happened_in_the_period(any_store):
    fill(any_store)
    row = only(any_store, days=APRIL, base=ChainBase.ACTIVITY)
    assert counts(row) == {
        "signals": 1, "answered": 1, "dismissed": 0, "leads": 1, "handed_over": 1,
        "decided": 0, "cases": 0, "penalties": 1,
    }  # fmt: skip
    assert (row["days_to_penalty"], row["fined_yuan"], row["recovered_yuan"]) == (30, 4_000, 700)
    assert math.isnan(row["case_rate"]) is False
    assert row["case_rate"] == 0
    assert math.isnan(row["penalty_rate"])


def test_nothing_is_counted_where_there_is_nothing(store):
    row = only(store)
    assert set(counts(row).values()) == {0}
    assert all(math.isnan(row[name]) for name in RATES)
    assert (row["fined_yuan"], math.isnan(row["days_to_case"])) == (0, True)
    for split in ChainSplit:
        if split is not ChainSplit.NONE:
            assert fetch_chain(store, EVERYTHING, days=MARCH, split=split).empty
    assert fetch_chain_members(store, EVERYTHING, ChainStep.CASES, days=MARCH).empty


@pytest.mark.parametrize(
    ("split", "signals", "cases"),
    [
        pytest.param(
            ChainSplit.SOURCE,
            {"campaign": 5, "risk": 6, "tipoff": 1},
            {"campaign": 2, "risk": 3, "tipoff": 0},
            id="source",
        ),
        pytest.param(ChainSplit.PROVINCE, {"420000": 7}, {"420000": 3}, id="province"),
        pytest.param(
            ChainSplit.CITY,
            {"": 1, "420100": 5, "420500": 1},
            {"": 0, "420100": 2, "420500": 1},
            id="city",
        ),
        pytest.param(
            ChainSplit.COUNTY,
            {"": 1, "420106": 5, "420506": 1},
            {"": 0, "420106": 2, "420506": 1},
            id="county",
        ),
        pytest.param(
            ChainSplit.MONTH, {"2026-03": 6, "2026-04": 1}, {"2026-03": 3, "2026-04": 0}, id="month"
        ),
        pytest.param(
            ChainSplit.CONDUCT,
            {"false_advertising": 6, "price_fraud": 1},
            {"false_advertising": 3, "price_fraud": 0},
            id="conduct",
        ),
        pytest.param(ChainSplit.MODEL, {"": 1, "2026.01": 6}, {"": 0, "2026.01": 3}, id="model"),
    ],
)
def test_the_chain_is_split(filled, split, signals, cases):
    found = fetch_chain(filled, EVERYTHING, days=SPRING, split=split).set_index("part")
    assert found["signals"].to_dict() == signals
    assert found["cases"].to_dict() == cases
    assert list(found.index) == sorted(found.index)


def test_activity_by_month_gives_each_event_its_own_month(filled):
    found = fetch_chain(
        filled, EVERYTHING, days=SPRING, split=ChainSplit.MONTH, base=ChainBase.ACTIVITY
    ).set_index("part")
    assert found["signals"].to_dict() == {"2026-03": 6, "2026-04": 1, "2026-05": 0}
    assert found["penalties"].to_dict() == {"2026-03": 1, "2026-04": 1, "2026-05": 0}
    assert found["fined_yuan"].to_dict() == {"2026-03": 1_000, "2026-04": 4_000, "2026-05": 0}


@pytest.mark.parametrize("base", list(ChainBase))
@pytest.mark.parametrize("split", list(ChainSplit))
def test_each_figure_is_the_number_of_its_members(filled, base, split):
    found = fetch_chain(filled, EVERYTHING, days=APRIL, split=split, base=base)
    assert len(found)
    for row in found.to_dict("records"):
        for step in ChainStep:
            members = fetch_chain_members(
                filled, EVERYTHING, step, days=APRIL, split=split, part=row["part"], base=base
            )
            assert len(members) == row[step.value]
            assert members[DAYS[step]].notna().all()
            assert list(members.columns) == list(MEMBER_COLUMNS)


def test_an_unknown_part_has_no_members(filled):
    found = fetch_chain_members(
        filled, EVERYTHING, ChainStep.SIGNALS, days=MARCH, split=ChainSplit.CITY, part="429999"
    )
    assert found.empty


def test_cohort_steps_are_parts_of_the_step_before(filled):
    order = (ChainStep.SIGNALS, ChainStep.LEADS, ChainStep.HANDED_OVER, ChainStep.CASES)
    sets = [
        set(fetch_chain_members(filled, EVERYTHING, each, days=YEAR)["signal_id"])
        for each in (*order, ChainStep.PENALTIES)
    ]
    assert all(later <= earlier for earlier, later in itertools.pairwise(sets))


@pytest.mark.parametrize(
    ("scope", "signals"),
    [
        pytest.param(Scope(regions=("420000",)), 7, id="province"),
        pytest.param(Scope(regions=("420100",)), 5, id="city"),
        pytest.param(Scope(regions=("420506",)), 1, id="county"),
        pytest.param(Scope(), 0, id="nothing"),
        pytest.param(Scope(everything=True, kinds=("tipoff",)), 0, id="kinds"),
    ],
)
@pytest.mark.parametrize("base", list(ChainBase))
def test_a_viewer_counts_the_own_regions(filled, scope, signals, base):
    assert only(filled, scope, days=YEAR, base=base)["signals"] == signals
    members = fetch_chain_members(filled, scope, ChainStep.SIGNALS, days=YEAR, base=base)
    assert len(members) == signals


def test_one_lead_more_changes_each_step_by_one(store):
    *_, late = fill(store)
    before = only(store, days=SPRING)
    advance(store, late, LeadState.FILED, on=45)
    filed = only(store, days=SPRING)
    record_outcome(
        store,
        late,
        Outcome(LeadResult.PENALTY, closed_on=day(60), fined_yuan=300.0),
        seen=LeadState.FILED,
        **OTHER,
    )
    after = only(store, days=SPRING)
    changed = {name: after[name] - before[name] for name in ("decided", "cases", "penalties")}
    assert changed == {"decided": 1, "cases": 1, "penalties": 1}
    assert filed["penalties"] == before["penalties"]
    assert after["fined_yuan"] - before["fined_yuan"] == 300
    same = ("signals", "answered", "dismissed", "leads", "handed_over")
    assert [after[name] for name in same] == [before[name] for name in same]


def test_a_withdrawn_lead_is_in_no_step_but_its_signal(store):
    *_, late = fill(store)
    before = only(store, days=APRIL)
    move_lead(store, late, LeadState.RETURNED, day(40), seen=LeadState.HANDED_OVER, **OTHER)
    returned = only(store, days=APRIL)
    assert counts(returned) == counts(before)
    move_lead(store, late, LeadState.WITHDRAWN, day(41), seen=LeadState.RETURNED, **MAKER)
    assert counts(only(store, days=APRIL)) == dict.fromkeys(counts(before), 0) | {"signals": 1}


def test_median_days_of_an_even_number_are_the_mean_of_the_middle_two(filled):
    members = fetch_chain_members(filled, EVERYTHING, ChainStep.PENALTIES, days=YEAR)
    taken = (members["penalty_on"] - members["filed_on"]).dt.days
    assert sorted(taken) == [12, 30]
    assert only(filled, days=YEAR)["days_to_penalty"] == np.median(taken)
