import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from analytics.keyness import compare_words


def test_figures_checked_by_hand():
    # 30 of 100 texts against 3 of 100; in both sets together 33 of 200 = 0.165.
    # G2 = 2 (30 ln(30/16.5) + 70 ln(70/83.5) + 3 ln(3/16.5) + 97 ln(97/83.5))
    #    = 2 (17.935 - 12.344 - 5.114 + 14.537) = 30.03
    # prior of 100 texts: 16.5 with the word, 83.5 without
    # log-odds = ln(46.5/153.5) - ln(19.5/180.5) = -1.1942 + 2.2253 = 1.0311
    # variance = 1/46.5 + 1/153.5 + 1/19.5 + 1/180.5 = 0.084842, z = 1.0311/0.29128 = 3.540
    found = compare_words(
        pd.Series({"闭店": 30}), pd.Series({"闭店": 3}), total=100, baseline_total=100
    ).loc["闭店"]
    assert found["g2"] == pytest.approx(30.03, abs=0.02)
    assert found["log_odds"] == pytest.approx(1.0311, abs=2e-4)
    assert found["z"] == pytest.approx(3.540, abs=2e-3)
    assert found["share"] == pytest.approx(0.30)
    assert found["baseline_share"] == pytest.approx(0.03)


@given(
    now=st.integers(0, 80), past=st.integers(0, 300),
    rest=st.integers(1, 100), past_rest=st.integers(1, 100),
)  # fmt: skip
def test_g2_is_that_of_scipy(now, past, rest, past_rest):
    assume(now + past > 0)
    found = compare_words(
        pd.Series({"a": now}), pd.Series({"a": past}),
        total=now + rest, baseline_total=past + past_rest, min_count=1,
    ).loc["a"]  # fmt: skip
    oracle = chi2_contingency(
        [[now, rest], [past, past_rest]], correction=False, lambda_="log-likelihood"
    )
    assert abs(found["g2"]) == pytest.approx(oracle.statistic, abs=1e-8)
    assert found["p_value"] == pytest.approx(oracle.pvalue, abs=1e-6)


def test_sign_says_which_set_holds_it_more_often():
    found = compare_words(
        pd.Series({"多": 40, "少": 5, "同": 20}),
        pd.Series({"多": 5, "少": 40, "同": 20}),
        total=100,
        baseline_total=100,
    )
    assert found.index.to_list() == ["多", "同", "少"]
    assert np.sign(found["g2"]).to_list() == [1, 0, -1]
    assert np.sign(found["z"]).to_list() == [1, 0, -1]


def test_a_rare_word_does_not_outrank_a_common_one():
    # 5 of 5 texts have an endless odds ratio; the prior holds it below 300 against 150.
    found = compare_words(
        pd.Series({"稀": 5, "常": 300}), pd.Series({"常": 150}), total=1_000, baseline_total=1_000
    )
    assert found.index[0] == "常"


@pytest.mark.parametrize(
    ("now", "past", "judged"),
    [
        pytest.param(4, 0, False, id="below"),
        pytest.param(5, 0, True, id="at the limit"),
        pytest.param(2, 3, True, id="both sets count"),
    ],
)
def test_small_counts_are_counted_but_not_judged(now, past, judged):
    found = compare_words(
        pd.Series({"a": now}), pd.Series({"a": past}), total=50, baseline_total=50, min_count=5
    ).loc["a"]
    assert found["count"] == now
    assert pd.isna(found["z"]) != judged
    assert pd.isna(found["q_value"]) != judged


def test_q_values_checked_by_hand():
    # Benjamini-Hochberg: the largest p of three times 3/3, the second times 3/2, the smallest times 3.
    found = compare_words(
        pd.Series({"a": 30, "b": 22, "c": 20}),
        pd.Series({"a": 3, "b": 10, "c": 20}),
        total=100,
        baseline_total=100,
    )
    p = found["p_value"]
    assert found.loc["a", "q_value"] == pytest.approx(3 * p["a"])
    assert found.loc["b", "q_value"] == pytest.approx(1.5 * p["b"])
    assert found.loc["c", "q_value"] == pytest.approx(p["c"])


def test_planted_word_is_found_and_its_twin_is_quiet():
    rng = np.random.default_rng(0)
    words = [f"w{number:04}" for number in range(2_000)]
    shares = rng.beta(1, 60, size=len(words))
    now = pd.Series(rng.binomial(4_000, shares), index=words)
    past = pd.Series(rng.binomial(9_000, shares), index=words)
    quiet = compare_words(now, past, total=4_000, baseline_total=9_000)
    now["w0007"] += 120
    loud = compare_words(now, past, total=4_000, baseline_total=9_000)
    assert loud.index[0] == "w0007"
    assert loud["q_value"].iloc[0] < 1e-6
    assert (quiet["q_value"] < 0.05).sum() <= 2


def test_order_of_words_does_not_matter():
    now, past = pd.Series({"b": 9, "a": 9, "c": 30}), pd.Series({"c": 9, "d": 12})
    one = compare_words(now, past, total=40, baseline_total=40)
    other = compare_words(now[::-1], past[::-1], total=40, baseline_total=40)
    pd.testing.assert_frame_equal(one, other)
    assert one.index.to_list() == ["c", "a", "b", "d"]


def test_no_words():
    nothing = pd.Series([], dtype="int64", index=pd.Index([], dtype=object))
    found = compare_words(nothing, nothing, total=0, baseline_total=0)
    assert len(found) == 0
    assert list(found.columns)[:2] == ["count", "baseline_count"]


def test_an_empty_baseline_says_nothing():
    nothing = pd.Series([], dtype="int64", index=pd.Index([], dtype=object))
    found = compare_words(pd.Series({"a": 10}), nothing, total=20, baseline_total=0).loc["a"]
    assert found["g2"] == pytest.approx(0)
    assert pd.isna(found["baseline_share"])


@pytest.mark.parametrize(
    ("now", "total", "message"),
    [
        pytest.param(pd.Series({"a": 11}), 10, "'a' has 11", id="more texts than there are"),
        pytest.param(pd.Series({"a": -1}), 10, "'a' has -1", id="negative"),
        pytest.param(pd.Series({"a": np.nan}), 10, "'a' has nan", id="missing"),
        pytest.param(pd.Series([1, 2], index=["a", "a"]), 10, "stands there twice", id="twice"),
    ],
)
def test_impossible_counts_are_refused(now, total, message):
    with pytest.raises(ValueError, match=message):
        compare_words(now, pd.Series({"a": 1}), total=total, baseline_total=10)


def test_two_hundred_thousand_words():
    rng = np.random.default_rng(0)
    words = pd.Index([f"w{number}" for number in range(200_000)])
    now = pd.Series(rng.integers(0, 50, size=len(words)), index=words)
    found = compare_words(now, now[::-1], total=1_000, baseline_total=1_000)
    assert len(found) == 200_000
    assert found["g2"].abs().max() == pytest.approx(0, abs=1e-9)
