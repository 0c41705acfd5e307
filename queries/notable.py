"""Notable new submissions: large sums, injuries, many against one operator within days.

A stopgap for the eye on a big screen, by fixed rules; early warning is a matter of statistics.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd
import sqlalchemy as sa

from queries.listing import rows_frame
from queries.matching import contains, matching
from queries.periods import days_of
from queries.schema import operators, submissions
from queries.scope import Scope
from queries.selection import DateRange, Selection
from queries.warehouse import Warehouse


class Reason(StrEnum):
    """Why a submission is notable."""

    INJURY = "injury"
    MANY = "many"
    LARGE_SUM = "large_sum"


@dataclass(frozen=True, slots=True)
class NotableRules:
    """What makes a submission notable; the defaults are ours, a bureau sets its own.

    Attributes
    ----------
    days
        How many days back from the end of the period a submission is new.
    large_yuan
        Disputed amount from which a sum is large.
    many
        Submissions against one operator within ``days`` from which they are many.
    many_times_usual
        How many times as frequent they must be as in the `USUAL_DAYS` before, so that an operator
        that always has many is not notable every day.
    injury_words
        Words of which one in the narrative or the title tells of an injury or danger.

    Examples
    --------
    >>> NotableRules.from_mapping({"many": 3, "injury_words": ["burn"]}).many
    3
    """

    injury_words: tuple[str, ...]
    days: int = 7
    large_yuan: float = 50_000
    many: int = 5
    many_times_usual: float = 3.0

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> "NotableRules":
        """Return the rules of a file such as ``assets/rules/notable.yaml``.

        Raises
        ------
        TypeError
            If a rule is unknown or ``injury_words`` is missing.
        """
        words = values.get("injury_words")
        if not isinstance(words, list) or not all(isinstance(each, str) for each in words):
            msg = f"injury_words must be a list of words, got {words!r}"
            raise TypeError(msg)
        return cls(**{**values, "injury_words": tuple(words)})  # type: ignore[arg-type]


USUAL_DAYS = 56
"""Days before the new ones that tell what is usual for an operator: eight weeks; ours."""
