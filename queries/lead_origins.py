"""What pointed at leads when they were taken up, and how far the book of leads has come.

A lead may come from several campaigns or groups.
"""

import json
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.lead_scope import leads_within
from queries.lead_tables import lead_outcomes, lead_signals, lead_steps, leads
from queries.scope import Scope
from queries.vocabulary import LeadResult, LeadState

ORIGIN_COLUMNS = ("lead_id", "source", "reference")


def fetch_lead_origins(engine: sa.Engine, scope: Scope) -> pd.DataFrame:
    """Return by which signals the leads in scope were found; withdrawn ones are not among them.

    Returns
    -------
    pandas.DataFrame
        ``lead_id``, ``source`` (`SignalSource`) and ``reference`` (such as ``campaign.topic``), a row
        per signal, by lead.
    """
    statement = (
        sa.select(leads.c.lead_id, leads.c.facts)
        .where(leads_within(scope, leads), leads.c.state != LeadState.WITHDRAWN.value)
        .order_by(leads.c.lead_id)
    )
    with engine.connect() as conn:
        rows = [
            (row.lead_id, each["source"], each["reference"])
            for row in conn.execute(statement)
            for each in json.loads(row.facts).get("signals", [])
        ]
    return pd.DataFrame(rows, columns=list(ORIGIN_COLUMNS))


def fetch_leads_version(engine: sa.Engine) -> str:
    """Return a short text that differs once a signal, lead, step or outcome was written since."""
    parts = (
        sa.select(
            sa.func.count(), sa.func.count(lead_signals.c.answer), sa.func.max(lead_signals.c.signal_id),
            sa.func.max(lead_signals.c.last_seen_on), sa.func.sum(lead_signals.c.worth),
        ),
        sa.select(sa.func.count(), sa.func.max(leads.c.lead_id)),
        sa.select(sa.func.count(), sa.func.max(lead_steps.c.step_id)),
        sa.select(
            sa.func.count(), sa.func.count(lead_outcomes.c.result), sa.func.max(lead_outcomes.c.written_at),
            sa.func.sum(sa.case((lead_outcomes.c.result == LeadResult.PENALTY.value, 1), else_=0)),
        ),
    )  # fmt: skip
    tables = (lead_signals, leads, lead_steps, lead_outcomes)
    with engine.connect() as conn:
        found = [
            tuple(conn.execute(part.select_from(table)).one())
            for part, table in zip(parts, tables, strict=True)
        ]
    return repr(found)


def fetch_confirmed_basis(engine: sa.Engine, conduct: str) -> list[dict[str, Any]]:
    """Return the legal basis that a person confirmed last for a conduct, of whichever lead; or none.

    Law, article and penalty are the same for every office; nothing of the lead comes along.
    """
    statement = (
        sa.select(leads.c.basis)
        .where(leads.c.conduct == conduct, leads.c.basis_confirmed_at.is_not(None))
        .order_by(leads.c.basis_confirmed_at.desc(), leads.c.lead_id.desc())
        .limit(1)
    )
    with engine.connect() as conn:
        stored = conn.scalar(statement)
    return [] if stored is None else list(json.loads(stored))
