"""Leads from state to state, and what came of them."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from queries.lead_outcomes import Outcome, record_outcome
from queries.lead_reads import (
    fetch_lead,
    fetch_outcomes,
    fetch_signals,
    fetch_steps,
)
from queries.lead_rules import (
    NEXT,
    InvalidLeadError,
    LeadChangedError,
    NoSuchLeadError,
    OutcomeChangedError,
    WrongStateError,
)
from queries.lead_tables import lead_signals, leads
from queries.leads import add_leads, confirm_basis, move_lead
from queries.scope import EVERYTHING
from queries.vocabulary import LeadResult, LeadState
from queries.workflow import fetch_audit
from tests.leads.course import (
    MAKER,
    OTHER,
    batch,
    both,
    counts,
    day,
    draft,
    handed_over,
    lead_in,
    penalty,
    state,
    written,
)


@pytest.mark.parametrize("found", list(LeadState))
def test_only_the_steps_of_the_table_are_taken(store, found):
    for wanted in LeadState:
        lead = lead_in(store, found)
        alone = found is LeadState.PROPOSED and wanted is LeadState.HANDED_OVER
        if wanted in NEXT[found] and not alone:
            move_lead(store, lead, wanted, day(5), seen=found, **OTHER)
            assert state(store, lead) == wanted
        else:
            with pytest.raises(WrongStateError):
                move_lead(store, lead, wanted, day(5), seen=found, **OTHER)
            assert state(store, lead) == found
        with store.begin() as conn:
            conn.execute(leads.update().values(candidate_id=sa.func.hex(leads.c.lead_id)))
            conn.execute(lead_signals.delete())


def test_the_table_of_states_is_the_one_agreed_on():
    assert {state.value: sorted(NEXT[state]) for state in LeadState} == {
        "proposed": ["handed_over", "withdrawn"],
        "handed_over": ["received", "returned"],
        "received": ["checking", "returned"],
        "checking": ["filed", "not_filed", "returned"],
        "filed": ["closed"],
        "not_filed": ["closed"],
        "closed": [],
        "returned": ["handed_over", "withdrawn"],
        "withdrawn": [],
    }


@pytest.mark.parametrize(
    ("on", "said"), [(day(3), "on or after 2026-03-04"), (dt.date(2999, 1, 1), "up to today")]
)
def test_a_step_is_not_before_the_last_one_or_in_the_future(store, on, said):
    [lead] = handed_over(store)
    with pytest.raises(InvalidLeadError, match=said):
        move_lead(store, lead, LeadState.RECEIVED, on, seen=LeadState.HANDED_OVER, **OTHER)
    move_lead(
        store, lead, LeadState.RECEIVED, day(4), seen=LeadState.HANDED_OVER, unit="二大队", **OTHER
    )
    assert fetch_lead(store, EVERYTHING, lead)["unit"] == "二大队"


def test_whoever_saw_an_older_state_is_told(any_store):
    [lead] = handed_over(any_store)
    move_lead(any_store, lead, LeadState.RECEIVED, day(5), seen=LeadState.HANDED_OVER, **OTHER)
    with pytest.raises(LeadChangedError, match="somebody else moved it"):
        move_lead(any_store, lead, LeadState.RETURNED, day(5), seen=LeadState.HANDED_OVER, **MAKER)
    with pytest.raises(LeadChangedError):
        record_outcome(any_store, lead, penalty(9), seen=LeadState.FILED, **OTHER)
    assert state(any_store, lead) == "received"


def test_of_two_officers_at_once_one_moves_the_lead(any_store):
    [lead] = handed_over(any_store)
    results = both(
        *[
            lambda to=to: move_lead(
                any_store, lead, to, day(5), seen=LeadState.HANDED_OVER, **OTHER
            )
            for to in (LeadState.RECEIVED, LeadState.RETURNED) * 3
        ]
    )
    assert sorted(type(each).__name__ for each in results) == ["LeadChangedError"] * 5 + [
        "NoneType"
    ]
    assert len(fetch_steps(any_store, EVERYTHING, [lead])) == 3


def test_a_returned_lead_is_handed_over_again_or_withdrawn(store):
    first, second = handed_over(store, draft(), draft("op-2"))
    for lead in (first, second):
        move_lead(store, lead, LeadState.RETURNED, day(5), seen=LeadState.HANDED_OVER, **OTHER)
    move_lead(store, first, LeadState.HANDED_OVER, day(6), seen=LeadState.RETURNED, **MAKER)
    move_lead(store, second, LeadState.WITHDRAWN, day(6), seen=LeadState.RETURNED, **MAKER)
    assert (state(store, first), state(store, second)) == ("handed_over", "withdrawn")
    assert list(fetch_signals(store, EVERYTHING, is_open=True)["candidate_id"]) == [
        "op-2:false_advertising"
    ]


@pytest.mark.parametrize(
    ("at", "outcome", "error", "said"),
    [
        pytest.param("received", penalty(9), WrongStateError, "received", id="too early"),
        pytest.param("not_filed", penalty(9), WrongStateError, "not_filed", id="no case"),
        pytest.param(
            "filed", Outcome(LeadResult.NOT_FILED), WrongStateError, "not_filed", id="a case"
        ),
        pytest.param(
            "filed", penalty(9, fined=-1.0), InvalidLeadError, "fined_yuan", id="negative"
        ),
        pytest.param(
            "filed", penalty(9, fined=float("nan")), InvalidLeadError, "fined", id="no number"
        ),
        pytest.param("filed", penalty(9, fined=1e13), InvalidLeadError, "fined", id="too much"),
        pytest.param("filed", penalty(3), InvalidLeadError, "closed_on", id="closed before filed"),
        pytest.param(
            "filed", penalty(9, closed_on=None), InvalidLeadError, "day of the decision", id="when"
        ),
        pytest.param(
            "filed",
            penalty(9, result=LeadResult.NO_PENALTY),
            InvalidLeadError,
            "only a penalty",
            id="fine without penalty",
        ),
        pytest.param(
            "checking", Outcome(LeadResult.TRANSFERRED), WrongStateError, "checking", id="checking"
        ),
        pytest.param(
            "filed", Outcome(LeadResult.TRANSFERRED), InvalidLeadError, "where", id="where to"
        ),
        pytest.param(
            "not_filed",
            Outcome(LeadResult.NOT_FILED, filed_on=day(4)),
            InvalidLeadError,
            "no case was filed",
            id="filed though not",
        ),
        pytest.param(
            "filed", penalty(9, case_number="长" * 65), InvalidLeadError, "65", id="long number"
        ),
        pytest.param(
            "filed", penalty(9, closed_on=dt.date(2999, 1, 1)), InvalidLeadError, "today", id="late"
        ),
    ],
)
def test_outcomes_that_do_not_fit_the_lead(store, at, outcome, error, said):
    lead = lead_in(store, LeadState(at))
    before = counts(store)
    with pytest.raises(error, match=said):
        record_outcome(store, lead, outcome, seen=LeadState(at), **OTHER)
    assert counts(store) == before
    assert state(store, lead) == at


def test_a_case_has_a_number_before_it_has_a_result_and_may_be_put_right_later(any_store):
    lead = lead_in(any_store, LeadState.FILED)
    record_outcome(
        any_store, lead, Outcome(None, case_number="立〔2026〕3号"), seen=LeadState.FILED, **OTHER
    )
    assert state(any_store, lead) == "filed"
    numbered = written(any_store, lead)
    by: Any = {"seen": LeadState.FILED, **OTHER}
    record_outcome(any_store, lead, penalty(20), replaces=numbered, **by)
    by = {"seen": LeadState.CLOSED, **OTHER}
    for stale in (None, numbered):
        with pytest.raises(OutcomeChangedError, match="somebody else"):
            record_outcome(any_store, lead, penalty(20, fined=500.0), replaces=stale, **by)
    decided = written(any_store, lead)
    record_outcome(any_store, lead, penalty(20, fined=500.0), replaces=decided, **by)
    [out] = fetch_outcomes(any_store, EVERYTHING, [lead]).to_dict("records")
    assert (out["fined_yuan"], out["result"], out["filed_on"]) == (500, "penalty", day(4))
    assert "was penalty 10000.0" in str(fetch_audit(any_store)[0]["subject"])
    with pytest.raises(InvalidLeadError, match="was closed on"):
        record_outcome(any_store, lead, penalty(21), replaces=written(any_store, lead), **by)


@pytest.mark.parametrize("at", ["filed", "not_filed", "closed"])
def test_a_matter_may_be_transferred_with_or_without_a_case(store, at):
    lead = lead_in(store, LeadState(at))
    record_outcome(
        store,
        lead,
        Outcome(LeadResult.TRANSFERRED, transferred_to="公安机关"),
        seen=LeadState(at),
        **OTHER,
    )
    assert state(store, lead) == at


def test_a_basis_is_confirmed_and_taken_back(store):
    [lead] = add_leads(store, batch(store), [draft()], **MAKER)
    assert fetch_lead(store, EVERYTHING, lead)["basis_confirmed_by"] is None
    confirm_basis(store, lead, [{"law": "广告法"}], by="李", role="leader")
    confirm_basis(store, lead, [], by="李", role="leader")
    found = fetch_lead(store, EVERYTHING, lead)
    assert (found["basis"], found["basis_confirmed_by"]) == ([], None)
    with pytest.raises(InvalidLeadError, match="100000"):
        confirm_basis(store, lead, [{"law": "长" * 100_001}], by="李", role="leader")
    with pytest.raises(NoSuchLeadError):
        confirm_basis(store, 99, [], by="李", role="leader")
