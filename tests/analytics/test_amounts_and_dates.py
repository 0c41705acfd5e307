"""Sums and days read from texts."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.amounts_in_text import (
    AmountRole,
    amounts_near,
    find_amounts,
    folded_texts,
    pick_amounts,
    read_number,
)
from analytics.dates_in_text import find_dates

DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """Write a number below 100,000,000 in Chinese numerals."""
    if number >= 10_000:
        rest = number % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return chinese(number // 10_000) + "万" + gap + (chinese(rest) if rest else "")
    text, zero = "", False
    for value, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // value % 10
        if digit:
            text += ("零" if zero and text else "") + DIGITS[digit] + name
            zero = False
        else:
            zero = True
    return text


def sums(text: str) -> list[tuple[float, float, str]]:
    found = find_amounts(pd.Series([text]))
    return list(found[["low", "high", "role"]].itertuples(index=False, name=None))


@given(st.integers(1, 99_999_999))
def test_every_whole_number_is_read(number):
    assert read_number(chinese(number)) == (number, number)
    assert read_number(f"{number:,}") == (number, number)
    assert sums(f"花费{chinese(number)}元") == [(number, number, "spent")]
    assert sums(f"花费{number:,}元") == [(number, number, "spent")]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("1.28万", 12_800, 12_800),
        ("2万3", 23_000, 23_000),
        ("4万5千", 45_000, 45_000),
        ("三千八", 3_800, 3_800),
        ("一千零五", 1_005, 1_005),
        ("两千五百万", 25_000_000, 25_000_000),
        ("1亿2000万", 120_000_000, 120_000_000),
        ("十五", 15, 15),
        ("十几万", 110_000, 190_000),
        ("10几万", 110_000, 190_000),
        ("几百", 200, 900),
        ("五六百", 500, 600),
        ("上万", 10_000, 90_000),
        ("壹万贰仟", 12_000, 12_000),
    ],
)
def test_numbers(text, low, high):
    assert read_number(text) == (low, high)


def test_what_is_no_number_is_an_error():
    with pytest.raises(ValueError, match="退"):
        read_number("三退")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("花费１,２８０元", [(1280, 1280, "spent")]),
        ("花費三萬圓", [(30_000, 30_000, "spent")]),
        ("共花6000-8000元", [(6000, 8000, "total")]),
        ("每天挣三至五百元", [(300, 500, "other")]),
        ("3到4万5的补贴", []),
        ("交了3到4万5", [(30_000, 45_000, "spent")]),
        ("一共三到九元", [(3, 9, "total")]),
        ("用了600多元", [(600, 700, "other")]),
        ("70多万元", [(700_000, 800_000, "other")]),
        ("支付大约500元", [(450, 550, "spent")]),
        ("付款2000元左右", [(1800, 2200, "spent")]),
        ("￥89", [(89, 89, "other")]),
        ("¥1,330.50", [(1330.5, 1330.5, "other")]),
        ("9月24日，3000元", [(3000, 3000, "other")]),
        ("要求赔偿500元", [(500, 500, "demand")]),
        ("每平方米2元", [(2, 2, "price_per")]),
        ("6元/平方", [(6, 6, "price_per")]),
        ("买了一块山地", []),
        ("几块小地", []),
        ("踩断一块，掉下来", []),
        ("只要两块钱", [(2, 2, "other")]),
        ("起步价9块，多了", [(9, 9, "demand")]),
        ("元旦节购买，13元旦券", []),
        ("有几万户业主", []),
        ("百亿补贴活动中花了10元", [(10, 10, "spent")]),
        ("电话168****3442，订单674325", []),
        ("", []),
    ],
)
def test_sums_as_people_write_them(text, expected):
    found = sums(text)
    assert [role for _, _, role in found] == [role for _, _, role in expected]
    ends = [end for low, high, _ in expected for end in (low, high)]
    assert [end for low, high, _ in found for end in (low, high)] == pytest.approx(ends)


def test_positions_point_into_the_text_as_given():
    text = "办卡，花费３千元，退一半"
    found = find_amounts(pd.Series([text]))
    (start,), (end,) = found["start"].tolist(), found["end"].tolist()
    assert text[start:end] == "３千元"


def test_the_picked_sum_is_the_total_then_the_first_spent():
    texts = pd.Series(
        [
            "单价10元，花费20元，共计120元，要求赔偿500元",
            "花了20元，又花了30元",
            "要求赔偿500元",
            None,
        ]
    )
    picked = pick_amounts(find_amounts(texts), n_texts=4)
    assert picked["low"].tolist()[:2] == [120, 20]
    assert picked["low"].isna().tolist() == [False, False, True, True]


@pytest.mark.parametrize("texts", [[], [None], [np.nan, ""], ["无"]])
def test_no_sums(texts):
    series = pd.Series(texts, dtype=object)
    found = find_amounts(series)
    assert found.empty
    assert pick_amounts(found, n_texts=len(texts))["low"].isna().all()
    assert find_dates(series, pd.Series([dt.datetime(2026, 1, 1)] * len(texts))).empty


def test_roles_are_the_documented_ones():
    assert {role.value for role in AmountRole} == {"total", "spent", "other", "demand", "price_per"}


def test_nearness_allows_half_a_yuan_and_the_tolerance():
    low, high = np.array([100.0] * 4), np.array([100.0] * 4)
    stated = np.array([100.4, 102.0, 110.0, np.nan])
    assert amounts_near(low, high, stated, tolerance=0.02).tolist() == [True, True, False, False]


def test_folding_keeps_texts_apart():
    texts = ["ＡＢ，１２", "", None, "退\0款", "，"]
    assert folded_texts(pd.Series(texts, dtype=object)) == ["ab，12", "", "", "退\0款", "，"]


REGISTERED = dt.datetime(2026, 1, 5, 10, 30)


@pytest.mark.parametrize(
    ("text", "first", "last", "has_year"),
    [
        ("2025年12月3日购买", "2025-12-03", "2025-12-03", True),
        ("于2025.12.3在店里", "2025-12-03", "2025-12-03", True),
        ("2025-12-03下单", "2025-12-03", "2025-12-03", True),
        ("2025/12/3下单", "2025-12-03", "2025-12-03", True),
        ("12月30号收到", "2025-12-30", "2025-12-30", False),
        ("1月5日收到", "2026-01-05", "2026-01-05", False),
        ("2025年10月办卡", "2025-10-01", "2025-10-31", True),
        ("去年10月办卡", "2025-10-01", "2025-10-31", True),
        ("前年3月5日办卡", "2024-03-05", "2024-03-05", True),
        ("昨天联系", "2026-01-04", "2026-01-04", False),
        ("上个月办的", "2025-11-04", "2026-01-04", False),
        ("2025年8月19点40分", "2025-08-01", "2025-08-31", True),
        ("2025年8月18:30", "2025-08-01", "2025-08-31", True),
        ("2027年3月1日前", "2027-03-01", "2027-03-01", True),
    ],
)
def test_days_as_people_write_them(text, first, last, has_year):
    found = find_dates(pd.Series([text]), pd.Series([REGISTERED]))
    days = [found[name].dt.strftime("%Y-%m-%d").tolist() for name in ("first", "last")]
    assert (*days, found["has_year"].tolist()) == ([first], [last], [has_year])


@pytest.mark.parametrize("text", ["2月30日", "1280元", "2026", "单价12.30元", "第3天"])
def test_what_is_no_day(text):
    found = find_dates(pd.Series([text]), pd.Series([REGISTERED]))
    assert found.empty


@given(st.dates(dt.date(2000, 1, 1), dt.date(2030, 12, 31)))
def test_every_day_is_read(day):
    for text in (
        f"{day.year}年{day.month}月{day.day}日",
        day.isoformat(),
        f"{day.year}.{day.month}.{day.day}",
    ):
        found = find_dates(pd.Series([text]), pd.Series([REGISTERED]))
        assert found["first"].dt.date.tolist() == [day]


def test_a_text_without_registration_has_no_days():
    texts, times = pd.Series(["昨天", "昨天"]), pd.Series([pd.NaT, REGISTERED])
    assert find_dates(texts, times)["text"].tolist() == [1]
