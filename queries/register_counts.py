"""What the register tells of each operator for the risk score, as of a day.

Only days of founding and of status have a past.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from queries.operator_tables import operator_register
from queries.resolved_operators import Resolved
from queries.vocabulary import OperatorStatus

Select = sa.Select[*tuple[Any, ...]]


def status_then(as_of: dt.date) -> sa.ColumnElement[str]:
    """Return the status that an operator had: open before the day of its latest change."""
    r = operator_register.c
    return sa.case((r.status_on > as_of, OperatorStatus.OPEN.value), else_=r.status)


def select_register(as_of: dt.date, told: Resolved) -> Select:
    """Select the operators that were in the register, with their status on that day."""
    r = operator_register.c
    said = [each for each in r if each.name != r.operator_id.name]
    return (
        sa.select(
            told.operator_id.label("operator_id"), *said, status_then(as_of).label("status_then")
        )
        .select_from(told.source)
        .where(told.kept, sa.or_(r.established_on.is_(None), r.established_on <= as_of))
    )


def select_addresses(as_of: dt.date) -> Select:
    """Count the operators that were in business at each address."""
    r = operator_register.c
    gone = [OperatorStatus.DEREGISTERED.value, OperatorStatus.REVOKED.value]
    return (
        sa.select(r.address_key, sa.cast(sa.func.count(), sa.Double).label("same_address_firms"))
        .where(
            r.address_key.is_not(None),
            sa.or_(r.established_on.is_(None), r.established_on <= as_of),
            sa.or_(r.status.is_(None), status_then(as_of).not_in(gone)),
        )
        .group_by(r.address_key)
    )
