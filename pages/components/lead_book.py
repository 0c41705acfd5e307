"""What the workflow store tells of case leads, each read under the viewer's scope."""

from collections.abc import Collection
from typing import Any

import pandas as pd

from pages.components import store
from pages.components.settings import settings
from queries import lead_chain, lead_origins, lead_reads
from queries.lead_chain import ChainBase, ChainSplit, ChainStep
from queries.lead_rules import NoSuchLeadError
from queries.scope import EVERYTHING, Scope
from queries.selection import DateRange
from queries.vocabulary import LeadState


def sees_leads(scope: Scope) -> bool:
    """Tell whether leads are shown at all in a scope: they rest on submissions of all kinds."""
    return not scope.kinds and not scope.units


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


def origins(scope: Scope) -> pd.DataFrame:
    """Read `queries.lead_origins.fetch_lead_origins`."""
    return lead_origins.fetch_lead_origins(store.opened(), scope)


def dismissed(scope: Scope, *, limit: int) -> tuple[pd.DataFrame, int]:
    """Read `queries.lead_reads.fetch_dismissed`."""
    return lead_reads.fetch_dismissed(store.opened(), scope, limit=limit)


def withdrawn(scope: Scope) -> dict[str, tuple[str, ...]]:
    """Return the numbers of withdrawn leads by candidate."""
    found = leads(scope, states=[LeadState.WITHDRAWN])
    return {
        str(code): tuple(numbers)
        for code, numbers in found.groupby("candidate_id")["number"].agg(list).items()
    }


def confirmed_basis(conduct: str) -> list[dict[str, Any]]:
    """Read `queries.lead_origins.fetch_confirmed_basis`."""
    return lead_origins.fetch_confirmed_basis(store.opened(), conduct)


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
