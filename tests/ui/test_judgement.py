import datetime as dt
import math

import pandas as pd
import pytest

from analytics.attribution import explain_change
from jobs.importing.operators import operator_id
from jobs.refresh import derive
from pages.components import (
    change_finding,
    change_levels,
    change_tables,
    data,
    judgement,
)
from pages.components.change_finding import Finding
from pages.components.settings import settings
from queries.generations import GenerationStore
from queries.measures import MEASURES
from queries.scope import EVERYTHING, Scope
from queries.selection import Comparison, DateRange, InvalidSelectionError, Period, Selection
from tests.staging import batch, record

MARCH = DateRange(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
FEBRUARY = DateRange(dt.date(2026, 2, 1), dt.date(2026, 2, 28))


def frame(members, now, before, base=None, base_before=None):
    nothing = [math.nan] * len(members)
    return pd.DataFrame(
        {
            "member": pd.Series(members, dtype=object),
            "numerator": pd.Series(now, dtype=float),
            "numerator_before": pd.Series(before, dtype=float),
            "denominator": pd.Series(base or nothing, dtype=float),
            "denominator_before": pd.Series(base_before or nothing, dtype=float),
        }
    )


def finding(measure, frames):
    whole = next(iter(frames.values())).sum(numeric_only=True, min_count=1)
    now, before = whole["numerator"], whole["numerator_before"]
    base, base_before = now, before
    if MEASURES[measure].denominator is not None:
        base, base_before = whole["denominator"], whole["denominator_before"]
        now = now / base if base else math.nan
        before = before / base_before if base_before else math.nan
    return Finding(
        measure=MEASURES[measure],
        frames=frames,
        explanations=explain_change(frames),
        now=now,
        before=before,
        base=base,
        base_before=base_before,
        days=MARCH,
        compared=FEBRUARY,
    )


def told(measure, frames, comparison=Comparison.PREVIOUS):
    return judgement.told(finding(measure, frames), comparison, EVERYTHING)


def test_a_rise_by_hand():
    # 500 against 300; Wuhan adds 210 of 200, the others fall from 200 to 190, so by 5 %:
    # without its own movement Wuhan's 100 would be 95.
    cities = frame(["420100", "420500", "420600"], [310, 100, 90], [100, 105, 95])
    text = told("complaints", {"city_code": cities})
    assert text == (
        "投诉量环比上升66.7%（500件，上期300件）。全部增量来自“武汉市”，"
        "由100件变为310件；若与其余部分同幅变动，应为95件。"
    )


def test_a_fall_is_told_as_one():
    cities = frame(["420100", "420500"], [100, 200], [300, 200])
    text = told("complaints", {"city_code": cities}, Comparison.LAST_YEAR)
    assert text.startswith("投诉量同比下降40.0%（300件，去年同期500件）。全部减量来自“武汉市”")


def test_a_pair_is_named_by_both_parts():
    pair = frame(["420100|1", "420100|0", "420500|0"], [200, 100, 100], [20, 100, 100])
    text = told("complaints", {"city_code+is_prepaid": pair})
    assert "来自“武汉市、预付式”" in text


def test_an_explanation_of_little_weight_is_not_made_more_of_than_it_is():
    # the first grew from 5 to 60, but that is 55 of 1,055
    cities = [f"4203{number:02}" for number in range(1, 11)]
    counted = frame(["420100", *cities], [60, *[1100] * 10], [5, *[1000] * 10])
    text = told("complaints", {"county_code": counted})
    assert "增量较为分散，变动最突出的是“武汉市”（占5.2%），由5件变为60件" in text


def test_a_rise_within_a_fall_is_told():
    # 620 of 1,000: A lost 500 of 900, the new firm has 120
    cities = frame(["420100", "420500", "420600"], [400, 100, 120], [900, 100, 0])
    text = told("complaints", {"city_code": cities})
    assert "全部减量来自“武汉市”" in text
    assert text.endswith(
        "与总体方向相反的有“襄阳市”（+120件），由0件变为120件；若与其余部分同幅变动，应为0件。"
    )


def test_a_rise_that_others_make_up_for_is_told_of_a_level_total():
    cities = frame(["420100", "420500", "420600"], [870, 95, 130], [1000, 100, 0])
    text = told("complaints", {"city_code": cities})
    assert "基本持平" in text
    assert "其中“襄阳市”变动突出，由0件变为130件" in text
    assert text.endswith("与其余部分的变动相抵。")


def test_small_movements_against_the_whole_are_not_told():
    cities = frame(["420100", "420500", "420600"], [400, 100, 15], [900, 100, 0])
    assert "与总体方向相反" not in told("complaints", {"city_code": cities})


def test_what_moved_against_the_whole_is_listed_before_what_moved_by_chance():
    cities = frame(["420100", "420500", "420600"], [400, 100, 120], [900, 100, 0])
    found = change_tables.listed(finding("complaints", {"city_code": cities}))
    assert found[["member", "mark"]].to_numpy().tolist() == [
        ["420100", ""],
        ["420600", "（与总体相反）"],
        ["420500", "（不显著）"],
    ]


def test_what_moves_alike_has_no_explanation():
    cities = frame(["420100", "420500"], [150, 300], [100, 200])
    assert told("complaints", {"city_code": cities}).endswith("没有哪一项明显突出。")


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        pytest.param(10_150, 10_000, "变动不足2%", id="1.5 %"),
        pytest.param(
            10_300, 10_000, "上升3.0%", id="300 exceed 1.96 times the root of 20,300, 279"
        ),
        pytest.param(
            110,
            100,
            "上升10.0%（110件，上期100件），未超出随机波动范围。",
            id="10 are less than 1.96 times 14.5",
        ),
        pytest.param(130, 100, "上升30.0%", id="30 exceed 1.96 times the root of 230, 29.7"),
        pytest.param(
            19, 5, "基数较小（本期19件、上期5件，均不足20件）", id="fewer than 20 on both sides"
        ),
        pytest.param(20, 5, "上升300.0%", id="20 on one side"),
        pytest.param(
            50, 0, "投诉量环比上升（50件，上期0件）", id="from nothing there is no percentage"
        ),
    ],
)
def test_small_and_chance_changes_are_not_judged(now, before, said):
    assert said in told("complaints", {"city_code": frame(["420100"], [now], [before])})


