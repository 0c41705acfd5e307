"""The bridge from pages to lead candidates and the submissions behind leads; cached as in `data`."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from analytics.lead_feedback import Feedback, adjusted_worth, hit_feedback
from analytics.lead_worth import new_candidates
from pages.components import lead_store
from pages.components.caching import ENTRIES, KEYS, TTL
from pages.components.data import Source, opened, source_now
from queries import lead_candidate_reads, lead_evidence
from queries.lead_candidate_reads import CandidateRun
from queries.lead_candidate_tables import STEP, CandidatesNotDerivedError
from queries.scope import Scope
from queries.vocabulary import SignalAnswer

__all__ = [
    "CandidateRun",
    "Candidates",
    "CandidatesNotDerivedError",
    "are_known",
    "candidate_evidence",
    "candidate_signals",
    "candidates",
    "evidence",
    "hit_rates",
    "run",
]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Candidates that nobody answered yet, or with evidence that is new since.

    Attributes
    ----------
    frame
        Columns of ``lead_candidates``, ``worth`` multiplied by ``factor``, with why in
        ``feedback_reasons`` (see `analytics.lead_feedback`); ``earlier_leads``, ``withdrawn_leads``
        (tuples of numbers) and ``signal_on``. By worth.
    run
        What the refresh found and kept.
    answered
        How many in scope are left out because they were answered and nothing is new.
    by_source, by_conduct
        How many rows name a source, by all of them; how many are about a conduct, most first.
    """

    frame: pd.DataFrame
    run: CandidateRun
    answered: int
    by_source: Mapping[str, int]
    by_conduct: Mapping[str, int]


def are_known() -> bool:
    """Tell whether candidates are derived from the data as it is."""
    return STEP in opened(source_now()).fresh


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _run(source: Source, scope: Scope) -> CandidateRun:
    return lead_candidate_reads.fetch_candidate_run(opened(source), scope)


def run(scope: Scope) -> CandidateRun:
    """Read `queries.lead_candidate_reads.fetch_candidate_run` through the cache."""
    return _run(source_now(), scope)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _stored(source: Source, scope: Scope) -> pd.DataFrame:
    return lead_candidate_reads.fetch_candidates(opened(source), scope)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _evidence(source: Source, scope: Scope, candidate_ids: tuple[str, ...]) -> pd.DataFrame:
    return lead_candidate_reads.fetch_candidate_evidence(opened(source), scope, candidate_ids)


def candidate_evidence(scope: Scope, candidate_ids: Collection[str]) -> pd.DataFrame:
    """Read `queries.lead_candidate_reads.fetch_candidate_evidence` through the cache."""
    return _evidence(source_now(), scope, tuple(sorted(candidate_ids)))


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _signals(source: Source, scope: Scope, candidate_ids: tuple[str, ...]) -> pd.DataFrame:
    return lead_candidate_reads.fetch_candidate_signals(opened(source), scope, candidate_ids)


def candidate_signals(scope: Scope, candidate_ids: Collection[str]) -> pd.DataFrame:
    """Read `queries.lead_candidate_reads.fetch_candidate_signals` through the cache."""
    return _signals(source_now(), scope, tuple(sorted(candidate_ids)))


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _hit_rates(version: str) -> Feedback:  # noqa: ARG001 - a key
    return hit_feedback(lead_store.every_lead())


def hit_rates() -> Feedback:
    """Return how ended leads of all regions fared, by source and by model; cached likewise."""
    return _hit_rates(lead_store.version())


def candidates(scope: Scope) -> Candidates:
    """Return the candidates to look at, by a worth that learns from what came of earlier leads.

    Cached until a signal, lead, step or outcome is written, by whomever.
    """
    return _candidates(source_now(), scope, lead_store.version())


