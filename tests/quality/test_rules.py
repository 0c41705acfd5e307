"""Tags and entry quality against the demo's planted truth; floors beside."""

import datetime as dt
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from analytics.amounts_in_text import find_amounts
from analytics.entry_quality import assess_entries, rank_entry_quality
from analytics.tag_definitions import tag_rules
from jobs.demo.generate import generate
from jobs.entry_rules import entry_rules, place_names
from jobs.importing.run import import_sources
from jobs.tag_rules import tags
from queries.generations import GenerationStore
from queries.schema import submissions
from queries.warehouse import open_current

FLOORS = json.loads(Path(__file__).with_name("rules_floors.json").read_text(encoding="utf-8"))
END = dt.date(2026, 11, 21)
RULES = entry_rules()

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    folder = tmp_path_factory.mktemp("province")
    made = generate(
        folder / "files", submissions=30_000, operators=5_000, months=14, end=END, seed=1
    )
    store = GenerationStore(folder / "warehouse")
    for pattern, mapping in made.sources:
        import_sources([str(pattern)], mapping, store=store)
    warehouse = open_current(f"duckdb:///{folder / 'warehouse'}")
    with warehouse.engine.connect() as connection:
        entries = pd.read_sql(sa.select(submissions), connection)
    warehouse.engine.dispose()
    return entries, json.loads(made.truth.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tagged(province):
    entries, _ = province
    texts = entries["title"].fillna("") + "\n" + entries["narrative"].fillna("")
    frame = tag_rules(tags()).match(texts).frame
    return {str(code): set(found) for code, found in frame.groupby("rule", observed=False)["text"]}


@pytest.fixture(scope="module")
def assessed(province):
    entries, _ = province
    return assess_entries(entries, rules=RULES, places=place_names())


def positions(province, kind: str, name: str = "") -> set[int]:
    entries, truth = province
    ids = {
        number
        for event in truth["events"]
        if event["type"] == kind and event["name"].startswith(name)
        for number in event["submission_ids"]
    }
    assert ids, f"no event of type {kind} was planted"
    return set(np.flatnonzero(entries["submission_id"].isin(ids)))


@pytest.mark.parametrize(
    ("tag", "kind", "name"),
    [
        ("claimant_script", "serial_claimant", ""),
        ("runaway", "chain_closure", "chain-closed"),
        ("food_illness", "food_scare", ""),
    ],
)
def test_planted_events_are_tagged(province, tagged, tag, kind, name):
    planted = positions(province, kind, name)
    assert len(planted & tagged[tag]) / len(planted) >= FLOORS[f"{tag}_recall"]


@pytest.mark.parametrize(
    ("tag", "codes"),
    [
        ("runaway", ["C04-04", "C04-05", "R02-03"]),
        ("foreign_matter", ["C01-01", "C01-02", "C01-06"]),
        ("unlicensed", ["R07-01", "R03-04", "R11-02", "R12-01", "C14-01", "C14-02"]),
    ],
)
def test_tags_stand_where_the_entered_problem_agrees(province, tagged, tag, codes):
    entries, _ = province
    right = set(np.flatnonzero(entries["issue_subtype"].isin(codes)))
    assert len(right & tagged[tag]) / len(tagged[tag]) >= FLOORS[f"{tag}_precision"]


def test_the_planted_poor_units_are_the_least_complete(province, assessed):
    entries, truth = province
    (event,) = (event for event in truth["events"] if event["type"] == "poor_entry")
    poor = event["codes"]["county_codes"]
    table = rank_entry_quality(assessed, entries["county_code"], rules=RULES)
    assert set(table.index[: len(poor)]) == set(poor)
    gap = table["completeness"].iloc[len(poor)] - table["completeness"].iloc[len(poor) - 1]
    assert gap >= FLOORS["poor_units_gap"]


def test_sums_agree_with_the_amounts_that_texts_were_written_from(province, assessed):
    entries, _ = province
    paid = entries["consumed_yuan"].to_numpy(dtype=float)
    low, high = assessed["amount_low"].to_numpy(), assessed["amount_high"].to_numpy()
    both = ~np.isnan(paid) & ~np.isnan(low)
    right = (low[both] <= paid[both] * 1.02 + 0.5) & (high[both] >= paid[both] * 0.98 - 0.5)
    assert right.mean() >= FLOORS["picked_amount_right"]
    stated = entries["consumed_yuan"].notna() & entries["kind"].ne("inquiry")
    assert assessed.loc[stated, "amount_low"].notna().mean() >= FLOORS["amount_found"]


@pytest.mark.parametrize("check", ["amount_differs", "date_differs", "region_differs"])
def test_sound_entries_are_rarely_accused(assessed, check):
    assert assessed[check].mean() <= FLOORS[f"{check}_false_alarms_at_most"]


def test_planted_contradictions_are_found(province):
    entries, _ = province
    sound = entries[entries["kind"].ne("inquiry")].reset_index(drop=True)
    wrong = sound.assign(
        consumed_yuan=sound["consumed_yuan"] * 7,
        disputed_yuan=sound["disputed_yuan"] * 7,
        disputed_at=sound["disputed_at"] - pd.Timedelta(days=150),
        county_code=np.where(sound["county_code"].eq("420303"), "420102", "420303"),
    )
    before = assess_entries(sound, rules=RULES, places=place_names())
    after = assess_entries(wrong, rules=RULES, places=place_names())
    for check in ("amount_differs", "date_differs", "region_differs"):
        told = before[check].eq(other=False).fillna(value=False).to_numpy(dtype=bool)
        if check == "date_differs":
            told &= sound["disputed_at"].notna().to_numpy()
            told &= sound["narrative"].str.contains("[0-9]月|昨天|前天").to_numpy(dtype=bool)
        found = after.loc[told, check].fillna(value=False).astype(bool)
        assert found.mean() >= FLOORS[f"{check}_recall"], check


def test_real_messages_are_read():
    folder = os.environ.get("REAL_DATA_DIR")
    if not folder:
        pytest.skip("REAL_DATA_DIR is not set")
    messages = pd.read_csv(Path(folder) / "hotline_messages" / "messages.csv")
    half = np.random.default_rng(0).permutation(len(messages)) >= len(messages) // 2
    texts = messages.loc[half, "留言详情"].fillna("").reset_index(drop=True)
    counts = tag_rules(tags()).match(texts).counts()
    assert counts["price_gouging"] / len(texts) <= FLOORS["real_price_gouging_share_at_most"]
    with_sum = find_amounts(texts)["text"].nunique() / len(texts)
    assert with_sum >= FLOORS["real_texts_with_sums"]
