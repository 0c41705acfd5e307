"""The campaigns that the refresh looks for, read from their files."""

from pathlib import Path

import yaml

from analytics.campaign_definitions import (
    Campaign,
    CampaignFault,
    InvalidCampaignsError,
    read_campaigns,
    used_twice,
)

CAMPAIGNS_FOLDER = Path(__file__).parent.parent / "assets" / "campaigns"


def files(folder: Path = CAMPAIGNS_FOLDER) -> tuple[Path, ...]:
    """Return the files of campaigns, by name."""
    return tuple(sorted(folder.glob("*.yaml")))


def campaigns(folder: Path = CAMPAIGNS_FOLDER) -> tuple[Campaign, ...]:
    """Read the campaigns of all files.

    Raises
    ------
    InvalidCampaignsError
        If a file is no YAML or a campaign in it cannot be used; with every fault of that file.

    Examples
    --------
    >>> "food_safety_check" in {campaign.code for campaign in campaigns()}
    True
    """
    found: list[Campaign] = []
    for file in files(folder):
        try:
            held = yaml.safe_load(file.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            fault = CampaignFault("", file.name, f"no YAML: {error}")
            raise InvalidCampaignsError((fault,)) from error
        found += read_campaigns(held)
    faults = used_twice(found)
    if faults:
        raise InvalidCampaignsError(tuple(faults))
    return tuple(found)
