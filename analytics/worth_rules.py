"""Weights and thresholds of the worth of a lead, read from a file."""

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

DEFAULT_WORTH = Path(__file__).parents[1] / "assets" / "rules" / "lead_worth.yaml"

PARTS = ("severity", "evidence", "breadth", "recency", "solvability")

SHARED = {
    "weights": PARTS,
    "severity.shares": ("conduct", "harm", "money"),
    "evidence.shares": ("submissions", "sources", "documented"),
    "breadth.shares": ("persons", "counties", "operators"),
    "solvability.shares": ("identified", "located", "in_business", "persons_reachable"),
}
"""What adds up to 1 at each place of the file."""

ROUNDING = 1e-9
"""How far a sum of shares may be from 1."""

Share = Annotated[float, Field(ge=0, le=1)]
Full = Annotated[float, Field(gt=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SeverityRules(_Part):
    """Shares of the conduct, persons harmed and money; amounts in yuan."""

    shares: dict[str, Share]
    harm_full: Full
    money_from_yuan: Full
    money_full_yuan: Full


class EvidenceRules(_Part):
    """Shares of the number of submissions, kinds of sources and what is documented."""

    shares: dict[str, Share]
    submissions_full: Full
    sources_full: Full
    serial_discount: Share


class BreadthRules(_Part):
    """Shares of persons, counties and operators concerned."""

    shares: dict[str, Share]
    persons_full: Full
    counties_full: Full
    operators_full: Full


class RecencyRules(_Part):
    """How worth fades with the days since the latest submission."""

    half_life_days: Full
    expires_days: Full


class SolvabilityRules(_Part):
    """Shares of what an officer needs to begin."""

    shares: dict[str, Share]


class WorthRules(_Part):
    """All weights and thresholds; see the rule file for what each means."""

    weights: dict[str, Share]
    severity: SeverityRules
    evidence: EvidenceRules
    breadth: BreadthRules
    recency: RecencyRules
    solvability: SolvabilityRules

    @model_validator(mode="after")
    def _consistent(self) -> "WorthRules":
        given = {
            "weights": self.weights,
            "severity.shares": self.severity.shares,
            "evidence.shares": self.evidence.shares,
            "breadth.shares": self.breadth.shares,
            "solvability.shares": self.solvability.shares,
        }
        for place, shares in given.items():
            if set(shares) != set(SHARED[place]) or abs(sum(shares.values()) - 1) > ROUNDING:
                msg = f"{place}: {shares} are not shares of {SHARED[place]} that add up to 1"
                raise ValueError(msg)
        if self.severity.money_full_yuan <= self.severity.money_from_yuan:
            msg = "severity: money_full_yuan is not above money_from_yuan"
            raise ValueError(msg)
        return self


def read_worth_rules(path: Path = DEFAULT_WORTH) -> WorthRules:
    """Read the rules from a YAML file.

    Raises
    ------
    ValueError
        If a key is missing, unknown or of another type, or shares do not add up to 1.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> read_worth_rules().weights["severity"]
    0.3
    """
    try:
        return WorthRules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        msg = f"{path}: {error}; compare with the shipped file"
        raise ValueError(msg) from error
