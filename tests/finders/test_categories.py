"""Categories: what is unclear or contradicts its text, judged by models that did not see it."""

import csv
import random
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from analytics.category_doubts import category_doubts as doubts_of
from jobs.refresh import refresh
from queries.category_reads import (
    CONTRADICTION,
    UNCLEAR,
    fetch_category_doubts,
)
from queries.category_tables import (
    STEP,
    CategoriesNotJudgedError,
    category_doubts,
    category_judged,
    category_run,
)
from queries.category_tables import UNCLEAR as UNCLEAR_TYPES
from queries.generations import GenerationStore
from queries.schema import submissions
from queries.scope import EVERYTHING, Scope
from queries.selection import Period, Selection
from queries.warehouse import open_current
from tests.staging import batch, record

GOODS = {
    "C01": (["蛋糕", "面包", "牛奶", "米粉"], ["有异物", "发霉变质", "吃后腹泻", "过了保质期"]),
    "C04": (["健身卡", "美容卡", "培训课", "洗车卡"], ["商家停业不退余额", "合同约定不履行", "退费拖延"]),
}  # fmt: skip
EVERYTHING_EVER = Selection(period=Period("all"))


def records(seed, count, *, first_day=1, month=3):
    chance = random.Random(seed)
    found = []
    for number in range(count):
        issue = chance.choice(list(GOODS))
        goods, faults = GOODS[issue]
        text = f"在第{number}号店买的{chance.choice(goods)}，{chance.choice(faults)}，要求处理。"
        found.append(
            record(
                f"{seed}-{number}",
                f"2026-{month:02}-{first_day + number % 20:02}T10:00",
                narrative=text,
                issue_type=issue,
                province_code="420000",
                city_code="420100" if number % 2 else "420500",
                county_code="420102" if number % 2 else "420506",
            )
        )
    return found


def planted(seed=1, count=160):
    """Return records, and by id what is entered on purpose against the text of three of them."""
    rows = records(seed, count)
    other = {"C01": "C04", "C04": "C01"}
    wrong = {rows[at]["submission_id"]: rows[at]["issue_type"] for at in (11, 40)}
    rows[11]["issue_type"] = other[rows[11]["issue_type"]]
    rows[40]["issue_type"] = other[rows[40]["issue_type"]]
    vague = {rows[at]["submission_id"]: rows[at]["issue_type"] for at in (20, 21)}
    rows[20]["issue_type"] = "C17"
    rows[21]["issue_type"] = None
    return rows, wrong, vague


@pytest.fixture
def store(tmp_path):
    return GenerationStore(tmp_path / "warehouse")


def load(store, rows):
    with store.building() as building:
        building.stage(batch(rows))
        building.merge()


def opened(store):
    return open_current(f"duckdb:///{store.folder}")


def stored(store):
    """Return all that is kept, by submission id."""
    there = opened(store)
    own = [each for each in category_doubts.c if each.name != "submission_key"]
    with there.engine.connect() as conn:
        rows = conn.execute(
            sa.select(submissions.c.submission_id, *own).join(
                submissions, submissions.c.submission_key == category_doubts.c.submission_key
            )
        ).all()
        judged = conn.execute(
            sa.select(submissions.c.submission_id, category_judged.c.agrees).join(
                submissions, submissions.c.submission_key == category_judged.c.submission_key
            )
        ).all()
        run = conn.execute(sa.select(category_run)).all()
    assert STEP in there.fresh
    there.engine.dispose()
    return {row[0]: tuple(row[1:]) for row in rows}, sorted(map(tuple, judged)), run


def test_what_is_planted_is_found(store):
    rows, wrong, vague = planted()
    load(store, rows)
    refresh(store, only=STEP)
    kept, judged, run = stored(store)
    texts = {row["submission_id"]: row["narrative"] for row in rows}
    assert {key: row[2] for key, row in kept.items()} == wrong | vague
    for key, (_, entered, suggested, confidence, reasons, unclear) in kept.items():
        assert entered != suggested
        assert confidence >= (0.9 if key in wrong else 0.6)
        assert unclear == (key in vague)
        assert reasons
        assert all(word in texts[key] for word in reasons.split())
    assert len(judged) == len(rows)
    agrees = dict(judged)
    assert [agrees[key] for key in sorted(wrong)] == [False, False]
    assert run[0].judged == 160
    assert run[0].entered == 159
    assert run[0].agreeing == sum(1 for each in agrees.values() if each)


