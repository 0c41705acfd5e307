"""What is counted of each operator for the risk score: submissions, events and the register, as of a day.

Every statement groups one table once. What happened after the day is not looked at; of the register,
which keeps no past, only days of founding and of status are.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from queries.event_codes import (
    AnnualReportOutcome,
    ChangeOutcome,
    EquipmentOutcome,
    InspectionOutcome,
    LicenceOutcome,
    LinkedFirmOutcome,
    OpinionSeverity,
    PenaltySeverity,
    SamplingOutcome,
    StaffOutcome,
)
from queries.operator_tables import operator_events
from queries.resolved_operators import Resolved
from queries.schema import submissions
from queries.selection import add_months
from queries.vocabulary import Acceptance, Kind, MediationResult, OperatorEvent, Remedy

Flag = sa.ColumnElement[bool]
Select = sa.Select[*tuple[Any, ...]]

ANNUAL_REPORT_DUE = (6, 30)
"""Month and day by which the report on the year before is due (企业信息公示暂行条例, art. 8)."""

OPEN_END = dt.date(9999, 12, 31)
"""Stands for a licence without expiry."""

FOOD_AND_DRUG = ("G101", "G105", "G108", "G180")
"""Categories of food, health products, drugs and health food."""

FOOD_ISSUES = ("C01", "R03")
"""Types of issue of food safety, as at restaurants."""

INJURY_SUBTYPE = "C09-01"
"""Subtype of issue: personal injury."""

INJURY_TAGS = ("injury", "food_illness")
"""Tags of texts that tell of people hurt."""

PERSON_CHANGES = (ChangeOutcome.LEGAL_PERSON, ChangeOutcome.SHAREHOLDER)
BAD_FIRMS = (LinkedFirmOutcome.DISHONEST, LinkedFirmOutcome.REVOKED)


def number(condition: Flag, value: Any = 1) -> sa.ColumnElement[Any]:  # noqa: ANN401 - a column or a number
    """Return the sum of ``value`` over rows where ``condition`` holds."""
    return sa.cast(sa.func.sum(sa.case((condition, value), else_=0)), sa.Double)


def latest(condition: Flag, value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return the largest ``value`` of rows where ``condition`` holds, NULL where none does."""
    return sa.func.max(sa.case((condition, value)))


def since(column: sa.ColumnElement[Any], as_of: dt.date, *, months: int) -> Flag:
    """Return the condition that a day lies within the months that end with ``as_of``."""
    return column > add_months(as_of, -months)


def last_days(column: sa.ColumnElement[Any], as_of: dt.date, *, days: int) -> Flag:
    """Return the condition that a day is one of the ``days`` that end with ``as_of``."""
    return column > as_of - dt.timedelta(days=days)


def counted_complaint() -> Flag:
    """Return the condition that a submission is a complaint that de-noised counts keep."""
    facts = submissions.c
    return sa.and_(facts.kind == Kind.COMPLAINT.value, facts.exclusion_reason.is_(None))


def refund_of_prepaid() -> Flag:
    """Return the condition that a submission asks back what was paid in advance."""
    facts = submissions.c
    return sa.and_(
        facts.is_prepaid.is_(sa.true()),
        facts.requested_remedies.like(f"%{Remedy.REFUND.value}%"),
    )


def settled() -> Flag:
    """Return the condition that mediation ended in an agreement, as in ``mediation_rate``."""
    facts = submissions.c
    return sa.and_(mediated(), facts.mediation_result == MediationResult.AGREEMENT.value)


def mediated() -> Flag:
    """Return the condition that a complaint was accepted and is closed, as in ``mediation_rate``."""
    facts = submissions.c
    return sa.and_(
        facts.kind == Kind.COMPLAINT.value,
        facts.acceptance == Acceptance.ACCEPTED.value,
        facts.closed_at.is_not(None),
    )


def select_facts(as_of: dt.date) -> Select:
    """Count the submissions of the 12 months up to ``as_of`` by operator."""
    facts = submissions.c
    day, complaint = facts.registered_on, counted_complaint()
    known = sa.and_(mediated(), facts.closed_at < as_of + dt.timedelta(days=1))
    before = as_of - dt.timedelta(days=30)
    return (
        sa.select(
            facts.operator_id,
            number(complaint).label("complaints_12m"),
            number(sa.and_(complaint, last_days(day, as_of, days=90))).label("complaints_90d"),
            number(sa.and_(complaint, last_days(day, as_of, days=30))).label("complaints_30d"),
            number(
                sa.and_(complaint, last_days(day, before, days=30), day <= before)
            ).label("complaints_before"),
            number(known).label("mediated"),
            number(sa.and_(known, settled())).label("settled"),
            number(sa.and_(complaint, facts.is_prepaid.is_(sa.true()))).label("prepaid"),
            number(
                sa.and_(complaint, refund_of_prepaid(), last_days(day, as_of, days=90))
            ).label("prepaid_refunds"),
        )
        .where(since(day, as_of, months=12), day <= as_of, facts.operator_id.is_not(None))
        .group_by(facts.operator_id)
    )  # fmt: skip


