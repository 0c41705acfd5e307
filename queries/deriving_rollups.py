"""How rollups are brought in step with the facts."""

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa

from queries.cubes import (
    Grain,
    affected_spans,
    key_expression,
    make_anew,
    row_total,
    within,
    year_spans,
)
from queries.returns import derive_word_returns
from queries.rollups import (
    ROLLUPS,
    Rollup,
    bound_table,
    leading_table,
    member_of,
    rollup_table,
)
from queries.schema import submission_words, submissions
from queries.selection import DateRange, add_months


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
    leading = leading_table(name)
    tables = [rollup_table(name, grain) for grain in rollup.grains]
    if days is None:
        for each in (*tables, leading, bound_table(name)):
            make_anew(conn, each)
    kept: sa.ColumnElement[bool] = sa.true()
    if rollup.leading is not None:
        kept = member_of(rollup).is_(None) | _leads(rollup)
        if days is None:
            _choose(conn, rollup, days)
        else:
            _add_leading(conn, rollup, days)
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
    bounds = bound_table(rollup.name)
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
    bounds = bound_table(rollup.name)
    for both in _pairs(span):
        first = bounds.c.registered_on == both.start
        conn.execute(bounds.delete().where(bounds.c.reach == "months", first))
        _insert_bounds(conn, rollup, "months", _of(rollup, both), start=both.start)


def _pairs(span: DateRange) -> Iterator[DateRange]:
    """Yield every month with the next that holds any of ``span``."""
    start = add_months(span.start.replace(day=1), -1)
    while start <= span.end:
        yield DateRange(start, add_months(start, 2) - dt.timedelta(days=1))
        start = add_months(start, 1)


def _add_leading(conn: sa.Connection, rollup: Rollup, days: Collection[dt.date]) -> None:
    kept = sa.select(leading_table(rollup.name).c[rollup.member])
    before = set(conn.scalars(kept))
    _choose(conn, rollup, days)
    added = sorted(set(conn.scalars(kept)) - before)
    if not added:
        return
    for grain in rollup.grains:
        for span in year_spans(conn):
            _insert(conn, rollup, grain, span, member_of(rollup).in_(added))


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
    return member_of(rollup).in_(sa.select(leading_table(rollup.name).c[rollup.member]))


def _choose(conn: sa.Connection, rollup: Rollup, days: Collection[dt.date] | None) -> None:
    """Add to the members kept those that lead, those of a year only if it holds any of ``days``."""
    kept = leading_table(rollup.name).c[rollup.member]
    for chosen in _choices(conn, rollup, days):
        found = chosen.subquery().c[rollup.member]
        new = sa.select(found).where(found.not_in(sa.select(kept)))
        conn.execute(kept.table.insert().from_select([rollup.member], new))


def _choices(
    conn: sa.Connection, rollup: Rollup, days: Collection[dt.date] | None
) -> Iterator[sa.Select[*tuple[Any, ...]]]:
    """Yield statements of members to keep, each of them once in a statement."""
    member, number = member_of(rollup), sa.func.count()
    stated = sa.select(member).where(member.is_not(None)).group_by(member)
    yield stated.order_by(number.desc(), member).limit(rollup.leading)
    for year in year_spans(conn):
        if days is not None and year.start.year not in {day.year for day in days}:
            continue
        if rollup.of_each:
            yield _foremost_of_each(rollup, year)
        for both in _pairs(year) if rollup.burst else ():
            of_both = _of(rollup, both).add_columns(member).where(member.is_not(None))
            yield of_both.group_by(member).having(number >= rollup.burst)


def _foremost_of_each(rollup: Rollup, span: DateRange) -> sa.Select[*tuple[Any, ...]]:
    member = member_of(rollup)
    columns = [submissions.c[name] for name in rollup.columns]
    number = sa.func.count().label("number")
    counted = (
        _of(rollup, span)
        .add_columns(*columns, member, number)
        .where(member.is_not(None))
        .group_by(*columns, member)
        .subquery()
    )
    place = sa.func.row_number().over(
        partition_by=[counted.c[name] for name in rollup.columns],
        order_by=[counted.c.number.desc(), counted.c[rollup.member]],
    )
    placed = sa.select(counted.c[rollup.member], place.label("place")).subquery()
    foremost = sa.select(placed.c[rollup.member]).where(placed.c.place <= rollup.of_each)
    return foremost.distinct()


def _rows(rollup: Rollup, grain: Grain, span: DateRange) -> sa.Select[*tuple[Any, ...]]:
    keys = {name: key_expression(name, grain) for name in rollup.keys[:-1]}
    keys[rollup.member] = member_of(rollup)
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
    member = member_of(rollup)
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
    conn.execute(bound_table(rollup.name).insert().from_select(names, largest))
