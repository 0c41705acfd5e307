"""From texts to stored codes: each distinct text is understood once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from jobs.importing.binding import BoundField
from jobs.importing.doubts import Doubts
from jobs.importing.mapping import PathOptions
from jobs.importing.words import split_words, word_key, words_of

SEPARATOR = "\x1f"
"""Stands between the texts that are understood together."""

FEW = 2_000
"""Up to so many remembered texts are looked up without a join."""

MAX_REMEMBERED = 300_000
"""Distinct texts remembered over batches; more are understood again."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text means.

    Attributes
    ----------
    codes
        One per stored column; None where the text does not say.
    unknown
        The part that was not understood; None if all was.
    """

    codes: tuple[str | None, ...]
    unknown: str | None = None


class Coder:
    """Understands texts for one or more columns, and remembers them.

    Parameters
    ----------
    width
        Number of columns.
    understand
        Takes distinct texts.
    """

    def __init__(
        self, width: int, understand: Callable[[Sequence[str]], Sequence[Meaning]]
    ) -> None:
        self._width = width
        self._understand = understand
        self._texts = pl.Series("text", [], pl.String)
        self._codes = [self._texts.clone() for _ in range(width)]
        self._unknown = self._texts.clone()

    def apply(
        self, texts: pl.Series, doubts: Doubts, field_name: str, problem: str = "unknown value"
    ) -> list[pl.Series]:
        """Return the code columns of a text column, counting what was not understood."""
        places = self._find(texts)
        fresh = texts.filter(places.is_null() & texts.is_not_null()).unique()
        if len(fresh):
            if len(self._texts) + len(fresh) > MAX_REMEMBERED:
                self._forget()
                fresh = texts.drop_nulls().unique()
            self._learn(fresh)
            places = self._find(texts)
        if self._unknown.null_count() < len(self._unknown):
            doubts.add(field_name, problem, self._unknown.gather(places).drop_nulls())
        return [codes.gather(places) for codes in self._codes]

    def _find(self, texts: pl.Series) -> pl.Series:
        """Return the place of each text among the remembered ones; null where it is not."""
        places = pl.int_range(len(self._texts), dtype=pl.UInt32, eager=True)
        if len(self._texts) <= FEW:
            return texts.replace_strict(self._texts, places, default=None, return_dtype=pl.UInt32)
        known = pl.DataFrame([self._texts.alias("text"), places.alias("place")])
        asked = texts.to_frame("text")
        return asked.join(known, on="text", how="left", maintain_order="left")["place"]

    def _learn(self, fresh: pl.Series) -> None:
        meanings = self._understand(fresh.to_list())
        self._texts = self._texts.append(fresh.alias("text")).rechunk()
        for place in range(self._width):
            codes = pl.Series([each.codes[place] for each in meanings], dtype=pl.String)
            self._codes[place] = self._codes[place].append(codes).rechunk()
        unknown = pl.Series([each.unknown for each in meanings], dtype=pl.String)
        self._unknown = self._unknown.append(unknown).rechunk()

    def _forget(self) -> None:
        self._texts = self._texts.clear()
        self._codes = [codes.clear() for codes in self._codes]
        self._unknown = self._unknown.clear()


def word_coder(section: str, bound: BoundField) -> Coder:
    """Return a coder for a field with fixed values."""
    words = words_of(section)

    def understand(texts: Sequence[str]) -> list[Meaning]:
        return [_by_word(text, words, bound) for text in texts]

    return Coder(1, understand)


def _by_word(text: str, words: dict[str, str], bound: BoundField) -> Meaning:
    code = words.get(word_key(text))
    if code is not None:
        return Meaning((code,))
    if bound.spec.has_default:
        default = bound.spec.default
        return Meaning((None if default is None else words.get(word_key(default), default),))
    return Meaning((None,), text)


def remedy_coder(separators: str) -> Coder:
    """Return a coder for several remedies in one text; unknown ones count as "other"."""
    words = words_of("requested_remedies")

    def understand(texts: Sequence[str]) -> list[Meaning]:
        return [_remedies(text, words, separators) for text in texts]

    return Coder(1, understand)


def _remedies(text: str, words: dict[str, str], separators: str) -> Meaning:
    parts = split_words(text, separators)
    unknown = [part for part in parts if word_key(part) not in words]
    codes = dict.fromkeys(words.get(word_key(part), "other") for part in parts)
    return Meaning((",".join(codes) or None,), "、".join(unknown) or None)


def path_elements(text: str, options: PathOptions | None) -> str | list[str]:
    """Cut a hierarchical text as the mapping says; without options it stays whole.

    Examples
    --------
    >>> path_elements("投诉->质量->性能不达标", PathOptions(take=2))
    ['质量']
    """
    return text if options is None else options.cut(text)
