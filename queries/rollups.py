"""Rollups by month of what has very many members: operators and words.

There are a million operators and tens of thousands of words, but a screen shows the few largest.
A rollup keeps only the *leading* members of all time, whole. For all others it keeps a bound: how
many submissions the largest of them had in a month, and ever. As long as the last member shown has
more than that, none of the others can belong among those shown, and the answer from the rollup is
exact; otherwise the facts answer. See `queries.ranking`.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from queries.cubes import (
    affected_spans,
    key_column,
    key_expression,
    row_total,
    sum_column,
    within,
    year_spans,
)
from queries.measures import SUMS
from queries.schema import submission_words, submissions
from queries.selection import DateRange

LEADING_OPERATORS = 5_000
"""Operators kept; ours. The 5,000th of 1.3 million had 182 of 20 million submissions."""

LEADING_WORDS = 2_000
"""Words kept; ours, many times what a list of hot words shows."""

_REGION = ("province_code", "city_code")


@dataclass(frozen=True, slots=True)
class Rollup:
    """Sums by month, ``kind``, ``excluded``, some columns and the leading members.

    Attributes
    ----------
    member
        Column of the members: ``operator_id`` or ``word_id``.
    columns
        What it can be filtered by besides.
    leading
        How many members are kept.
    """

    name: str
    member: str
    columns: tuple[str, ...]
    sums: tuple[str, ...]
    leading: int

    @property
    def keys(self) -> tuple[str, ...]:
        """All columns but the sums."""
        return ("registered_on", "kind", "excluded", *self.columns, self.member)

    @property
    def order(self) -> tuple[str, ...]:
        """Order of storage: by city first, so that one city's rows lie together."""
        return (*self.columns, "registered_on", "kind", "excluded", self.member)


_ALL = (
    Rollup("month_word", "word_id", (), ("submissions",), LEADING_WORDS),
    Rollup("month_city_word", "word_id", _REGION, ("submissions",), LEADING_WORDS),
    Rollup("month_operator", "operator_id", _REGION, tuple(SUMS), LEADING_OPERATORS),
)

ROLLUPS: dict[str, Rollup] = {rollup.name: rollup for rollup in _ALL}
"""Every rollup by name, of the same members the smallest first; words need ``submission_words``."""

rollups = sa.MetaData()


def _member_column(rollup: Rollup) -> sa.Column[object]:
    table = submission_words if rollup.member == "word_id" else submissions
    return sa.Column(rollup.member, table.c[rollup.member].type)


_TABLES = {
    each.name: sa.Table(
        f"rollup_{each.name}",
        rollups,
        *[key_column(name) for name in each.keys[:-1]],
        _member_column(each),
        *[sum_column(name) for name in each.sums],
    )
    for each in _ALL
}
_LEADING = {
    each.name: sa.Table(f"leading_{each.name}", rollups, _member_column(each)) for each in _ALL
}
_BOUNDS = {
    each.name: sa.Table(
        f"bound_{each.name}",
        rollups,
        sa.Column("registered_on", sa.Date, comment="month; NULL for all time"),
        sa.Column("kind", submissions.c.kind.type, comment="NULL for all kinds"),
        sa.Column("excluded", sa.Boolean, comment="NULL for both"),
        sa.Column("submissions", sa.BigInteger, nullable=False, comment="most of any other member"),
    )
    for each in _ALL
}


def rollup_table(name: str) -> sa.Table:
    """Return the table of a rollup."""
    return _TABLES[name]


def bound_table(name: str) -> sa.Table:
    """Return the table of what the members that a rollup leaves out had at most."""
    return _BOUNDS[name]


