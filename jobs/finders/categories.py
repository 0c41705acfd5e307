"""Categories: records whose entered category is unclear or contradicts their text.

Complaints and tip-offs have categories of their own, so each kind has its models. An inquiry tells
of no wrong and is not judged.
"""

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import sqlalchemy as sa

from analytics.category_doubts import category_doubts
from jobs.decided import Decided
from jobs.finders.finder import Finder
from queries import category_doubts as kept
from queries.category_tables import STEP, UNCLEAR
from queries.vocabulary import Kind

KINDS = (Kind.COMPLAINT.value, Kind.TIPOFF.value)

SEED = 0


def find(conn: sa.Connection, days: Sequence[dt.date] | None, decided: Decided) -> int:  # noqa: ARG001
    """Judge the categories of the newest records anew, unless no record changed.

    At most `queries.category_doubts.MAX_RECORDS` of a kind are read, so that the time it takes does
    not grow with the data.
    """
    if days is not None and not days:
        return kept.count_doubts(conn)
    last = kept.last_day(conn)
    kept.make_categories_anew(conn)
    if last is not None:
        for kind in KINDS:
            _judge(conn, kept.read_entered(conn, kind, last), last)
    kept.write_run(conn)
    return kept.count_doubts(conn)


def _judge(conn: sa.Connection, records: pd.DataFrame, last: dt.date) -> None:
    window = last - dt.timedelta(days=kept.WINDOW_DAYS)
    judged = int((pd.to_datetime(records["registered_on"]) > pd.Timestamp(window)).sum())
    found = category_doubts(
        records["narrative"], records["issue_type"], judged=judged, unclear=UNCLEAR, seed=SEED
    )
    named = records[["submission_key", "registered_on"]]
    told = found.frame
    entered = told["entered"].astype(object).where(told["entered"].notna(), None)
    kept.add_judged(
        conn,
        named.loc[found.agrees.index].assign(agrees=found.agrees),
        named.loc[told.index].assign(
            entered=entered.astype("string"),
            suggested=told["suggested"].astype("string"),
            confidence=told["confidence"],
            reasons=told["reasons"].str.join(" ").astype("string"),
            unclear=(entered.isna() | entered.isin(UNCLEAR)).astype(bool),
        ),
    )


FINDER = Finder(STEP, find)
