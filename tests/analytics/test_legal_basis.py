"""Conducts and their legal basis: nothing claimed that nobody checked."""

import csv
import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analytics.legal_basis import (
    DEFAULT_CONDUCTS,
    Basis,
    UnknownConductError,
    legal_basis,
    read_conducts,
    suspected_conducts,
)

ASSETS = Path(__file__).parents[2] / "assets"
CONDUCTS = read_conducts()

# issue type, subtype, category, topics -> conducts
POINTED = [
    ("C01", "C01-05", "G101", None, ("food_additive",)),
    ("C01", "C01-03", "G101", None, ("food_unsafe",)),
    ("C01", "C01-07", "G101", None, ("food_unsafe",)),
    ("C06", "C06-05", None, None, ("price_unmarked",)),
    ("C07", "C07-01", None, None, ("false_advert",)),
    ("R01", "R01-03", None, None, ("medical_advert",)),
    ("C08", "C08-02", "G168", None, ("metering",)),
    ("C08", None, None, None, ("metering",)),
    ("C02", "C02-02", "G127", None, ("product_quality",)),
    ("C02", "C02-02", "G108", None, ("medicine_goods",)),
    ("C02", "C02-01", "G108", None, ()),
    ("C04", "C04-05", "S12", None, ("prepaid",)),
    ("R05", "R05-03", "G121", None, ("false_marks",)),
    ("C17", "C17-01", None, None, ()),
    ("C17", "C17-01", None, "iron_fist.unfair_terms", ("unfair_terms",)),
    ("C06", "C06-02", None, "iron_fist.elevators, prepaid.closed",
     ("special_equipment", "prepaid", "price_fraud")),
    (None, None, None, None, ()),
]  # fmt: skip


@pytest.mark.parametrize(("issue", "subtype", "category", "topics", "expected"), POINTED)
def test_conducts_by_hand(issue, subtype, category, topics, expected):
    frame = pd.DataFrame(
        {"issue_type": [issue], "issue_subtype": [subtype], "product_category": [category]}
    )
    assert suspected_conducts(frame, topics=pd.Series([topics])).to_list() == [expected]


def test_all_at_once_keep_a_repeated_index():
    frame = pd.DataFrame(
        [{"issue_type": a, "issue_subtype": b, "product_category": c} for a, b, c, _, _ in POINTED],
        index=[7] * len(POINTED),
    )
    topics = pd.Series([case[3] for case in POINTED], index=frame.index)
    found = suspected_conducts(frame, topics=topics)
    assert found.to_list() == [case[4] for case in POINTED]
    assert suspected_conducts(frame.iloc[:0]).empty


def test_missing_columns_and_other_indexes_are_refused():
    frame = pd.DataFrame({"issue_type": ["C01"], "issue_subtype": ["C01-05"]})
    with pytest.raises(ValueError, match="issue_subtype"):
        suspected_conducts(frame[["issue_type"]])
    with pytest.raises(ValueError, match="another index"):
        suspected_conducts(frame, topics=pd.Series(["x.y"], index=[9]))


def test_a_law_that_changed_goes_by_the_day_of_conduct():
    conduct = CONDUCTS["false_promotion"]
    before = legal_basis(conduct, on=dt.date(2025, 10, 14), is_online=False)
    after = legal_basis(conduct, on=dt.date(2025, 10, 15), is_online=False)
    assert [basis.article for basis in before] == ["8"]
    assert [basis.article for basis in after] == ["9"]
    online = legal_basis(conduct, on=dt.date(2025, 10, 15), is_online=True)
    assert [basis.article for basis in online] == ["9", "14"]
    assert legal_basis(conduct, on=dt.date(2025, 10, 15)) == online


def test_nothing_counts_as_checked_and_no_penalty_is_claimed():
    listed = [basis for conduct in CONDUCTS.by_code.values() for basis in conduct.basis]
    assert all(basis.needs_check and basis.penalty is None for basis in listed)


def test_only_articles_with_a_source_are_given():
    sourced = {
        ("食品安全法", "34"), ("食品安全法", "38"), ("食品安全法", "148"),
        ("广告法", "16"), ("广告法", "17"), ("广告法", "28"), ("广告法", "55"),
        ("反不正当竞争法", "6"), ("反不正当竞争法", "7"), ("反不正当竞争法", "8"),
        ("反不正当竞争法", "9"), ("网络交易监督管理办法", "14"), ("网络交易监督管理办法", "21"),
        ("产品质量法", "32"), ("产品质量法", "39"), ("产品质量法", "50"),
        ("消费者权益保护法", "26"), ("消费者权益保护法", "53"), ("价格法", "13"), ("价格法", "14"),
        ("价格法", "14（三）"), ("明码标价和禁止价格欺诈规定", "19"),
    }  # fmt: skip
    given = {
        (str(basis.law).split("（")[0], article)
        for conduct in CONDUCTS.by_code.values()
        for basis in conduct.basis
        if basis.article is not None
        for article in basis.article.split("、")
    }
    assert given <= sourced


def test_every_issue_and_topic_named_exists():
    with (ASSETS / "classification" / "issues.csv").open(encoding="utf-8") as file:
        issues = {row["code"] for row in csv.DictReader(file)}
    with (ASSETS / "classification" / "products.csv").open(encoding="utf-8") as file:
        products = {row["code"] for row in csv.DictReader(file)}
    topics = {
        f"{path.stem}.{topic['code']}"
        for path in (ASSETS / "campaigns").glob("*.yaml")
        for topic in yaml.safe_load(path.read_text(encoding="utf-8"))["topics"]
    }
    for conduct in CONDUCTS.by_code.values():
        assert set(conduct.issues) <= issues, conduct.code
        assert set(conduct.topics) <= topics, conduct.code
        assert set(conduct.products) <= products, conduct.code


def test_every_type_of_tipoff_but_the_rest_points_somewhere():
    with (ASSETS / "classification" / "issues.csv").open(encoding="utf-8") as file:
        listed = [row for row in csv.DictReader(file) if row["code"].startswith("R")]
    subtypes = [row for row in listed if row["level"] == "subtype" and row["code"] < "R14"]
    frame = pd.DataFrame(
        {
            "issue_type": [row["parent_code"] for row in subtypes],
            "issue_subtype": [row["code"] for row in subtypes],
        }
    )
    assert suspected_conducts(frame).map(len).min() == 1


def test_an_unknown_conduct_is_named():
    with pytest.raises(UnknownConductError, match=r"no conduct 'theft'; known are .*prepaid"):
        CONDUCTS["theft"]


@pytest.mark.parametrize(
    "claim",
    [
        {"law": None, "article": "5", "penalty": None, "verified": False},
        {"law": "L", "article": None, "penalty": None, "verified": True},
        {"law": "L", "article": "5", "penalty": None, "verified": True},
    ],
)
def test_an_entry_may_not_claim_more_than_it_says(claim):
    with pytest.raises(ValueError, match=r"without a law|is verified"):
        Basis(**claim)


def test_a_verified_entry_needs_no_check():
    assert not Basis(law="L", article="5", penalty="P", verified=True).needs_check


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param("code: patent", "code: trademark", "twice", id="twice"),
        pytest.param("severity: 1.0", "severity: 1.5", "severity", id="severity"),
        pytest.param("penalty: null, verified: false}]", "verified: false}]", "penalty", id="key"),
        pytest.param("conducts:", "conduct:", "conducts", id="top"),
    ],
)
def test_a_bad_rule_file_is_refused(tmp_path, old, new, says):
    text = DEFAULT_CONDUCTS.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "conducts.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        read_conducts(path)
