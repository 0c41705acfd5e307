"""From a batch of source texts to staged records and refused ones."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analytics.masking_rules import PersonalKind
from jobs.importing.amounts import read_amounts
from jobs.importing.binding import Binding
from jobs.importing.coding import SEPARATOR, Coder, remedy_coder, word_coder
from jobs.importing.deriving import derived_columns
from jobs.importing.doubts import Doubts
from jobs.importing.hierarchies import (
    channel_coder,
    class_coder,
    district_coder,
    operator_coder,
    region_coder,
)
from jobs.importing.judging import judge
from jobs.importing.mapping import UNITS, Mapping
from jobs.importing.operators import normal_uscc
from jobs.importing.people import mask_column, person_keys, scrub_column
from jobs.importing.permitted import NUMBER
from jobs.importing.tables import Batch, Reason, Refused
from jobs.importing.targets import TARGETS, Reader, by_reader
from jobs.importing.texts import FieldTexts
from jobs.importing.times import read_times
from jobs.importing.words import LIST_SEPARATORS
from queries.merging import STAGED
from queries.vocabulary import STATUS_RANK

HIERARCHIES = {
    "products": by_reader(Reader.PRODUCT),
    "issues": by_reader(Reader.ISSUE),
    "industries": by_reader(Reader.INDUSTRY),
}
"""Fields of each classification, coarse to fine."""

_REGIONS = ("province_code", "city_code", "county_code", "street_code")


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


class Normaliser:
    """Turns batches of one table into staged records.

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
        self._mapping = mapping
        self._binding = binding
        self._doubts = doubts
        self._limit = limit
        self._secret = secret
        fields = binding.fields
        self._words = {
            name: word_coder(name, fields[name])
            for name in by_reader(Reader.CODE, Reader.SATISFACTION)
            if name in fields
        } | {
            name: word_coder("flag", fields[name])
            for name in by_reader(Reader.FLAG)
            if name in fields
        }
        self._remedies = {
            name: remedy_coder(fields[name].spec.multi or LIST_SEPARATORS)
            for name in by_reader(Reader.REMEDIES)
            if name in fields
        }
        self._classes = {
            name: (present, class_coder(name, [fields[each] for each in present], len(members)))
            for name, members in HIERARCHIES.items()
            if (present := [each for each in members if each in fields])
        }
        self._channel = channel_coder(fields["channel"]) if "channel" in fields else None
        self._region = region_coder(fields.get("region"), mapping.home_region)
        self._levels = region_coder(None, mapping.home_region)
        self._district = district_coder(complain="business_district" in fields)
        self._operator = operator_coder()

    def normalise(self, batch: Batch, first_source_row: int) -> Normalised:
        """Read one batch.

        Parameters
        ----------
        first_source_row
            Number of its first record over all sources of the run.
        """
        texts = FieldTexts(self._mapping, self._binding, batch.frame)
        columns = self._columns(texts)
        verdict = judge(texts, columns, limit=self._limit)
        good = verdict.reason.is_null()
        columns["source_row"] = pl.int_range(
            first_source_row, first_source_row + texts.height, eager=True
        )
        columns["as_of"] = texts.nothing(pl.Datetime)
        frame = pl.DataFrame({name: columns.get(name, texts.nothing()) for name in STAGED})
        records = frame.filter(good)
        return Normalised(
            records, self._refused(batch, verdict.reason, verdict.field), _latest(records)
        )

    def _refused(self, batch: Batch, reason: pl.Series, field: pl.Series) -> tuple[Refused, ...]:
        positions = reason.is_not_null().arg_true().to_list()
        if not positions:
            return ()
        originals = batch.original(positions)
        return tuple(
            Refused(batch.rows[position], Reason(reason[position]), field[position], values)
            for position, values in zip(positions, originals, strict=True)
        )

    def _columns(self, texts: FieldTexts) -> dict[str, pl.Series]:
        columns: dict[str, pl.Series] = {}
        for name in by_reader(Reader.ID, Reader.TEXT):
            columns[name] = self._plain(texts, name)
        if self._mapping.source is not None:
            columns["source"] = pl.Series([self._mapping.source]).new_from_index(0, texts.height)
        for name in by_reader(Reader.TIME):
            columns[name] = self._time(texts, name)
        for name in by_reader(Reader.AMOUNT, Reader.NUMBER):
            columns[name] = self._amount(texts, name)
        for name, coder in (self._words | self._remedies).items():
            [columns[name]] = coder.apply(texts.get(name), self._doubts, name)
        self._convert(texts, columns)
        self._add_classes(texts, columns)
        self._add_regions(texts, columns)
        self._add_operators(texts, columns)
        self._add_persons(texts, columns)
        columns |= derived_columns(columns, texts, self._doubts)
        columns["status_rank"] = columns["status"].replace_strict(
            list(STATUS_RANK), list(STATUS_RANK.values()), default=None, return_dtype=pl.Int16
        )
        return columns

    def _plain(self, texts: FieldTexts, name: str) -> pl.Series:
        column = texts.get(name)
        kind = texts.field(name).spec.personal if name in texts else None
        return column if kind is None else mask_column(column, kind)

    def _time(self, texts: FieldTexts, name: str) -> pl.Series:
        if name not in texts:
            return texts.nothing(pl.Datetime)
        column = texts.get(name)
        times = read_times(column, formats=texts.field(name).spec.formats)
        if name != "registered_at":
            self._count_lost(name, column, times)
        return times

    def _amount(self, texts: FieldTexts, name: str) -> pl.Series:
        if name not in texts:
            return texts.nothing(pl.Float64)
        column = texts.get(name)
        if TARGETS[name].reader is Reader.NUMBER:
            column = column.str.extract(NUMBER)
        amounts = read_amounts(column, unit_yuan=UNITS[texts.field(name).spec.unit])
        self._count_lost(name, column, amounts)
        return amounts

    def _count_lost(self, name: str, column: pl.Series, read: pl.Series) -> None:
        if column.null_count() == read.null_count():
            return
        self._doubts.add(
            name, "not understood", column.filter(column.is_not_null() & read.is_null())
        )

    def _convert(self, texts: FieldTexts, columns: dict[str, pl.Series]) -> None:
        for name in by_reader(Reader.FLAG):
            columns[name] = columns.get(name, texts.nothing()) == "1"
        rated = columns.get("satisfaction", texts.nothing())
        columns["satisfaction"] = rated.cast(pl.Int16)
        sold_online = columns.get("sale_mode", texts.nothing()) == "online"
        columns["is_online"] = pl.select(pl.coalesce(columns["is_online"], sold_online)).to_series()
        for name in by_reader(Reader.LIST):
            column = self._plain(texts, name)
            separators = (
                texts.field(name).spec.multi if name in texts else None
            ) or LIST_SEPARATORS
            pattern = (
                "["
                + "".join(rf"\{each}" if each.isascii() else each for each in separators)
                + r"\s]+"
            )
            columns[name] = column.str.replace_all(pattern, ",").str.strip_chars(",")

    def _add_classes(self, texts: FieldTexts, columns: dict[str, pl.Series]) -> None:
        for name, (present, coder) in self._classes.items():
            keys = [texts.get(each) for each in present]
            if name == "issues":
                keys.insert(0, columns["kind"])
            coded = coder.apply(
                _joined(keys, first=int(name == "issues")), self._doubts, present[-1]
            )
            columns |= dict(zip(HIERARCHIES[name], coded, strict=True))
        if self._channel is not None:
            groups, channels = self._channel.apply(texts.get("channel"), self._doubts, "channel")
            columns |= {"channel_group": groups, "channel": channels}

    def _add_regions(self, texts: FieldTexts, columns: dict[str, pl.Series]) -> None:
        present = [name for name in _REGIONS if name in texts]
        candidates: list[tuple[Coder, pl.Series, str]] = []
        if present:
            candidates.append(
                (self._levels, _levels_text([texts.get(name) for name in present]), present[-1])
            )
        if "region" in texts:
            candidates += [(self._region, each, "region") for each in texts.candidates("region")]
        found = [texts.nothing() for _ in _REGIONS]
        for number, (coder, column, name) in enumerate(candidates):
            todo = found[0].is_null()
            wanted = column.zip_with(todo, texts.nothing())
            last = number == len(candidates) - 1
            coded = coder.apply(wanted, self._doubts if last else Doubts(), name)
            found = [old.zip_with(~todo, new) for old, new in zip(found, coded, strict=True)]
        columns |= dict(zip(_REGIONS, found, strict=True))

    def _add_operators(self, texts: FieldTexts, columns: dict[str, pl.Series]) -> None:
        uscc = texts.get("uscc")
        distinct = uscc.drop_nulls().unique()
        columns["uscc"] = uscc.replace_strict(
            distinct,
            pl.Series([normal_uscc(each) for each in distinct], dtype=pl.String),
            default=None,
            return_dtype=pl.String,
        )
        self._count_lost("uscc", uscc, columns["uscc"])
        county = columns["county_code"].fill_null("")
        [by_name] = self._operator.apply(
            _joined([columns["respondent_name"], county]), self._doubts, "respondent_name"
        )
        columns["operator_id"] = pl.select(
            pl.coalesce(columns["operator_id"], columns["uscc"], by_name)
        ).to_series()
        place = (
            columns["business_district"]
            if "business_district" in texts
            else columns["respondent_address"]
        )
        [columns["business_district"]] = self._district.apply(
            _joined([place, county]), self._doubts, "business_district"
        )

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


