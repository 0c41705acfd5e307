"""Boolean keyword rules matched against many texts.

All words of all rules are found in one pass; rules are then worked out set-wise on truth values per
text, so that the time hardly depends on their number. See `analytics.rule_parser` for what can be
written.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from analytics.keyword_hits import Flags, Ints, KeywordSearch, Piece, Spans
from analytics.rule_errors import RuleSyntaxError
from analytics.rule_parser import parse_rule
from analytics.rule_syntax import (
    And,
    AtLeast,
    Keyword,
    Near,
    Node,
    Not,
    Or,
    RuleWords,
    Sequence,
    format_rule,
    keywords_of,
    rule_words,
)


class RuleError(ValueError):
    """A rule of a set cannot be read; ``code`` names it, ``cause`` says where and why."""

    def __init__(self, code: str, cause: RuleSyntaxError) -> None:
        super().__init__(f"rule {code!r}: {cause}")
        self.code = code
        self.cause = cause


class Role(StrEnum):
    """What a highlighted word does in a rule."""

    COUNTED = "counted"
    EXCLUDING = "excluding"
    NEGATED = "negated"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule ready for use.

    Attributes
    ----------
    code
        Name of the rule within its set.
    node
        The rule itself.
    guarded
        Hits right behind a negation (``negators`` of the word list) do not count.
    """

    code: str
    node: Node
    guarded: bool = False

    @property
    def readable(self) -> str:
        """The rule in its normal form."""
        return format_rule(self.node)


@dataclass(frozen=True, slots=True)
class Matches:
    """Which texts each rule holds for.

    Attributes
    ----------
    frame
        ``text`` (position in the series, from 0) and ``rule`` (categorical), sorted by both; one row
        per pair.
    n_texts
        Number of texts that were asked about.
    """

    frame: pd.DataFrame
    n_texts: int

    def counts(self) -> pd.Series:
        """Return the number of texts per rule, rules without any included."""
        return self.frame["rule"].value_counts(sort=False).rename("texts")


