"""Reading keyword rules that an officer wrote.

Grammar, loosest first; words of the operators from ``assets/lexicons/rule_words.yaml``::

    rule     = [NOT] one { OR [NOT] one } | [NOT] one { (AND [NOT] | NOT) one }
    one      = "(" rule ")" | ATLEAST n "(" rule { ";" rule } ")" | operand [ (NEAR | THEN) n operand ]
    operand  = keyword | "(" keyword { OR keyword } ")"
    keyword  = word { gap word } [ ">=" n ]          a word may stand in quotation marks
    gap      = "*" (up to 10 characters) | "[" n "]"

``A NOT B`` means ``A AND NOT B``. OR beside AND or NOT asks for brackets: which of them binds closer
is a convention that readers of rules need not know. Within ATLEAST a single list joined by OR counts as its items.
Brackets, digits and signs may be full or half width.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from analytics.rule_errors import (
    MAX_BRACKETS,
    MAX_DEPTH,
    MAX_KEYWORD,
    MAX_NUMBER,
    MAX_RULE,
    Fault,
    RuleSyntaxError,
)
from analytics.rule_syntax import (
    BRACKETS,
    COUNT_SIGNS,
    GAP,
    QUOTES,
    SEPARATORS,
    And,
    AtLeast,
    Keyword,
    Near,
    Node,
    Not,
    Or,
    RuleWords,
    Sequence,
    depth_of,
    fold,
    holds_without_words,
    rule_words,
)


class _Kind(StrEnum):
    AND = "and"
    OR = "or"
    NOT = "not"
    NEXT = ";"
    NEAR = "near"
    THEN = "then"
    AT_LEAST = "at_least"
    OPEN = "("
    CLOSE = ")"
    WORD = "word"
    END = ""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: _Kind
    start: int
    text: str
    number: int = 0
    node: Keyword | Sequence | None = None


class _Scanner:
    """Cuts a rule into tokens."""

    def __init__(self, rule: str, words: RuleWords) -> None:
        self.rule = rule
        self.low = fold(rule)
        self.words = words
        self.stops = set(BRACKETS + SEPARATORS + words.symbols) | set(QUOTES) | {"*", "[", "≥"}
        self.operators = (
            dict.fromkeys(words.and_, _Kind.AND)
            | dict.fromkeys(words.or_, _Kind.OR)
            | dict.fromkeys(words.not_, _Kind.NOT)
        )
        self.numbered = (
            dict.fromkeys(words.near, _Kind.NEAR)
            | dict.fromkeys(words.then, _Kind.THEN)
            | dict.fromkeys(words.at_least, _Kind.AT_LEAST)
        )

    def tokens(self) -> list[_Token]:
        found: list[_Token] = []
        at = 0
        while at < len(self.rule):
            character = self.low[at]
            if character.isspace():
                at += 1
            elif character in "();" or character in self.words.symbols:
                kind = _Kind(character) if character in "();" else self.operators[character]
                found.append(_Token(kind, at, self.rule[at]))
                at += 1
            else:
                token, at = self._word(at)
                found.append(token)
        return [*found, _Token(_Kind.END, len(self.rule), "")]

    def _word(self, start: int) -> tuple[_Token, int]:
        end = self._run(start)
        text = self.low[start:end]
        if text in self.operators:
            return _Token(self.operators[text], start, self.rule[start:end]), end
        stem, digits = _numbered(text)
        if stem in self.numbered:
            number = self._number(digits, start) if digits else GAP
            return _Token(self.numbered[stem], start, self.rule[start:end], number), end
        return self._keyword(start)

    def _run(self, start: int) -> int:
        """Return where an unquoted word that starts here ends."""
        at = start
        while at < len(self.rule):
            both = self.low[at], self.rule[at]
            if both[0].isspace() or not self.stops.isdisjoint(both) or self._counts(at):
                break
            at += 1
        return at

    def _counts(self, at: int) -> bool:
        return self.low.startswith(COUNT_SIGNS, at)

    def _keyword(self, start: int) -> tuple[_Token, int]:
        word, at = self._literal(start)
        words, gaps = [word], list[int]()
        while at < len(self.rule) and self.low[at] in "*[":
            gap, after = self._gap(at)
            if after >= len(self.rule) or self.low[after].isspace() or self.low[after] in "*[()":
                raise RuleSyntaxError(Fault.BAD_GAP, at, self.rule[at:after])
            gaps.append(gap)
            word, at = self._literal(after)
            words.append(word)
        count = 1
        if self._counts(at):
            match = re.compile(r"(?:>=|≥)\s*(\d*)").match(self.low, at)
            assert match is not None  # noqa: S101 - the sign was just seen
            count, at = self._number(match[1], at), match.end()
        node = Sequence(tuple(words), tuple(gaps), count) if gaps else Keyword(word, count)
        return _Token(_Kind.WORD, start, self.rule[start:at], node=node), at

    def _literal(self, start: int) -> tuple[str, int]:
        opening = self.rule[start]
        if opening in QUOTES:
            end = self.rule.find(QUOTES[opening], start + 1)
            if end < 0:
                raise RuleSyntaxError(Fault.UNCLOSED_QUOTE, start, self.rule[start:])
            return self._checked(self.rule[start + 1 : end], start), end + 1
        end = self._run(start)
        if end == start:
            fault = Fault.BAD_GAP if opening in "*[≥>" else Fault.BAD_CHARACTER
            raise RuleSyntaxError(fault, start, opening)
        text = self.rule[start:end]
        if any(word in fold(text) for word in self.words.glued):
            raise RuleSyntaxError(Fault.GLUED_OPERATOR, start, text)
        return self._checked(text, start), end

    def _checked(self, text: str, start: int) -> str:
        if "\0" in text:
            raise RuleSyntaxError(Fault.BAD_CHARACTER, start, text)
        if not text.strip():
            raise RuleSyntaxError(Fault.NO_KEYWORD, start, text or self.rule[start : start + 2])
        if len(text) > MAX_KEYWORD:
            raise RuleSyntaxError(Fault.KEYWORD_TOO_LONG, start, text)
        return text

    def _gap(self, at: int) -> tuple[int, int]:
        if self.low[at] == "*":
            return GAP, at + 1
        end = self.low.find("]", at)
        digits = self.low[at + 1 : end].strip() if end > 0 else ""
        return self._number(digits, at), end + 1

    def _number(self, digits: str, start: int) -> int:
        number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 0
        if not 1 <= number <= MAX_NUMBER:
            raise RuleSyntaxError(Fault.BAD_NUMBER, start, self.rule[start : start + 8])
        return number


def _numbered(text: str) -> tuple[str, str]:
    stem = text.rstrip("0123456789")
    return stem.removesuffix("/"), text[len(stem) :]


class _Parser:
    """Builds the tree from tokens."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def fail(self, fault: Fault, token: _Token | None = None) -> RuleSyntaxError:
        there = token or self.next
        return RuleSyntaxError(fault, there.start, there.text)

    def take(self, *kinds: _Kind) -> _Token | None:
        if self.next.kind not in kinds:
            return None
        self.at += 1
        return self.tokens[self.at - 1]

    def whole(self) -> Node:
        node = self.any()
        if self.next.kind is _Kind.CLOSE:
            raise self.fail(Fault.UNOPENED_BRACKET)
        if self.next.kind is not _Kind.END:
            raise self.fail(Fault.NO_OPERATOR)
        return node

    def any(self) -> Node:
        items = [self.one()]
        joined: _Kind | None = None
        while self.next.kind in (_Kind.AND, _Kind.OR, _Kind.NOT):
            token = self.next
            kind = _Kind.OR if self.take(_Kind.OR) else _Kind.AND
            if kind is _Kind.AND:
                self.take(_Kind.AND)
            if joined not in (None, kind):
                raise self.fail(Fault.MIXED_OPERATORS, token)
            joined = kind
            items.append(self.one())
        if joined is None:
            return items[0]
        return Or(_flat(items, Or)) if joined is _Kind.OR else And(_flat(items, And))

    def one(self) -> Node:
        denied = False
        while self.take(_Kind.NOT):
            denied = not denied
        start = self.next
        node = self.primary()
        beside = self.take(_Kind.NEAR, _Kind.THEN)
        if beside:
            left = self.alternatives(node, start)
            start = self.next
            right = self.alternatives(self.primary(), start)
            node = Near(left, right, beside.number, beside.kind is _Kind.THEN)
        return Not(node) if denied else node

    def primary(self) -> Node:
        token = self.next
        if token.kind is _Kind.WORD and token.node is not None:
            self.at += 1
            return token.node
        if token.kind is _Kind.AT_LEAST:
            self.at += 1
            if self.next.kind is not _Kind.OPEN:
                raise self.fail(Fault.NO_KEYWORD)
            items = self.bracket(many=True)
            if len(items) == 1 and isinstance(items[0], Or):
                items = items[0].items
            if token.number > len(items) or len(items) < 2:
                raise self.fail(Fault.BAD_NUMBER, token)
            return AtLeast(token.number, items)
        if token.kind is _Kind.OPEN:
            return self.bracket()[0]
        raise self.fail(Fault.NO_KEYWORD)

    def bracket(self, *, many: bool = False) -> tuple[Node, ...]:
        opening = self.next
        self.at += 1
        self.depth += 1
        if self.depth > MAX_BRACKETS:
            raise self.fail(Fault.TOO_DEEP, opening)
        items = [self.any()]
        while many and self.take(_Kind.NEXT):
            items.append(self.any())
        if not self.take(_Kind.CLOSE):
            ended = self.next.kind is _Kind.END
            raise self.fail(*((Fault.UNCLOSED_BRACKET, opening) if ended else (Fault.NO_OPERATOR,)))
        self.depth -= 1
        return tuple(items)

    def alternatives(self, node: Node, start: _Token) -> tuple[str, ...]:
        items = node.items if isinstance(node, Or) else (node,)
        words = [item.text for item in items if isinstance(item, Keyword) and item.at_least == 1]
        if len(words) < len(items):
            raise self.fail(Fault.NEAR_OPERAND, start)
        return tuple(words)


