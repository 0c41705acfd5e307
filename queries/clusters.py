"""Clusters as a viewer sees them: counted over the selection and the scope, never beyond.

The standing run covers complaints and tip-offs of some 90 days. Every figure here counts those of
its texts that the selection means and the viewer may see.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.cluster_runs import Run
from queries.cluster_tables import (
    STEP,
    ClustersNotDerivedError,
    cluster_anchors,
    cluster_levels,
    cluster_members,
    cluster_runs,
    clusters,
)
from queries.matching import check_level, matching, member_code
from queries.operator_names import operator_names
from queries.reading import Reading, compared_days, reading
from queries.results import Breakdown
from queries.schema import submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.warehouse import Warehouse

Statement = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class ClusterRun:
    """The standing run behind the clusters.

    Attributes
    ----------
    sampled
        True if there were more texts than a run takes, so that they were drawn by lot.
    again
        True if an earlier run was there to compare with, so that a cluster can be new.
    stability
        By level: mean adjusted Rand index of clusterings of subsamples; None below 20 texts.
    followed
        Decisions that the clusters follow, and whether each still fits any cluster.
    topics
        Words by seed topic, as the run was given them.
    """

    first_day: dt.date | None
    last_day: dt.date | None
    made_at: dt.datetime
    sampled: bool
    again: bool
    stability: Mapping[str, float | None]
    followed: Mapping[int, bool]
    topics: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ClusterCounts:
    """The clusters of a level with how much of the selection is in each.

    Attributes
    ----------
    frame
        Largest first: ``cluster_key, parent_key, words`` (list; only words that a submission in
        scope holds), ``name, hidden, pinned, topic`` (seed topic that it is, or empty), ``is_new,
        first_day, stability, submissions, compared`` (NaN without comparison), ``change,
        change_rate, share`` (of the clustered submissions selected, 0 to 1). Clusters without any
        submission in either period are left out.
    clustered
        Submissions selected that are in any cluster.
    days
        Days counted: those of the selection that the run covers; None if it covers none.
    compared_days
        Days compared with; None where the run does not cover them wholly.
    """

    frame: pd.DataFrame
    clustered: int
    days: DateRange | None
    compared_days: DateRange | None


def fetch_run(warehouse: Warehouse) -> ClusterRun:
    """Return what is to be said of the standing run.

    Raises
    ------
    ClustersNotDerivedError
        If the clusters are not in step with the submissions.
    """
    check_known(warehouse)
    with warehouse.engine.connect() as conn:
        run = run_of(conn)
        levels = conn.execute(sa.select(cluster_levels)).all()
        anchors = conn.execute(sa.select(cluster_anchors)).all()
    return ClusterRun(
        run.first_day,
        run.last_day,
        run.made_at,
        sampled=run.clustered < run.available,
        again=any(row.ended is not None for row in levels),
        stability={row.level: row.stability for row in levels},
        followed={row.decision_id: row.matched for row in anchors},
        topics={name: tuple(words) for name, words in json.loads(run.topics).items()},
    )


def check_known(warehouse: Warehouse) -> None:
    """Refuse a warehouse whose clusters are not in step with its submissions.

    Raises
    ------
    ClustersNotDerivedError
        If they are not.
    """
    if STEP not in warehouse.fresh:
        raise ClustersNotDerivedError


def run_of(conn: sa.Connection) -> Run:
    """Return the latest run."""
    latest = sa.select(cluster_runs).order_by(cluster_runs.c.run_id.desc()).limit(1)
    return Run(*conn.execute(latest).one())


def fetch_clusters(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, level: str
) -> ClusterCounts:
    """Return the clusters of a level and how many of the submissions selected are in each.

    Raises
    ------
    ClustersNotDerivedError
        If the clusters are not in step with the submissions.
    """
    check_known(warehouse)
    with reading(warehouse, selection, scope) as opened:
        run = run_of(opened.conn)
        days = covered_days(run, opened.days)
        compared = compared_days(warehouse, selection, selection.comparison)
        if compared is not None and (
            covered_days(run, compared) != compared or days != opened.days
        ):
            compared = None
        known = opened.conn.execute(sa.select(clusters).where(clusters.c.level == level))
        frame = pd.DataFrame(known.mappings().all(), columns=[column.name for column in clusters.c])
        words = words_seen(opened, frame, run, level)
        now = _counts(opened, level, days)
        before = None if compared is None else _counts(opened, level, compared)
    return ClusterCounts(
        _counted(frame.assign(words=words), now, before), sum(now.values()), days, compared
    )


def words_seen(opened: Reading, frame: pd.DataFrame, run: Run, level: str) -> "pd.Series[Any]":
    """Return the label words of each cluster, without those that only others' submissions hold.

    Parameters
    ----------
    frame
        Rows of ``clusters``, all of ``level``.
    """
    listed = [str(each).split() for each in frame["words"]]
    if not opened.scope.everything and run.first_day is not None and run.last_day is not None:
        whole = replace(opened, selection=Selection())
        days = DateRange(run.first_day, run.last_day)
        columns = cluster_members.c.cluster_key, submissions.c.narrative
        texts: dict[str, list[str]] = {}
        for row in opened.conn.execute(select_members(whole, level, days, *columns)):
            texts.setdefault(row.cluster_key, []).append((row.narrative or "").lower())
        seen = ["\n".join(texts.get(each, ())) for each in frame["cluster_key"]]
        listed = [
            [word for word in words if word.lower() in text]
            for words, text in zip(listed, seen, strict=True)
        ]
    return pd.Series(listed, frame.index, dtype=object)


def covered_days(run: Run, days: DateRange) -> DateRange | None:
    """Return those of ``days`` that a run covers."""
    if run.first_day is None or run.last_day is None:
        return None
    first, last = max(days.start, run.first_day), min(days.end, run.last_day)
    return DateRange(first, last) if first <= last else None


def _counts(opened: Reading, level: str, days: DateRange | None) -> dict[str, int]:
    if days is None:
        return {}
    key = cluster_members.c.cluster_key
    counted = select_members(opened, level, days, key, sa.func.count().label("counted")).group_by(
        key
    )
    return {row.cluster_key: row.counted for row in opened.conn.execute(counted)}


def select_members(
    opened: Reading, level: str, days: DateRange, *columns: sa.ColumnElement[Any]
) -> Statement:
    """Build a statement over the members of a level's clusters that are selected and allowed."""
    return (
        sa.select(*columns)
        .select_from(
            submissions.join(
                cluster_members,
                cluster_members.c.submission_key == submissions.c.submission_key,
            )
        )
        .where(
            cluster_members.c.level == level,
            matching(opened.selection, opened.scope, days=days),
        )
    )


