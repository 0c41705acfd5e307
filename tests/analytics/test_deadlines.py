"""Time limits checked by hand on the calendar of 2025 and 2026, and their states."""

import datetime as dt

import chinese_calendar
import numpy as np
import pandas as pd
import pytest

from analytics.clock_rules import DEFAULT_CLOCKS, Clocks, read_clocks
from analytics.deadlines import due_dates
from analytics.working_days import CalendarTooShortError, published_calendar
from tests.analytics.limits_by_hand import FIRST_CHECK, MEDIATION, OTHERS

# 2026: 1/1-1/3 off, 1/4 worked; 2/15-2/23 off, 2/14 and 2/28 worked; 4/4-4/6 off; 5/1-5/5 off,
# 5/9 worked; 6/19-6/21 off; 9/25-9/27 off; 10/1-10/7 off, 9/20 and 10/10 worked.
CALENDAR = published_calendar(dt.date(2023, 1, 1), dt.date(2026, 12, 31))
LAST = dt.date(2026, 11, 20)


def due(clock, *, as_of=LAST, calendar=CALENDAR, rules=None, **facts):
    frame = pd.DataFrame({name: [value] for name, value in facts.items()})
    for name in frame.columns:
        if name.endswith(("_at", "_on", "_from", "_to", "_until")):
            frame[name] = pd.to_datetime(frame[name])
    found = due_dates(frame, calendar=calendar, as_of=as_of, rules=rules)
    when = found[f"{clock}_due"].iloc[0]
    return (None if pd.isna(when) else str(when.date())), found[f"{clock}_state"].iloc[0]


@pytest.mark.parametrize(("registered", "expected", "why"), FIRST_CHECK)
def test_first_check_by_hand(registered, expected, why):
    found, _ = due("first_check", kind="complaint", registered_at=f"{registered} 23:59:59")
    assert found == expected, why


@pytest.mark.parametrize(("registered", "accepted", "facts", "expected", "why"), MEDIATION)
def test_mediation_by_hand(registered, accepted, facts, expected, why):
    found, _ = due(
        "mediation", kind="complaint", registered_at=registered, accepted_at=accepted, **facts
    )
    assert found == expected, why


@pytest.mark.parametrize(("clock", "facts", "expected"), OTHERS)
def test_other_limits_by_hand(clock, facts, expected):
    assert due(clock, **facts)[0] == expected


STATES = [
    ("2026-03-11", {"first_checked_at": "2026-03-11 23:59:59"}, "met"),
    ("2026-03-20", {"first_checked_at": "2026-03-12 00:00:00"}, "late"),
    ("2026-03-11", {"first_checked_at": None}, "running"),
    ("2026-03-12", {"first_checked_at": None}, "overdue"),
    ("2026-03-12", {"first_checked_at": "2026-03-13"}, "overdue"),
    ("2026-03-20", {"first_checked_at": "2026-03-01"}, "unknown"),
    ("2026-03-20", {"first_checked_at": None, "status": "withdrawn"}, "not_applicable"),
    ("2026-03-20", {"first_checked_at": None, "status": "archived"}, "unknown"),
    ("2026-03-20", {}, "unknown"),
    ("2026-03-01", {"first_checked_at": None}, "not_applicable"),
]


@pytest.mark.parametrize(("as_of", "facts", "state"), STATES)
def test_state_as_of_a_day(as_of, facts, state):
    # registered on 2026-03-02, due on 2026-03-11
    found = due(
        "first_check",
        kind="complaint",
        registered_at="2026-03-02 10:00",
        as_of=dt.date.fromisoformat(as_of),
        **facts,
    )
    assert found[1] == state


def test_an_appraisal_under_way_suspends_mediation():
    facts = {
        "kind": "complaint",
        "registered_at": "2026-04-15",
        "accepted_at": "2026-04-20",
        "closed_at": None,
        "appraisal_from": "2026-05-06",
        "appraisal_to": "2026-05-16",
    }
    assert due("mediation", as_of=dt.date(2026, 5, 5), **facts) == ("2026-06-22", "running")
    assert due("mediation", as_of=dt.date(2026, 5, 10), **facts) == (None, "suspended")
    assert due("mediation", as_of=dt.date(2026, 6, 29), **facts) == ("2026-06-29", "running")
    assert due("mediation", as_of=dt.date(2026, 6, 30), **facts) == ("2026-06-29", "overdue")


