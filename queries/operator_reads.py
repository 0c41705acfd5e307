"""Reads for the operator file: the register's row, events, and operators that share something.

An operator is seen by a viewer if the register has it in one of the viewer's regions, or if it has a
submission that the viewer may see; by a viewer of everything always. Everybody else gets the answer
that an unknown operator gets. Persons are stored masked only, and their keys are never returned.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.matching import matching, within
from queries.operator_tables import (
    operator_events,
    operator_register,
    operator_sources_info,
    require_operator_tables,
)
from queries.resolved_operators import raw_operators, registered_as
from queries.schema import operators, submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.vocabulary import OperatorEvent, Relation
from queries.warehouse import Warehouse

NAMES_APART = 16
"""Names of an operator that are looked for one by one; ours."""

NOT_SHOWN = frozenset({"legal_person_key", "phone_key", "address_key"})
"""Columns of the register that link rows and are for no reader."""

SHOWN = tuple(each.name for each in operator_register.c if each.name not in NOT_SHOWN)
"""Columns of the register that readers get."""

EVENT_COLUMNS = (
    "event_id", "source", "kind", "operator_name", "occurred_on", "ends_on", "outcome", "severity",
    "amount_yuan", "count", "subject", "document_no", "authority", "detail", "updated_at",
)  # fmt: skip
"""Columns of a page of events."""

MAX_EVENTS = 1_000
MAX_RELATED = 200
"""Most rows that one read returns; ours, a page shows fewer."""

WEAK_KEY = "n-%"
"""Form of the key of a legal person who is known by name and city only."""


@dataclass(frozen=True, slots=True)
class OperatorEvents:
    """Events of one operator, newest first.

    Attributes
    ----------
    rows
        At most ``limit`` events with `EVENT_COLUMNS`; ``occurred_on``, ``ends_on`` and
        ``updated_at`` are moments, amounts in yuan, None or NaT where not stated.
    total
        How many there are, of the kinds asked for.
    by_kind
        How many there are by kind, of all kinds.
    """

    rows: pd.DataFrame
    total: int
    by_kind: dict[str, int]


@dataclass(frozen=True, slots=True)
class RelatedOperators:
    """Operators that share something with one, as far as the viewer sees them.

    Attributes
    ----------
    rows
        Columns ``operator_id``, ``name``, ``county_code``, ``status`` and ``relations``, a tuple of
        `queries.vocabulary.Relation`; those who share most first, then by name.
    totals
        How many share each thing; more than rows where ``limit`` cut them off.
    """

    rows: pd.DataFrame
    totals: dict[Relation, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OperatorSources:
    """How much register and events hold, and how old they are.

    Attributes
    ----------
    last_event_on
        Day of the latest event; None without any.
    imported_at
        When they were imported last, UTC; None if never.
    """

    registered: int
    events: int
    last_event_on: dt.date | None
    imported_at: dt.datetime | None


def fetch_sources(warehouse: Warehouse) -> OperatorSources:
    """Return how much register and events hold of everything, for the date on a page.

    Raises
    ------
    OperatorSourcesMissingError
        If the warehouse is older than these sources.
    """
    with warehouse.engine.connect() as conn:
        require_operator_tables(conn)
        info = conn.execute(sa.select(operator_sources_info)).one()
        return OperatorSources(
            registered=_count(conn, operator_register),
            events=_count(conn, operator_events),
            last_event_on=info.last_event_on,
            imported_at=info.imported_at,
        )


def fetch_operator(
    warehouse: Warehouse, scope: Scope, *, operator_id: str
) -> dict[str, object] | None:
    """Return what is registered of one operator.

    Returns
    -------
    dict or None
        The columns `SHOWN`, and ``in_register``. Of an operator that is not in the register, name
        and place come from its submissions and the rest is None. None if there is no such operator,
        and just so if the viewer does not see it.

    Raises
    ------
    OperatorSourcesMissingError
        If the warehouse is older than these sources.
    """
    with warehouse.engine.connect() as conn:
        require_operator_tables(conn)
        if not _sees(conn, warehouse, scope, operator_id):
            return None
        shown = [operator_register.c[name] for name in SHOWN]
        found = conn.execute(sa.select(*shown).where(registered_as(conn, operator_id)))
        row = found.mappings().one_or_none()
        if row is not None:
            return {**row, "operator_id": operator_id, "in_register": True}
        return _unregistered(conn, operator_id)


def fetch_operator_events(
    warehouse: Warehouse,
    scope: Scope,
    *,
    operator_id: str,
    kinds: Collection[OperatorEvent] | None = None,
    limit: int = 200,
) -> OperatorEvents:
    """Return the newest events of one operator; none if the viewer does not see it.

    Parameters
    ----------
    kinds
        Kinds to return; None for all.
    limit
        At most `MAX_EVENTS`.

    Raises
    ------
    OperatorSourcesMissingError
        If the warehouse is older than these sources.
    ValueError
        If ``limit`` is not usable.
    """
    _check_limit(limit, MAX_EVENTS)
    with warehouse.engine.connect() as conn:
        require_operator_tables(conn)
        if not _sees(conn, warehouse, scope, operator_id):
            return OperatorEvents(_event_frame([]), 0, {})
        names = raw_operators(conn, [operator_id])
        kind = _events_of(names, [operator_events.c.kind]).c.kind
        counted = sa.select(kind, sa.func.count()).group_by(kind).order_by(kind)
        by_kind = {kind: int(count) for kind, count in conn.execute(counted)}
        wanted = set(by_kind) if kinds is None else {str(kind) for kind in kinds}
        own = _events_of(names, [operator_events.c[name] for name in (*EVENT_COLUMNS, "event_key")])
        statement = (
            sa.select(*[own.c[name] for name in EVENT_COLUMNS])
            .where(own.c.kind.in_(sorted(wanted)))
            .order_by(own.c.occurred_on.desc(), own.c.event_key.desc())
            .limit(limit)
        )
        rows = conn.execute(statement).all()
    total = sum(count for kind, count in by_kind.items() if kind in wanted)
    return OperatorEvents(_event_frame(rows), total, by_kind)


def _events_of(names: Collection[str], columns: Sequence[sa.Column[Any]]) -> sa.Subquery:
    """Select columns of the events of an operator, by each of its names apart if they are few.

    Those of one name lie together and are found at once; those of several names are looked for in
    the whole table: 50 ms instead of 17 for 5 of them among 5 million events.
    """
    apart = [[each] for each in names] if 0 < len(names) <= NAMES_APART else [sorted(names)]
    parts = [sa.select(*columns).where(operator_events.c.operator_id.in_(each)) for each in apart]
    return sa.union_all(*parts).subquery()


def fetch_related(
    warehouse: Warehouse, scope: Scope, *, operator_id: str, limit: int = 50
) -> RelatedOperators:
    """Return operators of the register that share a legal person, address, telephone or shop.

    A legal person who is known by name and city only gives `Relation.LEGAL_PERSON_NAME`: people may
    share a name. Operators that the viewer does not see are neither shown nor counted.

    Parameters
    ----------
    limit
        At most `MAX_RELATED`, for each relation.

    Raises
    ------
    OperatorSourcesMissingError
        If the warehouse is older than these sources.
    ValueError
        If ``limit`` is not usable.
    """
    _check_limit(limit, MAX_RELATED)
    found: dict[str, sa.Row[*tuple[Any, ...]]] = {}
    relations: dict[str, list[Relation]] = {}
    totals: dict[Relation, int] = {}
    with warehouse.engine.connect() as conn:
        require_operator_tables(conn)
        if _sees(conn, warehouse, scope, operator_id):
            own = conn.execute(
                sa.select(operator_register).where(registered_as(conn, operator_id))
            ).one_or_none()
            themselves = sorted({operator_id, *raw_operators(conn, [operator_id])})
            for relation, column, value in _shared(own):
                same = sa.and_(column == value, _visible(warehouse, scope))
                rows = _others(conn, same, themselves, limit)
                if len(rows) > limit:
                    totals[relation] = _count_others(conn, same, themselves)
                elif rows:
                    totals[relation] = len(rows)
                for row in rows[:limit]:
                    found[row.operator_id] = row
                    relations.setdefault(row.operator_id, []).append(relation)
    order = sorted(
        found.values(),
        key=lambda row: (-len(relations[row.operator_id]), row.name, row.operator_id),
    )
    frame = pd.DataFrame(
        [(*row, tuple(relations[row.operator_id])) for row in order],
        columns=["operator_id", "name", "county_code", "status", "relations"],
        dtype=object,
    )
    return RelatedOperators(frame, totals)


def _count(conn: sa.Connection, table: sa.Table) -> int:
    return conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def _check_limit(limit: int, most: int) -> None:
    if not 1 <= limit <= most:
        msg = f"limit must be 1 to {most}, got {limit}"
        raise ValueError(msg)


def _shared(own: sa.Row[Any] | None) -> list[tuple[Relation, sa.Column[str], str]]:
    """Return what an operator may share with others: the relation, its column, and the value."""
    if own is None:
        return []
    columns = operator_register.c
    weak = (own.legal_person_key or "").startswith(WEAK_KEY.removesuffix("%"))
    person = Relation.LEGAL_PERSON_NAME if weak else Relation.LEGAL_PERSON
    listed = [
        (person, columns.legal_person_key, own.legal_person_key),
        (Relation.ADDRESS, columns.address_key, own.address_key),
        (Relation.PHONE, columns.phone_key, own.phone_key),
        (Relation.SHOP, columns.platform_shop, own.platform_shop),
    ]
    return [each for each in listed if each[2] is not None]


def _others(
    conn: sa.Connection, same: sa.ColumnElement[bool], themselves: Sequence[str], limit: int
) -> list[sa.Row[*tuple[Any, ...]]]:
    """Return the first of the register who are not the operator, one more than asked for.

    The operator's own rows are left out here and the others counted apart: to count along takes
    DuckDB 40 ms instead of 24 among 1.3 million, to leave them out there a few more.
    """
    columns = operator_register.c
    statement = (
        sa.select(columns.operator_id, columns.name, columns.county_code, columns.status)
        .where(same)
        .order_by(columns.name, columns.operator_id)
        .limit(limit + 1 + len(themselves))
    )
    own = set(themselves)
    rows = [row for row in conn.execute(statement) if row.operator_id not in own]
    return rows[: limit + 1]


def _count_others(
    conn: sa.Connection, same: sa.ColumnElement[bool], themselves: Sequence[str]
) -> int:
    others = sa.and_(same, operator_register.c.operator_id.not_in(themselves))
    counted = sa.select(sa.func.count()).select_from(operator_register).where(others)
    return conn.scalar(counted) or 0


def _named_in_sight(warehouse: Warehouse, scope: Scope) -> sa.Select[tuple[str | None]] | None:
    """Select the operators named by submissions in the viewer's sight; None without any data."""
    if warehouse.first_day is None or warehouse.last_day is None:
        return None
    whole = DateRange(warehouse.first_day, warehouse.last_day)
    return sa.select(submissions.c.operator_id).where(
        submissions.c.operator_id.is_not(None), matching(Selection(), scope, days=whole)
    )


