"""Who handles what, case by case."""

import pandas as pd
import pytest

from analytics.jurisdiction import DEFAULT_JURISDICTION, competent_authorities, read_jurisdiction

NEW, OLD = "2026-04-15", "2026-04-14"
WUHAN, JIANGXIA, HANGZHOU, XIANTAO = "420106", "420115", "330110", "429004"

# kind, role, registered, facts, rule, region, others, reasons
CASES = [
    ("complaint", "offline", NEW, {"operating_county": WUHAN, "registered_county": WUHAN},
     "complaint", WUHAN, "", ""),
    ("complaint", "offline", NEW, {"operating_county": WUHAN, "registered_county": JIANGXIA},
     "complaint", WUHAN, JIANGXIA, "several"),
    ("complaint", "offline", NEW, {"operating_county": WUHAN},
     "complaint", WUHAN, "", "missing:registered_county"),
    ("complaint", "offline", NEW, {"registered_county": JIANGXIA},
     "complaint", JIANGXIA, "", "missing:operating_county"),
    ("complaint", "offline", NEW, {},
     "complaint", None, "", "missing:operating_county;missing:registered_county"),
    ("complaint", "offline", OLD, {"operating_county": XIANTAO, "registered_county": XIANTAO},
     "complaint", XIANTAO, "", ""),
    ("complaint", "offline", NEW, {"operating_county": "420100", "registered_county": "420100"},
     "complaint", "420100", "", "not_a_county"),
    ("complaint", "platform_operator", NEW, {"registered_county": HANGZHOU},
     "complaint_platform", HANGZHOU, "", ""),
    ("complaint", "platform_operator", NEW, {"operating_county": WUHAN},
     "complaint_platform", None, "", "missing:registered_county"),
    ("complaint", "platform_operator", OLD, {"registered_county": HANGZHOU},
     "complaint_platform", HANGZHOU, "", ""),
    ("complaint", "on_platform", NEW, {"published_county": WUHAN, "platform_county": HANGZHOU},
     "complaint_on_platform", WUHAN, HANGZHOU, "several"),
    ("complaint", "on_platform", NEW, {"platform_county": HANGZHOU},
     "complaint_on_platform", HANGZHOU, "", "missing:published_county"),
    ("complaint", "on_platform", NEW,
     {"published_county": WUHAN, "platform_county": HANGZHOU, "is_unreachable": True},
     "complaint_on_platform", HANGZHOU, "", "unreachable"),
    ("complaint", "on_platform", NEW, {"published_county": WUHAN, "is_unreachable": True},
     "complaint_on_platform", None, "", "unreachable;missing:platform_county"),
    ("complaint", "on_platform", OLD, {"published_county": WUHAN, "platform_county": HANGZHOU},
     "complaint_on_platform", None, "", "no_rule"),
    ("complaint", None, NEW, {"operating_county": WUHAN, "registered_county": WUHAN},
     "complaint", WUHAN, "", "role_unknown"),
    ("tipoff", "offline", NEW, {"conduct_county": JIANGXIA, "operating_county": WUHAN},
     "tipoff", JIANGXIA, "", ""),
    ("tipoff", "offline", NEW, {"operating_county": WUHAN},
     "tipoff", None, "", "missing:conduct_county"),
    ("tipoff", "platform_operator", NEW, {"conduct_county": HANGZHOU},
     "tipoff", HANGZHOU, "", ""),
    ("tipoff", "on_platform", NEW, {"operating_county": WUHAN, "conduct_county": JIANGXIA},
     "tipoff_on_platform", WUHAN, "", ""),
    ("tipoff", "on_platform", OLD, {"operating_county": WUHAN},
     "tipoff_on_platform", None, "", "no_rule"),
    ("tipoff", "media_advert", NEW, {"publisher_county": WUHAN, "conduct_county": JIANGXIA},
     "tipoff_media_advert", WUHAN, "", ""),
    ("tipoff", None, NEW, {"conduct_county": WUHAN}, "tipoff", WUHAN, "", "role_unknown"),
    ("inquiry", "offline", NEW, {"operating_county": WUHAN}, None, None, "", "no_rule"),
]  # fmt: skip


def asked(cases):
    return pd.DataFrame(
        [
            {"kind": kind, "role": role, "registered_on": registered, **facts}
            for kind, role, registered, facts, *_ in cases
        ]
    )


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_authority_by_hand(case):
    found = competent_authorities(asked([case])).iloc[0]
    answer = (found["rule"], found["region_code"], found["others"], found["reasons"])
    assert answer == case[4:]
    assert found["needs_check"] == bool(case[7])


def test_all_at_once_say_the_same_in_any_order():
    frame = asked(CASES)
    found = competent_authorities(frame)
    assert found["region_code"].to_list() == [case[5] for case in CASES]
    shuffled = frame.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(competent_authorities(shuffled).loc[frame.index], found)


def test_articles_are_given_where_known_and_marked_as_not_checked():
    found = competent_authorities(asked([CASES[0], CASES[5], CASES[16], CASES[23]]))
    assert found["article"].to_list() == ["13、29—32", None, "13、29—32", None]
    assert found["level"].to_list() == ["county", "county", "county_or_above", None]
    assert not found["article_checked"].any()


def test_an_empty_frame_gives_an_empty_frame():
    found = competent_authorities(asked(CASES).iloc[:0])
    assert found.empty
    assert "region_code" in found.columns


def test_a_repeated_index_is_kept_and_the_frame_left_alone():
    frame = asked(CASES[:3]).set_axis([5, 5, 1], axis=0)
    before = frame.copy()
    assert competent_authorities(frame).index.to_list() == [5, 5, 1]
    pd.testing.assert_frame_equal(frame, before)


def test_missing_columns_and_dates_are_refused():
    with pytest.raises(ValueError, match="role"):
        competent_authorities(asked(CASES[:1]).drop(columns="role"))
    with pytest.raises(ValueError, match="registered_on"):
        competent_authorities(asked(CASES[:1]).assign(registered_on=None))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param("places: [conduct_county]", "places: [nowhere]", "nowhere", id="place"),
        pytest.param("role: offline", "role: shop", "shop", id="role"),
        pytest.param("checked: false\n", "", "checked", id="key missing"),
    ],
)
def test_a_bad_rule_file_is_refused(tmp_path, old, new, says):
    text = DEFAULT_JURISDICTION.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "rules.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        read_jurisdiction(path)
