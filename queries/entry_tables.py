"""Table of what each entry has, and where it contradicts itself."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from queries.cubes import Grain, key_column
from queries.findings import findings

STEP = "entry_checks"
"""Name of the refresh step, and of what it derives."""

ELEMENTS = ("complainant", "contact", "respondent", "place", "time", "facts", "request")
"""The seven elements of an entry, in reading order."""

CHECKS = ("amount_differs", "date_differs", "region_differs")
"""Contradictions between the narrative and the fields."""

entry_checks = sa.Table(
    "entry_checks",
    findings,
    sa.Column("submission_key", sa.BigInteger, nullable=False),
    sa.Column("registered_on", sa.Date, nullable=False),
    *[
        sa.Column(name, sa.SmallInteger, comment="0 missing, 1 field, 2 text only; NULL not asked")
        for name in ELEMENTS
    ],
    sa.Column("filled", sa.SmallInteger, nullable=False, comment="elements that are there"),
    sa.Column("applicable", sa.SmallInteger, nullable=False, comment="elements asked of the kind"),
    sa.Column("actionable", sa.Boolean, nullable=False, comment="what handling needs is there"),
    *[
        sa.Column(name, sa.SmallInteger, comment="1 differs, 0 agrees, NULL not comparable")
        for name in CHECKS
    ],
    sa.Column("contradictions", sa.SmallInteger, nullable=False),
    sa.Column("told_low_yuan", sa.Float, comment="what the narrative is about, at least"),
    sa.Column("told_high_yuan", sa.Float, comment="at most"),
)

MONTH_KEYS = (
    "registered_on", "kind", "province_code", "city_code", "county_code", "handling_unit", "channel",
)  # fmt: skip
"""What the monthly sums can be filtered and grouped by; ``registered_on`` is the month's first."""

DAY_KEYS = ("registered_on", "kind", "province_code", "city_code", "handling_unit")
"""What the daily sums can be filtered and grouped by.

What de-noised counts leave out may change without the submissions, so these are read from the facts.
"""


@cache
def totals() -> Mapping[str, sa.ColumnElement[Any]]:
    """Return the sums over entries, by name, as expressions over the checks."""
    table = entry_checks.c

    def number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
        return sa.func.sum(sa.case((condition, 1), else_=0))

    found: dict[str, sa.ColumnElement[Any]] = {
        "entries": sa.func.count(),
        "filled": sa.func.sum(table.filled),
        "applicable": sa.func.sum(table.applicable),
        "qualified": number(sa.and_(table.filled == table.applicable, table.applicable > 0)),
        "actionable": number(table.actionable.is_(sa.true())),
        "contradicting": number(table.contradictions > 0),
        "lacking": number(lacking()),
    }
    for name in ELEMENTS:
        found |= {name: number(table[name] > 0), f"{name}_base": sa.func.count(table[name])}
    for name in CHECKS:
        found |= {name: number(table[name] == 1), f"{name}_base": sa.func.count(table[name])}
    return MappingProxyType(
        {name: sa.cast(sa.func.coalesce(each, 0), sa.BigInteger) for name, each in found.items()}
    )


def lacking() -> sa.ColumnElement[bool]:
    """Return the condition that an entry lacks an element or contradicts itself."""
    return sa.or_(
        entry_checks.c.filled < entry_checks.c.applicable, entry_checks.c.contradictions > 0
    )


def _sums(name: str, keys: Sequence[str]) -> sa.Table:
    return sa.Table(
        name,
        findings,
        *[key_column(key) for key in keys],
        *[sa.Column(each, sa.BigInteger, nullable=False) for each in totals()],
    )


entry_months = _sums("entry_months", MONTH_KEYS)
"""Sums of the checks by month and a few columns: 2 % of their rows, for periods of many entries."""

entry_days = _sums("entry_days", DAY_KEYS)
"""Sums of the checks by day and fewer columns: for short periods, and what is no whole month."""

ENTRY_SUMS: Mapping[Grain, sa.Table] = MappingProxyType({"day": entry_days, "month": entry_months})


class EntriesNotCheckedError(RuntimeError):
    """The latest submissions are not checked yet."""

    def __init__(self) -> None:
        super().__init__("entries are not checked as they are now; run 'python -m jobs refresh'")
