"""The bridge from pages to what is known of an operator besides its submissions; cached as in `data`."""

from collections.abc import Iterable, Sequence

import streamlit as st

from pages.components.caching import ENTRIES, KEYS, TTL
from pages.components.data import Source, opened, source_now
from queries import operator_reads
from queries.operator_names import fetch_name, operator_names
from queries.operator_reads import OperatorEvents, OperatorSources, RelatedOperators
from queries.operator_tables import OperatorSourcesMissingError, has_operator_tables
from queries.scope import Scope
from queries.vocabulary import OperatorEvent

__all__ = ["OperatorEvents", "OperatorSources", "OperatorSourcesMissingError", "RelatedOperators"]

MAX_EVENTS = operator_reads.MAX_EVENTS
MAX_RELATED = operator_reads.MAX_RELATED


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _operator_sources(source: Source) -> OperatorSources:
    return operator_reads.fetch_sources(opened(source))


def operator_sources() -> OperatorSources:
    """Read `queries.operator_reads.fetch_sources` through the cache."""
    return _operator_sources(source_now())


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _known(source: Source) -> bool:
    with opened(source).engine.connect() as conn:
        return has_operator_tables(conn)


def are_known() -> bool:
    """Tell whether the warehouse can hold the register and events of operators."""
    return _known(source_now())


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _names(source: Source, operators: tuple[str, ...]) -> dict[str, str]:
    with opened(source).engine.connect() as conn:
        return {str(code): name for code, name in operator_names(conn, operators).items()}


def names(operators: Iterable[str]) -> dict[str, str]:
    """Read the names of operators counted for the viewer, through the cache; no rights are asked."""
    return _names(source_now(), tuple(sorted(set(operators))))


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _name(source: Source, scope: Scope, operator_id: str) -> str | None:
    return fetch_name(opened(source), scope, operator_id=operator_id)


def name(scope: Scope, *, operator_id: str) -> str | None:
    """Read `queries.operator_names.fetch_name` through the cache."""
    return _name(source_now(), scope, operator_id)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _operator(source: Source, scope: Scope, operator_id: str) -> dict[str, object] | None:
    return operator_reads.fetch_operator(opened(source), scope, operator_id=operator_id)


def operator(scope: Scope, *, operator_id: str) -> dict[str, object] | None:
    """Read `queries.operator_reads.fetch_operator` through the cache."""
    return _operator(source_now(), scope, operator_id)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _operator_events(
    source: Source,
    scope: Scope,
    operator_id: str,
    kinds: tuple[OperatorEvent, ...] | None,
    limit: int,
) -> OperatorEvents:
    return operator_reads.fetch_operator_events(
        opened(source), scope, operator_id=operator_id, kinds=kinds, limit=limit
    )


def operator_events(
    scope: Scope,
    *,
    operator_id: str,
    kinds: Sequence[OperatorEvent] | None = None,
    limit: int = 200,
) -> OperatorEvents:
    """Read `queries.operator_reads.fetch_operator_events` through the cache."""
    asked = None if kinds is None else tuple(sorted(kinds))
    return _operator_events(source_now(), scope, operator_id, asked, limit)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _related_operators(
    source: Source, scope: Scope, operator_id: str, limit: int
) -> RelatedOperators:
    return operator_reads.fetch_related(opened(source), scope, operator_id=operator_id, limit=limit)


def related_operators(scope: Scope, *, operator_id: str, limit: int = 50) -> RelatedOperators:
    """Read `queries.operator_reads.fetch_related` through the cache."""
    return _related_operators(source_now(), scope, operator_id, limit)
