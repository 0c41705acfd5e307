import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.near_duplicates import (
    find_near_duplicates,
    group_near_duplicates,
    group_templates,
    measure_pairs,
)
from analytics.shingles import find_shingles, fold, read_formulas
from analytics.text_changes import is_swapped, keeps_facts

LETTER = "我于三月五日在城南商场购买一台电压力锅，使用两次后内胆起皮，商家以人为损坏为由拒绝退换"
OTHER = "小区旁的健身房突然关门，办理的年卡还剩八个月，负责人电话一直打不通，微信也不回复"


def groups(*texts, **options):
    return group_near_duplicates(pd.Series(texts, dtype=object), **options).tolist()


def test_similarity_is_the_fourth_root_of_dice():
    # abcdefg and abcdefx: 4 shingles each, 3 shared (abcd, bcde, cdef)
    measured = measure_pairs(["abcdefg", "abcdefx"], np.array([0]), np.array([1]))
    assert measured[0] == pytest.approx((2 * 3 / 8) ** 0.25)


def test_greeting_punctuation_case_and_width_change_nothing():
    assert groups(LETTER, "您好！" + LETTER.replace("，", "。") + "谢谢！", OTHER) == [0, 0, 1]
    assert groups("退款ABC订单号12345", "退款，ａｂｃ 订单号１２３４５！") == [0, 0]


def test_a_typing_error_or_a_missing_sentence_keeps_texts_together():
    assert groups(LETTER, LETTER.replace("内胆", "内但"), OTHER) == [0, 0, 1]
    assert groups(LETTER, LETTER + "，希望尽快处理", OTHER) == [0, 0, 1]


def test_empty_and_missing_texts_stand_alone():
    assert groups(None, "", "！！", np.nan, OTHER, 5) == [0, 1, 2, 3, 4, 5]


def test_nothing_and_one_text():
    assert groups() == []
    assert groups(OTHER) == [0]
    assert find_near_duplicates(pd.Series([], dtype=object)).empty
    assert group_templates(pd.Series([], dtype=object)).empty


def test_equal_texts_however_short_are_one_group():
    assert groups(*["好"] * 50) == [0] * 50
    assert groups("好", "坏", "好") == [0, 1, 0]


def test_index_is_kept_even_if_it_repeats():
    texts = pd.Series([LETTER, OTHER, LETTER], index=[7, 7, 3])
    found = group_near_duplicates(texts)
    assert found.index.tolist() == [7, 7, 3]
    assert found.dtype == "int64"


def test_input_is_not_changed():
    texts = pd.Series([LETTER, OTHER, None])
    before = texts.copy()
    group_templates(texts)
    pd.testing.assert_series_equal(texts, before)


@pytest.mark.parametrize("threshold", [0.0, 0.69, 1.01])
def test_a_threshold_out_of_range_is_refused(threshold):
    for call in (group_near_duplicates, find_near_duplicates, group_templates):
        with pytest.raises(ValueError, match=r"0\.7 to 1"):
            call(pd.Series([LETTER]), threshold=threshold)


def test_a_higher_threshold_splits():
    changed = LETTER.replace("内胆", "锅盖").replace("两次", "半年")
    assert groups(LETTER, changed, threshold=0.7) == [0, 0]
    assert groups(LETTER, changed, threshold=1.0) == [0, 1]


def test_a_chain_of_half_shared_texts_is_cut():
    alphabet = [chr(0x4E00 + i) for i in range(400)]
    window = ["".join(alphabet[start : start + 100]) for start in range(0, 300, 20)]
    found = groups(*window)
    assert len(set(found)) > 1
    ends = measure_pairs(window, np.array([0]), np.array([len(window) - 1]))
    assert ends[0] == 0.0
    assert found[0] != found[-1]
    for number in set(found):
        members = [i for i, group in enumerate(found) if group == number]
        pairs = measure_pairs(
            window, np.full(len(members), members[len(members) // 2]), np.array(members)
        )
        assert (pairs > 0).all()


def test_a_template_of_three_hundred_copies_is_one_group():
    texts = [f"{LETTER}，订单{number}，请处理" for number in range(10_000, 10_300)]
    assert len(set(groups(*texts, OTHER))) == 2


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order_of_rows(random):
    texts = [
        LETTER,
        LETTER + "谢谢",
        LETTER.replace("城南", "城北"),
        OTHER,
        OTHER[:30],
        "好",
        "好",
        "",
    ]
    order = list(range(len(texts)))
    random.shuffle(order)
    shuffled = pd.Series([texts[i] for i in order], index=order)
    found = group_near_duplicates(shuffled).reindex(range(len(texts)))
    assert pd.factorize(found)[0].tolist() == groups(*texts)


def test_pairs_tell_copies_from_filled_in_templates():
    texts = pd.Series(
        [
            LETTER,
            LETTER.replace("城南商场", "国贸大厦"),
            LETTER.replace("一台", "一抬"),
            LETTER + "！",
            OTHER,
        ]
    )
    found = find_near_duplicates(texts)
    swapped = {
        (a, b): s for a, b, s in zip(found["left"], found["right"], found["swapped"], strict=True)
    }
    assert swapped == {(0, 1): True, (0, 2): False, (0, 3): False, (1, 2): True}
    assert found["similarity"].between(0.85, 1).all()


def test_a_template_holds_several_filings():
    other_shop = LETTER.replace("城南商场", "国贸大厦")
    found = group_templates(pd.Series([LETTER, other_shop, LETTER + "谢谢", other_shop, OTHER]))
    assert found["template"].tolist() == [0, 0, 0, 0, 1]
    assert found["filing"].tolist() == [0, 1, 0, 1, 2]


@pytest.mark.parametrize(
    ("left", "right", "swapped", "kept"),
    [
        pytest.param("花费300元买衣服", "花费500元买衣服", True, False, id="amount"),
        pytest.param("在一心超市买奶", "在百佳超市买奶", True, False, id="shop"),
        pytest.param("花费300元", "再次来电花费300元", False, True, id="addition"),
        pytest.param("花费三百元买衣服", "花费三佰元买衣服", False, True, id="typing error"),
        pytest.param("村口的路村口的灯", "街口的路街口的灯", True, True, id="one character, often"),
        pytest.param("", "", False, True, id="nothing"),
    ],
)
def test_what_was_replaced(left, right, swapped, kept):
    assert is_swapped(left, right) == swapped
    assert keeps_facts(left, right) == kept


def test_formulas_do_not_count():
    shingles = find_shingles(
        fold(["尊敬的领导路灯坏了三天", "尊敬的领导医保报销"]), formulas=read_formulas()
    )
    assert len(shingles.texts) == 0


def test_folding_joins_blocks_in_order(monkeypatch):
    texts = [f"第{number}条 诉求！" for number in range(50)]
    whole = fold(texts)
    sizes = find_shingles(whole).sizes.tolist()
    monkeypatch.setattr("analytics.shingles.BLOCK_CHARACTERS", 20)
    assert fold(texts) == whole == [f"第{number}条诉求" for number in range(50)]
    assert find_shingles(whole).sizes.tolist() == sizes


def test_a_character_outside_the_basic_plane_is_left_out():
    assert fold(["𠮷野家退款\U0001f600"]) == ["野家退款"]
