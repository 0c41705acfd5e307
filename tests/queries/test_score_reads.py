"""Reads about scores: ranked, filtered, explained by records, and nothing outside the scope."""

import datetime as dt

import pytest
import sqlalchemy as sa

from analytics.risk import score_operators
from jobs.refresh import refresh
from queries.backtest_reads import NoEarlierScoresError, fetch_backtest_input
from queries.generations import GenerationStore
from queries.grade_reads import fetch_grade_distribution, fetch_model_input
from queries.indicator_evidence import fetch_indicator_evidence, fetch_injury_evidence
from queries.schema import submissions
from queries.scope import EVERYTHING, Scope
from queries.score_reads import fetch_score, fetch_scores
from queries.score_tables import (
    DIMENSIONS,
    INDICATORS,
    STEP,
    ScoresNotDerivedError,
    ScoresOutOfScopeError,
)
from queries.selection import Selection
from queries.warehouse import open_current
from tests.finders.operator_files import LAST, complaint, day, event, load, registered

HERE, THERE = Scope(regions=("420106",)), Scope(regions=("420500",))
ELSEWHERE = {"city_code": "420500", "county_code": "420506"}
KINDS = (
    "licence", "inspection", "sampling", "equipment", "penalty", "abnormal_list", "serious_list",
    "credit_class", "change", "linked_firm", "staff", "opinion",
)  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    store = GenerationStore(tmp_path_factory.mktemp("scores") / "warehouse")
    register = [
        *[registered(f"o{n}") for n in range(6)],
        registered("far", name="远方健身房", **ELSEWHERE),
        registered("food", industry_section="H", industry="H62"),
    ]
    filed = [
        *[complaint(f"a{n}", "o1", n * 3) for n in range(12)],
        complaint("b", "o2", 5),
        complaint("far", "far", 5, **ELSEWHERE),
        complaint("nobody", "n-7", 5, uscc=None),
        *[complaint(f"x{n}", "o5", n) for n in range(0, 400, 5)],
        complaint("hurt", "food", 9, product_category="G101", issue_subtype="C09-01",
                  is_case_opened=True),
    ]  # fmt: skip
    events = [
        *[event("o0", kind, 2000, outcome="none", ends_on=day(1900)) for kind in KINDS],
        *[event(f"o{n}", "credit_class", 300, outcome="A") for n in range(6)],
        event("o1", "penalty", 30, severity="fine", amount_yuan=2e4, document_no="No. 1"),
        event("o1", "penalty", 500, severity="warning"),
        event("o1", "inspection", 20, outcome="failed"),
        event("o2", "serious_list", 10),
        event("far", "abnormal_list", 10),
        event("o3", "change", 10, outcome="legal_person"),
    ]
    load(store, filed, register, events)
    refresh(store, only="operators")
    refresh(store, only=STEP)
    return open_current(f"duckdb:///{store.folder}")


def score_of(warehouse, operator_id, scope=EVERYTHING):
    found = fetch_score(warehouse, scope, operator_id=operator_id)
    assert found is not None
    return found


def evidence_of(warehouse, indicator):
    found = fetch_indicator_evidence(warehouse, EVERYTHING, operator_id="o1", indicator=indicator)
    assert found is not None
    return found


def test_operators_are_ranked(warehouse):
    page = fetch_scores(warehouse, EVERYTHING, page_size=3)
    frame = page.frame
    assert frame["rank"].tolist() == [1, 2, 3]
    assert frame["score"].is_monotonic_decreasing
    assert (page.total, page.in_scope, page.pages, page.as_of) == (9, 9, 3, LAST)
    assert page.model_version == "2026.1"
    rest = [fetch_scores(warehouse, EVERYTHING, page=n, page_size=3).frame for n in (2, 3)]
    ids = [each for one in (frame, *rest) for each in one["operator_id"]]
    assert len(set(ids)) == 9
    assert fetch_scores(warehouse, EVERYTHING, page=4, page_size=3).frame.empty


def test_names_are_those_of_the_register_else_of_submissions(warehouse):
    frame = fetch_scores(warehouse, EVERYTHING).frame.set_index("operator_id")
    assert frame.loc["far", "name"] == "远方健身房"
    assert frame.loc["n-7", "name"] == "店n-7"
    assert frame.loc["n-7", "uscc"] is None
    assert frame.loc["n-7", "grade"] == "pending"


