"""Entry quality by unit, channel and month, held against pandas over the same rows."""

import dataclasses
import datetime as dt
import random

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from queries import entry_reads
from queries.entry_checks import add_up
from queries.entry_reads import (
    CHANNEL,
    LEAST_ENTRIES,
    SECTION,
    UNIT,
    fetch_corrections,
    fetch_entry_months,
    fetch_entry_quality,
)
from queries.entry_tables import (
    CHECKS,
    ELEMENTS,
    ENTRY_SUMS,
    EntriesNotCheckedError,
    entry_checks,
)
from queries.scope import EVERYTHING, Scope
from queries.selection import Comparison, Period, Selection
from tests.queries.samples import create, fill, make_rows, open_sample

ALL = Selection(period=Period("all"), comparison=Comparison.NONE)


def checked(row, chance):
    asked = [name for name in ELEMENTS if chance.random() < 0.9]
    there = {name: chance.choice([0, 1, 1, 2]) if name in asked else None for name in ELEMENTS}
    differ = {name: chance.choice([None, 0, 0, 1]) for name in CHECKS}
    filled = sum(bool(value) for value in there.values())
    return {
        "submission_key": row["submission_key"],
        "registered_on": row["registered_on"],
        **there,
        **differ,
        "filled": filled,
        "applicable": len(asked),
        "actionable": chance.random() < 0.5,
        "contradictions": sum(value == 1 for value in differ.values()),
        "told_low_yuan": chance.choice([None, 12.5]),
        "told_high_yuan": None,
    }


