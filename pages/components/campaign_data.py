"""The bridge from pages to the hits of campaigns; cached as in `data`."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from pages.components.caching import ENTRIES, KEYS, TTL
from pages.components.data import Source, opened, source_now
from queries import campaign_reads
from queries.campaign_reads import (
    OUTCOMES,
    SAMPLED,
    CampaignBook,
    CampaignCounts,
    OperatorChecks,
)
from queries.campaign_tables import STEP, CampaignsNotDerivedError
from queries.scope import Scope
from queries.selection import Selection

__all__ = [
    "OUTCOMES",
    "SAMPLED",
    "CampaignBook",
    "CampaignCounts",
    "CampaignsNotDerivedError",
    "OperatorChecks",
    "are_known",
    "books",
    "checks",
    "counts",
    "outcomes",
    "sample",
]


def are_known() -> bool:
    """Tell whether campaigns are matched with the submissions as they are."""
    return STEP in opened(source_now()).fresh


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _counts(source: Source, selection: Selection, scope: Scope) -> CampaignCounts:
    return campaign_reads.fetch_campaigns(opened(source), selection, scope)


def counts(selection: Selection, scope: Scope) -> CampaignCounts:
    """Read `queries.campaign_reads.fetch_campaigns` through the cache."""
    return _counts(source_now(), selection, scope)


def books() -> Mapping[tuple[str, str], CampaignBook]:
    """Read `queries.campaign_reads.fetch_campaign_books`."""
    return campaign_reads.fetch_campaign_books(opened(source_now()))


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _sample(source: Source, selection: Selection, scope: Scope, *, campaign: str) -> pd.DataFrame:
    return campaign_reads.fetch_sample(opened(source), selection, scope, campaign=campaign)


def sample(selection: Selection, scope: Scope, *, campaign: str) -> pd.DataFrame:
    """Read `queries.campaign_reads.fetch_sample` through the cache."""
    return _sample(source_now(), selection, scope, campaign=campaign)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _outcomes(
    source: Source, selection: Selection, scope: Scope, *, campaign: str
) -> dict[str, float]:
    return dict(campaign_reads.fetch_outcomes(opened(source), selection, scope, campaign=campaign))


def outcomes(selection: Selection, scope: Scope, *, campaign: str) -> Mapping[str, float]:
    """Read `queries.campaign_reads.fetch_outcomes` through the cache."""
    return _outcomes(source_now(), selection, scope, campaign=campaign)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _checks(
    source: Source, selection: Selection, scope: Scope, *, campaign: str
) -> OperatorChecks | None:
    return campaign_reads.fetch_operator_checks(opened(source), selection, scope, campaign=campaign)


def checks(selection: Selection, scope: Scope, *, campaign: str) -> OperatorChecks | None:
    """Read `queries.campaign_reads.fetch_operator_checks` through the cache."""
    return _checks(source_now(), selection, scope, campaign=campaign)
