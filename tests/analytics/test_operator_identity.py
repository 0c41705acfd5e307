"""Names taken apart, compared and joined: worked by hand, edges, and what must never be one."""

import numpy as np
import pandas as pd
import pytest

from analytics.operator_identity import (
    MissingNameColumnError,
    group_names,
    resolve_operators,
)
from analytics.operator_names import address_key, sounds, take_apart

COUNTY = "420106"
CODE, OTHER_CODE = "92420106DM0000001Y", "92420106DM0000002X"


def said(*names, **columns):
    frame = pd.DataFrame({"name": list(names), "county_code": COUNTY})
    return frame.assign(**columns)


def groups(frame, **options):
    told = resolve_operators(frame, **options)["operator"]
    return [told[told == each].index.to_list() for each in dict.fromkeys(told.dropna())]


@pytest.mark.parametrize(
    ("name", "body", "core", "formal"),
    [
        ("武汉市武昌区阿琼药房（个体工商户）", "阿琼药房", "阿琼", False),
        ("武汉麦轩时装有限公司", "麦轩时装", "麦轩", True),
        ("麦軒時裝 有限責任公司", "麦轩时装", "麦轩", True),
        ("麦轩官方旗舰店", "麦轩", "麦轩", False),
        ("麦轩旗舰舰店", "麦轩", "麦轩", False),
        ("ＡＢ咖啡馆", "ab咖啡馆", "ab", False),
        ("武汉药房", "药房", "药房", False),
        ("公司", "公司", "公司", True),
        ("……", "......", "......", False),
    ],
)
def test_a_name_is_taken_apart(name, body, core, formal):
    parts = take_apart(name, COUNTY)
    assert (parts.body, parts.core, parts.formal) == (body, core, formal)


def test_only_places_of_the_own_county_are_cut_off():
    assert take_apart("宜昌麦轩商贸有限公司", COUNTY).core == "宜昌麦轩"
    assert take_apart("恩施银合珍商贸有限公司", "422825").core == "银合珍"


def test_branches_are_told_by_number_and_place():
    first = take_apart("武汉跃动健身有限公司洪山第一分公司", COUNTY).branch
    assert first == take_apart("跃动健身（洪山一店）", COUNTY).branch != ""
    assert first != take_apart("跃动健身（洪山二店）", COUNTY).branch
    assert take_apart("麦轩商贸有限公司武昌区分公司", COUNTY).branch == ""


@pytest.mark.parametrize(
    "name",
    [
        "First Federal Bank, N.A.",
        "FIRST FED. BANK",
        "First Federal Bk Inc",
        "First Federal Bank (FFB), National Association",
        "First Federal Bank LLLC",
    ],
)
def test_an_english_name_is_put_into_full_words(name):
    assert take_apart(name).words == ("first", "federal", "bank")


def test_sounds_that_are_mixed_up_are_one():
    for one, two in (("鑫源", "新园"), ("南", "蓝"), ("张", "脏"), ("林", "灵")):
        assert sounds(one) == sounds(two)
    assert sounds("张") != sounds("李")


def test_addresses_in_one_way_of_writing():
    whole = address_key("湖北省武汉市武昌区 东湖路９号（３楼）", COUNTY)
    assert whole == address_key("武昌区东湖路9号3楼", COUNTY) == "东湖路9号3楼"


def test_what_one_operator_is_called_is_joined():
    frame = said(
        "武昌区和达之家私房菜馆", "和达之家私房菜馆", "和大之家私房菜馆", "和达之家私房菜",
        "别家面馆",
        uscc=[CODE, None, None, None, None],
    )  # fmt: skip
    told = resolve_operators(frame)
    assert told["operator"].to_list()[:4] == [CODE] * 4
    assert told["decision"].to_list() == ["match"] * 4 + ["new"]
    assert told["confidence"].between(0.8, 1).all()
    assert told.loc[2, "reason"] == "sound"


def test_a_shop_of_another_trade_needs_the_same_own_part():
    frame = said("麦轩时装有限公司", "麦轩羽绒服店", "麦辰羽绒服店")
    assert groups(frame) == [[0, 1], [2]]


def test_two_codes_are_never_one():
    frame = said("阿琼药房", "阿琼药房", uscc=[CODE, OTHER_CODE])
    assert len(groups(frame)) == 2


def test_a_name_that_fits_two_codes_is_doubtful():
    frame = said("阿琼药房", "阿琼大药房", "阿琼", uscc=[CODE, OTHER_CODE, None])
    told = resolve_operators(frame)
    assert told.loc[2, "decision"] == "doubtful"
    assert "ambiguous" in str(told.loc[2, "reason"])
    assert told.loc[2, "candidate"] in {CODE, OTHER_CODE}


