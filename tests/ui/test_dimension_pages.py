import json

import pytest
from streamlit.testing.v1 import AppTest

from jobs.refresh import derive
from pages.components.settings import settings
from queries.generations import GenerationStore
from tests.ui.pages import ROOT
from tests.ui.ranked import GONE, NEW, SURGE, WUHAN, plant, standings, within


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("empty")
    with GenerationStore(folder).building() as building:
        derive(building)
        building.changed = True
    return folder


@pytest.fixture
def opened(warehouse, monkeypatch):
    def shown(page, query=None, *, folder=warehouse, regions="all"):
        monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{folder}")
        monkeypatch.setenv("VIEWER_REGIONS", regions)
        settings.cache_clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
        at.query_params.update(query or {})
        at = at.switch_page(f"pages/{page}.py").run()
        assert not at.exception
        return at

    yield shown
    settings.cache_clear()


def panels(at, kind):
    found = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    return [each for each in found if each.get("kind") == kind]


def ranking(at):
    return panels(at, "ranking")[0]


def column(at, name):
    names = [each["name"] for each in ranking(at)["columns"]]
    place = names.index(name)
    return {row["code"]: row["cells"][place]["text"] for row in ranking(at)["rows"]}


def texts(at):
    return [each.value for each in (*at.markdown, *at.caption)]


@pytest.mark.parametrize(
    ("page", "query", "level"),
    [
        ("operators", {}, "operator_id"),
        ("industries", {}, "industry_section"),
        ("industries", {"by": "product"}, "product_category"),
        ("issues", {}, "issue_type"),
    ],
)
def test_the_ranking_is_what_an_independent_count_gives(opened, page, query, level):
    at = opened(page, query)
    assert not at.error
    counted = standings(30, level)
    counted = counted[counted["now"] > 0].set_index("code")
    shown = column(at, "value")
    assert list(shown.items()) == [
        (code, f"{now:,}") for code, now in counted["now"].head(20).items()
    ]
    total = len(within(30))
    assert column(at, "share") == {code: f"{counted['now'][code] / total:.1%}" for code in shown}
    assert column(at, "change") == {
        code: f"{change:+,}" if change else "0"
        for code in shown
        for change in [counted["change"][code]]
    }
    assert {row["code"]: row["rank"] for row in ranking(at)["rows"]} == {
        code: str(counted["rank"][code]) for code in shown
    }


def test_climbers_and_newcomers(opened):
    rows = {row["code"]: row for row in ranking(opened("operators"))["rows"]}
    counted = standings(30, "operator_id").set_index("code")
    assert rows[SURGE]["move"]["text"] == f"↑{counted['was'][SURGE] - counted['rank'][SURGE]}"
    assert rows[NEW]["move"]["text"] == "新"
    assert sum(rows[SURGE]["trend"]) == len(within(400, operator_id=SURGE)) - len(
        within(2, operator_id=SURGE)
    )


def test_members_are_ordered_by_change_and_the_other_way(opened):
    first = ranking(opened("operators", {"sort": "change"}))["rows"][0]
    assert first["code"] == SURGE
    last = ranking(opened("operators", {"sort": "-change"}))["rows"][0]
    assert last["code"] == GONE
    assert column(opened("operators", {"sort": "-change"}), "change")[GONE] == "-25"


def test_measure_filters_keep_members_and_say_of_how_many(opened):
    at = opened("operators", {"min": "10", "growth": "50", "period": "30d"})
    counted = standings(30, "operator_id")
    kept = counted[
        (counted["now"] >= 10)
        & ((counted["before"] == 0) | (counted["now"] >= 1.5 * counted["before"]))
    ]
    assert {row["code"] for row in ranking(at)["rows"]} == set(kept["code"])
    assert {SURGE, NEW} <= set(kept["code"])
    assert f"符合条件{len(kept)}个，共{(counted['now'] > 0).sum()}个" in ranking(at)["count"]
    fields = {each["name"]: each["value"] for each in ranking(at)["limits"]}
    assert fields == {"min": "10", "growth": "50"}


def test_a_page_after_the_last_is_the_last(opened):
    at = opened("operators", {"rank_page": "9"})
    whole = len(standings(30, "operator_id"))
    assert len(ranking(at)["rows"]) == whole - 20
    assert (ranking(at)["previous"], ranking(at)["next"]) == ("1", "")


def test_rates_show_their_base_and_what_still_grows_is_not_compared(opened):
    at = opened("issues", {"measure": "closure_rate", "growth": "10", "sort": "change"})
    counted = within(30)
    for code, text in column(at, "value").items():
        own = counted[counted["issue_type"] == code]
        assert text == f"{own['closed_at'].notna().mean():.1%}"
        assert column(at, "base")[code] == str(len(own))
    assert [each["name"] for each in ranking(at)["columns"]] == ["value", "base"]
    assert [each["name"] for each in ranking(at)["limits"]] == ["min"]
    assert ranking(at)["move"]["sort"] == ""


