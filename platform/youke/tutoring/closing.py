"""What a session did not reach: promised an answer, in the order of its queue."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from youke.kernel.clock import now
from youke.questions.service import leave_queue, question_for_update
from youke.tutoring.changes import spoken
from youke.tutoring.locks import lock_session
from youke.tutoring.models import Ticket, TutoringSession, is_waiting
from youke.tutoring.states import TicketState
from youke.tutoring.telling import tell_asker

#: A tutor who runs over may still call the next within this time.
GRACE = timedelta(minutes=10)
#: After a session's end, what it did not reach is answered within this time.
PROMISE = timedelta(days=2)
#: Keeps the queue's order among questions that are promised for the same time.
PLACE = timedelta(milliseconds=1)


def ended_sessions(session: Session) -> Sequence[UUID]:
    """Return the sessions that are over and still have a queue."""
    return session.scalars(
        select(TutoringSession.id)
        .where(TutoringSession.ends_at < now() - GRACE)
        .where(
            select(Ticket.id)
            .where(Ticket.session_id == TutoringSession.id, is_waiting())
            .exists()
        )
        .order_by(TutoringSession.id)
    ).all()


def close(session: Session, session_id: UUID) -> int:
    """Turn the waiting tickets of a session into promises; return how many.

    Doing it twice is harmless; a session that was moved meanwhile keeps its queue.
    """
    ended = lock_session(session, session_id)
    if ended.ends_at >= now() - GRACE:
        return 0
    waiting = (
        select(Ticket)
        .where(Ticket.session_id == session_id, is_waiting())
        .order_by(Ticket.rank, Ticket.turn)
        .with_for_update()
    )
    tickets = session.scalars(waiting).all()
    for place, ticket in enumerate(tickets):
        _promise(session, ticket, ended, place)
    ended.taken -= len(tickets)
    return len(tickets)


def _promise(
    session: Session, ticket: Ticket, ended: TutoringSession, place: int
) -> None:
    question = question_for_update(session, ticket.question_id)
    ticket.move(TicketState.UNREACHED)
    ticket.ended_at = now()
    leave_queue(question, until=ended.ends_at + PROMISE + place * PLACE)
    until = spoken(question.due_at)
    tell_asker(session, question, "ticket_unreached", until=until)
