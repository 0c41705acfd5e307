"""Tables of the submissions that belong to campaigns, and of the rules that found them."""

import sqlalchemy as sa

from queries.findings import findings
from queries.month_tables import Found, month_table

STEP = "campaigns"
"""Name of the refresh step, and of what it derives."""

campaign_hits = sa.Table(
    "campaign_hits",
    findings,
    sa.Column("campaign", sa.String(40), nullable=False),
    sa.Column("topic", sa.String(40), nullable=False, comment="once per submission and topic"),
    sa.Column("submission_key", sa.BigInteger, nullable=False),
    sa.Column("registered_on", sa.Date, nullable=False, comment="of any day, in its period or not"),
)

campaign_topics = sa.Table(
    "campaign_topics",
    findings,
    sa.Column("campaign", sa.String(40), nullable=False),
    sa.Column("topic", sa.String(40), nullable=False),
    sa.Column("campaign_name", sa.String(30), nullable=False, comment="as at the last refresh"),
    sa.Column("topic_name", sa.String(30), nullable=False),
    sa.Column("digest", sa.String(16), nullable=False, comment="of the rule that found the hits"),
)

campaign_months = month_table(
    "campaign_months",
    sa.Column("campaign", sa.String(40), nullable=False),
    sa.Column("topic", sa.String(40), nullable=False, comment="or '' for any of the campaign"),
)

FOUND = Found(campaign_hits, campaign_months, ("campaign", "topic"))

CAMPAIGN_TABLES = (campaign_hits, campaign_topics, campaign_months)


class CampaignsNotDerivedError(RuntimeError):
    """The hits of campaigns are not known for the submissions as they are."""

    def __init__(self) -> None:
        super().__init__(
            "campaigns are not matched with the submissions as they are now; "
            "run 'python -m jobs refresh'"
        )
