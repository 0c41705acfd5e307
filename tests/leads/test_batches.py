"""Batches and the leads in them: who may do what, in which order, and what is said if not."""

import datetime as dt
from typing import Any

import alembic.autogenerate
import alembic.migration
import pytest

from queries import lead_batches
from queries import leads as lead_writes
from queries.lead_batches import (
    change_batch,
    hand_over,
    record_lead_export,
    review_batch,
)
from queries.lead_reads import (
    fetch_batches,
    fetch_earlier_leads,
    fetch_exports,
    fetch_lead,
    fetch_leads,
    fetch_outcomes,
    fetch_signals,
    fetch_steps,
)
from queries.lead_rules import (
    BatchStateError,
    CandidateTakenError,
    InvalidLeadError,
    NoSuchLeadError,
    today,
)
from queries.lead_signals import record_signals
from queries.leads import add_leads, confirm_basis, move_lead, remove_lead
from queries.scope import EVERYTHING
from queries.vocabulary import LeadState
from queries.workflow import open_workflow, workflow
from tests.leads.course import (
    MAKER,
    OTHER,
    REVIEWER,
    SEEN,
    actions,
    batch,
    both,
    candidate,
    counts,
    day,
    draft,
    frame,
    handed_over,
    punished,
    review,
    signal,
)

SUM = "a" * 64


@pytest.mark.postgres
def test_migrations_lead_to_the_declared_tables_on_postgresql(postgres_server):
    with postgres_server.fresh_database() as url:
        engine = open_workflow(url.render_as_string(hide_password=False))
        with engine.connect() as conn:
            context = alembic.migration.MigrationContext.configure(conn)
            told = alembic.autogenerate.compare_metadata(context, workflow)
        changes = [part for each in told for part in (each if isinstance(each, list) else [each])]
        # comments stay in the program
        assert [each for each in changes if each[0] != "modify_comment"] == []
        engine.dispose()


def test_a_lead_from_signal_to_penalty(any_store):
    store = any_store
    record_signals(store, frame(candidate()), as_of=SEEN)
    [lead] = handed_over(store, draft(ids=("S1", "S2"), facts={"persons": 3}))
    punished(store, lead, recovered_yuan=500.0, document_number="罚〔2026〕2号")
    confirm_basis(store, lead, [{"law": "广告法", "article": "28"}], by="李", role="leader")
    year = today().year
    found = fetch_lead(store, EVERYTHING, lead)
    assert (found["number"], found["state"]) == (f"420100-{year}-001-001", "closed")
    assert (found["state_on"], found["result"], found["fined_yuan"]) == (day(20), "penalty", 10_000)
    assert (found["evidence"], found["facts"], found["filed"]) == (2, {"persons": 3}, True)
    assert (found["basis"], found["basis_confirmed_by"]) == (
        [{"law": "广告法", "article": "28"}],
        "李",
    )
    steps = fetch_steps(store, EVERYTHING, [lead])
    assert list(steps["state"]) == [
        "proposed", "handed_over", "received", "checking", "filed", "closed",
    ]  # fmt: skip
    assert list(steps["happened_on"]) == [day(2), day(4), day(10), day(10), day(10), day(20)]
    assert set(steps["origin"]) == {"page"}
    [answered] = fetch_signals(store, EVERYTHING).to_dict("records")
    assert (answered["answer"], answered["lead_id"]) == ("lead", lead)
    [made] = fetch_batches(store, EVERYTHING).to_dict("records")
    assert (made["leads"], made["withdrawn"], made["evidence"]) == (1, 0, 2)
    assert (made["reviewer"], made["handed_over_on"], made["exports"]) == ("李", day(4), 0)
    [out] = fetch_outcomes(store, EVERYTHING, [lead]).to_dict("records")
    assert (out["filed_on"], out["closed_on"], out["recovered_yuan"]) == (day(10), day(20), 500)
    assert actions(store) == [
        "open_lead_signals", "open_lead_batch", "add_lead", "review_lead_batch",
        "hand_over_lead_batch", "move_lead", "move_lead", "move_lead", "record_lead_outcome",
        "confirm_lead_basis",
    ]  # fmt: skip


def test_numbers_go_on_by_office_and_year(store):
    year = today().year
    for office in ("420100", "420100", "420500"):
        batch(store, office=office)
    batch(store, prefix="武市监")
    assert list(fetch_batches(store, EVERYTHING)["number"]) == [
        f"武市监-{year}-001",
        f"420500-{year}-001",
        f"420100-{year}-002",
        f"420100-{year}-001",
    ]


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        pytest.param({"title": " "}, "title", "1 to 80", id="no title"),
        pytest.param({"title": "长" * 81}, "title", "these are 81", id="long title"),
        pytest.param({"recipients": []}, "recipients", "1 to 256", id="nobody"),
        pytest.param({"recipients": ["支" * 200, "队" * 60]}, "recipients", "261", id="many"),
        pytest.param({"note": "长" * 501}, "note", "501", id="long note"),
        pytest.param({"prefix": "武" * 21}, "prefix", "21", id="long prefix"),
    ],
)
def test_batches_that_cannot_be_kept(store, fields, field, said):
    with pytest.raises(InvalidLeadError, match=said) as caught:
        batch(store, **fields)
    assert caught.value.field == field
    assert counts(store)["lead_batches"] == 0