def test_missing_facts_are_unknown_not_on_time():
    tipoff = {"kind": "tipoff", "registered_at": "2026-03-10", "case_decided_at": "2026-03-31"}
    assert due("tipoff_notice", **tipoff) == (None, "unknown")
    assert due("tipoff_notice", **tipoff, is_real_name=None) == (None, "unknown")
    assert due("tipoff_notice", **tipoff, is_real_name=False) == (None, "not_applicable")
    assert due("advertising_reply", kind="tipoff", registered_at="2026-03-10")[1] == "unknown"


@pytest.mark.parametrize(
    ("checked", "facts", "state"),
    [
        # registered on 2026-05-02: due on 5/25, extended on 6/15
        pytest.param("2026-05-25", {}, "met", id="within the limit"),
        pytest.param("2026-05-26", {}, "unknown", id="nothing says whether it was extended"),
        pytest.param("2026-05-26", {"is_check_extended": None}, "unknown", id="nor here"),
        pytest.param("2026-05-26", {"is_check_extended": False}, "late", id="not extended"),
        pytest.param("2026-06-15", {"is_check_extended": True}, "met", id="extended"),
        pytest.param("2026-06-16", {"is_check_extended": True}, "late", id="late even so"),
        pytest.param("2026-06-16", {}, "late", id="late either way"),
        pytest.param(None, {}, "overdue", id="overdue either way"),
    ],
)
def test_nobody_is_late_who_may_have_been_given_more_time(checked, facts, state):
    found = due(
        "tipoff_check",
        kind="tipoff",
        registered_at="2026-05-02",
        first_checked_at=checked,
        **facts,
    )
    assert found[1] == state


def test_acceptance_before_registration_is_a_contradiction():
    found = due("mediation", kind="complaint", registered_at="2026-05-10", accepted_at="2026-05-09")
    assert found == (None, "unknown")


def test_open_submissions_may_switch_on_the_day_of_change():
    content = read_clocks().model_dump() | {"open_on_change": "switch"}
    rules = Clocks.model_validate(content)
    facts = {"kind": "complaint", "registered_at": "2026-04-10", "accepted_at": "2026-04-13"}
    # kept: 45 working days; switched: 60 natural days, 4/13 + 60 = 6/12, a Friday
    assert due("mediation", **facts)[0] == "2026-06-17"
    assert due("mediation", rules=rules, **facts)[0] == "2026-06-12"
    closed = facts | {"closed_at": "2026-04-14"}
    assert due("mediation", rules=rules, **closed)[0] == "2026-06-17"
    assert due("mediation", rules=rules, as_of=dt.date(2026, 4, 14), **facts)[0] == "2026-06-17"


def test_weekends_need_not_move_a_limit():
    official = CALENDAR.assign(
        holiday=[
            chinese_calendar.is_holiday(day) and day.isoweekday() <= 5
            for day in pd.DatetimeIndex(CALENDAR.index).date
        ]
    )
    facts = {"kind": "complaint", "registered_at": "2026-06-30", "accepted_at": "2026-07-01"}
    assert due("mediation", **facts)[0] == "2026-08-31"
    assert due("mediation", calendar=official, **facts)[0] == "2026-08-30"


def test_calendar_that_ends_too_early_says_so():
    facts = {"kind": "complaint", "registered_at": "2026-11-10", "accepted_at": "2026-11-12"}
    with pytest.raises(CalendarTooShortError, match=r"to 2026-12-31.*2027-01-11.*longer calendar"):
        due("mediation", **facts)
    with pytest.raises(CalendarTooShortError, match="to 2026-12-31"):
        due("mediation", calendar=chinese_calendar.is_workday, **facts)
    with pytest.raises(CalendarTooShortError, match=r"to 2026-11-15, but 2026-11-16"):
        due("first_check", calendar=CALENDAR.loc[:"2026-11-15"], **facts)
    with pytest.raises(CalendarTooShortError, match="start it earlier"):
        due("first_check", calendar=CALENDAR, kind="complaint", registered_at="2022-12-30")


