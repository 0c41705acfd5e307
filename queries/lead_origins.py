"""What pointed at leads when they were taken up, and how far the book of leads has come.

A lead may come from several campaigns or groups.
"""

import json

import pandas as pd
import sqlalchemy as sa

from queries.lead_scope import leads_within
from queries.lead_tables import lead_outcomes, lead_signals, lead_steps, leads
from queries.scope import Scope
from queries.vocabulary import LeadState

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
        sa.select(sa.func.count(), sa.func.max(lead_outcomes.c.written_at)),
    )  # fmt: skip
    tables = (lead_signals, leads, lead_steps, lead_outcomes)
    with engine.connect() as conn:
        found = [
            tuple(conn.execute(part.select_from(table)).one())
            for part, table in zip(parts, tables, strict=True)
        ]
    return repr(found)
