"""The campaigns as they stand: the shipped ones, what people decided, what the data knows of it."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

from analytics.campaign_definitions import (
    Campaign,
    InvalidCampaignsError,
    read_campaigns,
    topic_digest,
)
from analytics.campaigns_in_force import (
    IN_FORCE,
    OFF,
    OWN,
    SAMPLED,
    CampaignDecision,
    decided_campaign,
)
from pages.components import campaign_data, places, store
from pages.components.access import Viewer
from pages.components.store import Decision
from queries.vocabulary import DecisionKind


class State(StrEnum):
    """How a campaign stands to the data."""

    APPLIED = "applied"
    PENDING = "pending"
    OFF = "off"
    UNREADABLE = "unreadable"


STATES: Mapping[State, str] = {
    State.APPLIED: "",
    State.PENDING: "待下次更新生效",
    State.OFF: "已停用",
    State.UNREADABLE: "定义无法读取",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A campaign with what is known of it.

    Attributes
    ----------
    campaign
        As it is in force, or was before it was switched off.
    shipped
        The one that came with the program, None for one's own.
    decision
        What somebody decided about it last, None if nobody did.
    checked
        The last check of a sample, None if there was none.
    """

    campaign: Campaign
    state: State
    shipped: Campaign | None
    decision: Decision | None
    checked: Decision | None

    @property
    def code(self) -> str:
        """Code of the campaign."""
        return self.campaign.code

    @property
    def is_applied(self) -> bool:
        """True if its hits are those of its rules as they stand."""
        return self.state is State.APPLIED


@functools.cache
def shipped() -> tuple[Campaign, ...]:
    """Return the campaigns that came with the program, newest list first."""
    files = sorted((places.ASSETS / "campaigns").glob("*.yaml"))
    found = [
        campaign
        for file in files
        for campaign in read_campaigns(yaml.safe_load(file.read_text(encoding="utf-8")))
    ]
    return tuple(sorted(found, key=lambda each: (each.ends_on is not None, -each.starts_on.year)))


def may_decide(viewer: Viewer) -> bool:
    """Tell whether a viewer maintains campaigns."""
    return viewer.may_decide(DecisionKind.CAMPAIGN)


def known() -> dict[str, Known]:
    """Return every campaign, those switched off too, by its code; people's own first."""
    decisions = store.decisions(DecisionKind.CAMPAIGN)
    return stand(shipped(), decisions, campaign_data.books())


def stand(
    given: tuple[Campaign, ...],
    decisions: tuple[Decision, ...],
    books: Mapping[tuple[str, str], campaign_data.CampaignBook],
) -> dict[str, Known]:
    """Return how every campaign stands.

    Parameters
    ----------
    decisions
        Those that hold, oldest first.
    books
        What the data knows of each (campaign, topic).
    """
    told = {each.subject: each for each in decisions if each.verdict in {IN_FORCE, OFF}}
    checks = {each.subject: each for each in decisions if each.verdict == SAMPLED}
    ours = {each.code: each for each in given}
    own = [code for code in told if code not in ours]
    found = {}
    for code in [*sorted(own), *ours]:
        decision, first = told.get(code), ours.get(code)
        campaign, state = first, State.PENDING
        if decision is not None and decision.details:
            try:
                campaign = decided_campaign(
                    CampaignDecision(code, IN_FORCE, decision.details), first
                )
            except InvalidCampaignsError:
                state = State.UNREADABLE
        if campaign is None:
            continue
        if decision is not None and decision.verdict == OFF:
            state = State.OFF
        elif state is State.PENDING and all(
            (book := books.get((code, topic.code))) is not None
            and book.digest == topic_digest(campaign, topic)
            for topic in campaign.topics
        ):
            state = State.APPLIED
        found[code] = Known(campaign, state, first, decision, checks.get(code))
    return found


def names() -> dict[str, str]:
    """Return what campaigns and their topics are called, by the members of the filter."""
    found = {}
    for code, each in known().items():
        found[code] = each.campaign.name
        found |= {
            f"{code}.{topic.code}": f"{each.campaign.name}·{topic.name}"
            for topic in each.campaign.topics
        }
    return found


def is_own(code: str) -> bool:
    """Tell whether a campaign was made here.

    Examples
    --------
    >>> is_own("own_0123456789"), is_own("prepaid")
    (True, False)
    """
    return code.startswith(OWN)


def put_in_force(viewer: Viewer, code: str, details: Mapping[str, Any], *, note: str) -> None:
    """Put a campaign in force as it is given; the one before stays for the record."""
    store.decide(
        viewer,
        DecisionKind.CAMPAIGN,
        code,
        IN_FORCE,
        details=details,
        note=note,
        instead_of=(OFF,),
    )


def switch_off(viewer: Viewer, known_as: Known, *, note: str) -> None:
    """Switch a campaign off; what it was is kept, so that it can be put in force again."""
    details = known_as.decision.details if known_as.decision else {}
    store.decide(
        viewer,
        DecisionKind.CAMPAIGN,
        known_as.code,
        OFF,
        details=details,
        note=note,
        instead_of=(IN_FORCE,),
    )


def keep_check(viewer: Viewer, known_as: Known, *, right: int, wrong: int, base: str) -> None:
    """Keep how many of a sample of hits were right, with the rules that they were drawn by."""
    digests = "".join(topic_digest(known_as.campaign, each) for each in known_as.campaign.topics)
    store.decide(
        viewer,
        DecisionKind.CAMPAIGN,
        known_as.code,
        SAMPLED,
        details={"right": right, "wrong": wrong, "base": base, "rules": digests[:64]},
    )


def check_is_current(known_as: Known) -> bool:
    """Tell whether the last check was made by the rules that are in force."""
    digests = "".join(topic_digest(known_as.campaign, each) for each in known_as.campaign.topics)
    return known_as.checked is not None and known_as.checked.details.get("rules") == digests[:64]
