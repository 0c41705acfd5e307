"""Tables of monthly sums of what is found in submissions, where one may have several: tags, topics."""

from dataclasses import dataclass

import sqlalchemy as sa

from queries.cubes import key_column
from queries.findings import findings

MONTH_KEYS = ("registered_on", "kind", "province_code", "city_code", "county_code")
"""What the monthly sums can be filtered by; ``registered_on`` is the month's first.

What de-noised counts leave out may change without the submissions, so these are read from the facts.
"""

ANY = ""
"""Stands in the monthly sums for submissions that have any at all, each counted once."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something found in submissions, and its monthly sums.

    Attributes
    ----------
    table
        ``submission_key``, ``registered_on`` and ``members``, once each.
    months
        `MONTH_KEYS`, ``members`` and ``submissions``.
    members
        Columns that name what was found. A submission may have several of the last; `ANY` stands
        there for those that have any, each counted once.
    """

    table: sa.Table
    months: sa.Table
    members: tuple[str, ...]


def month_table(name: str, *members: sa.Column[str]) -> sa.Table:
    """Return a table of the submissions by month, a few columns and what was found in them."""
    return sa.Table(
        name,
        findings,
        *[key_column(each) for each in MONTH_KEYS],
        *members,
        sa.Column("submissions", sa.BigInteger, nullable=False),
    )
