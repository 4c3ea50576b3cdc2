"""What lessons send and receive."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from youke.kernel.schema import Schema

#: PostgreSQL keeps any text but one with a null character.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Tag = Annotated[Text, StringConstraints(min_length=1, max_length=40)]
#: A code or a name; numbers may come as such.
Named = Annotated[str, BeforeValidator(lambda v: str(v) if type(v) is int else v)]


class LessonIn(Schema):
    """A new lesson."""

    title: Text = Field(min_length=1, max_length=200)
    stage: Named | None = None
    grade: Named
    subject: Named
    edition: Text | None = Field(default=None, max_length=100)
    volume: Text | None = Field(default=None, max_length=100)
    chapter: Text | None = Field(default=None, max_length=200)
    tags: list[Tag] = Field(default_factory=list, max_length=20)
    summary: Text = Field(default="", max_length=5000)


class LessonChange(Schema):
    """What is corrected of a lesson; null clears what may be empty."""

    title: Text = Field(default_factory=str, min_length=1, max_length=200)
    stage: Named | None = None
    grade: Named = Field(default_factory=str)
    subject: Named = Field(default_factory=str)
    edition: Text | None = Field(default=None, max_length=100)
    volume: Text | None = Field(default=None, max_length=100)
    chapter: Text | None = Field(default=None, max_length=200)
    tags: list[Tag] | None = Field(default=None, max_length=20)
    summary: Text | None = Field(default=None, max_length=5000)

    def sent(self) -> dict[str, Any]:
        """Return the fields that were sent, as `service.LessonDraft` has them."""
        empty = {"tags": [], "summary": ""}
        sent = self.model_dump(exclude_unset=True)
        return {k: empty.get(k) if v is None else v for k, v in sent.items()}


class LessonQuery(Schema):
    """Filters and place of a list of lessons."""

    q: Text | None = Field(default=None, max_length=200)
    stage: str | None = None
    grade: str | None = None
    subject: str | None = None
    tag: Text | None = None
    sort: str | None = None
    cursor: str | None = None
    limit: int = Field(default=24, ge=1, le=100)


class LessonOut(Schema):
    """A lesson as lists show it."""

    id: UUID
    title: str
    summary: str
    stage: str
    grade: int
    subject: str
    edition: str | None
    volume: str | None
    chapter: str | None
    tags: list[str]
    state: str
    code: str | None
    progress: float
    playable: bool
    published_at: datetime | None
    created_at: datetime
    duration_s: float | None
    likes: int
    views: int


class LessonDetail(LessonOut):
    """A lesson with what the features above lessons add to it."""

    media: dict[str, Any] | None = None
    playback: dict[str, str] | None = None
    poster: str | None = None
    #: Seconds until the video is complete, estimated; null while nobody knows.
    time_left_s: float | None = None
    liked: bool = False
    #: Where the viewer left off, in seconds; null at the beginning.
    position_s: float | None = None


class LessonPage(Schema):
    """A page of lessons."""

    items: list[LessonOut]
    next: str | None
