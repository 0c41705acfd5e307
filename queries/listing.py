"""Listing: submissions themselves, a page at a time, or one of them whole.

Only masked values are stored in ``submissions``, so nothing here can show a person.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.counting import fetch_number
from queries.matching import matching
from queries.operator_names import operator_names
from queries.reading import Reading, reading
from queries.results import SubmissionPage
from queries.schema import submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.warehouse import Warehouse

LISTED_COLUMNS = (
    "submission_id",
    "kind",
    "registered_at",
    "channel",
    "status",
    "complainant_masked",
    "phone_masked",
    "operator_id",
    "respondent_name",
    "industry",
    "province_code",
    "city_code",
    "county_code",
    "street_code",
    "business_district",
    "product_category",
    "product",
    "product_name",
    "issue_type",
    "issue_subtype",
    "disputed_yuan",
    "recovered_yuan",
    "is_online",
    "online_platform",
    "title",
    "narrative",
    "handling_unit",
    "due_at",
    "closed_at",
    "closed_on_time",
)
"""Columns of a page of submissions."""

NOT_SHOWN = frozenset({"submission_key", "person_key"})
"""Columns of ``submissions`` that link records and are for no reader."""

ORDERS = ("registered_at", "disputed_yuan", "handling_days")
"""Columns to sort by, largest or latest first, not stated last."""

MAX_PAGE_SIZE = 200
"""Most submissions on one page; ours, a page shows 20 to 100."""


def fetch_submissions(
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    page: int = 1,
    page_size: int = 20,
    order: str = "registered_at",
) -> SubmissionPage:
    """Return one page of the submissions selected.

    Parameters
    ----------
    page
        From 1; a page after the last is empty.
    order
        One of `ORDERS`; ties are ordered by ``submission_key``, so pages never overlap.

    Raises
    ------
    ValueError
        If ``page``, ``page_size`` or ``order`` is not usable.
    """
    if page < 1 or not 1 <= page_size <= MAX_PAGE_SIZE:
        msg = f"page must be at least 1 and page_size 1 to {MAX_PAGE_SIZE}, got {page}, {page_size}"
        raise ValueError(msg)
    if order not in ORDERS:
        msg = f"order must be one of {', '.join(ORDERS)}, got {order!r}"
        raise ValueError(msg)
    with reading(warehouse, selection, scope) as opened:
        total = fetch_number(opened, opened.days)
        keys = select_page(opened, page=page, page_size=page_size, order=order)
        found = opened.conn.execute(keys).all()
        rows = opened.conn.execute(select_rows(found, order)).all() if found else []
        frame = rows_frame(opened.conn, rows, LISTED_COLUMNS)
    return SubmissionPage(frame, int(total), page, page_size)


def select_page(
    reading: Reading, *, page: int, page_size: int, order: str
) -> sa.Select[*tuple[Any, ...]]:
    """Build the statement that finds the keys of one page; texts are read for these alone."""
    return (
        sa.select(submissions.c.submission_key, submissions.c.registered_at)
        .where(
            matching(
                reading.selection,
                reading.scope,
                days=reading.days,
                by_operator=reading.by_operator,
            )
        )
        .order_by(*_order(order))
        .limit(page_size)
        .offset((page - 1) * page_size)
    )


def fetch_submission(
    warehouse: Warehouse, scope: Scope, *, submission_id: str
) -> dict[str, object] | None:
    """Return one submission with all that is stored of it for readers.

    Returns
    -------
    dict or None
        Every column of ``submissions`` but `NOT_SHOWN`, and ``operator_name``. None if there is no
        such submission, and just so if it lies outside the scope.
    """
    if warehouse.first_day is None or warehouse.last_day is None:
        return None
    whole = DateRange(warehouse.first_day, warehouse.last_day)
    shown = [each for each in submissions.c if each.name not in NOT_SHOWN]
    statement = sa.select(*shown).where(
        matching(Selection(), scope, days=whole), submissions.c.submission_id == submission_id
    )
    with warehouse.engine.connect() as conn:
        row = conn.execute(statement).mappings().one_or_none()
        if row is None:
            return None
        names = operator_names(conn, [row["operator_id"]])
    return {**row, "operator_name": names.get(row["operator_id"])}


def rows_frame(
    conn: sa.Connection, rows: Sequence[Sequence[Any]], names: Sequence[str]
) -> pd.DataFrame:
    """Return rows that begin with these columns of ``submissions`` as a frame.

    Moments and amounts are typed, everything else is as stored, None where not stated. A column
    ``operator_name`` is added.
    """
    columns: dict[str, pd.Series] = {}
    for position, name in enumerate(names):
        values = [row[position] for row in rows]
        kind = submissions.c[name].type
        if isinstance(kind, sa.DateTime):
            columns[name] = pd.to_datetime(pd.Series(values, dtype=object))
        elif isinstance(kind, sa.Float):
            columns[name] = pd.Series(values, dtype="float64")
        else:
            columns[name] = pd.Series(values, dtype=object)
    known = operator_names(conn, columns["operator_id"])
    named = [known.get(each) for each in columns["operator_id"]]
    return pd.DataFrame({**columns, "operator_name": pd.Series(named, dtype=object)})


def select_rows(
    found: Sequence[sa.Row[*tuple[Any, ...]]], order: str
) -> sa.Select[*tuple[Any, ...]]:
    """Build the statement that reads `LISTED_COLUMNS` of what `select_page` found."""
    moments = [row.registered_at for row in found]
    return (
        sa.select(*[submissions.c[name] for name in LISTED_COLUMNS])
        .where(
            submissions.c.submission_key.in_([row.submission_key for row in found]),
            # Lets an engine that stores by time skip almost everything.
            submissions.c.registered_at.between(min(moments), max(moments)),
        )
        .order_by(*_order(order))
    )


def _order(name: str) -> list[sa.ColumnElement[Any]]:
    column = submissions.c[name]
    stated = [] if name == "registered_at" else [sa.case((column.is_(None), 1), else_=0)]
    return [*stated, column.desc(), submissions.c.submission_key.desc()]
