"""Tables: watches, views, likes."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import NUMMULTIRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from youke.kernel.clock import now
from youke.kernel.db import Base


class Watch(Base):
    """What one person has seen of one lesson.

    A *day* begins with the first heartbeat that comes `rules.DAY` or more after the
    last day began. It is what views are counted by, so that watching again
    tomorrow can count again although it adds nothing to `seen`.
    """

    __tablename__ = "watches"
    __table_args__ = (CheckConstraint("duration_s > 0", name="has_a_duration"),)

    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    lesson_id: Mapped[UUID] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    #: Seconds of the lesson that were ever seen, merged by PostgreSQL.
    seen: Mapped[list[Range[Decimal]]] = mapped_column(NUMMULTIRANGE)
    #: The length of `seen`, in seconds.
    seconds: Mapped[float]
    #: Where the person was last, in seconds.
    position_s: Mapped[float]
    #: The lesson's length when it was last watched, in seconds.
    duration_s: Mapped[float]
    day_began_at: Mapped[datetime]
    #: What of the lesson was seen this day.
    day_seen: Mapped[list[Range[Decimal]]] = mapped_column(NUMMULTIRANGE)
    #: Whether this day's view has been counted.
    day_counted: Mapped[bool]
    #: The player's session that sent the last heartbeat.
    session: Mapped[str]
    #: Seconds that the session may still claim beyond what time brings.
    credit_s: Mapped[float]
    updated_at: Mapped[datetime] = mapped_column(default=now)


class View(Base):
    """A counted view; a lesson's `views` are the number of its rows here."""

    __tablename__ = "views"

    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    lesson_id: Mapped[UUID] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    counted_at: Mapped[datetime] = mapped_column(primary_key=True, default=now)


class Like(Base):
    """A like; a lesson's `likes` are the number of its rows here."""

    __tablename__ = "likes"

    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    lesson_id: Mapped[UUID] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