def _counted(
    frame: pd.DataFrame, now: Mapping[str, int], before: Mapping[str, int] | None
) -> pd.DataFrame:
    keys = frame["cluster_key"]
    whole = sum(now.values())
    counted = keys.map(now).fillna(0).astype("int64")
    compared = (
        pd.Series(float("nan"), index=frame.index)
        if before is None
        else keys.map(before).fillna(0).astype("float64")
    )
    told = frame.assign(
        submissions=counted,
        compared=compared,
        change=counted - compared,
        change_rate=(counted - compared) / compared.where(compared > 0),
        share=counted / max(whole, 1),
    ).drop(columns=["level", "size", "sources"])
    there = (counted > 0) | (compared > 0)
    return (
        told[there]
        .sort_values(["submissions", "cluster_key"], ascending=[False, True])
        .reset_index(drop=True)
    )


def fetch_course(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, level: str, keys: Sequence[str]
) -> "pd.Series[int]":
    """Return how many submissions of these clusters were registered on each day of the run.

    All days that the run covers, whatever the period selected; 0 where there was none.
    """
    check_known(warehouse)
    with reading(warehouse, selection, scope) as opened:
        run = run_of(opened.conn)
        if run.first_day is None or run.last_day is None:
            return pd.Series(dtype="int64", index=pd.DatetimeIndex([]))
        days = DateRange(run.first_day, run.last_day)
        day = submissions.c.registered_on
        asked = (
            select_members(opened, level, days, day, sa.func.count().label("counted"))
            .where(cluster_members.c.cluster_key.in_(keys))
            .group_by(day)
        )
        counted = {row.registered_on: row.counted for row in opened.conn.execute(asked)}
    every = pd.date_range(run.first_day, run.last_day, freq="D")
    return pd.Series([counted.get(each.date(), 0) for each in every], index=every, dtype="int64")


def fetch_members_by(
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    level: str,
    keys: Sequence[str],
    by: str,
    limit: int = 10,
) -> Breakdown:
    """Return where the submissions of these clusters come from.

    Parameters
    ----------
    by
        Name of a level of a dimension, such as ``county_code``.

    Returns
    -------
    Breakdown
        Besides ``member``, ``submissions`` and ``share``: ``usual``, the member's share of all
        clustered submissions selected (0 to 1); operators carry ``name``.
    """
    check_level(by)
    check_known(warehouse)
    with reading(warehouse, selection, scope) as opened:
        days = covered_days(run_of(opened.conn), opened.days)
        rows: Sequence[Any] = []
        whole = 0
        if days is not None:
            column = submissions.c[by]
            inside = sa.func.sum(sa.case((cluster_members.c.cluster_key.in_(keys), 1), else_=0))
            counted = select_members(
                opened,
                level,
                days,
                column.label("member"),
                inside.label("inside"),
                sa.func.count().label("counted"),
            )
            rows = opened.conn.execute(counted.group_by(column).having(inside > 0)).all()
            every = select_members(opened, level, days, sa.func.count())
            whole = opened.conn.scalar(every) or 0
        here = sum(int(row.inside) for row in rows)
        told = sorted(
            ((member_code(row.member), int(row.inside), int(row.counted)) for row in rows),
            key=lambda row: (-row[1], row[0] is None, row[0] or ""),
        )
        frame = pd.DataFrame(
            {
                "member": pd.Series([row[0] for row in told[:limit]], dtype=object),
                "submissions": [row[1] for row in told[:limit]],
                "share": [row[1] / here for row in told[:limit]],
                "usual": [row[2] / whole for row in told[:limit]],
            }
        )
        if by == "operator_id":
            names = operator_names(opened.conn, frame["member"])
            frame["name"] = pd.Series([names.get(each) for each in frame["member"]], dtype=object)
    return Breakdown(frame, by, len(told))
