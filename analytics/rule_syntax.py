"""What a keyword rule is made of, and how it is written out.

A rule is a tree of frozen nodes. `analytics.rule_parser` reads it from text, `format_rule` writes its
normal form, which reads back as the same tree. The words of the operators are data
(``assets/lexicons/rule_words.yaml``).
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from analytics.normalising import CHARACTERS_FILE

WORDS_FILE = Path(__file__).resolve().parents[1] / "assets" / "lexicons" / "rule_words.yaml"

GAP = 10
"""Most characters that ``*`` stands for, and the distance of NEAR and THEN without a number. Ours."""

QUOTES = {'"': '"', "“": "”", "「": "」"}
"""Opening quotation marks and what closes them; nothing inside them is an operator."""

BRACKETS = "()（）"
COUNT_SIGNS = (">=", "≥")
SEPARATORS = ",，;；"
"""Characters that may stand in a keyword only within quotation marks."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word that stands in the text at least so many times; overlapping hits count."""

    text: str
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class Sequence:
    """Words one after the other, each at most ``gaps[i]`` characters behind the one before.

    No end of a sentence may lie in between.
    """

    words: tuple[str, ...]
    gaps: tuple[int, ...]
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class Near:
    """One of ``left`` and one of ``right`` in the same sentence, at most ``within`` characters apart.

    ``ordered``: the left one comes first. The two never share a character.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    within: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where the item does not."""

    item: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """Holds where all items do."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Holds where any item does."""

    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Holds where ``least`` of the items do."""

    least: int
    items: "tuple[Node, ...]"


Node = Keyword | Sequence | Near | Not | And | Or | AtLeast


@dataclass(frozen=True, slots=True)
class RuleWords:
    """Words of the operators, in lower case; the first of each is written, all are read.

    Attributes
    ----------
    glued
        Characters that no unquoted keyword may hold: they are operators that lack a space.
    negators, not_negators
        Words before a keyword that deny it, and words that only look like that.
    """

    and_: tuple[str, ...]
    or_: tuple[str, ...]
    not_: tuple[str, ...]
    near: tuple[str, ...]
    then: tuple[str, ...]
    at_least: tuple[str, ...]
    glued: tuple[str, ...]
    negators: tuple[str, ...]
    not_negators: tuple[str, ...]

    @property
    def symbols(self) -> str:
        """Operators that are a sign, so that they need no space around."""
        single = (word for word in (*self.and_, *self.or_, *self.not_) if len(word) == 1)
        return "".join(sign for sign in single if not sign.isalnum())

    @property
    def numbered(self) -> tuple[str, ...]:
        """Operators that a number follows."""
        return (*self.near, *self.then, *self.at_least)


@cache
def rule_words(path: Path = WORDS_FILE) -> RuleWords:
    """Read the words of the operators.

    Raises
    ------
    FileNotFoundError, KeyError
        If the file or one of its lists is missing.
    """
    listed: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))

    def words(name: str) -> tuple[str, ...]:
        return tuple(str(word).lower() for word in listed[name])

    return RuleWords(
        and_=words("and"), or_=words("or"), not_=words("not"),
        near=words("near"), then=words("then"), at_least=words("at_least"),
        glued=words("glued"), negators=words("negators"), not_negators=words("not_negators"),
    )  # fmt: skip


def _folded(character: str) -> str:
    narrow = unicodedata.normalize("NFKC", character)
    lowered = (narrow if len(narrow) == 1 else character).lower()
    return lowered if len(lowered) == 1 else character


@cache
def _folding() -> npt.NDArray[np.uint32]:
    """Return the folded code of every code point; surrogates stand for the replacement character."""
    table = np.arange(0x110000, dtype=np.uint32)
    for code in range(0x20000):
        if not 0xD800 <= code <= 0xDFFF:
            table[code] = ord(_folded(chr(code)))
    table[0xD800:0xE000] = 0xFFFD
    simplified = np.arange(0x110000, dtype=np.uint32)
    for line in CHARACTERS_FILE.read_text(encoding="utf-8").splitlines():
        if len(line) == 2:
            simplified[ord(line[0])] = ord(line[1])
    return simplified[table]


def folded_codes(text: str) -> npt.NDArray[np.uint32]:
    """Return the code points of ``text``, folded.

    Full-width letters, digits and signs become half-width, capitals small and traditional characters
    simplified, one character for one (NFKC where it gives a single character), so that positions
    stay. Line breaks stay.

    Examples
    --------
    >>> "".join(map(chr, folded_codes("ＡＩ課（１２％）")))
    'ai课(12%)'
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    return np.asarray(_folding()[codes], dtype=np.uint32)


def fold(text: str) -> str:
    """Return ``text`` as rules see it; as many characters as before."""
    return folded_codes(text).astype("<u4").tobytes().decode("utf-32-le")


