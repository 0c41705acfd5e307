"""Who of the operators a viewer sees the score of, and what they are called.

An operator is in a viewer's scope if it lies in the viewer's regions, as registered or else as its
submissions say. Its score rests on everything that is known of it, so a scope that is limited to
kinds or units sees no score at all.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.matching import contains, matching
from queries.operator_tables import has_operator_tables, operator_events, operator_register
from queries.resolved_operators import raw_operators, resolved_register
from queries.schema import operators
from queries.scope import Scope
from queries.score_tables import (
    CLASS_INPUT,
    INPUTS,
    STEP,
    ScoresNotDerivedError,
    ScoresOutOfScopeError,
    operator_scores,
)
from queries.selection import DateRange, Selection
from queries.warehouse import Warehouse

OF_OPERATORS = frozenset({"region", "business_district", "industry", "operator"})
"""Dimensions of a selection that say something about operators; others are passed over."""


def require_scores(warehouse: Warehouse, scope: Scope) -> None:
    """Refuse to read scores that are out of step, or that a scope may not see.

    Raises
    ------
    ScoresNotDerivedError
        If there are no scores in step with the data.
    ScoresOutOfScopeError
        If the scope is limited to kinds or units.
    """
    if STEP not in warehouse.fresh:
        raise ScoresNotDerivedError
    if scope.kinds or scope.units:
        raise ScoresOutOfScopeError


def current_day(conn: sa.Connection) -> dt.date | None:
    """Return the last day that the scores of the current month count."""
    found: dt.date | None = conn.scalar(sa.select(sa.func.max(operator_scores.c.as_of)))
    return found


def visible(conn: sa.Connection, scope: Scope, operator_id: str) -> dict[str, Any] | None:
    """Return the current row of an operator, None where it is not there or not in scope."""
    as_of = current_day(conn)
    if as_of is None:
        return None
    rows = score_rows(as_of)
    statement = sa.select(rows).where(
        rows.c.operator_id == operator_id, operators_matching(conn, rows, None, scope, as_of)
    )
    found = conn.execute(statement).mappings().one_or_none()
    return None if found is None else {k: v for k, v in found.items() if k != "registered_on"}


def score_rows(as_of: dt.date | None, *, stand_in: dt.date | None = None) -> sa.Subquery:
    """Return the scores of a month (of all when None), with a day as `matching` asks for one.

    Parameters
    ----------
    stand_in
        Day to compare, where months are not told apart.
    """
    own = operator_scores.c
    day = own.as_of if stand_in is None else sa.literal(stand_in)
    rows = sa.select(*own, day.label("registered_on"))
    return (rows if as_of is None else rows.where(own.month == as_of.replace(day=1))).subquery()


def operators_matching(
    conn: sa.Connection,
    rows: sa.Subquery,
    selection: Selection | None,
    scope: Scope,
    as_of: dt.date,
) -> sa.ColumnElement[bool]:
    """Return the condition that an operator is meant by a selection and allowed by the scope.

    Filters of a selection that say nothing about operators are passed over, and its period.
    """
    chosen = Selection() if selection is None else selection
    filters = tuple(each for each in chosen.filters if each.dimension in OF_OPERATORS)
    plain = replace(chosen, filters=filters, text="", denoised=False)
    condition = matching(plain, scope, table=rows, days=DateRange(as_of, as_of))
    named = [_named(conn, rows, term) for term in chosen.text.split()]
    return sa.and_(condition, *named)


def _named(conn: sa.Connection, rows: sa.Subquery, term: str) -> sa.ColumnElement[bool]:
    found: list[tuple[Any, sa.FromClause, sa.ColumnElement[Any]]] = [
        (operators.c, operators, operators.c.operator_id)
    ]
    if has_operator_tables(conn):
        told = resolved_register(conn)
        found.append((operator_register.c, told.source, told.operator_id))
    return sa.or_(
        rows.c.operator_id == term,
        *[
            rows.c.operator_id.in_(
                sa.select(operator_id)
                .select_from(source)
                .where(sa.or_(contains(columns.name, term), columns.uscc == term))
            )
            for columns, source, operator_id in found
        ],
    )


def operator_labels(conn: sa.Connection, ids: Iterable[str]) -> dict[str, tuple[str, str | None]]:
    """Return name and code of each operator: as registered, else as submissions or events say."""
    wanted = sorted(set(ids))
    raw = raw_operators(conn, wanted)
    tables: list[tuple[sa.FromClause, str, dict[str, str]]] = [
        (operators, "name", {each: each for each in wanted})
    ]
    if has_operator_tables(conn):
        tables = [
            (operator_register, "name", raw),
            *tables,
            (operator_events, "operator_name", raw),
        ]
    found: dict[str, tuple[str, str | None]] = {}
    for table, name, whose in tables:
        lacking = [key for key, whole in whose.items() if found.get(whole, ("", None))[1] is None]
        if not lacking:
            continue
        known = table.c.operator_id
        rows = conn.execute(
            sa.select(known, sa.func.max(table.c[name]), sa.func.max(table.c.uscc))
            .where(known.in_(sorted(lacking)), table.c[name].is_not(None))
            .group_by(known)
        ).all()
        told: dict[str, tuple[str, str | None]] = {}
        for row in sorted(rows, key=lambda row: (whose[row[0]] == row[0], row[0])):
            operator = whose[row[0]]
            told[operator] = (row[1], row[2] or told.get(operator, ("", None))[1])
        for operator, (called, uscc) in told.items():
            before = found.get(operator)
            found[operator] = (called, uscc) if before is None else (before[0], uscc)
    return found


def raw_frame(rows: list[dict[str, Any]], *, also: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return rows of ``operator_indicators`` as a frame that a model can score."""
    frame = pd.DataFrame(rows, columns=["operator_id", *INPUTS, *also]).set_index("operator_id")
    numbers = {name: "float64" for name in INPUTS if name != CLASS_INPUT}
    return frame.astype({**numbers, CLASS_INPUT: object})
