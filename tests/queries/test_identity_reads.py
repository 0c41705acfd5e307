"""Figures of who is who as counted by hand, and lists that are read in one statement."""

import dataclasses

import pytest
import sqlalchemy as sa

from queries import identity_reads
from queries.identity_reads import fetch_doubts, fetch_groups, fetch_identities
from queries.identity_tables import operator_mentions
from queries.schema import operator_submissions, submissions
from queries.scope import EVERYTHING, Scope
from queries.selection import Period, Selection
from queries.warehouse import open_current
from tests.named import COUNTY, plant

WHOLE = Selection(period=Period("all"))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return open_current(f"duckdb:///{plant(tmp_path_factory.mktemp('identities'))}")


@pytest.fixture
def asked(warehouse):
    """Statements sent to the warehouse."""
    sent = []

    def note(conn, cursor, statement, *rest):  # noqa: ARG001
        sent.append(statement)

    sa.event.listen(warehouse.engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(warehouse.engine, "before_cursor_execute", note)


def by_hand(warehouse, keep):
    """Return total, named, raw and operators, each submission looked up by itself."""
    with warehouse.engine.connect() as conn:
        rows = [each for each in conn.execute(sa.select(submissions)) if keep(each)]
        said = {
            (each.name, each.county_code): each.raw_operator_id
            for each in conn.execute(sa.select(operator_mentions))
            if each.uscc is None and each.said > 0
        }
    raw = {
        each.uscc or said.get((each.respondent_name, each.county_code), each.operator_id)
        for each in rows
    } - {None}
    operator = [each.operator_id for each in rows if each.operator_id is not None]
    return len(rows), len(operator), len(raw), len(set(operator))


@pytest.mark.parametrize(
    ("selection", "scope", "keep"),
    [
        (WHOLE, EVERYTHING, lambda _: True),
        (WHOLE, Scope(regions=(COUNTY,)), lambda row: row.county_code == COUNTY),
        (
            WHOLE.with_filter("region", (COUNTY,)),
            EVERYTHING,
            lambda row: row.county_code == COUNTY,
        ),
        (
            Selection(period=Period("2026-01-01..2026-01-04")),
            EVERYTHING,
            lambda row: row.registered_on.day <= 4,
        ),
    ],
)
def test_figures_are_those_counted_by_hand(warehouse, selection, scope, keep):
    found = fetch_identities(warehouse, selection, scope)
    told = (found.total, found.named, found.raw, found.operators)
    assert told == by_hand(warehouse, keep)
    assert found.raw > found.operators > 0


def test_figures_of_everything_are_the_same_from_the_facts(warehouse):
    without = dataclasses.replace(warehouse, fresh=warehouse.fresh - {"operators"})
    for days in ("all", "7d", "2026-01-01..2026-01-04"):
        selection = Selection(period=Period(days))
        told = fetch_identities(warehouse, selection, EVERYTHING)
        assert told == fetch_identities(without, selection, EVERYTHING)


def test_operators_of_everything_are_told_by_their_last_submission(warehouse, asked):
    fetch_identities(warehouse, WHOLE, EVERYTHING)
    assert not any(f"count(distinct({submissions.c.operator_id}))" in each for each in asked)
    assert any(f"FROM {operator_submissions.name}" in each for each in asked)


@pytest.mark.parametrize("fetch", [fetch_doubts, fetch_groups])
def test_a_list_and_its_length_are_one_statement(warehouse, asked, fetch):
    found = fetch(warehouse, WHOLE, EVERYTHING)
    assert len(asked) == 1
    assert found.total == len(found.frame) > 0
    assert identity_reads._TOTAL not in found.frame
    cut = fetch(warehouse, WHOLE, EVERYTHING, limit=1)
    assert (cut.total, len(cut.frame)) == (found.total, 1)


def test_who_may_see_nothing_is_told_of_nobody(warehouse):
    found = fetch_identities(warehouse, WHOLE, Scope())
    assert (found.total, found.named, found.raw, found.operators) == (0, 0, 0, 0)


def test_nothing_in_sight_is_an_empty_list(warehouse):
    found = fetch_groups(warehouse, WHOLE, Scope(regions=("420700",)))
    assert (found.total, len(found.frame)) == (0, 0)
