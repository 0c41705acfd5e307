"""The bridge from pages to queries: one open warehouse, and every answer cached.

Findings are read in `findings_data` and `repeat_data`, in the same way; nothing else reads.

An answer is cached once for all viewers of the same scope. The generation is part of every key, so
a new one is picked up at the next rerun, and the one before is closed when two newer ones are open.
"""

import atexit
import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st
import yaml

from pages.components import places
from pages.components.caching import ENTRIES, KEYS, TTL
from pages.components.settings import settings
from queries import reads
from queries.changes import Changes
from queries.hot_words import WordsNotDerivedError
from queries.notable import NotableRules
from queries.results import Breakdown, DataStatus, Matrix, Series, SubmissionPage, Totals
from queries.scope import Scope
from queries.screen import Screen, ScreenPlan
from queries.selection import Selection
from queries.standings import NO_LIMITS, Limits, Standings
from queries.warehouse import (
    NoWarehouseError,
    SchemaVersionError,
    Warehouse,
    current_generation,
    open_current,
)

__all__ = [
    "Changes",
    "Limits",
    "NoWarehouseError",
    "SchemaVersionError",
    "Screen",
    "Standings",
    "WordsNotDerivedError",
    "breakdown",
    "breakdowns",
    "changes",
    "extract",
    "matrix",
    "notable",
    "notable_rules",
    "screen",
    "series",
    "standings",
    "status",
    "submission",
    "submissions",
    "totals",
    "words_are_known",
]

OPEN_GENERATIONS = 2
"""Generations open at once: the one in service, and the one that running reads still use."""


def _close(warehouse: Warehouse) -> None:
    warehouse.engine.dispose()


class Source(NamedTuple):
    """What an answer was read from: a part of every key."""

    url: str
    generation: str


@st.cache_resource(max_entries=OPEN_GENERATIONS, show_spinner=False, on_release=_close)
def opened(source: Source) -> Warehouse:
    """Return the open warehouse, for reads of this bridge."""
    return open_current(source.url)


atexit.register(opened.clear)


def source_now() -> Source:
    """Return what is read from now."""
    url = settings().warehouse_url
    return Source(url, current_generation(url))


def status() -> DataStatus:
    """Return how old the data is, and whether it is synthetic."""
    return opened(source_now()).status()


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _totals(
    source: Source, selection: Selection, scope: Scope, measures: tuple[str, ...]
) -> Totals:
    return reads.fetch_totals(opened(source), selection, scope, measures=measures)


def totals(selection: Selection, scope: Scope, *, measures: Sequence[str]) -> Totals:
    """Read `queries.reads.fetch_totals` through the cache."""
    return _totals(source_now(), selection, scope, tuple(measures))


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _series(
    source: Source, selection: Selection, scope: Scope, measures: tuple[str, ...], grain: str
) -> Series:
    return reads.fetch_series(opened(source), selection, scope, measures=measures, grain=grain)


def series(selection: Selection, scope: Scope, *, measures: Sequence[str], grain: str) -> Series:
    """Read `queries.reads.fetch_series` through the cache."""
    return _series(source_now(), selection, scope, tuple(measures), grain)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _breakdown(
    source: Source,
    selection: Selection,
    scope: Scope,
    *,
    level: str,
    measures: tuple[str, ...],
    order: str | None,
    limit: int,
) -> Breakdown:
    return reads.fetch_breakdown(
        opened(source), selection, scope, level=level, measures=measures, order=order, limit=limit
    )


def breakdown(
    selection: Selection,
    scope: Scope,
    *,
    level: str,
    measures: Sequence[str] = ("submissions",),
    order: str | None = None,
    limit: int = 20,
) -> Breakdown:
    """Read `queries.reads.fetch_breakdown` through the cache."""
    return _breakdown(
        source_now(),
        selection,
        scope,
        level=level,
        measures=tuple(measures),
        order=order,
        limit=limit,
    )


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _breakdowns(
    source: Source,
    selection: Selection,
    scope: Scope,
    *,
    levels: tuple[str, ...],
    measures: tuple[str, ...],
    limit: int,
    count_members: bool,
) -> dict[str, Breakdown]:
    return reads.fetch_breakdowns(
        opened(source),
        selection,
        scope,
        levels=levels,
        measures=measures,
        limit=limit,
        count_members=count_members,
    )


def breakdowns(
    selection: Selection,
    scope: Scope,
    *,
    levels: Sequence[str],
    measures: Sequence[str] = ("submissions",),
    limit: int = 20,
    count_members: bool = True,
) -> dict[str, Breakdown]:
    """Read `queries.reads.fetch_breakdowns` through the cache."""
    return _breakdowns(
        source_now(),
        selection,
        scope,
        levels=tuple(levels),
        measures=tuple(measures),
        limit=limit,
        count_members=count_members,
    )


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _standings(
    source: Source,
    selection: Selection,
    scope: Scope,
    *,
    level: str,
    measure: str,
    order: str,
    ascending: bool,
    limits: Limits,
    limit: int,
    page: int,
    count_members: bool | None,
    trend_rows: int | None,
) -> Standings:
    return reads.fetch_standings(
        opened(source),
        selection,
        scope,
        level=level,
        measure=measure,
        order=order,
        ascending=ascending,
        limits=limits,
        limit=limit,
        page=page,
        count_members=count_members,
        trend_rows=trend_rows,
    )


