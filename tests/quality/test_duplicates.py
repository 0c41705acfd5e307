"""Near-duplicates, shared issues, repeats and serial claims reach their floors."""

import datetime as dt
import itertools
import json
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from analytics.letters import PERSONS, find_template_letters
from analytics.near_duplicates import find_near_duplicates, group_near_duplicates
from analytics.repeats import find_filed_again
from analytics.same_issue import group_same_issue
from analytics.serial_claims import find_serial_claimants
from analytics.serial_rules import read_rules
from jobs.demo.generate import generate
from jobs.importing.run import import_sources
from queries.generations import GenerationStore
from queries.schema import persons, submissions
from queries.warehouse import open_current
from tests.quality.planted_messages import plant_copies, plant_events

FLOORS = json.loads(Path(__file__).with_name("duplicates_floors.json").read_text(encoding="utf-8"))
WITHOUT_PERSON = 3
"""Submissions of an event that may tell no person, so that it stays below a threshold."""

ALIKE = 0.7
"""Ratio of difflib from which two texts of one group are taken for near-duplicates."""

pytestmark = pytest.mark.slow


def reaches(name: str, measured: float) -> None:
    assert measured >= FLOORS[name], f"{name}: measured {measured:.4f}, floor {FLOORS[name]}"


def pairs_of(groups) -> set[frozenset]:
    return {frozenset(pair) for group in groups for pair in itertools.combinations(group, 2)}


@pytest.fixture(scope="module")
def copies():
    texts, planted = plant_copies()
    return texts, planted, group_near_duplicates(texts)


@pytest.mark.parametrize("kind", ["greeting", "errors", "sentences", "swaps"])
def test_planted_copies_are_found(copies, kind):
    _, planted, groups = copies
    found = [groups[a] == groups[b] for a, b, sort in planted if sort == kind]
    reaches(f"copies_{kind}", float(np.mean(found)))


def test_groups_hold_near_duplicates_only(copies):
    texts, planted, groups = copies
    grouped = pairs_of(part.index for _, part in groups.groupby(groups))
    known = {frozenset(pair[:2]) for pair in planted}
    right = []
    for pair in grouped:
        left, other = (texts[i] for i in sorted(pair))
        ratio = SequenceMatcher(None, left, other, autojunk=False).ratio()
        right.append(pair in known or ratio >= ALIKE)
    reaches("copies_precision", float(np.mean(right)))


def test_equal_texts_are_one_group(copies):
    texts, _, groups = copies
    first = groups.groupby(texts).transform("first")
    assert texts.duplicated().any()
    assert (groups == first).all()


def test_swaps_are_told_from_typing_errors(copies):
    texts, planted, _ = copies
    found = find_near_duplicates(texts)
    swapped = {
        (a, b): s for a, b, s in zip(found["left"], found["right"], found["swapped"], strict=True)
    }
    said = {
        kind: [swapped[a, b] for a, b, sort in planted if sort == kind and (a, b) in swapped]
        for kind in ("errors", "swaps")
    }
    reaches("swaps_told", float(np.mean(said["swaps"])))
    reaches("errors_not_swaps", 1 - float(np.mean(said["errors"])))


def best_f1(found: np.ndarray, members: np.ndarray) -> float:
    here = [found == number for number in set(found[members]) - {-1}]
    return max((2 * (h & members).sum() / (h.sum() + members.sum()) for h in here), default=0.0)


@pytest.fixture(scope="module")
def events():
    made = [plant_events(seed) for seed in (21, 22)]
    return [(each, group_same_issue(each.texts, each.times).to_numpy()) for each in made]


@pytest.mark.parametrize("kind", ["surges", "slow"])
def test_planted_events_are_found(events, kind):
    scores = [
        best_f1(found, each.event == n) for each, found in events for n in getattr(each, kind)
    ]
    reaches(f"events_{kind}", float(np.mean(scores)))


def test_pairs_of_planted_events_agree(events):
    right = wrong = missed = 0
    for each, found in events:
        planted = np.flatnonzero(each.event > 0)
        first, second = np.triu_indices(len(planted), 1)
        same = each.event[planted][first] == each.event[planted][second]
        met = (found[planted][first] == found[planted][second]) & (found[planted][first] >= 0)
        right, wrong = right + (same & met).sum(), wrong + (met & ~same).sum()
        missed += (same & ~met).sum()
    reaches("events_pair_f1", float(2 * right / (2 * right + wrong + missed)))


def test_a_common_opening_makes_no_event(events):
    for each, found in events:
        sizes = np.bincount(found[(each.event == -1) & (found >= 0)], minlength=1)
        assert sizes.max() <= FLOORS["opening_chain_at_most"]


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    folder = tmp_path_factory.mktemp("province")
    end = dt.date(2026, 11, 21)
    made = generate(
        folder / "files", submissions=60_000, operators=8_000, months=14, seed=1, end=end
    )
    store = GenerationStore(folder / "warehouse")
    for pattern, mapping in made.sources:
        import_sources([str(pattern)], mapping, store=store)
    warehouse = open_current(f"duckdb:///{folder / 'warehouse'}")
    own = [c for c in persons.c if c.name != "submission_id"]
    joined = submissions.outerjoin(persons, submissions.c.submission_id == persons.c.submission_id)
    with warehouse.engine.connect() as connection:
        frame = pd.read_sql(sa.select(submissions, *own).select_from(joined), connection)
    warehouse.engine.dispose()
    truth = json.loads(made.truth.read_text(encoding="utf-8"))
    return frame, [event for event in truth["events"] if event.get("count")]


def compare(name: str, found: set, planted: set) -> None:
    assert planted, f"nothing planted for {name}"
    reaches(f"{name}_precision", len(found & planted) / max(1, len(found)))
    reaches(f"{name}_recall", len(found & planted) / len(planted))


def test_planted_repeats_are_found(province):
    frame, events = province
    groups = {e["type"]: pairs_of(e["groups"]) for e in events if "groups" in e}
    found = find_filed_again(frame)
    met = {
        reason: pairs_of(part["submission_id"] for _, part in rows.groupby("group"))
        for reason, rows in found.groupby("reason")
    }
    compare("repeats", met["repeat"], groups["repeats"] | groups["multichannel"])
    compare("multichannel", met["multichannel"], groups["multichannel"])


def test_planted_serial_claimants_are_found(province):
    frame, events = province
    ids = [set(e["submission_ids"]) for e in events if e["type"] == "serial_claimant"]
    planted = [each for each in ids if len(each) >= read_rules().watch_year + WITHOUT_PERSON]
    found = find_serial_claimants(frame)
    owner = {i: number for number, each in enumerate(ids) for i in each}
    owners = found.members["submission_id"].map(owner).groupby(found.members["claimant"]).first()
    reaches("claimants_precision", float(owners.notna().mean()))
    met = {number for number, each in enumerate(ids) if each in planted and number in set(owners)}
    reaches("claimants_recall", len(met) / len(planted))
    members = set(found.members["submission_id"])
    reaches("serial_submissions_precision", len(members & set(owner)) / len(members))
    reaches(
        "serial_submissions_recall",
        len(members & set().union(*planted)) / len(set().union(*planted)),
    )


def test_planted_letters_are_found(province):
    frame, events = province
    letters = [e["submission_ids"] for e in events if e["type"] == "template_letters"]
    planted = {i for ids in letters if len(ids) >= PERSONS + WITHOUT_PERSON for i in ids}
    found = find_template_letters(frame)
    small = {i for ids in letters for i in ids} - planted
    compare("letters", set(found["submission_id"]) - small, planted)
