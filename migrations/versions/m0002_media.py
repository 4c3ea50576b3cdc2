"""Uploads, encodings and renditions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_media"
down_revision = "0001_foundations"


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("part_size", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("multipart_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lessons.id"],
            name=op.f("fk_uploads_lesson_id_lessons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index(
        op.f("ix_uploads_expires_at"), "uploads", ["expires_at"], unique=False
    )
    op.create_index(
        op.f("ix_uploads_lesson_id"), "uploads", ["lesson_id"], unique=False
    )
    op.create_index(
        "ix_uploads_open_per_lesson",
        "uploads",
        ["lesson_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "encodings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_encodings_lesson_id_lessons")
        ),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name=op.f("fk_encodings_upload_id_uploads")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encodings")),
    )
    op.create_index(
        "ix_encodings_current_per_lesson",
        "encodings",
        ["lesson_id"],
        unique=True,
        postgresql_where=sa.text("state = 'current'"),
    )
    op.create_index(
        op.f("ix_encodings_lesson_id"), "encodings", ["lesson_id"], unique=False
    )
    op.create_index(
        op.f("ix_encodings_upload_id"), "encodings", ["upload_id"], unique=False
    )
    op.create_index(
        "ix_encodings_working_per_lesson",
        "encodings",
        ["lesson_id"],
        unique=True,
        postgresql_where=sa.text("state = 'working'"),
    )
    op.create_table(
        "renditions",
        sa.Column("encoding_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "description", postgresql.JSONB(astext_type=sa.Text()), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["encoding_id"],
            ["encodings.id"],
            name=op.f("fk_renditions_encoding_id_encodings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("encoding_id", "name", name=op.f("pk_renditions")),
    )


def downgrade() -> None:
    op.drop_table("renditions")
    op.drop_index(
        "ix_encodings_working_per_lesson",
        table_name="encodings",
        postgresql_where=sa.text("state = 'working'"),
    )
    op.drop_index(op.f("ix_encodings_upload_id"), table_name="encodings")
    op.drop_index(op.f("ix_encodings_lesson_id"), table_name="encodings")
    op.drop_index(
        "ix_encodings_current_per_lesson",
        table_name="encodings",
        postgresql_where=sa.text("state = 'current'"),
    )
    op.drop_table("encodings")
    op.drop_index(
        "ix_uploads_open_per_lesson",
        table_name="uploads",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(op.f("ix_uploads_lesson_id"), table_name="uploads")
    op.drop_index(op.f("ix_uploads_expires_at"), table_name="uploads")
    op.drop_table("uploads")
