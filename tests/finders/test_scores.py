"""Raw figures counted by hand; increments that give what a run from nothing gives."""

import datetime as dt
import itertools
import random

import pytest

import jobs.finders.scores
from analytics.risk_model import read_mapping
from jobs.decided import NOTHING_DECIDED, Decided
from jobs.refresh import derive, refresh
from queries.decisions import Decision
from queries.generations import GenerationStore
from queries.schema import submissions
from queries.score_tables import INPUTS, STEP
from queries.vocabulary import DecisionKind
from queries.warehouse import open_current
from tests.finders.figures_by_hand import EVENT_CASES, REGISTER_CASES
from tests.finders.operator_files import (
    LAST,
    complaint,
    day,
    event,
    figures,
    load,
    registered,
    stored,
)

KINDS = (
    "licence", "inspection", "sampling", "equipment", "penalty", "abnormal_list", "serious_list",
    "credit_class", "change", "linked_firm", "staff", "opinion",
)  # fmt: skip
OTHERS = [event("z", kind, 5, outcome="none", severity="none") for kind in KINDS]
"""One event of each kind at another operator, so that every source is known."""


@pytest.fixture(autouse=True)
def _few_months(monkeypatch):
    """Two months of the past show what more do; `tests/queries/test_score_reads.py` has all 12."""
    monkeypatch.setattr(jobs.finders.scores, "HISTORY_MONTHS", 2)


@pytest.fixture
def store(tmp_path):
    return GenerationStore(tmp_path / "warehouse")


def opened(store):
    return open_current(f"duckdb:///{store.folder}")


def scored(store, *, decided=NOTHING_DECIDED):
    """Refresh what the score rests on in one generation, which costs a test far less than two."""
    with store.building() as building:
        derive(building, only="operators")
        derive(building, only=STEP, decided=decided)
    return opened(store)


def figures_of(store, *, filed=()):
    filler = complaint("filler", "z", 0)
    load(store, [filler, *filed], [registered("a"), registered("z")], OTHERS)
    return figures(scored(store))["a"]


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    """One warehouse with an operator for each case: e0, e1 … of events, r0, r1 … of the register."""
    store = GenerationStore(tmp_path_factory.mktemp("by_hand") / "warehouse")
    register = [registered(f"e{number}") for number in range(len(EVENT_CASES))]
    register += [registered(f"r{number}", **each[0]) for number, each in enumerate(REGISTER_CASES)]
    events = [
        {**each, "operator_id": f"e{number}"}
        for number, case in enumerate(EVENT_CASES)
        for each in case.values[0]
    ]
    load(store, [complaint("filler", "z", 0)], [*register, registered("z")], [*OTHERS, *events])
    return figures(scored(store))


@pytest.mark.parametrize(
    "number", range(len(EVENT_CASES)), ids=[str(each.id) for each in EVENT_CASES]
)
def test_figures_from_events(by_hand, number):
    expected = EVENT_CASES[number].values[1]
    assert {name: by_hand[f"e{number}"][name] for name in expected} == expected


@pytest.mark.parametrize("number", range(len(REGISTER_CASES)))
def test_figures_from_the_register(by_hand, number):
    expected = REGISTER_CASES[number][1]
    assert {name: by_hand[f"r{number}"][name] for name in expected} == expected


def test_the_deregistered_are_not_scored_and_the_revoked_that_trade_are_d(store):
    register = [
        registered("gone", status="deregistered", status_on=day(9)),
        registered("revoked", status="revoked", status_on=day(9)),
        registered("idle", status="revoked", status_on=day(9)),
    ]
    load(store, [complaint(1, "revoked", 3), complaint(2, "other", 3)], register)
    rows = {row["operator_id"]: row for row in stored(scored(store), month=LAST.replace(day=1))}
    assert sorted(rows) == ["idle", "other", "revoked"]
    assert (rows["revoked"]["grade"], rows["revoked"]["triggered"]) == ("D", "revoked_operating")
    assert rows["idle"]["triggered"] == ""


