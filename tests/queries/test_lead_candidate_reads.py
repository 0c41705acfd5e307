"""Reads of lead candidates: in order, nothing outside the scope, nothing of a person."""

import pytest
import sqlalchemy as sa

import jobs.finders.scores
from jobs.refresh import derive
from queries.generations import GenerationStore
from queries.lead_candidate_reads import (
    EVIDENCE_COLUMNS,
    fetch_candidate_evidence,
    fetch_candidate_run,
    fetch_candidate_signals,
    fetch_candidates,
)
from queries.lead_candidate_tables import CandidatesNotDerivedError, lead_candidates
from queries.scope import EVERYTHING, Scope
from tests.finders import lead_records as made
from tests.finders.operator_files import complaint, load, registered

FAR = "far"
THERE = Scope(regions=("420500",))
HERE = Scope(regions=("420106",))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """Of the operator elsewhere one submission is registered here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs.finders.scores, "HISTORY_MONTHS", 1)
        store = GenerationStore(tmp_path_factory.mktemp("reads") / "warehouse")
        elsewhere = [
            complaint(
                f"e{n}",
                FAR,
                n,
                **{**made.about("C04-02"), **(made.ELSEWHERE if n else {})},
                complainant_masked="王*",
                phone_masked="138****0000",
            )
            for n in range(3)
        ]
        register = [*made.register(), registered(FAR, **made.ELSEWHERE, street_code="420506001")]
        load(store, [*made.records(), *elsewhere], register, made.events())
        made.find(store)
    opened = made.opened(store)
    yield opened
    opened.engine.dispose()


def operators_of(warehouse, scope):
    return set(fetch_candidates(warehouse, scope)["operator_id"])


def test_everything_is_read_in_order(warehouse):
    frame = fetch_candidates(warehouse, EVERYTHING)
    assert list(frame.columns) == [each.name for each in lead_candidates.c]
    assert frame["worth"].is_monotonic_decreasing
    assert fetch_candidates(warehouse, EVERYTHING, limit=2)["candidate_id"].to_list() == (
        frame["candidate_id"].head(2).to_list()
    )


@pytest.mark.parametrize(
    "scope",
    [THERE, Scope(regions=("420506",)), Scope(regions=("420506001",))],
    ids=["city", "county", "street"],
)
def test_a_viewer_sees_the_candidates_of_the_own_regions(warehouse, scope):
    assert operators_of(warehouse, scope) == {FAR}
    run = fetch_candidate_run(warehouse, scope)
    assert (run.in_scope, run.found, run.kept) == (1, None, None)


@pytest.mark.parametrize(
    "scope",
    [
        Scope(),
        Scope(everything=True, kinds=("tipoff",)),
        Scope(everything=True, units=("某所",)),
        Scope(regions=("420106",), kinds=("complaint",)),
    ],
    ids=["nothing", "kinds", "units", "region and kinds"],
)
def test_other_scopes_see_none(warehouse, scope):
    ids = fetch_candidates(warehouse, EVERYTHING)["candidate_id"]
    assert fetch_candidates(warehouse, scope).empty
    assert fetch_candidate_signals(warehouse, scope, ids).empty
    assert fetch_candidate_evidence(warehouse, scope, ids).empty
    assert fetch_candidate_run(warehouse, scope).in_scope == 0


def test_signals_and_evidence_of_others_are_not_read_by_their_ids(warehouse):
    ids = fetch_candidates(warehouse, EVERYTHING)["candidate_id"]
    far = f"{FAR}:unfair_terms"
    assert set(fetch_candidate_signals(warehouse, THERE, ids)["candidate_id"]) == {far}
    assert far not in set(fetch_candidate_signals(warehouse, HERE, ids)["candidate_id"])
    assert far not in set(fetch_candidate_evidence(warehouse, HERE, ids)["candidate_id"])


def test_of_the_evidence_a_viewer_sees_what_the_scope_allows(warehouse):
    far = [f"{FAR}:unfair_terms"]
    every = fetch_candidate_evidence(warehouse, EVERYTHING, far)
    assert every["submission_id"].to_list() == ["se0", "se1", "se2"]
    there = fetch_candidate_evidence(warehouse, THERE, far)
    assert there["submission_id"].to_list() == ["se1", "se2"]


def test_evidence_is_masked(warehouse):
    frame = fetch_candidate_evidence(warehouse, EVERYTHING, [f"{FAR}:unfair_terms"])
    assert set(EVIDENCE_COLUMNS) < set(frame.columns)
    assert not {"person_key", "name", "phone", "id_number"} & set(frame.columns)
    assert set(frame["phone_masked"]) == {"138****0000"}


def test_no_ids_read_nothing(warehouse):
    assert fetch_candidate_evidence(warehouse, EVERYTHING, []).empty
    assert fetch_candidate_signals(warehouse, EVERYTHING, ["nobody:nothing"]).empty


def test_candidates_out_of_step_are_refused(tmp_path):
    store = GenerationStore(tmp_path / "warehouse")
    load(store, made.records())
    with store.building() as building:
        derive(building, only="operators")
        with building.engine.begin() as conn:
            conn.execute(sa.schema.CreateTable(lead_candidates))
    opened = made.opened(store)
    for read in (fetch_candidates, fetch_candidate_run):
        with pytest.raises(CandidatesNotDerivedError, match="jobs refresh"):
            read(opened, EVERYTHING)
    for read_of in (fetch_candidate_signals, fetch_candidate_evidence):
        with pytest.raises(CandidatesNotDerivedError, match="jobs refresh"):
            read_of(opened, EVERYTHING, ["a:b"])
