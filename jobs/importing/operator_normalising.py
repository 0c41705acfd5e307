"""From a batch of source texts to staged rows of the business register and operator events."""

import datetime as dt
from collections.abc import Sequence

import polars as pl

from analytics.masking_rules import PersonalKind
from jobs.importing.binding import Binding
from jobs.importing.coding import SEPARATOR, Coder, Meaning
from jobs.importing.doubts import Doubts
from jobs.importing.field_reader import FieldReader, joined, refused_records
from jobs.importing.judging import FUTURE_TOLERANCE, Fault, field_faults, first_faults
from jobs.importing.mapping import Mapping
from jobs.importing.normalising import Normalised, Normaliser, latest_of
from jobs.importing.operator_targets import outcome_section
from jobs.importing.operators import address_keys
from jobs.importing.people import mask_column, person_keys, scrub_column
from jobs.importing.tables import Batch, Reason
from jobs.importing.targets import Reader, by_reader
from jobs.importing.texts import FieldTexts
from jobs.importing.words import LIST_SEPARATORS, split_words, word_key, words_of
from queries.event_codes import PenaltySeverity
from queries.operator_loading import STAGED_BY_RECORDS
from queries.vocabulary import OperatorEvent, Records

FIRST_YEAR = 1949
"""Firms and licences older than this are typing errors."""

OPEN_ENDS = r"^(?:长期|长期有效|永久|永久有效|无固定期限|9999.*)$"
"""Ends that mean that there is none."""

WEAK_KEY = "n-"
"""Before the key of a legal person known by name and city only: people may share both."""


