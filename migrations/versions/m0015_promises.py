"""Every question has a time by which an answer is promised."""

import sqlalchemy as sa
from alembic import op

revision = "0015_promises"
down_revision = "0014_session_changes"


def upgrade() -> None:
    op.add_column(
        "questions", sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "questions", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.execute("UPDATE questions SET due_at = asked_at + interval '3 days'")
    op.alter_column("questions", "due_at", nullable=False)
    op.create_index(
        "ix_questions_open",
        "questions",
        ["due_at", "id"],
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_index("ix_questions_open", "questions")
    op.drop_column("questions", "due_at")
    op.drop_column("questions", "taken_at")
