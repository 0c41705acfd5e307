"""Tables of the tags that rules gave, and of the rules."""

import sqlalchemy as sa

from queries.findings import findings
from queries.month_tables import Found, month_table

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


tag_months = month_table(
    "tag_months", sa.Column("tag", sa.String(40), nullable=False, comment="or '' for any")
)

FOUND = Found(submission_tags, tag_months, ("tag",))


class TagsNotDerivedError(RuntimeError):
    """The tags of the latest submissions are not known yet."""

    def __init__(self) -> None:
        super().__init__(
            "tags are not derived from the submissions as they are now; run 'python -m jobs refresh'"
        )
