"""Counts by tag, held against plain Python over the same rows."""

import collections
import dataclasses
import datetime as dt
import random

import pytest

from queries.month_sums import add_up_months
from queries.reads import fetch_submissions, fetch_totals
from queries.scope import EVERYTHING, Scope
from queries.selection import Comparison, DateRange, Period, Selection
from queries.tag_reads import (
    TagCounts,
    fetch_newest_texts,
    fetch_tag_books,
    fetch_tags,
    fetch_tags_of,
)
from queries.tag_tables import FOUND, TagsNotDerivedError, tag_months, tag_rules
from tests.queries import oracle

NAMES = {"runaway": "关门跑路", "minor": "涉未成年人", "unseen": "没有的"}


@pytest.fixture(
    scope="module", params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def tagged(request):
    sample = request.getfixturevalue(
        "duckdb_sample" if request.param == "duckdb" else "postgres_sample"
    )
    rows = [{"tag": tag, "name": name, "digest": "-"} for tag, name in NAMES.items()]
    with sample.warehouse.engine.begin() as conn:
        tag_rules.create(conn)
        conn.execute(tag_rules.insert(), rows)
        add_up_months(conn, FOUND, None)
    yield sample
    with sample.warehouse.engine.begin() as conn:
        tag_rules.drop(conn)
        tag_months.drop(conn)


def counted(rows):
    return collections.Counter(tag for row in rows for tag in row["given_tags"])


def test_counts_shares_and_changes_are_those_of_the_rows(tagged):
    chance = random.Random(5)
    codes = oracle.codes_by_dimension(tagged.rows)
    first, last = tagged.warehouse.first_day, tagged.warehouse.last_day
    compared = 0
    for _ in range(40):
        selection = oracle.random_selection(chance, codes)
        scope = oracle.random_scope(chance)
        found = fetch_tags(tagged.warehouse, selection, scope)
        days = selection.period.range(first, last)
        meant = oracle.meant(tagged.rows, selection, scope, days, ["tag"])
        wanted = counted(meant)
        assert found.base == len(meant)
        assert found.tagged == sum(bool(row["given_tags"]) for row in meant)
        ranking = sorted(NAMES, key=lambda tag: (-wanted[tag], tag))
        assert found.frame["tag"].tolist() == ranking
        assert found.frame["name"].tolist() == [NAMES[tag] for tag in ranking]
        assert found.frame["submissions"].tolist() == [wanted[tag] for tag in ranking]
        if meant:
            assert found.frame["share"].tolist() == pytest.approx(
                [wanted[tag] / len(meant) for tag in ranking]
            )
        else:
            assert found.frame["share"].isna().all()
        if found.compared is not None:
            compared += 1
            earlier = oracle.meant(tagged.rows, selection, scope, found.compared, ["tag"])
            before = counted(earlier)
            assert found.base_compared == len(earlier)
            assert found.frame["submissions_compared"].tolist() == [before[tag] for tag in ranking]
    assert compared > 5


def test_another_county_is_not_counted(tagged):
    everything = Selection(period=Period("all"), comparison=Comparison.NONE)
    scope = Scope(regions=("420506",))
    own = [row for row in tagged.rows if row["county_code"] == "420506"]
    found = fetch_tags(tagged.warehouse, everything, scope)
    assert found.base == len(own)
    assert dict(zip(found.frame["tag"], found.frame["submissions"], strict=True)) == counted(
        own
    ) | {"unseen": 0}
    texts = fetch_newest_texts(tagged.warehouse, everything, scope, limit=50_000)
    assert set(texts["submission_id"]) == {row["submission_id"] for row in own}


def test_the_filter_counts_what_the_ranking_says(tagged):
    everything = Selection(period=Period("all"), comparison=Comparison.NONE)
    ranking = fetch_tags(tagged.warehouse, everything, EVERYTHING).frame
    assert isinstance(ranking["submissions"].iloc[0].item(), int)
    for tag, number in zip(ranking["tag"], ranking["submissions"], strict=True):
        chosen = everything.with_filter("tag", [tag])
        totals = fetch_totals(tagged.warehouse, chosen, EVERYTHING, measures=("submissions",))
        assert totals.current["submissions"] == number
        assert fetch_submissions(tagged.warehouse, chosen, EVERYTHING).total == number


def test_who_may_see_nothing_is_told_of_nothing(tagged):
    for period in ("all", "40d"):
        found = fetch_tags(tagged.warehouse, Selection(period=Period(period)), Scope())
        assert (found.base, found.tagged, found.frame["submissions"].sum()) == (0, 0, 0)


def test_newest_texts_are_title_and_narrative(tagged):
    everything = Selection(period=Period("all"))
    found = fetch_newest_texts(tagged.warehouse, everything, EVERYTHING, limit=30)
    newest = sorted(
        tagged.rows, key=lambda row: (row["registered_at"], row["submission_key"]), reverse=True
    )[:30]
    assert found["submission_id"].tolist() == [row["submission_id"] for row in newest]
    assert found["text"].tolist() == [
        (f"{row['title']}\n" if row["title"] else "") + (row["narrative"] or "") for row in newest
    ]


def test_tags_of_one_within_the_scope(tagged):
    row = next(
        each
        for each in tagged.rows
        if len(each["given_tags"]) == 2 and each["county_code"] == "420102"
    )
    asked = {"submission_id": row["submission_id"]}
    assert fetch_tags_of(tagged.warehouse, EVERYTHING, **asked) == ("minor", "runaway")
    assert fetch_tags_of(tagged.warehouse, Scope(regions=("420506",)), **asked) == ()


def test_what_is_not_derived_is_an_error_not_nothing(tagged):
    stale = dataclasses.replace(tagged.warehouse, fresh=frozenset({"submission_words"}))
    with pytest.raises(TagsNotDerivedError, match="jobs refresh"):
        fetch_tags(stale, Selection(), EVERYTHING)
    with pytest.raises(TagsNotDerivedError):
        fetch_totals(
            stale, Selection().with_filter("tag", ["minor"]), EVERYTHING, measures=("submissions",)
        )
    assert fetch_tag_books(stale) == {}
    assert fetch_tag_books(tagged.warehouse) == {tag: (name, "-") for tag, name in NAMES.items()}


@pytest.mark.parametrize("limit", [0, 50_001])
def test_too_many_texts_are_refused(tagged, limit):
    with pytest.raises(ValueError, match="limit must be 1 to 50000"):
        fetch_newest_texts(tagged.warehouse, Selection(), EVERYTHING, limit=limit)


def test_days_are_named(tagged):
    chosen = Selection(period=Period("2026-03-01..2026-03-10"))
    found: TagCounts = fetch_tags(tagged.warehouse, chosen, EVERYTHING)
    assert found.days == DateRange(dt.date(2026, 3, 1), dt.date(2026, 3, 10))
    assert found.compared is not None
