"""Special campaigns: topics given by keyword rules and coded fields, with period, law and targets."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from analytics.rule_errors import RuleSyntaxError
from analytics.rule_parser import parse_rule

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Name = Annotated[str, Field(min_length=2, max_length=30, pattern=r"^[^,，;；\s]+$")]
Codes = tuple[Annotated[str, Field(min_length=1, max_length=20)], ...]

KINDS = ("complaint", "tipoff")
"""Kinds that a campaign looks at unless it says otherwise: an inquiry is no clue. Ours."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CodedFields(_Part):
    """Conditions on coded fields: all fields named must fit, each by any of its codes.

    A code stands for all below it: ``G101`` for its products, ``420100`` for its counties.

    Attributes
    ----------
    is_prepaid
        What the entry says of prepayment; None asks nothing.
    """

    product: Codes = ()
    issue: Codes = ()
    region: Codes = ()
    is_prepaid: bool | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self == CodedFields.model_construct():
            msg = "no field is named; leave the condition out instead"
            raise ValueError(msg)
        return self


class CampaignTopic(_Part):
    """A part of a campaign, found by words or by codes.

    Attributes
    ----------
    rule
        See `analytics.rule_parser`; None where codes alone decide.
    guarded
        Words right behind a negation do not count.
    only
        Must hold besides the rule, where the fields are known at all.
    also
        Holds for the topic whatever the words are.
    """

    code: Code
    name: Name
    rule: Annotated[str, Field(min_length=1)] | None = None
    guarded: bool = False
    only: CodedFields | None = None
    also: CodedFields | None = None

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if self.rule is None and self.also is None:
            msg = "a topic needs a rule, or codes under 'also'"
            raise ValueError(msg)
        if self.rule is None and self.only is not None:
            msg = "'only' narrows a rule, and there is none; use 'also'"
            raise ValueError(msg)
        return self


class LegalBasis(_Part):
    """A law and its articles; ``checked`` once a person has read them in the official text."""

    law: Annotated[str, Field(min_length=2, max_length=60)]
    articles: Annotated[str, Field(max_length=60)] = ""
    checked: bool = False


class Targets(_Part):
    """What a campaign sets out to do within its period; None where nothing is set."""

    checks: Annotated[int, Field(gt=0)] | None = None
    cases: Annotated[int, Field(gt=0)] | None = None
    recovered_yuan: Annotated[float, Field(gt=0)] | None = None
    penalties_yuan: Annotated[float, Field(gt=0)] | None = None


class Campaign(_Part):
    """A campaign.

    Attributes
    ----------
    code
        Stays the same when name or rules change.
    series
        Campaigns of several years under one name, such as the yearly lists.
    version
        Raised whenever a rule changes.
    starts_on, ends_on
        Inclusive; ``ends_on`` is None while no end is set.
    period_note
        What is not known of the period.
    regions
        Codes of where it is carried out; empty everywhere.
    ours
        The rules are our own proposal, not taken from a regulator's list.
    """

    code: Code
    series: Name
    name: Name
    description: Annotated[str, Field(min_length=1, max_length=300)]
    source: Annotated[str, Field(min_length=1, max_length=200)]
    version: Annotated[int, Field(ge=1)] = 1
    starts_on: dt.date
    ends_on: dt.date | None = None
    period_note: Annotated[str, Field(max_length=100)] = ""
    legal_basis: tuple[LegalBasis, ...] = ()
    kinds: Codes = KINDS
    regions: Codes = ()
    targets: Targets = Targets()
    topics: Annotated[tuple[CampaignTopic, ...], Field(min_length=1)]
    ours: bool

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            msg = f"ends_on {self.ends_on} lies before starts_on {self.starts_on}"
            raise ValueError(msg)
        for field in ("code", "name"):
            values = [getattr(topic, field) for topic in self.topics]
            twice = sorted({each for each in values if values.count(each) > 1})
            if twice:
                msg = f"topics: {field} used twice: {', '.join(twice)}"
                raise ValueError(msg)
        return self


@dataclass(frozen=True, slots=True)
class CampaignFault:
    """One thing wrong with campaigns.

    Attributes
    ----------
    campaign
        Its code, or number from 1 where it has none; empty for the list itself.
    field
        Which part of it, as a path.
    message
        What is wrong, in English, for the log.
    rule_error
        The fault of a rule, with its position, where it is one.
    """

    campaign: str
    field: str
    message: str
    rule_error: RuleSyntaxError | None = None


