"""Importing small sources in tests, and reading back what was stored."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from jobs.importing.run import ImportSummary, import_sources
from queries.generations import GenerationStore
from queries.schema import persons, submissions
from queries.warehouse import open_current

MAPPINGS = Path(__file__).parents[1] / "mappings"

BASIC: dict[str, Any] = {
    "source": "test",
    "fields": {
        "submission_id": "编号",
        "kind": "类型",
        "registered_at": "登记时间",
        "narrative": "内容",
    },
}
"""A mapping with only what is needed."""

HEADER = "编号,类型,登记时间,内容"
ROW = "{},投诉,2026-03-01 08:05:09,买到坏的"


def real_data(folder: str) -> Path:
    """Return a folder of the private test data, or skip."""
    root = os.environ.get("REAL_DATA_DIR")
    if root is None:
        pytest.skip("REAL_DATA_DIR is not set: the private test data is not at hand")
    return Path(root) / folder


def mapping_with(fields=None, **others):
    """Return the basic mapping with more fields and keys."""
    return {**BASIC, **others, "fields": {**BASIC["fields"], **(fields or {})}}


class Import:
    """One warehouse in a temporary folder, to import into again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = GenerationStore(folder / "warehouse")
        self.count = 0

    def write(self, name, content, encoding="utf-8") -> Path:
        path: Path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return path

    def mapping(self, mapping) -> Path:
        if isinstance(mapping, Path):
            return mapping
        self.count += 1
        text = yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False)
        return self.write(f"mapping-{self.count}.yaml", text)

    def load(self, *sources, mapping=BASIC, **options) -> ImportSummary:
        return import_sources(
            [str(source) for source in sources],
            self.mapping(mapping),
            store=self.store,
            **options,
        )

    def load_csv(self, content, *, mapping=BASIC, encoding="utf-8", **options) -> ImportSummary:
        source = self.write("source.csv", content, encoding)
        summary = self.load(source, mapping=mapping, **options)
        done = summary.loaded + summary.updated + summary.unchanged + summary.quarantined
        assert summary.read == done
        return summary

    def rows(self, *names, table=submissions) -> list[tuple]:
        """Return the stored values of some columns, by submission id."""
        warehouse = open_current(f"duckdb:///{self.store.folder}")
        with warehouse.engine.connect() as conn:
            columns = [table.c[name] for name in names]
            found = conn.execute(sa.select(*columns).order_by(table.c.submission_id)).all()
        warehouse.engine.dispose()
        return [tuple(row) for row in found]

    def column(self, name, table=submissions) -> list:
        return [row[0] for row in self.rows(name, table=table)]

    def persons(self, *names) -> list[tuple]:
        return self.rows(*names, table=persons)

    def dump(self) -> str:
        """Return all stored facts but the surrogate key, in one sorted text."""
        names = [each.name for each in submissions.c if each.name != "submission_key"]
        facts = self.rows(*names)
        people = self.rows(*[each.name for each in persons.c], table=persons)
        return json.dumps([facts, people], default=str, ensure_ascii=False)


def quarantined(summary) -> list[dict[str, str]]:
    """Read a quarantine file."""
    with summary.quarantine_file.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def why(summary) -> list[tuple[str, str]]:
    """Return row number and reason of each quarantined record."""
    return [(row["隔离_行号"], row["隔离_原因代码"]) for row in quarantined(summary)]
