"""The map tells what nobody filed from what the viewer may not see."""

import pandas as pd
import pytest

from pages.components import places, region_map, region_rates
from pages.components.denominators import Rate
from pages.components.palettes import LIGHT
from pages.components.places import Outline
from pages.components.region_map import MapView
from queries.measures import MEASURES
from queries.results import Breakdown
from queries.scope import EVERYTHING, Scope
from queries.selection import Selection

OUTLINE = Outline("420100", {}, ("420102", "420106", "420111"), {})
FOUND = Breakdown(pd.DataFrame({"member": ["420106"], "submissions": [348]}), "county_code", 1)


def notes(scope):
    frame = region_map.map_frame(FOUND, OUTLINE, MEASURES["submissions"], Selection(), scope)
    return dict(zip(frame["code"], frame["note"], strict=True))


def test_a_part_out_of_sight_is_no_part_without_any():
    assert notes(Scope(regions=("420106",))) == {
        "420102": "不在可见范围内",
        "420106": "诉求量348件",
        "420111": "不在可见范围内",
    }


@pytest.mark.parametrize(
    "scope", [EVERYTHING, Scope(regions=("420100",)), Scope(regions=("420102001", "420106"))]
)
def test_a_part_in_sight_without_any_stands_at_nothing(scope):
    assert notes(scope)["420102"] == "诉求量0件"


def test_a_rate_map_says_what_has_no_figure():
    frame = pd.DataFrame({"member": ["420100"], "count": [30], "base": [10_000], "per_10k": [30.0]})
    outline = places.outline("420000")
    assert outline is not None
    drawn = MapView(outline, "city_code", None)
    chart = region_rates.map_chart(
        Rate(frame, 0, ""), drawn, by="residents", name="m", palette=LIGHT
    )
    items = {item["code"]: item for item in chart["series"][0]["data"]}
    assert items["420100"]["value"] == 30
    assert items["420500"]["tooltip"]["formatter"].endswith("没有可用的分母")
