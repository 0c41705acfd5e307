"""A demo province of 50,000 submissions, made once, and its files read with the csv module."""

import csv
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from jobs.demo.generate import DemoSummary, generate

END = dt.date(2026, 11, 21)


@dataclass(frozen=True, slots=True)
class Made:
    folder: Path
    summary: DemoSummary
    truth: dict
    records: dict[str, list[dict[str, str]]]

    def of(self, source: str) -> list[dict[str, str]]:
        return [
            record
            for each in self.summary.files
            if each.source == source
            for record in self.records[each.name]
        ]


def read_file(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".xlsx":
        header_rows = 2 if path.name.startswith("消费维权") else 1
        sheets = pl.read_excel(
            path,
            sheet_id=0,
            has_header=False,
            infer_schema_length=0,
            raise_if_empty=False,
        )
        found: list[dict[str, str]] = []
        for sheet in sheets.values():
            rows = sheet.rows()
            header = rows[header_rows - 1]
            found.extend(
                dict(zip(header, [cell or "" for cell in row], strict=True))
                for row in rows[header_rows:]
            )
        return found
    if path.name.startswith("12345"):
        text = path.read_bytes().decode("gb18030")
        body = text.split("\r\n", 3)[3]
        return list(csv.DictReader(body.splitlines(keepends=True)))
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    summary = generate(folder, submissions=50_000, operators=8_000, end=END)
    truth = json.loads(summary.truth.read_text(encoding="utf-8"))
    records = {each.name: read_file(folder / each.name) for each in summary.files}
    return Made(folder, summary, truth, records)
