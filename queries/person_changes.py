"""Operators that are complained about more since their legal person or shareholders changed."""

import datetime as dt

import numpy as np
import sqlalchemy as sa

from queries.indicator_counts import counted_complaint, select_person_changes
from queries.repeats import read_frame
from queries.resolved_operators import resolved_events
from queries.schema import submissions
from queries.selection import add_months

SPAN_DAYS = 90
"""Days before and after the change that are compared; ours."""

LEAST_AFTER = 2
"""Complaints after the change, at least, for a rise to be one; ours."""


def find_rises(conn: sa.Connection, as_of: dt.date) -> list[str]:
    """Return the operators whose complaints rose after the latest change, in order of their ids.

    As many days before the change as have passed since are compared, at most `SPAN_DAYS`; the day
    of the change counts as after.
    """
    changes = select_person_changes(as_of, resolved_events(conn)).subquery()
    day = submissions.c.registered_on
    rows = read_frame(
        conn,
        sa.select(changes.c.operator_id, changes.c.changed_on, day)
        .join(submissions, submissions.c.operator_id == changes.c.operator_id)
        .where(
            counted_complaint(),
            day <= as_of,
            day > add_months(as_of, -12) - dt.timedelta(days=SPAN_DAYS),
        ),
    ).to_pandas()
    if rows.empty:
        return []
    changed = rows["changed_on"].to_numpy("datetime64[D]")
    offset = (rows["registered_on"].to_numpy("datetime64[D]") - changed).astype(int)
    passed = np.minimum((np.datetime64(as_of, "D") - changed).astype(int) + 1, SPAN_DAYS)
    rows["after"] = (offset >= 0) & (offset < passed)
    rows["before"] = (offset < 0) & (offset >= -passed)
    found = rows.groupby("operator_id")[["after", "before"]].sum()
    risen = (found["after"] > found["before"]) & (found["after"] >= LEAST_AFTER)
    return sorted(found.index[risen])
