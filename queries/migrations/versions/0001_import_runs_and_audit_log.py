"""Import runs and audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "import_runs",
        sa.Column("run_id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("finished_at", sa.DateTime, nullable=False),
        sa.Column("sources", sa.Text, nullable=False),
        sa.Column("mapping", sa.String(256), nullable=False),
        sa.Column("read_rows", sa.BigInteger, nullable=False),
        sa.Column("loaded", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
        sa.Column("unchanged", sa.BigInteger, nullable=False),
        sa.Column("quarantined", sa.BigInteger, nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
    )
    op.create_table(
        "audit_log",
        sa.Column("entry_id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("happened_at", sa.DateTime, nullable=False),
        sa.Column("viewer", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(256), nullable=False),
    )
    op.create_index("ix_audit_log_happened_at", "audit_log", ["happened_at"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("audit_log")
    op.drop_table("import_runs")
