"""Categories: records whose entered category is unclear or contradicts their text.

Complaints and tip-offs have categories of their own, so each kind has its models. An inquiry tells
of no wrong and is not judged.
"""

import datetime as dt
import functools
from collections.abc import Callable, Sequence

import pandas as pd
import sqlalchemy as sa

from analytics.category_doubts import CategoryDoubts, category_doubts
from jobs.decided import Decided
from jobs.finders.finder import Finder, Finish, at_once
from jobs.spreading import ahead
from queries import category_doubts as kept
from queries.category_tables import STEP, UNCLEAR
from queries.vocabulary import Kind

KINDS = (Kind.COMPLAINT.value, Kind.TIPOFF.value)

SEED = 0

_Judging = tuple[pd.DataFrame, Callable[[], CategoryDoubts]]


def begin(conn: sa.Connection, days: Sequence[dt.date] | None, decided: Decided) -> Finish:  # noqa: ARG001
    """Begin to judge the categories of the newest records anew, unless no record changed.

    At most `queries.category_doubts.MAX_RECORDS` of a kind are read, so that the time it takes does
    not grow with the data.
    """
    if days is not None and not days:
        return kept.count_doubts
    last = kept.last_day(conn)
    begun = (
        []
        if last is None
        else [_judged(kept.read_entered(conn, each, last), last) for each in KINDS]
    )
    return functools.partial(_finish, begun)


def _judged(records: pd.DataFrame, last: dt.date) -> _Judging:
    window = pd.Timestamp(last - dt.timedelta(days=kept.WINDOW_DAYS))
    task = functools.partial(
        category_doubts,
        records["narrative"],
        records["issue_type"],
        judged=int((pd.to_datetime(records["registered_on"]) > window).sum()),
        unclear=UNCLEAR,
        seed=SEED,
    )
    return records, ahead(task, size=len(records))


def _finish(begun: Sequence[_Judging], conn: sa.Connection) -> int:
    kept.make_categories_anew(conn)
    for records, doubts in begun:
        _store(conn, records, doubts())
    kept.write_run(conn)
    return kept.count_doubts(conn)


def _store(conn: sa.Connection, records: pd.DataFrame, found: CategoryDoubts) -> None:
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


find = at_once(begin)

FINDER = Finder(STEP, find, begin=begin)