@dataclass(frozen=True, slots=True)
class Highlight:
    """A stretch of a text that a rule looked at: ``text[start:end]``."""

    rule: str
    start: int
    end: int
    role: Role


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a rule: how deep it lies, how it reads, and whether it holds for the text."""

    depth: int
    part: str
    holds: bool


class RuleSet:
    """Rules compiled together. Made by `compile_rules`."""

    def __init__(self, rules: tuple[Rule, ...], words: RuleWords) -> None:
        self.rules = rules
        self._by_code = {rule.code: rule for rule in rules}
        guarded = any(rule.guarded for rule in rules)
        everything = [word for rule in rules for word in keywords_of(rule.node)]
        self._search = KeywordSearch(everything, negations=words if guarded else None)

    def match(self, texts: pd.Series) -> Matches:
        """Find which texts each rule holds for.

        Parameters
        ----------
        texts
            Texts, any index; missing values match nothing.

        Returns
        -------
        Matches
            Positions, not index labels, so that a duplicated index does no harm. Memory beside the
            result does not grow with the number of texts.

        Examples
        --------
        >>> rules = compile_rules({"prepaid": "(预付卡 OR 充值) AND 退费 NOT 话费"})
        >>> rules.match(pd.Series(["充值后不予退费", "充值话费，申请退费", None])).frame
           text     rule
        0     0  prepaid
        """
        listed = [text if isinstance(text, str) else "" for text in texts.tolist()]
        positions, numbers = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for piece in self._search.pieces(listed):
            held = [_holds(rule.node, _Reading(piece, rule.guarded)) for rule in self.rules]
            found = np.argwhere(np.column_stack(held)) if held else np.empty((0, 2), np.int64)
            positions.append(found[:, 0] + piece.first)
            numbers.append(found[:, 1])
        codes = pd.Categorical.from_codes(
            np.concatenate(numbers),
            categories=pd.Index([rule.code for rule in self.rules], dtype=object),
        )
        frame = pd.DataFrame({"text": np.concatenate(positions), "rule": codes})
        return Matches(frame=frame, n_texts=len(listed))

    def highlight(self, text: str, *, rules: Collection[str] | None = None) -> list[Highlight]:
        """Return the stretches of one text that rules looked at, in order.

        Parameters
        ----------
        text
            The text as it is shown; positions count its characters.
        rules
            Codes of the rules; by default those that hold for the text.

        Raises
        ------
        KeyError
            If a code is unknown.

        Examples
        --------
        >>> compile_rules({"prepaid": "充值*退"}).highlight("充值三千元不退")
        [Highlight(rule='prepaid', start=0, end=7, role=<Role.COUNTED: 'counted'>)]
        """
        found: set[tuple[int, int, str, Role]] = set()
        for piece in self._search.pieces([text]):
            asked = self.rules if rules is None else [self._by_code[code] for code in rules]
            for rule in asked:
                reading = _Reading(piece, rule.guarded)
                if rules is None and not _holds(rule.node, reading)[0]:
                    continue
                found |= {
                    (start, end, rule.code, role)
                    for spans, role in _looked_at(rule.node, reading, Role.COUNTED)
                    for start, end in zip(spans.starts.tolist(), spans.ends.tolist(), strict=True)
                }
        return [Highlight(code, start, end, role) for start, end, code, role in sorted(found)]

    def explain(self, code: str, text: str) -> list[Reason]:
        """Return the parts of a rule, outermost first, and which of them hold for the text.

        Raises
        ------
        KeyError
            If the code is unknown.

        Examples
        --------
        >>> for reason in compile_rules({"a": "充值 AND (退费 OR 退款)"}).explain("a", "充值不退款"):
        ...     print("  " * reason.depth + reason.part, reason.holds)
        充值 且 (退费 或 退款) True
          充值 True
          退费 或 退款 True
            退费 False
            退款 True
        """
        rule = self._by_code[code]
        piece = next(self._search.pieces([text]))
        return list(_reasons(rule.node, _Reading(piece, rule.guarded), 0))


def compile_rules(
    rules: Mapping[str, str], *, guarded: Collection[str] = (), words: RuleWords | None = None
) -> RuleSet:
    """Read rules and make them ready.

    Parameters
    ----------
    rules
        Code and text of each rule.
    guarded
        Codes of the rules for which a hit right behind a negation (不、未、没有发生 and the like)
        does not count. Right for harm (``未受伤``), wrong for demands (``不退款`` is about a refund).
    words
        Words of operators and negations; the shipped ones by default.

    Raises
    ------
    RuleError
        If a rule cannot be read.
    KeyError
        If ``guarded`` names an unknown rule.

    Examples
    --------
    >>> found = compile_rules({"harm": "受伤 OR 中毒"}, guarded=["harm"])
    >>> found.match(pd.Series(["所幸未受伤", "多人中毒"])).frame["text"].tolist()
    [1]
    """
    known = words or rule_words()
    unknown = sorted(set(guarded) - set(rules))
    if unknown:
        raise KeyError(f"guarded names no rule: {', '.join(unknown)}")
    read = []
    for code, text in rules.items():
        try:
            read.append(Rule(code, parse_rule(text, words=known), code in guarded))
        except RuleSyntaxError as error:
            raise RuleError(code, error) from error
    return RuleSet(tuple(read), known)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A piece as one rule reads it."""

    piece: Piece
    guarded: bool

    def spans(self, word: str) -> Spans:
        return self.piece.spans(word, guarded=self.guarded)

    def several(self, words: tuple[str, ...]) -> Spans:
        if len(words) == 1:
            return self.spans(words[0])
        found = [self.spans(word) for word in words]
        starts = np.concatenate([spans.starts for spans in found])
        ends = np.concatenate([spans.ends for spans in found])
        order = np.lexsort((ends, starts))
        return Spans(starts[order], ends[order])


