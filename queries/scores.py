"""What the scoring of operators reads and writes."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from queries.cubes import make_anew
from queries.deriving import insert_rows
from queries.loading import ROW_GROUP
from queries.operator_indicators import OperatorFigures
from queries.operator_tables import (
    changed_operators,
    has_operator_tables,
    operator_register,
    select_changed_operators,
    sources_version,
)
from queries.schema import facts_info, operators
from queries.score_tables import (
    CLASS_INPUT,
    DIMENSIONS,
    INDICATORS,
    INPUTS,
    PLACED,
    SCORE_TABLES,
    operator_indicators,
    operator_scores,
    score_run,
)

REBUILD_SHARE = 0.3
"""Share of the registered operators whose sources changed, from which earlier months are scored
again: what they were scored by was not there yet."""


def last_day(conn: sa.Connection) -> dt.date | None:
    """Return the last day of the submissions, None where there is none."""
    return conn.scalar(sa.select(facts_info.c.last_day))


def first_day(conn: sa.Connection) -> dt.date | None:
    """Return the first day of the submissions, None where there is none."""
    return conn.scalar(sa.select(facts_info.c.first_day))


def sources_digest(conn: sa.Connection) -> str:
    """Return a short text that differs with the register and the events."""
    return str(sources_version(conn))


def count_operators(conn: sa.Connection) -> int:
    """Return about how many operators there are to score."""
    named = conn.scalar(sa.select(sa.func.count()).select_from(operators)) or 0
    if not has_operator_tables(conn):
        return named
    registered = conn.scalar(sa.select(sa.func.count()).select_from(operator_register)) or 0
    return max(named, registered)


def make_tables_anew(conn: sa.Connection) -> None:
    """Make the tables empty."""
    for table in SCORE_TABLES:
        make_anew(conn, table)


def sources_replaced(conn: sa.Connection) -> bool:
    """Tell whether so many operators' sources changed that earlier months are out of date."""
    if not has_operator_tables(conn):
        return False
    known = conn.scalar(sa.select(score_run.c.sources_version)) or 0
    changed = select_changed_operators(known).subquery()
    number = conn.scalar(sa.select(sa.func.count()).select_from(changed)) or 0
    registered = conn.scalar(sa.select(sa.func.count()).select_from(operator_register)) or 0
    unknown = sa.select(changed_operators.c.operator_id).limit(1)
    if known == 0 and sources_version(conn) > 0 and conn.scalar(unknown) is None:
        return True
    return number > REBUILD_SHARE * max(registered, 1)


def record_run(conn: sa.Connection, as_of: dt.date, model_version: str) -> None:
    """Write down what the scores were made from."""
    conn.execute(score_run.delete())
    conn.execute(
        score_run.insert().values(
            as_of=as_of, sources_version=sources_version(conn), model_version=model_version
        )
    )


def scored_months(conn: sa.Connection) -> dict[dt.date, dt.date]:
    """Return the last day that counted, by month stored."""
    month = operator_scores.c.month
    rows = conn.execute(sa.select(month, sa.func.max(operator_scores.c.as_of)).group_by(month))
    return {row[0]: row[1] for row in rows}


def write_month(
    conn: sa.Connection,
    figures: OperatorFigures,
    scored: pd.DataFrame,
    *,
    as_of: dt.date,
    model_version: str,
    current: bool,
) -> None:
    """Put the scores of a month in the place of what was stored of it, in the order of operators.

    Those of one operator are then found without reading all.

    Parameters
    ----------
    current
        Whether it is the newest month, of which the raw figures are kept too.
    """
    month = as_of.replace(day=1)
    rows = figures.rows
    conn.execute(operator_scores.delete().where(operator_scores.c.month == month))
    numbers = [*INDICATORS, *DIMENSIONS, "score", "credit_score", "completeness"]
    order = pc.sort_indices(rows, sort_keys=[("operator_id", "ascending")])
    _insert(
        conn,
        operator_scores,
        order,
        pa.table(
            {
                "operator_id": rows.column("operator_id"),
                "month": _same(month, rows.num_rows, pa.date32()),
                "as_of": _same(as_of, rows.num_rows, pa.date32()),
                **{name: rows.column(name) for name in PLACED},
                **{name: pa.array(scored[name].to_numpy()) for name in numbers},
                **{name: _texts(scored[name]) for name in ("grade", "triggered")},
                "complaints_12m": pa.array(figures.frame["complaints_12m"].to_numpy()),
                "model_version": _same(model_version, rows.num_rows, pa.string()),
            }
        ),
    )
    if current:
        make_anew(conn, operator_indicators)
        _insert(conn, operator_indicators, order, _raw(figures, as_of))


def _insert(conn: sa.Connection, table: sa.Table, order: pa.Array, rows: pa.Table) -> None:
    """Add rows, in this order, in pieces that the engine stores together, so that all cores write."""
    pieces = rows.take(order).combine_chunks().to_batches(max_chunksize=ROW_GROUP)
    insert_rows(conn, table, pa.Table.from_batches(pieces, rows.schema))


def _raw(figures: OperatorFigures, as_of: dt.date) -> pa.Table:
    frame, rows = figures.frame, figures.rows
    columns: Mapping[str, Any] = {
        name: pa.array(frame[name].to_numpy(), from_pandas=True)
        for name in ("complaints_12m", *INPUTS)
        if name != CLASS_INPUT
    }
    return pa.table(
        {
            "operator_id": rows.column("operator_id"),
            "as_of": _same(as_of, rows.num_rows, pa.date32()),
            "is_registered": rows.column("is_registered"),
            CLASS_INPUT: pa.array(frame[CLASS_INPUT], pa.string(), from_pandas=True),
            **columns,
        }
    )


def _same(value: object, count: int, kind: pa.DataType) -> pa.Array:
    return pa.repeat(pa.scalar(value, kind), count)


def _texts(values: pd.Series) -> pa.Array:
    return pa.array(values.to_numpy(dtype=object), pa.string())
