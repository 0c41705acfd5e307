"""The bridge from pages to what jobs found in the texts; cached as in `data`."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from pages.components.caching import ENTRIES, KEYS, TTL
from pages.components.data import Source, opened, source_now
from queries import (
    category_reads,
    cluster_runs,
    cluster_texts,
    entry_reads,
    new_word_reads,
    tag_reads,
    word_counts,
)
from queries import category_tables as kept_categories
from queries import clusters as cluster_reads
from queries import entry_tables as kept_entries
from queries import new_words as new_words_kept
from queries import tag_tables as kept_tags
from queries.category_doubts import MAX_RECORDS
from queries.category_reads import CategoryDoubts
from queries.cluster_names import ClusterNames, fetch_cluster_names
from queries.cluster_tables import STEP as CLUSTER_STEP
from queries.cluster_tables import ClustersNotDerivedError
from queries.clusters import ClusterCounts, ClusterRun
from queries.entry_reads import EntryQuality
from queries.entry_tables import CHECKS, ELEMENTS, EntriesNotCheckedError
from queries.new_word_reads import NewWords, NewWordsNotDerivedError
from queries.new_words import STEP as NEW_WORDS_STEP
from queries.results import Breakdown, SubmissionPage
from queries.scope import Scope
from queries.selection import Selection
from queries.tag_reads import TagCounts
from queries.tag_tables import TagsNotDerivedError
from queries.word_counts import WordCounts, WordPairs

__all__ = [
    "CHECKS",
    "ELEMENTS",
    "CategoryDoubts",
    "ClusterCounts",
    "ClusterNames",
    "ClusterRun",
    "ClustersNotDerivedError",
    "EntriesNotCheckedError",
    "EntryQuality",
    "NewWords",
    "NewWordsNotDerivedError",
    "TagCounts",
    "TagsNotDerivedError",
    "WordCounts",
    "WordPairs",
]

FEW = 8
"""Answers kept of a kind that takes megabytes."""

LEAST_ENTRIES = entry_reads.LEAST_ENTRIES
MAX_CORRECTIONS = entry_reads.MAX_CORRECTIONS
TRIED = tag_reads.TRIED
CONTRADICTION = category_reads.CONTRADICTION
UNCLEAR = category_reads.UNCLEAR
MAX_DOUBTS = category_reads.MAX_DOUBTS
MAX_JUDGED = MAX_RECORDS
CLUSTERED_DAYS = cluster_runs.WINDOW_DAYS
CLUSTERED_TEXTS = cluster_runs.MAX_TEXTS
DAYS_BETWEEN_RUNS = cluster_runs.DAYS_BETWEEN_RUNS
GROWN_SHARE = cluster_runs.GROWN_SHARE
NEW_WORD_DAYS = new_words_kept.WINDOW_DAYS
NEW_WORD_PAST_DAYS = new_words_kept.BASELINE_DAYS
NEW_WORD_LEAST_PAST = new_words_kept.MIN_BASELINE_DAYS
NEW_WORD_TEXTS = new_words_kept.WINDOW_TEXTS
NEW_WORD_PAST_TEXTS = new_words_kept.BASELINE_TEXTS
NEW_WORD_MAX_Q = new_words_kept.MAX_Q
NEW_WORD_SEASON_RISE = new_words_kept.SEASON_RISE


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _tags(source: Source, selection: Selection, scope: Scope) -> TagCounts:
    return tag_reads.fetch_tags(opened(source), selection, scope)


def tags(selection: Selection, scope: Scope) -> TagCounts:
    """Read `queries.tag_reads.fetch_tags` through the cache."""
    return _tags(source_now(), selection, scope)


def tags_are_known() -> bool:
    """Tell whether the tags are derived from the submissions as they are."""
    return kept_tags.STEP in opened(source_now()).fresh


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _tags_of(source: Source, scope: Scope, submission_id: str) -> tuple[str, ...]:
    return tag_reads.fetch_tags_of(opened(source), scope, submission_id=submission_id)


def tags_of(scope: Scope, *, submission_id: str) -> tuple[str, ...]:
    """Read `queries.tag_reads.fetch_tags_of` through the cache."""
    return _tags_of(source_now(), scope, submission_id)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _tag_books(source: Source) -> Mapping[str, tuple[str, str]]:
    return tag_reads.fetch_tag_books(opened(source))


def tag_books() -> Mapping[str, tuple[str, str]]:
    """Read `queries.tag_reads.fetch_tag_books` through the cache."""
    return _tag_books(source_now())


@st.cache_data(ttl=TTL, max_entries=FEW, show_spinner=False, hash_funcs=KEYS)
def _newest_texts(source: Source, selection: Selection, scope: Scope) -> pd.DataFrame:
    return tag_reads.fetch_newest_texts(opened(source), selection, scope)


def newest_texts(selection: Selection, scope: Scope) -> pd.DataFrame:
    """Read `queries.tag_reads.fetch_newest_texts` through the cache."""
    return _newest_texts(source_now(), selection, scope)


def entries_are_checked() -> bool:
    """Tell whether the entries are checked as they are."""
    return kept_entries.STEP in opened(source_now()).fresh


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _entry_quality(source: Source, selection: Selection, scope: Scope, level: str) -> EntryQuality:
    return entry_reads.fetch_entry_quality(opened(source), selection, scope, level=level)


def entry_quality(selection: Selection, scope: Scope, *, level: str) -> EntryQuality:
    """Read `queries.entry_reads.fetch_entry_quality` through the cache."""
    return _entry_quality(source_now(), selection, scope, level)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _entry_months(source: Source, selection: Selection, scope: Scope) -> pd.DataFrame:
    return entry_reads.fetch_entry_months(opened(source), selection, scope)


def entry_months(selection: Selection, scope: Scope) -> pd.DataFrame:
    """Read `queries.entry_reads.fetch_entry_months` through the cache."""
    return _entry_months(source_now(), selection, scope)


@st.cache_data(ttl=TTL, max_entries=FEW, show_spinner=False, hash_funcs=KEYS)
def _corrections(
    source: Source, selection: Selection, scope: Scope, *, wanting: str, page: int, page_size: int
) -> SubmissionPage:
    return entry_reads.fetch_corrections(
        opened(source), selection, scope, wanting=wanting, page=page, page_size=page_size
    )


def corrections(
    selection: Selection, scope: Scope, *, wanting: str = "", page: int = 1, page_size: int = 20
) -> SubmissionPage:
    """Read `queries.entry_reads.fetch_corrections` through the cache."""
    return _corrections(
        source_now(), selection, scope, wanting=wanting, page=page, page_size=page_size
    )


def categories_are_judged() -> bool:
    """Tell whether the categories are judged for the submissions as they are."""
    return kept_categories.STEP in opened(source_now()).fresh


@st.cache_data(ttl=TTL, max_entries=FEW, show_spinner=False, hash_funcs=KEYS)
def _category_doubts(
    source: Source, selection: Selection, scope: Scope, *, kind: str, limit: int, page: int
) -> CategoryDoubts:
    return category_reads.fetch_category_doubts(
        opened(source), selection, scope, kind=kind, limit=limit, page=page
    )


def category_doubts(
    selection: Selection, scope: Scope, *, kind: str, limit: int = 20, page: int = 1
) -> CategoryDoubts:
    """Read `queries.category_reads.fetch_category_doubts` through the cache."""
    return _category_doubts(source_now(), selection, scope, kind=kind, limit=limit, page=page)


def clusters_are_known() -> bool:
    """Tell whether clusters are derived from the submissions as they are."""
    return CLUSTER_STEP in opened(source_now()).fresh


@st.cache_data(ttl=TTL, max_entries=FEW, show_spinner=False, hash_funcs=KEYS)
def _cluster_run(source: Source) -> ClusterRun:
    return cluster_reads.fetch_run(opened(source))


def cluster_run() -> ClusterRun:
    """Read `queries.clusters.fetch_run` through the cache."""
    return _cluster_run(source_now())


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _clusters(source: Source, selection: Selection, scope: Scope, level: str) -> ClusterCounts:
    return cluster_reads.fetch_clusters(opened(source), selection, scope, level=level)


def clusters(selection: Selection, scope: Scope, *, level: str) -> ClusterCounts:
    """Read `queries.clusters.fetch_clusters` through the cache."""
    return _clusters(source_now(), selection, scope, level)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _cluster_members(
    source: Source,
    selection: Selection,
    scope: Scope,
    *,
    level: str,
    keys: tuple[str, ...],
    order: str,
    page: int,
    page_size: int,
) -> SubmissionPage:
    return cluster_texts.fetch_members(
        opened(source),
        selection,
        scope,
        level=level,
        keys=keys,
        order=order,
        page=page,
        page_size=page_size,
    )


def cluster_members(
    selection: Selection,
    scope: Scope,
    *,
    level: str,
    keys: Sequence[str],
    order: str,
    page: int = 1,
    page_size: int = 20,
) -> SubmissionPage:
    """Read `queries.cluster_texts.fetch_members` through the cache."""
    return _cluster_members(
        source_now(),
        selection,
        scope,
        level=level,
        keys=tuple(keys),
        order=order,
        page=page,
        page_size=page_size,
    )


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _cluster_course(
    source: Source, selection: Selection, scope: Scope, level: str, keys: tuple[str, ...]
) -> "pd.Series[int]":
    return cluster_reads.fetch_course(opened(source), selection, scope, level=level, keys=keys)


def cluster_course(
    selection: Selection, scope: Scope, *, level: str, keys: Sequence[str]
) -> "pd.Series[int]":
    """Read `queries.clusters.fetch_course` through the cache."""
    return _cluster_course(source_now(), selection, scope, level, tuple(keys))


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _cluster_members_by(
    source: Source,
    selection: Selection,
    scope: Scope,
    level: str,
    keys: tuple[str, ...],
    *,
    by: str,
) -> Breakdown:
    return cluster_reads.fetch_members_by(
        opened(source), selection, scope, level=level, keys=keys, by=by
    )


def cluster_members_by(
    selection: Selection, scope: Scope, *, level: str, keys: Sequence[str], by: str
) -> Breakdown:
    """Read `queries.clusters.fetch_members_by` through the cache."""
    return _cluster_members_by(source_now(), selection, scope, level, tuple(keys), by=by)


@st.cache_data(ttl=TTL, max_entries=FEW, show_spinner=False, hash_funcs=KEYS)
def _cluster_points(
    source: Source, selection: Selection, scope: Scope, level: str, lit: str
) -> pd.DataFrame:
    return cluster_texts.fetch_points(opened(source), selection, scope, level=level, lit=lit)


def cluster_points(
    selection: Selection, scope: Scope, *, level: str, lit: str = ""
) -> pd.DataFrame:
    """Read `queries.cluster_texts.fetch_points` through the cache."""
    return _cluster_points(source_now(), selection, scope, level, lit)


def cluster_listed(selection: Selection, scope: Scope, keys: Sequence[int]) -> pd.DataFrame:
    """Read `queries.cluster_texts.fetch_listed`."""
    return cluster_texts.fetch_listed(opened(source_now()), selection, scope, keys=keys)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _cluster_names(source: Source, scope: Scope, keys: tuple[str, ...]) -> ClusterNames:
    return fetch_cluster_names(opened(source), scope, keys=keys)


def cluster_names(scope: Scope, *, keys: Sequence[str]) -> ClusterNames:
    """Read `queries.cluster_names.fetch_cluster_names` through the cache."""
    return _cluster_names(source_now(), scope, tuple(keys))


def cluster_sample(scope: Scope, *, level: str, keys: Sequence[str]) -> pd.DataFrame:
    """Read `queries.cluster_texts.fetch_sample`."""
    return cluster_texts.fetch_sample(opened(source_now()), scope, level=level, keys=keys)


def new_words_are_known() -> bool:
    """Tell whether new words are searched for in the submissions as they are."""
    return NEW_WORDS_STEP in opened(source_now()).fresh


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _new_words(source: Source, selection: Selection, scope: Scope) -> NewWords:
    return new_word_reads.fetch_new_words(opened(source), selection, scope)


def new_words(selection: Selection, scope: Scope) -> NewWords:
    """Read `queries.new_word_reads.fetch_new_words` through the cache."""
    return _new_words(source_now(), selection, scope)


@st.cache_data(ttl=TTL, max_entries=FEW, show_spinner=False, hash_funcs=KEYS)
def _word_counts(source: Source, selection: Selection, scope: Scope) -> WordCounts:
    return word_counts.fetch_word_counts(opened(source), selection, scope)


def words_over_time(selection: Selection, scope: Scope) -> WordCounts:
    """Read `queries.word_counts.fetch_word_counts` through the cache."""
    return _word_counts(source_now(), selection, scope)


@st.cache_data(ttl=TTL, max_entries=FEW, show_spinner=False, hash_funcs=KEYS)
def _word_contrast(source: Source, selection: Selection, scope: Scope) -> WordCounts:
    return word_counts.fetch_word_contrast(opened(source), selection, scope)


def words_against_rest(selection: Selection, scope: Scope) -> WordCounts:
    """Read `queries.word_counts.fetch_word_contrast` through the cache."""
    return _word_contrast(source_now(), selection, scope)


@st.cache_data(ttl=TTL, max_entries=FEW, show_spinner=False, hash_funcs=KEYS)
def _word_pairs(source: Source, selection: Selection, scope: Scope, term: str) -> WordPairs:
    return word_counts.fetch_word_pairs(opened(source), selection, scope, term=term)


def word_pairs(selection: Selection, scope: Scope, *, term: str) -> WordPairs:
    """Read `queries.word_counts.fetch_word_pairs` through the cache."""
    return _word_pairs(source_now(), selection, scope, term)
