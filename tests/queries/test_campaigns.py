"""Reads of campaigns against the rows themselves, under selections and scopes by lot."""

import collections
import dataclasses
import random

import pandas as pd
import pytest
import sqlalchemy as sa

from queries.campaign_reads import (
    OUTCOMES,
    OperatorChecks,
    fetch_campaign_books,
    fetch_campaigns,
    fetch_operator_checks,
    fetch_outcomes,
    fetch_sample,
)
from queries.campaign_tables import (
    FOUND,
    CampaignsNotDerivedError,
    campaign_months,
    campaign_topics,
)
from queries.month_sums import add_up_months
from queries.operator_tables import operator_events
from queries.reads import fetch_totals
from queries.scope import EVERYTHING, Scope
from queries.selection import Comparison, Period, Selection
from tests.queries import oracle

ALL = Selection(period=Period("all"), comparison=Comparison.NONE)


@pytest.fixture(
    scope="module", params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def sample(request):
    name = "duckdb_sample" if request.param == "duckdb" else "postgres_sample"
    found = request.getfixturevalue(name)
    with found.warehouse.engine.begin() as conn:
        add_up_months(conn, FOUND, None)
    yield found
    with found.warehouse.engine.begin() as conn:
        campaign_months.drop(conn)


def counted(rows):
    found: collections.Counter[tuple[str, ...]] = collections.Counter()
    for row in rows:
        pairs = [tuple(each.split(".")) for each in row["given_campaigns"]]
        found.update(pairs)
        found.update({(campaign, "") for campaign, _ in pairs})
    return found


def test_counts_are_those_of_the_rows(sample):
    chance = random.Random(11)
    codes = oracle.codes_by_dimension(sample.rows)
    compared = 0
    for _ in range(40):
        selection = oracle.random_selection(chance, codes)
        scope = oracle.random_scope(chance)
        found = fetch_campaigns(sample.warehouse, selection, scope)
        days = selection.period.range(sample.warehouse.first_day, sample.warehouse.last_day)
        meant = oracle.meant(sample.rows, selection, scope, days, ["campaign"])
        assert found.base == len(meant)
        for (campaign, topic), number in counted(meant).items():
            assert found.number(campaign, topic) == number
        assert found.number("nothing") == 0
        if found.compared is not None:
            compared += 1
            earlier = oracle.meant(sample.rows, selection, scope, found.compared, ["campaign"])
            for (campaign, topic), number in counted(earlier).items():
                assert found.number(campaign, topic, compared=True) == number
    assert compared > 5


def test_another_county_is_neither_counted_nor_drawn(sample):
    scope = Scope(regions=("420506",))
    own = [row for row in sample.rows if row["county_code"] == "420506"]
    assert (
        fetch_campaigns(sample.warehouse, ALL, scope).number("prepaid")
        == counted(own)["prepaid", ""]
    )
    drawn = fetch_sample(sample.warehouse, ALL, scope, campaign="prepaid", size=100)
    hits = {row["submission_id"] for row in own if "prepaid.closed" in row["given_campaigns"]}
    assert 0 < len(drawn) <= 100
    assert set(drawn["submission_id"]) <= hits


def test_who_may_see_nothing_is_told_of_nothing(sample):
    days = Selection(period=Period("40d"), comparison=Comparison.PREVIOUS)
    for selection in (ALL, days):
        found = fetch_campaigns(sample.warehouse, selection, Scope())
        assert (found.base, len(found.frame)) == (0, 0)
        assert len(fetch_campaigns(sample.warehouse, selection, EVERYTHING).frame) > 0


def test_a_sample_is_the_same_again_and_of_hits_only(sample):
    first = fetch_sample(sample.warehouse, ALL, EVERYTHING, campaign="own_1", size=15)
    again = fetch_sample(sample.warehouse, ALL, EVERYTHING, campaign="own_1", size=15)
    pd.testing.assert_frame_equal(first, again)
    assert len(first) == 15
    hits = {row["submission_id"] for row in sample.rows if "own_1.all" in row["given_campaigns"]}
    assert set(first["submission_id"]) <= hits
    days = pd.to_datetime(first["registered_at"]).dt.date
    assert days.nunique() > 5
    with pytest.raises(ValueError, match="size"):
        fetch_sample(sample.warehouse, ALL, EVERYTHING, campaign="own_1", size=0)


def test_outcomes_are_the_sums_of_the_hits(sample):
    found = fetch_outcomes(sample.warehouse, ALL, EVERYTHING, campaign="prepaid.refund")
    rows = [row for row in sample.rows if "prepaid.refund" in row["given_campaigns"]]
    assert set(found) == {"submissions", *OUTCOMES}
    assert found["submissions"] == len(rows)
    assert found["recovered_yuan"] == pytest.approx(oracle.value(rows, "recovered_yuan"))
    assert found["penalty_yuan"] == pytest.approx(oracle.value(rows, "penalty_yuan"))
    assert found["closed"] == oracle.value(rows, "closed")


def test_what_is_not_derived_is_said(sample):
    stale = dataclasses.replace(sample.warehouse, fresh=frozenset())
    assert fetch_campaign_books(stale) == {}
    with pytest.raises(CampaignsNotDerivedError):
        fetch_campaigns(stale, ALL, EVERYTHING)
    with pytest.raises(CampaignsNotDerivedError):
        fetch_sample(stale, ALL, EVERYTHING, campaign="prepaid")
    chosen = ALL.with_filter("campaign", ["prepaid"])
    with pytest.raises(CampaignsNotDerivedError):
        fetch_totals(stale, chosen, EVERYTHING, measures=("submissions",))


def test_books_name_what_was_looked_for(sample):
    with sample.warehouse.engine.begin() as conn:
        campaign_topics.create(conn)
        conn.execute(
            campaign_topics.insert(),
            [{"campaign": "own_1", "topic": "all", "campaign_name": "甲", "topic_name": "乙", "digest": "x"}],
        )  # fmt: skip
    books = fetch_campaign_books(sample.warehouse)
    with sample.warehouse.engine.begin() as conn:
        campaign_topics.drop(conn)
        assert not sa.inspect(conn).has_table("campaign_topics")
    assert books["own_1", "all"].campaign_name == "甲"


def test_checks_of_operators_are_those_of_operators_with_hits_in_sight(sample):
    scope = Scope(regions=("420100",))
    hits = [
        row
        for row in sample.rows
        if row["city_code"] == "420100"
        and "prepaid.closed" in row["given_campaigns"]
        and row["operator_id"]
    ]
    inside = sorted({row["operator_id"] for row in hits})
    day = max(row["registered_on"] for row in sample.rows)
    events = [
        {"event_key": number, "event_id": str(number), "source": "events", "kind": kind,
         "operator_id": operator, "occurred_on": day, "amount_yuan": yuan}
        for number, (kind, operator, yuan) in enumerate(
            [
                ("inspection", inside[0], None),
                ("inspection", inside[1], None),
                ("penalty", inside[0], 500.0),
                ("penalty", "elsewhere", 900.0),
                ("annual_report", inside[0], None),
            ]
        )
    ]  # fmt: skip
    engine = sample.warehouse.engine
    operator_events.drop(engine, checkfirst=True)
    assert fetch_operator_checks(sample.warehouse, ALL, scope, campaign="prepaid.closed") is None
    operator_events.create(engine)
    assert fetch_operator_checks(sample.warehouse, ALL, scope, campaign="prepaid.closed") is None
    with engine.begin() as conn:
        conn.execute(operator_events.insert(), events)
    found = fetch_operator_checks(sample.warehouse, ALL, scope, campaign="prepaid.closed")
    operator_events.drop(engine)
    assert found == OperatorChecks(len(inside), 2, 1, 500.0)
