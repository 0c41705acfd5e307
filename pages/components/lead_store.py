"""The bridge from pages to case leads in the workflow store: what viewers write, and what they wrote.

Reads are those of `lead_book`. Whoever writes must see the lead: each write looks it up in the
viewer's scope first.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from pages.components import access, places, store
from pages.components.access import Viewer
from pages.components.lead_book import (
    batches,
    chain,
    chain_members,
    confirmed_basis,
    dismissed,
    earlier_leads,
    every_lead,
    evidence,
    exports,
    lead,
    leads,
    origins,
    sees_leads,
    signals,
    steps,
    version,
    withdrawn,
)
from pages.components.settings import settings
from queries import (
    lead_batches,
    lead_outcome_rows,
    lead_reads,
    lead_signals,
)
from queries import leads as kept_leads
from queries.lead_chain import ChainBase, ChainSplit, ChainStep
from queries.lead_drafts import Evidence, LeadDraft
from queries.lead_outcome_rows import Applied
from queries.lead_outcomes import Outcome, record_outcome
from queries.lead_rules import (
    MAX_CASE_NUMBER,
    MAX_RECIPIENTS,
    MAX_TITLE,
    MAX_UNIT,
    NEXT,
    RESULT_STATES,
    BatchStateError,
    CandidateTakenError,
    InvalidLeadError,
    LeadChangedError,
    LeadError,
    NoSuchLeadError,
    OutcomeChangedError,
    WrongStateError,
)
from queries.lead_tables import MAX_NOTE
from queries.vocabulary import LeadState

__all__ = [
    "MAX_CASE_NUMBER",
    "MAX_NOTE",
    "MAX_RECIPIENTS",
    "MAX_TITLE",
    "MAX_UNIT",
    "NEXT",
    "RESULT_STATES",
    "Applied",
    "BatchStateError",
    "CandidateTakenError",
    "ChainBase",
    "ChainSplit",
    "ChainStep",
    "Evidence",
    "InvalidLeadError",
    "LeadChangedError",
    "LeadDraft",
    "LeadError",
    "MayNotWriteLeadsError",
    "NoSuchLeadError",
    "Outcome",
    "OutcomeChangedError",
    "WrongStateError",
    "batches",
    "chain",
    "chain_members",
    "confirmed_basis",
    "dismissed",
    "earlier_leads",
    "every_lead",
    "evidence",
    "exports",
    "lead",
    "leads",
    "origins",
    "sees_leads",
    "signals",
    "steps",
    "version",
    "withdrawn",
]


OF_THE_OFFICE = frozenset({LeadState.HANDED_OVER, LeadState.WITHDRAWN})
"""Steps of a lead that are for the office that made its batch."""


class MayNotWriteLeadsError(PermissionError):
    """Leads are not this viewer's to write."""

    def __init__(self, viewer: Viewer) -> None:
        super().__init__(
            f"{viewer.name!r} as {viewer.role} may not write leads; an analyst or enforcement "
            "officer may who sees all of the office, not limited to kinds or units"
        )


def may_write(viewer: Viewer) -> bool:
    """Tell whether a viewer makes and follows leads, within the regions seen."""
    return viewer.role in access.DECIDERS and sees_leads(viewer.scope)


def owns(viewer: Viewer, batch: Mapping[Any, Any]) -> bool:
    """Tell whether a batch was made by an office that the viewer sees all of.

    A viewer may see a batch through one lead in it; what is done with it as a whole, and what is told
    of it as a whole, is for those who see the whole.
    """
    if not sees_leads(viewer.scope):
        return False
    if viewer.scope.everything:
        return True
    return not set(places.trail(str(batch["office"]))).isdisjoint(viewer.scope.regions)


def office(viewer: Viewer) -> str:
    """Return the region of the office that a viewer works for."""
    return access.home_of(viewer.scope, settings().home_region)


def open_batch(
    viewer: Viewer,
    drafts: Sequence[LeadDraft],
    *,
    title: str,
    recipients: Sequence[str],
    note: str = "",
) -> int:
    """Open a batch of the viewer's office with its first leads and return its id."""
    _check_may_write(viewer)
    return kept_leads.open_with_leads(
        store.opened(),
        drafts,
        office=office(viewer),
        title=title,
        recipients=recipients,
        note=note,
        author=viewer.name,
        role=viewer.role,
    )


def change_batch(
    viewer: Viewer, batch_id: int, *, title: str, recipients: Sequence[str], note: str
) -> None:
    """Give the viewer's batch another title, recipients and note."""
    _check_batch(viewer, batch_id)
    lead_batches.change_batch(
        store.opened(),
        batch_id,
        title=title,
        recipients=recipients,
        note=note,
        author=viewer.name,
        role=viewer.role,
    )


def add_leads(viewer: Viewer, batch_id: int, drafts: Sequence[LeadDraft]) -> list[int]:
    """Take candidates up as leads."""
    _check_batch(viewer, batch_id)
    return kept_leads.add_leads(
        store.opened(), batch_id, drafts, author=viewer.name, role=viewer.role
    )


