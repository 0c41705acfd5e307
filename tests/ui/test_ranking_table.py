import io
import math
import zipfile

import pytest

from pages.components import (
    ranking_export,
    ranking_limits,
    ranking_table,
    spreadsheets,
)
from pages.components.boards import BOARDS, WORD, View
from pages.components.data import Limits
from pages.components.panels import Click
from queries.scope import EVERYTHING
from queries.selection import Comparison, Selection
from tests.ui.standings import ASKED, ISSUES, NAN, OPERATORS, PAYLOAD, found, member


def drawn(standings, view=ISSUES, selection=None, asked=ASKED):
    return ranking_table.content(standings, view, selection or Selection(), asked)


def cells(content, place=0):
    names = [each["name"] for each in content["columns"]]
    return dict(zip(names, [c["text"] for c in content["rows"][place]["cells"]], strict=True))


def test_a_row_says_rank_share_and_changes():
    content = drawn(found(member("C03", 20.0)))
    row = content["rows"][0]
    assert (row["label"], row["rank"], row["move"]["text"]) == ("售后服务", "1", "↑2")
    assert cells(content) == {
        "value": "20",
        "share": "50.0%",
        "change": "+10",
        "change_rate": "↑100.0%",
        "yearly_rate": "—",
    }
    assert row["trend"] == [1.0, 2.0, 3.0]
    assert "上期2026年1月31日至3月1日；去年同期数据不全，不作比较" in content["notes"][0]
    assert "3月2日周至3月16日周" in content["notes"][0]


def test_what_is_not_stated_comes_last_and_is_no_filter():
    content = drawn(found(member(None, 99.0, rank=NAN, rank_change=NAN), member("C03", 20.0)))
    first, last = content["rows"]
    assert (first["code"], first["bar"], first["drills"]) == ("C03", 1.0, True)
    assert (last["label"], last["rank"], last["usable"]) == ("未填写", "—", False)
    assert (last["bar"], last["focuses"], last["excluded"]) == (0.0, False, False)


def test_names_of_the_public_stay_text():
    content = drawn(found(member("op-1", 3.0, name=PAYLOAD), level="operator_id"), OPERATORS)
    assert content["rows"][0]["label"] == PAYLOAD
    assert content["rows"][0]["hint"] == f"{PAYLOAD}（主体编号op-1）：诉求量3件"


@pytest.mark.parametrize(
    ("fields", "compared", "text"),
    [
        ({"rank_change": 0.0}, True, "平"),
        ({"rank_change": -4.0}, True, "↓4"),
        ({"rank_change": NAN, "previous": 0.0}, True, "新"),
        ({"rank_change": NAN, "previous": 0.0}, False, "—"),
        ({"rank_change": NAN, "previous": 7.0}, True, "—"),
        ({"rank_change": NAN, "previous": 0.0, "rank": NAN}, True, "—"),
    ],
)
def test_how_a_member_moved(fields, compared, text):
    assert ranking_table.move(member("C03", 1.0, **fields), compared=compared)["text"] == text


def test_rates_change_in_points_and_show_their_base():
    rate = found(
        member("C03", 0.6, base=50.0, previous=0.5, change=0.1, last_year=0.7),
        measure="on_time_rate",
    )
    asked = ranking_limits.read({"measure": "on_time_rate"})
    shown = drawn(rate, asked=asked)
    assert cells(shown) == {
        "value": "60.0%",
        "base": "50",
        "change": "↑10.0",
        "yearly_change": "↓10.0",
    }
    assert [cell["tone"] for cell in shown["rows"][0]["cells"]][2:] == ["good", "bad"]


@pytest.mark.parametrize(
    ("query", "selection"),
    [
        ({"measure": "closure_rate"}, Selection()),
        ({"vs": "none", "growth": "5", "sort": "change"}, Selection(comparison=Comparison.NONE)),
    ],
)
def test_without_comparison_no_change_is_shown(query, selection):
    asked = ranking_limits.read(query)
    shown = drawn(
        found(member("C03", 0.5, base=4.0), measure=asked.measure.name),
        selection=selection,
        asked=asked,
    )
    assert {each["name"] for each in shown["columns"]} <= {"value", "share", "base"}
    assert "上期" not in shown["notes"][0]
    assert [each["name"] for each in shown["limits"]] == ["min"]
    assert (asked.order, asked.growth) == ("value", None)
    assert shown["move"]["sort"] == ""