def _joined(columns: Sequence[pl.Series], *, first: int = 0) -> pl.Series:
    """Join texts for a coder; null where all but the ``first`` are empty, or one of those is."""
    frame = pl.DataFrame([column.alias(str(number)) for number, column in enumerate(columns)])
    names = frame.columns
    joined = pl.concat_str([pl.col(name).fill_null("") for name in names], separator=SEPARATOR)
    told = (
        pl.col(names[first]).is_not_null()
        if len(names) == first + 1
        else pl.any_horizontal(
            pl.col(name).is_not_null() & (pl.col(name) != "") for name in names[first:]
        )
    )
    complete = pl.all_horizontal(
        [pl.col(name).is_not_null() for name in names[:first]] or [pl.lit(value=True)]
    )
    return frame.select(pl.when(told & complete).then(joined).alias("text")).to_series()


def _levels_text(columns: Sequence[pl.Series]) -> pl.Series:
    """Join the names of a region's levels; a code at the finest level stands alone."""
    frame = pl.DataFrame([column.alias(str(number)) for number, column in enumerate(columns)])
    finest = pl.coalesce([pl.col(name) for name in reversed(frame.columns)])
    joined = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
    return frame.select(
        pl.when(finest.str.contains(r"^\d{6,12}$"))
        .then(finest)
        .otherwise(pl.when(joined != "").then(joined))
    ).to_series()


EVENTS = (
    "registered_at", "dispatched_at", "first_checked_at", "accepted_at", "closed_at", "case_opened_at",
    "published_at", "updated_at",
)  # fmt: skip
"""Times that lie before the export that reports them."""


def _latest(records: pl.DataFrame) -> dt.datetime | None:
    latest: dt.datetime | None = records.select(pl.max_horizontal(pl.col(EVENTS).max())).item()
    return latest
