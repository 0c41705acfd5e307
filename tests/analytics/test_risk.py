"""Scores computed by hand, one operator a line, and what must hold of any."""

import copy
import os
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.risk import IndicatorError, cut_offs_for, score_operators
from analytics.risk_explaining import explain
from analytics.risk_model import (
    DEFAULT_MODEL,
    RiskModelError,
    check_same_codes,
    model_in_force,
    read_mapping,
    read_model,
    with_weights,
)
from queries.score_tables import DIMENSIONS, INDICATORS, INPUTS
from tests.analytics.scored_by_hand import BY_HAND, CLEAN, MODEL, NAN, SHIPPED


@pytest.fixture(scope="module")
def scored():
    return score_operators(pd.DataFrame([{**CLEAN, **each[0]} for each in BY_HAND]), model=MODEL)


def test_there_are_enough_operators_and_every_indicator_has_a_line():
    assert len(BY_HAND) >= 30
    assert {code for _, points, _, _ in BY_HAND for code in points} == set(MODEL.weights)


@pytest.mark.parametrize("number", range(len(BY_HAND)), ids=lambda number: str(BY_HAND[number][0]))
def test_by_hand(scored, number):
    _, points, grade, completeness = BY_HAND[number]
    row = scored.iloc[number]
    assert {code: row[code] for code in MODEL.weights if row[code]} == points
    assert (row["score"], row["grade"]) == (sum(points.values()), grade)
    assert row["completeness"] == pytest.approx(completeness)
    assert row["credit_score"] == 1000 - row["score"]


def test_dimensions_add_up(scored):
    for dimension in MODEL.dimensions:
        codes = [each.code for each in MODEL.of_dimension(dimension.code)]
        assert np.allclose(scored[dimension.code], scored[codes].sum(axis=1))
        assert scored[dimension.code].max() <= dimension.weight
    codes = [each.code for each in MODEL.dimensions]
    assert np.allclose(scored["score"], scored[codes].sum(axis=1))


def test_every_trigger_is_named():
    figures = {"serious_listed": 1, "group_red": 1, "food_drug_injury": 1, "revoked_operating": 1}
    row = score_operators(pd.DataFrame([{**CLEAN, **figures}]), model=MODEL).iloc[0]
    assert row["triggered"] == "serious_list,group_red,food_drug_injury,revoked_operating"


def test_thin_data_is_pending_unless_a_trigger_holds():
    enough = [
        "complaint_warning",
        "penalty_count",
        "penalty_severity",
        "serious_list",
        "inspection",
    ]
    needed = [column for code in enough for column in MODEL.indicator(code).needs]
    known = {name: CLEAN[name] for name in needed}
    rows = [
        {**known, "opinions_major_12m": 0, "staff_findings": 0},
        {**known, "opinions_major_12m": 0},
        {"serious_listed": 1},
        {},
    ]
    found = score_operators(pd.DataFrame(rows), model=MODEL)
    assert found["completeness"].tolist() == [0.5, 0.48, 0.08, 0.0]
    assert found["grade"].tolist() == ["A", "pending", "D", "pending"]
    assert found["score"].tolist() == [0, 0, 80, 0]


def test_model_may_be_a_path_a_mapping_or_a_model():
    figures = pd.DataFrame([{**CLEAN, "staff_findings": 1}])
    first = score_operators(figures, model=MODEL)
    for other in (DEFAULT_MODEL, str(DEFAULT_MODEL), read_mapping()):
        pd.testing.assert_frame_equal(score_operators(figures, model=other), first)


def random_figures(count, seed=0):
    rng = np.random.default_rng(seed)
    columns = {}
    for code, told in MODEL.inputs.items():
        if told.unit == "class":
            columns[code] = rng.choice(np.array(["A", "B", "C", "D", None], dtype=object), count)
            continue
        values = {
            "share": rng.random(count),
            "flag": (rng.random(count) < 0.2).astype(float),
            "number": rng.normal(0, 3, count),
            "days": rng.integers(-50, 200, count).astype(float),
        }.get(told.unit, rng.poisson(1.0, count).astype(float))
        columns[code] = np.where(rng.random(count) < 0.2, NAN, values)
    return pd.DataFrame(columns, index=[f"n{number}" for number in range(count)])


def test_points_stay_within_caps_whatever_the_figures():
    figures = random_figures(5_000)
    before = figures.copy()
    found = score_operators(figures, model=MODEL)
    pd.testing.assert_frame_equal(figures, before)
    for code, weight in MODEL.weights.items():
        assert found[code].between(0, weight).all()
    assert found["score"].between(0, 1000).all()
    assert found["completeness"].between(0, 1).all()
    assert set(found["grade"]) <= {"A", "B", "C", "D", "pending"}


def test_order_of_rows_and_columns_does_not_matter():
    figures = random_figures(500)
    found = score_operators(figures, model=MODEL)
    mixed = figures.sample(frac=1, random_state=3)[random.Random(1).sample(list(figures), 42)]
    pd.testing.assert_frame_equal(score_operators(mixed, model=MODEL).loc[found.index], found)


