"""Amounts and times, by hand and by property."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobs.importing.amounts import MAX_YUAN, parse_amount, read_amounts
from jobs.importing.times import read_times

AMOUNTS = [
    ("1200", 1200.0),
    ("1200.50", 1200.5),
    ("1,200元", 1200.0),
    ("1，200元", 1200.0),
    ("¥1,234,567.89", 1234567.89),
    ("￥35", 35.0),
    ("35块", 35.0),
    ("约300元", 300.0),
    ("大概300元左右", 300.0),
    ("300余元", 300.0),
    ("30多元", 30.0),
    ("１２００", 1200.0),
    ("1.2万", 12000.0),
    ("1.2万元", 12000.0),
    ("5w", 50000.0),
    ("3千", 3000.0),
    ("1万2", 12000.0),
    ("1万2千元", 12000.0),
    ("2千5", 2500.0),
    ("1.5亿", 150000000.0),
    ("3百万", 3000000.0),
    ("1200元整", 1200.0),
    ("人民币1200元", 1200.0),
    ("1200.00RMB", 1200.0),
    (" 300 元/月 ", 300.0),
    ("一千二百", 1200.0),
    ("一千二百元", 1200.0),
    ("两万三千元", 23000.0),
    ("十五元", 15.0),
    ("二十万零五百元", 200500.0),
    ("一亿两千万元", 120000000.0),
    ("1E+05元", 100000.0),
    ("0", 0.0),
    ("0元", 0.0),
]


@pytest.mark.parametrize(("text", "yuan"), AMOUNTS)
def test_amounts_by_hand(text, yuan):
    assert parse_amount(text) == pytest.approx(yuan)
    assert read_amounts(pl.Series([text])).to_list() == [pytest.approx(yuan)]


NOT_ONE_AMOUNT = [
    "", "abc", "元", "万元", "百", "100-200元", "100元200元", "12,34", "1,20", "-50", "nan", "inf",
    "13位", "2026-03-01", "10000000000000", "1.2.3",
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_ONE_AMOUNT)
def test_what_is_no_single_amount_is_none(text):
    assert parse_amount(text) is None
    assert read_amounts(pl.Series([text])).to_list() == [None]


@pytest.mark.parametrize(
    ("text", "yuan"), [("1.5", 15000.0), ("1.5元", 1.5), ("1.5万", 15000.0), ("2万元", 20000.0)]
)
def test_the_columns_unit_counts_only_for_bare_numbers(text, yuan):
    assert read_amounts(pl.Series([text]), unit_yuan=10_000).to_list() == [yuan]


SPELLINGS = st.sampled_from(
    [
        "{0}", "{0}元", "￥{0}", "约{0}元", " {0} 元 ", "人民币{0}元", "{0}块钱", "{0:,}", "{0:,}元", "¥{0:,}",
    ]
)  # fmt: skip


@given(st.decimals(0, 99_999_999, places=2, allow_nan=False), SPELLINGS)
def test_every_spelling_of_an_amount_is_read_back(amount, spelling):
    assert parse_amount(spelling.format(amount)) == pytest.approx(float(amount))


@example(["-0", "-1", ".5", "5.", "0.", "."])
@given(st.lists(st.text("0123456789.,，万千百亿元块约一二十-￥ ", max_size=12), min_size=1))
def test_the_column_form_equals_the_single_one(texts):
    expected = [parse_amount(text) for text in texts]
    read = read_amounts(
        pl.Series([text.strip() or None for text in texts], dtype=pl.String)
    ).to_list()
    for text, one, other in zip(texts, expected, read, strict=True):
        assert other == (pytest.approx(one) if one is not None else None), text


@given(st.floats(0, MAX_YUAN))
def test_numbers_of_typed_sources_are_read_exactly(number):
    assert read_amounts(pl.Series([str(number)])).to_list() == [number]


MOMENT = dt.datetime(2026, 3, 1, 8, 5, 9)
TIMES = [
    ("2026-03-01 08:05:09", MOMENT),
    ("2026-03-01T08:05:09.123", MOMENT),
    ("2026-03-01 08:05:09.999", MOMENT),
    ("2026/3/1 8:05:09", MOMENT),
    ("2026.3.1 8:05:09", MOMENT),
    ("2026年3月1日8时5分9秒", MOMENT),
    ("2026年03月01日 08:05:09", MOMENT),
    ("２０２６－０３－０１　０８：０５：０９", MOMENT),
    ("20260301080509", MOMENT),
    ("20260301 08:05:09", MOMENT),
    ("2026-3-1 上午8:05:09", MOMENT),
    ("2026/3/1 8:05:09 AM", MOMENT),
    ("2026-03-01T00:05:09Z", MOMENT),
    ("2026-03-01T08:05:09+08:00", MOMENT),
    ("2026-02-28T19:05:09-05:00", MOMENT),
    ("2026-03-01 08:05", MOMENT.replace(second=0)),
    ("2026/03/01 08:05", MOMENT.replace(second=0)),
    ("2026年3月1日8点", dt.datetime(2026, 3, 1, 8)),
    ("2026-03-01", dt.datetime(2026, 3, 1)),
    ("2026/3/1", dt.datetime(2026, 3, 1)),
    ("20260301", dt.datetime(2026, 3, 1)),
    ("2026年3月1日", dt.datetime(2026, 3, 1)),
    ("2026-03-01 星期日 下午3:05", dt.datetime(2026, 3, 1, 15, 5)),
    ("2026/3/1 12:05:00 AM", dt.datetime(2026, 3, 1, 0, 5)),
    ("2026/3/1 12:05:00 PM", dt.datetime(2026, 3, 1, 12, 5)),
    ("2026-03-01 中午12:30", dt.datetime(2026, 3, 1, 12, 30)),
    ("46082", dt.datetime(2026, 3, 1)),
    ("46082.5", dt.datetime(2026, 3, 1, 12)),
    ("46082.33690972222", MOMENT),
]


@pytest.mark.parametrize(("text", "moment"), TIMES)
def test_times_by_hand(text, moment):
    assert read_times(pl.Series([text])).to_list() == [moment]


@pytest.mark.parametrize(
    "text",
    [
        "昨天",
        "2026-02-30",
        "2026-13-01",
        "1900-01-00",
        "1899-12-31",
        "2026-03-01 25:00:00",
        "0",
        "12",
        "3/1",
    ],
)
def test_what_is_no_time_is_none(text):
    assert read_times(pl.Series([text])).to_list() == [None]


def test_a_column_of_mixed_forms_is_read_as_a_whole():
    column = pl.Series([text for text, _ in TIMES] + [None, "x"])
    assert read_times(column).to_list() == [moment for _, moment in TIMES] + [None, None]


def test_days_of_the_american_order_need_a_format():
    column = pl.Series(["03/01/2026", "2026-03-01"])
    assert read_times(column).to_list() == [None, dt.datetime(2026, 3, 1)]
    assert read_times(column, formats=["%m/%d/%Y"]).to_list() == [dt.datetime(2026, 3, 1)] * 2


def test_of_two_given_formats_the_first_counts_whatever_comes_first_in_the_column():
    formats = ["%d/%m/%Y", "%m/%d/%Y"]
    for texts in (["12/25/2026", "05/03/2026"], ["05/03/2026", "12/25/2026"]):
        read = read_times(pl.Series(texts), formats=formats).to_list()
        assert set(read) == {dt.datetime(2026, 12, 25), dt.datetime(2026, 3, 5)}


def test_serials_and_epochs_on_demand():
    assert read_times(pl.Series(["10000.5"]), formats=["excel"]).to_list() == [None]
    assert read_times(pl.Series(["46082.5"]), formats=["excel"])[0] == dt.datetime(2026, 3, 1, 12)
    # 1772323509 s = 2026-03-01 00:05:09 UTC
    assert read_times(pl.Series(["1772323509"]), formats=["epoch"])[0] == MOMENT
    assert read_times(pl.Series(["1772323509000"]), formats=["epoch_ms"])[0] == MOMENT


@given(st.lists(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 12, 31)), min_size=1))
def test_iso_times_are_read_back_to_the_second(moments):
    texts = pl.Series([moment.isoformat(" ", "seconds") for moment in moments])
    assert read_times(texts).to_list() == [moment.replace(microsecond=0) for moment in moments]
