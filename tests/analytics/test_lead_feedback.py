"""Hit rates fed back into worth, counted by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.lead_feedback import BOUNDS, Feedback, adjusted_worth, hit_feedback


def leads(*rows):
    """Make leads of (sources, model, hit) that ended."""
    return pd.DataFrame(
        [
            {
                "sources": sources,
                "model_version": model,
                "state": "filed" if hit else "not_filed",
                "filed": hit,
                "result": None,
            }
            for sources, model, hit in rows
        ],
        columns=["sources", "model_version", "state", "filed", "result"],
    )


def factor(found, member):
    rates = found.rates.set_index(["by", "member"])["factor"]
    return rates[member]


def candidates(*rows):
    return pd.DataFrame(list(rows), columns=["worth", "sources", "model_version"])


def test_rates_are_drawn_towards_the_rate_of_all_by_hand():
    told = [("risk", None, True)] * 30 + [("risk", None, False)] * 10
    told += [("tipoff", None, True)] * 10 + [("tipoff", None, False)] * 30
    found = hit_feedback(leads(*told))
    assert (found.ended, found.hits, found.base_rate) == (80, 40, 0.5)
    # (30 + 20 * 0.5) / (40 + 20) = 2/3, over 0.5; (10 + 10) / 60 = 1/3
    assert factor(found, ("source", "risk")) == pytest.approx(4 / 3)
    assert factor(found, ("source", "tipoff")) == pytest.approx(2 / 3)
    row = found.rates.set_index("member").loc["risk"]
    assert row["rate"] == 0.75
    assert row["low"] < row["shrunk"] < row["high"]
    assert row["low"] == pytest.approx(2 / 3 - 1.96 * (2 / 9 / 61) ** 0.5, abs=0.006)


@pytest.mark.parametrize(
    ("state", "filed", "result", "ended", "hits"),
    [
        ("filed", True, None, 1, 1),
        ("not_filed", False, None, 1, 0),
        ("closed", True, "no_penalty", 1, 1),
        ("closed", False, "penalty", 1, 1),
        ("closed", False, "transferred", 1, 0),
        ("checking", False, None, 0, 0),
        ("withdrawn", False, None, 0, 0),
        ("returned", False, None, 0, 0),
    ],
)
def test_what_has_ended_and_what_is_a_hit(state, filed, result, ended, hits):
    frame = pd.DataFrame(
        {
            "sources": ["risk"],
            "model_version": ["m1"],
            "state": [state],
            "filed": [filed],
            "result": [result],
        }
    )
    found = hit_feedback(frame)
    assert (found.ended, found.hits) == (ended, hits)


def test_a_few_cases_change_little():
    told = [("risk", None, n < 50) for n in range(100)] + [("cluster", None, True)] * 2
    found = hit_feedback(leads(*told))
    assert 1 < factor(found, ("source", "cluster")) < 1.1


def test_many_cases_end_at_the_bounds():
    told = [("risk", None, n < 10) for n in range(1000)] + [("tipoff", None, True)] * 300
    found = hit_feedback(leads(*told))
    assert factor(found, ("source", "tipoff")) == BOUNDS[1]
    assert factor(found, ("source", "risk")) == BOUNDS[0]


@pytest.mark.parametrize("hit", [True, False])
def test_all_or_none_tell_no_members_apart(hit):
    found = hit_feedback(leads(*[("risk", "m1", hit)] * 30, *[("tipoff", "m2", hit)] * 3))
    assert set(found.rates["factor"]) == {1.0}


def test_without_ended_leads_worth_stays():
    found = hit_feedback(leads())
    assert (found.ended, found.hits) == (0, 0)
    assert np.isnan(found.base_rate)
    assert found.rates.empty
    new = adjusted_worth(candidates((40.0, "risk", "m1")), found)
    assert new.iloc[0].to_dict() == {"factor": 1.0, "worth_adjusted": 40.0, "feedback_reasons": ""}


def test_a_lead_of_several_sources_counts_under_each():
    found = hit_feedback(leads(("risk,tipoff", "m1", True), ("risk", "m1", False)))
    told = found.rates.set_index(["by", "member"])
    assert list(told.loc[("source", "risk"), ["ended", "hits"]]) == [2, 1]
    assert list(told.loc[("source", "tipoff"), ["ended", "hits"]]) == [1, 1]
    assert list(told.loc[("model", "m1"), ["ended", "hits"]]) == [2, 1]
    assert found.ended == 2


def fed(**factors):
    rows = [
        ("model" if name.startswith("m") else "source", name, 40, 20, 0.5, 0.4, 0.6, 0.5, value)
        for name, value in factors.items()
    ]
    columns = ["by", "member", "ended", "hits", "rate", "low", "high", "shrunk", "factor"]
    return Feedback(80, 40, 0.5, pd.DataFrame(rows, columns=columns), BOUNDS)


def test_factors_of_a_candidate_by_hand():
    new = candidates(
        (50.0, "risk", None),
        (50.0, "risk,tipoff", None),
        (50.0, "risk", "m1"),
        (90.0, "risk", "m9"),
    )
    new.index = [7, 7, 3, 1]
    found = adjusted_worth(new, fed(risk=1.44, tipoff=0.64, m1=1.0))
    assert found["factor"].tolist() == pytest.approx([1.44, (1.44 * 0.64) ** 0.5, 1.2, 1.44])
    assert found["worth_adjusted"].tolist() == pytest.approx([72, 48, 60, 100])
    assert found["feedback_reasons"].tolist() == [
        "source:risk=20/40,1.44",
        "source:risk=20/40,1.44;source:tipoff=20/40,0.64",
        "source:risk=20/40,1.44;model:m1=20/40,1.00",
        "source:risk=20/40,1.44",
    ]
    assert list(found.index) == [7, 7, 3, 1]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["risk", "tipoff", "risk,tipoff", "campaign,cluster"]),
            st.sampled_from(["m1", "m2", None]),
            st.booleans(),
        ),
        max_size=60,
    )
)
def test_factors_stay_within_the_bounds_in_any_order(rows):
    found = hit_feedback(leads(*rows))
    again = hit_feedback(leads(*reversed(rows)))
    pd.testing.assert_frame_equal(found.rates, again.rates)
    assert found.rates["factor"].between(*BOUNDS).all()
    assert (found.rates["hits"] <= found.rates["ended"]).all()
    worth = adjusted_worth(candidates((80.0, "risk,cluster,new", "m1")), found)
    assert BOUNDS[0] <= worth["factor"].iloc[0] <= BOUNDS[1]
    assert 0 <= worth["worth_adjusted"].iloc[0] <= 100


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"prior_strength": 0}, "above 0"),
        ({"prior_strength": float("inf")}, "above 0"),
        ({"bounds": (1.1, 1.5)}, "each side of 1"),
        ({"bounds": (0.0, 1.5)}, "each side of 1"),
    ],
)
def test_options_out_of_range(options, said):
    with pytest.raises(ValueError, match=said):
        hit_feedback(leads(), **options)


def test_absent_columns_are_named():
    with pytest.raises(ValueError, match="filed"):
        hit_feedback(leads().drop(columns="filed"))
    with pytest.raises(ValueError, match="worth"):
        adjusted_worth(pd.DataFrame({"sources": []}), hit_feedback(leads()))
