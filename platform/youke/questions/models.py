"""Tables: questions and their answers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    literal,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from youke.kernel.clock import now
from youke.kernel.db import Base
from youke.kernel.ids import new_id
from youke.questions.states import QuestionState


class Question(Base):
    """What a student wants to know."""

    __tablename__ = "questions"
    __table_args__ = (
        CheckConstraint(
            "position_s >= 0",
            name="position_is_a_second",
        ),
        Index("ix_questions_asker", "asker_id", "id"),
        Index(
            "ix_questions_open", "due_at", "id", postgresql_where=text("state = 'open'")
        ),
        Index(
            "ix_questions_answered_on_lesson",
            "lesson_id",
            "position_s",
            postgresql_where=text("state = 'answered' AND lesson_id IS NOT NULL"),
        ),
        Index(
            "ix_questions_similar",
            "grams",
            postgresql_using="gin",
            postgresql_ops={"grams": "gin_trgm_ops"},
            postgresql_where=text("state = 'answered'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    asker_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    subject: Mapped[str]
    grade: Mapped[int]
    text: Mapped[str]
    #: The text as `similar.grams` splits it, which is what is compared.
    grams: Mapped[str]
    #: Null also when the lesson was deleted; `position_s` means nothing then.
    lesson_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("lessons.id", ondelete="SET NULL"), index=True
    )
    position_s: Mapped[float | None]
    state: Mapped[str] = mapped_column(default=QuestionState.OPEN.value)
    #: Who is answering or has answered; nobody else's tutor may read the question.
    tutor_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    #: When a tutor took it; it does not stay with one who forgets it.
    taken_at: Mapped[datetime | None]
    asked_at: Mapped[datetime] = mapped_column(default=now)
    #: Until when an answer is promised; open questions are answered in this order.
    due_at: Mapped[datetime]

    def move(self, wanted: QuestionState) -> None:
        """Go to another state, or raise when there is no such transition."""
        self.state = QuestionState(self.state).to(wanted).value


class Answer(Base):
    """What the tutor wrote."""

    __tablename__ = "answers"

    question_id: Mapped[UUID] = mapped_column(
        ForeignKey("questions.id"), primary_key=True
    )
    tutor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    text: Mapped[str]
    answered_at: Mapped[datetime] = mapped_column(default=now)


def is_open() -> ColumnElement[bool]:
    """Return the condition of the partial index over open questions."""
    is_open = literal(QuestionState.OPEN.value, literal_execute=True)
    return Question.state == is_open


def is_answered() -> ColumnElement[bool]:
    """Return the condition of the partial indexes over answered questions.

    The state stands in the statement itself: a plan made for any parameter could not
    use them.
    """
    answered = literal(QuestionState.ANSWERED.value, literal_execute=True)
    return Question.state == answered
