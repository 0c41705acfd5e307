"""The ten questions as plain SQL over the facts and their words: what a program without cubes asks.

Written in SQLAlchemy Core over the tables of the warehouse, so that DuckDB and SQLite are asked
the very same, but independent of the query core that they check.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from jobs.bench.cases import Answers, Case, in_order, rate
from queries.schema import operators, submission_words, submissions, words
from queries.selection import DateRange

Statement = sa.Select[*tuple[object, ...]] | sa.CompoundSelect[*tuple[object, ...]]
Given = Mapping[str, Sequence[sa.Row]]

BOARD_ROWS = 20
"""Members shown of industries, problems and operators."""

WORDS_SHOWN = 100
"""Hot words shown."""

LARGE_YUAN = 10_000.0
"""Disputed sum from which a submission is notable, in yuan."""

NOTABLE_ROWS = 30
"""Notable submissions shown."""

FACTS_READ = (
    "submission_key", "submission_id", "registered_at", "registered_on", "weekday", "hour",
    "industry_section", "industry", "city_code", "county_code", "issue_type", "issue_subtype",
    "operator_id", "closed_at", "closed_on_time", "handling_days", "disputed_yuan",
    "recovered_yuan", "satisfaction",
)  # fmt: skip
"""Columns of the facts that the ten questions read."""

_c = submissions.c
_n = sa.func.count().label("n")
_recovered = sa.func.sum(sa.func.coalesce(_c.recovered_yuan, 0.0)).label("recovered")


def statements(case: Case) -> dict[str, Statement]:
    """Return one statement per question."""
    current = _meant(case, case.days)
    return {
        "totals": sa.union_all(*[_totals(case, name) for name in case.windows]),
        "trend": _by(_c.registered_on, _n, sa.func.count(_c.closed_at)).where(
            _meant(case, case.trend)
        ),
        "regions": _by(
            _c.county_code,
            _n,
            sa.func.sum(_c.closed_on_time),
            sa.func.count(_c.closed_on_time),
            _recovered,
        ).where(current),
        "industries": _board(_c.industry, current),
        "issues": _board(_c.issue_subtype, current),
        "operators": _operators(current),
        "words": _words(case),
        "hours": _by(_c.weekday, _c.hour, _n, keys=2).where(current),
        "matrix": _by(_c.county_code, _c.issue_type, _n, keys=2).where(current),
        "notable": _notable(current),
    }


def _within(column: sa.Column[dt.date], days: DateRange) -> sa.ColumnElement[bool]:
    return sa.and_(column >= days.start, column <= days.end)


def _meant(case: Case, days: DateRange) -> sa.ColumnElement[bool]:
    condition = _within(_c.registered_on, days)
    if case.city is not None:
        condition = sa.and_(condition, _c.city_code == case.city)
    if case.section is not None:
        condition = sa.and_(condition, _c.industry_section == case.section)
    return condition


def _totals(case: Case, window: str) -> sa.Select[*tuple[object, ...]]:
    return sa.select(
        sa.literal(window),
        sa.func.count(),
        sa.func.sum(_c.closed_on_time),
        sa.func.count(_c.closed_on_time),
        sa.func.sum(_c.handling_days),
        sa.func.count(_c.handling_days),
        sa.func.sum(sa.func.coalesce(_c.recovered_yuan, 0.0)),
        sa.func.sum(_c.satisfaction),
        sa.func.count(_c.satisfaction),
    ).where(_meant(case, case.windows[window]))


def _by(
    *columns: sa.ColumnElement[object], keys: int = 1
) -> sa.Select[*tuple[object, ...]]:
    return sa.select(*columns).group_by(*columns[:keys])


def _board(
    level: sa.Column[str], condition: sa.ColumnElement[bool]
) -> sa.Select[*tuple[object, ...]]:
    return (
        _by(level, _n, _recovered)
        .where(condition)
        .order_by(_n.desc(), level.nulls_last())
        .limit(BOARD_ROWS)
    )


def _operators(condition: sa.ColumnElement[bool]) -> sa.Select[*tuple[object, ...]]:
    largest = _board(_c.operator_id, sa.and_(condition, _c.operator_id.is_not(None))).subquery()
    return (
        sa.select(largest.c.operator_id, operators.c.name, largest.c.n, largest.c.recovered)
        .join_from(largest, operators, operators.c.operator_id == largest.c.operator_id)
        .order_by(largest.c.n.desc(), largest.c.operator_id)
    )


def _words(case: Case) -> sa.Select[*tuple[object, ...]]:
    days = case.days
    previous = case.windows.get("previous")
    span = DateRange(previous.start if previous else days.start, days.end)
    table = submission_words.c
    condition = _within(table.registered_on, span)
    if case.city is not None:
        meant = sa.select(_c.submission_key).where(_meant(case, span))
        condition = sa.and_(condition, table.submission_key.in_(meant))
    now = sa.func.sum(sa.case((table.registered_on >= days.start, 1), else_=0)).label("now")
    before = sa.func.sum(sa.case((table.registered_on < days.start, 1), else_=0)).label("before")
    counted = sa.select(table.word_id, now, before).where(condition).group_by(table.word_id)
    counts = counted.subquery()
    return (
        sa.select(words.c.word, counts.c.now, counts.c.before)
        .join_from(counts, words, words.c.word_id == counts.c.word_id)
        .where(counts.c.now > 0)
        .order_by(counts.c.now.desc(), counts.c.word_id)
        .limit(WORDS_SHOWN)
    )


def _notable(condition: sa.ColumnElement[bool]) -> sa.Select[*tuple[object, ...]]:
    return (
        sa.select(_c.submission_id, _c.registered_at, _c.disputed_yuan)
        .where(condition, _c.disputed_yuan >= LARGE_YUAN)
        .order_by(_c.registered_at.desc(), _c.submission_id)
        .limit(NOTABLE_ROWS)
    )


def ask(conn: sa.Connection, asked: Mapping[str, Statement]) -> Given:
    """Ask the ten questions one after the other."""
    return {name: conn.execute(statement).all() for name, statement in asked.items()}


def answers(given: Given) -> Answers:
    """Bring rows into the form in which engines are compared."""
    return {
        "totals": in_order(
            (name, n, rate(on_time, timed), rate(days, handled), money, rate(points, rated))
            for name, n, on_time, timed, days, handled, money, points, rated in given["totals"]
        ),
        "regions": in_order(
            (county, n, rate(on_time, timed), money)
            for county, n, on_time, timed, money in given["regions"]
        ),
        **{
            name: in_order(given[name])
            for name in ("trend", "hours", "matrix")
        },
        **{
            name: tuple(tuple(row) for row in given[name])
            for name in ("industries", "issues", "operators", "words", "notable")
        },
    }
