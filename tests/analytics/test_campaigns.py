"""Definitions of campaigns, their rules in force, and matching by hand."""

import datetime as dt

import numpy as np
import pytest

from analytics.campaign_definitions import (
    InvalidCampaignsError,
    checked,
    read_campaigns,
    topic_digest,
)
from analytics.campaign_matching import CampaignSet, coded
from analytics.campaigns_in_force import CampaignDecision, campaigns_in_force, unusable
from jobs.campaign_files import campaigns

TOPIC = {"code": "short", "name": "缺斤短两", "rule": "缺斤短两 或 短秤"}
CAMPAIGN = {
    "code": "weights", "series": "计量", "name": "计量行动", "description": "试", "source": "试",
    "starts_on": dt.date(2026, 1, 1), "ours": True,
}  # fmt: skip


def one(**more):
    return checked(CAMPAIGN | {"topics": [TOPIC]} | more, "weights")


def held(topics, campaigns_):
    return {"topics": topics, "campaigns": campaigns_}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "two entries are needed"),
        (held([TOPIC], [CAMPAIGN | {"topics": ["long"]}]), "no topic 'long'"),
        (held([TOPIC], [CAMPAIGN | {"topics": []}]), "topics"),
        (
            held([TOPIC | {"rule": "甲 乙"}], [CAMPAIGN | {"topics": ["short"]}]),
            "rule not understood",
        ),
        (
            held([TOPIC | {"rule": None}], [CAMPAIGN | {"topics": ["short"]}]),
            "a topic needs a rule",
        ),
        (held([TOPIC | {"also": {}}], [CAMPAIGN | {"topics": ["short"]}]), "no field is named"),
        (held([TOPIC], [CAMPAIGN | {"topics": ["short"], "kind": []}]), "kind"),
        (held([TOPIC], [CAMPAIGN | {"topics": ["short"]}] * 2), "used twice"),
        (
            held([TOPIC], [CAMPAIGN | {"topics": ["short"], "ends_on": dt.date(2025, 1, 1)}]),
            "before starts_on",
        ),
    ],
)
def test_every_fault_is_named(given, told):
    with pytest.raises(InvalidCampaignsError, match=told):
        read_campaigns(given)


@pytest.mark.parametrize("campaign", campaigns(), ids=lambda each: each.code)
def test_shipped_campaigns_say_what_they_rest_on(campaign):
    assert campaign.source
    assert campaign.legal_basis
    assert campaign.topics
    assert campaign.ours
    assert not any(each.checked for each in campaign.legal_basis)


def test_all_campaigns_of_the_five_years_are_there():
    assert {each.code for each in campaigns()} == {
        *(f"iron_fist_{year}" for year in range(2021, 2026)),
        "food_safety_check", "stable_prices", "ip_and_fakes", "key_goods", "prepaid",
    }  # fmt: skip


TEXTS = ["短秤", "短秤", "短秤", "短秤", "无关", None]
FIELDS: dict[str, list[str | None]] = {
    "kind": ["complaint", "inquiry", "tipoff", "complaint", "complaint", "complaint"],
    "product": ["G101-02", "G101-02", None, "S04-01", "G101", "G101"],
    "region": ["420106", "420106", "420506", None, "420106", "420106"],
    "is_prepaid": ["True", "False", "False", "False", "True", "False"],
}


def found(**more):
    places, pairs = CampaignSet((one(**more),)).match(
        TEXTS, {name: coded(values) for name, values in FIELDS.items()}
    )
    assert (np.diff(places) > 0).all()
    assert set(pairs) <= {0}
    return places.tolist()


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, [0, 2, 3]),
        ({"kinds": []}, [0, 1, 2, 3]),
        ({"regions": ["420100"]}, [0]),
        ({"topics": [TOPIC | {"only": {"product": ["G101"]}}]}, [0, 2]),
        ({"topics": [TOPIC | {"also": {"product": ["G101"]}}]}, [0, 2, 3, 4, 5]),
        ({"topics": [TOPIC | {"rule": None, "also": {"is_prepaid": True}}]}, [0, 4]),
        ({"topics": [TOPIC | {"also": {"product": ["G101"], "is_prepaid": True}}]}, [0, 2, 3, 4]),
    ],
)
def test_words_and_codes_by_hand(more, wanted):
    assert found(**more) == wanted


def test_a_rule_shared_by_campaigns_is_compiled_once_and_all_get_its_hits():
    second = one().model_copy(update={"code": "other"})
    several = CampaignSet((one(), second))
    assert len(several._rules.rules) == 1
    places, pairs = several.match(["短秤"], {"kind": coded(["complaint"])})
    assert (places.tolist(), pairs.tolist()) == ([0, 0], [0, 1])
    assert several.pairs == (("weights", "short"), ("other", "short"))


@pytest.mark.parametrize("texts", [[], [None], [""]])
def test_no_text_no_hit(texts):
    fields = {"kind": coded(["complaint"] * len(texts))}
    assert CampaignSet((one(),)).match(texts, fields)[0].tolist() == []
    assert CampaignSet(()).match(texts, fields)[0].tolist() == []


def test_the_order_of_submissions_changes_nothing():
    chance = np.random.default_rng(0)
    order = chance.permutation(len(TEXTS))
    searched = CampaignSet(campaigns())
    straight = searched.match(TEXTS, {name: coded(each) for name, each in FIELDS.items()})
    shuffled = searched.match(
        [TEXTS[each] for each in order],
        {name: coded([values[each] for each in order]) for name, values in FIELDS.items()},
    )
    assert {*zip(*map(list, straight), strict=True)} == {
        (order[place], pair) for place, pair in zip(*shuffled, strict=True)
    }


def test_a_digest_follows_what_is_found_and_nothing_else():
    plain = topic_digest(one(), one().topics[0])
    later = one(starts_on=dt.date(2026, 2, 1), targets={"cases": 3}, description="另")
    assert topic_digest(later, later.topics[0]) == plain
    for more in (
        {"kinds": ["tipoff"]},
        {"regions": ["420100"]},
        {"topics": [TOPIC | {"guarded": True}]},
        {"topics": [TOPIC | {"rule": "短秤"}]},
    ):
        assert topic_digest(one(**more), one(**more).topics[0]) != plain


def test_a_shipped_campaign_keeps_its_source():
    change = CampaignDecision("weights", "in_force", {"source": "另"})
    assert campaigns_in_force([one()], [change]) == ()
    assert "keeps this field" in str(unusable([one()], [change])["weights"])
    with pytest.raises(ValueError, match="verdict"):
        campaigns_in_force([one()], [CampaignDecision("weights", "maybe", {})])
