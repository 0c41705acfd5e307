"""The batch side of case leads: signals of a published generation, outcomes from a file, counts."""

import csv
import datetime as dt
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analytics.outcome_files import MAX_BYTES, REFUSED_COLUMNS, read_outcomes
from queries.lead_candidate_reads import CandidateRun, fetch_candidate_run
from queries.lead_candidate_tables import STEP
from queries.lead_chain import fetch_chain
from queries.lead_outcome_rows import OUTCOME_COLUMNS, apply_outcomes
from queries.lead_reads import fetch_batches, fetch_leads, fetch_signals
from queries.lead_rules import today
from queries.lead_signals import Recorded, fetch_signal_candidates, record_signals
from queries.scope import EVERYTHING
from queries.selection import DateRange, add_months
from queries.vocabulary import LeadState, SignalAnswer
from queries.warehouse import NoWarehouseError, open_current
from queries.workflow import open_workflow

VIEWER = "jobs"
ROLE = "job"
"""Under what name the audit log has what a job writes."""

MONTHS = 12
"""How many months of the chain are told."""

GUARDED = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the start of a cell."""


class NothingAppliedError(ValueError):
    """Every row of a file was refused."""

    def __init__(self, source: Path, refused: int, kept: Path, first: str) -> None:
        super().__init__(
            f"{source.name}: all {refused} rows were refused, see {kept}; the first: {first}"
        )


def record_found_signals(warehouse_url: str, workflow_url: str) -> Recorded | None:
    """Bring the signals book in step with the generation in service.

    Safe to do again at any time: a run that was killed after publishing is made good by the next.

    Returns
    -------
    Recorded or None
        None where the candidates are not in step with the data.
    """
    warehouse = open_current(warehouse_url)
    try:
        if STEP not in warehouse.fresh:
            return None
        candidates, as_of = fetch_signal_candidates(warehouse)
    finally:
        warehouse.engine.dispose()
    if as_of is None:
        return Recorded(0, 0, 0, 0)
    books = open_workflow(workflow_url)
    try:
        return record_signals(books, candidates, as_of=as_of)
    finally:
        books.dispose()


def lead_counts(warehouse_url: str, workflow_url: str) -> dict[str, Any]:
    """Return how many candidates, signals, batches and leads there are, and the year's chain."""
    run, last_day = _candidates(warehouse_url)
    until = last_day or today()
    days = DateRange(add_months(until, -MONTHS) + dt.timedelta(days=1), until)
    books = open_workflow(workflow_url)
    try:
        signals = fetch_signals(books, EVERYTHING)
        batches = fetch_batches(books, EVERYTHING)
        states = fetch_leads(books, EVERYTHING)["state"].value_counts()
        [chain] = fetch_chain(books, EVERYTHING, days=days).to_dict("records")
    finally:
        books.dispose()
    answers = signals["answer"].value_counts()
    still_open = int(signals["answer"].isna().sum())
    return {
        "candidates": run.kept if run else None,
        "candidates_found": run.found if run else None,
        "sources_missing": list(run.missing) if run else None,
        "signals_open": still_open,
        **{f"signals_{each}": int(answers.get(each.value, 0)) for each in SignalAnswer},
        "batches_preparing": int(batches["handed_over_on"].isna().sum()),
        "batches_handed_over": int(batches["handed_over_on"].notna().sum()),
        "leads": {each.value: int(states.get(each.value, 0)) for each in LeadState},
        "chain_from": days.start,
        "chain_until": days.end,
        "chain": {
            str(name): None if isinstance(value, float) and math.isnan(value) else value
            for name, value in chain.items()
            if name != "part"
        },
    }


def import_outcomes(
    source: Path, workflow_url: str, *, refused_file: Path | None = None
) -> dict[str, Any]:
    """Bring leads to where a file of the enforcement system says they stand.

    Returns
    -------
    dict
        ``read`` (rows), ``applied``, ``unchanged``, ``refused`` (rows; the four add up),
        ``problems`` (cells by problem), ``refused_file`` (None without refused rows), ``encoding``
        and ``unread_columns``.

    Raises
    ------
    UnreadableOutcomesError
        If the file cannot be read at all.
    NothingAppliedError
        If every row was refused; they are kept in the file all the same.
    OSError
        If a file cannot be opened or written.
    """
    with source.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    told = read_outcomes(content, name=source.name)
    books = open_workflow(workflow_url)
    try:
        done = apply_outcomes(
            books,
            told.rows[list(OUTCOME_COLUMNS)],
            scope=EVERYTHING,
            author=VIEWER,
            role=ROLE,
            source=source.name,
        )
    finally:
        books.dispose()
    parts = [each for each in (told.refused, done.refused) if len(each)]
    refused = pd.concat(parts) if parts else told.refused
    refused = refused.sort_values("row_number", kind="stable")
    rows = refused["row_number"].nunique()
    kept = None
    if rows:
        kept = refused_file or source.with_name(f"{source.stem}.refused.csv")
        _keep(refused, kept)
    if kept is not None and not done.applied and not done.unchanged:
        raise NothingAppliedError(source, rows, kept, str(refused["reason"].iloc[0]))
    problems = refused["problem"].value_counts()
    return {
        "read": told.read,
        "applied": done.applied,
        "unchanged": done.unchanged,
        "refused": rows,
        "problems": {str(name): int(count) for name, count in problems.items()},
        "refused_file": kept,
        "encoding": told.encoding,
        "unread_columns": list(told.unread),
    }


def _candidates(warehouse_url: str) -> tuple[CandidateRun | None, dt.date | None]:
    """Return what the candidates are, None where they are not derived, and the last day."""
    try:
        warehouse = open_current(warehouse_url)
    except NoWarehouseError:
        return None, None
    try:
        if STEP not in warehouse.fresh:
            return None, warehouse.last_day
        return fetch_candidate_run(warehouse, EVERYTHING), warehouse.last_day
    finally:
        warehouse.engine.dispose()


def _keep(refused: pd.DataFrame, path: Path) -> None:
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(REFUSED_COLUMNS)
        for row in refused.to_dict("records"):
            writer.writerow([_cell(row, name) for name in REFUSED_COLUMNS])
    part.replace(path)


def _cell(row: Mapping[Any, Any], name: str) -> str:
    value = row[name]
    text = "" if value is None or pd.isna(value) else str(value)
    return f"'{text}" if text.startswith(GUARDED) else text
