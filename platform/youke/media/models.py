"""Tables: uploads, encodings with their steps, pieces and renditions."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youke.kernel.clock import now
from youke.kernel.db import Base
from youke.kernel.ids import new_id
from youke.kernel.states import State


class UploadState(State):
    """An upload in parts."""

    OPEN = "open", "completed aborted"
    COMPLETED = "completed"
    ABORTED = "aborted"


class EncodingState(State):
    """One try to make renditions; at most one a lesson is current."""

    WORKING = "working", "current abandoned"
    CURRENT = "current", "retired"
    RETIRED = "retired"
    ABANDONED = "abandoned"


class Reason(StrEnum):
    """Why an encoding was begun."""

    UPLOAD = "upload"
    #: The lesson stays as it is until the new encoding replaces the present one.
    REENCODE = "re-encode"


class Opening(StrEnum):
    """What can be watched of an encoding that is still in work."""

    #: The source itself, in the rendition "source".
    COPY = "copy"
    #: The low rungs, chunk by chunk.
    PREVIEW = "preview"


class StepKind(StrEnum):
    """What is done for an encoding, each step by one worker at a time."""

    #: Download, inspect, plan, and make the first seconds watchable.
    OPEN = "open"
    #: The low rungs of one chunk.
    PREVIEW = "preview"
    #: Choose rungs and qualities on samples.
    SURVEY = "survey"
    SOUND = "sound"
    #: The other rungs of one chunk.
    CHUNK = "chunk"
    #: Join the pieces, verify the whole, publish.
    ASSEMBLE = "assemble"


class StepState(State):
    """A step; a worker that dies leaves it `working` until another claims it."""

    WAITING = "waiting", "working"
    WORKING = "working", "working waiting done"
    DONE = "done"


class Stage(StrEnum):
    """Whether a piece becomes a part of the published renditions."""

    OPENING = "opening"
    FINAL = "final"


class Upload(Base):
    """A file on its way from a browser to the object store."""

    __tablename__ = "uploads"
    __table_args__ = (
        Index(
            "ix_uploads_open_per_lesson",
            "lesson_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lesson_id: Mapped[UUID] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE"), index=True
    )
    filename: Mapped[str]
    #: Bytes, of the whole and of every part but the last.
    size: Mapped[int] = mapped_column(BigInteger)
    part_size: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str]
    #: The object store's name for the multipart upload.
    multipart_id: Mapped[str]
    state: Mapped[str] = mapped_column(default=UploadState.OPEN.value)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    #: Of the stored object, known after the worker has read it.
    sha256: Mapped[str | None]
    #: When the object was deleted because its lesson can be watched without it.
    dropped_at: Mapped[datetime | None]


class Encoding(Base):
    """A try to make renditions of an upload; its id is a part of all its keys.

    The id fences: a worker may write only while its own encoding is `working` and it
    holds the claim of a step, so one that was given up and wakes cannot publish.
    """

    __tablename__ = "encodings"
    __table_args__ = (
        Index(
            "ix_encodings_current_per_lesson",
            "lesson_id",
            unique=True,
            postgresql_where=text("state = 'current'"),
        ),
        Index(
            "ix_encodings_working_per_lesson",
            "lesson_id",
            unique=True,
            postgresql_where=text("state = 'working'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lesson_id: Mapped[UUID] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE"), index=True
    )
    upload_id: Mapped[UUID] = mapped_column(
        ForeignKey("uploads.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str] = mapped_column(default=EncodingState.WORKING.value)
    #: A `Reason`.
    reason: Mapped[str] = mapped_column(default=Reason.UPLOAD.value)
    #: What the probe found, for people and for later encodings.
    source: Mapped[dict[str, Any] | None]
    #: `youke_transcoder.Recipe.to_dict()`: as it is encoded now …
    recipe: Mapped[dict[str, Any] | None]
    #: … and as it was when watching began, with all the rungs that viewers know of.
    planned: Mapped[dict[str, Any] | None]
    #: Work key of each rendition that may be watched, see `pieces`.
    work_keys: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: An `Opening`, and since when; none before anything can be watched.
    opening: Mapped[str | None]
    opened_at: Mapped[datetime | None]
    #: Where the finished objects lie, and `Manifest.to_dict()` with their paths.
    folder: Mapped[str | None]
    manifest: Mapped[dict[str, Any] | None]
    #: Bytes of the finished objects that are no renditions: poster, storyboard.
    extra_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    #: Why it was given up, if not for a newer one.
    code: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    #: When it was published or given up.
    ended_at: Mapped[datetime | None]
    renditions: Mapped[list["StoredRendition"]] = relationship(
        order_by="StoredRendition.position", lazy="selectin"
    )
    steps: Mapped[list["Step"]] = relationship(
        order_by="Step.id", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def prefix(self) -> str:
        """Where the encoding's objects lie, the finished ones in `folder` below it."""
        return f"media/{self.lesson_id}/{self.id}/"


class Step(Base):
    """A part of an encoding's work, done by one worker at a time."""

    __tablename__ = "encoding_steps"
    __table_args__ = (
        UniqueConstraint("encoding_id", "kind", "number"),
        CheckConstraint("share BETWEEN 0 AND 1", name="share_is_a_share"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    encoding_id: Mapped[UUID] = mapped_column(
        ForeignKey("encodings.id", ondelete="CASCADE")
    )
    #: A `StepKind`.
    kind: Mapped[str]
    #: Of the chunk; 0 for steps that there is one of.
    number: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default=StepState.WAITING.value)
    #: How much of all the work it is, compared with the other steps.
    weight: Mapped[float] = mapped_column(default=1.0)
    #: How much of it is done, 0 to 1.
    share: Mapped[float] = mapped_column(default=0.0)
    #: Claims that ended by the step's own fault or with the worker's death.
    tries: Mapped[int] = mapped_column(default=0)
    #: Who works on it; whoever holds another claim is fenced off.
    claim: Mapped[UUID | None] = mapped_column(index=True)
    worker: Mapped[str | None]
    #: When that one last said that it lives, by the database's clock.
    seen_at: Mapped[datetime | None]
    #: Of the first claim.
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class StoredPiece(Base):
    """A run of segments of one rendition in the object store.

    It belongs to a work key, not to an encoding: a later encoding of the same source
    with the same settings finds it and need not make it again.
    """

    __tablename__ = "pieces"
    __table_args__ = (
        UniqueConstraint("lesson_id", "work_key", "rendition", "stage", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    lesson_id: Mapped[UUID] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE")
    )
    work_key: Mapped[str]
    rendition: Mapped[str]
    #: A `Stage`.
    stage: Mapped[str]
    number: Mapped[int]
    key: Mapped[str]
    #: Bytes.
    size: Mapped[int] = mapped_column(BigInteger)
    #: `youke_transcoder.model.Piece.to_dict()`.
    description: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


class StoredRendition(Base):
    """A rendition in the object store."""

    __tablename__ = "renditions"

    encoding_id: Mapped[UUID] = mapped_column(
        ForeignKey("encodings.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    key: Mapped[str]
    #: `youke_transcoder.Rendition.to_dict()`: sizes, rates, hash, segments.
    description: Mapped[dict[str, Any]]
    #: Bytes, where sums need not read the whole description.
    size: Mapped[int] = mapped_column(
        BigInteger, Computed("(description ->> 'size')::bigint", persisted=True)
    )
