"""What makes a claimant one to look at: thresholds and keywords, read from a file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DEFAULT_RULES = Path(__file__).parents[1] / "assets" / "rules" / "serial_claims.yaml"


@dataclass(frozen=True, slots=True)
class SerialRules:
    """Thresholds and keywords of `find_serial_claimants`; counts of submissions unless said.

    Attributes
    ----------
    year_days, burst_days
        Lengths of the rolling windows, days.
    watch_year, suspected_year, high_year
        Submissions within the year from which a tier is reached.
    suspected_burst
        Submissions within a burst on one problem and category.
    suspected_names, suspected_names_year
        Names on one phone, and submissions within the year that go with them.
    high_keywords
        Keyword score that makes a suspected claimant highly suspected.
    f1_quantity, f1_purchases
        Things bought, and purchases, of one category within a burst.
    f2_burst, f2_same_operator
        Submissions within a burst on one problem and category, or operator.
    f3_rejected
        Submissions refused because consumption was not shown.
    f4_names
        Names on one phone or identity number.
    f5_keywords
        Keyword score.
    keyword_share
        Share of a claimant's submissions, 0–1, in which a keyword must stand to score.
    switchboard_names
        Names above which a phone joins nobody.
    keywords
        Pairs of code and regular expression.
    rejected_for
        Words of a reason for refusal.
    """

    year_days: int
    burst_days: int
    watch_year: int
    suspected_year: int
    suspected_burst: int
    suspected_names: int
    suspected_names_year: int
    high_year: int
    high_keywords: int
    f1_quantity: int
    f1_purchases: int
    f2_burst: int
    f2_same_operator: int
    f3_rejected: int
    f4_names: int
    f5_keywords: int
    keyword_share: float
    switchboard_names: int
    keywords: tuple[tuple[str, str], ...]
    rejected_for: tuple[str, ...]


def read_rules(path: Path = DEFAULT_RULES) -> SerialRules:
    """Read the rules from a YAML file.

    Raises
    ------
    ValueError
        If a key is missing or unknown.

    Examples
    --------
    >>> read_rules().watch_year
    10
    """
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    flat = {**content, **content.get("tiers", {}), **content.get("factors", {})}
    flat.pop("tiers", None)
    flat.pop("factors", None)
    wanted = set(SerialRules.__dataclass_fields__)
    if set(flat) != wanted:
        wrong = ", ".join(sorted(set(flat) ^ wanted))
        msg = f"{path}: missing or unknown keys: {wrong}; compare with the shipped file"
        raise ValueError(msg)
    flat["keywords"] = tuple(
        (entry["code"], "|".join(f"(?:{pattern})" for pattern in entry["patterns"]))
        for entry in flat["keywords"]
    )
    flat["rejected_for"] = tuple(flat["rejected_for"])
    return SerialRules(**flat)
