"""Publishing sessions and finding them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from youke.accounts.service import Person, Role, people_with_role
from youke.catalogue.service import find_grade, find_subject
from youke.http.paging import DEFAULT_LIMIT, Order, Page, fetch_page
from youke.kernel.clock import local, now
from youke.tutoring.errors import (
    MakeupDayError,
    NotATutorError,
    OnlyOwnSessionsError,
    SessionEndsTooEarlyError,
    SessionNotFoundError,
    SessionTooLongError,
    TutorBusyError,
)
from youke.tutoring.locks import lock_tutor, violates
from youke.tutoring.models import SessionTutor, TutoringSession
from youke.workdays.service import published

LONGEST = timedelta(hours=12)
#: A session that ends at midnight is not of the day that begins then.
INSTANT = timedelta(microseconds=1)
ONE_AT_A_TIME = "ex_session_tutors_one_at_a_time"


@dataclass(frozen=True, kw_only=True)
class SessionDraft:
    """A session to be published; codes or names of the catalogue."""

    subject: str
    grades: Sequence[str | int]
    starts_at: datetime
    ends_at: datetime
    capacity: int
    #: Identifiers or user names.
    tutors: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class SessionFilter:
    """Which sessions are looked for: those of which a part lies in the time."""

    #: None: those that are not over.
    since: datetime | None = None
    until: datetime | None = None
    subject: str | None = None


#: As a calendar shows them.
BY_START = Order((TutoringSession.starts_at, TutoringSession.id), descending=False)


def publish_session(
    session: Session, publisher: Person, draft: SessionDraft
) -> TutoringSession:
    """Publish a session.

    :raises InvalidError: when subject, grades, times or tutors make no sense.
    :raises OnlyOwnSessionsError: when somebody publishes for others and may not.
    :raises TutorBusyError: when a tutor has another session at that time.
    """
    check_times(session, draft.starts_at, draft.ends_at)
    tutors = _find_tutors(session, draft.tutors)
    if not publisher.is_administrator and [t.id for t in tutors] != [publisher.id]:
        raise OnlyOwnSessionsError
    published = TutoringSession(
        subject=find_subject(draft.subject).code,
        grades=sorted({find_grade(grade).number for grade in draft.grades}),
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        capacity=draft.capacity,
        published_by=publisher.id,
    )
    session.add(published)
    session.flush()
    for tutor in tutors:
        _appoint(session, published, tutor)
    return published


def find_session(session: Session, session_id: UUID) -> TutoringSession:
    """Return the session."""
    found = session.get(TutoringSession, session_id)
    if found is None:
        raise SessionNotFoundError
    return found


def list_sessions(
    session: Session,
    wanted: SessionFilter,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[TutoringSession]:
    """Return the sessions that fit by their start, a page at a time."""
    statement = select(TutoringSession).where(*_matching(wanted))
    return fetch_page(session, statement, BY_START, cursor=cursor, limit=limit)


def sessions_of_tutor(session: Session, tutor_id: UUID) -> Sequence[TutoringSession]:
    """Return the tutor's sessions, those of the last day included, by start."""
    statement = (
        select(TutoringSession)
        .join(SessionTutor)
        .where(SessionTutor.tutor_id == tutor_id)
        .where(TutoringSession.ends_at > now() - timedelta(days=1))
        .order_by(TutoringSession.starts_at, TutoringSession.id)
    )
    return session.scalars(statement).all()


def tutors_of(session: Session, ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Return the tutors of each of these sessions."""
    found: dict[UUID, list[UUID]] = {session_id: [] for session_id in ids}
    for seat in session.scalars(
        select(SessionTutor)
        .where(SessionTutor.session_id.in_(ids))
        .order_by(SessionTutor.tutor_id)
    ):
        found[seat.session_id].append(seat.tutor_id)
    return found


def check_times(session: Session, starts_at: datetime, ends_at: datetime) -> None:
    """Check when a session shall take place.

    :raises InvalidError: when it ends too early or late, or on a make-up day.
    """
    if ends_at <= starts_at:
        raise SessionEndsTooEarlyError
    if ends_at - starts_at > LONGEST:
        raise SessionTooLongError(hours=LONGEST // timedelta(hours=1))
    _check_days(session, starts_at, ends_at)


def _check_days(session: Session, starts_at: datetime, ends_at: datetime) -> None:
    """Refuse days on which children sit in class although it is the weekend."""
    known = published(session)
    for day in known.days(local(starts_at).date(), local(ends_at - INSTANT).date()):
        if not day.has_sessions:
            raise MakeupDayError(day=day.date.isoformat(), holiday=day.name or "")


def _find_tutors(session: Session, names: Sequence[str]) -> list[Person]:
    """Return the tutors in the order of their identifiers, each once."""
    known: dict[str, Person] = {}
    for tutor in people_with_role(session, Role.TUTOR):
        known[tutor.username] = known[str(tutor.id)] = tutor
    for name in names:
        if name not in known:
            raise NotATutorError(value=name)
    chosen = {known[name].id: known[name] for name in names}
    return [chosen[tutor_id] for tutor_id in sorted(chosen)]


def _appoint(session: Session, published: TutoringSession, tutor: Person) -> None:
    """Make the tutor one of the session's; the callers' order prevents deadlocks."""
    lock_tutor(session, tutor.id)
    name = tutor.name
    during = Range(published.starts_at, published.ends_at, bounds="[)")
    seat = SessionTutor(session_id=published.id, tutor_id=tutor.id, during=during)
    try:
        # In a savepoint, so that the caller's transaction outlives a refusal.
        with session.begin_nested():
            session.add(seat)
    except IntegrityError as error:
        if violates(error, ONE_AT_A_TIME):
            raise TutorBusyError(tutor=name) from None
        raise


def _matching(wanted: SessionFilter) -> list[ColumnElement[bool]]:
    conditions = [TutoringSession.ends_at > (wanted.since or now())]
    if wanted.until is not None:
        conditions.append(TutoringSession.starts_at < wanted.until)
    if wanted.subject is not None:
        code = find_subject(wanted.subject).code
        conditions.append(TutoringSession.subject == code)
    return conditions
