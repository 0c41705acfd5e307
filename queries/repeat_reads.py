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
from queries.repeat_tables import (
    repeat_members,
    serial_claimants,
    serial_members,
    shared_matters,
    shared_members,
)
from queries.repeats import SHARED_STEP, STEP
from queries.schema import submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.vocabulary import ClaimTier, GroupKind
from queries.warehouse import Warehouse

CLAIMANT = "claimant"
"""Stands among the kinds of groups for claimants to verify."""

SHARED_KINDS = frozenset({GroupKind.MANY_PERSONS, GroupKind.SAME_ISSUE, GroupKind.LETTER})

MAX_GROUPS = 10_000
"""Most groups that one read may ask for; ours."""

MAX_MEMBERS = 500
"""Most submissions of a group that are listed; ours."""

FIGURES = (
    "total", "year_peak", "burst_peak", "operator_burst_peak", "purchases_peak", "quantity_peak",
    "names_on_phone", "names_on_id", "rejected", "keyword_score", "keywords",
)  # fmt: skip
"""Figures of a claimant over the whole of the data; only for who may see the whole of it."""


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
    members = _members(kind)
    _require(warehouse, SHARED_STEP if kind in SHARED_KINDS else STEP)
    plain = replace(selection, denoised=False)
    with reading(warehouse, plain, scope) as opened:
        inside = _chosen(opened, members)
        total, selected = opened.conn.execute(
            sa.select(sa.func.count(inside.c.group_key), sa.func.sum(inside.c.selected))
        ).one()
        rows = opened.conn.execute(_select_groups(opened, members, inside, kind, limit)).mappings()
        frame = pd.DataFrame([dict(row) for row in rows], columns=_columns(kind))
        frame = frame.astype(object).where(frame.notna(), None)
        names = operator_names(opened.conn, frame["operator_id"])
        own = [names.get(each) for each in frame["operator_id"]]
        frame["operator_name"] = [
            name or told for name, told in zip(own, frame["respondent_name"], strict=True)
        ]
        if kind == CLAIMANT:
            frame["names"] = _names(opened, frame["group_key"].tolist())
    return Groups(frame.drop(columns="respondent_name"), int(total), int(selected or 0))


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
    members = _members(kind)
    _require(warehouse, SHARED_STEP if kind in SHARED_KINDS else STEP)
    columns = (*LISTED_COLUMNS, "exclusion_reason")
    with reading(warehouse, Selection(), scope) as opened:
        rows = opened.conn.execute(
            sa.select(*[submissions.c[name] for name in columns], members.c.role)
            .join(members, members.c.submission_key == submissions.c.submission_key)
            .where(members.c.group_key == group_key, _anywhen(opened))
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
                submissions.c.submission_id == submission_id, _anywhen(opened)
            )
        )
        found = []
        for kind in (*[str(each) for each in GroupKind], CLAIMANT):
            members = _members(kind)
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


def _members(kind: str) -> sa.Subquery:
    """Return the members of a kind's groups, whatever table they are in."""
    if kind == CLAIMANT:
        table: sa.Table = serial_members
        wanted: sa.ColumnElement[bool] = sa.true()
    else:
        table = shared_members if GroupKind(kind) in SHARED_KINDS else repeat_members
        wanted = table.c.kind == kind
    role = table.c.role if "role" in table.c else sa.literal("member")
    return (
        sa.select(table.c.submission_key, table.c.group_key, role.label("role"))
        .where(wanted)
        .subquery()
    )


def _anywhen(opened: Reading) -> sa.ColumnElement[bool]:
    """Return the condition that a submission is in scope, whatever its day."""
    first, last = opened.warehouse.first_day, opened.warehouse.last_day
    days = opened.days if first is None or last is None else DateRange(first, last)
    return matching(Selection(), opened.scope, days=days)


def _chosen(opened: Reading, members: sa.Subquery) -> sa.Subquery:
    return (
        sa.select(members.c.group_key, sa.func.count().label("selected"))
        .join(submissions, submissions.c.submission_key == members.c.submission_key)
        .where(matching(opened.selection, opened.scope, days=opened.days))
        .group_by(members.c.group_key)
        .subquery()
    )


