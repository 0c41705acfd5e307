"""The only WHERE clause: rows kept and left out, checked by hand."""

import datetime as dt

import pytest
import sqlalchemy as sa

from queries.cubes import cube_table
from queries.matching import matching, needed_columns
from queries.schema import submissions
from queries.scope import EVERYTHING, Scope
from queries.selection import DateRange, InvalidSelectionError, Period, Selection
from tests.queries.samples import create, fill

ANYTHING = Selection()
DAY = dt.datetime(2026, 3, 11, 12)
WEEK = DateRange(dt.date(2026, 3, 9), dt.date(2026, 3, 15))
ROW = {"source": "test", "kind": "complaint", "weekday": 3, "hour": 12, "status": "closed"}
ROWS: dict[str, dict[str, object]] = {
    "wuhan": {"province_code": "420000", "city_code": "420100", "county_code": "420106"},
    "yiling": {"province_code": "420000", "city_code": "420500", "county_code": "420506"},
    "xiantao": {"province_code": "420000", "city_code": "429004", "county_code": "429004"},
    "nowhere": {},
    "hunan": {"province_code": "430000", "city_code": "430100", "handling_unit": "一所"},
    "tipoff": {"city_code": "420100", "kind": "tipoff", "handling_unit": "一所"},
    "online": {"is_online": True, "hour": 0, "weekday": 7},
    "offline": {"is_online": False, "exclusion_reason": "repeat"},
    "fifty": {"narrative": "打折50%后不退", "title": "退款"},
    "five": {"narrative": "打折5折0%后不退"},
    "underscore": {"product_name": "型号A_1"},
    "letter": {"product_name": "型号AX1"},
    "slash": {"respondent_name": r"C:\temp/1"},
}
TAGS = {"wuhan": ("runaway",), "tipoff": ("minor", "runaway"), "hunan": ("minor",)}
CLUSTERS = {"wuhan": ("c1", "d2-1"), "tipoff": ("c7",), "hunan": ("c1",)}
CAMPAIGNS = {
    "wuhan": ("prepaid.closed", "prepaid.refund"),
    "tipoff": ("prepaid.refund", "own_1.all"),
}
# The first and last second of the week, and the seconds beside them.
EDGES = {
    "before": dt.datetime(2026, 3, 8, 23, 59, 59),
    "first": dt.datetime(2026, 3, 9),
    "last": dt.datetime(2026, 3, 15, 23, 59, 59),
    "after": dt.datetime(2026, 3, 16),
}


