"""Before and after with control: planted effects, placebos, dependence, too little data."""

import numpy as np
import pandas as pd
import pytest

from analytics.intervention import TooLittleError, intervention_effect

WEEKS = 60


def planted(chance, *, effect, rho=0.5, sd=0.15, level=15, weeks=WEEKS):
    """Return counts with a shared season, dependence over weeks, and an effect from half-way on."""

    def drifting():
        noise = np.zeros(weeks)
        for week in range(1, weeks):
            noise[week] = rho * noise[week - 1] + chance.normal(0, sd * np.sqrt(1 - rho**2))
        return noise

    season = 0.3 * np.sin(np.arange(weeks) / 8)
    step = np.where(np.arange(weeks) >= weeks // 2, np.log1p(effect), 0.0)
    treated = chance.poisson(level * np.exp(season + drifting() + step))
    control = chance.poisson(3 * level * np.exp(season + drifting()))
    return pd.Series(treated), pd.Series(control)


def test_the_estimate_is_the_ratio_of_ratios():
    treated = pd.Series([10] * 10 + [6] * 10)
    control = pd.Series([40] * 10 + [60] * 10)
    found = intervention_effect(treated, control, after=10)
    assert found.change == pytest.approx((6 / 10) / (60 / 40) - 1)
    assert found.expected == pytest.approx(150.0)
    assert (found.treated, found.control, found.weeks) == ((100, 60), (400, 600), (10, 10))
    assert found.is_clear


@pytest.mark.parametrize("effect", [-0.5, 0.0, 0.4])
def test_the_interval_holds_the_planted_effect(effect):
    chance = np.random.default_rng(1)
    held = 0
    for _ in range(100):
        found = intervention_effect(*planted(chance, effect=effect), after=WEEKS // 2)
        held += found.low <= effect <= found.high
    assert held >= 88


def test_strong_dependence_widens_the_interval():
    widths = []
    for rho in (0.0, 0.9):
        chance = np.random.default_rng(2)
        found = [
            intervention_effect(
                *planted(chance, effect=0.0, rho=rho, sd=0.35, level=200), after=WEEKS // 2
            )
            for _ in range(20)
        ]
        widths.append(np.mean([each.high - each.low for each in found]))
    assert widths[1] > 1.5 * widths[0]


def test_groups_that_drift_apart_before_are_told():
    weeks = np.arange(WEEKS)
    treated = pd.Series((20 * np.exp(weeks / 60)).round())
    found = intervention_effect(treated, pd.Series([60.0] * WEEKS), after=30)
    assert found.parallel_p < 0.01


@pytest.mark.parametrize(
    ("treated", "control", "after"),
    [([5] * 20, [5] * 20, 4), ([1] * 20, [50] * 20, 10), ([50] * 20, [0] * 20, 10), ([], [], 0)],
)
def test_too_little_is_said(treated, control, after):
    with pytest.raises(TooLittleError):
        intervention_effect(
            pd.Series(treated, dtype=float), pd.Series(control, dtype=float), after=after
        )


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_what_is_no_count_is_refused(value):
    with pytest.raises(ValueError, match="counts must be numbers"):
        intervention_effect(pd.Series([value] * 20), pd.Series([9.0] * 20), after=10)


def test_series_of_different_weeks_are_refused():
    with pytest.raises(ValueError, match="same weeks"):
        intervention_effect(pd.Series([9] * 20), pd.Series([9] * 19), after=10)
