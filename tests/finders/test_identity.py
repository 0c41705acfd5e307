"""Who is who in a refresh: names brought together in the facts, by days as from nothing, and decided on."""

import datetime as dt

import pytest
import sqlalchemy as sa

import jobs.refresh
from jobs.decided import NOTHING_DECIDED, Decided
from jobs.refresh import refresh
from queries.decisions import Decision
from queries.generations import GenerationStore
from queries.identity_tables import operator_aliases, operator_doubts
from queries.operator_tables import operator_register
from queries.schema import operators, submissions
from queries.vocabulary import DecisionKind
from queries.warehouse import open_current
from tests.named import ALL, CODE, COUNTY, OTHER, load, raw, said

STEPS = ("operator_identity", "operators", "day")


@pytest.fixture(autouse=True)
def _few_steps(monkeypatch):
    assert set(STEPS) <= set(jobs.refresh.STEPS)
    assert jobs.refresh.STEPS[0] == "operator_identity"
    monkeypatch.setattr(jobs.refresh, "STEPS", STEPS)


@pytest.fixture
def store(tmp_path):
    return GenerationStore(tmp_path / "warehouse")


def read(store, question):
    warehouse = open_current(f"duckdb:///{store.folder}")
    try:
        with warehouse.engine.connect() as conn:
            return question(conn)
    finally:
        warehouse.engine.dispose()


def about(store):
    asked = sa.select(submissions.c.submission_id, submissions.c.operator_id)
    return read(store, lambda conn: {row[0]: row[1] for row in conn.execute(asked)})


def together(store):
    """Return which submissions are about one operator."""
    by_operator: dict[str, set[str]] = {}
    for number, operator in about(store).items():
        by_operator.setdefault(operator, set()).add(number)
    return {frozenset(each) for each in by_operator.values()}


def decided(*told):
    return Decided(
        {
            DecisionKind.IDENTITY: tuple(
                Decision(
                    place,
                    DecisionKind.IDENTITY,
                    "|".join(sorted(pair)),
                    verdict,
                    {"apart": pair[0]} if verdict == "different" else {},
                    "",
                    "张三",
                    dt.datetime(2026, 4, 1),
                )
                for place, (*pair, verdict) in enumerate(told)
            )
        }
    )


JOINED = {
    frozenset({"s1", "s2", "s3"}),
    frozenset({"s4", "s5"}),
    frozenset({"s6"}),
    frozenset({"s7"}),
    frozenset({"s8"}),
}


def test_names_of_one_operator_are_brought_together_in_the_facts(store):
    load(store, ALL)
    refresh(store)
    assert together(store) == JOINED
    assert about(store)["s3"] == CODE
    entered = read(
        store,
        lambda conn: conn.scalar(
            sa.select(submissions.c.respondent_name).where(submissions.c.submission_id == "s3")
        ),
    )
    assert entered == "和大之家私房菜馆"
    names = read(store, lambda conn: set(conn.scalars(sa.select(operators.c.operator_id))))
    assert len(names) == len(JOINED)


def test_what_is_doubtful_is_kept_for_a_person(store):
    load(store, ALL)
    refresh(store)
    (doubt,) = read(store, lambda conn: conn.execute(sa.select(operator_doubts)).all())
    assert {doubt.raw_operator_id, doubt.candidate_id} == {raw("嘉盛便利店"), raw("嘉盛超市")}
    assert doubt.reason == "own_part,other_address"


def test_day_by_day_is_as_from_nothing(store, tmp_path):
    for each in ALL:
        load(store, [each])
        refresh(store)
    whole = GenerationStore(tmp_path / "whole")
    load(whole, ALL)
    refresh(whole)
    assert about(store) == about(whole)
    for table in (operator_aliases, operator_doubts):
        asked = sa.select(table).order_by(table.c.raw_operator_id)
        same = [
            read(each, lambda conn, asked=asked: [tuple(row) for row in conn.execute(asked)])
            for each in (store, whole)
        ]
        assert same[0] == same[1]


def test_only_the_days_of_another_operator_are_redone(store):
    load(store, ALL)
    refresh(store)
    load(store, [said("s9", "和达之家菜馆", None, "东湖路9号", day=20)])
    results = {each.name: each.days for each in refresh(store)}
    assert results == {"operator_identity": 1, "operators": 1, "day": 1}
    assert about(store)["s9"] == CODE


