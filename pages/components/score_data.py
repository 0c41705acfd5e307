"""The bridge from pages to risk scores and what they rest on; cached as in `data`."""

import pandas as pd
import streamlit as st

from pages.components.caching import ENTRIES, KEYS, TTL
from pages.components.data import Source, opened, source_now
from queries import backtest_reads, grade_reads, indicator_evidence, score_reads
from queries.backtest_reads import BacktestInput, NoEarlierScoresError
from queries.indicator_evidence import Evidence
from queries.scope import Scope
from queries.score_reads import OperatorScore, ScorePage
from queries.score_tables import DIMENSIONS, STEP, ScoresNotDerivedError, ScoresOutOfScopeError
from queries.selection import Selection

__all__ = [
    "DIMENSIONS",
    "BacktestInput",
    "Evidence",
    "NoEarlierScoresError",
    "OperatorScore",
    "ScorePage",
    "ScoresNotDerivedError",
    "ScoresOutOfScopeError",
    "are_known",
    "backtest_input",
    "evidence",
    "grade_distribution",
    "injury_evidence",
    "model_input",
    "score",
    "scores",
]

MAX_PAGE_SIZE = score_reads.MAX_PAGE_SIZE

FEW = 4
"""Answers kept of a kind that takes many megabytes."""


def are_known() -> bool:
    """Tell whether operators are scored from the data as it is."""
    return STEP in opened(source_now()).fresh


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _version(source: Source) -> str | None:
    return score_reads.fetch_version(opened(source))


def version() -> str | None:
    """Read `queries.score_reads.fetch_version` through the cache."""
    return _version(source_now())


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _scores(
    source: Source,
    scope: Scope,
    selection: Selection,
    *,
    grades: tuple[str, ...],
    order: str,
    ascending: bool,
    page: int,
    page_size: int,
) -> ScorePage:
    return score_reads.fetch_scores(
        opened(source),
        scope,
        selection=selection,
        grades=grades,
        order=order,
        ascending=ascending,
        page=page,
        page_size=page_size,
    )


def scores(
    selection: Selection,
    scope: Scope,
    *,
    grades: tuple[str, ...] = (),
    order: str = "score",
    ascending: bool = False,
    page: int = 1,
    page_size: int = 50,
) -> ScorePage:
    """Read `queries.score_reads.fetch_scores` through the cache."""
    return _scores(
        source_now(),
        scope,
        selection,
        grades=grades,
        order=order,
        ascending=ascending,
        page=page,
        page_size=page_size,
    )


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _score(source: Source, scope: Scope, operator_id: str) -> OperatorScore | None:
    return score_reads.fetch_score(opened(source), scope, operator_id=operator_id)


def score(scope: Scope, *, operator_id: str) -> OperatorScore | None:
    """Read `queries.score_reads.fetch_score` through the cache."""
    return _score(source_now(), scope, operator_id)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _evidence(source: Source, scope: Scope, operator_id: str, indicator: str) -> Evidence | None:
    return indicator_evidence.fetch_indicator_evidence(
        opened(source), scope, operator_id=operator_id, indicator=indicator
    )


def evidence(scope: Scope, *, operator_id: str, indicator: str) -> Evidence | None:
    """Read `queries.indicator_evidence.fetch_indicator_evidence` through the cache."""
    return _evidence(source_now(), scope, operator_id, indicator)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _injury(source: Source, scope: Scope, operator_id: str) -> tuple[pd.DataFrame, int]:
    return indicator_evidence.fetch_injury_evidence(opened(source), scope, operator_id=operator_id)


def injury_evidence(scope: Scope, *, operator_id: str) -> tuple[pd.DataFrame, int]:
    """Read `queries.indicator_evidence.fetch_injury_evidence` through the cache."""
    return _injury(source_now(), scope, operator_id)


@st.cache_data(ttl=TTL, max_entries=ENTRIES, show_spinner=False, hash_funcs=KEYS)
def _grades(source: Source, scope: Scope, selection: Selection, by: str | None) -> pd.DataFrame:
    return grade_reads.fetch_grade_distribution(opened(source), scope, selection=selection, by=by)


def grade_distribution(
    selection: Selection, scope: Scope, *, by: str | None = None
) -> pd.DataFrame:
    """Read `queries.grade_reads.fetch_grade_distribution` through the cache."""
    return _grades(source_now(), scope, selection, by)


@st.cache_data(ttl=TTL, max_entries=FEW, show_spinner=False, hash_funcs=KEYS)
def _model_input(source: Source, scope: Scope) -> pd.DataFrame:
    return grade_reads.fetch_model_input(opened(source), scope)


def model_input(scope: Scope) -> pd.DataFrame:
    """Read `queries.grade_reads.fetch_model_input` through the cache."""
    return _model_input(source_now(), scope)


@st.cache_data(ttl=TTL, max_entries=FEW, show_spinner=False, hash_funcs=KEYS)
def _backtest_input(source: Source, scope: Scope) -> BacktestInput:
    return backtest_reads.fetch_backtest_input(opened(source), scope)


def backtest_input(scope: Scope) -> BacktestInput:
    """Read `queries.backtest_reads.fetch_backtest_input` through the cache."""
    return _backtest_input(source_now(), scope)
