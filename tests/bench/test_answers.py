"""All engines answer alike, and a disagreement stops the bench."""

import datetime as dt

import polars as pl
import pytest

from jobs.bench.cases import (
    DisagreementError,
    check_agreement,
    make_cases,
    screen_plan,
)
from jobs.bench.engines import ENGINES
from jobs.refresh import refresh
from queries.generations import GenerationStore
from tests.bench.asking import CASES, QUESTIONS, RECIPE, SUBMISSIONS, ask_all
from tests.staging import batch, record


@pytest.fixture(scope="module")
def given(warehouse, cases, folder):
    return ask_all(warehouse.path, cases, folder / "copy.sqlite")


@pytest.fixture(scope="module")
def records():
    return pl.concat(list(RECIPE.frames()))


@pytest.mark.parametrize("name", CASES)
def test_all_engines_answer_all_ten_questions_alike(given, cases, name):
    case = next(each for each in cases if each.name == name)
    check_agreement(case, {engine: given[engine][name] for engine in ENGINES})
    for engine in ENGINES:
        assert tuple(given[engine][name]) == QUESTIONS, engine


def test_answers_are_those_of_the_rows_made(given, records, warehouse):
    found = given["app"]["all"]
    (totals,) = found["totals"]
    assert totals[:3] == ("current", SUBMISSIONS, records["closed_at"].count())
    assert totals[5] == pytest.approx(records["recovered_yuan"].sum())
    city, section = warehouse.content.city, warehouse.content.section
    narrowed = records.filter(
        pl.col("county_code").str.starts_with(city[:4])
        & pl.col("industry").str.starts_with(section)
    )
    assert 0 < narrowed.height < SUBMISSIONS / 4
    assert given["app"]["all+2"]["totals"][0][1] == narrowed.height
    counted = dict(narrowed["issue_subtype"].value_counts().iter_rows())
    assert dict(given["app"]["all+2"]["issue_subtype"]).items() <= counted.items()


@pytest.mark.parametrize("question", [each for each in QUESTIONS if each != "notable"])
def test_no_question_is_empty(given, question):
    assert all(len(given["app"][name][question]) > 0 for name in CASES)


LAST = dt.date(2026, 6, 30)


def on(days_before, submission_id, **fields):
    moment = dt.datetime.combine(LAST - dt.timedelta(days=days_before), dt.time(9))
    place = {"city_code": "420100", "industry_section": "H", "industry": "H62"}
    return record(submission_id, moment.isoformat(), **(place | fields))


def notable_records():
    rules, usual_days = (
        screen_plan().rules,
        make_cases(dt.date(2024, 1, 1), LAST, city="420100", section="H")[0].usual.days,
    )
    recent = range(rules.days)
    usual = int(rules.many * usual_days / (rules.times_usual * rules.days)) + 1
    elsewhere = {"city_code": "420500"}
    return [
        on(900, "first"),
        on(0, "plain", narrative="羽绒服掉色"),
        on(1, "hurt", narrative="孩子在店里受伤"),
        on(rules.days - 1, "fire", title="充电宝起火", **elsewhere),
        on(rules.days, "hurt long ago", narrative="孩子在店里受伤"),
        on(2, "dear", disputed_yuan=rules.large_yuan),
        on(2, "not so dear", disputed_yuan=rules.large_yuan - 0.01),
        on(3, "dear and hurt", disputed_yuan=rules.large_yuan * 2, narrative="骨折住院"),
        *[on(day % rules.days, f"crowd {day}", operator_id="new") for day in range(rules.many)],
        *[on(day % rules.days, f"calm {day}", operator_id="calm") for day in range(rules.many - 1)],
        *[on(day % rules.days, f"always {day}", operator_id="big") for day in range(rules.many)],
        *[on(len(recent) + n % usual_days, f"before {n}", operator_id="big") for n in range(usual)],
    ]


def test_notable_submissions_are_the_planted_ones_for_every_engine(tmp_path):
    store = GenerationStore(tmp_path / "warehouse")
    with store.building() as building:
        building.stage(batch(notable_records()))
        building.merge(synthetic=True)
    refresh(store)
    found = make_cases(LAST - dt.timedelta(days=900), LAST, city="420100", section="H")
    current = store.current()
    assert current is not None
    answers = ask_all(current.path, found, tmp_path / "copy.sqlite")
    for case in found:
        check_agreement(case, {name: answers[name][case.name] for name in ENGINES})
    wide, narrowed = (
        {row[0]: row[2:] for row in answers["app"][name]["notable"]} for name in ("12m", "12m+2")
    )
    assert wide == {
        "hurt": (1, 0, 0),
        "fire": (1, 0, 0),
        "dear": (0, 1, 0),
        "dear and hurt": (1, 1, 0),
        "crowd 0": (0, 0, 1),
    }
    assert narrowed == {name: told for name, told in wide.items() if name != "fire"}


def test_boards_compare_with_the_period_before_only_where_there_is_one(given):
    assert {len(row) for row in given["app"]["30d"]["industry"]} == {3}
    assert {len(row) for row in given["app"]["all"]["industry"]} == {2}
    assert [row[0] for row in given["app"]["12m"]["totals"]] == ["current", "last_year", "previous"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_planted_disagreement_is_found(given, cases, question):
    honest = {"notable": (("1", dt.datetime(2026, 6, 30), 1, 0, 0),)}
    honest = {name: rows or honest[name] for name, rows in given["duckdb"]["12m"].items()}
    first, last = honest[question][0], honest[question][0][-1]
    wrong = (*first[:-1], last + 1 if isinstance(last, int | float) else f"{last} ")
    lying = {**honest, question: (wrong, *honest[question][1:])}
    with pytest.raises(DisagreementError, match="no times are reported") as error:
        check_agreement(cases[1], {"app": honest, "pandas": lying})
    assert (error.value.question, error.value.engines) == (question, ("app", "pandas"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(1_000_000.0, 1_000_000.0005, True, id="order of adding up"),
        pytest.param(1_000_000.0, 1_000_000.01, False, id="another cent"),
        pytest.param(float("nan"), float("nan"), True, id="nothing to divide by"),
        pytest.param(float("nan"), 0.0, False, id="nothing is not zero"),
        pytest.param(12, 12.0, True, id="whole number"),
        pytest.param(None, "", False, id="not stated is not empty"),
    ],
)
def test_what_counts_as_the_same(cases, one, other, same):
    answers = {"app": {"totals": ((one,),)}, "duckdb": {"totals": ((other,),)}}
    if same:
        check_agreement(cases[0], answers)
    else:
        with pytest.raises(DisagreementError):
            check_agreement(cases[0], answers)


def test_a_missing_row_or_question_is_a_disagreement(cases):
    full = {"heat": ((1, 9, 5), (2, 9, 4))}
    with pytest.raises(DisagreementError, match="2 rows and 1 rows"):
        check_agreement(cases[0], {"app": full, "duckdb": {"heat": ((1, 9, 5),)}})
    with pytest.raises(DisagreementError, match="does not answer"):
        check_agreement(cases[0], {"app": full, "duckdb": {}})
