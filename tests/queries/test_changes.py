"""Changes: every frame adds up to the same total, the selection's own filters held."""

import itertools
import math
import random

import numpy as np
import pandas as pd
import pytest

from analytics import attribution
from queries import candidates, changes, pairs
from queries.changes import COLUMNS, OTHERS, fetch_changes
from queries.measures import MEASURES
from queries.scope import EVERYTHING, Scope
from queries.selection import Comparison, Period, Selection
from queries.warehouse import Warehouse
from tests.queries import oracle
from tests.queries.samples import ALL_DERIVED, create, derive_all

SELECTIONS = {"duckdb": 25, "postgresql": 8}
SMALL = [level for level in oracle.ALL_LEVELS if level != "operator_id"]
CUBED = [("city_code", "product_category"), ("product_category", "issue_type")]
"""Pairs that cubes know, while the facts must be read for others of the same question."""

PAIRS = [pair for pair in itertools.combinations(SMALL, 2) if pair not in CUBED]


@pytest.fixture
def chance(request):
    return random.Random(request.node.name)


def windows_of(sample, selection):
    first, last = sample.warehouse.first_day, sample.warehouse.last_day
    days = selection.period.range(first, last)
    return days, oracle.compared(selection, days, first, last)


def expected_frame(sample, selection, scope, key, measure) -> dict[str | None, list[float]]:
    numerator, denominator = oracle.PARTS[measure]
    found: dict[str | None, list[float]] = {}
    days, before = windows_of(sample, selection)
    for place, span in enumerate((days, before)):
        rows = [] if span is None else oracle.meant(sample.rows, selection, scope, span)
        for row in rows:
            line = found.setdefault(member_of(row, key), [0.0, 0.0, 0.0, 0.0])
            line[place] += numerator(row)
            line[place + 2] += 0 if denominator is None else denominator(row)
    for line in found.values():
        if denominator is None:
            line[2:] = [math.nan, math.nan]
        if before is None:
            line[1] = line[3] = math.nan
    return found


def member_of(row, key) -> str | None:
    codes = [oracle.code_of(row[level]) for level in key]
    return None if codes == [None] * len(key) else "|".join(code or "" for code in codes)


def assert_same(frame: pd.DataFrame, expected: dict, context: object) -> None:
    assert set(frame["member"]) == set(expected), context
    assert frame["member"].is_unique, context
    for row in frame.itertuples():
        np.testing.assert_allclose(
            [getattr(row, name) for name in COLUMNS],
            expected[row.member],
            rtol=1e-9,
            atol=1e-6,
            err_msg=str((row.member, context)),
        )


def test_as_plain_python(sample, chance):
    codes = oracle.codes_by_dimension(sample.rows)
    compared = 0
    for _ in range(SELECTIONS[sample.warehouse.engine.dialect.name]):
        selection, scope = oracle.random_selection(chance, codes), oracle.random_scope(chance)
        measure = chance.choice(list(MEASURES))
        levels = [*chance.sample(SMALL, 2), "operator_id"]
        asked = [*chance.sample(PAIRS, 2), *chance.sample(CUBED, chance.choice([0, 1, 2]))]
        for fresh in (frozenset(), ALL_DERIVED):
            found = fetch_changes(
                sample.knowing(fresh),
                selection,
                scope,
                measure=measure,
                levels=levels,
                pairs=asked,
            )
            assert (found.days, found.compared) == windows_of(sample, selection)
            assert list(found.frames) == [*levels, *["+".join(pair) for pair in asked]]
            for key, frame in found.frames.items():
                expected = expected_frame(sample, selection, scope, key.split("+"), measure)
                assert_same(frame, expected, (key, measure, selection, scope, fresh))
        compared += found.compared is not None
    assert compared > 3