@pytest.mark.parametrize(
    ("standings", "text"),
    [
        (found(member("C03", 2.0)), "第1至1行，共1个"),
        (found(member("C03", 2.0), members=9), "第1至1行，符合条件1个，共9个"),
        (found(member("C03", 2.0), members=9, counted=False), "第1至1行，符合条件1个，至少9个"),
        (
            found(
                member("C03", 2.0),
                member("C04", 0.0),
                member(None, 1.0),
                members=1,
                not_stated=1,
                gone=1,
            ),
            "第1至3行，共1个，另有1个本期为0，另有未填写",
        ),
        (
            found(member("C03", 2.0), members=8, matched=7, candidates=9, counted=False),
            "第1至1行，在最多的9个中符合7个，至少8个",
        ),
        (
            found(member("C03", 2.0), members=7, matched=7, candidates=9, counted=False),
            "第1至1行，至少7个，只比较最多的9个",
        ),
        (
            found(member("C03", 2.0), members=12, matched=9, candidates=9, gone=2),
            "第1至1行，共12个，只比较最多的9个，另有2个本期为0",
        ),
        (found(members=9, matched=0), "符合条件0个，共9个"),
    ],
)
def test_of_how_many_members_the_shown_are(standings, text):
    assert ranking_table.count_text(standings, 0) == text


def test_the_largest_are_the_first_page_of_a_ranking_by_size_alone(monkeypatch):
    asked_for = []

    def standings(*_, **how):
        asked_for.append(how)
        return found()

    monkeypatch.setattr("pages.components.data.standings", standings)
    largest = found(*(member(f"C{n:02}", 9.0) for n in range(30)))
    page = ranking_table.fetch(ISSUES, Selection(), EVERYTHING, ASKED, largest=largest)
    assert page.frame["member"].to_list() == [f"C{n:02}" for n in range(20)]
    assert (asked_for, page.matched) == ([], 30)
    for query in (
        {"sort": "-value"},
        {"sort": "change"},
        {"rank_page": "2"},
        {"measure": "tipoffs"},
    ):
        asked = ranking_limits.read(query)
        ranking_table.fetch(ISSUES, Selection(), EVERYTHING, asked, largest=largest)
    assert [how["order"] for how in asked_for][:2] == ["value", "change"]
    assert len(asked_for) == 5


def test_operators_of_one_name_are_told_apart_by_their_numbers():
    rows = [member("A0001234", 3.0, name="同名"), member("B0005678", 2.0, name="同名")]
    rows += [member("C1", 1.0, name="另一家")]
    content = drawn(found(*rows, level="operator_id"), OPERATORS)
    assert [(row["label"], row["tail"]) for row in content["rows"]] == [
        ("同名", "尾号1234"),
        ("同名", "尾号5678"),
        ("另一家", ""),
    ]
    sheet = ranking_export.ranking(found(*rows, level="operator_id"), OPERATORS, ASKED)
    assert next(iter(sheet.parts()))["经营主体"].to_list() == [
        "同名（尾号1234）",
        "同名（尾号5678）",
        "另一家",
    ]


@pytest.mark.parametrize(
    ("within", "label"),
    [(None, "洪山区"), ("420100", "洪山区"), ("420111", "")],
)
def test_streets_carry_their_county_unless_all_are_of_one(within, label):
    board = next(each for each in BOARDS if each.key == "region")
    view = View(board, "street_code", within)
    content = drawn(found(member("420111009", 3.0), level="street_code"), view)
    row = content["rows"][0]
    assert row["tail"] == label
    assert ("（洪山区）" in row["hint"]) == bool(label)


def test_an_empty_ranking_tells_filters_from_no_records():
    assert "放宽" in drawn(found(members=9, matched=0))["empty"]
    assert drawn(found())["empty"] == "该范围内没有记录"


def test_candidates_are_told():
    notes = drawn(found(member("C03", 2.0), candidates=1000))["notes"]
    assert "1,000个" in notes[1]


