"""What can be wrong with a keyword rule, and the limits of one."""

from enum import StrEnum

MAX_RULE = 4_000
"""Most characters of a rule. Ours: a rule nobody can read is no rule."""

MAX_KEYWORD = 40
"""Most characters of one word. Ours."""

MAX_DEPTH = 20
"""Most levels of a rule. Ours."""

MAX_BRACKETS = 60
"""Most brackets within each other, needless ones included. Ours."""

MAX_NUMBER = 200
"""Largest gap, distance and count. Ours: a narrative sentence is shorter."""


class Fault(StrEnum):
    """What is wrong with a rule; a page has a sentence for each."""

    EMPTY = "empty"
    RULE_TOO_LONG = "rule_too_long"
    KEYWORD_TOO_LONG = "keyword_too_long"
    TOO_DEEP = "too_deep"
    UNCLOSED_BRACKET = "unclosed_bracket"
    UNCLOSED_QUOTE = "unclosed_quote"
    UNOPENED_BRACKET = "unopened_bracket"
    NO_KEYWORD = "no_keyword"
    NO_OPERATOR = "no_operator"
    MIXED_OPERATORS = "mixed_operators"
    GLUED_OPERATOR = "glued_operator"
    BAD_CHARACTER = "bad_character"
    BAD_NUMBER = "bad_number"
    BAD_GAP = "bad_gap"
    NEAR_OPERAND = "near_operand"
    HOLDS_ALWAYS = "holds_always"


_EXPECTED = {
    Fault.EMPTY: "at least one keyword",
    Fault.RULE_TOO_LONG: f"at most {MAX_RULE} characters",
    Fault.KEYWORD_TOO_LONG: f"at most {MAX_KEYWORD} characters",
    Fault.TOO_DEEP: f"at most {MAX_DEPTH} levels of brackets",
    Fault.UNCLOSED_BRACKET: "a closing bracket",
    Fault.UNCLOSED_QUOTE: "a closing quotation mark",
    Fault.UNOPENED_BRACKET: "no bracket: none is open",
    Fault.NO_KEYWORD: "a keyword or an opening bracket",
    Fault.NO_OPERATOR: "an operator or the end",
    Fault.MIXED_OPERATORS: "brackets, because OR stands beside AND or NOT",
    Fault.GLUED_OPERATOR: "spaces around the operator, or quotation marks around the keyword",
    Fault.BAD_CHARACTER: "OR between keywords, or quotation marks around them",
    Fault.BAD_NUMBER: f"a whole number from 1 to {MAX_NUMBER}",
    Fault.BAD_GAP: "a word on both sides of the gap",
    Fault.NEAR_OPERAND: "single keywords, or keywords joined by OR in brackets",
    Fault.HOLDS_ALWAYS: "a keyword that must be there, not only ones that must not",
}


class RuleSyntaxError(ValueError):
    """A rule cannot be read.

    Attributes
    ----------
    fault
        What is wrong.
    position
        Where, counted from 0; the length of the rule where something is missing at its end.
    found
        The text there; empty at the end.
    """

    def __init__(self, fault: Fault, position: int, found: str) -> None:
        at = f"at character {position + 1}, found {found[:20]!r}" if found else "at the end"
        super().__init__(f"rule not understood {at}: expected {_EXPECTED[fault]} ({fault})")
        self.fault = fault
        self.position = position
        self.found = found
