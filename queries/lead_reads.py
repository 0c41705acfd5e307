"""Reads about batches and leads, each under the viewer's scope."""

import json
from collections.abc import Collection
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.lead_rules import NoSuchLeadError
from queries.lead_scope import batches_within, leads_within
from queries.lead_tables import (
    lead_batches,
    lead_evidence,
    lead_exports,
    lead_outcomes,
    lead_signals,
    lead_steps,
    leads,
)
from queries.scope import Scope
from queries.vocabulary import LeadState, SignalAnswer

LEAD_COLUMNS = tuple(each.name for each in leads.c if each.name not in {"facts", "basis"})
"""Columns of a lead in a list."""

RESULT_COLUMNS = tuple(
    each.name for each in lead_outcomes.c if each.name not in {"lead_id", "origin"}
)


def fetch_batches(engine: sa.Engine, scope: Scope) -> pd.DataFrame:
    """Return the batches in scope, the latest first, with counts of the leads that are in scope.

    Returns
    -------
    pandas.DataFrame
        The columns of `lead_batches`, ``leads`` (not withdrawn), ``withdrawn``, ``evidence``
        (submissions of the leads not withdrawn, counted per lead) and ``exports``.
    """
    held = leads.c.state != LeadState.WITHDRAWN.value
    counted = (
        sa.select(
            leads.c.batch_id,
            sa.func.sum(sa.case((held, 1), else_=0)).label("leads"),
            sa.func.sum(sa.case((held, 0), else_=1)).label("withdrawn"),
        )
        .where(leads_within(scope, leads))
        .group_by(leads.c.batch_id)
        .subquery()
    )
    evidence = (
        sa.select(leads.c.batch_id, sa.func.count().label("evidence"))
        .join(lead_evidence, lead_evidence.c.lead_id == leads.c.lead_id)
        .where(held, leads_within(scope, leads))
        .group_by(leads.c.batch_id)
        .subquery()
    )
    exports = (
        sa.select(lead_exports.c.batch_id, sa.func.count().label("exports"))
        .group_by(lead_exports.c.batch_id)
        .subquery()
    )
    counts = [
        sa.func.coalesce(column, 0).label(column.name)
        for column in (
            counted.c.leads,
            counted.c.withdrawn,
            evidence.c.evidence,
            exports.c.exports,
        )
    ]
    statement = (
        sa.select(lead_batches, *counts)
        .outerjoin(counted, counted.c.batch_id == lead_batches.c.batch_id)
        .outerjoin(evidence, evidence.c.batch_id == lead_batches.c.batch_id)
        .outerjoin(exports, exports.c.batch_id == lead_batches.c.batch_id)
        .where(batches_within(scope))
        .order_by(lead_batches.c.batch_id.desc())
    )
    return _frame(engine, statement)


def fetch_leads(
    engine: sa.Engine,
    scope: Scope,
    *,
    batch_id: int | None = None,
    states: Collection[LeadState] | None = None,
    operator_id: str | None = None,
    lead_ids: Collection[int] | None = None,
) -> pd.DataFrame:
    """Return the leads in scope, by number, those of the latest batch first.

    Parameters
    ----------
    batch_id, states, operator_id, lead_ids
        Which leads; None: all.

    Returns
    -------
    pandas.DataFrame
        `LEAD_COLUMNS`, ``batch_number``, ``batch_title``, ``evidence``, ``serial`` (how much of it
        comes from suspected serial claimants), ``filed`` (whether a case was ever filed), ``unit``
        (who acted last, may be empty), and the columns of `lead_outcomes` (None where nothing came
        of it yet).
    """
    counted = (
        sa.select(
            lead_evidence.c.lead_id,
            sa.func.count().label("evidence"),
            sa.func.sum(sa.case((lead_evidence.c.is_serial, 1), else_=0)).label("serial"),
        )
        .group_by(lead_evidence.c.lead_id)
        .subquery()
    )
    last = (
        sa.select(lead_steps.c.lead_id, sa.func.max(lead_steps.c.step_id).label("step_id"))
        .where(lead_steps.c.unit != "")
        .group_by(lead_steps.c.lead_id)
        .subquery()
    )
    acted = (
        sa.select(last.c.lead_id, lead_steps.c.unit)
        .join(lead_steps, lead_steps.c.step_id == last.c.step_id)
        .subquery()
    )
    filed = (
        sa.select(lead_steps.c.lead_id)
        .where(lead_steps.c.state == LeadState.FILED.value)
        .distinct()
        .subquery()
    )
    statement = (
        sa.select(
            *[leads.c[name] for name in LEAD_COLUMNS],
            lead_batches.c.number.label("batch_number"),
            lead_batches.c.title.label("batch_title"),
            sa.func.coalesce(counted.c.evidence, 0).label("evidence"),
            sa.func.coalesce(counted.c.serial, 0).label("serial"),
            filed.c.lead_id.is_not(None).label("filed"),
            sa.func.coalesce(acted.c.unit, "").label("unit"),
            *[lead_outcomes.c[name] for name in RESULT_COLUMNS],
        )
        .join(lead_batches, lead_batches.c.batch_id == leads.c.batch_id)
        .outerjoin(counted, counted.c.lead_id == leads.c.lead_id)
        .outerjoin(acted, acted.c.lead_id == leads.c.lead_id)
        .outerjoin(filed, filed.c.lead_id == leads.c.lead_id)
        .outerjoin(lead_outcomes, lead_outcomes.c.lead_id == leads.c.lead_id)
        .where(leads_within(scope, leads))
        .order_by(leads.c.batch_id.desc(), leads.c.lead_id)
    )
    if batch_id is not None:
        statement = statement.where(leads.c.batch_id == int(batch_id))
    if states is not None:
        statement = statement.where(leads.c.state.in_([each.value for each in states]))
    if operator_id is not None:
        statement = statement.where(leads.c.operator_id == operator_id)
    if lead_ids is not None:
        statement = statement.where(leads.c.lead_id.in_(_ids(lead_ids)))
    return _frame(engine, statement)


