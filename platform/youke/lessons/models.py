"""Tables: lessons."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from youke.kernel.clock import now
from youke.kernel.db import Base
from youke.kernel.ids import new_id
from youke.lessons.states import LessonState


class Lesson(Base):
    """One teaching unit."""

    __tablename__ = "lessons"
    __table_args__ = (
        CheckConstraint("progress BETWEEN 0 AND 1", name="progress_is_a_share"),
        Index(
            "ix_lessons_listed",
            "published_at",
            "id",
            postgresql_where=text("published_at IS NOT NULL AND playable"),
        ),
        Index(
            "ix_lessons_search",
            text("(title || ' ' || summary) gin_trgm_ops"),
            postgresql_using="gin",
        ),
        Index("ix_lessons_tags", "tags", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    school_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organisations.id"), index=True
    )
    title: Mapped[str]
    summary: Mapped[str]
    stage: Mapped[str]
    grade: Mapped[int]
    subject: Mapped[str]
    edition: Mapped[str | None]
    volume: Mapped[str | None]
    chapter: Mapped[str | None]
    tags: Mapped[list[str]]
    state: Mapped[str] = mapped_column(default=LessonState.CREATED.value)
    #: Why the video was rejected or failed.
    code: Mapped[str | None]
    progress: Mapped[float] = mapped_column(default=0.0)
    #: Whether it can be watched: complete, or from the beginning on while it grows.
    playable: Mapped[bool] = mapped_column(default=False)
    duration_s: Mapped[float | None]
    poster_key: Mapped[str | None]
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    #: When anything but the counters changed last; PostgreSQL keeps it (a trigger).
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    #: Kept by `engagement`; each equals a recount of its facts.
    likes: Mapped[int] = mapped_column(default=0)
    views: Mapped[int] = mapped_column(default=0)

    @property
    def listed(self) -> bool:
        """Say whether the lesson is shown to everybody."""
        return self.published_at is not None and self.playable

    def move(self, wanted: LessonState) -> None:
        """Go to another state, or raise when there is no such transition."""
        self.state = LessonState(self.state).to(wanted).value
