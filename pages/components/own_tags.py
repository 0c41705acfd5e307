"""The tags as they stand: the shipped rules, what people decided, and what the data knows of it."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import yaml

from analytics.rule_errors import RuleSyntaxError
from analytics.tag_definitions import TagDefinition, read_tags
from analytics.tags_in_force import (
    IN_FORCE,
    OFF,
    OWN,
    TagDecision,
    decided_tag,
    rule_digest,
    rule_fault,
    tags_in_force,
)
from pages.components import findings_data, places, store
from pages.components.access import Viewer
from pages.components.store import Decision
from queries.vocabulary import DecisionKind


class State(StrEnum):
    """How a tag stands to the data."""

    APPLIED = "applied"
    PENDING = "pending"
    OFF = "off"
    OFF_PENDING = "off_pending"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag with what is known of it.

    Attributes
    ----------
    definition
        As it is in force, or was before it was switched off.
    shipped
        The rule that came with the program, None for a tag of one's own.
    decision
        What somebody decided about it last, None if nobody did.
    fault
        Why its rule cannot be read, so that the tag is not given; None if it can.
    """

    definition: TagDefinition
    state: State
    shipped: TagDefinition | None
    decision: Decision | None
    fault: RuleSyntaxError | None = None

    @property
    def code(self) -> str:
        """Code of the tag."""
        return self.definition.code

    @property
    def in_force(self) -> bool:
        """True unless it is switched off or its rule cannot be read."""
        return self.state in {State.APPLIED, State.PENDING}

    @property
    def is_off(self) -> bool:
        """True if it is switched off."""
        return self.state in {State.OFF, State.OFF_PENDING}


@functools.cache
def shipped() -> tuple[TagDefinition, ...]:
    """Return the tags that came with the program, from ``assets/rules/tags.yaml``."""
    path = places.ASSETS / "rules" / "tags.yaml"
    return read_tags(yaml.safe_load(path.read_text(encoding="utf-8"))["tags"])


def may_decide(viewer: Viewer) -> bool:
    """Tell whether a viewer maintains tags."""
    return viewer.may_decide(DecisionKind.TAG_RULE)


def known() -> dict[str, Tag]:
    """Return every tag, those switched off too, by its code."""
    decisions = {each.subject: each for each in store.decisions(DecisionKind.TAG_RULE)}
    return stand(shipped(), decisions, findings_data.tag_books())


def stand(
    given: tuple[TagDefinition, ...],
    decisions: Mapping[str, Decision],
    books: Mapping[str, tuple[str, str]],
) -> dict[str, Tag]:
    """Return how every tag stands.

    Parameters
    ----------
    decisions
        The last one about each tag that holds.
    books
        Name and digest of the rule of every tag that the data was given.
    """
    told = [TagDecision(each.subject, each.verdict, each.details) for each in decisions.values()]
    ours = {tag.code: tag for tag in given}
    found = {}
    for tag in tags_in_force(given, told):
        applied = books.get(tag.code) == (tag.name, rule_digest(tag))
        state = State.APPLIED if applied else State.PENDING
        fault = rule_fault(tag)
        if fault is not None:
            state = State.UNREADABLE
        found[tag.code] = Tag(tag, state, ours.get(tag.code), decisions.get(tag.code), fault)
    for each in told:
        if each.verdict != OFF:
            continue
        was = ours.get(each.code)
        if each.details:
            was = decided_tag(TagDecision(each.code, IN_FORCE, each.details), was)
        if was is not None:
            state = State.OFF_PENDING if each.code in books else State.OFF
            fault = rule_fault(was)
            found[each.code] = Tag(was, state, ours.get(each.code), decisions[each.code], fault)
    return found


def names() -> dict[str, str]:
    """Return the name of every tag by its code."""
    return {code: tag.definition.name for code, tag in known().items()}


def put_in_force(viewer: Viewer, tag: TagDefinition, *, note: str) -> None:
    """Keep a rule; the next refresh gives the tag by it."""
    _decide(viewer, tag, IN_FORCE, OFF, note)


def switch_off(viewer: Viewer, tag: TagDefinition, *, note: str) -> None:
    """Give the tag no more from the next refresh on."""
    _decide(viewer, tag, OFF, IN_FORCE, note)


def back_to_shipped(viewer: Viewer, code: str) -> None:
    """Take back what was decided about a shipped tag."""
    for each in store.decisions(DecisionKind.TAG_RULE):
        if each.subject == code:
            store.withdraw(viewer, DecisionKind.TAG_RULE, each.decision_id)


def is_own(code: str) -> bool:
    """Tell whether a tag was made here.

    Examples
    --------
    >>> is_own("own_1a2b"), is_own("runaway")
    (True, False)
    """
    return code.startswith(OWN)


def _decide(viewer: Viewer, tag: TagDefinition, verdict: str, other: str, note: str) -> None:
    store.decide(
        viewer,
        DecisionKind.TAG_RULE,
        tag.code,
        verdict,
        details={
            "name": tag.name,
            "description": tag.description,
            "rule": tag.rule,
            "guarded": tag.guarded,
        },
        note=note,
        instead_of=(other,),
    )
