import datetime as dt

import pandas as pd
import pytest

from pages.components import course, detail, listing, record, tables
from queries.vocabulary import Acceptance, Kind, MediationResult, Status

AS_OF = dt.date(2026, 3, 31)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("kind", Kind.COMPLAINT, "投诉"),
        ("status", Status.MEDIATING, "调解中"),
        ("county_code", "420106", "武昌区"),
        ("product_category", "G101", "食品"),
        ("issue_subtype", "C01-02", "变质"),
        ("channel", "wx_mini", "微信小程序"),
        ("channel", "carrier_pigeon", "carrier_pigeon"),
        ("requested_remedies", "refund,compensate", "退赔费用、赔偿损失"),
        ("is_online", False, "否"),
        ("first_check_on_time", 1, "是"),
        ("disputed_yuan", 1234.5, "1,234.50元"),
        ("handling_days", 3.25, "3.2天"),
        ("satisfaction", 5, "5"),
        ("registered_at", pd.Timestamp("2026-03-01 09:05"), "2026-03-01 09:05"),
        ("closed_at", pd.NaT, "未填写"),
        ("disputed_yuan", float("nan"), "未填写"),
        ("brand", "", "未填写"),
        ("is_prepaid", pd.NA, "未填写"),
        ("narrative", "[x](javascript:alert(1)) $$y$$", "[x](javascript:alert(1)) $$y$$"),
    ],
)
def test_a_value_in_words(name, value, shown):
    assert tables.text_of(name, value) == shown


def test_a_table_row_by_hand():
    frame = pd.DataFrame(
        {
            "submission_id": ["42-1"],
            "kind": ["complaint"],
            "status": [None],
            "disputed_yuan": [12.5],
            "narrative": [None],
        }
    )
    cells = (
        tables.Cell("类型", (("kind", "status"), ("narrative",)), width=90),
        tables.Cell("金额", (("disputed_yuan",),), right=True, sort="disputed_yuan"),
    )
    shown = tables.content(frame, cells, order="disputed_yuan", marked=["退款"])
    assert shown["rows"] == [{"code": "42-1", "cells": [["投诉", ""], ["12.50元"]]}]
    assert [each["sorted"] for each in shown["columns"]] == [False, True]
    assert shown["marked"] == ["退款"]


def test_no_record_is_no_row():
    frame = pd.DataFrame({"submission_id": [], "kind": []})
    assert tables.content(frame, (tables.Cell("类型", (("kind",),)),))["rows"] == []


def test_every_label_is_chinese():
    labels = [each.label for each in tables.COLUMNS.values()]
    assert all(any("一" <= letter <= "鿿" for letter in label) for label in labels)
    assert len(labels) == len(set(labels))


def test_every_column_of_the_list_has_a_label():
    cells = (*listing.CELLS, *detail._OTHER_CELLS)
    names = {name for cell in cells for line in cell.lines for name in line}
    assert names <= set(tables.COLUMNS)


def test_every_field_of_a_record_has_a_label_and_stands_once():
    named = [name for _, names in record.GROUPS for name in names]
    assert len(named) == len(set(named))
    assert set(named) <= set(tables.COLUMNS)


def test_fields_that_nobody_filled_in_say_so():
    groups = record.groups({"submission_id": "42", "brand": None})
    fields = {field["label"]: field for group in groups for field in group["fields"]}
    assert fields["登记编号"] == {"label": "登记编号", "text": "42", "known": True}
    assert fields["品牌"] == {"label": "品牌", "text": "未填写", "known": False}


def at(text):
    return pd.Timestamp(text)


COMPLAINT = {
    "kind": Kind.COMPLAINT,
    "registered_at": at("2026-03-01 10:00"),
    "dispatched_at": at("2026-03-01 16:00"),
    "first_check_due_at": at("2026-03-11 23:59:59"),
    "first_checked_at": at("2026-03-12 00:00:00"),
    "acceptance": Acceptance.ACCEPTED,
    "accepted_at": at("2026-03-12 09:00"),
    "due_at": at("2026-05-11"),
    "closed_at": at("2026-03-25 10:00"),
    "status": Status.ARCHIVED,
    "mediation_result": MediationResult.AGREEMENT,
    "published_at": at("2026-04-02 08:30"),
}


def by_label(given, as_of=AS_OF):
    return {step.label: step for step in course.steps(given, as_of=as_of)}


