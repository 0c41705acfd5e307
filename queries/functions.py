"""The six functions that every engine spells its own way, and what else engines differ in.

Everything else in this package is SQL that all of them take as it is.
"""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

GROUPING_SETS = frozenset({"duckdb", "postgresql", "hive"})
"""Dialects whose engine can group by several keys in one scan."""


def has_grouping_sets(dialect: sa.Dialect) -> bool:
    """Tell whether ``GROUP BY GROUPING SETS`` may be used; the plain form is separate statements."""
    return dialect.name in GROUPING_SETS


class PortableFunction(FunctionElement[Any]):
    """A function with one form per dialect; ``{0}`` and ``{1}`` stand for its arguments."""

    inherit_cache = True
    forms: ClassVar[dict[str, str]]


@compiles(PortableFunction)
def _compile(element: PortableFunction, compiler: SQLCompiler, **kw: object) -> str:
    dialect = compiler.dialect
    name = "mysql" if dialect.name == "mariadb" else dialect.name
    form = element.forms.get(name, element.forms["default"])
    if dialect.paramstyle in {"format", "pyformat"}:
        form = form.replace("%", "%%")
    return form.format(*[compiler.process(each, **kw) for each in element.clauses])


class day(PortableFunction):  # noqa: N801 - written like the SQL function it is
    """Day of a moment.

    Examples
    --------
    >>> print(day(sa.column("registered_at")))
    CAST(registered_at AS DATE)
    """

    inherit_cache = True
    type = sa.Date()
    forms: ClassVar = {
        "default": "CAST({0} AS DATE)",
        "sqlite": "date({0})",
        "clickhouse": "toDate({0})",
    }


class month(PortableFunction):  # noqa: N801
    """First day of a moment's or a day's month."""

    inherit_cache = True
    type = sa.Date()
    forms: ClassVar = {
        "default": "CAST(date_trunc('month', {0}) AS DATE)",
        "sqlite": "date({0}, 'start of month')",
        "mysql": "CAST(DATE_FORMAT({0}, '%Y-%m-01') AS DATE)",
        "clickhouse": "toStartOfMonth({0})",
        "hive": "CAST(trunc({0}, 'MM') AS DATE)",
    }


class hour(PortableFunction):  # noqa: N801
    """Hour of a moment, 0 to 23."""

    inherit_cache = True
    type = sa.Integer()
    forms: ClassVar = {
        "default": "CAST(EXTRACT(hour FROM {0}) AS INTEGER)",
        "sqlite": "CAST(strftime('%H', {0}) AS INTEGER)",
        "mysql": "HOUR({0})",
        "clickhouse": "toHour({0})",
        "hive": "HOUR({0})",
    }


class isoweekday(PortableFunction):  # noqa: N801
    """Weekday of a moment or a day, Monday 1 to Sunday 7."""

    inherit_cache = True
    type = sa.Integer()
    forms: ClassVar = {
        "default": "CAST(EXTRACT(isodow FROM {0}) AS INTEGER)",
        "sqlite": "((CAST(strftime('%w', {0}) AS INTEGER) + 6) % 7 + 1)",
        "mysql": "(WEEKDAY({0}) + 1)",
        "clickhouse": "toDayOfWeek({0})",
        "hive": "(weekday({0}) + 1)",
    }


class seconds_between(PortableFunction):  # noqa: N801
    """Seconds from the first moment to the second, negative if it lies before."""

    inherit_cache = True
    type = sa.Float()
    forms: ClassVar = {
        "default": "EXTRACT(epoch FROM ({1} - {0}))",
        "sqlite": "((julianday({1}) - julianday({0})) * 86400)",
        "mysql": "TIMESTAMPDIFF(SECOND, {0}, {1})",
        "clickhouse": "(toUnixTimestamp({1}) - toUnixTimestamp({0}))",
        "hive": "(unix_timestamp({1}) - unix_timestamp({0}))",
    }


class float_div(PortableFunction):  # noqa: N801
    """First number divided by the second, never as whole numbers; NULL where the second is 0."""

    inherit_cache = True
    type = sa.Float()
    forms: ClassVar = {
        "default": "(CAST({0} AS DOUBLE PRECISION) / nullif({1}, 0))",
        "sqlite": "(CAST({0} AS REAL) / nullif({1}, 0))",
        "mysql": "({0} / nullif({1}, 0))",
        "clickhouse": "(toFloat64({0}) / nullIf({1}, 0))",
        "hive": "(CAST({0} AS DOUBLE) / nullif({1}, 0))",
    }
