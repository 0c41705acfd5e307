"""Tables of one matter filed more than once, of claimants to verify, and of what many persons share."""

import sqlalchemy as sa

from queries.findings import findings

repeat_members = sa.Table(
    "repeat_members",
    findings,
    sa.Column("submission_key", sa.BigInteger, nullable=False),
    sa.Column("registered_on", sa.Date, nullable=False),
    sa.Column("person_key", sa.String(32), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False, comment="vocabulary.GroupKind"),
    sa.Column("group_key", sa.BigInteger, nullable=False, comment="the group's first submission"),
    sa.Column("role", sa.String(8), nullable=False, comment="vocabulary.GroupRole"),
)

serial_claimants = sa.Table(
    "serial_claimants",
    findings,
    sa.Column("group_key", sa.BigInteger, nullable=False, comment="the claimant's first submission"),
    sa.Column("tier", sa.String(24), nullable=False, comment="vocabulary.ClaimTier"),
    *[sa.Column(f"f{number}", sa.Boolean, nullable=False) for number in range(1, 6)],
    *[
        sa.Column(name, sa.Integer, nullable=False)
        for name in (
            "total", "year_peak", "burst_peak", "operator_burst_peak", "purchases_peak",
            "quantity_peak", "names_on_phone", "names_on_id", "rejected", "keyword_score",
        )
    ],
    sa.Column("keywords", sa.String(256), nullable=False, comment="codes, comma-joined"),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
)  # fmt: skip

serial_members = sa.Table(
    "serial_members",
    findings,
    sa.Column("submission_key", sa.BigInteger, nullable=False),
    sa.Column("registered_on", sa.Date, nullable=False),
    sa.Column("group_key", sa.BigInteger, nullable=False, comment="of serial_claimants"),
)

shared_matters = sa.Table(
    "shared_matters",
    findings,
    sa.Column("kind", sa.String(16), nullable=False, comment="vocabulary.GroupKind"),
    sa.Column("group_key", sa.BigInteger, nullable=False, comment="the group's first submission"),
    sa.Column("label", sa.String(128), nullable=False, comment="telling words, may be empty"),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("persons", sa.Integer, nullable=False, comment="distinct"),
)

shared_members = sa.Table(
    "shared_members",
    findings,
    sa.Column("submission_key", sa.BigInteger, nullable=False),
    sa.Column("registered_on", sa.Date, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False, comment="vocabulary.GroupKind"),
    sa.Column("group_key", sa.BigInteger, nullable=False, comment="of shared_matters"),
)
