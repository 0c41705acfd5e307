"""The province has the shares that the published figures have; tolerances fit 50,000 submissions."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from jobs.demo.catalogue import read_catalogue
from jobs.demo.frames import frames
from queries.vocabulary import Kind

END = dt.date(2026, 11, 21)


@pytest.fixture(scope="module")
def drawn():
    return pl.concat(list(frames(submissions=50_000, operators=8_000, seed=3, end=END)))


@pytest.fixture(scope="module")
def complaints(drawn):
    return drawn.filter(pl.col("kind") == Kind.COMPLAINT)


@pytest.fixture(scope="module")
def tipoffs(drawn):
    return drawn.filter(pl.col("kind") == Kind.TIPOFF)


def share(frame, condition):
    return frame.filter(condition).height / frame.height


def test_kinds(drawn):
    shares = dict(drawn["kind"].value_counts(normalize=True).iter_rows())
    assert shares == pytest.approx({"complaint": 0.48, "tipoff": 0.14, "inquiry": 0.38}, abs=0.01)


def test_goods_and_services(complaints):
    assert share(complaints, pl.col("product").str.starts_with("G")) == pytest.approx(
        0.65, abs=0.015
    )


@pytest.mark.parametrize(
    ("code", "wanted"),
    [("C03", 0.236), ("C02", 0.195), ("C01", 0.125), ("C04", 0.10), ("C17", 0.122), ("C06", 0.045),
     ("C08", 0.008)],
)  # fmt: skip
def test_problems_of_complaints(complaints, code, wanted):
    assert share(complaints, pl.col("issue_type") == code) == pytest.approx(wanted, abs=0.008)


@pytest.mark.parametrize(
    ("code", "wanted"), [("R01", 0.24), ("R04", 0.17), ("R03", 0.16), ("R02", 0.14)]
)
def test_problems_of_tipoffs(tipoffs, code, wanted):
    assert share(tipoffs, pl.col("issue_type") == code) == pytest.approx(wanted, abs=0.015)


@pytest.mark.parametrize(
    ("code", "of", "wanted"),
    [
        ("G101", "G", 0.24),
        ("G117", "G", 0.19),
        ("G165", "G", 0.07),
        ("S01", "S", 0.27),
        ("S03", "S", 0.09),
    ],
)
def test_goods_and_services_in_detail(complaints, code, of, wanted):
    alike = complaints.filter(pl.col("product").str.starts_with(of))
    assert share(alike, pl.col("product").str.starts_with(code)) == pytest.approx(wanted, abs=0.025)


def test_online_livestream_prepaid(drawn):
    claims = drawn.filter(pl.col("kind") != Kind.INQUIRY)
    assert claims["is_online"].mean() == pytest.approx(0.55, abs=0.015)
    assert claims["is_livestream"].mean() == pytest.approx(0.022, abs=0.005)
    assert claims["is_prepaid"].mean() == pytest.approx(0.058, abs=0.006)


def test_channels_of_complaints(complaints):
    shares = dict(complaints["channel"].value_counts(normalize=True).iter_rows())
    assert len(shares) == 17
    assert shares["tel_12345"] == pytest.approx(0.38, abs=0.012)
    assert shares["wx_mini"] == pytest.approx(0.24, abs=0.012)
    assert shares["web_pc"] == pytest.approx(0.11, abs=0.012)


def test_amounts(complaints):
    amounts = complaints["disputed_yuan"].drop_nulls()
    assert 120 < amounts.median() < 260
    assert 900 < amounts.mean() < 2_000
    assert amounts.quantile(0.99) > 40 * amounts.median()


def test_outcomes(drawn, complaints, tipoffs):
    decided = complaints.filter(pl.col("acceptance").is_in(["accepted", "declined"]))
    assert share(decided, pl.col("acceptance") == "accepted") == pytest.approx(0.76, abs=0.012)
    closed = complaints.filter(
        (pl.col("acceptance") == "accepted") & pl.col("closed_at").is_not_null()
    )
    assert share(closed, pl.col("mediation_result") == "agreement") == pytest.approx(
        0.55, abs=0.015
    )
    assert tipoffs["is_case_opened"].mean() == pytest.approx(0.08, abs=0.012)
    settled = complaints.filter(pl.col("odr_result").is_in(["settled", "not_settled"]))
    assert share(settled, pl.col("odr_result") == "settled") == pytest.approx(0.928, abs=0.03)
    old = closed.filter(pl.col("closed_at") < END - dt.timedelta(days=60))
    assert old["is_published"].mean() == pytest.approx(0.96, abs=0.01)
    assert drawn["satisfaction"].mean() == pytest.approx(4.3, abs=0.1)


def test_recovered_part(complaints):
    part = complaints["recovered_yuan"].sum() / complaints["disputed_yuan"].sum()
    assert 0.2 < part < 0.45


def test_february_is_low_and_march_is_high(drawn):
    whole_years = drawn.filter(pl.col("registered_at").dt.year().is_in([2024, 2025]))
    months = dict(whole_years["registered_at"].dt.month().value_counts().iter_rows())
    # by day, since February is short
    days = dict.fromkeys(range(1, 13), 0)
    for day in pl.date_range(dt.date(2024, 1, 1), dt.date(2025, 12, 31), eager=True):
        days[day.month] += 1
    rate = {month: months[month] / days[month] for month in days}
    mean = np.mean(list(rate.values()))
    assert min(rate, key=rate.__getitem__) == 2
    assert rate[2] < 0.85 * mean
    assert rate[3] > 1.1 * mean


def test_mondays_and_nights(drawn):
    phone = drawn.filter(pl.col("channel").is_in(["tel_12315", "tel_12345"]))
    weekdays = dict(phone["registered_at"].dt.weekday().value_counts(normalize=True).iter_rows())
    assert weekdays[1] > 1.35 * weekdays[7]
    assert share(phone, pl.col("registered_at").dt.hour().is_between(8, 17)) > 0.75


def test_down_jackets_are_a_winter_matter(complaints):
    months = complaints.filter(pl.col("product") == "G117-04")["registered_at"].dt.month()
    assert (months.is_in([11, 12, 1])).mean() > 3 * (months.is_in([5, 6, 7])).mean()


def test_the_capital_has_a_quarter_to_a_third(drawn):
    assert 0.25 < share(drawn, pl.col("county_code").str.starts_with("4201")) < 0.35
    cities = drawn["county_code"].str.head(4).n_unique()
    assert cities == 14  # 13 prefectures, and the four counties run by the province under 4290
    assert (
        drawn.filter(pl.col("county_code").str.starts_with("4290"))["county_code"].n_unique() == 4
    )


def test_problems_fit_what_was_bought(complaints):
    food = complaints.filter(pl.col("issue_type") == "C01")
    assert share(food, pl.col("product").str.contains("^(G101|G103|G1[018]|S01|S26|G156)")) == 1.0
    pumps = complaints.filter(pl.col("issue_subtype") == "C08-02")
    assert pumps["product"].str.starts_with("G168").all()


def test_trades_fit_what_was_bought(complaints):
    meals = complaints.filter(
        pl.col("product").is_in(["S01-01"])
        & ~pl.col("is_online")
        & pl.col("industry").is_not_null()
    )
    assert set(meals["industry"]) == {"H62"}
    schools = complaints.filter((pl.col("product") == "S05-05") & ~pl.col("is_online"))
    assert set(schools["industry"].drop_nulls()) == {"P83"}


def test_codes_are_those_of_the_catalogue(drawn):
    catalogue = read_catalogue()
    assert set(drawn["product"].drop_nulls()) <= set(catalogue.products.codes)
    assert set(drawn["issue_subtype"]) <= set(catalogue.issues.codes)
    assert set(drawn["channel"]) == set(catalogue.channels)


def test_texts_differ(drawn):
    assert drawn["narrative"].n_unique() / drawn.height > 0.97
    characters = drawn["narrative"].str.len_chars()
    assert 75 < characters.sum() / drawn.height < 130
    assert characters.is_between(1, 500).all()
    assert (characters > 180).any()


def test_texts_say_what_the_record_says(complaints):
    paid = complaints.filter(
        pl.col("consumed_yuan").is_between(100, 999) & (pl.col("consumed_yuan") % 1 == 0)
    )
    amount = paid["consumed_yuan"].cast(pl.Int64).cast(pl.String)
    named = pl.select(pl.lit(paid["narrative"]).str.contains(amount, literal=True)).to_series()
    assert named.sum() / len(named) > 0.85
    product = complaints.filter(pl.col("product_name").is_not_null())
    named = pl.select(
        pl.lit(product["narrative"]).str.contains(product["product_name"], literal=True)
    ).to_series()
    assert named.sum() / len(named) > 0.9


def test_some_texts_hold_personal_data(drawn):
    texts = drawn["narrative"]
    assert 0.03 < texts.str.contains(r"1[3-9]\d{9}").mean() < 0.3
    assert texts.str.contains(r"42\d{4}(?:19|20)\d{6}000[\dX]").mean() > 0.0005
