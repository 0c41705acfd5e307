"""A selection of nothing is told, not drawn."""

import functools

import pytest

from tests.ui import counted
from tests.ui.pages import charts, components, panel


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return counted.plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture
def opened(warehouse, open_page):
    return functools.partial(open_page, folder=warehouse)


@pytest.mark.parametrize("page", ["explorer", "operators", "periods", "regions", "hot_words"])
def test_a_selection_of_nothing_is_told_not_drawn(opened, page):
    at = opened(page, {"q": "zzzqqq"})
    drawn = components(at)
    assert not charts(at)
    assert not [each for each in drawn if "series" in str(each)]
    assert not [each for each in drawn if each.get("kind") in ("week", "multiples")]
    told = [each.value for each in (*at.caption, *at.info)]
    assert any("没有" in each for each in told)


def test_tiles_of_nothing_are_not_still_being_handled(opened):
    tiles = panel(opened("explorer", {"q": "zzzqqq"}), "tiles")["tiles"]
    assert {change["text"] for tile in tiles for change in tile["changes"]} == {"—"}


def test_days_outside_the_period_are_explained(opened):
    told = [each.value for each in opened("periods", {"period": "30d"}).markdown]
    assert any("统计期以外的日子减淡" in each for each in told)
