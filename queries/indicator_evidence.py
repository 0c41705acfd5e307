"""The records behind an indicator: submissions, events, and what the register says."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries import indicator_counts as counts
from queries.event_codes import InspectionOutcome, SamplingOutcome, StaffOutcome
from queries.listing import LISTED_COLUMNS, rows_frame
from queries.matching import matching
from queries.operator_tables import has_operator_tables, operator_events, operator_register
from queries.resolved_operators import raw_operators, registered_as
from queries.schema import submissions
from queries.scope import Scope
from queries.score_scope import require_scores, visible
from queries.score_tables import INDICATORS
from queries.selection import DateRange, Selection, add_months
from queries.tag_tables import submission_tags
from queries.vocabulary import OperatorEvent
from queries.warehouse import Warehouse

MAX_RECORDS = 500
"""Most submissions, and most events, that are listed; ours."""

EVENT_COLUMNS = (
    "event_id", "source", "kind", "occurred_on", "ends_on", "outcome", "severity", "amount_yuan",
    "count", "subject", "document_no", "authority", "detail",
)  # fmt: skip

Condition = Callable[[dt.date], sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Records behind the points of an indicator.

    Attributes
    ----------
    submissions
        `queries.listing.LISTED_COLUMNS` and ``operator_name``, newest first; only those that the
        viewer may see.
    events
        `EVENT_COLUMNS`, newest first.
    register
        What the register says of it, by column; empty where it is not the source.
    total_submissions, total_events
        How many there are; more than the rows where the lists were cut.
    days
        The days looked at; the register is as it is now.
    """

    submissions: pd.DataFrame
    events: pd.DataFrame
    register: dict[str, Any]
    total_submissions: int
    total_events: int
    days: DateRange


def fetch_indicator_evidence(
    warehouse: Warehouse, scope: Scope, *, operator_id: str, indicator: str
) -> Evidence | None:
    """Return the records that an operator's points of an indicator rest on.

    Returns
    -------
    Evidence or None
        None if nobody of that id is scored, and just so if the operator lies outside the scope.

    Raises
    ------
    ScoresNotDerivedError
        If there are no scores in step with the data.
    ScoresOutOfScopeError
        If the scope is limited to kinds or units.
    ValueError
        If there is no such indicator.
    """
    if indicator not in INDICATORS:
        msg = f"indicator must be one of {', '.join(INDICATORS)}, got {indicator!r}"
        raise ValueError(msg)
    require_scores(warehouse, scope)
    with warehouse.engine.connect() as conn:
        row = visible(conn, scope, operator_id)
        if row is None:
            return None
        as_of: dt.date = row["as_of"]
        days = DateRange(add_months(as_of, -MONTHS[indicator]) + dt.timedelta(days=1), as_of)
        filed, total_filed = _submissions(conn, scope, operator_id, indicator, days)
        told, total_told, register = _no_events(), 0, {}
        if has_operator_tables(conn):
            told, total_told = _events(conn, operator_id, indicator, as_of)
            register = _register(conn, operator_id, indicator)
    return Evidence(filed, told, register, total_filed, total_told, days)


def _of(kind: OperatorEvent, *conditions: Condition, months: int | None = None) -> Condition:
    def holds(as_of: dt.date) -> sa.ColumnElement[bool]:
        e = operator_events.c
        span = [] if months is None else [counts.since(e.occurred_on, as_of, months=months)]
        return sa.and_(e.kind == kind.value, *span, *[each(as_of) for each in conditions])

    return holds


def _outcome(*codes: str) -> Condition:
    return lambda _: operator_events.c.outcome.in_(codes)


def _not_ended(as_of: dt.date) -> sa.ColumnElement[bool]:
    ends_on = operator_events.c.ends_on
    return sa.or_(ends_on.is_(None), ends_on > as_of)


EVENTS: Mapping[str, Condition] = MappingProxyType(
    {
        "registered_address": _of(
            OperatorEvent.INSPECTION, _outcome(InspectionOutcome.UNREACHABLE.value), months=12
        ),
        "licence_expiry": _of(OperatorEvent.LICENCE),
        "operating_state": _of(OperatorEvent.ANNUAL_REPORT),
        "abnormal_list": _of(OperatorEvent.ABNORMAL_LIST),
        "serious_list": _of(OperatorEvent.SERIOUS_LIST),
        "credit_class": _of(OperatorEvent.CREDIT_CLASS),
        "penalty_count": _of(OperatorEvent.PENALTY, months=36),
        "penalty_severity": _of(OperatorEvent.PENALTY, months=36),
        "inspection": _of(
            OperatorEvent.INSPECTION,
            _outcome(InspectionOutcome.FAILED.value, InspectionOutcome.REFUSED.value),
            months=24,
        ),
        "linked_firms": _of(
            OperatorEvent.LINKED_FIRM,
            _outcome(*[each.value for each in counts.BAD_FIRMS]),
            _not_ended,
        ),
        "person_changes": _of(
            OperatorEvent.CHANGE,
            _outcome(*[each.value for each in counts.PERSON_CHANGES]),
            months=12,
        ),
        "staff": _of(
            OperatorEvent.STAFF,
            lambda _: operator_events.c.outcome != StaffOutcome.NONE.value,
            _not_ended,
        ),
        "sampling": lambda as_of: sa.or_(
            _of(
                OperatorEvent.SAMPLING, _outcome(SamplingOutcome.UNQUALIFIED.value), months=24
            )(as_of),
            operator_events.c.kind == OperatorEvent.EQUIPMENT.value,
        ),
        "opinion": _of(OperatorEvent.OPINION, months=12),
    }
)  # fmt: skip
"""Events behind an indicator, by its code."""

