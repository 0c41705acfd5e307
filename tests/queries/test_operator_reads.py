"""Reads for the operator file: masked, counted by hand, and nothing of another's county."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from jobs.importing.operators import operator_id
from jobs.refresh import derive
from queries.operator_reads import (
    EVENT_COLUMNS,
    MAX_EVENTS,
    MAX_RELATED,
    NOT_SHOWN,
    fetch_operator,
    fetch_operator_events,
    fetch_related,
    fetch_sources,
)
from queries.operator_tables import OperatorSourcesMissingError, registers
from queries.scope import EVERYTHING, Scope
from queries.vocabulary import OperatorEvent, Relation
from queries.warehouse import open_current
from tests.importing.loading import Import

FIRST = "91350100M000100Y43"
NAMELESS_IDS = {name: str(operator_id(name, "420106")) for name in "丙丁戊己"}
YICHANG_SHOP = str(operator_id("辛", "420506"))
UNLISTED = str(operator_id("庚", "420106"))
ONLY_EVENTS = str(operator_id("壬", "420106"))

WUCHANG, YILING = Scope(regions=("420106",)), Scope(regions=("420506",))

REGISTER: dict[str, Any] = {
    "source": "register", "records": "operator_register",
    "fields": {"name": "名称", "uscc": "代码", "legal_person": "法人", "phone": "电话",
               "legal_person_id_number": "证件", "county_code": "区县", "address": "住所",
               "status": "状态", "platform_shop": "网店"},
}  # fmt: skip
REGISTER_ROWS = f"""名称,代码,法人,电话,证件,区县,住所,状态,网店
甲,{FIRST},张三丰,13800138000,420106198001010012,武昌区,中南路12号,存续,好店
丙,,张三丰,,420106198001010012,武昌区,中南路12号,存续,
丁,,李四,13800138000,,武昌区,中北路1号,吊销,
戊,,李四,,,武昌区,中北路2号,存续,
己,,王五,,,武昌区,中南路 12号,存续,好店
辛,,张三丰,13800138000,420106198001010012,夷陵区,夷陵大道9号,存续,好店
"""
EVENTS: dict[str, Any] = {
    "source": "events", "records": "operator_events",
    "fields": {"event_id": "编号", "kind": "种类", "operator_name": "名称", "uscc": "代码",
               "county_code": "区县", "occurred_on": "日期", "outcome": "结果",
               "amount_yuan": "金额", "count": "数"},
}  # fmt: skip
EVENT_ROWS = f"""编号,种类,名称,代码,区县,日期,结果,金额,数
1,检查,甲,{FIRST},武昌区,2026-03-01,不合格,,
2,处罚,甲,{FIRST},武昌区,2026-04-01,,5000,
3,检查,甲,{FIRST},武昌区,2026-03-01,合格,,
4,抽检,甲,{FIRST},武昌区,2025-03-01,合格,,2
5,检查,辛,,夷陵区,2026-03-01,合格,,
6,检查,壬,,武昌区,2026-03-01,合格,,
"""
FACTS: dict[str, Any] = {
    "source": "facts",
    "fields": {"submission_id": "编号", "kind": {"constant": "投诉"}, "registered_at": "时间",
               "respondent_name": "名称", "uscc": "代码", "county_code": "区县",
               "handling_unit": "单位"},
}  # fmt: skip
FACT_ROWS = f"""编号,时间,名称,代码,区县,单位
1,2026-03-01,甲,{FIRST},夷陵区,夷陵局
2,2026-03-02,庚,,武昌区,武昌局
"""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    into = Import(tmp_path_factory.mktemp("operators"))
    into.load_csv(REGISTER_ROWS, mapping=REGISTER)
    into.load_csv(EVENT_ROWS, mapping=EVENTS)
    into.load_csv(FACT_ROWS, mapping=FACTS, derive=derive)
    opened = open_current(f"duckdb:///{into.store.folder}")
    yield opened
    opened.engine.dispose()


def test_a_registered_operator_is_told_masked_and_without_keys(warehouse):
    found = fetch_operator(warehouse, EVERYTHING, operator_id=FIRST)
    assert found is not None
    assert not NOT_SHOWN & set(found)
    told = ("name", "in_register", "county_code", "status", "legal_person_masked", "phone_masked")
    assert [found[name] for name in told] == [
        "甲", True, "420106", "open", "张**", "138****8000",
    ]  # fmt: skip


def test_an_operator_outside_the_register_is_told_by_its_submissions_or_events(warehouse):
    found = fetch_operator(warehouse, EVERYTHING, operator_id=UNLISTED)
    assert found is not None
    assert (found["name"], found["county_code"], found["in_register"]) == ("庚", "420106", False)
    assert found["status"] is None
    only = fetch_operator(warehouse, EVERYTHING, operator_id=ONLY_EVENTS)
    assert only is not None
    assert (only["name"], only["in_register"]) == ("壬", False)
    assert fetch_operator(warehouse, EVERYTHING, operator_id="n-unknown") is None


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (WUCHANG, {FIRST, UNLISTED, *NAMELESS_IDS.values()}),
        (YILING, {FIRST, YICHANG_SHOP}),
        (Scope(regions=("420100",)), {FIRST, UNLISTED, *NAMELESS_IDS.values()}),
        (Scope(regions=("420506",), units=("武昌局",)), {YICHANG_SHOP}),
        (Scope(regions=("420506",), kinds=("inquiry",)), {YICHANG_SHOP}),
        (Scope(regions=("421200",)), set()),
        (Scope(), set()),
    ],
)
def test_an_operator_is_seen_by_place_or_by_a_submission_in_sight(warehouse, scope, seen):
    everyone = {FIRST, UNLISTED, ONLY_EVENTS, YICHANG_SHOP, *NAMELESS_IDS.values()}
    found = {
        each for each in everyone if fetch_operator(warehouse, scope, operator_id=each) is not None
    }
    assert found == seen
    for each in everyone - seen:
        assert fetch_operator_events(warehouse, scope, operator_id=each).total == 0
        assert fetch_related(warehouse, scope, operator_id=each).rows.empty


def test_events_come_newest_first_with_their_number(warehouse):
    found = fetch_operator_events(warehouse, EVERYTHING, operator_id=FIRST)
    assert list(found.rows.columns) == list(EVENT_COLUMNS)
    assert found.rows["event_id"].tolist() == ["2", "3", "1", "4"]
    assert (found.total, found.by_kind) == (4, {"inspection": 2, "penalty": 1, "sampling": 1})
    assert found.rows["occurred_on"].iloc[0] == pd.Timestamp(2026, 4, 1)
    assert found.rows["amount_yuan"].iloc[0] == 5_000.0
    assert found.rows["count"].tolist()[3] == 2
    assert found.rows["outcome"].tolist() == [None, "passed", "failed", "qualified"]


def test_events_of_some_kinds_and_a_limit(warehouse):
    inspections = fetch_operator_events(
        warehouse, WUCHANG, operator_id=FIRST, kinds=[OperatorEvent.INSPECTION], limit=1
    )
    assert inspections.rows["event_id"].tolist() == ["3"]
    assert inspections.total == 2
    assert sum(inspections.by_kind.values()) == 4
    none = fetch_operator_events(warehouse, WUCHANG, operator_id=FIRST, kinds=[])
    assert (len(none.rows), none.total) == (0, 0)


def test_related_operators_and_what_they_share(warehouse):
    found = fetch_related(warehouse, EVERYTHING, operator_id=FIRST)
    shared = dict(zip(found.rows["name"], map(set, found.rows["relations"]), strict=True))
    assert shared == {
        "丙": {Relation.LEGAL_PERSON, Relation.ADDRESS},
        "丁": {Relation.PHONE},
        "己": {Relation.ADDRESS, Relation.SHOP},
        "辛": {Relation.LEGAL_PERSON, Relation.PHONE, Relation.SHOP},
    }
    assert found.rows["name"].tolist()[0] == "辛"
    assert found.totals == {
        Relation.LEGAL_PERSON: 2, Relation.ADDRESS: 2, Relation.PHONE: 2, Relation.SHOP: 2,
    }  # fmt: skip


def test_a_shared_name_in_one_city_is_a_weaker_relation(warehouse):
    found = fetch_related(warehouse, EVERYTHING, operator_id=NAMELESS_IDS["戊"])
    assert found.rows[["name", "relations"]].to_numpy().tolist() == [
        ["丁", (Relation.LEGAL_PERSON_NAME,)]
    ]


def test_related_operators_of_other_counties_are_neither_shown_nor_counted(warehouse):
    found = fetch_related(warehouse, WUCHANG, operator_id=FIRST)
    assert "辛" not in set(found.rows["name"])
    assert found.totals[Relation.LEGAL_PERSON] == 1


def test_related_operators_are_limited_and_their_number_is_told(warehouse):
    found = fetch_related(warehouse, EVERYTHING, operator_id=FIRST, limit=1)
    assert found.totals[Relation.LEGAL_PERSON] == 2
    assert len(found.rows) < 4


@pytest.mark.parametrize("limit", [0, -1, MAX_EVENTS + 1])
def test_a_limit_that_makes_no_sense_is_refused(warehouse, limit):
    with pytest.raises(ValueError, match=f"got {limit}"):
        fetch_operator_events(warehouse, EVERYTHING, operator_id=FIRST, limit=limit)
    if limit > MAX_RELATED or limit < 1:
        with pytest.raises(ValueError, match=f"got {limit}"):
            fetch_related(warehouse, EVERYTHING, operator_id=FIRST, limit=limit)


def test_how_much_there_is_and_how_old(warehouse):
    found = fetch_sources(warehouse)
    assert (found.registered, found.events) == (6, 6)
    assert found.last_event_on == dt.date(2026, 4, 1)
    assert found.imported_at is not None


def test_an_older_generation_says_what_to_do(tmp_path):
    into = Import(tmp_path)
    into.load_csv(FACT_ROWS, mapping=FACTS)
    [generation] = into.store.all()
    engine = sa.create_engine(f"duckdb:///{generation.path}")
    registers.drop_all(engine)
    engine.dispose()
    opened = open_current(f"duckdb:///{into.store.folder}")
    for fetch in (fetch_operator, fetch_operator_events, fetch_related):
        with pytest.raises(OperatorSourcesMissingError, match="jobs import"):
            fetch(opened, EVERYTHING, operator_id=FIRST)
    opened.engine.dispose()


def test_a_register_alone_is_read_without_any_submission(tmp_path):
    into = Import(tmp_path)
    into.load_csv(REGISTER_ROWS, mapping=REGISTER, as_of=dt.datetime(2026, 5, 1))
    opened = open_current(f"duckdb:///{into.store.folder}")
    assert fetch_operator(opened, WUCHANG, operator_id=FIRST) is not None
    assert fetch_operator(opened, YILING, operator_id=FIRST) is None
    assert len(fetch_related(opened, YILING, operator_id=YICHANG_SHOP).rows) == 0
    opened.engine.dispose()
