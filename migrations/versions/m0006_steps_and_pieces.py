"""Encodings consist of steps and make pieces that can be watched early."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006_steps_and_pieces"
down_revision = "0005_deleting_lessons"

JSONB = postgresql.JSONB(astext_type=sa.Text())
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _widen_encodings()
    _create_steps()
    _create_pieces()


def _widen_encodings() -> None:
    for column in (
        sa.Column("reason", sa.Text(), nullable=False, server_default="upload"),
        sa.Column("recipe", JSONB, nullable=True),
        sa.Column("planned", JSONB, nullable=True),
        sa.Column("work_keys", JSONB, nullable=False, server_default="{}"),
        sa.Column("opening", sa.Text(), nullable=True),
        sa.Column("opened_at", TIME, nullable=True),
        sa.Column("folder", sa.Text(), nullable=True),
        sa.Column("manifest", JSONB, nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
    ):
        op.add_column("encodings", column)
    for name in ("reason", "work_keys"):
        op.alter_column("encodings", name, server_default=None)
    # What was finished until now lies right below the encoding's prefix.
    op.execute(
        sa.text(
            "UPDATE encodings SET folder = 'media/' || lesson_id || '/' || id || '/',"
            " ended_at = created_at WHERE state IN ('current', 'retired')"
        )
    )
    # Whoever was encoding has a job; it begins again, with steps.
    op.execute(
        sa.text(
            "UPDATE encodings SET state = 'abandoned', ended_at = now()"
            " WHERE state = 'working'"
        )
    )


def _create_steps() -> None:
    op.create_table(
        "encoding_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("encoding_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("seen_at", TIME, nullable=True),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["encoding_id"],
            ["encodings.id"],
            name=op.f("fk_encoding_steps_encoding_id_encodings"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "share BETWEEN 0 AND 1", name=op.f("ck_encoding_steps_share_is_a_share")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encoding_steps")),
        sa.UniqueConstraint(
            *("encoding_id", "kind", "number"),
            name=op.f("uq_encoding_steps_encoding_id_kind_number"),
        ),
    )
    op.create_index(op.f("ix_encoding_steps_claim"), "encoding_steps", ["claim"])


def _create_pieces() -> None:
    op.create_table(
        "pieces",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("work_key", sa.Text(), nullable=False),
        sa.Column("rendition", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("description", JSONB, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lessons.id"],
            name=op.f("fk_pieces_lesson_id_lessons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pieces")),
        sa.UniqueConstraint(
            *("lesson_id", "work_key", "rendition", "stage", "number"),
            name=op.f("uq_pieces_lesson_id_work_key_rendition_stage_number"),
        ),
    )


def downgrade() -> None:
    op.drop_table("pieces")
    op.drop_table("encoding_steps")
    for name in (
        *("ended_at", "code", "manifest", "folder", "opened_at"),
        *("opening", "work_keys", "planned", "recipe", "reason"),
    ):
        op.drop_column("encodings", name)