def test_texts_at_the_limit_are_kept(any_store):
    number = batch(any_store, title="长" * 80, recipients=["支" * 256], note="长" * 500)
    change_batch(any_store, number, title="短", recipients=["甲", "乙", "甲"], note="", **MAKER)
    [kept] = fetch_batches(any_store, EVERYTHING).to_dict("records")
    assert (kept["title"], kept["recipients"], kept["note"]) == ("短", "甲、乙", "")


def test_a_batch_is_reviewed_by_somebody_who_had_no_hand_in_it(store):
    number = batch(store)
    with pytest.raises(BatchStateError, match="empty"):
        review(store, number, **REVIEWER)
    add_leads(store, number, [draft()], **OTHER)
    for maker in (MAKER, OTHER):
        with pytest.raises(BatchStateError, match="somebody else"):
            review(store, number, **maker)
    with pytest.raises(BatchStateError, match="not reviewed"):
        hand_over(store, number, today(), **MAKER)
    review(store, number, **REVIEWER)
    assert hand_over(store, number, today(), **MAKER) == 1


@pytest.mark.parametrize("change", ["add", "remove", "describe", "withdraw"])
def test_a_change_after_the_review_takes_it_back(store, change):
    number = batch(store)
    first, _ = add_leads(store, number, [draft(), draft("op-2", ["S9"])], **MAKER)
    review(store, number, **REVIEWER)
    if change == "add":
        add_leads(store, number, [draft("op-3")], **MAKER)
    elif change == "remove":
        remove_lead(store, first, **MAKER)
    elif change == "withdraw":
        move_lead(store, first, LeadState.WITHDRAWN, today(), seen=LeadState.PROPOSED, **MAKER)
    else:
        change_batch(store, number, title="新", recipients=["支队"], note="", **MAKER)
    with pytest.raises(BatchStateError, match="not reviewed"):
        hand_over(store, number, today(), **MAKER)


def test_a_batch_that_was_handed_over_is_not_changed_any_more(store):
    [lead] = handed_over(store)
    number = fetch_lead(store, EVERYTHING, lead)["batch_id"]
    before = counts(store)
    for change in (
        lambda: add_leads(store, number, [draft("op-2")], **MAKER),
        lambda: remove_lead(store, lead, **MAKER),
        lambda: change_batch(store, number, title="新", recipients=["支队"], note="", **MAKER),
        lambda: review(store, number, **REVIEWER),
        lambda: hand_over(store, number, today(), **MAKER),
    ):
        with pytest.raises(BatchStateError, match="handed over"):
            change()
    assert counts(store) == before


@pytest.mark.parametrize(
    ("on", "said"),
    [(day(1), "on or after 2026-03-02"), (dt.date(2999, 1, 1), "up to today")],
)
def test_a_batch_is_not_handed_over_before_its_leads_or_in_the_future(store, on, said):
    number = batch(store)
    add_leads(store, number, [draft()], on=day(2), **MAKER)
    review(store, number, **REVIEWER)
    with pytest.raises(InvalidLeadError, match=said):
        hand_over(store, number, on, **MAKER)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param({"evidence": ()}, "one submission", id="no evidence"),
        pytest.param({"operator_name": "长" * 257}, "1 to 256", id="long name"),
        pytest.param({"candidate_id": ""}, "candidate_id", id="no candidate"),
        pytest.param({"note": "长" * 501}, "501", id="long note"),
        pytest.param({"facts": {"worth": float("nan")}}, "plain JSON", id="no number"),
        pytest.param({"facts": {"day": SEEN}}, "plain JSON", id="a day"),
        pytest.param({"signal_on": dt.date(2999, 1, 1)}, "signal_on", id="signal to come"),
    ],
)
def test_leads_that_cannot_be_kept_leave_nothing_behind(store, fields, said):
    number = batch(store)
    before = counts(store)
    with pytest.raises(InvalidLeadError, match=said):
        add_leads(store, number, [draft("op-2"), draft(**fields)], **MAKER)
    assert counts(store) == before


def test_a_candidate_in_an_open_lead_needs_new_evidence(any_store):
    store = any_store
    number = batch(store)
    [first] = add_leads(store, number, [draft(ids=("S1", "S2"))], **MAKER)
    before = counts(store)
    with pytest.raises(CandidateTakenError, match="001-001"):
        add_leads(store, number, [draft(ids=("S2",))], **MAKER)
    with pytest.raises(CandidateTakenError):
        add_leads(store, number, [draft("op-2"), draft("op-2")], **MAKER)
    assert counts(store) == before
    [second] = add_leads(store, number, [draft(ids=("S2", "S3"))], **MAKER)
    move_lead(store, second, LeadState.WITHDRAWN, today(), seen=LeadState.PROPOSED, **MAKER)
    [third] = add_leads(store, number, [draft(ids=("S3",))], **MAKER)
    assert len({first, second, third}) == 3
    held = fetch_earlier_leads(store)
    assert held[["lead_id", "evidence_ids"]].to_dict("list") == {
        "lead_id": [first, third],
        "evidence_ids": [("S1", "S2"), ("S3",)],
    }


