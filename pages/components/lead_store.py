"""The bridge from pages to case leads in the workflow store: what viewers write, and what they wrote.

Whoever writes must see the lead: each write looks it up in the viewer's scope first.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from pages.components import access, store
from pages.components.access import Viewer
from pages.components.settings import settings
from queries import (
    lead_batches,
    lead_chain,
    lead_origins,
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
    WrongStateError,
)
from queries.lead_tables import MAX_NOTE
from queries.scope import EVERYTHING, Scope
from queries.selection import DateRange
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
    "WrongStateError",
]


class MayNotWriteLeadsError(PermissionError):
    """Leads are not this viewer's to write."""

    def __init__(self, viewer: Viewer) -> None:
        super().__init__(
            f"{viewer.name!r} as {viewer.role} may not write leads; an analyst or enforcement "
            "officer whose scope is not limited to kinds or units may"
        )


def may_write(viewer: Viewer) -> bool:
    """Tell whether a viewer makes and follows leads, within the regions seen."""
    return viewer.role in access.DECIDERS and sees_leads(viewer.scope)


def may_review(viewer: Viewer) -> bool:
    """Tell whether a viewer reviews batches: leaders do, and officers those of others."""
    return sees_leads(viewer.scope)


def sees_leads(scope: Scope) -> bool:
    """Tell whether leads are shown at all in a scope: they rest on submissions of all kinds."""
    return not scope.kinds and not scope.units


def office(viewer: Viewer) -> str:
    """Return the region of the office that a viewer works for."""
    return access.home_of(viewer.scope, settings().home_region)


def batches(scope: Scope) -> pd.DataFrame:
    """Read `queries.lead_reads.fetch_batches`."""
    return lead_reads.fetch_batches(store.opened(), scope)


def leads(
    scope: Scope,
    *,
    batch_id: int | None = None,
    states: Collection[LeadState] | None = None,
    operator_id: str | None = None,
    lead_ids: Collection[int] | None = None,
) -> pd.DataFrame:
    """Read `queries.lead_reads.fetch_leads`."""
    return lead_reads.fetch_leads(
        store.opened(),
        scope,
        batch_id=batch_id,
        states=states,
        operator_id=operator_id,
        lead_ids=lead_ids,
    )


def lead(scope: Scope, lead_id: int) -> dict[str, Any] | None:
    """Read `queries.lead_reads.fetch_lead`; None where there is none in scope."""
    try:
        return lead_reads.fetch_lead(store.opened(), scope, lead_id)
    except NoSuchLeadError:
        return None


def evidence(scope: Scope, lead_ids: Collection[int]) -> pd.DataFrame:
    """Read `queries.lead_reads.fetch_lead_evidence`."""
    return lead_reads.fetch_lead_evidence(store.opened(), scope, lead_ids)


def steps(scope: Scope, lead_id: int) -> pd.DataFrame:
    """Read `queries.lead_reads.fetch_steps` of one lead."""
    return lead_reads.fetch_steps(store.opened(), scope, [lead_id])


def exports(scope: Scope, *, batch_id: int) -> pd.DataFrame:
    """Read `queries.lead_reads.fetch_exports`."""
    return lead_reads.fetch_exports(store.opened(), scope, batch_id=batch_id)


def earlier_leads() -> pd.DataFrame:
    """Read `queries.lead_reads.fetch_earlier_leads`."""
    return lead_reads.fetch_earlier_leads(store.opened())


def signals(scope: Scope, *, candidate_ids: Collection[str] | None = None) -> pd.DataFrame:
    """Read `queries.lead_reads.fetch_signals`."""
    return lead_reads.fetch_signals(store.opened(), scope, candidate_ids=candidate_ids)


def open_batch(viewer: Viewer, *, title: str, recipients: Sequence[str], note: str = "") -> int:
    """Open a batch of the viewer's office and return its id."""
    _check_may_write(viewer)
    return lead_batches.open_batch(
        store.opened(),
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
    _check_lead(viewer, lead_id)
    kept_leads.remove_lead(store.opened(), lead_id, author=viewer.name, role=viewer.role)


def review_batch(viewer: Viewer, batch_id: int) -> None:
    """Put the viewer's name to a batch as its reviewer."""
    if not may_review(viewer):
        raise MayNotWriteLeadsError(viewer)
    _seen_batch(viewer, batch_id)
    lead_batches.review_batch(store.opened(), batch_id, author=viewer.name, role=viewer.role)


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
    """Write down the next step of a lead."""
    _check_lead(viewer, lead_id)
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


def write_outcome(viewer: Viewer, lead_id: int, outcome: Outcome, *, seen: LeadState) -> None:
    """Write what came of a lead."""
    _check_lead(viewer, lead_id)
    record_outcome(
        store.opened(), lead_id, outcome, seen=seen, author=viewer.name, role=viewer.role
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
    _seen_batch(viewer, batch_id)
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


def origins(scope: Scope) -> pd.DataFrame:
    """Read `queries.lead_origins.fetch_lead_origins`."""
    return lead_origins.fetch_lead_origins(store.opened(), scope)


def version() -> str:
    """Read `queries.lead_origins.fetch_leads_version`, of the store in use."""
    return f"{settings().workflow_url} {lead_origins.fetch_leads_version(store.opened())}"


def every_lead() -> pd.DataFrame:
    """Return how leads of all regions fared: rates by source and model need all there are.

    No operator, person or place is among what it holds.
    """
    found = leads(EVERYTHING)
    return found[["sources", "model_version", "state", "filed", "result"]]


def chain(
    scope: Scope,
    *,
    days: DateRange,
    split: ChainSplit = ChainSplit.NONE,
    base: ChainBase = ChainBase.COHORT,
) -> pd.DataFrame:
    """Read `queries.lead_chain.fetch_chain`."""
    return lead_chain.fetch_chain(store.opened(), scope, days=days, split=split, base=base)


def chain_members(
    scope: Scope,
    step: ChainStep,
    *,
    days: DateRange,
    split: ChainSplit = ChainSplit.NONE,
    part: str = "",
    base: ChainBase = ChainBase.COHORT,
) -> pd.DataFrame:
    """Read `queries.lead_chain.fetch_chain_members`."""
    return lead_chain.fetch_chain_members(
        store.opened(), scope, step, days=days, split=split, part=part, base=base
    )


def _check_may_write(viewer: Viewer) -> None:
    if not may_write(viewer):
        raise MayNotWriteLeadsError(viewer)


def _seen_batch(viewer: Viewer, batch_id: int) -> None:
    found = batches(viewer.scope)
    if batch_id not in set(found["batch_id"]):
        raise NoSuchLeadError("batch", batch_id)


def _check_batch(viewer: Viewer, batch_id: int) -> None:
    _check_may_write(viewer)
    _seen_batch(viewer, batch_id)


def _check_lead(viewer: Viewer, lead_id: int) -> None:
    _check_may_write(viewer)
    lead_reads.fetch_lead(store.opened(), viewer.scope, lead_id)


def _check_signal(viewer: Viewer, candidate_id: str) -> None:
    _check_may_write(viewer)
    if signals(viewer.scope, candidate_ids=[candidate_id]).empty:
        raise NoSuchLeadError("signal of candidate", candidate_id)
