"""Pages of submissions, one submission, and the notable ones."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from queries.listing import LISTED_COLUMNS, NOT_SHOWN, fetch_submission, fetch_submissions
from queries.notable import NOTABLE_COLUMNS, NotableRules, Reason, fetch_notable
from queries.scope import EVERYTHING, Scope
from queries.selection import Period, Selection
from tests.queries import oracle
from tests.queries.samples import create, fill, open_sample

ALL = Selection(period=Period("all"))
RULES = NotableRules(injury_words=("烫伤", "50%"), days=7, large_yuan=1000, many=3, times_usual=2.0)


def test_pages_are_newest_first_and_never_overlap(sample):
    expected = [row["submission_id"] for row in reversed(sample.rows)]
    seen: list[str] = []
    page = fetch_submissions(sample.warehouse, ALL, EVERYTHING, page_size=200)
    assert page.total == len(sample.rows)
    assert page.pages == -(-len(sample.rows) // 200)
    for number in range(1, page.pages + 1):
        found = fetch_submissions(sample.warehouse, ALL, EVERYTHING, page=number, page_size=200)
        seen += found.frame["submission_id"].to_list()
    assert seen == expected
    after = fetch_submissions(sample.warehouse, ALL, EVERYTHING, page=page.pages + 1, page_size=200)
    assert after.frame.empty
    assert after.total == page.total


def test_a_page_holds_what_the_selection_means(sample):
    chosen = (
        Selection(period=Period("all"), text="退款", denoised=True)
        .with_filter("kind", ["complaint"])
        .with_filter("channel", ["phone"], exclude=True)
    )
    days = chosen.period.range(sample.warehouse.first_day, sample.warehouse.last_day)
    expected = oracle.meant(sample.rows, chosen, Scope(regions=("420100",)), days)
    page = fetch_submissions(sample.warehouse, chosen, Scope(regions=("420100",)), page_size=200)
    assert page.total == len(expected) > 10
    assert (
        page.frame["submission_id"].to_list()
        == [row["submission_id"] for row in reversed(expected)][:200]
    )


def test_largest_first_with_amounts_not_stated_last(sample):
    found = fetch_submissions(
        sample.warehouse, ALL, EVERYTHING, order="disputed_yuan", page_size=200
    ).frame
    amounts = sorted((r["disputed_yuan"] for r in sample.rows if r["disputed_yuan"]), reverse=True)
    assert found["disputed_yuan"].to_list() == amounts[:200]
    pages = -(-len(sample.rows) // 200)
    last = fetch_submissions(
        sample.warehouse, ALL, EVERYTHING, order="disputed_yuan", page_size=200, page=pages
    ).frame
    assert last["disputed_yuan"].isna().all()


def test_columns_are_typed_and_what_is_not_stated_is_none(sample):
    frame = fetch_submissions(sample.warehouse, ALL, EVERYTHING, page_size=200).frame
    assert list(frame.columns) == [*LISTED_COLUMNS, "operator_name"]
    assert pd.api.types.is_datetime64_any_dtype(frame["registered_at"])
    assert frame["disputed_yuan"].dtype == "float64"
    unplaced = frame[frame["operator_id"].isna()]
    assert set(unplaced["operator_id"]) == {None}
    assert set(unplaced["operator_name"]) == {None}
    named = frame[frame["operator_id"] == "OP03"]
    assert set(named["operator_name"]) == {"第3店"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"page": 0}, "page must be at least 1 and page_size 1 to 200, got 0, 20"),
        ({"page_size": 201}, "got 1, 201"),
        ({"order": "narrative"}, "order must be one of registered_at"),
    ],
)
def test_what_is_no_page_is_refused(duckdb_sample, options, message):
    with pytest.raises(ValueError, match=message):
        fetch_submissions(duckdb_sample.warehouse, ALL, EVERYTHING, **options)


def test_one_submission_is_shown_within_the_scope_only(sample):
    row = next(row for row in sample.rows if row["city_code"] == "420500" and row["operator_id"])
    found = fetch_submission(
        sample.warehouse, Scope(regions=("420500",)), submission_id=row["submission_id"]
    )
    assert found is not None
    assert found["narrative"] == row["narrative"]
    assert found["complainant_masked"] == "张**"
    assert set(found).isdisjoint(NOT_SHOWN)
    assert "operator_name" in found
    for scope in (Scope(), Scope(regions=("420100",)), Scope(everything=True, units=("四所",))):
        assert fetch_submission(sample.warehouse, scope, submission_id=row["submission_id"]) is None
    assert fetch_submission(sample.warehouse, EVERYTHING, submission_id="S0") is None


DEFAULTS = {
    "source": "test",
    "kind": "complaint",
    "weekday": 1,
    "hour": 1,
    "status": "registered",
    "city_code": "420100",
}


@pytest.fixture
def notable_in(any_engine):
    def make(*rows):
        create(any_engine)
        numbered = []
        for key, (at, fields) in enumerate(rows, start=1):
            moment = dt.datetime.fromisoformat(at)
            numbered.append(
                {
                    **DEFAULTS,
                    "submission_key": key,
                    "submission_id": f"S{key}",
                    "registered_at": moment,
                    "registered_on": moment.date(),
                    **fields,
                }
            )
        fill(any_engine, numbered)
        return open_sample(any_engine, numbered).knowing(())

    return make


def reasons(warehouse, *, scope=EVERYTHING, selection=ALL, rules=RULES, limit=30):
    frame = fetch_notable(warehouse, selection, scope, rules=rules, limit=limit)
    return list(zip(frame["submission_id"], frame["reasons"], strict=True))


def test_each_reason_at_its_threshold(notable_in):
    warehouse = notable_in(
        ("2026-03-20T10:00", {"narrative": "被烫伤"}),
        ("2026-03-20T09:00", {"title": "烫伤", "disputed_yuan": 1000.0}),
        ("2026-03-20T08:00", {"disputed_yuan": 999.99, "narrative": "50元"}),
        ("2026-03-14T00:00", {"narrative": "打折50%"}),
        ("2026-03-13T23:59:59", {"narrative": "烫伤"}),
    )
    assert reasons(warehouse) == [
        ("S1", (Reason.INJURY,)),
        ("S2", (Reason.INJURY, Reason.LARGE_SUM)),
        ("S4", (Reason.INJURY,)),
    ]
    assert reasons(warehouse, limit=1) == [("S1", (Reason.INJURY,))]
    without_words = NotableRules(injury_words=(), large_yuan=1000)
    assert reasons(warehouse, rules=without_words) == [("S2", (Reason.LARGE_SUM,))]


def test_who_asks_after_a_stay_in_hospital_is_not_injured(notable_in):
    warehouse = notable_in(
        ("2026-03-20T10:00", {"narrative": "被烫伤", "kind": "tipoff"}),
        ("2026-03-20T09:00", {"narrative": "因烫伤住院，年报怎么办", "kind": "inquiry"}),
        ("2026-03-20T08:00", {"title": "烫伤", "kind": "inquiry", "disputed_yuan": 1000.0}),
    )
    assert reasons(warehouse) == [("S1", (Reason.INJURY,)), ("S3", (Reason.LARGE_SUM,))]
    asked = replace(RULES, injury_kinds=("inquiry",))
    assert [key for key, _ in reasons(warehouse, rules=asked)] == ["S2", "S3"]


def test_many_against_one_operator_are_listed_once(notable_in):
    crowd = [(f"2026-03-{day}T10:00", {"operator_id": "A"}) for day in (14, 15, 20)]
    pair = [(f"2026-03-{day}T11:00", {"operator_id": "B"}) for day in (15, 20)]
    warehouse = notable_in(*crowd, *pair, ("2026-03-20T12:00", {}))
    frame = fetch_notable(warehouse, ALL, EVERYTHING, rules=RULES)
    assert frame["submission_id"].to_list() == ["S3"]
    assert frame["operator_submissions"].to_list() == [3]
    assert frame["reasons"].to_list() == [(Reason.MANY,)]
    assert list(frame.columns) == [
        *NOTABLE_COLUMNS, "operator_name", "operator_submissions", "reasons",
    ]  # fmt: skip


@pytest.mark.parametrize(("usual", "listed"), [(4, True), (5, False)])
def test_an_operator_that_always_has_many_is_not_notable(notable_in, usual, listed):
    # 4 in 7 days against ``usual`` in the 14 before; twice the usual is 4 when usual is 4.
    past = [("2026-03-01T10:00", {"operator_id": "A"}) for _ in range(usual)]
    new = [("2026-03-20T10:00", {"operator_id": "A"}) for _ in range(3)]
    newest = ("2026-03-20T10:01", {"operator_id": "A"})
    warehouse = notable_in(("2025-01-01T00:00", {}), *past, *new, newest)
    assert reasons(warehouse) == ([(f"S{usual + 5}", (Reason.MANY,))] if listed else [])


def test_what_others_see_does_not_make_many(notable_in):
    elsewhere = {"operator_id": "A", "city_code": "420500"}
    warehouse = notable_in(
        ("2026-03-20T08:00", elsewhere),
        ("2026-03-20T09:00", elsewhere),
        ("2026-03-20T10:00", {"operator_id": "A"}),
    )
    assert reasons(warehouse) == [("S3", (Reason.MANY,))]
    assert reasons(warehouse, scope=Scope(regions=("420100",))) == []


def test_rules_come_from_a_file():
    rules = NotableRules.from_mapping({"injury_words": ["烫伤"], "many": 9, "times_usual": 1.5})
    assert rules == NotableRules(injury_words=("烫伤",), many=9, times_usual=1.5)
    with pytest.raises(TypeError, match="injury_words must be a list of words, got None"):
        NotableRules.from_mapping({"many": 9})
    with pytest.raises(TypeError, match="colour"):
        NotableRules.from_mapping({"injury_words": [], "colour": 1})
    asked = NotableRules.from_mapping({"injury_words": [], "injury_kinds": ["inquiry"]})
    assert asked.injury_kinds == ("inquiry",)
    with pytest.raises(ValueError, match="complaint, tipoff, inquiry, got \\['praise'\\]"):
        NotableRules.from_mapping({"injury_words": [], "injury_kinds": ["praise"]})
