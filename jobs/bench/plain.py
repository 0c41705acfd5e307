"""The ten questions as plain SQL over the facts and their words: what a program without cubes asks.

Written in SQLAlchemy Core over the tables of the warehouse, so that DuckDB and SQLite are asked
the very same, and apart from the query core, whose answers they check.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from jobs.bench.cases import Answers, Case, in_order, rate, screen_plan
from queries.schema import operators, submission_words, submissions, words
from queries.selection import DateRange

Select = sa.Select[*tuple[object, ...]]
Statement = Select | sa.CompoundSelect[*tuple[object, ...]]
Given = Mapping[str, Sequence[Sequence[Any]]]

FACTS_READ = (
    "submission_key", "submission_id", "kind", "registered_at", "registered_on", "weekday", "hour",
    "industry_section", "industry", "city_code", "county_code", "issue_type", "issue_subtype",
    "operator_id", "closed_at", "closed_on_time", "handling_days", "disputed_yuan",
    "recovered_yuan", "satisfaction", "title", "narrative",
)  # fmt: skip
"""Columns of the facts that the ten questions read."""

BOARDS = ("county_code", "industry", "issue_subtype")
"""Boards of a column of the facts; operators and words are the two others."""

_c = submissions.c
_count = sa.func.count()


def statements(case: Case) -> dict[str, Statement]:
    """Return one statement per question."""
    current = _meant(case, case.days)
    return {
        "totals": sa.union_all(*[_totals(case, name) for name in case.windows]),
        "trend": sa.select(_c.registered_on, _count, sa.func.count(_c.closed_at))
        .where(_meant(case, case.trend))
        .group_by(_c.registered_on),
        **{level: _board(case, _c[level]) for level in BOARDS},
        "operator_id": _operators(case),
        "word": _words(case),
        "heat": sa.select(_c.weekday, _c.hour, _count).where(current).group_by(_c.weekday, _c.hour),
        "matrix": sa.select(_c.county_code, _c.issue_type, _count)
        .where(current)
        .group_by(_c.county_code, _c.issue_type),
        "notable": _notable(case),
    }


def ask(conn: sa.Connection, asked: Mapping[str, Statement]) -> Given:
    """Ask the ten questions one after the other."""
    return {name: conn.execute(statement).all() for name, statement in asked.items()}


def answers(given: Given) -> Answers:
    """Bring rows into the form in which engines are compared."""
    return {
        name: in_order(_totals_answer(rows) if name == "totals" else rows)
        for name, rows in given.items()
    }


def _totals_answer(rows: Sequence[Sequence[Any]]) -> Iterable[tuple[object, ...]]:
    return [
        (window, n, closed, rate(on_time, timed), rate(days, handled), yuan, rate(points, rated))
        for window, n, closed, on_time, timed, days, handled, yuan, points, rated in rows
    ]


def _within(column: sa.Column[dt.date], days: DateRange) -> sa.ColumnElement[bool]:
    return sa.and_(column >= days.start, column <= days.end)


def _meant(case: Case, days: DateRange) -> sa.ColumnElement[bool]:
    condition = _within(_c.registered_on, days)
    if case.city is not None:
        condition = sa.and_(condition, _c.city_code == case.city)
    if case.section is not None:
        condition = sa.and_(condition, _c.industry_section == case.section)
    return condition


def _span(case: Case) -> DateRange:
    return DateRange(case.previous.start if case.previous else case.days.start, case.days.end)


def _now_and_before(case: Case, day: sa.Column[dt.date]) -> list[sa.ColumnElement[int]]:
    now = sa.func.sum(sa.case((day >= case.days.start, 1), else_=0)).label("now")
    before = sa.func.sum(sa.case((day < case.days.start, 1), else_=0)).label("before")
    return [now, before] if case.previous else [now]


def _totals(case: Case, window: str) -> Select:
    return sa.select(
        sa.literal(window),
        _count,
        sa.func.count(_c.closed_at),
        sa.func.sum(_c.closed_on_time),
        sa.func.count(_c.closed_on_time),
        sa.func.sum(_c.handling_days),
        sa.func.count(_c.handling_days),
        sa.func.coalesce(sa.func.sum(_c.recovered_yuan), 0.0),
        sa.func.sum(_c.satisfaction),
        sa.func.count(_c.satisfaction),
    ).where(_meant(case, case.windows[window]))


def _board(case: Case, level: sa.Column[str]) -> Select:
    now, *before = _now_and_before(case, _c.registered_on)
    return (
        sa.select(level, now, *before)
        .where(_meant(case, _span(case)))
        .group_by(level)
        .having(now > 0)
        .order_by(now.desc(), level.nulls_last())
        .limit(screen_plan().limit)
    )


def _operators(case: Case) -> Select:
    largest = _board(case, _c.operator_id).subquery()
    return sa.select(largest, operators.c.name).join_from(
        largest, operators, operators.c.operator_id == largest.c.operator_id, isouter=True
    )


def _words(case: Case) -> Select:
    table = submission_words.c
    now, *before = _now_and_before(case, table.registered_on)
    condition = _within(table.registered_on, _span(case))
    if case.city is not None or case.section is not None:
        meant = sa.select(_c.submission_key).where(_meant(case, _span(case)))
        condition = sa.and_(condition, table.submission_key.in_(meant))
    largest = (
        sa.select(table.word_id, now, *before)
        .where(condition)
        .group_by(table.word_id)
        .having(now > 0)
        .order_by(now.desc(), table.word_id)
        .limit(screen_plan().words)
        .subquery()
    )
    counts = [column for column in largest.c if column.name != "word_id"]
    return sa.select(words.c.word, *counts).join_from(
        largest, words, words.c.word_id == largest.c.word_id
    )


def _notable(case: Case) -> Select:
    plan = screen_plan()
    crowd = _crowds(case).subquery("crowd")
    told = [
        column.like(f"%{word}%")
        for word in plan.rules.injury_words
        for column in (_c.narrative, _c.title)
    ]
    injury = sa.and_(_c.kind.in_(plan.rules.injury_kinds), sa.or_(*told))
    large = _c.disputed_yuan >= plan.rules.large_yuan
    many = crowd.c.operator_id.is_not(None)
    return (
        sa.select(
            _c.submission_id,
            _c.registered_at,
            *[sa.case((each, 1), else_=0) for each in (injury, large, many)],
        )
        .join_from(
            submissions,
            crowd,
            sa.and_(crowd.c.operator_id == _c.operator_id, crowd.c.newest_at == _c.registered_at),
            isouter=True,
        )
        .where(_meant(case, case.recent), sa.or_(injury, large, many))
        .order_by(_c.registered_at.desc(), _c.submission_key.desc())
        .limit(plan.notable)
    )


def _crowds(case: Case) -> Select:
    plan = screen_plan()
    new = (
        sa.select(
            _c.operator_id, _count.label("recent"), sa.func.max(_c.registered_at).label("newest_at")
        )
        .where(_meant(case, case.recent), _c.operator_id.is_not(None))
        .group_by(_c.operator_id)
        .having(_count >= plan.rules.many)
        .subquery("new")
    )
    usual = (
        sa.select(_c.operator_id, _count.label("number"))
        .where(_meant(case, case.usual))
        .group_by(_c.operator_id)
        .subquery("usual")
    )
    expected = sa.func.coalesce(usual.c.number, 0) * (plan.rules.times_usual * case.recent.days)
    return (
        sa.select(new.c.operator_id, new.c.newest_at)
        .join_from(new, usual, usual.c.operator_id == new.c.operator_id, isouter=True)
        .where(new.c.recent * case.usual.days >= expected)
        .order_by(new.c.newest_at.desc(), new.c.operator_id)
        .limit(plan.notable)
    )
