"""Reads of clusters: counted under selection and scope, the same as by hand from the plain rows."""

import collections
import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa

from jobs.refresh import refresh
from queries import cluster_texts
from queries.cluster_names import fetch_cluster_names
from queries.cluster_tables import ClustersNotDerivedError, cluster_members
from queries.clusters import (
    fetch_clusters,
    fetch_course,
    fetch_members_by,
    fetch_run,
)
from queries.generations import GenerationStore
from queries.schema import submissions
from queries.scope import EVERYTHING, Scope
from queries.selection import Comparison, DateRange, Period, Selection
from queries.totals import fetch_totals
from queries.warehouse import open_current
from tests.finders.cluster_records import LAST_DAY, rows
from tests.staging import batch

ELSEWHERE = Scope(regions=("420506",))
WHOLE = Selection(period=Period("90d"), comparison=Comparison.NONE)
MONTH = Selection(period=Period("30d"), comparison=Comparison.PREVIOUS)
SECRET = "外县专用文字"


def made_rows():
    here = rows("a", each=30)
    there = rows("b", each=10, county="420506", operator_id="op-2", respondent_name="外县商行")
    for each in there:
        each["narrative"] += SECRET
    return [*here, *there, *rows("q", each=4, kind="inquiry")]


RECORDS = {each["submission_id"]: each for each in made_rows()}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    store = GenerationStore(tmp_path_factory.mktemp("clusters") / "warehouse")
    with store.building() as building:
        building.stage(batch(list(RECORDS.values())))
        building.merge()
    refresh(store, only="clusters")
    opened = open_current(f"duckdb:///{store.folder}")
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def stored(warehouse):
    """Cluster of each submission at the medium level, by id."""
    asked = sa.select(submissions.c.submission_id, cluster_members.c.cluster_key).join(
        cluster_members, cluster_members.c.submission_key == submissions.c.submission_key
    )
    with warehouse.engine.connect() as conn:
        found = conn.execute(asked.where(cluster_members.c.level == "medium")).all()
    return {row.submission_id: row.cluster_key for row in found}


def counted(stored, *, first=None, last=LAST_DAY, county=None):
    first = first or LAST_DAY - dt.timedelta(days=89)
    return collections.Counter(
        key
        for each, key in stored.items()
        if first <= RECORDS[each]["registered_on"] <= last
        and county in (None, RECORDS[each]["county_code"])
    )


def by_key(found, column="submissions"):
    return {
        key: n for key, n in zip(found.frame["cluster_key"], found.frame[column], strict=True) if n
    }


@pytest.mark.parametrize(
    ("scope", "county"),
    [pytest.param(EVERYTHING, None, id="all"), pytest.param(ELSEWHERE, "420506", id="one county")],
)
def test_counts_are_those_of_the_plain_rows(warehouse, stored, scope, county):
    found = fetch_clusters(warehouse, WHOLE, scope, level="medium")
    expected = counted(stored, county=county)
    assert by_key(found) == dict(expected)
    assert found.clustered == expected.total() == (200 if county is None else 50)
    assert found.frame["share"].sum() == pytest.approx(1)
    assert found.frame["compared"].isna().all()


def test_label_words_are_those_that_submissions_in_scope_hold(tmp_path):
    here, there = rows("a", each=8), rows("b", each=8, county="420506", operator_id="op-2")
    for each in there:
        each["narrative"] = f"雪莲果蜜饯变质，雪莲果蜜饯不退，{each['narrative'][:6]}"
    store = GenerationStore(tmp_path / "warehouse")
    with store.building() as building:
        building.stage(batch([*here, *there]))
        building.merge()
    refresh(store, only="clusters")
    opened = open_current(f"duckdb:///{store.folder}")
    wholly = fetch_clusters(opened, WHOLE, EVERYTHING, level="coarse").frame
    partly = fetch_clusters(opened, WHOLE, Scope(regions=("420106",)), level="coarse").frame
    opened.engine.dispose()
    assert "雪莲" in {word for words in wholly["words"] for word in words}
    told = {word for words in partly["words"] for word in words}
    texts = "".join(each["narrative"] for each in here).lower()
    assert told
    assert {word for word in told if word not in texts} == set()


