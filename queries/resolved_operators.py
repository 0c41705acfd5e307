"""Register and events under the operator that their name or code turned out to be.

A source that gives no code names an operator by name and county only. The step of identities finds
out whose name that is; the tables keep what was entered, and everything that counts or shows them
goes through here. Where nobody is known to be another, as in a generation of an older program, each
row is about the operator that it names.
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from queries.identity_tables import operator_aliases
from queries.operator_tables import has_table, operator_events, operator_register


@dataclass(frozen=True, slots=True)
class Resolved:
    """A table of sources and whose each row is.

    Attributes
    ----------
    source
        To select from; has the table's own columns.
    operator_id
        The operator that a row is about.
    kept
        Condition that leaves one row of the register for each operator; always true of events.
    """

    source: sa.FromClause
    operator_id: sa.ColumnElement[str]
    kept: sa.ColumnElement[bool]


def resolved_events(conn: sa.Connection) -> Resolved:
    """Return the events with the operators that they are about."""
    moved = _moved(conn)
    if moved is None:
        return _as_named(operator_events)
    return _joined(operator_events, moved, sa.true())


def resolved_register(conn: sa.Connection) -> Resolved:
    """Return the register with the operators that its rows are about, one row for each.

    A row that turned out to be an operator which the register has under its own id is left out;
    of several others that are one, that of the first id stands for all.
    """
    moved = _moved(conn)
    if moved is None:
        return _as_named(operator_register)
    own = operator_register.alias("own_row")
    listed = operator_register.alias("listed")
    first = (
        sa.select(sa.func.min(listed.c.operator_id))
        .join(moved, moved.c.raw_operator_id == listed.c.operator_id)
        .where(moved.c.operator_id.not_in(sa.select(own.c.operator_id)))
        .group_by(moved.c.operator_id)
    )
    kept = sa.or_(moved.c.raw_operator_id.is_(None), operator_register.c.operator_id.in_(first))
    return _joined(operator_register, moved, kept)


def raw_operators(conn: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    """Return by raw operator, as register and events have it, which of these operators it is.

    An operator that turned out to be another has nothing of its own and is left out.
    """
    wanted = sorted(set(ids))
    if not has_aliases(conn) or not wanted:
        return {each: each for each in wanted}
    known = operator_aliases.c
    pairs = sa.select(known.raw_operator_id, known.operator_id)
    # Two columns compared apart: DuckDB takes four times as long for OR.
    either = [
        pairs.where(column.in_(wanted)) for column in (known.operator_id, known.raw_operator_id)
    ]
    rows = conn.execute(sa.union(*either)).all()
    elsewhere = {raw for raw, operator in rows if raw != operator}
    found = {each: each for each in wanted if each not in elsewhere}
    return found | {raw: operator for raw, operator in rows if operator in set(wanted)}


def registered_as(conn: sa.Connection, operator_id: str) -> sa.ColumnElement[bool]:
    """Return the condition that a row of the register is the one that stands for an operator."""
    own = operator_register.c.operator_id
    if conn.scalar(sa.select(own).where(own == operator_id)) is not None:
        return own == operator_id
    raw = raw_operators(conn, [operator_id])
    known = conn.scalars(sa.select(own).where(own.in_(sorted(raw))))
    return own == min(known, default=operator_id)


def has_aliases(conn: sa.Connection) -> bool:
    """Return whether this generation knows who is who."""
    return has_table(conn, operator_aliases)


def aliases_digest(conn: sa.Connection) -> str:
    """Return a short text that differs with which operators turned out to be others."""
    moved = _moved(conn)
    if moved is None:
        return ""
    each = sa.func.hash(moved.c.raw_operator_id, moved.c.operator_id)
    return str(conn.scalar(sa.select(sa.func.bit_xor(each)).select_from(moved)) or "")


def _moved(conn: sa.Connection) -> sa.Subquery | None:
    """Select the raw operators that are another: a fraction of all, so that a join is cheap."""
    if not has_aliases(conn):
        return None
    known = operator_aliases.c
    return (
        sa.select(known.raw_operator_id, known.operator_id)
        .where(known.raw_operator_id != known.operator_id)
        .subquery("moved")
    )


def _as_named(table: sa.Table) -> Resolved:
    return Resolved(table, table.c.operator_id, sa.true())


def _joined(table: sa.Table, moved: sa.Subquery, kept: sa.ColumnElement[bool]) -> Resolved:
    named = table.c.operator_id
    return Resolved(
        table.outerjoin(moved, moved.c.raw_operator_id == named),
        sa.func.coalesce(moved.c.operator_id, named),
        kept,
    )
