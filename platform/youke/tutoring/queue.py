"""The queue as its students see it: joining, standing in it, leaving."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_, update
from sqlalchemy.orm import Session

from youke.accounts.service import Person
from youke.kernel.clock import now
from youke.questions.errors import QuestionNotFoundError
from youke.questions.service import (
    Question,
    QuestionState,
    enter_queue,
    leave_queue,
    question_for_update,
)
from youke.tutoring.errors import (
    AlreadyQueuedError,
    BeingAnsweredError,
    OtherGradeError,
    OtherSubjectError,
    QuestionNotOpenError,
    SessionCancelledError,
    SessionFullError,
    SessionOverError,
    TicketNotFoundError,
    UnknownQuestionError,
)
from youke.tutoring.locks import lock_session, lock_ticket
from youke.tutoring.models import SessionTutor, Ticket, TutoringSession, is_waiting
from youke.tutoring.order import (
    Estimate,
    Reason,
    estimate,
    minutes_per_answer,
    rank_on_joining,
    reason,
    weekend_of,
)
from youke.tutoring.sessions import find_session
from youke.tutoring.states import SessionPhase, TicketState

LIVE_STATES = (TicketState.WAITING.value, TicketState.ACTIVE.value)
#: What makes a student's next question of the weekend not the first one.
ASKED_STATES = (*LIVE_STATES, TicketState.ANSWERED.value)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a waiting ticket stands, how long it may take, and why."""

    position: int
    estimate: Estimate | None
    reason: Reason


def join(
    session: Session, session_id: UUID, question_id: UUID, student: Person
) -> Ticket:
    """Give the student's question a place in the session's queue.

    :raises SessionOverError: when the session's time has passed.
    :raises SessionCancelledError:
    :raises AlreadyQueuedError: when the student has a place in it.
    :raises SessionFullError: when there is none left.
    :raises InvalidError: when the question does not belong in this session.
    """
    wanted = find_session(session, session_id)
    _check_open(wanted)
    taken = _take_place(session, session_id)
    if taken is not None:
        _check_open(taken)
    if live_tickets(session, student.id, {session_id}):
        raise AlreadyQueuedError
    if taken is None:
        raise SessionFullError(capacity=wanted.capacity)
    question = _suitable_question(session, taken, question_id, student)
    asked = _asked_this_weekend(session, taken, student.id)
    ticket = Ticket(
        session_id=session_id,
        question_id=question_id,
        student_id=student.id,
        rank=rank_on_joining(asked_this_weekend=asked).value,
        turn=taken.turns,
        first_time=not asked,
    )
    enter_queue(question)
    session.add(ticket)
    session.flush()
    return ticket


def _check_open(wanted: TutoringSession) -> None:
    if wanted.phase is SessionPhase.OVER:
        raise SessionOverError
    if wanted.phase is SessionPhase.CANCELLED:
        raise SessionCancelledError


def leave(session: Session, ticket_id: UUID, student: Person) -> None:
    """Give the place back; the question is open again. Twice is harmless.

    :raises BeingAnsweredError: when a tutor is answering just now.
    """
    session_id = _own_ticket(session, ticket_id, student).session_id
    lock_session(session, session_id)
    ticket = lock_ticket(session, ticket_id)
    if ticket.state == TicketState.LEFT.value:
        return
    if ticket.state == TicketState.ACTIVE.value:
        raise BeingAnsweredError
    ticket.move(TicketState.LEFT)
    ticket.ended_at = now()
    leave_queue(question_for_update(session, ticket.question_id))
    give_place_back(session, session_id)


def find_ticket(session: Session, ticket_id: UUID, viewer: Person) -> Ticket:
    """Return a ticket that the viewer may see; to others it does not exist.

    Those are its student, the tutors of its session, and administrators.
    """
    ticket = session.get(Ticket, ticket_id)
    if ticket is None:
        raise TicketNotFoundError
    if ticket.student_id == viewer.id or viewer.is_administrator:
        return ticket
    if session.get(SessionTutor, (ticket.session_id, viewer.id)) is None:
        raise TicketNotFoundError
    return ticket


def live_tickets(
    session: Session, student_id: UUID, session_ids: Collection[UUID]
) -> dict[UUID, Ticket]:
    """Return the student's live tickets in these sessions, by session."""
    found = session.scalars(
        select(Ticket)
        .where(Ticket.student_id == student_id)
        .where(Ticket.session_id.in_(session_ids))
        .where(Ticket.state.in_(LIVE_STATES))
    )
    return {ticket.session_id: ticket for ticket in found}