@pytest.fixture(
    scope="module", params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def sample(request, fresh_engine):
    chance = random.Random(2)
    with fresh_engine(request.param) as engine:
        rows = make_rows(seed=4, count=700)
        for row in rows:
            row["handling_section"] = row["handling_unit"] and f"{row['handling_unit']}甲组"
        rows[5]["handling_unit"] = rows[6]["handling_unit"] = "小所"
        create(engine)
        fill(engine, rows)
        checks = [checked(row, chance) for row in rows]
        with engine.begin() as conn:
            entry_checks.create(conn)
            conn.execute(entry_checks.insert(), checks)
            add_up(conn, None)
        opened = open_sample(engine, rows)
        yield (
            dataclasses.replace(opened.warehouse, fresh=frozenset({"entry_checks"})),
            pd.DataFrame(rows).merge(
                pd.DataFrame(checks).drop(columns="registered_on"), on="submission_key"
            ),
        )


def by_hand(rows):
    """Return the figures of some rows, by name."""
    found = {
        "entries": len(rows),
        "completeness": rows["filled"].sum() / rows["applicable"].sum(),
        "qualified": ((rows["filled"] == rows["applicable"]) & (rows["applicable"] > 0)).mean(),
        "actionable": rows["actionable"].mean(),
        "contradicting": (rows["contradictions"] > 0).sum(),
    }
    for name in ELEMENTS:
        asked = rows[name].dropna()
        found[name] = (asked > 0).mean() if len(asked) else np.nan
    for name in CHECKS:
        found[name] = (rows[name] == 1).sum()
        found[f"{name}_base"] = rows[name].notna().sum()
    return found


def same(row, rows):
    wanted = by_hand(rows)
    assert {name: row[name] for name in wanted} == pytest.approx(wanted, nan_ok=True)


@pytest.mark.parametrize(("level", "column"), [(UNIT, "handling_unit"), (CHANNEL, "channel")])
def test_each_group_is_counted_as_by_hand(sample, level, column):
    warehouse, rows = sample
    found = fetch_entry_quality(warehouse, ALL, EVERYTHING, level=level)
    same(found.total.iloc[0], rows)
    groups = dict(iter(rows.groupby(column)))
    assert set(found.frame["member"]) == set(groups)
    for _, row in found.frame.iterrows():
        same(row, groups[row["member"]])
    assert found.unnamed == rows[column].isna().sum()
    ranked = found.frame[found.frame["rank"].notna()]
    assert ranked["completeness"].is_monotonic_increasing
    assert ranked["rank"].tolist() == list(range(len(ranked), 0, -1))
    assert found.ranked == len(ranked)


@pytest.mark.parametrize("code", ["2025-09-10..2026-02-17", "2025-10-05..2025-10-20", "90d"])
@pytest.mark.parametrize("denoised", [False, True])
@pytest.mark.parametrize("issue", [None, "C01"])
def test_months_days_and_single_entries_give_the_same(sample, code, denoised, issue):
    warehouse, rows = sample
    chosen = Selection(period=Period(code), denoised=denoised, comparison=Comparison.NONE)
    if issue:
        chosen = chosen.with_filter("issue", [issue])
        rows = rows[rows["issue_type"] == issue]
    if denoised:
        rows = rows[rows["exclusion_reason"].isna()]
    found = fetch_entry_quality(warehouse, chosen, EVERYTHING, level=UNIT)
    rows = rows[rows["registered_on"].between(found.days.start, found.days.end)]
    same(found.total.iloc[0], rows)
    for _, row in found.frame.iterrows():
        same(row, rows[rows["handling_unit"] == row["member"]])
    for wanting, wanted in (
        ("", (rows["filled"] < rows["applicable"]) | (rows["contradictions"] > 0)),
        ("contact", rows["contact"] == 0),
        ("date_differs", rows["date_differs"] == 1),
    ):
        listed = fetch_corrections(warehouse, chosen, EVERYTHING, wanting=wanting, page_size=900)
        assert listed.total == len(listed.frame) == wanted.sum()


@pytest.mark.parametrize("table", ENTRY_SUMS.values(), ids=str)
def test_sums_redone_equal_all_added_up(sample, table):
    warehouse, rows = sample
    day = rows["registered_on"].iloc[300]
    with warehouse.engine.connect() as conn:
        before = sorted(conn.execute(sa.select(table)).all(), key=repr)
        add_up(conn, [day])
        assert sorted(conn.execute(sa.select(table)).all(), key=repr) == before
        conn.rollback()


@pytest.mark.parametrize(
    ("level", "read"),
    [(UNIT, {"entry_months", "entry_days"}), (CHANNEL, {"entry_months", "submissions"})],
)
def test_single_entries_are_read_only_for_what_no_sums_know(sample, level, read):
    warehouse, _ = sample
    statements = []
    sa.event.listen(
        warehouse.engine, "before_cursor_execute", lambda *given: statements.append(given[2])
    )
    chosen = Selection(period=Period("2025-09-10..2026-02-17"), comparison=Comparison.NONE)
    fetch_entry_quality(warehouse, chosen, EVERYTHING, level=level)
    tables = ("entry_months", "entry_days", "submissions")
    assert {each for each in tables if any(f"FROM {each}" in one for one in statements)} == read


def test_small_groups_stand_last_without_a_rank(sample):
    warehouse, _ = sample
    last = fetch_entry_quality(warehouse, ALL, EVERYTHING, level=UNIT).frame.iloc[-1]
    assert (last["member"], last["entries"]) == ("小所", 2)
    assert np.isnan(last["rank"])
    assert LEAST_ENTRIES == 20


def test_sections_are_named_with_their_unit(sample):
    warehouse, rows = sample
    found = fetch_entry_quality(warehouse, ALL, EVERYTHING, level=SECTION).frame
    assert "一所 一所甲组" in set(found["member"])
    row = found[found["member"] == "二所 二所甲组"].iloc[0]
    same(row, rows[(rows["handling_unit"] == "二所") & rows["handling_section"].notna()])


def test_the_period_before_is_ranked_too(sample):
    warehouse, rows = sample
    chosen = Selection(period=Period("2025-09-01..2026-02-28"))
    found = fetch_entry_quality(warehouse, chosen, EVERYTHING, level=UNIT)
    assert found.compared is not None
    before = rows[rows["registered_on"].between(found.compared.start, found.compared.end)]
    for _, row in found.frame[found.frame["rank"].notna()].iterrows():
        theirs = before[before["handling_unit"] == row["member"]]
        assert row["completeness_compared"] == pytest.approx(
            theirs["filled"].sum() / theirs["applicable"].sum()
        )
    assert sorted(found.frame["rank_compared"].dropna()) == [1, 2, 3]
    assert found.total["completeness_compared"].iloc[0] == pytest.approx(
        before["filled"].sum() / before["applicable"].sum()
    )


def test_the_scope_holds(sample):
    warehouse, rows = sample
    scope = Scope(regions=("420506",), kinds=("complaint",))
    own = rows[(rows["county_code"] == "420506") & (rows["kind"] == "complaint")]
    found = fetch_entry_quality(warehouse, ALL, scope, level=UNIT)
    same(found.total.iloc[0], own)
    assert found.frame["entries"].sum() + found.unnamed == len(own)
    listed = fetch_corrections(warehouse, ALL, scope, page_size=1000)
    lacking = own[(own["filled"] < own["applicable"]) | (own["contradictions"] > 0)]
    assert set(listed.frame["submission_id"]) == set(lacking["submission_id"])
    assert fetch_entry_months(warehouse, ALL, scope)["entries"].sum() <= len(own)
    nobody = fetch_entry_quality(warehouse, ALL, Scope(), level=UNIT)
    assert (nobody.total["entries"].iloc[0], len(nobody.frame)) == (0, 0)
    assert np.isnan(nobody.total["completeness"].iloc[0])


def test_months_up_to_the_end(sample):
    warehouse, rows = sample
    found = fetch_entry_months(warehouse, ALL, EVERYTHING)
    assert len(found) == 13
    assert found["month"].iloc[-1] == pd.Timestamp(2026, 3, 1)
    assert found["complete"].tolist() == [True] * 12 + [False]
    for _, row in found.iterrows():
        days = pd.to_datetime(rows["registered_on"])
        same(row, rows[days.dt.to_period("M") == row["month"].to_period("M")])
    early = Selection(period=Period("2025-03-01..2025-04-15"))
    shorter = fetch_entry_months(warehouse, early, EVERYTHING)
    assert shorter["complete"].tolist() == [False, True, False]
    assert shorter["month"].iloc[0] == pd.Timestamp(2025, 2, 1)


@pytest.mark.parametrize(("wanting", "value"), [("contact", 0), ("amount_differs", 1)])
def test_what_to_correct_page_by_page(sample, wanting, value):
    warehouse, rows = sample
    chosen = rows[rows[wanting] == value].sort_values(
        ["registered_at", "submission_key"], ascending=False
    )
    first = fetch_corrections(warehouse, ALL, EVERYTHING, wanting=wanting, page_size=30)
    second = fetch_corrections(warehouse, ALL, EVERYTHING, wanting=wanting, page=2, page_size=30)
    assert first.total == len(chosen)
    listed = [*first.frame["submission_id"], *second.frame["submission_id"]]
    assert listed == chosen["submission_id"].head(60).tolist()
    assert (first.frame[wanting] == value).all()
    by_id = chosen.set_index("submission_id")
    told = first.frame.set_index("submission_id")["told_low_yuan"]
    assert told.isna().tolist() == by_id.loc[told.index, "told_low_yuan"].isna().tolist()


def test_what_is_not_usable_is_refused(sample):
    warehouse, _ = sample
    with pytest.raises(ValueError, match="level must be"):
        fetch_entry_quality(warehouse, ALL, EVERYTHING, level="kind")
    with pytest.raises(ValueError, match="wanting must be one of complainant"):
        fetch_corrections(warehouse, ALL, EVERYTHING, wanting="nothing")
    with pytest.raises(ValueError, match="page must be"):
        fetch_corrections(warehouse, ALL, EVERYTHING, page=0)
    stale = dataclasses.replace(warehouse, fresh=frozenset())
    for fetch in (fetch_entry_months, fetch_corrections):
        with pytest.raises(EntriesNotCheckedError, match="jobs refresh"):
            fetch(stale, ALL, EVERYTHING)


def test_one_day_and_no_entry(sample):
    warehouse, _ = sample
    day = dt.date(2024, 1, 1)
    nothing = Selection(period=Period.between(day, day))
    assert fetch_entry_quality(warehouse, nothing, EVERYTHING, level=UNIT).frame.empty
    assert fetch_corrections(warehouse, nothing, EVERYTHING).total == 0
    assert entry_reads.TREND_MONTHS == 13
