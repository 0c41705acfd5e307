import numpy as np
import pandas as pd
import pytest
import yaml

from analytics.serial_claims import TIERS, find_serial_claimants
from analytics.serial_rules import DEFAULT_RULES, read_rules

PHONE = "13800001111"


def filed(count, *, days=7.0, **columns):
    """Make submissions of one telephone, so many days apart, each on a category of its own."""
    frame = pd.DataFrame({"submission_id": [f"s{i:03}" for i in range(count)]})
    frame["registered_at"] = pd.Timestamp("2025-01-01") + pd.to_timedelta(
        np.arange(count) * days, "D"
    )
    base = {
        "phone": PHONE, "issue_type": "C01", "narrative": "质量问题",
        "product_category": [f"G{i}" for i in range(count)],
    }  # fmt: skip
    return frame.assign(**{**base, **columns})


def tiers(frame):
    return find_serial_claimants(frame).claimants["tier"].tolist()


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        pytest.param(filed(9), [], id="nine a year"),
        pytest.param(filed(10), ["watch"], id="ten a year"),
        pytest.param(filed(10, days=60), [], id="ten in two years"),
        pytest.param(filed(30), ["suspected"], id="thirty a year"),
        pytest.param(filed(29), ["watch"], id="twenty-nine a year"),
        pytest.param(filed(5, product_category="G1"), ["suspected"], id="five alike in 28 days"),
        pytest.param(filed(5, days=8, product_category="G1"), [], id="five alike in 32 days"),
        pytest.param(filed(6, name=["甲一", "乙二", "丙三"] * 2), ["suspected"], id="three names"),
        pytest.param(filed(3, name=["甲一", "乙二", "丙三"]), [], id="three names, three times"),
        pytest.param(filed(100, days=3), ["highly_suspected"], id="a hundred a year"),
        pytest.param(
            filed(30, narrative="退一赔十，并给予举报奖励"), ["highly_suspected"], id="keywords"
        ),
        pytest.param(
            filed(12, narrative="退一赔十，并给予举报奖励"), ["watch"], id="keywords alone"
        ),
    ],
)
def test_tiers(frame, expected):
    assert tiers(frame) == expected


def test_the_year_is_any_365_days():
    frame = filed(20, days=365 / 9)
    claimant = find_serial_claimants(frame).claimants.iloc[0]
    assert claimant["total"] == 20
    assert claimant["year_peak"] == 10


def test_factors_and_reasons():
    frame = filed(
        30, product_category="G1", name=["甲一", "乙二"] * 15, quantity=6.0, operator_id="shop",
        reject_reason=["不是为生活消费需要"] * 2 + [None] * 28, narrative="退一赔十，申请行政复议",
    )  # fmt: skip
    row = find_serial_claimants(frame).claimants.iloc[0]
    assert row[["f1", "f2", "f3", "f4", "f5"]].tolist() == [True] * 5
    # one a week: five within any 30 days
    assert row["burst_peak"] == row["operator_burst_peak"] == row["purchases_peak"] == 5
    assert row["quantity_peak"] == 30
    assert row["rejected"] == row["names_on_phone"] == 2
    assert row["keywords"] == ("tenfold", "reconsideration")
    assert row["reasons"] == (
        "year_peak:30", "f1.quantity_peak:30", "f1.purchases_peak:5", "f2.burst_peak:5",
        "f2.operator_burst_peak:5", "f3.rejected:2", "f4.names_on_phone:2", "f5.keyword_score:2",
    )  # fmt: skip
    assert row["tier"] == TIERS[2]


def test_a_keyword_said_once_does_not_score():
    frame = filed(30, narrative=["退一赔十，举报奖励"] + ["质量问题"] * 29)
    row = find_serial_claimants(frame).claimants.iloc[0]
    assert (row["keyword_score"], row["tier"]) == (0, "suspected")


@pytest.mark.parametrize(
    "identity",
    [
        pytest.param({"phone": [PHONE, "+86 138-0000-1111"] * 6}, id="telephone as written"),
        pytest.param(
            {"phone": None, "id_number": ["11010119900101001x", "11010119900101001X "] * 6}, id="id"
        ),
        pytest.param(
            {"phone": None, "name": "王某一", "address": ["江岸区1号", "江岸区 1 号"] * 6},
            id="home",
        ),
        pytest.param({"phone": None, "person_key": "k"}, id="person key"),
        pytest.param(
            {"phone": [PHONE, "13911112222"] * 6, "id_number": "110101199001010011"},
            id="joined by id",
        ),
    ],
)
def test_who_is_one_claimant(identity):
    found = find_serial_claimants(filed(12, **identity))
    assert found.claimants["total"].tolist() == [12]
    assert found.members["submission_id"].tolist() == [f"s{i:03}" for i in range(12)]
    assert set(found.members["claimant"]) == {"s000"}


@pytest.mark.parametrize(
    "identity",
    [
        pytest.param({"phone": "138****1111"}, id="masked telephone"),
        pytest.param({"phone": None, "name": "王**", "address": "江岸区1号"}, id="masked name"),
        pytest.param({"phone": None, "name": "王某一"}, id="a name alone"),
        pytest.param({"phone": "12315"}, id="a short number"),
        pytest.param({"phone": None}, id="nothing"),
        pytest.param({"name": [f"甲{chr(0x4E00 + i)}" for i in range(30)]}, id="a switchboard"),
        pytest.param(
            {"name": [f"甲{chr(0x4E00 + i)}" for i in range(30)], "person_key": "of its number"},
            id="a switchboard and the key made of it",
        ),
    ],
)
def test_who_is_nobody(identity):
    assert tiers(filed(30, **identity)) == []


def test_a_telephone_in_the_text_counts_if_it_is_a_filers():
    frame = filed(12, phone=[PHONE] * 9 + [None] * 3, raw_narrative=f"联系电话{PHONE}")
    assert find_serial_claimants(frame).claimants["total"].tolist() == [12]
    shop = filed(12, phone=None, raw_narrative="商家电话13999998888")
    assert tiers(shop) == []


def test_order_of_rows_index_and_input_do_not_matter():
    frame = pd.concat(
        [
            filed(12),
            filed(31, phone="13911112222").assign(submission_id=lambda f: "t" + f["submission_id"]),
        ]
    )
    before = frame.copy()
    found = find_serial_claimants(frame)
    assert found.claimants["claimant"].tolist() == ["ts000", "s000"]
    again = find_serial_claimants(frame.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(again.claimants, found.claimants)
    pd.testing.assert_frame_equal(again.members, found.members)
    pd.testing.assert_frame_equal(frame, before)


def test_nothing_gives_nothing():
    found = find_serial_claimants(filed(0))
    assert found.claimants.empty
    assert found.members.empty
    assert "reasons" in found.claimants


def test_missing_columns_are_named():
    with pytest.raises(KeyError, match="issue_type"):
        find_serial_claimants(filed(3).drop(columns="issue_type"))
    with pytest.raises(KeyError, match="tell no person"):
        find_serial_claimants(filed(3).drop(columns="phone"))


def test_rules_are_read_whole(tmp_path):
    content = yaml.safe_load(DEFAULT_RULES.read_text(encoding="utf-8"))
    content["tiers"]["watch_year"] = 3
    changed = tmp_path / "rules.yaml"
    changed.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    rules = read_rules(changed)
    assert find_serial_claimants(filed(5, days=20), rules=rules).claimants["tier"].tolist() == [
        "watch"
    ]
    del content["keyword_share"]
    changed.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(ValueError, match="keyword_share"):
        read_rules(changed)
