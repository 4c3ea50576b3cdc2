"""Tables: watches, views, likes, and what is counted from them."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION, NUMMULTIRANGE, Range
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
    #: How often a view was counted; equals the number of its rows in `views`.
    times: Mapped[int] = mapped_column(default=0)
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


class Meter(Base):
    """How much more a person may claim to have watched, over all lessons together."""

    __tablename__ = "watch_meters"

    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    #: The player's session that sent the last heartbeat.
    session: Mapped[str]
    #: Seconds that it may still claim beyond what time brings.
    credit_s: Mapped[float]
    at: Mapped[datetime]
    #: Counts the writings, so that of two at the same moment one notices.
    writings: Mapped[int] = mapped_column(BigInteger, default=0)


class CountChange(Base):
    """A like or a view that is not in the lesson's counters yet.

    A burst of likes adds rows here and waits for nobody; whoever finds the lesson's
    row free folds them into it.
    """

    __tablename__ = "count_changes"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    lesson_id: Mapped[UUID] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE"), index=True
    )
    likes: Mapped[int]
    views: Mapped[int]


class Recounted(Base):
    """A lesson whose counters changed and whose standings must be made again."""

    __tablename__ = "recounted_lessons"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    lesson_id: Mapped[UUID] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE")
    )


class LessonStanding(Base):
    """How popular a lesson is among the students of one grade, see `standing`."""

    __tablename__ = "lesson_standings"

    lesson_id: Mapped[UUID] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True
    )
    grade: Mapped[int] = mapped_column(primary_key=True)
    points: Mapped[float]
    updated_at: Mapped[datetime] = mapped_column(default=now)


class WatchNorm(Base):
    """How long lessons of about one length are watched, see `norms`."""

    __tablename__ = "watch_norms"

    #: Lessons up to this length, in seconds, and longer than those of the row before.
    up_to_s: Mapped[float] = mapped_column(primary_key=True)
    #: Ascending seconds watched: each is exceeded by an equal share of the watches.
    quantiles: Mapped[list[float]] = mapped_column(ARRAY(DOUBLE_PRECISION))
