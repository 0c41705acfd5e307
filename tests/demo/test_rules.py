"""Courses keep the rules in force, checked against chinesecalendar day by day."""

import datetime as dt
import itertools

import chinese_calendar
import numpy as np
import polars as pl
import pytest

from jobs.demo.frames import frames
from jobs.demo.workdays import EPOCH, WorkCalendar, day_number
from jobs.importing.operators import normal_uscc

RULE_2026 = dt.datetime(2026, 4, 15)


@pytest.fixture(scope="module")
def drawn():
    end = dt.date(2026, 8, 31)
    return pl.concat(list(frames(submissions=20_000, operators=4_000, seed=4, months=30, end=end)))


def nth_working_day(start: dt.date, count: int) -> dt.date:
    day = start
    while count:
        day += dt.timedelta(days=1)
        count -= chinese_calendar.is_workday(day)
    return day


def records(frame, count=150):
    return frame.sample(min(count, frame.height), seed=1).iter_rows(named=True)


def test_first_check_within_seven_working_days(drawn):
    own = drawn.filter(
        (pl.col("kind") == "complaint")
        & (pl.col("channel") != "odr")
        & pl.col("first_check_due_at").is_not_null()
    )
    for record in records(own):
        due = nth_working_day(record["registered_at"].date(), 7)
        assert record["first_check_due_at"] == dt.datetime(due.year, due.month, due.day, 23, 59, 59)


def test_mediation_until_2026_in_45_working_days(drawn):
    old = drawn.filter(pl.col("accepted_at").is_not_null() & (pl.col("registered_at") < RULE_2026))
    for record in records(old):
        assert record["due_at"].date() == nth_working_day(record["accepted_at"].date(), 45)


def test_mediation_since_2026_in_60_days_and_not_on_a_day_off(drawn):
    new = drawn.filter(pl.col("accepted_at").is_not_null() & (pl.col("registered_at") >= RULE_2026))
    assert new.height > 100
    for record in records(new):
        due = record["accepted_at"].date() + dt.timedelta(days=60)
        while not chinese_calendar.is_workday(due):
            due += dt.timedelta(days=1)
        assert record["due_at"].date() == due


def test_tipoffs_have_fifteen_working_days_once_or_twice(drawn):
    own = drawn.filter((pl.col("kind") == "tipoff") & pl.col("first_check_due_at").is_not_null())
    extended = 0
    for record in records(own, 300):
        start = record["registered_at"].date()
        due = record["first_check_due_at"].date()
        assert due in (nth_working_day(start, 15), nth_working_day(start, 30))
        extended += due == nth_working_day(start, 30)
    assert extended / 300 == pytest.approx(0.18, abs=0.08)


def test_inquiries_have_no_deadline(drawn):
    inquiries = drawn.filter(pl.col("kind") == "inquiry")
    assert inquiries["due_at"].null_count() == inquiries.height
    assert inquiries["first_check_due_at"].null_count() == inquiries.height


def test_everything_happens_in_order(drawn):
    order = ["registered_at", "dispatched_at", "first_checked_at", "closed_at", "published_at"]
    for earlier, later in itertools.pairwise(order):
        assert drawn.filter(pl.col(later) < pl.col(earlier)).height == 0, (earlier, later)
    assert drawn.filter(pl.col("disputed_at") >= pl.col("registered_at")).height == 0


def test_nearly_all_on_time(drawn):
    checked = drawn.filter(pl.col("first_checked_at").is_not_null())
    late = checked.filter(pl.col("first_checked_at") > pl.col("first_check_due_at")).height
    assert 0 < late / checked.height < 0.006


def test_the_sixth_reason_came_with_the_new_rules(drawn):
    reasons = drawn.filter(pl.col("reject_reason").str.starts_with("冒用"))
    assert reasons.height > 0
    assert reasons["registered_at"].min() >= RULE_2026


def test_states_follow_from_what_happened(drawn):
    assert (
        drawn.filter((pl.col("status") == "mediating") & pl.col("closed_at").is_not_null()).height
        == 0
    )
    closed = drawn.filter(pl.col("status").is_in(["closed", "fed_back", "archived", "declined"]))
    assert closed["closed_at"].null_count() == 0
    assert (
        drawn.filter(pl.col("satisfaction").is_not_null() & pl.col("closed_at").is_null()).height
        == 0
    )
    assert drawn.filter(pl.col("is_case_opened") & (pl.col("kind") != "tipoff")).height == 0


def test_social_credit_codes_are_valid(drawn):
    codes = drawn["uscc"].drop_nulls().unique().to_list()
    assert len(codes) > 500
    assert [code for code in codes if normal_uscc(code) != code] == []


def test_id_numbers_are_valid_and_never_issued(drawn):
    numbers = drawn["person_id_number"].drop_nulls()
    for number in numbers.head(300):
        total = sum(
            int(digit) * weight
            for digit, weight in zip(
                number[:17], (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), strict=True
            )
        )
        assert number[17] == "10X98765432"[total % 11]
        assert number[14:17] == "000"
        dt.date.fromisoformat(number[6:14])


def test_a_person_keeps_name_and_telephone(drawn):
    pairs = drawn.select("person_name", "person_phone").drop_nulls().unique()
    assert pairs["person_phone"].n_unique() > 0.999 * pairs.height


def test_working_days_checked_by_hand():
    # 2026-02-12 is a Thursday: 13, 14 (made up), then the holiday until 23, 24, 25, 26, 27, 28 (made up)
    calendar = WorkCalendar.over(dt.date(2026, 2, 1), dt.date(2026, 3, 31))
    start = np.array([day_number(dt.date(2026, 2, 12))])
    days = [EPOCH + dt.timedelta(days=int(calendar.after(start, n)[0])) for n in (1, 2, 3, 7)]
    assert days == [
        dt.date(2026, 2, 13),
        dt.date(2026, 2, 14),
        dt.date(2026, 2, 24),
        dt.date(2026, 2, 28),
    ]


def test_working_days_beyond_the_published_years():
    calendar = WorkCalendar.over(dt.date(2026, 12, 1), dt.date(2027, 6, 30))
    assert calendar.published_until == dt.date(2026, 12, 31)
    # 2027-05-01 is a Saturday, 05-02 a Sunday; Monday the third is worked as far as anybody knows
    friday = np.array([day_number(dt.date(2027, 4, 30))])
    assert EPOCH + dt.timedelta(days=int(calendar.after(friday, 1)[0])) == dt.date(2027, 5, 3)
    new_year = np.array([day_number(dt.date(2027, 1, 1))])
    assert not calendar.is_worked(new_year)[0]
