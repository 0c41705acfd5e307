"""Events and register rows without a code count for the operator that their name turned out to be."""

import datetime as dt

import pytest
import sqlalchemy as sa

from jobs.importing.operators import operator_id
from jobs.refresh import refresh
from queries import operator_reads
from queries.backtest_reads import fetch_backtest_input
from queries.generations import GenerationStore
from queries.identity_tables import operator_aliases, operator_mentions
from queries.indicator_evidence import fetch_indicator_evidence
from queries.operator_reads import fetch_operator, fetch_operator_events, fetch_related
from queries.resolved_operators import raw_operators, resolved_events, resolved_register
from queries.scope import EVERYTHING, Scope
from queries.score_reads import fetch_score, fetch_scores
from queries.score_tables import STEP
from queries.selection import Selection
from queries.vocabulary import OperatorEvent, Relation
from queries.warehouse import open_current
from tests.finders.operator_files import complaint, day, event, figures, load, registered

CODE = "91350100M000100Y43"
"""武昌区和大商贸有限公司, as registered."""

OTHER = "91420100MA4K000N1X"
COUNTY = "420106"


def named(name):
    """Return the id of an operator that is known by name only."""
    return str(operator_id(name, COUNTY))


IN_EVENTS = "和大商贸（个体工商户）"
"""A way of naming that no submission and no register has."""

ALONE = "全然不同的理发店"
BAKERY, BAKER = "武昌区芙蓉里烘焙坊", "芙蓉里烘焙坊"


def uncoded(name, kind, back, **fields):
    return event(named(name), kind, back, operator_name=name, **fields)


