"""Which signals make a lead candidate, read from a file: all thresholds are ours."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

DEFAULT_SOURCES = Path(__file__).parents[1] / "assets" / "rules" / "lead_sources.yaml"

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Words = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RiskSource(_Part):
    """Operators of these grades of the current month."""

    grades: Words


class CampaignSource(_Part):
    """Operators with so many hits of a topic, by so many persons, in the last days."""

    days: Count
    hits: Count
    persons: Count


class ClusterSource(_Part):
    """Operators that hold so many submissions and such a share of a cluster."""

    level: Literal["coarse", "medium", "fine"]
    submissions: Count
    share: Share


class SharedMatterSource(_Part):
    """Operators about whom so many persons tell the same."""

    kinds: Words
    persons: Count


class GroupSource(_Part):
    """Operators with an alarm of collective complaints in the last days."""

    days: Count
    persons: Count


class TipoffSource(_Part):
    """Operators whom so many persons tip off, or one of a conduct so grave while it is open."""

    days: Count
    persons: Count
    grave: Share


class LeadSourceRules(_Part):
    """All thresholds; see the rule file for what each means."""

    window_days: Count
    most: Count
    conducts_per_operator: Count
    least_lift: Annotated[float, Field(ge=0)]
    documented_by: Annotated[int, Field(ge=1, le=3)]
    proof_words: Words
    least_open: Annotated[int, Field(ge=0)]
    risk: RiskSource
    campaign: CampaignSource
    cluster: ClusterSource
    shared_matter: SharedMatterSource
    group: GroupSource
    tipoff: TipoffSource


def read_lead_source_rules(path: Path = DEFAULT_SOURCES) -> LeadSourceRules:
    """Read the thresholds from a YAML file.

    Raises
    ------
    ValueError
        If a key is missing, unknown or of another type, or a threshold makes no sense.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> read_lead_source_rules().shared_matter.persons
    3
    """
    try:
        return LeadSourceRules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        msg = f"{path}: {error}; compare with the shipped file"
        raise ValueError(msg) from error
