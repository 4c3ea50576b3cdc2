"""What recommendations send and receive."""

from pydantic import Field

from youke.kernel.schema import Schema
from youke.lessons.schemas import LessonOut


class RecommendationQuery(Schema):
    """How many lessons are wanted, and of which subject."""

    limit: int = Field(default=12, ge=1, le=100)
    subject: str | None = None


class RelatedQuery(Schema):
    """How many lessons are wanted."""

    limit: int = Field(default=12, ge=1, le=100)


class RecommendationOut(Schema):
    """A recommended lesson, why, and where the recommendation comes from."""

    lesson: LessonOut
    reason: str
    source: str


class Recommendations(Schema):
    """Recommended lessons, best first."""

    items: list[RecommendationOut]


class RelatedLesson(LessonOut):
    """A lesson beside another, what binds them, and who says so."""

    reason: str
    source: str


class RelatedLessons(Schema):
    """Related lessons, best first."""

    items: list[RelatedLesson]
