"""Which campaigns are in force: the shipped ones, overlaid by what people decided."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.campaign_definitions import Campaign, CampaignFault, InvalidCampaignsError, checked

IN_FORCE, OFF, SAMPLED = "in_force", "off", "sampled"
"""What can be decided about a campaign; `SAMPLED` keeps how many of its hits were right."""

OWN = "own_"
"""What codes of campaigns begin with that are not shipped."""

CHANGEABLE = ("starts_on", "ends_on", "regions", "targets", "name", "description", "topics")
"""What a decision `IN_FORCE` may say of a shipped campaign; one's own is given whole."""


@dataclass(frozen=True, slots=True)
class CampaignDecision:
    """What was decided about a campaign: ``details`` as of `Campaign`, in plain JSON values."""

    code: str
    verdict: str
    details: Mapping[str, Any]


def own_code(name: str) -> str:
    """Return the code of a new campaign: the same for the same name.

    Examples
    --------
    >>> own_code("校园食品").startswith("own_"), own_code("校园食品") == own_code("校园用品")
    (True, False)
    """
    return OWN + hashlib.sha256(name.encode()).hexdigest()[:10]


def decided_campaign(decision: CampaignDecision, shipped: Campaign | None) -> Campaign:
    """Return the campaign that a decision puts in force.

    Its version is the one that the decision tells, since earlier ones stay for the record.

    Raises
    ------
    InvalidCampaignsError
        With every fault of it.
    """
    if shipped is None:
        return checked({**decision.details, "code": decision.code, "ours": True}, decision.code)
    unknown = sorted(set(decision.details) - {*CHANGEABLE, "version"})
    if unknown:
        fault = CampaignFault(decision.code, unknown[0], "a shipped campaign keeps this field")
        raise InvalidCampaignsError((fault,))
    return checked({**shipped.model_dump(), **decision.details}, decision.code)


def campaigns_in_force(
    shipped: Iterable[Campaign], decisions: Iterable[CampaignDecision]
) -> tuple[Campaign, ...]:
    """Return the campaigns to look for: shipped ones first, in their order, then others by code.

    Those that cannot be used are left out; `unusable` tells which and why.

    Parameters
    ----------
    decisions
        Those that hold, oldest first; of several about one campaign the last counts. Those about
        samples are passed over.

    Raises
    ------
    ValueError
        If a verdict is unknown.

    Examples
    --------
    >>> import datetime as dt
    >>> own = {"series": "本单位", "name": "萝卜刀", "description": "…", "source": "本单位",
    ...     "starts_on": "2026-09-01", "topics": [{"code": "all", "name": "全部", "rule": "萝卜刀"}]}
    >>> kept = CampaignDecision("own_1", "in_force", own)
    >>> [(each.name, each.starts_on) for each in campaigns_in_force([], [kept])]
    [('萝卜刀', datetime.date(2026, 9, 1))]
    >>> campaigns_in_force([], [kept, CampaignDecision("own_1", "off", {})])
    ()
    """
    return tuple(each for each in _stand(shipped, decisions).values() if isinstance(each, Campaign))


def unusable(
    shipped: Iterable[Campaign], decisions: Iterable[CampaignDecision]
) -> dict[str, InvalidCampaignsError]:
    """Return the decided campaigns that cannot be used, by code, with every fault of each.

    Examples
    --------
    >>> list(unusable([], [CampaignDecision("own_1", "in_force", {"name": "萝卜刀"})]))
    ['own_1']
    """
    stand = _stand(shipped, decisions)
    return {code: each for code, each in stand.items() if isinstance(each, InvalidCampaignsError)}


def _stand(
    shipped: Iterable[Campaign], decisions: Iterable[CampaignDecision]
) -> dict[str, Campaign | InvalidCampaignsError]:
    known = {campaign.code: campaign for campaign in shipped}
    latest = {each.code: each for each in decisions if each.verdict != SAMPLED}
    new = sorted(set(latest) - set(known))
    found: dict[str, Campaign | InvalidCampaignsError] = {}
    for code in [*known, *new]:
        decision = latest.get(code)
        if decision is None:
            found[code] = known[code]
        elif decision.verdict == IN_FORCE:
            try:
                found[code] = decided_campaign(decision, known.get(code))
            except InvalidCampaignsError as error:
                found[code] = error
        elif decision.verdict != OFF:
            msg = f"verdict on {code!r} must be {IN_FORCE} or {OFF}, got {decision.verdict!r}"
            raise ValueError(msg)
    return found
