"""Campaigns: rules and codes of files and of people, matched with submissions day by day."""

import collections
import datetime as dt
import random

import pytest
import sqlalchemy as sa

from analytics.campaigns_in_force import own_code
from jobs.decided import NOTHING_DECIDED, Decided
from jobs.finders import campaigns as finder
from jobs.refresh import refresh
from queries.campaign_tables import STEP, campaign_hits, campaign_months, campaign_topics
from queries.decisions import Decision
from queries.generations import GenerationStore
from queries.schema import submissions
from queries.vocabulary import DecisionKind
from queries.warehouse import open_current
from tests.staging import batch, record

TEXTS = [
    "健身房老板跑路，要求退卡",
    "中秋节哄抬价格",
    "买的排骨缺斤短两",
    "电梯困人两次",
    "来电咨询营业时间",
    None,
    "",
]
OWN = own_code("排骨")
TOPIC = {"code": "all", "name": "全部", "rule": "排骨"}
CAMPAIGN = {
    "series": "本单位", "name": "排骨", "description": "试", "source": "本单位",
    "starts_on": "2026-01-01", "topics": [TOPIC],
}  # fmt: skip


@pytest.fixture
def store(tmp_path):
    return GenerationStore(tmp_path / "warehouse")


def records(seed, count, *, days=40):
    chance = random.Random(seed)
    return [
        record(
            f"{seed}-{number}",
            str(dt.datetime(2026, 1, 1, 9) + dt.timedelta(days=chance.randrange(days))),
            kind=chance.choice(["complaint", "tipoff", "inquiry"]),
            narrative=chance.choice(TEXTS),
            county_code=chance.choice(["420106", "420111", None]),
            product=chance.choice(["G101-02", "S04-01", None]),
        )
        for number in range(count)
    ]


def load(store, rows):
    with store.building() as building:
        building.stage(batch(rows))
        building.merge()


def found(store):
    """Return (campaign, topic, submission id), and the topics in the books."""
    opened = open_current(f"duckdb:///{store.folder}")
    joined = submissions.join(
        campaign_hits,
        sa.and_(
            submissions.c.submission_key == campaign_hits.c.submission_key,
            submissions.c.registered_on == campaign_hits.c.registered_on,
        ),
    )
    asked = sa.select(
        campaign_hits.c.campaign, campaign_hits.c.topic, submissions.c.submission_id
    ).select_from(joined)
    with opened.engine.connect() as conn:
        rows = sorted(tuple(row) for row in conn.execute(asked))
        stored = conn.scalar(sa.select(sa.func.count()).select_from(campaign_hits))
        summed = sa.select(
            campaign_months.c.campaign,
            campaign_months.c.topic,
            sa.func.sum(campaign_months.c.submissions),
        ).group_by("campaign", "topic")
        by_month = {
            (campaign, topic): int(number) for campaign, topic, number in conn.execute(summed)
        }
        books = {
            (row.campaign, row.topic): row.digest
            for row in conn.execute(sa.select(campaign_topics))
        }
    assert STEP in opened.fresh
    opened.engine.dispose()
    assert len(set(rows)) == len(rows) == stored
    once = {(campaign, "", each) for campaign, _, each in rows}
    every = [*rows, *once]
    assert by_month == collections.Counter((campaign, topic) for campaign, topic, _ in every)
    return rows, books


def decided(*verdicts):
    return Decided(
        {
            DecisionKind.CAMPAIGN: tuple(
                Decision(
                    number, DecisionKind.CAMPAIGN, code, verdict, details, "", "甲", dt.datetime(2026, 1, 1),
                )
                for number, (code, verdict, details) in enumerate(verdicts, start=1)
            )
        }
    )  # fmt: skip


def of(rows, campaign):
    return {each for code, _, each in rows if code == campaign}


def test_each_submission_belongs_where_its_words_and_codes_say(store):
    rows = records(1, 120)
    load(store, rows)
    refresh(store, only=STEP, decided=decided((OWN, "in_force", CAMPAIGN)))
    hits, books = found(store)
    claims = [row for row in rows if row["kind"] != "inquiry"]

    def with_word(word):
        return {row["submission_id"] for row in claims if word in (row["narrative"] or "")}

    assert of(hits, OWN) == with_word("排骨")
    assert of(hits, "stable_prices") == with_word("哄抬")
    assert {each for _, topic, each in hits if topic == "equipment"} == with_word("电梯")
    assert {each for _, topic, each in hits if topic == "food"} == {
        row["submission_id"] for row in claims if row["product"] == "G101-02"
    }
    assert (OWN, "all") in books


