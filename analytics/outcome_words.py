"""Headings and words of files about outcomes of leads, read from a file."""

import re
import unicodedata
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

DEFAULT_WORDS = Path(__file__).parents[1] / "assets" / "rules" / "outcome_file.yaml"

TEXTS = ("lead_number", "case_number", "document_number", "transferred_to", "unit", "note")
CODES = ("state", "result")
DAYS = ("happened_on", "filed_on", "closed_on")
SUMS = ("fined_yuan", "confiscated_yuan", "recovered_yuan")
FIELDS = (
    "lead_number", "state", "result", "case_number", "document_number", "transferred_to",
    *DAYS, *SUMS, "unit", "note",
)  # fmt: skip

Names = Annotated[list[str], Field(min_length=1)]


class OutcomeWords(BaseModel):
    """Headings and words of a file, by the code of what each means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, Names]
    states: dict[str, Names]
    results: dict[str, Names]
    units: dict[str, Annotated[float, Field(gt=0)]]
    empty: list[str]
    day_marks: dict[str, str]

    @model_validator(mode="after")
    def _consistent(self) -> "OutcomeWords":
        if set(self.columns) != set(FIELDS):
            msg = f"columns: {sorted(set(self.columns) ^ set(FIELDS))} are unknown or missing"
            raise ValueError(msg)
        for place in ("columns", "states", "results"):
            words = [plain(each) for names in getattr(self, place).values() for each in names]
            twice = sorted({each for each in words if words.count(each) > 1})
            if twice:
                msg = f"{place}: {twice} stand twice"
                raise ValueError(msg)
        return self


def read_outcome_words(path: Path = DEFAULT_WORDS) -> OutcomeWords:
    """Read headings and words from a YAML file.

    Raises
    ------
    ValueError
        If a key is missing or unknown, or a word stands twice.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> read_outcome_words().columns["fined_yuan"][-1]
    'fined_yuan'
    """
    try:
        return OutcomeWords.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        msg = f"{path}: {error}; compare with the shipped file"
        raise ValueError(msg) from error


def plain(text: str) -> str:
    """Return a word as words are compared: without space, stars, case and width.

    Examples
    --------
    >>> plain(" Ａ b*")
    'ab'
    """
    return re.sub(r"[\s*]+", "", unicodedata.normalize("NFKC", text)).casefold()
