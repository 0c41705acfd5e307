"""What every reader hands on: tables of texts, in batches, with the numbers of their rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import polars as pl

from jobs.importing.encodings import INVISIBLE


class Reason(StrEnum):
    """Why a record went to quarantine; the codes stand in summaries and files and never change."""

    RAGGED_ROW = "ragged_row"
    BROKEN_QUOTES = "broken_quotes"
    BAD_ENCODING = "bad_encoding"
    MISSING_ID = "missing_id"
    MISSING_REGISTERED_AT = "missing_registered_at"
    INVALID_REGISTERED_AT = "invalid_registered_at"
    FUTURE_REGISTERED_AT = "future_registered_at"
    MISSING_KIND = "missing_kind"
    UNKNOWN_KIND = "unknown_kind"
    MISSING_REQUIRED = "missing_required"
    TOO_LONG = "too_long"
    MISSING_OPERATOR = "missing_operator"
    MISSING_OCCURRED_ON = "missing_occurred_on"
    INVALID_OCCURRED_ON = "invalid_occurred_on"
    FUTURE_OCCURRED_ON = "future_occurred_on"


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that cannot be used.

    Attributes
    ----------
    row
        Number of its row in the source as a spreadsheet shows it: the header counts.
    field
        Field that is at fault, empty if the row as a whole is.
    values
        The record as it came, by column.
    """

    row: int
    reason: Reason
    field: str
    values: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Batch:
    """A piece of a source table.

    Attributes
    ----------
    frame
        Texts only, the columns asked for; null where a cell is empty.
    rows
        Row number of each record.
    original
        Gives whole records by position in ``frame``.
    refused
        Records of this piece that are no rows of the table.
    blank_rows
        Rows without any value, which are no records.
    share
        Share of the source read so far, 0 to 1.
    """

    frame: pl.DataFrame
    rows: pl.Series
    original: Callable[[Sequence[int]], list[dict[str, str | None]]]
    refused: tuple[Refused, ...] = ()
    blank_rows: int = 0
    share: float = 1.0


class Table(Protocol):
    """A source table whose header is known."""

    @property
    def label(self) -> str:
        """Name in reports and in the quarantine file."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names, unique."""

    def batches(self, needed: Sequence[str]) -> Iterator[Batch]:
        """Read the table once, the needed columns only."""


def from_frame(
    frame: pl.DataFrame, rows: pl.Series, needed: Sequence[str], *, share: float
) -> Batch:
    """Make a batch of a frame of texts with all its columns, leaving out rows without values."""
    invisible = "|".join(INVISIBLE)
    marked = frame.select(pl.all().str.contains(invisible).any())
    frame = frame.with_columns(
        pl.col(name).str.replace_all(invisible, "") for name in frame.columns if marked[name][0]
    )
    filled = frame.select(pl.any_horizontal(pl.all() != "").fill_null(value=False)).to_series()
    whole = frame.filter(filled)

    def original(positions: Sequence[int]) -> list[dict[str, str | None]]:
        return whole[list(positions)].to_dicts()

    return Batch(
        whole.select(needed),
        rows.filter(filled),
        original,
        blank_rows=frame.height - whole.height,
        share=share,
    )
