import datetime as dt

import pytest
import streamlit as st

from pages.components import address, pills
from pages.components.pills import Pill
from queries.scope import Scope
from queries.selection import Comparison, Period, Selection

FOUND = (
    Selection(period=Period("12m"), text="退款 健身", denoised=True)
    .with_filter("region", ["420100", "420506"])
    .with_filter("channel", ["odr"], exclude=True)
    .with_filter("operator", ["op-1"])
)


def test_every_condition_has_a_pill():
    assert pills.pills_of(FOUND, {"op-1": "江岸健身馆"}) == (
        Pill("-channel:odr", "排除渠道", "ODR绿色通道企业", excluded=True),
        Pill("operator:op-1", "主体", "江岸健身馆"),
        Pill("region:420100", "区域", "武汉市"),
        Pill("region:420506", "区域", "夷陵区"),
        Pill("q:退款", "内容含", "退款"),
        Pill("q:健身", "内容含", "健身"),
        Pill("denoised:", "口径", "去重"),
    )


def test_removing_every_pill_leaves_period_and_comparison_alone():
    left = FOUND
    for pill in pills.pills_of(FOUND, {}):
        shorter = pills.removed(left, pill.code)
        assert shorter != left, pill
        left = shorter
    assert left == Selection(period=Period("12m")) == pills.cleared(FOUND)


def test_removing_a_left_out_member_keeps_the_same_member_where_it_is_chosen():
    both = Selection().with_filter("issue", ["C01"]).with_filter("issue", ["C01-02"], exclude=True)
    assert pills.removed(both, "-issue:C01-02") == Selection().with_filter("issue", ["C01"])
    assert pills.removed(both, "issue:C01").to_query() == {"-issue": "C01-02"}


@pytest.mark.parametrize("code", ["", "colour:red", "region:", "region:420500", "q:other"])
def test_a_pill_that_is_not_there_changes_nothing(code):
    assert pills.removed(FOUND, code) == FOUND


@pytest.mark.parametrize(
    ("query", "field"),
    [
        pytest.param({"period": "soon"}, "period", id="period"),
        pytest.param({"period": "2026-02-30..2026-03-01"}, "period", id="no such day"),
        pytest.param({"period": "2026-03-02..2026-03-01"}, "period", id="backwards"),
        pytest.param({"period": "0001-01-01..9999-12-31"}, "period", id="all of history"),
        pytest.param({"period": "9999m"}, "period", id="centuries in months"),
        pytest.param({"period": "7306d"}, "period", id="more than 20 years in days"),
        pytest.param({"vs": "tomorrow"}, "vs", id="comparison"),
        pytest.param({"region": "Wuhan"}, "region", id="region"),
        pytest.param({"-product": "手机"}, "product", id="left-out product"),
        pytest.param({"weekday": "8"}, "weekday", id="eighth day"),
        pytest.param({"hour": "nine"}, "hour", id="hour in words"),
        pytest.param({"is_online": "yes"}, "is_online", id="flag"),
        pytest.param({"q": "长" * 61}, "text", id="long text"),
        pytest.param({"region": ","}, "region", id="no member"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_kept(query, field):
    reading = address.read({**query, "kind": "tipoff"})
    assert [fault.field for fault in reading.faults] == [field]
    assert reading.selection == Selection().with_filter("kind", ["tipoff"])


def test_several_faults_are_all_named():
    reading = address.read({"period": "soon", "vs": "x", "region": "y", "status": "closed"})
    assert {fault.field for fault in reading.faults} == {"period", "vs", "region"}
    assert reading.selection.to_query() == {"status": "closed"}


def test_a_good_address_has_no_fault():
    reading = address.read(FOUND.to_query() | {"drill": "region:420100", "page": "4"})
    assert (reading.selection, reading.faults) == (FOUND, ())


def test_a_new_selection_drops_the_page_number_and_keeps_the_rest():
    before = Selection(period=Period("7d")).to_query() | {"page": "4", "size": "50", "id": "7"}
    after = address.rewritten(before, FOUND, {})
    assert after == FOUND.to_query() | {"size": "50", "id": "7"}


def test_the_same_selection_keeps_the_page_number():
    before = FOUND.to_query() | {"page": "4"}
    assert address.rewritten(before, FOUND, {"size": "50"}) == before | {"size": "50"}


def test_own_names_are_set_and_dropped():
    before = {"drill": "region:420100", "measure": "closed"}
    after = address.rewritten(before, Selection(), {"drill": None, "measure": "tipoffs"})
    assert after == {"measure": "tipoffs"}


def test_faulty_names_leave_the_address_with_the_next_click():
    after = address.rewritten({"period": "soon", "vs": "x"}, Selection(text="退款"), {})
    assert after == {"q": "退款"}


@pytest.mark.parametrize("start", [dt.date(1999, 12, 31), dt.date(2000, 1, 1)])
def test_the_earliest_day_that_an_address_may_name(start):
    reading = address.read({"period": f"{start}..2026-01-01"})
    assert bool(reading.faults) == (start.year < 2000)


def test_comparison_stays_when_all_conditions_go():
    chosen = Selection(comparison=Comparison.LAST_YEAR, denoised=True)
    assert pills.cleared(chosen).to_query() == {"vs": "last_year"}


@pytest.mark.parametrize(
    ("members", "kept"),
    [
        pytest.param("420500", (), id="another city"),
        pytest.param("420506,420106", ("420106",), id="one of two"),
        pytest.param("420106007", ("420106007",), id="a street inside"),
        pytest.param("420000", ("420000",), id="the province around it"),
    ],
)
def test_regions_outside_a_viewers_scope_are_told_and_left_out(members, kept):
    reading = address.read({"region": members, "kind": "tipoff"}, Scope(regions=("420100",)))
    assert reading.selection.members("region") == kept
    assert reading.selection.members("kind") == ("tipoff",)
    named = [fault.value for fault in reading.faults]
    assert named == [each for each in members.split(",") if each not in kept]
    assert address.read({"region": members}).faults == ()


def test_a_control_that_reports_nothing_changes_nothing(monkeypatch):
    state: dict[str, str | None] = {"bar.period": None}
    monkeypatch.setattr(st, "session_state", state)
    acted: list[str] = []
    changed = address.once_chosen("bar.period", acted.append)
    changed()
    assert acted == []
    state["bar.period"] = "7d"
    changed()
    assert acted == ["7d"]