@pytest.mark.parametrize(
    ("selection", "grades", "expected"),
    [
        (Selection().with_filter("region", ["420500"]), (), {"far"}),
        (Selection().with_filter("industry", ["H62"]), (), {"food"}),
        (Selection().with_filter("operator", ["o1", "o2"]), (), {"o1", "o2"}),
        (Selection(text="健身"), (), {"far"}),
        (Selection(text="o3"), (), {"o3"}),
        (None, ("D",), {"o2", "food"}),
        (None, ("pending",), {"n-7"}),
        (Selection().with_filter("channel", ["p12345"]), ("D",), {"o2", "food"}),
    ],
)
def test_filters(warehouse, selection, grades, expected):
    page = fetch_scores(warehouse, EVERYTHING, selection=selection, grades=grades)
    assert set(page.frame["operator_id"]) == expected
    assert (page.total, page.in_scope) == (len(expected), 9)


def test_order_by_a_dimension(warehouse):
    frame = fetch_scores(warehouse, EVERYTHING, order="violation").frame
    assert frame["operator_id"].iloc[0] == "o1"
    frame = fetch_scores(warehouse, EVERYTHING, order="score", ascending=True).frame
    assert frame["score"].is_monotonic_increasing


@pytest.mark.parametrize("given", [{"order": "name"}, {"page": 0}, {"page_size": 500}])
def test_unusable_requests_are_refused(warehouse, given):
    with pytest.raises(ValueError, match="must be"):
        fetch_scores(warehouse, EVERYTHING, **given)


def test_a_viewer_of_one_county_sees_its_operators_only(warehouse):
    assert fetch_scores(warehouse, THERE).frame["operator_id"].tolist() == ["far"]
    assert fetch_scores(warehouse, THERE).in_scope == 1
    assert fetch_score(warehouse, THERE, operator_id="o1") is None
    assert fetch_indicator_evidence(
        warehouse, THERE, operator_id="o1", indicator="penalty_count"
    ) is None  # fmt: skip
    assert fetch_injury_evidence(warehouse, THERE, operator_id="food")[1] == 0
    assert fetch_grade_distribution(warehouse, THERE)["operators"].sum() == 1
    assert list(fetch_model_input(warehouse, THERE).index) == ["far"]
    assert list(fetch_backtest_input(warehouse, THERE).frame.index) == ["far"]
    mine = score_of(warehouse, "o1", HERE)
    assert (mine.rank, mine.of) == (score_of(warehouse, "o1").rank, 8)
    assert "far" not in set(fetch_scores(warehouse, HERE).frame["operator_id"])


def test_nobody_without_regions(warehouse):
    page = fetch_scores(warehouse, Scope())
    assert (page.total, page.in_scope, len(page.frame)) == (0, 0, 0)


@pytest.mark.parametrize(
    "scope", [Scope(everything=True, kinds=("tipoff",)), Scope(everything=True, units=("所",))]
)
def test_scores_rest_on_everything_so_part_viewers_see_none(warehouse, scope):
    for ask in (
        lambda: fetch_scores(warehouse, scope),
        lambda: fetch_score(warehouse, scope, operator_id="o1"),
        lambda: fetch_grade_distribution(warehouse, scope),
        lambda: fetch_model_input(warehouse, scope),
        lambda: fetch_backtest_input(warehouse, scope),
        lambda: fetch_injury_evidence(warehouse, scope, operator_id="o1"),
        lambda: fetch_indicator_evidence(
            warehouse, scope, operator_id="o1", indicator="sampling"
        ),
    ):  # fmt: skip
        with pytest.raises(ScoresOutOfScopeError):
            ask()


def test_one_operator_with_its_past(warehouse):
    found = score_of(warehouse, "o1")
    assert found.now["penalty_count"] == 25 + 15
    assert found.now["penalty_severity"] == 25
    assert found.now["inspection"] == 20
    assert sum(found.now[code] for code in DIMENSIONS) == pytest.approx(found.now["score"])
    assert found.history["as_of"].tolist()[-1] == LAST
    assert len(found.history) == 13
    assert found.history["penalty_count"].tolist()[0] == 25
    assert found.peers == 7
    again = score_operators(found.inputs).iloc[0]
    assert [again[code] for code in INDICATORS] == [found.now[code] for code in INDICATORS]
    assert fetch_score(warehouse, EVERYTHING, operator_id="nobody") is None


