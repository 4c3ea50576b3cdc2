"""Questions, sessions, tickets and notices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_tutoring"
down_revision = "0003_engagement"


def upgrade() -> None:
    _create_notices()
    _create_tutoring_sessions()
    _create_questions()
    _create_answers()
    _create_tickets()
    _create_session_tutors()


def downgrade() -> None:
    op.drop_table("session_tutors")
    op.drop_table("tickets")
    op.drop_table("answers")
    op.drop_table("questions")
    op.drop_table("tutoring_sessions")
    op.drop_table("notices")


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_notices_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_person", "notices", ["person_id", "id"], unique=False)
    op.create_index(
        "ix_notices_unread",
        "notices",
        ["person_id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
    )


def _create_tutoring_sessions() -> None:
    op.create_table(
        "tutoring_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("grades", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "capacity BETWEEN 1 AND 1000", name=op.f("ck_tutoring_sessions_capacity")
        ),
        sa.CheckConstraint(
            "ends_at > starts_at",
            name=op.f("ck_tutoring_sessions_ends_after_it_starts"),
        ),
        sa.CheckConstraint(
            "taken BETWEEN 0 AND capacity",
            name=op.f("ck_tutoring_sessions_taken_within_capacity"),
        ),
        sa.ForeignKeyConstraint(
            ["published_by"],
            ["people.id"],
            name=op.f("fk_tutoring_sessions_published_by_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tutoring_sessions")),
    )
    op.create_index(
        "ix_tutoring_sessions_time",
        "tutoring_sessions",
        ["starts_at", "id"],
        unique=False,
    )


def _create_questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asker_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("grams", sa.Text(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=True),
        sa.Column("position_s", sa.Double(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tutor_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "position_s IS NULL OR (position_s >= 0 AND lesson_id IS NOT NULL)",
            name=op.f("ck_questions_position_is_in_a_lesson"),
        ),
        sa.ForeignKeyConstraint(
            ["asker_id"], ["people.id"], name=op.f("fk_questions_asker_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_questions_lesson_id_lessons")
        ),
        sa.ForeignKeyConstraint(
            ["tutor_id"], ["people.id"], name=op.f("fk_questions_tutor_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index(
        "ix_questions_answered_on_lesson",
        "questions",
        ["lesson_id", "position_s"],
        unique=False,
        postgresql_where=sa.text("state = 'answered' AND lesson_id IS NOT NULL"),
    )
    op.create_index("ix_questions_asker", "questions", ["asker_id", "id"], unique=False)
    op.create_index(
        "ix_questions_similar",
        "questions",
        ["grams"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"grams": "gin_trgm_ops"},
        postgresql_where=sa.text("state = 'answered'"),
    )


def _create_answers() -> None:
    op.create_table(
        "answers",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("tutor_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
            name=op.f("fk_answers_question_id_questions"),
        ),
        sa.ForeignKeyConstraint(
            ["tutor_id"], ["people.id"], name=op.f("fk_answers_tutor_id_people")
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_tutor_id"), "answers", ["tutor_id"], unique=False)


def _create_tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("tutor_id", sa.Uuid(), nullable=True),
        sa.Column("wanted_tutor_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("first_time", sa.Boolean(), nullable=False),
        sa.Column("absences", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('active', 'answered')) = (tutor_id IS NOT NULL)",
            name=op.f("ck_tickets_tutor_while_answering"),
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
            name=op.f("fk_tickets_question_id_questions"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["tutoring_sessions.id"],
            name=op.f("fk_tickets_session_id_tutoring_sessions"),
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["people.id"], name=op.f("fk_tickets_student_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["tutor_id"], ["people.id"], name=op.f("fk_tickets_tutor_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["wanted_tutor_id"],
            ["people.id"],
            name=op.f("fk_tickets_wanted_tutor_id_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
    )
    op.create_index("ix_tickets_question", "tickets", ["question_id"], unique=False)
    op.create_index(
        "ix_tickets_queue",
        "tickets",
        ["session_id", "rank", "turn"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_tickets_session", "tickets", ["session_id", "state"], unique=False
    )
    op.create_index("ix_tickets_student", "tickets", ["student_id"], unique=False)
    op.create_index(
        "uq_tickets_one_active_per_tutor",
        "tickets",
        ["tutor_id"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index(
        "uq_tickets_one_live_per_question",
        "tickets",
        ["question_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'active')"),
    )
    op.create_index(
        "uq_tickets_one_live_per_student",
        "tickets",
        ["session_id", "student_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'active')"),
    )


def _create_session_tutors() -> None:
    op.create_table(
        "session_tutors",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("tutor_id", sa.Uuid(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("set_aside_id", sa.Uuid(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("tutor_id"), "="),
            (sa.column("during"), "&&"),
            using="gist",
            name="ex_session_tutors_one_at_a_time",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["tutoring_sessions.id"],
            name=op.f("fk_session_tutors_session_id_tutoring_sessions"),
        ),
        sa.ForeignKeyConstraint(
            ["set_aside_id"],
            ["tickets.id"],
            name=op.f("fk_session_tutors_set_aside_id_tickets"),
        ),
        sa.ForeignKeyConstraint(
            ["tutor_id"], ["people.id"], name=op.f("fk_session_tutors_tutor_id_people")
        ),
        sa.PrimaryKeyConstraint(
            "session_id", "tutor_id", name=op.f("pk_session_tutors")
        ),
    )