@pytest.fixture(
    scope="module", params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def conn(request, fresh_engine):
    with fresh_engine(request.param) as engine:
        create(engine)
        moments = dict.fromkeys(ROWS, DAY) | EDGES
        fill(
            engine,
            [
                {
                    **ROW,
                    **ROWS.get(name, {}),
                    "submission_key": key,
                    "submission_id": name,
                    "registered_at": at,
                    "registered_on": at.date(),
                    "given_tags": TAGS.get(name, ()),
                    "given_clusters": CLUSTERS.get(name, ()),
                    "given_campaigns": CAMPAIGNS.get(name, ()),
                }
                for key, (name, at) in enumerate(moments.items())
            ],
        )
        with engine.connect() as conn:
            yield conn


def found(conn, selection=ANYTHING, scope=EVERYTHING, **options):
    condition = matching(selection, scope, days=WEEK, **options)
    return set(conn.scalars(sa.select(submissions.c.submission_id).where(condition)))


EVERY = {*ROWS, "first", "last"}


def test_days_are_whole_to_the_last_second(conn):
    assert found(conn) == EVERY


@pytest.mark.parametrize(
    ("members", "names"),
    [
        (("420100",), {"wuhan", "tipoff"}),
        (("420100", "420506"), {"wuhan", "tipoff", "yiling"}),
        (("429004",), {"xiantao"}),
        (("420000", "430000"), {"wuhan", "yiling", "xiantao", "hunan"}),
    ],
)
def test_members_of_several_levels_are_alternatives(conn, members, names):
    chosen = Selection().with_filter("region", members)
    assert found(conn, chosen) == names
    assert found(conn, Selection().with_filter("region", members, exclude=True)) == EVERY - names


def test_filters_of_two_dimensions_must_both_hold(conn):
    chosen = Selection().with_filter("region", ["420100"]).with_filter("kind", ["tipoff"])
    assert found(conn, chosen) == {"tipoff"}


def test_flags_and_numbers(conn):
    assert found(conn, Selection().with_filter("is_online", ["1"])) == {"online"}
    assert found(conn, Selection().with_filter("is_online", ["0"])) == {"offline"}
    assert found(conn, Selection().with_filter("is_online", ["1", "0"])) == {"online", "offline"}
    unknown_stay = Selection().with_filter("is_online", ["1"], exclude=True)
    assert found(conn, unknown_stay) == EVERY - {"online"}
    assert found(conn, Selection().with_filter("hour", ["0"])) == {"online"}
    assert found(conn, Selection().with_filter("weekday", ["7"])) == {"online"}


@pytest.mark.parametrize(
    ("members", "names"),
    [
        (["runaway"], {"wuhan", "tipoff"}),
        (["minor"], {"tipoff", "hunan"}),
        (["minor", "runaway"], {"wuhan", "tipoff", "hunan"}),
        (["unknown"], set()),
    ],
)
def test_tags_are_alternatives_and_each_submission_counts_once(conn, members, names):
    assert found(conn, Selection().with_filter("tag", members)) == names
    assert found(conn, Selection().with_filter("tag", members, exclude=True)) == EVERY - names
    in_wuhan = Selection().with_filter("tag", members).with_filter("region", ["420100"])
    assert found(conn, in_wuhan) == names & {"wuhan", "tipoff"}
    assert found(conn, Selection().with_filter("tag", members), without="tag") == EVERY


@pytest.mark.parametrize(
    ("members", "names"),
    [
        (["c1"], {"wuhan", "hunan"}),
        (["c7", "c1"], {"wuhan", "hunan", "tipoff"}),
        (["d2-1"], {"wuhan"}),
        (["c99"], set()),
    ],
)
def test_clusters_of_several_levels_are_alternatives(conn, members, names):
    assert found(conn, Selection().with_filter("cluster", members)) == names
    assert found(conn, Selection().with_filter("cluster", members, exclude=True)) == EVERY - names
    both = Selection().with_filter("cluster", members).with_filter("tag", ["runaway"])
    assert found(conn, both) == names & {"wuhan", "tipoff"}


@pytest.mark.parametrize(
    ("members", "names"),
    [
        (["prepaid"], {"wuhan", "tipoff"}),
        (["prepaid.closed"], {"wuhan"}),
        (["own_1", "prepaid.closed"], {"wuhan", "tipoff"}),
        (["own_1.all"], {"tipoff"}),
        (["own_1.closed"], set()),
    ],
)
def test_campaigns_and_their_topics_are_alternatives(conn, members, names):
    assert found(conn, Selection().with_filter("campaign", members)) == names
    assert found(conn, Selection().with_filter("campaign", members, exclude=True)) == EVERY - names


@pytest.mark.parametrize("member", ["Prepaid", "prepaid.", "a b", "_x", "a.b.c"])
def test_what_is_no_campaign_is_refused(member):
    with pytest.raises(InvalidSelectionError):
        Selection().with_filter("campaign", [member])


@pytest.mark.parametrize("key", ["c", "12", "c1;", "d3", "C1"])
def test_what_is_no_key_of_a_cluster_is_refused(key):
    with pytest.raises(InvalidSelectionError):
        Selection().with_filter("cluster", [key])


@pytest.mark.parametrize(("dimension", "member"), [("is_online", "yes"), ("hour", "noon")])
def test_what_is_no_flag_or_number_is_refused(dimension, member):
    with pytest.raises(InvalidSelectionError, match=member):
        matching(Selection().with_filter(dimension, [member]), EVERYTHING, days=WEEK)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("50%", {"fifty"}),
        ("不退", {"fifty", "five"}),
        ("不退 退款", {"fifty"}),
        ("A_1", {"underscore"}),
        ("型号", {"underscore", "letter"}),
        (r"C:\temp/1", {"slash"}),
        ("/", {"slash"}),
        ("wuhan", {"wuhan"}),
        ("wuh", set()),
        ("' OR 1=1 --", set()),
    ],
)
def test_text_is_taken_literally_and_every_term_must_occur(conn, text, names):
    assert found(conn, Selection(text=text)) == names