FILED = [
    complaint(1, CODE, 0, respondent_name="武昌区和大商贸有限公司"),
    complaint(2, CODE, 80, respondent_name="武昌区和大商贸有限公司"),
    complaint(3, named(BAKER), 1, uscc=None, respondent_name=BAKER),
]
REGISTER = [
    registered(CODE, name="武昌区和大商贸有限公司", phone_key="p"),
    registered(OTHER, name="远方健身房有限公司", phone_key="p"),
    registered(named(BAKERY), name=BAKERY, uscc=None, phone_key="p"),
]
EVENTS = [
    uncoded(IN_EVENTS, "penalty", 10, severity="fine", amount_yuan=100.0),
    uncoded(IN_EVENTS, "change", 30, outcome="legal_person"),
    uncoded(IN_EVENTS, "licence", 300, outcome="valid", ends_on=day(-9), subject="食品"),
    uncoded(IN_EVENTS, "equipment", 300, outcome="overdue", subject="电梯"),
    uncoded(IN_EVENTS, "linked_firm", 300, outcome="revoked", subject="别家"),
    event(CODE, "penalty", 20, severity="warning", uscc=CODE, operator_name="和大"),
    uncoded(ALONE, "penalty", 5, severity="fine"),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = GenerationStore(tmp_path_factory.mktemp("resolved") / "warehouse")
    load(made, FILED, REGISTER, EVENTS)
    for step in ("operator_identity", "operators", STEP):
        refresh(made, only=step)
    return made


@pytest.fixture(scope="module")
def warehouse(store):
    return open_current(f"duckdb:///{store.folder}")


def test_figures_count_events_that_name_no_code(warehouse):
    found = figures(warehouse)
    own = found[CODE]
    assert (own["penalties_year_1"], own["penalty_yuan_3y"]) == (2, 100.0)
    assert (own["licences"], own["licence_days_left"]) == (1, 9)
    assert (own["equipment_overdue"], own["linked_bad_firms"]) == (1, 1)
    assert own["person_changes_12m"] == 1
    assert named(IN_EVENTS) not in found
    assert found[named(ALONE)]["penalties_year_1"] == 1
    assert found[OTHER]["penalties_year_1"] == 0


def test_evidence_is_as_many_records_as_the_figure(warehouse):
    found = fetch_indicator_evidence(
        warehouse, EVERYTHING, operator_id=CODE, indicator="penalty_count"
    )
    assert found is not None
    assert found.events["occurred_on"].tolist() == [day(10), day(20)]
    assert found.total_events == 2


@pytest.mark.parametrize("apart", [0, 16])
def test_the_operator_file_shows_them(warehouse, apart, monkeypatch):
    monkeypatch.setattr(operator_reads, "NAMES_APART", apart)
    found = fetch_operator_events(warehouse, EVERYTHING, operator_id=CODE)
    assert found.by_kind == {
        "change": 1, "equipment": 1, "licence": 1, "linked_firm": 1, "penalty": 2,
    }  # fmt: skip
    one = fetch_operator_events(
        warehouse, Scope(regions=(COUNTY,)), operator_id=CODE, kinds=[OperatorEvent.PENALTY]
    )
    assert (one.total, one.rows["operator_name"].tolist()) == (2, [IN_EVENTS, "和大"])
    gone = fetch_operator_events(warehouse, EVERYTHING, operator_id=named(IN_EVENTS))
    assert gone.total == 0


def test_a_row_of_the_register_stands_for_the_operator_that_it_is(warehouse):
    with warehouse.engine.connect() as conn:
        whose = dict(
            conn.execute(
                sa.select(operator_aliases.c.raw_operator_id, operator_aliases.c.operator_id)
            ).all()
        )
        told = resolved_register(conn)
        ids = list(
            conn.scalars(sa.select(told.operator_id).select_from(told.source).where(told.kept))
        )
    baker = whose[named(BAKER)]
    assert whose[named(BAKERY)] == baker
    assert sorted(ids) == sorted([CODE, OTHER, baker])
    row = fetch_operator(warehouse, EVERYTHING, operator_id=baker)
    assert row is not None
    assert (row["operator_id"], row["name"], row["in_register"]) == (baker, BAKERY, True)
    assert figures(warehouse)[baker]["is_registered"]
    page = fetch_scores(warehouse, EVERYTHING, selection=Selection(text="武昌区芙蓉里"))
    assert page.frame["operator_id"].tolist() == [baker]
    assert page.frame["name"].tolist() == [BAKERY]
    assert fetch_score(warehouse, EVERYTHING, operator_id=baker) is not None
    related = fetch_related(warehouse, EVERYTHING, operator_id=CODE)
    assert related.rows["operator_id"].tolist() == [named(BAKERY), OTHER]


@pytest.mark.parametrize("limit", [1, 2])
def test_an_operator_under_another_name_is_not_related_to_itself(warehouse, limit):
    with warehouse.engine.connect() as conn:
        baker = conn.scalar(
            sa.select(operator_aliases.c.operator_id).where(
                operator_aliases.c.raw_operator_id == named(BAKERY)
            )
        )
    assert baker != named(BAKERY)
    related = fetch_related(warehouse, EVERYTHING, operator_id=baker, limit=limit)
    assert related.rows["operator_id"].tolist() == [CODE, OTHER][:limit]
    assert related.totals == {Relation.PHONE: 2}


def test_a_backtest_finds_what_happened_to_them(warehouse):
    found = fetch_backtest_input(warehouse, EVERYTHING, horizon_days=20)
    assert found.as_of == dt.date(2026, 2, 28)
    assert found.frame.index[found.frame["penalised"]].tolist() == [CODE]


def test_raw_operators_of_one(warehouse):
    with warehouse.engine.connect() as conn:
        assert raw_operators(conn, [CODE]) == {CODE: CODE, named(IN_EVENTS): CODE}
        assert raw_operators(conn, [named(IN_EVENTS)]) == {}
        assert raw_operators(conn, ["nobody"]) == {"nobody": "nobody"}
        assert raw_operators(conn, []) == {}


def test_names_of_events_are_compared_once_and_without_them_nothing_is_lost(store, tmp_path):
    late = GenerationStore(tmp_path / "late")
    load(late, FILED, REGISTER)
    refresh(late, only="operator_identity")
    load(late, (), (), EVENTS)
    assert [each.name for each in refresh(late, only="operator_identity")] == ["operator_identity"]
    assert refresh(late, only="operator_identity") == []
    tables = []
    for each in (store, late):
        with open_current(f"duckdb:///{each.folder}").engine.connect() as conn:
            tables.append(
                [
                    sorted(conn.execute(sa.select(table)).all(), key=repr)
                    for table in (operator_aliases, operator_mentions)
                ]
            )
    assert tables[0] == tables[1]


def test_where_nobody_knows_who_is_who_events_stay_where_they_are(tmp_path):
    plain = GenerationStore(tmp_path / "plain")
    load(plain, FILED, REGISTER, EVENTS)
    refresh(plain, only="operators")
    refresh(plain, only=STEP)
    opened = open_current(f"duckdb:///{plain.folder}")
    assert figures(opened)[CODE]["penalties_year_1"] == 1
    assert figures(opened)[named(IN_EVENTS)]["penalties_year_1"] == 1
    assert fetch_operator_events(opened, EVERYTHING, operator_id=CODE).total == 1
    with opened.engine.connect() as conn:
        told = resolved_events(conn)
        assert conn.scalar(sa.select(sa.func.count()).select_from(told.source)) == len(EVENTS)
