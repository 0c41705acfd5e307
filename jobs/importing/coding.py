"""From texts to stored codes: each distinct text is understood once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from jobs.importing.binding import BoundField
from jobs.importing.doubts import Doubts
from jobs.importing.mapping import PathOptions
from jobs.importing.words import word_key, words_of

SEPARATOR = "\x1f"
"""Stands between the texts that are understood together."""

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
        self._known = self._table([], [])

    def apply(
        self, texts: pl.Series, doubts: Doubts, field_name: str, problem: str = "unknown value"
    ) -> list[pl.Series]:
        """Return the code columns of a text column, counting what was not understood."""
        asked = texts.to_frame("text")
        fresh = asked.unique().drop_nulls().join(self._known, on="text", how="anti")["text"]
        if len(fresh):
            if self._known.height + len(fresh) > MAX_REMEMBERED:
                self._known = self._known.clear()
                fresh = asked["text"].unique().drop_nulls()
            meanings = self._understand(fresh.to_list())
            self._known = pl.concat([self._known, self._table(fresh.to_list(), meanings)])
        joined = asked.join(self._known, on="text", how="left", maintain_order="left")
        doubts.add(field_name, problem, joined["unknown"].drop_nulls())
        return [joined[str(place)] for place in range(self._width)]

    def _table(self, texts: Sequence[str], meanings: Sequence[Meaning]) -> pl.DataFrame:
        codes = {
            str(place): pl.Series([each.codes[place] for each in meanings], dtype=pl.String)
            for place in range(self._width)
        }
        unknown = pl.Series([each.unknown for each in meanings], dtype=pl.String)
        return pl.DataFrame(
            {"text": pl.Series(texts, dtype=pl.String), **codes, "unknown": unknown}
        )


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
    for separator in separators[1:]:
        text = text.replace(separator, separators[0])
    parts = [part.strip() for part in text.split(separators[0]) if part.strip()]
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
    if options is None:
        return text
    parts = [part.strip() for part in text.split(options.separator) if part.strip()]
    if options.take == "last":
        return parts[-1:]
    if isinstance(options.take, int):
        return parts[options.take - 1 : options.take]
    return parts
