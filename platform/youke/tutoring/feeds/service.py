"""Opening, closing and reading calendar feeds."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from youke.accounts.service import Person, people
from youke.kernel.clock import now
from youke.tutoring.errors import FeedNotFoundError
from youke.tutoring.feeds.models import CalendarFeed
from youke.tutoring.models import SessionTutor, Ticket, TutoringSession
from youke.tutoring.states import TicketState

#: Calendars keep what they were given; older sessions need not be sent again.
KEPT = timedelta(days=60)
MOST = 500
#: A student who left or was closed has no part in the session any more.
PART_STATES = tuple(
    state.value
    for state in (
        TicketState.WAITING,
        TicketState.ACTIVE,
        TicketState.ANSWERED,
        TicketState.UNREACHED,
    )
)


def open_feed(session: Session, person_id: UUID) -> str:
    """Return the secret of a new feed; the address before it answers no more."""
    secret = secrets.token_urlsafe(32)
    values = {"digest": _digest(secret), "created_at": now()}
    session.execute(
        insert(CalendarFeed)
        .values(person_id=person_id, **values)
        .on_conflict_do_update(index_elements=["person_id"], set_=values)
    )
    return secret


def close_feed(session: Session, person_id: UUID) -> None:
    """Let the feed answer no more; there need not be one."""
    session.execute(delete(CalendarFeed).where(CalendarFeed.person_id == person_id))


def has_feed(session: Session, person_id: UUID) -> bool:
    """Say whether the person has a feed."""
    return session.get(CalendarFeed, person_id) is not None


def owner_of(session: Session, secret: str) -> Person:
    """Return whose feed it is.

    :raises FeedNotFoundError: also when it was closed.
    """
    person_id = session.scalar(
        select(CalendarFeed.person_id).where(CalendarFeed.digest == _digest(secret))
    )
    if person_id is None:
        raise FeedNotFoundError
    return people(session, {person_id})[person_id]


def sessions_of(session: Session, person_id: UUID) -> Sequence[TutoringSession]:
    """Return the sessions that the person teaches or has asked in, by start.

    Cancelled ones too, so that calendars can strike them out.
    """
    teaches = select(SessionTutor.session_id).where(SessionTutor.tutor_id == person_id)
    asks = select(Ticket.session_id).where(
        Ticket.student_id == person_id, Ticket.state.in_(PART_STATES)
    )
    return session.scalars(
        select(TutoringSession)
        .where(or_(TutoringSession.id.in_(teaches), TutoringSession.id.in_(asks)))
        .where(TutoringSession.ends_at > now() - KEPT)
        .order_by(TutoringSession.starts_at, TutoringSession.id)
        .limit(MOST)
    ).all()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
