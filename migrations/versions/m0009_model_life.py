"""Models remember their publication, may be held back, and are tried side by side."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_model_life"
down_revision = "0008_retention"

JSON = postgresql.JSONB(astext_type=sa.Text())
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _extend_models()
    _create_holds()
    _create_trials()


def _extend_models() -> None:
    for column in (
        sa.Column("people", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("versions", JSON, nullable=False, server_default="{}"),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("published_at", TIME, nullable=True),
        sa.Column("retired_at", TIME, nullable=True),
    ):
        op.add_column("ranking_models", column)
    op.alter_column("ranking_models", "people", server_default=None)
    op.alter_column("ranking_models", "versions", server_default=None)
    # Until now a model was published in the moment it was made.
    op.execute(
        "UPDATE ranking_models SET published_at = created_at"
        " WHERE state IN ('current', 'retired')"
    )


def _create_holds() -> None:
    op.create_table(
        "publication_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("released_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["ranking_models.id"],
            name=op.f("fk_publication_holds_model_id_ranking_models"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_holds")),
    )
    op.create_index(
        "ix_publication_holds_open",
        "publication_holds",
        [sa.text("(released_at IS NULL)")],
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
    )


def _create_trials() -> None:
    op.create_table(
        "model_trials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("control_id", sa.Uuid(), nullable=False),
        sa.Column("challenger_id", sa.Uuid(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.CheckConstraint(
            "share > 0 AND share < 1", name=op.f("ck_model_trials_share_of_both")
        ),
        sa.CheckConstraint(
            "control_id <> challenger_id", name=op.f("ck_model_trials_two_models")
        ),
        sa.ForeignKeyConstraint(
            ["control_id"],
            ["ranking_models.id"],
            name=op.f("fk_model_trials_control_id_ranking_models"),
        ),
        sa.ForeignKeyConstraint(
            ["challenger_id"],
            ["ranking_models.id"],
            name=op.f("fk_model_trials_challenger_id_ranking_models"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_trials")),
    )
    op.create_index(
        "ix_model_trials_running",
        "model_trials",
        [sa.text("(ended_at IS NULL)")],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "model_trial_counts",
        sa.Column("trial_id", sa.Uuid(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("shown", sa.BigInteger(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["trial_id"],
            ["model_trials.id"],
            name=op.f("fk_model_trial_counts_trial_id_model_trials"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "trial_id", "bucket", name=op.f("pk_model_trial_counts")
        ),
    )


def downgrade() -> None:
    op.drop_table("model_trial_counts")
    op.drop_index(
        "ix_model_trials_running",
        table_name="model_trials",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("model_trials")
    op.drop_index(
        "ix_publication_holds_open",
        table_name="publication_holds",
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.drop_table("publication_holds")
    for name in ("retired_at", "published_at", "seconds", "versions", "people"):
        op.drop_column("ranking_models", name)