def test_an_ended_lead_does_not_hold_its_candidate(store):
    [lead] = handed_over(store)
    punished(store, lead)
    assert add_leads(store, batch(store), [draft()], **MAKER)


def test_removing_a_lead_opens_its_signal_again(any_store):
    store = any_store
    record_signals(store, frame(candidate()), as_of=SEEN)
    number = batch(store)
    [lead] = add_leads(store, number, [draft()], **MAKER)
    assert fetch_signals(store, EVERYTHING, is_open=True).empty
    remove_lead(store, lead, **MAKER)
    [opened] = fetch_signals(store, EVERYTHING, is_open=True).to_dict("records")
    assert (opened["first_seen_on"], opened["answered_by"]) == (SEEN, None)
    with pytest.raises(NoSuchLeadError):
        remove_lead(store, lead, **MAKER)
    assert counts(store)["lead_evidence"] == counts(store)["lead_steps"] == 0


def test_a_lead_whose_number_is_on_paper_is_withdrawn_and_not_removed(store):
    number = batch(store)
    [lead] = add_leads(store, number, [draft()], **MAKER)
    record_lead_export(
        store, number, file_name="线索.zip", sha256=SUM, lead_count=1, evidence_count=1, **MAKER
    )
    with pytest.raises(BatchStateError, match="withdraw"):
        remove_lead(store, lead, **MAKER)
    move_lead(store, lead, LeadState.WITHDRAWN, today(), seen=LeadState.PROPOSED, **MAKER)
    assert len(fetch_signals(store, EVERYTHING, is_open=True)) == 1
    [export] = fetch_exports(store, EVERYTHING, batch_id=number).to_dict("records")
    assert (export["sha256"], export["exported_by"]) == (SUM, "张")
    with pytest.raises(InvalidLeadError, match="64 digits"):
        record_lead_export(
            store, number, file_name="a.zip", sha256="x", lead_count=1, evidence_count=1, **MAKER
        )


def test_batches_opened_at_once_have_numbers_of_their_own(any_store):
    both(*[lambda: batch(any_store) for _ in range(8)])
    numbers = fetch_batches(any_store, EVERYTHING)["number"].str.rsplit("-", n=1).str[1]
    assert sorted(numbers) == [f"{n:03}" for n in range(1, 9)]


def test_a_candidate_taken_by_two_at_once_is_one_lead(any_store):
    record_signals(any_store, frame(candidate()), as_of=SEEN)
    batches = [batch(any_store) for _ in range(4)]
    results = both(*[lambda n=n: add_leads(any_store, n, [draft()], **MAKER) for n in batches])
    assert sum(isinstance(each, CandidateTakenError) for each in results) == 3
    assert len(fetch_leads(any_store, EVERYTHING)) == len(signal(any_store)) == 1


def test_what_is_broken_off_in_the_middle_is_not_there(any_store, monkeypatch):
    number = batch(any_store)
    before = counts(any_store)

    def broken(*_arguments, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(lead_writes, "lapse_review", broken)
    with pytest.raises(KeyboardInterrupt):
        add_leads(any_store, number, [draft(), draft("op-2")], **MAKER)
    assert counts(any_store) == before
    monkeypatch.undo()
    assert len(add_leads(any_store, number, [draft(), draft("op-2")], **MAKER)) == 2


def test_a_reviewer_approves_what_was_seen(store):
    number = lead_batches.open_batch(store, office="420100", title="批", recipients=["局"], **MAKER)
    first = add_leads(store, number, [draft("op-1", ids=("S1",))], **MAKER)
    add_leads(store, number, [draft("op-2", ids=("S2",))], **MAKER)
    with pytest.raises(BatchStateError, match="changed"):
        review_batch(store, number, seen=first, **REVIEWER)
    review(store, number, **REVIEWER)


def test_a_batch_opens_with_its_leads_or_not_at_all(store):
    given: Any = {"office": "420100", "title": "批", "recipients": ["局"]}
    number = lead_writes.open_with_leads(store, [draft("op-1", ids=("S1",))], **given, **MAKER)
    assert fetch_leads(store, EVERYTHING, batch_id=number)["operator_id"].tolist() == ["op-1"]
    with pytest.raises(CandidateTakenError, match="甲op-1商行") as told:
        lead_writes.open_with_leads(store, [draft("op-1", ids=("S1",))], **given, **MAKER)
    assert told.value.operator_name == "甲op-1商行"
    assert fetch_batches(store, EVERYTHING)["batch_id"].tolist() == [number]


def test_a_number_is_never_given_twice(store):
    number = lead_batches.open_batch(store, office="420100", title="批", recipients=["局"], **MAKER)
    (first,) = add_leads(store, number, [draft("op-1", ids=("S1",))], **MAKER)
    remove_lead(store, first, **MAKER)
    (second,) = add_leads(store, number, [draft("op-2", ids=("S2",))], **MAKER)
    assert second > first
