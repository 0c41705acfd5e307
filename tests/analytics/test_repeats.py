import numpy as np
import pandas as pd
import pytest

from analytics.letters import find_template_letters
from analytics.repeats import (
    copies,
    find_filed_again,
    find_frequent_filers,
    find_repeats,
    find_shared_matters,
)

DAY = pd.Timestamp("2026-03-01 09:00")
SAID = "我于三月五日在城南商场购买一台电压力锅，使用两次后内胆起皮，商家拒绝退换"
OTHER = "小区旁的健身房突然关门，办理的年卡还剩八个月，负责人电话一直打不通"


def filed(*rows, **columns):
    """Make submissions of (id, person, days after the first day) and columns for all."""
    frame = pd.DataFrame(rows, columns=["submission_id", "person_key", "days"])
    frame["registered_at"] = DAY + pd.to_timedelta(frame.pop("days"), unit="D")
    base = {
        "kind": "complaint", "operator_id": "shop", "channel": "app", "handling_unit": "unit",
        "issue_type": "C01", "narrative": SAID,
    }  # fmt: skip
    return frame.assign(**{**base, **columns})


def told(found, reason):
    part = found[found["reason"] == reason]
    return dict(zip(part["submission_id"], part["role"], strict=True))


def test_the_same_person_filing_the_same_again_is_a_repeat():
    found = find_repeats(filed(("a", "p", 0), ("b", "p", 30), ("c", "q", 1)))
    assert told(found, "repeat") == {"a": "kept", "b": "copy"}
    assert told(found, "multichannel") == {}
    assert copies(found).to_dict() == {"b": "repeat"}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"kind": ["complaint", "tipoff"]}, id="another kind"),
        pytest.param({"narrative": [SAID, OTHER]}, id="another text"),
        pytest.param({"person_key": [None, None]}, id="persons unknown"),
        pytest.param({"narrative": [None, None]}, id="no text"),
        pytest.param(
            {
                "operator_id": ["shop", "mall"],
                "narrative": [SAID, SAID.replace("城南商场", "国贸大厦")],
            },
            id="one template, another shop",
        ),
    ],
)
def test_what_is_no_repeat(change):
    assert told(find_repeats(filed(("a", "p", 0), ("b", "p", 3), **change)), "repeat") == {}


def test_thirty_one_days_later_is_no_repeat():
    assert told(find_repeats(filed(("a", "p", 0), ("b", "p", 31))), "repeat") == {}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"operator_id": ["shop", "the shop"]}, id="the operator under another name"),
        pytest.param({"operator_id": [None, None]}, id="no operator"),
        pytest.param({"narrative": [SAID, "再次来电，" + SAID]}, id="a preface"),
        pytest.param({"narrative": [SAID, OTHER], "order_number": "731289"}, id="the same order"),
    ],
)
def test_what_is_a_repeat_all_the_same(change):
    found = find_repeats(filed(("a", "p", 0), ("b", "p", 3), **change))
    assert told(found, "repeat") == {"a": "kept", "b": "copy"}


@pytest.mark.parametrize("column", ["channel", "handling_unit"])
def test_one_matter_by_two_ways_is_multichannel(column):
    found = find_repeats(filed(("a", "p", 0), ("b", "p", 3), **{column: ["one", "two"]}))
    assert told(found, "multichannel") == {"a": "kept", "b": "copy"}
    unknown = find_repeats(filed(("a", "p", 0), ("b", "p", 3), **{column: ["one", None]}))
    assert told(unknown, "multichannel") == {}


def test_repeats_of_repeats_are_one_group_kept_at_its_first():
    found = find_filed_again(filed(("b", "p", 0), ("a", "p", 25), ("c", "p", 50)))
    assert told(found, "repeat") == {"b": "kept", "a": "copy", "c": "copy"}
    assert set(found["group"]) == {"b"}


def test_three_filings_in_ninety_days_are_frequent():
    rows = [
        ("a", "p", 0),
        ("b", "p", 45),
        ("c", "p", 90),
        ("d", "p", 200),
        ("e", "q", 0),
        ("f", "q", 91),
    ]
    found = find_frequent_filers(filed(*rows))
    assert told(found, "frequent") == dict.fromkeys("abc", "member")


def test_three_persons_in_seven_days_share_a_matter():
    rows = [
        ("a", "p", 0),
        ("b", "q", 3),
        ("c", "p", 4),
        ("d", "r", 7),
        ("e", "s", 20),
        ("f", "t", 21),
    ]
    found = find_shared_matters(filed(*rows))
    assert told(found, "many_persons") == dict.fromkeys("abcd", "member")
    apart = find_shared_matters(filed(*rows, issue_subtype=list("uuvvww")))
    assert apart.empty


def test_two_windows_apart_are_two_matters():
    rows = [(f"{name}{day}", name, day) for day in (0, 40) for name in "pqr"]
    found = find_shared_matters(filed(*rows))
    assert found.groupby("group").size().tolist() == [3, 3]


def test_shared_matters_agree_with_looking_at_every_window():
    draw = np.random.default_rng(0)
    rows = [(f"s{i:03}", f"p{draw.integers(6)}", float(draw.uniform(0, 90))) for i in range(60)]
    frame = filed(*rows)
    expected = set()
    for _, row in frame.iterrows():
        after = frame["registered_at"].between(
            row["registered_at"], row["registered_at"] + pd.Timedelta(days=7)
        )
        if frame.loc[after, "person_key"].nunique() >= 3:
            expected |= set(frame.loc[after, "submission_id"])
    assert set(find_shared_matters(frame)["submission_id"]) == expected


def test_order_of_rows_index_and_input_do_not_matter():
    frame = filed(("a", "p", 0), ("b", "p", 3), ("c", "p", 3), ("d", "q", 4), ("e", "r", 5))
    before = frame.copy()
    found = find_repeats(frame)
    mixed = frame.iloc[[3, 1, 4, 0, 2]].set_index(pd.Index([9] * 5))
    pd.testing.assert_frame_equal(find_repeats(mixed), found)
    pd.testing.assert_frame_equal(frame, before)


def test_blocks_by_person_give_the_same():
    rows = [(f"s{i:02}", f"p{i % 7}", i * 5) for i in range(40)]
    frame = filed(*rows)
    whole = find_filed_again(frame)
    parts = [find_filed_again(part) for _, part in frame.groupby("person_key")]
    joined = pd.concat(parts).sort_values(["reason", "group", "submission_id"], ignore_index=True)
    pd.testing.assert_frame_equal(whole, joined)


def test_nothing_gives_nothing():
    assert find_repeats(filed()).empty
    assert find_repeats(filed(("a", "p", 0))).empty
    assert copies(find_repeats(filed())).empty


def test_missing_columns_are_named():
    with pytest.raises(KeyError, match="narrative"):
        find_repeats(filed(("a", "p", 0)).drop(columns="narrative"))


def test_a_letter_needs_many_signatories_close_in_time():
    rows = [(f"s{i:02}", f"p{i}", i) for i in range(12)] + [("late", "z", 60)]
    found = find_template_letters(filed(*rows))
    assert found["submission_id"].tolist() == [f"s{i:02}" for i in range(12)]
    assert set(found["persons"]) == {12}
    one_person = filed(*rows).assign(person_key="p")
    assert find_template_letters(one_person).empty
    assert find_template_letters(filed(*rows, kind="inquiry")).empty
    assert find_template_letters(filed()).empty
