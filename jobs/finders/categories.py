"""Categories: records whose entered category is unclear or contradicts their text.

Complaints and tip-offs have categories of their own, so each kind has its models. An inquiry tells
of no wrong and is not judged.
"""

import datetime as dt
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from analytics.category_doubts import HALVES, CategoryDoubts, category_doubts
from jobs.decided import Decided
from jobs.finders.finder import Finder
from jobs.spreading import spread
from queries import category_doubts as kept
from queries.category_tables import STEP, UNCLEAR
from queries.vocabulary import Kind

KINDS = (Kind.COMPLAINT.value, Kind.TIPOFF.value)

SEED = 0

PARALLEL_FROM = 8_000
"""Records, each counted for both halves, from which halves are judged on all cores; below, starting
processes costs more."""


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
        work = functools.partial(judge, last)
        records = list(_records(conn, last))
        many = sum(len(each.frame) for each in records) >= PARALLEL_FROM
        judged = (
            spread(records, work, given=lambda each: each)
            if many
            else ((each, work(each)) for each in records)
        )
        for each, found in judged:
            _keep(conn, each.frame, found)
    kept.write_run(conn)
    return kept.count_doubts(conn)


@dataclass(frozen=True, slots=True)
class Half:
    """The newest records of a kind, and which half of them to judge."""

    frame: pd.DataFrame
    half: int


def _records(conn: sa.Connection, last: dt.date) -> Iterator[Half]:
    for kind in KINDS:
        frame = kept.read_entered(conn, kind, last)
        for half in HALVES:
            yield Half(frame, half)


def judge(last: dt.date, records: Half) -> CategoryDoubts:
    """Judge one half of the records of a kind that were registered within the window.

    Parameters
    ----------
    last
        Last day of the data.
    """
    window = last - dt.timedelta(days=kept.WINDOW_DAYS)
    frame = records.frame
    judged = int((pd.to_datetime(frame["registered_on"]) > pd.Timestamp(window)).sum())
    return category_doubts(
        frame["narrative"],
        frame["issue_type"],
        judged=judged,
        halves=(records.half,),
        unclear=UNCLEAR,
        seed=SEED,
    )


def _keep(conn: sa.Connection, records: pd.DataFrame, found: CategoryDoubts) -> None:
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
