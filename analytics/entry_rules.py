"""What an entry must hold: the seven elements and the contradictions, as data."""

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

ElementCode = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,30}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Clue(_Strict):
    """One way to know something of an element; any of the fields, patterns and so on will do.

    Attributes
    ----------
    fields
        Columns of which one has a value.
    together
        Groups of columns of which all have a value.
    patterns
        Regular expressions for the folded narrative, without look-around.
    finds
        What must be found in the narrative.
    min_length
        Characters that the narrative must have.
    """

    code: ElementCode
    fields: tuple[str, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    patterns: tuple[str, ...] = ()
    finds: Literal["amount", "date"] | None = None
    min_length: Annotated[int, Field(ge=1)] | None = None

    @field_validator("patterns", mode="after")
    @classmethod
    def _searchable(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            if re.search(r"\(\?<?[=!]|\\[1-9]", pattern):
                raise ValueError(f"look-around and back-references do not work: {pattern}")
            readable = re.sub(r"\\x\{([0-9a-f]+)\}", lambda match: chr(int(match[1], 16)), pattern)
            try:
                re.compile(readable)
            except re.error as error:
                raise ValueError(f"no regular expression: {pattern} ({error})") from error
        return patterns

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.fields or self.together or self.patterns or self.finds or self.min_length):
            raise ValueError(f"clue {self.code} names no field, pattern, finding or length")
        return self


class Element(_Strict):
    """One of the elements of an entry.

    Attributes
    ----------
    applies_to
        Kinds of submission that need it.
    needed
        Clues that make it present, by kind; ``default`` for the kinds not named.
    """

    code: ElementCode
    name: Annotated[str, Field(min_length=1, max_length=20)]
    applies_to: tuple[str, ...]
    needed: dict[str, Annotated[int, Field(ge=1)]]
    clues: Annotated[tuple[Clue, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if "default" not in self.needed:
            raise ValueError(f"element {self.code}: needed has no default")
        if max(self.needed.values()) > len(self.clues):
            raise ValueError(f"element {self.code}: needs more clues than it has")
        return self


class Contradictions(_Strict):
    """Limits beyond which fields and narrative contradict each other."""

    kinds: tuple[str, ...]
    amount_tolerance: Annotated[float, Field(ge=0, lt=1)]
    date_gap_days: Annotated[int, Field(ge=1)]
    category_confidence: Annotated[float, Field(ge=0, le=1)]
    other_place_before: tuple[str, ...]
    other_place_after: tuple[str, ...]
    place_reach: Annotated[int, Field(ge=1, le=40)]


class EntryRules(_Strict):
    """The whole of the rules for entries.

    Examples
    --------
    >>> EntryRules.model_validate(
    ...     {
    ...         "elements": [
    ...             {
    ...                 "code": "contact", "name": "联系方式", "applies_to": ["complaint"],
    ...                 "needed": {"default": 1},
    ...                 "clues": [{"code": "phone", "fields": ["phone_masked"]}],
    ...             }
    ...         ],
    ...         "placeholders": ["不详"],
    ...         "actionable": ["contact"],
    ...         "contradictions": {
    ...             "kinds": ["complaint"], "amount_tolerance": 0.02, "date_gap_days": 60,
    ...             "category_confidence": 0.9, "other_place_before": ["家住"],
    ...             "other_place_after": ["居民"], "place_reach": 20,
    ...         },
    ...         "least_entries": 30,
    ...     }
    ... ).elements[0].name
    '联系方式'
    """

    elements: Annotated[tuple[Element, ...], Field(min_length=1)]
    placeholders: tuple[str, ...]
    actionable: tuple[str, ...]
    contradictions: Contradictions
    least_entries: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        codes = [element.code for element in self.elements]
        if len(set(codes)) < len(codes):
            raise ValueError(f"an element is named twice: {', '.join(codes)}")
        unknown = sorted(set(self.actionable) - set(codes))
        if unknown:
            raise ValueError(f"actionable names no element: {', '.join(unknown)}")
        return self
