"""Extracts: the submissions of a selection to take away, in parts, so that none fills the memory."""

from collections.abc import Iterator

import pandas as pd

from queries.listing import LISTED_COLUMNS, ORDERS, rows_frame, select_page, select_rows
from queries.reading import reading
from queries.scope import Scope
from queries.selection import Selection
from queries.warehouse import Warehouse

MAX_ROWS = 1_000_000
"""Most submissions that one extract may ask for; ours."""

ROWS_PER_PART = 2_000
"""Submissions read at once; ours: a part is about 2 MB, and its keys fit into one statement."""


def fetch_extract(
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    limit: int,
    order: str = "registered_at",
) -> Iterator[pd.DataFrame]:
    """Give the first submissions selected, part after part.

    Parameters
    ----------
    limit
        Most submissions to give; ask for one more than is wanted to see whether there are more.
    order
        As in `queries.listing.fetch_submissions`, with the same ties, so that an extract begins
        with what the list shows.

    Yields
    ------
    pandas.DataFrame
        Columns `queries.listing.LISTED_COLUMNS` and ``operator_name``; personal data masked. At
        least one part, which has no rows if nothing is selected.

    Raises
    ------
    ValueError
        If ``limit`` or ``order`` is not usable.
    """
    if not 1 <= limit <= MAX_ROWS:
        msg = f"limit must be 1 to {MAX_ROWS}, got {limit}"
        raise ValueError(msg)
    if order not in ORDERS:
        msg = f"order must be one of {', '.join(ORDERS)}, got {order!r}"
        raise ValueError(msg)
    return _parts(warehouse, selection, scope, limit=limit, order=order)


def _parts(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, limit: int, order: str
) -> Iterator[pd.DataFrame]:
    with reading(warehouse, selection, scope) as opened:
        keys = opened.conn.execute(select_page(opened, page=1, page_size=limit, order=order)).all()
        for start in range(0, max(len(keys), 1), ROWS_PER_PART):
            part = keys[start : start + ROWS_PER_PART]
            rows = opened.conn.execute(select_rows(part, order)).all() if part else []
            yield rows_frame(opened.conn, rows, LISTED_COLUMNS)