def test_equal_ids_no_rows_and_whole_numbers_are_taken():
    twice = pd.DataFrame([CLEAN, {**CLEAN, "staff_findings": 1}], index=["x", "x"])
    assert score_operators(twice, model=MODEL)["score"].tolist() == [0, 20]
    assert score_operators(twice.iloc[:0], model=MODEL).empty
    typed = pd.DataFrame({"penalties_year_1": pd.array([2, None], dtype="Int64")})
    assert score_operators(typed, model=MODEL)["score"].tolist() == [60, 0]
    flags = pd.DataFrame({"abnormal_listed": [True, False]})
    assert score_operators(flags, model=MODEL)["score"].tolist() == [60, 0]


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ({"penalties_year_1": [-1]}, "-1.0 is not usable; expected 0 or more"),
        ({"paid_share": [1.5]}, "1.5 is not usable; expected 0 to 1"),
        ({"abnormal_listed": [0.5]}, "0.5 is not usable; expected 0 or 1"),
        ({"surge_z": [np.inf]}, "inf is not usable; expected a finite number"),
        ({"complaints_90d": ["many"]}, "'many' is not usable; expected numbers"),
        ({"complaint": [3]}, "expected some of established_years"),
    ],
)
def test_unusable_figures_are_refused(figures, told):
    with pytest.raises(IndicatorError, match=told.replace("(", r"\(")):
        score_operators(pd.DataFrame(figures), model=MODEL)


def test_wanted_shares_grade_by_rank():
    figures = random_figures(10_000)
    numbers = [name for name in figures if name != "credit_risk_class"]
    figures[numbers] = figures[numbers].fillna(0)
    figures["credit_risk_class"] = "A"
    figures[["serious_listed", "group_red", "food_drug_injury", "revoked_operating"]] = 0
    found = score_operators(figures, model=MODEL, wanted_shares=MODEL.wanted_shares)
    shares = found["grade"].value_counts(normalize=True)
    for grade, wanted in MODEL.wanted_shares.items():
        assert shares[grade] == pytest.approx(wanted, abs=0.005)
    assert found.groupby("grade")["score"].min()["D"] > found.groupby("grade")["score"].max()["C"]


def test_equal_scores_get_one_grade_and_never_too_many_a_high_one():
    shares = {"A": 0.7, "B": 0.2, "C": 0.05, "D": 0.05}
    starts = cut_offs_for(pd.Series([0] * 90 + [5] * 10), shares)
    assert starts == {"A": 0.0, "B": 5.0, "C": 5.0, "D": np.inf}
    assert cut_offs_for(pd.Series([], dtype=float), shares)["B"] == np.inf
    with pytest.raises(ValueError, match="add up to 1"):
        cut_offs_for(pd.Series([1.0]), {**shares, "A": 0.8})


def changed(path, value):
    """Return the shipped file's mapping with one value otherwise; None takes it away."""
    content = copy.deepcopy(SHIPPED)
    *outer, last = path
    inside = content
    for step in outer:
        inside = inside[step]
    if value is None:
        del inside[last]
    else:
        inside[last] = value
    return content


FIRST = ("dimensions", 0, "indicators", 0)
TIER = (*FIRST, "parts", 0, "tiers", 0)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ((*FIRST, "weight"), 41, r"dimensions\[0\].weight: '41 \+ 50 \+ 30 = 121'.* a sum of 120"),
        (("dimensions", 0, "weight"), 121, "a sum of 121"),
        ((*TIER, "points"), 41, r"tiers\[0\].points: 41 is not usable; expected a number from 0 to 40"),
        ((*TIER, "points"), "many", "'many' is not usable; expected a number"),
        ((*TIER, "points"), True, "True is not usable; expected a number"),
        ((*TIER, "when"), {}, "at least one condition"),
        ((*TIER, "when"), {"capital": {"above": 0}}, "'capital' is not usable; expected one of"),
        ((*TIER, "when"), {"paid_share": {"over": 0}}, "'over' is not usable; expected only"),
        ((*FIRST, "needs"), ["capital"], "'capital' is not usable; expected some of"),
        ((*FIRST, "needs"), [], "at least one input"),
        ((*FIRST, "colour"), "red", "'colour' is not usable; expected only code, name"),
        ((*FIRST, "code"), "industry_risk", "a code that nothing else in the model has"),
        ((*FIRST, "code"), "Capital", "small letters"),
        ((*FIRST, "code"), "score", "a code that nothing else in the model has"),
        ((*FIRST, "name"), "", "a text of 1 to 200 letters"),
        (("version",), 2026.1, "2026.1 is not usable; expected a text"),
        (("grades",), None, "expected grades to be there too"),
        (("grades", 2, "from"), 150, "150.0 is not usable; expected more than 200"),
        (("grades", 0, "from"), 10, "10.0 is not usable; expected 0, the least"),
        (("grades", 3, "from"), 1200, "expected a number from 0 to 1000"),
        (("wanted_shares", "A"), 0.8, "shares that add up to 1"),
        (("completeness",), 50, "expected a number from 0 to 1"),
        (("triggers", 0, "grade"), "E", "expected one of A, B, C, D"),
        (("inputs", "licences", "unit"), "pieces", "expected one of count"),
        (("dimensions",), [], "at least one entry"),
        (("dimensions",), {}, "a list"),
    ],
)  # fmt: skip
def test_bad_models_are_refused_with_place_value_and_way_out(path, value, told):
    with pytest.raises(RiskModelError, match=told):
        read_model(changed(path, value))


