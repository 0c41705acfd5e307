"""The submissions of one operator are looked up where that is known, and are the same either way."""

import dataclasses
import datetime as dt
import random

import pandas as pd
import pytest
import sqlalchemy as sa

from jobs.refresh import refresh
from queries.generations import GenerationStore
from queries.operator_names import fetch_name
from queries.reads import fetch_breakdown, fetch_series, fetch_submissions, fetch_totals
from queries.schema import operator_submissions, submissions
from queries.scope import EVERYTHING, Scope
from queries.selection import Comparison, Period, Selection
from queries.warehouse import open_current
from queries.word_counts import fetch_word_contrast
from tests.staging import batch, record

OPERATORS = ("op-a", "op-b", "op-c", None)
TEXTS = ("商家拒绝退款，要求退还预付卡余额", "食品发霉，要求赔偿", "快递延误")
LAST = dt.datetime(2026, 3, 31, 10)
YEAR = Selection(period=Period("12m"), comparison=Comparison.PREVIOUS)
OF_A = YEAR.with_filter("operator", ["op-a"])


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    chance = random.Random(3)
    rows = [
        record(
            f"s-{number}",
            str(LAST - dt.timedelta(days=chance.randrange(900))),
            kind=chance.choice(["complaint", "tipoff"]),
            operator_id=chance.choice(OPERATORS),
            county_code=chance.choice(["420106", "420111"]),
            narrative=chance.choice(TEXTS),
        )
        for number in range(600)
    ]
    store = GenerationStore(tmp_path_factory.mktemp("operators") / "warehouse")
    with store.building() as building:
        building.stage(batch(rows))
        building.merge()
    refresh(store, only="operators")
    refresh(store, only="submission_words")
    return store


@pytest.fixture
def warehouse(store):
    opened = open_current(f"duckdb:///{store.folder}")
    yield opened
    opened.engine.dispose()


def answers(warehouse, selection, scope):
    totals = fetch_totals(warehouse, selection, scope, measures=("submissions", "tipoffs"))
    series = fetch_series(warehouse, selection, scope, measures=("submissions",), grain="month")
    listed = fetch_submissions(warehouse, selection, scope, page_size=50)
    counties = fetch_breakdown(warehouse, selection, scope, level="county_code")
    others = fetch_breakdown(warehouse, selection, scope, level="operator_id")
    words = fetch_word_contrast(warehouse, selection, scope)
    return totals.current, totals.previous, listed.total, words.totals, [
        series.frame, listed.frame, counties.frame, others.frame, words.frame,
    ]  # fmt: skip


def asked_of(warehouse, selection, scope, ask=answers):
    """Return the answers, and the statements that were asked for them."""
    statements = []

    def hear(*given):
        statements.append(given[2])

    sa.event.listen(warehouse.engine, "before_cursor_execute", hear)
    found = ask(warehouse, selection, scope)
    sa.event.remove(warehouse.engine, "before_cursor_execute", hear)
    return found, statements


def read_from(table, statements):
    return any(f"FROM {table.name}" in each for each in statements)


@pytest.mark.parametrize("scope", [EVERYTHING, Scope(regions=("420106",), kinds=("complaint",))])
@pytest.mark.parametrize(
    ("members", "exclude", "looked_up"),
    [
        (["op-a"], False, True),
        (["op-none"], False, True),
        (["op-a", "op-b"], False, None),
        (["op-a"], True, False),
    ],
)
def test_the_same_is_counted_either_way(warehouse, members, exclude, looked_up, scope):
    selection = YEAR.with_filter("operator", members, exclude=exclude)
    (*numbers, frames), used = asked_of(warehouse, selection, scope)
    without = dataclasses.replace(warehouse, fresh=warehouse.fresh - {"operators"})
    (*expected, tables), never = asked_of(without, selection, scope)
    if looked_up is None:  # several are counted by the list, though not looked up in it
        looked_up = scope == EVERYTHING
    assert read_from(operator_submissions, used) == looked_up
    assert not read_from(operator_submissions, never)
    assert numbers == expected
    assert (expected[2] == 0) == (members == ["op-none"])
    for frame, table in zip(frames, tables, strict=True):
        pd.testing.assert_frame_equal(frame, table)


def counts(warehouse, selection, scope):
    asked = {"measures": ("submissions",)}
    totals = fetch_totals(warehouse, selection, scope, **asked)
    series = fetch_series(warehouse, selection, scope, **asked, grain="day")
    return totals.current, totals.previous, series.frame


@pytest.mark.parametrize(
    ("selection", "listed", "looked_up"),
    [
        (OF_A, True, True),
        (YEAR.with_filter("operator", ["op-a", "op-b", "op-none"]), True, False),
        (YEAR.with_filter("operator", ["op-a"], exclude=True), False, False),
        (OF_A.with_filter("region", ["420106"]), False, True),
        (dataclasses.replace(OF_A, denoised=True), False, True),
        (dataclasses.replace(OF_A, text="退款"), False, True),
        (YEAR, False, False),
    ],
)
def test_submissions_of_operators_alone_are_counted_by_the_list(
    warehouse, selection, listed, looked_up
):
    (*numbers, days), used = asked_of(warehouse, selection, EVERYTHING, counts)
    assert numbers[0]["submissions"] > 0
    counted = [each for each in used if "submission_key" not in each]
    assert read_from(operator_submissions, counted) == listed
    assert any("submission_key IN" in each for each in used) == (looked_up and not listed)
    without = dataclasses.replace(warehouse, fresh=warehouse.fresh - {"operators"})
    (*expected, table), _ = asked_of(without, selection, EVERYTHING, counts)
    assert numbers == expected
    pd.testing.assert_frame_equal(days, table)


def test_the_list_follows_the_submissions(store):
    with store.building() as building:
        building.stage(batch([record("s-0", "2026-04-02T09:00", operator_id="op-new")]))
        building.merge()
    refresh(store, only="operators")
    opened = open_current(f"duckdb:///{store.folder}")
    names = ("operator_id", "registered_on", "submission_key")
    listed = sa.select(*[operator_submissions.c[each] for each in names]).order_by("submission_key")
    named = sa.select(*[submissions.c[each] for each in names])
    named = named.where(submissions.c.operator_id.is_not(None)).order_by("submission_key")
    with opened.engine.connect() as conn:
        assert conn.execute(listed).all() == conn.execute(named).all()
        stored = list(conn.scalars(sa.select(operator_submissions.c.operator_id)))
    opened.engine.dispose()
    assert stored == sorted(stored)
    assert stored.count("op-new") == 1


def test_an_operator_is_named_only_to_who_sees_a_submission_of_it(warehouse):
    without = dataclasses.replace(warehouse, fresh=warehouse.fresh - {"operators"})
    for opened in (warehouse, without):
        for scope in (
            EVERYTHING,
            Scope(regions=("420106",)),
            Scope(kinds=("tipoff",), everything=True),
        ):
            assert fetch_name(opened, scope, operator_id="op-a") is not None
        for scope in (
            Scope(),
            Scope(regions=("420506",)),
            Scope(kinds=("inquiry",), everything=True),
        ):
            assert fetch_name(opened, scope, operator_id="op-a") is None
        assert fetch_name(opened, EVERYTHING, operator_id="op-none") is None