def test_figures_from_submissions(store):
    mediated = {"acceptance": "accepted", "closed_at": dt.datetime(2026, 3, 1)}
    prepaid = {"is_prepaid": True, "requested_remedies": "refund,apologise"}
    filed = [
        *[complaint(f"new{n}", "a", 5) for n in range(6)],
        *[complaint(f"old{n}", "a", 35) for n in range(3)],
        complaint("last", "a", 89, **prepaid),
        complaint("too old", "a", 90, **prepaid),
        complaint("year", "a", 364, **mediated, mediation_result="agreement"),
        *[complaint(f"m{n}", "a", 200, **mediated, mediation_result="no_agreement")
          for n in range(3)],
        complaint("tip-off", "a", 5, kind="tipoff"),
        complaint("left out", "a", 5),
    ]  # fmt: skip
    load(store, [*filed, complaint("filler", "z", 0)], [registered("a")])
    with store.building() as building, building.engine.begin() as conn:
        own = submissions.c.submission_id == "sleft out"
        conn.execute(submissions.update().where(own).values(exclusion_reason="repeat"))
        building.changed = True
    found = figures(scored(store))["a"]
    assert found["complaints_90d"] == 10
    assert found["surge_z"] == pytest.approx((6 - 3) / 3)
    assert found["settlement_rate_12m"] == 0.25
    assert (found["prepaid_trade"], found["prepaid_refunds_90d"]) == (1, 1)
    assert found["complaints_12m"] == 15
    assert found["industry_percentile"] == 0


def test_too_few_mediations_tell_nothing(store):
    closed = {"acceptance": "accepted", "closed_at": dt.datetime(2026, 3, 1)}
    filed = [complaint(n, "a", 5, **closed, mediation_result="agreement") for n in range(2)]
    assert figures_of(store, filed=filed)["settlement_rate_12m"] is None


def test_peers_are_those_of_the_industry_who_are_complained_about(store):
    filed = [complaint(f"{n}-{k}", f"f{n:02}", 5) for n in range(20) for k in range(n + 1)]
    filed += [complaint("h", "h", 5, industry="H62")]
    register = [registered(f"f{n:02}") for n in range(20)]
    load(store, filed, [*register, registered("idle"), registered("h", industry="H62")])
    found = figures(scored(store))
    assert found["f03"]["peer_p95_90d"] == pytest.approx(19.05)
    assert found["idle"]["peer_p95_90d"] == pytest.approx(19.05)
    assert found["h"]["peer_p95_90d"] == pytest.approx(19.0)


def test_industries_rank_by_complaints_for_each_registered_operator(store):
    register = [
        *[registered(f"f{n}") for n in range(4)],
        registered("h", industry="H62"),
        registered("o", industry="O80"),
    ]
    filed = [
        *[complaint(f"f{n}", "f1", 5) for n in range(8)],
        *[complaint(f"h{n}", "h", 5, industry="H62") for n in range(3)],
    ]
    load(store, filed, register)
    found = figures(scored(store))
    assert [found[each]["industry_percentile"] for each in ("o", "f0", "h")] == [0, 0.5, 1]


def test_a_red_alarm_needs_many_persons_and_more_than_usual(store):
    filed = [complaint(f"a{n}", "a", n % 7) for n in range(100)]
    filed += [complaint(f"b{n}", "b", n % 7) for n in range(99)]
    filed += [complaint(f"c{n}", "c", n % 63) for n in range(900)]
    filed += [complaint(f"d{n}", "d", 1, disputed_yuan=1e6) for n in range(5)]
    filed += [complaint(f"e{n}", "e", 1, disputed_yuan=2e6) for n in range(4)]
    filed += [complaint(f"f{n}", "f", 40) for n in range(150)]
    load(store, filed)
    rows = stored(scored(store), month=LAST.replace(day=1))
    assert {row["operator_id"]: row["triggered"] for row in rows if row["triggered"]} == {
        "a": "group_red", "d": "group_red",
    }  # fmt: skip
    assert {row["grade"] for row in rows if row["triggered"]} == {"D"}


