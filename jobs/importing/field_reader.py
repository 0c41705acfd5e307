"""How the texts of a batch become values, whatever its records are."""

from collections.abc import Sequence

import polars as pl

from jobs.importing.amounts import read_amounts
from jobs.importing.binding import Binding
from jobs.importing.coding import SEPARATOR, Coder, word_coder
from jobs.importing.doubts import Doubts
from jobs.importing.hierarchies import class_coder, district_coder, operator_coder, region_coder
from jobs.importing.mapping import UNITS, Mapping
from jobs.importing.operators import normal_uscc
from jobs.importing.people import mask_column
from jobs.importing.permitted import NUMBER
from jobs.importing.tables import Batch, Reason, Refused
from jobs.importing.targets import Reader, Target, by_reader
from jobs.importing.texts import FieldTexts
from jobs.importing.times import FIRST_YEAR, read_times

REGIONS = ("province_code", "city_code", "county_code", "street_code")


class FieldReader:
    """Reads fields of one table by the mapping's word; what it cannot understand it counts.

    Parameters
    ----------
    doubts
        Takes the values that were not understood.
    """

    def __init__(self, mapping: Mapping, binding: Binding, doubts: Doubts) -> None:
        self.mapping = mapping
        self.doubts = doubts
        self.targets = mapping.targets
        self.fields = binding.fields
        coded = by_reader(Reader.CODE, Reader.SATISFACTION, Reader.FLAG, targets=self.targets)
        self._words = {
            name: word_coder(self.targets[name].words, self.fields[name])
            for name in coded
            if name in self.fields
        }
        self._classes = {
            name: (
                present,
                class_coder(name, [self.fields[each] for each in present], len(members)),
            )
            for name, members in _hierarchies(self.targets).items()
            if (present := [each for each in members if each in self.fields])
        }
        self._region = region_coder(self.fields.get("region"), mapping.home_region)
        self._levels = region_coder(None, mapping.home_region)
        self._district = district_coder(complain="business_district" in self.fields)
        self._operator = operator_coder()

    def codes(self, texts: FieldTexts) -> dict[str, pl.Series]:
        """Return the fields with fixed values, flags as ``1`` and ``0``."""
        found = {}
        for name, coder in self._words.items():
            [found[name]] = coder.apply(texts.get(name), self.doubts, name)
        return found

    def source(self, texts: FieldTexts) -> pl.Series:
        """Return the source system: the same for all, or as a column says."""
        if self.mapping.source is None:
            return self.plain(texts, "source")
        return pl.Series([self.mapping.source]).new_from_index(0, texts.height)

    def plain(self, texts: FieldTexts, name: str) -> pl.Series:
        """Return a field's text, masked where the mapping says that it is personal."""
        column = texts.get(name)
        kind = texts.field(name).spec.personal if name in texts else None
        return column if kind is None else mask_column(column, kind)

    def time(
        self, texts: FieldTexts, name: str, *, judged: bool = False, first_year: int = FIRST_YEAR
    ) -> pl.Series:
        """Return a field's times.

        Parameters
        ----------
        judged
            A time that is not understood costs the record and is no doubt.
        """
        if name not in texts:
            return texts.nothing(pl.Datetime)
        column = texts.get(name)
        times = read_times(column, formats=texts.field(name).spec.formats, first_year=first_year)
        if not judged:
            self.count_lost(name, column, times)
        return times

    def amount(self, texts: FieldTexts, name: str) -> pl.Series:
        """Return a field's amounts in yuan, or its numbers."""
        if name not in texts:
            return texts.nothing(pl.Float64)
        column = texts.get(name)
        if self.targets[name].reader is Reader.NUMBER:
            column = column.str.extract(NUMBER)
        amounts = read_amounts(column, unit_yuan=UNITS[texts.field(name).spec.unit])
        self.count_lost(name, column, amounts)
        return amounts

    def count_lost(self, name: str, column: pl.Series, read: pl.Series) -> None:
        """Count the texts that gave no value."""
        if column.null_count() == read.null_count():
            return
        self.doubts.add(
            name, "not understood", column.filter(column.is_not_null() & read.is_null())
        )

    def classes(self, texts: FieldTexts, kinds: pl.Series | None = None) -> dict[str, pl.Series]:
        """Return the codes of every classification, coarse to fine.

        Parameters
        ----------
        kinds
            What each submission is, which tells problems of the same name apart.
        """
        found: dict[str, pl.Series] = {}
        members_of = _hierarchies(self.targets)
        for name, (present, coder) in self._classes.items():
            keys = [texts.get(each) for each in present]
            if name == "issues" and kinds is not None:
                keys.insert(0, kinds)
            coded = coder.apply(joined(keys, first=int(name == "issues")), self.doubts, present[-1])
            found |= dict(zip(members_of[name], coded, strict=True))
        return found

    def regions(self, texts: FieldTexts) -> dict[str, pl.Series]:
        """Return the codes of province, city, county and street."""
        present = [name for name in REGIONS if name in texts]
        candidates: list[tuple[Coder, pl.Series, str]] = []
        if present:
            candidates.append(
                (self._levels, levels_text([texts.get(name) for name in present]), present[-1])
            )
        if "region" in texts:
            candidates += [(self._region, each, "region") for each in texts.candidates("region")]
        found = [texts.nothing() for _ in REGIONS]
        for number, (coder, column, name) in enumerate(candidates):
            todo = found[0].is_null()
            wanted = column.zip_with(todo, texts.nothing())
            last = number == len(candidates) - 1
            coded = coder.apply(wanted, self.doubts if last else Doubts(), name)
            found = [old.zip_with(~todo, new) for old, new in zip(found, coded, strict=True)]
        return dict(zip(REGIONS, found, strict=True))

    def credit_codes(self, texts: FieldTexts) -> pl.Series:
        """Return social credit codes; null where the check character is wrong."""
        uscc = texts.get("uscc")
        distinct = uscc.drop_nulls().unique()
        codes = uscc.replace_strict(
            distinct,
            pl.Series([normal_uscc(each) for each in distinct], dtype=pl.String),
            default=None,
            return_dtype=pl.String,
        )
        self.count_lost("uscc", uscc, codes)
        return codes

    def named_ids(self, name: str, names: pl.Series, county: pl.Series) -> pl.Series:
        """Return operators' ids by name and county; ``name`` is the field of the names."""
        [by_name] = self._operator.apply(joined([names, county.fill_null("")]), self.doubts, name)
        return by_name

    def districts(self, texts: FieldTexts, address: pl.Series, county: pl.Series) -> pl.Series:
        """Return business districts: as the source names them, else by address."""
        place = self.plain(texts, "business_district") if "business_district" in texts else address
        [found] = self._district.apply(
            joined([place, county.fill_null("")]), self.doubts, "business_district"
        )
        return found


