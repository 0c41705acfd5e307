"""The bridge from pages to repeats, claimants to verify and shared matters; cached as in `data`."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from pages.components.caching import ENTRIES, KEYS, TTL
from pages.components.data import Source, opened, source_now
from queries import repeat_reads
from queries.repeat_reads import Groups, LeftOut, RepeatsNotDerivedError
from queries.repeats import (
    EVENT_DAYS,
    EVENT_PERSONS,
    EVENT_SHARE,
    LETTER_DAYS,
    MOST_EVENT_TEXTS,
    MOST_LETTER_TEXTS,
    SHARED_DAYS,
    SHARED_STEP,
    STEP,
)
from queries.scope import Scope
from queries.selection import Selection

__all__ = [
    "EVENT_DAYS",
    "EVENT_PERSONS",
    "EVENT_SHARE",
    "LETTER_DAYS",
    "MOST_EVENT_TEXTS",
    "MOST_LETTER_TEXTS",
    "SHARED_DAYS",
    "Groups",
    "LeftOut",
    "RepeatsNotDerivedError",
    "are_known",
    "claimants_of",
    "group",
    "group_members",
    "groups",
    "groups_of",
    "left_out",
    "left_out_is_known",
]

MAX_GROUPS = repeat_reads.MAX_GROUPS
MAX_MEMBERS = repeat_reads.MAX_MEMBERS


def are_known() -> bool:
    """Tell whether repeats and shared matters are derived from the submissions as they are."""
    return {STEP, SHARED_STEP} <= opened(source_now()).fresh


def left_out_is_known() -> bool:
    """Tell whether it is known what de-noised counts leave out of the submissions as they are."""
    return STEP in opened(source_now()).fresh


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _left_out(source: Source, selection: Selection, scope: Scope) -> LeftOut:
    return repeat_reads.fetch_left_out(opened(source), selection, scope)


def left_out(selection: Selection, scope: Scope) -> LeftOut:
    """Read `queries.repeat_reads.fetch_left_out` through the cache."""
    return _left_out(source_now(), selection, scope)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _groups(source: Source, selection: Selection, scope: Scope, kind: str, limit: int) -> Groups:
    return repeat_reads.fetch_groups(opened(source), selection, scope, kind=kind, limit=limit)


def groups(selection: Selection, scope: Scope, *, kind: str, limit: int = 50) -> Groups:
    """Read `queries.repeat_reads.fetch_groups` through the cache."""
    return _groups(source_now(), selection, scope, kind, limit)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _group(
    source: Source, selection: Selection, scope: Scope, kind: str, group_key: int
) -> pd.DataFrame:
    return repeat_reads.fetch_group(
        opened(source), selection, scope, kind=kind, group_key=group_key
    )


def group(selection: Selection, scope: Scope, *, kind: str, group_key: int) -> pd.DataFrame:
    """Read `queries.repeat_reads.fetch_group` through the cache."""
    return _group(source_now(), selection, scope, kind, group_key)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _group_members(source: Source, scope: Scope, kind: str, group_key: int) -> pd.DataFrame:
    return repeat_reads.fetch_members(opened(source), scope, kind=kind, group_key=group_key)


def group_members(scope: Scope, *, kind: str, group_key: int) -> pd.DataFrame:
    """Read `queries.repeat_reads.fetch_members` through the cache."""
    return _group_members(source_now(), scope, kind, group_key)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _groups_of(source: Source, scope: Scope, submission_id: str) -> list[tuple[str, int]]:
    return repeat_reads.fetch_groups_of(opened(source), scope, submission_id=submission_id)


def groups_of(scope: Scope, *, submission_id: str) -> list[tuple[str, int]]:
    """Read `queries.repeat_reads.fetch_groups_of` through the cache."""
    return _groups_of(source_now(), scope, submission_id)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _claimants_of(source: Source, submission_ids: tuple[str, ...]) -> Mapping[str, int]:
    return repeat_reads.fetch_claimants_of(opened(source), submission_ids)


def claimants_of(submission_ids: tuple[str, ...]) -> Mapping[str, int]:
    """Read `queries.repeat_reads.fetch_claimants_of` through the cache."""
    return _claimants_of(source_now(), submission_ids)