class OperatorNormaliser(FieldReader):
    """Turns batches of one table of the register or of events into staged rows.

    Parameters
    ----------
    limit
        Nothing can have happened after this moment.
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
        self._staged = STAGED_BY_RECORDS[mapping.records]
        self._outcomes = {name: _outcome_coder(name) for name in ("outcome", "severity")}

    def normalise(self, batch: Batch, first_source_row: int) -> Normalised:
        """Read one batch; see `Normaliser.normalise`."""
        texts = FieldTexts(self.mapping, self._binding, batch.frame)
        if self.mapping.records is Records.OPERATOR_REGISTER:
            columns = self._register(texts)
            faults = self._register_faults(columns)
        else:
            columns = self._events(texts)
            faults = self._event_faults(texts, columns)
        shown = {"source": columns.get("register_source", texts.nothing()), **columns}
        verdict = first_faults(faults + field_faults(texts, shown, self.targets), texts)
        columns["source_row"] = pl.int_range(
            first_source_row, first_source_row + texts.height, eager=True
        )
        columns["as_of"] = texts.nothing(pl.Datetime)
        frame = pl.DataFrame({name: columns.get(name, texts.nothing()) for name in self._staged})
        records = frame.filter(verdict.reason.is_null())
        refused = refused_records(batch, verdict.reason, verdict.field)
        return Normalised(records, refused, self._latest(records))

    def _common(self, texts: FieldTexts) -> dict[str, pl.Series]:
        columns = {
            name: self.plain(texts, name)
            for name in by_reader(Reader.ID, Reader.TEXT, targets=self.targets)
        }
        columns["source"] = self.source(texts)
        for name in by_reader(Reader.TIME, targets=self.targets):
            if name != "updated_at":
                columns[name] = self._day(texts, name)
        columns["updated_at"] = self.time(texts, "updated_at")
        for name in by_reader(Reader.AMOUNT, targets=self.targets):
            columns[name] = self.amount(texts, name)
        for name in by_reader(Reader.NUMBER, targets=self.targets):
            columns[name] = self.amount(texts, name).cast(pl.Int32, strict=False)
        columns |= self.codes(texts) | self.classes(texts) | self.regions(texts)
        columns["uscc"] = self.credit_codes(texts)
        return columns

    def _day(self, texts: FieldTexts, name: str) -> pl.Series:
        times = self.time(
            texts, name, judged=name in ("occurred_on", "ends_on"), first_year=FIRST_YEAR
        )
        if name == "ends_on" and name in texts:
            told = texts.get(name)
            self.count_lost(name, told.set(told.str.contains(OPEN_ENDS), None), times)
        return times.dt.date()

    def _ids(self, columns: dict[str, pl.Series], name: str) -> pl.Series:
        """Return operators' ids as submissions have them: the credit code, else name and county."""
        coded = columns["uscc"].is_not_null()
        names, county = (columns[each].set(coded, None) for each in (name, "county_code"))
        by_name = self.named_ids(name, names, county)
        return pl.select(pl.coalesce(columns["uscc"], by_name)).to_series()

    def _register(self, texts: FieldTexts) -> dict[str, pl.Series]:
        columns = self._common(texts)
        columns["operator_id"] = self._ids(columns, "name")
        columns["register_source"] = columns.pop("source")
        columns["last_annual_report"] = columns["last_annual_report"].cast(pl.Int16, strict=False)
        columns["is_prepaid_issuer"] = columns.get("is_prepaid_issuer", texts.nothing()) == "1"
        columns["business_district"] = self.districts(
            texts, columns["address"], columns["county_code"]
        )
        columns["address_key"] = address_keys(columns["address"], columns["county_code"])
        return columns | self._people(texts, columns["city_code"])

    def _people(self, texts: FieldTexts, city: pl.Series) -> dict[str, pl.Series]:
        name, number = texts.get("legal_person"), texts.get("legal_person_id_number")
        phone, nothing = texts.get("phone"), texts.nothing()
        by_number = self._keys(nothing, number, nothing, nothing)
        by_name = pl.Series([WEAK_KEY]).new_from_index(0, len(name)) + self._keys(
            nothing, nothing, name, city.fill_null("-")
        )
        return {
            "legal_person": name,
            "legal_person_id_number": number,
            "phone": phone,
            "legal_person_masked": mask_column(name, PersonalKind.NAME),
            "legal_person_key": pl.select(pl.coalesce(by_number, by_name)).to_series(),
            "phone_masked": mask_column(phone, PersonalKind.PHONE),
            "phone_key": self._keys(phone, nothing, nothing, nothing),
        }

    def _keys(self, *values: pl.Series) -> pl.Series:
        names = ("person_phone", "person_id_number", "person_name", "person_address")
        frame = pl.DataFrame([value.alias(name) for name, value in zip(names, values, strict=True)])
        return person_keys(frame, self._secret)

    def _events(self, texts: FieldTexts) -> dict[str, pl.Series]:
        columns = self._common(texts)
        columns["operator_id"] = self._ids(columns, "operator_name")
        for name, coder in self._outcomes.items():
            told = pl.Series([None], dtype=pl.String).new_from_index(0, texts.height)
            if name in texts:
                told = joined([columns["kind"], texts.get(name)], first=1)
            [columns[name]] = coder.apply(told, self.doubts, name)
        own = pl.DataFrame(
            [texts.get(each).alias(each) for each in ("person_name", "other_person_name")]
        )
        for name in ("detail", "subject"):
            columns[name] = scrub_column(texts.get(name), own) if name in texts else texts.nothing()
        return columns | {each.name: each for each in own}

    def _register_faults(self, columns: dict[str, pl.Series]) -> list[Fault]:
        return [
            (columns["name"].is_null(), Reason.MISSING_OPERATOR, "name"),
            (columns["operator_id"].is_null(), Reason.MISSING_OPERATOR, "name"),
            (columns["register_source"].is_null(), Reason.MISSING_REQUIRED, "source"),
        ]

    def _event_faults(self, texts: FieldTexts, columns: dict[str, pl.Series]) -> list[Fault]:
        occurred, told = columns["occurred_on"], texts.get("occurred_on")
        last = (self._limit + FUTURE_TOLERANCE).date()
        named = "operator_name" if "operator_name" in texts else "uscc"
        return [
            (columns["event_id"].is_null(), Reason.MISSING_ID, "event_id"),
            (told.is_null(), Reason.MISSING_OCCURRED_ON, "occurred_on"),
            (occurred.is_null(), Reason.INVALID_OCCURRED_ON, "occurred_on"),
            ((occurred > last).fill_null(value=False), Reason.FUTURE_OCCURRED_ON, "occurred_on"),
            (texts.get("kind").is_null(), Reason.MISSING_KIND, "kind"),
            (columns["kind"].is_null(), Reason.UNKNOWN_KIND, "kind"),
            (columns["operator_id"].is_null(), Reason.MISSING_OPERATOR, named),
            (columns["source"].is_null(), Reason.MISSING_REQUIRED, "source"),
        ]

    def _latest(self, records: pl.DataFrame) -> dt.datetime | None:
        """Return the latest moment that a source tells of, as far as it is past."""
        days = [
            name
            for name in ("occurred_on", "ends_on", "established_on", "status_on")
            if name in records.columns
        ]
        past = records.select(
            *[
                pl.when(pl.col(name) <= self._limit.date())
                .then(pl.col(name))
                .cast(pl.Datetime("us"))
                for name in days
            ],
            pl.col("updated_at"),
        )
        return latest_of(past, past.columns)


def normaliser_for(
    mapping: Mapping, binding: Binding, doubts: Doubts, *, limit: dt.datetime, secret: bytes
) -> Normaliser | OperatorNormaliser:
    """Return what reads the records that a mapping says its source has."""
    sort = Normaliser if mapping.records is Records.SUBMISSIONS else OperatorNormaliser
    return sort(mapping, binding, doubts, limit=limit, secret=secret)


def _outcome_coder(field: str) -> Coder:
    """Return a coder for an event's kind and the word for its outcome or severity."""

    def understand(texts: Sequence[str]) -> list[Meaning]:
        return [_outcome(field, *text.split(SEPARATOR)) for text in texts]

    return Coder(1, understand)


def _outcome(field: str, kind: str, text: str) -> Meaning:
    section = outcome_section(field, kind)
    if section is None:
        return Meaning((text[:32],)) if field == "outcome" else Meaning((None,))
    words = words_of(section)
    whole = words.get(word_key(text))
    if whole is not None or kind != OperatorEvent.PENALTY:
        return Meaning((whole,), text if whole is None else None)
    order = list(PenaltySeverity)
    known = [
        words[word_key(part)]
        for part in split_words(text, LIST_SEPARATORS)
        if word_key(part) in words
    ]
    if not known:
        return Meaning((None,), text)
    return Meaning((max(known, key=lambda each: order.index(PenaltySeverity(each))),))