def _flat(items: list[Node], kind: type[And] | type[Or]) -> tuple[Node, ...]:
    flat: list[Node] = []
    for item in items:
        flat.extend(item.items if isinstance(item, kind) else (item,))
    return tuple(flat)


def parse_rule(rule: str, *, words: RuleWords | None = None) -> Node:
    """Read a rule.

    Parameters
    ----------
    rule
        The text, at most 4,000 characters; see the module for the grammar.
    words
        Words of the operators; the shipped ones by default.

    Raises
    ------
    RuleSyntaxError
        If it cannot be read, or would hold for texts without any of its words.

    Examples
    --------
    >>> from analytics.rule_syntax import format_rule
    >>> format_rule(parse_rule("（预付卡 OR 充值）AND 退费>=2 NOT 话费"))
    '(预付卡 或 充值) 且 退费>=2 且 非 话费'
    >>> parse_rule("预付卡 退费")
    Traceback (most recent call last):
    ...
    analytics.rule_errors.RuleSyntaxError: rule not understood at character 5, found '退费': expected an operator or the end (no_operator)
    """
    if not rule.strip():
        raise RuleSyntaxError(Fault.EMPTY, 0, rule)
    if len(rule) > MAX_RULE:
        raise RuleSyntaxError(Fault.RULE_TOO_LONG, MAX_RULE, rule[MAX_RULE:])
    node = _Parser(_Scanner(rule, words or rule_words()).tokens()).whole()
    if depth_of(node) > MAX_DEPTH:
        raise RuleSyntaxError(Fault.TOO_DEEP, 0, rule)
    if holds_without_words(node):
        raise RuleSyntaxError(Fault.HOLDS_ALWAYS, 0, rule)
    return node
