"""Twenty leads worked out by hand: authority, nearest time limit and limitation; and the edges."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from analytics.deadlines import ClockState
from analytics.lead_case import LeadCase, lead_case, read_case_rules
from analytics.legal_basis import UnknownConductError, read_conducts
from analytics.working_days import published_calendar

CALENDAR = published_calendar(dt.date(2025, 1, 1), dt.date(2026, 12, 31))
JIANG_AN, WU_CHANG, WUHAN = "420102", "420106", "420100"

OFFLINE = {"is_online": False, "county_code": JIANG_AN}

# Registered; facts; registered county; conduct | region, why to check; clock, its end; limitation.
BY_HAND: list[tuple[Any, ...]] = [
    (
        "complaint", "2026-05-06", OFFLINE, JIANG_AN, "prepaid",
        JIANG_AN, (), "first_check", "2026-05-14", "2028-05-06", None,
    ),
    (
        "complaint", "2026-04-30", OFFLINE, WU_CHANG, "unfair_terms",
        JIANG_AN, ("several",), "first_check", "2026-05-13", "2028-04-30", None,
    ),
    (
        "complaint", "2026-06-17", OFFLINE, None, "price_fraud",
        JIANG_AN, ("missing:registered_county",), "first_check", "2026-06-29", "2028-06-17", None,
    ),
    (
        "complaint", "2026-09-18", {"county_code": JIANG_AN}, JIANG_AN, "metering",
        JIANG_AN, ("role_unknown",), "first_check", "2026-09-29", "2028-09-18", None,
    ),
    (
        "complaint", "2026-09-29", {"is_online": True, "county_code": JIANG_AN}, JIANG_AN, "trademark",
        JIANG_AN, ("role_unknown",), "first_check", "2026-10-14", "2028-09-29", None,
    ),
    (
        "complaint", "2026-02-12", {"is_online": False, "county_code": WUHAN}, WUHAN, "food_unsafe",
        WUHAN, ("not_a_county",), "first_check", "2026-02-28", "2028-02-12", "2031-02-12",
    ),
    (
        "complaint", "2025-12-31", {"is_online": False}, WU_CHANG, "food_label",
        WU_CHANG, ("missing:operating_county",), "first_check", "2026-01-12", "2027-12-31", None,
    ),
    (
        "complaint", "2026-04-14", OFFLINE, JIANG_AN, "safety_hazard",
        JIANG_AN, (), "first_check", "2026-04-23", "2028-04-14", "2031-04-14",
    ),
    (
        "complaint", "2026-04-15", OFFLINE, JIANG_AN, "medicine",
        JIANG_AN, (), "first_check", "2026-04-24", "2028-04-15", "2031-04-15",
    ),
    (
        "complaint", "2026-07-31", {"is_online": False}, None, "unlicensed",
        None, ("missing:operating_county", "missing:registered_county"),
        "consumer_reply", "2026-08-11", "2028-07-31", None,
    ),
    (
        "tipoff", "2026-05-06", OFFLINE, None, "product_quality",
        JIANG_AN, (), "tipoff_check", "2026-05-26", "2028-05-06", "2031-05-06",
    ),
    (
        "tipoff", "2026-07-01", {"is_online": True, "county_code": JIANG_AN}, JIANG_AN, "cosmetics",
        None, ("missing:conduct_county", "role_unknown"),
        "tipoff_check", "2026-07-22", "2028-07-01", "2031-07-01",
    ),
    (
        "tipoff", "2026-09-18", OFFLINE | {"disputed_at": "2026-08-30 10:00"}, JIANG_AN, "metering",
        JIANG_AN, (), "tipoff_check", "2026-10-15", "2028-08-30", None,
    ),
    (
        "tipoff", "2026-10-20", OFFLINE | {"disputed_at": "2026-10-21 10:00"}, JIANG_AN, "patent",
        JIANG_AN, (), "tipoff_check", "2026-11-10", "2028-10-20", None,
    ),
    (
        "tipoff", "2026-04-10", OFFLINE, JIANG_AN, "false_marks",
        JIANG_AN, (), "tipoff_check", "2026-05-06", "2028-04-10", None,
    ),
    (
        "complaint", "2026-05-06",
        OFFLINE | {"first_checked_at": "2026-05-11 09:00", "accepted_at": "2026-05-11 09:00"},
        JIANG_AN, "prepaid",
        JIANG_AN, (), "mediation", "2026-07-10", "2028-05-06", None,
    ),
    (
        "complaint", "2026-06-01",
        OFFLINE | {"first_checked_at": "2026-06-03 09:00", "accepted_at": "2026-06-03 09:00"},
        JIANG_AN, "prepaid",
        JIANG_AN, (), "mediation", "2026-08-03", "2028-06-01", None,
    ),
    (
        "tipoff", "2026-05-20",
        OFFLINE | {"first_checked_at": "2026-06-01 09:00", "case_opened_at": "2026-06-01 09:00"},
        JIANG_AN, "medical_device",
        JIANG_AN, (), "case_decision", "2026-08-31", "2028-05-20", "2031-05-20",
    ),
    (
        "complaint", "2026-06-10",
        OFFLINE | {"is_odr": True, "odr_result": "pending", "status": "odr_pending"},
        JIANG_AN, "duties_refused",
        JIANG_AN, (), "odr", "2026-06-25", "2028-06-10", None,
    ),
    (
        "complaint", "2026-08-14", OFFLINE | {"issue_type": "C07"}, JIANG_AN, "false_advert",
        JIANG_AN, (), "advertising_reply", "2026-08-25", "2028-08-14", None,
    ),
]  # fmt: skip


STARTS = ("accepted_at", "case_opened_at")

NOTHING_DONE: dict[str, Any] = dict.fromkeys(
    ("first_checked_at", "accepted_at", "case_opened_at", "closed_at", "notified_at")
)
"""The columns that say a clock ended; without them its state is not known."""


def evidence(*rows: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame([NOTHING_DONE | row for row in rows])
    for name in frame.columns:
        if name.endswith("_at"):
            frame[name] = pd.to_datetime(frame[name])
    return frame


def on(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def case_of(conduct: str, frame: pd.DataFrame, **given: Any) -> LeadCase:
    as_of = frame["registered_at"].max().date()
    return lead_case(conduct, frame, calendar=CALENDAR, **{"as_of": as_of} | given)


@pytest.mark.parametrize("worked", BY_HAND, ids=[f"{row[0]}-{row[1]}" for row in BY_HAND])
def test_by_hand(worked: tuple[Any, ...]) -> None:
    kind, registered, facts, home, conduct, region, reasons, clock, due, until, grave = worked
    frame = evidence({"kind": kind, "registered_at": f"{registered} 10:00", **facts})
    as_of = max(on(registered), *(on(str(facts.get(each, registered))[:10]) for each in STARTS))
    found = case_of(conduct, frame, registered_county=home, as_of=as_of)
    authority = found.authorities[0]
    assert (authority.region_code, set(authority.reasons)) == (region, set(reasons))
    nearest = next(each for each in found.deadlines if each.clock == clock)
    assert (nearest.state, nearest.due) == (ClockState.RUNNING, on(due))
    assert found.limitation.until == on(until)
    assert found.limitation.grave_until == (on(grave) if grave else None)


def test_what_is_overdue_comes_first_and_is_counted() -> None:
    rows = [
        {"kind": "complaint", "registered_at": f"2026-05-{day:02} 10:00", **OFFLINE}
        for day in (6, 7, 20)
    ]
    found = case_of("prepaid", evidence(*rows), as_of=on("2026-05-20"))
    first = next(each for each in found.deadlines if each.clock == "first_check")
    assert (first.state, first.due, first.submissions) == (
        ClockState.OVERDUE,
        on("2026-05-14"),
        2,
    )
    running = next(each for each in found.deadlines if each.state is ClockState.RUNNING)
    assert (running.due, running.submissions) == (on("2026-05-29"), 1)


def test_authorities_are_counted_the_most_evidence_first_and_unknown_last() -> None:
    rows = [
        {"kind": "complaint", "registered_at": "2026-05-06 10:00", "is_online": False} | facts
        for facts in (
            {},
            {},
            {},
            {"county_code": WU_CHANG},
            {"county_code": JIANG_AN},
            {"county_code": JIANG_AN},
        )
    ]
    found = case_of("prepaid", evidence(*rows)).authorities
    assert [(each.region_code, each.submissions) for each in found] == [
        (JIANG_AN, 2),
        (WU_CHANG, 1),
        (None, 3),
    ]


def test_serial_material_and_an_operator_out_of_reach_add_a_step() -> None:
    row = {"kind": "tipoff", "registered_at": "2026-05-06 10:00", **OFFLINE}
    rules = read_case_rules()
    plain = case_of("food_label", evidence(row)).steps
    marked = case_of("food_label", evidence(row | {"is_serial": True, "is_unreachable": True}))
    assert set(marked.steps) - set(plain) == {rules.serial, rules.unreachable}
    assert plain[0] == rules.first[0]
    assert plain[-1] == rules.last[-1]


def test_every_conduct_has_steps_and_a_basis_of_its_day() -> None:
    row = {"kind": "tipoff", "registered_at": "2025-10-20 10:00", **OFFLINE}
    rules = read_case_rules()
    assert set(rules.by_conduct) == set(read_conducts().by_code)
    assert set(rules.limitation.grave) <= set(read_conducts().by_code)
    before = case_of("confusion", evidence(row | {"disputed_at": "2025-10-14 09:00"})).basis
    after = case_of("confusion", evidence(row)).basis
    assert [each.article for each in before] == ["6"]
    assert [each.article for each in after] == ["7"]


def test_online_law_is_kept_unless_all_trade_was_offline() -> None:
    row = {"kind": "tipoff", "registered_at": "2026-05-06 10:00", "county_code": JIANG_AN}
    mixed = evidence(row | {"is_online": False}, row | {"is_online": None})
    offline = evidence(row | {"is_online": False})
    assert any(basis.online for basis in case_of("false_promotion", mixed).basis)
    assert not any(basis.online for basis in case_of("false_promotion", offline).basis)


def test_errors_say_what_is_wrong() -> None:
    frame = evidence({"kind": "tipoff", "registered_at": "2026-05-06 10:00"})
    with pytest.raises(UnknownConductError, match="no conduct 'unheard_of'"):
        case_of("unheard_of", frame)
    with pytest.raises(ValueError, match="at least one submission"):
        lead_case("prepaid", frame.iloc[:0], calendar=CALENDAR, as_of=on("2026-05-06"))
    with pytest.raises(ValueError, match="no column"):
        lead_case("prepaid", frame[["kind"]], calendar=CALENDAR, as_of=on("2026-05-06"))
