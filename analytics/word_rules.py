"""What a new word cannot be, and how much its parts explain it away.

The rules are vocabulary: `assets/lexicons/new_word_rules.yaml`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

RULES_FILE = Path(__file__).resolve().parents[1] / "assets" / "lexicons" / "new_word_rules.yaml"

JOIN_FACTOR = 0.5
"""Weight of a string that dictionary words of two and more characters make up without remainder."""

JOIN_COHESION = (4.0, 7.0)
"""Nats; a join of dictionary words weighs nothing up to the first and no less for it above the second."""

VERB_FIRST_FACTOR = 0.3
"""Weight of a verb with its object: mostly a phrase ("collect deposit"), not a term."""

VERB_FACTOR = 0.7
"""Weight of a string with a verb elsewhere."""

PLAIN_FACTOR = 0.35
"""Weight of a string with an adjective, adverb, pronoun, numeral or the like."""

LETTERS_FACTOR = 0.3
"""Weight of a word of letters only: cohesion cannot be measured on it."""

NUMBERED_FACTOR = 0.6
"""Weight of a string that begins with a number and its unit."""

MANY_PARTS = 4
PHRASE_FACTOR = 0.4
"""Weight of a string of four and more parts of which two are dictionary words."""

PLAIN_TAGS = frozenset(
    ("a", "ad", "d", "r", "p", "c", "m", "mq", "t", "f", "u", "y", "z", "o", "e")
)
VERB_TAGS = frozenset(("v", "vd", "i", "l"))

Tagged = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class WordRules:
    """Rules for strings that are no words.

    Attributes
    ----------
    not_first, not_last
        Characters that, cut as words of their own, neither begin nor end a word.
    pointing
        Characters that begin no first part of a word.
    never_last
        Characters that end no word, however it is cut.
    trailing, degree
        Adjectives that end no word after whole dictionary words; adverbs between the two.
    titles
        Words that follow a surname.
    phrase_words
        Words that make the string a phrase.
    plain_phrases
        Set phrases that everybody writes.
    negation
        Characters that with one word after them make a phrase.
    refused
        Matches dates, amounts, plain numbers, numbered places and bare codes.
    numbered
        Matches a number with its unit at the beginning.
    """

    not_first: frozenset[str]
    not_last: frozenset[str]
    pointing: frozenset[str]
    never_last: frozenset[str]
    trailing: frozenset[str]
    degree: frozenset[str]
    titles: frozenset[str]
    phrase_words: frozenset[str]
    plain_phrases: frozenset[str]
    negation: frozenset[str]
    refused: re.Pattern[str]
    numbered: re.Pattern[str]

    def weigh(self, word: str, parts: Tagged, cohesion: float) -> float:
        """Return how much of a string's score remains after its parts are looked at.

        Parameters
        ----------
        word
            The string, in lower case.
        parts
            Its parts with their parts of speech, as the dictionary cuts it.
        cohesion
            Nats.

        Returns
        -------
        float
            From 0 (no word) to 1.
        """
        if self._is_no_word(word, parts):
            return 0.0
        if len(parts) == 1:
            return LETTERS_FACTOR if word.isascii() else 1.0
        return self._explained(word, parts, cohesion)

    def _is_no_word(self, word: str, parts: Tagged) -> bool:
        first, last = parts[0][0], parts[-1][0]
        return (
            first in self.not_first
            or first[0] in self.pointing
            or last in self.not_last
            or word[-1] in self.never_last
            or (last in self.titles and len(parts) > 1 and len(parts[-2][0]) == 1)
            or (first in self.negation and (len(parts) == 2 or len(last) > 1))
            or (last in self.trailing and self._stands_alone(parts[:-1]))
            or any(part in self.phrase_words or part in self.pointing for part, _ in parts)
            or word in self.plain_phrases
            or self.refused.search(word) is not None
        )

    def _stands_alone(self, parts: Tagged) -> bool:
        """Tell whether parts are whole words, perhaps with an adverb of degree after them."""
        before = parts[:-1] if parts[-1][0] in self.degree else parts
        return all(len(part) > 1 for part, _ in before)

    def _explained(self, word: str, parts: Tagged, cohesion: float) -> float:
        weight = 1.0
        long = [(part, tag) for part, tag in parts if len(part) > 1]
        if len(long) == len(parts):
            low, high = JOIN_COHESION
            weight *= JOIN_FACTOR * min(max((cohesion - low) / (high - low), 0.05), 1.0)
        if any(tag in PLAIN_TAGS for _, tag in long):
            weight *= PLAIN_FACTOR
        elif parts[0][1] in VERB_TAGS and len(long) >= len(parts) - 1 and len(parts) == 2:
            weight *= VERB_FIRST_FACTOR
        elif any(tag in VERB_TAGS for _, tag in long):
            weight *= VERB_FACTOR
        if len(parts) >= MANY_PARTS and len(long) > 1:
            weight *= PHRASE_FACTOR
        if self.numbered.search(word):
            weight *= NUMBERED_FACTOR
        return weight


def _characters(text: str) -> frozenset[str]:
    return frozenset("".join(text.split()))


def _class(text: str) -> str:
    return "".join(sorted(_characters(text)))


def _compiled(rules: dict[str, Any]) -> WordRules:
    units, numerals, ranks = (_class(rules[name]) for name in ("units", "numerals", "place_ranks"))
    amount = rf"(?:\d+|[{numerals}]+)[{units}]+"
    refused = "|".join(
        (
            rf"[a-z]{{1,2}}\d*[{ranks}]",
            rf"^(?:{amount})+.?$",
            rf"^[a-z]\d*[{units}]$",
            rf"[{units}]\d+",
            r"\d+$(?<![a-z]\d)(?<![a-z]\d\d)",
            r"^[a-z]?\d+[a-z]?$",
            r"^.$",
            r"^(.{1,3})\1+.?$",
            r"^(.)[\u4e00-\u9fff]\2$",
            rf"^.[{_class(rules['place_tails'])}]$",
            rf"[{_class(rules['pronoun_characters'])}]",
        )
    )
    function = _characters(rules["function_characters"])
    degree = _characters(rules["degree_characters"])
    return WordRules(
        not_first=function | degree | _characters(rules["not_first"]),
        not_last=function | _characters(rules["not_last"]),
        pointing=_characters(rules["pointing_characters"]),
        never_last=_characters(rules["never_last"]),
        trailing=_characters(rules["trailing_adjectives"]),
        degree=degree,
        titles=frozenset(rules["titles"]),
        phrase_words=frozenset(rules["phrase_words"]),
        plain_phrases=frozenset(rules["plain_phrases"].split()),
        negation=_characters(rules["negation"]),
        refused=re.compile(refused),
        numbered=re.compile(rf"^{amount}"),
    )


@lru_cache(maxsize=1)
def word_rules() -> WordRules:
    """Return the shipped rules.

    Examples
    --------
    >>> [bool(word_rules().refused.search(word)) for word in ("a7县", "2019年", "ai课")]
    [True, True, False]
    """
    return _compiled(yaml.safe_load(RULES_FILE.read_text(encoding="utf-8")))
