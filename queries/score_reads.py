"""Reads about risk scores: operators ranked, and one operator with its past.

`queries.score_scope` says which operators a viewer sees.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.scope import EVERYTHING, Scope
from queries.score_scope import (
    current_day,
    operator_labels,
    operators_matching,
    raw_frame,
    require_scores,
    score_rows,
    visible,
)
from queries.score_tables import (
    DIMENSIONS,
    INDICATORS,
    PLACED,
    STEP,
    operator_indicators,
    operator_scores,
    score_run,
)
from queries.selection import Selection
from queries.warehouse import Warehouse

ORDERS = ("score", "credit_score", "completeness", "complaints_12m", *DIMENSIONS, *INDICATORS)
"""Columns to rank by."""

MAX_PAGE_SIZE = 200
"""Most operators on one page; ours."""


@dataclass(frozen=True, slots=True)
class ScorePage:
    """One page of operators, ranked.

    Attributes
    ----------
    frame
        ``rank`` (from 1, by position), ``operator_id, name, uscc``, `PLACED`, ``score,
        credit_score, grade, completeness, triggered, complaints_12m``, each of `DIMENSIONS`, and
        ``score_before`` (of the month before; NaN where there was none).
    total
        Operators that match in all: the N of "N of M".
    in_scope
        Operators of the scope, no filter: the M.
    as_of
        Last day that counted; None where nobody is scored.
    """

    frame: pd.DataFrame
    total: int
    in_scope: int
    page: int
    page_size: int
    as_of: dt.date | None
    model_version: str | None

    @property
    def pages(self) -> int:
        """Number of pages, at least 1."""
        return max(1, -(-self.total // self.page_size))


@dataclass(frozen=True, slots=True)
class OperatorScore:
    """The score of one operator.

    Attributes
    ----------
    now
        The current month: every column of ``operator_scores``.
    inputs
        One row, index ``operator_id``, the raw figures as `analytics.risk.explain` takes them.
    history
        ``month, as_of, score, grade, completeness, triggered, model_version``, dimensions and
        indicators, oldest first, the current month last.
    industry_mean
        Mean points by dimension of the operators of its industry that have a grade and are in
        scope; of all industries where its own is unknown. NaN where there are none.
    peers
        How many they are.
    rank, of
        Its place among the operators in scope, 1 = riskiest, ties alike; and how many there are.
    """

    now: dict[str, Any]
    inputs: pd.DataFrame
    history: pd.DataFrame
    industry_mean: dict[str, float]
    peers: int
    rank: int
    of: int


def fetch_version(warehouse: Warehouse) -> str | None:
    """Return the version of the model that the current month was scored by, None without scores."""
    if STEP not in warehouse.fresh:
        return None
    with warehouse.engine.connect() as conn:
        return conn.scalar(sa.select(score_run.c.model_version))


def fetch_scores(
    warehouse: Warehouse,
    scope: Scope,
    *,
    selection: Selection | None = None,
    grades: Collection[str] = (),
    order: str = "score",
    ascending: bool = False,
    page: int = 1,
    page_size: int = 50,
) -> ScorePage:
    """Return one page of the operators of the current month, ranked.

    Parameters
    ----------
    selection
        Filters on region, business district, industry and operator count; its text is looked for in
        names and codes. Its period and other filters do not apply to a score.
    grades
        Grades wanted, ``pending`` among them; empty means all.
    order
        One of `ORDERS`; ties are ordered by ``operator_id``.

    Raises
    ------
    ScoresNotDerivedError
        If there are no scores in step with the data.
    ScoresOutOfScopeError
        If the scope is limited to kinds or units.
    ValueError
        If ``order``, ``page`` or ``page_size`` is not usable.
    """
    if order not in ORDERS:
        msg = f"order must be one of {', '.join(ORDERS)}, got {order!r}"
        raise ValueError(msg)
    if page < 1 or not 1 <= page_size <= MAX_PAGE_SIZE:
        msg = f"page must be at least 1 and page_size 1 to {MAX_PAGE_SIZE}, got {page}, {page_size}"
        raise ValueError(msg)
    require_scores(warehouse, scope)
    with warehouse.engine.connect() as conn:
        as_of = current_day(conn)
        if as_of is None:
            return ScorePage(_page_frame(conn, [], 0), 0, 0, page, page_size, None, None)
        rows = score_rows(as_of)
        wanted = operators_matching(conn, rows, selection, scope, as_of)
        if grades:
            wanted = sa.and_(wanted, rows.c.grade.in_(sorted(grades)))
        count = sa.select(sa.func.count()).select_from(rows)
        total = conn.scalar(count.where(wanted)) or 0
        in_scope = conn.scalar(count.where(operators_matching(conn, rows, None, scope, as_of))) or 0
        column = rows.c[order]
        found = (
            conn.execute(
                sa.select(rows)
                .where(wanted)
                .order_by(column.asc() if ascending else column.desc(), rows.c.operator_id)
                .limit(page_size)
                .offset((page - 1) * page_size)
            )
            .mappings()
            .all()
        )
        frame = _page_frame(conn, [dict(row) for row in found], (page - 1) * page_size)
        version = conn.scalar(
            sa.select(operator_scores.c.model_version)
            .where(operator_scores.c.month == as_of.replace(day=1))
            .limit(1)
        )
    return ScorePage(frame, total, in_scope, page, page_size, as_of, version)


def fetch_score(warehouse: Warehouse, scope: Scope, *, operator_id: str) -> OperatorScore | None:
    """Return the score of one operator with all that explains it.

    Returns
    -------
    OperatorScore or None
        None if nobody of that id is scored, and just so if the operator lies outside the scope.

    Raises
    ------
    ScoresNotDerivedError
        If there are no scores in step with the data.
    ScoresOutOfScopeError
        If the scope is limited to kinds or units.
    """
    require_scores(warehouse, scope)
    with warehouse.engine.connect() as conn:
        own = operator_scores.c
        months = [
            dict(each)
            for each in conn.execute(
                sa.select(operator_scores).where(own.operator_id == operator_id).order_by(own.month)
            ).mappings()
        ]
        latest = months[-1] if months else None
        row = latest if scope == EVERYTHING else visible(conn, scope, operator_id)
        if row is None or row["as_of"] != current_day(conn):
            return None
        as_of, history = row["as_of"], pd.DataFrame(months)
        raw = conn.execute(
            sa.select(operator_indicators).where(operator_indicators.c.operator_id == operator_id)
        ).mappings()
        inputs = raw_frame([dict(each) for each in raw])
        rows = score_rows(as_of)
        everybody = operators_matching(conn, rows, None, scope, as_of)
        means, peers = _industry_mean(conn, rows, everybody, row["industry"])
        ahead = sa.func.sum(sa.case((rows.c.score > row["score"], 1), else_=0))
        rank, of = conn.execute(sa.select(ahead, sa.func.count()).where(everybody)).one()
    kept = [
        "month", "as_of", "score", "grade", "completeness", "triggered", "model_version",
        *DIMENSIONS, *INDICATORS,
    ]  # fmt: skip
    return OperatorScore(row, inputs, history[kept], means, peers, int(rank or 0) + 1, int(of))


def _page_frame(conn: sa.Connection, rows: list[dict[str, Any]], skipped: int) -> pd.DataFrame:
    shown = [
        "operator_id", *PLACED, "score", "credit_score", "grade", "completeness", "triggered",
        "complaints_12m", *DIMENSIONS,
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=shown)
    names = operator_labels(conn, frame["operator_id"]) if rows else {}
    told = [names.get(each, (each, None)) for each in frame["operator_id"]]
    frame.insert(0, "rank", range(skipped + 1, skipped + 1 + len(frame)))
    frame.insert(2, "name", pd.Series([each[0] for each in told], dtype=object))
    frame.insert(3, "uscc", pd.Series([each[1] for each in told], dtype=object))
    for name in PLACED:
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    frame["score_before"] = _scores_before(conn, rows)
    return frame


def _scores_before(conn: sa.Connection, rows: list[dict[str, Any]]) -> pd.Series:
    if not rows:
        return pd.Series([], dtype="float64")
    own = operator_scores.c
    month = conn.scalar(sa.select(sa.func.max(own.month)).where(own.month < rows[0]["month"]))
    ids = [row["operator_id"] for row in rows]
    found = conn.execute(
        sa.select(own.operator_id, own.score).where(own.month == month, own.operator_id.in_(ids))
    )
    before = {row[0]: row[1] for row in found}
    return pd.Series([before.get(each) for each in ids], dtype="float64")


def _industry_mean(
    conn: sa.Connection, rows: sa.Subquery, everybody: sa.ColumnElement[bool], industry: str | None
) -> tuple[dict[str, float], int]:
    graded = sa.and_(everybody, rows.c.grade != "pending")
    if industry is not None:
        graded = sa.and_(graded, rows.c.industry == industry)
    found = conn.execute(
        sa.select(sa.func.count(), *[sa.func.avg(rows.c[code]) for code in DIMENSIONS]).where(
            graded
        )
    ).one()
    means = {
        code: float("nan") if value is None else float(value)
        for code, value in zip(DIMENSIONS, found[1:], strict=True)
    }
    return means, int(found[0])
