"""Which tags are in force: the shipped ones, overlaid by what people decided."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from analytics.rule_errors import RuleSyntaxError
from analytics.rule_parser import parse_rule
from analytics.tag_definitions import InvalidTagsError, TagDefinition, TagFault

IN_FORCE, OFF = "in_force", "off"
"""What can be decided about a tag."""

OWN = "own_"
"""What codes of tags begin with that are not shipped."""

DETAILS = ("name", "description", "rule", "guarded")
"""What a decision `IN_FORCE` says of a tag."""


@dataclass(frozen=True, slots=True)
class TagDecision:
    """What was decided about a tag.

    Attributes
    ----------
    verdict
        `IN_FORCE` or `OFF`.
    details
        For `IN_FORCE` the values of `DETAILS`; ``guarded`` may be left out.
    """

    code: str
    verdict: str
    details: Mapping[str, Any]


def own_code(name: str) -> str:
    """Return the code of a new tag: the same for the same name.

    Examples
    --------
    >>> own_code("校园食品").startswith("own_"), own_code("校园食品") == own_code("校园用品")
    (True, False)
    """
    return OWN + hashlib.sha256(name.encode()).hexdigest()[:10]


def tags_in_force(
    shipped: Iterable[TagDefinition], decisions: Iterable[TagDecision]
) -> tuple[TagDefinition, ...]:
    """Return the tags that are given: shipped ones first, in their order, then others by code.

    Parameters
    ----------
    shipped
        Tags of the file.
    decisions
        Those that hold, oldest first; of several about one tag the last counts.

    Raises
    ------
    InvalidTagsError
        If a decided tag cannot be used.
    ValueError
        If a verdict is unknown.

    Examples
    --------
    >>> tag = TagDefinition(
    ...     code="runaway", name="关门跑路", description="…", rule="跑路", version=1, ours=True
    ... )
    >>> changed = TagDecision("runaway", "in_force", {"name": "跑路", "description": "…", "rule": "失联"})
    >>> [(each.name, each.rule, each.version) for each in tags_in_force([tag], [changed])]
    [('跑路', '失联', 2)]
    >>> tags_in_force([tag], [changed, TagDecision("runaway", "off", {})])
    ()
    """
    known = {tag.code: tag for tag in shipped}
    latest = {each.code: each for each in decisions}
    new = sorted(set(latest) - set(known))
    found = []
    for code in [*known, *new]:
        decision = latest.get(code)
        if decision is None:
            found.append(known[code])
        elif decision.verdict == IN_FORCE:
            found.append(decided_tag(decision, known.get(code)))
        elif decision.verdict != OFF:
            msg = f"verdict on tag {code!r} must be {IN_FORCE} or {OFF}, got {decision.verdict!r}"
            raise ValueError(msg)
    return tuple(found)


def decided_tag(decision: TagDecision, shipped: TagDefinition | None) -> TagDefinition:
    """Return the tag that a decision puts in force; its version follows that of the shipped one.

    Raises
    ------
    InvalidTagsError
        With every fault but those of the rule itself, which shows when it is compiled.
    """
    given = {name: decision.details[name] for name in DETAILS if name in decision.details}
    version = shipped.version + 1 if shipped else 1
    try:
        return TagDefinition.model_validate(
            {"code": decision.code, **given, "version": version, "ours": True}
        )
    except ValidationError as error:
        raise InvalidTagsError(
            tuple(
                TagFault(decision.code, ".".join(map(str, each["loc"])), each["msg"])
                for each in error.errors()
            )
        ) from error


def rule_fault(tag: TagDefinition) -> RuleSyntaxError | None:
    """Return why a tag's rule cannot be read, None if it can.

    A rule is read before it is kept; one that a later version of the program reads no more can
    still be among those that people decided.

    Examples
    --------
    >>> tag = TagDefinition(
    ...     code="own_1", name="退费", description="…", rule="退费 难", version=1, ours=True
    ... )
    >>> print(rule_fault(tag))
    rule not understood at character 4, found '难': expected an operator or the end (no_operator)
    >>> rule_fault(tag.model_copy(update={"rule": "退费"})) is None
    True
    """
    return _fault_of(tag.rule)


@lru_cache(maxsize=1024)
def _fault_of(rule: str) -> RuleSyntaxError | None:
    # Kept, because the page asks for all rules at every click, which took two thirds of its time.
    try:
        parse_rule(rule)
    except RuleSyntaxError as error:
        return error.with_traceback(None)
    return None


def rule_digest(tag: TagDefinition) -> str:
    """Return a short text that differs when the tag is given to other submissions.

    Examples
    --------
    >>> tag = TagDefinition(
    ...     code="runaway", name="关门跑路", description="…", rule="跑路", version=1, ours=True
    ... )
    >>> rule_digest(tag) == rule_digest(tag.model_copy(update={"name": "跑路"}))
    True
    """
    return hashlib.sha256(repr((tag.rule, tag.guarded)).encode()).hexdigest()[:16]
