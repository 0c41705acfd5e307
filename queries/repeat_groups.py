"""Groups of repeats, claimants and shared matters: how a statement asks for them under a scope."""

from typing import Any

import sqlalchemy as sa

from queries.matching import matching
from queries.reading import Reading
from queries.repeat_tables import (
    repeat_members,
    serial_claimants,
    serial_members,
    shared_matters,
    shared_members,
)
from queries.schema import submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.vocabulary import ClaimTier, GroupKind

CLAIMANT = "claimant"
"""Stands among the kinds of groups for claimants to verify."""

SHARED_KINDS = frozenset({GroupKind.MANY_PERSONS, GroupKind.SAME_ISSUE, GroupKind.LETTER})

FIGURES = (
    "total", "year_peak", "burst_peak", "operator_burst_peak", "purchases_peak", "quantity_peak",
    "names_on_phone", "names_on_id", "rejected", "keyword_score", "keywords",
)  # fmt: skip
"""Figures of a claimant over the whole of the data; only for who may see the whole of it."""


def members_of(kind: str, *, group_key: int | None = None) -> sa.Subquery:
    """Return the members of a kind's groups, or of one of them, whatever table they are in.

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    if kind == CLAIMANT:
        table: sa.Table = serial_members
        wanted: sa.ColumnElement[bool] = sa.true()
    else:
        table = shared_members if GroupKind(kind) in SHARED_KINDS else repeat_members
        wanted = table.c.kind == kind
    if group_key is not None:
        wanted = sa.and_(wanted, table.c.group_key == group_key)
    role = table.c.role if "role" in table.c else sa.literal("member")
    return (
        sa.select(table.c.submission_key, table.c.group_key, role.label("role"))
        .where(wanted)
        .subquery()
    )


def anywhen(opened: Reading) -> sa.ColumnElement[bool]:
    """Return the condition that a submission is in scope, whatever its day."""
    first, last = opened.warehouse.first_day, opened.warehouse.last_day
    days = opened.days if first is None or last is None else DateRange(first, last)
    return matching(Selection(), opened.scope, days=days)


def chosen(opened: Reading, members: sa.Subquery) -> sa.Subquery:
    """Return how many submissions of each group are selected and in scope; others are not named."""
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


def columns_of(kind: str) -> list[str]:
    """Return the columns that `select_groups` gives."""
    names = ["group_key", "size", "selected", "left_out", *_COUNTED, *_ONE_OF]
    names += ["first_day", "last_day"]
    if kind == CLAIMANT:
        names += ["tier", *_FACTORS, *FIGURES]
    elif GroupKind(kind) in SHARED_KINDS:
        names += ["label"]
    return names


def select_groups(
    opened: Reading,
    members: sa.Subquery,
    inside: sa.Subquery,
    kind: str,
    limit: int,
    *,
    every: bool = False,
) -> sa.Select[*tuple[Any, ...]]:
    """Build the statement that tells of groups, largest first.

    Parameters
    ----------
    members, inside
        As from `members_of` and `chosen`.
    every
        True tells of groups without a selected submission too.
    """
    facts = submissions.c
    groups = (
        sa.select(
            members.c.group_key,
            sa.func.count().label("size"),
            sa.func.coalesce(sa.func.max(inside.c.selected), 0).label("selected"),
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
        .join(inside, inside.c.group_key == members.c.group_key, isouter=every)
        .where(anywhen(opened))
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


def names_of(opened: Reading, groups: list[int]) -> list[str]:
    """Return the masked names of each claimant, as far as the viewer may see them."""
    name = submissions.c.complainant_masked
    rows = opened.conn.execute(
        sa.select(serial_members.c.group_key, name)
        .join(submissions, submissions.c.submission_key == serial_members.c.submission_key)
        .where(serial_members.c.group_key.in_(groups), anywhen(opened), name.is_not(None))
        .group_by(serial_members.c.group_key, name)
        .order_by(serial_members.c.group_key, name)
    ).all()
    known: dict[int, list[str]] = {}
    for group, each in rows:
        known.setdefault(group, []).append(each)
    return ["、".join(known.get(group, ())) for group in groups]
