"""What the standing run of clusters reads and writes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from queries.cluster_tables import (
    CLUSTER_TABLES,
    cluster_anchors,
    cluster_levels,
    cluster_members,
    cluster_places,
    cluster_runs,
    clusters,
    found_clusters,
)
from queries.cubes import make_anew
from queries.deriving import insert_rows, read_batches
from queries.schema import facts_info, submissions
from queries.selection import DateRange
from queries.vocabulary import Kind

WINDOW_DAYS = 90
"""Days of texts that a run looks at; ours."""

DAYS_BETWEEN_RUNS = 7
"""Days by which the data must have moved on before clusters are found anew; ours."""

GROWN_SHARE = 0.2
"""A run is made sooner where the number of texts changed by more than this share; ours."""

KINDS = (Kind.COMPLAINT.value, Kind.TIPOFF.value)
"""What is clustered: an inquiry asks, it tells of no wrong."""

MAX_TEXTS = 50_000
"""Most texts of a run; of more, as many are drawn by lot, the same ones from run to run; ours."""

_MIXER, _MODULUS = 2_654_435_761, 2**32
"""Knuth's multiplicative hash: neighbouring keys get numbers far apart."""

_TEXT_COLUMNS = ("submission_key", "registered_on", "submission_id", "narrative")


@dataclass(frozen=True, slots=True)
class Run:
    """A run; days are None in an empty warehouse, ``topics`` is words by seed topic as JSON."""

    run_id: int
    first_day: dt.date | None
    last_day: dt.date | None
    available: int
    clustered: int
    seed: int
    next_number: int
    topics: str
    made_at: dt.datetime


@dataclass(frozen=True, slots=True)
class KeptRun:
    """What is known of the latest run.

    Attributes
    ----------
    found
        The clusters as found: columns of ``found_clusters``, ``words`` as lists.
    members
        ``level, submission_key, registered_on, submission_id, number, distance, deviation`` of the
        texts that are still there.
    """

    run: Run
    found: pd.DataFrame
    members: pd.DataFrame


def _tables_fit(conn: sa.Connection) -> bool:
    inspector = sa.inspect(conn)
    for table in CLUSTER_TABLES:
        if not inspector.has_table(table.name):
            return False
        there = [column["name"] for column in inspector.get_columns(table.name)]
        if there != [column.name for column in table.c]:
            return False
    return True


def latest_run(conn: sa.Connection) -> Run | None:
    """Return the latest run, None if there was none or another version of the program made it."""
    if not _tables_fit(conn):
        return None
    row = conn.execute(sa.select(cluster_runs).order_by(cluster_runs.c.run_id.desc())).first()
    return None if row is None else Run(*row)


def window(conn: sa.Connection) -> DateRange | None:
    """Return the days that a run made now looks at, None in an empty warehouse."""
    last = conn.scalar(sa.select(facts_info.c.last_day))
    if last is None:
        return None
    return DateRange(last - dt.timedelta(days=WINDOW_DAYS - 1), last)


def count_texts(conn: sa.Connection, days: DateRange) -> int:
    """Return how many texts of these days could be clustered."""
    counted = sa.select(sa.func.count()).select_from(submissions).where(*_meant(days))
    return conn.scalar(counted) or 0


def read_texts(conn: sa.Connection, days: DateRange, *, limit: int = MAX_TEXTS) -> pd.DataFrame:
    """Return the texts of these days, of more than ``limit`` as many drawn by lot.

    Returns
    -------
    pandas.DataFrame
        ``submission_key``, ``registered_on``, ``submission_id``, ``narrative``, in order of the key.
    """
    key = submissions.c.submission_key
    drawn = (
        sa.select(key)
        .where(*_meant(days))
        .order_by((key * _MIXER) % _MODULUS, key)
        .limit(limit)
        .subquery()
    )
    return _texts(conn, key.in_(sa.select(drawn.c.submission_key)))


