"""Tables: uploads, encodings and their renditions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
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


class Encoding(Base):
    """A try to make renditions of an upload; its id is a part of all its keys.

    The id fences: a worker may write only while its own encoding is `working`, so
    one that was given up and wakes again cannot publish.
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
    #: What the probe found, for people and for later encodings.
    source: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    renditions: Mapped[list["StoredRendition"]] = relationship(
        order_by="StoredRendition.position", lazy="selectin"
    )

    @property
    def prefix(self) -> str:
        """Where the encoding's objects lie."""
        return f"media/{self.lesson_id}/{self.id}/"


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