class InvalidCampaignsError(ValueError):
    """Campaigns cannot be used; ``faults`` are all that was found."""

    def __init__(self, faults: tuple[CampaignFault, ...]) -> None:
        told = "; ".join(
            f"campaign {each.campaign!r}, {each.field}: {each.message}" for each in faults
        )
        super().__init__(f"{len(faults)} faults in the campaigns: {told}")
        self.faults = faults


_ONE = TypeAdapter(Campaign)


def read_campaigns(held: object) -> tuple[Campaign, ...]:
    """Check what one file of campaigns holds.

    Parameters
    ----------
    held
        A mapping with ``topics`` (a list of topics) and ``campaigns``, whose ``topics`` are codes
        of that list: campaigns of several years share topics.

    Raises
    ------
    InvalidCampaignsError
        With every fault: fields missing, unknown or out of range, topics that are not there, rules
        that cannot be read, codes and names used twice.

    Examples
    --------
    >>> topic = {"code": "short", "name": "缺斤短两", "rule": "缺斤短两 OR 短秤"}
    >>> campaign = {"code": "iron_2025", "series": "铁拳", "name": "铁拳2025", "description": "…",
    ...     "source": "…", "starts_on": "2025-01-01", "ours": True, "topics": ["short"]}
    >>> [found] = read_campaigns({"topics": [topic], "campaigns": [campaign]})
    >>> found.topics[0].name, found.kinds
    ('缺斤短两', ('complaint', 'tipoff'))
    >>> read_campaigns({"topics": [topic], "campaigns": [campaign | {"topics": ["long"]}]})
    Traceback (most recent call last):
    ...
    analytics.campaign_definitions.InvalidCampaignsError: 1 faults in the campaigns: campaign
    'iron_2025', topics: no topic 'long' in this file
    """
    if not isinstance(held, Mapping) or set(held) != {"topics", "campaigns"}:
        fault = CampaignFault("", "", "two entries are needed: 'topics' and 'campaigns'")
        raise InvalidCampaignsError((fault,))
    topics = {each.get("code"): each for each in held["topics"] if isinstance(each, Mapping)}
    faults: list[CampaignFault] = []
    found: list[Campaign] = []
    for number, given in enumerate(held["campaigns"], start=1):
        if not isinstance(given, Mapping):
            faults.append(CampaignFault(str(number), "", "a mapping is needed"))
            continue
        code = given["code"] if isinstance(given.get("code"), str) else str(number)
        named = given.get("topics") or ()
        missing = [each for each in named if each not in topics]
        faults += [
            CampaignFault(code, "topics", f"no topic {each!r} in this file") for each in missing
        ]
        whole = {**given, "topics": [topics[each] for each in named if each in topics]}
        if missing:
            continue
        try:
            found.append(checked(whole, code))
        except InvalidCampaignsError as error:
            faults += error.faults
    faults += used_twice(found)
    if faults:
        raise InvalidCampaignsError(tuple(faults))
    return tuple(found)


def used_twice(campaigns: list[Campaign]) -> list[CampaignFault]:
    """Return a fault for every code and name that an earlier campaign has too."""
    return [
        CampaignFault(campaign.code, field, f"{getattr(campaign, field)!r} is used twice")
        for field in ("code", "name")
        for number, campaign in enumerate(campaigns)
        if getattr(campaign, field) in [getattr(each, field) for each in campaigns[:number]]
    ]


def checked(given: Mapping[str, Any], code: str) -> Campaign:
    """Check one campaign whose topics are written out; ``code`` names it in faults.

    Raises
    ------
    InvalidCampaignsError
        With every fault of it.
    """
    try:
        campaign = _ONE.validate_python(dict(given))
    except ValidationError as error:
        raise InvalidCampaignsError(
            tuple(
                CampaignFault(code, ".".join(map(str, each["loc"])), each["msg"])
                for each in error.errors()
            )
        ) from error
    faults = []
    for topic in campaign.topics:
        try:
            parse_rule(topic.rule or topic.name)
        except RuleSyntaxError as error:
            faults.append(CampaignFault(code, f"topics.{topic.code}.rule", str(error), error))
    if faults:
        raise InvalidCampaignsError(tuple(faults))
    return campaign


def topic_digest(campaign: Campaign, topic: CampaignTopic) -> str:
    """Return a short text that differs when other submissions belong to the topic.

    Period and targets are not part of it: hits are kept for all days, so that a campaign can be
    compared with the time before it.
    """
    told = (topic.rule, topic.guarded, topic.only, topic.also, campaign.kinds, campaign.regions)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
