"""Normalising a handful of records in tests, without a warehouse."""

import datetime as dt

import polars as pl

from jobs.importing.binding import bind
from jobs.importing.doubts import Doubts
from jobs.importing.mapping import Mapping
from jobs.importing.normalising import Normaliser
from jobs.importing.tables import from_frame
from tests.importing.loading import BASIC

NOW = dt.datetime(2026, 11, 22, 10)
SECRET = bytes(32)


class Outcome:
    """What became of some records."""

    def __init__(self, result, doubts) -> None:
        self.records = result.records
        self.refused = [(each.row, each.reason.value, each.field) for each in result.refused]
        self.latest = result.latest
        self.doubts = {
            (each["field"], each["problem"]): each["values"] for each in doubts.as_list()
        }

    def __getitem__(self, name) -> list:
        values: list = self.records[name].to_list()
        return values


def normalise(columns, fields, *, limit=NOW, secret=SECRET, **keys) -> Outcome:
    """Normalise records given by columns; number, kind and time are filled in where missing."""
    count = len(next(iter(columns.values())))
    columns = {
        "编号": [str(number) for number in range(1, count + 1)],
        "类型": ["投诉"] * count,
        "登记时间": ["2026-03-01 08:05:09"] * count,
        "内容": [None] * count,
        **columns,
    }
    mapping = Mapping.model_validate(
        {"name": "test", **BASIC, **keys, "fields": {**BASIC["fields"], **fields}}
    )
    frame = pl.DataFrame(
        {name: pl.Series(values, dtype=pl.String) for name, values in columns.items()}
    )
    binding = bind(mapping, "test", frame.columns)
    doubts = Doubts()
    rows = pl.int_range(2, count + 2, eager=True)
    batch = from_frame(frame, rows, binding.needed(), share=1.0)
    normaliser = Normaliser(mapping, binding, doubts, limit=limit, secret=secret)
    return Outcome(normaliser.normalise(batch, 0), doubts)


def values(field, texts, spec=None, **keys) -> Outcome:
    """Normalise one field fed by one column."""
    return normalise({"列": texts}, {field: {"column": "列", **(spec or {})}}, **keys)
