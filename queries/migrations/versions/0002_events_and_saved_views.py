"""Events on the calendar, saved views and each viewer's home."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "events",
        sa.Column("event_id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("region_code", sa.String(16)),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("removed_at", sa.DateTime),
    )
    op.create_index("ix_events_first_day", "events", ["first_day"])
    op.create_table(
        "saved_views",
        sa.Column("view_id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("office", sa.String(16), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("page", sa.String(32), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("updated_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("owner", "name", name="uq_saved_views_owner"),
    )
    op.create_index("ix_saved_views_office", "saved_views", ["office"])
    op.create_table(
        "home_views",
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("view_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["view_id"], ["saved_views.view_id"], ondelete="CASCADE"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("home_views")
    op.drop_table("saved_views")
    op.drop_table("events")