def read_run_texts(conn: sa.Connection) -> pd.DataFrame:
    """Return the texts of the latest run that are still there, as `read_texts` does."""
    known = sa.select(cluster_members.c.submission_key).where(cluster_members.c.level == "fine")
    return _texts(conn, submissions.c.submission_key.in_(known))


def _meant(days: DateRange) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        submissions.c.registered_on.between(days.start, days.end),
        submissions.c.kind.in_(KINDS),
        submissions.c.narrative.is_not(None),
    )


def _texts(conn: sa.Connection, condition: sa.ColumnElement[bool]) -> pd.DataFrame:
    statement = (
        sa.select(*[submissions.c[name] for name in _TEXT_COLUMNS])
        .where(condition)
        .order_by(submissions.c.submission_key)
    )
    rows = [row for batch in read_batches(conn, statement) for row in batch.to_pylist()]
    return pd.DataFrame(rows, columns=list(_TEXT_COLUMNS))


def read_run(conn: sa.Connection, run: Run) -> KeptRun:
    """Return what is known of the latest run."""
    found = pd.DataFrame(
        conn.execute(sa.select(found_clusters).order_by(found_clusters.c.number)).mappings().all(),
        columns=[column.name for column in found_clusters.c],
    )
    found["words"] = pd.Series([each.split() for each in found["words"]], dtype=object)
    kept = [each for each in cluster_members.c if each.name != "cluster_key"]
    members = pd.DataFrame(
        conn.execute(
            sa.select(*kept, submissions.c.submission_id)
            .join(submissions, submissions.c.submission_key == cluster_members.c.submission_key)
            .order_by(cluster_members.c.level, cluster_members.c.submission_key)
        )
        .mappings()
        .all(),
        columns=[*[column.name for column in kept], "submission_id"],
    )
    return KeptRun(run, found, members)


def begin_run(
    conn: sa.Connection, kept: KeptRun, levels: Sequence[Mapping[str, Any]], places: pd.DataFrame
) -> None:
    """Write what a new run found in place of what the one before did; the list of runs stays.

    Parameters
    ----------
    levels
        Rows of ``cluster_levels``.
    places
        Columns of ``cluster_places``.
    """
    if not _tables_fit(conn):
        for table in CLUSTER_TABLES:
            make_anew(conn, table)
    for table in (cluster_levels, found_clusters, cluster_places):
        conn.execute(table.delete())
    run = {name: getattr(kept.run, name) for name in Run.__slots__}
    conn.execute(cluster_runs.insert().values(**run))
    if levels:
        conn.execute(cluster_levels.insert(), list(levels))
    _insert(
        conn,
        found_clusters,
        kept.found.assign(words=[" ".join(each) for each in kept.found["words"]]),
    )
    _insert(conn, cluster_places, places)


def write_clusters(
    conn: sa.Connection, rows: pd.DataFrame, members: pd.DataFrame, anchors: pd.DataFrame
) -> None:
    """Write the clusters as people want them, who is in which, and the decisions followed.

    Parameters
    ----------
    rows, members, anchors
        Columns of ``clusters``, ``cluster_members`` and ``cluster_anchors``.
    """
    for table, frame in (
        (clusters, rows),
        (cluster_members, members),
        (cluster_anchors, anchors),
    ):
        conn.execute(table.delete())
        _insert(conn, table, frame)


def _insert(conn: sa.Connection, table: sa.Table, frame: pd.DataFrame) -> None:
    if len(frame):
        names = [column.name for column in table.c]
        insert_rows(conn, table, pa.Table.from_pandas(frame[names], preserve_index=False))


def read_anchors(conn: sa.Connection) -> dict[int, str]:
    """Return the decisions that the clusters follow, as they read at the latest run."""
    asked = sa.select(cluster_anchors.c.decision_id, cluster_anchors.c.record)
    return {row.decision_id: row.record for row in conn.execute(asked)}


def count_members(conn: sa.Connection) -> int:
    """Return how many (level, submission) pairs are stored."""
    return conn.scalar(sa.select(sa.func.count()).select_from(cluster_members)) or 0
