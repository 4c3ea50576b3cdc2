"""Watches, views, likes and ranking models."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_engagement"
down_revision = "0002_media"


def upgrade() -> None:
    op.create_table(
        "ranking_models",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("metrics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("interactions", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_models")),
    )
    op.create_index(
        "ix_ranking_models_current",
        "ranking_models",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'current'"),
    )
    op.create_table(
        "likes",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lessons.id"],
            name=op.f("fk_likes_lesson_id_lessons"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_likes_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "lesson_id", name=op.f("pk_likes")),
    )
    op.create_index(op.f("ix_likes_lesson_id"), "likes", ["lesson_id"], unique=False)
    op.create_table(
        "views",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lessons.id"],
            name=op.f("fk_views_lesson_id_lessons"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_views_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "person_id", "lesson_id", "counted_at", name=op.f("pk_views")
        ),
    )
    op.create_index(op.f("ix_views_lesson_id"), "views", ["lesson_id"], unique=False)
    op.create_table(
        "watches",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("seen", postgresql.NUMMULTIRANGE(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("position_s", sa.Double(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("day_began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day_seen", postgresql.NUMMULTIRANGE(), nullable=False),
        sa.Column("day_counted", sa.Boolean(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("credit_s", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("duration_s > 0", name=op.f("ck_watches_has_a_duration")),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lessons.id"],
            name=op.f("fk_watches_lesson_id_lessons"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_watches_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "lesson_id", name=op.f("pk_watches")),
    )
    op.create_index(
        op.f("ix_watches_lesson_id"), "watches", ["lesson_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_watches_lesson_id"), table_name="watches")
    op.drop_table("watches")
    op.drop_index(op.f("ix_views_lesson_id"), table_name="views")
    op.drop_table("views")
    op.drop_index(op.f("ix_likes_lesson_id"), table_name="likes")
    op.drop_table("likes")
    op.drop_index(
        "ix_ranking_models_current",
        table_name="ranking_models",
        postgresql_where=sa.text("state = 'current'"),
    )
    op.drop_table("ranking_models")
