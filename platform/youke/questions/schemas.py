"""What questions send and receive."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from youke.kernel.schema import Schema

#: Longer than the longest lesson; the service compares with the lesson itself.
MOST_SECONDS = 24 * 3600
#: A code or a name; numbers may come as such.
Named = Annotated[str, BeforeValidator(lambda v: str(v) if isinstance(v, int) else v)]
#: PostgreSQL keeps every character but this one.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]


class QuestionIn(Schema):
    """A new question."""

    subject: Named
    grade: Named
    text: Text = Field(min_length=1, max_length=4000)
    lesson: UUID | None = None
    position_s: float | None = Field(
        default=None, ge=0, le=MOST_SECONDS, allow_inf_nan=False
    )
    images: list[str] = Field(default_factory=list, max_length=6)


class QuestionQuery(Schema):
    """The place in the list."""

    cursor: str | None = None
    limit: int = Field(default=24, ge=1, le=100)


class SimilarOut(Schema):
    """An answered question like the new one."""

    question: str
    answer: str
    lesson: UUID | None
    position_s: float | None
    similarity: float


class AskedOut(Schema):
    """A question that was written down, and what was answered before."""

    id: UUID
    similar: list[SimilarOut]


class AnswerOut(Schema):
    """A tutor's answer."""

    text: str
    tutor_name: str
    answered_at: datetime


class QuestionOut(Schema):
    """A question as its asker and its tutor read it."""

    id: UUID
    subject: str
    grade: int
    text: str
    lesson: UUID | None
    position_s: float | None
    state: str
    asked_at: datetime
    #: Until when an answer is promised.
    due_at: datetime
    answer: AnswerOut | None


class QuestionPageOut(Schema):
    """A page of questions."""

    items: list[QuestionOut]
    next: str | None


class AnswerOnLessonOut(Schema):
    """An answered question at its second of a lesson."""

    position_s: float | None
    question: str
    answer: str
    tutor_name: str
    answered_at: datetime


class AnswersOnLessonOut(Schema):
    """All that was answered on a lesson, by second."""

    items: list[AnswerOnLessonOut]
