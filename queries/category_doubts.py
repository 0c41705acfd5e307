"""What the judging of categories reads and writes."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from queries.category_tables import CATEGORY_TABLES, category_doubts, category_judged, category_run
from queries.cubes import make_anew
from queries.deriving import insert_rows, read_batches
from queries.schema import facts_info, submissions

WINDOW_DAYS = 90
"""Days whose records are judged; ours."""

LEARNING_DAYS = 365
"""Days whose records are learnt from; ours."""

MAX_RECORDS = 20_000
"""Most records of a kind, the newest, that are learnt from and judged; ours."""

_COLUMNS = ("submission_key", "registered_on", "issue_type", "narrative")


def last_day(conn: sa.Connection) -> dt.date | None:
    """Return the last day of the data, None in an empty warehouse."""
    return conn.scalar(sa.select(facts_info.c.last_day))


def read_entered(
    conn: sa.Connection, kind: str, last: dt.date, *, limit: int = MAX_RECORDS
) -> pd.DataFrame:
    """Return the newest records of a kind that have a narrative.

    Returns
    -------
    pandas.DataFrame
        ``submission_key``, ``registered_on``, ``issue_type`` (None where not entered) and
        ``narrative``, the newest first.
    """
    key = submissions.c.submission_key
    newest = (
        sa.select(key)
        .where(
            submissions.c.registered_on > last - dt.timedelta(days=LEARNING_DAYS),
            submissions.c.kind == kind,
            submissions.c.narrative.is_not(None),
        )
        .order_by(submissions.c.registered_on.desc(), key.desc())
        .limit(limit)
        .subquery()
    )
    statement = (
        sa.select(*[submissions.c[name] for name in _COLUMNS])
        .where(key.in_(sa.select(newest.c.submission_key)))
        .order_by(submissions.c.registered_on.desc(), key.desc())
    )
    batches = list(read_batches(conn, statement))
    if not batches:
        return pd.DataFrame(columns=list(_COLUMNS), dtype=object)
    frame: pd.DataFrame = pa.Table.from_batches(batches).to_pandas()
    return frame


def make_categories_anew(conn: sa.Connection) -> None:
    """Make the tables anew, empty."""
    for table in CATEGORY_TABLES:
        make_anew(conn, table)


def add_judged(conn: sa.Connection, judged: pd.DataFrame, doubts: pd.DataFrame) -> None:
    """Add rows with the columns of ``category_judged`` and of ``category_doubts``."""
    for table, frame in ((category_judged, judged), (category_doubts, doubts)):
        if len(frame):
            insert_rows(conn, table, pa.Table.from_pandas(frame, preserve_index=False))


def write_run(conn: sa.Connection) -> None:
    """Sum up what was judged; nothing where nothing was."""
    day, agrees = category_judged.c.registered_on, category_judged.c.agrees
    conn.execute(
        category_run.insert().from_select(
            [column.name for column in category_run.c],
            sa.select(
                sa.func.min(day),
                sa.func.max(day),
                sa.func.count(),
                sa.func.sum(sa.case((agrees.is_(sa.true()), 1), else_=0)),
                sa.func.count(agrees),
            ).having(sa.func.count() > 0),
        )
    )


def count_doubts(conn: sa.Connection) -> int:
    """Return how many records are doubtful."""
    return conn.scalar(sa.select(sa.func.count()).select_from(category_doubts)) or 0