def test_drilled_into_a_member_its_children_are_ranked(opened):
    at = opened("issues", {"issue": "C03", "drill": "issue:C03"})
    own = within(30, issue_type="C03")["issue_subtype"].value_counts()
    assert column(at, "value") == {code: f"{count:,}" for code, count in own.items()}
    assert [crumb["label"] for crumb in ranking(at)["crumbs"]] == ["全部", "售后服务"]


def test_the_heat_map_counts_every_pair(opened):
    heat = panels(opened("industries"), "heat")[0]
    pairs = within(30).groupby(["industry_section", "issue_type"]).size()
    shown = {
        (row["code"], heat["columns"][place]["code"]): cell["text"]
        for row in heat["rows"]
        for place, cell in enumerate(row["cells"])
        if cell["text"]
    }
    assert shown == {pair: f"{count:,}" for pair, count in pairs.items()}
    assert any(
        f"占全部{len(within(30)):,}件的100.0%" in text for text in texts(opened("industries"))
    )


def test_the_focus_list_names_its_rule(opened):
    at = opened("operators")
    listed = next(
        each
        for panel in panels(at, "boards")
        for each in panel["boards"]
        if each["title"] == "重点企业"
    )
    counted = standings(30, "operator_id", kind="complaint")
    kept = counted[
        (counted["now"] >= 5)
        & ((counted["before"] == 0) | (counted["now"] >= 1.5 * counted["before"]))
    ].sort_values("change", ascending=False)
    assert {row["code"] for row in listed["rows"]} == set(kept["code"].head(10))
    assert listed["rows"][0]["code"] == SURGE
    assert any("投诉量不少于5件" in text and "增长不低于50%" in text for text in texts(at))


def test_small_multiples_are_the_courses_of_the_first_members(opened):
    at = opened("issues")
    drawn = panels(at, "multiples")[0]
    by_code = {row["code"]: row["trend"] for row in ranking(at)["rows"]}
    assert {item["code"]: item["trend"] for item in drawn["items"]} == by_code
    assert drawn["most"] == max(max(trend) for trend in by_code.values())
    assert panels(opened("issues", {"axis": "own"}), "multiples")[0]["most"] is None


def test_focus_shows_everything_of_one_member(opened):
    at = opened("operators", {"focus": f"operator:{SURGE}", "operator": "op-1"})
    own = within(30, operator_id=SURGE)
    tiles = {each["code"]: each["value"] for each in panels(at, "tiles")[0]["tiles"]}
    assert tiles["submissions"] == str(len(own))
    assert any("突增商行" in text for text in texts(at))
    share = len(own) / len(within(30))
    assert any(f"占同条件下全部{len(within(30))}件的{share:.1%}" in text for text in texts(at))
    boards = {each["key"]: each for panel in panels(at, "boards") for each in panel["boards"]}
    assert {row["code"]: row["value"] for row in boards["industry"]["rows"]} == {"H": str(len(own))}
    assert "operator" not in boards
    assert len(panels(at, "table")[0]["rows"]) == 8
    assert panels(at, "ranking") == []


def test_a_focus_that_is_none_leaves_the_page_as_it_is(opened):
    for forged in ("colour:red", "region:Queens", "issue:", "nonsense"):
        assert panels(opened("issues", {"focus": forged}), "ranking"), forged


def test_a_viewer_of_one_city_sees_none_of_another(opened):
    at = opened("operators", regions=WUHAN)
    shown = column(at, "value")
    counted = within(30, city_code=WUHAN)["operator_id"].value_counts()
    assert NEW not in shown
    assert shown == {code: str(counted[code]) for code in shown}
    elsewhere = opened("operators", {"focus": f"operator:{NEW}"}, regions=WUHAN)
    assert not any("新店商行" in text for text in texts(elsewhere))
    tiles = {each["code"]: each["value"] for each in panels(elsewhere, "tiles")[0]["tiles"]}
    assert tiles["submissions"] == "0"
    assert panels(opened("operators", {"focus": "region:420500"}, regions=WUHAN), "ranking")


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("operators", {}),
        ("industries", {"by": "product"}),
        ("issues", {"measure": "mediation_rate", "sort": "change"}),
        ("issues", {"focus": "issue:C03"}),
    ],
)
def test_an_empty_warehouse_says_so(opened, empty, page, query):
    at = opened(page, query, folder=empty)
    assert [each.value for each in at.error] == []


@pytest.mark.parametrize("page", ["operators", "industries", "issues"])
def test_all_time_has_nothing_to_compare_with(opened, page):
    at = opened(page, {"period": "all"})
    assert not at.error
    assert "上期数据不全，不作比较" in ranking(at)["notes"][0]
    assert set(column(at, "change").values()) == {"—"}
    assert {row["move"]["text"] for row in ranking(at)["rows"]} == {"—"}