def injuries_by_food(as_of: dt.date, *, tags: sa.FromClause | None) -> Flag:
    """Return the condition that somebody was hurt by food or drugs, and the office took it up.

    It took it up when a case was opened or the complaint transferred to one; before that an injury is
    what one person says.

    Parameters
    ----------
    tags
        ``submission_tags`` where they are derived: what the text tells counts beside the type
        entered.
    """
    facts = submissions.c
    hurt = facts.issue_subtype == INJURY_SUBTYPE
    if tags is not None:
        told = sa.select(tags.c.submission_key).where(tags.c.tag.in_(INJURY_TAGS))
        hurt = sa.or_(hurt, facts.submission_key.in_(told))
    return sa.and_(
        since(facts.registered_on, as_of, months=12),
        facts.registered_on <= as_of,
        facts.operator_id.is_not(None),
        sa.or_(
            facts.product_category.in_(FOOD_AND_DRUG), facts.issue_type.in_(FOOD_ISSUES)
        ),
        sa.or_(facts.is_case_opened.is_(sa.true()), facts.is_transferred_to_case.is_(sa.true())),
        hurt,
    )  # fmt: skip


def select_injuries(as_of: dt.date, *, tags: sa.FromClause | None) -> Select:
    """Count by operator what `injuries_by_food` means."""
    facts = submissions.c
    return (
        sa.select(facts.operator_id, sa.cast(sa.func.count(), sa.Double).label("food_drug_injury"))
        .where(injuries_by_food(as_of, tags=tags))
        .group_by(facts.operator_id)
    )


def report_year(as_of: dt.date) -> int:
    """Return the latest year whose annual report is due.

    Examples
    --------
    >>> report_year(dt.date(2026, 6, 30)), report_year(dt.date(2026, 7, 1))
    (2024, 2025)
    """
    return as_of.year - (1 if (as_of.month, as_of.day) > ANNUAL_REPORT_DUE else 2)


def listed(kind: OperatorEvent, as_of: dt.date) -> Flag:
    """Return the condition that an event is an entry of a list that still stands."""
    e = operator_events.c
    return sa.and_(e.kind == kind.value, sa.or_(e.ends_on.is_(None), e.ends_on > as_of))


def select_events(as_of: dt.date, told: Resolved) -> Select:
    """Count the events up to ``as_of`` by operator."""
    e = operator_events.c
    day = e.occurred_on

    def of(kind: OperatorEvent, *conditions: Flag) -> Flag:
        return sa.and_(e.kind == kind.value, *conditions)

    def within(months: int) -> Flag:
        return since(day, as_of, months=months)

    penalty, inspection = OperatorEvent.PENALTY, OperatorEvent.INSPECTION
    grave = e.severity.in_([PenaltySeverity.SUSPENSION.value, PenaltySeverity.REVOCATION.value])
    report = sa.and_(
        e.kind == OperatorEvent.ANNUAL_REPORT.value, e.count == report_year(as_of)
    )  # fmt: skip
    missing = e.outcome == AnnualReportOutcome.MISSING.value
    return (
        sa.select(
            told.operator_id.label("operator_id"),
            number(of(penalty, within(12))).label("penalties_year_1"),
            number(of(penalty, within(24), ~within(12))).label("penalties_year_2"),
            number(of(penalty, within(36), ~within(24))).label("penalties_year_3"),
            number(of(penalty, within(36), grave)).label("suspended_or_revoked_3y"),
            sa.func.max(
                sa.case((of(penalty, within(36)), sa.func.coalesce(e.amount_yuan, 0.0)), else_=0.0)
            ).label("penalty_yuan_3y"),
            *[
                number(of(inspection, within(months), e.outcome == outcome.value)).label(label)
                for label, outcome, months in (
                    ("failed_inspections_2y", InspectionOutcome.FAILED, 24),
                    ("refused_inspections_2y", InspectionOutcome.REFUSED, 24),
                    ("unreachable_12m", InspectionOutcome.UNREACHABLE, 12),
                )
            ],
            number(
                of(
                    OperatorEvent.SAMPLING,
                    within(24),
                    e.outcome == SamplingOutcome.UNQUALIFIED.value,
                ),
                sa.func.coalesce(e.count, 1),
            ).label("unqualified_batches_2y"),
            number(
                of(
                    OperatorEvent.STAFF,
                    e.outcome != StaffOutcome.NONE.value,
                    sa.or_(e.ends_on.is_(None), e.ends_on > as_of),
                )
            ).label("staff_findings"),
            *[
                number(of(OperatorEvent.OPINION, within(12), e.severity == severity.value)).label(
                    f"opinions_{severity.value}_12m"
                )
                for severity in (
                    OpinionSeverity.MAJOR,
                    OpinionSeverity.LARGER,
                    OpinionSeverity.ORDINARY,
                )
            ],
            *[
                column
                for name, kind in (
                    ("abnormal", OperatorEvent.ABNORMAL_LIST),
                    ("serious", OperatorEvent.SERIOUS_LIST),
                )
                for column in (
                    number(listed(kind, as_of)).label(f"{name}_entries"),
                    latest(of(kind, e.ends_on <= as_of), e.ends_on).label(f"{name}_left_on"),
                )
            ],
            number(sa.and_(report, missing)).label("reports_missing"),
            number(sa.and_(report, ~missing)).label("reports_filed"),
            # The latest class by a plain maximum: an ISO date sorts by time.
            latest(of(OperatorEvent.CREDIT_CLASS), sa.cast(day, sa.String).concat(e.outcome)).label(
                "dated_class"
            ),
        )
        .select_from(told.source)
        .where(day <= as_of)
        .group_by(told.operator_id)
    )