def _visible(warehouse: Warehouse, scope: Scope) -> sa.ColumnElement[bool]:
    """Return the condition that a row of the register is seen by the viewer."""
    if scope.everything:
        return sa.true()
    here = within(scope, operator_register)
    named = _named_in_sight(warehouse, scope)
    return here if named is None else sa.or_(here, operator_register.c.operator_id.in_(named))


def _sees(conn: sa.Connection, warehouse: Warehouse, scope: Scope, operator_id: str) -> bool:
    if scope.everything:
        return True
    registered = sa.select(sa.literal(1)).where(
        registered_as(conn, operator_id), within(scope, operator_register)
    )
    if conn.execute(registered.limit(1)).one_or_none() is not None:
        return True
    named = _named_in_sight(warehouse, scope)
    if named is None:
        return False
    about = named.where(submissions.c.operator_id == operator_id).limit(1)
    return conn.execute(about).one_or_none() is not None


def _unregistered(conn: sa.Connection, operator_id: str) -> dict[str, object] | None:
    """Return what submissions, or else events, say of an operator that is not in the register."""
    nothing: dict[str, object] = dict.fromkeys(SHOWN)
    known = conn.execute(
        sa.select(operators).where(operators.c.operator_id == operator_id)
    ).mappings()
    row = known.one_or_none()
    if row is not None:
        told = {name: value for name, value in row.items() if name in nothing}
        return {**nothing, **told, "in_register": False}
    event = conn.execute(
        sa.select(operator_events.c.operator_name, operator_events.c.uscc)
        .where(operator_events.c.operator_id.in_(raw_operators(conn, [operator_id])))
        .order_by(operator_events.c.occurred_on.desc(), operator_events.c.event_key.desc())
        .limit(1)
    ).one_or_none()
    if event is None:
        return None
    told = {"operator_id": operator_id, "name": event.operator_name, "uscc": event.uscc}
    return {**nothing, **told, "in_register": False}


def _event_frame(rows: Collection[sa.Row[Any]]) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {}
    for position, name in enumerate(EVENT_COLUMNS):
        values = [row[position] for row in rows]
        kind = operator_events.c[name].type
        if isinstance(kind, sa.Date | sa.DateTime):
            columns[name] = pd.to_datetime(pd.Series(values, dtype=object))
        elif isinstance(kind, sa.Float):
            columns[name] = pd.Series(values, dtype="float64")
        elif isinstance(kind, sa.Integer):
            columns[name] = pd.Series(values, dtype="Int64")
        else:
            columns[name] = pd.Series(values, dtype=object)
    return pd.DataFrame(columns)
