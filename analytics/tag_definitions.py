"""Tags beyond the fixed classification: a name, a rule, and where it comes from."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from analytics.keyword_rules import RuleSet, compile_rules
from analytics.rule_errors import RuleSyntaxError
from analytics.rule_parser import parse_rule

SEPARATOR = ","
"""Between the tags of a submission where they are kept as one text; no name may hold it."""


class TagDefinition(BaseModel):
    """A tag and the rule that gives it.

    Attributes
    ----------
    code
        Stays the same when the name or the rule changes.
    rule
        See `analytics.rule_parser`.
    guarded
        Words right behind a negation do not count (see `analytics.keyword_rules.compile_rules`).
    version
        Raised whenever the rule changes.
    ours
        The rule is our own proposal, not taken from a regulator's list.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
    name: Annotated[str, Field(min_length=2, max_length=20, pattern=r"^[^,，;；\s]+$")]
    description: Annotated[str, Field(min_length=1, max_length=200)]
    rule: Annotated[str, Field(min_length=1)]
    guarded: bool = False
    version: Annotated[int, Field(ge=1)]
    ours: bool


@dataclass(frozen=True, slots=True)
class TagFault:
    """One thing wrong with a list of tags.

    Attributes
    ----------
    tag
        Code of the tag, or its number from 1 where it has none; empty for the list itself.
    field
        Which of its fields.
    message
        What is wrong, in English, for the log.
    rule_error
        The fault of the rule, with its position, where it is one.
    """

    tag: str
    field: str
    message: str
    rule_error: RuleSyntaxError | None = None


class InvalidTagsError(ValueError):
    """A list of tags cannot be used; ``faults`` are all that was found."""

    def __init__(self, faults: tuple[TagFault, ...]) -> None:
        listed = "; ".join(f"tag {each.tag!r}, {each.field}: {each.message}" for each in faults)
        super().__init__(f"{len(faults)} faults in the tags: {listed}")
        self.faults = faults


_LIST = TypeAdapter(tuple[TagDefinition, ...])


def read_tags(listed: object) -> tuple[TagDefinition, ...]:
    """Check a list of tags as a whole.

    Parameters
    ----------
    listed
        What a YAML or JSON list of tags holds.

    Raises
    ------
    InvalidTagsError
        With every fault: fields missing, unknown or out of range, rules that cannot be read, codes
        and names used twice.

    Examples
    --------
    >>> tag = {"code": "runaway", "name": "关门跑路", "description": "…", "version": 1, "ours": True}
    >>> [each.name for each in read_tags([tag | {"rule": "跑路 OR 失联"}])]
    ['关门跑路']
    >>> read_tags([tag | {"rule": "跑路 失联"}])
    Traceback (most recent call last):
    ...
    analytics.tag_definitions.InvalidTagsError: 1 faults in the tags: tag 'runaway', rule: rule not
    understood at character 4, found '失联': expected an operator or the end (no_operator)
    """
    faults: list[TagFault] = []
    tags: tuple[TagDefinition, ...] = ()
    try:
        tags = _LIST.validate_python(tuple(listed) if isinstance(listed, list) else listed)
    except ValidationError as error:
        faults += [_fault(listed, detail) for detail in error.errors()]
    for field in ("code", "name"):
        values = [getattr(tag, field) for tag in tags]
        faults += [
            TagFault(tag.code, field, f"{getattr(tag, field)!r} is used twice")
            for number, tag in enumerate(tags)
            if getattr(tag, field) in values[:number]
        ]
    for tag in tags:
        try:
            parse_rule(tag.rule)
        except RuleSyntaxError as error:
            faults.append(TagFault(tag.code, "rule", str(error), error))
    if faults:
        raise InvalidTagsError(tuple(faults))
    return tags


def _fault(listed: object, detail: ErrorDetails) -> TagFault:
    place = detail["loc"]
    if not place:
        return TagFault("", "", detail["msg"])
    given = listed[int(place[0])] if isinstance(listed, list) else None
    named = given.get("code") if isinstance(given, dict) else None
    tag = named if isinstance(named, str) else str(int(place[0]) + 1)
    return TagFault(tag, ".".join(map(str, place[1:])), detail["msg"])


def tag_rules(tags: tuple[TagDefinition, ...]) -> RuleSet:
    """Compile the rules of tags; each under the code of its tag.

    Examples
    --------
    >>> len(tag_rules(()).rules)
    0
    """
    return compile_rules(
        {tag.code: tag.rule for tag in tags}, guarded=[tag.code for tag in tags if tag.guarded]
    )
