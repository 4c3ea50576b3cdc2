"""Consents, one meter for all of a person's watching, and counters that do not wait."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_facts_and_consents"
down_revision = "0009_model_life"


def upgrade() -> None:
    _consents()
    _meters()
    _counters()
    _rankings()


def downgrade() -> None:
    for name in ("watch_norms", "lesson_standings", "recounted_lessons"):
        op.drop_table(name)
    # What was not folded yet is folded now: nothing else would.
    op.execute(
        "UPDATE lessons SET likes = lessons.likes + c.likes,"
        " views = lessons.views + c.views FROM (SELECT lesson_id, sum(likes) AS likes,"
        " sum(views) AS views FROM count_changes GROUP BY 1) AS c"
        " WHERE c.lesson_id = lessons.id"
    )
    op.drop_table("count_changes")
    op.drop_column("watches", "times")
    op.add_column(
        "watches", sa.Column("session", sa.Text(), nullable=False, server_default="")
    )
    op.add_column(
        "watches",
        sa.Column("credit_s", sa.Double(), nullable=False, server_default="0"),
    )
    op.alter_column("watches", "session", server_default=None)
    op.alter_column("watches", "credit_s", server_default=None)
    op.drop_table("watch_meters")
    op.drop_table("consents")


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("given_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_consents_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"],
            ["people.id"],
            name=op.f("fk_consents_given_by_id_people"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_last", "consents", ["person_id", "purpose", "id"])
    op.create_index(op.f("ix_consents_given_by_id"), "consents", ["given_by_id"])


def _meters() -> None:
    op.create_table(
        "watch_meters",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("credit_s", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("writings", sa.BigInteger(), nullable=False),
        _to("people", "watch_meters"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_watch_meters")),
    )
    op.drop_column("watches", "session")
    op.drop_column("watches", "credit_s")
    op.add_column(
        "watches", sa.Column("times", sa.Integer(), nullable=False, server_default="0")
    )
    op.alter_column("watches", "times", server_default=None)
    op.execute(
        "UPDATE watches SET times = v.times FROM (SELECT person_id, lesson_id,"
        " count(*) AS times FROM views GROUP BY 1, 2) AS v"
        " WHERE (watches.person_id, watches.lesson_id) = (v.person_id, v.lesson_id)"
    )


def _counters() -> None:
    op.create_table(
        "count_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("likes", sa.Integer(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        _to("lessons", "count_changes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_changes")),
    )
    op.create_index(op.f("ix_count_changes_lesson_id"), "count_changes", ["lesson_id"])
    op.create_table(
        "recounted_lessons",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        _to("lessons", "recounted_lessons"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recounted_lessons")),
    )


def _rankings() -> None:
    op.create_table(
        "lesson_standings",
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _to("lessons", "lesson_standings"),
        sa.PrimaryKeyConstraint("lesson_id", "grade", name=op.f("pk_lesson_standings")),
    )
    op.create_table(
        "watch_norms",
        sa.Column("up_to_s", sa.Double(), nullable=False),
        sa.Column(
            "quantiles",
            postgresql.ARRAY(postgresql.DOUBLE_PRECISION()),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("up_to_s", name=op.f("pk_watch_norms")),
    )
    # All standings are made anew by the first job.
    op.execute("INSERT INTO recounted_lessons (lesson_id) SELECT id FROM lessons")


def _to(table: str, source: str) -> sa.ForeignKeyConstraint:
    column = "person_id" if table == "people" else "lesson_id"
    return sa.ForeignKeyConstraint(
        [column],
        [f"{table}.id"],
        name=op.f(f"fk_{source}_{column}_{table}"),
        ondelete="CASCADE",
    )