def test_denoised_leaves_out_what_has_a_reason(conn):
    assert found(conn, Selection(denoised=True)) == EVERY - {"offline"}


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        (Scope(), set()),
        (Scope(kinds=("tipoff",)), set()),
        (Scope(regions=("420100",)), {"wuhan", "tipoff"}),
        (Scope(regions=("420106", "420500")), {"wuhan", "yiling"}),
        (Scope(regions=("420100",), kinds=("complaint",)), {"wuhan"}),
        (Scope(everything=True, units=("一所",)), {"hunan", "tipoff"}),
        (Scope(everything=True, kinds=("tipoff",)), {"tipoff"}),
    ],
)
def test_scope(conn, scope, names):
    assert found(conn, scope=scope) == names
    assert found(conn, scope=scope, without=("city_code", "kind", "handling_unit")) == names


@pytest.mark.parametrize(
    ("members", "level", "names"),
    [
        (("420100",), "county_code", {"wuhan", "tipoff"}),
        (("420100",), "city_code", EVERY),
        (("420100",), "province_code", EVERY),
        (("420106",), "county_code", EVERY),
        (("420106",), "street_code", {"wuhan"}),
        (("420500", "420106"), "county_code", EVERY),
        (("420500", "420106"), "street_code", {"wuhan", "yiling"}),
        (("420100",), "industry", {"wuhan", "tipoff"}),
    ],
)
def test_a_breakdown_keeps_only_coarser_filters_of_its_own_dimension(conn, members, level, names):
    chosen = Selection().with_filter("region", members)
    assert found(conn, chosen, without=level) == names


def test_a_breakdown_keeps_coarser_exclusions_one_by_one(conn):
    left_out = Selection().with_filter("region", ["420500", "420106"], exclude=True)
    assert found(conn, left_out) == EVERY - {"yiling", "wuhan"}
    assert found(conn, left_out, without="county_code") == EVERY - {"yiling"}


def test_a_table_that_lacks_a_column_is_refused():
    chosen = Selection().with_filter("industry", ["F51"])
    with pytest.raises(
        ValueError, match=r"cube_day_county has no column 'industry'.*needed_columns"
    ):
        matching(chosen, EVERYTHING, table=cube_table("day_county"), days=WEEK)


def test_a_relative_period_needs_days():
    with pytest.raises(ValueError, match=r"'30d' is relative; call resolved\(\) first"):
        matching(Selection(), EVERYTHING)
    matching(Selection(period=Period.between(WEEK.start, WEEK.end)), EVERYTHING)


def test_columns_needed_are_those_compared():
    chosen = Selection(text="x", denoised=True).with_filter("region", ["420100", "420106"])
    rights = Scope(regions=("420000",), kinds=("complaint",), units=("一所",))
    assert needed_columns(chosen, rights) == {
        "excluded", "city_code", "county_code", "province_code", "kind", "handling_unit",
        "narrative", "title", "respondent_name", "product_name", "submission_id",
    }  # fmt: skip
    assert needed_columns(chosen, EVERYTHING, without="city_code") >= {"excluded", "narrative"}
    assert "county_code" not in needed_columns(chosen, EVERYTHING, without="city_code")
