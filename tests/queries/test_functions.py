"""The six portable functions: their SQL per dialect, and their values on engines that are here."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.dialects.mysql.base import MySQLDialect
from sqlalchemy.engine.default import DefaultDialect

from queries.functions import (
    day,
    float_div,
    has_grouping_sets,
    hour,
    isoweekday,
    month,
    seconds_between,
)


class ClickHouse(DefaultDialect):
    """Stands in for a dialect that is not installed."""

    name = "clickhouse"
    default_paramstyle = "named"


class Hive(DefaultDialect):
    name = "hive"
    default_paramstyle = "named"


class MariaDB(MySQLDialect):
    name = "mariadb"
    default_paramstyle = "format"


DUCKDB = sa.create_engine("duckdb:///:memory:").dialect
DIALECTS: dict[str, sa.Dialect] = {
    "duckdb": DUCKDB,
    "postgresql": postgresql.dialect(),
    "sqlite": sqlite.dialect(),
    "mysql": mysql.dialect(),
    "mariadb": MariaDB(),
    "clickhouse": ClickHouse(),
    "hive": Hive(),
}
A, B = sa.column("a", sa.DateTime), sa.column("b", sa.DateTime)
PLAIN = "duckdb", "postgresql"
MY = "mysql", "mariadb"
FORMS = [
    (day(A), {"sqlite": "date(a)", "clickhouse": "toDate(a)"}, "CAST(a AS DATE)"),
    (
        month(A),
        {
            "sqlite": "date(a, 'start of month')",
            "mysql": "CAST(DATE_FORMAT(a, '%%Y-%%m-01') AS DATE)",
            "clickhouse": "toStartOfMonth(a)",
            "hive": "CAST(trunc(a, 'MM') AS DATE)",
        },
        "CAST(date_trunc('month', a) AS DATE)",
    ),
    (
        hour(A),
        {
            "sqlite": "CAST(strftime('%H', a) AS INTEGER)",
            "mysql": "HOUR(a)",
            "clickhouse": "toHour(a)",
            "hive": "HOUR(a)",
        },
        "CAST(EXTRACT(hour FROM a) AS INTEGER)",
    ),
    (
        isoweekday(A),
        {
            "sqlite": "((CAST(strftime('%w', a) AS INTEGER) + 6) % 7 + 1)",
            "mysql": "(WEEKDAY(a) + 1)",
            "clickhouse": "toDayOfWeek(a)",
            "hive": "(weekday(a) + 1)",
        },
        "CAST(EXTRACT(isodow FROM a) AS INTEGER)",
    ),
    (
        seconds_between(A, B),
        {
            "sqlite": "((julianday(b) - julianday(a)) * 86400)",
            "mysql": "TIMESTAMPDIFF(SECOND, a, b)",
            "clickhouse": "(toUnixTimestamp(b) - toUnixTimestamp(a))",
            "hive": "(unix_timestamp(b) - unix_timestamp(a))",
        },
        "EXTRACT(epoch FROM (b - a))",
    ),
    (
        float_div(A, B),
        {
            "sqlite": "(CAST(a AS REAL) / nullif(b, 0))",
            "mysql": "(a / nullif(b, 0))",
            "clickhouse": "(toFloat64(a) / nullIf(b, 0))",
            "hive": "(CAST(a AS DOUBLE) / nullif(b, 0))",
        },
        "(CAST(a AS DOUBLE PRECISION) / nullif(b, 0))",
    ),
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("function", "own", "default"), FORMS, ids=lambda f: type(f).__name__)
def test_form_of_each_dialect(dialect, function, own, default):
    expected = own.get("mysql" if dialect == "mariadb" else dialect, default)
    assert str(function.compile(dialect=DIALECTS[dialect])) == expected


@pytest.fixture(params=["sqlite", "duckdb", pytest.param("postgresql", marks=pytest.mark.postgres)])
def conn(request, fresh_engine):
    if request.param == "sqlite":
        with sa.create_engine("sqlite://").connect() as conn:
            yield conn
    else:
        with fresh_engine(request.param) as engine, engine.connect() as conn:
            yield conn


def test_values(conn):
    moments = sa.Table(
        "moments", sa.MetaData(), sa.Column("a", sa.DateTime), sa.Column("b", sa.DateTime)
    )
    moments.create(conn)
    # 29 February 2024 was a Thursday, 31 December 2023 a Sunday, 2024 began on a Monday.
    rows = [
        (dt.datetime(2024, 2, 29, 23, 59, 59), dt.datetime(2024, 3, 1)),
        (dt.datetime(2023, 12, 31, 0, 0, 0), dt.datetime(2023, 12, 30, 12)),
        (dt.datetime(2024, 1, 1, 7, 30), dt.datetime(2024, 1, 2, 7, 30)),
    ]
    conn.execute(moments.insert(), [{"a": a, "b": b} for a, b in rows])
    a, b = moments.c.a, moments.c.b
    found = conn.execute(
        sa.select(day(a), month(a), hour(a), isoweekday(a), seconds_between(a, b)).order_by(
            a.desc()
        )
    ).all()
    assert [tuple(row)[:4] for row in found] == [
        (dt.date(2024, 2, 29), dt.date(2024, 2, 1), 23, 4),
        (dt.date(2024, 1, 1), dt.date(2024, 1, 1), 7, 1),
        (dt.date(2023, 12, 31), dt.date(2023, 12, 1), 0, 7),
    ]
    assert [round(float(row[4])) for row in found] == [1, 86_400, -43_200]


def test_division_is_never_of_whole_numbers(conn):
    seven, two, zero = (sa.literal(number, sa.Integer) for number in (7, 2, 0))
    half, nothing = conn.execute(sa.select(float_div(seven, two), float_div(seven, zero))).one()
    assert float(half) == 3.5
    assert nothing is None


def test_grouping_sets_only_where_the_engine_has_them():
    having = {name for name, dialect in DIALECTS.items() if has_grouping_sets(dialect)}
    assert having == {"duckdb", "postgresql", "hive"}
