"""Outcomes sent as rows: they bring leads forward, once, and what does not fit is told."""

import datetime as dt

import pandas as pd
import pytest

from queries import lead_outcome_rows
from queries.lead_chain import fetch_chain
from queries.lead_outcome_rows import OUTCOME_COLUMNS, apply_outcomes
from queries.lead_outcomes import write_outcome
from queries.lead_reads import fetch_lead, fetch_leads, fetch_outcomes, fetch_steps
from queries.lead_rules import InvalidLeadError
from queries.leads import add_leads, move_lead
from queries.scope import EVERYTHING, Scope
from queries.selection import DateRange
from queries.vocabulary import LeadState
from queries.workflow import fetch_audit
from tests.leads.course import (
    MAKER,
    OTHER,
    advance,
    batch,
    day,
    draft,
    handed_over,
    punished,
)

YEAR = DateRange(dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def rows(*given):
    made = [
        dict.fromkeys(OUTCOME_COLUMNS) | {"row_number": n} | row for n, row in enumerate(given, 2)
    ]
    return pd.DataFrame(made, columns=list(OUTCOME_COLUMNS), dtype=object)


def sent(store, *given, scope=EVERYTHING):
    done = apply_outcomes(store, rows(*given), scope=scope, source="回传.csv", **OTHER)
    return done.applied, done.unchanged, done.refused


def number(store, lead):
    return fetch_lead(store, EVERYTHING, lead)["number"]


def course(store, lead):
    steps = fetch_steps(store, EVERYTHING, [lead])
    return [
        tuple(each) for each in steps[["state", "happened_on", "origin"]].itertuples(index=False)
    ]


def punishment(store, lead, **fields):
    return {
        "lead_number": number(store, lead),
        "state": "closed",
        "result": "penalty",
        "case_number": "立1号",
        "filed_on": day(10),
        "closed_on": day(30),
        "fined_yuan": 500.0,
        "unit": "二大队",
        "note": "已缴",
    } | fields


def test_a_row_brings_a_lead_to_its_end_and_the_same_row_again_changes_nothing(any_store):
    store = any_store
    [lead] = handed_over(store)
    before = fetch_chain(store, EVERYTHING, days=YEAR).iloc[0]
    given = punishment(store, lead)
    applied, unchanged, refused = sent(store, given)
    assert (applied, unchanged, len(refused)) == (1, 0, 0)
    assert course(store, lead) == [
        ("proposed", day(2), "page"),
        ("handed_over", day(4), "page"),
        ("received", day(10), "inferred"),
        ("checking", day(10), "inferred"),
        ("filed", day(10), "file"),
        ("closed", day(30), "file"),
    ]
    [out] = fetch_outcomes(store, EVERYTHING, [lead]).to_dict("records")
    assert (out["result"], out["fined_yuan"], out["filed_on"], out["closed_on"]) == (
        "penalty", 500, day(10), day(30),
    )  # fmt: skip
    assert (out["case_number"], out["origin"]) == ("立1号", "file")
    after = fetch_chain(store, EVERYTHING, days=YEAR).iloc[0]
    for name in ("decided", "cases", "penalties"):
        assert after[name] - before[name] == 1
    kept = course(store, lead)
    assert sent(store, given)[:2] == (0, 1)
    assert course(store, lead) == kept
    assert fetch_outcomes(store, EVERYTHING, [lead]).to_dict("records") == [out]
    assert fetch_audit(store)[0]["subject"] == "回传.csv 0 1 0"


def test_a_lead_comes_forward_file_by_file(any_store):
    store = any_store
    [lead] = handed_over(store)
    name = {"lead_number": number(store, lead)}
    files = (
        name | {"state": "received", "happened_on": day(5)},
        name | {"state": "checking", "happened_on": day(6)},
        name | {"state": "filed", "filed_on": day(7), "case_number": "立2号"},
        name | {"result": "no_penalty", "closed_on": day(9)},
    )
    for each in files:
        assert sent(store, each)[:2] == (1, 0)
        assert sent(store, each)[:2] == (0, 1)
    assert [each[0] for each in course(store, lead)][2:] == [
        "received", "checking", "filed", "closed",
    ]  # fmt: skip
    assert {each[2] for each in course(store, lead)[2:]} == {"file"}
    [out] = fetch_outcomes(store, EVERYTHING, [lead]).to_dict("records")
    assert (out["case_number"], out["result"], out["closed_on"]) == ("立2号", "no_penalty", day(9))
    kept = course(store, lead)
    assert sent(store, *files)[:2] == (0, 4)
    assert course(store, lead) == kept


def test_all_stages_in_one_file(store):
    [lead] = handed_over(store)
    name = {"lead_number": number(store, lead)}
    given = (
        name | {"state": "received", "happened_on": day(5)},
        name | {"state": "not_filed", "result": "not_filed", "happened_on": day(8)},
    )
    assert sent(store, *given)[:2] == (2, 0)
    assert fetch_lead(store, EVERYTHING, lead)["state"] == "not_filed"
    assert sent(store, *given)[:2] == (0, 2)


def test_what_a_file_does_not_say_is_kept(store):
    [lead] = handed_over(store)
    punished(store, lead, document_number="罚9号", recovered_yuan=70.0)
    given = {
        "lead_number": number(store, lead),
        "result": "penalty",
        "filed_on": day(10),
        "closed_on": day(20),
        "fined_yuan": 1.0,
    }
    assert sent(store, given)[:2] == (1, 0)
    [out] = fetch_outcomes(store, EVERYTHING, [lead]).to_dict("records")
    assert (out["fined_yuan"], out["document_number"], out["recovered_yuan"]) == (1, "罚9号", 70)


def test_a_returned_lead(store):
    [lead] = handed_over(store)
    given = {"lead_number": number(store, lead), "state": "returned", "happened_on": day(6)}
    assert sent(store, given)[:2] == (1, 0)
    move_lead(store, lead, LeadState.HANDED_OVER, day(8), seen=LeadState.RETURNED, **MAKER)
    assert sent(store, given)[:2] == (0, 1)
    assert fetch_lead(store, EVERYTHING, lead)["state"] == "handed_over"


def test_a_transfer_without_a_case(store):
    [lead] = handed_over(store)
    given = {
        "lead_number": number(store, lead),
        "result": "transferred",
        "transferred_to": "公安机关",
        "closed_on": day(9),
    }
    assert sent(store, given)[:2] == (1, 0)
    assert [each[0] for each in course(store, lead)][-2:] == ["not_filed", "closed"]
    assert sent(store, given)[:2] == (0, 1)


@pytest.mark.parametrize(
    ("fields", "column", "problem"),
    [
        pytest.param({"lead_number": "X-9"}, "lead_number", "unknown", id="no such lead"),
        pytest.param({"lead_number": None}, "lead_number", "needed", id="no number"),
        pytest.param({"state": "lost"}, "state", "unknown", id="unknown state"),
        pytest.param({"state": "withdrawn"}, "state", "fit", id="not the receiver's"),
        pytest.param({"state": None, "result": None}, "state", "needed", id="nothing said"),
        pytest.param({"filed_on": None}, "filed_on", "needed", id="closed but when filed"),
        pytest.param({"closed_on": None}, "closed_on", "needed", id="closed but when"),
        pytest.param({"result": None, "filed_on": None}, "result", "needed", id="which way"),
        pytest.param({"filed_on": day(3)}, "filed_on", "early", id="filed before handed over"),
        pytest.param({"closed_on": dt.date(2999, 1, 1)}, "happened_on", "future", id="to come"),
        pytest.param({"fined_yuan": -1.0}, "fined_yuan", "range", id="negative"),
        pytest.param({"case_number": "长" * 65}, "case_number", "length", id="long number"),
        pytest.param({"note": "长" * 501}, "note", "length", id="long note"),
        pytest.param({"result": "no_penalty"}, "fined_yuan", "fit", id="fine without penalty"),
        pytest.param(
            {"state": "filed", "result": "transferred", "fined_yuan": None},
            "transferred_to",
            "needed",
            id="transferred where",
        ),
    ],
)
def test_a_row_that_does_not_fit_changes_nothing_and_others_count(store, fields, column, problem):
    first, second = handed_over(store, draft(), draft("op-2"))
    applied, unchanged, refused = sent(
        store, punishment(store, first, **fields), punishment(store, second)
    )
    assert (applied, unchanged) == (1, 0)
    [told] = refused.to_dict("records")
    assert (told["row_number"], told["column"], told["problem"]) == (2, column, problem)
    assert told["reason"]
    assert len(course(store, first)) == 2
    assert len(course(store, second)) == 6


def test_leads_that_are_elsewhere_are_refused(store):
    done, moved, not_filed = handed_over(store, draft(), draft("op-2"), draft("op-3"))
    punished(store, done, filed=8, closed=20)
    advance(store, moved, LeadState.FILED, on=9)
    advance(store, not_filed, LeadState.NOT_FILED, on=9, by=LeadState.NOT_FILED)
    [proposed] = add_leads(store, batch(store), [draft("op-4")], **MAKER)
    _, _, refused = sent(
        store,
        punishment(store, done, closed_on=day(21)),
        {"lead_number": number(store, moved), "state": "checking", "happened_on": day(5)},
        punishment(store, not_filed),
        punishment(store, proposed),
    )
    assert refused["row_number"].tolist() == [2, 3, 4, 5]
    assert set(refused["problem"]) == {"state"}
    assert "handed over yet" in refused["reason"].iloc[3]


def test_a_lead_with_two_results_in_one_file(store):
    [lead] = handed_over(store)
    given = (punishment(store, lead), punishment(store, lead, fined_yuan=9.0))
    applied, _, refused = sent(store, *given)
    assert (applied, refused["problem"].tolist(), refused["limit"].tolist()) == (
        1,
        ["twice"],
        ["2"],
    )
    assert sent(store, *given)[:2] == (0, 1)


def test_rows_of_other_regions_are_refused(store):
    [lead] = handed_over(store)
    for scope in (Scope(regions=("420500",)), Scope()):
        applied, _, refused = sent(store, punishment(store, lead), scope=scope)
        assert (applied, refused["problem"].tolist()) == (0, ["unknown"])
    assert sent(store, punishment(store, lead), scope=Scope(regions=("420106",)))[0] == 1


def test_a_file_broken_off_in_the_middle_changes_nothing(any_store, monkeypatch):
    store = any_store
    first, second = handed_over(store, draft(), draft("op-2"))
    real, calls = write_outcome, []

    def broken(*arguments, **named):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*arguments, **named)

    monkeypatch.setattr(lead_outcome_rows, "write_outcome", broken)
    given = (punishment(store, first), punishment(store, second))
    with pytest.raises(KeyboardInterrupt):
        sent(store, *given)
    assert fetch_outcomes(store, EVERYTHING, [first, second]).empty
    assert set(fetch_leads(store, EVERYTHING)["state"]) == {"handed_over"}
    monkeypatch.undo()
    assert sent(store, *given)[:2] == (2, 0)


def test_rows_without_a_column_are_not_taken(store):
    with pytest.raises(InvalidLeadError, match="closed_on"):
        apply_outcomes(
            store, rows().drop(columns="closed_on"), scope=EVERYTHING, source="a", **OTHER
        )
    assert sent(store)[:2] == (0, 0)
