"""The signals book: what a refresh opens, what an answer ends, what opens again."""

import datetime as dt
import random

import pytest
import sqlalchemy as sa

from queries import lead_signals as book
from queries.lead_reads import fetch_dismissed, fetch_signals
from queries.lead_rules import InvalidLeadError, NoSuchLeadError, today
from queries.lead_signals import COPIED, dismiss_signal, record_signals, reopen_signal
from queries.leads import add_leads, move_lead
from queries.scope import EVERYTHING, Scope
from queries.vocabulary import LeadState, SignalAnswer
from queries.workflow import fetch_audit
from tests.leads.course import (
    MAKER,
    OTHER,
    SEEN,
    batch,
    both,
    candidate,
    day,
    draft,
    evidence,
    frame,
)

NAME = "op-1:false_advertising"


def figures(done):
    return (done.opened, done.updated, done.unchanged, done.answered)


def signals(store, **named):
    return fetch_signals(store, EVERYTHING, **named).to_dict("records")


def test_a_refresh_opens_signals_and_the_same_again_changes_nothing(any_store):
    given = frame(candidate(), candidate("op-2", model_version=None, county_code=None, worth=80.0))
    assert figures(record_signals(any_store, given, as_of=SEEN)) == (2, 0, 0, 0)
    first = signals(any_store)
    assert [each["operator_id"] for each in first] == ["op-2", "op-1"]
    assert [each["model_version"] for each in first] == [None, "2026.01"]
    assert figures(record_signals(any_store, given, as_of=SEEN)) == (0, 0, 2, 0)
    assert signals(any_store) == first
    assert len(fetch_audit(any_store)) == 1


def test_an_open_signal_takes_what_a_later_refresh_knows(any_store):
    record_signals(any_store, frame(candidate(), candidate("op-2")), as_of=SEEN)
    later = candidate(worth=75.0, sources="tipoff", latest_on=day(6), county_code="420102")
    assert figures(record_signals(any_store, frame(later), as_of=day(8))) == (0, 1, 0, 0)
    [found] = signals(any_store, candidate_ids=[NAME])
    assert (found["worth"], found["sources"], found["county_code"]) == (75.0, "tipoff", "420102")
    assert [found[name] for name in ("first_seen_on", "last_seen_on", "latest_on")] == [
        SEEN, day(8), day(6),
    ]  # fmt: skip
    [other] = signals(any_store, candidate_ids=["op-2:false_advertising"])
    assert (other["last_seen_on"], other["answer"]) == (SEEN, None)
    assert figures(record_signals(any_store, frame(candidate()), as_of=day(5))) == (0, 0, 1, 0)
    assert signals(any_store, candidate_ids=[NAME]) == [found]


@pytest.mark.parametrize("answer", ["lead", "dismissed"])
def test_after_an_answer_only_later_evidence_opens_another_signal(any_store, answer):
    store = any_store
    record_signals(store, frame(candidate()), as_of=SEEN)
    if answer == "lead":
        add_leads(store, batch(store), [draft()], **MAKER)
    else:
        dismiss_signal(store, NAME, "已在处理", **MAKER)
    assert figures(record_signals(store, frame(candidate()), as_of=day(8))) == (0, 0, 0, 1)
    newer = frame(candidate(latest_on=day(9)))
    assert figures(record_signals(store, newer, as_of=day(9))) == (1, 0, 0, 0)
    assert [each["answer"] for each in signals(store, is_open=False)] == [answer]
    [opened] = signals(store, is_open=True)
    assert (opened["first_seen_on"], opened["latest_on"]) == (day(9), day(9))


def test_a_dismissal_has_a_reason_and_can_be_taken_back(any_store):
    store = any_store
    record_signals(store, frame(candidate()), as_of=SEEN)
    for reason, said in ((" ", "1 to 500"), ("长" * 501, "501")):
        with pytest.raises(InvalidLeadError, match=said):
            dismiss_signal(store, NAME, reason, **MAKER)
    dismiss_signal(store, NAME, "经核对为同名企业", **MAKER)
    [found] = signals(store, answer=SignalAnswer.DISMISSED)
    assert (found["reason"], found["answered_on"], found["answered_by"]) == (
        "经核对为同名企业",
        today(),
        "张",
    )
    with pytest.raises(NoSuchLeadError, match="open signal"):
        dismiss_signal(store, NAME, "再次", **OTHER)
    reopen_signal(store, NAME, **OTHER)
    [opened] = signals(store, is_open=True)
    assert (opened["reason"], opened["answered_on"]) == ("", None)
    with pytest.raises(NoSuchLeadError, match="dismissed"):
        reopen_signal(store, NAME, **OTHER)