def test_guessed_days_are_said():
    longer = published_calendar(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
    frame = pd.DataFrame(
        {
            "kind": "complaint",
            "registered_at": pd.to_datetime(["2026-11-10", "2026-05-10"]),
            "accepted_at": pd.to_datetime(["2026-11-12", "2026-05-12"]),
        }
    )
    found = due_dates(frame, calendar=longer, as_of=LAST)
    assert found["estimated"].to_list() == [True, False]
    # 11/12 + 60 = 1/11 of 2027, a Monday
    assert str(found["mediation_due"].iloc[0].date()) == "2027-01-11"


def test_overrides_come_before_the_package():
    known = published_calendar(
        dt.date(2027, 1, 1), dt.date(2027, 1, 9), overrides={dt.date(2027, 1, 9): True}
    )
    assert known.loc["2027-01-09"].to_numpy().tolist() == [True, True]
    assert known.loc["2027-01-08"].to_numpy().tolist() == [True, False]


def test_a_series_a_frame_and_a_callable_say_the_same():
    facts = {"kind": "complaint", "registered_at": "2026-02-12"}
    answers = {
        due("first_check", calendar=calendar, **facts)
        for calendar in (CALENDAR, CALENDAR["working"], chinese_calendar.is_workday)
    }
    assert answers == {("2026-02-28", "unknown")}


@pytest.mark.parametrize(
    ("calendar", "says"),
    [
        pytest.param(CALENDAR["working"].drop(pd.Timestamp("2026-02-14")), "go on", id="gap"),
        pytest.param(CALENDAR["working"].iloc[::-1], "go on", id="descending"),
        pytest.param(CALENDAR["working"].reset_index(drop=True), "DatetimeIndex", id="no days"),
        pytest.param(CALENDAR[["published"]], "working", id="no column"),
        pytest.param(
            CALENDAR["working"].astype(object).where(CALENDAR["working"]), "flag", id="NaN"
        ),
    ],
)
def test_a_bad_calendar_is_refused(calendar, says):
    with pytest.raises(ValueError, match=says):
        due("first_check", calendar=calendar, kind="complaint", registered_at="2026-02-12")


def test_bad_submissions_are_refused():
    with pytest.raises(ValueError, match="registered_at"):
        due_dates(pd.DataFrame({"kind": ["complaint"]}), calendar=CALENDAR)
    with pytest.raises(ValueError, match="missing in row"):
        due("first_check", kind="complaint", registered_at=None)
    with pytest.raises(ValueError, match="zone"):
        due("first_check", kind="complaint", registered_at="2026-02-12T10:00+08:00")


def many(count):
    rng = np.random.default_rng(0)
    registered = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 900, count), "D")
    accepted = registered + pd.to_timedelta(rng.integers(0, 20, count), "D")
    return pd.DataFrame(
        {
            "kind": rng.choice(["complaint", "tipoff", "inquiry"], count),
            "registered_at": registered,
            "first_checked_at": accepted.where(rng.random(count) < 0.8),
            "accepted_at": accepted.where(rng.random(count) < 0.5),
            "closed_at": (accepted + pd.Timedelta(days=30)).where(rng.random(count) < 0.4),
            "status": rng.choice(["mediating", "archived", "withdrawn"], count),
        }
    )


def test_rows_do_not_depend_on_each_other():
    frame = many(400)
    whole = due_dates(frame, calendar=CALENDAR, as_of=LAST)
    shuffled = frame.sample(frac=1, random_state=1)
    again = due_dates(shuffled, calendar=CALENDAR, as_of=LAST).loc[frame.index]
    pd.testing.assert_frame_equal(whole, again)
    one = due_dates(frame.iloc[[7]], calendar=CALENDAR, as_of=LAST)
    pd.testing.assert_frame_equal(whole.iloc[[7]], one)


def test_limits_equal_a_count_day_by_day():
    frame = many(150)
    found = due_dates(frame, calendar=CALENDAR, as_of=LAST)
    tipoffs = frame[frame["kind"] == "tipoff"]
    for row, registered in tipoffs["registered_at"].items():
        when = found.loc[row, "tipoff_check_due"]
        if not pd.isna(when):
            assert chinese_calendar.get_workdays(
                registered.date() + dt.timedelta(days=1), when.date()
            )[14:] == [when.date()]


def test_an_empty_frame_gives_an_empty_frame():
    found = due_dates(many(5).iloc[:0], calendar=chinese_calendar.is_workday)
    assert found.empty
    assert "mediation_due" in found.columns


def test_the_frame_is_left_alone_and_a_repeated_index_is_kept():
    frame = many(6)
    frame.index = [3, 3, 1, 1, 2, 2]
    before = frame.copy()
    found = due_dates(frame, calendar=CALENDAR, as_of=LAST)
    pd.testing.assert_frame_equal(frame, before)
    assert found.index.to_list() == [3, 3, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param("length: 7", "lenght: 7", "lenght", id="misspelt"),
        pytest.param("unit: working", "unit: hours", "unit", id="unit"),
        pytest.param("since: 2026-04-15", "since: null", "ascend", id="no first day"),
        pytest.param("code: reject_notice", "code: first_check", "twice", id="code twice"),
        pytest.param("open_on_change: keep", "open_on_change: [", "clocks.yaml", id="no YAML"),
    ],
)
def test_a_bad_rule_file_is_refused(tmp_path, old, new, says):
    text = DEFAULT_CLOCKS.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "clocks.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        read_clocks(path)