def test_people_hurt_by_food_count_once_the_office_took_it_up(store):
    hurt = {"product_category": "G101", "issue_subtype": "C09-01"}
    filed = [
        complaint(1, "a", 5, **hurt, is_transferred_to_case=True),
        complaint(2, "b", 5, **hurt),
        complaint(3, "c", 5, issue_subtype="C09-01", is_transferred_to_case=True),
        complaint(4, "d", 400, **hurt, is_case_opened=True),
    ]
    load(store, filed)
    rows = stored(scored(store), month=LAST.replace(day=1))
    assert [row["operator_id"] for row in rows if row["triggered"]] == ["a"]


def test_complaints_that_rise_after_a_change(store):
    changes = [event(each, "change", 20, outcome="legal_person") for each in "abc"]
    filed = [
        *[complaint(f"a{n}", "a", 20 - n) for n in range(3)],
        complaint("a-", "a", 21),
        *[complaint(f"b{n}", "b", 21 + n) for n in range(3)],
        complaint("b+", "b", 1),
        complaint("c+", "c", 1),
        complaint("now", "z", 0),
    ]
    load(store, filed, [registered(each) for each in "abcz"], changes)
    found = figures(scored(store))
    rose = {key: row["complaints_rose_after_change"] for key, row in found.items()}
    assert rose == {"a": 1, "b": 0, "c": 0, "z": 0}


def test_without_sources_nothing_is_known_and_nobody_graded(store):
    load(store, [complaint(n, "a", n) for n in range(30)])
    warehouse = scored(store)
    found = figures(warehouse)["a"]
    known = {name for name in INPUTS if found[name] is not None}
    assert known == {
        "complaints_90d", "peer_p95_90d", "surge_z", "prepaid_refunds_90d", "group_red",
        "food_drug_injury",
    }  # fmt: skip
    rows = stored(warehouse, month=LAST.replace(day=1))
    assert [(row["grade"], row["completeness"]) for row in rows] == [("pending", 0.14)]


def test_operators_that_no_source_could_name_have_no_data(store):
    nameless = complaint(1, "n-1", 5, uscc=None)
    load(store, [nameless, complaint(2, "z", 0)], [registered("z")], OTHERS)
    found = figures(scored(store))
    assert found["n-1"]["penalties_year_1"] is None
    assert found["n-1"]["serious_listed"] is None
    assert found["z"]["penalties_year_1"] == 1


def test_of_who_is_in_events_alone_only_those_are_known(store):
    events = [*OTHERS, event("n-9", "serious_list", 5)]
    load(store, [complaint(2, "z", 0)], [registered("z")], events)
    warehouse = scored(store)
    found = figures(warehouse)["n-9"]
    assert (found["serious_listed"], found["penalties_year_1"]) == (1, None)
    rows = stored(warehouse, month=LAST.replace(day=1))
    assert [row["grade"] for row in rows if row["operator_id"] == "n-9"] == ["D"]


def made_up(seed, count, *, newest=0, oldest=420):
    chance = random.Random(seed)
    filed = [
        complaint(
            f"{seed}-{n}", f"o{chance.randrange(40)}", chance.randint(newest, oldest),
            industry=chance.choice(["F52", "H62"]), is_prepaid=chance.random() < 0.3,
            requested_remedies=chance.choice(["refund", "repair"]), acceptance="accepted",
            closed_at=dt.datetime(2026, 2, 1), mediation_result=chance.choice(["agreement", None]),
        )
        for n in range(count)
    ]  # fmt: skip
    register = [
        registered(
            f"o{n}", address_key=f"address {n % 7}", paid_capital_yuan=chance.choice([0, 1e6]),
            industry=chance.choice(["F52", "H62"]),
        )
        for n in range(30)
    ]  # fmt: skip
    events = [
        event(
            f"o{chance.randrange(40)}", chance.choice(KINDS), chance.randint(-20, 900),
            outcome=chance.choice(["failed", "unqualified", "legal_person", "B", "valid"]),
            severity=chance.choice(["fine", "major", "warning"]), subject=str(n),
            ends_on=chance.choice([None, day(-10), day(50)]),
        )
        for n in range(200)
    ]  # fmt: skip
    return filed, register, events


