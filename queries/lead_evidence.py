"""The submissions that leads rest on, read from the warehouse by their numbers."""

import datetime as dt
from collections.abc import Collection

import pandas as pd
import sqlalchemy as sa

from queries.lead_candidate_reads import EVIDENCE_COLUMNS
from queries.matching import matching
from queries.schema import submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.warehouse import Warehouse

MAX_NUMBERS = 5_000
"""Numbers asked for in one statement; ours."""


def fetch_evidence(
    warehouse: Warehouse,
    scope: Scope,
    numbers: Collection[str],
    *,
    since: dt.date,
    until: dt.date,
) -> pd.DataFrame:
    """Return the submissions with these numbers that the viewer may see.

    Parameters
    ----------
    numbers
        Ids of submissions.
    since, until
        Days on which they were registered: only these are looked through.

    Returns
    -------
    pandas.DataFrame
        ``submission_id, registered_on`` and `EVIDENCE_COLUMNS`, the newest first. Submissions that
        were deleted or moved to another day or region since are not among them.
    """
    wanted = sorted(set(numbers))
    own = submissions.c
    columns = [own[name] for name in ("submission_id", "registered_on", *EVIDENCE_COLUMNS)]
    parts = []
    with warehouse.engine.connect() as conn:
        for start in range(0, len(wanted), MAX_NUMBERS):
            found = conn.execute(
                sa.select(*columns).where(
                    own.submission_id.in_(wanted[start : start + MAX_NUMBERS]),
                    matching(Selection(), scope, days=DateRange(since, until)),
                )
            )
            parts += [tuple(row) for row in found]
    frame = pd.DataFrame(parts, columns=[each.name for each in columns])
    return frame.sort_values(
        ["registered_at", "submission_id"], ascending=[False, True], ignore_index=True
    )