def derive_rollup(
    conn: sa.Connection, name: str, *, days: Collection[dt.date] | None = None
) -> int:
    """Bring one rollup in step with the facts; those of words after ``submission_words``.

    Parameters
    ----------
    conn
        Inside the caller's transaction; tables are made if missing.
    days
        As for `queries.cubes.derive_cube`. The leading members are chosen when all is derived
        (None) and stay until then; whichever they are, the bound keeps answers exact.

    Returns
    -------
    int
        Rows of the rollup.
    """
    rollup = ROLLUPS[name]
    table, bounds = _TABLES[name], _BOUNDS[name]
    for each in (table, _LEADING[name], bounds):
        each.create(conn, checkfirst=True)
    if days is None:
        for each in (table, _LEADING[name], bounds):
            conn.execute(each.delete())
        conn.execute(_LEADING[name].insert().from_select([rollup.member], _choose(rollup)))
        spans = list(year_spans(conn))
    else:
        spans = list(affected_spans(days, "month"))
    for span in spans:
        if days is not None:
            conn.execute(table.delete().where(within(table, span)))
            conn.execute(bounds.delete().where(within(bounds, span)))
        conn.execute(table.insert().from_select([*rollup.keys, *rollup.sums], _rows(rollup, span)))
        conn.execute(bounds.insert().from_select(_BOUND_KEYS, _bounds(rollup, span)))
    conn.execute(bounds.delete().where(bounds.c.registered_on.is_(None)))
    conn.execute(bounds.insert().from_select(["submissions"], _bound_ever(rollup)))
    return conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0


_BOUND_KEYS = ["registered_on", "kind", "excluded", "submissions"]


def _member(rollup: Rollup) -> sa.Column[object]:
    table = submission_words if rollup.member == "word_id" else submissions
    return table.c[rollup.member]


def _of(rollup: Rollup, span: DateRange) -> sa.Select[*tuple[object, ...]]:
    """Return the rows of the facts, or of words and facts, registered in ``span``."""
    if rollup.member != "word_id":
        return sa.select().where(within(submissions, span))
    joined = submission_words.join(
        submissions, submission_words.c.submission_key == submissions.c.submission_key
    )
    return (
        sa.select()
        .select_from(joined)
        .where(within(submissions, span), within(submission_words, span))
    )


def _leads(rollup: Rollup) -> sa.ColumnElement[bool]:
    return _member(rollup).in_(sa.select(_LEADING[rollup.name].c[rollup.member]))


def _choose(rollup: Rollup) -> sa.Select[*tuple[object, ...]]:
    member = _member(rollup)
    return (
        sa.select(member)
        .where(member.is_not(None))
        .group_by(member)
        .order_by(sa.func.count().desc(), member)
        .limit(rollup.leading)
    )


def _rows(rollup: Rollup, span: DateRange) -> sa.Select[*tuple[object, ...]]:
    keys = {name: key_expression(name, "month") for name in rollup.keys[:-1]}
    keys[rollup.member] = _member(rollup)
    return (
        _of(rollup, span)
        .add_columns(
            *[key.label(name) for name, key in keys.items()],
            *[row_total(name).label(name) for name in rollup.sums],
        )
        .where(sa.or_(_member(rollup).is_(None), _leads(rollup)))
        .group_by(*keys.values())
        .order_by(*[keys[name] for name in rollup.order])
    )


def _bounds(rollup: Rollup, span: DateRange) -> sa.Select[*tuple[object, ...]]:
    keys = {name: key_expression(name, "month") for name in _BOUND_KEYS[:-1]}
    counted = (
        _of(rollup, span)
        .add_columns(
            *[key.label(name) for name, key in keys.items()], sa.func.count().label("submissions")
        )
        .where(_member(rollup).is_not(None), ~_leads(rollup))
        .group_by(*keys.values(), _member(rollup))
        .subquery()
    )
    months = [counted.c[name] for name in keys]
    return sa.select(*months, sa.func.max(counted.c.submissions)).group_by(*months)


def _bound_ever(rollup: Rollup) -> sa.Select[*tuple[object, ...]]:
    member = _member(rollup)
    counted = (
        sa.select(sa.func.count().label("submissions"))
        .where(member.is_not(None), ~_leads(rollup))
        .group_by(member)
        .subquery()
    )
    return sa.select(sa.func.coalesce(sa.func.max(counted.c.submissions), 0))