def test_increments_give_what_a_run_from_nothing_gives(tmp_path):
    filed, register, events = made_up(1, 500, newest=8)
    later = [made_up(seed, 30, newest=first, oldest=first + 1)[0] for seed, first in
             ((2, 6), (3, 0))]  # fmt: skip
    slowly, at_once = [GenerationStore(tmp_path / name) for name in ("slowly", "at_once")]
    load(slowly, filed, register, events[:150])
    scored(slowly)
    for number, more in enumerate(later):
        load(slowly, more, events=events[150:] if number == 1 else ())
        scored(slowly)
    load(at_once, [*filed, *itertools.chain(*later)], register, events)
    expected = stored(scored(at_once))
    found = stored(opened(slowly))
    month = LAST.replace(day=1)
    assert [row for row in found if row["month"] == month] == [
        row for row in expected if row["month"] == month
    ]
    assert figures(opened(slowly)) == figures(opened(at_once))
    assert {row["month"] for row in found} == {row["month"] for row in expected}
    assert len({row["month"] for row in found}) == 3


def test_months_that_are_over_stay_and_a_new_one_joins(store):
    days = [complaint(f"x{n}", "x", n) for n in range(22, 75)]
    load(store, [complaint(1, "a", 60), *days], [registered("a"), registered("x")])
    first = stored(scored(store))
    assert days_of(first) == ["2026-01-31", "2026-02-26"]
    load(store, [complaint(3, "a", 60), complaint(4, "a", 0)])
    found = stored(scored(store))
    assert found[0]["complaints_12m"] == first[0]["complaints_12m"]
    assert days_of(found) == ["2026-01-31", "2026-02-28", "2026-03-20"]


def days_of(rows):
    return sorted({str(row["as_of"]) for row in rows})


def graded(rows):
    """Return the model's version and the grade of each operator now."""
    now = LAST.replace(day=1)
    return {
        row["operator_id"]: (row["model_version"], row["grade"])
        for row in rows
        if row["month"] == now
    }


def in_force(content, number=1):
    return Decided({
        DecisionKind.RISK_MODEL: (
            Decision(number, DecisionKind.RISK_MODEL, content["version"], "in_force",
                     {"model": content}, "", "someone", dt.datetime(2026, 3, 1)),
        )
    })  # fmt: skip


def test_a_model_put_in_force_scores_the_next_refresh_and_is_taken_back(store):
    content = read_mapping()
    content["version"] = "strict"
    content["grades"][1]["from"] = 5
    load(store, [complaint(1, "a", 5), complaint(2, "a", 40)], [registered("a")], OTHERS)
    load(store, (), (), [event("a", "opinion", 5, severity="ordinary"),
                         event("a", "credit_class", 5, outcome="A")])  # fmt: skip
    before = stored(scored(store))
    assert graded(before)["a"] == ("2026.1", "A")
    found = stored(scored(store, decided=in_force(content)))
    assert graded(found)["a"] == ("strict", "B")
    assert [row for row in found if row["month"] < dt.date(2026, 3, 1)] == [
        row for row in before if row["month"] < dt.date(2026, 3, 1)
    ]
    assert stored(scored(store)) == before


def test_events_alone_make_the_step_run(store):
    load(store, [complaint(1, "a", 0)], [registered("a")], OTHERS)
    scored(store)
    assert refresh(store, only=STEP) == []
    load(store, (), (), [event("a", "penalty", 3, severity="fine")])
    assert [each.name for each in refresh(store, only=STEP)] == [STEP]
    assert figures(opened(store))["a"]["penalties_year_1"] == 1


def test_the_first_register_makes_past_months_anew(store):
    load(store, [complaint(n, "a", 30 * n) for n in range(5)])
    before = stored(scored(store))
    assert {row["grade"] for row in before} == {"pending"}
    load(store, (), [registered("a")], [event("a", kind, 400) for kind in KINDS])
    assert stored(scored(store))[0]["completeness"] > before[0]["completeness"]


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_anything(store, count):
    load(store, [complaint(n, "a", 0) for n in range(count)], [registered("a")])
    warehouse = scored(store)
    assert len(stored(warehouse)) == count
    assert STEP in warehouse.fresh
