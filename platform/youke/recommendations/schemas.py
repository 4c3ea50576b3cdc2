"""What recommendations send and receive."""

from uuid import UUID

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
    #: How it came about and what of the person was used, in two sentences.
    why: str
    #: For the lesson page's address, `?from=…`: counts that it was opened from here.
    slot: str


class Recommendations(Schema):
    """Recommended lessons, best first."""

    items: list[RecommendationOut]


class RelatedLesson(LessonOut):
    """A lesson beside another, what binds them, and who says so."""

    reason: str
    source: str
    slot: str


class RelatedLessons(Schema):
    """Related lessons, best first."""

    items: list[RelatedLesson]


class Pins(Schema):
    """The lessons that are recommended to a class, the latest first."""

    lessons: list[UUID]