def test_the_industry_mean_is_of_graded_peers(warehouse):
    found = score_of(warehouse, "o1")
    peers = [f"o{n}" for n in range(6)] + ["far"]
    rows = [score_of(warehouse, each).now for each in peers]
    for code in DIMENSIONS:
        expected = sum(row[code] for row in rows) / len(rows)
        assert found.industry_mean[code] == pytest.approx(expected)


def test_grades_by_place_and_month(warehouse):
    now = fetch_grade_distribution(warehouse, EVERYTHING)
    assert dict(zip(now["grade"], now["operators"], strict=True)) == {
        "A": 5, "B": 1, "D": 2, "pending": 1,
    }  # fmt: skip
    county = fetch_grade_distribution(warehouse, EVERYTHING, by="county_code")
    assert county.groupby("member")["operators"].sum().to_dict() == {"420106": 8, "420506": 1}
    month = fetch_grade_distribution(warehouse, EVERYTHING, by="month")
    assert month["member"].nunique() == 13
    with pytest.raises(ValueError, match="by must be one of"):
        fetch_grade_distribution(warehouse, EVERYTHING, by="channel")


def test_a_preview_scores_as_the_refresh_did(warehouse):
    figures = fetch_model_input(warehouse, EVERYTHING)
    found = score_operators(figures)
    assert (found["score"] == figures["score"]).all()
    assert (found["grade"] == figures["grade"]).all()
    part = fetch_model_input(warehouse, EVERYTHING, limit=4)
    assert len(part) == 3
    assert part.attrs["operators"] == 9


@pytest.mark.parametrize(
    ("indicator", "events", "filed"),
    [
        ("penalty_count", [day(30), day(500)], 0),
        ("inspection", [day(20)], 0),
        ("complaint_warning", [], 12),
        ("credit_class", [day(300)], 0),
        ("opinion", [], 0),
    ],
)
def test_evidence_is_the_records_counted(warehouse, indicator, events, filed):
    found = evidence_of(warehouse, indicator)
    assert found.events["occurred_on"].tolist() == events
    assert (found.total_events, found.total_submissions) == (len(events), filed)
    assert len(found.submissions) == filed
    with warehouse.engine.connect() as conn:
        own = submissions.c.operator_id == "o1"
        ids = set(conn.scalars(sa.select(submissions.c.submission_id).where(own)))
    assert set(found.submissions["submission_id"]) <= ids


def test_evidence_from_the_register(warehouse):
    found = evidence_of(warehouse, "registered_capital")
    assert found.register["registered_capital_yuan"] == 1e6
    assert found.days.end == LAST
    with pytest.raises(ValueError, match="indicator must be one of"):
        fetch_indicator_evidence(warehouse, EVERYTHING, operator_id="o1", indicator="score")


def test_the_people_hurt_are_shown(warehouse):
    frame, total = fetch_injury_evidence(warehouse, EVERYTHING, operator_id="food")
    assert (frame["submission_id"].tolist(), total) == (["shurt"], 1)


def test_what_came_after_a_score(warehouse):
    found = fetch_backtest_input(warehouse, EVERYTHING, horizon_days=60)
    assert (found.as_of, found.until) == (dt.date(2025, 12, 31), dt.date(2026, 3, 1))
    assert found.frame.index[found.frame["penalised"]].tolist() == ["o1"]
    assert not found.frame["mass_event"].any()
    assert found.frame.loc["o1", "penalty_count"] == 15
    with pytest.raises(NoEarlierScoresError, match="900 days"):
        fetch_backtest_input(warehouse, EVERYTHING, horizon_days=900)


def test_scores_that_were_never_made(tmp_path):
    store = GenerationStore(tmp_path / "warehouse")
    load(store, [complaint(1, "a", 0)])
    with pytest.raises(ScoresNotDerivedError):
        fetch_scores(open_current(f"duckdb:///{store.folder}"), EVERYTHING)


def test_no_submissions_no_scores(tmp_path):
    store = GenerationStore(tmp_path / "warehouse")
    load(store, (), [registered("a")])
    refresh(store, only=STEP)
    opened = open_current(f"duckdb:///{store.folder}")
    assert fetch_scores(opened, EVERYTHING).as_of is None
    assert fetch_score(opened, EVERYTHING, operator_id="a") is None
    assert fetch_grade_distribution(opened, EVERYTHING).empty
    assert fetch_model_input(opened, EVERYTHING).empty