def refused_records(batch: Batch, reason: pl.Series, field: pl.Series) -> tuple[Refused, ...]:
    """Return the records of a batch that have a reason to be refused."""
    positions = reason.is_not_null().arg_true().to_list()
    if not positions:
        return ()
    originals = batch.original(positions)
    return tuple(
        Refused(batch.rows[position], Reason(reason[position]), field[position], values)
        for position, values in zip(positions, originals, strict=True)
    )


def _hierarchies(targets: dict[str, Target]) -> dict[str, tuple[str, ...]]:
    """Return the fields of each classification, coarse to fine."""
    readers = {
        "products": Reader.PRODUCT, "issues": Reader.ISSUE, "industries": Reader.INDUSTRY,
    }  # fmt: skip
    return {name: by_reader(reader, targets=targets) for name, reader in readers.items()}


def joined(columns: Sequence[pl.Series], *, first: int = 0) -> pl.Series:
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


def levels_text(columns: Sequence[pl.Series]) -> pl.Series:
    """Join the names of a region's levels; a code at the finest level stands alone."""
    frame = pl.DataFrame([column.alias(str(number)) for number, column in enumerate(columns)])
    finest = pl.coalesce([pl.col(name) for name in reversed(frame.columns)])
    joined = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
    return frame.select(
        pl.when(finest.str.contains(r"^\d{6,12}$"))
        .then(finest)
        .otherwise(pl.when(joined != "").then(joined))
    ).to_series()
