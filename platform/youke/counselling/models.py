"""Tables of the trust zone: a schema of its own, owned by a role of its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from youke.kernel.clock import now
from youke.kernel.db import Base
from youke.kernel.ids import new_id

SCHEMA = "counselling"
THREAD = f"{SCHEMA}.threads.id"


class Thread(Base):
    """A conversation between a student under an alias and a counsellor."""

    __tablename__ = "threads"
    __table_args__ = ({"schema": SCHEMA},)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    student_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    #: None while it waits for whoever is on duty.
    counsellor_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    #: A code of `aliases`, shown in the reader's language.
    alias: Mapped[str]
    state: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(default=now)
    student_wrote_at: Mapped[datetime] = mapped_column(default=now)
    counsellor_wrote_at: Mapped[datetime | None]
    student_seen_at: Mapped[datetime] = mapped_column(default=now)
    counsellor_seen_at: Mapped[datetime | None]


class ThreadKey(Base):
    """The wrapped key of a conversation, apart, so that backups can leave it out."""

    __tablename__ = "thread_keys"
    __table_args__ = ({"schema": SCHEMA},)

    thread_id: Mapped[UUID] = mapped_column(
        ForeignKey(THREAD, ondelete="CASCADE"), primary_key=True
    )
    #: Which master key wrapped it.
    key_id: Mapped[str]
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class Message(Base):
    """Something that was said, sealed."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_thread", "thread_id", "id"),
        UniqueConstraint("thread_id", "key"),
        {"schema": SCHEMA},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    thread_id: Mapped[UUID] = mapped_column(ForeignKey(THREAD, ondelete="CASCADE"))
    author: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    #: Drawn by the page: the same form, sent twice, says it once.
    key: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Reading(Base):
    """A line of the log: who opened what, when and by what right. Never changed."""

    __tablename__ = "readings"
    __table_args__ = ({"schema": SCHEMA},)

    #: Counts without a gap from 1.
    position: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
    # No foreign keys: the log outlives what it speaks of.
    reader_id: Mapped[UUID]
    thread_id: Mapped[UUID] = mapped_column(index=True)
    why: Mapped[str]
    #: HMAC over the line and the digest before it.
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class Duty(Base):
    """A counsellor who is on duty now."""

    __tablename__ = "duties"
    __table_args__ = ({"schema": SCHEMA},)

    counsellor_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    since: Mapped[datetime] = mapped_column(default=now)
