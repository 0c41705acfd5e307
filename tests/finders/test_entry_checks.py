"""Entries: elements and contradictions of each submission, kept day by day."""

import datetime as dt
import random

import pandas as pd
import pytest
import sqlalchemy as sa

from analytics.entry_quality import BY_TEXT, assess_entries
from analytics.entry_rules import EntryRules
from jobs.entry_rules import entry_rules, place_names
from jobs.finders import entry_checks as finder
from jobs.refresh import refresh
from queries.entry_checks import UnknownFieldError
from queries.entry_tables import CHECKS, ELEMENTS, entry_checks, entry_months
from queries.generations import GenerationStore
from queries.schema import submissions
from queries.warehouse import open_current
from tests.staging import batch, record

STEP = "entry_checks"
TEXTS = [
    "3月1日在江岸区建设大道1号某某健身有限公司充值3000元，商家停业不退，有合同和付款截图，要求退款。",
    "投诉人李**，联系电话138****0000，在武昌区某店购物，花费500元",
    "退钱",
    None,
]


def records(seed, count, *, days=40):
    chance = random.Random(seed)
    maybe = lambda *values: chance.choice([None, *values])  # noqa: E731
    return [
        record(
            f"{seed}-{number}",
            str(dt.datetime(2026, 3, 5, 9) + dt.timedelta(days=chance.randrange(days))),
            narrative=chance.choice(TEXTS),
            complainant_masked=maybe("李*"),
            phone_masked=maybe("138****0000", "不详"),
            respondent_name=maybe("某某健身有限公司"),
            respondent_address=maybe("建设大道1号"),
            disputed_at=maybe(dt.datetime(2026, 3, 1, 12), dt.datetime(2027, 1, 1)),
            disputed_yuan=maybe(3000.0, 12.5),
            requested_remedies=maybe("refund"),
            county_code=maybe("420102", "420106"),
            is_online=maybe(True, False),
        )
        | {"kind": chance.choice(["complaint", "tipoff", "inquiry"])}
        for number in range(count)
    ]


@pytest.fixture
def store(tmp_path):
    return GenerationStore(tmp_path / "warehouse")


def load(store, rows):
    with store.building() as building:
        building.stage(batch(rows))
        building.merge()


def found(store):
    """Return what is kept, by submission id."""
    opened = open_current(f"duckdb:///{store.folder}")
    joined = sa.select(submissions.c.submission_id, entry_checks).join(
        submissions, submissions.c.submission_key == entry_checks.c.submission_key
    )
    with opened.engine.connect() as conn:
        rows = {row["submission_id"]: dict(row) for row in conn.execute(joined).mappings()}
    assert STEP in opened.fresh
    opened.engine.dispose()
    return rows


def months(store):
    opened = open_current(f"duckdb:///{store.folder}")
    with opened.engine.connect() as conn:
        rows = sorted(conn.execute(sa.select(entry_months)).all(), key=repr)
    opened.engine.dispose()
    return rows


def test_what_is_kept_is_what_the_assessment_says(store):
    rows = records(1, 80)
    load(store, rows)
    refresh(store, only=STEP)
    kept = found(store)
    whole = [dict.fromkeys(finder.fields_of(entry_rules())) | row for row in rows]
    assessed = assess_entries(pd.DataFrame(whole), rules=entry_rules(), places=place_names())
    assert len(kept) == len(rows)
    seen: set[object] = set()
    for row, (_, entry) in zip(rows, assessed.iterrows(), strict=True):
        got = kept[row["submission_id"]]
        assert got["registered_on"] == row["registered_at"].date()
        for name in ELEMENTS:
            wanted = None if pd.isna(entry[name]) else int(entry[name])
            if wanted and entry[f"{name}_by"] == BY_TEXT:
                wanted = 2
            assert got[name] == wanted
            seen.add(wanted)
        for name in CHECKS:
            assert got[name] == (None if pd.isna(entry[name]) else int(entry[name]))
            seen.add((name, got[name]))
        assert (got["filled"], got["applicable"]) == (entry["filled"], entry["applicable"])
        assert got["actionable"] == entry["actionable"]
        assert got["contradictions"] == entry["contradictions"]
        assert got["told_low_yuan"] == (
            None if pd.isna(entry["amount_low"]) else entry["amount_low"]
        )
    assert {None, 0, 1, 2, *[(name, 1) for name in CHECKS]} <= seen


def test_days_redone_equal_all_made_anew(tmp_path):
    step_by_step, at_once = (GenerationStore(tmp_path / name) for name in ("steps", "once"))
    first, later = records(1, 120), records(2, 4, days=2)
    load(step_by_step, first)
    refresh(step_by_step, only=STEP)
    load(step_by_step, later)
    (result,) = refresh(step_by_step, only=STEP)
    assert result.days in {1, 2}
    load(at_once, first)
    load(at_once, later)
    refresh(at_once, only=STEP)
    assert found(step_by_step) == found(at_once)
    assert months(step_by_step) == months(at_once)
    assert sum(row.entries for row in months(at_once)) == len(first) + len(later)


def test_the_order_of_batches_does_not_matter(store, monkeypatch):
    load(store, records(1, 60))
    refresh(store, only=STEP)
    before = found(store)
    monkeypatch.setattr("queries.entry_checks.ENTRIES_PER_BATCH", 7)
    monkeypatch.setattr("jobs.spreading.PARALLEL_FROM", 10_000)
    refresh(store, only=STEP, since=dt.date(2026, 1, 1))
    assert found(store) == before


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_and_one(store, count):
    load(store, records(1, count))
    refresh(store, only=STEP)
    assert len(found(store)) == count


def changed_rules(monkeypatch, **change):
    given = entry_rules().model_dump()
    first, *others = given["elements"]
    given["elements"] = [first | change, *others]
    monkeypatch.setattr(finder, "entry_rules", lambda: EntryRules.model_validate(given))


def test_rules_with_other_elements_are_refused(store, monkeypatch):
    load(store, records(1, 1))
    changed_rules(monkeypatch, code="person")
    with pytest.raises(finder.OtherElementsError, match="got person, contact"):
        refresh(store, only=STEP)


def test_rules_with_unknown_fields_are_refused(store, monkeypatch):
    load(store, records(1, 1))
    changed_rules(monkeypatch, clues=[{"code": "name", "fields": ["surname"]}])
    with pytest.raises(UnknownFieldError, match="surname"):
        refresh(store, only=STEP)
