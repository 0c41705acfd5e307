"""The submissions in clusters: listed, on the map, and those by which a cluster is recognised."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.cluster_tables import cluster_members, cluster_places
from queries.clusters import check_known, covered_days, run_of, select_members
from queries.listing import LISTED_COLUMNS, rows_frame
from queries.matching import contains, matching
from queries.reading import Reading, reading
from queries.results import SubmissionPage
from queries.schema import submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.warehouse import Warehouse

MAX_LISTED = 200
"""Most submissions listed at once; ours."""

SAMPLE = 40
"""Texts by which a cluster is recognised later, as `analytics.cluster_matching.ANCHOR_MEMBERS`."""

ORDERS = ("central", "far", "newest")
"""By nearness to the centre of the cluster, outliers and then others by distance, by time."""


def fetch_members(
    warehouse: Warehouse,
    selection: Selection,
    scope: Scope,
    *,
    level: str,
    keys: Sequence[str],
    order: str = "central",
    page: int = 1,
    page_size: int = 20,
) -> SubmissionPage:
    """Return submissions selected that are in these clusters, a page at a time.

    Parameters
    ----------
    order
        One of `ORDERS`.

    Raises
    ------
    ValueError
        If ``order``, ``page`` or ``page_size`` is not usable.
    """
    if order not in ORDERS or page < 1 or not 1 <= page_size <= MAX_LISTED:
        msg = f"order must be one of {ORDERS}, page from 1, page_size 1 to {MAX_LISTED}"
        raise ValueError(f"{msg}; got {order!r}, {page}, {page_size}")
    check_known(warehouse)
    with reading(warehouse, selection, scope) as opened:
        days = covered_days(run_of(opened.conn), opened.days)
        if days is None:
            return SubmissionPage(rows_frame(opened.conn, [], LISTED_COLUMNS), 0, page, page_size)
        inside = cluster_members.c.cluster_key.in_(keys)
        counted = select_members(opened, level, days, sa.func.count()).where(inside)
        total = opened.conn.scalar(counted) or 0
        found = opened.conn.execute(
            select_members(opened, level, days, submissions.c.submission_key)
            .where(inside)
            .order_by(*_order(order))
            .limit(page_size)
            .offset((page - 1) * page_size)
        )
        frame = _rows(opened, [row.submission_key for row in found], days)
    return SubmissionPage(frame, total, page, page_size)


def _order(order: str) -> list[sa.ColumnElement[Any]]:
    key, distance = submissions.c.submission_key, cluster_members.c.distance
    if order == "newest":
        return [submissions.c.registered_at.desc(), key.desc()]
    if order == "central":
        return [distance, key]
    deviation = cluster_members.c.deviation
    return [sa.case((deviation.is_(None), 1), else_=0), deviation.desc(), distance.desc(), key]


def fetch_listed(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, keys: Sequence[int]
) -> pd.DataFrame:
    """Return those of some submissions, by ``submission_key``, that are selected and allowed.

    In the order of ``keys``; with `queries.listing.LISTED_COLUMNS` and ``operator_name``.

    Raises
    ------
    ValueError
        If more than `MAX_LISTED` are asked for.
    """
    if len(keys) > MAX_LISTED:
        msg = f"at most {MAX_LISTED} submissions are listed at once, got {len(keys)}"
        raise ValueError(msg)
    with reading(warehouse, selection, scope) as opened:
        return _rows(opened, keys, opened.days)


def _rows(opened: Reading, keys: Sequence[int], days: DateRange) -> pd.DataFrame:
    columns = [submissions.c[name] for name in LISTED_COLUMNS]
    asked = sa.select(*columns, submissions.c.submission_key).where(
        submissions.c.submission_key.in_(keys),
        matching(opened.selection, opened.scope, days=days),
    )
    rows = {row.submission_key: row for row in opened.conn.execute(asked)} if keys else {}
    return rows_frame(opened.conn, [rows[key] for key in keys if key in rows], LISTED_COLUMNS)


def fetch_points(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, level: str, lit: str = ""
) -> pd.DataFrame:
    """Return the places on the map of the submissions selected.

    Parameters
    ----------
    lit
        Words whose submissions are lit: all of them must be in the narrative.

    Returns
    -------
    pandas.DataFrame
        ``submission_key, cluster_key, distance, x, y`` (-1000 to 1000) and ``lit`` (bool), by key.
    """
    check_known(warehouse)
    columns = ("submission_key", "cluster_key", "distance", "x", "y", "lit")
    with reading(warehouse, selection, scope) as opened:
        days = covered_days(run_of(opened.conn), opened.days)
        if days is None:
            return pd.DataFrame(columns=list(columns))
        terms = [contains(submissions.c.narrative, term) for term in lit.split()]
        shown = sa.case((sa.and_(*terms), True), else_=False) if terms else sa.false()
        asked = select_members(
            opened,
            level,
            days,
            submissions.c.submission_key,
            cluster_members.c.cluster_key,
            cluster_members.c.distance,
            cluster_places.c.x,
            cluster_places.c.y,
            shown.label("lit"),
        ).where(cluster_places.c.submission_key == submissions.c.submission_key)
        rows = opened.conn.execute(asked.order_by(submissions.c.submission_key)).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=list(columns))


def fetch_sample(
    warehouse: Warehouse, scope: Scope, *, level: str, keys: Sequence[str], limit: int = SAMPLE
) -> pd.DataFrame:
    """Return some texts of these clusters, evenly spread from the nearest the centre to the farthest.

    By them a decision recognises the clusters later. Only what the viewer may see is among them.

    Returns
    -------
    pandas.DataFrame
        ``submission_id`` and ``narrative``.
    """
    check_known(warehouse)
    with reading(warehouse, Selection(), scope) as opened:
        run = run_of(opened.conn)
        found: Sequence[Any] = []
        if run.first_day is not None and run.last_day is not None:
            days = DateRange(run.first_day, run.last_day)
            asked = select_members(opened, level, days, submissions.c.submission_id).where(
                cluster_members.c.cluster_key.in_(keys)
            )
            near = cluster_members.c.distance
            every = opened.conn.scalars(asked.order_by(near, submissions.c.submission_id)).all()
            wanted = min(limit, len(every))
            chosen = [every[len(every) * at // wanted] for at in range(wanted)]
            texts = sa.select(submissions.c.submission_id, submissions.c.narrative).where(
                submissions.c.submission_id.in_(chosen)
            )
            found = opened.conn.execute(texts.order_by(submissions.c.submission_id)).all()
    return pd.DataFrame([tuple(row) for row in found], columns=["submission_id", "narrative"])
