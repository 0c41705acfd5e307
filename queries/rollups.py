"""Rollups of what has very many members: operators and words.

There are a million operators and tens of thousands of words, but a screen shows the few largest.
A rollup keeps only the *leading* members of all time, whole. For all others it keeps a bound: how
many submissions the largest of them had in a month, and ever. As long as the last member shown has
more than that, none of the others can belong among those shown, and the answer from the rollup is
exact; otherwise a larger rollup or the facts answer. See `queries.ranking`.

Words that rose from little are found among all words only, so that one rollup keeps them all.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from queries.cubes import (
    Grain,
    affected_spans,
    key_column,
    key_expression,
    make_anew,
    row_total,
    sum_column,
    within,
    year_spans,
)
from queries.returns import derive_word_returns
from queries.schema import submission_words, submissions
from queries.selection import DateRange, add_months

LEADING_OPERATORS = 20_000
"""Operators kept; ours. Of 20 million submissions any other of 1.3 million had 56 at most, and 10
at most within two months, while the 600th of 30 days had 10."""

LEADING_WORDS = 8_000
"""Words kept; ours. Of 20 million submissions any other of 480,000 words was in 1,300 at most in 12
months and in 200 in 30 days, while a page looks at all words of one submission in a thousand, then
in 4,200 and in 330."""

LEADING_COUNTY_WORDS = 1_000
"""Words kept by county; ours, many times what a list of hot words shows."""

ALL_WORDS = "all_words"
"""The rollup that leaves no word out."""

REACHES = ("ever", "months", "month", "city", "county")
"""A bound holds for all time, for a month and the next together, for a month and kind, or for a
month and kind in a city or a county. Of operators the second is the least, since one that has much
of one kind or in one month has little of the others; of words it would gain little."""

_MONTH = ("registered_on", "kind", "excluded")
_REGION = ("province_code", "city_code")
_COUNTY = (*_REGION, "county_code")


@dataclass(frozen=True, slots=True)
class Rollup:
    """Sums of the leading members by day or month, ``kind``, ``excluded`` and some columns.

    Attributes
    ----------
    member
        Column of the members: ``operator_id`` or ``word_id``.
    grains
        A table for each, of the same members.
    columns
        What it can be filtered by besides.
    leading
        How many members are kept; None for all.
    """

    name: str
    member: str
    grains: tuple[Grain, ...]
    columns: tuple[str, ...]
    sums: tuple[str, ...]
    leading: int | None

    @property
    def keys(self) -> tuple[str, ...]:
        """All columns but the sums."""
        return ("registered_on", "kind", "excluded", *self.columns, self.member)

    @property
    def reaches(self) -> tuple[str, ...]:
        """What the members left out are bounded within, of `REACHES`."""
        return tuple(
            reach
            for reach in REACHES
            if (reach != "months" or self.member == "operator_id")
            and (reach != "city" or set(_REGION) <= set(self.columns))
            and (reach != "county" or set(_COUNTY) <= set(self.columns))
        )

    def bound_keys(self, reach: str) -> tuple[str, ...]:
        """Return the columns of the facts that a bound of this reach is told for."""
        keys = {
            "ever": (),
            "months": ("registered_on",),
            "month": _MONTH,
            "city": (*_MONTH, *_REGION),
            "county": (*_MONTH, *_COUNTY),
        }[reach]
        return tuple(key for key in keys if key in self.keys)

    def order(self, grain: Grain) -> tuple[str, ...]:
        """Return the order of storage: months by city first, so that a city lies together."""
        if grain == "day":
            return self.keys
        return (*self.columns, "registered_on", "kind", "excluded", self.member)

    def covering(self, days: DateRange) -> list[dt.date]:
        """Return first days of pairs of months that together hold these days."""
        starts, start = [], days.start.replace(day=1)
        while start <= days.end:
            starts.append(start)
            start = add_months(start, 2)
        return starts


_MANY_COLUMNS = (
    *_COUNTY,
    "industry_section",
    "industry",
    "product_kind",
    "product_category",
    "issue_type",
    "channel_group",
    "channel",
    "is_online",
    "is_livestream",
    "is_prepaid",
)
"""An operator's submissions are few a day, so that columns cost few rows more."""

