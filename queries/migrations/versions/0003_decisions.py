"""What people decide about words, clusters, repeats and tags."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.Column("withdrawn_at", sa.DateTime),
    )
    op.create_index("ix_decisions_kind_subject", "decisions", ["kind", "subject"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("decisions")