# Shared, not copied: unpickling 5,000 candidates on every run takes 20 ms. Nobody writes into them.
@st.cache_resource(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _candidates(source: Source, scope: Scope, version: str) -> Candidates:  # noqa: ARG001
    stored = _stored(source, scope)
    weighed = adjusted_worth(stored, hit_rates())
    frame = stored.assign(
        worth=weighed["worth_adjusted"],
        factor=weighed["factor"],
        feedback_reasons=weighed["feedback_reasons"],
    )
    withdrawn = lead_store.withdrawn(scope)
    told = frame["candidate_id"].map(lambda code: withdrawn.get(code, ()))
    frame = frame.assign(withdrawn_leads=told)
    left = _unanswered(frame, lead_store.signals(scope))
    left = _with_new_evidence(left, scope)
    ordered = left.sort_values(
        ["worth", "candidate_id"], ascending=[False, True], ignore_index=True
    )
    sources = ordered["sources"].str.split(",").explode().value_counts()
    conducts = ordered["conduct"].value_counts()
    return Candidates(
        ordered,
        run(scope),
        len(frame) - len(left),
        {str(each): int(number) for each, number in sources.items()},
        {str(each): int(number) for each, number in conducts.items()},
    )


def _unanswered(frame: pd.DataFrame, signals: pd.DataFrame) -> pd.DataFrame:
    """Leave out candidates whose signal was dismissed and that nothing is later than."""
    latest = signals.sort_values("signal_id").drop_duplicates("candidate_id", keep="last")
    known = frame[["candidate_id", "latest_on"]].merge(
        latest[["candidate_id", "answer", "latest_on", "first_seen_on"]],
        on="candidate_id",
        how="left",
        suffixes=("", "_answered"),
    )
    days = pd.to_datetime(known["latest_on"])
    gone = (known["answer"] == SignalAnswer.DISMISSED.value) & (
        days <= pd.to_datetime(known["latest_on_answered"])
    )
    seen = known["first_seen_on"].where(known["answer"].isna())
    seen = seen.where(seen.notna(), frame["as_of"].to_numpy())
    return frame.assign(signal_on=seen.to_numpy())[~gone.to_numpy()]


def _with_new_evidence(frame: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """Leave out candidates of which earlier leads hold all evidence, and name those leads."""
    earlier = lead_store.earlier_leads()
    again = frame["operator_id"].isin(set(earlier["operator_id"]))
    first = frame[~again]
    first = first.assign(earlier_leads=first["candidate_id"].map(lambda _: ()))
    if not again.any():
        return first
    asked = frame[again]
    evidence = candidate_evidence(scope, asked["candidate_id"])
    held = evidence.groupby("candidate_id")["submission_id"].agg(list)
    asked = asked[asked["candidate_id"].isin(held.index)]
    named = dict(zip(earlier["lead_id"].astype(str), earlier["number"], strict=True))
    found = new_candidates(
        asked.assign(evidence_ids=asked["candidate_id"].map(held)),
        earlier.assign(lead_id=earlier["lead_id"].astype(str)),
    )
    told = found["earlier_leads"].map(lambda ids: tuple(named[each] for each in ids))
    kept = found.assign(earlier_leads=told).drop(columns=["evidence_ids", "new_evidence", "merged"])
    return kept if first.empty else pd.concat([first, kept], ignore_index=True)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _numbered(
    source: Source, scope: Scope, numbers: tuple[str, ...], since: dt.date, until: dt.date
) -> pd.DataFrame:
    return lead_evidence.fetch_evidence(opened(source), scope, numbers, since=since, until=until)


def evidence(scope: Scope, held: pd.DataFrame) -> pd.DataFrame:
    """Return the submissions of leads, as the warehouse has them now.

    Parameters
    ----------
    held
        As of `lead_store.evidence`: ``lead_id, submission_id, registered_on, is_serial``.

    Returns
    -------
    pandas.DataFrame
        Columns of `queries.lead_evidence.fetch_evidence` with ``lead_id`` and ``is_serial``, the
        newest first within a lead.
    """
    numbers = tuple(sorted(set(held["submission_id"])))
    if not numbers:
        since = until = dt.date(2000, 1, 1)
    else:
        since, until = min(held["registered_on"]), max(held["registered_on"])
    found = _numbered(source_now(), scope, numbers, since, until)
    marked = held[["lead_id", "submission_id", "is_serial"]]
    return marked.merge(found, on="submission_id").sort_values(
        ["lead_id", "registered_at", "submission_id"],
        ascending=[True, False, True],
        ignore_index=True,
    )
