"""What was planted into a demo province is found by a refresh: precision and recall, in a table."""

import datetime as dt
import itertools
import json
import sys

import pandas as pd
import pytest
import sqlalchemy as sa

from analytics.letters import PERSONS
from analytics.serial_rules import read_rules
from jobs.demo.generate import generate
from jobs.importing.run import import_sources
from jobs.refresh import refresh
from queries.generations import GenerationStore
from queries.repeat_tables import repeat_members, serial_members, shared_members
from queries.schema import submissions
from queries.warehouse import open_current

FLOOR = 0.95
WITHOUT_PERSON = 3
"""Submissions of an event that may tell no person, so that it stays below a threshold."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """Return the planted events and the tables found, with the numbers of the submissions."""
    folder = tmp_path_factory.mktemp("province")
    made = generate(
        folder / "files",
        submissions=40_000,
        operators=6_000,
        months=14,
        seed=2,
        end=dt.date(2026, 11, 21),
    )
    store = GenerationStore(folder / "warehouse")
    for pattern, mapping in made.sources:
        import_sources([str(pattern)], mapping, store=store)
    for step in ("repeats", "shared_matters"):
        refresh(store, only=step)
    warehouse = open_current(f"duckdb:///{folder / 'warehouse'}")
    key = submissions.c.submission_key
    with warehouse.engine.connect() as conn:
        tables = {
            table.name: pd.read_sql(
                sa.select(table, submissions.c.submission_id, submissions.c.exclusion_reason).join(
                    submissions, key == table.c.submission_key
                ),
                conn,
            )
            for table in (repeat_members, serial_members, shared_members)
        }
        left_out = pd.read_sql(
            sa.select(submissions.c.submission_id, submissions.c.exclusion_reason).where(
                submissions.c.exclusion_reason.is_not(None)
            ),
            conn,
        )
    warehouse.engine.dispose()
    truth = json.loads(made.truth.read_text(encoding="utf-8"))
    return [each for each in truth["events"] if each.get("count")], tables, left_out


def pairs(groups):
    return {frozenset(pair) for group in groups for pair in itertools.combinations(group, 2)}


def planted_groups(events, kind):
    return next(each["groups"] for each in events if each["type"] == kind)


def found_groups(table, kind):
    own = table[table["kind"] == kind]
    return [part["submission_id"].tolist() for _, part in own.groupby("group_key")]


def test_planted_events_are_found(province):
    events, tables, left_out = province
    repeats, several = (planted_groups(events, kind) for kind in ("repeats", "multichannel"))
    members = tables["repeat_members"]
    serial = [set(e["submission_ids"]) for e in events if e["type"] == "serial_claimant"]
    large = [ids for ids in serial if len(ids) >= read_rules().watch_year + WITHOUT_PERSON]
    letters = [set(e["submission_ids"]) for e in events if e["type"] == "template_letters"]
    small = {i for ids in letters if len(ids) < PERSONS + WITHOUT_PERSON for i in ids}
    shared = tables["shared_members"]
    copies = left_out[left_out["exclusion_reason"].isin(["repeat", "multichannel"])]
    claims = set(tables["serial_members"]["submission_id"])
    rows = {
        "repeats, pairs": (
            pairs(found_groups(members, "repeat")),
            pairs(repeats) | pairs(several),
        ),
        "multichannel, pairs": (
            pairs(found_groups(members, "multichannel")),
            pairs(several),
        ),
        "copies left out": (
            set(copies["submission_id"]),
            {each for group in (*repeats, *several) for each in group[1:]},
        ),
        "claimants, submissions": (
            claims - set().union(*[ids for ids in serial if ids not in large]),
            {each for ids in large for each in ids},
        ),
        "letters": (
            {each for group in found_groups(shared, "letter") for each in group} - small,
            {each for ids in letters for each in ids} - small,
        ),
    }
    table = pd.DataFrame(
        {
            name: {
                "precision": len(found & planted) / max(1, len(found)),
                "recall": len(found & planted) / len(planted),
                "planted": len(planted),
            }
            for name, (found, planted) in rows.items()
        }
    ).T
    sys.stdout.write(f"\n{table.round(4).to_string()}\n")
    assert (table["precision"] >= FLOOR).all(), table
    assert (table["recall"] >= FLOOR).all(), table