@pytest.mark.parametrize("content", ["a: [", "- 1\n- 2\n", "just text"])
def test_files_that_are_no_model_are_refused(content, tmp_path):
    file = tmp_path / "model.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(RiskModelError):
        read_model(file)


def test_a_file_is_read_once_until_it_changes(tmp_path):
    file = tmp_path / "model.yaml"
    file.write_text(DEFAULT_MODEL.read_text(encoding="utf-8"), encoding="utf-8")
    first = read_model(file)
    assert read_model(file) is first
    text = file.read_text(encoding="utf-8").replace(first.version, "another")
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 1))
    assert read_model(file).version == "another"


def test_the_shipped_model_has_the_codes_that_scores_are_stored_under():
    assert {each.code: tuple(one.code for one in MODEL.of_dimension(each.code))
            for each in MODEL.dimensions} == DIMENSIONS  # fmt: skip
    assert tuple(MODEL.weights) == INDICATORS
    assert tuple(MODEL.inputs) == INPUTS
    assert sum(MODEL.weights.values()) == 1000
    used = {name for each in MODEL.indicators for name in each.inputs}
    used |= {each.column for trigger in MODEL.triggers for each in trigger.when}
    assert used == set(MODEL.inputs)


def test_the_last_model_put_in_force_counts():
    other = changed(("grades", 1, "from"), 150)
    assert model_in_force([]) == MODEL
    assert model_in_force([{"model": SHIPPED}, {"model": other}]).grades[1].start == 150
    renamed = changed(("dimensions", 5, "indicators", 2, "code"), "rumours")
    with pytest.raises(RiskModelError, match=r"monitoring\.opinion, monitoring\.rumours"):
        check_same_codes(read_model(renamed), MODEL)


def test_other_weights_scale_points_and_caps():
    doubled = {**MODEL.weights, "staff": 40}
    other = with_weights(MODEL, doubled, version="test")
    found = score_operators(pd.DataFrame([{**CLEAN, "staff_findings": 1}]), model=other).iloc[0]
    assert found["staff"] == pytest.approx(40 * 1000 / 1020, abs=0.01)
    assert sum(other.weights.values()) == pytest.approx(1000)
    assert sum(each.weight for each in other.dimensions) == pytest.approx(1000)
    with pytest.raises(RiskModelError, match="-1 is not usable; expected 0 or more"):
        with_weights(MODEL, {**doubled, "staff": -1}, version="test")
    with pytest.raises(RiskModelError, match="a sum above 0"):
        with_weights(MODEL, dict.fromkeys(doubled, 0), version="test")
    with pytest.raises(RiskModelError, match="one weight for each"):
        with_weights(MODEL, {"staff": 1}, version="test")


def test_what_would_change_a_grade():
    figures = {**CLEAN, "abnormal_listed": 1, "winding_up": 1, "unqualified_batches_2y": 2,
               "surge_z": 2.25, "complaints_90d": 1, "peer_p95_90d": 10}  # fmt: skip
    found = explain(pd.DataFrame([figures]), model=MODEL)
    assert (found.score, found.grade) == (206, "B")
    better = found.changes[found.changes["direction"] == "better"].set_index("input")
    assert list(better.loc["surge_z", ["then", "score", "grade"]]) == [1.7, 198.67, "A"]
    assert list(better.loc["unqualified_batches_2y", ["then", "score"]]) == [1.0, 176.0]
    assert "complaints_90d" not in better.index
    worse = found.changes[found.changes["direction"] == "worse"].set_index("input")
    assert list(worse.loc["serious_listed", ["score", "grade"]]) == [286.0, "D"]
    assert found.together.empty
    for each in found.changes.to_dict("records"):
        trial: dict[str, Any] = {**figures, each["input"]: each["then"]}
        again = score_operators(pd.DataFrame([trial]), model=MODEL).iloc[0]
        assert (again["score"], again["grade"]) == (each["score"], each["grade"])


def test_what_would_have_to_change_together():
    figures = {**CLEAN, "serious_listed": 1, "group_red": 1}
    found = explain(pd.DataFrame([figures]), model=MODEL)
    assert found.grade == "D"
    assert found.changes.empty
    assert set(found.together["input"]) == {"serious_listed", "group_red"}
    assert found.together["grade"].iloc[-1] == "A"
    with pytest.raises(ValueError, match="one row"):
        explain(pd.DataFrame([figures, figures]), model=MODEL)