def fetch_lead(engine: sa.Engine, scope: Scope, lead_id: int) -> dict[str, Any]:
    """Return one lead with all that `fetch_leads` says, ``facts`` (a dict) and ``basis`` (a list).

    Raises
    ------
    NoSuchLeadError
        If there is none in scope.
    """
    found = fetch_leads(engine, scope, lead_ids=[lead_id])
    if found.empty:
        raise NoSuchLeadError("lead", lead_id)
    with engine.connect() as conn:
        facts, basis = conn.execute(
            sa.select(leads.c.facts, leads.c.basis).where(leads.c.lead_id == int(lead_id))
        ).one()
    [row] = found.to_dict("records")
    return {str(name): value for name, value in row.items()} | {
        "facts": json.loads(facts),
        "basis": json.loads(basis),
    }


def fetch_lead_evidence(engine: sa.Engine, scope: Scope, lead_ids: Collection[int]) -> pd.DataFrame:
    """Return the evidence of leads in scope: ``lead_id`` and the columns of `lead_evidence`."""
    return _of_leads(engine, scope, lead_evidence, lead_ids, by=("registered_on", "submission_id"))


def fetch_steps(engine: sa.Engine, scope: Scope, lead_ids: Collection[int]) -> pd.DataFrame:
    """Return the course of leads in scope, in the order in which it was written."""
    return _of_leads(engine, scope, lead_steps, lead_ids, by=("step_id",))


def fetch_outcomes(engine: sa.Engine, scope: Scope, lead_ids: Collection[int]) -> pd.DataFrame:
    """Return what came of leads in scope; leads without an outcome are not among them."""
    return _of_leads(engine, scope, lead_outcomes, lead_ids, by=())


def fetch_exports(engine: sa.Engine, scope: Scope, *, batch_id: int | None = None) -> pd.DataFrame:
    """Return who took which batch in scope away, the latest first, with ``batch_number``."""
    statement = (
        sa.select(lead_exports, lead_batches.c.number.label("batch_number"))
        .join(lead_batches, lead_batches.c.batch_id == lead_exports.c.batch_id)
        .where(batches_within(scope))
        .order_by(lead_exports.c.export_id.desc())
    )
    if batch_id is not None:
        statement = statement.where(lead_exports.c.batch_id == int(batch_id))
    return _frame(engine, statement)