def test_a_name_that_becomes_known_by_code_moves_its_earlier_submissions(store):
    load(store, ALL[1:])
    refresh(store)
    before = about(store)
    assert before["s2"] == before["s3"] != CODE
    load(store, ALL[:1])
    results = {each.name: each.days for each in refresh(store)}
    assert about(store)["s2"] == about(store)["s3"] == CODE
    assert results["day"] == 3 or results["day"] is None


def test_decisions_outlive_three_refreshes_and_are_taken_back_exactly(store):
    load(store, ALL)
    refresh(store)
    plain = about(store)
    told = decided(
        (raw("嘉盛便利店"), raw("嘉盛超市"), "same"), (raw("和大之家私房菜馆"), CODE, "different")
    )
    wanted = {
        frozenset({"s1", "s2"}),
        frozenset({"s3"}),
        frozenset({"s4", "s5"}),
        frozenset({"s6"}),
        frozenset({"s7", "s8"}),
    }
    for number in range(3):
        refresh(store, decided=told)
        load(store, [said(f"t{number}", f"新店{number}号咖啡馆", day=20 + number, county=OTHER)])
        refresh(store, decided=told)
        found = {each for each in together(store) if not any(n.startswith("t") for n in each)}
        assert found == wanted
        kept = sa.select(operator_aliases.c.decided_by).where(
            operator_aliases.c.raw_operator_id == raw("嘉盛超市")
        )
        assert read(store, lambda conn, kept=kept: conn.scalar(kept)) == "person"
    refresh(store, decided=NOTHING_DECIDED)
    assert {k: v for k, v in about(store).items() if k.startswith("s")} == plain


def test_a_submission_that_is_corrected_is_about_whom_it_names_now(store):
    load(store, ALL)
    refresh(store)
    corrected = said("s3", "别家面馆", day=3, as_of=dt.datetime(2026, 3, 1))
    load(store, [corrected])
    refresh(store)
    assert about(store)["s3"] == about(store)["s6"] == raw("别家面馆")


def test_branches_and_counties_are_not_chained_together(store):
    branches = [
        said("b1", "武汉跃动健身服务有限公司洪山第一分公司", "91420106DM0000002Y"),
        said("b2", "武汉跃动健身服务有限公司洪山第二分公司", "91420106DM0000003Y"),
        said("b3", "跃动健身（洪山一店）"),
        said("b4", "跃动健身（洪山二店）"),
        said("b5", "跃动健身（洪山一店）", county=OTHER),
        said("b6", "跃动健身"),
    ]
    load(store, branches)
    refresh(store)
    assert together(store) == {
        frozenset({"b1", "b3"}),
        frozenset({"b2", "b4"}),
        frozenset({"b5"}),
        frozenset({"b6"}),
    }
    chain = sa.select(operator_aliases.c.chain, operator_aliases.c.is_branch)
    rows = read(store, lambda conn: conn.execute(chain).all())
    assert sum(row.is_branch for row in rows) == 5


def test_a_name_of_the_register_gives_its_code(store):
    load(store, [said("r1", "阿琼药房")])
    with store.building() as building, building.engine.begin() as conn:
        conn.execute(
            operator_register.insert().values(
                operator_id=CODE,
                register_source="test",
                uscc=CODE,
                name="武昌区阿琼药房",
                county_code=COUNTY,
            )
        )
        building.changed = True
    refresh(store)
    assert about(store) == {"r1": CODE}


@pytest.mark.parametrize(
    "records", [[], [said("one", "别家面馆")], [said("none", None, county=None)]]
)
def test_no_and_one_submission(store, records):
    records = [{**each, "operator_id": each["operator_id"] or None} for each in records]
    load(store, records)
    refresh(store)
    assert len(about(store)) == len(records)


def test_ids_of_a_source_of_its_own_stay(store):
    load(store, [{**each, "operator_id": f"own-{i}"} for i, each in enumerate(ALL)])
    refresh(store)
    assert set(about(store).values()) == {f"own-{i}" for i in range(len(ALL))}


def test_no_more_names_than_bounded_are_taken_in_the_most_said_first(store, monkeypatch):
    monkeypatch.setattr("jobs.finders.identity.MOST_NEW", 2)
    often = [said(f"o{number}", "和达之家私房菜馆") for number in range(3)]
    load(store, [*ALL, *often])
    refresh(store)
    taken = sa.select(operator_aliases.c.name)
    assert "和达之家私房菜馆" in read(store, lambda conn: set(conn.scalars(taken)))
    assert len(read(store, lambda conn: list(conn.scalars(taken)))) == 2
    assert about(store)["s3"] == raw("和大之家私房菜馆")
