"""Who sees which leads, and how they are found."""

import pytest

from queries.lead_batches import (
    record_lead_export,
    review_batch,
)
from queries.lead_outcomes import record_outcome
from queries.lead_reads import (
    fetch_batches,
    fetch_exports,
    fetch_lead,
    fetch_lead_evidence,
    fetch_leads,
    fetch_outcomes,
    fetch_signals,
    fetch_steps,
)
from queries.lead_rules import (
    InvalidLeadError,
    NoSuchLeadError,
)
from queries.leads import add_leads, move_lead
from queries.scope import EVERYTHING, Scope
from queries.vocabulary import LeadState
from tests.leads.course import (
    MAKER,
    OTHER,
    REVIEWER,
    batch,
    day,
    draft,
    handed_over,
    penalty,
)

SUM = "a" * 64


INSIDE = draft("op-1")
OUTSIDE = draft("op-2", ("S5",), city_code="420500", county_code="420506")
NOWHERE = draft("op-3", ("S6",), province_code=None, city_code=None, county_code=None)


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        pytest.param(EVERYTHING, {"op-1", "op-2", "op-3"}, id="everything"),
        pytest.param(Scope(regions=("420000",)), {"op-1", "op-2"}, id="province"),
        pytest.param(Scope(regions=("420100",)), {"op-1"}, id="city"),
        pytest.param(Scope(regions=("420106", "420506")), {"op-1", "op-2"}, id="counties"),
        pytest.param(Scope(regions=("420102",)), set(), id="another county"),
        pytest.param(Scope(regions=("420106001",)), set(), id="a street"),
        pytest.param(Scope(regions=("420106001", "420506")), {"op-2"}, id="street and county"),
        pytest.param(Scope(), set(), id="nothing"),
        pytest.param(Scope(everything=True, kinds=("complaint",)), set(), id="kinds"),
        pytest.param(Scope(everything=True, units=("武昌所",)), set(), id="units"),
    ],
)
def test_a_viewer_sees_the_leads_of_the_own_regions(any_store, scope, seen):
    store = any_store
    number = batch(store)
    made = add_leads(store, number, [INSIDE, OUTSIDE, NOWHERE], **MAKER)
    record_lead_export(
        store, number, file_name="a.zip", sha256=SUM, lead_count=3, evidence_count=3, **MAKER
    )
    assert set(fetch_leads(store, scope)["operator_id"]) == seen
    assert set(fetch_signals(store, scope)["operator_id"]) == seen
    own = set(fetch_leads(store, scope)["lead_id"])
    assert set(fetch_steps(store, scope, made)["lead_id"]) == own
    assert set(fetch_lead_evidence(store, scope, made)["lead_id"]) == own
    assert fetch_outcomes(store, scope, made).empty
    for lead in set(made) - own:
        with pytest.raises(NoSuchLeadError):
            fetch_lead(store, scope, lead)
    limited = bool(scope.kinds or scope.units)
    batches = fetch_batches(store, scope)
    assert list(batches["leads"]) == ([len(seen)] if seen else [])
    assert len(fetch_exports(store, scope)) == len(batches) == int(bool(seen) and not limited)


def test_an_office_sees_its_own_batch_while_it_is_empty(store):
    batch(store)
    for scope, count in (("420000", 1), ("420100", 1), ("420106", 0), ("420500", 0)):
        assert len(fetch_batches(store, Scope(regions=(scope,)))) == count


def test_leads_are_found_by_batch_state_and_operator(store):
    [first] = handed_over(store)
    [second] = add_leads(store, batch(store), [draft("op-2")], **MAKER)
    number = fetch_lead(store, EVERYTHING, first)["batch_id"]
    found = {
        "batch": fetch_leads(store, EVERYTHING, batch_id=number),
        "state": fetch_leads(store, EVERYTHING, states=[LeadState.HANDED_OVER]),
        "operator": fetch_leads(store, EVERYTHING, operator_id="op-1"),
    }
    assert all(list(each["lead_id"]) == [first] for each in found.values())
    assert list(fetch_leads(store, EVERYTHING)["lead_id"]) == [second, first]
    assert fetch_leads(store, EVERYTHING, states=[]).empty


def test_there_is_no_batch_or_lead_of_an_unknown_number(store):
    for task in (
        lambda: add_leads(store, 9, [draft()], **MAKER),
        lambda: review_batch(store, 9, seen=[], **REVIEWER),
        lambda: move_lead(store, 9, LeadState.RECEIVED, day(9), seen=LeadState.PROPOSED, **MAKER),
        lambda: record_outcome(store, 9, penalty(9), seen=LeadState.FILED, **OTHER),
    ):
        with pytest.raises(NoSuchLeadError, match="no "):
            task()
    with pytest.raises(InvalidLeadError, match="1 to 500"):
        add_leads(store, 9, [], **MAKER)