REGISTER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "registered_capital": (
            "established_on", "operator_type", "registered_capital_yuan", "paid_capital_yuan",
        ),
        "industry_risk": ("industry_section", "industry"),
        "registered_address": ("address",),
        "licence_expiry": ("status", "status_on"),
        "operating_state": (
            "status", "status_on", "last_annual_report", "insured_count", "is_prepaid_issuer",
        ),
        "prepaid_risk": ("is_prepaid_issuer",),
    }
)  # fmt: skip
"""Columns of the register behind an indicator."""

MONTHS: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(INDICATORS, 12)
    | {"penalty_count": 36, "penalty_severity": 36, "inspection": 24, "sampling": 24}
)
"""Months back that are looked at."""


def _filed(indicator: str, as_of: dt.date) -> sa.ColumnElement[bool] | None:
    """Return the condition on submissions behind an indicator, None where it rests on none."""
    day = submissions.c.registered_on
    if indicator == "prepaid_risk":
        prepaid = submissions.c.is_prepaid.is_(sa.true())
        return sa.and_(counts.counted_complaint(), prepaid)
    if indicator == "complaint_warning":
        recent = counts.last_days(day, as_of, days=90)
        return sa.or_(sa.and_(counts.counted_complaint(), recent), counts.mediated())
    if indicator == "person_changes":
        return counts.counted_complaint()
    if indicator == "industry_risk":
        return counts.counted_complaint()
    return None


def _submissions(
    conn: sa.Connection, scope: Scope, operator_id: str, indicator: str, days: DateRange
) -> tuple[pd.DataFrame, int]:
    condition = _filed(indicator, days.end)
    if condition is None:
        return rows_frame(conn, [], LISTED_COLUMNS), 0
    wanted = sa.and_(
        matching(Selection(), scope, days=days), submissions.c.operator_id == operator_id, condition
    )
    return _listed(conn, wanted)


def fetch_injury_evidence(
    warehouse: Warehouse, scope: Scope, *, operator_id: str
) -> tuple[pd.DataFrame, int]:
    """Return the submissions behind the trigger ``food_drug_injury``, and how many there are.

    Raises
    ------
    ScoresNotDerivedError
        If there are no scores in step with the data.
    ScoresOutOfScopeError
        If the scope is limited to kinds or units.
    """
    require_scores(warehouse, scope)
    with warehouse.engine.connect() as conn:
        row = visible(conn, scope, operator_id)
        if row is None:
            return rows_frame(conn, [], LISTED_COLUMNS), 0
        as_of: dt.date = row["as_of"]
        days = DateRange(add_months(as_of, -12) + dt.timedelta(days=1), as_of)
        tags = submission_tags if sa.inspect(conn).has_table(submission_tags.name) else None
        return _listed(
            conn,
            sa.and_(
                matching(Selection(), scope, days=days),
                submissions.c.operator_id == operator_id,
                counts.injuries_by_food(as_of, tags=tags),
            ),
        )


def _listed(conn: sa.Connection, wanted: sa.ColumnElement[bool]) -> tuple[pd.DataFrame, int]:
    total = conn.scalar(sa.select(sa.func.count()).select_from(submissions).where(wanted)) or 0
    rows = conn.execute(
        sa.select(*[submissions.c[name] for name in LISTED_COLUMNS])
        .where(wanted)
        .order_by(submissions.c.registered_at.desc(), submissions.c.submission_key.desc())
        .limit(MAX_RECORDS)
    ).all()
    return rows_frame(conn, rows, LISTED_COLUMNS), int(total)


def _events(
    conn: sa.Connection, operator_id: str, indicator: str, as_of: dt.date
) -> tuple[pd.DataFrame, int]:
    if indicator not in EVENTS:
        return _no_events(), 0
    e = operator_events.c
    own = e.operator_id.in_(raw_operators(conn, [operator_id]))
    wanted = sa.and_(own, e.occurred_on <= as_of, EVENTS[indicator](as_of))
    total = conn.scalar(sa.select(sa.func.count()).select_from(operator_events).where(wanted)) or 0
    rows = conn.execute(
        sa.select(*[e[name] for name in EVENT_COLUMNS])
        .where(wanted)
        .order_by(e.occurred_on.desc(), e.event_key.desc())
        .limit(MAX_RECORDS)
    ).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=list(EVENT_COLUMNS)), int(total)


def _no_events() -> pd.DataFrame:
    return pd.DataFrame(columns=list(EVENT_COLUMNS))


def _register(conn: sa.Connection, operator_id: str, indicator: str) -> dict[str, Any]:
    if indicator not in REGISTER:
        return {}
    r = operator_register.c
    own = registered_as(conn, operator_id)
    found = conn.execute(sa.select(*[r[name] for name in REGISTER[indicator]]).where(own))
    row = found.mappings().first()
    return {} if row is None else dict(row)
