import numpy as np
import pandas as pd
import pytest

from pages.components import charts
from pages.components.charts import DARK, LIGHT, map_pieces
from pages.components.render import option_of


def weeks(values, *, complete):
    index = pd.date_range("2026-03-02", periods=len(values), freq="7D")
    return pd.DataFrame({"complaints": values, "complete": complete}, index=index)


def lines_of(chart):
    return {
        (each["name"], each["lineStyle"]["type"]): [value for _, value in each["data"]]
        for each in option_of(chart)["series"]
    }


def test_an_incomplete_bucket_is_dotted_from_the_last_complete_one():
    frame = weeks([5, 7, 2], complete=[True, True, False])
    lines = lines_of(charts.trend_chart(frame, lines={"complaints": "投诉"}))
    assert lines[("投诉", "solid")] == [5, 7, None]
    assert lines[("投诉", "dotted")] == [None, 7, 2]


def test_an_incomplete_first_bucket_is_dotted_up_to_the_first_complete_one():
    frame = weeks([1, 7, 9], complete=[False, True, True])
    lines = lines_of(charts.trend_chart(frame, lines={"complaints": "投诉"}))
    assert lines[("投诉", "solid")] == [None, 7, 9]
    assert lines[("投诉", "dotted")] == [1, 7, None]


def test_the_year_before_lies_on_this_years_days():
    frame = weeks([5, 7], complete=[True, True])
    compared = frame.assign(complaints=[3, np.nan])
    chart = charts.trend_chart(frame, lines={"complaints": "投诉"}, compared=compared)
    lines = option_of(chart)["series"]
    assert [each["data"] for each in lines] == [
        [["2026-03-02", 5], ["2026-03-09", 7]],
        [["2026-03-02", 3], ["2026-03-09", None]],
    ]
    assert lines[1]["name"] == "投诉（去年同期）"
    assert lines[1]["lineStyle"]["type"] == "dashed"


def test_a_ring_names_shares_and_total():
    option = option_of(charts.donut_chart(["电话", "互联网"], [3, 1], name="渠道"))
    assert [item["name"] for item in option["series"][0]["data"]] == [
        "电话  75.0%",
        "互联网  25.0%",
    ]
    assert option["title"][0]["text"] == "4"


def test_a_ring_without_parts_is_refused():
    with pytest.raises(ValueError, match="at least one part, got none"):
        charts.donut_chart([], [], name="渠道")


def test_an_empty_ring_has_no_shares():
    option = option_of(charts.donut_chart(["电话"], [0], name="渠道"))
    assert option["series"][0]["data"][0]["name"] == "电话"


def regions(**columns):
    return pd.DataFrame(
        {"name": ["武汉市"], "code": ["420100"], "value": [12.0], "shown": ["12"], "note": ["12件"]}
        | {"chosen": [False]}
        | columns
    )


def test_a_map_region_carries_its_code():
    item = charts.map_chart(regions(), map_name="m")["series"][0]["data"][0]
    assert (item["name"], item["code"], item["value"]) == ("武汉市", "420100", 12.0)
    assert item["label"]["formatter"] == "武汉市\n12"
    assert "itemStyle" not in item


def test_the_chosen_region_has_a_border():
    item = charts.map_chart(regions(chosen=[True]), map_name="m", palette=DARK)["series"][0][
        "data"
    ][0]
    assert item["itemStyle"]["borderColor"] == DARK.series[2]


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        pytest.param([0, 0, 0], ["0件以下"], id="nothing anywhere"),
        pytest.param([7, 7, 7], ["7件以上", "7件以下"], id="all equal"),
        pytest.param([], ["0件以下"], id="no regions"),
        pytest.param([0] * 15 + [6, 6], ["6件以上", "6件以下"], id="two among many without any"),
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
    option = charts.cloud_chart(["退款", "跑路"], [9, 4])
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
        [item["label"] for item in option["series"][0]["data"]]
        for option in (
            charts.map_chart(frame, map_name="m", palette=palette) for palette in (LIGHT, DARK)
        )
    )
    assert [label["color"] for label in light] == [*[LIGHT.text] * 3, "#ffffff", "#ffffff"]
    assert [label["textBorderColor"] for label in light] == list(LIGHT.ramp)
    assert all(contrast(label["color"], label["textBorderColor"]) >= 4.5 for label in light)
    assert not any("color" in label for label in dark)
