"""Values that could not be understood but cost no record: counted, and named in the summary."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import polars as pl

TOP_VALUES = 20
"""Values named per field and problem."""

MAX_DISTINCT = 20_000
"""Distinct values remembered per field and problem; rarer ones are only counted."""


@dataclass(slots=True, eq=False)
class Doubts:
    """Counts by field, problem and value."""

    _counts: defaultdict[tuple[str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    notes: list[str] = field(default_factory=list)

    def add(self, field_name: str, problem: str, values: pl.Series) -> None:
        """Count each value of a column of faulty texts."""
        if not len(values):
            return
        counts = self._counts[field_name, problem]
        name = values.name or "value"
        for value, count in values.alias(name).value_counts().iter_rows():
            self.add_one(field_name, problem, str(value), count, counts)

    def add_one(
        self,
        field_name: str,
        problem: str,
        value: str,
        count: int,
        counts: Counter[str] | None = None,
    ) -> None:
        """Count one value."""
        counts = self._counts[field_name, problem] if counts is None else counts
        counts[value if value in counts or len(counts) < MAX_DISTINCT else "…"] += count

    def take(self, other: "Doubts") -> None:
        """Add the counts of another."""
        for key, counts in other._counts.items():  # noqa: SLF001 - its own kind
            for value, count in counts.items():
                self.add_one(*key, value, count)

    def note(self, text: str) -> None:
        """Remember something worth saying once."""
        if text not in self.notes:
            self.notes.append(text)

    def as_list(self) -> list[dict[str, object]]:
        """Return one entry per field and problem: how many records, and the commonest values."""
        return [
            {
                "field": name,
                "problem": problem,
                "records": counts.total(),
                "values": dict(counts.most_common(TOP_VALUES)),
            }
            for (name, problem), counts in sorted(self._counts.items())
        ]
