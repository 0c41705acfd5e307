"""Tables of the tags that rules gave, and of the rules."""

import sqlalchemy as sa

from queries.cubes import key_column
from queries.findings import findings

STEP = "submission_tags"
"""Name of the refresh step, and of what it derives."""


submission_tags = sa.Table(
    "submission_tags",
    findings,
    sa.Column("submission_key", sa.BigInteger, nullable=False),
    sa.Column("registered_on", sa.Date, nullable=False),
    sa.Column("tag", sa.String(40), nullable=False, comment="once per submission and tag"),
)

tag_rules = sa.Table(
    "tag_rules",
    findings,
    sa.Column("tag", sa.String(40), nullable=False),
    sa.Column("name", sa.String(20), nullable=False, comment="as it was when the tags were given"),
    sa.Column("digest", sa.String(16), nullable=False, comment="of the rule that gave the tag"),
)


MONTH_KEYS = ("registered_on", "kind", "province_code", "city_code", "county_code")
"""What the monthly sums can be filtered by; ``registered_on`` is the month's first.

What de-noised counts leave out may change without the submissions, so these are read from the facts.
"""

ANY = ""
"""Stands in the monthly sums for submissions that have any tag at all, each counted once."""

tag_months = sa.Table(
    "tag_months",
    findings,
    *[key_column(name) for name in MONTH_KEYS],
    sa.Column("tag", sa.String(40), nullable=False, comment="or '' for any"),
    sa.Column("submissions", sa.BigInteger, nullable=False),
)
"""Submissions by month, a few columns and tag, for periods of many submissions."""


class TagsNotDerivedError(RuntimeError):
    """The tags of the latest submissions are not known yet."""

    def __init__(self) -> None:
        super().__init__(
            "tags are not derived from the submissions as they are now; run 'python -m jobs refresh'"
        )