def test_a_rate_is_told_in_points_with_the_members_own_rates():
    # on time 800 of 1,000 against 900 of 1,000; the office of Wuhan fell from 90 % to 70 %
    units = frame(["420100", "420500"], [350, 450], [450, 450], [500, 500], [500, 500])
    text = told("on_time_rate", {"city_code": units})
    assert text == (
        "按时办结率环比下降10.0个百分点（80.0%，上期90.0%）。全部降幅来自“武汉市”，"
        "贡献-10.00个百分点（其自身70.0%，上期90.0%；若与其余部分同步变动，应为90.0%）。"
    )


def test_a_rate_near_its_end_is_judged_by_points():
    # late in 0.1 % and in 1 %: less than 2 % of the rate, but 0.9 points
    units = frame(["420100", "420500"], [4_900, 5_000], [4_990, 5_000], [5_000] * 2, [5_000] * 2)
    assert "下降0.9个百分点" in told("on_time_rate", {"city_code": units})
    units = frame(["420100", "420500"], [4_960, 5_000], [4_990, 5_000], [5_000] * 2, [5_000] * 2)
    assert "变动不足0.5个百分点" in told("on_time_rate", {"city_code": units})


def test_a_rate_within_chance_is_flat():
    # 82 of 100 against 80 of 100: 2 points; the standard error is 5.5 points
    units = frame(["420100", "420500"], [41, 41], [40, 40], [50, 50], [50, 50])
    assert told("mediation_rate", {"city_code": units}) == (
        "调解成功率环比上升2.0个百分点（82.0%，上期80.0%），未超出随机波动范围。"
    )


def test_a_rate_without_base_is_not_compared():
    units = frame(["420100"], [41], [0], [50], [0])
    assert "缺少计算基数，不作环比" in told("mediation_rate", {"city_code": units})


def test_a_share_below_all_is_told_in_percent():
    cities = frame(["420100", "420500", "420600"], [400, 205, 100], [200, 200, 100])
    assert "增量的97.6%来自“武汉市”" in told("complaints", {"city_code": cities})


def test_what_was_not_stated_explains_nothing():
    platforms = frame([None, "甲平台", "乙平台"], [600, 190, 100], [200, 150, 100])
    text = told("complaints", {"online_platform": platforms})
    assert text.endswith("增量多在未填写分类信息的诉求中，已填写的没有哪一项明显突出。")
    pairs = frame(["420100|", "420100|C01", "420500|C01"], [600, 100, 100], [200, 100, 100])
    assert "来自" not in told("complaints", {"city_code+issue_type": pairs})
    cities = frame(["420100", "420500"], [600, 200], [200, 200])
    both = {"city_code+issue_type": pairs, "city_code": cities}
    assert "全部增量来自“武汉市”" in told("complaints", both)


def test_a_click_with_a_forged_code_is_none():
    for code in ("city_code@Queens", "secrets@420100", "city_code+issue_type@420100", "@", ""):
        key, _, member = code.partition(change_tables.KEY_MARK)
        assert not change_levels.is_member(key, member), code
    with pytest.raises(InvalidSelectionError):
        change_levels.narrowed(Selection(), "city_code", "Queens")


def test_levels_below_what_is_chosen():
    wuhan = Scope(regions=("420100",))
    assert change_levels.levels(Selection(), wuhan)[0] == "county_code"
    one = Selection().with_filter("region", ["420106"]).with_filter("operator", ["op-1"])
    assert change_levels.levels(one, EVERYTHING)[0] == "street_code"
    assert "operator_id" not in change_levels.levels(one, EVERYTHING)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """60 complaints of March, 40 of them of Wuhan; 20 of February, half of them of Wuhan."""
    days = [("2026-03-15", "420100", 40), ("2026-03-31", "420500", 20)]
    days += [("2026-02-15", "420100", 10), ("2026-02-01", "420500", 10)]
    rows = [
        record(f"{day}-{city}-{number}", f"{day}T10:00", city_code=city, province_code="420000")
        for day, city, count in days
        for number in range(count)
    ]
    folder = tmp_path_factory.mktemp("warehouse")
    with GenerationStore(folder).building() as building:
        building.stage(batch(rows))
        building.merge()
        derive(building)
    return folder


