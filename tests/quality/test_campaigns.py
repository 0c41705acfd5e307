"""Shipped campaigns against what the demo's generator says, and the planted effect.

The truth is the generator's own: the problem and product that it wrote a narrative for, and pieces
of its grammar that tell of a topic under another problem (``campaign_truth.yaml``). The rules were
tuned on seed 0; here the seed is another.
"""

import collections
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from analytics.campaign_matching import CampaignSet, coded
from analytics.intervention import intervention_effect
from jobs.campaign_files import campaigns
from jobs.demo.events import COMPLAINT, TIPOFF
from jobs.demo.province import compose
from jobs.demo.world import build_world

FOLDER = Path(__file__).parent
FLOORS = json.loads((FOLDER / "campaign_floors.json").read_text(encoding="utf-8"))
TRUTH = yaml.safe_load((FOLDER / "campaign_truth.yaml").read_text(encoding="utf-8"))
END = dt.date(2026, 11, 21)
READ = 60_000
WEEKS_BEFORE, WEEKS_AFTER = 104, 26

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def province():
    world = build_world(submissions=300_000, operators=40_000, months=40, seed=1, end=END)
    return compose(world, submissions=300_000, seed=1, end=END)


@pytest.fixture(scope="module")
def sample(province):
    rows, catalogue, places = province.rows, province.world.catalogue, province.world.places
    drawn = np.sort(np.random.default_rng(0).choice(len(rows.kind), READ, replace=False))
    titles = province.texts.title.to_numpy()[drawn]
    texts = province.texts.narrative.to_numpy()[drawn]
    kinds = np.full(READ, "inquiry", dtype=object)
    kinds[rows.kind[drawn] == COMPLAINT] = "complaint"
    kinds[rows.kind[drawn] == TIPOFF] = "tipoff"
    return pd.DataFrame(
        {
            "text": [
                f"{title}\n{text}" if title else text
                for title, text in zip(titles, texts, strict=True)
            ],
            "kind": kinds,
            "issue": np.array(catalogue.issues.codes, dtype=object)[rows.issue[drawn]],
            "product": np.array(catalogue.products.codes, dtype=object)[rows.product[drawn]],
            "region": np.array(places.county_codes, dtype=object)[rows.county[drawn]],
            "is_prepaid": rows.prepaid[drawn].astype(str).astype(object),
        }
    )


def matched(frame):
    searched = CampaignSet(campaigns())
    fields = {
        name: coded(frame[name].tolist())
        for name in ("kind", "product", "issue", "region", "is_prepaid")
    }
    places, pairs = searched.match(frame["text"].tolist(), fields)
    found = collections.defaultdict(set)
    for place, pair in zip(places.tolist(), pairs.tolist(), strict=True):
        found[searched.pairs[pair][0]].add(place)
    return found


def told(frame, topic):
    """Return where the generator says that the topic is."""
    said = np.zeros(len(frame), dtype=bool)
    for codes in topic["coded"]:
        fits = np.ones(len(frame), dtype=bool)
        for name, wanted in codes.items():
            fits &= frame[name].str.startswith(tuple(wanted)).to_numpy()
        said |= fits
    for piece in topic["said"]:
        said |= frame["text"].str.contains(piece, regex=False).to_numpy()
    return said & (frame["kind"] != "inquiry").to_numpy()


def test_precision_and_recall_of_every_shipped_campaign(sample):
    found = matched(sample)
    measured = {}
    for campaign in campaigns():
        topics = TRUTH["iron_fist" if campaign.code.startswith("iron") else campaign.code]
        wanted = np.any([told(sample, topics[each.code]) for each in campaign.topics], axis=0)
        truth = set(np.flatnonzero(wanted).tolist())
        hits = found[campaign.code]
        both = len(hits & truth)
        measured[campaign.code] = (both / len(hits), both / len(truth))
    for code, (precision, recall) in measured.items():
        assert precision >= FLOORS[code]["precision"], code
        assert recall >= FLOORS[code]["recall"], code
    assert min(min(each.values()) for each in FLOORS.values() if isinstance(each, dict)) >= 0.95


@pytest.fixture(scope="module")
def courses(province):
    """Return weekly tip-offs about advertising of the treated cities and of all others."""
    rows, world = province.rows, province.world
    (planted,) = [each for each in province.plot.planted if each.type == "campaign"]
    types = np.array([str(each) for each in world.catalogue.issues.types])
    chosen = (rows.kind == TIPOFF) & (types[rows.issue] == planted.codes["issue_type"])
    cities = np.array(world.places.city_codes)[rows.county[chosen]]
    days = pd.to_datetime(rows.registered[chosen], unit="s")
    weeks = (days - pd.to_timedelta(days.day_of_week, unit="D")).normalize()
    every = pd.date_range(weeks.min(), weeks.max(), freq="7D")[1:-1]
    treated = np.isin(cities, planted.codes["treated_cities"])
    counted = [
        pd.Series(1, index=weeks[each]).groupby(level=0).size().reindex(every, fill_value=0)
        for each in (treated, ~treated)
    ]
    start = pd.Timestamp("1970-01-01") + pd.Timedelta(days=planted.first_day)
    return *counted, int(every.searchsorted(start)), float(planted.codes["planned_drop"])


def effect_at(courses, week):
    treated, control = courses[:2]
    around = slice(max(0, week - WEEKS_BEFORE), week + WEEKS_AFTER)
    return intervention_effect(treated[around], control[around], after=min(week, WEEKS_BEFORE))


def test_the_interval_holds_the_planted_effect(courses):
    found = effect_at(courses, courses[2])
    assert found.low <= -courses[3] <= found.high
    assert found.is_clear


def test_placebo_dates_show_nothing(courses):
    dates = np.linspace(13, courses[2] - WEEKS_AFTER, 20).astype(int)
    held = [not effect_at(courses, week).is_clear for week in dates]
    assert sum(held) >= 18