def standings(
    selection: Selection,
    scope: Scope,
    *,
    level: str,
    measure: str = "submissions",
    order: str = "value",
    ascending: bool = False,
    limits: Limits = NO_LIMITS,
    limit: int = 20,
    page: int = 1,
    count_members: bool | None = False,
    trend_rows: int | None = None,
) -> Standings:
    """Read `queries.reads.fetch_standings` through the cache."""
    return _standings(
        source_now(),
        selection,
        scope,
        level=level,
        measure=measure,
        order=order,
        ascending=ascending,
        limits=limits,
        limit=limit,
        page=page,
        count_members=count_members,
        trend_rows=trend_rows,
    )


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _changes(
    source: Source,
    selection: Selection,
    scope: Scope,
    *,
    measure: str,
    levels: tuple[str, ...],
    pairs: tuple[tuple[str, str], ...],
) -> Changes:
    return reads.fetch_changes(
        opened(source), selection, scope, measure=measure, levels=levels, pairs=pairs
    )


def changes(
    selection: Selection,
    scope: Scope,
    *,
    measure: str,
    levels: Sequence[str],
    pairs: Sequence[tuple[str, str]] = (),
) -> Changes:
    """Read `queries.reads.fetch_changes` through the cache."""
    return _changes(
        source_now(), selection, scope, measure=measure, levels=tuple(levels), pairs=tuple(pairs)
    )


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _matrix(
    source: Source, selection: Selection, scope: Scope, *, rows: str, columns: str, measure: str
) -> Matrix:
    return reads.fetch_matrix(
        opened(source), selection, scope, rows=rows, columns=columns, measure=measure
    )


def matrix(selection: Selection, scope: Scope, *, rows: str, columns: str, measure: str) -> Matrix:
    """Read `queries.reads.fetch_matrix` through the cache."""
    return _matrix(source_now(), selection, scope, rows=rows, columns=columns, measure=measure)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _submissions(
    source: Source, selection: Selection, scope: Scope, *, page: int, page_size: int, order: str
) -> SubmissionPage:
    return reads.fetch_submissions(
        opened(source), selection, scope, page=page, page_size=page_size, order=order
    )


def submissions(
    selection: Selection,
    scope: Scope,
    *,
    page: int = 1,
    page_size: int = 20,
    order: str = "registered_at",
) -> SubmissionPage:
    """Read `queries.reads.fetch_submissions` through the cache."""
    return _submissions(source_now(), selection, scope, page=page, page_size=page_size, order=order)


def extract(
    selection: Selection, scope: Scope, *, limit: int, order: str = "registered_at"
) -> Iterator[pd.DataFrame]:
    """Read `queries.reads.fetch_extract`, part by part and past the cache: it is too large for it."""
    return reads.fetch_extract(opened(source_now()), selection, scope, limit=limit, order=order)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _submission(source: Source, scope: Scope, submission_id: str) -> dict[str, object] | None:
    return reads.fetch_submission(opened(source), scope, submission_id=submission_id)


def submission(scope: Scope, *, submission_id: str) -> dict[str, object] | None:
    """Read `queries.reads.fetch_submission` through the cache."""
    return _submission(source_now(), scope, submission_id)


def words_are_known() -> bool:
    """Tell whether the words of all submissions are derived, so that hot words can be asked for."""
    return "submission_words" in opened(source_now()).fresh


@functools.cache
def notable_rules() -> NotableRules:
    """Return what makes a submission notable here, from ``assets/rules/notable.yaml``."""
    path = places.ASSETS / "rules" / "notable.yaml"
    return NotableRules.from_mapping(yaml.safe_load(path.read_text(encoding="utf-8")))


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _notable(source: Source, selection: Selection, scope: Scope, limit: int) -> pd.DataFrame:
    return reads.fetch_notable(opened(source), selection, scope, rules=notable_rules(), limit=limit)


def notable(selection: Selection, scope: Scope, *, limit: int = 30) -> pd.DataFrame:
    """Read `queries.reads.fetch_notable` through the cache."""
    return _notable(source_now(), selection, scope, limit)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _screen(source: Source, selection: Selection, scope: Scope, *, plan: ScreenPlan) -> Screen:
    return reads.fetch_screen(opened(source), selection, scope, plan=plan)


def screen(
    selection: Selection,
    scope: Scope,
    *,
    measures: Sequence[str],
    levels: Sequence[str],
    limit: int = 20,
    operators: int | None = None,
    words: int = 60,
    notable: int = 30,
) -> Screen:
    """Read `queries.reads.fetch_screen` through the cache; level ``word`` only if words are known."""
    plan = ScreenPlan(
        measures=tuple(measures),
        rules=notable_rules(),
        levels=tuple(level for level in levels if level != "word" or words_are_known()),
        limit=limit,
        operators=operators,
        words=words,
        notable=notable,
    )
    return _screen(source_now(), selection, scope, plan=plan)
