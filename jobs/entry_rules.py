"""The rules for entries, read from their file."""

from pathlib import Path

import pandas as pd
import yaml

from analytics.entry_rules import EntryRules
from jobs.regions import REGIONS_FOLDER

ENTRY_RULES_FILE = Path(__file__).parent.parent / "assets" / "rules" / "entry_quality.yaml"


def entry_rules(path: Path = ENTRY_RULES_FILE) -> EntryRules:
    """Read the rules for entries.

    Raises
    ------
    FileNotFoundError
        If the file is missing.
    pydantic.ValidationError
        If it cannot be used; with every fault.

    Examples
    --------
    >>> len(entry_rules().elements)
    7
    """
    return EntryRules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def place_names(folder: Path = REGIONS_FOLDER) -> pd.DataFrame:
    """Return the full names of cities and counties with their codes, for `assess_entries`.

    Examples
    --------
    >>> names = place_names()
    >>> names.loc[names["code"] == "420102", "name"].tolist()
    ['江岸区']
    """
    regions = pd.read_csv(folder / "regions.csv", dtype=str)
    wanted = regions["level"].isin(["city", "county"]) & regions["name"].str.len().ge(3)
    return regions.loc[wanted, ["name", "code"]].reset_index(drop=True)
