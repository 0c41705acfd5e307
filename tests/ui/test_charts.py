import numpy as np
import pandas as pd
import pytest

from pages.components import axes, charts
from pages.components.charts import DARK, LIGHT
from pages.components.render import option_of
from pages.components.shaded_map import map_chart, map_pieces


def weeks(values, *, complete):
    index = pd.date_range("2026-03-02", periods=len(values), freq="7D")
    return pd.DataFrame({"complaints": values, "complete": complete}, index=index)


def trend(frame, **asked):
    """The course of complaints as the browser gets it; the last series carries the notes."""
    notes = [f"note {n}" for n in range(len(frame))]
    lines = {"complaints": "投诉"}
    chart = charts.trend_chart(frame, lines=lines, notes=notes, palette=DARK, **asked)
    return option_of(chart)


def lines_of(option):
    *lines, _ = option["series"]
    return {
        (each["name"], each["lineStyle"]["type"]): [value for _, value in each["data"]]
        for each in lines
    }


def test_an_incomplete_bucket_is_dotted_from_the_last_complete_one():
    lines = lines_of(trend(weeks([5, 7, 2], complete=[True, True, False])))
    assert lines[("投诉", "solid")] == [5, 7, None]
    assert lines[("投诉", "dotted")] == [None, 7, 2]


def test_an_incomplete_first_bucket_is_dotted_up_to_the_first_complete_one():
    lines = lines_of(trend(weeks([1, 7, 9], complete=[False, True, True])))
    assert lines[("投诉", "solid")] == [None, 7, 9]
    assert lines[("投诉", "dotted")] == [1, 7, None]


def test_the_year_before_lies_on_this_years_days():
    frame = weeks([5, 7], complete=[True, True])
    compared = frame.assign(complaints=[3, np.nan])
    lines = trend(frame, compared=compared)["series"][:-1]
    assert [each["data"] for each in lines] == [
        [["2026-03-02", 5], ["2026-03-09", 7]],
        [["2026-03-02", 3], ["2026-03-09", None]],
    ]
    assert lines[1]["name"] == "投诉（去年同期）"
    assert lines[1]["lineStyle"]["type"] == "dashed"


def test_each_bucket_is_told_once_by_its_note():
    option = trend(weeks([5, 7, 2], complete=[True, True, False]))
    *lines, notes = option["series"]
    assert [each["tooltip"]["show"] for each in lines] == [False, False]
    assert "name" not in notes, "what has no name is not in the legend"
    assert [(each["name"], each["value"]) for each in notes["data"]] == [
        ("note 0", ["2026-03-02", 0]),
        ("note 1", ["2026-03-09", 0]),
        ("note 2", ["2026-03-16", 0]),
    ]
    assert option["tooltip"]["formatter"] == "{b}"
    assert option["yAxis"][0]["name"] == "件"
    assert option["yAxis"][0]["nameTextStyle"]["align"] == "right"


def test_a_ring_names_shares_and_total():
    option = option_of(charts.donut_chart(["电话", "互联网"], [3, 1], name="渠道", palette=LIGHT))
    assert [item["name"] for item in option["series"][0]["data"]] == [
        "电话  75.0%",
        "互联网  25.0%",
    ]
    assert option["title"][0]["text"] == "4"


def test_a_ring_without_parts_is_refused():
    with pytest.raises(ValueError, match="at least one part, got none"):
        charts.donut_chart([], [], name="渠道", palette=LIGHT)


def test_an_empty_ring_has_no_shares():
    option = option_of(charts.donut_chart(["电话"], [0], name="渠道", palette=LIGHT))
    assert option["series"][0]["data"][0]["name"] == "电话"


def regions(**columns):
    return pd.DataFrame(
        {"name": ["武汉市"], "code": ["420100"], "value": [12.0], "shown": ["12"], "note": ["12件"]}
        | {"chosen": [False]}
        | columns
    )


def map_of(frame, *, palette=LIGHT, unit="件"):
    centres = {code: (114.3 + place, 30.5) for place, code in enumerate(frame["code"])}
    return map_chart(frame, map_name="m", centres=centres, palette=palette, unit=unit)


def test_a_map_region_carries_its_code():
    areas, names = map_of(regions())["series"]
    item = areas["data"][0]
    assert (item["name"], item["code"], item["value"]) == ("武汉市", "420100", 12.0)
    assert "itemStyle" not in item
    assert names["data"][0]["label"]["formatter"] == "武汉市\n12"
    assert names["data"][0]["value"] == [114.3, 30.5]
    assert names["silent"]


def test_the_chosen_region_has_a_border():
    item = map_of(regions(chosen=[True]), palette=DARK)["series"][0]["data"][0]
    assert item["itemStyle"]["borderColor"] == DARK.series[2]


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        pytest.param([0, 0, 0], ["0件"], id="nothing anywhere"),
        pytest.param([7, 7, 7], ["7件"], id="all equal"),
        pytest.param([], ["0件"], id="no regions"),
        pytest.param([0] * 15 + [6, 6], ["6件", "0至6件"], id="two among many without any"),
    ],
)
def test_map_classes_at_the_edges(values, labels):
    assert [
        piece["label"] for piece in map_pieces(pd.Series(values, dtype=float), unit="件")
    ] == labels


