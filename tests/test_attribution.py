"""Attribution: cases checked by hand, and what must hold of any change."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.attribution import EVEN, OTHERS, attribute_change, explain_change
from analytics.surprise import likelihood_ratio, scatter


def ranked(frames: dict[str, pd.DataFrame]) -> list[dict[Any, Any]]:
    return explain_change(frames).to_dict("records")


def names(explanation: dict[Any, Any]) -> tuple[str, str | None]:
    return explanation["key"], explanation["member"]


def members(rows: dict, denominators: dict | None = None) -> pd.DataFrame:
    """Make a frame of ``{member: (now, before)}``."""
    bases = [(math.nan, math.nan) for _ in rows] if denominators is None else denominators.values()
    return pd.DataFrame(
        {
            "member": pd.Series(list(rows), dtype=object),
            "numerator": [now for now, _ in rows.values()],
            "numerator_before": [before for _, before in rows.values()],
            "denominator": [now for now, _ in bases],
            "denominator_before": [before for _, before in bases],
        }
    )


def test_a_rise_by_hand():
    # 90 to 153: A adds 60 of 63; the rest went from 70 to 73, so A by itself to 20 * 73 / 70 = 20.857
    found = attribute_change(members({"A": (80, 20), "B": (31, 30), "C": (42, 40)}))
    assert found["contribution"].to_list() == [60, 1, 2]
    assert found["share_of_change"].to_list() == pytest.approx([60 / 63, 1 / 63, 2 / 63])
    assert found.loc["A", "expected"] == pytest.approx(20.857142857)
    assert found.loc["A", "excess"] == pytest.approx(59.142857143)
    assert found.loc["B", "expected"] == pytest.approx(30 * 122 / 60)


def test_members_that_moved_against_the_whole_have_negative_shares():
    found = attribute_change(members({"A": (30, 10), "B": (10, 20)}))
    assert found["share_of_change"].to_list() == [2.0, -1.0]


def test_no_change_has_no_shares():
    found = attribute_change(members({"A": (5, 3), "B": (3, 5)}))
    assert found["contribution"].to_list() == [2, -2]
    assert found["share_of_change"].isna().all()


def test_a_single_member_has_no_rest_to_go_by():
    found = attribute_change(members({"A": (5, 3)}))
    assert found["contribution"].to_list() == [2]
    assert found[["expected", "excess"]].isna().all(axis=None)


def test_simpsons_paradox_is_all_mix():
    # Both close as before, 90 % and 50 %; the slow one has 150 of 200 instead of 50 of 150 cases.
    # R: 115/150 = 0.76667 to 120/200 = 0.6. fast: (1/4 - 2/3) * (0.9 - 0.68333) = -0.09028
    found = attribute_change(
        members({"fast": (45, 90), "slow": (75, 25)}, {"fast": (50, 100), "slow": (150, 50)})
    )
    assert found["within"].to_list() == [0, 0]
    assert found["mix"].to_list() == pytest.approx([-0.0902778, -0.0763889], abs=1e-7)
    assert found["contribution"].sum() == pytest.approx(120 / 200 - 115 / 150, abs=1e-12)
    assert found["excess"].to_list() == pytest.approx([0, 0])


def test_a_rate_within_by_hand():
    # Halves of 100: A from 0.5 to 0.8, B stays at 0.4: within = 0.3 * 0.5, nothing else
    found = attribute_change(
        members({"A": (40, 25), "B": (20, 20)}, {"A": (50, 50), "B": (50, 50)})
    )
    assert found["within"].to_list() == pytest.approx([0.15, 0])
    assert found["mix"].to_list() == pytest.approx([0, 0])
    assert found["expected"].to_list() == pytest.approx([0.5, 0.7])
    assert found["share_of_change"].to_list() == pytest.approx([1, 0])


def test_a_member_of_a_rate_that_comes_or_goes_is_mix():
    found = attribute_change(
        members({"A": (10, 10), "new": (9, 0)}, {"A": (20, 20), "new": (10, 0)})
    )
    assert found.loc["new", "within"] == 0
    assert found["before"].isna().to_list() == [False, True]
    # From 10 of 20 to 19 of 30: a third of all, by 0.9 less the middle of 0.63333 and 0.5.
    assert found.loc["new", "contribution"] == pytest.approx(0.3 - 0.1888889, abs=1e-7)
    assert found["contribution"].sum() == pytest.approx(19 / 30 - 0.5)


def test_a_rate_without_base_says_nothing():
    found = attribute_change(members({"A": (1, 0)}, {"A": (2, 0)}))
    assert found[["contribution", "share_of_change", "within", "mix"]].isna().all(axis=None)
    assert explain_change({"a": members({"A": (1, 0)}, {"A": (2, 0)})}).empty


counts = st.integers(0, 10_000)


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=20))
def test_sums_add_up_exactly(pairs):
    frame = members(dict(enumerate(pairs)))
    found = attribute_change(frame)
    change = sum(now for now, _ in pairs) - sum(before for _, before in pairs)
    assert found["contribution"].sum() == change
    assert (found["value"] - found["before"] == found["contribution"]).all()


@given(st.lists(st.tuples(counts, counts, counts, counts), min_size=1, max_size=20))
def test_rates_add_up_to_a_billionth(rows):
    numerators = {number: (min(a, b), min(c, d)) for number, (a, b, c, d) in enumerate(rows)}
    denominators = {number: (b, d) for number, (_, b, _, d) in enumerate(rows)}
    tops = [sum(each) for each in zip(*numerators.values(), strict=True)]
    bottoms = [sum(each) for each in zip(*denominators.values(), strict=True)]
    found = attribute_change(members(numerators, denominators))
    if all(bottoms):
        change = tops[0] / bottoms[0] - tops[1] / bottoms[1]
        assert found["contribution"].sum() == pytest.approx(change, abs=1e-9)
        np.testing.assert_allclose(found["within"] + found["mix"], found["contribution"], atol=1e-9)


def test_the_input_is_left_alone():
    frame = members({"A": (80, 20), "B": (31, 30)})
    kept = frame.copy()
    attribute_change(frame)
    explain_change({"a": frame})
    pd.testing.assert_frame_equal(frame, kept)


def test_a_likelihood_ratio_by_hand():
    # all: 153 of 243 after, 0.62963. A: 80 ln(0.8/0.62963) + 20 ln(0.2/0.37037) = 6.8347
    # the rest: 73 ln(0.51049/0.62963) + 70 ln(0.48951/0.37037) = 4.2106
    found = likelihood_ratio(np.array([80, 31, 42]), np.array([20, 30, 40]))
    assert found[0] == pytest.approx(11.0452, abs=1e-3)
    with_bases = likelihood_ratio(
        np.array([80, 31, 42]), np.array([20, 30, 40]), np.full(3, 7.0), np.full(3, 7.0)
    )
    np.testing.assert_allclose(with_bases, found)


def test_a_likelihood_ratio_with_bases_by_hand():
    # A: 30 of 100 after, 10 of 100 before; the rest 40 of 100 both times: in all 70 of 120 after
    # 30 ln(0.75/0.58333) + 10 ln(0.25/0.41667) + 40 ln(0.5/0.58333) + 40 ln(0.5/0.41667)
    found = likelihood_ratio(
        np.array([30, 40]), np.array([10, 40]), np.array([100, 100]), np.array([100, 100])
    )
    assert found[0] == pytest.approx(3.5577, abs=1e-3)
    # twice as many cases and twice as many closed is no surprise
    even = likelihood_ratio(
        np.array([20, 40]), np.array([10, 40]), np.array([200, 100]), np.array([100, 100])
    )
    assert even == pytest.approx([0, 0], abs=1e-9)


@pytest.mark.parametrize(
    ("after", "before"), [([5], [3]), ([5, 1], [0, 0]), ([0, 0], [5, 1]), ([0, 4], [0, 4])]
)
def test_no_factor_is_known_without_a_rest_or_a_span(after, before):
    assert likelihood_ratio(np.array(after), np.array(before)) == pytest.approx(
        [0] * len(after), abs=1e-12
    )


def test_scatter_tells_amounts_from_counts():
    chance = np.random.default_rng(0)
    after, before = chance.poisson(40, 200), chance.poisson(30, 200)
    assert scatter(after, before) < 1.6
    assert scatter(after * 100.0, before * 100.0) == pytest.approx(
        100 * scatter(after, before), rel=0.6
    )
    moved = after.copy()
    moved[:30] *= 50
    assert scatter(moved, before) < 2.5
    assert math.isnan(scatter(after[:7], before[:7]))


STEADY = {f"m{number}": (100 + number % 3, 100 + number % 2) for number in range(9)}


def test_the_member_that_moved_by_itself_comes_first():
    frames = {
        "city": members({**STEADY, "A": (90, 30)}),
        "kind": members({"x": (560, 500), "y": (539, 534)}),
    }
    best = ranked(frames)
    assert names(best[0]) == ("city", "A")
    assert best[0]["contribution"] == 60
    assert best[0]["score"] > EVEN
    assert all(after["score"] <= before["score"] + EVEN for before, after in pairwise(best))


def test_a_large_member_that_only_went_along_explains_nothing():
    # All by half: the largest adds most, but no more than its share.
    best = ranked({"city": members({"A": (1_500, 1_000), "B": (150, 100), "C": (75, 50)})})
    assert all(each["score"] <= 0 for each in best)


def crossing(cells: dict) -> dict[str, pd.DataFrame]:
    frames = {"a+b": members({"|".join(key): value for key, value in cells.items()})}
    for place, level in enumerate("ab"):
        added: dict[str, list[int]] = {}
        for key, (now, before) in cells.items():
            line = added.setdefault(key[place], [0, 0])
            line[0], line[1] = line[0] + now, line[1] + before
        frames[level] = members({member: tuple(line) for member, line in added.items()})
    return frames


def test_a_pair_leads_where_the_change_sits_in_the_crossing():
    cells = {(a, b): (40, 40) for a in "ABCDE" for b in "vwxyz"}
    cells["A", "v"] = (140, 40)
    best = ranked(crossing(cells))
    assert names(best[0]) == ("a+b", "A|v")


def test_a_part_leads_where_its_pairs_all_moved():
    cells = {(a, b): (60 if a == "A" else 40, 40) for a in "ABCDE" for b in "vwxyz"}
    best = ranked(crossing(cells))
    assert names(best[0]) == ("a", "A")


def test_a_pair_that_is_all_of_its_part_does_not_lead_it():
    cells = {(a, b): (40, 40) for a in "BCDE" for b in "vwxyz"} | {("A", "v"): (140, 40)}
    best = ranked(crossing(cells))
    assert names(best[0]) == ("a", "A")


def test_of_equals_the_narrower_leads():
    # The street is all of what moved in its district, where nothing else did.
    steady = {f"d{number}": (50, 50) for number in range(6)}
    frames = {
        "district": members({**steady, "D": (81, 31)}),
        "street": members({**steady, "D-1": (60, 10), "D-2": (21, 21)}),
    }
    best = ranked(frames)
    assert names(best[0]) == ("street", "D-1")


def test_a_fall_is_explained_by_what_fell():
    best = ranked({"city": members({**STEADY, "A": (20, 90), "B": (70, 40)})})
    assert best[0]["member"] == "A"
    assert best[-1]["member"] == "B"
    assert best[-1]["score"] < 0
    assert best[-1]["opposing_score"] > 0
    assert math.isnan(best[0]["opposing_score"])


def test_what_cannot_be_named_is_no_explanation():
    frames = {
        "operator": members({**STEADY, OTHERS: (900, 300)}),
        "a+b": members({"|x": (700, 100), "A|": (700, 100), None: (99, 9), "A|x": (302, 1_000)}),
    }
    best = ranked(frames)
    assert OTHERS not in {each["member"] for each in best}
    assert [each["member"] for each in best if each["key"] == "a+b"] == ["A|x"]


def test_not_stated_may_explain():
    best = ranked({"city": members({**STEADY, None: (90, 30)})})
    assert best[0]["member"] is None


def test_amounts_are_judged_by_their_scatter():
    chance = np.random.default_rng(1)
    amounts = {f"m{number}": tuple(1_000.0 * chance.poisson(20, 2)) for number in range(40)}
    quiet = ranked({"city": members(amounts)})
    assert quiet[0]["score"] < 5
    loud = ranked({"city": members({**amounts, "A": (90_000.0, 20_000.0)})})
    assert loud[0]["member"] == "A"
    assert loud[0]["score"] > 5


def test_a_rate_is_explained_by_its_own_fall_or_by_its_weight():
    bases = {f"m{number}": (200, 200) for number in range(10)}
    rates = dict.fromkeys(bases, (160, 160))
    own = members({**rates, "A": (60, 160)}, {**bases, "A": (200, 200)})
    assert ranked({"unit": own})[0]["member"] == "A"
    weight = members({**rates, "slow": (120, 20)}, {**bases, "slow": (1_200, 200)})
    best = ranked({"unit": weight})
    assert best[0]["member"] == "slow"
    assert best[0]["score"] > 5


def test_a_small_member_with_a_wild_rate_explains_nothing():
    bases = {f"m{number}": (2_000, 2_000) for number in range(5)}
    rates = dict.fromkeys(bases, (1500, 1600))
    best = ranked({"unit": members({**rates, "tiny": (0, 12)}, {**bases, "tiny": (12, 12)})})
    [tiny] = [each for each in best if each["member"] == "tiny"]
    assert tiny["score"] < 0


def test_nothing_compared_gives_nothing():
    before = members({"A": (5, math.nan), "B": (3, math.nan)})
    assert explain_change({"city": before}).empty
    assert explain_change({}).empty
    assert list(explain_change({}).columns) == [
        "key",
        "member",
        "contribution",
        "share_of_change",
        "excess",
        "score",
        "opposing_score",
    ]


@given(st.permutations(range(11)))
def test_the_order_of_rows_does_not_matter(order):
    frame = members({**STEADY, "A": (90, 30), None: (7, 9)})
    shuffled = frame.iloc[list(order)].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        explain_change({"city": shuffled}), explain_change({"city": frame})
    )
