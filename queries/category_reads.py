"""Reads of categories: records whose entered category is unclear or contradicts their text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.category_tables import (
    STEP,
    CategoriesNotJudgedError,
    category_doubts,
    category_judged,
    category_run,
)
from queries.findings import with_submissions
from queries.listing import LISTED_COLUMNS, rows_frame
from queries.matching import matching
from queries.reading import Reading, reading
from queries.results import SubmissionPage
from queries.schema import submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.warehouse import Warehouse

CONTRADICTION, UNCLEAR = "contradiction", "unclear"
MAX_DOUBTS = 10_000
"""Most records of one list; ours."""

_OWN = ("entered", "suggested", "confidence", "reasons")


@dataclass(frozen=True, slots=True)
class CategoryDoubts:
    """Doubtful records of a selection, and the base they come from.

    Attributes
    ----------
    listed
        One page, the surest first: `queries.listing.LISTED_COLUMNS`, ``entered`` and ``suggested``
        (types of issue; entered None where none is), ``confidence`` (0 to 1) and ``reasons``.
    totals
        Doubtful records by kind of doubt.
    judged
        Records of the selection that were judged.
    compared, agreeing
        Of these, those with a category entered, and those where it is the one that a model which
        did not learn from the record finds likeliest.
    days
        Days over which records were judged, whatever the selection; None if none was.
    """

    listed: SubmissionPage
    totals: dict[str, int]
    judged: int
    compared: int
    agreeing: int
    days: DateRange | None


def fetch_category_doubts(
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    kind: str = CONTRADICTION,
    limit: int = 20,
    page: int = 1,
) -> CategoryDoubts:
    """Return the records whose category is doubtful, one page of one kind of doubt.

    Parameters
    ----------
    kind
        `CONTRADICTION`: the text contradicts what is entered; `UNCLEAR`: nothing is entered, or
        only "other".
    limit
        Records per page, at most `MAX_DOUBTS`.

    Raises
    ------
    CategoriesNotJudgedError
        If the categories are not judged for the submissions as they are.
    ValueError
        If ``kind``, ``limit`` or ``page`` is not usable.
    """
    if kind not in {CONTRADICTION, UNCLEAR}:
        msg = f"kind must be {CONTRADICTION} or {UNCLEAR}; got {kind!r}"
        raise ValueError(msg)
    if page < 1 or not 1 <= limit <= MAX_DOUBTS:
        msg = f"page must be at least 1 and limit 1 to {MAX_DOUBTS}, got {page}, {limit}"
        raise ValueError(msg)
    if STEP not in warehouse.fresh:
        raise CategoriesNotJudgedError
    with reading(warehouse, selection, scope) as opened:
        run = opened.conn.execute(
            sa.select(category_run.c.first_day, category_run.c.last_day)
        ).one_or_none()
        judged, compared, agreeing = _base(opened)
        totals = _totals(opened)
        rows = opened.conn.execute(
            sa.select(
                *[submissions.c[name] for name in LISTED_COLUMNS],
                *[category_doubts.c[name] for name in _OWN],
            )
            .select_from(with_submissions(category_doubts))
            .where(_chosen(opened), category_doubts.c.unclear == (kind == UNCLEAR))
            .order_by(
                category_doubts.c.confidence.desc(),
                submissions.c.registered_on.desc(),
                submissions.c.submission_key.desc(),
            )
            .limit(limit)
            .offset((page - 1) * limit)
        ).all()
        frame = rows_frame(opened.conn, rows, LISTED_COLUMNS)
    for position, name in enumerate(_OWN, start=len(LISTED_COLUMNS)):
        frame[name] = _column(rows, position, number=name == "confidence")
    days = None if run is None else DateRange(*run)
    listed = SubmissionPage(frame, totals[kind], page, limit)
    return CategoryDoubts(listed, totals, judged, compared, agreeing, days)


def _column(rows: Sequence[sa.Row[*tuple[Any, ...]]], position: int, *, number: bool) -> pd.Series:
    return pd.Series([row[position] for row in rows], dtype="float64" if number else "object")


def _chosen(reading: Reading) -> sa.ColumnElement[bool]:
    return matching(reading.selection, reading.scope, days=reading.days)


def _base(reading: Reading) -> tuple[int, int, int]:
    agrees = category_judged.c.agrees
    agreeing = sa.func.coalesce(sa.func.sum(sa.case((agrees.is_(sa.true()), 1), else_=0)), 0)
    row = reading.conn.execute(
        sa.select(sa.func.count(), sa.func.count(agrees), agreeing)
        .select_from(with_submissions(category_judged))
        .where(_chosen(reading))
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def _totals(reading: Reading) -> dict[str, int]:
    counted = reading.conn.execute(
        sa.select(category_doubts.c.unclear, sa.func.count())
        .select_from(with_submissions(category_doubts))
        .where(_chosen(reading))
        .group_by(category_doubts.c.unclear)
    ).all()
    found = {bool(row[0]): int(row[1]) for row in counted}
    return {CONTRADICTION: found.get(False, 0), UNCLEAR: found.get(True, 0)}
