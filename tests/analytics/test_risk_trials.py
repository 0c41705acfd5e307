"""Back-test, fitted weights and sensitivity: checked by hand, by scikit-learn, and on planted truth."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from analytics.risk_backtest import NothingToTestError, backtest, calibration_by_tenths
from analytics.risk_model import read_model
from analytics.risk_sensitivity import vary_weights
from analytics.risk_weights import fit_weights

MODEL = read_model()
CODES = list(MODEL.weights)


def made_up(count=4_000, seed=0):
    """Points where two indicators alone lead to the outcome, and one misleads."""
    rng = np.random.default_rng(seed)
    shares = pd.DataFrame(rng.random((count, 18)) * (rng.random((count, 18)) < 0.5), columns=CODES)
    chance = 1 / (1 + np.exp(4.0 - 3 * shares["inspection"] - 1.5 * shares["sampling"]
                             + 2 * shares["staff"]))  # fmt: skip
    came = pd.Series(rng.random(count) < chance)
    return shares * pd.Series(MODEL.weights), came


def test_auc_is_that_of_scikit_learn_ties_and_all():
    rng = np.random.default_rng(1)
    scores = pd.Series(rng.integers(0, 5, 500).astype(float))
    came = pd.Series(rng.random(500) < 0.1 + scores / 10)
    peer = pd.Series(rng.random(500))
    found = backtest(scores, came, peer=peer, resamples=20)
    assert found.auc.value == pytest.approx(roc_auc_score(came, scores))
    assert found.peer_auc is not None
    assert found.auc_gain is not None
    assert found.peer_auc.value == pytest.approx(roc_auc_score(came, peer))
    assert found.auc_gain.value == pytest.approx(found.auc.value - found.peer_auc.value)


def test_lift_of_the_top_tenth_by_hand():
    came = pd.Series([True] * 3 + [False] * 27)
    first = pd.Series(range(30, 0, -1))
    assert backtest(first, came, resamples=5).lift.value == pytest.approx(10.0)
    # Six share the top, three of them with the outcome; half of them are the tenth.
    tied = pd.Series([2] * 6 + [1] * 24)
    assert backtest(tied, came, resamples=5).lift.value == pytest.approx(5.0)
    assert backtest(pd.Series([1] * 30), came, resamples=5).lift.value == pytest.approx(1.0)


def test_intervals_hold_the_value_and_narrow_with_more_operators():
    widths = []
    for count in (400, 4_000):
        points, came = made_up(count)
        found = backtest(points.sum(axis=1), came, resamples=200)
        assert found.auc.lower < found.auc.value < found.auc.upper
        widths.append(found.auc.upper - found.auc.lower)
    assert widths[1] < widths[0] / 2


def test_order_does_not_matter_and_a_seed_gives_one_answer():
    points, came = made_up(800)
    scores = points.sum(axis=1).round()
    order = np.random.default_rng(2).permutation(800)
    found = backtest(scores, came, resamples=30)
    assert backtest(scores, came, resamples=30).auc == found.auc
    mixed = backtest(scores.iloc[order], came.iloc[order], resamples=30)
    assert (mixed.auc.value, mixed.lift.value) == (found.auc.value, found.lift.value)
    pd.testing.assert_frame_equal(mixed.calibration, found.calibration)


def test_calibration_by_hand():
    scores = pd.Series(range(20))
    came = pd.Series([False] * 18 + [True, False])
    found = calibration_by_tenths(scores, came).set_index("tenth")
    assert found["operators"].tolist() == [2] * 10
    assert list(found.loc[10, ["mean_score", "outcomes", "share"]]) == [18.5, 1, 0.5]
    assert found.loc[10, "lower"] == pytest.approx(0.0945, abs=1e-4)
    assert found.loc[10, "upper"] == pytest.approx(0.9055, abs=1e-4)
    equal = calibration_by_tenths(pd.Series([7] * 20), came)
    assert equal["operators"].tolist() == [20]


@pytest.mark.parametrize("came", [[True] * 4, [False] * 4])
def test_nothing_to_test(came):
    with pytest.raises(NothingToTestError, match="of 4 with it"):
        backtest(pd.Series([1, 2, 3, 4]), pd.Series(came))


def test_what_cannot_be_tested_is_refused():
    with pytest.raises(ValueError, match="one length"):
        backtest(pd.Series([1, 2]), pd.Series([True]))
    with pytest.raises(ValueError, match="no NaN, got 1"):
        backtest(pd.Series([1, np.nan]), pd.Series([True, False]))


def test_fitted_weights_find_what_was_planted():
    points, came = made_up()
    found = fit_weights(points, came, model=MODEL)
    fitted = found.frame["fitted"]
    assert list(fitted.nlargest(2).index) == ["inspection", "sampling"]
    assert fitted["inspection"] > 400
    assert fitted["staff"] == 0
    assert (fitted >= 0).all()
    assert sum(found.weights.values()) == pytest.approx(1000)
    assert found.fitted_auc > found.expert_auc + 0.03
    assert found.fitted_auc < 0.9


def test_indicators_without_points_get_no_weight():
    points, came = made_up()
    points["opinion"] = 0.0
    found = fit_weights(points, came, model=MODEL).frame.loc["opinion"]
    assert list(found[["fitted", "coefficient", "with_points"]]) == [0, 0, 0]


def test_too_few_outcomes_are_refused():
    points, came = made_up(200)
    with pytest.raises(NothingToTestError):
        fit_weights(points, came & (np.arange(200) < 20), model=MODEL)
    with pytest.raises(ValueError, match="without \\['staff'\\]"):
        fit_weights(points.drop(columns="staff"), came, model=MODEL)


def test_more_spread_moves_more():
    points, _ = made_up(2_000)
    little, much = [
        vary_weights(points, draws=40, spread=each, model=MODEL) for each in (0.05, 0.5)
    ]
    assert np.median(little.rank_correlation) > 0.98 > np.median(much.rank_correlation)
    assert little.regraded.mean() < much.regraded.mean()
    assert little.top_kept.mean() > much.top_kept.mean()


def test_one_indicator_alone_cannot_move_the_ranking():
    points = pd.DataFrame(0.0, index=range(40), columns=CODES)
    points["penalty_count"] = np.arange(40) * 2.0
    found = vary_weights(points, draws=10, model=MODEL)
    assert found.rank_correlation == pytest.approx(1.0)
    assert (found.top_kept == 1).all()
    assert found.by_indicator.loc["opinion", "up"] == 0


def test_equal_operators_have_no_ranking():
    points = pd.DataFrame(5.0, index=range(10), columns=CODES)
    assert np.isnan(vary_weights(points, draws=3, model=MODEL).rank_correlation).all()


def test_many_operators_are_drawn_from():
    points, _ = made_up(3_000)
    first, again = [vary_weights(points, draws=5, max_operators=500, model=MODEL) for _ in range(2)]
    assert first.operators == 500
    assert (first.regraded == again.regraded).all()


@pytest.mark.parametrize("given", [{"draws": 0}, {"spread": 0}])
def test_trials_that_try_nothing_are_refused(given):
    with pytest.raises(ValueError, match="draws must be at least 1"):
        vary_weights(made_up(50)[0], model=MODEL, **given)
    with pytest.raises(ValueError, match="got 0 rows"):
        vary_weights(made_up(50)[0].iloc[:0], model=MODEL)
