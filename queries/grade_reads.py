"""Reads about grades: how many operators have which, and raw figures to try another model on."""

import pandas as pd
import sqlalchemy as sa

from queries.scope import Scope
from queries.score_scope import (
    current_day,
    operators_matching,
    raw_frame,
    require_scores,
    score_rows,
)
from queries.score_tables import INPUTS, PLACED, operator_indicators
from queries.selection import Selection
from queries.warehouse import Warehouse

MAX_MODEL_ROWS = 200_000
"""Most operators whose raw figures are read for a preview; ours, about 150 MB."""

LEVELS = ("month", *PLACED)
"""What grades can be counted by."""


def fetch_grade_distribution(
    warehouse: Warehouse,
    scope: Scope,
    *,
    selection: Selection | None = None,
    by: str | None = None,
) -> pd.DataFrame:
    """Count operators by grade.

    Parameters
    ----------
    by
        One of `LEVELS` to count by besides: ``month`` for the past, else the current month only.

    Returns
    -------
    pandas.DataFrame
        ``member`` (only with ``by``; None = not known), ``grade``, ``operators``, ``mean_score``;
        grades that nobody has are not listed.

    Raises
    ------
    ScoresNotDerivedError
        If there are no scores in step with the data.
    ScoresOutOfScopeError
        If the scope is limited to kinds or units.
    ValueError
        If ``by`` is none of `LEVELS`.
    """
    if by is not None and by not in LEVELS:
        msg = f"by must be one of {', '.join(LEVELS)}, got {by!r}"
        raise ValueError(msg)
    require_scores(warehouse, scope)
    names = [*(["member"] if by else []), "grade", "operators", "mean_score"]
    with warehouse.engine.connect() as conn:
        as_of = current_day(conn)
        if as_of is None:
            return pd.DataFrame(columns=names)
        rows = score_rows(None if by == "month" else as_of, stand_in=as_of)
        keys = [*([rows.c[by]] if by else []), rows.c.grade]
        counted = conn.execute(
            sa.select(*keys, sa.func.count(), sa.func.avg(rows.c.score))
            .where(operators_matching(conn, rows, selection, scope, as_of))
            .group_by(*keys)
            .order_by(*[key.asc().nulls_last() for key in keys])
        ).all()
    return pd.DataFrame([tuple(row) for row in counted], columns=names)


def fetch_model_input(
    warehouse: Warehouse, scope: Scope, *, limit: int = MAX_MODEL_ROWS
) -> pd.DataFrame:
    """Return raw figures of the current month, to score them by another model.

    Returns
    -------
    pandas.DataFrame
        Index ``operator_id``; each of `INPUTS`, ``score`` and ``grade`` as they are now. Of more
        than ``limit`` operators every so many-th, in order of their ids; ``attrs["operators"]`` says
        how many there are in all.

    Raises
    ------
    ScoresNotDerivedError
        If there are no scores in step with the data.
    ScoresOutOfScopeError
        If the scope is limited to kinds or units.
    """
    require_scores(warehouse, scope)
    with warehouse.engine.connect() as conn:
        as_of = current_day(conn)
        if as_of is None:
            return pd.DataFrame(columns=[*INPUTS, "score", "grade"])
        rows = score_rows(as_of)
        everybody = operators_matching(conn, rows, None, scope, as_of)
        count = conn.scalar(sa.select(sa.func.count()).select_from(rows).where(everybody)) or 0
        step = max(1, -(-count // limit))
        place = sa.func.row_number().over(order_by=rows.c.operator_id).label("place")
        picked = sa.select(rows.c.operator_id, rows.c.score, rows.c.grade, place).where(everybody)
        chosen = picked.subquery()
        raw = operator_indicators
        result = conn.execute(
            sa.select(raw, chosen.c.score, chosen.c.grade)
            .join(chosen, chosen.c.operator_id == raw.c.operator_id)
            .where(chosen.c.place % step == 0)
            .order_by(raw.c.operator_id)
        )
        frame = raw_frame([dict(each) for each in result.mappings()], also=("score", "grade"))
    frame.attrs["operators"] = count
    return frame