def tickets_of_questions(
    session: Session, question_ids: Collection[UUID]
) -> dict[UUID, Ticket]:
    """Return the live tickets of those of these questions that have one."""
    found = session.scalars(
        select(Ticket)
        .where(Ticket.question_id.in_(question_ids))
        .where(Ticket.state.in_(LIVE_STATES))
    )
    return {ticket.question_id: ticket for ticket in found}


def place_of(session: Session, ticket: Ticket) -> Place | None:
    """Return where a ticket stands, None when it does not wait.

    The index counts those ahead; nothing is written when the queue moves.
    """
    if ticket.state != TicketState.WAITING.value:
        return None
    return _place(session, ticket, session.scalar(not_behind(ticket)) or 1)


def not_behind(ticket: Ticket) -> Select[int]:
    """Return the query that counts a waiting ticket and those ahead of it."""
    return (
        select(func.count())
        .where(Ticket.session_id == ticket.session_id)
        .where(is_waiting())
        .where(tuple_(Ticket.rank, Ticket.turn) <= (ticket.rank, ticket.turn))
    )


def give_place_back(session: Session, session_id: UUID) -> None:
    """Let somebody else have the place of a ticket that left or was closed."""
    session.execute(
        update(TutoringSession)
        .where(TutoringSession.id == session_id)
        .values(taken=TutoringSession.taken - 1)
    )


def _place(session: Session, ticket: Ticket, position: int) -> Place:
    tutors = session.scalar(
        select(func.count()).where(SessionTutor.session_id == ticket.session_id)
    )
    minutes = _minutes_per_answer(session, ticket.session_id)
    return Place(
        position=position,
        estimate=estimate(position, tutors=tutors or 0, minutes=minutes),
        reason=reason(ticket.standing, position),
    )


def _minutes_per_answer(session: Session, session_id: UUID) -> float:
    seconds = func.extract("epoch", Ticket.ended_at - Ticket.called_at)
    answered, total = session.execute(
        select(func.count(), func.coalesce(func.sum(seconds), 0))
        .where(Ticket.session_id == session_id)
        .where(Ticket.state == TicketState.ANSWERED.value)
    ).one()
    return minutes_per_answer(answered, float(total) / 60)


def _take_place(session: Session, session_id: UUID) -> TutoringSession | None:
    """Take a place and a turn, None when all are taken.

    The condition is part of the update, so no two requests get the last place; the
    row stays locked, so what follows is decided for one student after the other.
    """
    return session.scalar(
        update(TutoringSession)
        .where(TutoringSession.id == session_id)
        .where(TutoringSession.taken < TutoringSession.capacity)
        .values(taken=TutoringSession.taken + 1, turns=TutoringSession.turns + 1)
        .returning(TutoringSession)
        .execution_options(populate_existing=True, synchronize_session=False)
    )


def _suitable_question(
    session: Session, wanted: TutoringSession, question_id: UUID, student: Person
) -> Question:
    try:
        question = question_for_update(session, question_id)
    except QuestionNotFoundError:
        raise UnknownQuestionError from None
    if question.asker_id != student.id:
        raise UnknownQuestionError
    if question.state != QuestionState.OPEN.value:
        raise QuestionNotOpenError(state=question.state)
    if question.subject != wanted.subject:
        raise OtherSubjectError(subject=wanted.subject)
    if question.grade not in wanted.grades:
        raise OtherGradeError(grade=question.grade)
    return question


def _asked_this_weekend(
    session: Session, wanted: TutoringSession, student_id: UUID
) -> bool:
    begin, end = weekend_of(wanted.starts_at)
    asked = (
        select(Ticket.id)
        .join(TutoringSession)
        .where(Ticket.student_id == student_id)
        .where(Ticket.state.in_(ASKED_STATES))
        .where(TutoringSession.starts_at >= begin)
        .where(TutoringSession.starts_at < end)
    )
    return session.scalar(select(asked.exists())) or False


def _own_ticket(session: Session, ticket_id: UUID, student: Person) -> Ticket:
    ticket = session.get(Ticket, ticket_id)
    if ticket is None or ticket.student_id != student.id:
        raise TicketNotFoundError
    return ticket
