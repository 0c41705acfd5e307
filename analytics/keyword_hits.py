"""Where the words of many rules stand in many texts: one pass for all words (Aho-Corasick)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import ahocorasick_rs
import numpy as np
import numpy.typing as npt

from analytics.rule_syntax import RuleWords, fold, folded_codes

CHUNK_CHARACTERS = 1_000_000
"""Characters searched in one piece: some 10 MB of hits at a time."""

CHUNK_TEXTS = 50_000
"""Texts searched in one piece: a truth value per text and keyword is 50 kB."""

SENTENCE_ENDS = "\0\n。！？；!?;"
"""Characters over which no gap reaches. A full stop is not among them: it stands in 12.9元."""

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Spans:
    """Hits of one word, in order: where they start and end in the joined texts."""

    starts: Ints
    ends: Ints

    def __len__(self) -> int:
        return len(self.starts)

    def only(self, keep: Flags) -> "Spans":
        """Return the hits that are to be kept."""
        return Spans(self.starts[keep], self.ends[keep])


@dataclass(frozen=True, slots=True)
class Piece:
    """Some texts that were searched together.

    Attributes
    ----------
    first
        Position of the first text.
    offsets
        Where each text starts in the joined texts.
    """

    first: int
    offsets: Ints
    length: int
    _starts: Ints
    _ends: Ints
    _bounds: Ints
    _numbers: dict[str, int]
    _denied: Flags
    _sentence_ends: Ints

    def __len__(self) -> int:
        return len(self.offsets)

    def spans(self, word: str, *, guarded: bool = False) -> Spans:
        """Return the hits of a word; with ``guarded`` those that no negation stands before."""
        number = self._numbers[fold(word)]
        some = slice(self._bounds[number], self._bounds[number + 1])
        found = Spans(self._starts[some], self._ends[some])
        return found.only(~self._denied[found.starts]) if guarded else found

    def found(self) -> frozenset[str]:
        """Return the words, folded, that have a hit."""
        counts = np.diff(self._bounds).tolist()
        return frozenset(word for word, number in self._numbers.items() if counts[number])

    def denied(self, word: str) -> Spans:
        """Return the hits of a word that a negation stands before."""
        found = self.spans(word)
        return found.only(self._denied[found.starts])

    def texts(self, places: Ints) -> Ints:
        """Return in which text each place of the joined texts lies."""
        return np.asarray(np.searchsorted(self.offsets, places, side="right") - 1)

    def same_sentence(self, before: Ints, after: Ints) -> Flags:
        """Tell for which pairs of places no sentence ends from the first up to the second."""
        ends = self._sentence_ends
        return np.asarray(np.searchsorted(ends, before) == np.searchsorted(ends, after))


class KeywordSearch:
    """Words made ready to be searched for together.

    Parameters
    ----------
    words
        Words to search for.
    negations
        Words of negation to look for as well; None for no guard.
    """

    def __init__(self, words: Sequence[str], *, negations: RuleWords | None) -> None:
        known = sorted({fold(word) for word in words})
        self.numbers = {word: number for number, word in enumerate(known)}
        denying = negations.negators if negations else ()
        harmless = negations.not_negators if negations else ()
        self.denying = np.zeros(len(known) + len(denying) + len(harmless), dtype=np.bool_)
        self.denying[len(known) : len(known) + len(denying)] = True
        self.automaton = ahocorasick_rs.AhoCorasick(
            [*known, *map(fold, denying), *map(fold, harmless)],
            matchkind=ahocorasick_rs.MatchKind.Standard,
            implementation=ahocorasick_rs.Implementation.ContiguousNFA,
        )

    def pieces(self, texts: Sequence[str]) -> Iterator[Piece]:
        """Search texts piece by piece; an overlong text makes a piece of its own."""
        first = characters = 0
        for position, text in enumerate(texts):
            full = characters + len(text) > CHUNK_CHARACTERS or position - first >= CHUNK_TEXTS
            if full and position > first:
                yield self._piece(texts[first:position], first)
                first, characters = position, 0
            characters += len(text) + 1
        if first < len(texts):
            yield self._piece(texts[first:], first)

    def _piece(self, texts: Sequence[str], first: int) -> Piece:
        codes = folded_codes("\0".join(texts))
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        joined = codes.astype("<u4").tobytes().decode("utf-32-le")
        found = self.automaton.find_matches_as_indexes(joined, overlapping=True)
        flat = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=3 * len(found))
        numbers, starts, ends = flat.reshape(-1, 3).T
        denied = np.zeros(len(codes) + 1, dtype=np.bool_)
        extra = numbers >= len(self.numbers)
        denied[ends[extra & self.denying[numbers]]] = True
        denied[ends[extra & ~self.denying[numbers]]] = False
        order = np.argsort(numbers, kind="stable")
        counts = np.bincount(numbers, minlength=len(self.denying) + 1)
        return Piece(
            first=first,
            offsets=np.concatenate(([0], np.cumsum(lengths + 1)[:-1])).astype(np.int64),
            length=len(codes),
            _starts=starts[order],
            _ends=ends[order],
            _bounds=np.concatenate(([0], np.cumsum(counts))),
            _numbers=self.numbers,
            _denied=denied,
            _sentence_ends=np.flatnonzero(_ENDS[np.minimum(codes, len(_ENDS) - 1)]),
        )


def _end_table() -> Flags:
    table = np.zeros(0x10000, dtype=np.bool_)
    table[folded_codes(SENTENCE_ENDS)] = True
    return table


_ENDS = _end_table()