def test_map_classes_meet_without_gap():
    pieces = map_pieces(pd.Series(range(1, 101), dtype=float), unit="件")
    assert [piece.get("gte") for piece in pieces[:-1]] == [piece["lt"] for piece in pieces[1:]]
    assert len(pieces) == len(LIGHT.ramp)


def test_every_word_of_a_cloud_keeps_its_count():
    option = charts.cloud_chart(["退款", "跑路"], [9, 4], palette=LIGHT)
    assert [(item["name"], item["value"]) for item in option["series"][0]["data"]] == [
        ("退款", 9.0),
        ("跑路", 4.0),
    ]


def contrast(first, second):
    """WCAG 2 contrast ratio."""

    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_letters_stand_out(palette):
    assert contrast(palette.text, palette.paper) >= 7
    assert contrast(palette.faint, palette.paper) >= 4.5


@pytest.mark.parametrize("colour", DARK.series)
def test_words_and_lines_stand_out_on_the_wall(colour):
    assert contrast(colour, DARK.paper) >= 4.5


def test_names_are_white_on_the_dark_classes_of_a_light_map():
    values = [1.0, 20.0, 300.0, 4_000.0, 50_000.0]
    frame = pd.DataFrame(
        {
            "name": list("甲乙丙丁戊"),
            "code": [f"42{n}000" for n in range(5)],
            "value": values,
            "shown": [f"{value:,.0f}" for value in values],
            "note": "",
            "chosen": False,
        }
    )
    light, dark = (
        [item["label"] for item in map_of(frame, palette=palette)["series"][1]["data"]]
        for palette in (LIGHT, DARK)
    )
    assert [label["color"] for label in light] == [*[LIGHT.text] * 3, "#ffffff", "#ffffff"]
    assert [label["textBorderColor"] for label in light] == list(LIGHT.ramp)
    assert all(contrast(label["color"], label["textBorderColor"]) >= 4.5 for label in light)
    assert {(label["color"], label["textBorderColor"]) for label in dark} == {
        ("#ffffff", DARK.paper)
    }


def test_the_name_of_the_larger_figure_stays_where_two_overlap():
    frame = pd.DataFrame(
        {"name": list("甲乙丙"), "code": ["1", "2", "3"], "value": [5.0, float("nan"), 90.0]}
        | {"shown": "", "note": "", "chosen": False}
    )
    sizes = [item["symbolSize"] for item in map_of(frame)["series"][1]["data"]]
    assert sizes == [2.0, 1.0, 3.0]


def test_ink_follows_the_class_that_the_legend_shows():
    rates = [1.04, 1.09, 1.24, 1.36, 2.13]
    frame = pd.DataFrame(
        {"name": list("甲乙丙丁戊"), "code": list("12345"), "value": rates}
        | {"shown": [str(rate) for rate in rates], "note": "", "chosen": False}
    )
    option = map_of(frame, unit="件/万人")
    colours = {piece["color"] for piece in option["visualMap"]["pieces"]}
    drawn = [item["label"] for item in option["series"][1]["data"]]
    assert {label["textBorderColor"] for label in drawn} <= colours
    assert drawn[0]["color"] == LIGHT.text
    assert drawn[-1]["color"] == "#ffffff"


def test_the_map_begins_beside_its_legend():
    few, many = (
        map_of(
            pd.DataFrame(
                {"name": list("甲乙"), "code": ["1", "2"], "value": values}
                | {"shown": "", "note": "", "chosen": False}
            )
        )
        for values in ([3.0, 5.0], [3e6, 5e6])
    )
    assert few["geo"]["left"] == few["series"][0]["left"] < many["geo"]["left"]


def test_a_region_without_a_rate_is_in_no_class():
    pieces = map_pieces(pd.Series([float("nan"), 99.6, 100.0, 100.0]), unit="%")
    assert [piece["label"] for piece in pieces] == [
        "100%",
        "99.9至100%",
        "99.8至99.9%",
        "99.8%以下",
    ]


@pytest.mark.parametrize(
    ("unit", "most", "expected"),
    [
        pytest.param("%", 100.0, {"max": 100.0, "interval": 25.0}, id="a full share"),
        pytest.param("%", 40.0, {}, id="a share of less"),
        pytest.param("%", 130.0, {}, id="no share"),
        pytest.param("件", 0.0, {"minInterval": 1}, id="a count"),
        pytest.param("元", 0.5, {}, id="an amount"),
    ],
)
def test_an_axis_ends_and_steps_as_its_unit_does(unit, most, expected):
    axis = axes.value_axis(LIGHT, unit=unit, most=most)
    assert axis["axisLabel"]["formatter"] == f"{{value}}{unit}"
    assert {key: axis[key] for key in ("max", "interval", "minInterval") if key in axis} == expected
