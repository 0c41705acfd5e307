"""A small warehouse with lead candidates and their open signals, for tests of pages."""

from pathlib import Path

from jobs.lead_books import record_found_signals
from jobs.refresh import refresh
from queries.generations import GenerationStore
from tests.finders import lead_records
from tests.finders.operator_files import complaint, load

OPERATOR = f"店{lead_records.CAMPAIGN}"
LISTED = "列名商行"
"""In the list of serious violations, so of the highest grade."""

CAMPAIGN = "缺斤短两"
"""Part of the topic's name that found the operator."""


HOSTILE = "<img src=x onerror='window.broken=1'>店"
"""Name of an operator with a lead of its own, as the public may write it."""


def hostile() -> list[dict[str, object]]:
    """Return complaints that try to run something wherever they are shown."""
    told = "买菜缺斤短两<script>window.broken=1</script>[点此](javascript:window.broken=1) =1+1"
    return [
        complaint(f"h{n}", "hostile", 9 * n, respondent_name=HOSTILE, narrative=told)
        for n in range(6)
    ]


def plant(folder: Path, workflow: str) -> Path:
    """Make the warehouse in a folder, record its signals, and return the folder."""
    store = GenerationStore(folder)
    load(
        store, [*lead_records.records(), *hostile()], lead_records.register(), lead_records.events()
    )
    refresh(store)
    record_found_signals(f"duckdb:///{store.folder}", workflow)
    return store.folder