def test_words_are_searched_for_and_have_one_measure():
    view = View(next(each for each in BOARDS if each.key == WORD), WORD)
    content = drawn(found(member("退款", 5.0), level=WORD), view, Selection(text="退款"))
    assert content["measures"] == []
    assert content["rows"][0]["selected"]
    assert not content["rows"][0]["focuses"]
    assert not content["excludes"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"min": "-5"}, Limits()),
        ({"min": "20", "growth": "50"}, Limits(at_least=20.0, growth_from=0.5)),
        ({"growth": "1e9"}, Limits()),
        ({"growth": "-30"}, Limits(growth_from=-0.3)),
        ({"min": "٣"}, Limits()),
        ({"measure": "on_time_rate", "min": "20", "growth": "9"}, Limits(base_at_least=20.0)),
    ],
)
def test_limits_of_an_address(query, expected):
    assert ranking_limits.read(query).limits(Selection()) == expected


def test_growth_is_against_what_is_compared():
    yearly = Selection(comparison=Comparison.LAST_YEAR)
    assert ranking_limits.read({"growth": "5"}).limits(yearly).against is Comparison.LAST_YEAR
    fields = ranking_limits.fields(ranking_limits.read({"growth": "5"}), yearly)
    assert [each["before"] for each in fields] == ["不少于", "同比不低于"]


@pytest.mark.parametrize("text", ["", "abc", "nan", "inf", "-inf", "1e400"])
def test_a_number_that_is_none_clears_or_is_held(text):
    number = ranking_limits._whole(text)
    assert number in (None, -100, ranking_limits.MOST)


def test_a_click_is_written_into_the_address(monkeypatch):
    written = {}
    monkeypatch.setattr("pages.components.address.go", lambda **own: written.update(own))
    assert ranking_limits.clicked(Click("limit", "min", "20.9"))
    assert ranking_limits.clicked(Click("limit", "growth", ""))
    assert ranking_limits.clicked(Click("sort", "issue", "-change"))
    assert written == {"min": "20", "growth": None, "sort": "-change", "rank_page": None}
    assert not ranking_limits.clicked(Click("limit", "region", "420100"))
    assert not ranking_limits.clicked(Click("toggle", "issue", "C03"))


def test_the_ranking_is_taken_away_with_numbers_and_its_base():
    standings = found(member("C03", 20.0), member(None, 5.0, rank=NAN), members=9, matched=4)
    sheet = ranking_export.ranking(standings, ISSUES, ranking_limits.read({"min": "5"}))
    assert sheet.total == 4
    assert sheet.note == "符合条件4个，共9个；排名每张表最多1,000行；数量或基数不少于5"
    frame = next(iter(sheet.parts()))
    first = frame.iloc[0]
    assert (first["问题类别"], first["代码"], first["诉求量（件）"]) == ("售后服务", "C03", 20.0)
    assert (first["上期"], first["环比增减"], first["环比"]) == (10.0, 10.0, 1.0)
    assert frame.iloc[1]["问题类别"] == "未填写"
    assert {"占比", "环比", "同比"} == sheet.shares
    assert math.isnan(first["去年同期"])


def test_the_courses_of_a_ranking_are_taken_away():
    standings = found(
        member("C03", 20.0, trend=[1.0, 2.0, 3.0]), member("C04", 5.0, trend=[4.0] * 3)
    )
    sheet = ranking_export.courses(standings, ISSUES)
    frame = next(iter(sheet.parts()))
    assert list(frame.columns[2:]) == ["3月2日周", "3月9日周", "3月16日周"]
    assert frame.iloc[0, 2:].to_list() == [1.0, 2.0, 3.0]
    assert sheet.total == 2
    assert sheet.definitions


def test_a_ranking_of_the_largest_is_not_said_to_be_whole():
    whole = found(member("op", 5.0, name="甲"), level="operator_id")
    cut = found(member("op", 5.0, name="甲"), level="operator_id", candidates=1801, counted=False)
    told = []
    for standings in (whole, cut):
        sheet = ranking_export.ranking(standings, OPERATORS, ASKED)
        content = zipfile.ZipFile(io.BytesIO(spreadsheets.tables([sheet], [])))
        told.append("".join(content.read(name).decode("utf-8-sig") for name in content.namelist()))
    assert "共1行，已全部导出" in told[0]
    assert "已全部导出" not in told[1]
    assert "导出1行；至少1个，只比较最多的1,801个" in told[1]


def test_a_growing_measure_is_taken_away_without_comparison():
    asked = ranking_limits.read({"measure": "closure_rate"})
    sheet = ranking_export.ranking(
        found(member("C03", 0.5, base=4.0), measure="closure_rate"), ISSUES, asked
    )
    frame = next(iter(sheet.parts()))
    assert list(frame) == ["名次", "问题类别", "代码", "办结率（%）", "基数"]
