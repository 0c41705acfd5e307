"""Reads about repeats, claimants to verify and shared matters: every figure under selection and scope."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.counting import fetch_number
from queries.exclusions import claimants_of
from queries.listing import LISTED_COLUMNS, rows_frame
from queries.matching import matching
from queries.operator_names import operator_names
from queries.reading import Reading, reading
from queries.repeat_groups import (
    CLAIMANT,
    FIGURES,
    SHARED_KINDS,
    anywhen,
    chosen,
    columns_of,
    members_of,
    names_of,
    select_groups,
)
from queries.repeats import SHARED_STEP, STEP
from queries.schema import submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.vocabulary import GroupKind
from queries.warehouse import Warehouse

__all__ = [
    "CLAIMANT",
    "FIGURES",
    "SHARED_KINDS",
    "Groups",
    "LeftOut",
    "RepeatsNotDerivedError",
    "fetch_claimants_of",
    "fetch_group",
    "fetch_groups",
    "fetch_groups_of",
    "fetch_left_out",
    "fetch_members",
]

MAX_GROUPS = 10_000
"""Most groups that one read may ask for; ours."""

MAX_MEMBERS = 500
"""Most submissions of a group that are listed; ours."""


class RepeatsNotDerivedError(RuntimeError):
    """Repeats are not known as the submissions are now."""

    def __init__(self, step: str) -> None:
        super().__init__(
            f"{step} is not derived from the submissions as they are now; "
            "run 'python -m jobs refresh'"
        )
        self.step = step


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What de-noised counts leave out of a selection.

    Attributes
    ----------
    by_reason
        Submissions by `queries.vocabulary.ExclusionReason`, each under one reason; those without
        any are not named.
    total
        Submissions of the selection, none left out.
    days
        The days counted.
    """

    by_reason: dict[str, int]
    total: int
    days: DateRange

    @property
    def number(self) -> int:
        """Submissions left out."""
        return sum(self.by_reason.values())


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups that have a submission in the selection.

    Attributes
    ----------
    frame
        One row each. ``group_key, size`` (submissions in scope, of any day), ``selected`` (of them
        in the selection), ``left_out`` (of them not in de-noised counts), ``persons, operators,
        channels, units, counties`` (how many different), ``operator_name, operator_id, issue,
        county_code, channel`` (one of them), ``first_day, last_day``; of shared matters also ``label`` (empty
        where submissions outside the scope helped to name it); of claimants ``tier, f1`` to ``f5``,
        ``names`` (masked) and `FIGURES` (None where the viewer sees a part only).
    total
        Groups in all.
    selected
        Submissions of the selection in any of them.
    """

    frame: pd.DataFrame
    total: int
    selected: int


def fetch_left_out(warehouse: Warehouse, selection: Selection, scope: Scope) -> LeftOut:
    """Count what de-noised counts leave out of a selection, by reason.

    Raises
    ------
    RepeatsNotDerivedError
        If that is not known.
    """
    _require(warehouse, STEP)
    plain = replace(selection, denoised=False)
    with reading(warehouse, plain, scope) as opened:
        reason = submissions.c.exclusion_reason
        rows = opened.conn.execute(
            sa.select(reason, sa.func.count())
            .where(matching(plain, scope, days=opened.days), reason.is_not(None))
            .group_by(reason)
            .order_by(reason)
        ).all()
        total = int(fetch_number(opened, opened.days))
        return LeftOut({row[0]: row[1] for row in rows}, total, opened.days)


def fetch_groups(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, kind: str, limit: int = 50
) -> Groups:
    """Return the groups of a kind that have a submission in the selection, largest first.

    Parameters
    ----------
    kind
        A `queries.vocabulary.GroupKind`, or `CLAIMANT`.
    limit
        Most groups to return.

    Raises
    ------
    RepeatsNotDerivedError
        If they are not known.
    ValueError
        If ``kind`` or ``limit`` is not usable.
    """
    if not 1 <= limit <= MAX_GROUPS:
        msg = f"limit must be 1 to {MAX_GROUPS}, got {limit}"
        raise ValueError(msg)
    members = members_of(kind)
    _require(warehouse, SHARED_STEP if kind in SHARED_KINDS else STEP)
    plain = replace(selection, denoised=False)
    with reading(warehouse, plain, scope) as opened:
        inside = chosen(opened, members)
        total, selected = opened.conn.execute(
            sa.select(sa.func.count(inside.c.group_key), sa.func.sum(inside.c.selected))
        ).one()
        frame = _read_groups(opened, select_groups(opened, members, inside, kind, limit), kind)
    return Groups(frame, int(total), int(selected or 0))


def fetch_group(
    warehouse: Warehouse, selection: Selection, scope: Scope, *, kind: str, group_key: int
) -> pd.DataFrame:
    """Return one group as `Groups.frame` does, however many are larger.

    Returns
    -------
    pandas.DataFrame
        One row, ``selected`` 0 where none of it is in the selection; no row where there is no such
        group in scope.

    Raises
    ------
    RepeatsNotDerivedError
        If they are not known.
    ValueError
        If there is no such kind.
    """
    members = members_of(kind, group_key=group_key)
    _require(warehouse, SHARED_STEP if kind in SHARED_KINDS else STEP)
    plain = replace(selection, denoised=False)
    with reading(warehouse, plain, scope) as opened:
        inside = chosen(opened, members)
        statement = select_groups(opened, members, inside, kind, 1, every=True)
        return _read_groups(opened, statement, kind)


def _read_groups(
    opened: Reading, statement: sa.Select[*tuple[Any, ...]], kind: str
) -> pd.DataFrame:
    rows = opened.conn.execute(statement).mappings()
    frame = pd.DataFrame([dict(row) for row in rows], columns=columns_of(kind))
    frame = frame.astype(object).where(frame.notna(), None)
    names = operator_names(opened.conn, frame["operator_id"])
    own = [names.get(each) for each in frame["operator_id"]]
    frame["operator_name"] = [
        name or told for name, told in zip(own, frame["respondent_name"], strict=True)
    ]
    if kind == CLAIMANT:
        frame["names"] = names_of(opened, frame["group_key"].tolist())
    return frame.drop(columns="respondent_name")


def fetch_members(warehouse: Warehouse, scope: Scope, *, kind: str, group_key: int) -> pd.DataFrame:
    """Return the submissions of a group that the viewer may see, oldest first, of any day.

    Returns
    -------
    pandas.DataFrame
        `queries.listing.LISTED_COLUMNS`, ``operator_name``, ``exclusion_reason`` and ``role``
        (`queries.vocabulary.GroupRole`); at most `MAX_MEMBERS` rows.

    Raises
    ------
    RepeatsNotDerivedError
        If they are not known.
    ValueError
        If there is no such kind.
    """
    members = members_of(kind)
    _require(warehouse, SHARED_STEP if kind in SHARED_KINDS else STEP)
    columns = (*LISTED_COLUMNS, "exclusion_reason")
    with reading(warehouse, Selection(), scope) as opened:
        rows = opened.conn.execute(
            sa.select(*[submissions.c[name] for name in columns], members.c.role)
            .join(members, members.c.submission_key == submissions.c.submission_key)
            .where(members.c.group_key == group_key, anywhen(opened))
            .order_by(submissions.c.registered_at, submissions.c.submission_id)
            .limit(MAX_MEMBERS)
        ).all()
        frame = rows_frame(opened.conn, rows, columns)
    return frame.assign(role=pd.Series([row.role for row in rows], dtype=object))


def fetch_groups_of(
    warehouse: Warehouse, scope: Scope, *, submission_id: str
) -> list[tuple[str, int]]:
    """Return the groups that a submission is in, as kind and ``group_key``.

    Empty if there is no such submission, and just so if it lies outside the scope.

    Raises
    ------
    RepeatsNotDerivedError
        If they are not known.
    """
    for step in (STEP, SHARED_STEP):
        _require(warehouse, step)
    with reading(warehouse, Selection(), scope) as opened:
        key = opened.conn.scalar(
            sa.select(submissions.c.submission_key).where(
                submissions.c.submission_id == submission_id, anywhen(opened)
            )
        )
        found = []
        for kind in (*[str(each) for each in GroupKind], CLAIMANT):
            members = members_of(kind)
            groups = sa.select(members.c.group_key).where(members.c.submission_key == key)
            found += [(kind, int(group)) for group in opened.conn.scalars(groups)]
    return found


def fetch_claimants_of(warehouse: Warehouse, submission_ids: Collection[str]) -> dict[str, int]:
    """Return the ``group_key`` of the claimant whom each of these submissions belongs to.

    It says nothing about anybody, so it needs no scope: it tells which claimants were decided about.

    Raises
    ------
    RepeatsNotDerivedError
        If claimants are not known.
    """
    _require(warehouse, STEP)
    with warehouse.engine.connect() as conn:
        return claimants_of(conn, submission_ids)


def _require(warehouse: Warehouse, step: str) -> None:
    if step not in warehouse.fresh:
        raise RepeatsNotDerivedError(step)
