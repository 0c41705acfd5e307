"""Tables of lead candidates: operators and conducts that signals point at, with their evidence."""

import sqlalchemy as sa

from queries.findings import findings

STEP = "lead_candidates"
"""Name of the refresh step, and of what it derives."""

PLACES = ("province_code", "city_code", "county_code")
"""Where an operator is, as registered, else as its submissions say."""

COUNTS = ("submissions", "complaints", "tipoffs", "persons", "counties", "operators", "harmed")

SHARES = ("documented", "serial", "persons_reachable")

FLAGS = ("identified", "located", "in_business")

PARTS = ("severity", "evidence", "breadth", "recency", "solvability")


class CandidatesNotDerivedError(RuntimeError):
    """There are no lead candidates in step with the data."""

    def __init__(self) -> None:
        super().__init__(
            f"lead candidates are not derived; run 'python -m jobs refresh --only {STEP}'"
        )


lead_candidates = sa.Table(
    "lead_candidates",
    findings,
    sa.Column("candidate_id", sa.String(128), nullable=False, comment="operator_id:conduct"),
    sa.Column("operator_id", sa.String(64), nullable=False),
    sa.Column("operator_name", sa.String(256), nullable=False),
    sa.Column("uscc", sa.String(18)),
    sa.Column("conduct", sa.String(40), nullable=False, comment="of assets/rules/conducts.yaml"),
    sa.Column("as_of", sa.Date, nullable=False, comment="last day that counted"),
    *[sa.Column(name, sa.String(6)) for name in PLACES],
    sa.Column("street_code", sa.String(9), comment="for scopes limited to streets"),
    sa.Column("industry_section", sa.String(4)),
    sa.Column("industry", sa.String(8)),
    sa.Column("sources", sa.String(128), nullable=False, comment="SignalSource, comma-joined"),
    sa.Column("kinds", sa.String(96), nullable=False, comment="of what is known, comma-joined"),
    sa.Column("first_on", sa.Date, nullable=False, comment="day of the earliest evidence"),
    sa.Column("latest_on", sa.Date, nullable=False, comment="day of the latest evidence"),
    *[sa.Column(name, sa.Integer, nullable=False) for name in COUNTS],
    sa.Column("disputed_yuan", sa.Double, comment="of the evidence; NULL: no amount known"),
    *[sa.Column(name, sa.Double, comment="share, 0-1; NULL: no data") for name in SHARES],
    *[sa.Column(name, sa.Boolean, comment="NULL: not known") for name in FLAGS],
    sa.Column("conduct_severity", sa.Double, nullable=False, comment="0-1, of the conduct"),
    sa.Column("score", sa.Double, comment="risk score; NULL: not scored"),
    sa.Column("grade", sa.String(16), comment="of the model; NULL: not scored"),
    sa.Column("model_version", sa.String(32), comment="of the risk model; NULL: not scored"),
    *[sa.Column(name, sa.Double, nullable=False, comment="0-1") for name in PARTS],
    sa.Column("worth", sa.Double, nullable=False, comment="0-100, before any feedback"),
    sa.Column("reasons", sa.Text, nullable=False, comment="codes of analytics.lead_worth"),
)
"""One row per operator and conduct."""

lead_candidate_signals = sa.Table(
    "lead_candidate_signals",
    findings,
    sa.Column("candidate_id", sa.String(128), nullable=False),
    sa.Column("source", sa.String(16), nullable=False, comment="vocabulary.SignalSource"),
    sa.Column("reference", sa.String(96), nullable=False, comment="campaign.topic, key of a group"),
    sa.Column("label", sa.String(128), nullable=False, comment="name of it, may be empty"),
    sa.Column("submissions", sa.Integer, nullable=False, comment="of the candidate's evidence"),
)
"""What pointed at a candidate: one row per source and reference."""

lead_candidate_evidence = sa.Table(
    "lead_candidate_evidence",
    findings,
    sa.Column("candidate_id", sa.String(128), nullable=False),
    sa.Column("submission_key", sa.BigInteger, nullable=False),
    sa.Column("registered_on", sa.Date, nullable=False),
    sa.Column("is_serial", sa.Boolean, nullable=False, comment="of a suspected serial claimant"),
)
"""Submissions that a candidate rests on, once each."""

lead_candidate_run = sa.Table(
    "lead_candidate_run",
    findings,
    sa.Column("as_of", sa.Date, nullable=False, comment="last day that counted"),
    sa.Column("found", sa.Integer, nullable=False, comment="candidates before any was cut off"),
    sa.Column("kept", sa.Integer, nullable=False, comment="candidates stored"),
    sa.Column("missing", sa.String(96), nullable=False, comment="sources without data, joined"),
)
"""At most one row."""

CANDIDATE_TABLES = (
    lead_candidates, lead_candidate_signals, lead_candidate_evidence, lead_candidate_run,
)  # fmt: skip
