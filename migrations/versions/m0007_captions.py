"""Lessons have captions."""

import sqlalchemy as sa
from alembic import op

revision = "0007_captions"
down_revision = "0006_steps_and_pieces"


def upgrade() -> None:
    op.create_table(
        "captions",
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("cues", sa.Integer(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lessons.id"],
            name=op.f("fk_captions_lesson_id_lessons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("lesson_id", "language", name=op.f("pk_captions")),
    )


def downgrade() -> None:
    op.drop_table("captions")
