"""Tables of the risk score: the raw figures of each operator, and points by month."""

import sqlalchemy as sa

from queries.findings import findings

STEP = "scores"
"""Name of the refresh step, and of what it derives."""

DIMENSIONS = {
    "registration": ("registered_capital", "industry_risk", "registered_address"),
    "operation": ("licence_expiry", "operating_state", "prepaid_risk"),
    "credit": ("abnormal_list", "serious_list", "credit_class"),
    "violation": ("penalty_count", "penalty_severity", "inspection"),
    "people": ("linked_firms", "person_changes", "staff"),
    "monitoring": ("complaint_warning", "sampling", "opinion"),
}
"""Indicators by dimension: the codes that a model in force has to have."""

INDICATORS = tuple(code for codes in DIMENSIONS.values() for code in codes)

PLACED = (
    "province_code", "city_code", "county_code", "street_code", "business_district",
    "industry_section", "industry",
)  # fmt: skip
"""Where an operator is and what it does: as registered, else as its submissions say."""

CLASS_INPUT = "credit_risk_class"

INPUTS = (
    "established_years", "registered_capital_yuan", "paid_share", "industry_percentile",
    "same_address_firms", "unreachable_12m", "licences", "licence_days_left", "operating",
    "winding_up", "annual_report_missing", "insured_people", "prepaid_trade", "prepaid_refunds_90d",
    "abnormal_listed", "abnormal_left_years", "serious_listed", "serious_left_years",
    CLASS_INPUT, "penalties_year_1", "penalties_year_2", "penalties_year_3",
    "suspended_or_revoked_3y", "penalty_yuan_3y", "failed_inspections_2y",
    "refused_inspections_2y", "linked_bad_firms", "person_changes_12m",
    "complaints_rose_after_change", "staff_findings", "complaints_90d", "peer_p95_90d", "surge_z",
    "settlement_rate_12m", "unqualified_batches_2y", "equipment_overdue", "opinions_major_12m",
    "opinions_larger_12m", "opinions_ordinary_12m", "group_red", "food_drug_injury",
    "revoked_operating",
)  # fmt: skip
"""Raw figures of an operator that a model may look at; `queries.operator_indicators` says how each
is counted."""


def _places() -> list[sa.Column[str]]:
    sizes = {"street_code": 9, "business_district": 32, "industry_section": 4, "industry": 8}
    return [sa.Column(name, sa.String(sizes.get(name, 6))) for name in PLACED]


operator_indicators = sa.Table(
    "operator_indicators",
    findings,
    sa.Column("operator_id", sa.String(64), nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("is_registered", sa.Boolean, nullable=False, comment="in the business register"),
    sa.Column("complaints_12m", sa.Double, comment="de-noised; what a plain count would rank by"),
    *[
        sa.Column(name, sa.String(1) if name == CLASS_INPUT else sa.Double, comment="NULL: no data")
        for name in INPUTS
    ],
)
"""Of the current month only; one row for each row of that month in ``operator_scores``."""

operator_scores = sa.Table(
    "operator_scores",
    findings,
    sa.Column("operator_id", sa.String(64), nullable=False),
    sa.Column("month", sa.Date, nullable=False, comment="first day of the month"),
    sa.Column("as_of", sa.Date, nullable=False, comment="last day that counted"),
    *_places(),
    *[sa.Column(code, sa.Double, nullable=False, comment="points") for code in INDICATORS],
    *[sa.Column(code, sa.Double, nullable=False, comment="points") for code in DIMENSIONS],
    sa.Column("score", sa.Double, nullable=False, comment="0-1000, higher is riskier"),
    sa.Column("credit_score", sa.Double, nullable=False, comment="1000 less the score"),
    sa.Column("completeness", sa.Double, nullable=False, comment="share of weights with data, 0-1"),
    sa.Column("grade", sa.String(16), nullable=False, comment="of the model, or pending"),
    sa.Column(
        "triggered", sa.String(256), nullable=False, comment="codes of triggers, comma-joined"
    ),
    sa.Column("complaints_12m", sa.Double, comment="de-noised; the plain count to compare with"),
    sa.Column("model_version", sa.String(32), nullable=False),
)
"""One row for each operator and month; months that are over stay as they were scored."""

score_run = sa.Table(
    "score_run",
    findings,
    sa.Column("as_of", sa.Date, nullable=False, comment="last day that counted"),
    sa.Column("sources_version", sa.Integer, nullable=False, comment="of register and events"),
    sa.Column("model_version", sa.String(32), nullable=False),
)
"""At most one row."""

SCORE_TABLES = (operator_indicators, operator_scores, score_run)


class ScoresNotDerivedError(RuntimeError):
    """The scores are not in step with the submissions, or were never made."""

    def __init__(self) -> None:
        super().__init__(
            "the risk scores are not derived from the data as it is now; "
            "run 'python -m jobs refresh'"
        )


class ScoresOutOfScopeError(PermissionError):
    """A viewer who sees only some kinds or units may not see figures that rest on all of them."""

    def __init__(self) -> None:
        super().__init__(
            "a risk score rests on all kinds and units of an operator's submissions; "
            "ask for it with a scope that is limited by region only"
        )
