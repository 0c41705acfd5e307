"""Case leads: taken from candidates into a batch, moved from state to state, taken back.

Writers of leads take turns (`queries.lead_rules.take_turn`), and whoever moves a lead says in which
state it was seen, so that two officers never act on the same state without one of them being told.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from queries.lead_batches import lapse_review, open_in, preparing_batch
from queries.lead_course import lead_row, write_step
from queries.lead_drafts import Evidence, LeadDraft, checked_draft, plain_json
from queries.lead_rules import (
    MAX_UNIT,
    OPEN_STATES,
    BatchStateError,
    CandidateTakenError,
    InvalidLeadError,
    LeadChangedError,
    Problem,
    WrongStateError,
    check_next,
    checked,
    checked_day,
    checked_note,
    take_turn,
    today,
)
from queries.lead_signals import answer_with_lead, reopen_signals_of
from queries.lead_tables import lead_evidence, lead_exports, lead_steps, leads
from queries.vocabulary import LeadState
from queries.workflow import utc_now, write_audit

__all__ = [
    "MAX_LEADS",
    "Evidence",
    "LeadDraft",
    "add_leads",
    "confirm_basis",
    "move_lead",
    "remove_lead",
]

MAX_LEADS = 500
"""Most leads added at once; ours, more than anybody reviews."""


def add_leads(
    engine: sa.Engine,
    batch_id: int,
    drafts: Sequence[LeadDraft],
    *,
    author: str,
    role: str,
    on: dt.date | None = None,
) -> list[int]:
    """Add leads to a batch that is being prepared, answer their signals, and return their ids.

    All or none. A review of the batch lapses.

    Parameters
    ----------
    on
        Day on which they are proposed, by default today in Beijing.

    Raises
    ------
    InvalidLeadError
        If a value does not fit, a draft has no evidence, or there are none or too many.
    CandidateTakenError
        If an open lead on the candidate holds all of a draft's evidence.
    NoSuchLeadError, BatchStateError
        If there is no such batch, or it was handed over.
    """
    day = checked_day("on", today() if on is None else on)
    kept = _checked_drafts(drafts, day)
    with engine.begin() as conn:
        take_turn(conn)
        return _add_all(conn, batch_id, drafts, kept, author=author, role=role, on=day)


def open_with_leads(
    engine: sa.Engine,
    drafts: Sequence[LeadDraft],
    *,
    office: str,
    title: str,
    recipients: Sequence[str],
    author: str,
    role: str,
    note: str = "",
) -> int:
    """Open a batch with its first leads, or neither, and return the batch's id.

    Raises
    ------
    InvalidLeadError, CandidateTakenError
        As `queries.lead_batches.open_batch` and `add_leads`.
    """
    day = today()
    kept = _checked_drafts(drafts, day)
    with engine.begin() as conn:
        take_turn(conn)
        batch_id = open_in(
            conn,
            office=office,
            title=title,
            recipients=recipients,
            note=note,
            author=author,
            role=role,
        )
        _add_all(conn, batch_id, drafts, kept, author=author, role=role, on=day)
    return batch_id


def _checked_drafts(drafts: Sequence[LeadDraft], day: dt.date) -> list[str]:
    if not 1 <= len(drafts) <= MAX_LEADS:
        raise InvalidLeadError(
            "drafts",
            len(drafts),
            f"add 1 to {MAX_LEADS} leads at once",
            Problem.RANGE,
            f"1-{MAX_LEADS}",
        )
    return [checked_draft(draft, day) for draft in drafts]


def _add_all(
    conn: sa.Connection,
    batch_id: int,
    drafts: Sequence[LeadDraft],
    kept: Sequence[str],
    *,
    author: str,
    role: str,
    on: dt.date,
) -> list[int]:
    batch = preparing_batch(conn, batch_id)
    serial = _last_serial(conn, batch_id)
    made = []
    for draft, facts in zip(drafts, kept, strict=True):
        _refuse_taken(conn, draft)
        serial += 1
        number = f"{batch['number']}-{serial:03}"
        made.append(_add(conn, batch_id, number, draft, facts, author=author, on=on))
        write_audit(
            conn,
            viewer=author,
            role=role,
            action="add_lead",
            subject=f"{number} {draft.candidate_id}",
        )
    lapse_review(conn, batch_id)
    return made


def remove_lead(engine: sa.Engine, lead_id: int, *, author: str, role: str) -> None:
    """Take a lead out of a batch that is being prepared; its signal is open again.

    Raises
    ------
    NoSuchLeadError
        If there is no such lead.
    BatchStateError
        If its batch was handed over, or exported: its number is on paper, withdraw it instead.
    WrongStateError
        If it was withdrawn.
    """
    with engine.begin() as conn:
        take_turn(conn)
        lead = lead_row(conn, lead_id)
        batch = preparing_batch(conn, lead["batch_id"])
        if LeadState(lead["state"]) is not LeadState.PROPOSED:
            raise WrongStateError(lead["number"], LeadState(lead["state"]), "removed", ())
        exported = sa.select(lead_exports.c.export_id).where(
            lead_exports.c.batch_id == lead["batch_id"]
        )
        if conn.execute(exported.limit(1)).first() is not None:
            raise BatchStateError(
                batch["number"], "exported", "its numbers are on paper, withdraw the lead instead"
            )
        reopen_signals_of(conn, lead["lead_id"])
        for table in (lead_evidence, lead_steps):
            conn.execute(table.delete().where(table.c.lead_id == lead["lead_id"]))
        conn.execute(leads.delete().where(leads.c.lead_id == lead["lead_id"]))
        lapse_review(conn, lead["batch_id"])
        write_audit(
            conn,
            viewer=author,
            role=role,
            action="remove_lead",
            subject=f"{lead['number']} {lead['candidate_id']}",
        )


def move_lead(
    engine: sa.Engine,
    lead_id: int,
    state: LeadState,
    happened_on: dt.date,
    *,
    seen: LeadState,
    author: str,
    role: str,
    unit: str = "",
    note: str = "",
) -> None:
    """Write down the next step of a lead.

    Parameters
    ----------
    seen
        State in which the officer saw it.

    Raises
    ------
    NoSuchLeadError
        If there is no such lead.
    LeadChangedError
        If it is no longer in the state seen.
    WrongStateError
        If the step may not follow that state; a proposed lead is handed over with its batch.
    InvalidLeadError
        If a text is too long, or the day in the future or before the last step.
    """
    unit, note = checked("unit", unit, MAX_UNIT), checked_note(note)
    with engine.begin() as conn:
        take_turn(conn)
        lead = lead_row(conn, lead_id)
        found = LeadState(lead["state"])
        if found is not seen:
            raise LeadChangedError(lead["number"], seen, found)
        check_next(lead["number"], found, state)
        if found is LeadState.PROPOSED and state is LeadState.HANDED_OVER:
            raise WrongStateError(lead["number"], found, "handed over alone", ["with its batch"])
        checked_day("happened_on", happened_on, since=lead["state_on"])
        write_step(conn, lead, state, happened_on, unit=unit, note=note, author=author)
        if state is LeadState.WITHDRAWN:
            reopen_signals_of(conn, lead["lead_id"])
            if found is LeadState.PROPOSED:
                lapse_review(conn, lead["batch_id"])
        write_audit(
            conn,
            viewer=author,
            role=role,
            action="move_lead",
            subject=f"{lead['number']} {found} {state} {happened_on} {note}",
        )


def confirm_basis(
    engine: sa.Engine,
    lead_id: int,
    basis: Sequence[Mapping[str, Any]],
    *,
    by: str,
    role: str,
) -> None:
    """Keep the law, articles and penalties that a person checked, in place of what was kept before.

    Parameters
    ----------
    basis
        An entry per article, plain JSON values; empty takes the confirmation back.

    Raises
    ------
    NoSuchLeadError
        If there is no such lead.
    InvalidLeadError
        If the basis is too long or no plain JSON.
    """
    stored = plain_json("basis", [dict(each) for each in basis])
    with engine.begin() as conn:
        take_turn(conn)
        lead = lead_row(conn, lead_id)
        conn.execute(
            leads.update()
            .where(leads.c.lead_id == lead["lead_id"])
            .values(
                basis=stored,
                basis_confirmed_by=by if basis else None,
                basis_confirmed_at=utc_now() if basis else None,
            )
        )
        write_audit(
            conn,
            viewer=by,
            role=role,
            action="confirm_lead_basis" if basis else "reopen_lead_basis",
            subject=f"{lead['number']} {stored}",
        )


def _last_serial(conn: sa.Connection, batch_id: int) -> int:
    numbers = conn.scalars(sa.select(leads.c.number).where(leads.c.batch_id == batch_id))
    return max((int(each.rsplit("-", 1)[1]) for each in numbers), default=0)


def _refuse_taken(conn: sa.Connection, draft: LeadDraft) -> None:
    open_leads = conn.execute(
        sa.select(leads.c.lead_id, leads.c.number)
        .where(
            leads.c.candidate_id == draft.candidate_id,
            leads.c.state.in_([each.value for each in OPEN_STATES]),
        )
        .order_by(leads.c.lead_id)
    ).all()
    if not open_leads:
        return
    held = set(
        conn.scalars(
            sa.select(lead_evidence.c.submission_id).where(
                lead_evidence.c.lead_id.in_([row.lead_id for row in open_leads])
            )
        )
    )
    if {each.submission_id for each in draft.evidence} <= held:
        raise CandidateTakenError(draft.operator_name, draft.candidate_id, open_leads[-1].number)


def _add(
    conn: sa.Connection,
    batch_id: int,
    number: str,
    draft: LeadDraft,
    facts: str,
    *,
    author: str,
    on: dt.date,
) -> int:
    own = ("candidate_id", "operator_id", "operator_name", "conduct", "sources")
    places = ("province_code", "city_code", "county_code")
    candidate = {name: getattr(draft, name) for name in (*own, *places, "model_version", "worth")}
    now = utc_now()
    lead_id: int = conn.execute(
        leads.insert()
        .values(
            number=number,
            batch_id=batch_id,
            uscc=draft.uscc,
            facts=facts,
            signal_on=draft.signal_on,
            state=LeadState.PROPOSED.value,
            state_on=on,
            basis="[]",
            note=draft.note.strip(),
            created_by=author,
            created_at=now,
            **candidate,
        )
        .returning(leads.c.lead_id)
    ).scalar_one()
    evidence = {each.submission_id: each for each in draft.evidence}
    conn.execute(
        lead_evidence.insert(),
        [
            {
                "lead_id": lead_id,
                "submission_id": each.submission_id,
                "registered_on": each.registered_on,
                "is_serial": each.is_serial,
            }
            for each in evidence.values()
        ],
    )
    conn.execute(
        lead_steps.insert().values(
            lead_id=lead_id,
            state=LeadState.PROPOSED.value,
            happened_on=on,
            unit="",
            note="",
            origin="page",
            written_by=author,
            written_at=now,
        )
    )
    answer_with_lead(
        conn,
        candidate,
        lead_id,
        signal_on=draft.signal_on,
        latest_on=max(each.registered_on for each in draft.evidence),
        author=author,
        on=on,
    )
    return lead_id
