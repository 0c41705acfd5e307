"""Tables of who is who: how operators were named, which operator each name is, and what is doubtful."""

import sqlalchemy as sa

from queries.findings import findings

STEP = "operator_identity"
"""Name of the refresh step, and of what it derives."""

operator_mentions = sa.Table(
    "operator_mentions",
    findings,
    sa.Column(
        "raw_operator_id", sa.String(64), nullable=False, comment="by code, or name and county"
    ),
    sa.Column("name", sa.String(256), nullable=False, comment="as it was entered"),
    sa.Column("county_code", sa.String(6)),
    sa.Column("uscc", sa.String(18)),
    sa.Column("address", sa.String(256), comment="that of its latest submission with any"),
    sa.Column(
        "said",
        sa.BigInteger,
        nullable=False,
        comment="submissions that said so when it was first seen; 0 register only, -1 events only",
    ),
    sa.Column("block", sa.String(32), nullable=False, comment="names of one block may be one"),
)
"""Each way in which an operator is named, once."""

operator_aliases = sa.Table(
    "operator_aliases",
    findings,
    sa.Column("raw_operator_id", sa.String(64), nullable=False),
    sa.Column("operator_id", sa.String(64), nullable=False, comment="the operator it is"),
    sa.Column("name", sa.String(256), nullable=False, comment="the most usual one it was said by"),
    sa.Column("county_code", sa.String(6)),
    sa.Column("confidence", sa.Float, nullable=False, comment="0-1; 1 where it stands alone"),
    sa.Column("reason", sa.String(64), nullable=False, comment="codes, comma-joined"),
    sa.Column("decided_by", sa.String(8), nullable=False, comment="program or person"),
    sa.Column("chain", sa.String(32), nullable=False, comment="one name in one city"),
    sa.Column("is_branch", sa.Boolean, nullable=False, comment="the name says so"),
    sa.Index("operator_aliases_by_raw", "raw_operator_id", unique=True),
)
"""Which operator each raw one is; one that stands alone is its own."""

operator_doubts = sa.Table(
    "operator_doubts",
    findings,
    sa.Column("raw_operator_id", sa.String(64), nullable=False),
    sa.Column("candidate_id", sa.String(64), nullable=False, comment="the operator it may be"),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
)
"""What a person should decide."""

IDENTITY_TABLES = (operator_mentions, operator_aliases, operator_doubts)


class IdentitiesNotDerivedError(RuntimeError):
    """Who is who is not known as the submissions are now."""

    def __init__(self) -> None:
        super().__init__(
            f"{STEP} is not derived from the submissions as they are now; "
            "run 'python -m jobs refresh'"
        )
