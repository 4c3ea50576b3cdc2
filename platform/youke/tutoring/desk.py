"""The queue as its tutors work it: calling, answering, putting back.

Everything a tutor does is done under that tutor's lock, so that pressing a button ten
times at once is the same as pressing it once.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from youke.accounts.service import Person, people
from youke.kernel.clock import now
from youke.questions.errors import AlreadyAnsweredError
from youke.questions.service import (
    Question,
    answer_question,
    answers_by_question,
    begin_answering,
    leave_queue,
    question_for_update,
    return_to_queue,
)
from youke.tutoring.errors import (
    HandoverToNobodyError,
    NotYourSessionError,
    NotYourTicketError,
    TicketNotActiveError,
    TicketNotFoundError,
)
from youke.tutoring.locks import lock_session, lock_ticket, lock_tutor
from youke.tutoring.models import SessionTutor, Ticket, TutoringSession, is_waiting
from youke.tutoring.order import Rank
from youke.tutoring.queue import give_place_back
from youke.tutoring.sessions import find_session, tutors_of
from youke.tutoring.states import TicketState
from youke.tutoring.telling import tell_asker

#: After so many calls without the student the ticket is closed.
MOST_ABSENCES = 2


def call_next(session: Session, session_id: UUID, tutor: Person) -> Ticket | None:
    """Return the ticket that the tutor answers now, None when nobody waits.

    A tutor who has not finished with a ticket gets that one again.

    :raises NotYourSessionError: when the tutor is not one of the session's.
    """
    find_session(session, session_id)
    lock_tutor(session, tutor.id)
    seat = _seat(session, session_id, tutor)
    active = active_ticket(session, tutor.id)
    if active is not None:
        return active
    ticket = _claim(session, seat)
    if ticket is not None:
        seat.set_aside_id = None
        _call(session, ticket, tutor)
    return ticket


def answer(session: Session, ticket_id: UUID, tutor: Person, text: str) -> Ticket:
    """Answer the question and tell the student; the same answer again is harmless.

    :raises AlreadyAnsweredError: when the tutor has given another answer.
    """
    ticket = _held(session, ticket_id, tutor)
    if ticket.state == TicketState.ANSWERED.value:
        _check_same_answer(session, ticket, text)
        return ticket
    _check_active(ticket)
    question = question_for_update(session, ticket.question_id)
    ticket.move(TicketState.ANSWERED)
    ticket.ended_at = now()
    answer_question(session, question, tutor, text)
    tell_asker(session, question, "question_answered", tutor=tutor.name)
    return ticket


def hold(session: Session, ticket_id: UUID, tutor: Person) -> Ticket:
    """Put the ticket back to the head of the queue, for another tutor or for later.

    The same tutor's next call takes another ticket first, if one waits.
    """
    ticket = _held(session, ticket_id, tutor)
    seat = _seat(session, ticket.session_id, tutor)
    waits = ticket.state == TicketState.WAITING.value
    if waits and seat.set_aside_id == ticket.id:
        return ticket
    _check_active(ticket)
    question = _put_back(session, ticket, Rank.RETURNED)
    seat.set_aside_id = ticket.id
    tell_asker(session, question, "ticket_put_back")
    return ticket


def hand_over(
    session: Session, ticket_id: UUID, tutor: Person, *, to: str | None = None
) -> Ticket:
    """Give the ticket to another tutor of the session, or to whoever is free next.

    :param to: the other tutor's identifier or user name.
    :raises HandoverToNobodyError: when that is no other tutor of the session.
    """
    if to is None:
        return hold(session, ticket_id, tutor)
    ticket = _held(session, ticket_id, tutor)
    _check_active(ticket)
    wanted = _colleague(session, ticket, tutor, to)
    question = _put_back(session, ticket, Rank.RETURNED)
    ticket.wanted_tutor_id = wanted
    _seat(session, ticket.session_id, tutor).set_aside_id = ticket.id
    tell_asker(session, question, "ticket_put_back")
    return ticket


def no_show(session: Session, ticket_id: UUID, tutor: Person) -> Ticket:
    """Note that the student was not there: to the end once, then closed."""
    lock_tutor(session, tutor.id)
    known = session.get(Ticket, ticket_id)
    if known is None:
        raise TicketNotFoundError
    queue = lock_session(session, known.session_id)
    ticket = _held(session, ticket_id, tutor)
    _check_active(ticket)
    ticket.absences += 1
    if ticket.absences >= MOST_ABSENCES:
        _close(session, ticket)
        return ticket
    queue.turns += 1
    ticket.turn = queue.turns
    question = _put_back(session, ticket, Rank.ABSENT)
    tell_asker(session, question, "ticket_absent")
    return ticket


def active_ticket(session: Session, tutor_id: UUID) -> Ticket | None:
    """Return the ticket that the tutor is answering."""
    return session.scalar(
        select(Ticket)
        .where(Ticket.tutor_id == tutor_id)
        .where(Ticket.state == TicketState.ACTIVE.value)
    )


def check_seat(session: Session, session_id: UUID, tutor: Person) -> TutoringSession:
    """Return the session, when the tutor is one of it."""
    found = find_session(session, session_id)
    _seat(session, session_id, tutor)
    return found


def waiting_tickets(
    session: Session, session_id: UUID, *, limit: int
) -> Sequence[Ticket]:
    """Return the tickets that wait, in their order, at most `limit`."""
    waiting = (
        select(Ticket)
        .where(Ticket.session_id == session_id)
        .where(is_waiting())
        .order_by(Ticket.rank, Ticket.turn)
    )
    return session.scalars(waiting.limit(limit)).all()


def answered_count(session: Session, session_id: UUID) -> int:
    """Return how many tickets of the session have been answered."""
    answered = (Ticket.session_id == session_id) & (
        Ticket.state == TicketState.ANSWERED.value
    )
    return session.scalar(select(func.count()).where(answered)) or 0


def _claim(session: Session, seat: SessionTutor) -> Ticket | None:
    """Lock the ticket that is next for this tutor: the order of `order.claim_key`.

    Tickets that other tutors are claiming at this instant are skipped, not awaited.
    """
    later = or_(
        Ticket.id.is_not_distinct_from(seat.set_aside_id),
        Ticket.wanted_tutor_id.is_distinct_from(seat.tutor_id)
        & Ticket.wanted_tutor_id.is_not(None),
    )
    return session.scalar(
        select(Ticket)
        .where(Ticket.session_id == seat.session_id)
        .where(is_waiting())
        .order_by(later, Ticket.rank, Ticket.turn)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )


def _call(session: Session, ticket: Ticket, tutor: Person) -> None:
    question = question_for_update(session, ticket.question_id)
    ticket.move(TicketState.ACTIVE)
    ticket.tutor_id = tutor.id
    ticket.wanted_tutor_id = None
    ticket.called_at = now()
    begin_answering(question, tutor)
    tell_asker(session, question, "ticket_called", tutor=tutor.name)


def _put_back(session: Session, ticket: Ticket, rank: Rank) -> Question:
    question = question_for_update(session, ticket.question_id)
    ticket.move(TicketState.WAITING)
    ticket.rank = rank.value
    ticket.tutor_id = None
    ticket.called_at = None
    return_to_queue(question)
    return question


def _close(session: Session, ticket: Ticket) -> None:
    question = question_for_update(session, ticket.question_id)
    ticket.move(TicketState.CLOSED)
    ticket.tutor_id = None
    ticket.ended_at = now()
    leave_queue(question)
    give_place_back(session, ticket.session_id)
    tell_asker(session, question, "ticket_closed")


def _held(session: Session, ticket_id: UUID, tutor: Person) -> Ticket:
    """Return the ticket locked, unless another tutor or session has it.

    :raises TicketNotFoundError: when there is no such ticket.
    :raises NotYourSessionError: when it is in the queue of others.
    :raises NotYourTicketError: when a colleague is answering or has answered it.
    """
    lock_tutor(session, tutor.id)
    ticket = lock_ticket(session, ticket_id)
    _seat(session, ticket.session_id, tutor)
    if ticket.tutor_id not in {None, tutor.id}:
        raise NotYourTicketError
    return ticket


def _check_active(ticket: Ticket) -> None:
    if ticket.state != TicketState.ACTIVE.value:
        raise TicketNotActiveError(state=ticket.state)


def _check_same_answer(session: Session, ticket: Ticket, text: str) -> None:
    given = answers_by_question(session, {ticket.question_id})[ticket.question_id]
    if given.text != text:
        raise AlreadyAnsweredError


def _seat(session: Session, session_id: UUID, tutor: Person) -> SessionTutor:
    seat = session.get(SessionTutor, (session_id, tutor.id))
    if seat is None:
        raise NotYourSessionError
    return seat


def _colleague(session: Session, ticket: Ticket, tutor: Person, wanted: str) -> UUID:
    ids = tutors_of(session, {ticket.session_id})[ticket.session_id]
    for colleague in people(session, ids).values():
        named = wanted in {str(colleague.id), colleague.username}
        if named and colleague.id != tutor.id:
            return colleague.id
    raise HandoverToNobodyError(value=wanted)
