"""Sessions can be changed and cancelled, and calendars follow them."""

import sqlalchemy as sa
from alembic import op

revision = "0014_session_changes"
down_revision = "0012_workdays"


def upgrade() -> None:
    op.add_column(
        "tutoring_sessions",
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.add_column(
        "tutoring_sessions",
        sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"),
    )
    op.alter_column("tutoring_sessions", "sequence", server_default=None)
    op.add_column(
        "tutoring_sessions",
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.execute("UPDATE tutoring_sessions SET changed_at = created_at")
    op.alter_column("tutoring_sessions", "changed_at", nullable=False)
    op.create_table(
        "calendar_feeds",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_calendar_feeds_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_feeds_digest")),
    )


def downgrade() -> None:
    op.drop_table("calendar_feeds")
    op.drop_column("tutoring_sessions", "changed_at")
    op.drop_column("tutoring_sessions", "sequence")
    op.drop_column("tutoring_sessions", "cancelled_at")