def test_the_whole_course_of_a_complaint():
    steps = course.steps(COMPLAINT, as_of=AS_OF)
    assert [step.label for step in steps] == [
        "登记",
        "分送",
        "初查",
        "受理",
        "调解",
        "办结",
        "公示",
    ]
    assert {step.state for step in steps} == {"done"}
    found = by_label(COMPLAINT)
    # registered 1 March 10:00, dispatched six hours later
    assert (found["分送"].when, found["分送"].took) == ("2026-03-01 16:00", "登记后0.2天")
    assert found["初查"].due == "期限2026-03-11"
    assert (found["初查"].late, found["初查"].mark) == (True, "逾期1天")
    assert found["调解"].when == "达成调解协议"
    assert (found["办结"].late, found["办结"].mark, found["办结"].took) == (
        False,
        "按期",
        "登记后24.0天",
    )
    assert found["公示"].when == "2026-04-02 08:30"


def test_reached_at_the_very_deadline_is_on_time():
    step = by_label(COMPLAINT | {"first_checked_at": COMPLAINT["first_check_due_at"]})["初查"]
    assert (step.late, step.mark) == (False, "按期")


@pytest.mark.parametrize(
    ("as_of", "mark", "late"),
    [
        # the last day of data is over: at 10 March 0:00 one day and 23:59:59 are left, two begun days
        pytest.param(dt.date(2026, 3, 9), "还有2天", False, id="before"),
        pytest.param(dt.date(2026, 3, 10), "还有1天", False, id="last day"),
        pytest.param(dt.date(2026, 3, 11), "已超期1天", True, id="a second after"),
        pytest.param(dt.date(2026, 3, 14), "已超期4天", True, id="later"),
        pytest.param(None, "", False, id="no data"),
    ],
)
def test_an_open_step_against_its_deadline(as_of, mark, late):
    given = {
        "kind": Kind.COMPLAINT,
        "registered_at": at("2026-03-01 10:00"),
        "first_check_due_at": at("2026-03-11 23:59:59"),
        "status": Status.AWAITING_CHECK,
    }
    step = by_label(given, as_of)["初查"]
    assert (step.state, step.when, step.mark, step.late) == ("open", "未到", mark, late)


def test_a_declined_complaint_is_not_mediated():
    given = COMPLAINT | {
        "acceptance": Acceptance.DECLINED,
        "reject_reason": "超过三年",
        "accepted_at": None,
        "mediation_result": None,
    }
    found = by_label(given)
    assert found["不予受理"].when == "超过三年"
    assert (found["调解"].when, found["调解"].state) == ("未进入调解", "skipped")


def test_the_course_of_a_tipoff():
    given = {
        "kind": Kind.TIPOFF,
        "registered_at": at("2026-03-01"),
        "first_checked_at": at("2026-03-04"),
        "is_case_opened": True,
        "case_opened_at": at("2026-03-06"),
        "closed_at": None,
        "status": Status.CASE_OPENED,
    }
    assert [step.label for step in course.steps(given, as_of=AS_OF)] == [
        "登记", "分送", "核查", "立案", "办结",
    ]  # fmt: skip
    assert by_label(given)["立案"].when == "2026-03-06"
    assert by_label(given | {"is_case_opened": False})["立案"].when == "不予立案"
    assert by_label(given | {"is_case_opened": None})["立案"].when == "未到"


def test_an_inquiry_is_answered():
    steps = course.steps({"kind": Kind.INQUIRY, "registered_at": at("2026-03-01")}, as_of=AS_OF)
    assert [step.label for step in steps] == ["登记", "分送", "办结"]


def test_a_step_that_was_passed_without_a_date_says_so():
    given = COMPLAINT | {"first_checked_at": None, "dispatched_at": pd.NaT}
    found = by_label(given)
    assert [(found[each].state, found[each].when) for each in ("分送", "初查")] == [
        ("done", "未填写"),
        ("done", "未填写"),
    ]
    assert not found["初查"].late


@pytest.mark.parametrize(
    ("status", "passed"),
    [
        (Status.REGISTERED, ["登记"]),
        (Status.DISPATCHED, ["登记", "分送"]),
        (Status.MEDIATING, ["登记", "分送", "初查", "受理"]),
        (Status.CLOSED, ["登记", "分送", "初查", "受理", "调解", "办结"]),
    ],
)
def test_a_status_tells_what_has_passed_without_dates(status, passed):
    given = {
        "kind": Kind.COMPLAINT,
        "registered_at": at("2026-03-01"),
        "status": status,
        "first_check_due_at": at("2026-03-02"),
    }
    found = [each for each in course.steps(given, as_of=AS_OF) if each.state == "done"]
    assert [each.label for each in found] == passed
    assert {each.when for each in found[1:]} <= {"未填写"}
    assert not any(each.late for each in found)
