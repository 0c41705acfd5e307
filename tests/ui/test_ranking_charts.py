import pandas as pd
import pytest

from pages.components import (
    focus_lists,
    heat_map,
    multiples,
    scatter,
    treemap,
)
from pages.components.boards import BOARDS
from pages.components.focus_lists import FocusRuleError, Rule
from pages.components.palettes import LIGHT
from queries.measures import MEASURES
from queries.results import Matrix
from queries.selection import Comparison, Selection
from tests.ui.standings import ISSUES, NAN, OPERATORS, found, member


def test_multiples_share_an_axis_or_not():
    standings = found(
        member("C03", 20.0),
        member("C02", 4.0, trend=[NAN, 9.0, 1.0]),
        member(None, 9.0, trend=[50.0]),
    )
    same = multiples.content(standings, ISSUES, Selection(), own_axis=False)
    assert same["most"] == 9.0
    assert [item["code"] for item in same["items"]] == ["C03", "C02"]
    assert same["items"][1]["trend"] == [None, 9.0, 1.0]
    assert same["items"][1]["top"] == "9件"
    assert (same["first"], same["last"]) == ("3月2日周", "3月16日周")
    own = multiples.content(standings, ISSUES, Selection(), own_axis=True)
    assert own["most"] is None


def test_points_need_a_past():
    standings = found(
        member("op-1", 20.0, name="甲"),
        member("op-2", 20.0, name="乙", previous=0.0),
        member(None, 20.0, name=None),
        level="operator_id",
    )
    points = scatter.frame(standings, OPERATORS, Comparison.PREVIOUS)
    assert points[["code", "label", "value", "times"]].to_dict("records") == [
        {"code": "op-1", "label": "甲", "value": 20.0, "times": 2.0}
    ]
    assert "2个中画出1个（1个比较期为0，不画）" in scatter.note(
        standings, points, Comparison.PREVIOUS
    )
    assert scatter.frame(standings, OPERATORS, Comparison.LAST_YEAR).empty


def test_every_point_lies_within_the_axes():
    points = pd.DataFrame(
        {
            "code": ["a", "b"],
            "label": ["a", "b"],
            "value": [1.0, 5000.0],
            "times": [0.01, 64.0],
            "note": ["", ""],
        }
    )
    option = scatter.chart(points, label="诉求量", unit="件", palette=LIGHT)
    for axis, values in (("xAxis", points["value"]), ("yAxis", points["times"])):
        assert option[axis]["min"] < values.min()
        assert option[axis]["max"] > values.max()
    colours = [item["itemStyle"]["color"] for item in option["series"][0]["data"]]
    assert len(set(colours)) == 2


@pytest.mark.parametrize(
    "state",
    [None, {}, {"selection": None}, {"selection": {"selected": [{"data_indices": [7]}]}}],
)
def test_a_forged_choice_of_points_is_none(state):
    points = pd.DataFrame({"code": ["a"], "value": [1.0], "times": [1.0]})
    assert scatter.chosen(points, state) == (None, ())


def test_the_treemap_puts_parts_into_groups_and_the_rest_beside_them():
    groups = found(member("C03", 30.0, previous=20.0), member(None, 5.0))
    parts = found(
        member("C03-01", 20.0, previous=100.0),
        member("C03-02", 4.0, previous=19.0),
        level="issue_subtype",
    )
    (group,) = treemap.tree([groups, parts], yearly=False)
    assert (group["code"], group["value"]) == ("C03", 30.0)
    assert [(each["name"], each["value"]) for each in group["children"]] == [
        ("不履行三包", 20.0),
        ("拒绝七日无理由退货", 4.0),
        ("未细分", 6.0),
    ]
    colours = [each["itemStyle"]["color"] for each in (group, *group["children"])]
    assert colours == ["#eba36a", "#7fc4ad", treemap.NOT_COMPARED[0], treemap.NOT_COMPARED[0]]
    assert sum(each["value"] for each in group["children"]) == group["value"]


def test_a_heat_map_shows_the_largest_and_says_how_much_of_all():
    frame = pd.DataFrame(
        [("C03", "G101", 30.0), ("C02", "G101", 10.0), (None, "G101", 40.0), ("C02", None, 20.0)],
        columns=["row", "column", "value"],
    )
    content = heat_map.content(
        Matrix(frame, "issue_type", "product_category"),
        Selection().with_filter("issue", ["C03"]),
        MEASURES["submissions"],
    )
    assert [row["code"] for row in content["rows"]] == ["C03", "C02"]
    assert [row["cells"][0]["text"] for row in content["rows"]] == ["30", "10"]
    assert [row["selected"] for row in content["rows"]] == [True, False]
    assert "占全部100件的40.0%" in content["note"]
    assert content["rows"][0]["cells"][0]["depth"] == heat_map.DARKEST
    assert (content["rowKey"], content["columnKey"]) == ("issue", "product")


def test_the_focus_list_says_how_it_grew_and_when_it_cannot_know():
    rule = Rule("重点问题", "complaints", 20, 10, 30, 1)
    content = focus_lists.content(
        found(member("C03", 20.0), member("C02", 12.0, previous=0.0)), rule, ISSUES, Selection()
    )
    assert [(row["label"], row["change"]) for row in content["rows"]] == [("售后服务", "↑100.0%")]
    assert content["note"] == "增量前1个，其余未列"
    fresh = focus_lists.content(found(member("C02", 12.0, previous=0.0)), rule, ISSUES, Selection())
    assert fresh["rows"][0]["change"] == "新增"
    unknown = focus_lists.content(found(previous_days=None), rule, ISSUES, Selection())
    assert unknown["empty"] == "比较期数据不全，无法判断增长"


def test_every_ruled_dimension_has_a_board():
    assert set(focus_lists.rules()) <= {each.key for each in BOARDS}
    assert {"operator", "industry", "product", "issue", "region"} <= set(focus_lists.rules())


RULE = {
    "title": "重点问题",
    "measure": "complaints",
    "per_30_days": 20,
    "at_least": 10,
    "growth_percent": 30,
    "rows": 10,
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"measure": "closure_rate"},
        {"measure": "secrets"},
        {"rows": 0},
        {"rows": 51},
        {"at_least": -1},
        {"growth_percent": "viel"},
        {"colour": "red"},
    ],
)
def test_a_rule_that_cannot_be_used_is_named(wrong):
    assert focus_lists.read_rules({"issue": RULE})["issue"].rows == 10
    with pytest.raises(FocusRuleError, match="issue"):
        focus_lists.read_rules({"issue": RULE | wrong})