def test_days_redone_equal_all_made_anew_in_any_order(tmp_path):
    step_by_step, at_once = (GenerationStore(tmp_path / name) for name in ("steps", "once"))
    rows, _, _ = planted()
    later = records(2, 30, first_day=5, month=4)
    later[3]["issue_type"] = "C01" if later[3]["issue_type"] == "C04" else "C04"
    load(step_by_step, rows)
    refresh(step_by_step, only=STEP)
    before = stored(step_by_step)
    load(step_by_step, later)
    refresh(step_by_step, only=STEP)
    load(at_once, [*rows, *later])
    refresh(at_once, only=STEP)
    assert stored(step_by_step) == stored(at_once)
    assert set(stored(at_once)[0]) - set(before[0]) == {later[3]["submission_id"]}


def test_only_the_newest_days_are_judged_and_older_ones_learnt_from(store):
    rows, wrong, _ = planted()
    late = records(3, 2, first_day=1, month=6)
    late[0]["registered_at"] = late[1]["registered_at"] = rows[0]["registered_at"].replace(month=8)
    for row in late:
        row["registered_on"] = row["registered_at"].date()
    late[0]["issue_type"] = "C01" if late[0]["issue_type"] == "C04" else "C04"
    load(store, [*rows, *late])
    refresh(store, only=STEP)
    kept, judged, _ = stored(store)
    assert set(kept) == {late[0]["submission_id"]}
    assert len(judged) == 2
    assert not set(wrong) & set(kept)


@pytest.mark.parametrize("count", [0, 1, 80])
def test_nothing_to_learn_from(store, count):
    rows = [each | {"issue_type": "C01"} for each in records(1, count)]
    load(store, rows)
    refresh(store, only=STEP)
    assert stored(store) == ({}, [], [])
    there = opened(store)
    for kind in (CONTRADICTION, UNCLEAR):
        found = fetch_category_doubts(there, EVERYTHING_EVER, EVERYTHING, kind=kind)
        assert (found.judged, found.days, len(found.listed.frame)) == (0, None, 0)
    there.engine.dispose()


def test_a_viewer_of_one_county_sees_that_county(store):
    rows, wrong, vague = planted()
    load(store, rows)
    refresh(store, only=STEP)
    there = opened(store)
    county = Scope(regions=("420102",))
    theirs = {row["submission_id"] for row in rows if row["county_code"] == "420102"}
    for kind, expected in ((CONTRADICTION, wrong), (UNCLEAR, vague)):
        found = fetch_category_doubts(there, EVERYTHING_EVER, county, kind=kind)
        assert set(found.listed.frame["submission_id"]) == set(expected) & theirs
        assert 0 < found.totals[kind] == found.listed.total < len(expected)
        assert found.judged == len(theirs)
    whole = fetch_category_doubts(there, EVERYTHING_EVER, EVERYTHING, limit=1, page=2)
    assert (len(whole.listed.frame), whole.listed.total) == (1, 2)
    one_day = Selection(period=Period("2026-04-01..2026-04-02"))
    assert fetch_category_doubts(there, one_day, EVERYTHING).judged == 0
    for wrong_use in ({"kind": "all"}, {"page": 0}, {"limit": 0}):
        with pytest.raises(ValueError, match="must be"):
            fetch_category_doubts(there, EVERYTHING_EVER, EVERYTHING, **wrong_use)
    there.engine.dispose()


def test_not_judged_is_an_error(store):
    load(store, records(1, 2))
    there = opened(store)
    with pytest.raises(CategoriesNotJudgedError):
        fetch_category_doubts(there, EVERYTHING_EVER, EVERYTHING)
    there.engine.dispose()


def test_unclear_types_are_those_that_the_classification_calls_other():
    file = Path(__file__).parents[2] / "assets" / "classification" / "issues.csv"
    with file.open(encoding="utf-8") as lines:
        named = [
            row["code"]
            for row in csv.DictReader(lines)
            if row["level"] == "type" and row["name"].startswith("其他")
        ]
    assert sorted(UNCLEAR_TYPES) == sorted(named)


def test_a_text_is_never_judged_by_a_model_that_learnt_it():
    rows = records(5, 100)
    texts = pd.Series([row["narrative"] for row in rows] + ["全新说法" * 3] * 40)
    labels = pd.Series([row["issue_type"] for row in rows] + ["C09"] * 40)
    agrees = doubts_of(texts, labels).agrees
    assert len(agrees) == 140
    assert not agrees.iloc[100:].any()


def test_unusual_input():
    empty = doubts_of(pd.Series([], dtype=object), pd.Series([], dtype=object))
    assert len(empty.frame) == len(empty.agrees) == 0
    rows = records(6, 100)
    texts = pd.Series([row["narrative"] for row in rows], index=["same"] * 100)
    labels = pd.Series([row["issue_type"] for row in rows])
    texts.iloc[3] = None
    texts.iloc[4] = " "
    assert len(doubts_of(texts, labels).agrees) == 98
    with pytest.raises(ValueError, match="one label per text"):
        doubts_of(texts, labels.iloc[:5])
