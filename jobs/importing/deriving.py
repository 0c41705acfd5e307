"""Columns that follow from others: day and hour, on-time flags, durations, a missing status."""

import polars as pl

from jobs.importing.doubts import Doubts
from jobs.importing.texts import FieldTexts
from queries.vocabulary import Acceptance, Status

DAY_SECONDS = 86_400


def derived_columns(
    columns: dict[str, pl.Series], texts: FieldTexts, doubts: Doubts
) -> dict[str, pl.Series]:
    """Return the columns that follow from the ones read.

    ``first_check_on_time`` and ``closed_on_time`` are 1 or 0 where both the term and the event are
    known, else null. A term given as a bare date ends with that day. ``handling_days`` counts from
    registration to closing; a closing before the registration, other than on the same day, is
    counted as a doubt and gives null.
    """
    present = {
        name: columns.get(name, texts.nothing())
        for name in ("status", "acceptance", "channel", "channel_group")
    }
    frame = pl.DataFrame({**{name: columns[name] for name in _NEEDED}, **present})
    registered, closed = pl.col("registered_at"), pl.col("closed_at")
    seconds = (closed - registered).dt.total_seconds()
    same_day = closed.dt.date() == registered.dt.date()
    derived = frame.select(
        registered.dt.date().alias("registered_on"),
        registered.dt.weekday().cast(pl.Int16).alias("weekday"),
        registered.dt.hour().cast(pl.Int16).alias("hour"),
        _on_time("first_checked_at", "first_check_due_at").alias("first_check_on_time"),
        _on_time("closed_at", "due_at").alias("closed_on_time"),
        pl.when(seconds >= 0)
        .then(seconds / DAY_SECONDS)
        .when(same_day)
        .then(0.0)
        .alias("handling_days"),
        _status().alias("status"),
    )
    early = frame.filter((seconds < 0) & ~same_day)
    if early.height:
        doubts.add_one("closed_at", "before registered_at", "", early.height)
    return {column.name: column for column in derived}


_NEEDED = (
    "registered_at", "closed_at", "due_at", "first_checked_at", "first_check_due_at", "accepted_at",
    "case_opened_at",
)  # fmt: skip


def _on_time(event: str, term: str) -> pl.Expr:
    due = pl.col(term)
    bare_date = due.dt.truncate("1d") == due
    end = pl.when(bare_date).then(due.dt.offset_by("1d")).otherwise(due.dt.offset_by("1s"))
    return (pl.col(event) < end).cast(pl.Int16)


def _status() -> pl.Expr:
    """Return the status, or what the other columns say about it."""
    acceptance = pl.col("acceptance")
    told = (
        pl.when(pl.col("closed_at").is_not_null())
        .then(pl.lit(Status.CLOSED.value))
        .when(acceptance == Acceptance.DECLINED.value)
        .then(pl.lit(Status.DECLINED.value))
        .when(pl.col("case_opened_at").is_not_null())
        .then(pl.lit(Status.CASE_OPENED.value))
        .when(pl.col("accepted_at").is_not_null() | (acceptance == Acceptance.ACCEPTED.value))
        .then(pl.lit(Status.ACCEPTED.value))
        .otherwise(pl.lit(Status.REGISTERED.value))
    )
    return pl.coalesce("status", told)
