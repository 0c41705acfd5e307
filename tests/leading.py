"""A small warehouse with lead candidates and their open signals, for tests of pages."""

from pathlib import Path

from jobs.lead_books import record_found_signals
from jobs.refresh import refresh
from queries.generations import GenerationStore
from tests.finders import lead_records
from tests.finders.operator_files import load

OPERATOR = f"店{lead_records.CAMPAIGN}"
LISTED = "列名商行"
"""In the list of serious violations, so of the highest grade."""

CAMPAIGN = "缺斤短两"
"""Part of the topic's name that found the operator."""


def plant(folder: Path, workflow: str) -> Path:
    """Make the warehouse in a folder, record its signals, and return the folder."""
    store = GenerationStore(folder)
    load(store, lead_records.records(), lead_records.register(), lead_records.events())
    refresh(store)
    record_found_signals(f"duckdb:///{store.folder}", workflow)
    return store.folder