def test_regions_and_codes_narrow_a_rule_and_unknown_codes_pass(store):
    rows = records(1, 200)
    load(store, rows)
    narrowed = CAMPAIGN | {
        "regions": ["420100"],
        "kinds": ["complaint"],
        "topics": [TOPIC | {"only": {"product": ["G101"]}}],
    }
    refresh(store, only=STEP, decided=decided((OWN, "in_force", narrowed)))
    assert of(found(store)[0], OWN) == {
        row["submission_id"]
        for row in rows
        if "排骨" in (row["narrative"] or "")
        and row["kind"] == "complaint"
        and row["county_code"] is not None
        and row["product"] in {"G101-02", None}
    }


def test_days_redone_equal_all_made_anew(tmp_path):
    step_by_step, at_once = (GenerationStore(tmp_path / name) for name in ("steps", "once"))
    first, later = records(1, 120), records(2, 4, days=2)
    moved = {
        **record(first[0]["submission_id"], "2026-01-02 09:00", narrative=TEXTS[0]),
        "as_of": dt.datetime(2026, 2, 1),
    }
    load(step_by_step, first)
    refresh(step_by_step, only=STEP)
    load(step_by_step, [*later, moved])
    (result,) = refresh(step_by_step, only=STEP)
    assert 1 <= (result.days or 0) <= 4
    load(at_once, first)
    load(at_once, [*later, moved])
    refresh(at_once, only=STEP)
    assert found(step_by_step) == found(at_once)


def test_decisions_last_and_only_what_changed_is_searched_again(store, monkeypatch):
    load(store, records(1, 120))
    searched = []
    search = finder._search

    def told(conn, wanted, days):
        searched.append(({each.code for each in wanted}, days))
        search(conn, wanted, days)

    monkeypatch.setattr(finder, "_search", told)
    refresh(store, only=STEP)
    before, _ = found(store)
    searched.clear()
    own = (OWN, "in_force", CAMPAIGN)
    refresh(store, only=STEP, decided=decided(own))
    assert [each for each in searched if each[0]] == [({OWN}, None)]
    for seed in (3, 4, 5):
        load(store, records(seed, 5, days=2))
        refresh(store, only=STEP, decided=decided(own))
        assert of(found(store)[0], OWN)
    searched.clear()
    later = CAMPAIGN | {"starts_on": "2026-03-01", "targets": {"checks": 5}}
    refresh(store, only=STEP, decided=decided((OWN, "in_force", later)))
    assert not any(codes for codes, _ in searched)
    refresh(store, only=STEP, decided=decided((OWN, "off", {})))
    hits, books = found(store)
    assert OWN not in {campaign for campaign, _ in books}
    assert of(hits, OWN) == set()
    assert of(hits, "prepaid") >= of(before, "prepaid")


def test_a_shipped_campaign_takes_another_period_and_targets(store):
    load(store, records(1, 30))
    change = ("prepaid", "in_force", {"starts_on": "2026-02-01", "targets": {"cases": 3}})
    wanted = {each.code: each for each in finder.wanted_campaigns(decided(change))}
    assert wanted["prepaid"].starts_on == dt.date(2026, 2, 1)
    assert wanted["prepaid"].targets.cases == 3
    sampled = ("prepaid", "sampled", {"right": 9, "wrong": 1})
    assert finder.wanted_campaigns(decided(sampled)) == finder.wanted_campaigns(NOTHING_DECIDED)


@pytest.mark.parametrize(
    ("details", "match"),
    [
        (CAMPAIGN | {"topics": [TOPIC | {"rule": "甲 乙"}]}, "rule not understood"),
        (CAMPAIGN | {"topics": []}, "topics"),
        (CAMPAIGN | {"ends_on": "2025-01-01"}, "before starts_on"),
    ],
)
def test_a_campaign_that_cannot_be_used_is_left_out_and_told(store, details, match):
    load(store, records(1, 30))
    (result,) = refresh(store, only=STEP, decided=decided((OWN, "in_force", details)))
    (told,) = result.left_out
    assert OWN in told
    assert match in told
    hits, books = found(store)
    assert of(hits, OWN) == set()
    assert OWN not in {campaign for campaign, _ in books}
    assert of(hits, "iron_fist_2022")


@pytest.mark.parametrize("count", [0, 1])
def test_few_submissions_are_no_special_case(store, count):
    load(store, [record("1", "2026-01-01 09:00", narrative="哄抬价格")][:count])
    refresh(store, only=STEP)
    assert len(of(found(store)[0], "stable_prices")) == count
