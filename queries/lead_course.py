"""The course of a lead: where it stands, and the next step written."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from queries.lead_rules import LeadChangedError, NoSuchLeadError
from queries.lead_tables import lead_steps, leads
from queries.vocabulary import LeadState
from queries.workflow import utc_now


def lead_row(conn: sa.Connection, lead_id: int) -> dict[str, Any]:
    """Return a lead.

    Raises
    ------
    NoSuchLeadError
        If there is none.
    """
    found = (
        conn.execute(sa.select(leads).where(leads.c.lead_id == int(lead_id)))
        .mappings()
        .one_or_none()
    )
    if found is None:
        raise NoSuchLeadError("lead", lead_id)
    return dict(found)


def write_step(
    conn: sa.Connection,
    lead: Mapping[str, Any],
    state: LeadState,
    on: dt.date,
    *,
    author: str,
    unit: str = "",
    note: str = "",
    origin: str = "page",
) -> None:
    """Write a step that was checked, and put the lead there if it still stands where it was read.

    Raises
    ------
    LeadChangedError
        If it does not.
    """
    done = conn.execute(
        leads.update()
        .where(leads.c.lead_id == lead["lead_id"], leads.c.state == lead["state"])
        .values(state=state.value, state_on=on)
    )
    if not done.rowcount:
        now = lead_row(conn, lead["lead_id"])
        raise LeadChangedError(lead["number"], LeadState(lead["state"]), LeadState(now["state"]))
    conn.execute(
        lead_steps.insert().values(
            lead_id=lead["lead_id"],
            state=state.value,
            happened_on=on,
            unit=unit,
            note=note,
            origin=origin,
            written_by=author,
            written_at=utc_now(),
        )
    )
