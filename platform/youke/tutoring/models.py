"""Tables: sessions, their tutors, and the tickets of their queues."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    literal,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from youke.kernel.clock import now
from youke.kernel.db import Base
from youke.kernel.ids import new_id
from youke.tutoring.order import Rank, Standing
from youke.tutoring.states import SessionPhase, TicketState, phase_at

LIVE = text("state IN ('waiting', 'active')")


class TutoringSession(Base):
    """A time slot of one subject with tutors, a capacity and a queue."""

    __tablename__ = "tutoring_sessions"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint("capacity BETWEEN 1 AND 1000", name="capacity"),
        CheckConstraint("taken BETWEEN 0 AND capacity", name="taken_within_capacity"),
        Index("ix_tutoring_sessions_time", "starts_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    subject: Mapped[str]
    grades: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int]
    #: Tickets that are waiting, active or answered.
    taken: Mapped[int] = mapped_column(default=0)
    #: The last turn that was given out; it only grows.
    turns: Mapped[int] = mapped_column(default=0)
    published_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    cancelled_at: Mapped[datetime | None]
    #: How often time or state were changed, and when last: calendars go by it.
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def places_left(self) -> int:
        """Return how many more tickets the session takes."""
        return self.capacity - self.taken

    @property
    def phase(self) -> SessionPhase:
        """Return where the session stands now."""
        if self.cancelled_at is not None:
            return SessionPhase.CANCELLED
        return phase_at(now(), self.starts_at, self.ends_at)


class Ticket(Base):
    """A question's place in a session's queue."""

    __tablename__ = "tickets"
    __table_args__ = (
        CheckConstraint(
            "(state IN ('active', 'answered')) = (tutor_id IS NOT NULL)",
            name="tutor_while_answering",
        ),
        Index(
            "uq_tickets_one_live_per_student",
            "session_id",
            "student_id",
            unique=True,
            postgresql_where=LIVE,
        ),
        Index(
            "uq_tickets_one_live_per_question",
            "question_id",
            unique=True,
            postgresql_where=LIVE,
        ),
        Index(
            "uq_tickets_one_active_per_tutor",
            "tutor_id",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
        Index(
            "ix_tickets_queue",
            "session_id",
            "rank",
            "turn",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_tickets_session", "session_id", "state"),
        Index("ix_tickets_student", "student_id"),
        Index("ix_tickets_question", "question_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("tutoring_sessions.id"))
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    #: Who is answering or has answered.
    tutor_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    #: To whom it was handed over; others take it only when nobody else waits.
    wanted_tutor_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    state: Mapped[str] = mapped_column(default=TicketState.WAITING.value)
    #: With `turn` what the queue is sorted by: see `order.queue_key`.
    rank: Mapped[int]
    turn: Mapped[int]
    first_time: Mapped[bool]
    absences: Mapped[int] = mapped_column(default=0)
    joined_at: Mapped[datetime] = mapped_column(default=now)
    called_at: Mapped[datetime | None]
    #: When it was answered, left or closed.
    ended_at: Mapped[datetime | None]

    @property
    def standing(self) -> Standing:
        """Return what the ticket's place depends on."""
        return Standing(rank=Rank(self.rank), turn=self.turn)

    def move(self, wanted: TicketState) -> None:
        """Go to another state, or raise when there is no such transition."""
        self.state = TicketState(self.state).to(wanted).value


class SessionTutor(Base):
    """A tutor of a session; nobody can be in two at once."""

    __tablename__ = "session_tutors"
    __table_args__ = (
        ExcludeConstraint(
            ("tutor_id", "="),
            ("during", "&&"),
            name="ex_session_tutors_one_at_a_time",
            using="gist",
        ),
    )

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("tutoring_sessions.id"), primary_key=True
    )
    tutor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    #: The session's time, half open: one may begin when another ends; empty when it
    #: is cancelled.
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    #: The ticket that this tutor put back last, not to be called again at once.
    set_aside_id: Mapped[UUID | None] = mapped_column(ForeignKey("tickets.id"))


def is_waiting() -> ColumnElement[bool]:
    """Return the condition of the partial index that is the queue.

    The state stands in the statement itself: a plan made for any parameter could not
    use the index.
    """
    return Ticket.state == literal(TicketState.WAITING.value, literal_execute=True)
