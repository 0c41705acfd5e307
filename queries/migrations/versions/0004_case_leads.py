"""Signals, batches of case leads, their course and what came of them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _places() -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(6)) for name in ("province_code", "city_code", "county_code")]


def upgrade() -> None:
    """Apply the change."""
    _upgrade_signals()
    _upgrade_leads()
    _upgrade_course()


def _upgrade_signals() -> None:
    op.create_table(
        "lead_signals",
        sa.Column("signal_id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("candidate_id", sa.String(128), nullable=False),
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("operator_name", sa.String(256), nullable=False),
        sa.Column("conduct", sa.String(40), nullable=False),
        sa.Column("sources", sa.String(128), nullable=False),
        *_places(),
        sa.Column("model_version", sa.String(32)),
        sa.Column("worth", sa.Double, nullable=False),
        sa.Column("first_seen_on", sa.Date, nullable=False),
        sa.Column("last_seen_on", sa.Date, nullable=False),
        sa.Column("latest_on", sa.Date, nullable=False),
        sa.Column("answer", sa.String(16)),
        sa.Column("answered_on", sa.Date),
        sa.Column("answered_by", sa.String(64)),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("lead_id", sa.Integer),
        sqlite_autoincrement=True,
    )
    for column in ("candidate_id", "first_seen_on", "lead_id"):
        op.create_index(f"ix_lead_signals_{column}", "lead_signals", [column])
    op.create_index(
        "uq_lead_signals_open",
        "lead_signals",
        ["candidate_id"],
        unique=True,
        sqlite_where=sa.column("answer").is_(None),
        postgresql_where=sa.column("answer").is_(None),
    )


def _upgrade_leads() -> None:
    op.create_table(
        "lead_batches",
        sa.Column("batch_id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("recipients", sa.String(256), nullable=False),
        sa.Column("reviewer", sa.String(64), nullable=False),
        sa.Column("reviewed_at", sa.DateTime),
        sa.Column("handed_over_on", sa.Date),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("number", name="uq_lead_batches_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lead_batches_office", "lead_batches", ["office"])
    op.create_table(
        "leads",
        sa.Column("lead_id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("batch_id", sa.Integer, sa.ForeignKey("lead_batches.batch_id"), nullable=False),
        sa.Column("candidate_id", sa.String(128), nullable=False),
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("operator_name", sa.String(256), nullable=False),
        sa.Column("uscc", sa.String(18)),
        sa.Column("conduct", sa.String(40), nullable=False),
        *_places(),
        sa.Column("sources", sa.String(128), nullable=False),
        sa.Column("model_version", sa.String(32)),
        sa.Column("worth", sa.Double, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("signal_on", sa.Date, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("state_on", sa.Date, nullable=False),
        sa.Column("basis_confirmed_by", sa.String(64)),
        sa.Column("basis_confirmed_at", sa.DateTime),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("number", name="uq_leads_number"),
        sqlite_autoincrement=True,
    )
    for column in ("batch_id", "candidate_id", "operator_id", "state"):
        op.create_index(f"ix_leads_{column}", "leads", [column])


def _upgrade_course() -> None:
    op.create_table(
        "lead_evidence",
        sa.Column(
            "lead_id",
            sa.Integer,
            sa.ForeignKey("leads.lead_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("submission_id", sa.String(64), primary_key=True),
        sa.Column("registered_on", sa.Date, nullable=False),
        sa.Column("is_serial", sa.Boolean, nullable=False),
    )
    op.create_table(
        "lead_steps",
        sa.Column("step_id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("lead_id", sa.Integer, sa.ForeignKey("leads.lead_id"), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("unit", sa.String(64), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("written_by", sa.String(64), nullable=False),
        sa.Column("written_at", sa.DateTime, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lead_steps_lead_id", "lead_steps", ["lead_id"])
    op.create_table(
        "lead_outcomes",
        sa.Column("lead_id", sa.Integer, sa.ForeignKey("leads.lead_id"), primary_key=True),
        sa.Column("result", sa.String(16)),
        sa.Column("case_number", sa.String(64), nullable=False),
        sa.Column("document_number", sa.String(64), nullable=False),
        sa.Column("filed_on", sa.Date),
        sa.Column("closed_on", sa.Date),
        sa.Column("fined_yuan", sa.Double),
        sa.Column("confiscated_yuan", sa.Double),
        sa.Column("recovered_yuan", sa.Double),
        sa.Column("transferred_to", sa.String(64), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("written_by", sa.String(64), nullable=False),
        sa.Column("written_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "lead_exports",
        sa.Column("export_id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("batch_id", sa.Integer, sa.ForeignKey("lead_batches.batch_id"), nullable=False),
        sa.Column("file_name", sa.String(128), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("lead_count", sa.Integer, nullable=False),
        sa.Column("evidence_count", sa.Integer, nullable=False),
        sa.Column("exported_by", sa.String(64), nullable=False),
        sa.Column("exported_at", sa.DateTime, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lead_exports_batch_id", "lead_exports", ["batch_id"])


def downgrade() -> None:
    """Take the change back."""
    for table in (
        "lead_exports",
        "lead_outcomes",
        "lead_steps",
        "lead_evidence",
        "leads",
        "lead_batches",
        "lead_signals",
    ):
        op.drop_table(table)