_OPERATOR_SUMS = (
    "submissions",
    "complaints",
    "tipoffs",
    "inquiries",
    "closed",
    "closed_on_time",
    "closed_timed",
    "disputed_yuan",
    "disputed",
    "recovered_yuan",
)
_WORDS = ("submissions",)
_ALL = (
    Rollup(
        "leading_operators",
        "operator_id",
        ("day", "month"),
        _REGION,
        _OPERATOR_SUMS,
        LEADING_OPERATORS,
    ),
    Rollup(
        "leading_operators_finely",
        "operator_id",
        ("day",),
        _MANY_COLUMNS,
        _OPERATOR_SUMS,
        LEADING_OPERATORS,
    ),
    Rollup("leading_words", "word_id", ("day", "month"), (), _WORDS, LEADING_WORDS),
    Rollup("leading_county_words", "word_id", ("month",), _COUNTY, _WORDS, LEADING_COUNTY_WORDS),
    Rollup(ALL_WORDS, "word_id", ("day", "month"), (), _WORDS, None),
)

ROLLUPS: dict[str, Rollup] = {rollup.name: rollup for rollup in _ALL}
"""Every rollup by name, of those with the same columns the smallest first; those of words are derived
from ``submission_words``."""

rollups = sa.MetaData()


def _member_column(rollup: Rollup) -> sa.Column[Any]:
    return sa.Column(rollup.member, _member(rollup).type)


def _member(rollup: Rollup) -> sa.Column[Any]:
    table = submission_words if rollup.member == "word_id" else submissions
    return table.c[rollup.member]


_TABLES: dict[tuple[str, Grain], sa.Table] = {
    (each.name, grain): sa.Table(
        f"{each.name}_by_{grain}",
        rollups,
        *[key_column(name) for name in each.keys[:-1]],
        _member_column(each),
        *[sum_column(name) for name in each.sums],
    )
    for each in _ALL
    for grain in each.grains
}
_LEADING = {each.name: sa.Table(each.name, rollups, _member_column(each)) for each in _ALL}
_BOUNDS = {
    each.name: sa.Table(
        f"{each.name}_bound",
        rollups,
        sa.Column("reach", sa.String(8), nullable=False),
        *[key_column(name, nullable=True) for name in each.bound_keys(REACHES[-1])],
        sa.Column("submissions", sa.BigInteger, nullable=False, comment="most of any other member"),
    )
    for each in _ALL
}