@pytest.mark.parametrize("measure", ["submissions", "closure_rate", "disputed_yuan"])
def test_what_is_cut_off_is_kept_together(sample, measure, monkeypatch):
    monkeypatch.setattr(candidates, "OPERATOR_CANDIDATES", 9)
    monkeypatch.setattr(pairs, "PAIR_CELLS", 12)
    selection = Selection(period=Period("2025-11-01..2026-02-28")).with_filter(
        "kind", ["complaint"]
    )
    found = fetch_changes(
        sample.warehouse,
        selection,
        EVERYTHING,
        measure=measure,
        levels=["kind", "operator_id"],
        pairs=[("county_code", "product")],
    )
    whole = found.frames["kind"]
    for key in ("operator_id", "county_code+product"):
        frame = found.frames[key]
        assert frame["member"].to_list().index(OTHERS) == len(frame) - 1
        np.testing.assert_allclose(
            frame[list(COLUMNS)].sum(min_count=1), whole[list(COLUMNS)].sum(min_count=1), rtol=1e-12
        )
    cells = found.frames["county_code+product"]
    assert len(cells) == 13
    every = expected_frame(sample, selection, EVERYTHING, ["county_code", "product"], measure)
    assert_same(cells[:-1], {member: every[member] for member in cells["member"][:-1]}, measure)
    moved = pd.DataFrame.from_dict(every, orient="index", columns=list(COLUMNS))
    moved = moved.rename_axis("member").reset_index()
    added = attribution.attribute_change(moved)
    column = "contribution" if measure == "closure_rate" else "before"
    if column == "before":
        grown = moved["numerator"].sum() / moved["numerator_before"].sum()
        added["moved"] = added["value"] - added["before"] * grown
        column = "moved"
    far = added[column].abs().sort_values(ascending=False)
    np.testing.assert_allclose(
        far.iloc[:12], added.loc[cells["member"][:-1], column].abs().sort_values(ascending=False)
    )


def test_filters_on_the_level_itself_hold(sample):
    chosen = (
        Selection(period=Period("12m"), comparison=Comparison.NONE)
        .with_filter("region", ["420100"])
        .with_filter("operator", ["OP01", "OP02"])
    )
    found = fetch_changes(
        sample.warehouse,
        chosen,
        EVERYTHING,
        measure="submissions",
        levels=["city_code", "operator_id"],
        pairs=[("city_code", "kind")],
    )
    assert found.compared is None
    assert found.frames["city_code"]["member"].to_list() == ["420100"]
    assert set(found.frames["operator_id"]["member"]) == {"OP01", "OP02"}
    totals = {frame["numerator"].sum() for frame in found.frames.values()}
    assert len(totals) == 1
    assert found.frames["city_code"]["numerator_before"].isna().all()


def test_others_and_separators_mean_the_same_on_both_sides():
    assert (changes.OTHERS, changes.SEPARATOR) == (attribution.OTHERS, attribution.SEPARATOR)


def test_what_is_fetched_can_be_explained(sample):
    found = fetch_changes(
        sample.warehouse,
        Selection(period=Period("2025-11-01..2025-12-31")),
        EVERYTHING,
        measure="submissions",
        levels=["city_code", "operator_id"],
        pairs=[("city_code", "product")],
    )
    best = attribution.explain_change(found.frames)
    assert set(best["key"]) == {"city_code", "operator_id", "city_code+product"}
    change = sum(attribution.attribute_change(found.frames["city_code"])["contribution"])
    days, before = windows_of(sample, Selection(period=Period("2025-11-01..2025-12-31")))
    assert before is not None
    counted = [
        sum(days.start <= row["registered_on"] <= days.end for row in sample.rows),
        sum(before.start <= row["registered_on"] <= before.end for row in sample.rows),
    ]
    assert change == counted[0] - counted[1]


def test_an_empty_warehouse_and_a_scope_of_nothing(any_engine):
    create(any_engine)
    derive_all(any_engine)
    empty = Warehouse(any_engine, "empty", None, None, None, 0, True, ALL_DERIVED)
    for measure in ("submissions", "closure_rate"):
        frames = fetch_changes(
            empty,
            Selection(),
            Scope(),
            measure=measure,
            levels=["city_code", "operator_id"],
            pairs=[("city_code", "kind")],
        ).frames
        assert [len(frame) for frame in frames.values()] == [0, 0, 0]
        assert all(["member", *COLUMNS] == list(frame.columns) for frame in frames.values())
        assert attribution.explain_change(frames).empty


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"measure": "anger", "levels": ["kind"]}, "measure must be"),
        ({"measure": "closed", "levels": ["word"]}, "a level must be"),
        ({"measure": "closed", "levels": [], "pairs": [("kind", "kind")]}, "a pair is made of"),
        ({"measure": "closed", "levels": [], "pairs": [("kind", "operator_id")]}, "a pair"),
        (
            {"measure": "closed", "levels": [], "pairs": [("kind", "hour"), ("hour", "kind")]},
            "every pair is asked for once",
        ),
    ],
)
def test_what_cannot_be_asked(sample, options, told):
    with pytest.raises(ValueError, match=told):
        fetch_changes(sample.warehouse, Selection(), EVERYTHING, **options)