def test_a_month_is_compared_with_the_one_before(warehouse, stored):
    found = fetch_clusters(warehouse, MONTH, EVERYTHING, level="medium")
    first = LAST_DAY - dt.timedelta(days=29)
    before = first - dt.timedelta(days=30)
    assert found.compared_days is not None
    assert (found.compared_days.start, found.compared_days.end) == (
        before,
        first - dt.timedelta(days=1),
    )
    assert by_key(found) == dict(counted(stored, first=first))
    assert by_key(found, "compared") == dict(
        counted(stored, first=before, last=first - dt.timedelta(days=1))
    )
    one = found.frame.iloc[0]
    assert one["change"] == one["submissions"] - one["compared"]


def test_days_beyond_the_run_are_left_out_and_not_compared_with(warehouse):
    year = Selection(period=Period("12m"), comparison=Comparison.PREVIOUS)
    found = fetch_clusters(warehouse, year, EVERYTHING, level="coarse")
    assert found.days is not None
    assert found.days.start == LAST_DAY - dt.timedelta(days=89)
    assert found.compared_days is None
    past = Selection(period=Period.between(dt.date(2025, 1, 1), dt.date(2025, 2, 1)))
    nothing = fetch_clusters(warehouse, past, EVERYTHING, level="coarse")
    assert nothing.days is None
    assert nothing.frame.empty
    assert nothing.clustered == 0


def test_members_under_a_scope_are_its_own(warehouse, stored):
    keys = sorted(set(stored.values()))
    for order in cluster_texts.ORDERS:
        page = cluster_texts.fetch_members(
            warehouse, WHOLE, ELSEWHERE, level="medium", keys=keys, order=order, page_size=200
        )
        assert page.total == len(page.frame) == 50
        assert set(page.frame["county_code"]) == {"420506"}
    mine = Scope(regions=("420106",))
    others = cluster_texts.fetch_members(
        warehouse, WHOLE, mine, level="medium", keys=keys, page_size=200
    )
    assert others.total == 150
    assert not others.frame["narrative"].str.contains(SECRET).any()


def test_members_are_in_order_and_pages_do_not_overlap(warehouse, stored):
    key = collections.Counter(stored.values()).most_common(1)[0][0]
    both = [
        cluster_texts.fetch_members(
            warehouse, WHOLE, EVERYTHING, level="medium", keys=[key], page=page, page_size=5
        )
        for page in (1, 2)
    ]
    ids = [each for page in both for each in page.frame["submission_id"]]
    assert len(set(ids)) == 10
    far = cluster_texts.fetch_members(
        warehouse, WHOLE, EVERYTHING, level="medium", keys=[key], order="far", page_size=200
    )
    near = cluster_texts.fetch_members(
        warehouse, WHOLE, EVERYTHING, level="medium", keys=[key], page_size=200
    )
    assert near.frame["submission_id"].tolist()[:10] == ids
    assert set(far.frame["submission_id"]) == set(near.frame["submission_id"])
    assert far.frame["submission_id"].iloc[0] != ids[0]
    newest = cluster_texts.fetch_members(
        warehouse, WHOLE, EVERYTHING, level="medium", keys=[key], order="newest", page_size=200
    )
    assert newest.frame["registered_at"].is_monotonic_decreasing


def test_course_counts_every_day_of_the_run(warehouse, stored):
    keys = sorted(set(stored.values()))
    course = fetch_course(warehouse, MONTH, ELSEWHERE, level="medium", keys=keys)
    assert len(course) == 90
    assert course.sum() == 50


def test_origins_are_shares_of_the_cluster_beside_the_usual_ones(warehouse, stored):
    key = collections.Counter(stored.values()).most_common(1)[0][0]
    found = fetch_members_by(
        warehouse, WHOLE, EVERYTHING, level="medium", keys=[key], by="county_code"
    )
    own = collections.Counter(
        RECORDS[each]["county_code"] for each, k in stored.items() if k == key
    )
    assert dict(zip(found.frame["member"], found.frame["submissions"], strict=True)) == dict(own)
    usual = found.frame.set_index("member")["usual"]
    assert usual["420106"] == pytest.approx(150 / 200)
    assert found.frame["share"].sum() == pytest.approx(1)


def test_points_are_lit_by_all_words(warehouse, stored):
    points = cluster_texts.fetch_points(
        warehouse, WHOLE, EVERYTHING, level="medium", lit=f"{SECRET} 健身"
    )
    expected = sum(
        SECRET in RECORDS[each]["narrative"] and "健身" in RECORDS[each]["narrative"]
        for each in stored
    )
    assert expected
    assert points["lit"].sum() == expected
    assert len(points) == 200
    dark = cluster_texts.fetch_points(warehouse, WHOLE, ELSEWHERE, level="medium")
    assert len(dark) == 50
    assert not dark["lit"].any()