def select_licences(as_of: dt.date, told: Resolved) -> Select:
    """Find the number of kinds of licence by operator, and the day on which the first expires.

    Of one kind the licence that lasts longest counts, so that a renewed one is not an expired one.
    """
    e = operator_events.c
    lasting = (
        sa.select(
            told.operator_id.label("operator_id"),
            sa.func.max(sa.func.coalesce(e.ends_on, OPEN_END)).label("ends_on"),
        )
        .select_from(told.source)
        .where(
            e.kind == OperatorEvent.LICENCE.value,
            e.occurred_on <= as_of,
            sa.or_(e.outcome.is_(None), e.outcome == LicenceOutcome.VALID.value),
        )
        .group_by(told.operator_id, e.subject)
        .subquery()
    )
    return sa.select(
        lasting.c.operator_id,
        sa.cast(sa.func.count(), sa.Double).label("licences"),
        sa.func.min(lasting.c.ends_on).label("expires_on"),
    ).group_by(lasting.c.operator_id)


def select_equipment(as_of: dt.date, told: Resolved) -> Select:
    """Count by operator the pieces of special equipment whose inspection is overdue."""
    e = operator_events.c
    unsaid = sa.case(
        (e.outcome == EquipmentOutcome.OVERDUE.value, e.occurred_on), else_=OPEN_END
    )  # fmt: skip
    due = (
        sa.select(
            told.operator_id.label("operator_id"),
            sa.func.max(sa.func.coalesce(e.ends_on, unsaid)).label("due_on"),
        )
        .select_from(told.source)
        .where(e.kind == OperatorEvent.EQUIPMENT.value, e.occurred_on <= as_of)
        .group_by(told.operator_id, e.subject)
        .subquery()
    )
    return sa.select(
        due.c.operator_id, number(due.c.due_on < as_of).label("equipment_overdue")
    ).group_by(due.c.operator_id)


def select_linked(as_of: dt.date, told: Resolved) -> Select:
    """Count by operator the related firms that are dishonest or revoked, each once."""
    e = operator_events.c
    firms = (
        sa.select(
            told.operator_id.label("operator_id"),
            sa.func.coalesce(e.subject, e.event_id).label("firm"),
        )
        .select_from(told.source)
        .where(
            e.kind == OperatorEvent.LINKED_FIRM.value,
            e.occurred_on <= as_of,
            e.outcome.in_([each.value for each in BAD_FIRMS]),
            sa.or_(e.ends_on.is_(None), e.ends_on > as_of),
        )
        .distinct()
        .subquery()
    )
    return sa.select(
        firms.c.operator_id, sa.cast(sa.func.count(), sa.Double).label("linked_bad_firms")
    ).group_by(firms.c.operator_id)


def select_person_changes(as_of: dt.date, told: Resolved) -> Select:
    """Count by operator the days of the last 12 months on which legal person or shareholders changed.

    A take-over changes both on one day and is one change.
    """
    e = operator_events.c
    days = (
        sa.select(told.operator_id.label("operator_id"), e.occurred_on)
        .select_from(told.source)
        .where(
            e.kind == OperatorEvent.CHANGE.value,
            since(e.occurred_on, as_of, months=12),
            e.occurred_on <= as_of,
            e.outcome.in_([each.value for each in PERSON_CHANGES]),
        )
        .distinct()
        .subquery()
    )
    return sa.select(
        days.c.operator_id,
        sa.cast(sa.func.count(), sa.Double).label("person_changes_12m"),
        sa.func.max(days.c.occurred_on).label("changed_on"),
    ).group_by(days.c.operator_id)