@pytest.fixture
def said(warehouse, monkeypatch):
    monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{warehouse}")
    settings.cache_clear()
    yield judgement.sentence
    settings.cache_clear()


IN_MARCH = Selection(period=Period("2026-03-01..2026-03-31"))


def test_the_sentence_counts_what_is_in_the_warehouse(said):
    # 60 against 20: Wuhan adds 30 of 40; the rest doubled, which would have made 20 of its 10
    text = said(IN_MARCH, EVERYTHING, measure="complaints")
    assert text.startswith("投诉量环比上升200.0%（60件，上期20件）。")


@pytest.mark.parametrize(
    ("selection", "measure", "why"),
    [
        pytest.param(
            Selection(period=Period("2026-02-01..2026-02-28")),
            "submissions",
            "上期（2026年1月1日至1月31日）早于数据起始日2026年2月1日，不作环比",
            id="before the data",
        ),
        pytest.param(
            Selection(period=Period("2026-03-01..2026-04-15")),
            "submissions",
            "诉求量60件，统计期至2026年4月15日，数据仅至2026年3月31日，时段不完整，不作比较。",
            id="not over",
        ),
        pytest.param(
            Selection(comparison=Comparison.NONE), "submissions", "未选择比较方式", id="none wanted"
        ),
        pytest.param(IN_MARCH, "closure_rate", "本期件尚在办理", id="still growing"),
        pytest.param(
            IN_MARCH.with_filter("region", ["420200"]),
            "submissions",
            "基数较小",
            id="nothing there",
        ),
    ],
)
def test_why_nothing_is_judged_is_said(said, selection, measure, why):
    assert why in said(selection, EVERYTHING, measure=measure)


def test_where_an_answer_has_to_be_quick_operators_are_left_out_of_a_part():
    wuhan = Selection().with_filter("region", ["420100"])
    assert change_levels.quick_levels(Selection(), EVERYTHING) == change_levels.levels(
        Selection(), EVERYTHING
    )
    for selection, scope in ((wuhan, EVERYTHING), (Selection(), Scope(regions=("420100",)))):
        found = change_levels.levels(selection, scope)
        assert "operator_id" in found
        quick = tuple(each for each in found if each != "operator_id")
        assert change_levels.quick_levels(selection, scope) == quick


def test_levels_asked_for_are_the_only_ones_looked_at(said, monkeypatch):
    looked_at = []
    find = change_finding.find

    def noting(selection, scope, measure, levels):
        looked_at.append(levels)
        return find(selection, scope, measure, levels)

    monkeypatch.setattr(change_finding, "find", noting)
    text = said(IN_MARCH, EVERYTHING, levels=("channel",))
    assert text.startswith("诉求量环比上升200.0%（60件，上期20件）。")
    assert looked_at == [("channel",)]


def test_a_viewer_is_told_of_the_own_city_alone(said):
    text = said(IN_MARCH, Scope(regions=("420500",)), measure="complaints")
    assert "20件，上期10件" in text
    assert "武汉" not in text
    assert said(IN_MARCH, Scope(), measure="complaints").startswith("投诉量0件")


def test_an_empty_warehouse_has_no_sentence(tmp_path, monkeypatch):
    with GenerationStore(tmp_path).building() as building:
        derive(building)
        building.changed = True
    monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{tmp_path}")
    settings.cache_clear()
    assert judgement.sentence(Selection(), EVERYTHING) is None
    settings.cache_clear()


def test_operators_that_explain_are_named(tmp_path, monkeypatch):
    rows = [
        record(
            f"S{number}",
            f"2026-03-{number + 10}T10:00",
            respondent_name=name,
            county_code="420106",
            operator_id=operator_id(name, "420106"),
        )
        for number, name in enumerate(["东湖饭店", "东湖饭店", "南湖商场"])
    ]
    with GenerationStore(tmp_path).building() as building:
        building.stage(batch(rows))
        building.merge()
        derive(building)
    monkeypatch.setenv("WAREHOUSE_URL", f"duckdb:///{tmp_path}")
    settings.cache_clear()
    ranked = data.standings(IN_MARCH, EVERYTHING, level="operator_id").frame
    codes = dict(zip(ranked["name"], ranked["member"], strict=True))
    explanations = pd.DataFrame(
        [
            {"key": "operator_id", "member": codes["东湖饭店"]},
            {"key": "operator_id", "member": codes["南湖商场"]},
            {"key": "operator_id", "member": "nobody"},
            {"key": "operator_id", "member": "*"},
            {"key": "issue_type", "member": "C01"},
        ]
    )
    assert change_finding.names_of(explanations, EVERYTHING) == {
        code: name for name, code in codes.items()
    }
    settings.cache_clear()
