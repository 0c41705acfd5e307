"""Entries: which of the seven elements each submission has, and where it contradicts itself."""

import datetime as dt
import functools
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from analytics import amounts_in_text, dates_in_text
from analytics.entry_quality import BY_FIELD, assess_entries
from analytics.entry_rules import EntryRules
from jobs.decided import Decided
from jobs.entry_rules import ENTRY_RULES_FILE, entry_rules, place_names
from jobs.finders.finder import Finder, digest_of
from jobs.spreading import spread
from queries import entry_checks
from queries.entry_tables import CHECKS, ELEMENTS, STEP

COMPARED = (
    "kind", "narrative", "registered_at", "disputed_at", "county_code", "is_online",
    "consumed_yuan", "disputed_yuan",
)  # fmt: skip
"""Columns that are looked at besides those that the rules name."""


class OtherElementsError(ValueError):
    """The rules name other elements than those that are kept."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__(
            f"the rules for entries must have the elements {', '.join(ELEMENTS)}, "
            f"got {', '.join(found)}; rename them, or change only their names and clues"
        )
        self.found = tuple(found)


def find(conn: sa.Connection, days: Sequence[dt.date] | None, decided: Decided) -> int:  # noqa: ARG001
    """Check the entries of these days.

    Raises
    ------
    OtherElementsError
        If the rules name other elements than the table keeps.
    UnknownFieldError
        If a rule names a column that submissions do not have.
    """
    rules = entry_rules()
    codes = tuple(element.code for element in rules.elements)
    if set(codes) != set(ELEMENTS):
        raise OtherElementsError(codes)
    entry_checks.delete_checks(conn, days)
    batches = entry_checks.read_entries(conn, fields_of(rules), days)
    for batch, checked in spread(batches, functools.partial(checks, rules), given=_frame_of):
        keys = [batch.column(name) for name in ("submission_key", "registered_on")]
        rows = pa.table(
            [*keys, *checked.columns],
            names=["submission_key", "registered_on", *checked.column_names],
        )
        entry_checks.add_checks(conn, rows)
    entry_checks.add_up(conn, days)
    return entry_checks.count_checks(conn)


def fields_of(rules: EntryRules) -> tuple[str, ...]:
    """Return the columns of submissions that a check looks at."""
    named = [
        name
        for element in rules.elements
        for clue in element.clues
        for name in (*clue.fields, *(each for group in clue.together for each in group))
    ]
    return tuple(dict.fromkeys([*COMPARED, *named]))


def _frame_of(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch.drop_columns(["submission_key", "registered_on"])


def checks(rules: EntryRules, batch: pa.RecordBatch) -> pa.Table:
    """Return what is stored of each entry, besides its key and day."""
    assessed = assess_entries(batch.to_pandas(), rules=rules, places=_places())
    columns: dict[str, pd.Series] = {}
    for name in ELEMENTS:
        known = 2 - (assessed[f"{name}_by"] == BY_FIELD).astype("Int16")
        columns[name] = known.where(assessed[name].fillna(value=False).astype(bool), 0).mask(
            assessed[name].isna()
        )
    for name in ("filled", "applicable", "contradictions"):
        columns[name] = assessed[name].astype("Int16")
    for name in CHECKS:
        columns[name] = assessed[name].astype("Int16")
    columns["actionable"] = assessed["actionable"]
    columns["told_low_yuan"] = assessed["amount_low"]
    columns["told_high_yuan"] = assessed["amount_high"]
    return pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False)


@functools.cache
def _places() -> pd.DataFrame:
    return place_names()


FINDER = Finder(
    STEP,
    find,
    rules=lambda: digest_of(ENTRY_RULES_FILE, amounts_in_text.WORDS_FILE, dates_in_text.WORDS_FILE),
)