def fetch_earlier_leads(engine: sa.Engine) -> pd.DataFrame:
    """Return the leads that candidates are compared with; withdrawn ones are not among them.

    Of all regions: a matter that another office follows is not to be followed twice. It holds no
    more than what tells two matters apart.

    Returns
    -------
    pandas.DataFrame
        ``lead_id``, ``number``, ``state``, ``operator_id``, ``conduct`` and ``evidence_ids`` (sorted
        tuple of submission ids), as `analytics.lead_worth.new_candidates` takes it.
    """
    held = leads.c.state != LeadState.WITHDRAWN.value
    own = ("lead_id", "number", "state", "operator_id", "conduct")
    with engine.connect() as conn:
        rows = conn.execute(
            sa.select(*[leads.c[name] for name in own]).where(held).order_by(leads.c.lead_id)
        ).all()
        evidence: dict[int, list[str]] = {}
        for lead_id, submission_id in conn.execute(
            sa.select(lead_evidence.c.lead_id, lead_evidence.c.submission_id)
            .join(leads, leads.c.lead_id == lead_evidence.c.lead_id)
            .where(held)
        ):
            evidence.setdefault(lead_id, []).append(submission_id)
    frame = pd.DataFrame([tuple(row) for row in rows], columns=list(own))
    told = [tuple(sorted(evidence[lead_id])) for lead_id in frame["lead_id"]]
    return frame.assign(evidence_ids=pd.Series(told, index=frame.index, dtype=object))


def fetch_signals(
    engine: sa.Engine,
    scope: Scope,
    *,
    is_open: bool | None = None,
    candidate_ids: Collection[str] | None = None,
    answer: SignalAnswer | None = None,
) -> pd.DataFrame:
    """Return the signals in scope, by worth, the most first, then by candidate.

    Parameters
    ----------
    is_open
        True: those without an answer; False: those with one; None: all.
    answer
        Only those with this answer.

    Returns
    -------
    pandas.DataFrame
        The columns of `lead_signals`.
    """
    own = lead_signals.c
    statement = (
        sa.select(lead_signals)
        .where(leads_within(scope, lead_signals))
        .order_by(own.worth.desc(), own.candidate_id, own.signal_id)
    )
    if is_open is not None:
        statement = statement.where(own.answer.is_(None) if is_open else own.answer.is_not(None))
    if answer is not None:
        statement = statement.where(own.answer == answer.value)
    if candidate_ids is not None:
        statement = statement.where(own.candidate_id.in_(sorted(candidate_ids)))
    return _frame(engine, statement)


def fetch_dismissed(engine: sa.Engine, scope: Scope, *, limit: int) -> tuple[pd.DataFrame, int]:
    """Return the signals whose latest answer is that there is no lead, the latest answer first.

    Parameters
    ----------
    limit
        Most rows.

    Returns
    -------
    pandas.DataFrame
        The columns of `lead_signals`.
    int
        How many there are in scope.
    """
    own = lead_signals.c
    later = lead_signals.alias("later")
    superseded = sa.exists().where(
        later.c.candidate_id == own.candidate_id, later.c.signal_id > own.signal_id
    )
    found = sa.and_(
        leads_within(scope, lead_signals), own.answer == SignalAnswer.DISMISSED.value, ~superseded
    )
    listed = (
        sa.select(lead_signals)
        .where(found)
        .order_by(own.answered_on.desc(), own.signal_id.desc())
        .limit(limit)
    )
    with engine.connect() as conn:
        count = conn.scalar(sa.select(sa.func.count()).select_from(lead_signals).where(found)) or 0
    return _frame(engine, listed), count


def _of_leads(
    engine: sa.Engine,
    scope: Scope,
    table: sa.Table,
    lead_ids: Collection[int],
    *,
    by: tuple[str, ...],
) -> pd.DataFrame:
    statement = (
        sa.select(table)
        .join(leads, leads.c.lead_id == table.c.lead_id)
        .where(leads_within(scope, leads), table.c.lead_id.in_(_ids(lead_ids)))
        .order_by(table.c.lead_id, *[table.c[name] for name in by])
    )
    return _frame(engine, statement)


def _ids(numbers: Collection[int]) -> list[int]:
    """Return numbers as the drivers take them; those of a frame are numpy's."""
    return sorted(int(each) for each in numbers)


def _frame(engine: sa.Engine, statement: sa.Select[Any]) -> pd.DataFrame:
    """Return rows as the store holds them: days as dates, and None where there is nothing."""
    with engine.connect() as conn:
        found = conn.execute(statement)
        columns = list(found.keys())
        rows = found.all()
    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    return pd.DataFrame(
        {
            name: pd.Series(list(each), dtype=_dtype(each))
            for name, each in zip(columns, values, strict=True)
        }
    )


def _dtype(values: Collection[Any]) -> str | type[object]:
    kinds = {type(each) for each in values}
    if kinds == {int}:
        return "int64"
    if kinds == {bool}:
        return "bool"
    if kinds and kinds <= {float, int, type(None)} and float in kinds:
        return "float64"
    return object
