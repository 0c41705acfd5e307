"""The bridge from pages to who is who; cached as in `data`."""

import pandas as pd
import streamlit as st

from analytics.operator_weighing import DOUBTFUL, SURE
from pages.components.caching import ENTRIES, KEYS, TTL
from pages.components.data import Source, opened, source_now
from queries import identity_reads
from queries.identity_reads import Identities, Listed
from queries.identity_tables import STEP
from queries.scope import Scope
from queries.selection import Selection

__all__ = [
    "DOUBTFUL",
    "MAX_LISTED",
    "SURE",
    "Identities",
    "Listed",
    "are_known",
    "doubts",
    "groups",
    "identities",
    "names",
]

MAX_LISTED = identity_reads.MAX_LISTED


def are_known() -> bool:
    """Tell whether who is who is derived from the submissions as they are."""
    return STEP in opened(source_now()).fresh


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _identities(source: Source, selection: Selection, scope: Scope) -> Identities:
    return identity_reads.fetch_identities(opened(source), selection, scope)


def identities(selection: Selection, scope: Scope) -> Identities:
    """Read `queries.identity_reads.fetch_identities` through the cache."""
    return _identities(source_now(), selection, scope)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _doubts(source: Source, selection: Selection, scope: Scope, limit: int) -> Listed:
    return identity_reads.fetch_doubts(opened(source), selection, scope, limit=limit)


def doubts(selection: Selection, scope: Scope, *, limit: int) -> Listed:
    """Read `queries.identity_reads.fetch_doubts` through the cache."""
    return _doubts(source_now(), selection, scope, limit)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _groups(source: Source, selection: Selection, scope: Scope, limit: int) -> Listed:
    return identity_reads.fetch_groups(opened(source), selection, scope, limit=limit)


def groups(selection: Selection, scope: Scope, *, limit: int) -> Listed:
    """Read `queries.identity_reads.fetch_groups` through the cache."""
    return _groups(source_now(), selection, scope, limit)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _names(source: Source, scope: Scope, operator_id: str) -> pd.DataFrame:
    return identity_reads.fetch_names(opened(source), scope, operator_id=operator_id)


def names(scope: Scope, *, operator_id: str) -> pd.DataFrame:
    """Read `queries.identity_reads.fetch_names` through the cache."""
    return _names(source_now(), scope, operator_id)