def test_those_dismissed_are_listed_unless_something_came_since(any_store):
    store = any_store
    codes = [f"op-{number}:false_advertising" for number in range(5)]
    record_signals(store, frame(*[candidate(code.split(":")[0]) for code in codes]), as_of=SEEN)
    for code in codes[:4]:
        dismiss_signal(store, code, "另案处理", **MAKER)
    reopen_signal(store, codes[0], **OTHER)
    record_signals(store, frame(candidate("op-1", latest_on=day(9))), as_of=day(9))
    found, count = fetch_dismissed(store, EVERYTHING, limit=1)
    assert (count, list(found["candidate_id"])) == (2, [codes[3]])
    found, count = fetch_dismissed(store, EVERYTHING, limit=10)
    assert (count, list(found["candidate_id"])) == (2, [codes[3], codes[2]])
    assert set(found["reason"]) == {"另案处理"}
    elsewhere = Scope(regions=("110000",))
    assert fetch_dismissed(store, elsewhere, limit=10)[1] == 0


def test_a_lead_on_a_dismissed_candidate_takes_the_dismissal_back(store):
    record_signals(store, frame(candidate()), as_of=SEEN)
    dismiss_signal(store, NAME, "证据不足", **MAKER)
    [lead] = add_leads(store, batch(store), [draft()], **MAKER)
    [found] = signals(store)
    assert (found["answer"], found["lead_id"], found["reason"]) == ("lead", lead, "")


def test_a_lead_without_a_signal_gets_one_of_its_own(store):
    [lead] = add_leads(
        store, batch(store), [draft(evidence=evidence("S1", on=day(3)), signal_on=day(2))], **MAKER
    )
    [found] = signals(store)
    assert (found["lead_id"], found["first_seen_on"], found["latest_on"]) == (lead, day(2), day(3))


def test_a_withdrawn_lead_and_a_newer_signal_become_one_open_signal(any_store):
    store = any_store
    record_signals(store, frame(candidate()), as_of=SEEN)
    [lead] = add_leads(store, batch(store), [draft()], **MAKER)
    record_signals(store, frame(candidate(latest_on=day(9), worth=90.0)), as_of=day(9))
    assert len(signals(store)) == 2
    move_lead(store, lead, LeadState.WITHDRAWN, today(), seen=LeadState.PROPOSED, **MAKER)
    [found] = signals(store)
    assert (found["answer"], found["lead_id"], found["worth"]) == (None, None, 90.0)
    assert (found["first_seen_on"], found["last_seen_on"]) == (SEEN, day(9))


def test_two_refreshes_at_once_open_each_signal_once(any_store):
    given = frame(*[candidate(f"op-{n}") for n in range(50)])
    done = both(*[lambda: record_signals(any_store, given, as_of=SEEN) for _ in range(4)])
    assert sorted(figures(each) for each in done) == [(0, 0, 50, 0)] * 3 + [(50, 0, 0, 0)]
    assert len(signals(any_store)) == 50


def test_a_recording_broken_off_leaves_nothing_and_the_next_one_does_it_all(store, monkeypatch):
    def broken(*_arguments, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(book, "write_audit", broken)
    with pytest.raises(KeyboardInterrupt):
        record_signals(store, frame(candidate()), as_of=SEEN)
    monkeypatch.undo()
    assert signals(store) == []
    assert record_signals(store, frame(candidate()), as_of=SEEN).opened == 1


def test_candidates_that_cannot_be_recorded(store):
    with pytest.raises(InvalidLeadError, match="once"):
        record_signals(store, frame(candidate(), candidate()), as_of=SEEN)
    with pytest.raises(InvalidLeadError, match="worth"):
        record_signals(store, frame(candidate()).drop(columns="worth"), as_of=SEEN)
    assert figures(record_signals(store, frame(), as_of=SEEN)) == (0, 0, 0, 0)


def test_the_order_of_candidates_does_not_matter(store):
    given = [candidate(f"op-{n}", worth=float(n % 7)) for n in range(30)]
    random.Random(0).shuffle(given)
    record_signals(store, frame(*given), as_of=SEEN)
    names = [(each["worth"], each["candidate_id"]) for each in signals(store)]
    assert names == sorted(names, key=lambda each: (-each[0], each[1]))


def statements(store, count):
    """Return what the database is asked to do with so many candidates, once new and once changed."""
    asked = []

    def note(_conn, _cursor, statement, *_rest):
        asked.append(statement)

    given = frame(*[candidate(f"op-{count}-{n}") for n in range(count)])
    assert set(given.columns) == set(COPIED)
    sa.event.listen(store, "before_cursor_execute", note)
    try:
        assert record_signals(store, given, as_of=SEEN).opened == count
        again = given.assign(worth=1.0)
        assert record_signals(store, again, as_of=SEEN + dt.timedelta(days=7)).updated == count
    finally:
        sa.event.remove(store, "before_cursor_execute", note)
    return asked


def test_ten_thousand_candidates_are_recorded_as_sets(store):
    few, many = statements(store, 10), statements(store, 10_000)
    assert many == few
    assert 0 < len(many) < 20
