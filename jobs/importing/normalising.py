"""From a batch of source texts to staged records and refused ones."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analytics.masking_rules import PersonalKind
from jobs.importing.binding import Binding
from jobs.importing.coding import remedy_coder
from jobs.importing.deriving import derived_columns
from jobs.importing.doubts import Doubts
from jobs.importing.field_reader import FieldReader, refused_records
from jobs.importing.hierarchies import (
    channel_coder,
)
from jobs.importing.judging import judge
from jobs.importing.mapping import Mapping
from jobs.importing.people import mask_column, person_keys, scrub_column
from jobs.importing.tables import Batch, Refused
from jobs.importing.targets import Reader, by_reader
from jobs.importing.texts import FieldTexts
from jobs.importing.words import LIST_SEPARATORS
from queries.merging import STAGED
from queries.vocabulary import STATUS_RANK


@dataclass(frozen=True, slots=True)
class Normalised:
    """What became of a batch.

    Attributes
    ----------
    records
        Usable records with the columns that are staged, ``as_of`` still empty.
    refused
        The others, with their reasons.
    latest
        Latest event among the records; None without records.
    """

    records: pl.DataFrame
    refused: tuple[Refused, ...]
    latest: dt.datetime | None


class Normaliser(FieldReader):
    """Turns batches of one table of submissions into staged records.

    Parameters
    ----------
    limit
        No submission can be registered after this moment.
    secret
        Key of the person keys.
    """

    def __init__(
        self,
        mapping: Mapping,
        binding: Binding,
        doubts: Doubts,
        *,
        limit: dt.datetime,
        secret: bytes,
    ) -> None:
        super().__init__(mapping, binding, doubts)
        self._binding = binding
        self._limit = limit
        self._secret = secret
        self._remedies = {
            name: remedy_coder(self.fields[name].spec.multi or LIST_SEPARATORS)
            for name in by_reader(Reader.REMEDIES)
            if name in self.fields
        }
        channel = self.fields.get("channel")
        self._channel = channel_coder(channel) if channel else None

    def normalise(self, batch: Batch, first_source_row: int) -> Normalised:
        """Read one batch.

        Parameters
        ----------
        first_source_row
            Number of its first record over all sources of the run.
        """
        texts = FieldTexts(self.mapping, self._binding, batch.frame)
        columns = self._columns(texts)
        verdict = judge(texts, columns, limit=self._limit)
        good = verdict.reason.is_null()
        columns["source_row"] = pl.int_range(
            first_source_row, first_source_row + texts.height, eager=True
        )
        columns["as_of"] = texts.nothing(pl.Datetime)
        frame = pl.DataFrame({name: columns.get(name, texts.nothing()) for name in STAGED})
        records = frame.filter(good)
        refused = refused_records(batch, verdict.reason, verdict.field)
        return Normalised(records, refused, latest_of(records, EVENTS))

    def _columns(self, texts: FieldTexts) -> dict[str, pl.Series]:
        columns: dict[str, pl.Series] = {}
        for name in by_reader(Reader.ID, Reader.TEXT):
            columns[name] = self.plain(texts, name)
        columns["source"] = self.source(texts)
        for name in by_reader(Reader.TIME):
            columns[name] = self.time(texts, name, judged=name == "registered_at")
        for name in by_reader(Reader.AMOUNT, Reader.NUMBER):
            columns[name] = self.amount(texts, name)
        columns |= self.codes(texts)
        for name, coder in self._remedies.items():
            [columns[name]] = coder.apply(texts.get(name), self.doubts, name)
        self._convert(texts, columns)
        columns |= self.classes(texts, columns["kind"])
        if self._channel is not None:
            groups, channels = self._channel.apply(texts.get("channel"), self.doubts, "channel")
            columns |= {"channel_group": groups, "channel": channels}
        columns |= self.regions(texts)
        self._add_operators(texts, columns)
        self._add_persons(texts, columns)
        columns |= derived_columns(columns, texts, self.doubts)
        columns["status_rank"] = columns["status"].replace_strict(
            list(STATUS_RANK), list(STATUS_RANK.values()), default=None, return_dtype=pl.Int16
        )
        return columns

    def _convert(self, texts: FieldTexts, columns: dict[str, pl.Series]) -> None:
        for name in by_reader(Reader.FLAG):
            columns[name] = columns.get(name, texts.nothing()) == "1"
        rated = columns.get("satisfaction", texts.nothing())
        columns["satisfaction"] = rated.cast(pl.Int16)
        sold_online = columns.get("sale_mode", texts.nothing()) == "online"
        columns["is_online"] = pl.select(pl.coalesce(columns["is_online"], sold_online)).to_series()
        for name in by_reader(Reader.LIST):
            column = self.plain(texts, name)
            separators = (
                texts.field(name).spec.multi if name in texts else None
            ) or LIST_SEPARATORS
            pattern = (
                "["
                + "".join(rf"\{each}" if each.isascii() else each for each in separators)
                + r"\s]+"
            )
            columns[name] = column.str.replace_all(pattern, ",").str.strip_chars(",")

    def _add_operators(self, texts: FieldTexts, columns: dict[str, pl.Series]) -> None:
        columns["uscc"] = self.credit_codes(texts)
        county = columns["county_code"]
        by_name = self.named_ids("respondent_name", columns["respondent_name"], county)
        columns["operator_id"] = pl.select(
            pl.coalesce(columns["operator_id"], columns["uscc"], by_name)
        ).to_series()
        columns["business_district"] = self.districts(texts, columns["respondent_address"], county)

    def _add_persons(self, texts: FieldTexts, columns: dict[str, pl.Series]) -> None:
        for name in by_reader(Reader.PERSON):
            columns[name] = texts.get(name)
        persons = pl.DataFrame({name: columns[name] for name in by_reader(Reader.PERSON)})
        columns["person_key"] = person_keys(persons, self._secret)
        columns["complainant_masked"] = mask_column(columns["person_name"], PersonalKind.NAME)
        columns["phone_masked"] = mask_column(columns["person_phone"], PersonalKind.PHONE)
        own = persons.select("person_name", "person_phone", "person_id_number")
        for name in by_reader(Reader.FREE_TEXT):
            raw = texts.get(name)
            columns[name] = scrub_column(raw, own) if name in texts else raw
            if name in {"narrative", "feedback"}:
                columns[f"raw_{name}"] = raw.zip_with(raw != columns[name], texts.nothing())


EVENTS = (
    "registered_at", "dispatched_at", "first_checked_at", "accepted_at", "closed_at", "case_opened_at",
    "published_at", "updated_at",
)  # fmt: skip
"""Times that lie before the export that reports them."""


def latest_of(records: pl.DataFrame, times: Sequence[str]) -> dt.datetime | None:
    """Return the latest of some columns of times; None without any."""
    latest: dt.datetime | None = records.select(pl.max_horizontal(pl.col(times).max())).item()
    return latest
