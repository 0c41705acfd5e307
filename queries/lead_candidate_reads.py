"""Reads of lead candidates: who is worth a look, what pointed at them, and the submissions behind.

A candidate is in a viewer's scope if its operator lies in the viewer's regions. It rests on all that
is known of the operator, so a scope that is limited to kinds or units sees none. Of its evidence a
viewer sees the submissions that the viewer may see; persons are stored masked only.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.lead_candidate_tables import (
    STEP,
    CandidatesNotDerivedError,
    lead_candidate_evidence,
    lead_candidate_run,
    lead_candidate_signals,
    lead_candidates,
)
from queries.lead_scope import leads_within
from queries.matching import matching
from queries.schema import submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.warehouse import Warehouse

MAX_CANDIDATES = 5_000
"""Most candidates that one read returns; the rule file keeps no more either."""

EVIDENCE_COLUMNS = (
    "kind", "linked_id", "registered_at", "channel", "complainant_masked", "phone_masked",
    "operator_id", "respondent_name", "uscc", "respondent_address", "province_code", "city_code",
    "county_code", "street_code", "incident_place", "product_kind", "product_category", "product",
    "product_name", "brand", "sale_mode", "is_online", "online_platform", "is_livestream",
    "is_prepaid", "issue_type", "issue_subtype", "consumed_yuan", "disputed_yuan",
    "requested_remedies", "title", "narrative", "disputed_at", "handling_unit", "dispatched_at",
    "first_check_due_at", "first_checked_at", "acceptance", "reject_reason", "accepted_at",
    "due_at", "closed_at", "status", "mediation_result", "mediation_end_reason", "is_odr",
    "odr_result", "is_supervised", "is_transferred_to_case", "is_case_opened", "case_opened_at",
)  # fmt: skip
"""What is told of a submission that is evidence, besides its number, id, day and mark."""


@dataclass(frozen=True, slots=True)
class CandidateRun:
    """How many candidates there are.

    Attributes
    ----------
    as_of
        Last day that counted; None in an empty warehouse.
    in_scope
        Candidates stored that the viewer sees.
    found, kept
        Candidates found in all, and stored: the most worth; None unless the viewer sees everything.
    missing
        Sources that had nothing to go by, such as scores that were never made.
    """

    as_of: dt.date | None
    in_scope: int
    found: int | None
    kept: int | None
    missing: tuple[str, ...]


def fetch_candidate_run(warehouse: Warehouse, scope: Scope) -> CandidateRun:
    """Return how many candidates the latest refresh found and kept.

    Raises
    ------
    CandidatesNotDerivedError
        If they are not in step with the data.
    """
    _require(warehouse)
    with warehouse.engine.connect() as conn:
        row = conn.execute(sa.select(lead_candidate_run)).one_or_none()
        in_scope = conn.execute(
            sa.select(sa.func.count())
            .select_from(lead_candidates)
            .where(leads_within(scope, lead_candidates))
        ).scalar_one()
    if row is None:
        return CandidateRun(None, 0, None, None, ())
    everything = scope.everything and not scope.kinds and not scope.units
    return CandidateRun(
        as_of=row.as_of,
        in_scope=in_scope,
        found=row.found if everything else None,
        kept=row.kept if everything else None,
        missing=tuple(each for each in row.missing.split(",") if each),
    )


def fetch_candidates(
    warehouse: Warehouse, scope: Scope, *, limit: int = MAX_CANDIDATES
) -> pd.DataFrame:
    """Return the candidates in scope, those of most worth first, then by id.

    Returns
    -------
    pandas.DataFrame
        Columns of ``lead_candidates``; at most ``limit`` rows, `fetch_candidate_run` tells of how
        many.

    Raises
    ------
    CandidatesNotDerivedError
        If they are not in step with the data.
    """
    _require(warehouse)
    own = lead_candidates.c
    return _read(
        warehouse,
        sa.select(lead_candidates)
        .where(leads_within(scope, lead_candidates))
        .order_by(own.worth.desc(), own.candidate_id)
        .limit(limit),
    )


def fetch_candidate_signals(
    warehouse: Warehouse, scope: Scope, candidate_ids: Collection[str]
) -> pd.DataFrame:
    """Return what pointed at these candidates, as far as they are in scope.

    Returns
    -------
    pandas.DataFrame
        Columns of ``lead_candidate_signals``, by candidate, source and reference.

    Raises
    ------
    CandidatesNotDerivedError
        If they are not in step with the data.
    """
    _require(warehouse)
    told = lead_candidate_signals.c
    return _read(
        warehouse,
        sa.select(lead_candidate_signals)
        .where(told.candidate_id.in_(_visible(scope, candidate_ids)))
        .order_by(told.candidate_id, told.source, told.reference),
    )


def fetch_candidate_evidence(
    warehouse: Warehouse, scope: Scope, candidate_ids: Collection[str]
) -> pd.DataFrame:
    """Return the submissions behind these candidates that the viewer may see.

    Returns
    -------
    pandas.DataFrame
        ``candidate_id, submission_key, submission_id, registered_on, is_serial`` and
        `EVIDENCE_COLUMNS`, by candidate, the newest first.

    Raises
    ------
    CandidatesNotDerivedError
        If they are not in step with the data.
    """
    _require(warehouse)
    told, own = lead_candidate_evidence.c, submissions.c
    columns = [
        told.candidate_id, told.submission_key, own.submission_id, told.registered_on,
        told.is_serial, *[own[name] for name in EVIDENCE_COLUMNS],
    ]  # fmt: skip
    if warehouse.first_day is None or warehouse.last_day is None:
        return pd.DataFrame(columns=[each.name for each in columns])
    days = DateRange(warehouse.first_day, warehouse.last_day)
    return _read(
        warehouse,
        sa.select(*columns)
        .join(submissions, own.submission_key == told.submission_key)
        .where(
            told.candidate_id.in_(_visible(scope, candidate_ids)),
            matching(Selection(), scope, days=days),
        )
        .order_by(told.candidate_id, own.registered_at.desc(), told.submission_key),
    )


def _require(warehouse: Warehouse) -> None:
    if STEP not in warehouse.fresh:
        raise CandidatesNotDerivedError


def _visible(scope: Scope, candidate_ids: Collection[str]) -> sa.Select[tuple[str]]:
    own = lead_candidates.c.candidate_id
    return sa.select(own).where(
        own.in_(sorted(set(candidate_ids))), leads_within(scope, lead_candidates)
    )


def _read(warehouse: Warehouse, statement: sa.Select[*tuple[Any, ...]]) -> pd.DataFrame:
    with warehouse.engine.connect() as conn:
        found = conn.execute(statement)
        return pd.DataFrame([tuple(row) for row in found], columns=list(found.keys()))
