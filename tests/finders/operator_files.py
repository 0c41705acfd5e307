"""A few operators with register and events, for tests of the score."""

import datetime as dt

import sqlalchemy as sa

from queries.generations import GenerationStore
from queries.operator_tables import (
    changed_operators,
    create_operator_tables,
    operator_events,
    operator_register,
    operator_sources_info,
)
from queries.score_tables import CLASS_INPUT, INPUTS, operator_indicators, operator_scores
from tests.staging import batch, record

LAST = dt.date(2026, 3, 20)


def day(back):
    """Return the day so many days before the last one."""
    return LAST - dt.timedelta(days=back)


def registered(operator_id, **fields):
    return {
        "operator_id": operator_id, "register_source": "test", "uscc": operator_id,
        "name": f"店{operator_id}", "operator_type": "有限责任公司", "industry_section": "F",
        "industry": "F52", "province_code": "420000", "city_code": "420100",
        "county_code": "420106", "address_key": f"address {operator_id}",
        "established_on": dt.date(2020, 1, 1), "status": "open", "registered_capital_yuan": 1e6,
        "paid_capital_yuan": 1e6, "insured_count": 5, "last_annual_report": 2024,
        "is_prepaid_issuer": False, **fields,
    }  # fmt: skip


def event(operator_id, kind, back, **fields):
    return {"operator_id": operator_id, "kind": kind, "occurred_on": day(back), **fields}


def complaint(number, operator_id, back, **fields):
    return record(
        f"s{number}",
        f"{day(back)}T10:00",
        operator_id=operator_id,
        person_key=f"p{number}",
        **{
            "respondent_name": f"店{operator_id}", "uscc": operator_id, "industry_section": "F",
            "industry": "F52", "province_code": "420000",
            "city_code": "420100", "county_code": "420106", **fields,
        },
    )  # fmt: skip


def load(store: GenerationStore, submissions=(), register=(), events=()):
    """Add submissions, and rows of register and events, as one import each would."""
    with store.building() as building:
        if submissions:
            building.stage(batch(list(submissions)))
            building.merge()
        if register or events:
            create_operator_tables(building.engine)
            with building.engine.begin() as conn:
                _insert(conn, register, events)
            building.changed = True


def _insert(conn, register, events):
    count = conn.scalar(sa.select(sa.func.count()).select_from(operator_events))
    plain = {column.name: None for column in operator_register.c}
    if register:
        conn.execute(operator_register.insert(), [{**plain, **each} for each in register])
    plain = {column.name: None for column in operator_events.c}
    for number, each in enumerate(events, start=count + 1):
        row = {**plain, "event_key": number, "event_id": f"e{number}", "source": "test", **each}
        conn.execute(operator_events.insert().values(row))
    version = conn.scalar(sa.select(operator_sources_info.c.sources_version)) + 1
    conn.execute(operator_sources_info.update().values(sources_version=version))
    touched = {each["operator_id"] for each in (*register, *events)}
    conn.execute(
        changed_operators.insert(),
        [{"operator_id": each, "sources_version": version} for each in sorted(touched)],
    )


def figures(warehouse):
    """Return the raw figures by operator, NaN and None as None."""
    with warehouse.engine.connect() as conn:
        rows = conn.execute(sa.select(operator_indicators)).mappings().all()
    return {row["operator_id"]: dict(row) for row in rows}


def stored(warehouse, *, month=None):
    """Return all rows of scores, in order."""
    statement = sa.select(operator_scores).order_by(
        operator_scores.c.month, operator_scores.c.operator_id
    )
    if month is not None:
        statement = statement.where(operator_scores.c.month == month)
    with warehouse.engine.connect() as conn:
        return [dict(row) for row in conn.execute(statement).mappings()]


__all__ = [
    "CLASS_INPUT", "INPUTS", "LAST", "complaint", "day", "event", "figures", "load", "registered",
    "stored",
]  # fmt: skip
