"""Lessons can be deleted: what hangs on them goes along or lets go."""

import sqlalchemy as sa
from alembic import op

revision = "0005_deleting_lessons"
down_revision = "0004_tutoring"

LESSON_OF_ENCODING = "fk_encodings_lesson_id_lessons"
UPLOAD_OF_ENCODING = "fk_encodings_upload_id_uploads"
LESSON_OF_QUESTION = "fk_questions_lesson_id_lessons"
IN_A_LESSON = "ck_questions_position_is_in_a_lesson"
A_SECOND = "ck_questions_position_is_a_second"


def upgrade() -> None:
    _replace(LESSON_OF_ENCODING, "encodings", "lesson_id", ondelete="CASCADE")
    _replace(UPLOAD_OF_ENCODING, "encodings", "upload_id", ondelete="CASCADE")
    _replace(LESSON_OF_QUESTION, "questions", "lesson_id", ondelete="SET NULL")
    op.create_index("ix_questions_lesson_id", "questions", ["lesson_id"])
    op.drop_constraint(op.f(IN_A_LESSON), "questions")
    op.create_check_constraint(op.f(A_SECOND), "questions", "position_s >= 0")


def downgrade() -> None:
    op.drop_constraint(op.f(A_SECOND), "questions")
    op.execute(
        sa.text("UPDATE questions SET position_s = NULL WHERE lesson_id IS NULL")
    )
    op.create_check_constraint(
        op.f(IN_A_LESSON),
        "questions",
        "position_s IS NULL OR (position_s >= 0 AND lesson_id IS NOT NULL)",
    )
    op.drop_index("ix_questions_lesson_id", "questions")
    _replace(LESSON_OF_QUESTION, "questions", "lesson_id", ondelete=None)
    _replace(UPLOAD_OF_ENCODING, "encodings", "upload_id", ondelete=None)
    _replace(LESSON_OF_ENCODING, "encodings", "lesson_id", ondelete=None)


def _replace(name: str, table: str, column: str, *, ondelete: str | None) -> None:
    """Change what happens to a row when the one that it names is deleted."""
    target = name.rsplit("_", 1)[1]
    op.drop_constraint(op.f(name), table)
    op.create_foreign_key(
        op.f(name), table, target, [column], ["id"], ondelete=ondelete
    )