_COUNTED = {
    "persons": "person_key",
    "operators": "operator_id",
    "channels": "channel",
    "units": "handling_unit",
    "counties": "county_code",
}
_ONE_OF = {
    "operator_id": "operator_id",
    "respondent_name": "respondent_name",
    "issue": "issue_type",
    "county_code": "county_code",
    "channel": "channel",
}
_FACTORS = tuple(f"f{number}" for number in range(1, 6))


def _columns(kind: str) -> list[str]:
    names = ["group_key", "size", "selected", "left_out", *_COUNTED, *_ONE_OF]
    names += ["first_day", "last_day"]
    if kind == CLAIMANT:
        names += ["tier", *_FACTORS, *FIGURES]
    elif GroupKind(kind) in SHARED_KINDS:
        names += ["label"]
    return names


def _select_groups(
    opened: Reading, members: sa.Subquery, inside: sa.Subquery, kind: str, limit: int
) -> sa.Select[*tuple[Any, ...]]:
    facts = submissions.c
    groups = (
        sa.select(
            members.c.group_key,
            sa.func.count().label("size"),
            sa.func.max(inside.c.selected).label("selected"),
            sa.func.count(facts.exclusion_reason).label("left_out"),
            *[
                sa.func.count(facts[name].distinct()).label(label)
                for label, name in _COUNTED.items()
            ],
            *[sa.func.min(facts[name]).label(label) for label, name in _ONE_OF.items()],
            sa.func.min(facts.registered_on).label("first_day"),
            sa.func.max(facts.registered_on).label("last_day"),
        )
        .join(submissions, facts.submission_key == members.c.submission_key)
        .join(inside, inside.c.group_key == members.c.group_key)
        .where(_anywhen(opened))
        .group_by(members.c.group_key)
        .subquery()
    )
    latest = [groups.c.size.desc(), groups.c.last_day.desc(), groups.c.group_key]
    if kind == CLAIMANT:
        return _select_claimants(opened.scope, groups).order_by(_tier_order(), *latest).limit(limit)
    if GroupKind(kind) in SHARED_KINDS:
        whole = shared_matters.c.size == groups.c.size
        label = sa.case((whole, shared_matters.c.label), else_="")
        return (
            sa.select(*groups.c, label.label("label"))
            .join(
                shared_matters,
                sa.and_(
                    shared_matters.c.group_key == groups.c.group_key, shared_matters.c.kind == kind
                ),
            )
            .order_by(groups.c.persons.desc(), *latest)
            .limit(limit)
        )
    return sa.select(*groups.c).order_by(*latest).limit(limit)


def _select_claimants(scope: Scope, groups: sa.Subquery) -> sa.Select[*tuple[Any, ...]]:
    told = serial_claimants.c
    whole = scope.everything and not scope.kinds and not scope.units
    figures = [told[name] if whole else sa.null().label(name) for name in FIGURES]
    return sa.select(*groups.c, told.tier, *[told[name] for name in _FACTORS], *figures).join(
        serial_claimants, told.group_key == groups.c.group_key
    )


def _tier_order() -> sa.ColumnElement[int]:
    ranks = {tier.value: rank for rank, tier in enumerate(reversed(ClaimTier))}
    return sa.case(ranks, value=serial_claimants.c.tier)


def _names(opened: Reading, groups: list[int]) -> list[str]:
    """Return the masked names of each claimant, as far as the viewer may see them."""
    name = submissions.c.complainant_masked
    rows = opened.conn.execute(
        sa.select(serial_members.c.group_key, name)
        .join(submissions, submissions.c.submission_key == serial_members.c.submission_key)
        .where(serial_members.c.group_key.in_(groups), _anywhen(opened), name.is_not(None))
        .group_by(serial_members.c.group_key, name)
        .order_by(serial_members.c.group_key, name)
    ).all()
    known: dict[int, list[str]] = {}
    for group, each in rows:
        known.setdefault(group, []).append(each)
    return ["、".join(known.get(group, ())) for group in groups]