def remove_lead(viewer: Viewer, lead_id: int) -> None:
    """Take a lead out of a batch that is being prepared."""
    _owned_batch(viewer, _check_lead(viewer, lead_id)["batch_id"])
    kept_leads.remove_lead(store.opened(), lead_id, author=viewer.name, role=viewer.role)


def review_batch(viewer: Viewer, batch_id: int, *, seen: Collection[int]) -> None:
    """Put the viewer's name to a batch as its reviewer, for the leads that were seen in it."""
    _owned_batch(viewer, batch_id)
    lead_batches.review_batch(
        store.opened(), batch_id, seen=seen, author=viewer.name, role=viewer.role
    )


def hand_over(viewer: Viewer, batch_id: int, on: dt.date, *, note: str = "") -> int:
    """Hand a reviewed batch over and return how many leads went with it."""
    _check_batch(viewer, batch_id)
    return lead_batches.hand_over(
        store.opened(), batch_id, on, author=viewer.name, role=viewer.role, note=note
    )


def move_lead(
    viewer: Viewer,
    lead_id: int,
    state: LeadState,
    happened_on: dt.date,
    *,
    seen: LeadState,
    unit: str = "",
    note: str = "",
) -> None:
    """Write down the next step of a lead; handing over and withdrawing is for its own office."""
    found = _check_lead(viewer, lead_id)
    if state in OF_THE_OFFICE:
        _owned_batch(viewer, found["batch_id"])
    kept_leads.move_lead(
        store.opened(),
        lead_id,
        state,
        happened_on,
        seen=seen,
        author=viewer.name,
        role=viewer.role,
        unit=unit,
        note=note,
    )


def write_outcome(
    viewer: Viewer, lead_id: int, outcome: Outcome, *, seen: LeadState, replaces: Outcome | None
) -> None:
    """Write what came of a lead, in place of what the viewer saw written."""
    _check_lead(viewer, lead_id)
    record_outcome(
        store.opened(),
        lead_id,
        outcome,
        seen=seen,
        replaces=replaces,
        author=viewer.name,
        role=viewer.role,
    )


def confirm_basis(viewer: Viewer, lead_id: int, basis: Sequence[Mapping[str, Any]]) -> None:
    """Keep the law, articles and penalties that the viewer checked."""
    _check_lead(viewer, lead_id)
    kept_leads.confirm_basis(store.opened(), lead_id, basis, by=viewer.name, role=viewer.role)


def dismiss(viewer: Viewer, candidate_id: str, reason: str) -> None:
    """Answer the signal of a candidate in the viewer's scope: no lead, and why."""
    _check_signal(viewer, candidate_id)
    lead_signals.dismiss_signal(
        store.opened(), candidate_id, reason, author=viewer.name, role=viewer.role
    )


def reopen(viewer: Viewer, candidate_id: str) -> None:
    """Take the dismissal of a candidate in the viewer's scope back."""
    _check_signal(viewer, candidate_id)
    lead_signals.reopen_signal(store.opened(), candidate_id, author=viewer.name, role=viewer.role)


def record_pack(
    viewer: Viewer,
    batch_id: int,
    *,
    file_name: str,
    sha256: str,
    lead_count: int,
    evidence_count: int,
) -> None:
    """Keep that a viewer took a batch away as a file, and which."""
    _owned_batch(viewer, batch_id)
    lead_batches.record_lead_export(
        store.opened(),
        batch_id,
        file_name=file_name,
        sha256=sha256,
        lead_count=lead_count,
        evidence_count=evidence_count,
        author=viewer.name,
        role=viewer.role,
    )


def apply_outcomes(viewer: Viewer, rows: pd.DataFrame, *, source: str) -> Applied:
    """Bring leads in the viewer's scope forward by the rows of another system's file."""
    _check_may_write(viewer)
    return lead_outcome_rows.apply_outcomes(
        store.opened(),
        rows,
        scope=viewer.scope,
        author=viewer.name,
        role=viewer.role,
        source=source,
    )


def _check_may_write(viewer: Viewer) -> None:
    if not may_write(viewer):
        raise MayNotWriteLeadsError(viewer)


def _owned_batch(viewer: Viewer, batch_id: int) -> None:
    found = batches(viewer.scope)
    of = found[found["batch_id"] == batch_id]
    if of.empty:
        raise NoSuchLeadError("batch", batch_id)
    if not owns(viewer, of.iloc[0].to_dict()):
        raise MayNotWriteLeadsError(viewer)


def _check_batch(viewer: Viewer, batch_id: int) -> None:
    _check_may_write(viewer)
    _owned_batch(viewer, batch_id)


def _check_lead(viewer: Viewer, lead_id: int) -> dict[str, Any]:
    _check_may_write(viewer)
    return lead_reads.fetch_lead(store.opened(), viewer.scope, lead_id)


def _check_signal(viewer: Viewer, candidate_id: str) -> None:
    _check_may_write(viewer)
    if signals(viewer.scope, candidate_ids=[candidate_id]).empty:
        raise NoSuchLeadError("signal of candidate", candidate_id)
