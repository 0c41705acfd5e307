"""Rollups by month of what has very many members: operators and words.

There are a million operators and tens of thousands of words, but a screen shows the few largest.
A rollup therefore keeps only the *leading* members of all time, whole. For all others a bound is
kept: how many submissions the largest of them can have had, in a month or ever. As long as the
last member shown has more than that, no other member can belong among those shown, and the answer
from the rollup is exact; otherwise the facts answer. See `queries.ranking`.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from queries.cubes import affected_spans, key_expression, key_column, sum_column, total, within, year_spans
from queries.functions import month
from queries.measures import SUMS
from queries.schema import submission_words, submissions
from queries.selection import DateRange

LEADING_OPERATORS = 5_000
"""Operators kept; ours. The 5,000th of 1.3 million had 180 of 20 million submissions."""

LEADING_WORDS = 2_000
"""Words kept; ours, far more than any list of hot words shows."""


@dataclass(frozen=True, slots=True)
class Rollup:
    """Sums by month, kind, some columns and the leading members.

    Attributes
    ----------
    member
        Column of the members, ``operator_id`` or ``word_id``.
    columns
        What it can be filtered by, besides the month, ``kind`` and ``excluded``.
    sums
        Names of the sums kept.
    leading
        How many members are kept.
    """

    name: str
    member: str
    columns: tuple[str, ...]
    sums: tuple[str, ...]
    leading: int

    @property
    def keys(self) -> tuple[str, ...]:
        """All columns but the sums, in the order of storage."""
        return ("registered_on", "kind", "excluded", *self.columns, self.member)


_REGION = ("province_code", "city_code")
_ALL = (
    Rollup("month_word", "word_id", (), ("submissions",), LEADING_WORDS),
    Rollup("month_city_word", "word_id", _REGION, ("submissions",), LEADING_WORDS),
    Rollup("month_operator", "operator_id", _REGION, tuple(SUMS), LEADING_OPERATORS),
)

ROLLUPS: dict[str, Rollup] = {rollup.name: rollup for rollup in _ALL}
"""Every rollup by name, for each kind of member the smallest first."""
