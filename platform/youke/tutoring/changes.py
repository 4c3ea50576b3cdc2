"""Changing a published session: another time, more places, or none at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from youke.accounts.service import Person, people
from youke.kernel.clock import local, now
from youke.notices.service import tell
from youke.questions.service import leave_queue, question_for_update
from youke.tutoring.errors import (
    FewerPlacesThanTakenError,
    OnlyOwnSessionsError,
    SessionOverError,
    TutorBusyError,
)
from youke.tutoring.locks import lock_session, lock_tutor, violates
from youke.tutoring.models import SessionTutor, Ticket, TutoringSession, is_waiting
from youke.tutoring.queue import LIVE_STATES
from youke.tutoring.sessions import ONE_AT_A_TIME, check_times, find_session, tutors_of
from youke.tutoring.states import SessionPhase, TicketState

#: No time at all: it collides with no other session of a tutor.
NEVER: Range[datetime] = Range(empty=True)


@dataclass(frozen=True, kw_only=True)
class SessionChange:
    """What becomes different; None stays as it is."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    capacity: int | None = None


def may_change(found: TutoringSession, person: Person) -> bool:
    """Say whether the person may change or cancel the session now."""
    open_phases = {SessionPhase.UPCOMING, SessionPhase.RUNNING}
    allowed = person.is_administrator or found.published_by == person.id
    return allowed and found.phase in open_phases


def change(
    session: Session, session_id: UUID, person: Person, wanted: SessionChange
) -> TutoringSession:
    """Change time or places; those who have a part in it are told of a new time.

    :raises OnlyOwnSessionsError: when somebody else has published it.
    :raises SessionOverError: when it is over or cancelled.
    :raises InvalidError: when the times make no sense, or the day is a make-up day.
    :raises FewerPlacesThanTakenError:
    :raises TutorBusyError: when a tutor has another session then.
    """
    changed = _own(session, session_id, person)
    _change_places(changed, wanted.capacity)
    starts_at = wanted.starts_at or changed.starts_at
    ends_at = wanted.ends_at or changed.ends_at
    if (starts_at, ends_at) == (changed.starts_at, changed.ends_at):
        return changed
    check_times(session, starts_at, ends_at)
    before = changed.starts_at
    if not move_to(session, changed, starts_at, ends_at):
        raise TutorBusyError(tutor=_names(session, changed))
    tell_moved(session, changed, before)
    return changed


def cancel(session: Session, session_id: UUID, person: Person) -> TutoringSession:
    """Cancel the session and tell everybody; twice is harmless.

    Questions that waited are open again, and their students keep the right of a first
    question of the weekend.  Who is being answered just now is answered to the end.

    :raises OnlyOwnSessionsError: when somebody else has published it.
    :raises SessionOverError: when it is over.
    """
    cancelled = _locked(session, session_id, person)
    if cancelled.cancelled_at is not None:
        return cancelled
    if cancelled.phase is SessionPhase.OVER:
        raise SessionOverError
    people_told = [*_team(session, cancelled), *_students(session, cancelled)]
    _release_waiting(session, cancelled)
    cancelled.cancelled_at = now()
    _note_change(cancelled)
    _seats_at(session, cancelled, NEVER)
    for person_id in dict.fromkeys(people_told):
        if person_id != person.id:
            tell(
                session,
                person_id,
                kind="session_cancelled",
                href="/sessions",
                before=spoken(cancelled.starts_at),
            )
    return cancelled


def move_to(
    session: Session, moved: TutoringSession, starts_at: datetime, ends_at: datetime
) -> bool:
    """Move to another time, unless one of the tutors is busy then."""
    try:
        with session.begin_nested():
            moved.starts_at, moved.ends_at = starts_at, ends_at
            _seats_at(session, moved, Range(starts_at, ends_at, bounds="[)"))
            _note_change(moved)
    except IntegrityError as error:
        if violates(error, ONE_AT_A_TIME):
            return False
        raise
    return True


def lock_whole(session: Session, session_id: UUID) -> TutoringSession:
    """Return the session with its tutors locked, in the order of all locks."""
    for tutor_id in tutors_of(session, [session_id])[session_id]:
        lock_tutor(session, tutor_id)
    return lock_session(session, session_id)


def tell_moved(session: Session, moved: TutoringSession, before: datetime) -> None:
    """Tell its tutors, and the students in its queue, when it takes place now."""
    words = {"before": spoken(before), "after": spoken(moved.starts_at)}
    for person_id in [*_team(session, moved), *_students(session, moved)]:
        tell(session, person_id, kind="session_moved", href="/sessions", **words)


def spoken(moment: datetime) -> str:
    """Return a moment as it is told to people, in the schools' time."""
    return f"{local(moment):%Y-%m-%d %H:%M}"


def _locked(session: Session, session_id: UUID, person: Person) -> TutoringSession:
    find_session(session, session_id)
    found = lock_whole(session, session_id)
    _check_may_change(found, person)
    return found


def _own(session: Session, session_id: UUID, person: Person) -> TutoringSession:
    found = _locked(session, session_id, person)
    if found.phase in {SessionPhase.OVER, SessionPhase.CANCELLED}:
        raise SessionOverError
    return found


def _check_may_change(found: TutoringSession, person: Person) -> None:
    if not person.is_administrator and found.published_by != person.id:
        raise OnlyOwnSessionsError


def _change_places(changed: TutoringSession, capacity: int | None) -> None:
    if capacity is None:
        return
    if capacity < changed.taken:
        raise FewerPlacesThanTakenError(taken=changed.taken)
    changed.capacity = capacity


def _release_waiting(session: Session, cancelled: TutoringSession) -> None:
    waiting = select(Ticket).where(Ticket.session_id == cancelled.id, is_waiting())
    tickets = session.scalars(waiting.order_by(Ticket.id).with_for_update()).all()
    for ticket in tickets:
        ticket.move(TicketState.UNREACHED)
        ticket.ended_at = now()
        leave_queue(question_for_update(session, ticket.question_id))
    session.flush()
    cancelled.taken -= len(tickets)


def _note_change(changed: TutoringSession) -> None:
    changed.sequence += 1
    changed.changed_at = now()


def _seats_at(
    session: Session, changed: TutoringSession, during: Range[datetime]
) -> None:
    session.execute(
        update(SessionTutor)
        .where(SessionTutor.session_id == changed.id)
        .values(during=during)
    )


def _names(session: Session, found: TutoringSession) -> str:
    team = people(session, _team(session, found))
    return "、".join(sorted(person.name for person in team.values()))


def _team(session: Session, found: TutoringSession) -> Sequence[UUID]:
    return tutors_of(session, [found.id])[found.id]


def _students(session: Session, found: TutoringSession) -> Sequence[UUID]:
    return session.scalars(
        select(Ticket.student_id)
        .where(Ticket.session_id == found.id, Ticket.state.in_(LIVE_STATES))
        .order_by(Ticket.student_id)
    ).all()