def rollup_table(name: str, grain: Grain) -> sa.Table:
    """Return a table of a rollup."""
    return _TABLES[name, grain]


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
        Inside the caller's transaction.
    days
        As for `queries.cubes.derive_cube`. Members that have come to lead since are added with
        all their past; none is dropped until all is derived (None). Whichever members lead, the
        bound keeps answers exact.

    Returns
    -------
    int
        Rows of the rollup.
    """
    rollup = ROLLUPS[name]
    leading = _LEADING[name]
    tables = [rollup_table(name, grain) for grain in rollup.grains]
    if days is None:
        for each in (*tables, leading, _BOUNDS[name]):
            make_anew(conn, each)
    kept: sa.ColumnElement[bool] = sa.true()
    if rollup.leading is not None:
        kept = _member(rollup).is_(None) | _leads(rollup)
        if days is None:
            conn.execute(leading.insert().from_select([rollup.member], _choose(rollup)))
        else:
            _add_leading(conn, rollup)
    for grain in rollup.grains:
        table = rollup_table(name, grain)
        for span in year_spans(conn) if days is None else affected_spans(days, grain):
            conn.execute(table.delete().where(within(table, span)))
            _insert(conn, rollup, grain, span, kept)
    if rollup.leading is not None:
        _derive_bounds(conn, rollup, days)
    else:
        derive_word_returns(conn, rollup_table(name, "day"))
    return sum(conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables)


def _derive_bounds(conn: sa.Connection, rollup: Rollup, days: Collection[dt.date] | None) -> None:
    bounds = _BOUNDS[rollup.name]
    single = [reach for reach in rollup.reaches if reach not in {"ever", "months"}]
    for span in year_spans(conn) if days is None else affected_spans(days, "month"):
        conn.execute(bounds.delete().where(bounds.c.reach.in_(single), within(bounds, span)))
        for reach in single:
            _insert_bounds(conn, rollup, reach, _of(rollup, span))
        if "months" in rollup.reaches:
            _derive_pairs(conn, rollup, span)
    conn.execute(bounds.delete().where(bounds.c.reach == "ever"))
    _insert_bounds(conn, rollup, "ever", sa.select())


def _derive_pairs(conn: sa.Connection, rollup: Rollup, span: DateRange) -> None:
    """Redo the bounds of every month and the next that hold any of ``span``."""
    bounds, start = _BOUNDS[rollup.name], add_months(span.start, -1)
    while start <= span.end:
        first = bounds.c.registered_on == start
        conn.execute(bounds.delete().where(bounds.c.reach == "months", first))
        after = add_months(start, 2)
        both = _of(rollup, DateRange(start, after - dt.timedelta(days=1)))
        _insert_bounds(conn, rollup, "months", both, start=start)
        start = add_months(start, 1)


def _add_leading(conn: sa.Connection, rollup: Rollup) -> None:
    chosen = _choose(rollup).subquery()
    member, leading = chosen.c[rollup.member], _LEADING[rollup.name]
    added = conn.scalars(
        sa.select(member).where(member.not_in(sa.select(leading.c[rollup.member])))
    ).all()
    if not added:
        return
    for grain in rollup.grains:
        for span in year_spans(conn):
            _insert(conn, rollup, grain, span, _member(rollup).in_(added))
    conn.execute(leading.insert(), [{rollup.member: each} for each in added])


def _insert(
    conn: sa.Connection,
    rollup: Rollup,
    grain: Grain,
    span: DateRange,
    members: sa.ColumnElement[bool],
) -> None:
    names = [*rollup.keys, *rollup.sums]
    rows = _rows(rollup, grain, span).where(members)
    conn.execute(rollup_table(rollup.name, grain).insert().from_select(names, rows))


def _of(rollup: Rollup, span: DateRange) -> sa.Select[*tuple[Any, ...]]:
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


def _choose(rollup: Rollup) -> sa.Select[*tuple[Any, ...]]:
    member = _member(rollup)
    return (
        sa.select(member)
        .where(member.is_not(None))
        .group_by(member)
        .order_by(sa.func.count().desc(), member)
        .limit(rollup.leading)
    )


def _rows(rollup: Rollup, grain: Grain, span: DateRange) -> sa.Select[*tuple[Any, ...]]:
    keys = {name: key_expression(name, grain) for name in rollup.keys[:-1]}
    keys[rollup.member] = _member(rollup)
    return (
        _of(rollup, span)
        .add_columns(
            *[key.label(name) for name, key in keys.items()],
            *[row_total(name).label(name) for name in rollup.sums],
        )
        .group_by(*keys.values())
        .order_by(*[keys[name] for name in rollup.order(grain)])
    )


def _insert_bounds(
    conn: sa.Connection,
    rollup: Rollup,
    reach: str,
    rows: sa.Select[*tuple[Any, ...]],
    *,
    start: dt.date | None = None,
) -> None:
    """Insert the bounds of one reach over these rows; all of them are from ``start`` if given."""
    member = _member(rollup)
    fixed = {} if start is None else {"registered_on": sa.literal(start, sa.Date())}
    keys = {
        name: key_expression(name, "month")
        for name in rollup.bound_keys(reach)
        if name not in fixed
    }
    counted = (
        rows.add_columns(
            *[key.label(name) for name, key in keys.items()], sa.func.count().label("submissions")
        )
        .where(member.is_not(None), ~_leads(rollup))
        .group_by(*keys.values(), member)
        .subquery()
    )
    groups = [counted.c[name] for name in keys]
    largest = (
        sa.select(sa.literal(reach), *fixed.values(), *groups, sa.func.max(counted.c.submissions))
        .select_from(counted)
        .group_by(*groups)
        .having(sa.func.count() > 0)
    )
    names = ["reach", *fixed, *keys, "submissions"]
    conn.execute(_BOUNDS[rollup.name].insert().from_select(names, largest))