def _holds(node: Node, reading: _Reading) -> Flags:
    """Return a truth value per text."""
    match node:
        case Keyword(text, at_least):
            held = _often(reading, reading.spans(text).starts, at_least)
        case Sequence(_, _, at_least):
            held = _often(reading, _chains(node, reading).starts, at_least)
        case Near():
            held = _often(reading, _pairs(node, reading)[0].starts, 1)
        case Not(item):
            held = ~_holds(item, reading)
        case And(items):
            held = _each(items, reading, np.logical_and)
        case Or(items):
            held = _each(items, reading, np.logical_or)
        case AtLeast(least, items):
            true = np.zeros(len(reading.piece), dtype=np.int64)
            for item in items:
                true += _holds(item, reading)
            held = true >= least
    return held


def _each(
    items: tuple[Node, ...], reading: _Reading, join: Callable[[Flags, Flags], Flags]
) -> Flags:
    held = _holds(items[0], reading)
    for item in items[1:]:
        held = join(held, _holds(item, reading))
    return held


def _often(reading: _Reading, starts: Ints, at_least: int) -> Flags:
    texts, count = reading.piece.texts(starts), len(reading.piece)
    if at_least > 1:
        return np.asarray(np.bincount(texts, minlength=count) >= at_least)
    held = np.zeros(count, dtype=np.bool_)
    held[texts] = True
    return held


def _chains(node: Sequence, reading: _Reading) -> Spans:
    """Return the stretches from the first word of a sequence to the last, one per last word.

    From each hit the nearest one before is the best: whatever a farther one could reach, it can too.
    """
    reached = reading.spans(node.words[0])
    for word, gap in zip(node.words[1:], node.gaps, strict=True):
        later = reading.spans(word)
        nearest = np.searchsorted(reached.ends, later.starts, side="right") - 1
        fits = nearest >= 0
        later, nearest = later.only(fits), nearest[fits]
        before = reached.ends[nearest]
        fits = later.starts - before <= gap
        fits &= reading.piece.same_sentence(before, later.starts)
        reached = Spans(reached.starts[nearest[fits]], later.ends[fits])
    return reached


def _pairs(node: Near, reading: _Reading) -> tuple[Spans, Spans]:
    """Return the hits on the left and on the right that stand near enough to one another."""
    left, right = reading.several(node.left), reading.several(node.right)
    pairs = [_followed(left, right, node.within, reading)]
    if not node.ordered:
        pairs.append(_followed(right, left, node.within, reading)[::-1])
    return _joined([pair[0] for pair in pairs]), _joined([pair[1] for pair in pairs])


def _followed(first: Spans, second: Spans, within: int, reading: _Reading) -> tuple[Spans, Spans]:
    nearest = np.searchsorted(second.starts, first.ends)
    fits = nearest < len(second)
    first, nearest = first.only(fits), nearest[fits]
    after = second.starts[nearest]
    fits = (after - first.ends <= within) & reading.piece.same_sentence(first.ends, after)
    nearest = nearest[fits]
    return first.only(fits), Spans(second.starts[nearest], second.ends[nearest])


def _joined(spans: list[Spans]) -> Spans:
    return Spans(
        np.concatenate([each.starts for each in spans]),
        np.concatenate([each.ends for each in spans]),
    )


def _looked_at(node: Node, reading: _Reading, role: Role) -> Iterator[tuple[Spans, Role]]:
    match node:
        case Keyword(text):
            yield reading.spans(text), role
        case Sequence():
            yield _chains(node, reading), role
        case Near():
            for spans in _pairs(node, reading):
                yield spans, role
        case Not(item):
            yield from _looked_at(item, reading, _OTHER[role])
        case And(items) | Or(items) | AtLeast(items=items):
            for item in items:
                yield from _looked_at(item, reading, role)
    if reading.guarded and isinstance(node, Keyword):
        yield reading.piece.denied(node.text), Role.NEGATED


_OTHER = {Role.COUNTED: Role.EXCLUDING, Role.EXCLUDING: Role.COUNTED}


def _reasons(node: Node, reading: _Reading, depth: int) -> Iterator[Reason]:
    yield Reason(depth, format_rule(node), bool(_holds(node, reading)[0]))
    match node:
        case Not(item):
            yield from _reasons(item, reading, depth + 1)
        case And(items) | Or(items) | AtLeast(items=items):
            for item in items:
                yield from _reasons(item, reading, depth + 1)
