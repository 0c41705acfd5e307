"""Worth of lead candidates by hand, and which of them are new."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.lead_worth import lead_worth, new_candidates
from analytics.worth_rules import DEFAULT_WORTH, PARTS, read_worth_rules

DAY = dt.date(2026, 11, 20)
FULL = {
    "candidate_id": "full",
    "latest_on": "2026-11-20",
    "conduct_severity": 1.0,
    "harmed": 3,
    "disputed_yuan": 500_000.0,
    "submissions": 20,
    "sources": 3,
    "documented": 1.0,
    "serial": 0.0,
    "persons": 30,
    "counties": 3,
    "operators": 3,
    "identified": True,
    "located": True,
    "in_business": True,
    "persons_reachable": 1.0,
}


def scored(*changes, as_of=DAY):
    rows = [FULL | {"candidate_id": f"c{n}"} | change for n, change in enumerate(changes)]
    return lead_worth(pd.DataFrame(rows), as_of=as_of)


def test_everything_full_is_worth_100():
    found = scored({}).iloc[0]
    assert found[list(PARTS)].to_list() == [1, 1, 1, 1, 1]
    assert found["worth"] == 100
    assert found["reasons"].startswith("recency.latest=15.0;severity.conduct=15.0;")


@pytest.mark.parametrize(
    ("change", "part", "expected"),
    [
        # shares: conduct 0.5, harm 0.3, money 0.2
        pytest.param({"conduct_severity": 0.4}, "severity", 0.7, id="0.2 + 0.3 + 0.2"),
        pytest.param({"harmed": 1}, "severity", 0.85, id="0.7 + 0.3 log 2 / log 4"),
        pytest.param({"disputed_yuan": 1000}, "severity", 0.8, id="at the lower amount"),
        pytest.param({"disputed_yuan": 0}, "severity", 0.8, id="no money"),
        pytest.param(
            {"disputed_yuan": 1000 * math.sqrt(500)}, "severity", 0.9, id="half way in logarithms"
        ),
        # shares: submissions 0.4, sources 0.3, documented 0.3
        pytest.param({"sources": 1}, "evidence", 0.85, id="0.7 + 0.3 log 2 / log 4"),
        pytest.param({"documented": 0.5}, "evidence", 0.85, id="0.7 + 0.15"),
        pytest.param({"submissions": 0}, "evidence", 0.3, id="no submission"),
        pytest.param(
            {"submissions": 1, "documented": 1.0},
            "evidence",
            0.3 + 0.7 * math.log(2) / math.log(21),
            id="a share of one is as little as its number",
        ),
        pytest.param({"submissions": 2000}, "evidence", 1.0, id="more than full"),
        pytest.param({"serial": 1.0}, "evidence", 0.5, id="all serial: half"),
        pytest.param({"serial": 0.4}, "evidence", 0.8, id="1 - 0.5 * 0.4"),
        # shares: persons 0.6, counties 0.2, operators 0.2
        pytest.param({"counties": 1}, "breadth", 0.9, id="0.8 + 0.2 log 2 / log 4"),
        pytest.param({"persons": 0}, "breadth", 0.4, id="nobody"),
        # half every 60 days, nothing after 365
        pytest.param({"latest_on": "2026-09-21"}, "recency", 0.5, id="60 days"),
        pytest.param({"latest_on": "2026-07-23"}, "recency", 0.25, id="120 days"),
        pytest.param({"latest_on": "2025-11-20"}, "recency", 2 ** (-365 / 60), id="365 days"),
        pytest.param({"latest_on": "2025-11-19"}, "recency", 0.0, id="366 days"),
        # identified 0.4, located 0.3, in business 0.2, reachable 0.1
        pytest.param({"identified": False}, "solvability", 0.6, id="not identified"),
        pytest.param({"located": None}, "solvability", 0.7, id="place unknown"),
        pytest.param({"persons_reachable": 0.5}, "solvability", 0.95, id="half reachable"),
    ],
)
def test_parts_by_hand(change, part, expected):
    found = scored(change).iloc[0]
    assert found[part] == pytest.approx(expected, abs=1e-6)
    others = [name for name in PARTS if name != part]
    assert found[others].to_list() == [1, 1, 1, 1]


def test_worth_is_the_weighted_mean():
    # severity 21 points, evidence 12.5, breadth 20, recency 7.5, solvability 10
    change = {"conduct_severity": 0.4, "serial": 1.0, "latest_on": "2026-09-21"}
    found = scored(change).iloc[0]
    assert found["worth"] == pytest.approx(71.0, abs=1e-4)
    assert "serial=1.00" in found["reasons"]


def test_what_is_unknown_counts_nothing_and_is_named():
    frame = pd.DataFrame({"candidate_id": ["a"], "latest_on": [pd.Timestamp("2026-11-20 23:59")]})
    found = lead_worth(frame, as_of=DAY).iloc[0]
    assert found["worth"] == 15
    assert found["reasons"].startswith("recency.latest=15.0;unknown:harmed;")
    assert "unknown:serial" not in found["reasons"]


def test_equal_worth_is_ranked_by_id():
    found = scored({"candidate_id": "b"}, {"candidate_id": "a"}, {"candidate_id": "c", "harmed": 0})
    assert found["rank"].to_list() == [2, 1, 3]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"latest_on": "2026-11-21"}, "as_of", id="tomorrow"),
        pytest.param({"latest_on": None}, "latest_on", id="no day"),
        pytest.param({"persons": -1}, "persons of candidate 'c0' is -1.0", id="negative"),
        pytest.param({"disputed_yuan": math.inf}, "disputed_yuan", id="infinite"),
        pytest.param({"serial": 1.2}, "0 to 1", id="share"),
        pytest.param({"candidate_id": None}, "candidate_id", id="no id"),
    ],
)
def test_bad_candidates_are_refused(change, says):
    with pytest.raises(ValueError, match=says):
        scored(change)


def test_ids_given_twice_and_columns_absent_are_refused():
    with pytest.raises(ValueError, match="twice"):
        scored({"candidate_id": "a"}, {"candidate_id": "a"})
    with pytest.raises(ValueError, match="latest_on"):
        lead_worth(pd.DataFrame({"candidate_id": ["a"]}), as_of=DAY)


def test_no_candidates_no_rows():
    assert lead_worth(pd.DataFrame([FULL]).iloc[:0], as_of=DAY).empty


COUNTS = st.integers(0, 500)
RATES = st.floats(0, 1)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(COUNTS, COUNTS, COUNTS, RATES, RATES, st.integers(0, 800)), min_size=1, max_size=6
    )
)
def test_scores_stay_in_range_and_never_fall_with_more(rows):
    frame = pd.DataFrame(
        rows, columns=["submissions", "persons", "harmed", "documented", "serial", "age"]
    )
    frame["latest_on"] = pd.Timestamp(DAY) - pd.to_timedelta(frame.pop("age"), "D")
    frame.insert(0, "candidate_id", [f"c{n}" for n in range(len(frame))])
    found = lead_worth(frame, as_of=DAY)
    assert found[list(PARTS)].to_numpy().min() >= 0
    assert found[list(PARTS)].to_numpy().max() <= 1
    assert sorted(found["rank"]) == list(range(1, len(frame) + 1))
    for column in ("submissions", "persons", "harmed"):
        more = lead_worth(frame.assign(**{column: frame[column] + 5}), as_of=DAY)
        assert (more["worth"] >= found["worth"] - 1e-9).all()
    shuffled = lead_worth(frame.iloc[::-1], as_of=DAY).iloc[::-1]
    pd.testing.assert_frame_equal(shuffled, found)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param("severity: 0.30", "severity: 0.40", "add up to 1", id="weights"),
        pytest.param("harm: 0.3, ", "", "add up to 1", id="a share missing"),
        pytest.param("half_life_days: 60", "half_life_days: 0", "half_life_days", id="zero"),
        pytest.param("money_full_yuan: 500000", "money_full_yuan: 500", "not above", id="money"),
        pytest.param("persons_full", "people_full", "people_full", id="unknown key"),
    ],
)
def test_a_bad_rule_file_is_refused(tmp_path, old, new, says):
    text = DEFAULT_WORTH.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "worth.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        read_worth_rules(path)


def leads(*rows):
    names = ["lead_id", "operator_id", "conduct", "evidence_ids"]
    return pd.DataFrame(rows, columns=names)


def candidates(*rows):
    names = ["candidate_id", "operator_id", "conduct", "evidence_ids"]
    return pd.DataFrame(rows, columns=names)


NONE_BEFORE = leads()
CASES = [
    # evidence of the candidate ("a", "x", "prepaid"), earlier leads, new evidence (None: dropped)
    pytest.param(["1"], [], ("1",), id="nothing earlier"),
    pytest.param(["1", "2"], [("L", "x", "prepaid", ["1"])], ("2",), id="one record more"),
    pytest.param(["1"], [("L", "x", "prepaid", ["1"])], None, id="the same"),
    pytest.param(["1"], [("L", "x", "prepaid", ["2", "1"])], None, id="less than before"),
    pytest.param(["1"], [("L", "y", "prepaid", ["1"])], ("1",), id="another operator"),
    pytest.param(["1"], [("L", "x", "metering", ["1"])], ("1",), id="another conduct"),
    pytest.param(["1"], [("C", "x", None, ["1"])], None, id="an open case of any conduct"),
    pytest.param(
        ["1", "2"],
        [("L", "x", "prepaid", ["1"]), ("M", "x", "prepaid", ["2"])],
        None,
        id="two leads hold it together",
    ),
    pytest.param(["1"], [("L", None, "prepaid", ["1"])], None, id="held without an operator"),
    pytest.param(["2"], [("L", None, "prepaid", ["1"])], ("2",), id="a stranger's evidence"),
]


@pytest.mark.parametrize(("evidence", "earlier", "fresh"), CASES)
def test_new_candidates_by_hand(evidence, earlier, fresh):
    found = new_candidates(candidates(("a", "x", "prepaid", evidence)), leads(*earlier))
    assert found["new_evidence"].to_list() == ([] if fresh is None else [fresh])


def test_a_candidate_without_operator_goes_by_evidence():
    frame = candidates(("a", None, "prepaid", ["1"]), ("b", np.nan, "prepaid", ["2"]))
    found = new_candidates(frame, leads(("L", "x", "metering", ["1"])))
    assert found["candidate_id"].to_list() == ["b"]
    assert found["merged"].to_list() == [("b",)]


def test_candidates_on_one_matter_become_one():
    frame = candidates(
        ("a", "x", "prepaid", ["2", "1"]),
        ("b", "x", "prepaid", ["3", "1"]),
        ("c", "y", "prepaid", ["9"]),
    ).assign(worth=[40.0, 60.0, 50.0], source=["risk", "campaign", "risk"])
    found = new_candidates(frame, leads(("L", "x", "prepaid", ["1"])))
    assert found["candidate_id"].to_list() == ["b", "c"]
    first = found.iloc[0]
    assert first["merged"] == ("b", "a")
    assert first["source"] == "campaign;risk"
    assert first["evidence_ids"] == ("1", "2", "3")
    assert first["new_evidence"] == ("2", "3")
    assert first["earlier_leads"] == ("L",)


def test_three_weekly_batches_bring_nothing_twice():
    first = candidates(("a", "x", "prepaid", ["1", "2"]), ("b", "y", "metering", ["3"]))
    week_1 = new_candidates(first, NONE_BEFORE)
    earlier = week_1.assign(lead_id=["L1", "L2"])
    assert new_candidates(first, earlier).empty
    more = candidates(("a", "x", "prepaid", ["1", "2", "7"]), ("b", "y", "metering", ["3"]))
    week_3 = new_candidates(more, earlier)
    assert week_3[["candidate_id", "new_evidence"]].to_numpy().tolist() == [["a", ("7",)]]


IDS = st.lists(st.sampled_from("12345678"), min_size=1, max_size=4)
MATTERS = st.tuples(
    st.sampled_from(["x", "y", None]), st.sampled_from(["prepaid", "metering", None]), IDS
)


@settings(max_examples=60, deadline=None)
@given(matters=st.lists(MATTERS, max_size=6), before=st.lists(MATTERS, max_size=6))
def test_what_was_handed_over_does_not_come_again(matters, before):
    frame = candidates(*[(f"c{n}", *matter) for n, matter in enumerate(matters)])
    earlier = leads(*[(f"L{n}", *matter) for n, matter in enumerate(before)])
    found = new_candidates(frame, earlier)
    assert all(found["new_evidence"].map(len) > 0)
    again = new_candidates(frame.iloc[::-1], earlier)
    pd.testing.assert_frame_equal(found, again)
    handed = found.assign(lead_id=[f"N{n}" for n in range(len(found))])
    names = ["lead_id", "operator_id", "conduct", "evidence_ids"]
    rows = [*earlier[names].to_numpy().tolist(), *handed[names].to_numpy().tolist()]
    assert new_candidates(frame, leads(*rows)).empty


def test_inputs_are_left_alone():
    frame, earlier = candidates(("a", "x", "p", ["2", "1"])), leads(("L", "x", "p", ["2"]))
    new_candidates(frame, earlier)
    assert frame["evidence_ids"].to_list() == [["2", "1"]]
    assert earlier["evidence_ids"].to_list() == [["2"]]


def test_bad_frames_are_refused():
    with pytest.raises(ValueError, match="empty"):
        new_candidates(candidates(("a", "x", "p", [])), NONE_BEFORE)
    with pytest.raises(ValueError, match="twice"):
        new_candidates(candidates(("a", "x", "p", ["1"]), ("a", "y", "p", ["2"])), NONE_BEFORE)
    with pytest.raises(ValueError, match="lead_id"):
        new_candidates(candidates(("a", "x", "p", ["1"])), NONE_BEFORE.drop(columns="lead_id"))
