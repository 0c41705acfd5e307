"""What pointed at leads when they were taken up: a lead may come from several campaigns or groups."""

import json

import pandas as pd
import sqlalchemy as sa

from queries.lead_scope import leads_within
from queries.lead_tables import leads
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
