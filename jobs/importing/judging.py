"""Which records can be stored, and why the others cannot."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from jobs.importing.tables import Reason
from jobs.importing.targets import TARGETS, Target
from jobs.importing.texts import FieldTexts

FUTURE_TOLERANCE = dt.timedelta(days=1)
"""How far a registration may lie behind the present: clocks and zones differ."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judgement per record.

    Attributes
    ----------
    reason
        Code of a `Reason`; null where the record can be stored.
    field
        The field at fault.
    """

    reason: pl.Series
    field: pl.Series


def judge(texts: FieldTexts, columns: dict[str, pl.Series], *, limit: dt.datetime) -> Verdict:
    """Judge every record of a batch; the first reason found counts."""
    registered_text, kind_text = texts.get("registered_at"), texts.get("kind")
    registered = columns["registered_at"]
    faults: list[Fault] = [
        (columns["submission_id"].is_null(), Reason.MISSING_ID, "submission_id"),
        (registered_text.is_null(), Reason.MISSING_REGISTERED_AT, "registered_at"),
        (registered.is_null(), Reason.INVALID_REGISTERED_AT, "registered_at"),
        (
            (registered > limit + FUTURE_TOLERANCE).fill_null(value=False),
            Reason.FUTURE_REGISTERED_AT,
            "registered_at",
        ),
        (kind_text.is_null(), Reason.MISSING_KIND, "kind"),
        (columns["kind"].is_null(), Reason.UNKNOWN_KIND, "kind"),
        (columns["source"].is_null(), Reason.MISSING_REQUIRED, "source"),
    ]
    return first_faults(faults + field_faults(texts, columns, TARGETS), texts)


Fault = tuple[pl.Series, Reason, str]
"""Which records have it, what it is, and the field."""


def field_faults(
    texts: FieldTexts, columns: dict[str, pl.Series], targets: dict[str, Target]
) -> list[Fault]:
    """Return the faults that any field can have: lacking though required, or too long."""
    faults: list[Fault] = []
    for name, target in targets.items():
        if name not in texts:
            continue
        if texts.field(name).spec.required:
            faults.append((texts.get(name).is_null(), Reason.MISSING_REQUIRED, name))
        if target.length is not None and _may_exceed(columns[name], target.length):
            too_long = (columns[name].str.len_chars() > target.length).fill_null(value=False)
            faults.append((too_long, Reason.TOO_LONG, name))
    return faults


def first_faults(faults: Sequence[Fault], texts: FieldTexts) -> Verdict:
    """Return each record's first fault."""
    reason = texts.nothing()
    field = texts.nothing()
    for fault, code, name in faults:
        fresh = fault & reason.is_null()
        if fresh.any():
            reason = pl.Series([code.value]).new_from_index(0, texts.height).zip_with(fresh, reason)
            field = pl.Series([name]).new_from_index(0, texts.height).zip_with(fresh, field)
    return Verdict(reason, field)


def _may_exceed(column: pl.Series, length: int) -> bool:
    longest = column.str.len_bytes().max() if column.dtype == pl.String else None
    return isinstance(longest, int) and longest > length