def test_an_address_decides_between_two():
    frame = said(
        "阿琼药房", "阿琼大药房", "阿琼",
        uscc=[CODE, OTHER_CODE, None], address=["东湖路9号", "中山路5号", "武昌区中山路5号"],
    )  # fmt: skip
    assert resolve_operators(frame).loc[2, "operator"] == OTHER_CODE


def test_neighbours_at_one_address_are_two():
    frame = said("阿琼药房", "嘉盛面馆", address=["东湖路9号"] * 2)
    assert len(groups(frame)) == 2


def test_two_counties_are_one_only_by_the_full_registered_name():
    frame = said("麦轩时装有限公司", "麦轩时装有限公司", "麦轩时装").assign(
        county_code=["420106", "420111", "420502"]
    )
    assert groups(frame) == [[0, 1], [2]]
    assert len(groups(frame, across=False)) == 3


def test_branches_of_a_chain_are_not_joined_by_their_common_name():
    frame = said("跃动健身（洪山一店）", "跃动健身（洪山二店）", "跃动健身")
    assert len(groups(frame)) == 3


def test_small_differences_do_not_bridge_a_large_one():
    frame = said("麦轩甲乙丙", "麦轩甲乙丁", "麦轩甲戊丁", "麦己甲戊丁", "庚己甲戊丁", "庚己壬戊丁")
    told = groups(frame)
    assert not any({0, 5} <= set(each) for each in told)


def test_a_person_decides_before_everything_else():
    frame = said("麦轩时装有限公司", "麦轩羽绒服店", "全不相干", raw_id=["a", "b", "c"])
    assert groups(frame, same=[("a", "c")], different=[("b", "a")]) == [[0, 2], [1]]
    assert groups(frame, same=[("a", "b")], different=[("a", "b")]) == [[0], [1], [2]]


def test_a_register_is_matched_and_never_joined_with_itself():
    register = said("阿琼药房", "阿琼药房", operator_id=["r1", "r2"]).assign(
        county_code=["420106", "420111"]
    )
    told = resolve_operators(said("武昌区阿琼药房", "阿穷药房", "别家"), register)
    assert told["operator"].to_list()[:2] == ["r1", "r1"]
    assert told.loc[2, "decision"] == "new"


def test_one_operator_per_row_whatever_the_order_and_index():
    names = [f"{a}{b}{c}" for a in "麦嘉阿和" for b in "轩盛琼达" for c in ("药房", "面馆有限公司")]
    frame = said(*names, *names[:9]).set_axis(np.arange(41) * 7 % 41)
    plain = resolve_operators(frame)
    mixed = resolve_operators(frame.sample(frac=1, random_state=1)).loc[plain.index]
    pd.testing.assert_frame_equal(plain, mixed)


@pytest.mark.parametrize("names", [[], [None], ["", "  "], [None, "别家面馆", np.nan]])
def test_missing_names(names):
    frame = pd.DataFrame({"name": pd.Series(names, dtype=object)})
    told = resolve_operators(frame)
    named = [isinstance(each, str) and bool(each.strip()) for each in names]
    assert told["operator"].notna().to_list() == named
    assert (told["decision"] == "unknown").to_list() == [not each for each in named]
    assert group_names(frame["name"]).ge(0).to_list() == named


def test_a_frame_without_names_is_refused():
    with pytest.raises(MissingNameColumnError, match="'name' is missing"):
        resolve_operators(pd.DataFrame({"title": ["a"]}))


def test_input_is_not_changed():
    frame = said("麦轩时装有限公司", "麦轩羽绒服店")
    kept = frame.copy(deep=True)
    resolve_operators(frame)
    pd.testing.assert_frame_equal(frame, kept)


def test_spellings_are_grouped_and_look_alikes_are_not():
    names = pd.Series(
        [
            "一汽大众",
            "一汽-大众",
            "一汽大重",
            "上汽大众",
            "上汽大众有限公司",
            "一汽丰田",
            "壹汽丰田",
        ],
        index=list("abcdefg"),
    )
    found = group_names(names)
    assert found.index.to_list() == list("abcdefg")
    assert [found[found == each].index.to_list() for each in dict.fromkeys(found)] == [
        ["a", "b", "c"],
        ["d", "e"],
        ["f", "g"],
    ]


def test_a_name_said_often_is_no_misspelling_of_another():
    rare = pd.Series(["Alpha Credit Union", "Alpho Credit Union"])
    often = pd.Series(["Alpha Credit Union", "Alpho Credit Union"] * 6)
    assert group_names(rare).to_list() == [0, 0]
    assert group_names(often).to_list() == [0, 1] * 6


def test_all_names_equal():
    assert group_names(pd.Series(["别家面馆"] * 50)).eq(0).all()


def test_a_very_long_name():
    found = group_names(pd.Series(["长" * 5_000, "长" * 5_000, "短名字"]))
    assert found[0] == found[1] != found[2]