def keywords_of(node: Node) -> Iterator[str]:
    """Yield every word of a rule as it was written, denied ones too.

    Examples
    --------
    >>> list(keywords_of(And((Keyword("退费"), Not(Keyword("话费"))))))
    ['退费', '话费']
    """
    match node:
        case Keyword(text):
            yield text
        case Sequence(words):
            yield from words
        case Near(left, right):
            yield from (*left, *right)
        case Not(item):
            yield from keywords_of(item)
        case And(items) | Or(items) | AtLeast(items=items):
            for each in items:
                yield from keywords_of(each)


def depth_of(node: Node) -> int:
    """Return how many levels a rule has; a keyword has one.

    Examples
    --------
    >>> depth_of(And((Keyword("退费"), Not(Keyword("话费")))))
    3
    """
    match node:
        case Not(item):
            return 1 + depth_of(item)
        case And(items) | Or(items) | AtLeast(items=items):
            return 1 + max(map(depth_of, items))
        case _:
            return 1


def holds_without_words(node: Node) -> bool:
    """Tell whether a rule holds for a text with none of its words.

    Examples
    --------
    >>> holds_without_words(Not(Keyword("话费"))), holds_without_words(Keyword("话费"))
    (True, False)
    """
    match node:
        case Not(item):
            return not holds_without_words(item)
        case And(items):
            return all(holds_without_words(each) for each in items)
        case Or(items):
            return any(holds_without_words(each) for each in items)
        case AtLeast(least, items):
            return sum(holds_without_words(each) for each in items) >= least
        case _:
            return False


def format_rule(node: Node, *, words: RuleWords | None = None) -> str:
    """Write a rule in its normal form, which `analytics.rule_parser.parse_rule` reads back as ``node``.

    Parameters
    ----------
    words
        Words of the operators; the shipped ones by default.

    Examples
    --------
    >>> format_rule(And((Or((Keyword("预付卡"), Keyword("充值"))), Not(Keyword("话费")))))
    '(预付卡 或 充值) 且 非 话费'
    >>> format_rule(Sequence(("充值", "退"), (GAP,)))
    '充值*退'
    """
    known = words or rule_words()
    match node:
        case And(items):
            written = f" {known.and_[0]} ".join(_inner(each, known) for each in items)
        case Or(items):
            written = f" {known.or_[0]} ".join(_inner(each, known) for each in items)
        case Not(item):
            written = f"{known.not_[0]} {_inner(item, known)}"
        case AtLeast(least, items):
            listed = "；".join(format_rule(each, words=known) for each in items)
            written = f"{known.at_least[0]}{least} ({listed})"
        case Near(left, right, within, ordered):
            word = (known.then if ordered else known.near)[0]
            sides = (_alternatives(left, known), _alternatives(right, known))
            written = f"{sides[0]} {word}{within} {sides[1]}"
        case Keyword(text, at_least):
            written = _quoted(text, known) + _count(at_least)
        case Sequence(parts, gaps, at_least):
            marks = ["*" if gap == GAP else f"[{gap}]" for gap in gaps]
            written = _quoted(parts[0], known)
            written += "".join(
                mark + _quoted(part, known) for mark, part in zip(marks, parts[1:], strict=True)
            )
            written += _count(at_least)
    return written


def _inner(node: Node, words: RuleWords) -> str:
    text = format_rule(node, words=words)
    return f"({text})" if isinstance(node, And | Or) else text


def _alternatives(texts: tuple[str, ...], words: RuleWords) -> str:
    listed = f" {words.or_[0]} ".join(_quoted(text, words) for text in texts)
    return f"({listed})" if len(texts) > 1 else listed


def _count(at_least: int) -> str:
    return f"{COUNT_SIGNS[0]}{at_least}" if at_least > 1 else ""


def _quoted(text: str, words: RuleWords) -> str:
    if is_plain(text, words):
        return text
    for opening, closing in QUOTES.items():
        if closing not in text:
            return f"{opening}{text}{closing}"
    raise ValueError(
        f"keyword {text!r} holds every closing quotation mark {''.join(QUOTES.values())}; remove one"
    )


def is_plain(text: str, words: RuleWords) -> bool:
    """Tell whether a keyword can be written without quotation marks."""
    low = fold(text)
    if not low or any(character.isspace() for character in text):
        return False
    marks = {*BRACKETS, *SEPARATORS, *QUOTES, *QUOTES.values(), *words.symbols, "*", "[", "]", "≥"}
    if marks.intersection((*text, *low)) or ">=" in low or any(word in low for word in words.glued):
        return False
    stem = low.rstrip("0123456789").removesuffix("/")
    operators = {*words.and_, *words.or_, *words.not_}
    return low not in operators and stem not in words.numbered and low not in words.numbered
