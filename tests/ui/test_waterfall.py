"""The waterfall leads from the figure then to the figure now."""

import pytest

from pages.components import waterfall
from pages.components.palettes import LIGHT
from queries.measures import MEASURES

PARTS = [waterfall.Part(str(number), str(number), float(number - 20)) for number in range(40)]


def test_the_steps_of_a_waterfall_lead_from_then_to_now():
    change = sum(part.contribution for part in PARTS)
    bars = waterfall.steps(5_000, 5_000 + change, PARTS, names=("then", "rest", "now"))
    assert len(bars) == waterfall.STEPS + 3
    assert [bar.start for bar in bars[1:-1]] == [bar.end for bar in bars[:-2]]
    assert sum(bar.change for bar in bars[1:-1]) == pytest.approx(change)
    assert bars[-2].end == bars[-1].end == 5_000 + change


def test_the_option_of_a_waterfall_stacks_up_to_the_figures():
    bars = waterfall.steps(
        100,
        90,
        [waterfall.Part("a", "k@a", -30.0), waterfall.Part("b", "", 20.0)],
        names=("", "", ""),
    )
    below, shown = waterfall.waterfall_chart(bars, MEASURES["complaints"], palette=LIGHT)["series"]
    assert below["data"] == [0, 100, 90, 0]
    assert [item["value"] for item in shown["data"]] == [100, 20, 30, 90]
    assert [item.get("code") for item in shown["data"]] == [None, None, "k@a", None]
    assert [item["label"]["formatter"] for item in shown["data"]] == [
        "100件",
        "+20件",
        "-30件",
        "90件",
    ]


@pytest.mark.parametrize(
    ("measure", "rise", "fall"),
    [("complaints", "more", "less"), ("mediation_rate", "good", "bad")],
)
def test_a_waterfall_has_the_colours_of_what_is_welcome(measure, rise, fall):
    parts = [waterfall.Part("a", "1", 0.2), waterfall.Part("b", "2", -0.1)]
    bars = waterfall.steps(0.5, 0.6, parts, names=("", "", ""))
    _, shown = waterfall.waterfall_chart(bars, MEASURES[measure], palette=LIGHT)["series"]
    assert [item["itemStyle"]["color"] for item in shown["data"][1:-1]] == [
        getattr(LIGHT, rise),
        getattr(LIGHT, fall),
    ]
