"""From raw columns to one cleaned text per field, value maps applied."""

import polars as pl

from jobs.importing.binding import Binding, BoundField
from jobs.importing.mapping import Mapping
from jobs.importing.targets import Reader
from jobs.importing.words import word_key

PLAIN = frozenset({Reader.ID, Reader.TEXT, Reader.FREE_TEXT, Reader.PERSON})
"""Readers that understand every text, so that ``default`` concerns ``values`` alone."""


class FieldTexts:
    """The texts of one batch, field by field.

    Parameters
    ----------
    frame
        The needed columns, texts.
    """

    def __init__(self, mapping: Mapping, binding: Binding, frame: pl.DataFrame) -> None:
        self._missing = list(mapping.missing)
        self._binding = binding
        stripped = frame.select(pl.all().str.strip_chars())
        self._clean = stripped.select(
            pl.when(~pl.col(name).is_in(self._missing)).then(pl.col(name)).alias(name)
            for name in stripped.columns
        )
        self._texts: dict[str, pl.Series] = {}
        self.height = frame.height

    def __contains__(self, name: str) -> bool:
        return name in self._binding.fields

    def field(self, name: str) -> BoundField:
        """Return the field's binding."""
        return self._binding.fields[name]

    def nothing(self, dtype: type[pl.DataType] = pl.String) -> pl.Series:
        """Return a column without values."""
        return pl.Series([None], dtype=dtype).new_from_index(0, self.height)

    def get(self, name: str) -> pl.Series:
        """Return the field's text; null without value, and all null where nothing is mapped."""
        if name not in self:
            return self.nothing()
        if name not in self._texts:
            columns = self.candidates(name)
            self._texts[name] = (
                columns[0] if len(columns) == 1 else pl.select(pl.coalesce(columns)).to_series()
            )
        return self._texts[name]

    def candidates(self, name: str) -> list[pl.Series]:
        """Return one text per alternative column, best first."""
        field = self.field(name)
        if field.spec.constant is not None:
            return [pl.Series([field.spec.constant]).new_from_index(0, self.height)]
        if len(field.parts) == 1:
            columns = [self._column(each) for each in field.parts[0]]
        else:
            columns = [self._joined(field)]
        return [self._mapped(field, column) for column in columns]

    def _column(self, column: str) -> pl.Series:
        return self._clean[column].alias("value")

    def _joined(self, field: BoundField) -> pl.Series:
        parts = [
            pl.select(pl.coalesce([self._column(each) for each in part]))
            .to_series()
            .alias(str(number))
            for number, part in enumerate(field.parts)
        ]
        joined = pl.concat_str(pl.all(), separator=field.spec.join, ignore_nulls=True)
        text = pl.DataFrame(parts).select(joined.alias("value"))
        return text.select(pl.when(pl.col("value") != "").then("value")).to_series()

    def _mapped(self, field: BoundField, column: pl.Series) -> pl.Series:
        spec = field.spec
        if spec.values or (spec.has_default and field.target.reader in PLAIN):
            column = self._by_values(field, column)
        if spec.empty is not None:
            column = column.fill_null(spec.empty)
        if spec.prefix:
            column = (
                spec.prefix + column.to_frame("value").select(pl.col("value"))["value"]
            ).alias("value")
        return column

    def _by_values(self, field: BoundField, column: pl.Series) -> pl.Series:
        listed = {word_key(word): value for word, value in field.spec.values.items()}
        replace_rest = field.spec.has_default and field.target.reader in PLAIN
        known = column.drop_nulls().unique()
        replaced = []
        for text in known:
            key = word_key(text)
            if key in listed:
                replaced.append(listed[key])
            else:
                replaced.append(field.spec.default if replace_rest else text)
        return column.replace_strict(
            known, pl.Series(replaced, dtype=pl.String), default=None, return_dtype=pl.String
        )