def test_submissions_outside_the_scope_are_not_listed(warehouse):
    points = cluster_texts.fetch_points(warehouse, WHOLE, EVERYTHING, level="medium")
    keys = points["submission_key"].tolist()[:200]
    listed = cluster_texts.fetch_listed(warehouse, WHOLE, ELSEWHERE, keys=keys)
    assert set(listed["county_code"]) == {"420506"}
    assert len(listed) == 50
    with pytest.raises(ValueError, match="at most 200"):
        cluster_texts.fetch_listed(warehouse, WHOLE, EVERYTHING, keys=range(201))


def test_a_sample_knows_no_text_outside_the_scope(warehouse, stored):
    keys = sorted(set(stored.values()))
    mine = Scope(regions=("420106",))
    sample = cluster_texts.fetch_sample(warehouse, mine, level="medium", keys=keys)
    assert len(sample) == cluster_texts.SAMPLE
    assert not sample["narrative"].str.contains(SECRET).any()
    few = cluster_texts.fetch_sample(warehouse, mine, level="medium", keys=["nothing"])
    assert few.empty


def test_the_run_is_told(warehouse):
    run = fetch_run(warehouse)
    assert (run.first_day, run.last_day) == (LAST_DAY - dt.timedelta(days=89), LAST_DAY)
    assert not run.sampled
    assert not run.again
    assert set(run.stability) == {"coarse", "medium", "fine"}
    assert run.followed == {}


def test_clusters_out_of_step_are_not_read(warehouse):
    stale = dataclasses.replace(warehouse, fresh=frozenset())
    with pytest.raises(ClustersNotDerivedError):
        fetch_run(stale)
    with pytest.raises(ClustersNotDerivedError):
        fetch_clusters(stale, WHOLE, EVERYTHING, level="fine")


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"order": "best"}, id="order"),
        pytest.param({"page": 0}, id="page"),
        pytest.param({"page_size": 201}, id="page size"),
    ],
)
def test_what_cannot_be_listed_is_refused(warehouse, wrong):
    with pytest.raises(ValueError, match="page_size 1 to 200"):
        cluster_texts.fetch_members(
            warehouse, WHOLE, EVERYTHING, level="fine", keys=["c1"], **wrong
        )


def test_a_filter_by_cluster_compares_only_days_that_the_clusters_cover(warehouse, stored):
    key = counted(stored).most_common(1)[0][0]
    chosen = MONTH.with_filter("cluster", [key])
    totals = fetch_totals(warehouse, chosen, EVERYTHING, measures=("submissions",))
    first = LAST_DAY - dt.timedelta(days=29)
    before = first - dt.timedelta(days=30)
    assert totals.current["submissions"] == counted(stored, first=first)[key]
    assert totals.previous is not None
    assert (
        totals.previous["submissions"]
        == counted(stored, first=before, last=first - dt.timedelta(days=1))[key]
    )
    for period in ("90d", "60d", "2025-12-01..2026-01-31"):
        wide = dataclasses.replace(chosen, period=Period(period))
        assert fetch_totals(warehouse, wide, EVERYTHING, measures=("submissions",)).previous is None
        left = dataclasses.replace(MONTH, period=Period(period)).with_filter(
            "cluster", [key], exclude=True
        )
        assert fetch_totals(warehouse, left, EVERYTHING, measures=("submissions",)).previous is None


def test_names_of_clusters_are_those_of_the_viewer(warehouse, stored):
    every = sorted(set(stored.values()))
    found = fetch_cluster_names(warehouse, EVERYTHING, keys=[*every, "c999", "d9-1"])
    assert sorted(found.names) == every
    assert found.days == DateRange(LAST_DAY - dt.timedelta(days=89), LAST_DAY)
    theirs = fetch_cluster_names(warehouse, ELSEWHERE, keys=every)
    texts = [each["narrative"] for each in RECORDS.values() if each["county_code"] == "420506"]
    for key in every:
        assert set(theirs.words[key]) <= set(found.words[key])
        assert all(any(word in text for text in texts) for word in theirs.words[key])
    assert fetch_cluster_names(warehouse, EVERYTHING, keys=[]).names == {}
